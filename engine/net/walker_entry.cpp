// Where a packet starts: a subnet, a device, a gateway, on-premises or the Internet.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/walker.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

void Walker::start() {
  const Place& from = trace_.flow.from;
  switch (from.kind) {
    case Place::Kind::subnet: {
      const Subnet* subnet = e_.find<Subnet>(from.id);
      return subnet == nullptr ? give_up(from, "the subnet is not in the export") : emit(*subnet, nullptr, true);
    }
    case Place::Kind::network_interface: {
      const auto* nic = e_.find<model::NetworkInterface>(from.id);
      const Subnet* subnet = nullptr;
      if (nic != nullptr) {
        for (const model::IpConfiguration& config : nic->ip_configurations) {
          if (config.address == packet_.source || subnet == nullptr) subnet = e_.find<Subnet>(config.subnet);
        }
      }
      return subnet == nullptr ? give_up(from, "the network interface or its subnet is not in the export")
                               : emit(*subnet, nic, true);
    }
    // source: learn.microsoft.com/azure/private-link/private-endpoint-overview (connections can only be started towards
    // it)
    case Place::Kind::private_endpoint:
      if (request_ != nullptr) return return_from_endpoint();
      return end(Disposition::dropped, "drop", from, "a private endpoint never starts a connection");
    case Place::Kind::service: {
      const auto* service = e_.find<model::ApiManagement>(from.id);
      const auto* gateway = e_.find<model::ApplicationGateway>(from.id);
      ResourceId id;
      if (service != nullptr) id = service->primary.subnet;
      if (gateway != nullptr && !gateway->subnets.empty()) id = gateway->subnets.front();
      const Subnet* subnet = e_.find<Subnet>(id);
      return subnet == nullptr ? give_up(from, "the service has no subnet in the export")
                               : emit(*subnet, nullptr, true);
    }
    case Place::Kind::firewall: {
      const auto* firewall = e_.find<model::AzureFirewall>(from.id);
      const Subnet* subnet = nullptr;
      if (firewall != nullptr && !firewall->ip_configurations.empty())
        subnet = e_.find<Subnet>(firewall->ip_configurations.front().subnet);
      return subnet == nullptr ? give_up(from, "the firewall's subnet is not in the export")
                               : emit(*subnet, nullptr, false);
    }
    case Place::Kind::gateway: {
      const auto* gateway = e_.find<model::Gateway>(from.id);
      const Subnet* subnet =
          gateway == nullptr || gateway->subnets.empty() ? nullptr : e_.find<Subnet>(gateway->subnets.front());
      return subnet == nullptr ? give_up(from, "the gateway's subnet is not in the export")
                               : emit(*subnet, nullptr, false);
    }
    case Place::Kind::virtual_hub: return start_at_hub(from.id);
    case Place::Kind::on_premises: return start_on_premises();
    case Place::Kind::internet: return start_on_internet();
    case Place::Kind::load_balancer:
    case Place::Kind::appliance:
    case Place::Kind::public_ip:
    case Place::Kind::unknown: return give_up(from, "packets that start there are not modelled");
  }
}

// law:  on-premises traffic enters at the GatewaySubnet, whose route table applies next
// source: azure-semantics.md 7.1
void Walker::start_on_premises() {
  std::vector<Place> gateways;
  for (const model::Gateway& gateway : e_.tables().gateways) {
    if (!gateway.is_route_server) gateways.push_back({Place::Kind::gateway, gateway.id});
  }
  for (const model::VirtualHub& hub : e_.tables().virtual_hubs) {
    if (model::has_branches(e_, hub)) gateways.push_back({Place::Kind::virtual_hub, hub.id});
  }
  const Place from{Place::Kind::on_premises, {}};
  if (gateways.empty()) return give_up(from, "the export holds no gateway");
  std::vector<Trace> traces;
  for (const Place& gateway : gateways) {
    Flow flow = trace_.flow;
    flow.from = gateway;
    traces.push_back(Walker(v_, flow).run());
  }
  const auto differs = [&](const Trace& other) {
    return other.disposition != traces.front().disposition || other.crossed_firewall != traces.front().crossed_firewall;
  };
  if (std::any_of(traces.begin(), traces.end(), differs)) {
    return give_up(from, "the estate has several gateways, which treat the packet differently: name one");
  }
  const Flow flow = trace_.flow;
  trace_ = std::move(traces.front());
  trace_.flow = flow;
  is_ended_ = true;
}

void Walker::start_on_internet() {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (address.address == packet_.destination) return enter_at_public_ip(address);
  }
  give_up(trace_.flow.from, fmt::format("no public IP address of the export is {}", to_string(packet_.destination)));
}

// source: azure-semantics.md 3.1 (filters see the private destination and the original client), 5
void Walker::enter_at_public_ip(const model::PublicIp& address) {
  const Place at{Place::Kind::public_ip, address.id};
  hop(at, "forward", fmt::format("public IP address {}", shown(v_, address.id)));
  if (!address.unread.empty()) return give_up(at, "the public IP address is not fully understood");
  for (const model::NetworkInterface& nic : e_.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.public_ip != address.id) continue;
      const Subnet* subnet = e_.find<Subnet>(config.subnet);
      if (subnet == nullptr || !config.address)
        return give_up(at, "the private address behind it is not in the export");
      packet_.destination = *config.address;
      needs_group_ = address.is_standard;
      return deliver_to_member(config.id);
    }
  }
  for (const model::AzureFirewall& firewall : e_.tables().firewalls) {
    for (const auto& config : firewall.ip_configurations) {
      if (config.public_ip == address.id) return deliver_to_firewall(firewall);
    }
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.public_ip != address.id) continue;
      needs_group_ = balancer.is_standard;
      return deliver_to_balancer(balancer, frontend);
    }
  }
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const auto& frontend : gateway.frontends) {
      if (frontend.public_ip != address.id) continue;
      const Subnet* subnet = gateway.subnets.empty() ? nullptr : e_.find<Subnet>(gateway.subnets.front());
      if (subnet == nullptr) return give_up(at, "the application gateway's subnet is not in the export");
      if (!subnet->prefixes.empty()) packet_.destination = subnet->prefixes.front().first();
      enter_vnet(subnet->vnet);
      const Place there{Place::Kind::service, gateway.id};
      if (!passes(Direction::inbound, {subnet, nullptr, false}, there)) return;
      return end(Disposition::delivered, "deliver", there,
                 fmt::format("a public frontend of application gateway {}", shown(v_, gateway.id)));
    }
  }
  if (!address.owner.is_set()) return end(Disposition::dropped, "drop", at, "the address is attached to nothing");
  give_up(at, fmt::format("what stands behind it ({}) is not modelled", shown(v_, address.owner)));
}

}  // namespace hubproof::net
