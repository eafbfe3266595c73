#include "engine/ingest/row_id.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/ingest/kinds.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

constexpr std::size_t kLongestId = 4096;

}  // namespace

bool is_arm_id(std::string_view id) {
  if (id.size() < 2 || id.size() > kLongestId || id.front() != '/') return false;
  std::size_t segments = 1;
  for (std::size_t i = 1; i < id.size(); ++i) {
    if (id[i] != '/') continue;
    if (id[i - 1] == '/') return false;
    ++segments;
  }
  return segments % 2 == 0;
}

void write_type(std::string_view id, std::string& out) {
  constexpr std::string_view kProviders = "/providers/";
  out.clear();
  const std::size_t providers = id.rfind(kProviders);
  if (providers == std::string_view::npos) return;
  std::size_t segment = 0;
  for (std::size_t at = providers + kProviders.size(); at < id.size(); ++segment) {
    const std::size_t end = std::min(id.find('/', at), id.size());
    const bool is_name = segment != 0 && segment % 2 == 0;  // namespace, type, name, type, name
    if (!is_name) {
      if (segment != 0) out += '/';
      for (; at < end; ++at) out += text::to_lower(id[at]);
    }
    at = end + 1;
  }
}

bool contradicts(std::string_view id, std::string_view type) {
  const std::string_view last = type.substr(type.rfind('/') + 1);
  const std::string_view before_name = id.substr(0, id.rfind('/'));
  if (text::ends_with(before_name, last) && before_name.size() > last.size() &&
      before_name[before_name.size() - last.size() - 1] == '/') {
    return false;
  }
  const std::string stated = arm_type(id);
  const ResourceKind* kind = stated == type ? nullptr : find_kind(stated);
  return kind != nullptr && kind->read != nullptr;
}

}  // namespace hubproof::ingest
