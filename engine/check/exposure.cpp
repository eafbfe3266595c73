// HP-EXP-001..004: the public network access flag of each service, and what opens a service although the flag is off.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/public_switch.h"

namespace hubproof::check {
namespace {

using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;
using model::View;

// An inbound rule with addresses or subscriptions admits traffic in every access mode, whatever the flag says.
// source: learn.microsoft.com/azure/private-link/network-security-perimeter-transition (table "Disabled": NSP rules)
void judge_rules(const View& view, const model::PerimeterAssociation& association, Judgement& judgement) {
  for (const auto& [id, index] : view.estate.perimeter_rules_by_profile.of(association.profile)) {
    const model::PerimeterRule& rule = view.estate.tables().perimeter_rules[index];
    if (rule.direction.is(model::Direction::outbound)) continue;
    const bool admits = !rule.prefixes.empty() || rule.has_subscriptions;
    if (rule.direction.is_known() && admits) {
      judgement.fail(
          fmt::format("the perimeter rule {} admits {} although the flag is not Enabled",
                      text::printable(view.estate.name(rule.id)),
                      rule.prefixes.empty() ? std::string("subscriptions") : to_string(rule.prefixes.front())),
          "no inbound perimeter rule with addresses or subscriptions");
      judgement.fact(rule.id, "/properties/addressPrefixes",
                     rule.prefixes.empty() ? std::string("subscriptions") : to_string(rule.prefixes.front()));
    } else if (!rule.direction.is_known() && admits) {
      judgement.doubt("the direction of a perimeter rule is not known", "the access rules of the perimeter's profile");
    }
    judgement.doubt(doubt_about(view, rule));
  }
}

/// True when an association is held.
bool judge_perimeter(const View& view, const Service& service, Judgement& judgement) {
  const auto associations = view.estate.perimeters_by_target.of(service.id);
  for (const auto& [id, index] : associations) {
    const model::PerimeterAssociation& association = view.estate.tables().perimeter_associations[index];
    judgement.fact(
        association.id, "/properties/accessMode",
        association.mode.is_known() ? std::string(model::name(association.mode.value())) : "absent -> Learning");
    if (!association.profile.is_set()) {
      judgement.doubt("the profile of its perimeter association is not known", "the networkresources table in full");
    }
    judge_rules(view, association, judgement);
    judgement.doubt(doubt_about(view, association, {association.profile}));
  }
  return !associations.empty();
}

/// The flag and the perimeter: what all kinds share. source: azure-semantics.md 9.1-9.3
void judge_flag(const View& view, const Service& service, Judgement& judgement) {
  const net::PublicSwitch flag = net::public_switch(view, service);
  judgement.fact(flag.fact);
  switch (flag.state) {
    case net::PublicSwitch::State::unknown: judgement.doubt(flag.why, flag.decided_by); return;
    case net::PublicSwitch::State::on:
      judgement.fail(service.public_network_access.is_absent()
                         ? "publicNetworkAccess is absent, which counts as Enabled"
                         : "publicNetworkAccess is Enabled",
                     "publicNetworkAccess Disabled");
      return;
    case net::PublicSwitch::State::off: judge_perimeter(view, service, judgement); return;
    case net::PublicSwitch::State::by_perimeter:
      if (!judge_perimeter(view, service, judgement)) {
        judgement.doubt("publicNetworkAccess is SecuredByPerimeter and the export holds no association of the service",
                        "the networkresources table of the perimeter's subscription");
      }
      return;
  }
}

/// As doubt_about() of the service, without what nothing depends on once public access is off.
std::optional<Doubt> doubt_about_service(const View& view, const Service& service) {
  model::Entity rest = service;
  const auto is_inert = [&](const model::Unread& unread) { return net::is_inert(view, service, unread); };
  rest.unread.erase(std::remove_if(rest.unread.begin(), rest.unread.end(), is_inert), rest.unread.end());
  return doubt_about(view, rest);
}

void judge_search(const View& view, const Service& service, Judgement& judgement) {
  judge_flag(view, service, judgement);
  if (!service.ip_rules.empty() && service.public_network_access.is(PublicNetworkAccess::disabled)) {
    judgement.note("its ip rules do nothing while public access is disabled");
  }
}

// source: learn.microsoft.com/azure/machine-learning/how-to-configure-private-link (allowPublicAccessWhenBehindVnet,
// ipAllowlist)
void judge_workspace(const View& view, const Service& service, Judgement& judgement) {
  judge_flag(view, service, judgement);
  const auto behind = service.public_behind_vnet.value_or_default(false);
  if (!behind) {
    judgement.doubt("allowPublicAccessWhenBehindVnet is not understood");
  } else if (*behind) {
    judgement.fact(service.id, "/properties/allowPublicAccessWhenBehindVnet", "true");
    judgement.fail("allowPublicAccessWhenBehindVnet is true", "allowPublicAccessWhenBehindVnet false");
  }
  if (!service.ip_rules.empty()) {
    judgement.fact(service.id, "/properties/ipAllowlist", to_string(service.ip_rules.front().first) + ", ...");
    judgement.fail("ipAllowlist is not empty", "no ipAllowlist");
  }
}

/// A project has no switch of its own: it is judged by the resource above it.
/// source: learn.microsoft.com/azure/ai-foundry/how-to/configure-private-link
void judge_parent(const View& view, const Service& service, std::string_view what, Judgement& judgement,
                  void (*judge)(const View&, const Service&, Judgement&)) {
  const Service* parent = view.estate.find<Service>(service.parent);
  if (parent == nullptr) {
    judgement.doubt(fmt::format("it follows its {}, which is not in the export", what),
                    fmt::format("an export of the {}", what));
    return;
  }
  judge(view, *parent, judgement);
  judgement.doubt(doubt_about_service(view, *parent));
}

void judge_account_or_project(const View& view, const Service& service, Judgement& judgement) {
  if (service.kind == ServiceKind::cognitive_account) return judge_flag(view, service, judgement);
  judge_parent(view, service, "account", judgement, judge_flag);
}

void judge_hub_or_project(const View& view, const Service& service, Judgement& judgement) {
  if (!text::equals(service.arm_kind, "Project")) return judge_workspace(view, service, judgement);
  judge_parent(view, service, "hub workspace", judgement, judge_workspace);
}

void judge_store(const View& view, const Service& service, Judgement& judgement) {
  if (service.kind == ServiceKind::unmodelled) {
    const model::Fact fact = net::public_switch(view, service).fact;
    judgement.fact(service.id, fact.pointer,
                   service.public_network_access.is_absent() ? text::FixedText("absent") : fact.value);
    judgement.doubt(fmt::format("the exposure of {} is not modelled", text::printable(service.type)),
                    "a look at its network settings");
    return;
  }
  const bool is_closed_by_flag = service.public_network_access.is(PublicNetworkAccess::disabled);
  // source: azure-semantics.md 9.3 (Redis: no public endpoint with subnetId)
  if (service.kind == ServiceKind::redis && service.has_vnet_injection && !is_closed_by_flag) {
    judgement.fact(service.id, "/properties/subnetId", "set");
    judgement.note("it stands inside a virtual network and has no public endpoint");
    return;
  }
  judge_flag(view, service, judgement);
}

bool is_store(ServiceKind kind) {
  switch (kind) {
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
    case ServiceKind::unmodelled: return true;
    case ServiceKind::cognitive_account:
    case ServiceKind::foundry_project:
    case ServiceKind::ml_workspace:
    case ServiceKind::ml_online_endpoint:
    case ServiceKind::search:
    case ServiceKind::container_environment:
    case ServiceKind::container_app:
    case ServiceKind::kubernetes_cluster:
    case ServiceKind::log_analytics:
    case ServiceKind::app_insights:
    case ServiceKind::api_management:
    case ServiceKind::bing_account: return false;
  }
  return false;
}

bool is_ai_account(ServiceKind kind) {
  return kind == ServiceKind::cognitive_account || kind == ServiceKind::foundry_project;
}
bool is_search(ServiceKind kind) { return kind == ServiceKind::search; }
bool is_workspace(ServiceKind kind) { return kind == ServiceKind::ml_workspace; }

/// Which services a rule judges, how, and the ARM types by which a service that the export does not hold is its
/// business.
struct ExposureRule {
  bool (*is_in_scope)(ServiceKind kind);
  void (*judge)(const View& view, const Service& service, Judgement& judgement);
  std::initializer_list<std::string_view> types;
};

Findings run(const View& view, const ExposureRule& rule) {
  Findings out;
  bool has_pass = false;
  for (const Service& service : view.estate.tables().services) {
    if (!rule.is_in_scope(service.kind)) continue;
    Judgement judgement(service.id);
    rule.judge(view, service, judgement);
    judgement.doubt(doubt_about_service(view, service));
    out.findings.push_back(std::move(judgement).finding());
    has_pass = has_pass || out.findings.back().outcome == Outcome::pass;
  }
  const auto is_wanted = [&](std::string_view type) {
    return std::find(rule.types.begin(), rule.types.end(), type) != rule.types.end();
  };
  for_each_missing(view, is_wanted, [&](model::ResourceId id, const model::Gap& gap) {
    if (view.estate.find<Service>(id) != nullptr) return;
    out.findings.push_back(undecided(id,
                                     "the export names this service but does not hold its properties: " + gap.message,
                                     "an export of its subscription"));
  });
  if (has_pass) out.assumptions.emplace_back(net::kNoHiddenPerimeter);
  return out;
}

}  // namespace

Findings ai_account_public_access(const View& view) {
  return run(view, {is_ai_account,
                    judge_account_or_project,
                    {"microsoft.cognitiveservices/accounts", "microsoft.cognitiveservices/accounts/projects"}});
}

Findings search_public_access(const View& view) {
  return run(view, {is_search, judge_search, {"microsoft.search/searchservices"}});
}

Findings workspace_public_access(const View& view) {
  return run(view, {is_workspace, judge_hub_or_project, {"microsoft.machinelearningservices/workspaces"}});
}

Findings data_store_public_access(const View& view) {
  return run(
      view, {is_store,
             judge_store,
             {"microsoft.storage/storageaccounts", "microsoft.documentdb/databaseaccounts", "microsoft.keyvault/vaults",
              "microsoft.containerregistry/registries", "microsoft.sql/servers", "microsoft.eventhub/namespaces",
              "microsoft.servicebus/namespaces", "microsoft.cache/redis", "microsoft.cache/redisenterprise",
              "microsoft.web/sites", "microsoft.web/sites/slots", "microsoft.dbforpostgresql/flexibleservers",
              "microsoft.dbformysql/flexibleservers", "microsoft.datafactory/factories", "microsoft.synapse/workspaces",
              "microsoft.databricks/workspaces", "microsoft.appconfiguration/configurationstores"}});
}

}  // namespace hubproof::check
