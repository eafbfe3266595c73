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

std::uint32_t short_hash(std::string_view id) { return static_cast<std::uint32_t>(text::hash(id)); }

}  // namespace

IdTable::IdTable() : slots_(1U << 10U) {}

IdTable::IdTable(const IdTable& other) : IdTable() {
  for (const std::string_view spelling : other.spellings_) intern(spelling);
}

std::size_t IdTable::slot_of(std::string_view arm_id, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot].next_index != 0; slot = (slot + 1) & mask) {
    if (slots_[slot].hash == hash && text::equals(spellings_[slots_[slot].next_index - 1], arm_id)) break;
  }
  return slot;
}

void IdTable::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.next_index == 0) continue;
    std::size_t slot = entry.hash & mask;
    while (slots_[slot].next_index != 0) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

ResourceId IdTable::intern(std::string_view arm_id) {
  arm_id = without_trailing_slash(arm_id);
  const std::uint32_t hash = short_hash(arm_id);
  std::size_t slot = slot_of(arm_id, hash);
  if (slots_[slot].next_index != 0) return ResourceId(slots_[slot].next_index - 1);
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
  slots_[slot] = {static_cast<std::uint32_t>(spellings_.size()), hash};
  return ResourceId(static_cast<std::uint32_t>(spellings_.size() - 1));
}

ResourceId IdTable::find(std::string_view arm_id) const {
  arm_id = without_trailing_slash(arm_id);
  const Slot& slot = slots_[slot_of(arm_id, short_hash(arm_id))];
  return slot.next_index == 0 ? ResourceId() : ResourceId(slot.next_index - 1);
}

std::string_view IdTable::name(ResourceId id) const { return arm_name(spelling(id)); }

}  // namespace hubproof::model
