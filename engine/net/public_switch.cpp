#include "engine/net/public_switch.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/peerings.h"

namespace hubproof::net {
namespace {

using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;
using model::View;
using State = PublicSwitch::State;

constexpr std::string_view kPointer = "/properties/publicNetworkAccess";

/// `unknown`: one is there, and none that is Approved for certain.
Ternary has_private_endpoint(const View& view, const Service& service) {
  const auto is_approved = [](const model::EndpointConnection& connection) {
    return connection.status.is(model::ConnectionStatus::approved);
  };
  const auto& connections = service.endpoint_connections;
  if (std::any_of(connections.begin(), connections.end(), is_approved)) return Ternary::yes;
  const bool has_some = !connections.empty() || !view.estate.endpoints_by_target.of(service.id).empty();
  return has_some ? Ternary::unknown : Ternary::no;
}

void doubt(PublicSwitch& out, std::string why, std::string decided_by = {}) {
  out.state = State::unknown;
  out.why = std::move(why);
  out.decided_by = std::move(decided_by);
}

// law:  never configured: enabled, unless a private endpoint exists; and the site's configuration, a resource of its
//       own, may still set it
// source: learn.microsoft.com/azure/app-service/overview-access-restrictions#app-access
void ask_site(const View& view, const Service& service, PublicSwitch& out) {
  if (service.kind != ServiceKind::web_site || !service.public_network_access.is_absent()) return;
  if (service.rule_set_access.is_known()) {
    out.fact = {service.id, "/config/web/properties/publicNetworkAccess",
                std::string(model::name(service.rule_set_access.value()))};
    out.state = service.rule_set_access.is(PublicNetworkAccess::disabled) ? State::off : State::on;
    return;
  }
  const Ternary has_endpoint = has_private_endpoint(view, service);
  if (has_endpoint == Ternary::no) return;
  out.fact.value = "absent";
  // Its configuration was read (has_firewall_children), and sets nothing either.
  if (has_endpoint == Ternary::yes && service.has_firewall_children && service.rule_set_access.is_absent()) {
    out.fact.value = "absent, with a private endpoint -> Disabled";
    out.state = State::off;
    return;
  }
  doubt(out, "publicNetworkAccess is not set and the site has a private endpoint",
        "publicNetworkAccess set on the site, or its sites/config row");
}

// law:  the namespace's switch closes it; a rule set that was read and says otherwise contradicts it. A site and its
//       configuration alike
// source: azure-semantics.md 9.3 (Event Hubs, Service Bus: a namespace and its rule set have a switch each)
void ask_rule_set(const Service& service, PublicSwitch& out) {
  const auto& rules = service.rule_set_access;
  if (rules.is_absent() || out.state == State::unknown) return;
  const bool is_off = rules.is(PublicNetworkAccess::disabled);
  const bool agrees = rules.is_known() && (out.state == State::off) == is_off;
  if (agrees || out.state == State::by_perimeter) return;
  doubt(out,
        fmt::format("publicNetworkAccess is {} and {} in its {}", out.fact.value,
                    rules.is_known() ? std::string(model::name(rules.value())) : text::printable(rules.met()),
                    service.kind == ServiceKind::web_site ? "configuration" : "network rule set"),
        "the two switches set alike");
}

/// Kinds whose list is only asked while public access is on, whatever else they hold. A workspace's ipAllowlist is not
/// such a list, and what Disabled closes on a cluster that is not private is not documented.
/// source: azure-semantics.md 9.1 (Disabled overrides all rules), 9.3
bool is_closed_by_switch(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::cognitive_account:
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
    case ServiceKind::web_site: return true;
    case ServiceKind::foundry_project:
    case ServiceKind::ml_workspace:
    case ServiceKind::ml_online_endpoint:
    case ServiceKind::container_environment:
    case ServiceKind::container_app:
    case ServiceKind::kubernetes_cluster:
    case ServiceKind::log_analytics:
    case ServiceKind::app_insights:
    case ServiceKind::api_management:
    case ServiceKind::bing_account:
    case ServiceKind::unmodelled: return false;
  }
  return false;
}

/// `pointer` is the property `part` itself or lies in it.
bool lies_in_part(std::string_view pointer, std::string_view part) {
  return text::starts_with(pointer, part) && (pointer.size() == part.size() || pointer[part.size()] == '/');
}

constexpr std::string_view kLists[] = {
    "/properties/networkAcls",
    "/properties/networkRuleSet",
    "/properties/ipRules",
    "/properties/ipRangeFilter",
    "/properties/virtualNetworkRules",
    "/properties/isVirtualNetworkFilterEnabled",
    "/properties/networkAclBypass",
    "/networkRuleSets/default/properties/ipRules",
    "/networkRuleSets/default/properties/virtualNetworkRules",
    "/networkRuleSets/default/properties/defaultAction",
    "/config/web/properties/ipSecurityRestrictions",
    "/config/web/properties/ipSecurityRestrictionsDefaultAction",
    "/config/web/properties/scmIpSecurityRestrictions",
    "/config/web/properties/scmIpSecurityRestrictionsDefaultAction",
    "/config/web/properties/scmIpSecurityRestrictionsUseMain",
};
constexpr std::string_view kIngressList = "/properties/configuration/ingress/ipSecurityRestrictions";

}  // namespace

PublicSwitch public_switch(const View& view, const Service& service) {
  PublicSwitch out;
  const auto& setting = service.public_network_access;
  out.fact = {service.id, std::string(kPointer), "absent -> Enabled"};
  if (setting.is_unreadable()) {
    out.fact.value = text::printable(setting.met());
    doubt(out, fmt::format("publicNetworkAccess is {}, which is not understood", out.fact.value));
    return out;
  }
  if (setting.is_known()) out.fact.value = std::string(model::name(setting.value()));
  if (setting.is(PublicNetworkAccess::disabled)) out.state = State::off;
  if (setting.is(PublicNetworkAccess::secured_by_perimeter)) out.state = State::by_perimeter;
  ask_site(view, service, out);
  ask_rule_set(service, out);
  out.is_off_or_perhaps = out.state != State::on && !setting.is(PublicNetworkAccess::enabled);
  return out;
}

bool stands_behind_no_group(const View& view, const model::ApiManagement& service) {
  const bool is_classic = text::equals(service.sku, "Developer") || text::equals(service.sku, "Premium");
  const bool is_stv2 = text::starts_with(text::lower(service.platform_version), "stv2");
  if (!is_classic || !is_stv2 || !service.vnet_type.is(model::ApimVnetType::external)) return false;
  const auto has_no_group = [&](const model::ApiManagement::Location& location) {
    const auto* subnet = view.estate.find<model::Subnet>(location.subnet);
    return subnet != nullptr && subnet->unread.empty() && !subnet->network_security_group.is_set();
  };
  return has_no_group(service.primary) &&
         std::all_of(service.additional.begin(), service.additional.end(), has_no_group);
}

bool is_inert(const View& view, const Service& service, const model::Unread& unread) {
  if (lies_in_part(unread.pointer, kIngressList)) {
    // source: azure-semantics.md 6.4 (an ingress that is not external answers inside the environment only)
    return service.kind == ServiceKind::container_app && service.internal.is(true);
  }
  const bool is_list = std::any_of(std::begin(kLists), std::end(kLists),
                                   [&](std::string_view part) { return lies_in_part(unread.pointer, part); });
  return is_list && is_closed_by_switch(service.kind) && public_switch(view, service).state == State::off;
}

}  // namespace hubproof::net
