// Public entries by load balancers, and what stands behind a private one. source: azure-semantics.md 5
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/placement.h"
#include "engine/net/reach.h"
#include "engine/net/surfaces_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ResourceId;

const model::NetworkInterface* Surfaces::owner_of(ResourceId ip_configuration) const {
  return e_.find<model::NetworkInterface>(e_.ids().find(arm_top_level(e_.spelling(ip_configuration))));
}

void Surfaces::of_balancer(const model::LoadBalancer& balancer) {
  for (const auto& frontend : balancer.frontends) {
    if (!frontend.public_ip.is_set()) continue;
    for (const auto& rule : balancer.rules) {
      if (rule.frontend != frontend.id) continue;
      bool has_member = false;
      for (const auto& [pool, member] : balancer.pool_members) {
        if (pool != rule.backend_pool) continue;
        has_member = true;
        of_member(balancer, frontend, rule, member);
      }
      for (const auto& member : balancer.address_members) {
        if (member.pool != rule.backend_pool) continue;
        has_member = true;
        of_address_member(balancer, frontend, rule, member.address);
      }
      if (!has_member && rule.backend_pool.is_set()) of_member(balancer, frontend, rule, rule.backend_pool);
    }
  }
  if (!balancer.unread.empty() && net::may_be_public(balancer)) of_torn_balancer(balancer);
}

// Rules that its row does not show may lead to every member that is no machine for sure.
void Surfaces::of_torn_balancer(const model::LoadBalancer& balancer) {
  const model::Unread& unread = balancer.unread.front();
  PublicSurface surface;
  surface.entry = balancer.id;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.facts = {{balancer.id, unread.pointer, unread.met}};
  surface.reason = fmt::format("where the public load balancer {} leads is not known: {} is not understood",
                               shown(v_, balancer.id), text::printable(unread.pointer));
  for (const auto& member : balancer.address_members) {
    surface.target = member.address;
    out_.push_back(surface);
  }
  if (hidden_members(v_, balancer).empty()) return;
  surface.target = {};
  out_.push_back(std::move(surface));
}

PublicSurface Surfaces::entry_by(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                                 const model::LoadBalancer::Rule& rule) const {
  PublicSurface out;
  out.entry = balancer.id;
  out.public_address = address_of(frontend.public_ip);
  out.ports = rule.frontend_ports;
  out.sources = internet_addresses();
  return out;
}

// Anything may have the address of such a member; what it has is not certain.
// source: learn.microsoft.com/azure/load-balancer/backend-pool-management
void Surfaces::of_address_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                                 const model::LoadBalancer::Rule& rule, Ipv4 member) {
  PublicSurface surface = entry_by(balancer, frontend, rule);
  surface.facts = {{balancer.id, "/properties/backendAddressPools", to_string(member)}};
  surface.is_certain = false;
  surface.target = member;
  surface.reason = fmt::format(
      "rule {} of the public load balancer {} leads the Internet to {}, a member given by its "
      "address alone",
      text::printable(rule.name), shown(v_, balancer.id), to_string(member));
  out_.push_back(std::move(surface));
}

void Surfaces::of_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                         const model::LoadBalancer::Rule& rule, ResourceId member) {
  PublicSurface surface = entry_by(balancer, frontend, rule);
  surface.facts = {{balancer.id, "/properties/loadBalancingRules", text::printable(rule.name)}};
  const model::NetworkInterface* nic = owner_of(member);
  const model::IpConfiguration* config = nullptr;
  if (nic != nullptr) {
    for (const model::IpConfiguration& candidate : nic->ip_configurations)
      config = candidate.id == member ? &candidate : config;
  }
  const model::Subnet* subnet = config == nullptr ? nullptr : e_.find<model::Subnet>(config->subnet);
  if (subnet == nullptr || !config->address) {
    surface.is_certain = false;
    surface.is_machine = hidden_members(v_, balancer).empty();
    surface.reason = fmt::format("rule {} of the public load balancer {} has members that are not in the export",
                                 text::printable(rule.name), shown(v_, balancer.id));
    out_.push_back(std::move(surface));
    return;
  }
  surface.target = *config->address;
  surface.is_machine = !nic->private_endpoint.is_set();
  const Reach found =
      reach(v_, nullptr, {subnet, nic, false}, internet_addresses(), AddressSet(Prefix::host(*config->address)), {});
  if (found.passes == Ternary::no) return;
  // A Standard load balancer is closed without a group by one page, open by another. source: azure-semantics.md 5
  const bool has_group = subnet->network_security_group.is_set() || nic->network_security_group.is_set();
  surface.is_certain =
      found.passes == Ternary::yes && (has_group || !balancer.is_standard) && is_understood(frontend.public_ip);
  surface.reason = fmt::format("rule {} of the public load balancer {} leads the Internet to {}",
                               text::printable(rule.name), shown(v_, balancer.id), to_string(surface.target));
  out_.push_back(std::move(surface));
}

void Surfaces::follow_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                                  const PublicSurface& from) {
  const auto reason = [&](const std::string& what) {
    return fmt::format("{}, a frontend of load balancer {}, which leads on to {}", from.reason, shown(v_, balancer.id),
                       what);
  };
  for (const auto& rule : balancer.rules) {
    if (rule.frontend != frontend.id) continue;
    bool has_member = false;
    for (const auto& [pool, member] : balancer.pool_members) {
      if (pool != rule.backend_pool && member != rule.backend_pool) continue;
      const model::NetworkInterface* nic = owner_of(member);
      if (nic == nullptr) continue;
      for (const model::IpConfiguration& config : nic->ip_configurations) {
        if (config.id != member || !config.address) continue;
        has_member = true;
        PublicSurface surface = from;
        surface.target = *config.address;
        surface.is_certain = false;
        surface.reason = reason(to_string(surface.target));
        out_.push_back(std::move(surface));
      }
    }
    for (const auto& member : balancer.address_members) {
      if (member.pool != rule.backend_pool) continue;
      has_member = true;
      PublicSurface surface = from;
      surface.target = member.address;
      surface.is_certain = false;
      surface.is_machine = false;
      surface.reason = reason(to_string(surface.target));
      out_.push_back(std::move(surface));
    }
    if (has_member && hidden_members(v_, balancer).empty()) continue;
    push_unknown(from, reason("members that the export does not show"));
    out_.back().is_machine = !has_member && hidden_members(v_, balancer).empty() && rule.backend_pool.is_set();
  }
}

}  // namespace hubproof::net
