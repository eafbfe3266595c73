// The resource types that were met, each looked up once in the table of kinds.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/ingest/kinds.h"

namespace hubproof::ingest {

struct MetType {
  std::string_view name;    ///< lower case
  std::uint16_t index = 0;  ///< into Snapshot::types
  model::Support support = model::Support::unknown;
  KindReader read = nullptr;
  bool needs_whole_head = false;
  bool may_recurse = false;  ///< the reader goes as deep as the row does
  model::ArgTable table = model::ArgTable::resources;
};

class TypeIndex {
 public:
  explicit TypeIndex(std::vector<std::string>& types) : types_(types) {}
  /// `type` in any case. Valid as long as the index lives.
  const MetType& find(std::string_view type);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  const MetType& add(std::string_view lower);
  std::vector<std::string>& types_;
  std::unordered_map<std::string, MetType, Hash, std::equal_to<>> met_;
  const MetType* last_ = nullptr;
  std::string lower_;
};

}  // namespace hubproof::ingest
