// The second packet space: routes, traces, transit and public entries of IPv6.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/exposure.h"
#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "engine/net/transit_ipv6.h"
#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/one_layer.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

Ipv6 ip6(std::string_view text) { return *Ipv6::parse(text); }

/// A dual-stack hub and spoke: IPv4 is forced through the firewall, IPv6 is dropped in both directions.
Build dual() {
  Build b;
  b.vnet("hub", "10.0.0.0/18, fd00:a::/48");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/22, fd00:b::/48");
  b.peer("hub", "spoke");
  for (const char* table : {"rt-spoke", "rt-only-default", "rt-open"}) {
    b.route_table(table);
    b.udr(table, "0.0.0.0/0", "10.0.0.4");
    b.udr(table, "10.0.2.0/24", "10.0.0.4");
  }
  b.udr("rt-spoke", "::/0", "None");
  b.udr("rt-spoke", "fd00:a::/48", "None");
  b.udr("rt-only-default", "::/0", "None");
  b.udr("rt-open", "fd00:a::/48", "None");
  b.route_table("rt-hub");
  b.udr("rt-hub", "10.1.0.0/22", "10.0.0.4");
  b.udr("rt-hub", "fd00:b::/48", "None");
  b.subnet("hub", "apim", "10.0.2.0/24, fd00:a:0:2::/64", {.route_table = "rt-hub"});
  b.subnet("spoke", "app", "10.1.0.0/24, fd00:b::/64", {.route_table = "rt-spoke", .default_outbound = false});
  return b;
}

void table_of_app(Build& b, const char* table) { b.attach("spoke", "app", {.route_table = table}); }

model::PublicIp& public_v6(Build& b, const char* name, const char* address) {
  model::PublicIp& out = b.public_ip(name, "");
  out.is_v6 = true;
  out.address_v6 = ip6(address);
  return out;
}

/// An interface of the spoke with an IPv6 configuration beside the IPv4 one.
model::NetworkInterface& machine(Build& b, const char* public_ip = "", const char* nsg = "") {
  model::NetworkInterface& nic = b.nic("machine", "spoke/app", "10.1.0.9", {.nsg = nsg});
  model::IpConfiguration& six = nic.ip_configurations.emplace_back();
  six.id = b.ids().intern(std::string(b.ids().spelling(nic.id)) + "/ipConfigurations/six");
  six.subnet = b.subnet_id("spoke/app");
  six.is_v6 = true;
  six.address_v6 = ip6("fd00:b::9");
  six.public_ip = b.id("publicIPAddresses", public_ip);
  return nic;
}

/// A public load balancer whose IPv6 frontend has a rule, or an outbound rule, for the machine.
void balancer_v6(Build& b, bool is_outbound) {
  public_v6(b, "pip-lb6", "2001:db8:1::20");
  model::NetworkInterface& nic = machine(b);
  b.load_balancer("lb");
  b.lb_frontend("lb", "six", {.public_ip = "pip-lb6"});
  model::LoadBalancer::Rule& rule = b.lb_rule("lb", "six", "pool6", Protocol::tcp, {443, 443});
  nic.ip_configurations.back().load_balancer_pools = {rule.backend_pool};
  if (!is_outbound) return;
  model::LoadBalancer& balancer = b.load_balancer("lb-out");
  b.lb_frontend("lb-out", "six", {.public_ip = "pip-lb6"});
  balancer.has_outbound_rules = true;
  balancer.outbound_rules = {{{balancer.frontends.back().id}, rule.backend_pool}};
}

struct Row {
  const char* why;
  std::function<void(Build&)> change;
  const char* expected;
};

void check_rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = dual();
    row.change(b);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    for (const std::string& sentence : run.disagreements) FAIL_CHECK(sentence);
    const proof::Verdict& verdict = result_of(w, run, "spoke").verdict;
    CAPTURE(explain(verdict));
    CHECK(word(verdict) == row.expected);
    CHECK(open_in_one_layer(w.view()) == "");
    if (const auto* refuted = std::get_if<proof::Refuted>(&verdict)) {
      REQUIRE(refuted->trace);
      CHECK(std::holds_alternative<Ipv6>(refuted->trace->flow.destination));
      CHECK(net::leaves_the_promised_way(net::trace(w.view(), refuted->trace->flow)));
    }
  }
}

}  // namespace

TEST_CASE("IPv6 that is dropped or denied on every way out and in is proved") {
  check_rows({
      {"::/0 and the hub's prefix to None, the hub's subnets drop what is for the spoke", [](Build&) {}, "proved"},
      {"a hub without IPv6: the peering carries none, ::/0 to None is enough",
       [](Build& b) {
         b.vnet("other", "10.3.0.0/22, fd00:c::/48");
         b.peer_one_side("spoke", "other");  // the other side is absent
         table_of_app(b, "rt-spoke");
       },
       "proved"},
      {"a group that denies the hub's prefix stops what the peering carries",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "fd00:a::/48"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "proved"},
      {"a group of the hub's subnet that denies the spoke's prefix does as well",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Inbound", .access = "Deny", .from = "fd00:b::/48"});
         b.attach("hub", "apim", {.nsg = "closed"});
         table_of_app(b, "rt-only-default");
       },
       "proved"},
      {"a group that lets in tags of public addresses alone lets no other network in",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .protocol = "Tcp", .from = "GatewayManager", .ports = "65200-65535"});
         b.rule("closed", {.priority = 110, .from = "AzureLoadBalancer"});
         b.rule("closed", {.priority = 4096, .access = "Deny"});
         b.attach("hub", "apim", {.nsg = "closed"});
         table_of_app(b, "rt-only-default");
       },
       "proved"},
      {"a subnet with IPv6 that holds private endpoints only: they are IPv4",
       [](Build& b) {
         b.subnet("spoke", "pe", "10.1.1.0/24, fd00:b:0:1::/64", {.policies = "RouteTableEnabled"});
         b.endpoint("pe-data", "spoke/pe", "10.1.1.5");
       },
       "proved"},
      {"a machine with a public IPv6 address behind a group that denies the Internet, and ::/0 to None",
       [](Build& b) {
         public_v6(b, "pip6", "2001:db8:1::9");
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .access = "Deny", .from = "2000::/3"});
         b.attach("spoke", "app", {.nsg = "closed"});
         machine(b, "pip6");
       },
       "proved"},
      {"the gateway's own subnet in a spoke is no destination",
       [](Build& b) {
         b.route_table("rt-tools");
         for (const char* to : {"10.1.0.0/22", "10.1.3.0/27"}) b.udr("rt-tools", to, "10.0.0.4");
         b.udr("rt-tools", "fd00:b::/64", "None");
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("hub", "tools", "10.0.4.0/24, fd00:a:0:4::/64", {.route_table = "rt-tools"});
         b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27, fd00:b:0:3::/64", {.route_table = "rt-spoke"});
       },
       "proved"},
      {"a NAT gateway with IPv6 where ::/0 goes to None",
       [](Build& b) {
         b.nat_gateway("nat").has_v6 = true;
         b.attach("spoke", "app", {.nat_gateway = "nat"});
       },
       "proved"},
  });
}

TEST_CASE("IPv6 with a way around the firewall is refuted by a packet that replays") {
  check_rows({
      {"::/0 to None is shorter than the hub's prefix, which the peering carries",
       [](Build& b) { table_of_app(b, "rt-only-default"); }, "refuted"},
      {"a subnet of the hub without a route for the spoke's prefix",
       [](Build& b) {
         b.route_table("rt-tools");
         b.udr("rt-tools", "10.1.0.0/22", "10.0.0.4");
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("hub", "tools", "10.0.4.0/24, fd00:a:0:4::/64", {.route_table = "rt-tools"});
       },
       "refuted"},
      {"a group that denies a part of the hub's subnet only",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "fd00:a:0:2::/65"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "refuted"},
      {"a group that denies all of IPv4 says nothing about IPv6",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "0.0.0.0/0"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "refuted"},
      {"no route for ::/0 and a machine with a public IPv6 address",
       [](Build& b) {
         public_v6(b, "pip6", "2001:db8:1::9");
         b.nsg("default");
         machine(b, "pip6", "default");
         table_of_app(b, "rt-open");
       },
       "refuted"},
      {"no route for ::/0 and a NAT gateway with IPv6",
       [](Build& b) {
         b.nat_gateway("nat").has_v6 = true;
         b.attach("spoke", "app", {.route_table = "rt-open", .nat_gateway = "nat"});
       },
       "refuted"},
      {"a user route for ::/0 to the Internet and an outbound rule with an IPv6 frontend",
       [](Build& b) {
         balancer_v6(b, true);
         b.nsg("default");
         b.attach("spoke", "app", {.nsg = "default"});
         b.udr("rt-open", "::/0", "Internet");
         table_of_app(b, "rt-open");
       },
       "refuted"},
      {"a machine with a public IPv6 address whose group lets the Internet in",
       [](Build& b) {
         public_v6(b, "pip6", "2001:db8:1::9");
         b.nsg("open");
         b.rule("open", {.priority = 100, .protocol = "Tcp", .from = "Internet", .ports = "22"});
         machine(b, "pip6", "open");
       },
       "refuted"},
      {"a load balancer with a public IPv6 frontend and a member whose group lets the Internet in",
       [](Build& b) {
         balancer_v6(b, false);
         b.nsg("open");
         b.rule("open", {.priority = 100, .protocol = "Tcp", .from = "*", .ports = "443"});
         b.attach("spoke", "app", {.nsg = "open"});
       },
       "refuted"},
  });
}

TEST_CASE("what is not known about IPv6 is neither proved nor refuted") {
  check_rows({
      {"no route for ::/0, and the export shows no way out", [](Build& b) { table_of_app(b, "rt-open"); }, "unknown"},
      {"a NAT gateway without IPv6 addresses is no way out for certain",
       [](Build& b) {
         b.nat_gateway("nat");
         b.attach("spoke", "app", {.route_table = "rt-open", .nat_gateway = "nat"});
       },
       "unknown"},
      {"::/0 to an appliance with an IPv6 address",
       [](Build& b) {
         b.udr("rt-open", "::/0", "VirtualAppliance").next_hop_is_v6 = true;
         table_of_app(b, "rt-open");
       },
       "unknown"},
      {"::/0 to a gateway",
       [](Build& b) {
         b.udr("rt-open", "::/0", "VirtualNetworkGateway");
         table_of_app(b, "rt-open");
       },
       "unknown"},
      {"a gateway's subnet with IPv6 and no route that drops what is for the spoke",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27, fd00:a:0:5::/64", {.route_table = "rt-gateway"});
         b.route_table("rt-gateway", false);
         b.udr("rt-gateway", "10.1.0.0/22", "10.0.0.4");
         b.gateway("gw", "hub", "Vpn");
       },
       "unknown"},
      {"a gateway's subnet of the spoke from which the peering is reached",
       [](Build& b) {
         b.route_table("rt-gateway");
         for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.1.0.0/22"}) b.udr("rt-gateway", to, "10.0.0.4");
         b.udr("rt-gateway", "::/0", "None");
         b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27, fd00:b:0:3::/64", {.route_table = "rt-gateway"});
         b.gateway("gw", "spoke");
       },
       "unknown"},
      {"a group that denies a service tag, whose IPv6 prefixes are not kept",
       [](Build& b) {
         b.nat_gateway("nat").has_v6 = true;
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "AzureCloud"});
         b.attach("spoke", "app", {.route_table = "rt-open", .nsg = "closed", .nat_gateway = "nat"});
       },
       "unknown"},
      {"an application gateway of the spoke whose public address, of whichever family, is not in the export",
       [](Build& b) {
         b.nsg("four");
         b.rule("four", {.priority = 100, .access = "Deny", .from = "0.0.0.0/0"});
         b.attach("spoke", "app", {.nsg = "four"});
         b.app_gateway("agw", "spoke/app", {.public_ip = "elsewhere", .pool = {ip("10.1.0.9")}});
       },
       "unknown"},
      {"an interface with IPv6 in a subnet that shows none",
       [](Build& b) {
         machine(b);
         b.attach("spoke", "app", {}).prefixes_v6.clear();
       },
       "unknown"},
      {"a machine with a Standard public IPv6 address and no group",
       [](Build& b) {
         public_v6(b, "pip6", "2001:db8:1::9");
         machine(b, "pip6");
       },
       "unknown"},
      {"a peer whose subnets are not shown",
       [](Build& b) {
         b.vnet("third", "10.7.0.0/24, fd00:c::/48").lists_subnets = false;
         b.peer("spoke", "third");
       },
       "unknown"},
      {"a peer with something that is not understood",
       [](Build& b) {
         b.vnet("third", "10.7.0.0/24, fd00:c::/48").unread = {{"/properties/new", "true"}};
         b.subnet("third", "s", "10.7.0.0/25");
         b.peer("spoke", "third");
       },
       "unknown"},
      {"machines of a scale set that one of the rules of a public load balancer leads to",
       [](Build& b) {
         public_v6(b, "pip-lb6", "2001:db8:1::20");
         b.load_balancer("lb");
         b.lb_frontend("lb", "six", {.public_ip = "pip-lb6"});
         b.lb_rule("lb", "six", "others", Protocol::tcp, {80, 80});
         model::MachinePool::Interface interface;
         interface.subnet = b.subnet_id("spoke/app");
         interface.load_balancer_pools = {b.lb_rule("lb", "six", "theirs", Protocol::tcp, {443, 443}).backend_pool};
         b.machine_pool("vmss").interfaces = {interface};
       },
       "unknown"},
      {"machines of a scale set with public addresses of a family that no row shows",
       [](Build& b) {
         model::MachinePool::Interface interface;
         interface.subnet = b.subnet_id("spoke/app");
         interface.has_public_address = true;
         b.machine_pool("vmss").interfaces = {interface};
       },
       "unknown"},
  });
}

TEST_CASE("an IPv6 packet is traced over its own routes") {
  struct TraceRow {
    const char* why;
    const char* to;
    std::function<void(Build&)> change;
    const char* expected;
  };
  const TraceRow rows[] = {
      {"within the own network", "fd00:b::77", [](Build&) {}, "delivered"},
      {"to nobody's subnet of the own network", "fd00:b:0:9::1", [](Build&) {}, "dropped"},
      {"to the hub, which a user route drops", "fd00:a:0:2::4", [](Build&) {}, "dropped"},
      {"to the hub over the peering", "fd00:a:0:2::4", [](Build& b) { table_of_app(b, "rt-only-default"); },
       "delivered"},
      {"to a network over a peering that may or may not carry it", "fd00:c::4",
       [](Build& b) {
         b.vnet("third", "10.7.0.0/24, fd00:c::/48");
         b.subnet("third", "s", "10.7.0.0/25, fd00:c::/64");
         b.peer("spoke", "third", {.access = false});
       },
       "unknown"},
      {"to a network over a peering that carries it", "fd00:c::4",
       [](Build& b) {
         b.vnet("third", "10.7.0.0/24, fd00:c::/48");
         b.subnet("third", "s", "10.7.0.0/25, fd00:c::/64");
         b.peer("spoke", "third");
       },
       "delivered"},
      {"to the hub, whose group denies the spoke", "fd00:a:0:2::4",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .access = "Deny", .from = "fd00:b::/48"});
         b.attach("hub", "apim", {.nsg = "closed"});
         table_of_app(b, "rt-only-default");
       },
       "denied"},
      {"to the Internet, dropped by ::/0 to None", "2001:4860:4860::8888", [](Build&) {}, "dropped"},
      {"to the Internet without anything that lets it out", "2001:4860:4860::8888",
       [](Build& b) { table_of_app(b, "rt-open"); }, "unknown"},
      {"to the Internet through a NAT gateway with IPv6", "2001:4860:4860::8888",
       [](Build& b) {
         b.nat_gateway("nat").has_v6 = true;
         b.attach("spoke", "app", {.route_table = "rt-open", .nat_gateway = "nat"});
       },
       "exits-to-internet"},
  };
  for (const TraceRow& row : rows) {
    CAPTURE(row.why);
    Build b = dual();
    row.change(b);
    const World w = b.world();
    net::Flow flow;
    flow.from = {net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("spoke/app").index()].id};
    flow.source = ip6("fd00:b::4");
    flow.destination = ip6(row.to);
    const net::Trace trace = net::trace(w.view(), flow);
    CAPTURE((trace.hops.empty() ? std::string() : trace.hops.back().note));
    CHECK(net::name(trace.disposition) == row.expected);
    CHECK_FALSE(trace.crossed_firewall);
  }
}

TEST_CASE("a Standard public IPv6 frontend whose member has no group is open by one page and closed by another") {
  for (const char* group : {"", "open"}) {
    CAPTURE(std::string(group));
    Build b = dual();
    balancer_v6(b, false);
    b.nsg("open");
    b.rule("open", {.priority = 100, .protocol = "Tcp", .from = "*", .ports = "443"});
    b.attach("spoke", "app", {.nsg = group});
    const World w = b.world();
    net::Flow flow;
    flow.from = {net::Place::Kind::internet, {}};
    flow.source = ip6("2001:db8::7");
    flow.destination = ip6("2001:db8:1::20");
    const bool has_group = *group != '\0';
    CHECK(net::name(net::trace(w.view(), flow).disposition) == (has_group ? "delivered" : "unknown"));
  }
}

TEST_CASE("a public IPv6 frontend of an application gateway takes what its subnet's group lets in") {
  for (const char* direction : {"Inbound", "Outbound"}) {
    CAPTURE(std::string(direction));
    Build b = dual();
    b.nsg("ng");
    b.rule("ng", {.priority = 100, .direction = "Inbound", .access = "Allow", .from = "*"});
    b.rule("ng", {.priority = 90, .direction = direction, .access = "Deny"});
    b.subnet("hub", "agw", "10.0.4.0/24, fd00:a:0:4::/64", {.nsg = "ng"});
    public_v6(b, "pip6", "2001:db8:1::30");
    b.app_gateway("agw", "hub/agw", {}).frontends.front().public_ip_v6 = b.id("publicIPAddresses", "pip6");
    const World w = b.world();
    net::Flow flow;
    flow.from = {net::Place::Kind::internet, {}};
    flow.source = ip6("2001:db8::7");
    flow.destination = ip6("2001:db8:1::30");
    CHECK(net::name(net::trace(w.view(), flow).disposition) ==
          (std::string(direction) == "Inbound" ? "denied" : "delivered"));
  }
}

TEST_CASE("a flow whose ends are of different families goes nowhere that is known") {
  const World w = dual().world();
  net::Flow flow;
  flow.from = {net::Place::Kind::internet, {}};
  flow.source = ip("198.51.100.7");
  flow.destination = ip6("fd00:b::4");
  const net::Trace trace = net::trace(w.view(), flow);
  CHECK(net::name(trace.disposition) == "unknown");
  CHECK(net::to_string(flow) == "198.51.100.7:49152 -> [fd00:b::4]:443/tcp");
}

TEST_CASE("the routes of IPv6: the own space, user routes, connected peerings and ::/0 to the Internet") {
  const World w = dual().world();
  const auto set = net::effective_routes_v6(w.view(), w.estate().tables().subnets[w.subnet("spoke/app").index()]);
  std::string all;
  for (const net::Route6& route : set.routes) {
    all += to_string(route.prefix) + " " + std::string(net::name(route.next_hop.kind)) + " " +
           std::string(net::name(route.source)) + "\n";
  }
  CHECK(all ==
        "fd00:b::/48 VnetLocal Default\n::/0 None User\nfd00:a::/48 None User\nfd00:a::/48 VNetPeering Default\n"
        "::/0 Internet Default\n");
  CHECK(set.unknown.empty());
  const std::vector<const net::Route6*> chosen = net::select_routes(set.routes, ip6("fd00:a:0:2::4"));
  REQUIRE(chosen.size() == 1);
  CHECK(net::name(chosen[0]->next_hop.kind) == "None");
}

TEST_CASE("learned prefixes are declared for IPv4 alone: a gateway may teach any of IPv6 where propagation is on") {
  Build b = dual();
  b.designations.has_learned_prefixes = true;
  b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27");
  b.gateway("gw", "spoke", "ExpressRoute");
  b.route_table("rt-learning", false);
  for (const char* to : {"::/0", "fd00:a::/48"}) b.udr("rt-learning", to, "None");
  table_of_app(b, "rt-learning");
  const World w = b.world();
  const std::vector<net::Bypass> bypasses = net::transit_ipv6(w.view(), w.spoke("spoke")).bypasses;
  REQUIRE(bypasses.size() == 1);
  CHECK_FALSE(bypasses[0].is_certain);
  CHECK(bypasses[0].reason.find("disable propagation") != std::string::npos);
}

TEST_CASE("a range of IPv6 that the peering has not synced may be routed or not") {
  Build b = dual();
  b.vnet("late", "10.8.0.0/22, fd00:d::/48");
  const model::ResourceId id = b.peer_one_side("spoke", "late", {.remote_space = "10.8.0.0/22"}).id;
  const World w = b.world();
  const auto ranges = net::peering_ranges_v6(w.view(), *w.estate().find<model::Peering>(id));
  REQUIRE(ranges.size() == 1);
  CHECK(to_string(ranges[0].prefix) == "fd00:d::/48");
  CHECK_FALSE(ranges[0].is_certain);
}

TEST_CASE("a proof of both packet spaces names the routes of both") {
  const World w = dual().world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  const auto& verdict = result_of(w, run, "spoke").verdict;
  REQUIRE(std::holds_alternative<proof::Proved>(verdict));
  std::string facts;
  for (const model::Fact& fact : std::get<proof::Proved>(verdict).rests_on)
    facts += std::string(fact.value.view()) + "\n";
  CAPTURE(facts);
  CHECK(facts.find("::/0 -> None") != std::string::npos);
  CHECK(facts.find("fd00:a::/48 -> None") != std::string::npos);
  CHECK(facts.find("0.0.0.0/0 -> VirtualAppliance") != std::string::npos);
}

TEST_CASE("an application gateway's public IPv6 frontend is a public entry to its IPv4 pool") {
  Build b = dual();
  public_v6(b, "pip6", "2001:db8:1::80");
  b.subnet("hub", "agw", "10.0.6.0/24, fd00:a:0:6::/64");
  b.app_gateway("agw", "hub/agw", {.public_ip = "pip6", .tier = "Standard_v2", .pool = {ip("10.1.0.9")}});
  const World w = b.world();
  const std::vector<net::PublicSurface> surfaces = net::public_surfaces(w.view(), ip("10.1.0.9"));
  REQUIRE(surfaces.size() == 1);
  CHECK(surfaces[0].is_certain);
  REQUIRE(surfaces[0].public_address);
  CHECK(to_string(*surfaces[0].public_address) == "2001:db8:1::80");
  net::Flow flow;
  flow.from = {net::Place::Kind::internet, {}};
  flow.source = ip6("2001:db8::10");
  flow.destination = ip6("2001:db8:1::80");
  CHECK(net::name(net::trace(w.view(), flow).disposition) == "delivered");
}

TEST_CASE("a public address of IPv6 is nothing that IPv4 meets") {
  Build b = dual();
  public_v6(b, "pip6", "2001:db8:1::9");
  machine(b, "pip6");
  const World w = b.world();
  CHECK(net::transit(w.view(), w.spoke("spoke")).bypasses.empty());
  CHECK(net::transit_ipv6(w.view(), w.spoke("spoke")).bypasses.size() == 1);
}

namespace {

/// One security admin rule is in force on the network.
void admin_rule(Build& b, std::string_view vnet, const AdminRuleRow& row) {
  for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
  b.admin_rule("m/c/rc", "all", row);
  b.deploy("m/c", "westeurope");
  b.effective(vnet, {"m/c"}, model::ManagerFeature::security_admin);
}

/// A second dual-stack spoke that a mesh joins with the first; IPv4 between the two is forced through the firewall.
void mesh(Build& b) {
  b.vnet("second", "10.2.0.0/22, fd00:c::/48");
  b.peer("hub", "second");
  b.route_table("rt-second");
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.1.0.0/24"}) b.udr("rt-second", to, "10.0.0.4");
  b.udr("rt-second", "::/0", "None");
  b.udr("rt-second", "fd00:a::/48", "None");
  b.udr("rt-spoke", "10.2.0.0/24", "10.0.0.4");
  b.subnet("second", "app", "10.2.0.0/24, fd00:c::/64", {.route_table = "rt-second", .default_outbound = false});
  for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
  b.join("m/mesh", {});
  for (const char* name : {"spoke", "second"}) b.effective(name, {"m/mesh"}, model::ManagerFeature::connectivity);
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins#source-and-destination-types (IPv4
// and IPv6 addresses)
TEST_CASE("IPv6 meets the security admin rules of network managers before the groups") {
  const auto open = [](Build& b) { table_of_app(b, "rt-only-default"); };
  const auto closed = [](Build& b) {
    b.nsg("closed");
    b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny"});
    b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
  };
  check_rows({
      {"a Deny of every address",
       [&](Build& b) {
         open(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "Deny"});
       },
       "proved"},
      {"a Deny of the hub's IPv6 prefix",
       [&](Build& b) {
         open(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "Deny", .to = "fd00:a::/48"});
       },
       "proved"},
      {"a Deny of half of the hub's subnet leaves the other half open",
       [&](Build& b) {
         open(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "Deny", .to = "fd00:a:0:2::/65"});
       },
       "refuted"},
      {"a Deny of all of IPv4 says nothing about IPv6",
       [&](Build& b) {
         open(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "Deny", .to = "0.0.0.0/0"});
       },
       "refuted"},
      {"an inbound Deny of the spoke's prefix on the hub",
       [&](Build& b) {
         open(b);
         admin_rule(b, "hub", {.access = "Deny", .from = "fd00:b::/48"});
       },
       "proved"},
      {"an AlwaysAllow of one IPv6 prefix opens what the group closes",
       [&](Build& b) {
         closed(b);
         admin_rule(
             b, "spoke",
             {.direction = "Outbound", .access = "AlwaysAllow", .protocol = "Tcp", .to = "fd00:a:0:2:8000::/65"});
       },
       "refuted"},
      {"an AlwaysAllow of IPv4 addresses opens nothing to IPv6",
       [&](Build& b) {
         closed(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "AlwaysAllow", .to = "10.9.0.0/16"});
       },
       "proved"},
      {"an Allow leaves it to the group, which closes",
       [&](Build& b) {
         closed(b);
         admin_rule(b, "spoke", {.direction = "Outbound", .access = "Allow"});
       },
       "proved"},
      {"rules that are committed, and whether the network takes them is not told",
       [&](Build& b) {
         closed(b);
         admin_rule(b, "second", {.direction = "Outbound", .access = "AlwaysAllow"});
         b.vnet("second", "10.2.0.0/22");
         b.gap({"INPUT-TRUNCATED", model::Gap::Reach::table, model::ArgTable::network_resources, {}, {}, "cut off"});
       },
       "unknown"},
  });
}

TEST_CASE("whether a connected group carries IPv6 is not known: only what is longer than its routes drops it") {
  const auto drop = [](Build& b, const char* of_spoke, const char* of_second) {
    mesh(b);
    b.udr("rt-spoke", of_spoke, "None");
    b.udr("rt-second", of_second, "None");
  };
  check_rows({
      {"::/0 to None is shorter than the other network's prefix", mesh, "unknown"},
      {"which of two equal ones wins is not documented", [&](Build& b) { drop(b, "fd00:c::/48", "fd00:b::/48"); },
       "unknown"},
      {"dropped on the way out, and not on the way in", [&](Build& b) { drop(b, "fd00:c::/64", "fd00:b::/48"); },
       "unknown"},
      {"dropped by longer routes in both directions", [&](Build& b) { drop(b, "fd00:c::/64", "fd00:b::/64"); },
       "proved"},
      {"an admin rule that denies the other network in both directions",
       [](Build& b) {
         mesh(b);
         b.admin_rule("m/c/rc", "all", {.direction = "Outbound", .access = "Deny", .to = "fd00:c::/48"});
         b.admin_rule("m/c/rc", "all", {.direction = "Inbound", .access = "Deny", .from = "fd00:c::/48"});
         b.deploy("m/c", "westeurope");
         b.effective("spoke", {"m/c"}, model::ManagerFeature::security_admin);
       },
       "proved"},
  });
}
