#include "engine/model/id_table.h"

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

constexpr std::size_t kBlockSize = 1U << 18U;

std::string_view without_trailing_slash(std::string_view id) {
  while (id.size() > 1 && id.back() == '/') id.remove_suffix(1);
  return id;
}

}  // namespace

IdTable::IdTable() : slots_(1U << 10U, 0) {}

std::size_t IdTable::slot_of(std::string_view arm_id, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = static_cast<std::size_t>(hash) & mask;
  while (slots_[slot] != 0) {
    const std::uint32_t index = slots_[slot] - 1;
    if (hashes_[index] == hash && text::equals(spellings_[index], arm_id)) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void IdTable::grow() {
  std::vector<std::uint32_t> old(slots_.size() * 2, 0);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const std::uint32_t entry : old) {
    if (entry == 0) continue;
    std::size_t slot = static_cast<std::size_t>(hashes_[entry - 1]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

ResourceId IdTable::intern(std::string_view arm_id) {
  arm_id = without_trailing_slash(arm_id);
  const std::uint64_t hash = text::hash(arm_id);
  std::size_t slot = slot_of(arm_id, hash);
  if (slots_[slot] != 0) return ResourceId(slots_[slot] - 1);
  if ((spellings_.size() + 1) * 2 > slots_.size()) {
    grow();
    slot = slot_of(arm_id, hash);
  }
  if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < arm_id.size()) {
    blocks_.emplace_back().reserve(std::max(kBlockSize, arm_id.size()));
  }
  std::string& block = blocks_.back();
  const std::size_t begin = block.size();
  block.append(arm_id);  // never reallocates: capacity was checked above
  spellings_.push_back(std::string_view(block).substr(begin));
  hashes_.push_back(hash);
  slots_[slot] = static_cast<std::uint32_t>(spellings_.size());
  return ResourceId(static_cast<std::uint32_t>(spellings_.size() - 1));
}

ResourceId IdTable::find(std::string_view arm_id) const {
  arm_id = without_trailing_slash(arm_id);
  const std::size_t slot = slot_of(arm_id, text::hash(arm_id));
  return slots_[slot] == 0 ? ResourceId() : ResourceId(slots_[slot] - 1);
}

std::string_view IdTable::name(ResourceId id) const { return arm_name(spelling(id)); }

}  // namespace hubproof::model
