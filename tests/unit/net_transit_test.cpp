// What leaves and enters a spoke around the hub firewall.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/one_layer.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

/// A hub with a firewall, API Management and private endpoints, and one spoke whose traffic is all forced through the
/// firewall: the address space of both sides is routed as whole, endpoint policies are on.
Build forced() {
  Build b;
  b.vnet("hub", "10.0.0.0/18");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/22");
  b.peer("hub", "spoke");
  b.route_table("rt-spoke");
  b.udr("rt-spoke", "0.0.0.0/0", "10.0.0.4");
  b.udr("rt-spoke", "10.0.2.0/24", "10.0.0.4");
  b.udr("rt-spoke", "10.0.3.0/24", "10.0.0.4");
  b.route_table("rt-hub");
  b.udr("rt-hub", "10.1.0.0/22", "10.0.0.4");
  b.subnet("hub", "apim", "10.0.2.0/24", {.route_table = "rt-hub"});
  b.subnet("hub", "pe", "10.0.3.0/24", {.policies = "Enabled"});
  b.subnet("spoke", "app", "10.1.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
  b.subnet("spoke", "pe", "10.1.1.0/24", {.policies = "RouteTableEnabled"});
  b.endpoint("pe-data", "spoke/pe", "10.1.1.5");
  b.endpoint("pe-ai", "hub/pe", "10.0.3.7");
  return b;
}

/// One line per item, to compare and to print.
std::string lines(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += item + "\n";
  return out;
}

/// "certain leaves app VNetPeering 10.0.2.0/24" per bypass.
std::vector<std::string> told(World& w) {
  std::vector<std::string> out;
  for (const net::Bypass& bypass : net::transit(w.view(), w.spoke("spoke")).bypasses) {
    CHECK(bypass.is_certain == bypass.witness.has_value());
    const std::string from =
        bypass.from.is_set() ? std::string(w.estate().name(w.estate().tables().subnets[bypass.from.index()].id)) : "-";
    out.push_back(std::string(bypass.is_certain ? "certain " : "uncertain ") +
                  (bypass.way == net::Bypass::Way::leaves ? "leaves " : "enters ") + from + " " +
                  std::string(net::name(bypass.next_hop.kind)) + " " + to_string(bypass.destinations));
  }
  return out;
}

struct Row {
  std::string why;
  std::function<void(Build&)> change;
  std::vector<std::string> expected;
};

}  // namespace

TEST_CASE("transit: a spoke that routes everything to the hub firewall has no bypass") {
  Build b = forced();
  World w = b.world();
  CHECK(lines(told(w)) == "");
}

TEST_CASE("transit: a single change of routes, endpoints or peerings opens exactly one way") {
  const Row rows[] = {
      {"the hub's range is not covered by 0/0: the peering route is longer",
       [](Build& b) { b.subnet("hub", "agw", "10.0.4.0/24", {.route_table = "rt-hub"}); },
       {"certain leaves app VNetPeering 10.0.4.0/24"}},
      {"a hub subnet without a table reaches the spoke directly, and its endpoints",
       [](Build& b) {
         b.subnet("hub", "jump", "10.0.0.64/26");
         b.udr("rt-spoke", "10.0.0.64/26", "10.0.0.4");
       },
       {"certain enters jump VNetPeering 10.1.0.0/23"}},
      {"a /32 route beats a user route when the endpoint policies are off",
       [](Build& b) {
         b.attach("hub", "pe", {.policies = "Disabled"});
         b.udr("rt-spoke", "10.0.0.0/18", "10.0.0.4");
       },
       {"certain leaves app InterfaceEndpoint 10.0.3.7/32"}},
      {"absent policies count as Disabled",
       [](Build& b) { b.attach("spoke", "pe", {}).private_endpoint_policies = {}; },
       {"certain enters apim InterfaceEndpoint 10.1.1.5/32"}},
      {"a platform subnet of the hub is no destination of its own",
       [](Build& b) { b.subnet("hub", "GatewaySubnet", "10.0.5.0/27"); },
       {}},
      {"a gateway in the hub enters by the routes of its subnet",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27");
         b.gateway("vpn", "hub");
       },
       {"certain enters GatewaySubnet VNetPeering 10.1.0.0/23"}},
      {"no 0/0 route and default outbound access: Internet",
       [](Build& b) {
         b.route_table("rt-none");
         b.subnet("spoke", "open", "10.1.2.0/24", {.route_table = "rt-none"});
         b.udr("rt-none", "10.0.0.0/18", "10.0.0.4");
       },
       {"certain leaves open Internet"}},
      {"no 0/0 route in a private subnet: regional storage stays reachable",
       [](Build& b) {
         b.route_table("rt-none");
         b.udr("rt-none", "10.0.0.0/18", "10.0.0.4");
         b.subnet("spoke", "open", "10.1.2.0/24", {.route_table = "rt-none", .default_outbound = false});
       },
       {"uncertain leaves open Internet"}},
      {"an address that no device has is no firewall",
       [](Build& b) { b.udr("rt-spoke", "203.0.0.0/8", "10.0.0.9"); },
       {"uncertain leaves app VirtualAppliance 203.0.0.0/8"}},
      {"an appliance outside the spoke is no firewall",
       [](Build& b) {
         b.nic("nva", "hub/apim", "10.0.2.9", {.forwarding = true});
         b.udr("rt-spoke", "20.0.0.0/8", "10.0.2.9");
       },
       {"certain leaves app VirtualAppliance 20.0.0.0/8"}},
      {"a firewall that is no hub firewall is a place like any other; its own address lets nothing on, so no packet "
       "proves the way there",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/16");
         b.subnet("other", "AzureFirewallSubnet", "10.2.0.0/26");
         b.firewall("fw2", "other", "10.2.0.4", {.is_hub_firewall = false});
         b.peer("spoke", "other");
       },
       {"certain enters AzureFirewallSubnet VNetPeering 10.1.0.0/23", "uncertain leaves app VNetPeering 10.2.0.0/26"}},
      {"None drops", [](Build& b) { b.udr("rt-spoke", "10.9.0.0/16", "None"); }, {}},
      {"a gateway route without any gateway drops",
       [](Build& b) { b.udr("rt-spoke", "10.9.0.0/16", "VirtualNetworkGateway"); },
       {}},
      {"a peering that is not established on both sides carries nothing",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/16");
         b.subnet("other", "x", "10.2.0.0/24");
         b.peer_one_side("spoke", "other", {.state = "Initiated"});
       },
       {}},
      {"a direct peering between spokes",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/16");
         b.subnet("other", "x", "10.2.0.0/24", {.route_table = "rt-x"});
         b.route_table("rt-x");
         b.peer("spoke", "other");
         b.udr("rt-x", "10.1.0.0/16", "None");
         b.udr("rt-x", "10.1.0.0/23", "None");
         b.udr("rt-x", "10.1.0.0/22", "None");
       },
       {"certain leaves app VNetPeering 10.2.0.0/24"}},
      {"a route table that is not in the export may hold anything",
       [](Build& b) { b.subnet("spoke", "new", "10.1.2.0/24", {.route_table = "rt-elsewhere"}); },
       {"uncertain leaves new Internet", "uncertain leaves new Unknown",
        "uncertain leaves new VNetPeering 10.0.2.0/23"}},
      {"service endpoints reach public addresses directly",
       [](Build& b) { b.attach("spoke", "app", {.service_endpoints = {"Microsoft.Storage"}}); },
       {"uncertain leaves app VirtualNetworkServiceEndpoint"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = forced();
    row.change(b);
    World w = b.world();
    std::vector<std::string> shown = told(w);
    for (std::string& line : shown) {
      // Address sets of public destinations are long: the kind says enough.
      const bool is_public = line.find(" Internet ") != std::string::npos ||
                             line.find("Unknown ") != std::string::npos ||
                             line.find("ServiceEndpoint ") != std::string::npos;
      if (is_public) line.resize(line.find(' ', line.find(' ', line.find(' ', line.find(' ') + 1) + 1) + 1));
    }
    std::sort(shown.begin(), shown.end());
    CHECK(lines(shown) == lines(row.expected));
  }
}

TEST_CASE("transit: a group that denies everything for sure leaves no bypass, a doubtful one an uncertain") {
  const auto with_rule = [](const RuleRow& row) {
    Build b = forced();
    b.nsg("nsg");
    b.rule("nsg", row);
    b.subnet("hub", "agw", "10.0.4.0/24", {.route_table = "rt-hub", .nsg = "nsg"});
    World w = b.world();
    const auto out = told(w);
    return out.empty() ? std::string("none") : out.front();
  };
  CHECK(with_rule({.access = "Deny"}) == "none");
  CHECK(with_rule({.access = "Deny", .from = "10.1.0.0/22"}) == "none");
  CHECK(with_rule({.access = "Deny", .from = "10.1.0.0/25"}) == "certain leaves app VNetPeering 10.0.4.0/24");
  CHECK(with_rule({.access = "Deny", .protocol = "Tcp"}) == "certain leaves app VNetPeering 10.0.4.0/24");
  CHECK(with_rule({.access = "Deny", .ports = "0-8079,8081-65535"}) == "certain leaves app VNetPeering 10.0.4.0/24");
}

TEST_CASE(
    "transit: the witness of a certain bypass replays without crossing the firewall, and the reason says what to do") {
  Build b = forced();
  b.subnet("hub", "snet-agw", "10.0.4.0/24", {.route_table = "rt-hub"});
  World w = b.world();
  const net::TransitResult result = net::transit(w.view(), w.spoke("spoke"));
  REQUIRE(result.bypasses.size() == 1);
  const net::Bypass& bypass = result.bypasses.front();
  REQUIRE(bypass.witness);
  const net::Trace trace = net::trace(w.view(), *bypass.witness);
  CHECK(net::name(trace.disposition) == "delivered");
  CHECK_FALSE(trace.crossed_firewall);
  CHECK(
      bypass.reason ==
      "10.0.4.0/24 (snet-agw) is reached over the peering to hub: no user route of rt-spoke is as long as 10.0.0.0/18");
  CHECK(bypass.expected == "10.0.4.0/24 -> 10.0.0.4");
  CHECK(bypass.doubt.empty());
}

TEST_CASE("transit: what is not known makes the spoke uncertain, never proved") {
  const Row rows[] = {
      {"a property of the subnet that is not understood",
       [](Build& b) {
         b.attach("spoke", "app", {}).unread = {{"/properties/new", "true"}};
       },
       {}},
      {"a subnet that is not provisioned", [](Build& b) { b.attach("spoke", "app", {}).is_settled = false; }, {}},
      {"a partial export",
       [](Build& b) {
         b.gap({"INPUT-TRUNCATED", model::Gap::Reach::table, model::ArgTable::resources, {}, {}, "cut off"});
       },
       {}},
      {"a peering to a network that is not in the export",
       [](Build& b) { b.peer_one_side("spoke", "elsewhere", {.remote_space = "10.200.0.0/16"}); },
       {}},
      {"something unmodelled that touches the network",
       [](Build& b) { b.unmodelled("avnm", "networkManagers", {b.vnet_id("spoke")}); },
       {}},
      {"learned routes with propagation on",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.gateway("er", "hub", "ExpressRoute");
         b.route_table("rt-on", false);
         b.udr("rt-on", "0.0.0.0/0", "10.0.0.4");
         b.udr("rt-on", "10.0.0.0/18", "10.0.0.4");
         b.subnet("spoke", "on", "10.1.2.0/24", {.route_table = "rt-on"});
         b.peer_one_side("spoke", "hub2", {.remote_gateways = true, .remote_space = "10.77.0.0/16"});
       },
       {}},
      {"a NAT gateway that names a subnet which does not name it",
       [](Build& b) {
         model::NatGateway& nat = b.nat_gateway("nat");
         nat.subnets = {b.subnet_id("spoke/app")};
       },
       {}},
      {"a hub without a list of subnets and without subnets",
       [](Build& b) {
         b.vnet("dark", "10.90.0.0/18").lists_subnets = false;
         b.peer("dark", "spoke");
       },
       {}},
      {"a peering that joins single subnets: its routes are longer than the user route for the whole network",
       [](Build& b) {
         b.vnet("hub2", "10.64.0.0/18");
         b.subnet("hub2", "shared", "10.64.2.0/24", {.route_table = "rt-hub"});
         b.udr("rt-spoke", "10.64.0.0/18", "10.0.0.4");
         b.peer("hub2", "spoke", {.complete_vnets = false});
       },
       {}},
      {"endpoints, and an attachment that is not in the export, in a subnet without a table",
       [](Build& b) { b.attach("spoke", "pe", {.attached = {b.subnet_id("spoke/elsewhere")}}); },
       {}},
      {"a service tag route", [](Build& b) { b.udr("rt-spoke", "AzureMonitor", "Internet"); }, {}},
      {"a scale set whose machines have public addresses",
       [](Build& b) {
         b.machine_pool("vmss").interfaces = {{b.subnet_id("spoke/app"), {}, {}, true}};
       },
       {}},
      {"node pools with public addresses in a network that is not stated",
       [](Build& b) {
         b.machine_pool("aks").interfaces = {{{}, {}, {}, true}};
       },
       {}},
      {"a scale set behind a public load balancer",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9");
         b.load_balancer("lb");
         b.lb_frontend("lb", "front", {.public_ip = "pip"});
         const auto pool = b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443}).backend_pool;
         b.machine_pool("vmss").interfaces = {{b.subnet_id("spoke/app"), {}, {pool}, false}};
       },
       {}},
      {"a member of a public load balancer given by its address alone",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9");
         auto& balancer = b.load_balancer("lb");
         b.lb_frontend("lb", "front", {.public_ip = "pip"});
         const auto pool = b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443}).backend_pool;
         balancer.address_members = {{pool, ip("10.1.0.9"), {}}};
       },
       {}},
      {"a pool of a public load balancer that its row does not show",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9");
         auto& balancer = b.load_balancer("lb");
         b.lb_frontend("lb", "front", {.public_ip = "pip"});
         b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
         balancer.pools.clear();
       },
       {}},
      {"a public address whose interface does not name it back",
       [](Build& b) {
         const auto config = b.nic("nic", "spoke/app", "10.1.0.9").ip_configurations[0].id;
         b.public_ip("pip", "203.0.113.9", false).owner = config;
       },
       {}},
      {"a public address of a scale set whose row shows no interface",
       [](Build& b) {
         const std::string set(b.ids().spelling(b.machine_pool("vmss").id));
         b.public_ip("pip", "203.0.113.9").owner = b.ids().intern(set + "/virtualMachines/0/networkInterfaces/n");
       },
       {}},
      {"a public address whose interface is not in the export",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9").owner =
             b.ids().intern(std::string(b.ids().spelling(b.id("networkInterfaces", "gone"))) + "/ipConfigurations/c");
       },
       {}},
      {"a public address whose load balancer is not in the export",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9").owner = b.ids().intern(
             std::string(b.ids().spelling(b.id("loadBalancers", "gone"))) + "/frontendIPConfigurations/c");
       },
       {}},
      {"a peer of the spoke behind a group that is not in the export",
       [](Build& b) {
         b.vnet("other", "10.9.0.0/24");
         b.subnet("other", "app", "10.9.0.0/26", {.nsg = "gone"});
         b.peer("spoke", "other");
       },
       {}},
      {"a peer whose addresses overlap the spoke's",
       [](Build& b) {
         b.vnet("twin", "10.1.2.0/24");
         b.peer("spoke", "twin");
       },
       {}},
      {"two peers whose addresses overlap",
       [](Build& b) {
         b.vnet("twin", "10.0.16.0/24");
         b.peer("spoke", "twin");
       },
       {}},
      {"a peer of the hub with the spoke's addresses",
       [](Build& b) {
         b.vnet("twin", "10.1.2.0/24");
         b.peer("hub", "twin");
       },
       {}},
      {"a gateway in the hub that is not shown",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub", .attached = {b.id("things", "gw")}});
       },
       {}},
      {"a gateway that does not say where it stands",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.gateway("gw", "hub").subnets = {};
       },
       {}},
      {"the interface of an endpoint of the hub whose row is missing",
       [](Build& b) { b.nic("nic-lost", "hub/pe", "10.0.3.9").private_endpoint = b.id("privateEndpoints", "lost"); },
       {}},
      {"the same in the spoke",
       [](Build& b) { b.nic("nic-lost", "spoke/pe", "10.1.1.9").private_endpoint = b.id("privateEndpoints", "lost"); },
       {}},
      {"an endpoint of the hub without an address",
       [](Build& b) { b.endpoint("pe-dark", "hub/apim", "", {.has_nic = false}); },
       {}},
      {"a user route that cannot be read",
       [](Build& b) { b.udr("rt-spoke", "10.3.0.0/16", "None").is_usable = false; },
       {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = forced();
    row.change(b);
    World w = b.world();
    const std::vector<std::string> all = told(w);
    CHECK_FALSE(all.empty());
    for (const std::string& line : all) CHECK(line.substr(0, 9) == "uncertain");
    CHECK(open_in_one_layer(w.view()) == "");
  }
}

TEST_CASE("transit: a Bastion with a public address is no destination of the claim, one that may be private is") {
  for (const bool is_public : {true, false}) {
    CAPTURE(is_public);
    Build b = forced();
    // Its own packets are closed off, so that only those towards it are left to tell of.
    b.nsg("closed");
    b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny"});
    b.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26", {.nsg = "closed"});
    b.bastion("bastion", "hub").is_public = is_public;
    World w = b.world();
    const net::TransitResult result = net::transit(w.view(), w.spoke("spoke"));
    CHECK(result.bypasses.empty() == is_public);
    const auto tells = [](const std::string& sentence) { return sentence.find("AzureBastionSubnet") == 0; };
    CHECK(std::any_of(result.assumptions.begin(), result.assumptions.end(), tells) == is_public);
  }
}

TEST_CASE("transit: public addresses that lead elsewhere, or that a group closes, leave the spoke alone") {
  const Row rows[] = {
      {"a scale set in the hub",
       [](Build& b) {
         b.subnet("hub", "snet-x", "10.0.5.0/24", {.route_table = "rt-hub"});
         b.udr("rt-spoke", "10.0.5.0/24", "10.0.0.4");
         b.machine_pool("vmss").interfaces = {{b.subnet_id("hub/snet-x"), {}, {}, true}};
       },
       {}},
      {"a group of the scale set that denies everything",
       [](Build& b) {
         b.nsg("nsg");
         b.rule("nsg", {.access = "Deny"});
         b.attach("spoke", "app", {.nsg = "nsg"});
         b.machine_pool("vmss").interfaces = {{b.subnet_id("spoke/app"), {}, {}, true}};
       },
       {}},
      {"machines without public addresses",
       [](Build& b) {
         b.machine_pool("vmss").interfaces = {{b.subnet_id("spoke/app"), {}, {}, false}};
       },
       {}},
      {"an address of API Management",
       [](Build& b) {
         auto& address = b.public_ip("pip", "203.0.113.9");
         address.owner = b.ids().intern(
             "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/loadBalancers/z/frontendIPConfigurations/"
             "c");
         const model::ResourceId id = address.id;
         b.apim("apim", "hub/apim", "10.0.2.4").primary.public_ip = id;
       },
       {}},
      {"a hidden interface of another subscription",
       [](Build& b) {
         b.public_ip("pip", "203.0.113.9").owner = b.ids().intern(
             "/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/networkInterfaces/z/ipConfigurations/c");
       },
       {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = forced();
    row.change(b);
    World w = b.world();
    CHECK(told(w).empty());
  }
}
