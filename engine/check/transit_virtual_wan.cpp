// HP-TRN-016: what takes the place of user routes on a virtual WAN.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::check {
namespace {

using model::HubConnection;
using model::ResourceId;
using model::RouteTable;
using model::Subnet;
using model::View;
using model::VirtualHub;
using model::VnetIndex;

constexpr std::string_view kIntent = "a routing intent with PrivateTraffic and Internet to the hub's firewall";

/// Routes of the hub's tables that lead to a firewall: the older way to secure a hub.
bool has_firewall_routes(const Scope& scope, ResourceId hub) {
  for (const auto& [key, index] : scope.estate().tables_by_hub.of(hub)) {
    for (const auto& route : scope.tables().hub_route_tables[index].routes) {
      if (scope.estate().find<model::AzureFirewall>(route.next_hop) != nullptr) return true;
    }
  }
  return false;
}

void judge_policy(const Scope& scope, ResourceId hub, const net::HubPolicy& policy, std::string_view traffic,
                  Judgement& judgement) {
  if (policy.exists) {
    judgement.fact(policy.intent, fmt::format("/properties/routingPolicies/{}", policy.index), std::string(traffic));
    return;
  }
  judgement.fact(hub, "", fmt::format("no routing policy for {}", traffic));
  if (has_firewall_routes(scope, hub)) {
    judgement.doubt(fmt::format("it has no routing policy for {}, and routes to a firewall in its route tables: "
                                "HP-TRN-015 decides what they do",
                                traffic),
                    std::string(kIntent));
  } else {
    judgement.fail(fmt::format("{} has no routing policy for {}", scope.label(hub), traffic), std::string(kIntent));
  }
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies (private traffic is RFC 1918 and the further
// prefixes listed); the ranges of branches are in no export
void judge_branches(const Scope& scope, const net::HubRouting& routing, Judgement& judgement) {
  if (!net::may_have_branches(scope.estate(), *routing.hub)) return;
  const model::Designations& declared = scope.view().designations;
  if (!declared.has_learned_prefixes) {
    return judgement.doubt("its virtual WAN has or may have branches, whose ranges are in no export",
                           "assumptions.learned_prefixes in hubproof.yaml");
  }
  for (const Prefix& prefix : declared.learned_prefixes) {
    if (net::lies_in(prefix, routing.private_prefixes)) continue;
    judgement.fail(
        fmt::format("the branch range {} is no private traffic of {}", to_string(prefix), scope.label(routing.hub->id)),
        "the range among the private traffic prefixes");
  }
}

Finding judge_hub(const Scope& scope, const VirtualHub& hub) {
  Judgement judgement(hub.id);
  const net::HubRouting routing = net::hub_routing(scope.view(), hub.id);
  if (!routing.doubt.empty()) {
    judgement.fact(routing.fact);
    judgement.doubt(routing.doubt, "the hub's route tables and routing intent");
  } else {
    judge_policy(scope, hub.id, routing.private_traffic, "PrivateTraffic", judgement);
    judge_policy(scope, hub.id, routing.internet, "Internet", judgement);
    if (routing.private_traffic.exists) judge_branches(scope, routing, judgement);
  }
  judgement.doubt(doubt_about(scope.view(), hub));
  return std::move(judgement).finding();
}

// law:  a spoke learns the hub's routes, so propagation stays on; a 0/0 of its own displaces the learned one
// source: azure-semantics.md 1.5, 7.3
void judge_table(Scope& scope, VnetIndex spoke, const Subnet& subnet, Judgement& judgement) {
  const RouteTable* table = scope.estate().find<RouteTable>(subnet.route_table);
  if (table == nullptr) {
    if (subnet.route_table.is_set())
      judgement.doubt(fmt::format("the route table of {} is not in the export", scope.label(subnet)));
    return;
  }
  const auto is_off = table->disable_bgp_propagation.value_or_default(false);
  if (!is_off)
    judgement.doubt(fmt::format("disableBgpRoutePropagation of {} is not understood", scope.label(table->id)));
  if (is_off == true) {
    judgement.fact(table->id, "/properties/disableBgpRoutePropagation", "true");
    judgement.fail(fmt::format("{} does not take the hub's routes (disableBgpRoutePropagation)", scope.label(subnet)),
                   "disableBgpRoutePropagation false");
  }
  for (const model::Route& route : table->routes) {
    const bool is_default = route.prefix && *route.prefix == AnyPrefix(Prefix());
    if (!route.is_usable || !is_default || route.next_hop == model::NextHopType::none) continue;
    const bool is_appliance = !route.next_hop_addresses.empty();
    using Answer = Scope::Hop::Answer;
    Answer worst = is_appliance ? Answer::firewall : Answer::something_else;
    for (const Ipv4 address : route.next_hop_addresses) {
      const Answer answer = scope.next_hop(spoke, address).answer;
      if (worst == Answer::firewall || answer == Answer::something_else) worst = answer;
    }
    if (worst == Answer::firewall) continue;
    judgement.fact(table->id, fmt::format("/properties/routes/{}", &route - table->routes.data()),
                   fmt::format("0.0.0.0/0 -> {}", model::name(route.next_hop)));
    if (worst == Answer::unknown)
      judgement.doubt(fmt::format("where 0.0.0.0/0 of {} leads is not known", scope.label(table->id)));
    else
      judgement.fail(fmt::format("0.0.0.0/0 of {} leads past the hub", scope.label(table->id)), "no 0.0.0.0/0 route");
  }
  judgement.doubt(doubt_about_table(scope.view(), *table));
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path (private endpoints)
void judge_endpoints(const Scope& scope, const Subnet& subnet, Judgement& judgement) {
  if (scope.estate().endpoints_by_subnet.of(subnet.id).empty() || net::obeys_routes(subnet)) return;
  const auto& policies = subnet.private_endpoint_policies;
  if (policies.is_unreadable())
    return judgement.doubt(fmt::format("privateEndpointNetworkPolicies of {} is not understood", scope.label(subnet)));
  judgement.fact(subnet.id, "/properties/privateEndpointNetworkPolicies",
                 policies.is_known() ? std::string(model::name(policies.value())) : "absent -> Disabled");
  judgement.fail(fmt::format("the private endpoints of {} do not obey routes", scope.label(subnet)),
                 "privateEndpointNetworkPolicies Enabled or RouteTableEnabled");
}

void judge_mesh(const Scope& scope, VnetIndex spoke, Judgement& judgement) {
  for (const auto& [key, index] : scope.estate().peerings_by_vnet.of(scope.vnet(spoke).id)) {
    const model::Peering& link = scope.tables().peerings[index];
    if (!link.connected_group.is_set() || !scope.is_spoke(scope.vnet_index(link.remote))) continue;
    judgement.fact(link.id, "/properties", fmt::format("ConnectedGroup of {}", scope.label(link.connected_group)));
    if (link.state.is(model::PeeringState::connected))
      judgement.fail(fmt::format("a connected group joins it with {}", scope.label(link.remote)),
                     "no connected group of spokes");
    else
      judgement.doubt(fmt::format("whether a connected group joins it with {} is not known", scope.label(link.remote)));
  }
}

// law:  private traffic of a policy is RFC 1918 and what is listed: ranges beside it may go around the firewall
void judge_ranges(const Scope& scope, VnetIndex spoke, const net::HubRouting& routing, Judgement& judgement) {
  if (!routing.doubt.empty() || !routing.private_traffic.exists) return;  // told of the hub
  for (const Prefix& prefix : scope.vnet(spoke).address_space) {
    if (net::lies_in(prefix, routing.private_prefixes)) continue;
    judgement.fact(scope.vnet(spoke).id, "/properties/addressSpace/addressPrefixes", to_string(prefix));
    judgement.fail(
        fmt::format("its range {} is no private traffic of {}", to_string(prefix), scope.label(routing.hub->id)),
        "the range among the private traffic prefixes");
  }
}

void judge_connection(const Scope& scope, const HubConnection& connection, Judgement& judgement) {
  const auto& security = connection.internet_security;
  if (security.is(false)) {
    judgement.fact(connection.id, "/properties/enableInternetSecurity", "false");
    judgement.fail("its connection does not take the hub's default route (enableInternetSecurity)",
                   "enableInternetSecurity true");
  } else if (!security.is_known()) {
    judgement.doubt("enableInternetSecurity of its connection is absent or not understood", "enableInternetSecurity");
  } else {
    judgement.fact(connection.id, "/properties/enableInternetSecurity", "true");
  }
  judgement.doubt(doubt_about(scope.view(), connection));
}

Finding judge_spoke(Scope& scope, VnetIndex spoke, const std::string& wan) {
  const model::VirtualNetwork& vnet = scope.vnet(spoke);
  Judgement judgement(vnet.id);
  const auto connections = scope.estate().connections_by_vnet.of(vnet.id);
  if (connections.empty())
    judgement.doubt(fmt::format("{}; the connection is not in the export", wan),
                    "its hubVirtualNetworkConnections row");
  for (const auto& [key, index] : connections) {
    const HubConnection& connection = scope.tables().hub_connections[index];
    judge_connection(scope, connection, judgement);
    judge_ranges(scope, spoke, net::hub_routing(scope.view(), connection.hub), judgement);
  }
  for (const Subnet* subnet : scope.subnets(spoke)) {
    if (scope.sends(*subnet)) judge_table(scope, spoke, *subnet, judgement);
    judge_endpoints(scope, *subnet, judgement);
    judgement.doubt(doubt_about(scope.view(), *subnet));
  }
  judge_mesh(scope, spoke, judgement);
  judgement.doubt(doubt_about(scope.view(), vnet));
  return std::move(judgement).finding();
}

/// The virtual WANs that serve a spoke, and hubs that say none.
std::set<ResourceId> wans_of_spokes(const Scope& scope, std::set<ResourceId>& alone) {
  std::set<ResourceId> out;
  for (const model::SpokeRole& spoke : scope.view().roles.spokes) {
    for (const auto& [key, index] : scope.estate().connections_by_vnet.of(scope.vnet(spoke.vnet).id)) {
      const ResourceId id = scope.tables().hub_connections[index].hub;
      const auto* hub = scope.estate().find<VirtualHub>(id);
      if (hub != nullptr && hub->wan.is_set())
        out.insert(hub->wan);
      else
        alone.insert(id);
    }
  }
  return out;
}

}  // namespace

// law:  one hub of the WAN without a routing policy lets its connections and branches reach the others' past a firewall
// source: azure-semantics.md 7.3; learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
Findings virtual_wan_is_secured(const View& view) {
  Scope scope(view);
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    const std::string wan = scope.virtual_wan(spoke.vnet);
    const ResourceId id = scope.vnet(spoke.vnet).id;
    if (!wan.empty())
      out.findings.push_back(judge_spoke(scope, spoke.vnet, wan));
    else if (view.estate.is_partial(model::ArgTable::resources))
      out.findings.push_back(undecided(id, "the export is partial: whether it is on a virtual WAN is not known"));
    else
      out.findings.push_back(inapplicable(id, "it is on no virtual WAN"));
  }
  std::set<ResourceId> hubs;
  for (const ResourceId wan : wans_of_spokes(scope, hubs)) {
    for (const auto& [key, index] : scope.estate().hubs_by_wan.of(wan))
      hubs.insert(scope.tables().virtual_hubs[index].id);
    const auto* row = scope.estate().find<model::VirtualWan>(wan);
    if (row != nullptr) hubs.insert(row->hubs.begin(), row->hubs.end());
    if (row == nullptr)
      out.findings.push_back(
          undecided(wan, "the virtual WAN is not in the export: which hubs it has is not known", "its row"));
  }
  for (const ResourceId id : hubs) {
    const auto* hub = scope.estate().find<VirtualHub>(id);
    out.findings.push_back(hub != nullptr
                               ? judge_hub(scope, *hub)
                               : undecided(id, "this hub of the virtual WAN is not in the export", "its row"));
  }
  return finish_transit(view, std::move(out));
}

}  // namespace hubproof::check
