#include "engine/ingest/type_index.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/ingest/kinds/front_ends.h"

namespace hubproof::ingest {
namespace {

// Snapshot::types has 16-bit indices; Azure has some thousands of types, so this only bounds hostile input.
constexpr std::size_t kMostTypes = 60000;
constexpr std::string_view kTooMany = "(one of too many types)";

}  // namespace

const MetType& TypeIndex::find(std::string_view type) {
  if (last_ != nullptr && text::equals(last_->name, type)) return *last_;
  lower_.assign(type);
  std::transform(lower_.begin(), lower_.end(), lower_.begin(), text::to_lower);
  const auto at = met_.find(std::string_view(lower_));
  last_ = at != met_.end() ? &at->second : &add(met_.size() < kMostTypes ? std::string_view(lower_) : kTooMany);
  return *last_;
}

const MetType& TypeIndex::add(std::string_view lower) {
  const auto [at, is_new] = met_.try_emplace(std::string(lower));
  MetType& type = at->second;
  if (!is_new) return type;
  type.name = at->first;
  type.index = static_cast<std::uint16_t>(types_.size());
  types_.push_back(at->first);
  type.table = model::table_of(lower);
  if (const ResourceKind* kind = find_kind(lower)) {
    type.support = kind->support;
    type.read = kind->read;
    type.needs_whole_head = kind->needs_whole_head;
    type.may_recurse = kind->support == model::Support::tainting;
  } else {
    type.read = read_unknown_kind;
  }
  return type;
}

}  // namespace hubproof::ingest
