// Which of several routes Azure uses, and which user routes displace the /32 of a private endpoint.
#include <algorithm>

#include "engine/net/route_collection.h"

namespace hubproof::net {
namespace {

using model::PrivateEndpointPolicies;
using model::Subnet;
using model::VirtualNetwork;

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route (system
// routes of VNets, peerings and service endpoints are preferred even over more specific BGP routes)
template <class Block>
bool is_kept_over_bgp(const BasicRoute<Block>& route) {
  if (route.source != RouteSource::system) return false;
  switch (route.next_hop.kind) {
    case NextHop::Kind::vnet_local:
    case NextHop::Kind::peering:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::virtual_hub: return true;  // as a system route: the peering with the hub's own network
    case NextHop::Kind::connected_group:           // not documented
    case NextHop::Kind::internet:
    case NextHop::Kind::gateway:
    case NextHop::Kind::appliance:
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::none:
    case NextHop::Kind::unknown: return false;
  }
  return false;
}

template <class Block>
bool comes_before(const BasicRoute<Block>& a, const BasicRoute<Block>& b) {
  if (is_kept_over_bgp(a) && b.source == RouteSource::bgp) return true;
  if (is_kept_over_bgp(b) && a.source == RouteSource::bgp) return false;
  if (a.prefix.length() != b.prefix.length()) return a.prefix.length() > b.prefix.length();
  if (a.source != b.source) return a.source < b.source;
  return a.tag_rank < b.tag_rank;
}

template <class Block, class Address>
std::vector<const BasicRoute<Block>*> select(std::span<const BasicRoute<Block>> routes, const Address& destination) {
  using R = BasicRoute<Block>;
  // A learned route that a system route keeps out plays no part against user routes either: without this the three-way
  // preference could turn in a circle.
  const bool keeps_bgp_out = std::any_of(routes.begin(), routes.end(), [&](const R& route) {
    return route.is_certain && is_kept_over_bgp(route) && route.prefix.contains(destination);
  });
  const auto counts = [&](const R& route) {
    return route.prefix.contains(destination) && !(keeps_bgp_out && route.source == RouteSource::bgp);
  };
  const R* best = nullptr;
  for (const R& route : routes) {
    if (route.is_certain && counts(route) && (best == nullptr || comes_before(route, *best))) best = &route;
  }
  std::vector<const R*> out;
  if (best != nullptr) out.push_back(best);
  for (const R& route : routes) {
    if (&route == best || !counts(route)) continue;
    const bool ties = best != nullptr && !comes_before(*best, route) && !comes_before(route, *best);
    if (route.is_certain ? ties : best == nullptr || ties || comes_before(route, *best)) out.push_back(&route);
  }
  return out;
}

}  // namespace

bool is_preferred(const Route& a, const Route& b) { return comes_before(a, b); }

std::vector<const Route*> select_routes(std::span<const Route> routes, Ipv4 destination) {
  return select(routes, destination);
}

std::vector<const Route6*> select_routes(std::span<const Route6> routes, const Ipv6& destination) {
  return select(routes, destination);
}

bool leads_alike(const Route& a, const Route& b) {
  if (a.next_hop != b.next_hop) return false;
  const bool is_by_router = a.next_hop.kind == NextHop::Kind::virtual_hub && a.next_hop.address.bits() == 0;
  return !is_by_router || (a.origin.kind == b.origin.kind && a.origin.resource == b.origin.resource);
}

bool holds_public_only(const UnknownRoutes& unknown) {
  const NextHop::Kind kind = unknown.next_hop.kind;
  return kind == NextHop::Kind::service_endpoint ||
         (unknown.source == RouteSource::user && kind != NextHop::Kind::unknown);
}

bool may_win(const UnknownRoutes& unknown, const Route* best) {
  if (best == nullptr) return true;
  const bool is_any = unknown.next_hop.kind == NextHop::Kind::unknown;
  if (best->source == RouteSource::user && best->prefix.length() == 32 && !is_any) return false;
  const bool is_local = best->next_hop.kind == NextHop::Kind::vnet_local ||
                        best->next_hop.kind == NextHop::Kind::peering ||
                        best->next_hop.kind == NextHop::Kind::virtual_hub;
  return !(unknown.source == RouteSource::bgp && best->source == RouteSource::system && is_local);
}

bool overrides_endpoint(const Prefix& user, const model::Setting<PrivateEndpointPolicies>& policies,
                        std::span<const Prefix> address_space) {
  if (user.length() == 32) return true;
  const bool has_policies =
      policies.is(PrivateEndpointPolicies::enabled) || policies.is(PrivateEndpointPolicies::route_table_enabled);
  if (!has_policies || address_space.empty()) return false;
  return std::all_of(address_space.begin(), address_space.end(),
                     [&](const Prefix& prefix) { return user.length() >= prefix.length(); });
}

Ternary endpoint_override(const Prefix& user, const Subnet& endpoint_subnet, const VirtualNetwork& endpoint_vnet) {
  if (user.length() == 32) return Ternary::yes;
  const auto& policies = endpoint_subnet.private_endpoint_policies;
  if (overrides_endpoint(user, policies, endpoint_vnet.address_space)) {
    // source: azure-semantics.md 1.6 (privateEndpointVNetPolicies Basic: whether single /32 routes appear is
    // undocumented)
    return endpoint_vnet.high_scale_private_endpoints ? Ternary::unknown : Ternary::yes;
  }
  const bool may_have_policies = policies.is_unreadable() || policies.is(PrivateEndpointPolicies::enabled) ||
                                 policies.is(PrivateEndpointPolicies::route_table_enabled);
  const bool is_long_for_some = std::any_of(endpoint_vnet.address_space.begin(), endpoint_vnet.address_space.end(),
                                            [&](const Prefix& prefix) { return user.length() >= prefix.length(); });
  return may_have_policies && is_long_for_some ? Ternary::unknown : Ternary::no;
}

}  // namespace hubproof::net
