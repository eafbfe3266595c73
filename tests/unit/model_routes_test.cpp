// Behaviours of routes, gateways and platform subnets that docs/model.md names and no other test shows by itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "engine/net/query.h"
#include "engine/net/trace.h"
#include "engine/proof/claims.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

struct Row {
  std::string why;
  std::function<void(Build&)> change;
  std::string expected;
  const char* spoke = "spoke";
};

void check(std::span<const Row> rows) {
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

/// Whether the proof about the spoke prints an assumption with `part`. It must be proved.
bool assumes(Build& b, std::string_view part) {
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  CHECK(run.disagreements.empty());
  const proof::Verdict& verdict = result_of(w, run, "spoke").verdict;
  CAPTURE(explain(verdict));
  const auto* proved = std::get_if<proof::Proved>(&verdict);
  REQUIRE(proved != nullptr);
  const auto has_part = [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; };
  return std::any_of(proved->assumptions.begin(), proved->assumptions.end(), has_part);
}

/// A gateway in the hub whose subnet sends the spoke's addresses to the firewall.
void gateway_in_hub(Build& b, std::string_view type) {
  b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
  b.gateway("gw", "hub", type);
}

/// A spoke that learns 10.200.0.0/16 from the hub's gateway and is forced through the firewall otherwise.
void learning_spoke(Build& b, bool overrides_learned) {
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
  gateway_in_hub(b, "Vpn");
  b.vnet("late", "10.5.0.0/22");
  b.route_table("rt-late", false);
  b.udr("rt-late", "0.0.0.0/0", "10.0.0.4").has_bgp_override = overrides_learned;
  for (const char* to : {"10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-late", to, "10.0.0.4");
  b.subnet("late", "app", "10.5.0.0/24", {.route_table = "rt-late", .default_outbound = false});
  b.udr("rt-hub", "10.5.0.0/22", "10.0.0.4");
  b.peer_one_side("late", "hub", {.remote_gateways = true});
  b.peer_one_side("hub", "late", {.gateway_transit = true});
}

/// A subnet of the spoke with what API Management's control plane needs: a tag route and service endpoints.
void control_plane(Build& b, bool has_service, std::string service_endpoint = "Microsoft.KeyVault") {
  b.route_table("rt-apim");
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-apim", to, "10.0.0.4");
  b.udr("rt-apim", "ApiManagement", "Internet");
  b.subnet("spoke", "apim", "10.1.2.0/24",
           {.route_table = "rt-apim",
            .service_endpoints = {"Microsoft.Sql", "Microsoft.Storage", "Microsoft.EventHub", service_endpoint},
            .default_outbound = false});
  if (has_service) b.apim("gateway", "spoke/apim", "10.1.2.4");
}

std::string traced(const World& w, const net::Place& from, std::string_view source, std::string_view destination) {
  return std::string(
      net::name(net::trace(w.view(), {from, ip(source), ip(destination), Protocol::tcp, 49152, 443}).disposition));
}

net::Place at(const World& w, std::string_view subnet) {
  return {net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet(subnet).index()].id};
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview,
// learn.microsoft.com/azure/templates/microsoft.network/routetables (hasBgpOverride)
TEST_CASE("transit: routes whose effect no page tells leave the claim open") {
  const Row rows[] = {
      {"a VnetLocal route for addresses that the network does not hold",
       [](Build& b) { b.udr("rt-spoke", "10.9.0.0/16", "VnetLocal"); }, "unknown"},
      {"a route of private addresses to the Internet", [](Build& b) { b.udr("rt-spoke", "10.9.0.0/16", "Internet"); },
       "unknown"},
      {"a learned route leads to the gateway", [](Build& b) { learning_spoke(b, false); }, "refuted", "late"},
      {"a learned route that a Route Server beside the gateway may have taught",
       [](Build& b) {
         learning_spoke(b, false);
         b.subnet("hub", "RouteServerSubnet", "10.0.6.0/27");
         model::Gateway& server = b.gateway("rs", "hub");
         server.is_route_server = true;
         server.subnets = {b.subnet_id("hub/RouteServerSubnet")};
       },
       "unknown", "late"},
      {"a learned route that a user route with hasBgpOverride may displace", [](Build& b) { learning_spoke(b, true); },
       "unknown", "late"},
      {"a peer of the hub that holds the spoke's addresses as well",
       [](Build& b) {
         b.vnet("twin", "10.9.0.0/24");
         b.peer_one_side("hub", "twin", {.remote_space = "10.9.0.0/24, 10.1.0.0/24"});
         b.peer_one_side("twin", "hub");
       },
       "unknown"},
  };
  check(rows);
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#service-tags-for-user-defined-routes
TEST_CASE("transit: a route for a listed service tag is judged as routes for its prefixes are") {
  const auto to = [](const char* next_hop, const char* listed, const char* beside = nullptr) {
    return [=](Build& b) {
      b.udr("rt-spoke", "AzureMonitor", next_hop);
      if (beside != nullptr) b.udr("rt-spoke", beside, "10.0.0.4");
      if (listed != nullptr) b.listed_tag("AzureMonitor", listed);
      b.subnet("spoke", "open", "10.1.3.0/24", {.route_table = "rt-spoke"});
    };
  };
  const Row rows[] = {
      {"no tag", [](Build& b) { b.subnet("spoke", "open", "10.1.3.0/24", {.route_table = "rt-spoke"}); }, "proved"},
      {"to the Internet, without a list", to("Internet", nullptr), "unknown"},
      {"to the Internet", to("Internet", "20.40.0.0/16"), "refuted"},
      {"to the Internet, for nothing", to("Internet", ""), "proved"},
      {"to the Internet, and the firewall has the same prefix", to("Internet", "20.40.0.0/16", "20.40.0.0/16"),
       "proved"},
      {"to the Internet, and the firewall has a shorter one", to("Internet", "20.40.0.0/16", "20.40.0.0/15"),
       "refuted"},
      {"to the firewall", to("10.0.0.4", "20.40.0.0/16"), "proved"},
      {"to something else", to("10.0.0.9", "20.40.0.0/16"), "unknown"},
      {"to nowhere", to("None", "20.40.0.0/16"), "proved"},
  };
  check(rows);
  Build b = forced();
  to("10.0.0.4", "20.40.0.0/16")(b);
  CHECK(assumes(b, "service tag AzureMonitor"));
}

// source: learn.microsoft.com/azure/api-management/virtual-network-reference,
// github.com/MicrosoftDocs/azure-docs (includes/api-management-virtual-network-forced-tunneling.md)
TEST_CASE("transit: what API Management's control plane needs is no way around the firewall, and is printed") {
  const Row rows[] = {
      {"the tag route and the four service endpoints on the subnet of the service",
       [](Build& b) { control_plane(b, true); }, "proved"},
      {"another tag beside it",
       [](Build& b) {
         control_plane(b, true);
         b.udr("rt-apim", "AzureMonitor", "Internet");
       },
       "unknown"},
      {"the tag to something else than the Internet",
       [](Build& b) {
         control_plane(b, true);
         b.udr("rt-apim", "ApiManagement", "10.0.0.9");
       },
       "unknown"},
      {"the same with a list of what the tag holds",
       [](Build& b) {
         control_plane(b, true);
         b.listed_tag("ApiManagement", "20.37.0.0/24");
       },
       "proved"},
      {"the same with a list, on a subnet without the service",
       [](Build& b) {
         control_plane(b, false);
         b.listed_tag("ApiManagement", "20.37.0.0/24");
       },
       "unknown"},
      {"the same on a subnet without the service", [](Build& b) { control_plane(b, false); }, "unknown"},
      {"a service endpoint that it does not need", [](Build& b) { control_plane(b, true, "Microsoft.Web"); },
       "unknown"},
      {"a v2 tier, for which no page names the exception",
       [](Build& b) {
         control_plane(b, false);
         b.apim("gateway", "spoke/apim", "10.1.2.4").sku = "PremiumV2";
       },
       "unknown"},
  };
  check(rows);
  Build b = forced();
  control_plane(b, true);
  CHECK(assumes(b, "API Management"));
}

// source: learn.microsoft.com/azure/bastion/bastion-faq
TEST_CASE("transit: a Bastion of the hub reaches the spoke by its own subnet's routes, public or not") {
  for (const bool is_public : {true, false}) {
    CAPTURE(is_public);
    const Row rows[] = {{"no group of the spoke stops it",
                         [&](Build& b) {
                           b.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26");
                           b.udr("rt-spoke", "10.0.6.0/26", "10.0.0.4");
                           b.bastion("bastion", "hub").is_public = is_public;
                         },
                         "refuted"}};
    check(rows);
  }
}

// source: learn.microsoft.com/azure/expressroute/about-fastpath
TEST_CASE("transit: a proof beside an ExpressRoute gateway assumes that no connection uses FastPath") {
  for (const bool is_express_route : {true, false}) {
    CAPTURE(is_express_route);
    Build b = forced();
    gateway_in_hub(b, is_express_route ? "ExpressRoute" : "Vpn");
    CHECK(assumes(b, "FastPath") == is_express_route);
  }
}

TEST_CASE("transit: platform subnets are no destinations, which is printed") {
  Build b = forced();
  gateway_in_hub(b, "Vpn");
  CHECK(assumes(b, "GatewaySubnet of hub holds platform instances only"));
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#user-defined (a virtual network
// gateway as next hop must be of type VPN)
TEST_CASE("trace: a user route to the gateway is followed to a VPN gateway, and to no other") {
  for (const auto& row :
       {std::pair("Vpn", "exits-to-on-premises"), {"ExpressRoute", "unknown"}, {"RouteServer", "dropped"}}) {
    CAPTURE(std::string(row.first));
    Build b;
    b.designations.has_learned_prefixes = true;
    b.vnet("v", "10.0.0.0/16");
    b.route_table("rt");
    b.udr("rt", "172.20.0.0/16", "VirtualNetworkGateway");
    b.subnet("v", "a", "10.0.0.0/24", {.route_table = "rt"});
    b.subnet("v", "GatewaySubnet", "10.0.9.0/27");
    b.gateway("gw", "v", row.first);
    const World w = b.world();
    CHECK(traced(w, at(w, "v/a"), "10.0.0.4", "172.20.0.9") == row.second);
  }
}

TEST_CASE("trace: what several gateways treat differently is not known to come from on-premises one way") {
  Build b;
  b.designations.has_learned_prefixes = true;
  for (const std::string name : {"v", "far"}) {
    b.vnet(name, name == "v" ? "10.0.0.0/16" : "10.8.0.0/16");
    b.subnet(name, "GatewaySubnet", name == "v" ? "10.0.9.0/27" : "10.8.9.0/27");
  }
  b.subnet("v", "a", "10.0.0.0/24");
  b.gateway("gw", "v");
  const net::Place on_premises{net::Place::Kind::on_premises, {}};
  Build both = b;
  CHECK(traced(b.world(), on_premises, "192.168.0.1", "10.0.0.4") == "delivered");
  both.gateway("gw-far", "far");  // whose network does not reach the address
  CHECK(traced(both.world(), on_premises, "192.168.0.1", "10.0.0.4") == "unknown");
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
TEST_CASE("trace: what a gateway may teach decides nothing that a network or a peering routes") {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "a", "10.0.0.0/24");
  b.subnet("v", "GatewaySubnet", "10.0.9.0/27");
  b.gateway("gw", "v");
  b.vnet("peer", "10.1.0.0/16");
  b.subnet("peer", "b", "10.1.0.0/24");
  b.peer("v", "peer");
  const World w = b.world();
  for (const auto& row : {std::pair("10.0.0.9", "delivered"),
                          {"10.1.0.9", "delivered"},
                          {"10.50.0.1", "unknown"},
                          {"8.8.8.8", "unknown"}}) {
    CAPTURE(std::string(row.first));
    CHECK(traced(w, at(w, "v/a"), "10.0.0.4", row.first) == row.second);
  }
}

TEST_CASE("query: platform subnets play no part when a whole network is asked for, which a note tells") {
  Build b = forced();
  gateway_in_hub(b, "Vpn");
  b.designations.has_learned_prefixes = true;
  const World w = b.world();
  net::Question question;
  for (const char* name : {"hub/GatewaySubnet", "hub/AzureFirewallSubnet", "hub/apim"})
    question.from.subnets.push_back(at(w, name).id);
  question.from.is_wide = true;
  question.to.subnets = {at(w, "spoke/app").id};
  question.via = net::Question::Via::not_firewall;
  const net::Answer answer = net::query(w.view(), question);
  CHECK(answer.boxes.empty());  // API Management is forced through the firewall
  CHECK(answer.notes.size() == 2);
}

TEST_CASE("a declared firewall appliance counts as crossed; what it does with a packet is in no export") {
  Build b = forced();
  b.nic("nva", "hub/apim", "10.0.2.9", {.forwarding = true});
  b.udr("rt-spoke", "20.0.0.0/8", "10.0.2.9");
  World w = b.world();
  CHECK(verdict_of(w, proof::prove_transit(w.view()), "spoke") == "refuted");
  const model::ResourceId hub = w.estate().tables().virtual_networks[w.vnet("hub").index()].id;
  w.roles.firewalls.push_back({hub, hub, ip("10.0.2.9"), "declared"});
  const proof::ProofRun run = proof::prove_transit(w.view());
  CHECK(run.disagreements.empty());
  CHECK(verdict_of(w, run, "spoke") == "proved");
  const net::Trace trace = net::trace(w.view(), {at(w, "spoke/app"), ip("10.1.0.4"), ip("20.0.0.9")});
  CHECK(trace.disposition == net::Disposition::unknown);
  CHECK(trace.crossed_firewall);
}
