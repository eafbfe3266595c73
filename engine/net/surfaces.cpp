// Public entries that lead to a private address: DNAT, public load balancers, application gateways without an effective
// WAF. source: azure-semantics.md 5, 6.1, 4.2, 11 recipe 1
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

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
  void of_nat_rule(const model::AzureFirewall& firewall, const model::RuleCollectionGroup& group,
                   std::size_t collection, std::size_t rule, bool is_public);
  void of_balancer(const model::LoadBalancer& balancer);
  void of_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                 const model::LoadBalancer::Rule& rule, ResourceId member);
  void of_gateway(const ApplicationGateway& gateway);
  void of_frontend(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend,
                   const PublicSurface& from);
  void of_pool(const ApplicationGateway& gateway, const PublicSurface& from, ResourceId pool, ResourceId waf,
               const std::string& listener);
  void of_unmodelled(const model::UnmodelledNetworkResource& resource);
  void follow(std::size_t position);
  void follow_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                          const PublicSurface& from);
  void push_unknown(PublicSurface from, std::string reason);
  const model::PublicIp* public_address_under(ResourceId owner) const;
  bool may_be_public(const ApplicationGateway& gateway, const ApplicationGateway::Frontend& frontend) const;
  bool may_be_public(const ApplicationGateway& gateway) const;
  std::string missing_part(const ApplicationGateway& gateway) const;
  bool is_guarded(const ApplicationGateway& gateway) const;
  Ternary has_effective_waf(const ApplicationGateway& gateway, ResourceId waf, std::vector<model::Fact>& facts,
                            std::string& reason) const;
  std::optional<Ipv4> address_of(ResourceId public_ip) const;
  const model::NetworkInterface* owner_of(ResourceId ip_configuration) const;
  AddressSet sources_of(const FirewallRule& rule, bool& is_certain) const;

  const View& v_;
  const model::Estate& e_;
  std::vector<PublicSurface> out_;
  std::size_t root_ = 0;  ///< while following: the surface that all began with
  std::vector<std::size_t> roots_;
  std::set<std::pair<std::size_t, ResourceId>> visited_;  ///< (root, frontend)
};

constexpr std::string_view kPrivateLinkServices = "microsoft.network/privatelinkservices";

bool lies_in(const View& view, ResourceId subnet_id, Ipv4 address) {
  const model::Subnet* subnet = view.estate.find<model::Subnet>(subnet_id);
  return subnet != nullptr && std::any_of(subnet->prefixes.begin(), subnet->prefixes.end(),
                                          [&](const Prefix& prefix) { return prefix.contains(address); });
}

// A member that is given by its address alone may be anything; all other members are virtual machines and scale sets.
// source: learn.microsoft.com/azure/load-balancer/backend-pool-management
bool has_only_machines(const model::LoadBalancer& balancer) {
  return std::none_of(balancer.unread.begin(), balancer.unread.end(), [](const model::Unread& unread) {
    return unread.pointer.find("ackendAddressPools") != std::string::npos;
  });
}

void Surfaces::push_unknown(PublicSurface from, std::string reason) {
  from.target = {};
  from.is_certain = false;
  from.is_machine = false;
  from.reason = std::move(reason);
  out_.push_back(std::move(from));
}

// Azure writes the owner on the public address; it shows what the owner's row may have lost.
const model::PublicIp* Surfaces::public_address_under(ResourceId owner) const {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (address.owner.is_set() && e_.ids().find(arm_top_level(e_.spelling(address.owner))) == owner) return &address;
  }
  return nullptr;
}

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
  const bool has_address = is_public || public_address_under(firewall.id) != nullptr;
  std::string why;
  const auto groups = acting_groups(v_, firewall, why);
  if (!groups) {
    if (!has_address && firewall.unread.empty() && !firewall.ip_configurations.empty()) return;
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
        if (group->collections[c].rules[r].kind == FirewallRule::Kind::nat)
          of_nat_rule(firewall, *group, c, r, is_public);
      }
    }
  }
}

void Surfaces::of_nat_rule(const model::AzureFirewall& firewall, const model::RuleCollectionGroup& group,
                           std::size_t collection, std::size_t position, bool is_public) {
  const FirewallRule& rule = group.collections[collection].rules[position];
  PublicSurface surface;
  surface.entry = firewall.id;
  surface.is_certain = rule.is_usable && is_public;  // a NAT rule tells of a public address that the row does not show
  surface.sources = sources_of(rule, surface.is_certain);
  if (surface.sources.empty() && rule.is_usable) return;
  const Result<Ipv4> target = Ipv4::parse(rule.translated_address);
  if (target) surface.target = *target;
  if (surface.target == Ipv4()) surface.is_certain = false;
  for (const model::AddressTerm& term : rule.destinations) {
    if (term.kind == model::AddressTerm::Kind::prefix && !surface.public_address)
      surface.public_address = term.prefix.first();
  }
  if (!rule.destination_ports.empty()) surface.ports = rule.destination_ports.front();
  surface.facts = {{group.id, fmt::format("/properties/ruleCollections/{}/rules/{}", collection, position),
                    fmt::format("DNAT to {}", text::printable(rule.translated_address))}};
  surface.reason = fmt::format("DNAT rule {} of firewall {} leads the Internet to {}", text::printable(rule.name),
                               shown(v_, firewall.id), text::printable(rule.translated_address));
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
    for (const model::IpConfiguration& candidate : nic->ip_configurations)
      config = candidate.id == member ? &candidate : config;
  }
  const model::Subnet* subnet = config == nullptr ? nullptr : e_.find<model::Subnet>(config->subnet);
  if (subnet == nullptr || !config->address) {
    surface.is_certain = false;
    surface.is_machine = has_only_machines(balancer);
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
  surface.is_certain = found.passes == Ternary::yes && (has_group || !balancer.is_standard);
  surface.reason = fmt::format("rule {} of the public load balancer {} leads the Internet to {}",
                               text::printable(rule.name), shown(v_, balancer.id), to_string(surface.target));
  out_.push_back(std::move(surface));
}

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
  return frontend.public_ip.is_set() || !frontend.address || !gateway.unread.empty();
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

// What of the way through a gateway its row does not show; empty: nothing. A rule without a pool and a path map
// redirects.
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
  }
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (!address.owner.is_set() || e_.ids().find(arm_top_level(e_.spelling(address.owner))) != gateway.id) continue;
    const bool is_named = std::any_of(gateway.frontends.begin(), gateway.frontends.end(),
                                      [&](const auto& frontend) { return frontend.public_ip == address.id; });
    if (!is_named) return "the frontend of a public address that it owns";
  }
  return {};
}

void Surfaces::of_gateway(const ApplicationGateway& gateway) {
  PublicSurface from;
  from.entry = gateway.id;
  from.sources = internet_addresses();
  for (const ApplicationGateway::Frontend& frontend : gateway.frontends) {
    if (!may_be_public(gateway, frontend)) continue;
    from.public_address = address_of(frontend.public_ip);
    from.is_certain = frontend.public_ip.is_set();
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
    if (has_member && has_only_machines(balancer)) continue;
    push_unknown(from, reason("members that the export does not show"));
    out_.back().is_machine = has_member ? false : has_only_machines(balancer) && rule.backend_pool.is_set();
  }
}

// What stands behind the private frontend of a gateway or a load balancer is reached through it. Ports and groups
// between the two are not looked at: what is found this way is never certain.
void Surfaces::follow(std::size_t position) {
  const PublicSurface from = out_[position];
  if (from.target == Ipv4()) return;
  bool is_frontend = false;
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const ApplicationGateway::Frontend& frontend : gateway.frontends) {
      if (frontend.address != from.target) continue;
      is_frontend = true;
      if (!visited_.emplace(root_, frontend.id).second) continue;
      PublicSurface next = from;
      next.is_certain = false;
      of_frontend(gateway, frontend, next);
      const std::string missing = is_guarded(gateway) ? std::string() : missing_part(gateway);
      if (!missing.empty()) {
        push_unknown(next, fmt::format("{}, a frontend of application gateway {}, whose row does not show {}",
                                       from.reason, shown(v_, gateway.id), missing));
      }
    }
  }
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) {
    if (is_frontend) break;
    const bool is_inside = std::any_of(gateway.subnets.begin(), gateway.subnets.end(),
                                       [&](ResourceId id) { return lies_in(v_, id, from.target); });
    // Only gateways live in the subnet of a gateway. source:
    // learn.microsoft.com/azure/application-gateway/configuration-infrastructure
    if (is_inside && visited_.emplace(root_, gateway.id).second) {
      push_unknown(
          from,
          fmt::format("{}, an address in the subnet of application gateway {} that is none of its known frontends",
                      from.reason, shown(v_, gateway.id)));
    }
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      const bool is_here = frontend.address ? *frontend.address == from.target
                                            : !frontend.public_ip.is_set() && lies_in(v_, frontend.subnet, from.target);
      if (is_here && visited_.emplace(root_, frontend.id).second) follow_to_balancer(balancer, frontend, from);
    }
  }
}

// law:  a front door and a private link service lead to what they name past every public address of ours; which traffic
// they take
//       is not modelled
// source: learn.microsoft.com/azure/frontdoor/private-link;
// learn.microsoft.com/azure/private-link/private-link-service-overview
void Surfaces::of_unmodelled(const model::UnmodelledNetworkResource& resource) {
  const bool is_link = text::starts_with(resource.type, kPrivateLinkServices);
  if (!is_link && !text::starts_with(resource.type, "microsoft.cdn/") &&
      !text::starts_with(resource.type, "microsoft.network/frontdoors"))
    return;
  PublicSurface surface;
  surface.entry = resource.id;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.named = resource.touches;
  for (const ResourceId touched : resource.touches) {
    const ResourceId owner = e_.ids().find(arm_top_level(e_.spelling(touched)));
    if (owner.is_set()) surface.named.push_back(owner);
  }
  std::sort(surface.named.begin(), surface.named.end());
  surface.named.erase(std::unique(surface.named.begin(), surface.named.end()), surface.named.end());
  const bool has_place = std::any_of(surface.named.begin(), surface.named.end(), [&](ResourceId id) {
    return arm_type(e_.spelling(id)) == "microsoft.network/virtualnetworks";
  });
  surface.is_by_name =
      has_place || resource.type != kPrivateLinkServices;  // a private link service in no known VNet may stand in any
  surface.facts = {{resource.id, "", text::printable(resource.type)}};
  surface.reason = fmt::format("{} {} may lead others to it; what such a resource admits is not modelled",
                               text::printable(resource.type), shown(v_, resource.id));
  out_.push_back(std::move(surface));
}

// A public address in use by a firewall or an application gateway that the export does not hold: where it leads is not
// known.
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
  surface.reason =
      fmt::format("public IP address {} is in use by {}, which is not in the export: where it leads is not known",
                  shown(v_, address.id), text::printable(arm_name(owner)));
  out_.push_back(std::move(surface));
}

std::vector<PublicSurface> Surfaces::run() {
  for (const model::PublicIp& address : e_.tables().public_ips) of_hidden_owner(address);
  for (const model::AzureFirewall& firewall : e_.tables().firewalls) of_firewall(firewall);
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) of_balancer(balancer);
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) of_gateway(gateway);
  for (std::size_t i = 0; i < out_.size(); ++i) roots_.push_back(i);
  for (std::size_t i = 0; i < out_.size(); ++i) {
    root_ = roots_[i];
    follow(i);
    roots_.resize(out_.size(), root_);
  }
  for (const auto& resource : e_.tables().unmodelled_network) of_unmodelled(resource);
  return std::move(out_);
}

}  // namespace

std::vector<PublicSurface> all_public_surfaces(const View& view) { return Surfaces(view).run(); }

bool may_lead_to(const PublicSurface& surface, Ipv4 address) {
  if (surface.is_by_name) return false;
  return surface.target == address || (surface.target == Ipv4() && !surface.is_machine);
}

bool may_lead_to(const PublicSurface& surface, const ServicePlaces& places) {
  const auto is_named = [&](ResourceId id) {
    return std::binary_search(surface.named.begin(), surface.named.end(), id);
  };
  if (surface.is_by_name) return std::any_of(places.names.begin(), places.names.end(), is_named);
  return std::any_of(places.addresses.begin(), places.addresses.end(),
                     [&](Ipv4 address) { return may_lead_to(surface, address); });
}

bool may_lead_to_hidden(const View& view, const PublicSurface& surface, const ServicePlaces& places) {
  if (surface.is_by_name || surface.is_machine || places.hidden_in.empty()) return false;
  return surface.target == Ipv4() ||
         std::any_of(places.hidden_in.begin(), places.hidden_in.end(), [&](ResourceId subnet) {
           return view.estate.find<model::Subnet>(subnet) == nullptr || lies_in(view, subnet, surface.target);
         });
}

ServicePlaces places_of(const View& view, const model::Service& service) {
  const model::Estate& estate = view.estate;
  ServicePlaces out;
  out.names.push_back(service.id);
  const auto add = [&](ResourceId subnet, const std::vector<Ipv4>& addresses) {
    out.addresses.insert(out.addresses.end(), addresses.begin(), addresses.end());
    if (addresses.empty()) out.hidden_in.push_back(subnet);
    if (!subnet.is_set()) return;
    const ResourceId vnet = estate.ids().find(arm_top_level(estate.spelling(subnet)));
    if (vnet.is_set()) out.names.push_back(vnet);
  };
  for (const auto& [key, index] : estate.endpoints_by_target.of(service.id)) {
    const model::PrivateEndpoint& endpoint = estate.tables().private_endpoints[index];
    out.names.push_back(endpoint.id);
    std::vector<Ipv4> addresses = endpoint_addresses(view, endpoint);
    for (const auto& config : endpoint.custom_dns_configs)
      addresses.insert(addresses.end(), config.addresses.begin(), config.addresses.end());
    add(endpoint.subnet, addresses);
  }
  if (const auto* network = estate.find<model::ApiManagement>(service.id)) {
    const auto join = [&](const model::ApiManagement::Location& location, bool is_injected) {
      if (is_injected || location.subnet.is_set() || !location.private_addresses.empty())
        add(location.subnet, location.private_addresses);
    };
    join(network->primary, network->vnet_type.is(model::ApimVnetType::internal));
    for (const auto& location : network->additional) join(location, false);
  }
  const bool has_place = !out.addresses.empty() || !out.hidden_in.empty();
  const bool has_endpoint_elsewhere = std::any_of(
      service.endpoint_connections.begin(), service.endpoint_connections.end(), [&](const auto& connection) {
        return connection.private_endpoint.is_set() && !estate.holds(connection.private_endpoint);
      });
  if (!has_place && has_endpoint_elsewhere) out.hidden_in.emplace_back();
  return out;
}

std::vector<PublicSurface> public_surfaces(const View& view, Ipv4 address) {
  std::vector<PublicSurface> out = all_public_surfaces(view);
  const auto leads_elsewhere = [&](const PublicSurface& surface) { return !may_lead_to(surface, address); };
  out.erase(std::remove_if(out.begin(), out.end(), leads_elsewhere), out.end());
  return out;
}

}  // namespace hubproof::net
