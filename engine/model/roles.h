// Roles: which virtual networks are hubs and spokes, which firewalls count, which tenants and AI resources there are,
// and why (inputs.md C4). Every inference is printed by `inventory`; ambiguity is never resolved silently.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/designation.h"
#include "engine/model/estate.h"

namespace hubproof::model {

/// A device that counts as the hub firewall, by address.
struct FirewallRole {
  ResourceId firewall;  ///< azureFirewalls id, or the VNet's id for a declared appliance
  ResourceId vnet;      ///< or the virtual hub that it stands in
  Ipv4 address;
  std::string reason;
};

struct HubRole {
  VnetIndex vnet;
  std::string reason;
};

/// A hub of a virtual WAN that has a secured hub (one with a firewall): also one that has no firewall itself.
struct VirtualHubRole {
  ResourceId hub;
  std::string reason;
};

struct SpokeRole {
  VnetIndex vnet;
  std::vector<VnetIndex> hubs;  ///< peered hubs, sorted; empty for a designated spoke without a peering
  std::string tenant;           ///< subscription guid unless designated otherwise
  std::string reason;
  ResourceId virtual_hub = {};  ///< the virtual hub that it is connected to, or unset
};

/// A virtual network that is neither: isolated, or peered to non-hubs only. Reported, never ignored.
struct OtherVnet {
  VnetIndex vnet;
  std::string reason;
};

struct Roles {
  std::vector<HubRole> hubs;  ///< sorted by id, as all lists here
  std::vector<VirtualHubRole> virtual_hubs;
  std::vector<SpokeRole> spokes;
  std::vector<OtherVnet> others;
  std::vector<FirewallRole> firewalls;
  std::vector<ResourceId> spoke_candidates_missing;  ///< remote VNets of hub peerings that the export does not hold
  std::vector<std::string> ambiguities;              ///< sentences that ask for a designation; not empty = undecided
  bool is_hub(VnetIndex vnet) const;
  bool is_spoke(VnetIndex vnet) const;
  const SpokeRole* spoke(VnetIndex vnet) const;
  bool is_virtual_hub(ResourceId hub) const;
  /// The firewall with this address in this VNet or virtual hub, or nullptr.
  const FirewallRole* firewall_at(ResourceId vnet, Ipv4 address) const;
};

Roles infer_roles(const Estate& estate, const Designations& designations);

}  // namespace hubproof::model
