// What leaves the exposure of a service open: settings that more than one resource states, and settings that contradict
// each other. Rows follow azure-semantics.md 6.3 and 9.3.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "engine/net/exposure.h"
#include "engine/proof/admission.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using model::Service;
using model::ServiceKind;

namespace {

/// "closed", "open" or "unknown" as the exact layer says it.
std::string exact(const World& world, std::string_view name) {
  const net::Exposure exposure = net::exposure(world.view(), world.service(name));
  if (!exposure.accepted.empty()) return "open";
  return exposure.open.empty() ? "closed" : "unknown";
}

bool has_unknown(const proof::Admission& formula) {
  return formula.kind == proof::Admission::Kind::unknown ||
         std::any_of(formula.parts.begin(), formula.parts.end(), has_unknown);
}

/// Whether the formula of the proof has an open part.
bool is_open_in_proof(const World& world, std::string_view name) {
  return has_unknown(proof::admission_of(world.view(), world.service(name), {}).formula);
}

}  // namespace

TEST_CASE("exposure: workspaces that name each other as their hub are undecided") {
  Build b;
  for (const auto& [name, hub] : {std::pair("one", "other"), std::pair("other", "one")}) {
    Service& workspace = b.service(name, ServiceKind::ml_workspace, "Microsoft.X/w");
    workspace.arm_kind = "Project";
    workspace.parent = b.id("Microsoft.X/w", hub);
  }
  const World w = b.world();
  CHECK(exact(w, "one") == "unknown");
  CHECK(exact(w, "other") == "unknown");
  CHECK(is_open_in_proof(w, "one"));
}

TEST_CASE("exposure: settings that another resource may state otherwise are undecided") {
  using model::PublicNetworkAccess;
  struct Row {
    ServiceKind kind;
    void (*change)(Service&);
    std::string expected;
  };
  const auto off = [](Service& s) { s.public_network_access = PublicNetworkAccess::disabled; };
  const auto off_with_rules = [](Service& s) {
    s.public_network_access = PublicNetworkAccess::disabled;
    s.has_firewall_children = true;
    s.rule_set_access = PublicNetworkAccess::disabled;
  };
  const auto off_and_on = [](Service& s) {
    s.public_network_access = PublicNetworkAccess::disabled;
    s.has_firewall_children = true;
    s.rule_set_access = PublicNetworkAccess::enabled;
  };
  const auto unset_and_off = [](Service& s) {
    s.has_firewall_children = true;
    s.rule_set_access = PublicNetworkAccess::disabled;
  };
  const auto on_with_closed_rules = [](Service& s) {
    s.public_network_access = PublicNetworkAccess::enabled;
    s.has_firewall_children = true;
    s.rule_set_access = PublicNetworkAccess::enabled;
    s.default_action = model::Access::deny;
  };
  const auto on = [](Service& s) { s.public_network_access = PublicNetworkAccess::enabled; };
  const auto endpoint = [](Service& s) { s.endpoint_connections.push_back({}); };
  const auto approved = [](Service& s) { s.endpoint_connections.push_back({{}, model::ConnectionStatus::approved}); };
  const auto approved_and_read = [](Service& s) {
    s.has_firewall_children = true;
    s.endpoint_connections.push_back({{}, model::ConnectionStatus::approved});
  };
  const auto pending_and_read = [](Service& s) {
    s.has_firewall_children = true;
    s.endpoint_connections.push_back({{}, model::ConnectionStatus::pending});
  };
  const auto off_with_endpoint = [](Service& s) {
    s.public_network_access = PublicNetworkAccess::disabled;
    s.endpoint_connections.push_back({});
  };
  const Row rows[] = {
      {ServiceKind::web_site, endpoint, "unknown"},  // sites/config may set what is absent
      {ServiceKind::web_site, approved, "unknown"},
      {ServiceKind::web_site, off_with_endpoint, "closed"},
      {ServiceKind::web_site, off, "closed"},
      {ServiceKind::web_site, unset_and_off, "closed"},  // the site's configuration sets what the site leaves out
      {ServiceKind::web_site, off_and_on, "unknown"},
      {ServiceKind::web_site, on_with_closed_rules, "closed"},
      {ServiceKind::web_site, approved_and_read, "closed"},  // never configured, with an endpoint: implicitly disabled
      {ServiceKind::web_site, pending_and_read, "unknown"},
      {ServiceKind::event_hubs, off, "closed"},  // the switch of the namespace closes it whatever its rule set says
      {ServiceKind::service_bus, off, "closed"},
      {ServiceKind::event_hubs, off_and_on, "unknown"},  // the two switches contradict each other
      {ServiceKind::event_hubs, unset_and_off, "unknown"},
      {ServiceKind::event_hubs, on, "unknown"},  // its rule set was not read
      {ServiceKind::service_bus, on_with_closed_rules, "closed"},
      {ServiceKind::event_hubs, off_with_rules, "closed"},
      {ServiceKind::service_bus, off_with_rules, "closed"},
      {ServiceKind::sql_server, off, "closed"},  // its firewall rules do nothing while the switch is off
      {ServiceKind::redis, off, "closed"},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows);
    Build b;
    row.change(b.service("svc", row.kind, "Microsoft.X/things"));
    const World w = b.world();
    CHECK(exact(w, "svc") == row.expected);
    CHECK(is_open_in_proof(w, "svc") == (row.expected == "unknown"));
  }
}

TEST_CASE("exposure: an Internal API Management is private only where it stands in a subnet") {
  struct Row {
    const char* sku;
    bool has_subnet;
    int inside;   // additional locations with a subnet
    int outside;  // and without one
    std::string expected;
  };
  const Row rows[] = {
      {"Premium", true, 0, 0, "closed"},     {"developer", true, 0, 0, "closed"},
      {"PremiumV2", true, 0, 0, "closed"},   {"Premium", true, 1, 0, "closed"},
      {"Premium", true, 0, 1, "unknown"},    {"Premium", true, 1, 1, "unknown"},
      {"Premium", false, 0, 0, "unknown"},   {"Basic", true, 0, 0, "unknown"},
      {"Standard", true, 0, 0, "unknown"},   {"BasicV2", true, 0, 0, "unknown"},
      {"StandardV2", true, 0, 0, "unknown"}, {"Consumption", true, 0, 0, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.subnet("v", "apim", "10.0.0.0/24");
    model::ApiManagement& api = b.apim("apim", "v/apim", "10.0.0.4", "Internal");
    api.sku = row.sku;
    const model::ResourceId subnet = api.primary.subnet;
    if (!row.has_subnet) api.primary.subnet = {};
    for (int i = 0; i < row.inside; ++i) api.additional.push_back({"northeurope", subnet, {}});
    for (int i = 0; i < row.outside; ++i) api.additional.push_back({"westus", {}, {}});
    const World w = b.world();
    CHECK(exact(w, "apim") == row.expected);
    CHECK(is_open_in_proof(w, "apim") == (row.expected == "unknown"));
  }
}

TEST_CASE("exposure: an unread part of an access list matters only while the switch is on") {
  using model::PublicNetworkAccess;
  struct Row {
    ServiceKind kind;
    bool is_off;
    const char* pointer;
    std::string expected;
  };
  const Row rows[] = {
      {ServiceKind::cognitive_account, true, "/properties/networkAcls/ipRules/0/value", "closed"},
      {ServiceKind::cognitive_account, false, "/properties/networkAcls/ipRules/0/value", "unknown"},
      {ServiceKind::search, true, "/properties/networkRuleSet/ipRules/0", "closed"},
      {ServiceKind::cosmos, true, "/properties/ipRangeFilter", "closed"},
      {ServiceKind::key_vault, true, "/properties/networkAcls/defaultAction", "closed"},
      {ServiceKind::key_vault, true, "/properties/networkAclsNew", "unknown"},  // another property
      {ServiceKind::storage, true, "/properties/publicNetworkAccessToo", "unknown"},
      {ServiceKind::event_hubs, true, "/networkRuleSets/default/properties/ipRules/0", "closed"},
      {ServiceKind::web_site, true, "/config/web/properties/ipSecurityRestrictions/0/tag", "closed"},
      {ServiceKind::web_site, false, "/config/web/properties/ipSecurityRestrictions/0/tag", "unknown"},
      {ServiceKind::ml_workspace, true, "/properties/ipAllowlist/0", "unknown"},  // may admit although the flag is off
      {ServiceKind::kubernetes_cluster, true, "/properties/apiServerAccessProfile/authorizedIPRanges/0", "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pointer);
    Build b;
    Service& service = b.service("svc", row.kind, "Microsoft.X/things");
    service.public_network_access = row.is_off ? PublicNetworkAccess::disabled : PublicNetworkAccess::enabled;
    service.default_action = model::Access::deny;
    service.unread = {{row.pointer, "x"}};
    const World w = b.world();
    CHECK(exact(w, "svc") == row.expected);
    CHECK(is_open_in_proof(w, "svc") == (row.expected == "unknown"));
  }
}

TEST_CASE("exposure: closed services share one sentence about perimeters outside the export") {
  Build b;
  for (const char* name : {"one", "two"}) {
    b.service(name, ServiceKind::storage, "Microsoft.X/s").public_network_access = model::PublicNetworkAccess::disabled;
  }
  const World w = b.world();
  const std::vector<std::string> sentences = net::exposure(w.view(), w.service("one")).assumptions;
  CHECK(sentences.size() == 1);
  CHECK(sentences == net::exposure(w.view(), w.service("two")).assumptions);
}

TEST_CASE("estate: the configuration of a site becomes its access list") {
  Build b;
  b.service("site", ServiceKind::web_site, "Microsoft.Web/sites");
  model::Snapshot snapshot = b.snapshot();
  model::SiteConfig& config = snapshot.tables.site_configs.emplace_back();
  config.site = snapshot.tables.services.front().id;
  config.id = snapshot.ids.intern(std::string(snapshot.ids.spelling(config.site)) + "/config/web");
  config.public_network_access = model::PublicNetworkAccess::disabled;
  config.default_action = model::Access::deny;
  config.ip_rules = {{ip("198.41.0.4"), ip("198.41.0.4")}};
  config.unread = {{"/properties/ipSecurityRestrictions/1/tag", "ServiceTag"}};
  const model::Estate estate(std::move(snapshot));
  const Service& out = estate.tables().services.front();
  CHECK(out.has_firewall_children);
  CHECK(out.rule_set_access.is(model::PublicNetworkAccess::disabled));
  CHECK(out.ip_rules.size() == 1);
  REQUIRE(out.unread.size() == 1);
  CHECK(out.unread[0].pointer == "/config/web/properties/ipSecurityRestrictions/1/tag");
}

TEST_CASE("estate: the rule set of a namespace becomes its access list") {
  Build b;
  Service& service = b.service("ns", ServiceKind::event_hubs, "Microsoft.EventHub/namespaces");
  service.public_network_access = model::PublicNetworkAccess::enabled;
  model::Snapshot snapshot = b.snapshot();
  model::NetworkRuleSet& rules = snapshot.tables.network_rule_sets.emplace_back();
  rules.parent = snapshot.tables.services.front().id;
  rules.id = snapshot.ids.intern(std::string(snapshot.ids.spelling(rules.parent)) + "/networkRuleSets/default");
  rules.default_action = model::Access::deny;
  rules.ip_rules = {{ip("198.41.0.4"), ip("198.41.0.4")}};
  rules.unread = {{"/properties/ipRules/1", "x"}};
  const model::Estate estate(std::move(snapshot));
  const Service& out = estate.tables().services.front();
  CHECK(out.has_firewall_children);
  CHECK(out.default_action.is(model::Access::deny));
  CHECK(out.ip_rules.size() == 1);
  REQUIRE(out.unread.size() == 1);
  CHECK(out.unread[0].pointer == "/networkRuleSets/default/properties/ipRules/1");
}
