// What every modelled resource carries.
#pragma once

#include <string>
#include <vector>

#include "engine/model/id_table.h"

namespace hubproof::model {

/// A value inside a resource that may change answers and was not understood: an unknown property of a load-bearing
/// type, a wrong JSON type, an unknown enum spelling, an invalid prefix. Whatever depends on the resource is unknown.
struct Unread {
  std::string pointer;  ///< JSON pointer inside the resource, as "/properties/routes/0"
  std::string met;      ///< what the export held, shortened and printable
  friend bool operator==(const Unread&, const Unread&) = default;
};

struct Entity {
  ResourceId id;
  std::vector<Unread> unread;
  /// False when provisioningState is present and is not Succeeded: what such a resource does is unknown
  /// (azure-semantics.md 0).
  bool is_settled = true;
  friend bool operator==(const Entity&, const Entity&) = default;
};

}  // namespace hubproof::model
