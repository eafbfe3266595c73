#include "engine/net/exposure.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/perimeter.h"
#include "engine/net/public_switch.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;
using model::View;

/// How a kind's own rules decide once public access is on.
enum class Acl : std::uint8_t {
  default_action,         ///< everybody unless defaultAction is Deny, then the ip rules
  list_or_everybody,      ///< the ip rules, everybody when there are none
  cosmos,                 ///< as list_or_everybody, but a VNet filter without ip rules admits nobody
  list_of_children,       ///< the firewall rules of child resources only; none admits nobody
  action_of_children,     ///< default_action read from a child resource
  children_or_everybody,  ///< the firewall rules of child resources, everybody when there are none
  site,                   ///< access restrictions that live in another resource
  everybody,              ///< no rules of its own
};
/// What decides apart from the rules.
enum class Gate : std::uint8_t {
  access,
  parent,
  environment,
  cluster,
  two_switches,
  api_management,
  ml_workspace,
  none,
  not_modelled
};

/// One row per kind. source: azure-semantics.md 9.3 (defaults and formulas with their own sources)
struct KindRow {
  ServiceKind kind;
  Gate gate;
  Acl acl;
};
constexpr KindRow kKinds[] = {
    {ServiceKind::cognitive_account, Gate::access, Acl::default_action},
    {ServiceKind::foundry_project, Gate::parent, Acl::everybody},
    {ServiceKind::ml_workspace, Gate::ml_workspace, Acl::everybody},
    {ServiceKind::ml_online_endpoint, Gate::access, Acl::everybody},
    {ServiceKind::search, Gate::access, Acl::list_or_everybody},
    {ServiceKind::storage, Gate::access, Acl::default_action},
    {ServiceKind::cosmos, Gate::access, Acl::cosmos},
    {ServiceKind::key_vault, Gate::access, Acl::default_action},
    {ServiceKind::container_registry, Gate::access, Acl::default_action},
    {ServiceKind::sql_server, Gate::access, Acl::list_of_children},
    {ServiceKind::event_hubs, Gate::access, Acl::action_of_children},
    {ServiceKind::service_bus, Gate::access, Acl::action_of_children},
    {ServiceKind::redis, Gate::access, Acl::children_or_everybody},
    {ServiceKind::redis_enterprise, Gate::access, Acl::everybody},
    {ServiceKind::web_site, Gate::access, Acl::site},
    {ServiceKind::container_environment, Gate::environment, Acl::everybody},
    {ServiceKind::container_app, Gate::parent, Acl::list_or_everybody},
    {ServiceKind::kubernetes_cluster, Gate::cluster, Acl::list_or_everybody},
    {ServiceKind::log_analytics, Gate::two_switches, Acl::everybody},
    {ServiceKind::app_insights, Gate::two_switches, Acl::everybody},
    {ServiceKind::api_management, Gate::api_management, Acl::everybody},
    {ServiceKind::bing_account, Gate::none, Acl::everybody},
    {ServiceKind::unmodelled, Gate::not_modelled, Acl::everybody},
};

const KindRow& row_of(ServiceKind kind) {
  for (const KindRow& row : kKinds) {
    if (row.kind == kind) return row;
  }
  return kKinds[std::size(kKinds) - 1];
}

constexpr std::string_view kSiteRestrictions = "/config/web/properties/ipSecurityRestrictions";

/// A chain of parents is short; one that is longer leads back to itself.
constexpr int kDeepest = 4;

class Answer {
 public:
  Answer(const View& view, const Service& service, int depth) : v_(view), s_(service), depth_(depth) {}
  Exposure run();

 private:
  void by_gate(Gate gate, Acl acl);
  void by_access(Acl acl);
  void by_rules(Acl acl);
  void by_list();
  void by_parent(Acl acl);
  void by_environment();
  void by_cluster(Acl acl);
  void by_two_switches();
  void by_api_management();
  void by_injection(const model::ApiManagement& service);
  void by_ml_workspace();
  void everybody() { out_.accepted |= internet_addresses(); }
  void open(Fact fact, std::string reason);
  Fact fact(std::string_view pointer, std::string value) const {
    return {s_.id, std::string(pointer), std::move(value)};
  }
  void note(std::string_view pointer, std::string value) { out_.facts.push_back(fact(pointer, std::move(value))); }
  void closed();
  void doubts();
  void residual(const KindRow& row);
  void perimeter();

  const View& v_;
  const Service& s_;
  int depth_;  ///< how many parents were followed to come here
  Exposure out_;
  bool is_switched_off_ = false;
};

void Answer::open(Fact fact, std::string reason) {
  out_.possible |= internet_addresses();
  out_.open.push_back({std::move(fact), std::move(reason)});
}

// source: azure-semantics.md 9.1 (the association is a resource of the perimeter's subscription)
void Answer::closed() {
  is_switched_off_ = true;
  out_.assumptions.emplace_back(kNoHiddenPerimeter);
}

void Answer::by_access(Acl acl) {
  const PublicSwitch access = public_switch(v_, s_);
  switch (access.state) {
    case PublicSwitch::State::unknown:
      is_switched_off_ = access.is_off_or_perhaps;
      return open(access.fact, access.why);
    case PublicSwitch::State::on: out_.facts.push_back(access.fact); return by_rules(acl);
    case PublicSwitch::State::off: out_.facts.push_back(access.fact); return closed();
    case PublicSwitch::State::by_perimeter:
      out_.facts.push_back(access.fact);
      is_switched_off_ = true;
      // Denied without an association; that there is none although the value says so is evidence of a partial export.
      if (v_.estate.perimeters_by_target.of(s_.id).empty()) {
        open(access.fact, "the network security perimeter that secures it is not in the export");
      }
      return;
  }
}

void Answer::by_list() {
  for (std::size_t i = 0; i < s_.ip_rules.size(); ++i) {
    const model::IpRule& rule = s_.ip_rules[i];
    const std::string range = rule.first == rule.last
                                  ? to_string(rule.first)
                                  : fmt::format("{}-{}", to_string(rule.first), to_string(rule.last));
    // source: azure-semantics.md 9.3 (0.0.0.0: all Azure datacenters, of any tenant; which addresses is in no export)
    if (rule.first.bits() == 0 && rule.last.bits() == 0) {
      open(fact("/properties/ipRules", range),
           "the rule 0.0.0.0 admits every Azure datacenter, other tenants' included; their addresses are in no export");
      continue;
    }
    AddressSet admitted;
    admitted.add(rule.first, rule.last);
    admitted &= internet_addresses();
    if (admitted.empty()) continue;
    out_.accepted |= admitted;
    note(s_.kind == ServiceKind::web_site ? kSiteRestrictions : "/properties/ipRules", range);
  }
}

void Answer::by_rules(Acl acl) {
  switch (acl) {
    case Acl::everybody: return everybody();
    case Acl::action_of_children:
      if (!s_.has_firewall_children) {
        return open(fact("/networkRuleSets/default", "not in the export"), "its network rule set was not exported");
      }
      [[fallthrough]];
    case Acl::default_action: {
      const auto& action = s_.default_action;
      if (action.is_unreadable())
        return open(fact("/properties/networkAcls/defaultAction", action.met()), "defaultAction is not understood");
      note("/properties/networkAcls/defaultAction",
           action.is_known() ? std::string(model::name(action.value())) : "absent -> Allow");
      if (!action.is(model::Access::deny)) return everybody();
      return by_list();
    }
    case Acl::cosmos:
      if (s_.vnet_filter.is_unreadable()) {
        return open(fact("/properties/isVirtualNetworkFilterEnabled", s_.vnet_filter.met()),
                    "the virtual network filter is not understood");
      }
      note("/properties/isVirtualNetworkFilterEnabled", s_.vnet_filter.is_absent() ? "absent -> false"
                                                        : s_.vnet_filter.value()   ? "true"
                                                                                   : "false");
      if (s_.vnet_filter.is(true)) return by_list();
      [[fallthrough]];
    case Acl::list_or_everybody:
      if (!s_.ip_rules.empty()) return by_list();
      note("/properties/ipRules", "none -> all addresses");
      return everybody();
    case Acl::list_of_children:
      by_list();
      if (!s_.has_firewall_children)
        open(fact("/firewallRules", "not in the export"), "its firewall rules were not exported");
      return;
    case Acl::children_or_everybody:
      if (s_.has_vnet_injection) return closed();
      if (!s_.ip_rules.empty()) return by_list();
      if (s_.has_firewall_children) return everybody();
      return open(fact("/firewallRules", "not in the export"),
                  "its firewall rules were not exported; without any it is open to all");
    case Acl::site:
      if (s_.has_vnet_injection)
        return open(fact("/properties/hostingEnvironmentProfile", "set"),
                    "whether its App Service Environment is internal is not known");
      if (s_.has_firewall_children && s_.default_action.is(model::Access::deny)) {
        note(kSiteRestrictions, s_.ip_rules.empty() ? "admit no address" : "do not admit all");
        return by_list();
      }
      if (s_.has_firewall_children) {
        note(kSiteRestrictions, "admit all addresses");
        return everybody();
      }
      return open(fact("/config/web", "not in the export"),
                  "its access restrictions (and those of its SCM site) were not exported");
  }
}

// source: learn.microsoft.com/azure/machine-learning/how-to-configure-private-link (public_behind_vnet is the legacy
// switch)
void Answer::by_ml_workspace() {
  if (text::equals(s_.arm_kind, "Project")) return by_parent(Acl::everybody);
  if (s_.public_network_access.is(PublicNetworkAccess::disabled) && !s_.public_behind_vnet.is_absent() &&
      !s_.public_behind_vnet.is(false)) {
    return open(fact("/properties/allowPublicAccessWhenBehindVnet", "not false"),
                "publicNetworkAccess is Disabled and the legacy allowPublicAccessWhenBehindVnet is not false");
  }
  by_access(Acl::everybody);
}

void Answer::by_parent(Acl acl) {
  const Service* parent = v_.estate.find<Service>(s_.parent);
  if (parent == nullptr || parent == &s_) {
    return open(fact("/parent", s_.parent.is_set() ? std::string(v_.estate.spelling(s_.parent)) : "absent"),
                fmt::format("it follows {}, which is not in the export", shown(v_, s_.parent)));
  }
  if (depth_ > kDeepest)
    return open(fact("/parent", std::string(v_.estate.spelling(s_.parent))), "its parents form a loop");
  // source: azure-semantics.md 6.4 (external is VNet-wide in an internal environment)
  if (s_.kind == ServiceKind::container_app) {
    if (s_.internal.is(true)) return note("/properties/configuration/ingress/external", "not external");
  }
  Exposure from = Answer(v_, *parent, depth_ + 1).run();
  out_.facts.insert(out_.facts.end(), from.facts.begin(), from.facts.end());
  out_.open.insert(out_.open.end(), from.open.begin(), from.open.end());
  out_.assumptions.insert(out_.assumptions.end(), from.assumptions.begin(), from.assumptions.end());
  out_.residual.insert(out_.residual.end(), from.residual.begin(), from.residual.end());
  out_.possible |= from.possible;
  if (s_.kind == ServiceKind::container_app && !s_.internal.is_known() && !from.accepted.empty()) {
    return open(fact("/properties/configuration/ingress/external", "not known"),
                "whether its ingress is external is not known");
  }
  if (acl == Acl::list_or_everybody && !s_.ip_rules.empty()) {
    by_list();
    out_.accepted &= from.accepted;
    return;
  }
  out_.accepted |= from.accepted;
}

// source: azure-semantics.md 6.4 (a policy calls everything but vnetConfiguration.internal = true public)
void Answer::by_environment() {
  if (s_.internal.is_unreadable())
    return open(fact("/properties/vnetConfiguration/internal", s_.internal.met()),
                "vnetConfiguration.internal is not understood");
  note("/properties/vnetConfiguration/internal", s_.internal.is(true)      ? "true"
                                                 : s_.internal.is_absent() ? "absent -> false"
                                                                           : "false");
  if (s_.internal.is(true)) return;
  by_access(Acl::everybody);
}

// source: azure-semantics.md 6.4 (public unless enablePrivateCluster; empty authorizedIPRanges = all)
void Answer::by_cluster(Acl acl) {
  constexpr std::string_view kPointer = "/properties/apiServerAccessProfile/enablePrivateCluster";
  if (s_.internal.is_unreadable())
    return open(fact(kPointer, s_.internal.met()), "enablePrivateCluster is not understood");
  note(kPointer, s_.internal.is(true) ? "true" : s_.internal.is_absent() ? "absent -> false" : "false");
  if (s_.internal.is(true)) return;
  if (s_.public_network_access.is(PublicNetworkAccess::disabled)) {
    return open(fact("/properties/publicNetworkAccess", "Disabled"),
                "what publicNetworkAccess Disabled closes on a cluster that is not private is not documented");
  }
  by_rules(acl);
}

void Answer::by_two_switches() {
  by_access(Acl::everybody);
  const auto& query = s_.public_network_access_query;
  constexpr std::string_view kPointer = "/properties/publicNetworkAccessForQuery";
  if (query.is_unreadable()) return open(fact(kPointer, query.met()), "publicNetworkAccessForQuery is not understood");
  note(kPointer, query.is_known() ? std::string(model::name(query.value())) : "absent -> Enabled");
  if (query.value_or_default(PublicNetworkAccess::enabled) == PublicNetworkAccess::enabled) everybody();
}

// law:  Internal closes what is injected: a tier that can be, and every location in a subnet
// source: azure-semantics.md 6.3 (only Developer, Premium and PremiumV2 inject; each additional location counts)
void Answer::by_injection(const model::ApiManagement& service) {
  constexpr std::string_view kTiers[] = {"Developer", "Premium", "PremiumV2"};
  const auto is_tier = [&](std::string_view tier) { return text::equals(service.sku, tier); };
  if (!service.sku.empty() && std::none_of(std::begin(kTiers), std::end(kTiers), is_tier)) {
    open(
        fact("/sku/name", service.sku),
        fmt::format("it is Internal, but the tier {} cannot be injected into a network", text::printable(service.sku)));
  }
  if (!service.primary.subnet.is_set()) {
    open(fact("/properties/virtualNetworkConfiguration", "no subnet"), "it is Internal, but no subnet is stated");
  }
  for (std::size_t i = 0; i < service.additional.size(); ++i) {
    if (service.additional[i].subnet.is_set()) continue;
    open(fact(fmt::format("/properties/additionalLocations/{}", i), "no subnet"),
         fmt::format("it is Internal, but its location {} is in no subnet",
                     text::printable(service.additional[i].location)));
  }
}

// source: azure-semantics.md 6.3 (Internal: private address only; on a v2 tier External is outbound integration), 5
void Answer::by_api_management() {
  const auto* service = v_.estate.find<model::ApiManagement>(s_.id);
  if (service == nullptr)
    return open(fact("/properties/virtualNetworkType", "not read"), "its virtual network type was not read");
  constexpr std::string_view kPointer = "/properties/virtualNetworkType";
  if (service->vnet_type.is_unreadable())
    return open(fact(kPointer, service->vnet_type.met()), "virtualNetworkType is not understood");
  note(kPointer,
       service->vnet_type.is_known() ? std::string(model::name(service->vnet_type.value())) : "absent -> None");
  if (service->vnet_type.is(model::ApimVnetType::internal)) return by_injection(*service);
  by_access(Acl::everybody);
  if (out_.accepted.empty() || !stands_behind_no_group(v_, *service)) return;
  out_.accepted = {};
  open({service->primary.subnet, "/properties/networkSecurityGroup/id", "absent"},
       "its subnet has no security group, and its load balancer then rejects what comes in; whether anything does is "
       "documented in two ways");
}

void Answer::by_gate(Gate gate, Acl acl) {
  switch (gate) {
    case Gate::access: return by_access(acl);
    case Gate::parent: return by_parent(acl);
    case Gate::environment: return by_environment();
    case Gate::cluster: return by_cluster(acl);
    case Gate::two_switches: return by_two_switches();
    case Gate::api_management: return by_api_management();
    case Gate::ml_workspace: return by_ml_workspace();
    case Gate::none: note("", "public by nature: it has no network switch"); return everybody();
    case Gate::not_modelled:
      return open(fact("", s_.type), fmt::format("the exposure of {} is not modelled", text::printable(s_.type)));
  }
}

void Answer::doubts() {
  for (const model::Unread& unread : s_.unread) {
    if (is_inert(v_, s_, unread)) continue;
    open({s_.id, unread.pointer, unread.met},
         fmt::format("{} = {} is not understood", text::printable(unread.pointer), text::printable(unread.met)));
  }
  if (!s_.is_settled) open(fact("/properties/provisioningState", "not Succeeded"), "it is not provisioned");
  for (const auto& [key, index] : v_.estate.gaps_by_resource.of(s_.id)) {
    const model::Gap& gap = v_.estate.snapshot().gaps[index];
    if (gap.code == "INPUT-CONFLICT") open(fact("", gap.code), gap.message);
  }
}

// source: azure-semantics.md 9.1 (trusted services and VNet rules are paths of their own, not the Internet);
// learn.microsoft.com/azure/private-link/network-security-perimeter-transition (Enforced: no trusted services)
void Answer::residual(const KindRow& row) {
  if (!is_enforced(v_, s_) && (row.acl == Acl::default_action || !s_.bypass.empty())) {
    const std::string bypass = s_.bypass.empty() ? "absent -> AzureServices" : text::printable(s_.bypass);
    if (!text::equals(s_.bypass, "None"))
      out_.residual.push_back(fmt::format("bypass {} admits trusted Azure services", bypass));
  }
  for (const model::ResourceId subnet : s_.vnet_rules) {
    out_.residual.push_back(fmt::format("a virtual network rule admits {} through service endpoints",
                                        text::printable(v_.estate.spelling(subnet))));
  }
}

void Answer::perimeter() {
  for (const auto& [key, index] : v_.estate.perimeters_by_target.of(s_.id)) {
    apply_perimeter(v_, v_.estate.tables().perimeter_associations[index], is_switched_off_, s_.public_network_access,
                    out_);
  }
}

Exposure Answer::run() {
  const KindRow& row = row_of(s_.kind);
  by_gate(row.gate, row.acl);
  perimeter();
  doubts();
  residual(row);
  out_.possible -= out_.accepted;
  return std::move(out_);
}

}  // namespace

Exposure exposure(const View& view, const Service& service) { return Answer(view, service, 0).run(); }

}  // namespace hubproof::net
