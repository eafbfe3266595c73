#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <tuple>

#include "engine/core/text.h"
#include "engine/dns/names.h"
#include "engine/dns/query.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {
namespace {

using namespace hubproof::model;
using dns::PrivateName;

constexpr std::string_view kGuid = "0a1b2c3d-0000-4000-8000-000000000001";

/// "fqdn = record @ zone" lines, then "? reason".
std::string printed(const dns::ServiceNames& names) {
  std::string out;
  for (const PrivateName& name : names.names) out += fmt::format("{} = {} @ {}\n", name.fqdn, name.record, name.zone);
  return out;
}

void network(Build& b) {
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "pe", "10.0.3.0/24");
}

struct Made {
  ServiceKind kind;
  std::string type;
  std::string group;
  std::function<void(Service&)> set = [](Service&) {};
};

dns::ServiceNames names_of(
    const Made& made, const std::function<void(Build&)>& more = [](Build&) {}) {
  Build b;
  network(b);
  made.set(b.service("Svc", made.kind, made.type));
  b.endpoint("pe-svc", "hub/pe", "10.0.3.4", {.target = "Svc", .group = made.group});
  more(b);
  const World w = b.world();
  return dns::private_names(w.view(), w.service("Svc"));
}

}  // namespace

TEST_CASE("the last two labels of a name") {
  CHECK(dns::two_labels("kv.vault.azure.net") == "azure.net");
  CHECK(dns::two_labels("a.b.windowsazure.us") == "windowsazure.us");
  CHECK(dns::two_labels("azure.net") == "azure.net");
  CHECK(dns::two_labels("net") == "net");
  CHECK(dns::two_labels(".net") == ".net");
  CHECK(dns::two_labels("").empty());
}

TEST_CASE("the zone table is sorted, and every zone but the known exception is privatelink.<public suffix>") {
  const auto rows = dns::private_link_zones();
  CHECK(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.resource_type, text::lower(a.group_id), a.zone) <
           std::tuple(b.resource_type, text::lower(b.group_id), b.zone);
  }));
  for (const auto& row : rows) {
    CAPTURE(row.zone);
    CHECK(text::lower(row.resource_type) == row.resource_type);
    const bool has_usual_form = row.zone == fmt::format("privatelink.{}", row.public_suffix);
    const bool is_key_vault = row.zone == "privatelink.vaultcore.azure.net" && row.public_suffix == "vault.azure.net";
    const bool is_registry_data =
        row.zone == "{region}.data.privatelink.azurecr.io" && row.public_suffix == "{region}.data.azurecr.io";
    CHECK((has_usual_form || is_key_vault || is_registry_data));
  }
}

TEST_CASE("the names of a service are those of its private endpoints' groups") {
  struct Row {
    std::string_view why;
    Made made;
    std::string_view expected;
  };
  const auto workspace = [](Service& s) { s.workspace_guid = kGuid; };
  const Row rows[] = {
      {"an AI account answers under three suffixes with its custom subdomain",
       {ServiceKind::cognitive_account, "Microsoft.CognitiveServices/accounts", "account",
        [](Service& s) { s.custom_subdomain = "OAI-Contoso"; }},
       "oai-contoso.cognitiveservices.azure.com = oai-contoso @ privatelink.cognitiveservices.azure.com\n"
       "oai-contoso.openai.azure.com = oai-contoso @ privatelink.openai.azure.com\n"
       "oai-contoso.services.ai.azure.com = oai-contoso @ privatelink.services.ai.azure.com\n"},
      {"group ids are compared without regard to case",
       {ServiceKind::cosmos, "Microsoft.DocumentDB/databaseAccounts", "SQL"},
       "svc.documents.azure.com = svc @ privatelink.documents.azure.com\n"},
      {"a vault's zone differs from its public suffix",
       {ServiceKind::key_vault, "Microsoft.KeyVault/vaults", "vault"},
       "svc.vault.azure.net = svc @ privatelink.vaultcore.azure.net\n"},
      {"storage: only the group in use",
       {ServiceKind::storage, "Microsoft.Storage/storageAccounts", "dfs"},
       "svc.dfs.core.windows.net = svc @ privatelink.dfs.core.windows.net\n"},
      {"storage: the secondary host",
       {ServiceKind::storage, "Microsoft.Storage/storageAccounts", "blob_secondary"},
       "svc-secondary.blob.core.windows.net = svc-secondary @ privatelink.blob.core.windows.net\n"},
      {"search",
       {ServiceKind::search, "Microsoft.Search/searchServices", "searchService"},
       "svc.search.windows.net = svc @ privatelink.search.windows.net\n"},
      {"a registry has a data host, whose record lies in privatelink.azurecr.io when the region's zone does not exist",
       {ServiceKind::container_registry, "Microsoft.ContainerRegistry/registries", "registry",
        [](Service& s) { s.location = "West Europe"; }},
       "svc.azurecr.io = svc @ privatelink.azurecr.io\n"
       "svc.westeurope.data.azurecr.io = svc.westeurope.data @ privatelink.azurecr.io\n"},
      {"a workspace answers by its guid",
       {ServiceKind::ml_workspace, "Microsoft.MachineLearningServices/workspaces", "amlworkspace", workspace},
       "0a1b2c3d-0000-4000-8000-000000000001.workspace.westeurope.api.azureml.ms = "
       "0a1b2c3d-0000-4000-8000-000000000001.workspace.westeurope @ privatelink.api.azureml.ms\n"
       "ml-svc-westeurope-0a1b2c3d-0000-4000-8000-000000000001.westeurope.notebooks.azure.net = "
       "ml-svc-westeurope-0a1b2c3d-0000-4000-8000-000000000001.westeurope @ privatelink.notebooks.azure.net\n"},
      {"a web app and its deployment site",
       {ServiceKind::web_site, "Microsoft.Web/sites", "sites"},
       "svc.azurewebsites.net = svc @ privatelink.azurewebsites.net\n"
       "svc.scm.azurewebsites.net = svc.scm @ privatelink.azurewebsites.net\n"},
      {"the stated host of a web app comes before its name",
       {ServiceKind::web_site, "Microsoft.Web/sites", "sites",
        [](Service& s) {
          s.host_names = {"svc-x1.westeurope-01.azurewebsites.net", "www.contoso.com"};
        }},
       "svc-x1.westeurope-01.azurewebsites.net = svc-x1.westeurope-01 @ privatelink.azurewebsites.net\n"},
      {"Managed Redis is told from Redis Enterprise by its sku",
       {ServiceKind::redis_enterprise, "Microsoft.Cache/redisEnterprise", "redisEnterprise",
        [](Service& s) {
          s.sku = "Balanced_B10";
          s.host_names = {"svc.westeurope.redis.azure.net"};
        }},
       "svc.westeurope.redis.azure.net = svc.westeurope @ privatelink.redis.azure.net\n"},
      {"a private cluster's host lies in the privatelink zone itself",
       {ServiceKind::kubernetes_cluster, "Microsoft.ContainerService/managedClusters", "management",
        [](Service& s) { s.host_names = {"aks-1.privatelink.westeurope.azmk8s.io"}; }},
       "aks-1.privatelink.westeurope.azmk8s.io = aks-1 @ privatelink.westeurope.azmk8s.io\n"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const dns::ServiceNames names = names_of(row.made);
    CHECK(printed(names) == row.expected);
    CHECK(names.unknown_because == "");
  }
}

TEST_CASE("a name that cannot be known says why") {
  struct Row {
    std::string_view why;
    Made made;
    std::string_view expected;
  };
  const Row rows[] = {
      {"no custom subdomain",
       {ServiceKind::cognitive_account, "Microsoft.CognitiveServices/accounts", "account"},
       "no custom subdomain"},
      {"no workspace guid",
       {ServiceKind::ml_workspace, "Microsoft.MachineLearningServices/workspaces", "amlworkspace"},
       "guid is not in the export"},
      {"a workspace name that Azure cuts",
       {ServiceKind::ml_workspace, "Microsoft.MachineLearningServices/workspaces", "amlworkspace",
        [](Service& s) {
          s.workspace_guid = kGuid;
          s.location = "germanywestcentralxx";
        }},
       "too long"},
      {"a group without a row",
       {ServiceKind::storage, "Microsoft.Storage/storageAccounts", "ledger"},
       "no private-link zone is known for the group \"ledger\""},
      {"a type without a row",
       {ServiceKind::unmodelled, "Microsoft.Databricks/workspaces", "databricks_ui_api"},
       "no private-link zone is known for the type"},
      {"a storage account of another cloud",
       {ServiceKind::storage, "Microsoft.Storage/storageAccounts", "blob",
        [](Service& s) { s.host_names = {"svc.z21.blob.storage.azure.net"}; }},
       "lies outside blob.core.windows.net"},
      {"a cluster whose private host was not read",
       {ServiceKind::kubernetes_cluster, "Microsoft.ContainerService/managedClusters", "management"},
       "private host"},
      {"no region for a zone that needs it",
       {ServiceKind::container_registry, "Microsoft.ContainerRegistry/registries", "registry",
        [](Service& s) { s.location = ""; }},
       "region is not in the export"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const dns::ServiceNames names = names_of(row.made);
    CAPTURE(names.unknown_because);
    CHECK(names.unknown_because.find(row.expected) != std::string::npos);
  }
}

TEST_CASE("only approved and pending endpoints give a service names") {
  struct Row {
    std::string status;
    std::size_t count;
  };
  for (const Row& row : {Row{"Approved", 1}, Row{"Pending", 1}, Row{"Rejected", 0}, Row{"Disconnected", 0}}) {
    CAPTURE(row.status);
    Build b;
    network(b);
    b.service("kv", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
    b.endpoint("pe", "hub/pe", "10.0.3.4", {.target = "kv", .group = "vault", .status = row.status});
    const World w = b.world();
    const dns::ServiceNames names = dns::private_names(w.view(), w.service("kv"));
    CHECK(names.names.size() == row.count);
    CHECK(names.unknown_because == "");
    CHECK(dns::required_zones(w.view()).size() == row.count);
  }
}

TEST_CASE(
    "a rejected or disconnected endpoint gives no name only when each visible side says so and no zone holds it") {
  struct Row {
    std::string_view why;
    std::string endpoint_side;
    std::optional<ConnectionStatus> service_side;
    bool has_record;
    std::size_t names;
    std::size_t zones;
  };
  const Row rows[] = {
      {"both sides", "Rejected", ConnectionStatus::rejected, false, 0, 0},
      {"the service says Approved", "Rejected", ConnectionStatus::approved, false, 1, 1},
      {"the service says Pending", "Disconnected", ConnectionStatus::pending, false, 1, 1},
      {"the endpoint says Approved", "Approved", ConnectionStatus::rejected, false, 1, 1},
      {"a zone still holds the record", "Rejected", ConnectionStatus::rejected, true, 1, 0},
      {"a zone still holds the record, one side is visible", "Disconnected", std::nullopt, true, 1, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    network(b);
    Service& service = b.service("kv", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
    b.endpoint("pe", "hub/pe", "10.0.3.4", {.target = "kv", .group = "vault", .status = row.endpoint_side});
    if (row.service_side) service.endpoint_connections.push_back({b.id("privateEndpoints", "pe"), *row.service_side});
    const ResourceId zone = b.zone("privatelink.vaultcore.azure.net").id;
    b.record(zone, row.has_record ? "kv" : "another", {"10.0.3.4"});
    const World w = b.world();
    CHECK(dns::private_names(w.view(), w.service("kv")).names.size() == row.names);
    CHECK(dns::required_zones(w.view()).size() == row.zones);
  }
}

TEST_CASE(
    "an endpoint that the export does not hold leaves the groups of a storage account open, those of a vault not") {
  const auto foreign = [](Service& s) {
    EndpointConnection c;
    c.private_endpoint = ResourceId(0);  // the first id that was interned, which is no private endpoint that is held
    c.status = ConnectionStatus::approved;
    s.endpoint_connections.push_back(c);
  };
  Build b;
  b.ids().intern("/subscriptions/m/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/managed");
  network(b);
  foreign(b.service("st", ServiceKind::storage, "Microsoft.Storage/storageAccounts"));
  foreign(b.service("kv", ServiceKind::key_vault, "Microsoft.KeyVault/vaults"));
  foreign(b.service("kv2", ServiceKind::key_vault, "Microsoft.KeyVault/vaults"));
  b.endpoint("pe-st", "hub/pe", "10.0.3.4", {.target = "st", .group = "blob"});
  b.endpoint("pe-kv", "hub/pe", "10.0.3.5", {.target = "kv", .group = "vault"});
  const World w = b.world();
  CHECK(dns::private_names(w.view(), w.service("st")).names.size() == 1);
  CHECK(dns::private_names(w.view(), w.service("st")).unknown_because.find("\"managed\" is not in the export") !=
        std::string::npos);
  CHECK(dns::private_names(w.view(), w.service("kv")).unknown_because == "");
  // Nothing but the foreign endpoint: its address is not known.
  CHECK(dns::private_names(w.view(), w.service("kv2")).unknown_because != "");
}

TEST_CASE("a Cosmos account's regional host is a name when a record of its own exists") {
  const Made cosmos{ServiceKind::cosmos, "Microsoft.DocumentDB/databaseAccounts", "Sql"};
  const auto records = [](Build& b) {
    const ResourceId zone = b.zone("privatelink.documents.azure.com").id;
    b.record(zone, "svc", {"10.0.3.4"});
    b.record(zone, "svc-westeurope", {"10.0.3.9"});   // its own region, whatever the address
    b.record(zone, "svc-northeurope", {"10.0.3.4"});  // its own address
    b.record(zone, "svc-other", {"10.0.3.77"});       // another account's
  };
  CHECK(printed(names_of(cosmos, records)) ==
        "svc-northeurope.documents.azure.com = svc-northeurope @ privatelink.documents.azure.com\n"
        "svc-westeurope.documents.azure.com = svc-westeurope @ privatelink.documents.azure.com\n"
        "svc.documents.azure.com = svc @ privatelink.documents.azure.com\n");
}

TEST_CASE("a registry's data host is looked for in the region's data zone where that exists") {
  const Made registry{ServiceKind::container_registry, "Microsoft.ContainerRegistry/registries", "registry"};
  CHECK(printed(names_of(registry, [](Build& b) { b.zone("westeurope.data.privatelink.azurecr.io"); })) ==
        "svc.azurecr.io = svc @ privatelink.azurecr.io\n"
        "svc.westeurope.data.azurecr.io = svc @ westeurope.data.privatelink.azurecr.io\n");
}

TEST_CASE("a workspace's notebook host is the one that its private endpoint states") {
  const Made workspace{ServiceKind::ml_workspace, "Microsoft.MachineLearningServices/workspaces", "amlworkspace",
                       [](Service& s) {
                         s.workspace_guid = kGuid;
                         s.location = "germanywestcentralxx";
                       }};
  const dns::ServiceNames names = names_of(workspace, [](Build& b) {
    b.endpoint("pe-2", "hub/pe", "10.0.3.5", {.target = "Svc", .group = "amlworkspace"})
        .custom_dns_configs.push_back({"ml-s-germany.germany.notebooks.azure.net", {}});
  });
  CHECK(names.unknown_because == "");
  CHECK(printed(names).find(
            "ml-s-germany.germany.notebooks.azure.net = ml-s-germany.germany @ privatelink.notebooks.azure.net\n") !=
        std::string::npos);
}

TEST_CASE("the required zones are those of the endpoints' groups, also of targets that the export does not hold") {
  Build b;
  network(b);
  b.service("kv", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  b.service("acr", ServiceKind::container_registry, "Microsoft.ContainerRegistry/registries");
  b.service("st", ServiceKind::storage, "Microsoft.Storage/storageAccounts");
  b.endpoint("pe-kv", "hub/pe", "10.0.3.4", {.target = "kv", .group = "vault"});
  b.endpoint("pe-acr", "hub/pe", "10.0.3.5", {.target = "acr", .group = "registry"});
  b.endpoint("pe-st", "hub/pe", "10.0.3.6", {.target = "st", .group = "queue"});
  b.endpoint("pe-x", "hub/pe", "10.0.3.7",
             {.target = "/subscriptions/x/resourceGroups/r/providers/Microsoft.Search/searchServices/s",
              .group = "searchService"});
  const World w = b.world();
  CHECK(dns::required_zones(w.view()) ==
        std::vector<std::string>{"privatelink.azurecr.io", "privatelink.queue.core.windows.net",
                                 "privatelink.search.windows.net", "privatelink.vaultcore.azure.net"});
}

}  // namespace hubproof::test
