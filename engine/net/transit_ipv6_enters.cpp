// IPv6 packets that come into a spoke from adjacent networks and gateways.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/resolver_subnets.h"
#include "engine/net/route_collection.h"
#include "engine/net/transit_ipv6_parts.h"

namespace hubproof::net {

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

std::string route_word(const Route6& route) {
  return fmt::format("{} -> {}", to_string(route.prefix), name(route.next_hop.kind));
}

Ranges6 ranges_of(const Subnet& subnet) {
  Ranges6 out;
  for (const Prefix6& prefix : subnet.prefixes_v6) out.push_back(range_of(prefix));
  return out;
}

Fact table_fact(const View& view, const Subnet& subnet) {
  return {subnet.id, "/properties/routeTable/id",
          subnet.route_table.is_set() ? std::string(view.estate.spelling(subnet.route_table)) : std::string("absent")};
}

// As for IPv4: the firewall's own subnets are the promised way, Route Server instances send no data, a GatewaySubnet
// stands for what is behind its gateway. source: azure-semantics.md 1.5, 7.1
bool TransitRun6::sends_into_spokes(const Subnet& subnet) const {
  if (subnet.prefixes_v6.empty() || is_firewall_subnet(v_, subnet) || is_named(v_, subnet, "RouteServerSubnet"))
    return false;
  if (is_named(v_, subnet, "GatewaySubnet")) return !e_.gateways_by_vnet.of(subnet.vnet).empty();
  if (is_named(v_, subnet, "AzureBastionSubnet")) {
    const auto& hosts = e_.tables().bastion_hosts;
    return std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return host.subnet == subnet.id; });
  }
  // The assumption is printed with those of IPv4.
  return holds_endpoints_only(v_, subnet) != Ternary::yes && !holds_resolver_endpoints_only(v_, subnet);
}

void TransitRun6::judge_entering(const Subnet& subnet, const Share6& share, const PeeringLink& link) {
  const Route6& route = *share.route;
  const bool is_from_inside = subnet.vnet == vnet_.id;
  const bool is_link =
      route.next_hop.kind == NextHop::Kind::peering || route.next_hop.kind == NextHop::Kind::connected_group;
  const bool leads_in = (is_link && route.next_hop.target == vnet_.id) ||
                        (route.next_hop.kind == NextHop::Kind::vnet_local && is_from_inside);
  const bool leads_away = route.next_hop.kind == NextHop::Kind::none || route.next_hop.kind == NextHop::Kind::gateway ||
                          (route.next_hop.kind == NextHop::Kind::internet && route.source == RouteSource::system);
  if (leads_away) return;
  if (!leads_in) {
    return uncertain(Bypass::Way::enters, &subnet, route.next_hop, {fact_of(v_, route)},
                     fmt::format("where route {} of {} takes IPv6 packets for {} is not known", route_word(route),
                                 table_of(v_, subnet), shown(v_, vnet_.id)));
  }
  Landing6 landing;
  for (const Subnet* target : subnets_) {
    if (is_destination(*target)) land(subnet, *target, share.destinations, landing);
  }
  if (landing.passes == Ternary::no || link.carries == Ternary::no) return;
  Bypass out;
  out.way = Bypass::Way::enters;
  out.from = index(subnet);
  out.next_hop = route.next_hop;
  out.facts = {fact_of(v_, route), table_fact(v_, subnet)};
  out.reason = fmt::format("{} of {} reaches {} over IPv6 ({}): no user route of {} drops {}", shown(v_, subnet.id),
                           shown(v_, subnet.vnet), enumeration(landing.places), name(route.next_hop.kind),
                           table_of(v_, subnet), to_string(route.prefix));
  out.expected = fmt::format("{} -> None", to_string(route.prefix));
  out.doubt = !link.reason.empty() ? link.reason : share.doubt;
  if (out.doubt.empty() && is_named(v_, subnet, "GatewaySubnet"))
    out.doubt = "whether the gateway carries IPv6 is not modelled";
  if (out.doubt.empty() && landing.passes == Ternary::unknown) out.doubt = landing.reason;
  witnessed(std::move(out), landing.example, {Place::Kind::subnet, subnet.id});
}

void TransitRun6::enters_from(const Subnet& subnet, const PeeringLink& link) {
  Ranges6 window;
  std::vector<Prefix6> prefixes;
  for (const Subnet* target : subnets_) {
    for (const Prefix6& prefix : target->prefixes_v6) {
      window.push_back(range_of(prefix));
      prefixes.push_back(prefix);
    }
  }
  if (prefixes.empty()) return;  // nobody is there
  const RouteSet6 set = effective_routes_v6(v_, subnet, prefixes);
  for (const Share6& share : shares_of(set.routes, window)) judge_entering(subnet, share, link);
  for (const UnknownRoutes& unknown : set.unknown) {
    // What a gateway teaches leads away; what a Route Server teaches leads to an appliance that may be anywhere; tags
    // and service endpoints are public addresses. source: azure-semantics.md 7.1, 7.2
    const auto* teacher = e_.find<model::Gateway>(unknown.fact.resource);
    const bool is_taught = teacher != nullptr && teacher->is_route_server;
    if (!is_taught && unknown.next_hop.kind != NextHop::Kind::unknown) continue;
    uncertain(Bypass::Way::enters, &subnet, unknown.next_hop, {unknown.fact}, "IPv6: " + unknown.reason);
  }
}

void TransitRun6::enters_from(const VirtualNetwork& vnet, const Peering& peering) {
  if (hides_subnets(v_, vnet)) {
    uncertain(Bypass::Way::enters, nullptr, {NextHop::Kind::peering, vnet_.id, {}},
              {{vnet.id, "/properties/subnets", "absent"}},
              fmt::format("the export shows no subnet of {}: who reaches {} over IPv6 from there is not known",
                          shown(v_, vnet.id), shown(v_, vnet_.id)));
  }
  for (const auto& [key, at] : e_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = e_.tables().subnets[at];
    if (!sends_into_spokes(subnet)) continue;
    const std::size_t first = result_.bypasses.size();
    enters_from(subnet, peering_link_v6(v_, peering, subnet));
    if (holds_endpoints_only(v_, subnet) == Ternary::unknown) doubt_sender(first, perhaps_silent(subnet));
  }
}

void TransitRun6::enters() {
  for (const Subnet* subnet : subnets_) {
    if (is_named(v_, *subnet, "GatewaySubnet") && sends_into_spokes(*subnet))
      enters_from(*subnet, {Ternary::yes, true, {}});
  }
  for (const auto& [key, at] : e_.peerings_by_vnet.of(vnet_.id)) {
    const Peering& own = e_.tables().peerings[at];
    if (e_.find<VirtualNetwork>(own.remote) != nullptr || peering_link(v_, own).carries == Ternary::no) continue;
    uncertain(Bypass::Way::enters, nullptr, {NextHop::Kind::peering, vnet_.id, {}},
              {{own.id, "/properties/remoteVirtualNetwork/id", "not in the export"}},
              fmt::format("{} is peered to {}, which is not in the export: its IPv6 routes cannot be read",
                          shown(v_, own.remote), shown(v_, vnet_.id)));
  }
  for (const auto& [key, at] : e_.peerings_by_remote.of(vnet_.id)) {
    const Peering& peering = e_.tables().peerings[at];
    const VirtualNetwork* vnet = e_.find<VirtualNetwork>(peering.vnet);
    if (vnet != nullptr && peering_link(v_, peering).carries != Ternary::no) enters_from(*vnet, peering);
  }
}

}  // namespace hubproof::net
