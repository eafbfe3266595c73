// The walk through hubs of a virtual WAN: what the router of a hub, and what its firewall, do with the packet.
// source: azure-semantics.md 7.3; learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/walker.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

using model::HubConnection;
using model::ResourceId;
using model::Subnet;

void Walker::to_virtual_hub(const Subnet& subnet, const Route& route) {
  const auto connections = e_.connections_by_vnet.of(subnet.vnet);
  const HubConnection& own = e_.tables().hub_connections[connections.front().second];
  if (route.origin.kind == RouteOrigin::Kind::hub_range) {
    for (const model::FirewallRole& role : v_.roles.firewalls) {
      const auto* firewall = e_.find<model::AzureFirewall>(role.firewall);
      if (role.vnet == own.hub && role.address == packet_.destination && firewall != nullptr)
        return deliver_to_firewall(*firewall);
    }
    return give_up({Place::Kind::virtual_hub, own.hub}, "the address is one of the hub's own instances");
  }
  follow_hub_route(hub_routing(v_, own.hub), route);
}

// A route of the hub `from`: to a firewall, to the network of a connection, or to a branch.
void Walker::follow_hub_route(const HubRouting& from, const Route& route) {
  const Place at{Place::Kind::virtual_hub, from.hub->id};
  if (route.next_hop.address.bits() != 0) {
    const model::FirewallRole* role = v_.roles.firewall_at(route.next_hop.target, route.next_hop.address);
    if (role == nullptr) return give_up(at, "the next hop in the hub is no hub firewall", {fact_of(v_, route)});
    hop(at, "forward",
        fmt::format("to the firewall {} of virtual hub {}", shown(v_, role->firewall), shown(v_, role->vnet)))
        .decided_by = {fact_of(v_, route)};
    return inspect_in_hub(*role);
  }
  if (route.origin.kind == RouteOrigin::Kind::hub_branch) return to_branch(from, false);
  const auto* connection = e_.find<HubConnection>(route.origin.resource);
  if (connection == nullptr) return give_up(at, "where the hub sends the packet is not known", {fact_of(v_, route)});
  to_hub_connection(from, *connection, false);
}

void Walker::inspect_in_hub(const model::FirewallRole& role) { arrive_at_firewall(role.firewall, role.vnet); }

// law:  after inspection the hub's own connections are reached, those of other hubs with a policy through their
//       firewall, those of normal hubs when they propagate to this hub's default table
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path (effective routes of
// the firewall; non-secured hubs)
void Walker::leave_hub_firewall(const model::AzureFirewall& firewall) {
  const HubRouting here = hub_routing(v_, firewall.virtual_hub);
  const Place at{Place::Kind::virtual_hub, firewall.virtual_hub};
  if (!here.doubt.empty()) return give_up(at, here.doubt, {here.fact});
  std::string doubt;
  const HubConnection* connection = connection_towards(v_, *here.hub, packet_.destination, doubt);
  if (!doubt.empty()) return give_up(at, doubt);
  if (connection != nullptr) return to_hub_connection(here, *connection, true);
  if (!internet_addresses().contains(packet_.destination)) return to_branch(here, true);
  if (!here.internet.exists) return give_up(at, "no routing policy for the Internet says where the firewall sends it");
  if (!may_leave_firewall(at, false)) return;
  end(Disposition::exits_to_internet, "exit", {Place::Kind::internet, {}},
      fmt::format("from the firewall {}", shown(v_, firewall.id)),
      {{here.internet.intent, fmt::format("/properties/routingPolicies/{}", here.internet.index), "Internet"}});
}

void Walker::to_hub_connection(const HubRouting& from, const HubConnection& connection, bool is_inspected) {
  const Place at{Place::Kind::virtual_hub, connection.hub};
  const std::string doubt = doubt_about(v_, connection);
  if (!doubt.empty()) return give_up(at, doubt);
  if (connection.hub != from.hub->id) {
    const HubRouting there = hub_routing(v_, connection.hub);
    if (!there.doubt.empty()) return give_up(at, there.doubt, {there.fact});
    if (inspects_private(there)) {
      hop(at, "forward",
          fmt::format("from virtual hub {} to the firewall of {}", shown(v_, from.hub->id), shown(v_, connection.hub)));
      return inspect_in_hub(*there.private_traffic.firewall);
    }
    const model::HubRouteTable* table = default_table(e_, from.hub->id);
    if (is_inspected && (table == nullptr || !propagates_to(v_, connection, *table))) {
      return end(Disposition::dropped, "drop", at,
                 fmt::format("the connection of {} does not propagate to the default route table of {}",
                             shown(v_, connection.vnet), shown(v_, from.hub->id)),
                 {{connection.id, "/properties/routingConfiguration/propagatedRouteTables", "not the default table"}});
    }
  }
  const auto* network = e_.find<model::VirtualNetwork>(connection.vnet);
  if (network == nullptr)
    return give_up(at, fmt::format("virtual network {} is not in the export", shown(v_, connection.vnet)));
  // source: azure-semantics.md 0 (a property that is not understood may change forwarding)
  if (!network->unread.empty()) {
    return give_up(at, fmt::format("virtual network {} has {}, which is not understood", shown(v_, connection.vnet),
                                   text::printable(network->unread.front().pointer)));
  }
  hop(at, "forward", fmt::format("by the connection of {}", shown(v_, connection.vnet))).decided_by = {
      {connection.id, "/properties/remoteVirtualNetwork/id", shown(v_, connection.vnet)}};
  enter_vnet(connection.vnet);
  deliver(connection.vnet);
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies (traffic from and to branches)
void Walker::to_branch(const HubRouting& from, bool is_inspected) {
  const Place at{Place::Kind::virtual_hub, from.hub->id};
  bool are_several = false;
  const model::VirtualHub* with = hub_with_branches(e_, *from.hub, are_several);
  if (are_several) return give_up(at, "several hubs of the virtual WAN have branches");
  if (with == nullptr) return end(Disposition::dropped, "drop", at, "the hub has no route to the address");
  const auto& learned = v_.designations.learned_prefixes;
  const bool is_learned =
      std::any_of(learned.begin(), learned.end(), [&](const Prefix& p) { return p.contains(packet_.destination); });
  if (!is_learned) {
    if (!v_.designations.has_learned_prefixes) return give_up(at, "which prefixes branches teach is in no export");
    return end(Disposition::dropped, "drop", at, "no branch teaches the address");
  }
  const HubRouting there = hub_routing(v_, with->id);
  if (!there.doubt.empty()) return give_up({Place::Kind::virtual_hub, with->id}, there.doubt, {there.fact});
  const bool is_elsewhere = with->id != from.hub->id;
  if (inspects_private(there) && (is_elsewhere || !is_inspected))
    return inspect_in_hub(*there.private_traffic.firewall);
  end(Disposition::exits_to_on_premises, "exit", {Place::Kind::virtual_hub, with->id},
      fmt::format("to a branch of virtual hub {}", shown(v_, with->id)));
}

// law:  from on-premises a private endpoint's /32 leads around the policy unless network policies are on in its subnet
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path (private endpoints)
bool Walker::is_uninspected_endpoint() {
  for (const model::PrivateEndpoint& endpoint : e_.tables().private_endpoints) {
    const Subnet* subnet = e_.find<Subnet>(endpoint.subnet);
    const std::vector<Ipv4> addresses = endpoint_addresses(v_, endpoint);
    if (!std::binary_search(addresses.begin(), addresses.end(), packet_.destination)) continue;
    if (subnet == nullptr || !obeys_routes(*subnet)) return true;
  }
  return false;
}

void Walker::start_at_hub(ResourceId hub) {
  const HubRouting here = hub_routing(v_, hub);
  const Place at{Place::Kind::virtual_hub, hub};
  if (!here.doubt.empty()) return give_up(at, here.doubt, {here.fact});
  if (is_back(at)) return;
  if (is_uninspected_endpoint())
    return give_up(at,
                   "from a branch a private endpoint without network policies is reached around the firewall or not");
  const std::optional<Route> route = choose(hub_routes(v_, here, nullptr), at);
  if (route) follow_hub_route(here, *route);
}

}  // namespace hubproof::net
