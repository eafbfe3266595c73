// Packets that leave a spoke by a route to the Internet, to a gateway or to an appliance.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/egress_balancer.h"
#include "engine/net/leaving.h"

namespace hubproof::net {

using model::Fact;
using model::Peering;
using model::Subnet;

std::string route_word(const Route& route) {
  return fmt::format("{} -> {}", to_string(route.prefix), name(route.next_hop.kind));
}

// source: azure-semantics.md 1.4 (a private destination with a route to the Internet: dropped, but taken as unknown)
void Leaving::private_to_internet(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  if (route.source != RouteSource::user) return;
  AddressSet space;
  for (const std::string_view block : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"}) {
    space.add(*Prefix::parse(block));
  }
  space &= share.destinations;
  if (space.empty()) return;
  run_.uncertain(
      Bypass::Way::leaves, index(subnet), space, route.next_hop, {fact_of(v_, route)},
      fmt::format("{} sends private addresses to the Internet ({}); whether Azure drops them is not documented",
                  table_of(v_, subnet), to_string(route.prefix)));
}

void Leaving::to_internet(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const AddressSet destinations = share.destinations & internet_addresses();
  if (destinations.empty()) return private_to_internet(subnet, share);
  if (is_platform_subnet(v_, subnet)) {
    run_.left_out.insert({subnet.id, TransitRun::LeftOut::as_source});
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
    const BalancerEgress balancer = balancer_egress(v_, nic, Protocol::any);
    const bool is_translated = balancer.leaves == Ternary::yes && balancer.is_explicit;
    if ((!has_public && !is_translated) || has_method) continue;
    has_method = true;
    from = {Place::Kind::network_interface, nic.id};
  }
  const Reach found = reach_from(v_, subnet, destinations);
  if (found.passes == Ternary::no) return;
  std::string doubt = share.doubt;
  if (doubt.empty() && !has_method) {
    doubt = "a private subnet without an outbound method; storage accounts of the same region stay reachable";
  }
  if (doubt.empty() && found.passes == Ternary::unknown) doubt = found.reason;
  std::vector<Fact> facts{fact_of(v_, route),
                          {subnet.id, "/properties/defaultOutboundAccess",
                           subnet.default_outbound_access.is_absent() ? "absent -> egress"
                           : subnet.default_outbound_access.is(false) ? "false"
                                                                      : "true"}};
  Bypass out = bypass(subnet, destinations, route.next_hop, std::move(facts),
                      fmt::format("{} of {} leaves to the Internet by route {} and not through the firewall",
                                  shown(v_, subnet.id), shown(v_, run_.vnet.id), route_word(route)));
  out.expected = expected_routes(run_, {Prefix()});
  out.doubt = std::move(doubt);
  add_witnessed(run_, std::move(out), found.example, from);
}

void Leaving::to_gateway(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  // What a gateway sends back to its other side comes from there: it is no traffic of the spoke.
  // source: azure-semantics.md 7.1 (a GatewaySubnet stands for what is behind its gateway)
  if (is_platform_subnet(v_, subnet)) return;
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
  const Reach found = reach_from(v_, subnet, share.destinations - own_);
  if (found.passes == Ternary::no) return;
  Bypass out =
      bypass(subnet, share.destinations - own_, route.next_hop, {fact_of(v_, route)},
             fmt::format("{} leaves {} through a virtual network gateway by route {} and not through the firewall",
                         to_string(route.prefix), shown(v_, subnet.id), route_word(route)));
  out.expected = expected_routes(run_, {route.prefix});
  out.doubt = share.doubt;
  if (out.doubt.empty() && !has_gateway) out.doubt = "the gateway of the peered virtual network is not in the export";
  if (out.doubt.empty() && found.passes == Ternary::unknown) out.doubt = found.reason;
  add_witnessed(run_, std::move(out), found.example, {Place::Kind::subnet, subnet.id});
}

void Leaving::to_appliance(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const Appliance& device = run_.shared.appliance_at(run_.role.vnet, route.next_hop.address);
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
  const AddressSet outside = share.destinations - own_;
  if (outside.empty() && is_inside) return;
  if (doubt.empty()) doubt = share.doubt;
  Reach found;
  if (doubt.empty()) {
    found = reach_from(v_, subnet, share.destinations);
    if (found.passes == Ternary::no) return;
    if (found.passes == Ternary::unknown) doubt = found.reason;
  }
  Bypass out = bypass(
      subnet, share.destinations, route.next_hop, {fact_of(v_, route)},
      fmt::format("route {} -> {} of {} leads to an address that is not the hub firewall's: {}",
                  to_string(route.prefix), to_string(route.next_hop.address), table_of(v_, subnet), device.reason));
  out.expected = expected_routes(run_, {route.prefix});
  // The reason of the device is in the sentence already, and there is no example then.
  if (device.reason != doubt) out.doubt = std::move(doubt);
  add_witnessed(run_, std::move(out), found.example, {Place::Kind::subnet, subnet.id});
}

}  // namespace hubproof::net
