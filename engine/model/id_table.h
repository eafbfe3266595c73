// IdTable: every ARM id that was read, each once. Two spellings that differ in case are one id; the first is shown.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/id.h"

namespace hubproof::model {

/// Names a resource or sub-resource by its ARM id, whether or not the export holds it.
using ResourceId = Id<struct ResourceTag>;

class IdTable {
 public:
  IdTable();
  /// A copy holds the same ids under the same numbers, in memory of its own.
  IdTable(const IdTable& other);
  IdTable(IdTable&&) noexcept = default;
  IdTable& operator=(IdTable&&) noexcept = default;
  /// The id's number; a new one for an id not seen before. A trailing '/' is ignored.
  ResourceId intern(std::string_view arm_id);
  /// Not set when the id was never interned.
  ResourceId find(std::string_view arm_id) const;
  /// The spelling that was interned first. Precondition: id.is_set().
  std::string_view spelling(ResourceId id) const { return spellings_[id.index()]; }
  /// Last segment of the spelling.
  std::string_view name(ResourceId id) const;
  std::size_t size() const { return spellings_.size(); }

 private:
  /// One of the open-addressing table. The hash beside the index spares most looks at other texts.
  struct Slot {
    std::uint32_t next_index = 0;  ///< index + 1; 0 is free
    std::uint32_t hash = 0;
  };
  std::size_t slot_of(std::string_view arm_id, std::uint32_t hash) const;
  void grow();
  std::vector<std::string_view> spellings_;  // views into blocks_
  std::vector<Slot> slots_;
  std::deque<std::string> blocks_;
};

}  // namespace hubproof::model
