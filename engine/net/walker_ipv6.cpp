// The walk of one IPv6 packet: within networks, over peerings, to the Internet and in from it. What meets an appliance,
// a gateway or a firewall ends unknown: none of them is modelled for IPv6. source: azure-semantics.md 1.8
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/egress_ipv6.h"
#include "engine/net/family.h"
#include "engine/net/walker.h"

namespace hubproof::net {
namespace {

using model::Direction;
using model::Fact;
using model::ResourceId;
using model::Subnet;
using model::View;

class Walker6 : TraceRecorder {
 public:
  Walker6(const View& view, const Flow& flow) : TraceRecorder(view, flow), packet_(packet_of<Ipv6>(flow)) {}
  Trace run();

 private:
  void start_at(const model::NetworkInterface* nic);
  void emit(const Subnet& subnet, const model::NetworkInterface* nic);
  void route(const Subnet& subnet, const model::NetworkInterface* nic);
  bool may_be_decided_by_unknown(const RouteSet6& set, const std::vector<const Route6*>& chosen);
  void forward(const Subnet& subnet, const model::NetworkInterface* nic, const Route6& route);
  void to_internet(const Subnet& subnet, const model::NetworkInterface* nic, const Route6& route);
  bool cross(const Subnet& subnet, ResourceId to);
  void deliver(ResourceId vnet);
  void deliver_in(const Subnet& subnet);
  void deliver_to(const model::NetworkInterface& nic, const model::IpConfiguration& config);
  void start_on_internet();
  bool enter_at_interface(const model::PublicIp& address);
  bool enter_at_balancer(const model::PublicIp& address);
  bool enter_at_gateway(const model::PublicIp& address);
  void deliver_to_members(const model::LoadBalancer& balancer, ResourceId pool);

  Packet6 packet_;
};

Trace Walker6::run() {
  const Place& from = trace_.flow.from;
  if (from.kind == Place::Kind::subnet) {
    const Subnet* subnet = e_.find<Subnet>(from.id);
    subnet == nullptr ? give_up(from, "the subnet is not in the export") : emit(*subnet, nullptr);
  } else if (from.kind == Place::Kind::network_interface) {
    start_at(e_.find<model::NetworkInterface>(from.id));
  } else if (from.kind == Place::Kind::internet) {
    start_on_internet();
  } else {
    give_up(from, "IPv6 packets that start there are not modelled");
  }
  return std::move(trace_);
}

void Walker6::start_at(const model::NetworkInterface* nic) {
  const Subnet* subnet = nullptr;
  if (nic != nullptr) {
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address_v6 == packet_.source || (subnet == nullptr && config.is_v6))
        subnet = e_.find<Subnet>(config.subnet);
    }
  }
  if (subnet == nullptr)
    return give_up(trace_.flow.from,
                   "the network interface, its IPv6 configuration or its subnet is not in the export");
  emit(*subnet, nic);
}

void Walker6::emit(const Subnet& subnet, const model::NetworkInterface* nic) {
  const Place at =
      nic != nullptr ? Place{Place::Kind::network_interface, nic->id} : Place{Place::Kind::subnet, subnet.id};
  enter_vnet(subnet.vnet);
  if (!holds(subnet.prefixes_v6, packet_.source))
    return give_up(at, fmt::format("{} does not hold {}", shown(v_, subnet.id), to_string(packet_.source)));
  if (!allow(filter(v_, Direction::outbound, {&subnet, nic, false}, packet_), at, "outbound")) return;
  route(subnet, nic);
}

// source: azure-semantics.md 1.3 (a learned route does not displace a system route of a network or a peering)
bool Walker6::may_be_decided_by_unknown(const RouteSet6& set, const std::vector<const Route6*>& chosen) {
  const Route6* best = chosen.empty() ? nullptr : chosen.front();
  const bool is_kept =
      best != nullptr && best->source == RouteSource::system &&
      (best->next_hop.kind == NextHop::Kind::vnet_local || best->next_hop.kind == NextHop::Kind::peering);
  for (const UnknownRoutes& unknown : set.unknown) {
    const NextHop::Kind kind = unknown.next_hop.kind;
    const bool is_public_only = kind == NextHop::Kind::service_endpoint ||
                                (unknown.source == RouteSource::user && kind != NextHop::Kind::unknown);
    if (is_public_only && !Family<Ipv6>::is_public(packet_.destination)) continue;
    if (is_kept && unknown.source == RouteSource::bgp) continue;
    trace_.unknown_because.push_back(unknown.reason);
    return true;
  }
  return false;
}

void Walker6::route(const Subnet& subnet, const model::NetworkInterface* nic) {
  const Place at{Place::Kind::subnet, subnet.id};
  const RouteSet6 set = effective_routes_v6(v_, subnet);
  const std::vector<const Route6*> chosen = select_routes(set.routes, packet_.destination);
  if (may_be_decided_by_unknown(set, chosen))
    return end(Disposition::unknown, "unknown", at, trace_.unknown_because.back());
  if (const std::optional<Route6> route = settle(chosen, at)) forward(subnet, nic, *route);
}

void Walker6::forward(const Subnet& subnet, const model::NetworkInterface* nic, const Route6& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  switch (route.next_hop.kind) {
    case NextHop::Kind::vnet_local: {
      const auto* vnet = e_.find<model::VirtualNetwork>(subnet.vnet);
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      if (vnet == nullptr || !holds(vnet->address_space_v6, packet_.destination)) {
        return give_up(at, "a VnetLocal route for addresses outside the virtual network has no documented effect",
                       {fact_of(v_, route)});
      }
      return deliver(subnet.vnet);
    }
    case NextHop::Kind::peering:
      if (cross(subnet, route.next_hop.target)) deliver(route.next_hop.target);
      return;
    case NextHop::Kind::connected_group:
      return give_up(at, "whether a connected group carries IPv6 is not documented", {fact_of(v_, route)});
    case NextHop::Kind::internet: return to_internet(subnet, nic, route);
    case NextHop::Kind::none: trace_.disposition = Disposition::dropped; return;
    case NextHop::Kind::appliance:
      return give_up(at, "whether an IPv6 next hop is a firewall is not modelled", {fact_of(v_, route)});
    case NextHop::Kind::gateway:
    case NextHop::Kind::virtual_hub:
      return give_up(at, "whether a gateway carries IPv6 is not modelled", {fact_of(v_, route)});
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: return give_up(at, "the next hop is not understood", {fact_of(v_, route)});
  }
}

// source: azure-semantics.md 1.8 (peering carries IPv6 when both networks have it), 2.1
bool Walker6::cross(const Subnet& subnet, ResourceId to) {
  const ResourceId from = subnet.vnet;
  const model::Peering* peering = find_peering(v_, from, to);
  if (peering == nullptr) {
    give_up({Place::Kind::unknown, from}, fmt::format("no peering from {} to {}", shown(v_, from), shown(v_, to)));
    return false;
  }
  const Place at{Place::Kind::unknown, peering->id};
  const PeeringLink link = peering_link_v6(v_, *peering, subnet);
  if (link.carries == Ternary::no) {
    end(Disposition::dropped, "drop", at, link.reason, {{peering->id, "/properties/peeringState", ""}});
    return false;
  }
  if (link.carries == Ternary::unknown) return give_up(at, link.reason), false;
  // What others sent and a joined subnet passes on: learn.microsoft.com/.../how-to-configure-subnet-peering is silent.
  if (joined_subnets(v_, *peering) && !holds(subnet.prefixes_v6, packet_.source))
    return give_up(at, "whether a subnet peering carries what its subnets did not send is not documented"), false;
  if (e_.find<model::VirtualNetwork>(to) == nullptr) {
    give_up({Place::Kind::unknown, to}, fmt::format("virtual network {} is not in the export", shown(v_, to)));
    return false;
  }
  enter_vnet(to);
  return true;
}

void Walker6::to_internet(const Subnet& subnet, const model::NetworkInterface* nic, const Route6& route) {
  const Place at{Place::Kind::subnet, subnet.id};
  if (!Family<Ipv6>::is_public(packet_.destination)) {
    return give_up(at,
                   fmt::format("{} is not a public address; a route to the Internet drops it or not",
                               to_string(packet_.destination)),
                   {fact_of(v_, route)});
  }
  const std::optional<Egress6> way = egress_v6(v_, subnet, nic);
  const bool has_ports = packet_.protocol == Protocol::tcp || packet_.protocol == Protocol::udp;
  const bool is_whole = way && (nic != nullptr || !way->interface.is_set());
  if (is_whole && way->is_certain && (has_ports || !way->needs_ports))
    return end(Disposition::exits_to_internet, "exit", {Place::Kind::internet, {}}, way->note, {way->fact});
  give_up(at, "IPv6 leaves only with a public IPv6 address, a load balancer or NAT, and the export shows none for sure",
          {fact_of(v_, route)});
}

void Walker6::deliver(ResourceId vnet) {
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (holds(subnet.prefixes_v6, packet_.destination)) return deliver_in(subnet);
  }
  const auto* network = e_.find<model::VirtualNetwork>(vnet);
  if (network == nullptr || !network->unread.empty())
    return give_up({Place::Kind::unknown, vnet}, "the subnets are not all known");
  end(Disposition::dropped, "drop", {Place::Kind::unknown, vnet},
      fmt::format("no subnet of {} holds {}", shown(v_, vnet), to_string(packet_.destination)));
}

void Walker6::deliver_in(const Subnet& subnet) {
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.address_v6 == packet_.destination && config.subnet == subnet.id) return deliver_to(nic, config);
    }
  }
  const Place at{Place::Kind::subnet, subnet.id};
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.subnet == subnet.id && frontend.address_v6 == packet_.destination)
        return give_up({Place::Kind::load_balancer, balancer.id}, "private IPv6 frontends are not modelled");
    }
  }
  if (!allow(filter(v_, Direction::inbound, {&subnet, nullptr, false}, packet_), at, "inbound")) return;
  end(Disposition::delivered, "deliver", at,
      fmt::format("{} lets it in; no device of the export has {}", shown(v_, subnet.id),
                  to_string(packet_.destination)));
}

void Walker6::deliver_to(const model::NetworkInterface& nic, const model::IpConfiguration& config) {
  const Place at{Place::Kind::network_interface, nic.id};
  const Subnet* subnet = e_.find<Subnet>(config.subnet);
  if (subnet == nullptr) return give_up(at, "the subnet of the network interface is not in the export");
  if (!config.address_v6) return give_up(at, "the IPv6 address of the network interface is not in the export");
  packet_.destination = *config.address_v6;
  if (trace_.vnets.empty() || trace_.vnets.back() != subnet->vnet) enter_vnet(subnet->vnet);
  if (!allow(filter(v_, Direction::inbound, {subnet, &nic, false}, packet_), at, "inbound")) return;
  end(Disposition::delivered, "deliver", at, fmt::format("network interface {}", shown(v_, nic.id)));
}

void Walker6::start_on_internet() {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (address.address_v6 != packet_.destination) continue;
    const Place at{Place::Kind::public_ip, address.id};
    hop(at, "forward", fmt::format("public IP address {}", shown(v_, address.id)));
    if (!address.unread.empty()) return give_up(at, "the public IP address is not fully understood");
    if (enter_at_interface(address) || enter_at_balancer(address) || enter_at_gateway(address)) return;
    if (!address.owner.is_set()) return end(Disposition::dropped, "drop", at, "the address is attached to nothing");
    return give_up(at, fmt::format("what stands behind it ({}) is not modelled for IPv6", shown(v_, address.owner)));
  }
  give_up(trace_.flow.from, fmt::format("no public IP address of the export is {}", to_string(packet_.destination)));
}

bool Walker6::enter_at_interface(const model::PublicIp& address) {
  for (const model::NetworkInterface& nic : e_.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.public_ip_v6 != address.id) continue;
      const Subnet* subnet = e_.find<Subnet>(config.subnet);
      const bool has_group =
          nic.network_security_group.is_set() || (subnet != nullptr && subnet->network_security_group.is_set());
      // source: azure-semantics.md 5 (the pages disagree)
      if (address.is_standard && !has_group) {
        give_up({Place::Kind::public_ip, address.id},
                "a Standard public IP address without a network security group: the pages disagree on whether it is "
                "open");
      } else {
        deliver_to(nic, config);
      }
      return true;
    }
  }
  return false;
}

bool Walker6::enter_at_balancer(const model::PublicIp& address) {
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.public_ip_v6 != address.id) continue;
      const Place at{Place::Kind::load_balancer, balancer.id};
      if (!balancer.unread.empty() || !balancer.is_settled)
        return give_up(at, "the load balancer is not fully understood"), true;
      for (const auto& rule : balancer.rules) {
        const bool is_named =
            rule.frontend == frontend.id && (rule.protocol == Protocol::any || rule.protocol == packet_.protocol) &&
            (rule.frontend_ports.contains(packet_.destination_port) || rule.frontend_ports == PortRange(0, 0));
        if (!is_named) continue;
        // law:  groups behind the balancer see the member's port
        // source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
        if (rule.backend_port != 0) packet_.destination_port = rule.backend_port;
        return deliver_to_members(balancer, rule.backend_pool), true;
      }
      return end(Disposition::dropped, "drop", at, "no rule of the load balancer matches"), true;
    }
  }
  return false;
}

// Any member may be chosen: all must treat the packet alike.
void Walker6::deliver_to_members(const model::LoadBalancer& balancer, ResourceId pool) {
  const Place at{Place::Kind::load_balancer, balancer.id};
  std::optional<Walker6> first;
  for (const model::NetworkInterface& nic : e_.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (!config.is_v6 || !is_behind(balancer, pool, config)) continue;
      Walker6 member = *this;
      member.hop(at, "forward", fmt::format("to member {}", shown(v_, nic.id)));
      const Subnet* subnet = e_.find<Subnet>(config.subnet);
      const bool has_group =
          nic.network_security_group.is_set() || (subnet != nullptr && subnet->network_security_group.is_set());
      // source: azure-semantics.md 5 (the pages disagree)
      if (balancer.is_standard && !has_group)
        return give_up(at,
                       "a Standard public frontend without a network security group: the pages disagree on whether it "
                       "is open");
      member.deliver_to(nic, config);
      if (first && first->trace_.disposition != member.trace_.disposition)
        return give_up(at, "the members of the pool treat the packet differently");
      if (!first) first.emplace(std::move(member));
    }
  }
  if (!first) return give_up(at, "the members of the load balancer's pool are not in the export");
  trace_ = std::move(first->trace_);
}

bool Walker6::enter_at_gateway(const model::PublicIp& address) {
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const auto& frontend : gateway.frontends) {
      if (frontend.public_ip_v6 != address.id) continue;
      const Place at{Place::Kind::service, gateway.id};
      const Subnet* subnet = gateway.subnets.empty() ? nullptr : e_.find<Subnet>(gateway.subnets.front());
      if (subnet == nullptr || subnet->prefixes_v6.empty())
        return give_up(at, "the application gateway's subnet and its IPv6 prefix are not in the export"), true;
      packet_.destination = subnet->prefixes_v6.front().first();
      enter_vnet(subnet->vnet);
      if (!allow(filter(v_, Direction::inbound, {subnet, nullptr, false}, packet_), at, "inbound")) return true;
      end(Disposition::delivered, "deliver", at,
          fmt::format("a public frontend of application gateway {}", shown(v_, gateway.id)));
      return true;
    }
  }
  return false;
}

}  // namespace

Trace trace_v6(const View& view, const Flow& flow) { return Walker6(view, flow).run(); }

}  // namespace hubproof::net
