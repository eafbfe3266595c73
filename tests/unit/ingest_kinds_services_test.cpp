// Services, front ends, names and governance: what each reader takes from a row.
#include "ingest_kinds_rows.h"

using namespace hubproof;
using hubproof::test::network_id;
using hubproof::test::OrderedJson;
using hubproof::test::Rows;
using hubproof::test::unread_of;

namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string rules_of(const model::Service& service) {
  std::string out;
  for (const model::IpRule& rule : service.ip_rules) {
    out += (out.empty() ? "" : ", ") + to_string(rule.first) + "-" + to_string(rule.last);
  }
  return out;
}

std::string provider_id(std::string_view path) {
  return "/subscriptions/s/resourceGroups/g/providers/" + std::string(path);
}

OrderedJson row(std::string_view path, std::string_view properties) {
  return OrderedJson{{"id", provider_id(path)},
                     {"kind", "K"},
                     {"location", "westeurope"},
                     {"sku", {{"name", "S0"}}},
                     {"properties", OrderedJson::parse(properties)}};
}

/// The service of one row. The Rows must outlive it.
const model::Service& read(Rows& rows, std::string_view path, std::string_view properties) {
  REQUIRE(rows.read(row(path, properties)));
  return rows.tables().services.back();
}

}  // namespace

TEST_CASE("an AI account gives its switch, access lists, connections and host names") {
  Rows rows;
  const model::Service& account =
      read(rows, "Microsoft.CognitiveServices/accounts/a", R"({"provisioningState": "Succeeded",
    "publicNetworkAccess": "enabled", "customSubDomainName": "OAI-1", "endpoint": "https://oai-1.openai.azure.com/",
    "endpoints": {"x": "https://oai-1.openai.azure.com/", "y": "https://oai-1.services.ai.azure.com:443/path"},
    "networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices", "ipRules": [{"value": "192.0.2.1"}, {"value": "198.51.100.0/24"}],
      "virtualNetworkRules": [{"id": "/subscriptions/s/subnet", "state": "Succeeded"}]},
    "privateEndpointConnections": [{"id": "/x", "properties": {"privateEndpoint": {"id": "/subscriptions/s/pe"},
      "privateLinkServiceConnectionState": {"status": "Approved"}}}]})");
  CHECK(unread_of(account) == "");
  CHECK(account.kind == model::ServiceKind::cognitive_account);
  CHECK(account.type == "microsoft.cognitiveservices/accounts");
  CHECK(account.arm_kind == "K");
  CHECK(account.sku == "S0");
  CHECK(account.location == "westeurope");
  CHECK(account.public_network_access.is(model::PublicNetworkAccess::enabled));
  CHECK(account.default_action.is(model::Access::deny));
  CHECK(account.has_network_acls);
  CHECK(account.bypass == "AzureServices");
  CHECK(rules_of(account) == "192.0.2.1-192.0.2.1, 198.51.100.0-198.51.100.255");
  CHECK(rows.spelling(account.vnet_rules.at(0)) == "/subscriptions/s/subnet");
  CHECK(rows.spelling(account.endpoint_connections.at(0).private_endpoint) == "/subscriptions/s/pe");
  CHECK(account.endpoint_connections[0].status.is(model::ConnectionStatus::approved));
  CHECK(account.lists_endpoint_connections);
  CHECK(account.custom_subdomain == "oai-1");
  CHECK(joined(account.host_names) == "oai-1.openai.azure.com, oai-1.services.ai.azure.com");
}

TEST_CASE("an unknown word of publicNetworkAccess is unreadable, an absent one absent") {
  struct Row {
    const char* properties;
    bool is_absent;
    bool is_unreadable;
  };
  const Row table[] = {{"{}", true, false},
                       {R"({"publicNetworkAccess": null})", true, false},
                       {R"({"publicNetworkAccess": ""})", true, false},
                       {R"({"publicNetworkAccess": "securedByPerimeter"})", false, false},
                       {R"({"publicNetworkAccess": "OnSundays"})", false, true},
                       {R"({"publicNetworkAccess": true})", false, true}};
  const char* const paths[] = {"Microsoft.CognitiveServices/accounts/a",
                               "Microsoft.MachineLearningServices/workspaces/a",
                               "Microsoft.Search/searchServices/a",
                               "Microsoft.Storage/storageAccounts/a",
                               "Microsoft.DocumentDB/databaseAccounts/a",
                               "Microsoft.KeyVault/vaults/a",
                               "Microsoft.ContainerRegistry/registries/a",
                               "Microsoft.Sql/servers/a",
                               "Microsoft.EventHub/namespaces/a",
                               "Microsoft.ServiceBus/namespaces/a",
                               "Microsoft.Cache/Redis/a",
                               "Microsoft.Cache/redisEnterprise/a",
                               "Microsoft.Web/sites/a",
                               "Microsoft.Web/sites/a/slots/b",
                               "Microsoft.App/managedEnvironments/a",
                               "Microsoft.ContainerService/managedClusters/a",
                               "Microsoft.ApiManagement/service/a",
                               "Microsoft.MachineLearningServices/workspaces/a/onlineEndpoints/b",
                               "Microsoft.DataFactory/factories/a"};
  for (const char* path : paths) {
    for (const Row& expected : table) {
      CAPTURE(path);
      CAPTURE(expected.properties);
      Rows rows;
      const model::Service& service = read(rows, path, expected.properties);
      CHECK(service.public_network_access.is_absent() == expected.is_absent);
      CHECK(service.public_network_access.is_unreadable() == expected.is_unreadable);
      CHECK(service.unread.empty() == !expected.is_unreadable);
    }
  }
}

TEST_CASE("an ip rule that is no address, prefix or range is unread, never dropped") {
  struct Row {
    const char* rule;
    const char* read;
  };
  const Row table[] = {{"192.0.2.1", "192.0.2.1-192.0.2.1"},
                       {"192.0.2.0/24", "192.0.2.0-192.0.2.255"},
                       {"192.0.2.1-192.0.2.9", "192.0.2.1-192.0.2.9"},
                       {"0.0.0.0/0", "0.0.0.0-255.255.255.255"},
                       {"192.0.2.1/24", ""},
                       {"fd00::1", ""},
                       {"Internet", ""}};
  for (const Row& expected : table) {
    CAPTURE(expected.rule);
    const std::string rule = std::string(R"("ipRules": [{"value": ")") + expected.rule + R"(", "action": "Allow"}])";
    struct Carrier {
      const char* path;
      std::string properties;
    };
    const Carrier carriers[] = {
        {"Microsoft.Storage/storageAccounts/a", R"({"networkAcls": {)" + rule + "}}"},
        {"Microsoft.KeyVault/vaults/a", R"({"networkAcls": {)" + rule + "}}"},
        {"Microsoft.Search/searchServices/a", R"({"networkRuleSet": {)" + rule + "}}"},
        {"Microsoft.ContainerRegistry/registries/a", R"({"networkRuleSet": {)" + rule + "}}"},
        {"Microsoft.DocumentDB/databaseAccounts/a",
         std::string(R"({"ipRules": [{"ipAddressOrRange": ")") + expected.rule + "\"}]}"},
        {"Microsoft.DocumentDB/databaseAccounts/a", std::string(R"({"ipRangeFilter": ")") + expected.rule + "\"}"},
        {"Microsoft.MachineLearningServices/workspaces/a",
         std::string(R"({"ipAllowlist": [")") + expected.rule + "\"]}"},
        {"Microsoft.ContainerService/managedClusters/a",
         std::string(R"({"apiServerAccessProfile": {"authorizedIPRanges": [")") + expected.rule + "\"]}}"}};
    for (const Carrier& carrier : carriers) {
      CAPTURE(carrier.path);
      Rows rows;
      const model::Service& service = read(rows, carrier.path, carrier.properties);
      CHECK(rules_of(service) == expected.read);
      CHECK(service.unread.size() == (std::string_view(expected.read).empty() ? 1U : 0U));
    }
  }
}

TEST_CASE("Cosmos DB: the filter, both forms of ip rules, and endpoints") {
  Rows rows;
  const model::Service& cosmos =
      read(rows, "Microsoft.DocumentDB/databaseAccounts/a", R"({"isVirtualNetworkFilterEnabled": true,
    "ipRangeFilter": "192.0.2.1, 198.51.100.0/30", "ipRules": [{"ipAddressOrRange": "0.0.0.0"}], "networkAclBypass": "None",
    "virtualNetworkRules": [{"id": "/subscriptions/s/subnet", "ignoreMissingVNetServiceEndpoint": false}],
    "documentEndpoint": "https://a.documents.azure.com:443/", "locations": [{"documentEndpoint": "https://a-westus.documents.azure.com:443/"}]})");
  CHECK(unread_of(cosmos) == "");
  CHECK(cosmos.vnet_filter.is(true));
  CHECK(rules_of(cosmos) == "192.0.2.1-192.0.2.1, 198.51.100.0-198.51.100.3, 0.0.0.0-0.0.0.0");
  CHECK(cosmos.bypass == "None");
  CHECK(cosmos.vnet_rules.size() == 1);
  CHECK(joined(cosmos.host_names) == "a.documents.azure.com, a-westus.documents.azure.com");
}

TEST_CASE("children name their parents: projects, online endpoints, hub projects, container apps, slots") {
  struct Row {
    const char* path;
    const char* properties;
    const char* parent;
  };
  const Row table[] = {
      {"Microsoft.CognitiveServices/accounts/a/projects/p",
       R"({"endpoints": {"x": "https://h.services.ai.azure.com/"}})", "Microsoft.CognitiveServices/accounts/a"},
      {"Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/e", "{}",
       "Microsoft.MachineLearningServices/workspaces/w"},
      {"Microsoft.MachineLearningServices/workspaces/w",
       R"({"hubResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/h"})", "Microsoft.X/h"},
      {"Microsoft.App/containerApps/c",
       R"({"managedEnvironmentId": null, "environmentId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.X/e"})",
       "Microsoft.X/e"},
      {"Microsoft.Web/sites/s/slots/t", "{}", "Microsoft.Web/sites/s"}};
  for (const Row& expected : table) {
    CAPTURE(expected.path);
    Rows rows;
    CHECK(rows.spelling(read(rows, expected.path, expected.properties).parent) == provider_id(expected.parent));
  }
}

TEST_CASE("whether a container app, an environment or a cluster is internal") {
  struct Row {
    const char* path;
    const char* properties;
    const char* internal;  ///< "yes", "no", "absent"
  };
  const Row table[] = {
      {"Microsoft.App/managedEnvironments/e",
       R"({"vnetConfiguration": {"internal": true, "infrastructureSubnetId": "/subscriptions/s/sn"}})", "yes"},
      {"Microsoft.App/managedEnvironments/e", R"({"vnetConfiguration": null})", "absent"},
      {"Microsoft.App/containerApps/c", R"({"configuration": {"ingress": {"external": true, "fqdn": "c.example"}}})",
       "no"},
      {"Microsoft.App/containerApps/c", R"({"configuration": {"ingress": {"external": false}}})", "yes"},
      {"Microsoft.App/containerApps/c",
       R"({"configuration": {"ingress": {"external": false, "additionalPortMappings": [{"external": true, "targetPort": 1}]}}})",
       "no"},
      {"Microsoft.App/containerApps/c", R"({"configuration": {"ingress": null}})", "yes"},
      {"Microsoft.App/containerApps/c", R"({"configuration": null})", "absent"},
      {"Microsoft.ContainerService/managedClusters/k", R"({"apiServerAccessProfile": {"enablePrivateCluster": true}})",
       "yes"},
      {"Microsoft.ContainerService/managedClusters/k", R"({"apiServerAccessProfile": null})", "absent"}};
  for (const Row& expected : table) {
    CAPTURE(expected.path);
    CAPTURE(expected.properties);
    Rows rows;
    const model::Service& service = read(rows, expected.path, expected.properties);
    CHECK(unread_of(service) == "");
    CHECK((service.internal.is_absent() ? "absent"
           : service.internal.value()   ? "yes"
                                        : "no") == std::string(expected.internal));
  }
}

TEST_CASE("the two switches of monitoring workspaces are kept apart") {
  for (const char* path : {"Microsoft.OperationalInsights/workspaces/w", "Microsoft.Insights/components/c"}) {
    Rows rows;
    const model::Service& service = read(
        rows, path, R"({"publicNetworkAccessForIngestion": "Disabled", "publicNetworkAccessForQuery": "Enabled"})");
    CHECK(service.public_network_access.is(model::PublicNetworkAccess::disabled));
    CHECK(service.public_network_access_query.is(model::PublicNetworkAccess::enabled));
  }
}

TEST_CASE("firewall rules of SQL servers taint their parent and are not taken for read") {
  Rows rows;
  CHECK_FALSE(read(rows, "Microsoft.Sql/servers/s", R"({"publicNetworkAccess": "Enabled"})").has_firewall_children);
  rows.read(
      row("Microsoft.Sql/servers/s/firewallRules/r", R"({"startIpAddress": "0.0.0.0", "endIpAddress": "0.0.0.0"})"));
  REQUIRE(rows.tables().unmodelled_network.size() == 1);
  CHECK(rows.spelling(rows.tables().unmodelled_network[0].touches.at(0)) == provider_id("Microsoft.Sql/servers/s"));
}

TEST_CASE("the rule set of a namespace gives its switch and its list") {
  Rows rows;
  rows.read(row("Microsoft.EventHub/namespaces/n/networkRuleSets/default",
                R"({"publicNetworkAccess": "Enabled", "defaultAction": "Deny", "trustedServiceAccessEnabled": true,
    "virtualNetworkRules": [{"subnet": {"id": "/subscriptions/s/sn"}, "ignoreMissingVnetServiceEndpoint": false}],
    "ipRules": [{"ipMask": "198.41.0.4", "action": "Allow"}, {"action": "Allow"}]})"));
  const model::NetworkRuleSet& rules = rows.tables().network_rule_sets.at(0);
  CHECK(rows.spelling(rules.parent) == provider_id("Microsoft.EventHub/namespaces/n"));
  CHECK(rules.public_network_access.is(model::PublicNetworkAccess::enabled));
  CHECK(rules.default_action.is(model::Access::deny));
  CHECK(rules.ip_rules.size() == 1);
  CHECK(rules.vnet_rules.size() == 1);
  CHECK(rules.bypass == "AzureServices");
  CHECK(unread_of(rules) == "/properties/ipRules/1: an ip rule without an address");
}

TEST_CASE(
    "the access restrictions of a site and its SCM site are asked by priority, and what is told apart is unread") {
  // source: learn.microsoft.com/azure/app-service/overview-access-restrictions
  struct Row {
    const char* why;
    const char* properties;
    const char* admitted;
    const char* unread;
  };
  const Row table[] = {
      {"none at all", R"({"ipSecurityRestrictions": [], "scmIpSecurityRestrictionsUseMain": true})", "all", ""},
      {"what Azure prints for none",
       R"({"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Allow", "priority": 2147483647, "name": "Allow all"}],
           "scmIpSecurityRestrictionsUseMain": true})",
       "all", ""},
      {"what nobody names is denied",
       R"({"ipSecurityRestrictions": [{"ipAddress": "198.41.0.4/32", "action": "Allow", "priority": 100, "tag": "Default"}],
           "scmIpSecurityRestrictionsUseMain": true})",
       "198.41.0.4/32", ""},
      {"a lower number comes first, wherever it stands",
       R"({"ipSecurityRestrictions": [{"ipAddress": "198.41.0.0/31", "action": "Allow", "priority": 200},
                                      {"ipAddress": "198.41.0.0/32", "action": "Deny", "priority": 100}],
           "scmIpSecurityRestrictionsUseMain": true})",
       "198.41.0.1/32", ""},
      {"the default action admits the rest",
       R"({"ipSecurityRestrictions": [{"ipAddress": "0.0.0.0/1,128.0.0.0/2", "action": "Deny", "priority": 100}],
           "ipSecurityRestrictionsDefaultAction": "Allow", "scmIpSecurityRestrictionsUseMain": true})",
       "192.0.0.0/2", ""},
      {"the SCM site has a list of its own",
       R"({"ipSecurityRestrictions": [{"ipAddress": "198.41.0.4/32", "action": "Allow", "priority": 100}],
           "scmIpSecurityRestrictions": [{"ipAddress": "198.41.0.5/32", "action": "Allow", "priority": 100}],
           "scmIpSecurityRestrictionsUseMain": false})",
       "198.41.0.4/31", ""},
      {"a default action of Deny without a list",
       R"({"ipSecurityRestrictions": [], "ipSecurityRestrictionsDefaultAction": "Deny",
           "scmIpSecurityRestrictionsUseMain": true})",
       "none", ""},
      {"subnets are no Internet",
       R"({"ipSecurityRestrictions": [{"vnetSubnetResourceId": "/subscriptions/s/sn", "action": "Allow", "priority": 1}],
           "ipSecurityRestrictionsDefaultAction": "Deny", "scmIpSecurityRestrictionsUseMain": true})",
       "none", ""},
      {"a service tag",
       R"({"ipSecurityRestrictions": [{"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag", "action": "Allow"}],
           "ipSecurityRestrictionsDefaultAction": "Deny", "scmIpSecurityRestrictionsUseMain": true})",
       "none",
       "/properties/ipSecurityRestrictions/0/ipAddress: AzureFrontDoor.Backend\n"
       "/properties/ipSecurityRestrictions/0/tag: ServiceTag"},
      {"lists that are not there", R"({"publicNetworkAccess": "Enabled"})", "all",
       "/properties/ipSecurityRestrictions: absent\n/properties/scmIpSecurityRestrictions: absent"},
  };
  for (const Row& r : table) {
    CAPTURE(std::string(r.why));
    Rows rows;
    rows.read(row("Microsoft.Web/sites/app/config/web", r.properties));
    const model::SiteConfig& config = rows.tables().site_configs.at(0);
    AddressSet admitted;
    if (config.default_action.is(model::Access::allow)) admitted.add(Prefix());
    for (const model::IpRule& rule : config.ip_rules) admitted.add(rule.first, rule.last);
    CHECK((admitted == AddressSet::all() ? "all" : to_string(admitted)) == std::string(r.admitted));
    CHECK(unread_of(config) == r.unread);
    CHECK(rows.spelling(config.site) == provider_id("Microsoft.Web/sites/app"));
  }
  Rows rows;
  rows.read(row("Microsoft.Web/sites/app/config/authsettings", "{}"));
  CHECK(rows.tables().site_configs.empty());
}

TEST_CASE("an ip restriction of a container app that names nobody is unread, not dropped") {
  struct Row {
    const char* entry;
    const char* unread;
  };
  const Row table[] = {
      {R"({"ipAddressRange": "198.41.0.4", "action": "Allow"})", ""},
      {R"({"ipAddressRange": "198.41.0.4", "action": "Deny"})", ""},
      {R"({"action": "Deny"})", ""},
      {R"({"name": "x", "action": "Allow"})", "an ip restriction without an address"},
      {R"({"ipAddressRange": "", "action": "Allow"})", "an ip restriction without an address"},
      {R"({"ipAddressRange": null, "action": "Allow"})", "an ip restriction without an address"},
      {R"({"ipAddressRange": "198.41.0.4"})", "an ip restriction without an action"},
  };
  for (const Row& expected : table) {
    CAPTURE(expected.entry);
    Rows rows;
    const model::Service& app =
        read(rows, "Microsoft.App/containerApps/a",
             std::string(R"({"configuration": {"ingress": {"external": true, "ipSecurityRestrictions": [)") +
                 expected.entry + "]}}}");
    const std::string where = "/properties/configuration/ingress/ipSecurityRestrictions/0: ";
    CHECK(unread_of(app) == (std::string_view(expected.unread).empty() ? std::string() : where + expected.unread));
  }
}

TEST_CASE("a scale set and a node pool tell which of their machines have public addresses") {
  Rows rows;
  rows.read(row("Microsoft.Compute/virtualMachineScaleSets/s", R"({"provisioningState": "Succeeded",
    "virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [{"name": "nic", "properties": {"primary": true,
      "networkSecurityGroup": {"id": "/subscriptions/s/nsg"}, "ipConfigurations": [
        {"name": "a", "properties": {"subnet": {"id": "/subscriptions/s/sn"}, "publicIPAddressConfiguration": {"name": "pub", "properties": {}}}},
        {"name": "b", "properties": {"subnet": {"id": "/subscriptions/s/sn"}, "publicIPAddressConfiguration": null,
          "loadBalancerBackendAddressPools": [{"id": "/subscriptions/s/p"}]}}]}}]}}})"));
  read(rows, "Microsoft.ContainerService/managedClusters/c", R"({"agentPoolProfiles": [
    {"name": "one", "vnetSubnetID": "/subscriptions/s/aks", "enableNodePublicIP": true}, {"name": "two", "enableNodePublicIP": false}, {"name": "three"},
    {"name": "four", "enableNodePublicIP": "perhaps"}]})");
  rows.read(row("Microsoft.ContainerService/managedClusters/c/agentPools/five", R"({"enableNodePublicIP": true})"));
  const auto& pools = rows.tables().machine_pools;
  REQUIRE(pools.size() == 3);
  REQUIRE(pools[0].interfaces.size() == 2);
  CHECK(pools[0].interfaces[0].has_public_address);
  CHECK(rows.spelling(pools[0].interfaces[0].subnet) == "/subscriptions/s/sn");
  CHECK(rows.spelling(pools[0].interfaces[0].network_security_group) == "/subscriptions/s/nsg");
  CHECK_FALSE(pools[0].interfaces[1].has_public_address);
  CHECK(pools[0].interfaces[1].load_balancer_pools.size() == 1);
  CHECK_FALSE(pools[0].cluster.is_set());
  REQUIRE(pools[1].interfaces.size() == 4);
  CHECK(pools[1].cluster == pools[1].id);
  CHECK(pools[1].interfaces[0].has_public_address);
  CHECK(rows.spelling(pools[1].interfaces[0].subnet) == "/subscriptions/s/aks");
  CHECK_FALSE(pools[1].interfaces[1].has_public_address);
  CHECK_FALSE(pools[1].interfaces[2].has_public_address);
  CHECK(pools[1].interfaces[3].has_public_address);  // what is not understood may be true
  CHECK(pools[2].cluster == pools[1].id);
  CHECK(pools[2].interfaces.at(0).has_public_address);
}

TEST_CASE("a scale set or cluster whose machines are not stated, or not understood, is unread") {
  struct Row {
    std::string_view path;
    std::string_view properties;
    bool is_unread;
  };
  constexpr std::string_view kSet = "Microsoft.Compute/virtualMachineScaleSets/s";
  constexpr std::string_view kCluster = "Microsoft.ContainerService/managedClusters/c";
  const Row kinds[] = {
      {kSet, R"({})", true},
      {kSet, R"({"virtualMachineProfile": null})", true},
      {kSet, R"({"virtualMachineProfile": {}})", true},
      {kSet, R"({"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": []}}})", true},
      {kSet,
       R"({"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [{"name": "n", "properties": {}}]}}})",
       true},
      {kSet, R"({"orchestrationMode": "Flexible", "virtualMachineProfile": {}})", true},
      {kSet, R"({"orchestrationMode": "Flexible"})", false},
      {kCluster, R"({})", true},
      {kCluster, R"({"agentPoolProfiles": null})", true},
      {kCluster, R"({"agentPoolProfiles": 7})", true},
      {kCluster, R"({"agentPoolProfiles": [7]})", true},
      {kCluster, R"({"agentPoolProfiles": [{"name": "one"}]})", false},
  };
  for (const Row& kind : kinds) {
    CAPTURE(kind.path);
    CAPTURE(kind.properties);
    Rows rows;
    REQUIRE(rows.read(row(kind.path, kind.properties)));
    REQUIRE(rows.tables().machine_pools.size() == 1);
    CHECK(rows.tables().machine_pools[0].unread.empty() != kind.is_unread);
  }
}

TEST_CASE("a private link service with direct connect keeps the address that it leads to") {
  Rows rows;
  rows.network("privateLinkServices/p", R"({"destinationIPAddress": "10.1.0.9"})");
  rows.network("privateLinkServices/q", R"({"destinationIPAddress": "10.1.0"})");
  CHECK(to_string(rows.tables().unmodelled_network.at(0).leads_to.at(0)) == "10.1.0.9");
  CHECK(rows.tables().unmodelled_network.at(1).leads_to.empty());
  CHECK(rows.tables().unmodelled_network[1].unread.size() == 1);
}

TEST_CASE("a service in a subnet with a public front end of its own is told apart from one that answers inside") {
  struct Row {
    const char* path;
    const char* properties;
    bool is_public;
  };
  const Row table[] = {
      {"Microsoft.App/managedEnvironments/e",
       R"({"vnetConfiguration": {"internal": false, "infrastructureSubnetId": "/subscriptions/s/sn"}})", true},
      {"Microsoft.App/managedEnvironments/e",
       R"({"vnetConfiguration": {"infrastructureSubnetId": "/subscriptions/s/sn"}})", true},
      {"Microsoft.App/managedEnvironments/e",
       R"({"publicNetworkAccess": "Disabled", "vnetConfiguration": {"infrastructureSubnetId": "/subscriptions/s/sn"}})",
       false},
      {"Microsoft.App/managedEnvironments/e",
       R"({"vnetConfiguration": {"internal": true, "infrastructureSubnetId": "/subscriptions/s/sn"}})", false},
      {"Microsoft.App/managedEnvironments/e", R"({"vnetConfiguration": null})", false},
      {"Microsoft.Sql/managedInstances/i", R"({"subnetId": "/subscriptions/s/sn", "publicDataEndpointEnabled": true})",
       true},
      {"Microsoft.Sql/managedInstances/i", R"({"subnetId": "/subscriptions/s/sn", "publicDataEndpointEnabled": 1})",
       true},
      {"Microsoft.Sql/managedInstances/i", R"({"subnetId": "/subscriptions/s/sn"})", false},
      {"Microsoft.Web/hostingEnvironments/a",
       R"({"internalLoadBalancingMode": "None", "virtualNetwork": {"id": "/subscriptions/s/sn"}})", true},
      {"Microsoft.Web/hostingEnvironments/a",
       R"({"internalLoadBalancingMode": "Web", "virtualNetwork": {"id": "/subscriptions/s/sn"}})", true},
      {"Microsoft.Web/hostingEnvironments/a", R"({"virtualNetwork": {"id": "/subscriptions/s/sn"}})", true},
      {"Microsoft.Web/hostingEnvironments/a",
       R"({"internalLoadBalancingMode": "Web, Publishing", "virtualNetwork": {"id": "/subscriptions/s/sn"}})", false},
  };
  for (const Row& expected : table) {
    CAPTURE(expected.path);
    CAPTURE(expected.properties);
    Rows rows;
    REQUIRE(rows.read(row(expected.path, expected.properties)));
    const auto& fronts = rows.tables().unmodelled_network;
    REQUIRE(fronts.size() == (expected.is_public ? 1 : 0));
    if (!expected.is_public) continue;
    CHECK(text::ends_with(fronts[0].type, " (public front end)"));
    CHECK(rows.spelling(fronts[0].touches.at(0)) == "/subscriptions/s/sn");
  }
}

TEST_CASE("API Management is a network place and a service of the same id") {
  Rows rows;
  const model::Service& exposure = read(rows, "Microsoft.ApiManagement/service/apim",
                                        R"({"virtualNetworkType": "Internal", "publicNetworkAccess": "Enabled",
    "virtualNetworkConfiguration": {"subnetResourceId": "/subscriptions/s/sn"}, "privateIPAddresses": ["10.0.5.4"], "platformVersion": "stv2.1",
    "gatewayUrl": "https://APIM.azure-api.net", "portalUrl": "https://apim.portal.azure-api.net",
    "hostnameConfigurations": [{"type": "Proxy", "hostName": "ai.contoso.com"}],
    "additionalLocations": [{"location": "East US", "virtualNetworkConfiguration": {"subnetResourceId": "/subscriptions/s/sn2"}, "privateIPAddresses": ["10.9.5.x"]}]})");
  const model::ApiManagement& service = rows.tables().api_managements.at(0);
  CHECK(service.id == exposure.id);
  CHECK(exposure.kind == model::ServiceKind::api_management);
  CHECK(exposure.public_network_access.is(model::PublicNetworkAccess::enabled));
  CHECK(joined(exposure.host_names) == "apim.azure-api.net, apim.portal.azure-api.net, ai.contoso.com");
  CHECK(service.vnet_type.is(model::ApimVnetType::internal));
  CHECK(service.sku == "S0");
  CHECK(service.gateway_host == "apim.azure-api.net");
  CHECK(service.platform_version == "stv2.1");
  CHECK(rows.spelling(service.primary.subnet) == "/subscriptions/s/sn");
  CHECK(to_string(service.primary.private_addresses.at(0)) == "10.0.5.4");
  CHECK(service.additional.at(0).location == "East US");
  CHECK(service.additional[0].private_addresses.empty());
  CHECK(service.unread.size() == 1);
  CHECK(exposure.unread == service.unread);
}

TEST_CASE("an application gateway gives every way from a listener to a pool") {
  Rows rows;
  rows.network("applicationGateways/g",
               R"({"sku": {"name": "WAF_v2", "tier": "WAF_v2"}, "firewallPolicy": {"id": "/subscriptions/s/waf"},
    "webApplicationFirewallConfiguration": {"enabled": true, "firewallMode": "Detection"},
    "gatewayIPConfigurations": [{"properties": {"subnet": {"id": "/subscriptions/s/sn"}}}],
    "frontendIPConfigurations": [{"name": "pub", "id": "/subscriptions/s/fe", "properties": {"publicIPAddress": {"id": "/subscriptions/s/pip"}}},
                                 {"name": "priv", "properties": {"privateIPAddress": "10.0.7.4"}}],
    "httpListeners": [{"name": "l", "id": "/subscriptions/s/l", "properties": {"frontendIPConfiguration": {"id": "/subscriptions/s/fe"},
      "protocol": "Https", "firewallPolicy": {"id": "/subscriptions/s/waf2"}}}],
    "backendAddressPools": [{"name": "p", "id": "/subscriptions/s/p", "properties": {"backendAddresses": [{"ipAddress": "10.0.5.4"}, {"fqdn": "API.contoso.com"}]}}],
    "requestRoutingRules": [{"properties": {"ruleType": "PathBasedRouting", "httpListener": {"id": "/subscriptions/s/l"}, "urlPathMap": {"id": "/subscriptions/s/m"}}}],
    "urlPathMaps": [{"name": "m", "id": "/subscriptions/s/m", "properties": {"defaultBackendAddressPool": {"id": "/subscriptions/s/p"},
      "pathRules": [{"properties": {"paths": ["/x"], "backendAddressPool": {"id": "/subscriptions/s/p2"}, "firewallPolicy": {"id": "/subscriptions/s/waf3"}}}]}}]})");
  const model::ApplicationGateway& gateway = rows.tables().application_gateways.at(0);
  CHECK(unread_of(gateway) == "");
  CHECK(gateway.sku_tier == "WAF_v2");
  CHECK(rows.spelling(gateway.waf_policy) == "/subscriptions/s/waf");
  CHECK(gateway.legacy_waf_enabled.is(true));
  CHECK(gateway.legacy_waf_mode.is(model::WafMode::detection));
  CHECK(rows.spelling(gateway.subnets.at(0)) == "/subscriptions/s/sn");
  CHECK(rows.spelling(gateway.frontends.at(0).public_ip) == "/subscriptions/s/pip");
  CHECK(to_string(gateway.frontends.at(1).address.value()) == "10.0.7.4");
  CHECK(rows.spelling(gateway.listeners.at(0).frontend) == "/subscriptions/s/fe");
  CHECK(rows.spelling(gateway.listeners[0].waf_policy) == "/subscriptions/s/waf2");
  CHECK(to_string(gateway.pools.at(0).addresses.at(0)) == "10.0.5.4");
  CHECK(joined(gateway.pools[0].fqdns) == "api.contoso.com");
  CHECK(rows.spelling(gateway.rules.at(0).path_map) == "/subscriptions/s/m");
  CHECK_FALSE(gateway.rules[0].redirects);
  REQUIRE(gateway.path_rules.size() == 2);
  CHECK(rows.spelling(gateway.path_rules[0].pool) == "/subscriptions/s/p2");
  CHECK(rows.spelling(gateway.path_rules[0].waf_policy) == "/subscriptions/s/waf3");
  CHECK(rows.spelling(gateway.path_rules[1].pool) == "/subscriptions/s/p");
  CHECK(rows.spelling(gateway.path_rules[0].path_map) == "/subscriptions/s/m");
}

TEST_CASE("a TCP listener passes the web application firewall by, so it is not modelled") {
  Rows rows;
  rows.network("applicationGateways/g", R"({"listeners": [{"name": "tcp", "properties": {}}], "routingRules": []})");
  CHECK(unread_of(rows.tables().application_gateways.at(0)) ==
        "/properties/listeners: an array: a property that is not modelled");
}

TEST_CASE("a WAF policy: state, mode, managed rules, and custom rules that let requests past them") {
  struct Row {
    const char* custom;
    std::size_t unread;
  };
  const Row table[] = {
      {R"({"action": "Block"})", 0}, {R"({"action": "Allow"})", 1}, {R"({"action": "Allow", "state": "Disabled"})", 0}};
  for (const Row& expected : table) {
    Rows rows;
    rows.network("applicationGatewayWebApplicationFirewallPolicies/w",
                 std::string(R"({"policySettings": {"state": "Enabled", "mode": "Prevention"},
      "managedRules": {"managedRuleSets": [{"ruleSetType": "OWASP"}]}, "customRules": [)") +
                     expected.custom + "]}");
    const model::WafPolicy& policy = rows.tables().waf_policies.at(0);
    CHECK(policy.is_enabled.is(true));
    CHECK(policy.mode.is(model::WafMode::prevention));
    CHECK(policy.has_managed_rules);
    CHECK(policy.unread.size() == expected.unread);
  }
}

TEST_CASE("an override that names no rule switches a whole group of managed rules off, and is unread") {
  const auto read_policy = [](const std::string& overrides) {
    Rows rows;
    rows.network("ApplicationGatewayWebApplicationFirewallPolicies/w",
                 R"({"managedRules": {"managedRuleSets": [{"ruleSetType": "OWASP", "ruleGroupOverrides": [)" +
                     overrides + "]}]}}");
    return rows.tables().waf_policies.at(0).unread.size();
  };
  CHECK(read_policy("") == 0);
  CHECK(read_policy(R"({"ruleGroupName": "SQLI", "rules": [{"ruleId": "942100", "state": "Disabled"}]})") == 0);
  CHECK(read_policy(R"({"ruleGroupName": "SQLI", "rules": []})") == 1);
  CHECK(read_policy(R"({"ruleGroupName": "SQLI"})") == 1);
  Rows rows;
  rows.network("applicationGateways/g",
               R"({"webApplicationFirewallConfiguration": {"enabled": true, "firewallMode": "Prevention",
    "disabledRuleGroups": [{"ruleGroupName": "crs_41", "rules": [1]}, {"ruleGroupName": "crs_42"}]}})");
  CHECK(unread_of(rows.tables().application_gateways.at(0)) ==
        "/properties/webApplicationFirewallConfiguration/disabledRuleGroups/1: a whole group of rules is switched off");
}

TEST_CASE("only the rule sets that look for attacks count as managed rules") {
  const std::pair<const char*, bool> table[] = {
      {R"([{"ruleSetType": "owasp", "ruleSetVersion": "3.2"}])", true},
      {R"([{"ruleSetType": "Microsoft_DefaultRuleSet", "ruleSetVersion": "2.1"}])", true},
      {R"([{"ruleSetType": "Microsoft_BotManagerRuleSet"}, {"ruleSetType": "OWASP"}])", true},
      {R"([{"ruleSetType": "Microsoft_BotManagerRuleSet", "ruleSetVersion": "1.0"}])", false},
      {R"([{"ruleSetType": "Microsoft_HTTPDDoSRuleSet"}])", false},
      {R"([{}])", false},
      {R"([])", false},
  };
  for (const auto& entry : table) {
    const std::string sets = entry.first;
    const bool expected = entry.second;
    CAPTURE(sets);
    Rows rows;
    rows.network("applicationGatewayWebApplicationFirewallPolicies/w",
                 R"({"managedRules": {"managedRuleSets": )" + sets + "}}");
    CHECK(rows.tables().waf_policies.at(0).has_managed_rules == expected);
  }
}

TEST_CASE("an ip rule is read under both names of its address, and one without an address is recorded") {
  struct Row {
    const char* path;
    const char* properties;
    const char* read;
    std::size_t unread;
  };
  const Row table[] = {
      {"Microsoft.Storage/storageAccounts/s",
       R"({"networkAcls": {"ipRules": [{"Value": "192.0.2.1"}, {"IPAddressOrRange": "192.0.2.9"}]}})",
       "192.0.2.1-192.0.2.1, 192.0.2.9-192.0.2.9", 0},
      {"Microsoft.DocumentDB/databaseAccounts/c", R"({"ipRules": [{"value": "192.0.2.1"}]})", "192.0.2.1-192.0.2.1", 0},
      {"Microsoft.Storage/storageAccounts/s",
       R"({"networkAcls": {"ipRules": [{"address": "192.0.2.1", "action": "Allow"}]}})", "", 1},
      {"Microsoft.KeyVault/vaults/v",
       R"({"networkAcls": {"ipRules": [{"value": ""}, {"value": null}, {"value": 7}, null]}})", "", 4},
      {"Microsoft.CognitiveServices/accounts/a", R"({"networkAcls": {"ipRules": ["192.0.2.1"]}})", "", 1},
      {"Microsoft.ContainerService/managedClusters/k", R"({"apiServerAccessProfile": {"authorizedIPRanges": [""]}})",
       "", 1},
  };
  for (const Row& expected : table) {
    CAPTURE(std::string(expected.properties));
    Rows rows;
    const model::Service& service = read(rows, expected.path, expected.properties);
    CHECK(rules_of(service) == expected.read);
    CHECK(service.unread.size() == expected.unread);
  }
}

TEST_CASE("services that can be public and have no exposure model are kept, so that their exposure is open") {
  for (const char* path :
       {"Microsoft.App/sessionPools/p", "Microsoft.ApiManagement/gateways/g", "Microsoft.HealthBot/healthBots/h",
        "Microsoft.Batch/batchAccounts/b", "Microsoft.Communication/communicationServices/c",
        "Microsoft.Logic/workflows/w", "Microsoft.Automation/automationAccounts/a",
        "Microsoft.RedHatOpenShift/openShiftClusters/o", "Microsoft.ClassicStorage/storageAccounts/s"}) {
    CAPTURE(std::string(path));
    Rows rows;
    CHECK(read(rows, path, R"({"publicNetworkAccess": "Disabled"})").kind == model::ServiceKind::unmodelled);
  }
}

TEST_CASE("a private endpoint gives both connection lists, its NICs and its names") {
  Rows rows;
  rows.network(
      "privateEndpoints/p",
      R"({"subnet": {"id": "/subscriptions/s/sn"}, "networkInterfaces": [{"id": "/subscriptions/s/nic"}], "ipVersionType": "IPv4",
    "privateLinkServiceConnections": [{"name": "c", "properties": {"privateLinkServiceId": "/subscriptions/s/t1", "groupIds": ["blob"],
      "privateLinkServiceConnectionState": {"status": "Approved"}, "provisioningState": "Succeeded"}}],
    "manualPrivateLinkServiceConnections": [{"properties": {"privateLinkServiceId": "/subscriptions/s/t2", "privateLinkServiceConnectionState": {"status": "Pending"}, "requestMessage": "x"}}],
    "customDnsConfigs": [{"fqdn": "A.blob.core.windows.net", "ipAddresses": ["10.1.0.5"]}], "customNetworkInterfaceName": "x",
    "ipConfigurations": [{"name": "i", "properties": {"groupId": "blob", "memberName": "blob", "privateIPAddress": "10.1.0.5"}}]})");
  rows.network(
      "privateEndpoints/p/privateDnsZoneGroups/default",
      R"({"privateDnsZoneConfigs": [{"name": "z", "properties": {"privateDnsZoneId": "/subscriptions/s/z", "recordSets": []}}]})");
  const model::PrivateEndpoint& endpoint = rows.tables().private_endpoints.at(0);
  CHECK(unread_of(endpoint) == "");
  CHECK(rows.spelling(endpoint.subnet) == "/subscriptions/s/sn");
  CHECK(rows.spelling(endpoint.network_interfaces.at(0)) == "/subscriptions/s/nic");
  REQUIRE(endpoint.connections.size() == 2);
  CHECK(rows.spelling(endpoint.connections[0].target) == "/subscriptions/s/t1");
  CHECK(joined(endpoint.connections[0].group_ids) == "blob");
  CHECK(endpoint.connections[0].status.is(model::ConnectionStatus::approved));
  CHECK_FALSE(endpoint.connections[0].is_manual);
  CHECK(endpoint.connections[1].is_manual);
  CHECK(endpoint.connections[1].status.is(model::ConnectionStatus::pending));
  CHECK(endpoint.custom_dns_configs.at(0).fqdn == "a.blob.core.windows.net");
  CHECK(to_string(endpoint.custom_dns_configs[0].addresses.at(0)) == "10.1.0.5");
  CHECK(to_string(endpoint.addresses.at(0)) == "10.1.0.5");
  const model::DnsZoneGroup& group = rows.tables().dns_zone_groups.at(0);
  CHECK(group.private_endpoint == endpoint.id);
  CHECK(rows.spelling(group.zones.at(0)) == "/subscriptions/s/z");
}

TEST_CASE("records are read in the shapes of Resource Graph and of the resource provider") {
  struct Row {
    const char* path;
    const char* properties;
    const char* type;
    const char* name;
    const char* answer;
  };
  const Row table[] = {
      {"privateDnsZones/Z.example/A/Www",
       R"({"ttl": 10, "records": [{"ipv4Address": "10.1.0.5"}, {"ipv4Address": "10.1.0.6"}]})", "a", "www",
       "10.1.0.5 10.1.0.6 "},
      {"privateDnsZones/z.example/A/@", R"({"aRecords": [{"ipv4Address": "10.1.0.5"}], "isAutoRegistered": true})", "a",
       "@", "10.1.0.5 "},
      {"privateDnsZones/z.example/a/x", R"({"ARecords": [{"ipv4Address": "10.1.0.7"}]})", "a", "x", "10.1.0.7 "},
      {"privateDnsZones/z.example/CNAME/c", R"({"cnameRecord": {"cname": "Target.Example."}})", "cname", "c",
       "target.example"},
      {"privateDnsZones/z.example/PTR/4.1", R"({"ptrRecords": [{"ptrdname": "Web.Example."}]})", "ptr", "4.1",
       "web.example"},
      {"privateDnsZones/z.example/TXT/t", R"({"txtRecords": [{"value": ["x"]}]})", "txt", "t", ""}};
  for (const Row& expected : table) {
    CAPTURE(expected.path);
    Rows rows;
    rows.network(expected.path, expected.properties);
    const model::DnsRecordSet& set = rows.tables().dns_record_sets.at(0);
    CHECK(unread_of(set) == "");
    CHECK(set.type == expected.type);
    CHECK(set.name == expected.name);
    CHECK(rows.id(network_id("privateDnsZones/z.example")) == set.zone);
    CHECK(set.is_auto_registered == (set.name == "@"));
    std::string answer;
    for (const Ipv4 address : set.addresses) answer += to_string(address) + " ";
    for (const std::string& name : set.pointers) answer += name;
    CHECK(answer + set.cname == expected.answer);
  }
}

TEST_CASE("zones, links, resolvers and forwarding rules") {
  Rows rows;
  rows.network("privateDnsZones/PrivateLink.openai.azure.com",
               R"({"numberOfRecordSets": 3, "numberOfVirtualNetworkLinks": "2"})");
  rows.network("privateDnsZones/z/virtualNetworkLinks/l",
               R"({"virtualNetwork": {"id": "/subscriptions/s/v"}, "registrationEnabled": false,
    "resolutionPolicy": "NxDomainRedirect", "virtualNetworkLinkState": "Completed"})");
  rows.network("dnsResolvers/r",
               R"({"virtualNetwork": {"id": "/subscriptions/s/v"}, "dnsResolverState": "Connected"})");
  rows.network(
      "dnsResolvers/r/inboundEndpoints/i",
      R"({"ipConfigurations": [{"privateIpAddress": "10.0.2.4", "privateIpAllocationMethod": "Dynamic", "subnet": {"id": "/subscriptions/s/in"}}]})");
  rows.network("dnsResolvers/r/outboundEndpoints/o", R"({"subnet": {"id": "/subscriptions/s/out"}})");
  rows.network("dnsForwardingRulesets/f", R"({"dnsResolverOutboundEndpoints": []})");
  rows.network(
      "dnsForwardingRulesets/f/forwardingRules/r",
      R"({"domainName": "Corp.Example", "targetDnsServers": [{"ipAddress": "10.9.0.4", "port": 53}], "forwardingRuleState": "Enabled"})");
  rows.network(
      "dnsForwardingRulesets/f/forwardingRules/odd",
      R"({"domainName": ".", "targetDnsServers": [{"ipAddress": "10.9.0.4", "port": 5353}], "forwardingRuleState": "Disabled"})");
  rows.network("dnsForwardingRulesets/f/virtualNetworkLinks/l", R"({"virtualNetwork": {"id": "/subscriptions/s/v"}})");
  const model::PrivateDnsZone& zone = rows.tables().private_dns_zones.at(0);
  CHECK(zone.name == "privatelink.openai.azure.com");
  CHECK(zone.record_sets == 3);
  CHECK(zone.links == 2);
  const model::VirtualNetworkLink& link = rows.tables().virtual_network_links.at(0);
  CHECK(rows.spelling(link.zone) == network_id("privateDnsZones/z"));
  CHECK(rows.spelling(link.vnet) == "/subscriptions/s/v");
  CHECK(link.registration_enabled.is(false));
  CHECK(link.resolution_policy.is(model::ResolutionPolicy::nx_domain_redirect));
  CHECK(link.state.is(model::LinkState::completed));
  CHECK(rows.spelling(rows.tables().dns_resolvers.at(0).vnet) == "/subscriptions/s/v");
  REQUIRE(rows.tables().dns_resolver_endpoints.size() == 2);
  CHECK(rows.tables().dns_resolver_endpoints[0].is_inbound);
  CHECK(rows.tables().dns_resolver_endpoints[0].resolver == rows.tables().dns_resolvers[0].id);
  CHECK(to_string(rows.tables().dns_resolver_endpoints[0].addresses.at(0)) == "10.0.2.4");
  CHECK(rows.spelling(rows.tables().dns_resolver_endpoints[0].subnet) == "/subscriptions/s/in");
  CHECK_FALSE(rows.tables().dns_resolver_endpoints[1].is_inbound);
  const model::ForwardingRule& rule = rows.tables().forwarding_rules.at(0);
  CHECK(rule.ruleset == rows.tables().forwarding_rulesets.at(0).id);
  CHECK(rule.domain == "corp.example.");
  CHECK(joined(rule.targets) == "10.9.0.4");
  CHECK(rule.is_enabled.is(true));
  CHECK(rows.tables().forwarding_rules.at(1).domain == ".");
  CHECK(rows.tables().forwarding_rules[1].is_enabled.is(false));
  CHECK(rows.tables().forwarding_rules[1].unread.size() == 1);
  CHECK(rows.tables().forwarding_ruleset_links.at(0).ruleset == rows.tables().forwarding_rulesets[0].id);
}

TEST_CASE("subscriptions give their chain nearest first, perimeters their mode and rules") {
  Rows rows;
  rows.read_text(R"({"id": "/subscriptions/AAAA", "type": "microsoft.resources/subscriptions", "name": "spoke-1",
    "properties": {"managementGroupAncestorsChain": [{"name": "mg-spokes"}, {"name": "root"}]}})");
  rows.read_text(
      R"({"id": "/providers/Microsoft.Management/managementGroups/mg-spokes", "type": "microsoft.management/managementgroups", "name": "mg-spokes", "properties": {}})");
  rows.network(
      "networkSecurityPerimeters/p/resourceAssociations/a",
      R"({"privateLinkResource": {"id": "/subscriptions/s/kv"}, "profile": {"id": "/subscriptions/s/pr"}, "accessMode": "Enforced"})");
  rows.network(
      "networkSecurityPerimeters/p/profiles/x/accessRules/r",
      R"({"direction": "Inbound", "addressPrefixes": ["192.0.2.0/24"], "subscriptions": [{"id": "/subscriptions/s"}], "serviceTags": [], "networkSecurityPerimeters": []})");
  rows.network("networkSecurityPerimeters/p/profiles/x/accessRules/t",
               R"({"direction": "Inbound", "addressPrefixes": ["fd00::/8"], "serviceTags": ["Internet"]})");
  CHECK(rows.tables().subscriptions.at(0).guid == "aaaa");
  CHECK(rows.tables().subscriptions[0].name == "spoke-1");
  CHECK(joined(rows.tables().subscriptions[0].management_groups) == "mg-spokes, root");
  CHECK(rows.tables().management_groups.at(0).name == "mg-spokes");
  const model::PerimeterAssociation& association = rows.tables().perimeter_associations.at(0);
  CHECK(rows.spelling(association.target) == "/subscriptions/s/kv");
  CHECK(association.mode.is(model::PerimeterMode::enforced));
  const model::PerimeterRule& rule = rows.tables().perimeter_rules.at(0);
  CHECK(rows.spelling(rule.profile) == network_id("networkSecurityPerimeters/p/profiles/x"));
  CHECK(rule.direction.is(model::Direction::inbound));
  CHECK(to_string(rule.prefixes.at(0)) == "192.0.2.0/24");
  CHECK(rule.has_subscriptions);
  CHECK(unread_of(rule) == "");
  CHECK(rows.tables().perimeter_rules.at(1).unread.size() == 2);
}

TEST_CASE("an id that lost its leading slash gets it back; another text is no id") {
  Rows rows;
  rows.network("privateEndpoints/p",
               R"({"subnet": {"id": "subscriptions/s/sn"}, "networkInterfaces": [{"id": "nic-7"}]})");
  const model::PrivateEndpoint& endpoint = rows.tables().private_endpoints.at(0);
  CHECK(rows.spelling(endpoint.subnet) == "/subscriptions/s/sn");
  CHECK(endpoint.network_interfaces.empty());
  CHECK(unread_of(endpoint) == "/properties/networkInterfaces/0/id: \"nic-7\" in place of a resource id");
}
