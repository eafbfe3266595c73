// Public entries that lead to a private address: DNAT, public load balancers, application gateways without an effective WAF.
// source: azure-semantics.md 5, 6.1, 4.2, 11 recipe 1
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/exposure.h"
#include "engine/net/firewall_rules.h"
#include "engine/net/reach.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {
namespace {

using model::ApplicationGateway;
using model::FirewallRule;
using model::ResourceId;
using model::View;

class Surfaces {
 public:
  explicit Surfaces(const View& view) : v_(view), e_(view.estate) {}
  std::vector<PublicSurface> run();

 private:
  void of_firewall(const model::AzureFirewall& firewall);
  void of_hidden_owner(const model::PublicIp& address);
  void of_nat_rule(const model::AzureFirewall& firewall, const model::RuleCollectionGroup& group, std::size_t collection, std::size_t rule);
  void of_balancer(const model::LoadBalancer& balancer);
  void of_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                 const model::LoadBalancer::Rule& rule, ResourceId member);
  void of_gateway(const ApplicationGateway& gateway);
  void of_pool(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend, ResourceId pool, ResourceId waf,
               const std::string& listener);
  Ternary has_effective_waf(const ApplicationGateway& gateway, ResourceId waf, std::vector<model::Fact>& facts, std::string& reason) const;
  std::optional<Ipv4> address_of(ResourceId public_ip) const;
  const model::NetworkInterface* owner_of(ResourceId ip_configuration) const;
  AddressSet sources_of(const FirewallRule& rule, bool& is_certain) const;

  const View& v_;
  const model::Estate& e_;
  std::vector<PublicSurface> out_;
};

std::optional<Ipv4> Surfaces::address_of(ResourceId public_ip) const {
  const model::PublicIp* address = e_.find<model::PublicIp>(public_ip);
  return address == nullptr ? std::nullopt : address->address;
}

AddressSet Surfaces::sources_of(const FirewallRule& rule, bool& is_certain) const {
  AddressSet out;
  const auto add = [&](const std::vector<model::AddressTerm>& terms) {
    for (const model::AddressTerm& term : terms) {
      switch (term.kind) {
        case model::AddressTerm::Kind::any: out |= internet_addresses(); break;
        case model::AddressTerm::Kind::prefix: out.add(term.prefix); break;
        case model::AddressTerm::Kind::prefix6: break;
        case model::AddressTerm::Kind::tag:
        case model::AddressTerm::Kind::asg:
        case model::AddressTerm::Kind::unread:
          out |= internet_addresses();
          is_certain = false;
          break;
      }
    }
  };
  add(rule.sources);
  for (const ResourceId id : rule.source_ip_groups) {
    const model::IpGroup* group = e_.find<model::IpGroup>(id);
    if (group != nullptr && group->unread.empty()) {
      add(group->members);
    } else {
      out |= internet_addresses();
      is_certain = false;
    }
  }
  return out &= internet_addresses();
}

// source: learn.microsoft.com/azure/firewall/rule-processing (all DNAT rules, then network rules)
void Surfaces::of_firewall(const model::AzureFirewall& firewall) {
  const bool is_public = std::any_of(firewall.ip_configurations.begin(), firewall.ip_configurations.end(),
                                     [](const auto& config) { return config.public_ip.is_set(); }) ||
                         firewall.virtual_hub.is_set();
  if (!is_public) return;
  std::string why;
  const auto groups = acting_groups(v_, firewall, why);
  if (!groups) {
    PublicSurface surface;
    surface.entry = firewall.id;
    surface.is_certain = false;
    surface.sources = internet_addresses();
    surface.facts = {{firewall.id, "/properties/firewallPolicy", "not known"}};
    surface.reason = fmt::format("the DNAT rules of firewall {} are not known: {}", shown(v_, firewall.id), why);
    out_.push_back(std::move(surface));
    return;
  }
  for (const model::RuleCollectionGroup* group : *groups) {
    for (std::size_t c = 0; c < group->collections.size(); ++c) {
      for (std::size_t r = 0; r < group->collections[c].rules.size(); ++r) {
        if (group->collections[c].rules[r].kind == FirewallRule::Kind::nat) of_nat_rule(firewall, *group, c, r);
      }
    }
  }
}

void Surfaces::of_nat_rule(const model::AzureFirewall& firewall, const model::RuleCollectionGroup& group, std::size_t collection,
                           std::size_t position) {
  const FirewallRule& rule = group.collections[collection].rules[position];
  PublicSurface surface;
  surface.entry = firewall.id;
  surface.is_certain = rule.is_usable;
  surface.sources = sources_of(rule, surface.is_certain);
  if (surface.sources.empty() && rule.is_usable) return;
  const Result<Ipv4> target = Ipv4::parse(rule.translated_address);
  if (target) surface.target = *target;
  else surface.is_certain = false;
  for (const model::AddressTerm& term : rule.destinations) {
    if (term.kind == model::AddressTerm::Kind::prefix && !surface.public_address) surface.public_address = term.prefix.first();
  }
  if (!rule.destination_ports.empty()) surface.ports = rule.destination_ports.front();
  surface.facts = {{group.id, fmt::format("/properties/ruleCollections/{}/rules/{}", collection, position),
                    fmt::format("DNAT to {}", text::printable(rule.translated_address))}};
  surface.reason = fmt::format("DNAT rule {} of firewall {} leads the Internet to {}", text::printable(rule.name), shown(v_, firewall.id),
                               text::printable(rule.translated_address));
  out_.push_back(std::move(surface));
}

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
      if (!has_member && rule.backend_pool.is_set()) of_member(balancer, frontend, rule, rule.backend_pool);
    }
  }
}

void Surfaces::of_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                         const model::LoadBalancer::Rule& rule, ResourceId member) {
  PublicSurface surface;
  surface.entry = balancer.id;
  surface.public_address = address_of(frontend.public_ip);
  surface.ports = rule.frontend_ports;
  surface.sources = internet_addresses();
  surface.facts = {{balancer.id, "/properties/loadBalancingRules", text::printable(rule.name)}};
  const model::NetworkInterface* nic = owner_of(member);
  const model::IpConfiguration* config = nullptr;
  if (nic != nullptr) {
    for (const model::IpConfiguration& candidate : nic->ip_configurations) config = candidate.id == member ? &candidate : config;
  }
  const model::Subnet* subnet = config == nullptr ? nullptr : e_.find<model::Subnet>(config->subnet);
  if (subnet == nullptr || !config->address) {
    surface.is_certain = false;
    surface.reason = fmt::format("rule {} of the public load balancer {} has members that are not in the export", text::printable(rule.name),
                                 shown(v_, balancer.id));
    out_.push_back(std::move(surface));
    return;
  }
  surface.target = *config->address;
  const Reach found = reach(v_, nullptr, {subnet, nic, false}, internet_addresses(), AddressSet(Prefix::host(*config->address)), {});
  if (found.passes == Ternary::no) return;
  // A Standard load balancer is closed without a group by one page, open by another. source: azure-semantics.md 5
  const bool has_group = subnet->network_security_group.is_set() || nic->network_security_group.is_set();
  surface.is_certain = found.passes == Ternary::yes && (has_group || !balancer.is_standard);
  surface.reason = fmt::format("rule {} of the public load balancer {} leads the Internet to {}", text::printable(rule.name),
                               shown(v_, balancer.id), to_string(surface.target));
  out_.push_back(std::move(surface));
}

// law:  the WAF protects with tier WAF_v2, a policy that is Enabled, in Prevention, with managed rules
// source: azure-semantics.md 6.1 (the policy of a path beats the listener's, which beats the gateway's)
Ternary Surfaces::has_effective_waf(const ApplicationGateway& gateway, ResourceId waf, std::vector<model::Fact>& facts, std::string& reason) const {
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
    facts.push_back({gateway.id, "/properties/webApplicationFirewallConfiguration", is_on ? "enabled, Prevention" : "not enabled in Prevention"});
    reason = "it has no WAF policy, and its own WAF configuration is not enabled in Prevention";
    return is_on ? Ternary::yes : is_unclear ? Ternary::unknown : Ternary::no;
  }
  const model::WafPolicy* policy = e_.find<model::WafPolicy>(waf);
  if (policy == nullptr || !policy->unread.empty() || !policy->is_settled || policy->is_enabled.is_unreadable() || policy->mode.is_unreadable()) {
    reason = fmt::format("WAF policy {} is not in the export or not understood", shown(v_, waf));
    return Ternary::unknown;
  }
  const bool is_effective = policy->is_enabled.is(true) && policy->mode.is(model::WafMode::prevention) && policy->has_managed_rules;
  facts.push_back({policy->id, "/properties/policySettings",
                   fmt::format("{}, {}", policy->is_enabled.is(true) ? "Enabled" : "not Enabled",
                               policy->mode.is_known() ? std::string(model::name(policy->mode.value())) : std::string("mode absent -> Detection"))});
  reason = fmt::format("WAF policy {} is not Enabled in Prevention with managed rules", shown(v_, waf));
  return is_effective ? Ternary::yes : Ternary::no;
}

void Surfaces::of_pool(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend, ResourceId pool_id, ResourceId waf,
                       const std::string& listener) {
  std::vector<model::Fact> facts;
  std::string reason;
  const Ternary waf_acts = has_effective_waf(gateway, waf.is_set() ? waf : gateway.waf_policy, facts, reason);
  if (waf_acts == Ternary::yes) return;
  PublicSurface surface;
  surface.entry = gateway.id;
  surface.public_address = address_of(frontend.public_ip);
  surface.sources = internet_addresses();
  surface.facts = std::move(facts);
  for (const ApplicationGateway::Pool& pool : gateway.pools) {
    if (pool.id != pool_id) continue;
    for (const Ipv4 target : pool.addresses) {
      surface.target = target;
      surface.is_certain = waf_acts == Ternary::no;
      surface.reason = fmt::format("listener {} of application gateway {} leads the Internet to {} without an effective WAF: {}", listener,
                                   shown(v_, gateway.id), to_string(target), reason);
      out_.push_back(surface);
    }
    for (const std::string& fqdn : pool.fqdns) {
      surface.target = {};
      surface.is_certain = false;
      surface.reason = fmt::format("listener {} of application gateway {} leads the Internet to {} without an effective WAF: {}", listener,
                                   shown(v_, gateway.id), text::printable(fqdn), reason);
      out_.push_back(surface);
    }
  }
}

void Surfaces::of_gateway(const ApplicationGateway& gateway) {
  for (const ApplicationGateway::Rule& rule : gateway.rules) {
    for (const ApplicationGateway::Listener& listener : gateway.listeners) {
      if (listener.id != rule.listener) continue;
      for (const ApplicationGateway::Frontend& frontend : gateway.frontends) {
        if (frontend.id != listener.frontend || !frontend.public_ip.is_set()) continue;
        const std::string name = text::printable(listener.name);
        if (rule.pool.is_set()) of_pool(gateway, frontend, rule.pool, listener.waf_policy, name);
        for (const ApplicationGateway::PathRule& path : gateway.path_rules) {
          if (!rule.path_map.is_set() || path.path_map != rule.path_map) continue;
          of_pool(gateway, frontend, path.pool, path.waf_policy.is_set() ? path.waf_policy : listener.waf_policy, name);
        }
      }
    }
  }
}

// A public address in use by a firewall or an application gateway that the export does not hold: where it leads is not known.
void Surfaces::of_hidden_owner(const model::PublicIp& address) {
  if (!address.owner.is_set()) return;
  const std::string_view owner = arm_top_level(e_.spelling(address.owner));
  const std::string type = arm_type(owner);
  if (type != "microsoft.network/azurefirewalls" && type != "microsoft.network/applicationgateways") return;
  if (e_.holds(e_.ids().find(owner))) return;
  PublicSurface surface;
  surface.entry = address.id;
  surface.public_address = address.address;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.facts = {{address.id, "/properties/ipConfiguration/id", text::printable(owner)}};
  surface.reason = fmt::format("public IP address {} is in use by {}, which is not in the export: where it leads is not known",
                               shown(v_, address.id), text::printable(arm_name(owner)));
  out_.push_back(std::move(surface));
}

std::vector<PublicSurface> Surfaces::run() {
  for (const model::PublicIp& address : e_.tables().public_ips) of_hidden_owner(address);
  for (const model::AzureFirewall& firewall : e_.tables().firewalls) of_firewall(firewall);
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) of_balancer(balancer);
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) of_gateway(gateway);
  return std::move(out_);
}

}  // namespace

std::vector<PublicSurface> all_public_surfaces(const View& view) { return Surfaces(view).run(); }

// The members of a load balancer are virtual machines and their scale sets: one that the export does not show is not the
// private endpoint or injected service that has `address`.
// source: learn.microsoft.com/azure/load-balancer/backend-pool-management
bool may_lead_to(const View& view, const PublicSurface& surface, Ipv4 address) {
  if (surface.target == address) return true;
  return surface.target == Ipv4() && view.estate.find<model::LoadBalancer>(surface.entry) == nullptr;
}

std::vector<PublicSurface> public_surfaces(const View& view, Ipv4 address) {
  std::vector<PublicSurface> out = all_public_surfaces(view);
  const auto leads_elsewhere = [&](const PublicSurface& surface) { return !may_lead_to(view, surface, address); };
  out.erase(std::remove_if(out.begin(), out.end(), leads_elsewhere), out.end());
  return out;
}

}  // namespace hubproof::net
