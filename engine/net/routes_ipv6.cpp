// The IPv6 half of effective routes. source: azure-semantics.md 1.8
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/route_collection.h"

namespace hubproof::net {
namespace {

using model::Peering;
using model::Subnet;
using model::View;

void add_own_network(const View& view, const Subnet& subnet, RouteSet6& out) {
  const auto* vnet = view.estate.find<model::VirtualNetwork>(subnet.vnet);
  if (vnet == nullptr) return;
  for (const Prefix6& prefix : vnet->address_space_v6) {
    out.routes.push_back({prefix,
                          RouteSource::system,
                          {NextHop::Kind::vnet_local, vnet->id, {}},
                          true,
                          {RouteOrigin::Kind::address_space, vnet->id},
                          {}});
  }
}

NextHop next_hop_of(const model::Route& route, const Subnet& subnet) {
  switch (route.next_hop) {
    case model::NextHopType::virtual_network_gateway: return {NextHop::Kind::gateway, {}, {}};
    case model::NextHopType::vnet_local: return {NextHop::Kind::vnet_local, subnet.vnet, {}};
    case model::NextHopType::internet: return {NextHop::Kind::internet, {}, {}};
    case model::NextHopType::none: return {NextHop::Kind::none, {}, {}};
    case model::NextHopType::virtual_appliance:
    case model::NextHopType::virtual_appliance_ecmp: return {NextHop::Kind::appliance, {}, {}};
  }
  return {NextHop::Kind::unknown, {}, {}};
}

// A route that cannot be read is among the unknown ones, whatever its prefix is.
void add_user_routes(const Subnet& subnet, const model::RouteTable& table, RouteSet6& out) {
  for (std::size_t i = 0; i < table.routes.size(); ++i) {
    const model::Route& route = table.routes[i];
    const Prefix6* prefix = route.prefix ? std::get_if<Prefix6>(&*route.prefix) : nullptr;
    if (!route.is_usable || prefix == nullptr) continue;
    out.routes.push_back({*prefix,
                          RouteSource::user,
                          next_hop_of(route, subnet),
                          true,
                          {RouteOrigin::Kind::user, table.id, static_cast<std::uint32_t>(i)},
                          {}});
  }
}

bool overlaps(const Prefix6& prefix, std::span<const Prefix6> window) {
  return window.empty() ||
         std::any_of(window.begin(), window.end(), [&](const Prefix6& wanted) { return prefix.overlaps(wanted); });
}

// law:  no page says whether a connected group carries IPv6, nor whether a user route of the same prefix wins
// form: the route is there as one that may, beside the user's
// source: azure-semantics.md 7.4; learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration
void add_connected(const Prefix6& prefix, const Peering& link, std::string doubt, RouteSet6& out) {
  const bool has_user_route = std::any_of(out.routes.begin(), out.routes.end(), [&](const Route6& route) {
    return route.source == RouteSource::user && route.prefix == prefix;
  });
  if (doubt.empty()) doubt = "whether a connected group carries IPv6 is not documented";
  out.routes.push_back({prefix,
                        has_user_route ? RouteSource::user : RouteSource::system,
                        {NextHop::Kind::connected_group, link.remote, {}},
                        false,
                        {RouteOrigin::Kind::connected_group, link.id},
                        std::move(doubt)});
}

void add_peering(const View& view, const Subnet& subnet, const Peering& peering, std::span<const Prefix6> window,
                 RouteSet6& out) {
  const auto* table = view.estate.find<model::RouteTable>(subnet.route_table);
  // A hub has many peerings, of which a spoke asks about one.
  if (!window.empty() && !may_route(view, peering, window)) return;
  const PeeringLink link = peering_link_v6(view, peering, subnet);
  if (!link.has_route) return;
  for (const PeeringRange6& range : peering_ranges_v6(view, peering)) {
    if (!overlaps(range.prefix, window)) continue;
    std::string why = link.reason;
    if (why.empty() && !range.is_certain) {
      why = fmt::format("the IPv6 address space of {} and what the peering last synced differ",
                        shown(view, peering.remote));
    }
    // source: azure-semantics.md 1.5 (disablePeeringRoute: preview, neither presence nor absence may be relied on)
    if (why.empty() && table != nullptr && table->disable_peering_route)
      why = "disablePeeringRoute is All, whose reach is not documented";
    if (peering.connected_group.is_set()) {
      add_connected(range.prefix, peering, std::move(why), out);
      continue;
    }
    const bool is_certain = why.empty();
    out.routes.push_back({range.prefix,
                          RouteSource::system,
                          {NextHop::Kind::peering, peering.remote, {}},
                          is_certain,
                          {RouteOrigin::Kind::peering, peering.id},
                          std::move(why)});
  }
}

// What is not understood about the network, the table or the subnet, tags, service endpoints and gateways may route
// IPv6 as well as IPv4. The private endpoints' /32 do not: azure-semantics.md 1.8 (private endpoints are IPv4)
std::vector<UnknownRoutes> unknown_routes(const View& view, const Subnet& subnet) {
  const model::Designations none;
  const View undeclared{view.estate, view.roles, none};
  const Prefix nowhere[] = {Prefix::host(Ipv4())};
  std::vector<UnknownRoutes> out =
      collect_routes(undeclared, subnet, {.window = nowhere, .with_endpoints = false, .with_tag_lists = false}).unknown;
  for (UnknownRoutes& unknown : out) {
    if (unknown.source != RouteSource::bgp) continue;
    unknown.reason = fmt::format(
        "{} may lead to a gateway that teaches any IPv6 route, and gateway route propagation is on; what it learns is "
        "in no export (disable propagation)",
        shown(view, unknown.fact.resource));
  }
  return out;
}

}  // namespace

// law:  a dual-stack network has prefixes, peering ranges, user routes and ::/0 -> Internet of its own; IPv4 routes say
//       nothing about IPv6
// source: azure-semantics.md 1.8; learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview
RouteSet6 effective_routes_v6(const View& view, const Subnet& subnet, std::span<const Prefix6> window) {
  RouteSet6 out;
  out.unknown = unknown_routes(view, subnet);
  add_own_network(view, subnet, out);
  const auto* table = view.estate.find<model::RouteTable>(subnet.route_table);
  if (table != nullptr) add_user_routes(subnet, *table, out);
  for (const auto& [key, index] : view.estate.peerings_by_vnet.of(subnet.vnet))
    add_peering(view, subnet, view.estate.tables().peerings[index], window, out);
  out.routes.push_back({Prefix6(),
                        RouteSource::system,
                        {NextHop::Kind::internet, {}, {}},
                        true,
                        {RouteOrigin::Kind::system, subnet.vnet},
                        {}});
  return out;
}

RouteSet6 effective_routes_v6(const View& view, const Subnet& subnet) { return effective_routes_v6(view, subnet, {}); }

}  // namespace hubproof::net
