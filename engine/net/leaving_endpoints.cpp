// Packets that leave a spoke by the /32 routes of private endpoints in peered networks.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/leaving.h"

namespace hubproof::net {

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

// source: azure-semantics.md 1.6 (a /32 in the endpoint's VNet and in directly peered ones)
template <class Visit>
void Leaving::for_each_endpoint_subnet(Visit visit) {
  for (const auto& [key, at] : e_.peerings_by_vnet.of(run_.vnet.id)) {
    const Peering& peering = e_.tables().peerings[at];
    const VirtualNetwork* remote = e_.find<VirtualNetwork>(peering.remote);
    const PeeringLink link = peering_link(v_, peering);
    if (remote == nullptr || link.carries == Ternary::no) continue;
    for (const auto& [vnet, target] : e_.subnets_by_vnet.of(remote->id)) {
      const Subnet& holder = e_.tables().subnets[target];
      if (!e_.endpoints_by_subnet.of(holder.id).empty()) visit({holder, *remote, link});
    }
  }
}

std::vector<const Route*> Leaving::user_routes_into(const RouteSet& set, const Subnet& target) const {
  std::vector<const Route*> out;
  for (const Route& route : set.routes) {
    const bool overlaps = std::any_of(target.prefixes.begin(), target.prefixes.end(),
                                      [&](const Prefix& prefix) { return prefix.overlaps(route.prefix); });
    if (route.source == RouteSource::user && overlaps) out.push_back(&route);
  }
  return out;
}

Ternary Leaving::override_of(const std::vector<const Route*>& users, const EndpointSubnet& target, Prefix where) const {
  Ternary out = Ternary::no;
  for (const Route* route : users) {
    if (route->prefix.contains(where))
      out = std::max(out, endpoint_override(route->prefix, target.subnet, target.vnet));
  }
  return out;
}

// The endpoint is somewhere in the subnet: overridden for sure only by a route that holds all of it.
Ternary Leaving::override_of_hidden(const std::vector<const Route*>& users, const EndpointSubnet& target) const {
  Ternary out = Ternary::no;
  for (const Route* route : users) {
    const bool holds_all = std::all_of(target.subnet.prefixes.begin(), target.subnet.prefixes.end(),
                                       [&](const Prefix& prefix) { return route->prefix.contains(prefix); });
    if (holds_all) out = std::max(out, endpoint_override(route->prefix, target.subnet, target.vnet));
  }
  return out;
}

bool Leaving::overrides_all(const RouteSet& set, const EndpointSubnet& target) {
  const std::vector<const Route*> users = user_routes_into(set, target.subnet);
  for (const auto& [key, at] : e_.endpoints_by_subnet.of(target.subnet.id)) {
    const std::vector<Ipv4>& addresses = run_.shared.addresses_of(at);
    if (addresses.empty() && override_of_hidden(users, target) != Ternary::yes) return false;
    for (const Ipv4 address : addresses) {
      if (override_of(users, target, Prefix::host(address)) != Ternary::yes) return false;
    }
  }
  return true;
}

bool Leaving::overrides_all(const RouteSet& set) {
  bool out = true;
  for_each_endpoint_subnet([&](const EndpointSubnet& target) { out = out && overrides_all(set, target); });
  return out;
}

void Leaving::to_endpoints(const Subnet& subnet, const TableRoutes& routes) {
  if (routes.overrides_endpoints) return;
  for_each_endpoint_subnet([&](const EndpointSubnet& target) {
    const EndpointReach found = reach_of(routes.set, target);
    tell_endpoints(subnet, target, found, false);
    tell_endpoints(subnet, target, found, true);
  });
}

Leaving::EndpointReach Leaving::reach_of(const RouteSet& set, const EndpointSubnet& target) {
  const std::vector<const Route*> users = user_routes_into(set, target.subnet);
  EndpointReach out;
  for (const auto& [key, at] : e_.endpoints_by_subnet.of(target.subnet.id)) {
    const std::vector<Ipv4>& addresses = run_.shared.addresses_of(at);
    Ternary worst = Ternary::yes;
    for (const Ipv4 address : addresses) {
      const Ternary overridden = override_of(users, target, Prefix::host(address));
      worst = std::min(worst, overridden);
      const AddressSet where = AddressSet(Prefix::host(address)) - peer_bypass_;
      if (overridden == Ternary::no) out.direct |= where;
      if (overridden == Ternary::unknown) out.doubtful |= where;
    }
    if (addresses.empty()) {
      AddressSet all;
      for (const Prefix& prefix : target.subnet.prefixes) all.add(prefix);
      worst = override_of_hidden(users, target);
      if (worst != Ternary::yes) out.doubtful |= all - peer_bypass_;
    }
    if (worst != Ternary::yes) out.names.push_back(shown(v_, e_.tables().private_endpoints[at].id));
  }
  return out;
}

void Leaving::tell_endpoints(const Subnet& subnet, const EndpointSubnet& target, const EndpointReach& found,
                             bool is_doubtful) {
  const AddressSet addresses = (is_doubtful ? found.doubtful : found.direct) - run_.direct;
  if (addresses.empty()) return;
  Landing landing;
  land(v_, subnet, target.subnet, addresses, landing);
  if (landing.passes == Ternary::no) return;
  const std::string policies = policies_of(target.subnet);
  const bool is_one = found.names.size() == 1;
  const model::ResourceId first =
      e_.tables().private_endpoints[e_.endpoints_by_subnet.of(target.subnet.id).front().second].id;
  Bypass out = bypass(
      subnet, landing.destinations, {NextHop::Kind::private_endpoint, first, {}},
      {{target.subnet.id, "/properties/privateEndpointNetworkPolicies", policies}},
      fmt::format(
          "private endpoint{} {} of {} (subnet {}) {} reached directly by the /32 route{}: no user route of {} "
          "displaces "
          "{} (privateEndpointNetworkPolicies {}, address space {})",
          is_one ? "" : "s", enumeration(found.names), shown(v_, target.vnet.id), shown(v_, target.subnet.id),
          is_one ? "is" : "are", is_one ? "" : "s", table_of(v_, subnet), is_one ? "it" : "them", policies,
          target.vnet.address_space.empty() ? std::string("unknown") : to_string(target.vnet.address_space.front())));
  std::vector<Prefix> hosts;
  for (const AddressSet::Interval& interval : addresses.intervals()) hosts.push_back(Prefix::host(interval.first));
  if (const std::string routes = expected_routes(run_, hosts); !routes.empty()) {
    out.expected =
        fmt::format("{}, or policies RouteTableEnabled and a route at least as long as the address space", routes);
  }
  out.doubt = is_doubtful
                  ? std::string("whether the user route displaces the /32 is not documented for this virtual network")
                  : target.link.reason;
  if (out.doubt.empty() && landing.passes == Ternary::unknown) out.doubt = landing.reason;
  const Place from{Place::Kind::subnet, subnet.id};
  const bool is_open = !out.doubt.empty();
  Bypass one = out;
  if (add_unless_told(run_, std::move(out), landing.examples, from, peer_told_) || is_open) return;
  // The tracer may not show the endpoint that stands for all (its connection is pending, say), and show another.
  for (const auto& [key, at] : e_.endpoints_by_subnet.of(target.subnet.id)) {
    for (const Ipv4 address : run_.shared.addresses_of(at)) {
      if (!addresses.contains(address)) continue;
      Landing alone;
      land(v_, subnet, target.subnet, AddressSet(Prefix::host(address)), alone);
      one.destinations = alone.destinations;
      if (add_unless_told(run_, one, alone.examples, from, addresses)) return;
    }
  }
}

}  // namespace hubproof::net
