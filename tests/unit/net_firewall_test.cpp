// Azure Firewall: which rule decides, and what the packet looks like behind it.
// source: learn.microsoft.com/azure/firewall/rule-processing, azure-semantics.md 4.2
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "engine/net/firewall_policies.h"
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

/// What the two policies say of source translation.
struct Ranges {
  std::vector<Prefix> child = {};
  std::vector<Prefix> parent = {};
  bool child_learns = false;
  bool parent_learns = false;
};

Build one_firewall(const std::vector<Placed>& placed, const Ranges& ranges = {}) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  model::FirewallPolicy& parent = b.policy("parent");
  parent.private_ranges = ranges.parent;
  parent.learns_private_ranges = ranges.parent_learns;
  model::FirewallPolicy& child = b.policy("child", "parent");
  child.private_ranges = ranges.child;
  child.learns_private_ranges = ranges.child_learns;
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

/// A firewall 10.0.0.4 that lets everything pass, a client 10.1.0.4 whose packets to `destination` go there, and a
/// server in a peered network whose group lets in what comes from `from`.
World client_and_server(const Ranges& ranges, const std::string& destination, const std::string& from,
                        const PeeringOptions& peering = {}) {
  Build b = one_firewall({{"child", "g", 100, 100, model::Access::allow, {}}}, ranges);
  b.vnet("client", "10.1.0.0/16");
  b.route_table("rt");
  b.udr("rt", destination + "/32", "10.0.0.4");
  b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
  b.peer("hub", "client");
  const std::string range = to_string(Prefix::around(ip(destination), 24));
  b.vnet("server", range);
  b.nsg("nsg");
  b.rule("nsg", {.priority = 100, .from = from});
  b.rule("nsg", {.priority = 200, .access = "Deny"});
  b.subnet("server", "s", range, {.nsg = "nsg"});
  b.peer("hub", "server", peering);
  return b.world();
}

net::Trace from_client(const World& w, std::string_view destination, Protocol protocol = Protocol::tcp) {
  const net::Place from{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("client/s").index()].id};
  return net::trace(w.view(), {from, ip("10.1.0.4"), ip(destination), protocol});
}

/// Whose address the server's group sees: "the client's", "the firewall's" or "unknown".
std::string seen(const Ranges& ranges, const std::string& destination, Protocol protocol = Protocol::tcp) {
  const auto ends = [&](const std::string& from) {
    return from_client(client_and_server(ranges, destination, from), destination, protocol).disposition;
  };
  const net::Disposition as_client = ends("10.1.0.4");
  const net::Disposition as_firewall = ends("10.0.0.0/26");
  using enum net::Disposition;
  if (as_client == delivered && as_firewall == denied) return "the client's";
  if (as_client == denied && as_firewall == delivered) return "the firewall's";
  CHECK((as_client == unknown && as_firewall == unknown));
  return "unknown";
}

const Prefix kAlways = prefix("255.255.255.255");

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

TEST_CASE("firewall: what leaves the private ranges has one of the firewall's addresses") {
  // source: learn.microsoft.com/azure/firewall/snat-private-range
  const Prefix benchmark = prefix("198.18.0.0/15");
  std::vector<Prefix> azure_and_more(std::begin(model::kDefaultPrivateRanges), std::end(model::kDefaultPrivateRanges));
  azure_and_more.push_back(benchmark);
  struct Row {
    std::string why;
    Ranges ranges;
    std::string destination;
    std::string expected;
  };
  const Row rows[] = {
      {"RFC 1918", {}, "10.2.0.9", "the client's"},
      {"RFC 1918", {}, "172.16.0.9", "the client's"},
      {"RFC 1918", {}, "192.168.0.9", "the client's"},
      {"RFC 6598", {}, "100.64.0.9", "the client's"},
      {"a public address", {}, "203.0.113.9", "the firewall's"},
      {"an address of neither", {}, "198.18.0.9", "the firewall's"},
      {"ranges of one's own", Ranges{{benchmark}}, "198.18.0.9", "the client's"},
      {"ranges of one's own take the place of Azure's", Ranges{{benchmark}}, "10.2.0.9", "the firewall's"},
      {"unless they name them", Ranges{azure_and_more}, "10.2.0.9", "the client's"},
      {"one of Azure's ranges alone", Ranges{{prefix("10.0.0.0/8")}}, "192.168.0.9", "the firewall's"},
      {"always", Ranges{{kAlways}}, "10.2.0.9", "the firewall's"},
      {"never", Ranges{{prefix("0.0.0.0/0")}}, "203.0.113.9", "the client's"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CAPTURE(row.destination);
    CHECK(seen(row.ranges, row.destination) == row.expected);
  }
}

TEST_CASE("firewall: private ranges that no export decides leave the source open") {
  const Ranges of_parent{.parent = {prefix("10.0.0.0/8")}};
  const Ranges learning{.child_learns = true};
  const Ranges learning_parent{.parent_learns = true};
  const Ranges always{{kAlways}};
  struct Row {
    std::string why;
    Ranges ranges;
    std::string destination;
    Protocol protocol;
    std::string expected;
  };
  const Row rows[] = {
      {"a parent's ranges, where Azure's say otherwise", of_parent, "192.168.0.9", Protocol::tcp, "unknown"},
      {"a parent's ranges, where Azure's say the same", of_parent, "10.2.0.9", Protocol::tcp, "the client's"},
      {"a parent's ranges, where neither holds it", of_parent, "203.0.113.9", Protocol::tcp, "the firewall's"},
      {"learned ranges", learning, "203.0.113.9", Protocol::tcp, "unknown"},
      {"learned ranges beside named ones", learning, "10.2.0.9", Protocol::tcp, "the client's"},
      {"ranges that a parent learns", learning_parent, "203.0.113.9", Protocol::tcp, "unknown"},
      {"ranges of one's own and UDP", always, "10.2.0.9", Protocol::udp, "the firewall's"},
      {"ranges of one's own and ICMP", always, "10.2.0.9", Protocol::icmp, "unknown"},
      {"ranges of one's own and ICMP, where Azure's say the same", always, "203.0.113.9", Protocol::icmp,
       "the firewall's"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(seen(row.ranges, row.destination, row.protocol) == row.expected);
  }
}

TEST_CASE("firewall: which of its instances sends is not known, so a group must treat them alike") {
  const auto ends = [](const std::string& from) {
    const World w = client_and_server({{kAlways}}, "10.2.0.9", from);
    return std::string(net::name(from_client(w, "10.2.0.9").disposition));
  };
  CHECK(ends("10.0.0.0/26") == "delivered");
  CHECK(ends("10.0.0.0/16") == "delivered");
  CHECK(ends("10.0.0.4") == "unknown");
  CHECK(ends("10.0.0.0/27") == "unknown");
  CHECK(ends("10.1.0.0/16") == "denied");
}

TEST_CASE("firewall: what it translated crosses a peering for sure only with allowForwardedTraffic") {
  const auto ends = [](const Ranges& ranges) {
    const World w = client_and_server(ranges, "10.2.0.9", "*", {.forwarded = false});
    return std::string(net::name(from_client(w, "10.2.0.9").disposition));
  };
  CHECK(ends({}) == "unknown");
  CHECK(ends({{kAlways}}) == "unknown");
}

TEST_CASE("firewall: with private ranges of its own it sends to the Internet only what it translates") {
  struct Row {
    std::string why;
    Ranges ranges;
    bool has_nat_gateway;
    std::string expected;
  };
  const Row rows[] = {
      {"Azure's ranges", {}, false, "exits-to-internet"},
      {"always", {{kAlways}}, false, "exits-to-internet"},
      {"never", {{prefix("0.0.0.0/0")}}, false, "dropped"},
      {"never, with a NAT gateway", {{prefix("0.0.0.0/0")}}, true, "unknown"},
      {"not for this destination", {{prefix("8.8.8.0/24")}}, false, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one_firewall({{"child", "g", 100, 100, model::Access::allow, {}}}, row.ranges);
    b.nat_gateway("nat");
    if (row.has_nat_gateway) b.attach("hub", "AzureFirewallSubnet", {.nat_gateway = "nat"});
    b.vnet("client", "10.1.0.0/16");
    b.route_table("rt");
    b.udr("rt", "0.0.0.0/0", "10.0.0.4");
    b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
    b.peer("hub", "client");
    CHECK(net::name(from_client(b.world(), "8.8.8.8").disposition) == row.expected);
  }
}

namespace {

/// A firewall without a policy, and a client behind it.
Build classic_firewall(const std::function<void(model::AzureFirewall&)>& change = [](model::AzureFirewall&) {}) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  change(b.firewall("fw", "hub", "10.0.0.4"));
  b.vnet("client", "10.1.0.0/16");
  b.subnet("client", "s", "10.1.0.0/24");
  b.peer("hub", "client");
  return b;
}

net::FirewallResult ask_firewall(const World& w, std::string_view destination, std::uint16_t port,
                                 bool is_for_firewall = false) {
  return net::firewall_rules(w.view(), w.estate().tables().firewalls.front(),
                             {ip("10.1.0.4"), ip(destination), Protocol::tcp, 49152, port}, is_for_firewall);
}

}  // namespace

TEST_CASE("firewall: classic rules act by type, then by the priority of their collections") {
  // source: learn.microsoft.com/azure/firewall/rule-processing#rule-processing-using-classic-rules
  using Decision = net::FilterResult::Decision;
  Build b = classic_firewall();
  // Application rules come after network rules, whatever their priority.
  b.classic_rules("fw", 100, model::Access::deny,
                  {{.kind = "application", .fqdns = {"*.example.com"}, .applications = "https:8443"}});
  b.classic_rules("fw", 300, model::Access::allow, {{.to = "10.9.0.0/16", .protocols = "tcp"}});
  b.classic_rules("fw", 200, model::Access::deny, {{.to = "10.9.1.0/24", .ports = "22", .protocols = "tcp"}});
  b.classic_rules("fw", 400, model::Access::allow,
                  {{.kind = "nat",
                    .to = "203.0.113.4",
                    .ports = "443",
                    .protocols = "tcp",
                    .translated_address = "10.9.0.5",
                    .translated_port = 8443}});
  const World w = b.world();
  const net::FirewallResult denied = ask_firewall(w, "10.9.1.4", 22);
  CHECK(denied.decision == Decision::deny);
  REQUIRE(denied.decided_by.size() == 1);
  CHECK(denied.decided_by[0].pointer == "/properties/networkRuleCollections/1/properties/rules/0");
  CHECK(ask_firewall(w, "10.9.1.4", 8443).decision == Decision::allow);
  CHECK(ask_firewall(w, "10.8.0.4", 22).decision == Decision::deny);
  CHECK(ask_firewall(w, "10.8.0.4", 8443).decision == Decision::deny);
  const net::FirewallResult translated = ask_firewall(w, "203.0.113.4", 443, true);
  REQUIRE(translated.translation);
  CHECK(to_string(translated.translation->address) == "10.9.0.5");
  CHECK(translated.decided_by.at(0).pointer == "/properties/natRuleCollections/0/properties/rules/0");
  CHECK(ask_firewall(w, "203.0.113.4", 80, true).decision == Decision::deny);
}

TEST_CASE("firewall: a row without a policy that does not show all lists of rules tells nothing") {
  for (const bool is_whole : {true, false}) {
    CAPTURE(is_whole);
    Build b = classic_firewall([&](model::AzureFirewall& firewall) { firewall.classic.is_whole = is_whole; });
    b.classic_rules("fw", 100, model::Access::allow, {{}});
    CHECK(ask_firewall(b.world(), "8.8.8.8", 443).decision ==
          (is_whole ? net::FilterResult::Decision::allow : net::FilterResult::Decision::unknown));
  }
}

TEST_CASE("firewall: threat intelligence and the DNS proxy of one without a policy are its own") {
  // source: learn.microsoft.com/azure/firewall/threat-intel, .../dns-settings
  for (const bool is_on : {true, false}) {
    CAPTURE(is_on);
    Build b = classic_firewall([&](model::AzureFirewall& firewall) {
      firewall.denies_threats = is_on;
      firewall.dns_proxy = is_on;
    });
    const World w = b.world();
    const auto inspections = net::denying_inspections(w.view(), w.estate().tables().firewalls.front());
    REQUIRE(inspections.size() == (is_on ? 1 : 0));
    if (is_on) CHECK(inspections[0].owner == w.estate().tables().firewalls.front().id);
    const net::Place from{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("client/s").index()].id};
    net::Flow flow{from, ip("10.1.0.4"), ip("10.0.0.4")};
    flow.protocol = Protocol::udp;
    flow.destination_port = 53;
    CHECK(net::trace(w.view(), flow).disposition == (is_on ? net::Disposition::delivered : net::Disposition::denied));
  }
}

TEST_CASE(
    "firewall: what threat intelligence and intrusion detection may drop is told in the order in which they act") {
  // source: learn.microsoft.com/azure/firewall/rule-processing#threat-intelligence, #idps
  struct Row {
    std::string why;
    bool parent_denies_threats;
    bool denies_threats;
    bool denies_intrusions;
    std::string tier;
    std::string expected;
  };
  const Row rows[] = {
      {"neither drops", false, false, false, "Premium", ""},
      {"both drop", false, true, true, "Premium", "threat intelligence, intrusion detection"},
      {"a child is as strict as its parent", true, false, false, "Standard", "threat intelligence"},
      {"intrusion detection needs Premium", false, false, true, "Standard", ""},
      {"of a tier that is not known it may be", false, false, true, "", "intrusion detection"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
    b.policy("parent").denies_threats = row.parent_denies_threats;
    model::FirewallPolicy& child = b.policy("child", "parent");
    child.denies_threats = row.denies_threats;
    child.denies_intrusions = row.denies_intrusions;
    b.rule_group("child", "g", 100);
    b.rules("child", "g", 100, model::Access::allow, {{}});
    b.firewall("fw", "hub", "10.0.0.4", {.policy = "child", .tier = row.tier});
    b.vnet("client", "10.1.0.0/16");
    b.route_table("rt");
    b.udr("rt", "0.0.0.0/0", "10.0.0.4");
    b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
    b.peer("hub", "client");
    const World w = b.world();
    std::string told;
    for (const net::Inspection& inspection :
         net::denying_inspections(w.view(), w.estate().tables().firewalls.front())) {
      told += (told.empty() ? "" : ", ") + std::string(net::name(inspection.kind));
    }
    CHECK(told == row.expected);
    bool is_in_trace = false;
    for (const net::Hop& hop : from_client(w, "8.8.8.8").hops)
      is_in_trace = is_in_trace || hop.note.find("for malicious") != std::string::npos;
    CHECK(is_in_trace == !row.expected.empty());
  }
}

namespace {

/// "allow", "deny" or "unknown" for a request of 10.1.0.4 to 10.9.0.4.
std::string asked(const std::vector<Placed>& placed, std::string_view host, std::uint16_t port = 443,
                  std::string_view destination = "10.9.0.4") {
  Build b = one_firewall(placed);
  const World w = b.world();
  const net::FirewallResult result =
      net::firewall_rules(w.view(), w.estate().tables().firewalls.front(),
                          {ip("10.1.0.4"), ip(destination), Protocol::tcp, 49152, port}, false, host);
  const std::string how = result.asks_itself ? " by its own DNS" : (result.by_name ? " by name" : "");
  const bool is_allow = result.decision == net::FilterResult::Decision::allow;
  return (is_allow ? "allow" : (result.decision == net::FilterResult::Decision::deny ? "deny" : "unknown")) + how;
}

FirewallRuleRow names(Names fqdns, std::string applications = "https:443") {
  return {.kind = "application", .fqdns = std::move(fqdns), .applications = std::move(applications)};
}

}  // namespace

TEST_CASE("firewall: an application rule holds names, with an asterisk on the left for anything") {
  // source: learn.microsoft.com/azure/firewall/firewall-faq (wildcards in target FQDNs)
  struct Row {
    std::string pattern;
    std::string host;
    std::string expected;
  };
  const Row rows[] = {
      {"www.contoso.com", "www.contoso.com", "allow by name"},
      {"WWW.Contoso.com", "www.contoso.COM", "allow by name"},
      {"www.contoso.com", "www.contoso.com.", "allow by name"},
      {"www.contoso.com", "www.contoso.org", "deny"},
      {"www.contoso.com", "a.www.contoso.com", "deny"},
      {"*.contoso.com", "any.contoso.com", "allow by name"},
      {"*.contoso.com", "sub1.any.contoso.com", "allow by name"},
      {"*.contoso.com", "contoso.com", "deny"},
      {"*.contoso.com", "anycontoso.com", "deny"},
      {"*contoso.com", "example.anycontoso.com", "allow by name"},
      {"*contoso.com", "contoso.com", "allow by name"},
      {"*", "contoso.com", "allow by name"},
      {"www.contoso.*", "www.contoso.com", "unknown"},
      {"*.contoso.*", "www.contoso.com", "unknown"},
      {"*", "", "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.host);
    CHECK(asked({{"child", "g", 100, 100, model::Access::allow, names({row.pattern})}}, row.host) == row.expected);
  }
}

TEST_CASE("firewall: a request for a name on 80, 443 and 1433 is HTTP, HTTPS and SQL; only HTTPS goes on as it is") {
  // source: learn.microsoft.com/azure/firewall/rule-processing; azure-semantics.md 4.2
  FirewallRuleRow ends_tls = names({"*"});
  ends_tls.terminates_tls = true;
  struct Row {
    std::string why;
    FirewallRuleRow rule;
    std::uint16_t port;
    std::string expected;
  };
  const Row rows[] = {
      {"HTTPS", names({"*"}), 443, "allow by name"},
      {"HTTPS that the firewall ends", ends_tls, 443, "allow by its own DNS"},
      {"HTTP", names({"*"}, "http:80, https:443"), 80, "allow by its own DNS"},
      {"SQL", names({"*"}, "mssql:1433"), 1433, "allow by its own DNS"},
      {"another port than the rule's", names({"*"}), 80, "deny"},
      {"HTTP on the port of HTTPS", names({"*"}, "http:443"), 443, "unknown"},
      {"a port that is no protocol's own", names({"*"}, "https:8443"), 8443, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(asked({{"child", "g", 100, 100, model::Access::allow, row.rule}}, "a.example", row.port) == row.expected);
  }
}

TEST_CASE("firewall: application rules decide in order once the name is known, after network rules") {
  using enum model::Access;
  FirewallRuleRow tag = names({});
  tag.has_other_names = true;
  FirewallRuleRow elsewhere = names({"*"});
  elsewhere.from = "10.7.0.0/16";
  FirewallRuleRow with_addresses = names({"*"});
  with_addresses.to = "10.9.0.0/16";
  struct Row {
    std::string why;
    std::vector<Placed> rules;
    std::string expected;
  };
  const Row rows[] = {
      {"the first that matches denies",
       {{"child", "g", 100, 100, deny, names({"a.example"})}, {"child", "g", 100, 200, allow, names({"*"})}},
       "deny"},
      {"the first that matches allows",
       {{"child", "g", 100, 100, allow, names({"a.example"})}, {"child", "g", 100, 200, deny, names({"*"})}},
       "allow by name"},
      {"a parent's deny before a child's allow",
       {{"child", "g", 100, 100, allow, names({"*"})}, {"parent", "h", 900, 900, deny, names({"*.example"})}},
       "deny"},
      {"a rule for other names decides nothing",
       {{"child", "g", 100, 100, deny, names({"b.example"})}, {"child", "g", 100, 200, allow, names({"*"})}},
       "allow by name"},
      {"a rule for other senders decides nothing", {{"child", "g", 100, 100, allow, elsewhere}}, "deny"},
      {"a network rule comes before",
       {{"child", "g", 100, 100, deny, names({"*"})}, {"child", "g", 100, 200, allow, {}}},
       "allow"},
      {"a tag may hold the name", {{"child", "g", 100, 100, allow, tag}}, "unknown"},
      {"a tag may hold the name, and the next rule says otherwise",
       {{"child", "g", 100, 100, deny, tag}, {"child", "g", 100, 200, allow, names({"*"})}},
       "unknown"},
      {"a tag may hold the name, and the next rule says the same",
       {{"child", "g", 100, 100, allow, tag}, {"child", "g", 100, 200, allow, names({"*"})}},
       "allow by name"},
      {"addresses beside names", {{"child", "g", 100, 100, allow, with_addresses}}, "unknown"},
      {"no rule", {}, "deny"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(asked(row.rules, "a.example") == row.expected);
  }
  // Which names the built-in collection holds is in no export, but one's own rules come first.
  CHECK(asked({}, "a.example", 443, "8.8.8.8") == "unknown");
  CHECK(asked({{"child", "g", 100, 100, deny, names({"*"})}}, "a.example", 443, "8.8.8.8") == "deny");
}
