// A small world in all its ways: two spokes and a hub, every peering state on either side between the spokes, every
// route that the first may have to the second, every group that may stand in between; every flow is followed.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "tests/differential/checks.h"

using namespace hubproof::differential;

namespace {

constexpr const char* kStates[] = {"", "Initiated", "Connected", "Disconnected"};  // empty: no object on that side
constexpr const char* kHops[] = {"", "10.0.0.4", "10.2.0.9", "None", "Internet"};
constexpr const char* kPrefixes[] = {"10.2.0.0/22", "10.2.0.0/24", "10.2.1.5/32"};
enum class Group { none, stops_sending, stops_receiving, stops_one_port };
constexpr Group kGroups[] = {Group::none, Group::stops_sending, Group::stops_receiving, Group::stops_one_port};
constexpr const char* kPolicies[] = {"", "NetworkSecurityGroupEnabled", "RouteTableEnabled", "Enabled"};

struct Choice {
  const char* here = "";
  const char* there = "";
  const char* prefix = "";
  const char* hop = "";
  Group group = Group::none;
  const char* policies = "";
};

void side(Rows& rows, const char* from, const char* to, const char* state) {
  if (*state != '\0') rows.peering(from, to)["peeringState"] = state;
}

void groups(Rows& rows, Group group) {
  if (group == Group::none) return;
  rows.nsg("group");
  const bool is_sender = group == Group::stops_sending;
  RuleWords deny{100, is_sender ? "Outbound" : "Inbound", "Deny"};
  if (group == Group::stops_one_port) deny.ports = "443";
  rows.rule("group", deny);
  for (const char* subnet : {"app", "pe"}) {
    const std::string where = std::string(is_sender ? "spoke1/" : "spoke2/") + subnet;
    rows.subnet_of(where)["networkSecurityGroup"] = reference(id_of("networkSecurityGroups", "group"));
  }
}

void spoke(Rows& rows, int number, const char* policies) {
  const std::string name = fmt::format("spoke{}", number);
  const std::string net = fmt::format("10.{}", number);
  rows.vnet(name, {net + ".0.0/22"});
  rows.route_table("rt-" + name, true);
  for (const char* prefix : {"0.0.0.0/0", "10.0.2.0/24"}) rows.route("rt-" + name, prefix, "10.0.0.4");
  rows.route("rt-hub", net + ".0.0/22", "10.0.0.4");
  rows.subnet(name, "app", net + ".0.0/24")["routeTable"] = reference(id_of("routeTables", "rt-" + name));
  rows.nic("nic-" + name, name + "/app", net + ".0.9");
  Json& endpoints = rows.subnet(name, "pe", net + ".1.0/24");
  if (*policies != '\0') endpoints["privateEndpointNetworkPolicies"] = policies;
  rows.endpoint("pe-" + name, name + "/pe", net + ".1.5", id_of("Microsoft.Storage/storageAccounts", "st"));
  rows.peer("hub", name);
}

Json estate(const Choice& choice) {
  Rows rows;
  rows.vnet("hub", {"10.0.0.0/18"});
  rows.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  rows.firewall("fw", "hub", "10.0.0.4", "", "");
  rows.route_table("rt-hub", true);
  rows.subnet("hub", "apim", "10.0.2.0/24")["routeTable"] = reference(id_of("routeTables", "rt-hub"));
  for (const int number : {1, 2}) spoke(rows, number, choice.policies);
  // The hub itself reaches the endpoints through the firewall by a route for each.
  for (const char* endpoint : {"10.1.1.5/32", "10.2.1.5/32"}) rows.route("rt-hub", endpoint, "10.0.0.4");
  side(rows, "spoke1", "spoke2", choice.here);
  side(rows, "spoke2", "spoke1", choice.there);
  if (*choice.hop != '\0') rows.route("rt-spoke1", choice.prefix, choice.hop);
  groups(rows, choice.group);
  return rows.page();
}

bool check(const Choice& choice, Coverage& coverage) {
  Dice dice(static_cast<std::uint32_t>(coverage.estates));
  const Json page = estate(choice);
  const World world = load(page, {});
  const std::vector<std::string> found = disagreements(world, dice, {true, false, 0}, coverage);
  for (const std::string& sentence : found)
    fmt::print("{} / {}, {} -> {}, group {}, policies {}: {}\n", choice.here, choice.there, choice.prefix, choice.hop,
               static_cast<int>(choice.group), choice.policies, sentence);
  return found.empty();
}

/// Calls `visit` with every way to choose; without a hop the prefix plays no part, and is not varied.
template <class Visit>
void for_each_choice(Visit visit) {
  for (const char* here : kStates) {
    for (const char* there : kStates) {
      for (const char* hop : kHops) {
        for (const char* prefix : kPrefixes) {
          if (*hop == '\0' && prefix != kPrefixes[0]) continue;
          for (const Group group : kGroups) {
            for (const char* policies : kPolicies) visit(Choice{here, there, prefix, hop, group, policies});
          }
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("every peering, route, group and endpoint policy between two spokes: all evaluations agree on every flow") {
  Coverage coverage;
  int failures = 0;
  for_each_choice([&](const Choice& choice) { failures += check(choice, coverage) ? 0 : 1; });
  fmt::print("exhaustive: {}", coverage.to_string());
  CHECK(failures == 0);
  CHECK(coverage.estates == 4 * 4 * (1 + 4 * 3) * 4 * 4);
  for (const char* verdict : {"by both layers proved", "by both layers refuted", "by both layers unknown"}) {
    CAPTURE(verdict);
    CHECK(coverage.verdicts.count(verdict) == 1);
  }
}
