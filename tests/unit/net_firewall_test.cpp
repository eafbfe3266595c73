// Azure Firewall: which rule decides, and what the packet looks like behind it.
// source: learn.microsoft.com/azure/firewall/rule-processing, azure-semantics.md 4.2
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/net/firewall_rules.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

/// One collection with one rule.
struct Placed {
  const char* policy;  ///< "child" inherits from "parent"
  const char* group;
  std::uint32_t group_priority;
  std::uint32_t priority;
  model::Access action;
  FirewallRuleRow rule;
};

Build one_firewall(const std::vector<Placed>& placed) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("parent");
  b.policy("child", "parent");
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "child"});
  std::vector<std::string> groups;
  for (const Placed& p : placed) {
    const std::string name = std::string(p.policy) + p.group;
    if (std::find(groups.begin(), groups.end(), name) == groups.end())
      b.rule_group(p.policy, p.group, p.group_priority);
    groups.push_back(name);
    b.rules(p.policy, p.group, p.priority, p.action, {p.rule});
  }
  return b;
}

/// What decides a packet from 10.1.0.4 to `destination`: "allow collection-100 in group".
std::string decided(const std::vector<Placed>& placed, std::string_view destination, std::uint16_t port) {
  Build b = one_firewall(placed);
  World w = b.world();
  const net::FirewallResult result =
      net::firewall_rules(w.view(), w.estate().tables().firewalls.front(),
                          {ip("10.1.0.4"), ip(destination), Protocol::tcp, 49152, port}, false);
  const std::string what = result.decision == net::FilterResult::Decision::allow  ? "allow"
                           : result.decision == net::FilterResult::Decision::deny ? "deny"
                                                                                  : "unknown";
  const std::size_t at = result.reason.find("collection-");
  return what + (at == std::string::npos ? "" : " " + result.reason.substr(at, result.reason.find(':') - at));
}

}  // namespace

TEST_CASE("firewall: network rules before application rules, parents first, low numbers first, then deny") {
  using enum model::Access;
  struct Row {
    std::string why;
    std::vector<Placed> rules;
    std::string expected;
  };
  const FirewallRuleRow any;
  const FirewallRuleRow name{.kind = "application", .fqdns = {"*"}};
  const Row rows[] = {
      {"no rule", {}, "deny"},
      {"a rule for another port", {{"child", "g", 100, 100, allow, {.ports = "22"}}}, "deny"},
      {"the collection with the lower number",
       {{"child", "g", 100, 200, allow, any}, {"child", "g", 100, 100, deny, any}},
       "deny collection-100 in g"},
      {"the group with the lower number, whatever its collections have",
       {{"child", "g", 300, 100, allow, any}, {"child", "h", 200, 900, deny, any}},
       "deny collection-900 in h"},
      {"the parent's group, whatever its number",
       {{"child", "g", 100, 100, allow, any}, {"parent", "h", 65000, 100, deny, any}},
       "deny collection-100 in h"},
      {"a network rule of the child before an application rule of the parent",
       {{"parent", "g", 100, 100, deny, name}, {"child", "h", 200, 200, allow, any}},
       "allow collection-200 in h"},
      {"a network rule before an application rule with a lower number",
       {{"child", "g", 100, 100, deny, name}, {"child", "g", 100, 200, allow, any}},
       "allow collection-200 in g"},
      {"an application rule that may allow", {{"child", "g", 100, 100, allow, name}}, "unknown collection-100 in g"},
      {"an application rule that denies changes nothing", {{"child", "g", 100, 100, deny, name}}, "deny"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(decided(row.rules, "10.9.0.4", 1433) == row.expected);
  }
  // The built-in rules for the platform's names may let web traffic to the Internet pass.
  CHECK(decided({}, "8.8.8.8", 443) == "unknown");
  CHECK(decided({}, "8.8.8.8", 22) == "deny");
}

TEST_CASE("firewall: what leaves the private ranges has the firewall's address") {
  // source: learn.microsoft.com/azure/firewall/snat-private-range
  struct Row {
    std::string destination;
    std::string seen;
    std::string other;
  };
  const Row rows[] = {
      {"10.2.0.9", "10.1.0.4", "10.0.0.4"},    {"172.16.0.9", "10.1.0.4", "10.0.0.4"},
      {"192.168.0.9", "10.1.0.4", "10.0.0.4"}, {"100.64.0.9", "10.1.0.4", "10.0.0.4"},
      {"203.0.113.9", "10.0.0.4", "10.1.0.4"},
  };
  for (const Row& row : rows) {
    for (const bool is_seen : {true, false}) {
      CAPTURE(row.destination);
      Build b = one_firewall({{"child", "g", 100, 100, model::Access::allow, {}}});
      b.vnet("client", "10.1.0.0/16");
      b.route_table("rt");
      b.udr("rt", row.destination + "/32", "10.0.0.4");
      b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
      b.peer("hub", "client");
      const std::string range = to_string(Prefix::around(ip(row.destination), 24));
      b.vnet("server", range);
      b.nsg("nsg");
      b.rule("nsg", {.priority = 100, .from = is_seen ? row.seen : row.other});
      b.rule("nsg", {.priority = 200, .access = "Deny"});
      b.subnet("server", "s", range, {.nsg = "nsg"});
      b.peer("hub", "server");
      World w = b.world();
      const net::Place from{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("client/s").index()].id};
      const net::Trace trace = net::trace(w.view(), {from, ip("10.1.0.4"), ip(row.destination)});
      CHECK(net::name(trace.disposition) == (is_seen ? "delivered" : "denied"));
    }
  }
}
