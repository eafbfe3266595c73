#include "engine/net/egress_balancer.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/egress_ipv6.h"

namespace hubproof::net {
namespace {

using model::LoadBalancer;
using model::ResourceId;
using model::View;

bool is_public(const LoadBalancer& balancer, ResourceId frontend) {
  return std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                     [&](const LoadBalancer::Frontend& one) { return one.id == frontend && one.public_ip.is_set(); });
}

bool has_public(const LoadBalancer& balancer, const LoadBalancer::Outbound& rule) {
  return std::any_of(rule.frontends.begin(), rule.frontends.end(),
                     [&](ResourceId frontend) { return is_public(balancer, frontend); });
}

/// Members that are in the pool by their first configuration; `unknown` by another one, which Azure does not translate
/// unless it has a public address.
Ternary membership(const LoadBalancer& balancer, ResourceId pool, const model::NetworkInterface& nic) {
  for (std::size_t i = 0; i < nic.ip_configurations.size(); ++i) {
    if (is_behind(balancer, pool, nic.ip_configurations[i])) return i == 0 ? Ternary::yes : Ternary::unknown;
  }
  return Ternary::no;
}

Ternary translates(const LoadBalancer& balancer, const LoadBalancer::Rule& rule, Protocol protocol) {
  if (!balancer.is_standard) return Ternary::yes;
  if (rule.disable_outbound_snat.is_unreadable()) return Ternary::unknown;
  if (rule.disable_outbound_snat.is(true)) return Ternary::no;
  return rule.protocol == Protocol::any || rule.protocol == protocol ? Ternary::yes : Ternary::unknown;
}

void offer(BalancerEgress& best, BalancerEgress way) {
  if (way.leaves > best.leaves || (way.leaves == best.leaves && way.is_explicit && !best.is_explicit)) {
    way.is_closed_member = best.is_closed_member;
    best = std::move(way);
  }
}

}  // namespace

BalancerEgress balancer_egress(const View& view, const model::NetworkInterface& nic, Protocol protocol) {
  BalancerEgress out;
  bool is_member = false;
  for (const LoadBalancer& balancer : view.estate.tables().load_balancers) {
    const bool is_understood = balancer.unread.empty() && balancer.is_settled;
    const Ternary most = is_understood ? Ternary::yes : Ternary::unknown;
    for (const LoadBalancer::Outbound& rule : balancer.outbound_rules) {
      const Ternary is_in = membership(balancer, rule.pool, nic);
      if (is_in == Ternary::no || !has_public(balancer, rule)) continue;
      const bool is_meant = rule.protocol == Protocol::any || rule.protocol == protocol;
      offer(out, {std::min({most, is_in, is_meant ? Ternary::yes : Ternary::unknown}),
                  true,
                  false,
                  fmt::format("through an outbound rule of load balancer {}", shown(view, balancer.id)),
                  {balancer.id, "/properties/outboundRules", shown(view, nic.id)}});
    }
    for (const LoadBalancer::Rule& rule : balancer.rules) {
      const Ternary is_in = membership(balancer, rule.backend_pool, nic);
      if (!rule.is_balancing || is_in == Ternary::no || !is_public(balancer, rule.frontend)) continue;
      is_member = true;
      offer(out, {std::min({most, is_in, translates(balancer, rule, protocol)}),
                  !balancer.is_standard,
                  false,
                  fmt::format("through load balancer {}, whose rule translates what its members send",
                              shown(view, balancer.id)),
                  {balancer.id, "/properties/loadBalancingRules", "disableOutboundSnat not true"}});
    }
  }
  out.is_closed_member = is_member && out.leaves == Ternary::no;
  return out;
}

}  // namespace hubproof::net
