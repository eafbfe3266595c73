// The table of resource kinds: one row and one reader (kinds/<kind>.cpp) each. The only place that says which ARM types
// are read, and how much of each is understood.
#pragma once

#include <span>
#include <string_view>

#include "engine/ingest/cursor.h"

namespace hubproof::ingest {

/// The outer fields of a resource row. Views into the document; empty when absent.
struct RowHead {
  model::ResourceId id;
  std::string_view type;  ///< lower case
  std::string_view name;
  std::string_view location;
  std::string_view kind;
  std::string_view sku_name;
  std::string_view sku_tier;
};

/// Reads `properties` (an object or null) of one row into the tables of context.snapshot. A reader sets context.entity
/// to the entity it fills while it reads, appends the finished entity to its table, and never fails: what it cannot
/// read is in Entity::unread.
using KindReader = void (*)(const RowHead& head, Cursor properties, ReadContext& context);

struct ResourceKind {
  std::string_view type;  ///< lower case; the table is sorted by it, a test checks that
  model::Support support;
  KindReader read;  ///< null for `counted`
  /// The reader uses kind, sku or location of RowHead, which some shapes print after properties.
  bool needs_whole_head;
};

std::span<const ResourceKind> resource_kinds();
/// nullptr for a type that the table does not have. `type` in lower case.
const ResourceKind* find_kind(std::string_view type);

/// Reads /properties/provisioningState: true when it is Succeeded or null.
bool is_settled(Cursor provisioning_state);

}  // namespace hubproof::ingest
