#include "tests/differential/random_estate.h"

#include <fmt/format.h>

namespace hubproof::differential {
namespace {

constexpr const char* kFirewall = "10.0.0.4";

std::string net_of(int spoke) { return fmt::format("10.{}", spoke); }

void allow_all_through_firewall(RandomEstate& e) {
  e.rows.row("firewallPolicies", "policy", {{"sku", {{"tier", "Premium"}}}});
  const auto network_rule = [](const char* name, const char* from, const char* to, Json ports) -> Json {
    return {{"name", name},
            {"ruleType", "NetworkRule"},
            {"ipProtocols", Json::array({"Any"})},
            {"sourceAddresses", Json::array({from})},
            {"destinationAddresses", Json::array({to})},
            {"destinationPorts", std::move(ports)}};
  };
  Json rules = Json::array();
  if (e.dice.chance(80)) rules.push_back(network_rule("private", "10.0.0.0/8", "10.0.0.0/8", Json::array({"*"})));
  if (e.dice.chance(60)) rules.push_back(network_rule("web", "*", "*", Json::array({"443", "8080-8090"})));
  const Json collection = {{"name", "allow"},
                           {"priority", 200},
                           {"ruleCollectionType", "FirewallPolicyFilterRuleCollection"},
                           {"action", {{"type", "Allow"}}},
                           {"rules", std::move(rules)}};
  e.rows.row("firewallPolicies/policy/ruleCollectionGroups", "group", Json::object());
  Json& row = e.rows.list().back();
  row["id"] = id_of("firewallPolicies", "policy/ruleCollectionGroups/group");
  row["type"] = "microsoft.network/firewallpolicies/rulecollectiongroups";
  row["properties"]["priority"] = 100;
  row["properties"]["ruleCollections"] = Json::array({collection});
}

/// What a spoke's table must send to the firewall so that hub services are not reached directly.
std::vector<std::string> hub_routes(RandomEstate& e) {
  if (e.dice.chance(40)) return {"0.0.0.0/0", "10.0.0.0/18"};
  return {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24", "10.0.4.0/24", "10.0.6.0/26", "10.0.7.0/24"};
}

void make_hub(RandomEstate& e) {
  Rows& rows = e.rows;
  rows.vnet("hub", {"10.0.0.0/18"});
  rows.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  allow_all_through_firewall(e);
  rows.firewall("fw", "hub", kFirewall, e.dice.chance(70) ? "20.0.0.4" : "", e.dice.chance(95) ? "policy" : "");
  rows.route_table("rt-hub", true);
  rows.subnet("hub", "apim", "10.0.2.0/24")["routeTable"] = reference(id_of("routeTables", "rt-hub"));
  rows.subnet("hub", "pe", "10.0.3.0/24")["privateEndpointNetworkPolicies"] = "Enabled";
  rows.row("Microsoft.CognitiveServices/accounts", "model", {{"publicNetworkAccess", "Disabled"}});
  rows.list().back()["kind"] = "OpenAI";
  rows.endpoint("pe-model", "hub/pe", "10.0.3.5", id_of("Microsoft.CognitiveServices/accounts", "model"));
  if (e.dice.chance(40)) {
    rows.subnet("hub", "shared", "10.0.4.0/24")["routeTable"] = reference(id_of("routeTables", "rt-hub"));
    if (e.dice.chance(50)) rows.nic("nic-shared", "hub/shared", "10.0.4.9");
  }
  if (e.dice.chance(25)) {
    rows.subnet("hub", "GatewaySubnet", "10.0.5.0/27")["routeTable"] = reference(id_of("routeTables", "rt-gateway"));
    rows.route_table("rt-gateway", false);
    rows.gateway("gw", "hub", e.dice.word({"Vpn", "ExpressRoute"}));
  }
  if (e.dice.chance(15)) {
    rows.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26");
    rows.bastion("bastion", "hub", true);
  }
  if (e.dice.chance(15)) {
    rows.subnet("hub", "agw", "10.0.7.0/24")["routeTable"] = reference(id_of("routeTables", "rt-hub"));
    rows.app_gateway("agw", "hub/agw", "20.0.0.7");
  }
}

void make_spoke(RandomEstate& e, int number) {
  Rows& rows = e.rows;
  const std::string name = fmt::format("spoke{}", number);
  const std::string net = net_of(number);
  const std::string table = "rt-" + name;
  rows.vnet(name, {net + ".0.0/22"});
  rows.route_table(table, true);
  for (const std::string& prefix : hub_routes(e)) rows.route(table, prefix, kFirewall);
  rows.route("rt-hub", net + ".0.0/22", kFirewall);
  if (rows.find("routeTables", "rt-gateway") != nullptr) rows.route("rt-gateway", net + ".0.0/22", kFirewall);
  Json& app = rows.subnet(name, "app", net + ".0.0/24");
  app["routeTable"] = reference(id_of("routeTables", table));
  if (e.dice.chance(60)) rows.nic("nic-" + name, name + "/app", net + ".0.9");
  if (e.dice.chance(70)) {
    rows.subnet(name, "pe", net + ".1.0/24")["privateEndpointNetworkPolicies"] =
        e.dice.word({"Enabled", "RouteTableEnabled"});
    rows.endpoint("pe-" + name, name + "/pe", net + ".1.5", id_of("Microsoft.Storage/storageAccounts", "st" + name));
    rows.row("Microsoft.Storage/storageAccounts", "st" + name, {{"publicNetworkAccess", "Disabled"}});
  }
  if (e.dice.chance(30)) {
    rows.subnet(name, "more", net + ".2.0/25")["routeTable"] = reference(id_of("routeTables", table));
  }
}

void peer_with_hub(RandomEstate& e) {
  const bool uses_gateway = e.rows.find("virtualNetworkGateways", "gw") != nullptr && e.dice.chance(50);
  for (int i = 1; i <= e.spokes; ++i) {
    const std::string name = fmt::format("spoke{}", i);
    e.rows.peering("hub", name)["allowGatewayTransit"] = uses_gateway;
    e.rows.peering(name, "hub")["useRemoteGateways"] = uses_gateway;
  }
}

/// Networks that the defects may join to the others; alone they are nobody's business.
void make_others(RandomEstate& e) {
  Rows& rows = e.rows;
  if (e.dice.chance(20)) {
    rows.vnet("other", {"10.50.0.0/22"});
    rows.subnet("other", "nva", "10.50.0.0/24");
    rows.nic("nic-other", "other/nva", "10.50.0.9")["enableIPForwarding"] = e.dice.chance(70);
    if (e.dice.chance(60)) rows.peer("other", e.dice.chance(50) ? "hub" : "spoke1");
  }
  if (e.dice.chance(12)) {
    rows.vnet("hub2", {"10.100.0.0/18"});
    rows.subnet("hub2", "AzureFirewallSubnet", "10.100.0.0/26");
    rows.firewall("fw2", "hub2", "10.100.0.4", "20.0.0.104", "policy");
    if (e.dice.chance(70)) rows.peer("hub", "hub2");
    if (e.dice.chance(30)) rows.peer("hub2", "spoke1");
  }
}

void make_defects(RandomEstate& e, const std::vector<Defect>& list, unsigned percent) {
  while (e.dice.chance(percent)) {
    const Defect& defect = e.dice.of(list);
    e.story += (e.story.empty() ? "" : ", ") + std::string(defect.name);
    defect.make(e);
  }
}

void make_defects(RandomEstate& e) {
  static const std::vector<Defect> kAll = [] {
    std::vector<Defect> all = routing_defects();
    all.insert(all.end(), device_defects().begin(), device_defects().end());
    all.insert(all.end(), filter_defects().begin(), filter_defects().end());
    return all;
  }();
  make_defects(e, kAll, 68);
}

/// One thing that the other estates do not have.
struct Further {
  const char* name;
  void (*add)(RandomEstate& estate);
  const std::vector<Defect>& (*defects)();
};
constexpr Further kFurther[] = {{"names", add_names, name_defects},
                                {"virtual WAN", add_virtual_wan, virtual_wan_defects},
                                {"managers", add_managers, manager_defects},
                                {"dual stack", add_dual_stack, dual_stack_defects}};

// Half of the estates stay as they are; of the others each has one further thing, or (one in five) any of them.
void make_further(RandomEstate& e, std::uint32_t seed) {
  const std::uint32_t share = seed % 10;
  if (share < 5) return;
  for (const Further& one : kFurther) {
    const bool is_chosen = share == 9 ? e.dice.chance(50) : &one == &kFurther[share - 5];
    if (!is_chosen) continue;
    e.story += (e.story.empty() ? "" : ", ") + std::string(one.name);
    one.add(e);
    make_defects(e, one.defects(), 60);
  }
}

}  // namespace

std::string some_prefix(Dice& dice) {
  return dice.word({"0.0.0.0/0",     "0.0.0.0/1",    "10.0.0.0/8",    "10.0.0.0/16",    "10.0.0.0/18",  "10.0.2.0/24",
                    "10.0.2.128/25", "10.0.3.0/24",  "10.0.3.5/32",   "10.0.0.0/26",    "10.1.0.0/16",  "10.1.0.0/22",
                    "10.1.0.0/24",   "10.1.1.0/24",  "10.1.1.5/32",   "10.2.0.0/22",    "10.2.0.0/24",  "10.1.0.9/32",
                    "10.50.0.0/22",  "10.50.0.0/24", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24", "8.8.8.0/24",
                    "100.64.0.0/10", "10.100.0.0/18"});
}

std::string some_hop(Dice& dice) {
  return dice.word({"10.0.0.4", "10.0.0.4", "10.0.0.5", "10.0.4.9", "10.0.2.77", "10.1.0.9", "10.2.0.9", "10.50.0.9",
                    "10.100.0.4", "10.0.2.100", "192.168.7.7", "Internet", "None", "VnetLocal",
                    "VirtualNetworkGateway"});
}

RandomEstate random_estate(std::uint32_t seed) {
  RandomEstate e(seed);
  e.spokes = 1 + static_cast<int>(e.dice.below(3));
  make_hub(e);
  for (int i = 1; i <= e.spokes; ++i) make_spoke(e, i);
  peer_with_hub(e);
  make_others(e);
  make_further(e, seed);
  make_defects(e);
  return e;
}

}  // namespace hubproof::differential
