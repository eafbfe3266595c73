// firewall.json: order of rules, inheritance, translation.
#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/firewall_policies.h"
#include "engine/net/firewall_rules.h"
#include "engine/net/reply.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using model::Access;

/// A hub whose firewall 10.0.0.4 has policy "child", which inherits from "parent".
Build hub_with_firewall(const std::vector<Prefix>& private_ranges, bool denies_threats = false,
                        bool denies_intrusions = false) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.public_ip("pip", "203.0.113.4");
  b.policy("parent");
  model::FirewallPolicy& child = b.policy("child", "parent");
  child.private_ranges = private_ranges;
  child.denies_threats = denies_threats;
  child.denies_intrusions = denies_intrusions;
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "child", .public_ip = "pip"});
  return b;
}

Build one_firewall() { return hub_with_firewall({}); }

/// A collection with one rule, both by that name.
void add_rule(Build& b, const char* policy, const std::string& group, std::uint32_t priority, Access access,
              const std::string& name, const FirewallRuleRow& row = {}) {
  model::RuleCollection& collection = b.rules(policy, group, priority, access, {row});
  collection.name = name;
  collection.rules.front().name = name;
}

net::FirewallResult asked(const World& w, std::string_view to, std::uint16_t port, bool is_for_firewall = false,
                          std::string_view from = "10.1.0.4") {
  return net::firewall_rules(w.view(), w.estate().tables().firewalls.front(),
                             {ip(from), ip(to), Protocol::tcp, 49152, port}, is_for_firewall);
}

/// Name of the rule that decided; "default" when none did.
std::string rule_of(const net::FirewallResult& result) {
  const std::string value(result.decided_by.front().value);
  return text::starts_with(value, "no ") ? "default" : value.substr(0, value.find(' '));
}

struct Collection {
  const char* policy;
  std::string group;
  std::uint32_t group_priority;
  std::string name;
  std::string kind;
  std::uint32_t priority;
};

std::vector<Collection> collections(const Json& network) {
  std::vector<Collection> out;
  for (const char* policy : {"parent", "child"}) {
    for (const Json& group : network.at(policy).at("ruleCollectionGroups")) {
      for (const Json& row : group.at("collections"))
        out.push_back({policy, text_at(group, "name"), group.at("priority"), row.at(0), row.at(1), row.at(2)});
    }
  }
  return out;
}

FirewallRuleRow row_of(const std::string& kind) {
  if (kind == "Nat") return {.kind = "nat", .to = "203.0.113.4", .translated_address = "10.1.0.4"};
  if (kind == "Application") return {.kind = "application", .fqdns = {"*"}};
  return {};
}

/// The collection that acts first on a packet that all of them match.
std::string first_of(const std::vector<Collection>& list) {
  Build b = one_firewall();
  std::set<std::string> groups;
  for (const Collection& c : list) {
    if (groups.insert(c.policy + c.group).second) b.rule_group(c.policy, c.group, c.group_priority);
    add_rule(b, c.policy, c.group, c.priority, Access::allow, c.name, row_of(c.kind));
  }
  const World w = b.world();
  const net::FirewallResult translated = asked(w, "203.0.113.4", 1433, true);
  return rule_of(translated.translation ? translated : asked(w, "10.9.0.4", 1433));
}

/// The order in which collections decide, each time without those that did before.
void rule_order(Vector& vector) {
  std::vector<Collection> left = collections(vector.network());
  Json order = Json::array();
  while (!left.empty()) {
    const std::string name = first_of(left);
    order.push_back(name);
    const auto found = std::find_if(left.begin(), left.end(), [&](const Collection& c) { return c.name == name; });
    if (found == left.end()) break;
    left.erase(found);
  }
  vector.same("order", order);
}

FirewallRuleRow row_of(const Json& rule) {
  FirewallRuleRow out;
  out.from = rule.value("source", "*");
  out.to = rule.value("destination", "*");
  out.protocols = rule.value("protocol", "any");
  out.ports.clear();
  for (const Json& port : list_at(rule, "ports")) out.ports += (out.ports.empty() ? "" : ",") + port.dump();
  if (out.ports.empty()) out.ports = "*";
  return out;
}

Access access_of(const Json& rule) { return text_at(rule, "access") == "Deny" ? Access::deny : Access::allow; }

/// The name google.com stands for an address that no rule names.
void network_before_application(Vector& vector) {
  Build b = one_firewall();
  b.rule_group("child", "group", 100);
  for (const Json& rule : vector.network().at("networkRules"))
    add_rule(b, "child", "group", 200, access_of(rule), text_at(rule, "name"), row_of(rule));
  for (const Json& rule : vector.network().at("applicationRules"))
    add_rule(b, "child", "group", 100, access_of(rule), text_at(rule, "name"),
             {.kind = "application", .ports = "80,443", .fqdns = {joined(rule.at("targetFqdns"))}});
  const World w = b.world();
  const net::FirewallResult result = asked(w, kInternet, vector.question().at("dstPort").get<std::uint16_t>());
  vector.same("access", access_word(result.decision));
  vector.same("rule", rule_of(result));
}

void collection_priority(Vector& vector) {
  Build b = one_firewall();
  b.rule_group("child", "group", 100);
  for (const Json& json : vector.network().at("networkRuleCollections")) {
    const std::string name = text_at(json, "name") + "/" + text_at(json, "rule");
    add_rule(b, "child", "group", json.at("priority").get<std::uint32_t>(), access_of(json), name, row_of(json));
  }
  const World w = b.world();
  const net::FirewallResult result = asked(w, "10.9.0.4", vector.question().at("dstPort").get<std::uint16_t>());
  vector.same("access", access_word(result.decision));
  vector.same("rule", rule_of(result));
}

/// No rule: to a private address, where the built-in rules for names cannot act.
void no_rule(Vector& vector) {
  Build b = one_firewall();
  const World w = b.world();
  const net::FirewallResult result = asked(w, "10.9.0.4", 22);
  vector.same("access", access_word(result.decision));
  vector.same("rule", rule_of(result));
}

void parent_first(Vector& vector) {
  Build b = one_firewall();
  for (const char* policy : {"parent", "child"}) {
    const Json& group = vector.network().at(policy).at("group");
    b.rule_group(policy, policy, group.at("priority").get<std::uint32_t>());
    const bool is_deny = text::starts_with(text_at(group, "rule"), "Deny");
    add_rule(b, policy, policy, 100, is_deny ? Access::deny : Access::allow, policy);
  }
  const World w = b.world();
  const net::FirewallResult result = asked(w, "10.9.0.4", 22);
  vector.same("access", access_word(result.decision));
  vector.same("rule", rule_of(result));
}

void kind_before_parent(Vector& vector) {
  Build b = one_firewall();
  b.rule_group("parent", "group", 100);
  b.rule_group("child", "group", 100);
  add_rule(b, "parent", "group", 100, Access::deny, "parent", {.kind = "application", .fqdns = {"*"}});
  add_rule(b, "child", "group", 100, Access::allow, "child");
  const World w = b.world();
  const net::FirewallResult result = asked(w, kInternet, 443);
  vector.same("access", access_word(result.decision));
  vector.same("rule", rule_of(result) == "child" ? "child network rule" : rule_of(result));
}

/// No rule of one's own: the built-in collection decides by names.
void infrastructure(Vector& vector) {
  Build b = one_firewall();
  const World w = b.world();
  vector.same("access", access_word(asked(w, kInternet, 443).decision));
  vector.aside("rule");
}

void denied_after_translation(Vector& vector) {
  Build b = one_firewall();
  b.rule_group("child", "group", 100);
  add_rule(b, "child", "group", 100, Access::allow, "dnat", row_of(std::string("Nat")));
  add_rule(b, "child", "group", 200, Access::deny, "deny", {.to = "10.1.0.0/16"});
  b.vnet("spoke", "10.1.0.0/16");
  b.subnet("spoke", "s", "10.1.0.0/24");
  b.peer("hub", "spoke");
  const World w = b.world();
  const net::Trace trace = traced(w, {net::Place::Kind::internet, {}}, kInternet, "203.0.113.4");
  vector.same("access", access_word(trace.disposition));
}

/// A spoke 10.1.0.0/16 behind the firewall and on-premises 10.200.0.0/16 behind a gateway that routes to it.
Build with_premises(const Json& rules) {
  Build b = one_firewall();
  b.rule_group("child", "group", 100);
  const auto range = [](const std::string& word) { return word == "vnet" ? "10.1.0.0/16" : "10.200.0.0/16"; };
  std::uint32_t priority = 100;
  for (const Json& rule : rules) {
    add_rule(b, "child", "group", priority++, access_of(rule), text_at(rule, "access"),
             {.from = range(text_at(rule, "source")), .to = range(text_at(rule, "destination"))});
  }
  b.vnet("spoke", "10.1.0.0/16");
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.0.0.4");
  b.subnet("spoke", "s", "10.1.0.0/24", {.route_table = "rt"});
  b.nic("vm", "spoke/s", "10.1.0.4");
  b.peer("hub", "spoke");
  b.route_table("rt-gw", false);
  b.udr("rt-gw", "10.1.0.0/16", "10.0.0.4");
  b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-gw"});
  b.gateway("vpn", "hub");
  b.route_table("rt-fw");
  b.udr("rt-fw", "10.200.0.0/16", "VirtualNetworkGateway");
  b.attach("hub", "AzureFirewallSubnet", {.route_table = "rt-fw"});
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
  return b;
}

void reply_to_premises(Vector& vector) {
  const World w = with_premises(vector.network().at("networkRules")).world();
  const net::Trace request = traced(w, {net::Place::Kind::on_premises, {}}, "10.200.0.4", "10.1.0.4");
  const net::Reply reply = net::trace_reply(w.view(), request);
  vector.same("access", reply.trace ? access_word(reply.trace->disposition) : "not followed");
  vector.same("rule", reply.trace && is_let_pass_by_state(*reply.trace) ? "state" : "another");
}

void new_to_premises(Vector& vector) {
  const World w = with_premises(vector.network().at("networkRules")).world();
  const net::Trace trace = traced(w, place(nic_of(w, "vm")), "10.1.0.4", "10.200.0.4");
  vector.same("access", access_word(trace.disposition));
  const bool is_rule = text::starts_with(std::string(trace.hops.back().decided_by.front().value), "Deny");
  vector.same("rule", is_rule ? "explicit deny" : trace.hops.back().note);
}

/// How the firewall lets the packet pass, and what its policy says of translation.
struct Translating {
  std::string rule = "network";
  std::vector<Prefix> private_ranges;
  bool is_forced = false;
};

Translating translating(const Json& network) {
  Translating out;
  out.rule = network.value("ruleType", "network");
  out.is_forced = network.value("forcedTunneling", false);
  const Json policy = network.value("firewallPolicy", Json::object());
  const Json ranges = policy.value("snat", Json::object()).value("privateRanges", Json());
  if (ranges.is_array()) {
    for (const Json& range : ranges) out.private_ranges.push_back(prefix(range.get<std::string>()));
  }
  return out;
}

/// Whether a group in front of the destination sees `source` after the firewall let 10.1.0.4 pass to it.
bool sees(const Translating& how, const std::string& destination, const std::string& source) {
  Build b = hub_with_firewall(how.private_ranges);
  b.firewall("other", "hub", "10.0.0.5", {.is_hub_firewall = false}).has_management_nic = how.is_forced;
  b.rule_group("child", "group", 100);
  const FirewallRuleRow by_name{.kind = "application", .fqdns = {"a.example"}, .applications = "https:443"};
  add_rule(b, "child", "group", 100, Access::allow, "all", how.rule == "application" ? by_name : FirewallRuleRow{});
  b.vnet("client", "10.1.0.0/16");
  b.route_table("rt");
  b.udr("rt", destination + "/32", "10.0.0.4");
  b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
  b.peer("hub", "client");
  const std::string range = to_string(Prefix::around(ip(destination), 24));
  const bool is_in_client = prefix("10.1.0.0/16").contains(ip(destination));
  if (!is_in_client) {
    b.vnet("server", range);
    b.peer("hub", "server");
  }
  b.nsg("nsg");
  b.rule("nsg", {.priority = 100, .from = source});
  b.rule("nsg", {.priority = 200, .access = "Deny"});
  b.subnet(is_in_client ? "client" : "server", "server", range, {.nsg = "nsg"});
  const World w = b.world();
  net::Flow flow{place(subnet_of(w, "client/s")), ip("10.1.0.4"), ip(destination)};
  if (how.rule == "application") flow.host = "a.example";
  return net::trace(w.view(), flow).disposition == net::Disposition::delivered;
}

void translated_source(Vector& vector) {
  const std::string destination = vector.asked("destination");
  const Translating how = translating(vector.network());
  const bool is_translated = sees(how, destination, "10.0.0.0/26");
  const bool is_kept = sees(how, destination, "10.1.0.4");
  vector.same("snat", is_translated != is_kept ? Json(is_translated) : Json("unknown"));
  vector.same("to", is_translated ? "private IP in AzureFirewallSubnet" : "none");
}

/// A malicious packet: one that the lists of threat intelligence hold, or that a signature matches.
World with_inspection(bool denies_threats, bool denies_intrusions) {
  Build b = hub_with_firewall({}, denies_threats, denies_intrusions);
  b.rule_group("child", "group", 100);
  add_rule(b, "child", "group", 100, Access::allow, "all");
  return b.world();
}

bool drops(const World& w, net::Inspection::Kind kind) {
  const auto list = net::denying_inspections(w.view(), w.estate().tables().firewalls.front());
  return std::any_of(list.begin(), list.end(), [&](const auto& inspection) { return inspection.kind == kind; });
}

void threat_intelligence(Vector& vector) {
  const World w = with_inspection(text_at(vector.network(), "threatIntelMode") == "Deny", false);
  const bool is_dropped = drops(w, net::Inspection::Kind::threat_intelligence);
  vector.same("access", is_dropped ? "Deny" : access_word(asked(w, kInternet, 443).decision));
  vector.same("rule", is_dropped ? "threat intelligence" : "all");
}

void signature_match(Vector& vector) {
  const World w = with_inspection(false, text_at(vector.network().at("intrusionDetection"), "mode") == "Deny");
  vector.same("blocks", drops(w, net::Inspection::Kind::intrusion_detection));
}

/// An application rule for HTTP: the tracer does not follow the packet to its own destination.
void forward_destination(Vector& vector) {
  Build b = one_firewall();
  b.rule_group("child", "group", 100);
  add_rule(b, "child", "group", 100, Access::allow, "web",
           {.kind = "application",
            .fqdns = {"a.example"},
            .applications = joined(vector.network().at("applicationRule").at("protocols"))});
  b.vnet("client", "10.1.0.0/16");
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.0.0.4");
  b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
  b.peer("hub", "client");
  const World w = b.world();
  net::Flow flow{place(subnet_of(w, "client/s")), ip("10.1.0.4"), ip(kInternet)};
  flow.destination_port = 80;
  flow.host = "a.example";
  const net::Trace trace = net::trace(w.view(), flow);
  vector.same("address", trace.disposition == net::Disposition::unknown ? "unknown" : "the packet destination IP");
}

constexpr Run kRuns[] = {
    {"forwardDestination", forward_destination},
    {"ruleOrder", rule_order},
    {"fw-ex1", network_before_application},
    {"fw-ex2", collection_priority},
    {"fw-default", no_rule},
    {"fw-parent-first", parent_first},
    {"fw-type-over-parent", kind_before_parent},
    {"fw-infra", infrastructure},
    {"fw-dnat-network-deny-2020", denied_after_translation},
    {"fw-stateful-return", reply_to_premises},
    {"fw-stateful-new", new_to_premises},
    {"fw-threatintel-first", threat_intelligence},
    {"blocks", signature_match},
    {"snat", translated_source},
};

using enum LeftOut::How;
constexpr std::string_view kPlatform = "what a platform service supports or needs is no question to the engine";
constexpr std::string_view kNames = "which addresses a name in a firewall rule stands for is in no export";
constexpr LeftOut kLeftOut[] = {
    {"fw-infra", left_open, "which names the built-in collection of rules holds is in no export"},
    {"matchField", not_run, "what of a request bears its name is no question to the engine"},
    {"forwardDestination", left_open, "where the firewall's own DNS leads is not followed"},
    {"validity", not_run, kPlatform},
    {"fqdnNetworkRuleSupported", not_run, kNames},
    {"resolve", not_run, "whether a DNS server is healthy is in no export"},
};

}  // namespace

Topic firewall() { return {"firewall", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
