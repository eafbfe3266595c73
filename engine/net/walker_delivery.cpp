// Delivery: who has the destination address, and which filters it meets there.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/walker.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

namespace {

template <class Prefixes>
bool contains(const Prefixes& list, Ipv4 address) {
  return std::any_of(list.begin(), list.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

}  // namespace

void Walker::deliver(ResourceId vnet) {
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (contains(subnet.prefixes, packet_.destination)) return deliver_in(subnet);
  }
  const auto* network = e_.find<model::VirtualNetwork>(vnet);
  if (network == nullptr || !network->unread.empty())
    return give_up({Place::Kind::unknown, vnet}, "the subnets are not all known");
  end(Disposition::dropped, "drop", {Place::Kind::unknown, vnet},
      fmt::format("no subnet of {} holds {}", shown(v_, vnet), to_string(packet_.destination)));
}

void Walker::deliver_in(const Subnet& subnet) {
  for (const auto& [key, index] : e_.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = e_.tables().private_endpoints[index];
    const std::vector<Ipv4> addresses = endpoint_addresses(v_, endpoint);
    if (std::binary_search(addresses.begin(), addresses.end(), packet_.destination))
      return deliver_to_endpoint(endpoint);
  }
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.address == packet_.destination && config.subnet == subnet.id) return deliver_to_member(config.id);
    }
  }
  for (const auto& [key, index] : e_.firewalls_by_vnet.of(subnet.vnet)) {
    const model::AzureFirewall& firewall = e_.tables().firewalls[index];
    for (const auto& config : firewall.ip_configurations) {
      if (config.address == packet_.destination) return deliver_to_firewall(firewall);
    }
    if (is_translated_by(firewall)) return deliver_to_firewall(firewall);
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.subnet == subnet.id && frontend.address == packet_.destination)
        return deliver_to_balancer(balancer, frontend);
    }
  }
  const Place at{Place::Kind::subnet, subnet.id};
  if (!passes(Direction::inbound, {&subnet, nullptr, false}, at)) return;
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const auto& frontend : gateway.frontends) {
      const bool is_here =
          std::find(gateway.subnets.begin(), gateway.subnets.end(), subnet.id) != gateway.subnets.end();
      if (is_here && frontend.address == packet_.destination) {
        return end(Disposition::delivered, "deliver", {Place::Kind::service, gateway.id},
                   "a frontend of the application gateway");
      }
    }
  }
  for (const model::ApiManagement& service : e_.tables().api_managements) {
    const auto& addresses = service.primary.private_addresses;
    if (service.primary.subnet == subnet.id &&
        std::find(addresses.begin(), addresses.end(), packet_.destination) != addresses.end()) {
      return end(Disposition::delivered, "deliver", {Place::Kind::service, service.id},
                 "the private address of API Management");
    }
  }
  end(Disposition::delivered, "deliver", at,
      fmt::format("{} lets it in; no device of the export has {}", shown(v_, subnet.id),
                  to_string(packet_.destination)));
}

void Walker::deliver_to_endpoint(const model::PrivateEndpoint& endpoint) {
  const Place at{Place::Kind::private_endpoint, endpoint.id};
  const Subnet* subnet = e_.find<Subnet>(endpoint.subnet);
  if (subnet == nullptr) return give_up(at, "the private endpoint's subnet is not in the export");
  if (!passes(Direction::inbound, {subnet, nullptr, true}, at)) return;
  // source: azure-semantics.md 9.4 (only an approved connection carries traffic)
  for (std::size_t i = 0; i < endpoint.connections.size(); ++i) {
    const auto& status = endpoint.connections[i].status;
    const char* list =
        endpoint.connections[i].is_manual ? "manualPrivateLinkServiceConnections" : "privateLinkServiceConnections";
    std::vector<model::Fact> facts{
        {endpoint.id, fmt::format("/properties/{}", list),
         status.is_known() ? std::string(model::name(status.value())) : std::string("absent")}};
    if (!status.is_known())
      return give_up(at, "the state of the private endpoint's connection is not known", std::move(facts));
    if (!status.is(model::ConnectionStatus::approved)) {
      return end(Disposition::dropped, "drop", at, "the connection of the private endpoint is not approved",
                 std::move(facts));
    }
  }
  end(Disposition::delivered, "deliver", at, fmt::format("private endpoint {}", shown(v_, endpoint.id)));
}

void Walker::deliver_to_member(ResourceId ip_configuration) {
  for (const model::NetworkInterface& nic : e_.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.id != ip_configuration) continue;
      const Place at{Place::Kind::network_interface, nic.id};
      const Subnet* subnet = e_.find<Subnet>(config.subnet);
      if (subnet == nullptr) return give_up(at, "the subnet of the network interface is not in the export");
      if (!config.address) return give_up(at, "the private address of the network interface is not in the export");
      // law:  groups see the private destination, also behind a public frontend
      // source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
      packet_.destination = *config.address;
      enter_vnet(subnet->vnet);
      const bool has_group = subnet->network_security_group.is_set() || nic.network_security_group.is_set();
      // source: learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku (Standard: closed until a
      // group allows; the page on network security groups says allowed: azure-semantics.md 5)
      if (needs_group_ && !has_group) {
        return give_up(
            at,
            "a Standard public frontend without a network security group: the pages disagree on whether it is open");
      }
      if (!passes(Direction::inbound, {subnet, &nic, false}, at)) return;
      return end(Disposition::delivered, "deliver", at, fmt::format("network interface {}", shown(v_, nic.id)));
    }
  }
  give_up({Place::Kind::unknown, ip_configuration}, "the receiving network interface is not in the export");
}

// source: azure-semantics.md 5 (a load balancer without a rule that matches drops)
void Walker::deliver_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend) {
  const Place at{Place::Kind::load_balancer, balancer.id};
  if (!balancer.unread.empty() || !balancer.is_settled) return give_up(at, "the load balancer is not fully understood");
  const bool has_ports = packet_.protocol == Protocol::tcp || packet_.protocol == Protocol::udp;
  std::vector<ResourceId> members;
  bool has_rule = false;
  std::uint16_t backend_port = 0;
  for (const auto& rule : balancer.rules) {
    if (rule.frontend != frontend.id || (rule.protocol != Protocol::any && rule.protocol != packet_.protocol)) continue;
    if (has_ports && !rule.frontend_ports.contains(packet_.destination_port) &&
        !(rule.frontend_ports == PortRange(0, 0)))
      continue;
    has_rule = true;
    backend_port = rule.backend_port;
    bool is_pool = false;
    for (const auto& [pool, member] : balancer.pool_members) {
      if (pool != rule.backend_pool) continue;
      is_pool = true;
      members.push_back(member);
    }
    if (!is_pool && rule.backend_pool.is_set())
      members.push_back(rule.backend_pool);  // an inbound NAT rule names its target
    break;
  }
  if (!has_rule) return end(Disposition::dropped, "drop", at, "no rule of the load balancer matches");
  if (members.empty()) return give_up(at, "the members of the load balancer's pool are not in the export");
  // law:  groups behind the balancer see the member's port
  // source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
  if (has_ports && backend_port != 0) packet_.destination_port = backend_port;
  // Any member may be chosen; the first stands for them when there is only one.
  if (members.size() > 1) {
    hop(at, "forward", fmt::format("one of {} members, shown for the first", members.size()));
  } else {
    hop(at, "forward", "the only member");
  }
  std::vector<Disposition> others;
  for (std::size_t i = 1; i < members.size(); ++i) {
    Walker other = *this;
    other.deliver_to_member(members[i]);
    others.push_back(other.trace_.disposition);
  }
  deliver_to_member(members.front());
  const auto differs = [&](Disposition d) { return d != trace_.disposition; };
  if (std::any_of(others.begin(), others.end(), differs))
    give_up(at, "the members of the pool treat the packet differently");
}

}  // namespace hubproof::net
