// Estate: the typed, cross-linked model built from a Snapshot; immutable.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/core/fixed_text.h"
#include "engine/model/snapshot.h"

namespace hubproof::model {

/// A one-to-many relation from ids to indices of one table, in table order.
class Relation {
 public:
  using Pair = std::pair<ResourceId, std::uint32_t>;
  void add(ResourceId key, std::uint32_t item);
  /// Call once after the last add().
  void seal();
  /// Empty for an unset id.
  std::span<const Pair> of(ResourceId key) const;

 private:
  static constexpr unsigned kBucketBits = 5;
  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> buckets_;  ///< where the pairs of every 32 ids begin: most look-ups find nothing
};

/// One configuration value that can decide something.
struct Fact {
  ResourceId resource;
  text::FixedText
      pointer;            ///< JSON pointer inside the resource, as "/properties/routes/0"; empty = the resource itself
  text::FixedText value;  ///< what is there (or "absent -> Enabled"), printable
  friend bool operator==(const Fact&, const Fact&) = default;
};

class Estate {
 public:
  /// Links the snapshot's tables. Adds an INPUT-* gap and diagnostic for every dangling reference and every table that
  /// is evidently missing (inputs.md A6).
  explicit Estate(Snapshot snapshot);

  const Snapshot& snapshot() const { return snapshot_; }
  const Tables& tables() const { return snapshot_.tables; }
  const IdTable& ids() const { return snapshot_.ids; }
  std::string_view spelling(ResourceId id) const { return snapshot_.ids.spelling(id); }
  std::string_view name(ResourceId id) const { return snapshot_.ids.name(id); }

  /// The entity of that kind and id; nullptr when the export does not hold it (or it is of another kind).
  /// T is an element type of Tables.
  template <class T>
  const T* find(ResourceId id) const;
  /// The position of an entity (an element of the Tables of this Estate) in its vector.
  template <class T>
  std::uint32_t index_of(const T& entity) const;
  /// True when the export holds a row (or embedded child) with this id.
  bool holds(ResourceId id) const;

  /// The security admin rules that act on a network; nullptr when none do. (Where the export does not settle it, the
  /// network is in taints_by_resource.)
  const AdminPolicy* admin_policy(ResourceId vnet) const;

  /// Gaps whose reach is the whole table: a closed-world statement about it ("no other peering") cannot be made.
  std::vector<const Gap*> gaps_in(ArgTable table) const;
  bool is_partial(ArgTable table) const;

  Relation subnets_by_vnet;         ///< VNet id -> Tables::subnets
  Relation peerings_by_vnet;        ///< VNet id (the side it sits on) -> Tables::peerings
  Relation peerings_by_remote;      ///< remote VNet id -> Tables::peerings
  Relation interfaces_by_subnet;    ///< subnet id -> Tables::network_interfaces
  Relation endpoints_by_subnet;     ///< subnet id -> Tables::private_endpoints
  Relation endpoints_by_target;     ///< service id -> Tables::private_endpoints
  Relation gateways_by_vnet;        ///< VNet id -> Tables::gateways
  Relation firewalls_by_vnet;       ///< VNet id -> Tables::firewalls
  Relation nat_gateways_by_vnet;    ///< VNet id -> Tables::nat_gateways with sourceVirtualNetwork
  Relation subnets_by_route_table;  ///< route table id -> Tables::subnets
  Relation links_by_vnet;           ///< VNet id -> Tables::virtual_network_links
  Relation links_by_zone;           ///< zone id -> Tables::virtual_network_links
  Relation records_by_zone;         ///< zone id -> Tables::dns_record_sets
  Relation groups_by_policy;        ///< firewall policy id -> Tables::rule_collection_groups
  Relation perimeters_by_target;    ///< service id -> Tables::perimeter_associations
  Relation perimeter_rules_by_profile;
  Relation ruleset_links_by_vnet;  ///< VNet id -> Tables::forwarding_ruleset_links
  Relation rules_by_ruleset;       ///< ruleset id -> Tables::forwarding_rules
  Relation endpoints_by_resolver;  ///< resolver id -> Tables::dns_resolver_endpoints
  Relation connections_by_vnet;    ///< VNet id -> Tables::hub_connections
  Relation connections_by_hub;     ///< virtual hub id -> Tables::hub_connections
  Relation tables_by_hub;          ///< virtual hub id -> Tables::hub_route_tables
  Relation intents_by_hub;         ///< virtual hub id -> Tables::routing_intents
  Relation hubs_by_wan;            ///< virtual WAN id -> Tables::virtual_hubs
  Relation firewalls_by_hub;       ///< virtual hub id -> Tables::firewalls
  Relation gaps_by_resource;       ///< missing or contradictory id, or the resource that refers to it -> Snapshot::gaps
  Relation taints_by_resource;     ///< any id -> Tables::unmodelled_network that mention it

 private:
  struct Ref {
    std::uint8_t kind = 0xff;
    std::uint32_t index = 0;
  };
  Snapshot snapshot_;
  std::vector<Ref> by_id_;
  std::vector<AdminPolicy> admin_policies_;  ///< by network
  Relation api_managements_;
  friend class Linker;
};

}  // namespace hubproof::model
