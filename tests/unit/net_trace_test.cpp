// Security groups and the concrete tracer.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/fabric.h"
#include "engine/net/filter.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

std::string word(net::FilterResult::Decision decision) {
  switch (decision) {
    case net::FilterResult::Decision::allow: return "allow";
    case net::FilterResult::Decision::deny: return "deny";
    case net::FilterResult::Decision::unknown: return "unknown";
  }
  return "";
}

net::Packet packet(std::string_view from, std::string_view to, std::uint16_t port = 443,
                   Protocol protocol = Protocol::tcp) {
  return {ip(from), ip(to), protocol, 49152, port};
}

/// One VNet 10.0.0.0/16 with a subnet "a" that group "nsg" filters, peered to 10.1.0.0/16.
Build one() {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "a", "10.0.0.0/24", {.nsg = "nsg"});
  b.subnet("v", "free", "10.0.1.0/24");
  b.vnet("peer", "10.1.0.0/16");
  b.subnet("peer", "b", "10.1.0.0/24");
  b.peer("v", "peer");
  b.nsg("nsg");
  return b;
}

std::string filtered(World& w, model::Direction direction, const net::Packet& p, bool is_endpoint = false) {
  const net::FilterResult result = net::filter(
      w.view(), direction, {&w.estate().tables().subnets[w.subnet("v/a").index()], nullptr, is_endpoint}, p);
  return word(result.decision) + (result.rule.empty() ? "" : " " + result.rule);
}

}  // namespace

TEST_CASE("default rules: VirtualNetwork, load balancer and Internet, and nothing else") {
  Build b = one();
  World w = b.world();
  using enum model::Direction;
  CHECK(filtered(w, inbound, packet("10.0.1.4", "10.0.0.4")) == "allow AllowVnetInBound");
  CHECK(filtered(w, inbound, packet("10.1.0.4", "10.0.0.4")) == "allow AllowVnetInBound");  // a connected peer
  CHECK(filtered(w, inbound, packet("8.8.8.8", "10.0.0.4")) == "deny DenyAllInBound");
  // Allowed by either rule: VirtualNetwork holds the probe address as well.
  CHECK(filtered(w, inbound, packet("168.63.129.16", "10.0.0.4")).substr(0, 5) == "allow");
  CHECK(filtered(w, outbound, packet("10.0.0.4", "13.107.21.200", 80)) == "allow AllowInternetOutBound");
  // A private address outside the network is neither VirtualNetwork nor Internet.
  CHECK(filtered(w, outbound, packet("10.0.0.4", "10.10.10.10", 80)) == "deny DenyAllOutBound");
}

TEST_CASE("rules: the lowest priority number that matches decides, three-valued") {
  struct Row {
    std::string why;
    std::vector<RuleRow> rules;
    std::string expected;
  };
  const Row rows[] = {
      {"900 before 1000",
       {{.priority = 1000, .access = "Deny"}, {.priority = 900, .access = "Allow", .from = "8.8.0.0/16"}},
       "allow Inbound-Allow-900"},
      {"a port that does not match", {{.access = "Allow", .ports = "80,8000-8080"}}, "deny DenyAllInBound"},
      {"a port range", {{.access = "Allow", .ports = "400-500"}}, "allow Inbound-Allow-100"},
      {"another protocol", {{.access = "Allow", .protocol = "Udp"}}, "deny DenyAllInBound"},
      {"Internet is certain for a public address",
       {{.access = "Allow", .from = "Internet"}},
       "allow Inbound-Allow-100"},
      {"a tag without data may hold a public address",
       {{.access = "Allow", .from = "AzureCloud"}},
       "unknown Inbound-Allow-100"},
      {"a doubtful rule that agrees with what follows changes nothing",
       {{.access = "Deny", .from = "AzureCloud"}},
       "deny DenyAllInBound"},
      {"a rule of the other direction does not count",
       {{.direction = "Outbound", .access = "Allow"}},
       "deny DenyAllInBound"},
      {"an application security group without the destination",
       {{.access = "Allow", .to = "asg:web"}},
       "deny DenyAllInBound"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    b.asg("web");
    b.nic("nic", "v/a", "10.0.0.4");
    for (const RuleRow& rule : row.rules) b.rule("nsg", rule);
    World w = b.world();
    CHECK(filtered(w, model::Direction::inbound, packet("8.8.8.8", "10.0.0.4")) == row.expected);
  }
}

TEST_CASE("rules: a member of an application security group, and one that the export does not show") {
  Build b = one();
  b.asg("web");
  b.nic("nic", "v/a", "10.0.0.4", {.asgs = {"web"}});
  b.rule("nsg", {.access = "Allow", .to = "asg:web"});
  World w = b.world();
  CHECK(filtered(w, model::Direction::inbound, packet("8.8.8.8", "10.0.0.4")) == "allow Inbound-Allow-100");
  CHECK(filtered(w, model::Direction::inbound, packet("8.8.8.8", "10.0.0.77")) == "unknown Inbound-Allow-100");
}

TEST_CASE("a user 0/0 widens VirtualNetwork: private addresses become doubtful, public ones stay allowed outbound") {
  Build b = one();
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.1.0.4");
  b.attach("v", "a", {.route_table = "rt"});
  World w = b.world();
  CHECK(filtered(w, model::Direction::inbound, packet("192.168.1.1", "10.0.0.4")).substr(0, 7) == "unknown");
  CHECK(filtered(w, model::Direction::outbound, packet("10.0.0.4", "8.8.8.8")).substr(0, 5) == "allow");
}

TEST_CASE("groups on private endpoints act only when the policies say so; on platform subnets never") {
  for (const auto& row : {std::pair("", "allow"),
                          {"Disabled", "allow"},
                          {"RouteTableEnabled", "allow"},
                          {"NetworkSecurityGroupEnabled", "deny Inbound-Deny-100"},
                          {"Enabled", "deny Inbound-Deny-100"}}) {
    CAPTURE(std::string(row.first));
    Build b = one();
    b.rule("nsg", {.access = "Deny"});
    b.attach("v", "a", {.policies = row.first});
    World w = b.world();
    CHECK(filtered(w, model::Direction::inbound, packet("10.1.0.4", "10.0.0.4"), true) == row.second);
  }
  Build b = one();
  b.rule("nsg", {.access = "Deny"});
  b.subnet("v", "AzureFirewallSubnet", "10.0.9.0/26", {.nsg = "nsg"});
  World w = b.world();
  const net::FilterResult result =
      net::filter(w.view(), model::Direction::inbound,
                  {&w.estate().tables().subnets[w.subnet("v/AzureFirewallSubnet").index()], nullptr, false},
                  packet("10.1.0.4", "10.0.9.4"));
  CHECK(word(result.decision) == "allow");
}

TEST_CASE(
    "groups of subnet and interface: each one attached must allow, inbound the subnet's first, outbound the other") {
  // source: learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
  struct Row {
    std::string why;
    NicOptions nic;
    std::string subnet_group;
    model::Direction direction;
    std::string denies;  // the group with a rule that denies port 80
    std::string expected;
  };
  using enum model::Direction;
  const Row rows[] = {
      {"both, the subnet's denies", {.nsg = "on-nic"}, "nsg", inbound, "nsg", "deny nsg"},
      {"both, the interface's denies", {.nsg = "on-nic"}, "nsg", inbound, "on-nic", "deny nsg on-nic"},
      {"both, the interface's denies outbound", {.nsg = "on-nic"}, "nsg", outbound, "on-nic", "deny on-nic"},
      {"both, the subnet's denies outbound", {.nsg = "on-nic"}, "nsg", outbound, "nsg", "deny on-nic nsg"},
      {"both allow", {.nsg = "on-nic"}, "nsg", inbound, "", "allow nsg on-nic"},
      {"the subnet's only", {}, "nsg", inbound, "on-nic", "allow nsg"},
      {"the interface's only", {.nsg = "on-nic"}, "", outbound, "nsg", "allow on-nic"},
      {"none", {}, "", inbound, "nsg", "allow"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.nsg("nsg");
    b.nsg("on-nic");
    b.subnet("v", "a", "10.0.0.0/24", {.nsg = row.subnet_group});
    b.nic("nic", "v/a", "10.0.0.4", row.nic);
    const std::string word_of_direction = row.direction == inbound ? "Inbound" : "Outbound";
    if (!row.denies.empty()) b.rule(row.denies, {.direction = word_of_direction, .access = "Deny", .ports = "80"});
    World w = b.world();
    const net::Packet p =
        row.direction == inbound ? packet("10.0.0.5", "10.0.0.4", 80) : packet("10.0.0.4", "10.0.0.5", 80);
    const model::Tables& tables = w.estate().tables();
    const net::FilterResult result =
        net::filter(w.view(), row.direction, {&tables.subnets[0], &tables.network_interfaces[0], false}, p);
    std::string got = word(result.decision);
    for (const model::ResourceId id : result.evaluated) got += " " + std::string(w.estate().name(id));
    CHECK(got == row.expected);
  }
}

TEST_CASE("groups on private endpoints take every source port; groups of a tainted network are open") {
  // source: learn.microsoft.com/azure/private-link/private-endpoint-overview
  Build b = one();
  b.attach("v", "a", {.policies = "Enabled"});
  b.rule("nsg", {.priority = 100, .to = "10.0.0.4", .source_ports = "50000-50010"});
  b.rule("nsg", {.priority = 200, .access = "Deny"});
  World w = b.world();
  CHECK(filtered(w, model::Direction::inbound, packet("10.1.0.4", "10.0.0.4"), true) == "allow Inbound-Allow-100");
  CHECK(filtered(w, model::Direction::inbound, packet("10.1.0.4", "10.0.0.4"), false) == "deny Inbound-Deny-200");
  Build tainted = one();
  tainted.unmodelled("rules", "Microsoft.Network/networkManagers", {tainted.vnet_id("v")});
  World t = tainted.world();
  CHECK(filtered(t, model::Direction::inbound, packet("10.1.0.4", "10.0.0.4")) == "unknown");
}

namespace {

/// A hub with a firewall that allows 443 from spokes to 10.2.0.0/16 and DNATs 8443, two spokes routed through it.
Build transit_world() {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.public_ip("pip-fw", "203.0.113.4");
  b.policy("policy");
  b.rule_group("policy", "group", 100);
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "policy", .public_ip = "pip-fw"});
  b.rules("policy", "group", 100, model::Access::allow,
          {{.kind = "nat",
            .to = "203.0.113.4",
            .ports = "8443",
            .protocols = "tcp",
            .translated_address = "10.2.0.4",
            .translated_port = 443}});
  b.rules("policy", "group", 200, model::Access::allow,
          {{.from = "10.1.0.0/16", .to = "10.2.0.0/16", .ports = "443", .protocols = "tcp"}});
  for (const std::string spoke : {"1", "2"}) {
    b.vnet("s" + spoke, "10." + spoke + ".0.0/16");
    b.route_table("rt" + spoke);
    b.udr("rt" + spoke, "0.0.0.0/0", "10.0.0.4");
    b.subnet("s" + spoke, "app", "10." + spoke + ".0.0/24", {.route_table = "rt" + spoke});
    b.peer("hub", "s" + spoke);
  }
  b.nic("vm", "s2/app", "10.2.0.4");
  return b;
}

std::string traced(World& w, net::Place from, std::string_view source, std::string_view destination,
                   std::uint16_t port = 443) {
  const net::Trace trace = net::trace(w.view(), {from, ip(source), ip(destination), Protocol::tcp, 49152, port});
  CHECK((trace.disposition == net::Disposition::unknown) == !trace.unknown_because.empty());
  return std::string(net::name(trace.disposition)) + (trace.crossed_firewall ? " through the firewall" : "");
}

net::Place at(World& w, std::string_view subnet) {
  return {net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet(subnet).index()].id};
}

}  // namespace

TEST_CASE("trace: spoke to spoke goes through the firewall, whose rules decide") {
  Build b = transit_world();
  World w = b.world();
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "10.2.0.4") == "delivered through the firewall");
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "10.2.0.4", 22) == "denied through the firewall");
  CHECK(traced(w, at(w, "s2/app"), "10.2.0.4", "10.1.0.4") == "denied through the firewall");
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "10.1.0.9") == "delivered");
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "10.1.9.9") == "dropped");  // no subnet holds it
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "8.8.8.8", 443) ==
        "unknown through the firewall");  // infrastructure rules decide by name
}

TEST_CASE("trace: the Internet comes in by DNAT only where a rule says so") {
  Build b = transit_world();
  World w = b.world();
  const net::Place internet{net::Place::Kind::internet, {}};
  CHECK(traced(w, internet, "8.8.8.8", "203.0.113.4", 8443) == "delivered through the firewall");
  CHECK(traced(w, internet, "8.8.8.8", "203.0.113.4", 80) == "denied through the firewall");
  CHECK(traced(w, internet, "8.8.8.8", "198.51.100.1") == "unknown");  // no such address in the export
}

TEST_CASE("trace: a public frontend of an application gateway takes what its subnet's group lets in") {
  // source: learn.microsoft.com/azure/application-gateway/configuration-infrastructure#network-security-groups
  for (const char* direction : {"Inbound", "Outbound"}) {
    CAPTURE(std::string(direction));
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.nsg("ng");
    b.rule("ng", {.priority = 100, .direction = "Inbound", .access = "Allow", .from = "Internet"});
    b.rule("ng", {.priority = 90, .direction = direction, .access = "Deny"});
    b.subnet("hub", "agw", "10.0.1.0/24", {.nsg = "ng"});
    b.public_ip("pip", "203.0.113.4");
    b.app_gateway("agw", "hub/agw", {.public_ip = "pip"});
    World w = b.world();
    CHECK(traced(w, {net::Place::Kind::internet, {}}, "8.8.8.8", "203.0.113.4", 443) ==
          (std::string(direction) == "Inbound" ? "denied" : "delivered"));
  }
}

TEST_CASE("trace: a network deny for what a DNAT rule let in leaves the answer open, as the documents do") {
  // source: azure-semantics.md 4.2
  struct Row {
    std::string why;
    FirewallRuleRow rule;
    model::Access action;
    std::string expected;
  };
  const Row rows[] = {
      {"a deny of the translated address", {.to = "10.2.0.0/16"}, model::Access::deny, "unknown"},
      {"a deny of the translated port", {.ports = "443"}, model::Access::deny, "unknown"},
      {"a deny that may match", {.from = "AzureCloud"}, model::Access::deny, "unknown"},
      {"a deny of another address", {.to = "10.3.0.0/16"}, model::Access::deny, "delivered"},
      {"a deny of the public port", {.ports = "8443"}, model::Access::deny, "delivered"},
      {"an allow that may match", {.from = "AzureCloud"}, model::Access::allow, "delivered"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = transit_world();
    b.rules("policy", "group", 150, row.action, {row.rule});
    World w = b.world();
    CHECK(traced(w, {net::Place::Kind::internet, {}}, "8.8.8.8", "203.0.113.4", 8443) ==
          row.expected + " through the firewall");
  }
}

TEST_CASE("trace: a missing rule collection group, a forwarding flag or an appliance leaves the answer open") {
  const auto outcome = [](const std::function<void(Build&)>& change) {
    Build b = transit_world();
    change(b);
    World w = b.world();
    return traced(w, at(w, "s1/app"), "10.1.0.4", "10.2.0.4");
  };
  CHECK(outcome([](Build& b) {
          b.policy("other").rule_collection_groups = {b.ids().intern("/subscriptions/x/groups/missing")};
          b.firewall("fw2", "hub", "10.0.0.5", {.policy = "other"});
          b.udr("rt1", "10.2.0.0/16", "10.0.0.5");
        }) == "unknown through the firewall");
  CHECK(outcome([](Build& b) {
          b.nic("nva", "s1/app", "10.1.0.200", {.forwarding = true});
          b.udr("rt1", "10.2.0.0/16", "10.1.0.200");
        }) == "unknown");
  // source: learn.microsoft.com/azure/virtual-network/diagnose-network-routing-problem
  CHECK(outcome([](Build& b) {
          b.nic("nva", "s1/app", "10.1.0.200");
          b.udr("rt1", "10.2.0.0/16", "10.1.0.200");
        }) == "dropped");
  CHECK(outcome([](Build& b) { b.udr("rt1", "10.2.0.0/16", "None"); }) == "dropped");
}

TEST_CASE("trace: a peering without access or without forwarding leaves the answer open, as the documents do") {
  // source: azure-semantics.md 2.2
  const auto outcome = [](const PeeringOptions& options, std::string_view from, std::string_view source) {
    Build b = transit_world();
    b.vnet("s3", "10.3.0.0/16");
    b.subnet("s3", "app", "10.3.0.0/24");
    b.subnet("hub", "s", "10.0.1.0/24");
    b.peer("hub", "s3", options);
    b.rules("policy", "group", 100, model::Access::allow, {{.to = "10.3.0.0/16"}});
    World w = b.world();
    return traced(w, at(w, from), source, "10.3.0.4");
  };
  CHECK(outcome({}, "hub/s", "10.0.1.4") == "delivered");
  CHECK(outcome({.access = false}, "hub/s", "10.0.1.4") == "unknown");
  CHECK(outcome({.forwarded = false}, "hub/s", "10.0.1.4") == "delivered");  // it comes from the hub itself
  CHECK(outcome({}, "s1/app", "10.1.0.4") == "delivered through the firewall");
  CHECK(outcome({.forwarded = false}, "s1/app", "10.1.0.4") == "unknown through the firewall");
}

TEST_CASE("trace: a subnet peering carries what its subnets send to each other, and drops what others send") {
  Build b;
  b.vnet("left", "10.1.0.0/16");
  b.subnet("left", "in", "10.1.0.0/24");
  b.subnet("left", "out", "10.1.1.0/24");
  b.vnet("right", "10.2.0.0/16");
  b.subnet("right", "in", "10.2.0.0/24");
  b.subnet("right", "out", "10.2.1.0/24");
  b.peer("left", "right", {.complete_vnets = false, .local_subnets = {"in"}, .remote_subnets = {"in"}});
  for (const char* name : {"in", "out"})
    b.nic(std::string("vm-") + name, std::string("right/") + name, name == std::string("in") ? "10.2.0.4" : "10.2.1.4");
  World w = b.world();
  struct Row {
    const char* why;
    const char* from;
    const char* source;
    const char* destination;
    const char* expected;
  };
  const Row rows[] = {
      {"both are joined", "left/in", "10.1.0.4", "10.2.0.4", "delivered"},
      {"the sender is left out", "left/out", "10.1.1.4", "10.2.0.4", "dropped"},
      {"the destination is left out: no route but the platform's None", "left/in", "10.1.0.4", "10.2.1.4", "dropped"},
      {"a joined subnet passes on what another one sent", "left/in", "10.1.1.4", "10.2.0.4", "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    CHECK(traced(w, at(w, row.from), row.source, row.destination) == row.expected);
  }
}

TEST_CASE("trace: a firewall subnet routed to the firewall loops") {
  Build b = transit_world();
  b.route_table("rt-fw");
  b.udr("rt-fw", "10.2.0.0/16", "10.0.0.4");
  b.attach("hub", "AzureFirewallSubnet", {.route_table = "rt-fw"});
  World w = b.world();
  CHECK(traced(w, at(w, "s1/app"), "10.1.0.4", "10.2.0.4") == "loop through the firewall");
}

TEST_CASE("trace: the way out to the Internet needs a method") {
  struct Row {
    std::string why;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const Row rows[] = {
      {"default outbound access when nothing is said", [](Build&) {}, "exits-to-internet"},
      {"a private subnet", [](Build& b) { b.attach("v", "a", {.default_outbound = false}); }, "unknown"},
      {"a private subnet with a NAT gateway",
       [](Build& b) {
         b.nat_gateway("nat");
         b.attach("v", "a", {.nat_gateway = "nat", .default_outbound = false});
       },
       "exits-to-internet"},
      {"a NAT gateway of the whole network",
       [](Build& b) {
         b.nat_gateway("nat", "v");
         b.attach("v", "a", {.default_outbound = false});
       },
       "exits-to-internet"},
      {"a group that denies it",
       [](Build& b) { b.rule("nsg", {.direction = "Outbound", .access = "Deny", .to = "Internet"}); }, "denied"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    row.change(b);
    World w = b.world();
    CHECK(traced(w, at(w, "v/a"), "10.0.0.4", "8.8.8.8") == row.expected);
  }
}

TEST_CASE("trace: routes to appliances, NAT gateway, public address, load balancer, default outbound, in this order") {
  // source: learn.microsoft.com/azure/nat-gateway/nat-overview
  const std::string expected[] = {"0.0.0.0/0 -> VirtualAppliance", "through NAT gateway nat",
                                  "from public IP address pip", "through an outbound rule of load balancer lb",
                                  "by default outbound access"};
  for (std::size_t without = 0; without < std::size(expected); ++without) {
    Build b = one();
    b.route_table("rt");
    b.udr("rt", "0.0.0.0/0", "10.0.1.200");
    b.nat_gateway("nat");
    b.attach("v", "a", {.route_table = without < 1 ? "rt" : "", .nat_gateway = without < 2 ? "nat" : ""});
    b.public_ip("pip", "203.0.113.9");
    b.public_ip("pip-lb", "203.0.113.10");
    const model::ResourceId nic = b.nic("nic", "v/a", "10.0.0.4", {.public_ip = without < 3 ? "pip" : ""}).id;
    model::LoadBalancer& balancer = b.load_balancer("lb");
    b.lb_frontend("lb", "front", {.public_ip = "pip-lb"});
    const model::LoadBalancer::Rule& rule = b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(80, 80));
    balancer.outbound_rules.push_back({{rule.frontend}, rule.backend_pool});
    if (without < 4) b.lb_member("lb", "pool", "nic");
    World w = b.world();
    const net::Trace trace =
        net::trace(w.view(), {{net::Place::Kind::network_interface, nic}, ip("10.0.0.4"), ip("8.8.8.8")});
    bool is_taken = false;
    for (const net::Hop& hop : trace.hops) is_taken = is_taken || hop.note == expected[without];
    CAPTURE(expected[without]);
    CHECK(is_taken);
  }
}

TEST_CASE("trace: groups behind a load balancer see the client and the member's own address and port") {
  // source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
  struct Row {
    std::string why;
    RuleRow rule;
    std::string expected;
  };
  const Row rows[] = {
      {"the member's address", {.to = "10.0.0.4"}, "delivered"},
      {"the frontend's address", {.to = "203.0.113.9"}, "denied"},
      {"the member's port", {.ports = "8080"}, "delivered"},
      {"the frontend's port", {.ports = "80"}, "denied"},
      {"the client's address and port", {.from = "8.8.8.8", .source_ports = "49152"}, "delivered"},
      {"the balancer's own address is that of its probes", {.from = "AzureLoadBalancer"}, "denied"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    b.public_ip("pip", "203.0.113.9");
    b.nic("nic", "v/a", "10.0.0.4");
    b.load_balancer("lb");
    b.lb_frontend("lb", "front", {.public_ip = "pip"});
    b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(80, 80)).backend_port = 8080;
    b.lb_member("lb", "pool", "nic");
    b.rule("nsg", row.rule);
    World w = b.world();
    CHECK(traced(w, {net::Place::Kind::internet, {}}, "8.8.8.8", "203.0.113.9", 80) == row.expected);
  }
}

TEST_CASE("trace: groups leave the platform's own addresses alone, unless a rule may name them") {
  // source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#azure-platform-considerations
  struct Row {
    std::string why;
    std::string group;  // that the rule is in
    RuleRow rule;
    std::string expected;
  };
  const Row rows[] = {
      {"everything is denied", "nsg", {.direction = "Outbound", .access = "Deny"}, "delivered"},
      {"everything is denied at the interface", "nsg-nic", {.direction = "Outbound", .access = "Deny"}, "delivered"},
      {"the tag", "nsg", {.direction = "Outbound", .access = "Deny", .to = "AzurePlatformDNS"}, "unknown"},
      {"the tag at the interface",
       "nsg-nic",
       {.direction = "Outbound", .access = "Deny", .to = "AzurePlatformIMDS"},
       "unknown"},
      {"a group that the export does not hold", "", {}, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = one();
    if (!row.group.empty()) b.nsg("nsg-nic");
    const model::ResourceId nic = b.nic("nic", "v/a", "10.0.0.4", {.nsg = "nsg-nic"}).id;
    if (!row.group.empty()) b.rule(row.group, row.rule);
    World w = b.world();
    for (const char* address : {"168.63.129.16", "169.254.169.254"})
      CHECK(traced(w, {net::Place::Kind::network_interface, nic}, "10.0.0.4", address, 53) == row.expected);
  }
  Build alone = one();  // a group on the interface, none on the subnet
  alone.nsg("nsg-nic");
  const model::ResourceId nic = alone.nic("nic", "v/free", "10.0.1.4", {.nsg = "nsg-nic"}).id;
  alone.rule("nsg-nic", {.direction = "Outbound", .access = "Deny", .to = "AzurePlatformDNS"});
  World w = alone.world();
  CHECK(traced(w, {net::Place::Kind::network_interface, nic}, "10.0.1.4", "168.63.129.16", 53) == "unknown");
}

TEST_CASE("trace: a public address in front of a NIC") {
  const auto outcome = [](bool is_standard, bool has_group, bool allows) {
    Build b = one();
    b.public_ip("pip", "203.0.113.9", is_standard);
    b.nic("nic", has_group ? "v/a" : "v/free", has_group ? "10.0.0.4" : "10.0.1.4", {.public_ip = "pip"});
    if (allows) b.rule("nsg", {.access = "Allow", .from = "Internet", .ports = "443"});
    World w = b.world();
    return traced(w, {net::Place::Kind::internet, {}}, "8.8.8.8", "203.0.113.9");
  };
  CHECK(outcome(false, false, false) == "delivered");  // Basic: open
  CHECK(outcome(true, false, false) == "unknown");     // Standard without a group: the pages disagree
  CHECK(outcome(true, true, false) == "denied");
  CHECK(outcome(true, true, true) == "delivered");
}

TEST_CASE("trace: a public load balancer in front of a member, and behind its members") {
  // source: learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
  const auto build = [](bool is_standard, bool has_group) {
    Build b = one();
    b.public_ip("pip", "203.0.113.9");
    b.load_balancer("lb", is_standard);
    b.lb_frontend("lb", "front", {.public_ip = "pip"});
    b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(443, 443));
    b.nic("nic", has_group ? "v/a" : "v/free", has_group ? "10.0.0.4" : "10.0.1.4");
    b.lb_member("lb", "pool", "nic");
    b.rule("nsg", {.access = "Allow", .from = "Internet"});
    return b;
  };
  const auto outcome = [&](bool is_standard, bool has_group) {
    World w = build(is_standard, has_group).world();
    return traced(w, {net::Place::Kind::internet, {}}, "8.8.8.8", "203.0.113.9");
  };
  CHECK(outcome(true, false) == "unknown");  // as with a Standard address: the pages disagree
  CHECK(outcome(true, true) == "delivered");
  CHECK(outcome(false, false) == "delivered");
}

TEST_CASE("trace: a public load balancer lets its members out by outbound rules, and by rules that do not forbid it") {
  // source: learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections,
  // learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access (explicit methods)
  struct Row {
    const char* why;
    bool is_standard;
    bool is_private;  ///< the subnet
    model::Setting<bool> disable;
    std::optional<Protocol> outbound;  ///< an outbound rule for the protocol
    const char* expected;
  };
  const auto unreadable = model::Setting<bool>::unreadable("perhaps");
  const Row rows[] = {
      {"a rule that says nothing translates", true, false, {}, {}, "exits-to-internet"},
      {"a rule that says false translates", true, false, false, {}, "exits-to-internet"},
      {"a rule that says true: whether default access is left is not documented", true, false, true, {}, "unknown"},
      {"a value that cannot be read", true, false, unreadable, {}, "unknown"},
      {"a rule is no explicit method in a private subnet", true, true, false, {}, "unknown"},
      {"a rule that says true in a private subnet", true, true, true, {}, "unknown"},
      {"an outbound rule is one", true, true, true, Protocol::any, "exits-to-internet"},
      {"an outbound rule of another protocol", true, true, true, Protocol::udp, "unknown"},
      {"a Basic balancer is one", false, true, {}, {}, "exits-to-internet"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = one();
    b.public_ip("pip", "203.0.113.9");
    model::LoadBalancer& balancer = b.load_balancer("lb", row.is_standard);
    b.lb_frontend("lb", "front", {.public_ip = "pip"});
    model::LoadBalancer::Rule& rule = b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(443, 443));
    rule.disable_outbound_snat = row.disable;
    if (row.outbound) balancer.outbound_rules.push_back({{rule.frontend}, rule.backend_pool, *row.outbound});
    b.nic("nic", "v/free", "10.0.1.4");
    b.lb_member("lb", "pool", "nic");
    b.attach("v", "free", {.default_outbound = !row.is_private});
    World w = b.world();
    const net::Place nic{net::Place::Kind::network_interface, w.estate().tables().network_interfaces.front().id};
    CHECK(traced(w, nic, "10.0.1.4", "8.8.8.8") == row.expected);
  }
}

TEST_CASE("trace: an application gateway with private frontends alone reaches the Internet by a NAT gateway only") {
  // source: learn.microsoft.com/azure/application-gateway/application-gateway-private-deployment
  struct Row {
    const char* why;
    AppGatewayOptions options;
    bool has_nat;
    const char* expected;
  };
  const Row rows[] = {
      {"private alone", {.address = "10.0.1.9"}, false, "dropped"},
      {"with a NAT gateway", {.address = "10.0.1.9"}, true, "exits-to-internet"},
      {"with a public frontend", {.public_ip = "pip"}, false, "exits-to-internet"},
      {"the page is of the v2 tiers", {.address = "10.0.1.9", .tier = "Standard"}, false, "exits-to-internet"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = one();
    b.public_ip("pip", "203.0.113.9");
    b.nat_gateway("nat");
    b.attach("v", "free", {.nat_gateway = row.has_nat ? "nat" : ""});
    const net::Place gateway{net::Place::Kind::service, b.app_gateway("agw", "v/free", row.options).id};
    World w = b.world();
    CHECK(traced(w, gateway, "10.0.1.9", "8.8.8.8") == row.expected);
  }
}

TEST_CASE("trace: private endpoints take approved connections only and never start one") {
  for (const auto& row :
       {std::pair("Approved", "delivered"), {"Pending", "dropped"}, {"Rejected", "dropped"}, {"Odd", "unknown"}}) {
    CAPTURE(std::string(row.first));
    Build b = one();
    b.endpoint("pe", "v/free", "10.0.1.9", {.status = row.first});
    World w = b.world();
    CHECK(traced(w, at(w, "peer/b"), "10.1.0.4", "10.0.1.9") == row.second);
    const net::Place endpoint{net::Place::Kind::private_endpoint, w.estate().tables().private_endpoints.front().id};
    CHECK(traced(w, endpoint, "10.0.1.9", "10.1.0.4") == "dropped");
  }
}

TEST_CASE("trace: on-premises enters at the GatewaySubnet, whose table decides") {
  Build b = transit_world();
  b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-gw"});
  b.route_table("rt-gw", false);
  b.udr("rt-gw", "10.2.0.0/16", "10.0.0.4");
  b.gateway("vpn", "hub");
  b.designations.has_learned_prefixes = true;
  World w = b.world();
  const net::Place on_premises{net::Place::Kind::on_premises, {}};
  CHECK(traced(w, on_premises, "192.168.0.1", "10.2.0.4") == "denied through the firewall");
  CHECK(traced(w, on_premises, "192.168.0.1", "10.1.0.4") == "delivered");
}

TEST_CASE("fabric: what is adjacent, how much there is, and what no hub reaches") {
  Build b = transit_world();
  b.vnet("alone", "10.9.0.0/16");
  World w = b.world();
  const net::Fabric fabric(w.view());
  CHECK(fabric.count(net::Fabric::Vertex::vnet) == 4);
  CHECK(fabric.count(net::Fabric::Edge::peering) == 2);
  CHECK(fabric.count(net::Fabric::Edge::public_address) == 1);
  CHECK(fabric.adjacent(w.vnet("hub")).size() == 2);
  CHECK(fabric.adjacent(w.vnet("s1")) == std::vector<model::VnetIndex>{w.vnet("hub")});
  CHECK(fabric.unreached() == std::vector<model::VnetIndex>{w.vnet("alone")});
  CHECK(fabric.islands() == 2);
}
