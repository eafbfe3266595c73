// Where the Internet may enter a spoke without the firewall. source: azure-semantics.md 5, 6.1
#include <fmt/format.h>

#include <algorithm>

#include "engine/proof/transit_question.h"
#include "engine/value/arm_id.h"

namespace hubproof::proof {

using model::ResourceId;
using model::Subnet;
using model::VirtualNetwork;

namespace {

bool has_public_frontend(const model::LoadBalancer& balancer) {
  return std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                     [](const auto& frontend) { return frontend.public_ip.is_set(); });
}

}  // namespace

// Public addresses of network interfaces, members of public load balancers, application gateways with a public
// frontend. source: azure-semantics.md 5, 6.1
void QuestionBuilder::find_entries(const VirtualNetwork& spoke, SpokeQuestions& out) const {
  const auto add = [&](const Subnet& subnet, const std::optional<Ipv4>& address) {
    InternetEntry entry{estate_.index_of(subnet), {}};
    if (address)
      entry.targets = {Prefix::host(*address)};
    else
      entry.targets.assign(subnet.prefixes.begin(), subnet.prefixes.end());
    out.entries.push_back(std::move(entry));
  };
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(spoke.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    for (const auto& [id, position] : estate_.interfaces_by_subnet.of(subnet.id)) {
      for (const model::IpConfiguration& config : estate_.tables().network_interfaces[position].ip_configurations) {
        if (config.subnet != subnet.id) continue;
        if (config.public_ip.is_set() || is_behind_public_balancer(config)) add(subnet, config.address);
      }
    }
  }
  for (const auto& balancer : estate_.tables().load_balancers) {
    if (!has_public_frontend(balancer)) continue;
    for (const auto& member : balancer.address_members) {
      for (const auto& [key, index] : estate_.subnets_by_vnet.of(spoke.id)) {
        const Subnet& subnet = estate_.tables().subnets[index];
        const auto holds = [&](Prefix prefix) { return prefix.contains(member.address); };
        const bool is_elsewhere = member.vnet.is_set() && member.vnet != spoke.id;
        if (!is_elsewhere && std::any_of(subnet.prefixes.begin(), subnet.prefixes.end(), holds))
          add(subnet, member.address);
      }
    }
  }
  for (const model::ApplicationGateway& gateway : estate_.tables().application_gateways) {
    const bool is_public = std::any_of(gateway.frontends.begin(), gateway.frontends.end(),
                                       [](const auto& frontend) { return frontend.public_ip.is_set(); });
    for (const ResourceId id : gateway.subnets) {
      const Subnet* subnet = estate_.find<Subnet>(id);
      if (is_public && !gateway.rules.empty() && subnet != nullptr && subnet->vnet == spoke.id)
        add(*subnet, std::nullopt);
    }
  }
}

bool QuestionBuilder::is_behind_public_balancer(const model::IpConfiguration& config) const {
  const auto& balancers = estate_.tables().load_balancers;
  return std::any_of(balancers.begin(), balancers.end(), [&](const model::LoadBalancer& balancer) {
    return has_public_frontend(balancer) && !balancer.rules.empty() &&
           std::any_of(balancer.pool_members.begin(), balancer.pool_members.end(),
                       [&](const auto& member) { return member.second == config.id; });
  });
}

bool QuestionBuilder::is_behind_public_balancer(const model::MachinePool::Interface& interface) const {
  if (interface.load_balancer_pools.empty()) return false;
  const auto& balancers = estate_.tables().load_balancers;
  return std::any_of(balancers.begin(), balancers.end(), [&](const model::LoadBalancer& balancer) {
    return has_public_frontend(balancer) &&
           std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
             const auto& pools = interface.load_balancer_pools;
             return std::find(pools.begin(), pools.end(), rule.backend_pool) != pools.end();
           });
  });
}

// Machines that are no rows of their own; where they stand may be in no row either.
void QuestionBuilder::find_pool_entries(const VirtualNetwork& spoke, SpokeQuestions& out) const {
  const auto doubt = [&](const model::MachinePool& pool) {
    out.doubts.push_back({{pool.id, "/properties", "public addresses"},
                          fmt::format("the machines of {} may have public addresses in it", estate_.name(pool.id)),
                          Doubt::Reach::all});
  };
  for (const model::MachinePool& pool : estate_.tables().machine_pools) {
    // Asked only where it decides: there may be as many pools as spokes.
    const auto may_be_here = [&] { return net::may_stand_in(view_, estate_.spelling(pool.id), spoke); };
    if (!pool.unread.empty() && may_be_here()) doubt(pool);
    for (const auto& interface : pool.interfaces) {
      if (!interface.has_public_address && !is_behind_public_balancer(interface)) continue;
      const Subnet* subnet = estate_.find<Subnet>(interface.subnet);
      if (subnet != nullptr) {
        if (subnet->vnet != spoke.id) continue;
        out.entries.push_back({estate_.index_of(*subnet), {subnet->prefixes.begin(), subnet->prefixes.end()}});
      } else if (interface.subnet.is_set()
                     ? estate_.ids().find(arm_parent(estate_.spelling(interface.subnet))) == spoke.id
                     : may_be_here()) {
        doubt(pool);
      }
    }
  }
}

void QuestionBuilder::doubt_strays(const VirtualNetwork& spoke, SpokeQuestions& out) const {
  for (const model::LoadBalancer& balancer : estate_.tables().load_balancers) {
    if (!net::may_be_public(balancer)) continue;
    if (balancer.unread.empty() && net::hidden_members(view_, balancer).empty()) continue;
    out.doubts.push_back({{balancer.id, "/properties/backendAddressPools", "not all shown"},
                          fmt::format("the members of {} are not all known", estate_.name(balancer.id)),
                          Doubt::Reach::all});
  }
  for (const net::StrayAddress& stray : strays_) {
    if (!net::may_stand_in(view_, stray.owner, spoke)) continue;
    out.doubts.push_back(
        {{stray.address->id, "/properties/ipConfiguration/id", "not placed"},
         fmt::format("where public IP address {} leads is not in the export", estate_.name(stray.address->id)),
         Doubt::Reach::all});
  }
}

}  // namespace hubproof::proof
