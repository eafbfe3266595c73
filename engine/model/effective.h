// What Azure itself says about network interfaces: effective routes and effective security rules. A third voice beside
// the two layers: it is compared with the model and never replaces it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/enums.h"
#include "engine/model/id_table.h"
#include "engine/value/prefix.h"

namespace hubproof::model {

/// One row of `az network nic show-effective-route-table`.
/// source: learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/get-effective-route-table
struct EffectiveRoute {
  enum class Hop : std::uint8_t {
    vnet_local,
    peering,  ///< VNetPeering and VNetGlobalPeering
    connected_group,
    internet,
    gateway,
    appliance,  ///< VirtualAppliance and VirtualApplianceEcmp
    service_endpoint,
    interface_endpoint,
    none,
    unknown  ///< a spelling that was not understood
  };
  std::vector<Prefix> prefixes;  ///< IPv4 alone
  Hop hop = Hop::unknown;
  std::vector<Ipv4> addresses;  ///< of the next hop
  bool is_platform = false;     ///< source is Default
  bool is_learned = false;      ///< source is VirtualNetworkGateway
};

/// The active routes of an interface.
struct EffectiveRoutes {
  ResourceId nic;
  std::uint32_t source = 0;  ///< into Snapshot::sources
  bool is_whole = true;      ///< false: some row could not be read
  std::vector<EffectiveRoute> routes;
};

struct EffectiveRule {
  std::string name;  ///< without "securityRules/"
  std::uint32_t priority = 0;
  Direction direction = Direction::inbound;
  Access access = Access::deny;
  friend bool operator==(const EffectiveRule&, const EffectiveRule&) = default;
};

/// One group of `az network nic list-effective-nsg`, without Azure's own default rules.
struct EffectiveGroup {
  ResourceId group;
  ResourceId subnet;  ///< where it is attached: a subnet or an interface
  ResourceId nic;
  std::uint32_t source = 0;  ///< into Snapshot::sources
  bool is_whole = true;      ///< false: some rule could not be read
  std::vector<EffectiveRule> rules;
};

}  // namespace hubproof::model
