// Network managers: security admin rules and connected groups, in force on some of the networks.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

constexpr const char* kManager = "networkManagers/manager";
constexpr const char* kRegion = "swedencentral";  // where all rows are

std::string part(const std::string& path) { return fmt::format("{}/{}", kManager, path); }

Json references(const Names& paths) {
  Json out = Json::array();
  for (const std::string& path : paths) out.push_back(reference(id_at(path)));
  return out;
}

Json some_end(Dice& dice) {
  const std::string address = dice.word({"*", "*", "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/22", "10.2.0.0/22",
                                         "10.1.0.0/24", "10.0.2.0/24", "10.1.0.9/32", "10.50.0.0/24", "8.8.8.0/24",
                                         "Internet", "VirtualNetwork", "Storage", "fd00::/16", "fd00:1::/48"});
  const bool is_tag = address.find_first_of("/*") == std::string::npos;
  return Json::array({{{"addressPrefix", address}, {"addressPrefixType", is_tag ? "ServiceTag" : "IPPrefix"}}});
}

Json some_rule(Dice& dice, int priority) {
  Json out = {{"access", dice.word({"Allow", "AlwaysAllow", "Deny"})},
              {"direction", dice.word({"Inbound", "Outbound"})},
              {"priority", dice.chance(90) ? priority : 10},
              {"protocol", dice.word({"Any", "Any", "Tcp", "Udp", "Icmp"})}};
  if (dice.chance(70)) {
    out["sources"] = some_end(dice);
    out["destinations"] = some_end(dice);
  }
  if (dice.chance(40)) out["destinationPortRanges"] = Json::array({dice.word({"443", "22", "80-90", "0-1023"})});
  return out;
}

/// A configuration of a few rules, and what the region was told of it.
void secure(RandomEstate& e, const std::string& name, std::size_t count) {
  const std::string configuration = part("securityAdminConfigurations/" + name);
  const std::string collection = configuration + "/ruleCollections/all";
  e.rows.at(configuration + "/snapshots/0", Json::object());
  e.rows.at(collection + "/snapshots/0",
            {{"appliesToGroups", Json::array({{{"networkGroupId", id_at(part("networkGroups/all"))}}})}});
  Names rules;
  for (std::size_t i = 0; i < count; ++i) {
    rules.push_back(fmt::format("{}/rules/rule{}/snapshots/0", collection, i));
    e.rows.at(rules.back(), some_rule(e.dice, 10 + 10 * static_cast<int>(i)));
  }
  e.rows.at(part(fmt::format("securityAdminRegionalGoalStates/{}", kRegion)),
            {{"securityAdminConfigurations", references({configuration + "/snapshots/0"})},
             {"securityAdminRuleCollections", references({collection + "/snapshots/0"})},
             {"securityAdminRules", references(rules)},
             {"commitTimestamp", "2026-03-02T08:15:00Z"},
             {"status", "Deployed"}});
}

void join(RandomEstate& e, const std::string& name) {
  const bool is_mesh = e.dice.chance(75);
  Json hubs = Json::array();
  if (!is_mesh) hubs.push_back({{"resourceId", id_of("virtualNetworks", "hub")}});
  const std::string is_global = e.dice.chance(15) ? "True" : "False";
  e.rows.at(part("connectivityConfigurations/" + name + "/snapshots/0"),
            {{"connectivityTopology", is_mesh ? "Mesh" : "HubAndSpoke"},
             {"isGlobal", is_mesh ? is_global : "False"},
             {"hubs", std::move(hubs)},
             {"appliesToGroups",
              Json::array({{{"networkGroupId", id_at(part("networkGroups/all"))},
                            {"groupConnectivity", is_mesh || e.dice.chance(15) ? "None" : "DirectlyConnected"},
                            {"isGlobal", is_global},
                            {"useHubGateway", "False"}}})}});
}

/// What each network says is in force on it: the configuration, nothing, or no row at all.
void put_in_force(RandomEstate& e, const char* kind, const char* list, const std::string& configuration) {
  for (const Json* vnet : e.rows.all("virtualNetworks")) {
    const std::string id = (*vnet)["id"];
    if (e.dice.chance(4)) continue;
    const bool is_member = (*vnet)["name"] == "hub" ? e.dice.chance(20) : e.dice.chance(80);
    e.rows.on(id, kind, {{list, is_member ? references({configuration + "/snapshots/0"}) : Json::array()}});
  }
}

/// A gateway in reach that teaches the very prefixes that the group joins.
void learn_members(RandomEstate& e) {
  e.designations.has_learned_prefixes = true;
  for (const char* prefix : {"10.1.0.0/22", "10.2.0.0/22"}) {
    if (e.dice.chance(60)) e.designations.learned_prefixes.push_back(*Prefix::parse(prefix));
  }
  if (e.rows.find("virtualNetworkGateways", "gw-spoke") == nullptr) {
    Json& subnet = e.rows.subnet("spoke1", "GatewaySubnet", "10.1.3.0/27");
    if (e.dice.chance(60)) subnet["routeTable"] = reference(id_of("routeTables", "rt-spoke1"));
    e.rows.gateway("gw-spoke", "spoke1", "Vpn");
  }
  for (Json* table : e.rows.all("routeTables")) {
    if (e.dice.chance(50)) (*table)["properties"]["disableBgpRoutePropagation"] = false;
  }
}

/// Routes against the group, of the prefix it joins and longer ones.
void force_members(RandomEstate& e) {
  for (int spoke = 1; spoke <= e.spokes; ++spoke) {
    for (int other = 1; other <= e.spokes; ++other) {
      if (other == spoke || !e.dice.chance(70)) continue;
      const char* length = e.dice.chance(50) ? "0/22" : "0/24";
      e.rows.route(fmt::format("rt-spoke{}", spoke), fmt::format("10.{}.0.{}", other, length), "10.0.0.4");
      if (e.dice.chance(50))
        e.rows.route(fmt::format("rt-spoke{}", spoke), fmt::format("10.{}.1.0/24", other), "10.0.0.4");
    }
  }
}

void commit_failed(RandomEstate& e) {
  for (Json* row : e.rows.all("networkManagers/securityAdminRegionalGoalStates"))
    (*row)["properties"]["status"] = "Failed";
}

/// Memberships and commits only, as before the effective rows were exported.
void without_effective_rows(RandomEstate& e) {
  auto& rows = e.rows.list();
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i]["type"] == "microsoft.network/effectivesecurityadminrules")
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
  }
  for (const Json* vnet : e.rows.all("virtualNetworks")) {
    Json groups = Json::array();
    if (e.dice.chance(70)) groups.push_back({{"networkGroupId", id_at(part("networkGroups/all"))}});
    e.rows.on((*vnet)["id"], "networkGroupMemberships", {{"groupMemberships", std::move(groups)}});
  }
}

void second_mesh(RandomEstate& e) {
  join(e, "second");
  const std::string id = id_at(part("connectivityConfigurations/second")) + "/snapshots/0";
  for (Json* row : e.rows.all("effectiveConnectivityConfigurations")) {
    if (e.dice.chance(60)) (*row)["properties"]["effectiveConnectivityConfigurations"].push_back(reference(id));
  }
}

void elsewhere(RandomEstate& e) { (*e.dice.of(e.rows.all("virtualNetworks")))["location"] = "northeurope"; }

void intent_policy_service(RandomEstate& e) {
  e.rows.subnet_of(fmt::format("spoke{}/app", 1 + e.dice.below(static_cast<std::size_t>(e.spokes))))["delegations"] =
      Json::array({{{"name", "d"}, {"properties", {{"serviceName", "Microsoft.Sql/managedInstances"}}}}});
}

}  // namespace

void add_managers(RandomEstate& e) {
  const bool secures = e.dice.chance(75);
  const bool joins = !secures || e.dice.chance(55);
  if (secures) {
    secure(e, "base", 1 + e.dice.below(4));
    put_in_force(e, "effectiveSecurityAdminRules", "effectiveSecurityAdminConfigurations",
                 part("securityAdminConfigurations/base"));
  }
  if (joins) {
    join(e, "mesh");
    put_in_force(e, "effectiveConnectivityConfigurations", "effectiveConnectivityConfigurations",
                 part("connectivityConfigurations/mesh"));
    if (e.dice.chance(30)) force_members(e);
    if (e.dice.chance(20)) learn_members(e);
  }
}

const std::vector<Defect>& manager_defects() {
  static const std::vector<Defect> list = {{"commit failed", commit_failed},
                                           {"memberships in place of effective rows", without_effective_rows},
                                           {"second mesh", second_mesh},
                                           {"network elsewhere", elsewhere},
                                           {"intent policy service", intent_policy_service}};
  return list;
}

}  // namespace hubproof::differential
