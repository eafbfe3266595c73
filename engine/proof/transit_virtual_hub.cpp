// The transit claim where virtual hubs are in it: what their routes mean, and who comes in by their routers.
// source: azure-semantics.md 7.3; learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/net/virtual_hub.h"
#include "engine/proof/transit_question.h"

namespace hubproof::proof {

using model::HubConnection;
using model::ResourceId;
using model::Subnet;
using model::SubnetIndex;
using model::VirtualHub;
using model::VirtualNetwork;
using net::RouteOrigin;

// law:  the hub hands the packet to a firewall of the roles
bool QuestionBuilder::is_inspected(const net::Route& route, Candidate& candidate) const {
  const auto& firewalls = view_.roles.firewalls;
  for (std::uint32_t i = 0; i < firewalls.size(); ++i) {
    if (firewalls[i].vnet != route.next_hop.target || firewalls[i].address != route.next_hop.address) continue;
    candidate.firewall = i;
    return true;
  }
  return false;
}

Harm QuestionBuilder::harm_of_hub_route(const net::Route& route, Candidate& candidate, Question& question) {
  if (is_inspected(route, candidate)) return Harm::none;
  // The hub's own range holds instances of the platform only.
  if (route.origin.kind == RouteOrigin::Kind::hub_range) return Harm::none;
  if (route.origin.kind == RouteOrigin::Kind::hub_branch) return route.is_certain ? Harm::certain : Harm::maybe;
  const auto* connection = estate_.find<HubConnection>(route.origin.resource);
  const auto* remote = connection == nullptr ? nullptr : estate_.find<VirtualNetwork>(connection->vnet);
  const bool is_plain_way = route.origin.kind == RouteOrigin::Kind::hub_connection && route.is_certain;
  if (!is_plain_way || remote == nullptr || !remote->unread.empty() || net::hides_subnets(view_, *remote))
    return Harm::maybe;
  candidate.zone = zone_of(remote->id, question);
  return Harm::certain;
}

Harm QuestionBuilder::harm_of_hub_route_into(const net::Route& route, ResourceId spoke, Candidate& candidate) const {
  if (estate_.connections_by_vnet.of(spoke).empty() || is_inspected(route, candidate)) return Harm::none;
  if (route.origin.kind == RouteOrigin::Kind::hub_connection) {
    const auto* connection = estate_.find<HubConnection>(route.origin.resource);
    return connection != nullptr && connection->vnet == spoke ? Harm::certain : Harm::none;
  }
  const bool leads_away =
      route.origin.kind == RouteOrigin::Kind::hub_range || route.origin.kind == RouteOrigin::Kind::hub_branch;
  return leads_away ? Harm::none : Harm::maybe;
}

bool QuestionBuilder::wan_has_branches(const VirtualHub& hub) const {
  const auto hubs = estate_.hubs_by_wan.of(hub.wan);
  return std::any_of(hubs.begin(), hubs.end(), [&](const model::Relation::Pair& entry) {
    return model::has_branches(estate_, estate_.tables().virtual_hubs[entry.second]);
  });
}

// All hubs of the WAN are in the export.
bool QuestionBuilder::is_whole(const VirtualHub& hub) const {
  const auto* wan = estate_.find<model::VirtualWan>(hub.wan);
  const auto is_held = [&](ResourceId id) { return estate_.find<VirtualHub>(id) != nullptr; };
  return wan != nullptr && std::all_of(wan->hubs.begin(), wan->hubs.end(), is_held);
}

// law:  a policy for private traffic covers RFC 1918 and the listed prefixes, no static routes of connections, and no
//       private endpoints that branches reach, unless their subnets obey user routes
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
void QuestionBuilder::doubts_of_policy(const VirtualNetwork& spoke, const HubConnection& own,
                                       const std::vector<Prefix>& private_prefixes, SpokeQuestions& out) const {
  const auto doubt = [&](model::Fact fact, std::string reason) {
    out.doubts.push_back({std::move(fact), std::move(reason), Doubt::Reach::all});
  };
  for (const Prefix& prefix : spoke.address_space) {
    const auto holds = [&](const Prefix& outer) { return outer.contains(prefix); };
    if (std::any_of(private_prefixes.begin(), private_prefixes.end(), holds)) continue;
    doubt({spoke.id, "/properties/addressSpace/addressPrefixes", to_string(prefix)},
          fmt::format("{} is not among the private traffic prefixes of the virtual hub", to_string(prefix)));
  }
  if (!own.static_routes.empty())
    doubt({own.id, "/properties/routingConfiguration", "static routes"}, "static routes go around the routing policy");
  if (own.table.is_set() && !text::equals(estate_.name(own.table), "defaultRouteTable"))
    doubt({own.id, "/properties/routingConfiguration", "another table"}, "the connection has a table of its own");
  const VirtualHub& hub = *estate_.find<VirtualHub>(own.hub);
  if (is_whole(hub) && !wan_has_branches(hub)) return;
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(spoke.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    const auto& policies = subnet.private_endpoint_policies;
    const bool obeys = policies.is(model::PrivateEndpointPolicies::enabled) ||
                       policies.is(model::PrivateEndpointPolicies::route_table_enabled);
    if (obeys || estate_.endpoints_by_subnet.of(subnet.id).empty()) continue;
    doubt({subnet.id, "/properties/privateEndpointNetworkPolicies", "not enabled"},
          fmt::format("branches may reach the private endpoints of {} around the firewall", estate_.name(subnet.id)));
  }
  for (const model::UnmodelledNetworkResource& found : estate_.tables().unmodelled_network) {
    const bool is_circuit = text::starts_with(found.type, "microsoft.network/expressroutegateways");
    if (is_circuit && !found.unread.empty())
      doubt({found.id, found.unread.front().pointer, found.unread.front().met},
            "an ExpressRoute connection is not understood");
  }
}

void QuestionBuilder::ask_connections(const VirtualNetwork& spoke, const Inside& inside, const VirtualHub& hub,
                                      SpokeQuestions& out) {
  for (const auto& [wan, at] : estate_.hubs_by_wan.of(hub.wan)) {
    for (const auto& [key, index] : estate_.connections_by_hub.of(estate_.tables().virtual_hubs[at].id)) {
      const HubConnection& other = estate_.tables().hub_connections[index];
      if (other.vnet == spoke.id) continue;
      const auto* vnet = estate_.find<VirtualNetwork>(other.vnet);
      if (vnet == nullptr || net::hides_subnets(view_, *vnet)) {
        out.doubts.push_back(
            {{other.id, "/properties/remoteVirtualNetwork/id", "not in the export"},
             fmt::format("{} is on the same virtual WAN and not in the export", estate_.name(other.vnet)),
             Doubt::Reach::all});
        continue;
      }
      doubt_lost_endpoints(vnet->id, out);
      for (const auto& [id, subnet] : estate_.subnets_by_vnet.of(vnet->id)) {
        if (is_exempt_source(estate_.tables().subnets[subnet])) continue;
        out.questions.push_back(entering(spoke, inside, SubnetIndex(subnet), {}));
      }
    }
  }
}

void QuestionBuilder::ask_hubs(const VirtualNetwork& spoke, const Inside& inside, SpokeQuestions& out) {
  for (const auto& [key, index] : estate_.connections_by_vnet.of(spoke.id)) {
    const HubConnection& own = estate_.tables().hub_connections[index];
    const net::HubRouting routing = net::hub_routing(view_, own.hub);
    const std::string why = !routing.doubt.empty() ? routing.doubt : net::doubt_about(view_, own);
    if (!why.empty()) {
      out.doubts.push_back({{own.id, "", "not settled"}, why, Doubt::Reach::all});
      continue;
    }
    // What the hidden one teaches may be no private traffic, or a branch's.
    if (!is_whole(*routing.hub)) {
      out.doubts.push_back({{own.hub, "/properties/virtualWan/id", "not whole"},
                            "not all hubs of the virtual WAN are in the export",
                            Doubt::Reach::all});
    }
    if (routing.private_traffic.exists) {
      doubts_of_policy(spoke, own, routing.private_prefixes, out);
      continue;
    }
    if (wan_has_branches(*routing.hub)) {
      out.doubts.push_back({{own.hub, "", "no policy for private traffic"},
                            "branches reach the spoke by the router of its virtual hub",
                            Doubt::Reach::all});
    }
    ask_connections(spoke, inside, *routing.hub, out);
  }
}

}  // namespace hubproof::proof
