#include "engine/net/egress_ipv6.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/peerings.h"

namespace hubproof::net {
namespace {

using model::IpConfiguration;
using model::LoadBalancer;
using model::NetworkInterface;
using model::ResourceId;
using model::View;

/// Keeps the first certain way, else the first.
void offer(std::optional<Egress6>& best, Egress6 way) {
  if (!best || (way.is_certain && !best->is_certain)) best = std::move(way);
}

void offer_nat(const View& view, ResourceId id, model::Fact fact, std::optional<Egress6>& best) {
  const auto* gateway = view.estate.find<model::NatGateway>(id);
  const bool is_understood = gateway != nullptr && gateway->unread.empty() && gateway->is_settled;
  if (is_understood && !gateway->has_v6) return;
  offer(best, {fmt::format("through NAT gateway {}", shown(view, id)), std::move(fact), is_understood, true, {}});
}

bool has_v6_frontend(const LoadBalancer& balancer, const LoadBalancer::Outbound& rule) {
  return std::any_of(balancer.frontends.begin(), balancer.frontends.end(), [&](const LoadBalancer::Frontend& frontend) {
    return frontend.public_ip_v6.is_set() &&
           std::find(rule.frontends.begin(), rule.frontends.end(), frontend.id) != rule.frontends.end();
  });
}

// Whether a load balancing rule without disableOutboundSnat translates IPv6 as well is not documented: that way out is
// left to what the route itself says, which is never harmless.
void offer_balancers(const View& view, const NetworkInterface& nic, const IpConfiguration& config,
                     std::optional<Egress6>& best) {
  for (const LoadBalancer& balancer : view.estate.tables().load_balancers) {
    for (const LoadBalancer::Outbound& rule : balancer.outbound_rules) {
      if (!has_v6_frontend(balancer, rule) || !is_behind(balancer, rule.pool, config)) continue;
      offer(best, {fmt::format("through an outbound rule of load balancer {}", shown(view, balancer.id)),
                   {balancer.id, "/properties/outboundRules", shown(view, nic.id)},
                   balancer.unread.empty() && balancer.is_settled,
                   true,
                   nic.id});
    }
  }
}

void offer_interface(const View& view, const model::Subnet& subnet, const NetworkInterface& nic,
                     std::optional<Egress6>& best) {
  for (const IpConfiguration& config : nic.ip_configurations) {
    if (!config.is_v6 || config.subnet != subnet.id) continue;
    if (config.public_ip_v6.is_set()) {
      const auto* address = view.estate.find<model::PublicIp>(config.public_ip_v6);
      const bool is_understood = address != nullptr && address->unread.empty() && nic.unread.empty();
      offer(best, {fmt::format("from public IP address {}", shown(view, config.public_ip_v6)),
                   {nic.id, "/properties/ipConfigurations", std::string(view.estate.spelling(config.public_ip_v6))},
                   is_understood,
                   false,
                   nic.id});
    }
    offer_balancers(view, nic, config, best);
  }
}

}  // namespace

bool is_behind(const LoadBalancer& balancer, ResourceId pool, const IpConfiguration& config) {
  const auto& own = config.load_balancer_pools;
  const std::pair<ResourceId, ResourceId> pair(pool, config.id);
  return pool.is_set() &&
         (pool == config.id || std::find(own.begin(), own.end(), pool) != own.end() ||
          std::find(balancer.pool_members.begin(), balancer.pool_members.end(), pair) != balancer.pool_members.end());
}

std::optional<Egress6> egress_v6(const View& view, const model::Subnet& subnet, const NetworkInterface* nic) {
  const model::Estate& e = view.estate;
  std::optional<Egress6> best;
  if (subnet.nat_gateway.is_set()) {
    offer_nat(view, subnet.nat_gateway,
              {subnet.id, "/properties/natGateway/id", std::string(e.spelling(subnet.nat_gateway))}, best);
  }
  for (const auto& [key, index] : e.nat_gateways_by_vnet.of(subnet.vnet)) {
    const model::NatGateway& gateway = e.tables().nat_gateways[index];
    offer_nat(view, gateway.id,
              {gateway.id, "/properties/sourceVirtualNetwork/id", std::string(e.spelling(subnet.vnet))}, best);
  }
  if (nic != nullptr) {
    offer_interface(view, subnet, *nic, best);
    return best;
  }
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id))
    offer_interface(view, subnet, e.tables().network_interfaces[index], best);
  return best;
}

}  // namespace hubproof::net
