// Security groups, firewall rules, and damage of single values.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

std::string some_address(Dice& dice) {
  return dice.word({"*", "*", "VirtualNetwork", "Internet", "AzureLoadBalancer", "Storage", "10.0.0.0/8", "10.0.2.0/24",
                    "10.0.4.0/24", "10.1.0.0/22", "10.1.0.0/24", "10.1.0.9", "10.1.0.4/30", "10.0.0.0/26", "8.8.8.0/24",
                    "10.2.0.0/22", "0.0.0.0/0", "10.1.1.0/24", "10.50.0.0/24"});
}

RuleWords some_rule(Dice& dice, int priority) {
  RuleWords out;
  out.priority = priority;
  out.direction = dice.word({"Inbound", "Outbound"});
  out.access = dice.word({"Allow", "Deny", "Deny"});
  out.protocol = dice.word({"*", "*", "Tcp", "Udp", "Icmp"});
  out.from = some_address(dice);
  out.to = some_address(dice);
  out.ports = dice.word({"*", "*", "*", "443", "22", "80-90", "0-1023"});
  if (dice.chance(8)) out.source_ports = "49152";
  if (dice.chance(10)) out.from_asg = dice.word({"asg-web", "asg-db"});
  if (dice.chance(6)) out.to_asg = "asg-web";
  return out;
}

Json* some_subnet(RandomEstate& e) {
  Json* subnet = e.dice.of(e.rows.subnets());
  return &(*subnet)["properties"];
}

std::string new_group(RandomEstate& e) {
  const std::string name = fmt::format("nsg{}", e.rows.all("networkSecurityGroups").size());
  e.rows.nsg(name);
  return name;
}

void attach_to_something(RandomEstate& e, const std::string& group) {
  const auto nics = e.rows.all("networkInterfaces");
  Json& holder = !nics.empty() && e.dice.chance(25) ? (*e.dice.of(nics))["properties"] : *some_subnet(e);
  holder["networkSecurityGroup"] = reference(id_of("networkSecurityGroups", group));
}

void random_group(RandomEstate& e) {
  const std::string name = new_group(e);
  const std::size_t rules = e.dice.below(5);
  for (std::size_t i = 0; i < rules; ++i) e.rows.rule(name, some_rule(e.dice, 100 + static_cast<int>(i) * 10));
  attach_to_something(e, name);
  if (e.dice.chance(30)) attach_to_something(e, name);
}

/// A group that closes one direction, but for a hole.
void closing_group(RandomEstate& e) {
  const std::string name = new_group(e);
  if (e.dice.chance(60)) e.rows.rule(name, some_rule(e.dice, 100));
  const std::string direction = e.dice.word({"Inbound", "Outbound"});
  RuleWords deny{200, direction, "Deny"};
  if (e.dice.chance(40)) (direction == "Inbound" ? deny.from : deny.to) = some_address(e.dice);
  if (e.dice.chance(30)) (direction == "Inbound" ? deny.to : deny.from) = some_address(e.dice);
  e.rows.rule(name, deny);
  attach_to_something(e, name);
}

/// A group on a subnet that knows one of its ends by the addresses of another subnet only.
void group_against_subnet(RandomEstate& e) {
  const auto subnets = e.rows.subnets();
  const std::string from = (*e.dice.of(subnets))["properties"]["addressPrefix"];
  const std::string name = new_group(e);
  const std::string direction = e.dice.word({"Inbound", "Outbound"});
  e.rows.rule(name, {100, direction, "Deny", "*", from});
  (*e.dice.of(e.rows.subnets()))["properties"]["networkSecurityGroup"] =
      reference(id_of("networkSecurityGroups", name));
}

void join_asg(RandomEstate& e) {
  const auto nics = e.rows.all("networkInterfaces");
  if (nics.empty()) return;
  const std::string asg = e.dice.word({"asg-web", "asg-db"});
  if (e.rows.find("applicationSecurityGroups", asg) == nullptr)
    e.rows.row("applicationSecurityGroups", asg, Json::object());
  (*e.dice.of(nics))["properties"]["ipConfigurations"][0]["properties"]["applicationSecurityGroups"].push_back(
      reference(id_of("applicationSecurityGroups", asg)));
}

void dangling_group(RandomEstate& e) {
  (*some_subnet(e))["networkSecurityGroup"] = reference(id_of("networkSecurityGroups", "elsewhere"));
}

Json* collections(RandomEstate& e) {
  for (Json& row : e.rows.list()) {
    if (row["type"] == "microsoft.network/firewallpolicies/rulecollectiongroups")
      return &row["properties"]["ruleCollections"];
  }
  return nullptr;
}

Json firewall_rule(RandomEstate& e, const char* type) {
  Json rule = {{"name", "rule"},
               {"ruleType", type},
               {"sourceAddresses", Json::array({e.dice.word({"*", "10.1.0.0/22", "10.0.0.0/8"})})}};
  const std::string kind = type;
  if (kind == "ApplicationRule") {
    rule["targetFqdns"] = Json::array({"*.contoso.com"});
    rule["protocols"] = Json::array({{{"protocolType", "Https"}, {"port", 443}}});
    return rule;
  }
  rule["ipProtocols"] = Json::array({e.dice.word({"Any", "TCP", "UDP"})});
  rule["destinationPorts"] = Json::array({e.dice.word({"443", "22", "80"})});
  if (kind == "NatRule") {
    rule["ipProtocols"] = Json::array({"TCP"});
    rule["destinationAddresses"] = Json::array({"20.0.0.4"});
    rule["translatedAddress"] = e.dice.word({"10.1.0.9", "10.1.1.5", "10.0.3.5", "10.0.2.9"});
    rule["translatedPort"] = "443";
  } else if (e.dice.chance(40)) {
    if (e.rows.find("ipGroups", "group") == nullptr)
      e.rows.row("ipGroups", "group", {{"ipAddresses", Json::array({"10.0.2.0/24", "10.1.0.4-10.1.0.20"})}});
    rule["destinationIpGroups"] =
        Json::array({reference(id_of("ipGroups", e.dice.chance(80) ? "group" : "elsewhere"))});
  } else {
    rule["destinationAddresses"] = Json::array({e.dice.word({"*", "10.2.0.0/22", "10.0.0.0/8", "Storage"})});
  }
  return rule;
}

void firewall_rules(RandomEstate& e) {
  Json* list = collections(e);
  if (list == nullptr) return;
  const bool is_nat = e.dice.chance(45);
  const std::string type = is_nat ? "NatRule" : e.dice.word({"NetworkRule", "NetworkRule", "ApplicationRule"});
  list->push_back(
      {{"name", fmt::format("c{}", list->size())},
       {"priority", 100 + 10 * list->size()},
       {"ruleCollectionType", is_nat ? "FirewallPolicyNatRuleCollection" : "FirewallPolicyFilterRuleCollection"},
       {"action",
        {{"type", is_nat              ? "DNAT"
                  : e.dice.chance(50) ? "Allow"
                                      : "Deny"}}},
       {"rules", Json::array({firewall_rule(e, type.c_str())})}});
}

/// The Internet reaches a private endpoint through the firewall.
void translate_to_endpoint(RandomEstate& e) {
  Json* list = collections(e);
  if (list == nullptr) return;
  Json rule = firewall_rule(e, "NatRule");
  rule["sourceAddresses"] = Json::array({"*"});
  rule["destinationPorts"] = Json::array({"443"});
  rule["translatedAddress"] = e.dice.chance(70) ? "10.0.3.5" : "10.1.1.5";
  list->push_back({{"name", fmt::format("c{}", list->size())},
                   {"priority", 100 + 10 * list->size()},
                   {"ruleCollectionType", "FirewallPolicyNatRuleCollection"},
                   {"action", {{"type", "DNAT"}}},
                   {"rules", Json::array({std::move(rule)})}});
}

void close_firewall(RandomEstate& e) {
  if (Json* list = collections(e)) list->erase(list->begin(), list->end());
}

void private_ranges(RandomEstate& e) {
  Json* policy = e.rows.find("firewallPolicies", "policy");
  if (policy == nullptr) return;
  Json snat = {{"privateRanges",
                Json::array({e.dice.word({"0.0.0.0/0", "255.255.255.255/32", "10.1.0.0/16", "IANAPrivateRanges"})})}};
  if (e.dice.chance(20)) snat["autoLearnPrivateRanges"] = "Enabled";
  (*policy)["properties"]["snat"] = std::move(snat);
}

void gather(Json& value, std::vector<Json*>& out) {
  if (value.is_array()) {
    for (Json& element : value) {
      if (element.is_primitive())
        out.push_back(&element);
      else
        gather(element, out);
    }
    return;
  }
  const bool is_named = value.contains("properties");
  for (auto& [key, member] : value.items()) {
    if (is_named && key != "properties") continue;
    if (member.is_primitive())
      out.push_back(&member);
    else
      gather(member, out);
  }
}

void odd_value(RandomEstate& e) {
  Json& row = e.rows.list()[e.dice.below(e.rows.list().size())];
  if (row["name"] == "fw" || row["name"] == "policy") return;
  const std::vector<Json*> values = scalars_of(row);
  if (!values.empty()) *e.dice.of(values) = "Odd";
}

void odd_property(RandomEstate& e) {
  Json& row = e.rows.list()[e.dice.below(e.rows.list().size())];
  if (row["name"] != "fw") row["properties"]["oddSwitch"] = "On";
}

}  // namespace

std::vector<Json*> scalars_of(Json& row) {
  std::vector<Json*> out;
  gather(row["properties"], out);
  return out;
}

const std::vector<Defect>& filter_defects() {
  static const std::vector<Defect> list = {{"random group", random_group},
                                           {"another random group", random_group},
                                           {"closing group", closing_group},
                                           {"group against a subnet", group_against_subnet},
                                           {"join an asg", join_asg},
                                           {"dangling group", dangling_group},
                                           {"firewall rules", firewall_rules},
                                           {"endpoint translated", translate_to_endpoint},
                                           {"endpoint translated again", translate_to_endpoint},
                                           {"firewall closed", close_firewall},
                                           {"odd value", odd_value},
                                           {"odd property", odd_property},
                                           {"private ranges", private_ranges}};
  return list;
}

}  // namespace hubproof::differential
