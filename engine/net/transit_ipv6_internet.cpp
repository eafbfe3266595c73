// Where the Internet enters a spoke by a public IPv6 address. What hides members or owners of any family is told for
// IPv4 already (transit_internet.cpp). source: azure-semantics.md 5, 6.1, 1.8
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/egress_ipv6.h"
#include "engine/net/transit_ipv6_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ResourceId;
using model::Subnet;

void TransitRun6::tell(const Entry6& entry) {
  const FilterPoint receiver{entry.subnet, entry.nic, false};
  Ranges6 targets;
  if (entry.target) {
    targets = {{*entry.target, *entry.target}};
  } else {
    for (const Prefix6& prefix : entry.subnet->prefixes_v6) targets.push_back(range_of(prefix));
  }
  const Ranges6 outside{range_of(internet_addresses_v6())};
  const Reach6 found = reach_v6(v_, nullptr, &receiver, outside, targets, {});
  if (found.passes == Ternary::no) return;
  const auto* address = e_.find<model::PublicIp>(entry.public_ip);
  const bool has_group = entry.subnet->network_security_group.is_set() ||
                         (entry.nic != nullptr && entry.nic->network_security_group.is_set());
  std::string doubt = entry.doubt;
  if (doubt.empty() && (address == nullptr || !address->unread.empty() || !address->address_v6))
    doubt =
        fmt::format("public IP address {} is not in the export or not fully understood", shown(v_, entry.public_ip));
  // source: learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
  if (doubt.empty() && entry.is_closed_by_default && !has_group)
    doubt = "a Standard public address without a network security group is open by one page and closed by another";
  if (doubt.empty() && found.passes == Ternary::unknown) doubt = found.reason;
  std::optional<Packet6> example = doubt.empty() ? found.example : std::nullopt;
  if (example) example->destination = *address->address_v6;
  Bypass out;
  out.way = Bypass::Way::enters;
  out.from = index(*entry.subnet);
  out.next_hop = {NextHop::Kind::internet, {}, {}};
  out.facts = {entry.fact};
  out.reason = fmt::format("{}: the Internet enters {} of {} over IPv6 and not through the firewall", entry.what,
                           shown(v_, entry.subnet->id), shown(v_, vnet_.id));
  out.doubt = std::move(doubt);
  witnessed(std::move(out), example, {Place::Kind::internet, {}});
}

namespace {

bool is_standard(const model::Estate& estate, ResourceId public_ip) {
  const auto* address = estate.find<model::PublicIp>(public_ip);
  return address == nullptr || address->is_standard;
}

/// The public address of a frontend, when it is or may be IPv6: one that the export does not hold may be of either
/// family.
template <class Frontend>
ResourceId public_of(const model::Estate& estate, const Frontend& frontend) {
  if (frontend.public_ip_v6.is_set()) return frontend.public_ip_v6;
  return estate.find<model::PublicIp>(frontend.public_ip) == nullptr ? frontend.public_ip : ResourceId();
}

}  // namespace

void TransitRun6::by_interfaces(const Subnet& subnet) {
  for (const auto& [key, at] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[at];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (!config.public_ip_v6.is_set() || config.subnet != subnet.id) continue;
      tell({&subnet,
            &nic,
            config.address_v6,
            config.public_ip_v6,
            fmt::format("network interface {} has the public IP address {}", shown(v_, nic.id),
                        shown(v_, config.public_ip_v6)),
            {nic.id, "/properties/ipConfigurations", std::string(e_.spelling(config.public_ip_v6))},
            is_standard(e_, config.public_ip_v6),
            {}});
    }
  }
}

// law:  members behind an IPv6 frontend are IPv6 configurations
// source: learn.microsoft.com/azure/load-balancer/load-balancer-ipv6-overview
void TransitRun6::by_balancer(const model::LoadBalancer& balancer) {
  for (const auto& rule : balancer.rules) {
    const auto frontend = std::find_if(balancer.frontends.begin(), balancer.frontends.end(),
                                       [&](const auto& one) { return one.id == rule.frontend; });
    if (frontend == balancer.frontends.end()) continue;
    const ResourceId public_ip = public_of(e_, *frontend);
    if (!public_ip.is_set()) continue;
    for (const Subnet* subnet : subnets_) {
      for (const auto& [key, at] : e_.interfaces_by_subnet.of(subnet->id)) {
        const model::NetworkInterface& nic = e_.tables().network_interfaces[at];
        for (const model::IpConfiguration& config : nic.ip_configurations) {
          if (!config.is_v6 || config.subnet != subnet->id || !is_behind(balancer, rule.backend_pool, config)) continue;
          tell({subnet,
                &nic,
                config.address_v6,
                public_ip,
                fmt::format("load balancer {} with a public IPv6 frontend has {} as a member", shown(v_, balancer.id),
                            shown(v_, nic.id)),
                {balancer.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(public_ip))},
                balancer.is_standard,
                {}});
        }
      }
    }
  }
}

void TransitRun6::by_gateway(const model::ApplicationGateway& gateway) {
  for (const auto& frontend : gateway.frontends) {
    const ResourceId public_ip = public_of(e_, frontend);
    if (!public_ip.is_set()) continue;
    const bool is_used = std::any_of(gateway.rules.begin(), gateway.rules.end(), [&](const auto& rule) {
      return std::any_of(gateway.listeners.begin(), gateway.listeners.end(), [&](const auto& listener) {
        return listener.id == rule.listener && listener.frontend == frontend.id;
      });
    });
    for (const Subnet* subnet : subnets_) {
      const auto& own = gateway.subnets;
      if (!is_used || std::find(own.begin(), own.end(), subnet->id) == own.end()) continue;
      tell({subnet,
            nullptr,
            std::nullopt,
            public_ip,
            fmt::format("application gateway {} has a public IPv6 frontend", shown(v_, gateway.id)),
            {gateway.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(public_ip))},
            false,
            {}});
    }
  }
}

// The machines' addresses, and of which family their public ones are, are in no row.
void TransitRun6::by_pool(const model::MachinePool& pool) {
  for (const model::MachinePool::Interface& interface : pool.interfaces) {
    const auto& balancers = e_.tables().load_balancers;
    const bool is_behind_public = std::any_of(balancers.begin(), balancers.end(), [&](const auto& balancer) {
      const bool may_be_v6 = std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                                         [&](const auto& frontend) { return public_of(e_, frontend).is_set(); });
      return may_be_v6 && std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
               const auto& pools = interface.load_balancer_pools;
               return std::find(pools.begin(), pools.end(), rule.backend_pool) != pools.end();
             });
    });
    if (!interface.has_public_address && !is_behind_public) continue;
    for (const Subnet* subnet : subnets_) {
      if (interface.subnet != subnet->id) continue;
      const model::NetworkInterface nic = interface_of(pool, interface);
      tell({subnet,
            &nic,
            std::nullopt,
            {},
            fmt::format("the machines of {} have, or are behind, public IP addresses", shown(v_, pool.id)),
            {pool.id, "/properties", "public addresses"},
            false,
            "their addresses are in no row of the export"});
    }
  }
}

void TransitRun6::internet_enters() {
  for (const Subnet* subnet : subnets_) by_interfaces(*subnet);
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) by_balancer(balancer);
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) by_gateway(gateway);
  for (const model::MachinePool& pool : e_.tables().machine_pools) by_pool(pool);
}

}  // namespace hubproof::net
