// Public entries by application gateways without an effective WAF. source: azure-semantics.md 6.1, 11 recipe 1
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/surfaces_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ApplicationGateway;
using model::ResourceId;

// law:  the WAF protects with tier WAF_v2, a policy that is Enabled, in Prevention, with managed rules
// source: azure-semantics.md 6.1 (the policy of a path beats the listener's, which beats the gateway's)
Ternary Surfaces::has_effective_waf(const ApplicationGateway& gateway, ResourceId waf, std::vector<model::Fact>& facts,
                                    std::string& reason) const {
  if (!gateway.unread.empty() || !gateway.is_settled) {
    reason = "the gateway is not fully understood";
    return Ternary::unknown;
  }
  facts.push_back({gateway.id, "/properties/sku/tier", text::printable(gateway.sku_tier)});
  if (!text::equals(gateway.sku_tier, "WAF_v2") && !text::equals(gateway.sku_tier, "WAF")) {
    reason = fmt::format("its tier {} has no WAF", text::printable(gateway.sku_tier));
    return Ternary::no;
  }
  if (!waf.is_set()) {
    const bool is_on = gateway.legacy_waf_enabled.is(true) && gateway.legacy_waf_mode.is(model::WafMode::prevention);
    const bool is_unclear = gateway.legacy_waf_enabled.is_unreadable() || gateway.legacy_waf_mode.is_unreadable();
    facts.push_back({gateway.id, "/properties/webApplicationFirewallConfiguration",
                     is_on ? "enabled, Prevention" : "not enabled in Prevention"});
    reason = "it has no WAF policy, and its own WAF configuration is not enabled in Prevention";
    return is_on ? Ternary::yes : is_unclear ? Ternary::unknown : Ternary::no;
  }
  const model::WafPolicy* policy = e_.find<model::WafPolicy>(waf);
  if (policy == nullptr || !policy->unread.empty() || !policy->is_settled || policy->is_enabled.is_unreadable() ||
      policy->mode.is_unreadable()) {
    reason = fmt::format("WAF policy {} is not in the export or not understood", shown(v_, waf));
    return Ternary::unknown;
  }
  const bool is_effective =
      policy->is_enabled.is(true) && policy->mode.is(model::WafMode::prevention) && policy->has_managed_rules;
  facts.push_back({policy->id, "/properties/policySettings",
                   fmt::format("{}, {}", policy->is_enabled.is(true) ? "Enabled" : "not Enabled",
                               policy->mode.is_known() ? std::string(model::name(policy->mode.value()))
                                                       : std::string("mode absent -> Detection"))});
  reason = fmt::format("WAF policy {} is not Enabled in Prevention with managed rules", shown(v_, waf));
  return is_effective ? Ternary::yes : Ternary::no;
}

void Surfaces::of_pool(const ApplicationGateway& gateway, const PublicSurface& from, ResourceId pool_id, ResourceId waf,
                       const std::string& listener) {
  std::vector<model::Fact> facts;
  std::string reason;
  const Ternary waf_acts = has_effective_waf(gateway, waf.is_set() ? waf : gateway.waf_policy, facts, reason);
  if (waf_acts == Ternary::yes) return;
  PublicSurface surface = from;
  surface.facts = std::move(facts);
  surface.is_machine = false;
  const auto leads_to = [&](const std::string& what) {
    return fmt::format("listener {} of application gateway {} leads the Internet to {} without an effective WAF: {}",
                       listener, shown(v_, gateway.id), what, reason);
  };
  bool is_found = false;
  for (const ApplicationGateway::Pool& pool : gateway.pools) {
    if (pool.id != pool_id) continue;
    is_found = true;
    for (const Ipv4 target : pool.addresses) {
      surface.target = target;
      surface.is_certain = from.is_certain && waf_acts == Ternary::no;
      surface.reason = leads_to(to_string(target));
      out_.push_back(surface);
    }
    for (const std::string& fqdn : pool.fqdns) push_unknown(surface, leads_to(text::printable(fqdn)));
  }
  if (!is_found) push_unknown(std::move(surface), leads_to("a backend pool that its row does not show"));
}

void Surfaces::of_frontend(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend,
                           const PublicSurface& from) {
  for (const ApplicationGateway::Rule& rule : gateway.rules) {
    for (const ApplicationGateway::Listener& listener : gateway.listeners) {
      if (listener.id != rule.listener || listener.frontend != frontend.id) continue;
      const std::string name = text::printable(listener.name);
      if (rule.pool.is_set()) of_pool(gateway, from, rule.pool, listener.waf_policy, name);
      for (const ApplicationGateway::PathRule& path : gateway.path_rules) {
        if (!rule.path_map.is_set() || path.path_map != rule.path_map || !path.pool.is_set()) continue;
        of_pool(gateway, from, path.pool, path.waf_policy.is_set() ? path.waf_policy : listener.waf_policy, name);
      }
    }
  }
}

// A private frontend always shows its address: one that shows neither may be public.
bool Surfaces::may_be_public(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend) const {
  return frontend.public_ip.is_set() || frontend.public_ip_v6.is_set() || !frontend.address || !gateway.unread.empty();
}

bool Surfaces::may_be_public(const ApplicationGateway& gateway) const {
  return gateway.frontends.empty() || public_address_under(gateway.id) != nullptr ||
         std::any_of(gateway.frontends.begin(), gateway.frontends.end(),
                     [&](const auto& frontend) { return may_be_public(gateway, frontend); });
}

bool Surfaces::is_guarded(const ApplicationGateway& gateway) const {
  std::vector<model::Fact> facts;
  std::string reason;
  const auto acts = [&](ResourceId waf) {
    return has_effective_waf(gateway, waf.is_set() ? waf : gateway.waf_policy, facts, reason) == Ternary::yes;
  };
  return acts(gateway.waf_policy) &&
         std::all_of(gateway.listeners.begin(), gateway.listeners.end(),
                     [&](const auto& listener) { return acts(listener.waf_policy); }) &&
         std::all_of(gateway.path_rules.begin(), gateway.path_rules.end(),
                     [&](const auto& path) { return acts(path.waf_policy); });
}

// What of the way through a gateway its row does not show; empty: nothing.
std::string Surfaces::missing_part(const ApplicationGateway& gateway) const {
  const auto holds = [](const auto& parts, ResourceId id) {
    return std::any_of(parts.begin(), parts.end(), [&](const auto& part) { return part.id == id; });
  };
  if (!gateway.unread.empty()) return text::printable(gateway.unread.front().pointer);
  if (gateway.frontends.empty()) return "its frontends";
  if (gateway.listeners.empty()) return "its listeners";
  if (gateway.rules.empty()) return "its rules";
  if (gateway.pools.empty()) return "its backend pools";
  for (const ApplicationGateway::Listener& listener : gateway.listeners) {
    if (!holds(gateway.frontends, listener.frontend)) return "the frontend of a listener";
  }
  for (const ApplicationGateway::Rule& rule : gateway.rules) {
    if (!holds(gateway.listeners, rule.listener)) return "the listener of a rule";
    if (rule.path_map.is_set() && std::none_of(gateway.path_rules.begin(), gateway.path_rules.end(),
                                               [&](const auto& path) { return path.path_map == rule.path_map; })) {
      return "the path map of a rule";
    }
    if (!rule.pool.is_set() && !rule.path_map.is_set() && !rule.redirects) return "where a rule leads";
  }
  for (const ApplicationGateway::PathRule& path : gateway.path_rules) {
    if (!path.pool.is_set() && !path.redirects) return "where a path rule leads";
  }
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (!address.owner.is_set() || e_.ids().find(arm_top_level(e_.spelling(address.owner))) != gateway.id) continue;
    const bool is_named = std::any_of(gateway.frontends.begin(), gateway.frontends.end(), [&](const auto& frontend) {
      return frontend.public_ip == address.id || frontend.public_ip_v6 == address.id;
    });
    if (!is_named || !address.unread.empty()) return "the frontend of a public address that it owns";
  }
  return {};
}

void Surfaces::of_gateway(const ApplicationGateway& gateway) {
  PublicSurface from;
  from.entry = gateway.id;
  from.sources = internet_addresses();
  for (const ApplicationGateway::Frontend& frontend : gateway.frontends) {
    if (!may_be_public(gateway, frontend)) continue;
    // The gateway ends the connection: behind an IPv6 frontend stand the same pools, which are IPv4.
    // source: learn.microsoft.com/azure/application-gateway/ipv6-application-gateway-portal
    const ResourceId address = frontend.public_ip_v6.is_set() ? frontend.public_ip_v6 : frontend.public_ip;
    from.public_address = address_of(address);
    from.is_certain = address.is_set() && is_understood(address);
    of_frontend(gateway, frontend, from);
  }
  if (is_guarded(gateway) || !may_be_public(gateway)) return;
  const std::string missing = missing_part(gateway);
  if (missing.empty()) return;
  from.public_address = {};
  from.facts = {{gateway.id, "", "not known: " + missing}};
  push_unknown(from, fmt::format("where application gateway {} leads the Internet without an effective WAF is not "
                                 "known: its row does not show, or not in "
                                 "a form that is understood, {}",
                                 shown(v_, gateway.id), missing));
}

}  // namespace hubproof::net
