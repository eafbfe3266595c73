// What the hub of a virtual WAN does with packets, as far as the export settles it, and the routes that it teaches.
// source: azure-semantics.md 7.3; learn.microsoft.com/azure/virtual-wan/how-to-routing-policies,
// .../about-virtual-hub-routing
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/routes.h"

namespace hubproof::net {

/// One routing policy of a hub.
struct HubPolicy {
  bool exists = false;
  const model::FirewallRole* firewall = nullptr;  ///< its next hop, when that is the hub's own firewall of the roles
  model::ResourceId intent;
  std::uint32_t index = 0;  ///< of the intent's policies
};

struct HubRouting {
  const model::VirtualHub* hub = nullptr;
  std::string doubt;  ///< why what it does is not settled; empty when it is
  model::Fact fact;   ///< of the doubt
  HubPolicy private_traffic;
  HubPolicy internet;
  std::vector<Prefix> private_prefixes;  ///< RFC 1918 and the further ones listed; of a hub with a policy for them
};
HubRouting hub_routing(const model::View& view, model::ResourceId hub);

/// Private traffic of the hub (all that goes between its connections, branches and other hubs) crosses its firewall.
/// False when that is not settled.
bool inspects_private(const HubRouting& routing);

/// The routes that the hub teaches the network of `connection`, or (nullptr) its branches, but for the hub's own range.
RouteSet hub_routes(const model::View& view, const HubRouting& routing, const model::HubConnection* connection);

/// The connection whose network holds `address`, or nullptr. `doubt`: why another may hold it as well.
const model::HubConnection* connection_towards(const model::View& view, const model::VirtualHub& hub, Ipv4 address,
                                               std::string& doubt);

/// Why the connection itself is not settled (unread values, its peering is not Connected), or empty.
std::string doubt_about(const model::View& view, const model::HubConnection& connection);

/// The routes of `connection`'s network are taught by way of the table. source: azure-semantics.md 7.3 (propagation)
bool propagates_to(const model::View& view, const model::HubConnection& connection, const model::HubRouteTable& table);

/// The hub's defaultRouteTable, or nullptr.
const model::HubRouteTable* default_table(const model::Estate& estate, model::ResourceId hub);

/// The hub among those of the WAN that has branches; nullptr when none has or (`are_several`) more than one.
const model::VirtualHub* hub_with_branches(const model::Estate& estate, const model::VirtualHub& hub,
                                           bool& are_several);

/// Branches, whichever hub of the WAN they are on: also when the export does not hold the whole WAN.
bool may_have_branches(const model::Estate& estate, const model::VirtualHub& hub);

/// Network policies for user routes are on for certain in the subnet: branches reach its private endpoints through the
/// policy's firewall. source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path
bool obeys_routes(const model::Subnet& subnet);

/// Whether all of `prefix` lies in one of `list`.
bool lies_in(const Prefix& prefix, const std::vector<Prefix>& list);

}  // namespace hubproof::net
