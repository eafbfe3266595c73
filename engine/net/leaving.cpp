// Transit, first half: for every subnet of the spoke and every IPv4 destination, where the packet goes next.
// source: azure-semantics.md 1.4 (peering bypass), 11 recipe 2
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/transit_parts.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

/// Destinations that one route decides: for sure, or (with a doubt) unless an uncertain route does.
struct Share {
  const Route* route = nullptr;
  AddressSet destinations;
  std::string doubt;
};

std::vector<Share> shares_of(const std::vector<Segment>& segments) {
  std::vector<Share> out;
  for (const Segment& segment : segments) {
    const auto uncertain =
        std::find_if(segment.chosen.begin(), segment.chosen.end(), [](const Route* r) { return !r->is_certain; });
    for (const Route* route : segment.chosen) {
      const std::string doubt = uncertain == segment.chosen.end() ? std::string() : (*uncertain)->uncertainty;
      auto found = std::find_if(out.begin(), out.end(),
                                [&](const Share& share) { return share.route == route && share.doubt == doubt; });
      if (found == out.end()) {
        out.push_back({route, {}, doubt});
        found = std::prev(out.end());
      }
      found->destinations.add(segment.range.first, segment.range.last);
    }
  }
  return out;
}

class Leaving {
 public:
  explicit Leaving(TransitRun& run) : run_(run), v_(run.view), e_(run.view.estate) {
    for (const Prefix& prefix : run.vnet.address_space) own_.add(prefix);
  }
  void subnet(const Subnet& subnet);

 private:
  const RouteSet& routes_of(const Subnet& subnet);
  void judge(const Subnet& subnet, const Share& share);
  void to_peer(const Subnet& subnet, const Share& share);
  void to_internet(const Subnet& subnet, const Share& share);
  void to_gateway(const Subnet& subnet, const Share& share);
  void to_appliance(const Subnet& subnet, const Share& share);
  void to_endpoints(const Subnet& subnet, const RouteSet& set);
  void to_endpoints_of(const Subnet& subnet, const RouteSet& set, const Subnet& target, const VirtualNetwork& vnet,
                       const PeeringLink& link);
  void unknown(const Subnet& subnet, const UnknownRoutes& unknown);
  bool is_accepted_for_apim(const Subnet& subnet, const UnknownRoutes& unknown);
  const Appliance& appliance(Ipv4 address);
  Bypass bypass(const Subnet& subnet, AddressSet destinations, const NextHop& next_hop, std::vector<Fact> facts,
                std::string reason) const;
  model::SubnetIndex index(const Subnet& subnet) const { return model::SubnetIndex(e_.index_of(subnet)); }
  std::string route_word(const Route& route) const {
    return fmt::format("{} -> {}", to_string(route.prefix), name(route.next_hop.kind));
  }

  TransitRun& run_;
  const View& v_;
  const model::Estate& e_;
  AddressSet own_;
  AddressSet peer_bypass_;  ///< of the subnet at hand: what already goes around over a peering
  std::map<model::ResourceId, RouteSet> by_table_;
  std::map<Ipv4, Appliance> appliances_;
};

const RouteSet& Leaving::routes_of(const Subnet& subnet) {
  const auto [found, is_new] = by_table_.try_emplace(subnet.route_table);
  if (is_new) found->second = collect_routes(v_, subnet, {.with_subnet = false, .with_endpoints = false});
  return found->second;
}

const Appliance& Leaving::appliance(Ipv4 address) {
  const auto [found, is_new] = appliances_.try_emplace(address);
  if (is_new) found->second = resolve_appliance(v_, run_.role.vnet, address);
  return found->second;
}

Bypass Leaving::bypass(const Subnet& subnet, AddressSet destinations, const NextHop& next_hop, std::vector<Fact> facts,
                       std::string reason) const {
  Bypass out;
  out.way = Bypass::Way::leaves;
  out.from = index(subnet);
  out.destinations = std::move(destinations);
  out.next_hop = next_hop;
  out.facts = std::move(facts);
  out.facts.push_back(
      {subnet.id, "/properties/routeTable/id",
       subnet.route_table.is_set() ? std::string(e_.spelling(subnet.route_table)) : std::string("absent")});
  out.reason = std::move(reason);
  return out;
}

void Leaving::subnet(const Subnet& subnet) {
  if (holds_only_endpoints(v_, subnet)) return;
  peer_bypass_ = {};
  const RouteSet& set = routes_of(subnet);
  for (const Share& share : shares_of(decide(set.routes, {}))) judge(subnet, share);
  to_endpoints(subnet, set);
  for (const UnknownRoutes& u : set.unknown) unknown(subnet, u);
  for (const UnknownRoutes& u : subnet_unknowns(v_, subnet)) unknown(subnet, u);
}

void Leaving::judge(const Subnet& subnet, const Share& share) {
  switch (share.route->next_hop.kind) {
    case NextHop::Kind::none: return;
    case NextHop::Kind::vnet_local: {
      const AddressSet outside = share.destinations - own_;
      if (share.route->source != RouteSource::user || outside.empty()) return;
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      return run_.uncertain(
          Bypass::Way::leaves, index(subnet), outside, share.route->next_hop, {share.route->fact},
          fmt::format("{} sends {} to VnetLocal although {} does not hold it; the effect is not documented",
                      table_of(v_, subnet), to_string(share.route->prefix), shown(v_, run_.vnet.id)));
    }
    case NextHop::Kind::peering: return to_peer(subnet, share);
    case NextHop::Kind::internet: return to_internet(subnet, share);
    case NextHop::Kind::gateway: return to_gateway(subnet, share);
    case NextHop::Kind::appliance: return to_appliance(subnet, share);
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown:
      return run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, share.route->next_hop,
                            {share.route->fact},
                            fmt::format("route {} of {} has a next hop that is not understood",
                                        route_word(*share.route), table_of(v_, subnet)));
  }
}

bool is_platform_subnet(const View& view, const Subnet& subnet) {
  return is_named(view, subnet, "GatewaySubnet") || is_named(view, subnet, "RouteServerSubnet");
}

void Leaving::to_peer(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const VirtualNetwork* remote = e_.find<VirtualNetwork>(route.next_hop.target);
  const std::string remote_name = shown(v_, route.next_hop.target);
  if (remote == nullptr) {
    return run_.uncertain(
        Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {route.fact},
        fmt::format("{} is reached over the peering to {}, which is not in the export: what it holds is not known",
                    to_string(share.destinations), remote_name));
  }
  PeeringLink link;
  for (const auto& [key, at] : e_.peerings_by_vnet.of(run_.vnet.id)) {
    if (e_.tables().peerings[at].remote == remote->id) link = peering_link(v_, e_.tables().peerings[at]);
  }
  if (link.carries == Ternary::no) return;
  Landing landing;
  for (const auto& [key, at] : e_.subnets_by_vnet.of(remote->id)) {
    const Subnet& target = e_.tables().subnets[at];
    const bool is_touched = std::any_of(target.prefixes.begin(), target.prefixes.end(),
                                        [&](const Prefix& prefix) { return share.destinations.intersects(prefix); });
    if (!is_touched || is_firewall_subnet(v_, target)) continue;
    if (is_platform_subnet(v_, target)) {
      run_.assumptions.insert(
          fmt::format("{} of {} holds platform instances only, which do not pass packets on around the firewall",
                      shown(v_, target.id), remote_name));
      continue;
    }
    land(v_, subnet, target, share.destinations, landing);
  }
  if (landing.passes == Ternary::no) {
    if (remote->unread.empty()) return;
    return run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {route.fact},
                          fmt::format("{} has {}, which is not understood: its subnets are not all known", remote_name,
                                      text::printable(remote->unread.front().pointer)));
  }
  peer_bypass_ |= landing.destinations;
  std::string reason = fmt::format("{} {} reached over the peering to {}: no user route of {} is as long as {}",
                                   enumeration(landing.places), landing.places.size() == 1 ? "is" : "are", remote_name,
                                   table_of(v_, subnet), to_string(route.prefix));
  if (const std::string routes = expected_routes(run_, landing.prefixes); !routes.empty())
    reason += "; expected " + routes;
  std::string doubt = link.reason;
  if (doubt.empty()) doubt = share.doubt;
  if (doubt.empty() && landing.passes == Ternary::unknown) doubt = landing.reason;
  if (!doubt.empty()) reason += fmt::format("; not certain: {}", doubt);
  Bypass out = bypass(subnet, landing.destinations, route.next_hop, {route.fact}, std::move(reason));
  add_witnessed(run_, std::move(out), doubt.empty() ? landing.example : std::nullopt, {Place::Kind::subnet, subnet.id});
}

void Leaving::to_internet(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const AddressSet destinations = share.destinations & internet_addresses();
  if (destinations.empty()) {
    AddressSet rest = share.destinations;
    AddressSet private_space;
    for (const std::string_view block : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"}) {
      private_space.add(*Prefix::parse(block));
    }
    rest &= private_space;
    if (route.source != RouteSource::user || rest.empty()) return;
    // source: azure-semantics.md 1.4 (a private destination with a route to the Internet: dropped, but taken as
    // unknown)
    return run_.uncertain(
        Bypass::Way::leaves, index(subnet), rest, route.next_hop, {route.fact},
        fmt::format("{} sends private addresses to the Internet ({}); whether Azure drops them is not documented",
                    table_of(v_, subnet), to_string(route.prefix)));
  }
  if (is_platform_subnet(v_, subnet)) {
    run_.assumptions.insert(
        fmt::format("{} of {} holds platform instances only, whose own way to the Internet is Azure's control plane",
                    shown(v_, subnet.id), shown(v_, run_.vnet.id)));
    return;
  }
  // source: azure-semantics.md 1.7, 5
  const bool has_default = subnet.default_outbound_access.value_or_default(true) != false;
  bool has_method = subnet.nat_gateway.is_set() || !e_.nat_gateways_by_vnet.of(subnet.vnet).empty() || has_default;
  Place from{Place::Kind::subnet, subnet.id};
  for (const auto& [key, at] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[at];
    const bool has_public = std::any_of(nic.ip_configurations.begin(), nic.ip_configurations.end(),
                                        [](const auto& config) { return config.public_ip.is_set(); });
    if (!has_public || has_method) continue;
    has_method = true;
    from = {Place::Kind::network_interface, nic.id};
  }
  const Reach found = reach_out(v_, {&subnet, nullptr, false}, usable_addresses(subnet), destinations);
  if (found.passes == Ternary::no) return;
  std::string reason = fmt::format("{} of {} leaves to the Internet by route {} and not through the firewall",
                                   shown(v_, subnet.id), shown(v_, run_.vnet.id), route_word(route));
  if (const std::string routes = expected_routes(run_, {Prefix()}); !routes.empty()) reason += "; expected " + routes;
  std::string doubt = share.doubt;
  if (doubt.empty() && !has_method) {
    doubt = "a private subnet without an outbound method; storage accounts of the same region stay reachable";
  }
  if (doubt.empty() && found.passes == Ternary::unknown) doubt = found.reason;
  if (!doubt.empty()) reason += fmt::format("; not certain: {}", doubt);
  std::vector<Fact> facts{route.fact,
                          {subnet.id, "/properties/defaultOutboundAccess",
                           subnet.default_outbound_access.is_absent() ? "absent -> egress"
                           : subnet.default_outbound_access.is(false) ? "false"
                                                                      : "true"}};
  add_witnessed(run_, bypass(subnet, destinations, route.next_hop, std::move(facts), std::move(reason)),
                doubt.empty() ? found.example : std::nullopt, from);
}

void Leaving::to_gateway(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  bool has_gateway = false;
  bool may_have = e_.is_partial(model::ArgTable::resources);
  const auto look = [&](model::ResourceId vnet) {
    for (const auto& [key, at] : e_.gateways_by_vnet.of(vnet))
      has_gateway = has_gateway || !e_.tables().gateways[at].is_route_server;
  };
  look(run_.vnet.id);
  for (const auto& [key, at] : e_.peerings_by_vnet.of(run_.vnet.id)) {
    const Peering& peering = e_.tables().peerings[at];
    if (peering.use_remote_gateways.value_or_default(false) == false) continue;
    may_have = true;
    look(peering.remote);
  }
  if (!has_gateway && !may_have) return;  // no gateway anywhere: the packet is dropped
  const Reach found = reach_out(v_, {&subnet, nullptr, false}, usable_addresses(subnet), share.destinations - own_);
  if (found.passes == Ternary::no) return;
  std::string reason =
      fmt::format("{} leaves {} through a virtual network gateway by route {} and not through the firewall",
                  to_string(route.prefix), shown(v_, subnet.id), route_word(route));
  if (const std::string routes = expected_routes(run_, {route.prefix}); !routes.empty())
    reason += "; expected " + routes;
  std::string doubt = share.doubt;
  if (doubt.empty() && !has_gateway) doubt = "the gateway of the peered virtual network is not in the export";
  if (doubt.empty() && found.passes == Ternary::unknown) doubt = found.reason;
  if (!doubt.empty()) reason += fmt::format("; not certain: {}", doubt);
  add_witnessed(run_, bypass(subnet, share.destinations - own_, route.next_hop, {route.fact}, std::move(reason)),
                doubt.empty() ? found.example : std::nullopt, {Place::Kind::subnet, subnet.id});
}

void Leaving::to_appliance(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const Appliance& device = appliance(route.next_hop.address);
  // An appliance inside the spoke passes packets on by the routes of its own subnet, which is looked at by itself.
  const bool is_inside = device.vnet == run_.vnet.id;
  std::string doubt;
  switch (device.kind) {
    case Appliance::Kind::firewall: return;
    case Appliance::Kind::other_firewall:
    case Appliance::Kind::network_interface:
    case Appliance::Kind::load_balancer:
      if (is_inside) return;
      break;
    case Appliance::Kind::nobody:
    case Appliance::Kind::unreachable:
    case Appliance::Kind::unknown: doubt = device.reason; break;
  }
  std::string reason =
      fmt::format("route {} -> {} of {} leads to an address that is not the hub firewall's: {}",
                  to_string(route.prefix), to_string(route.next_hop.address), table_of(v_, subnet), device.reason);
  if (const std::string routes = expected_routes(run_, {route.prefix}); !routes.empty())
    reason += "; expected " + routes;
  const AddressSet outside = share.destinations - own_;
  if (outside.empty() && is_inside) return;
  if (doubt.empty()) doubt = share.doubt;
  Reach found;
  if (doubt.empty()) {
    found = reach_out(v_, {&subnet, nullptr, false}, usable_addresses(subnet), share.destinations);
    if (found.passes == Ternary::no) return;
    if (found.passes == Ternary::unknown) doubt = found.reason;
  }
  if (!doubt.empty() && device.reason != doubt) reason += fmt::format("; not certain: {}", doubt);
  add_witnessed(run_, bypass(subnet, share.destinations, route.next_hop, {route.fact}, std::move(reason)),
                doubt.empty() ? found.example : std::nullopt, {Place::Kind::subnet, subnet.id});
}

// source: azure-semantics.md 1.6 (a /32 in the endpoint's VNet and in directly peered ones)
void Leaving::to_endpoints(const Subnet& subnet, const RouteSet& set) {
  for (const auto& [key, at] : e_.peerings_by_vnet.of(run_.vnet.id)) {
    const Peering& peering = e_.tables().peerings[at];
    const VirtualNetwork* remote = e_.find<VirtualNetwork>(peering.remote);
    const PeeringLink link = peering_link(v_, peering);
    if (remote == nullptr || link.carries == Ternary::no) continue;
    for (const auto& [vnet, target] : e_.subnets_by_vnet.of(remote->id)) {
      const Subnet& holder = e_.tables().subnets[target];
      if (!e_.endpoints_by_subnet.of(holder.id).empty()) to_endpoints_of(subnet, set, holder, *remote, link);
    }
  }
}

void Leaving::to_endpoints_of(const Subnet& subnet, const RouteSet& set, const Subnet& target,
                              const VirtualNetwork& vnet, const PeeringLink& link) {
  std::vector<const Route*> users;
  for (const Route& route : set.routes) {
    const bool overlaps = std::any_of(target.prefixes.begin(), target.prefixes.end(),
                                      [&](const Prefix& prefix) { return prefix.overlaps(route.prefix); });
    if (route.source == RouteSource::user && overlaps) users.push_back(&route);
  }
  AddressSet direct;
  AddressSet doubtful;
  std::vector<std::string> names;
  for (const auto& [key, at] : e_.endpoints_by_subnet.of(target.id)) {
    const model::PrivateEndpoint& endpoint = e_.tables().private_endpoints[at];
    const std::vector<Ipv4> addresses = endpoint_addresses(v_, endpoint);
    Ternary worst = Ternary::yes;
    const auto meet = [&](AddressSet where, auto covers) {
      Ternary overridden = Ternary::no;
      for (const Route* route : users) {
        if (covers(*route)) overridden = std::max(overridden, endpoint_override(route->prefix, target, vnet));
      }
      worst = std::min(worst, overridden);
      where -= peer_bypass_;
      if (overridden == Ternary::no) direct |= where;
      if (overridden == Ternary::unknown) doubtful |= where;
    };
    for (const Ipv4 address : addresses) {
      AddressSet one;
      one.add(address, address);
      meet(std::move(one), [&](const Route& route) { return route.prefix.contains(address); });
    }
    if (addresses.empty()) {
      // Somewhere in the subnet: overridden for sure only by a route that holds all of it.
      AddressSet all;
      for (const Prefix& prefix : target.prefixes) all.add(prefix);
      Ternary overridden = Ternary::no;
      for (const Route* route : users) {
        const bool holds_all = std::all_of(target.prefixes.begin(), target.prefixes.end(),
                                           [&](const Prefix& prefix) { return route->prefix.contains(prefix); });
        if (holds_all) overridden = std::max(overridden, endpoint_override(route->prefix, target, vnet));
      }
      if (overridden != Ternary::yes) doubtful |= all - peer_bypass_;
      worst = std::min(worst, overridden);
    }
    if (worst != Ternary::yes) names.push_back(shown(v_, endpoint.id));
  }
  const auto& policies = target.private_endpoint_policies;
  const std::string policy_word = policies.is_known()    ? std::string(model::name(policies.value()))
                                  : policies.is_absent() ? std::string("absent -> Disabled")
                                                         : std::string("unreadable");
  for (const bool is_doubtful : {false, true}) {
    const AddressSet& addresses = is_doubtful ? doubtful : direct;
    if (addresses.empty()) continue;
    Landing landing;
    land(v_, subnet, target, addresses, landing);
    if (landing.passes == Ternary::no) continue;
    std::vector<Prefix> hosts;
    for (const AddressSet::Interval& interval : addresses.intervals()) hosts.push_back(Prefix::host(interval.first));
    std::string reason = fmt::format(
        "private endpoint{} {} of {} (subnet {}) {} reached directly by the /32 route{}: no user route of {} displaces "
        "{} "
        "(privateEndpointNetworkPolicies {}, address space {})",
        names.size() == 1 ? "" : "s", enumeration(names), shown(v_, vnet.id), shown(v_, target.id),
        names.size() == 1 ? "is" : "are", names.size() == 1 ? "" : "s", table_of(v_, subnet),
        names.size() == 1 ? "it" : "them", policy_word,
        vnet.address_space.empty() ? std::string("unknown") : to_string(vnet.address_space.front()));
    if (const std::string routes = expected_routes(run_, hosts); !routes.empty()) {
      reason += fmt::format(
          "; expected {}, or policies RouteTableEnabled and a route at least as long as the address space", routes);
    }
    std::string doubt =
        is_doubtful ? std::string("whether the user route displaces the /32 is not documented for this virtual network")
                    : link.reason;
    if (doubt.empty() && landing.passes == Ternary::unknown) doubt = landing.reason;
    if (!doubt.empty()) reason += fmt::format("; not certain: {}", doubt);
    add_witnessed(run_,
                  bypass(subnet, landing.destinations,
                         {NextHop::Kind::private_endpoint,
                          e_.tables().private_endpoints[e_.endpoints_by_subnet.of(target.id).front().second].id,
                          {}},
                         {{target.id, "/properties/privateEndpointNetworkPolicies", policy_word}}, std::move(reason)),
                  doubt.empty() ? landing.example : std::nullopt, {Place::Kind::subnet, subnet.id});
  }
}

bool starts_with_word(std::string_view value, std::string_view word) {
  return value.size() > word.size() && text::equals(value.substr(0, word.size()), word) && value[word.size()] == ' ';
}

// law:  a classic injected API Management needs its control plane: the tag route to the Internet and four service
// endpoints source: azure-semantics.md 1.5; api-management-virtual-network-forced-tunneling
bool Leaving::is_accepted_for_apim(const Subnet& subnet, const UnknownRoutes& unknown) {
  const auto& services = e_.tables().api_managements;
  const bool has_apim = std::any_of(services.begin(), services.end(), [&](const model::ApiManagement& service) {
    const bool is_here = service.primary.subnet == subnet.id ||
                         std::any_of(service.additional.begin(), service.additional.end(),
                                     [&](const auto& location) { return location.subnet == subnet.id; });
    return is_here && !text::ends_with(service.sku, "V2");
  });
  if (!has_apim) return false;
  if (unknown.next_hop.kind == NextHop::Kind::internet && starts_with_word(unknown.fact.value, "ApiManagement")) {
    run_.assumptions.insert(
        fmt::format("the route ApiManagement -> Internet of {} carries management replies only", shown(v_, subnet.id)));
    return true;
  }
  if (unknown.next_hop.kind != NextHop::Kind::service_endpoint) return false;
  const bool are_required =
      std::all_of(subnet.service_endpoints.begin(), subnet.service_endpoints.end(), [](const std::string& service) {
        for (const std::string_view required :
             {"Microsoft.Sql", "Microsoft.Storage", "Microsoft.EventHub", "Microsoft.KeyVault"}) {
          if (text::equals(service, required)) return true;
        }
        return false;
      });
  if (are_required) {
    run_.assumptions.insert(
        fmt::format("the service endpoints of {} carry API Management's own dependencies only", shown(v_, subnet.id)));
  }
  return are_required;
}

void Leaving::unknown(const Subnet& subnet, const UnknownRoutes& unknown) {
  if (is_accepted_for_apim(subnet, unknown)) return;
  if (unknown.next_hop.kind == NextHop::Kind::none) return;
  if (unknown.next_hop.kind == NextHop::Kind::appliance &&
      appliance(unknown.next_hop.address).kind == Appliance::Kind::firewall)
    return;
  const bool is_public_only = unknown.next_hop.kind == NextHop::Kind::service_endpoint ||
                              (unknown.source == RouteSource::user && unknown.next_hop.kind != NextHop::Kind::unknown);
  const AddressSet destinations = (is_public_only ? internet_addresses() : AddressSet::all()) - own_;
  run_.uncertain(Bypass::Way::leaves, index(subnet), destinations, unknown.next_hop, {unknown.fact}, unknown.reason);
}

}  // namespace

void find_leaving(TransitRun& run) {
  Leaving leaving(run);
  for (const auto& [key, index] : run.view.estate.subnets_by_vnet.of(run.vnet.id)) {
    leaving.subnet(run.view.estate.tables().subnets[index]);
  }
}

}  // namespace hubproof::net
