// Cases that the differential tests (tests/differential) have found: each once had a wrong verdict, or made the two
// layers differ.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/proof/claims.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

/// A subnet of the hub whose group stops what its own addresses send; its routes lead straight to the spoke.
void guarded_subnet(Build& b) {
  b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
  b.nsg("ng-own");
  b.rule("ng-own", {.priority = 100, .direction = "Outbound", .access = "Deny", .from = "10.0.4.0/24"});
  b.subnet("hub", "nva", "10.0.4.0/24", {.nsg = "ng-own"});
}

/// A subnet of the spoke that sends one public block to the Internet by itself; its group lets no host of its own do
/// so.
void guarded_exit(Build& b) {
  b.route_table("rt-exit");
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-exit", to, "10.0.0.4");
  b.udr("rt-exit", "203.0.113.0/24", "Internet");
  b.nsg("ng-own");
  b.rule("ng-own", {.priority = 100, .direction = "Outbound", .access = "Deny", .from = "10.1.2.0/24"});
  b.subnet("spoke", "nva", "10.1.2.0/24", {.route_table = "rt-exit", .nsg = "ng-own"});
}

/// A mesh of the spoke and another, "late", whose prefix a gateway in the spoke teaches as well: which of the two
/// routes is used is not documented, and the /32 of an endpoint is longer than both. Nothing else gets around.
void mesh_beside_gateway(Build& b) {
  add_spoke(b, "late", 5);
  for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
  b.join("m/mesh", {});
  for (const char* name : {"spoke", "late"}) b.effective(name, {"m/mesh"}, model::ManagerFeature::connectivity);
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("10.5.0.0/22")};
  b.nsg("ng-closed");
  b.rule("ng-closed", {.priority = 100, .access = "Deny"});
  b.attach("spoke", "app", {.nsg = "ng-closed"});
  b.attach("spoke", "pe", {.nsg = "ng-closed", .policies = "Enabled"});
  b.route_table("rt-gateway", false);
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-gateway", to, "10.0.0.4");
  b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27", {.route_table = "rt-gateway"});
  b.gateway("gw", "spoke");
}

/// A subnet of the hub without a route table, which the spoke reaches through the firewall.
void open_subnet(Build& b) {
  b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
  b.subnet("hub", "tools", "10.0.4.0/24");
}

}  // namespace

TEST_CASE("transit: the route that is missing leads to the firewall of the spoke's own hub") {
  Build b;
  for (const char* hub : {"another", "own"}) {
    const std::string net = std::string(hub) == "own" ? "10.0" : "10.8";
    b.vnet(hub, net + ".0.0/18");
    b.subnet(hub, "AzureFirewallSubnet", net + ".0.0/26");
    b.subnet(hub, "apim", net + ".2.0/24");
    b.firewall(std::string("fw-") + hub, hub, net + ".0.4");
  }
  b.vnet("spoke", "10.1.0.0/22");
  b.peer("own", "spoke");
  b.route_table("rt-spoke");
  b.udr("rt-spoke", "0.0.0.0/0", "10.0.0.4");
  b.subnet("spoke", "app", "10.1.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  const auto* refuted = std::get_if<proof::Refuted>(&result_of(w, run, "spoke").verdict);
  REQUIRE(refuted != nullptr);
  CHECK(refuted->expected.find("-> 10.0.0.4") != std::string::npos);
  CHECK(refuted->expected.find("10.8.0.4") == std::string::npos);
}

TEST_CASE("transit: what random estates have found") {
  struct Row {
    std::string why;
    std::function<void(Build&)> change;
    std::string expected;
    const char* spoke = "spoke";
  };
  const auto balanced = [](bool is_public) {
    return [is_public](Build& b) {
      b.public_ip("pip-lb", "203.0.113.20");
      b.load_balancer("lb");
      b.lb_frontend("lb", "inside", {.subnet = "spoke/app", .address = "10.1.0.100"});
      if (is_public) b.lb_frontend("lb", "outside", {.public_ip = "pip-lb"});
      b.lb_rule("lb", is_public ? "outside" : "inside", "pool", Protocol::tcp, {443, 443});
      b.nic("vm", "spoke/app", "10.1.0.4");
      b.lb_member("lb", "pool", "vm");
      b.nsg("open");
      b.rule("open", {.priority = 100, .from = "Internet"});
      b.attach("spoke", "app", {.nsg = "open"});
    };
  };
  const Row rows[] = {
      {"a load balancer with a public frontend beside a private one lets the Internet in", balanced(true), "refuted"},
      {"one with a private frontend alone does not", balanced(false), "proved"},
      {"the spoke's own addresses by way of an appliance of the hub",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("hub", "nva", "10.0.4.0/24", {.route_table = "rt-hub"});
         b.nic("nva", "hub/nva", "10.0.4.9", {.forwarding = true});
         b.udr("rt-spoke", "10.1.1.0/24", "10.0.4.9");
       },
       "refuted"},
      {"a member given by its address, in one of the two prefixes of its subnet",
       [](Build& b) {
         b.subnet("spoke", "two", "10.1.2.0/25", {.route_table = "rt-spoke", .default_outbound = false})
             .prefixes.push_back(prefix("10.1.2.128/25"));
         b.public_ip("pip-lb", "203.0.113.20");
         auto& balancer = b.load_balancer("lb");
         b.lb_frontend("lb", "front", {.public_ip = "pip-lb"});
         const auto pool = b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443}).backend_pool;
         balancer.address_members = {{pool, ip("10.1.2.140"), {}}};
       },
       "unknown"},
      {"a group against the subnet's own addresses closes a subnet of plain machines",
       [](Build& b) {
         guarded_subnet(b);
         b.nic("machine", "hub/nva", "10.0.4.9");
       },
       "proved"},
      {"a machine that forwards sends packets of other addresses past that group",
       [](Build& b) {
         guarded_subnet(b);
         b.nic("machine", "hub/nva", "10.0.4.9", {.forwarding = true});
       },
       "unknown"},
      {"a scale set may forward, too",
       [](Build& b) {
         guarded_subnet(b);
         b.machine_pool("vmss").interfaces = {{b.subnet_id("hub/nva"), {}, {}, false}};
       },
       "unknown"},
      {"so may something that the subnet names and the export does not hold",
       [](Build& b) {
         guarded_subnet(b);
         b.attach("hub", "nva", {.attached = {b.id("networkInterfaces", "not-exported")}});
       },
       "unknown"},
      {"the way out of a subnet of plain machines is closed by such a group", guarded_exit, "proved"},
      {"a machine that forwards goes out past that group",
       [](Build& b) {
         guarded_exit(b);
         b.nic("machine", "spoke/nva", "10.1.2.9", {.forwarding = true});
       },
       "unknown"},
      {"a declared direct target is not the witness of what is not declared",
       [](Build& b) {
         b.attach("spoke", "app", {.route_table = "rt-only-default"});
         b.designations.direct = {prefix("10.0.2.0/24")};
       },
       "refuted"},
      {"an endpoint without a known address leaves the rest of its network certain",
       [](Build& b) {
         open_subnet(b);
         b.endpoint("pe-hidden", "spoke/pe", "", {.has_nic = false});
       },
       "refuted"},
      {"an uncertain route that leads where the certain one leads opens nothing",
       [](Build& b) {
         b.vnet("late", "10.5.0.0/22");
         b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.peer_one_side("hub", "late", {.remote_space = "10.5.0.0/22, 10.5.0.0/24"});
         b.peer_one_side("late", "hub");
       },
       "refuted", "late"},
      {"the /32 of an endpoint is certain although the range of the peering is not",
       [](Build& b) {
         b.vnet("late", "10.5.0.0/22");
         b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.subnet("late", "pe", "10.5.1.0/24", {.policies = "RouteTableEnabled"});
         b.endpoint("pe-late", "late/pe", "10.5.1.5");
         b.udr("rt-hub", "10.5.0.0/24", "10.0.0.4");
         b.peer_one_side("hub", "late", {.remote_space = "10.5.0.0/23"});
         b.peer_one_side("late", "hub");
       },
       "refuted", "late"},
      {"an endpoint that a learned route may hide leaves its neighbours certain",
       [](Build& b) {
         open_subnet(b);
         b.nsg("ng-closed");
         b.rule("ng-closed", {.priority = 100, .access = "Deny"});
         b.attach("spoke", "app", {.nsg = "ng-closed"});
         b.nic("guest", "spoke/pe", "10.1.1.20");
         b.attach("spoke", "pe", {.route_table = "rt-spoke", .default_outbound = false});
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.gateway("gw", "hub");
       },
       "refuted"},
      {"a doubt about some addresses of a route leaves its others certain",
       [](Build& b) {
         open_subnet(b);
         b.vnet("twin", "10.9.0.0/24");
         b.peer_one_side("hub", "twin", {.remote_space = "10.9.0.0/24, 10.1.0.0/24"});
         b.peer_one_side("twin", "hub");
         b.subnet("spoke", "more", "10.1.2.0/24", {.route_table = "rt-spoke", .default_outbound = false});
       },
       "refuted"},
      {"a machine whose own group is closed hides none of its neighbours",
       [](Build& b) {
         open_subnet(b);
         b.nsg("ng-closed");
         b.rule("ng-closed", {.priority = 100, .access = "Deny"});
         b.nic("machine", "spoke/app", "10.1.0.9", {.nsg = "ng-closed"});
         b.attach("spoke", "pe", {.nsg = "ng-closed", .policies = "Enabled"});
       },
       "refuted"},
      {"the gateway's own subnet in a spoke is no destination",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27", {.route_table = "rt-spoke"});
         b.route_table("rt-tools");
         for (const char* to : {"10.1.0.0/24", "10.1.1.0/24", "10.1.1.5/32"}) b.udr("rt-tools", to, "10.0.0.4");
         b.subnet("hub", "tools", "10.0.4.0/24", {.route_table = "rt-tools"});
       },
       "proved"},
      {"what a gateway in a spoke sends back to its other side is no traffic of the spoke",
       [](Build& b) {
         b.designations.has_learned_prefixes = true;
         b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
         b.route_table("rt-gateway", false);
         for (const char* to : {"10.1.0.0/22", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-gateway", to, "10.0.0.4");
         b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27", {.route_table = "rt-gateway"});
         b.gateway("gw", "spoke");
       },
       "proved"},
      {"a Bastion that the subnet names and the export does not hold may reach the spoke",
       [](Build& b) {
         b.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26", {.attached = {b.id("bastionHosts", "not-exported")}});
         b.udr("rt-spoke", "10.0.6.0/26", "10.0.0.4");
       },
       "unknown"},
      {"so may a Bastion that does not say where it stands",
       [](Build& b) {
         b.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26");
         b.udr("rt-spoke", "10.0.6.0/26", "10.0.0.4");
         b.bastion("bastion", "hub").subnet = {};
       },
       "unknown"},
      {"the interface of an endpoint whose own row is missing has its /32 all the same",
       [](Build& b) { b.nic("lost", "spoke/app", "10.1.0.30").private_endpoint = b.id("privateEndpoints", "lost"); },
       "unknown"},
      {"so has the interface of an endpoint whose row does not say where it stands",
       [](Build& b) { b.endpoint("lost", "spoke/app", "10.1.0.30").subnet = {}; }, "unknown"},
      {"a network with a place for a firewall and no firewall is not known to be a spoke",
       [](Build& b) { b.subnet("spoke", "AzureFirewallSubnet", "10.1.3.0/26"); }, "unknown"},
      {"a peering back whose remote network cannot be read may be there",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/22");
         b.subnet("other", "app", "10.2.0.0/24", {.default_outbound = false});
         b.peer_one_side("spoke", "other");
         b.unmodelled("to-odd", "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", {b.vnet_id("other")});
       },
       "unknown"},
      {"the instances of a Route Server in a spoke send nothing out of it",
       [](Build& b) {
         b.designations.has_learned_prefixes = true;
         b.subnet("spoke", "RouteServerSubnet", "10.1.3.32/27");
         b.gateway("server", "spoke", "RouteServer");
       },
       "proved"},
      {"what a Route Server teaches leads to an appliance that may be anywhere",
       [](Build& b) {
         b.designations.has_learned_prefixes = true;
         b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
         b.vnet("late", "10.5.0.0/22");
         b.subnet("late", "RouteServerSubnet", "10.5.3.0/27");
         b.gateway("server", "late", "RouteServer");
         b.route_table("rt-late", false);
         for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-late", to, "10.0.0.4");
         b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-late", .default_outbound = false});
         b.udr("rt-hub", "10.5.0.0/22", "10.0.0.4");
         b.peer("late", "hub");
       },
       "unknown", "late"},
      {"a declared learned route leads out of a private subnet to the gateway",
       [](Build& b) {
         b.designations.has_learned_prefixes = true;
         b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.gateway("gw", "hub");
         b.vnet("late", "10.5.0.0/22");
         b.route_table("rt-late", false);
         for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-late", to, "10.0.0.4");
         b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-late", .default_outbound = false});
         b.udr("rt-hub", "10.5.0.0/22", "10.0.0.4");
         b.peer_one_side("late", "hub", {.remote_gateways = true});
         b.peer_one_side("hub", "late", {.gateway_transit = true});
       },
       "refuted", "late"},
      {"a service of a network that has a property nobody knows is not the witness",
       [](Build& b) {
         b.vnet("odd", "10.2.0.0/22").unread = {{"/properties/oddSwitch", "On"}};
         b.subnet("odd", "app", "10.2.0.0/24", {.default_outbound = false});
         b.peer("spoke", "odd");
       },
       "unknown"},
      {"a member of an application security group is found among machines that are none",
       [](Build& b) {
         b.asg("web");
         b.nsg("ng-web");
         b.rule("ng-web", {.priority = 100, .direction = "Outbound", .from = "asg:web"});
         b.rule("ng-web", {.priority = 200, .direction = "Outbound", .access = "Deny"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "ng-web"});
         b.nic("plain", "spoke/app", "10.1.0.4");
         b.nic("member", "spoke/app", "10.1.0.9", {.asgs = {"web"}});
       },
       "refuted"},
      {"an endpoint that is reached stands beside one that is not: its /32 is shown all the same",
       [](Build& b) {
         b.attach("spoke", "app", {.route_table = "rt-both"});
         b.route_table("rt-both");
         for (const char* to : {"0.0.0.0/0", "10.0.2.0/24"}) b.udr("rt-both", to, "10.0.0.4");
         b.udr("rt-both", "10.0.3.0/24", "10.0.0.4");
         b.attach("hub", "pe", {.policies = "Disabled"});
         b.endpoint("pe-before", "hub/pe", "10.0.3.4", {.status = "Pending"});
       },
       "refuted"},
      {"a connected group joins what a peering that is half there may join as well",
       [](Build& b) {
         for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
         b.join("m/mesh", {});
         b.vnet("late", "10.5.0.0/22").location = "westeurope";
         b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.peer_one_side("spoke", "late");
         b.peer_one_side("late", "spoke", {.state = "Initiated"});
         for (const char* name : {"spoke", "late"}) b.effective(name, {"m/mesh"}, model::ManagerFeature::connectivity);
       },
       "refuted"},
      {"so is that of a member of a connected group beside an equal learned route",
       [](Build& b) {
         mesh_beside_gateway(b);
         b.attach("late", "pe", {.policies = "Disabled"});
         b.endpoint("pe-before", "late/pe", "10.5.1.4", {.status = "Pending"});
       },
       "refuted"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = forced();
    row.change(b);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    CHECK(run.disagreements.empty());
    CAPTURE(explain(result_of(w, run, row.spoke).verdict));
    CHECK(verdict_of(w, run, row.spoke) == row.expected);
  }
}
