#include "engine/net/walker.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/egress_balancer.h"
#include "engine/net/route_collection.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

using model::Direction;
using model::Fact;
using model::ResourceId;
using model::Subnet;

namespace {

constexpr Ipv4 kWireServer{0xa83f8110U};        // 168.63.129.16
constexpr Ipv4 kInstanceMetadata{0xa9fea9feU};  // 169.254.169.254

bool contains(std::span<const Prefix> list, Ipv4 address) {
  return std::any_of(list.begin(), list.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

bool names_platform(const model::Tables& tables, const model::AddressTerm& term) {
  if (term.kind == model::AddressTerm::Kind::unread) return true;
  if (term.kind != model::AddressTerm::Kind::tag || term.index >= tables.service_tags.size()) return false;
  return text::starts_with(text::lower(tables.service_tags[term.index]), "azureplatform");
}

// law:  only rules that name AzurePlatformDNS, AzurePlatformIMDS or AzurePlatformLKM act on the platform's addresses
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#azure-platform-considerations
bool may_filter_platform(const model::View& view, const FilterPoint& point) {
  const model::Tables& tables = view.estate.tables();
  const auto names_it = [&](const model::AddressTerm& term) { return names_platform(tables, term); };
  const auto may_name_it = [&](const model::SecurityRule& rule) {
    return rule.direction == Direction::outbound &&
           (!rule.is_usable || std::any_of(rule.destinations.begin(), rule.destinations.end(), names_it));
  };
  for (const ResourceId id : attached_groups(point, Direction::outbound)) {
    const auto* nsg = view.estate.find<model::NetworkSecurityGroup>(id);
    if (nsg == nullptr || !nsg->unread.empty() || !nsg->is_settled || !view.estate.taints_by_resource.of(id).empty() ||
        std::any_of(nsg->rules.begin(), nsg->rules.end(), may_name_it))
      return true;
  }
  // Whether admin rules act on the platform's addresses is not documented.
  return view.estate.admin_policy(point.subnet->vnet) != nullptr ||
         !view.estate.taints_by_resource.of(point.subnet->vnet).empty() ||
         !view.estate.taints_by_resource.of(point.subnet->id).empty();
}

}  // namespace

Walker::Walker(const model::View& view, const Flow& flow, const Trace* request)
    : TraceRecorder(view, flow), packet_(packet_of<Ipv4>(flow)), request_(request) {}

bool Walker::is_of_platform(Ipv4 address) { return address == kWireServer || address == kInstanceMetadata; }

Trace Walker::run() {
  start();
  if (!is_ended_) give_up(trace_.flow.from, "the walk did not end");
  if (!trace_.arrived) trace_.arrived = packet_;
  return std::move(trace_);
}

bool Walker::is_back(const Place& at) {
  const auto here = std::make_pair(at.id, packet_);
  if (std::find(seen_.begin(), seen_.end(), here) != seen_.end()) {
    end(Disposition::loop, "drop", at, fmt::format("the packet comes back to {} unchanged", shown(v_, at.id)));
    return true;
  }
  seen_.push_back(here);
  return false;
}

void Walker::emit(const Subnet& subnet, const model::NetworkInterface* nic, bool filters) {
  const Place at =
      nic != nullptr ? Place{Place::Kind::network_interface, nic->id} : Place{Place::Kind::subnet, subnet.id};
  enter_vnet(subnet.vnet);
  // source: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 (a path of the host: neither
  // routes nor groups act on it, but for rules with the AzurePlatform tags)
  if (is_of_platform(packet_.destination)) {
    if (!may_filter_platform(v_, {&subnet, nic, false})) {
      return end(Disposition::delivered, "deliver", at, "the platform answers on the host itself");
    }
    return give_up(at, "whether a rule with an AzurePlatform tag filters the platform's own address is not modelled");
  }
  if (filters && !passes(Direction::outbound, {&subnet, nic, false}, at)) return;
  route(subnet, nic);
}

// A route whose prefixes no export holds may decide when its source can win against what was chosen.
// source: azure-semantics.md 1.3
bool Walker::may_be_decided_by_unknown(const RouteSet& set, const std::vector<const Route*>& chosen) {
  const Route* best = chosen.empty() ? nullptr : chosen.front();
  const bool is_public = internet_addresses().contains(packet_.destination);
  for (const UnknownRoutes& unknown : set.unknown) {
    if ((holds_public_only(unknown) && !is_public) || !may_win(unknown, best)) continue;
    trace_.unknown_because.push_back(unknown.reason);
    return true;
  }
  return false;
}

std::optional<Route> Walker::choose(const RouteSet& set, const Place& at) {
  const std::vector<const Route*> chosen = select_routes(set.routes, packet_.destination);
  if (may_be_decided_by_unknown(set, chosen)) {
    end(Disposition::unknown, "unknown", at, trace_.unknown_because.back());
    return std::nullopt;
  }
  if (drop_either_way(chosen, at)) return std::nullopt;
  return settle(chosen, at);
}

void Walker::route(const Subnet& subnet, const model::NetworkInterface* nic) {
  const Place at{Place::Kind::subnet, subnet.id};
  if (is_back(at)) return;
  const Prefix window[] = {Prefix::host(packet_.destination)};
  const RouteSet set = effective_routes(v_, model::SubnetIndex(e_.index_of(subnet)), window);
  if (const std::optional<Route> route = choose(set, at)) forward(subnet, nic, *route);
}

void Walker::forward(const Subnet& subnet, const model::NetworkInterface* nic, const Route& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  switch (route.next_hop.kind) {
    case NextHop::Kind::vnet_local: {
      const auto* vnet = e_.find<model::VirtualNetwork>(subnet.vnet);
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      if (vnet == nullptr || !contains(vnet->address_space, packet_.destination)) {
        return give_up(at, "a VnetLocal route for addresses outside the virtual network has no documented effect",
                       {fact_of(v_, route)});
      }
      return deliver(subnet.vnet);
    }
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group:
      if (cross(subnet, route.next_hop.target, packet_.destination)) deliver(route.next_hop.target);
      return;
    case NextHop::Kind::private_endpoint: {
      const auto* endpoint = e_.find<model::PrivateEndpoint>(route.next_hop.target);
      const Subnet* there = endpoint == nullptr ? nullptr : e_.find<Subnet>(endpoint->subnet);
      if (there == nullptr) return give_up(at, "the private endpoint's subnet is not in the export");
      if (there->vnet != subnet.vnet && !cross(subnet, there->vnet, packet_.destination)) return;
      return deliver_to_endpoint(*endpoint);
    }
    case NextHop::Kind::internet: return to_internet(subnet, nic, route);
    case NextHop::Kind::gateway: return to_gateway(subnet, route);
    case NextHop::Kind::appliance: return to_appliance(subnet, route);
    case NextHop::Kind::virtual_hub: return to_virtual_hub(subnet, route);
    case NextHop::Kind::none:
      trace_.disposition = Disposition::dropped;
      is_ended_ = true;
      return;
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: return give_up(at, "the next hop is not understood", {fact_of(v_, route)});
  }
}

// law:  a peering carries only when both sides are connected, with access; what did not originate in the sending VNet
// needs
//       allowForwardedTraffic, whose side the editions disagree about
// source: azure-semantics.md 2.1, 2.2
bool Walker::cross(const Subnet& subnet, ResourceId to, Ipv4 stop) {
  const ResourceId from = subnet.vnet;
  const model::Peering* best = nullptr;
  PeeringLink link;
  for (const auto& [key, index] : e_.peerings_by_vnet.of(from)) {
    const model::Peering& peering = e_.tables().peerings[index];
    if (peering.remote != to) continue;
    // A peering that carries nothing does not keep a connected group from carrying.
    PeeringLink one = peering_link(v_, peering, subnet);
    if (best != nullptr && one.carries <= link.carries) continue;
    best = &peering;
    link = std::move(one);
  }
  if (best == nullptr) {
    give_up({Place::Kind::unknown, from}, fmt::format("no peering from {} to {}", shown(v_, from), shown(v_, to)));
    return false;
  }
  return joins(*best, stop) && cross_by(*best, link);
}

bool Walker::cross_by(const model::Peering& peering, const PeeringLink& link) {
  const Place at{Place::Kind::unknown, peering.id};
  if (link.carries == Ternary::no) {
    end(Disposition::dropped, "drop", at, link.reason, {{peering.id, "/properties/peeringState", ""}});
    return false;
  }
  if (link.carries == Ternary::unknown) return give_up(at, link.reason), false;
  const model::Peering* back = other_side(v_, peering);
  const auto* vnet = e_.find<model::VirtualNetwork>(peering.vnet);
  // What a firewall translated originates in its network; that the flag is not needed then is not documented.
  const bool is_forwarded = vnet == nullptr || !contains(vnet->address_space, packet_.source) || is_source_translated();
  const bool all_forward = peering.allow_forwarded.is(true) && (back == nullptr || back->allow_forwarded.is(true));
  if (is_forwarded && !all_forward) {
    const std::string why =
        peering.connected_group.is_set()
            ? fmt::format("the packet did not originate in {}; whether a connected group carries it is not documented",
                          shown(v_, peering.vnet))
            : fmt::format(
                  "the packet did not originate in {} and allowForwardedTraffic is not set on both sides of "
                  "the peering with {}",
                  shown(v_, peering.vnet), shown(v_, peering.remote));
    return give_up(at, why, {{peering.id, "/properties/allowForwardedTraffic", "not true on both sides"}}), false;
  }
  const Place there{Place::Kind::unknown, peering.remote};
  const auto* remote = e_.find<model::VirtualNetwork>(peering.remote);
  if (remote == nullptr)
    return give_up(there, fmt::format("virtual network {} is not in the export", shown(v_, peering.remote))), false;
  // source: azure-semantics.md 0 (a property that is not understood may change forwarding)
  if (!remote->unread.empty()) {
    return give_up(there, fmt::format("virtual network {} has {}, which is not understood", shown(v_, peering.remote),
                                      text::printable(remote->unread.front().pointer))),
           false;
  }
  enter_vnet(peering.remote);
  return true;
}

// source:
// learn.microsoft.com/azure/application-gateway/application-gateway-private-deployment#outbound-internet-connectivity
bool Walker::is_private_gateway_in(const Subnet& subnet) const {
  if (trace_.flow.from.kind != Place::Kind::service || trace_.vnets.size() > 1) return false;
  const auto* gateway = e_.find<model::ApplicationGateway>(trace_.flow.from.id);
  if (gateway == nullptr || !gateway->unread.empty() || !gateway->is_settled) return false;
  const bool is_v2 = text::ends_with(text::lower(gateway->sku_tier), "_v2");
  const bool is_here = gateway->subnets.size() == 1 && gateway->subnets.front() == subnet.id;
  const auto is_private = [](const auto& frontend) {
    return frontend.address && !frontend.public_ip.is_set() && !frontend.public_ip_v6.is_set();
  };
  return is_v2 && is_here && !gateway->frontends.empty() &&
         std::all_of(gateway->frontends.begin(), gateway->frontends.end(), is_private);
}

// law:  NAT gateway, then the instance's public IP, then a load balancer, then default outbound access
// source: learn.microsoft.com/azure/nat-gateway/nat-overview; azure-semantics.md 1.7, 5
void Walker::to_internet(const Subnet& subnet, const model::NetworkInterface* nic, const Route& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  if (!internet_addresses().contains(packet_.destination)) {
    return give_up(at,
                   fmt::format("{} is not a public address; a route to the Internet drops it or not",
                               to_string(packet_.destination)),
                   {fact_of(v_, route)});
  }
  const auto vnet_nat = e_.nat_gateways_by_vnet.of(subnet.vnet);
  if (!may_leave_firewall(at, subnet.nat_gateway.is_set() || !vnet_nat.empty())) return;
  const auto leave = [&](std::string note, Fact fact) {
    end(Disposition::exits_to_internet, "exit", {Place::Kind::internet, {}}, std::move(note), {std::move(fact)});
  };
  const bool has_ports = packet_.protocol == Protocol::tcp || packet_.protocol == Protocol::udp;
  if (subnet.nat_gateway.is_set() && has_ports) {
    return leave(fmt::format("through NAT gateway {}", shown(v_, subnet.nat_gateway)),
                 {subnet.id, "/properties/natGateway/id", std::string(e_.spelling(subnet.nat_gateway))});
  }
  if (!vnet_nat.empty() && has_ports) {
    const model::NatGateway& gateway = e_.tables().nat_gateways[vnet_nat.front().second];
    return leave(fmt::format("through NAT gateway {} of the virtual network", shown(v_, gateway.id)),
                 {gateway.id, "/properties/sourceVirtualNetwork/id", std::string(e_.spelling(subnet.vnet))});
  }
  if (nic != nullptr) {
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (!config.public_ip.is_set()) continue;
      return leave(fmt::format("from public IP address {}", shown(v_, config.public_ip)),
                   {nic->id, "/properties/ipConfigurations", std::string(e_.spelling(config.public_ip))});
    }
  }
  const std::optional<bool> by_default = subnet.default_outbound_access.value_or_default(true);
  const BalancerEgress balancer = nic == nullptr ? BalancerEgress() : balancer_egress(v_, *nic, packet_.protocol);
  if (balancer.leaves == Ternary::yes && (balancer.is_explicit || by_default == true))
    return leave(balancer.note, balancer.fact);
  if (is_private_gateway_in(subnet)) {
    return end(Disposition::dropped, "drop", at,
               "an application gateway with private frontends alone has no way to the Internet of its own",
               {{trace_.flow.from.id, "/properties/frontendIPConfigurations", "no public address"}});
  }
  if (is_named(v_, subnet, "AzureFirewallSubnet"))
    return leave("from the firewall", {subnet.id, "", "AzureFirewallSubnet"});
  if (!by_default)
    return give_up(at, "defaultOutboundAccess cannot be read", {{subnet.id, "/properties/defaultOutboundAccess", "?"}});
  // Whether default outbound access is left to a member whose rules do not translate is not documented.
  if (balancer.leaves != Ternary::no || (balancer.is_closed_member && *by_default)) {
    return give_up(at, "behind a public load balancer, which may translate its members' way out or not",
                   {{nic->id, "/properties/ipConfigurations", "pool member"}});
  }
  // source: learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access (absent: egress exists)
  if (*by_default) {
    return leave("by default outbound access",
                 {subnet.id, "/properties/defaultOutboundAccess",
                  subnet.default_outbound_access.is_known() ? "true" : "absent -> egress"});
  }
  if (nic == nullptr || !subnet.delegations.empty()) {
    return give_up(at, "a private subnet without NAT gateway; whether the sender has another way out is not known",
                   {{subnet.id, "/properties/defaultOutboundAccess", "false"}});
  }
  // Storage accounts of the same region stay reachable. source: azure-semantics.md 1.7
  give_up(at, "a private subnet without a way out; only storage accounts of the same region may be reached",
          {{subnet.id, "/properties/defaultOutboundAccess", "false"}});
}

// source: azure-semantics.md 1.4 (VirtualNetworkGateway), 2.2 (allowGatewayTransit with useRemoteGateways)
void Walker::to_gateway(const Subnet& subnet, const Route& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  ResourceId gateway;
  bool is_vpn = false;
  const auto look = [&](ResourceId vnet) {
    for (const auto& [key, index] : e_.gateways_by_vnet.of(vnet)) {
      const model::Gateway& found = e_.tables().gateways[index];
      if (found.is_route_server) continue;
      gateway = found.id;
      is_vpn = is_vpn || found.type.is(model::GatewayType::vpn);
    }
  };
  look(subnet.vnet);
  bool uses_unknown = false;
  for (const auto& [key, index] : e_.peerings_by_vnet.of(subnet.vnet)) {
    const model::Peering& peering = e_.tables().peerings[index];
    if (gateway.is_set() || peering.use_remote_gateways.value_or_default(false) == false) continue;
    if (peering_link(v_, peering).carries == Ternary::yes && peering.use_remote_gateways.is(true)) look(peering.remote);
    uses_unknown = !gateway.is_set();
  }
  if (uses_unknown)
    return give_up(at, "the gateway of the peered virtual network is not in the export", {fact_of(v_, route)});
  if (!gateway.is_set()) {
    if (e_.is_partial(model::ArgTable::resources))
      return give_up(at, "the export is partial and may miss a gateway", {fact_of(v_, route)});
    return end(Disposition::dropped, "drop", at, "the virtual network has and uses no gateway", {fact_of(v_, route)});
  }
  if (route.source == RouteSource::user && !is_vpn) {
    return give_up(at, "a user route to a gateway that is not of type Vpn is not valid", {fact_of(v_, route)});
  }
  end(Disposition::exits_to_on_premises, "exit", {Place::Kind::gateway, gateway},
      fmt::format("through gateway {}", shown(v_, gateway)), {fact_of(v_, route)});
}

void Walker::to_appliance(const Subnet& subnet, const Route& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  const auto* vnet = e_.find<model::VirtualNetwork>(subnet.vnet);
  if (vnet == nullptr) return give_up(at, "the virtual network is not in the export");
  const Appliance appliance = resolve_appliance(v_, model::VnetIndex(e_.index_of(*vnet)), route.next_hop.address);
  const Place device{Place::Kind::appliance, appliance.device};
  switch (appliance.kind) {
    case Appliance::Kind::firewall:
    case Appliance::Kind::other_firewall:
      if (appliance.vnet != subnet.vnet && !cross(subnet, appliance.vnet, route.next_hop.address)) return;
      return arrive_at_firewall(appliance.device, appliance.vnet);
    case Appliance::Kind::network_interface: {
      if (appliance.vnet != subnet.vnet && !cross(subnet, appliance.vnet, route.next_hop.address)) return;
      // source: learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem (no IP forwarding: dropped)
      if (!appliance.forwards) {
        return end(Disposition::dropped, "drop", device,
                   fmt::format("{} and has enableIPForwarding false", appliance.reason),
                   {{appliance.device, "/properties/enableIPForwarding", "false"}});
      }
      return give_up(device, fmt::format("{}; what it does with the packet is in no export", appliance.reason),
                     {fact_of(v_, route)});
    }
    case Appliance::Kind::load_balancer:
      return give_up(device, fmt::format("{}; what its members do with the packet is in no export", appliance.reason),
                     {fact_of(v_, route)});
    case Appliance::Kind::nobody:
    case Appliance::Kind::unreachable:
    case Appliance::Kind::unknown: return give_up(device, appliance.reason, {fact_of(v_, route)});
  }
}

Trace trace(const model::View& view, const Flow& flow) {
  const bool is_v6 = std::holds_alternative<Ipv6>(flow.destination);
  if (std::holds_alternative<Ipv6>(flow.source) == is_v6)
    return is_v6 ? trace_v6(view, flow) : Walker(view, flow).run();
  Trace out;
  out.flow = flow;
  out.unknown_because = {"the two addresses are of different families"};
  return out;
}

}  // namespace hubproof::net
