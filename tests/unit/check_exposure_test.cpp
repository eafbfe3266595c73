// HP-EXP-001..004 and HP-APM-001. Expected values: azure-semantics.md 6.3, 9.1-9.3 and the catalogue's statements.
#include <doctest/doctest.h>

#include "tests/unit/check_estate.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

constexpr PublicNetworkAccess kOff = PublicNetworkAccess::disabled;
constexpr PublicNetworkAccess kOn = PublicNetworkAccess::enabled;

Service& service(Snapshot& s, std::string_view tail) { return entity(s, s.tables.services, tail); }
Service& account(Snapshot& s) { return service(s, "accounts/oai"); }
ApiManagement& api(Snapshot& s) { return entity(s, s.tables.api_managements, "service/gw"); }

Service& add_service(Snapshot& s, ServiceKind kind, std::string_view type, Setting<PublicNetworkAccess> flag) {
  Service& out = s.tables.services.emplace_back();
  const std::string id = "/subscriptions/s/resourceGroups/rg/providers/" + std::string(type) + "/zz";
  out.id = s.ids.intern(id);
  out.kind = kind;
  out.type = text::lower(type);
  out.public_network_access = flag;
  s.resources.push_back({out.id, 0, Support::full, {}});
  return out;
}

/// An association of `target` with a profile that the export holds.
PerimeterAssociation& associate(Snapshot& s, ResourceId target) {
  PerimeterAssociation& out = s.tables.perimeter_associations.emplace_back();
  out.id = s.ids.intern(
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityPerimeters/p/resourceAssociations/"
      "x");
  out.profile = s.ids.intern(
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityPerimeters/p/profiles/x");
  out.target = target;
  s.resources.push_back({out.profile, 0, Support::counted, {}});
  return out;
}

PerimeterRule& admit(Snapshot& s, ResourceId profile, Setting<Direction> direction) {
  PerimeterRule& out = s.tables.perimeter_rules.emplace_back();
  out.id = s.ids.intern(
      "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/networkSecurityPerimeters/p/profiles/x/"
      "accessRules/r");
  out.profile = profile;
  out.direction = direction;
  out.prefixes = {prefix("203.0.113.0/24")};
  return out;
}

const CheckRow kRows[] = {
    {"HP-EXP-001", "enabled", [](Snapshot& s) { account(s).public_network_access = kOn; }, "fail"},
    {"HP-EXP-001", "absent counts as enabled", [](Snapshot& s) { account(s).public_network_access = {}; }, "fail"},
    {"HP-EXP-001", "defaultAction Deny does not pass",
     [](Snapshot& s) {
       account(s).public_network_access = kOn;
       account(s).default_action = Access::deny;
     },
     "fail"},
    {"HP-EXP-001", "an unknown spelling is unknown",
     [](Snapshot& s) { account(s).public_network_access = Setting<PublicNetworkAccess>::unreadable("Maybe"); },
     "unknown"},
    {"HP-EXP-001", "an unread value is unknown",
     [](Snapshot& s) {
       account(s).unread.push_back({"/properties/somethingNew", "3"});
     },
     "unknown"},
    {"HP-EXP-001", "an unread access list does nothing while public access is off",
     [](Snapshot& s) {
       account(s).unread.push_back({"/properties/networkAcls", "3"});
     },
     "pass"},
    {"HP-EXP-001", "a deployment under way is unknown", [](Snapshot& s) { account(s).is_settled = false; }, "unknown"},
    {"HP-EXP-001", "an account that only a private endpoint names is unknown",
     [](Snapshot& s) { remove(s, s.tables.services, "accounts/oai"); }, "unknown"},
    {"HP-EXP-001", "a perimeter rule for addresses opens a Disabled account",
     [](Snapshot& s) { admit(s, associate(s, account(s).id).profile, Direction::inbound); }, "fail"},
    {"HP-EXP-001", "an outbound perimeter rule opens nothing",
     [](Snapshot& s) { admit(s, associate(s, account(s).id).profile, Direction::outbound); }, "pass"},
    {"HP-EXP-001", "a perimeter rule of unknown direction is unknown",
     [](Snapshot& s) { admit(s, associate(s, account(s).id).profile, Setting<Direction>::unreadable("x")); },
     "unknown"},
    {"HP-EXP-001", "an association with a profile that is not in the export is unknown",
     [](Snapshot& s) { associate(s, account(s).id).profile = s.ids.intern("/subscriptions/s/x"); }, "unknown"},
    {"HP-EXP-001", "a perimeter association without rules passes", [](Snapshot& s) { associate(s, account(s).id); },
     "pass"},
    {"HP-EXP-001", "a project follows its account",
     [](Snapshot& s) {
       account(s).public_network_access = kOn;
       const ResourceId parent = account(s).id;
       add_service(s, ServiceKind::foundry_project, "Microsoft.CognitiveServices/accounts/projects", kOff).parent =
           parent;
     },
     "fail"},
    {"HP-EXP-001", "a project without its account is unknown",
     [](Snapshot& s) {
       add_service(s, ServiceKind::foundry_project, "Microsoft.CognitiveServices/accounts/projects", kOff);
     },
     "unknown"},
    {"HP-EXP-002", "enabled", [](Snapshot& s) { service(s, "searchServices/search").public_network_access = kOn; },
     "fail"},
    {"HP-EXP-002", "securedByPerimeter without an association is unknown",
     [](Snapshot& s) {
       service(s, "searchServices/search").public_network_access = PublicNetworkAccess::secured_by_perimeter;
     },
     "unknown"},
    {"HP-EXP-002", "securedByPerimeter with a closed perimeter passes",
     [](Snapshot& s) {
       Service& search = service(s, "searchServices/search");
       search.public_network_access = PublicNetworkAccess::secured_by_perimeter;
       associate(s, search.id);
     },
     "pass"},
    {"HP-EXP-002", "ip rules of a disabled service do nothing",
     [](Snapshot& s) {
       service(s, "searchServices/search").ip_rules.push_back({ip("203.0.113.1"), ip("203.0.113.1")});
     },
     "pass"},
    {"HP-EXP-003", "absent counts as enabled",
     [](Snapshot& s) { service(s, "workspaces/ml").public_network_access = {}; }, "fail"},
    {"HP-EXP-003", "the legacy switch opens a disabled workspace",
     [](Snapshot& s) { service(s, "workspaces/ml").public_behind_vnet = true; }, "fail"},
    {"HP-EXP-003", "the legacy switch in an unknown form is unknown",
     [](Snapshot& s) { service(s, "workspaces/ml").public_behind_vnet = Setting<bool>::unreadable("\"yes\""); },
     "unknown"},
    {"HP-EXP-003", "an ip allow list fails",
     [](Snapshot& s) {
       service(s, "workspaces/ml").ip_rules.push_back({ip("203.0.113.1"), ip("203.0.113.1")});
     },
     "fail"},
    {"HP-EXP-003", "a project without its hub is unknown",
     [](Snapshot& s) { service(s, "workspaces/ml").arm_kind = "Project"; }, "unknown"},
    {"HP-EXP-004", "a key vault without the flag is open",
     [](Snapshot& s) { service(s, "vaults/kv").public_network_access = {}; }, "fail"},
    {"HP-EXP-004", "storage that is enabled fails",
     [](Snapshot& s) { add_service(s, ServiceKind::storage, "Microsoft.Storage/storageAccounts", kOn); }, "fail"},
    {"HP-EXP-004", "storage that is disabled passes",
     [](Snapshot& s) { add_service(s, ServiceKind::storage, "Microsoft.Storage/storageAccounts", kOff); }, "pass"},
    {"HP-EXP-004", "a type without a model is unknown",
     [](Snapshot& s) { add_service(s, ServiceKind::unmodelled, "Microsoft.DBforPostgreSQL/flexibleServers", kOff); },
     "unknown"},
    {"HP-EXP-004", "a Redis cache inside a network has no public endpoint",
     [](Snapshot& s) { add_service(s, ServiceKind::redis, "Microsoft.Cache/redis", {}).has_vnet_injection = true; },
     "pass"},
    {"HP-EXP-004", "a web app without the flag and without a private endpoint is open",
     [](Snapshot& s) { add_service(s, ServiceKind::web_site, "Microsoft.Web/sites", {}); }, "fail"},
    {"HP-EXP-004", "a web app without the flag and with a private endpoint is unknown",
     [](Snapshot& s) {
       add_service(s, ServiceKind::web_site, "Microsoft.Web/sites", {}).endpoint_connections.emplace_back();
     },
     "unknown"},
    {"HP-EXP-004", "a cluster is no data store",
     [](Snapshot& s) {
       add_service(s, ServiceKind::kubernetes_cluster, "Microsoft.ContainerService/managedClusters", kOn);
     },
     "pass"},

    {"HP-APM-001", "External answers the Internet", [](Snapshot& s) { api(s).vnet_type = ApimVnetType::external; },
     "fail"},
    {"HP-APM-001", "absent counts as None", [](Snapshot& s) { api(s).vnet_type = {}; }, "fail"},
    {"HP-APM-001", "an unknown type is unknown",
     [](Snapshot& s) { api(s).vnet_type = Setting<ApimVnetType>::unreadable("Hybrid"); }, "unknown"},
    {"HP-APM-001", "a v2 tier with External, public access off and an approved endpoint passes",
     [](Snapshot& s) {
       api(s).vnet_type = ApimVnetType::external;
       api(s).sku = "StandardV2";
       Service& half = service(s, "service/gw");
       half.public_network_access = kOff;
       half.endpoint_connections.push_back({s.ids.intern("/subscriptions/x/pe"), ConnectionStatus::approved});
     },
     "pass"},
    {"HP-APM-001", "a v2 tier whose endpoint is pending fails",
     [](Snapshot& s) {
       api(s).vnet_type = ApimVnetType::external;
       api(s).sku = "StandardV2";
       Service& half = service(s, "service/gw");
       half.public_network_access = kOff;
       half.endpoint_connections.push_back({s.ids.intern("/subscriptions/x/pe"), ConnectionStatus::pending});
     },
     "fail"},
    {"HP-APM-001", "an additional location outside any network fails",
     [](Snapshot& s) {
       api(s).additional.push_back({"northeurope", {}, {}});
     },
     "fail"},
    {"HP-APM-001", "Internal on a tier that is not injected is unknown", [](Snapshot& s) { api(s).sku = "StandardV2"; },
     "unknown"},
    {"HP-APM-001", "Internal on an injected v2 tier passes", [](Snapshot& s) { api(s).sku = "PremiumV2"; }, "pass"},
    {"HP-APM-001", "an additional location in a subnet passes",
     [](Snapshot& s) {
       api(s).additional.push_back({"northeurope", api(s).primary.subnet, {}});
     },
     "pass"},
};

}  // namespace

TEST_CASE("exposure: the flag, the perimeter and the API gateway") {
  for (const CheckRow& row : kRows) {
    Snapshot s = compliant().snapshot();
    row.change(s);
    const Judged judged(std::move(s));
    const check::Result result = judged.run(row.rule);
    CAPTURE(std::string(row.rule));
    CAPTURE(std::string(row.why));
    CAPTURE(messages(judged.estate, result));
    CHECK(verdict(result) == row.expected);
  }
}

TEST_CASE("exposure: a closed answer prints the assumption about perimeters that the export cannot show") {
  const Judged judged(compliant().snapshot());
  CHECK(judged.run("HP-EXP-001").assumptions.size() == 1);
}
