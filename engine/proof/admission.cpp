#include "engine/proof/admission.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/public_switch.h"

namespace hubproof::proof {
namespace {

using model::Fact;
using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;
using Kind = Admission::Kind;

class Builder {
 public:
  Builder(const model::View& view, ServiceAdmission& out) : view_(view), estate_(view.estate), out_(out) {}
  Admission service(const Service& service, int depth);
  Admission entry(const net::PublicSurface& surface);
  Admission settled(Kind kind, Fact fact);

 private:
  Admission unknown(std::string why);
  Admission listed(AddressSet ranges, Fact fact);
  static Admission join(Kind kind, Admission a, Admission b);
  static Admission any_of(Admission a, Admission b) { return join(Kind::any_of, std::move(a), std::move(b)); }
  static Admission all_of(Admission a, Admission b) { return join(Kind::all_of, std::move(a), std::move(b)); }

  Admission by_kind(const Service& service, int depth);
  Admission by_access(const Service& service, Admission rules);
  Admission by_parent(const Service& service, int depth);
  Admission by_type_of_network(const Service& service);
  Admission by_cluster(const Service& service);
  Admission by_environment(const Service& service);
  Admission by_workspace(const Service& service, int depth);
  Admission by_default_action(const Service& service);
  Admission by_site_rules(const Service& service);
  Admission by_children_or_everybody(const Service& service);
  Admission by_cosmos_rules(const Service& service);
  Admission rules(const Service& service);
  Admission list(const Service& service);
  Admission list_or_everybody(const Service& service);
  Admission under_perimeter(const Service& service, Admission own);
  Admission perimeter_rules(const model::PerimeterAssociation& association, bool& is_understood);
  Admission doubts(const Service& service, Admission own);
  bool is_switched_off(const Service& service) const;

  const model::View& view_;
  const model::Estate& estate_;
  ServiceAdmission& out_;
};

Admission Builder::settled(Kind kind, Fact fact) {
  Admission out;
  out.kind = kind;
  out.fact = static_cast<std::uint32_t>(out_.facts.size());
  out_.facts.push_back(std::move(fact));
  return out;
}

Admission Builder::unknown(std::string why) {
  out_.open.push_back(std::move(why));
  return {};
}

Admission Builder::listed(AddressSet ranges, Fact fact) {
  Admission out = settled(Kind::listed, std::move(fact));
  out.ranges = std::move(ranges);
  return out;
}

Admission Builder::join(Kind kind, Admission a, Admission b) {
  Admission out;
  out.kind = kind;
  out.parts.push_back(std::move(a));
  out.parts.push_back(std::move(b));
  return out;
}

// law:  an entry admits its range; 0.0.0.0 admits all Azure datacenters, whose addresses are in no export
// source: azure-semantics.md 9.3 (Cosmos DB, SQL)
Admission Builder::list(const Service& service) {
  AddressSet ranges;
  bool has_datacenters = false;
  for (const model::IpRule& rule : service.ip_rules) {
    if (rule.first.bits() == 0 && rule.last.bits() == 0)
      has_datacenters = true;
    else
      ranges.add(rule.first, rule.last);
  }
  ranges &= internet_addresses();
  Admission out = listed(std::move(ranges),
                         {service.id, "/properties/ipRules", service.ip_rules.empty() ? "none" : "no other rule"});
  return has_datacenters ? any_of(std::move(out), unknown("the rule 0.0.0.0 admits every Azure datacenter")) : out;
}

Admission Builder::list_or_everybody(const Service& service) {
  if (!service.ip_rules.empty()) return list(service);
  return settled(Kind::everybody, {service.id, "/properties/ipRules", "none -> all addresses"});
}

Admission Builder::by_default_action(const Service& service) {
  if (service.default_action.is_unreadable()) return unknown("defaultAction is not understood");
  const Fact fact{service.id, "/properties/networkAcls/defaultAction",
                  service.default_action.is_absent()               ? "absent -> Allow"
                  : service.default_action.is(model::Access::deny) ? "Deny"
                                                                   : "Allow"};
  if (!service.default_action.is(model::Access::deny)) return settled(Kind::everybody, fact);
  return any_of(settled(Kind::nobody, fact), list(service));
}

// source: learn.microsoft.com/azure/app-service/overview-access-restrictions (the rules live in sites/config)
Admission Builder::by_site_rules(const Service& service) {
  if (service.has_vnet_injection) return unknown("whether its App Service Environment is internal is not known");
  if (!service.has_firewall_children) return unknown("its access restrictions were not exported");
  const bool admits_all = !service.default_action.is(model::Access::deny);
  const Fact fact{service.id, "/config/web/properties/ipSecurityRestrictions",
                  admits_all ? "admit all addresses" : "do not admit all"};
  if (admits_all) return settled(Kind::everybody, fact);
  return any_of(settled(Kind::nobody, fact), list(service));
}

Admission Builder::by_children_or_everybody(const Service& service) {
  if (service.has_vnet_injection)
    return settled(Kind::nobody, {service.id, "/properties/subnetId", "injected into a virtual network"});
  if (service.ip_rules.empty() && !service.has_firewall_children)
    return unknown("its firewall rules were not exported");
  return list_or_everybody(service);
}

Admission Builder::by_cosmos_rules(const Service& service) {
  if (service.vnet_filter.is_unreadable()) return unknown("isVirtualNetworkFilterEnabled is not understood");
  if (!service.vnet_filter.is(true)) return list_or_everybody(service);
  return any_of(settled(Kind::nobody, {service.id, "/properties/isVirtualNetworkFilterEnabled", "true"}),
                list(service));
}

// What the kind's own rules admit once public access is on. source: azure-semantics.md 9.3
Admission Builder::rules(const Service& service) {
  const auto all = [&] { return settled(Kind::everybody, {service.id, "/properties", "no rules of its own"}); };
  switch (service.kind) {
    case ServiceKind::cognitive_account:
    case ServiceKind::storage:
    case ServiceKind::key_vault:
    case ServiceKind::container_registry: return by_default_action(service);
    case ServiceKind::event_hubs:
    case ServiceKind::service_bus:
      return service.has_firewall_children ? by_default_action(service)
                                           : unknown("its network rule set was not exported");
    case ServiceKind::search:
    case ServiceKind::kubernetes_cluster: return list_or_everybody(service);
    case ServiceKind::cosmos: return by_cosmos_rules(service);
    case ServiceKind::sql_server:
      if (service.has_firewall_children) return list(service);
      return any_of(list(service), unknown("its firewall rules were not exported"));
    case ServiceKind::redis: return by_children_or_everybody(service);
    case ServiceKind::web_site: return by_site_rules(service);
    case ServiceKind::foundry_project:
    case ServiceKind::ml_workspace:
    case ServiceKind::ml_online_endpoint:
    case ServiceKind::redis_enterprise:
    case ServiceKind::container_environment:
    case ServiceKind::container_app:
    case ServiceKind::log_analytics:
    case ServiceKind::app_insights:
    case ServiceKind::api_management:
    case ServiceKind::bing_account:
    case ServiceKind::unmodelled: return all();
  }
  return unknown("the kind is not known");
}

Admission Builder::by_access(const Service& service, Admission own_rules) {
  const net::PublicSwitch access = net::public_switch(view_, service);
  switch (access.state) {
    case net::PublicSwitch::State::unknown: return unknown(access.why);
    case net::PublicSwitch::State::on: return all_of(settled(Kind::everybody, access.fact), std::move(own_rules));
    case net::PublicSwitch::State::off: return settled(Kind::nobody, access.fact);
    case net::PublicSwitch::State::by_perimeter:
      if (estate_.perimeters_by_target.of(service.id).empty())
        return unknown("the perimeter that secures it is not in the export");
      return settled(Kind::nobody, access.fact);
  }
  return unknown("publicNetworkAccess is not understood");
}

// A chain of parents is short; one that is not is contradictory.
constexpr int kDeepest = 4;

Admission Builder::by_parent(const Service& service, int depth) {
  const Service* parent = estate_.find<Service>(service.parent);
  if (parent == nullptr || depth > kDeepest) return unknown("what it follows is not in the export");
  const bool is_app = service.kind == ServiceKind::container_app;
  // source: azure-semantics.md 6.4 (an ingress that is not external is for the environment only)
  const Fact ingress{service.id, "/properties/configuration/ingress/external",
                     service.internal.is(true) ? "false" : "true"};
  if (is_app && service.internal.is(true)) return settled(Kind::nobody, ingress);
  Admission from = this->service(*parent, depth + 1);
  if (!is_app) return from;
  if (!service.internal.is_known())
    from = all_of(std::move(from), unknown("whether its ingress is external is not known"));
  return service.ip_rules.empty() ? from : all_of(std::move(from), list(service));
}

// law:  Internal leads to a private address only where the gateway is injected: its tier can be, and each location has
// a subnet source: azure-semantics.md 6.3
bool is_injected_everywhere(const model::ApiManagement& network) {
  const bool is_tier = network.sku.empty() || text::equals(network.sku, "Developer") ||
                       text::equals(network.sku, "Premium") || text::equals(network.sku, "PremiumV2");
  return is_tier && network.primary.subnet.is_set() &&
         std::all_of(network.additional.begin(), network.additional.end(),
                     [](const auto& location) { return location.subnet.is_set(); });
}

// source: azure-semantics.md 6.3 (Internal: a private address only; External on a v2 tier is outbound integration)
Admission Builder::by_type_of_network(const Service& service) {
  const auto* network = estate_.find<model::ApiManagement>(service.id);
  if (network == nullptr || network->vnet_type.is_unreadable()) return unknown("virtualNetworkType was not read");
  if (network->vnet_type.is(model::ApimVnetType::internal)) {
    if (!is_injected_everywhere(*network))
      return unknown("it is Internal, but not every part of it can stand in a subnet");
    return settled(Kind::nobody, {service.id, "/properties/virtualNetworkType", "Internal"});
  }
  Admission own = by_access(service, rules(service));
  if (!net::stands_behind_no_group(view_, *network)) return own;
  return all_of(std::move(own), unknown("no security group stands before it, without which its balancer is closed"));
}

// source: azure-semantics.md 6.4 (public unless enablePrivateCluster)
Admission Builder::by_cluster(const Service& service) {
  if (service.internal.is_unreadable()) return unknown("enablePrivateCluster is not understood");
  const Fact fact{service.id, "/properties/apiServerAccessProfile/enablePrivateCluster",
                  service.internal.is(true) ? "true" : "not true"};
  if (service.internal.is(true)) return settled(Kind::nobody, fact);
  if (service.public_network_access.is(PublicNetworkAccess::disabled)) {
    return unknown("what publicNetworkAccess Disabled closes on a cluster that is not private is not documented");
  }
  return rules(service);
}

Admission Builder::by_environment(const Service& service) {
  if (service.internal.is_unreadable()) return unknown("vnetConfiguration.internal is not understood");
  if (service.internal.is(true))
    return settled(Kind::nobody, {service.id, "/properties/vnetConfiguration/internal", "true"});
  return by_access(service, rules(service));
}

// source: azure-semantics.md 9.3 (a Project follows its hub; the legacy switch reopens what the flag closes)
Admission Builder::by_workspace(const Service& service, int depth) {
  if (text::equals(service.arm_kind, "Project")) return by_parent(service, depth);
  const bool may_reopen = !service.public_behind_vnet.is_absent() && !service.public_behind_vnet.is(false);
  if (may_reopen && service.public_network_access.is(PublicNetworkAccess::disabled)) {
    return unknown("publicNetworkAccess is Disabled and the legacy allowPublicAccessWhenBehindVnet is not false");
  }
  return by_access(service, rules(service));
}

Admission Builder::by_kind(const Service& service, int depth) {
  switch (service.kind) {
    case ServiceKind::foundry_project:
    case ServiceKind::container_app: return by_parent(service, depth);
    case ServiceKind::ml_workspace: return by_workspace(service, depth);
    case ServiceKind::api_management: return by_type_of_network(service);
    case ServiceKind::kubernetes_cluster: return by_cluster(service);
    case ServiceKind::container_environment: return by_environment(service);
    case ServiceKind::bing_account: return settled(Kind::everybody, {service.id, "", "public by nature"});
    case ServiceKind::unmodelled:
      return unknown(fmt::format("the exposure of {} is not modelled", text::printable(service.type)));
    case ServiceKind::cognitive_account:
    case ServiceKind::ml_online_endpoint:
    case ServiceKind::search:
    case ServiceKind::storage:
    case ServiceKind::cosmos:
    case ServiceKind::key_vault:
    case ServiceKind::container_registry:
    case ServiceKind::sql_server:
    case ServiceKind::event_hubs:
    case ServiceKind::service_bus:
    case ServiceKind::redis:
    case ServiceKind::redis_enterprise:
    case ServiceKind::web_site:
    case ServiceKind::log_analytics:
    case ServiceKind::app_insights: return by_access(service, rules(service));
  }
  return unknown("the kind is not known");
}

bool Builder::is_switched_off(const Service& service) const {
  return net::public_switch(view_, service).is_off_or_perhaps ||
         (service.kind == ServiceKind::redis && service.has_vnet_injection);
}

Admission Builder::perimeter_rules(const model::PerimeterAssociation& association, bool& is_understood) {
  AddressSet ranges;
  is_understood = association.unread.empty() && association.is_settled && !association.mode.is_unreadable() &&
                  !estate_.is_partial(model::ArgTable::network_resources);
  const auto rows = estate_.perimeter_rules_by_profile.of(association.profile);
  if (rows.empty() && !estate_.holds(association.profile)) is_understood = false;
  for (const auto& [key, index] : rows) {
    const model::PerimeterRule& rule = estate_.tables().perimeter_rules[index];
    if (rule.direction.is(model::Direction::outbound)) continue;
    if (!rule.direction.is_known() || !rule.unread.empty() || !rule.is_settled) is_understood = false;
    for (const Prefix& prefix : rule.prefixes) ranges.add(prefix);
  }
  ranges &= internet_addresses();
  return listed(std::move(ranges), {association.profile, "/accessRules", "no other access rule"});
}

// law:  Enforced: the perimeter's rules alone decide; Learning: they admit besides the resource's own rules. What
// Learning
//       admits when public access is switched off is documented in two ways: only closed if both say so.
// source: azure-semantics.md 9.2; learn.microsoft.com/azure/private-link/network-security-perimeter-transition
Admission Builder::under_perimeter(const Service& service, Admission own) {
  const auto associations = estate_.perimeters_by_target.of(service.id);
  if (associations.empty())
    return any_of(std::move(own), settled(Kind::nobody, {service.id, "", "no perimeter association"}));
  for (const auto& [key, index] : associations) {
    const model::PerimeterAssociation& association = estate_.tables().perimeter_associations[index];
    bool is_understood = false;
    Admission admitted = perimeter_rules(association, is_understood);
    if (!is_understood) {
      own = any_of(std::move(own), unknown("the rules of its perimeter are not all known"));
      continue;
    }
    const model::PerimeterMode mode =
        association.mode.is_known() ? association.mode.value() : model::PerimeterMode::learning;
    const bool is_secured = service.public_network_access.is(PublicNetworkAccess::secured_by_perimeter);
    const bool is_learning = mode == model::PerimeterMode::learning;
    const bool is_empty = admitted.ranges.empty();
    Admission by_mode =
        any_of(settled(Kind::nobody, {association.id, "/properties/accessMode", std::string(model::name(mode))}),
               std::move(admitted));
    if (mode == model::PerimeterMode::enforced || (is_secured && is_learning))
      own = std::move(by_mode);
    else if (is_empty || (is_learning && !is_switched_off(service)))
      own = any_of(std::move(own), std::move(by_mode));
    else
      own = any_of(std::move(own),
                   all_of(std::move(by_mode),
                          unknown("what the perimeter's rules admit in this mode is documented in two ways")));
  }
  return own;
}

// source: azure-semantics.md 0 (an unread property, a resource that is not settled, contradictory rows: unknown)
Admission Builder::doubts(const Service& service, Admission own) {
  bool is_contradicted = false;
  for (const auto& [key, index] : estate_.gaps_by_resource.of(service.id)) {
    is_contradicted = is_contradicted || estate_.snapshot().gaps[index].code == "INPUT-CONFLICT";
  }
  const auto unread = std::find_if(service.unread.begin(), service.unread.end(),
                                   [&](const model::Unread& part) { return !net::is_inert(view_, service, part); });
  const bool has_unread = unread != service.unread.end();
  if (!has_unread && service.is_settled && !is_contradicted) return own;
  return any_of(std::move(own),
                unknown(has_unread           ? fmt::format("{} is not understood", text::printable(unread->pointer))
                        : service.is_settled ? "the export contradicts itself about it"
                                             : "it is not provisioned"));
}

Admission Builder::service(const Service& service, int depth) {
  return doubts(service, under_perimeter(service, by_kind(service, depth)));
}

Admission Builder::entry(const net::PublicSurface& surface) {
  const Fact fact = surface.facts.empty() ? Fact{surface.entry, "", "public entry"} : surface.facts.front();
  // The sources of an uncertain entry may be what is not known.
  if (!surface.is_certain) return unknown(surface.reason);
  return listed(surface.sources & internet_addresses(), fact);
}

}  // namespace

ServiceAdmission admission_of(const model::View& view, const Service& service,
                              const std::vector<const net::PublicSurface*>& entries) {
  ServiceAdmission out;
  Builder builder(view, out);
  out.formula.kind = Kind::any_of;
  out.formula.parts.push_back(builder.service(service, 0));
  out.formula.parts.push_back(
      builder.settled(Kind::nobody, {service.id, "", "no other public entry leads to its private addresses"}));
  for (const net::PublicSurface* surface : entries) out.formula.parts.push_back(builder.entry(*surface));
  return out;
}

}  // namespace hubproof::proof
