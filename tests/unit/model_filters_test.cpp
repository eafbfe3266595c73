// Behaviours of security groups, of the firewall and of public entries that docs/model.md names and no other test shows
// by itself.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/filter.h"
#include "engine/net/firewall_rules.h"
#include "engine/net/reply.h"
#include "engine/net/trace.h"
#include "engine/proof/claims.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

using Decision = net::FilterResult::Decision;

std::string word(Decision decision) {
  switch (decision) {
    case Decision::allow: return "allow";
    case Decision::deny: return "deny";
    case Decision::unknown: return "unknown";
  }
  return "";
}

net::Packet packet(std::string_view from, std::string_view to, std::uint16_t port = 443,
                   Protocol protocol = Protocol::tcp) {
  return {ip(from), ip(to), protocol, 49152, port};
}

/// VNet 10.0.0.0/16 with a subnet "a" that group "nsg" filters and one that none does.
Build one() {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.nsg("nsg");
  b.subnet("v", "a", "10.0.0.0/24", {.nsg = "nsg"});
  b.subnet("v", "free", "10.0.1.0/24");
  return b;
}

const model::Subnet& subnet(const World& w, std::string_view name) {
  return w.estate().tables().subnets[w.subnet(name).index()];
}

std::string filtered(const World& w, const net::Packet& p, std::string_view where = "v/a") {
  return word(net::filter(w.view(), model::Direction::inbound, {&subnet(w, where), nullptr, false}, p).decision);
}

net::Place at(const World& w, std::string_view name) { return {net::Place::Kind::subnet, subnet(w, name).id}; }

std::string traced(const World& w, const net::Place& from, const net::Packet& p) {
  return std::string(
      net::name(net::trace(w.view(), {from, p.source, p.destination, p.protocol, p.source_port, p.destination_port})
                    .disposition));
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules
TEST_CASE("rules: ICMP, ESP and AH have no ports, so a rule for ports is not meant for them") {
  struct Row {
    std::string why;
    RuleRow rule;
    Protocol protocol;
    std::string expected;
  };
  const Row rows[] = {
      {"every protocol and one port, for ICMP", {.ports = "443"}, Protocol::icmp, "deny"},
      {"every protocol and one port, for ESP", {.ports = "443"}, Protocol::esp, "deny"},
      {"every protocol and one port, for UDP", {.ports = "443"}, Protocol::udp, "allow"},
      {"every protocol and port, for AH", {}, Protocol::ah, "allow"},
      {"ICMP by its name", {.protocol = "Icmp"}, Protocol::icmp, "allow"},
      {"TCP by its name, for ICMP", {.protocol = "Tcp"}, Protocol::icmp, "deny"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    b.rule("nsg", row.rule);
    CHECK(filtered(b.world(), packet("8.8.8.8", "10.0.0.4", 443, row.protocol)) == row.expected);
  }
}

// source: learn.microsoft.com/azure/firewall/firewall-faq,
// learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub,
// learn.microsoft.com/azure/route-server/route-server-faq
TEST_CASE("groups do not act on the subnets of the firewall, of gateways and of Route Server") {
  for (const std::string name : {"AzureFirewallSubnet", "GatewaySubnet", "RouteServerSubnet", "other"}) {
    CAPTURE(name);
    Build b = one();
    b.rule("nsg", {.access = "Deny"});
    b.subnet("v", name, "10.0.9.0/26", {.nsg = "nsg"});
    CHECK(filtered(b.world(), packet("10.0.1.4", "10.0.9.4"), "v/" + name) == (name == "other" ? "deny" : "allow"));
  }
}

TEST_CASE("a rule or a group that cannot be read decides nothing") {
  struct Row {
    std::string why;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const Row rows[] = {
      {"a rule of which a part is not understood", [](Build& b) { b.rule("nsg", {}).is_usable = false; }, "unknown"},
      {"a certain rule before it",
       [](Build& b) {
         b.rule("nsg", {.priority = 90, .access = "Deny"});
         b.rule("nsg", {}).is_usable = false;
       },
       "deny"},
      {"one of the other direction", [](Build& b) { b.rule("nsg", {.direction = "Outbound"}).is_usable = false; },
       "deny"},
      {"a group with a property that is not understood",
       [](Build& b) {
         b.nsg("odd").unread = {{"/properties/new", "true"}}, b.attach("v", "a", {.nsg = "odd"});
       },
       "unknown"},
      {"a group that the export does not hold", [](Build& b) { b.attach("v", "a", {.nsg = "gone"}); }, "unknown"},
      {"a group that is not settled",
       [](Build& b) { b.nsg("late").is_settled = false, b.attach("v", "a", {.nsg = "late"}); }, "unknown"},
      {"a group that something touches which is not modelled",
       [](Build& b) { b.unmodelled("odd", "Contoso.Unheard/of", {b.id("networkSecurityGroups", "nsg")}); }, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    row.change(b);
    CHECK(filtered(b.world(), packet("8.8.8.8", "10.0.0.4")) == row.expected);
  }
}

// source: learn.microsoft.com/azure/private-link/inspect-traffic-with-azure-firewall
TEST_CASE("reply: where a private endpoint's reply goes is decided by no route table, so none is traced") {
  Build b = one();
  b.endpoint("pe", "v/free", "10.0.1.9");
  const World w = b.world();
  const net::Trace forward = net::trace(w.view(), {at(w, "v/a"), ip("10.0.0.4"), ip("10.0.1.9")});
  REQUIRE(forward.disposition == net::Disposition::delivered);
  const net::Reply reply = net::trace_reply(w.view(), forward);
  CHECK_FALSE(reply.trace);
  CHECK(reply.note.find("private endpoint") != std::string::npos);
}

// source: learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview
TEST_CASE("a rule for Icmp may or may not be meant for the ICMP of IPv6") {
  for (const auto& row : {std::pair("Icmp", "unknown"), {"*", "allow"}, {"Tcp", "deny"}}) {
    CAPTURE(std::string(row.first));
    Build b = one();
    b.rule("nsg", {.protocol = row.first});
    b.vnets().front().address_space_v6 = {*Prefix6::parse("fd00::/48")};
    b.attach("v", "a", {}).prefixes_v6 = {*Prefix6::parse("fd00::/64")};
    const World w = b.world();
    const net::Packet6 ping{*Ipv6::parse("2001:db8::1"), *Ipv6::parse("fd00::4"), Protocol::icmp, 0, 0};
    CHECK(word(net::filter(w.view(), model::Direction::inbound, {&subnet(w, "v/a"), nullptr, false}, ping).decision) ==
          row.second);
  }
}

namespace {

/// A hub firewall with one rule, in a collection that allows.
Build one_firewall(const FirewallRuleRow& rule, bool has_dns_proxy = false) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.subnet("hub", "s", "10.0.1.0/24");
  b.policy("policy").dns_proxy = has_dns_proxy;
  b.rule_group("policy", "group", 100);
  b.rules("policy", "group", 100, model::Access::allow, {rule});
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "policy"});
  return b;
}

std::string decided(Build& b, const net::Packet& p, bool is_for_firewall = false) {
  const World w = b.world();
  return word(net::firewall_rules(w.view(), w.estate().tables().firewalls.front(), p, is_for_firewall).decision);
}

}  // namespace

// source: learn.microsoft.com/azure/firewall/rule-processing
TEST_CASE("firewall: any protocol with a port is TCP and UDP, with every port it is all protocols") {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::icmp}) {
    CAPTURE(static_cast<int>(protocol));
    Build with_port = one_firewall({.ports = "443"});
    Build with_all = one_firewall({});
    const net::Packet p = packet("10.0.1.4", "10.9.0.4", 443, protocol);
    CHECK(decided(with_port, p) == (protocol == Protocol::icmp ? "deny" : "allow"));
    CHECK(decided(with_all, p) == "allow");
  }
}

TEST_CASE("firewall: what its rules name is followed, and is not known where the export does not hold it") {
  struct Row {
    std::string why;
    FirewallRuleRow rule;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const auto nothing = [](Build&) {};
  const Row rows[] = {
      {"an IP group that holds the source",
       {.from = "", .from_groups = {"ig"}},
       [](Build& b) { b.ip_group("ig", "10.0.1.0/24"); },
       "allow"},
      {"an IP group that does not",
       {.from = "", .from_groups = {"ig"}},
       [](Build& b) { b.ip_group("ig", "10.0.2.0/24"); },
       "deny"},
      {"an IP group that the export does not hold", {.from = "", .from_groups = {"ig"}}, nothing, "unknown"},
      {"a service tag of the input's list that holds the destination",
       {.to = "Storage"},
       [](Build& b) { b.listed_tag("Storage", "20.60.0.0/16"); },
       "allow"},
      {"a service tag of the input's list that does not",
       {.to = "Storage"},
       [](Build& b) { b.listed_tag("Storage", "20.61.0.0/16"); },
       "deny"},
      {"a service tag without a list", {.to = "Storage"}, nothing, "unknown"},
      {"a name", {.to = "192.0.2.1", .fqdns = {"sql.example.com"}}, nothing, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one_firewall(row.rule);
    row.change(b);
    CHECK(decided(b, packet("10.0.1.4", "20.60.0.9", 1433)) == row.expected);
  }
}

// source: learn.microsoft.com/azure/firewall-manager/migrate-to-policy
TEST_CASE("firewall: with classic rules beside its policy nothing that it does is known") {
  for (const bool has_both : {false, true}) {
    Build b = one_firewall({.to = "10.9.0.0/16"});
    if (has_both) b.classic_rules("fw", 100, model::Access::allow, {{}});
    CHECK(decided(b, packet("10.0.1.4", "10.9.0.4")) == (has_both ? "unknown" : "allow"));
  }
}

TEST_CASE("firewall: a DNAT rule that leads to a name leads to no address that is known") {
  const auto to = [](std::string target) {
    Build b = one_firewall({.kind = "nat", .to = "203.0.113.4", .protocols = "tcp", .translated_address = target});
    return decided(b, packet("8.8.8.8", "203.0.113.4"), true);
  };
  CHECK(to("10.0.1.9") == "allow");
  CHECK(to("apim.contoso.internal") == "unknown");
}

// source: learn.microsoft.com/azure/firewall/dns-settings
TEST_CASE("firewall: its DNS proxy answers on port 53, when it is on") {
  for (const bool is_on : {true, false}) {
    CAPTURE(is_on);
    Build b = one_firewall({.to = "10.9.0.0/16"}, is_on);
    const World w = b.world();
    CHECK(traced(w, at(w, "hub/s"), packet("10.0.1.4", "10.0.0.4", 53, Protocol::udp)) ==
          (is_on ? "delivered" : "denied"));
    // ICMP has no ports.
    CHECK(traced(w, at(w, "hub/s"), packet("10.0.1.4", "10.0.0.4", 53, Protocol::icmp)) == "denied");
  }
}

// source: learn.microsoft.com/azure/nat-gateway/nat-gateway-resource (TCP and UDP)
TEST_CASE("trace: a NAT gateway translates TCP and UDP alone") {
  Build b = one();
  b.nat_gateway("nat");
  b.attach("v", "free", {.nat_gateway = "nat", .default_outbound = false});
  const World w = b.world();
  CHECK(traced(w, at(w, "v/free"), packet("10.0.1.4", "8.8.8.8")) == "exits-to-internet");
  CHECK(traced(w, at(w, "v/free"), packet("10.0.1.4", "8.8.8.8", 443, Protocol::udp)) == "exits-to-internet");
  CHECK(traced(w, at(w, "v/free"), packet("10.0.1.4", "8.8.8.8", 0, Protocol::icmp)) == "unknown");
}

// source: learn.microsoft.com/azure/load-balancer/components
TEST_CASE("trace: a load balancer passes on what a rule matches, to any member or to the one that a rule names") {
  const auto outcome = [](std::string_view member, std::uint16_t port) {
    Build b = one();
    b.rule("nsg", {.access = "Deny", .to = "10.0.0.5"});
    b.load_balancer("lb");
    b.lb_frontend("lb", "front", {.subnet = "v/free", .address = "10.0.1.9"});
    b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
    b.nic("open", "v/a", "10.0.0.4");
    const model::ResourceId closed = b.nic("closed", "v/a", "10.0.0.5").ip_configurations.front().id;
    b.lb_member("lb", "pool", "open");
    if (member == "both") b.lb_member("lb", "pool", "closed");
    b.lb_rule("lb", "front", "inbound-nat", Protocol::tcp, {5022, 5022}).backend_pool = closed;
    const World w = b.world();
    return traced(w, at(w, "v/free"), packet("10.0.1.4", "10.0.1.9", port));
  };
  CHECK(outcome("open", 443) == "delivered");
  CHECK(outcome("open", 80) == "dropped");   // no rule
  CHECK(outcome("both", 443) == "unknown");  // one member takes it, the other does not
  CHECK(outcome("open", 5022) == "denied");  // an inbound NAT rule, to the one with the closed address
}

TEST_CASE("trace: what a load balancer does that is not understood is not known") {
  const auto outcome = [](const std::function<void(model::LoadBalancer&)>& change) {
    Build b = one();
    change(b.load_balancer("lb"));
    b.lb_frontend("lb", "front", {.subnet = "v/free", .address = "10.0.1.9"});
    b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
    b.nic("open", "v/a", "10.0.0.4");
    b.lb_member("lb", "pool", "open");
    const World w = b.world();
    return traced(w, at(w, "v/free"), packet("10.0.1.4", "10.0.1.9"));
  };
  CHECK(outcome([](model::LoadBalancer&) {}) == "delivered");
  CHECK(outcome([](model::LoadBalancer& lb) { lb.unread = {{"/properties/new", "true"}}; }) == "unknown");
  CHECK(outcome([](model::LoadBalancer& lb) { lb.is_settled = false; }) == "unknown");
}

TEST_CASE("trace: private frontends of application gateways and addresses of API Management take packets") {
  Build b = one();
  b.app_gateway("agw", "v/free", {.address = "10.0.1.9"});
  b.apim("apim", "v/free", "10.0.1.10");
  const World w = b.world();
  for (const char* address : {"10.0.1.9", "10.0.1.10"}) {
    CAPTURE(std::string(address));
    const net::Trace trace = net::trace(w.view(), {at(w, "v/a"), ip("10.0.0.4"), ip(address)});
    CHECK(trace.disposition == net::Disposition::delivered);
    REQUIRE(!trace.hops.empty());
    CHECK(trace.hops.back().at.kind == net::Place::Kind::service);
  }
}

// source: learn.microsoft.com/azure/application-gateway/configuration-frontend-ip
TEST_CASE(
    "transit: an application gateway of the spoke is a public entry where a listener and a rule use its frontend") {
  for (const bool has_rule : {true, false}) {
    CAPTURE(has_rule);
    Build b = forced();
    b.subnet("spoke", "agw", "10.1.2.0/24", {.route_table = "rt-spoke", .default_outbound = false});
    b.public_ip("pip", "203.0.113.9");
    b.app_gateway("agw", "spoke/agw", {.public_ip = "pip", .has_rule = has_rule});
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    CHECK(run.disagreements.empty());
    CAPTURE(explain(result_of(w, run, "spoke").verdict));
    CHECK(verdict_of(w, run, "spoke") == (has_rule ? "refuted" : "proved"));
  }
}
