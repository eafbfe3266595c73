// Effective routes and their selection; what a next-hop address stands for. Rows follow azure-semantics.md 1.2-1.6 and
// learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <functional>
#include <string>

#include "engine/net/appliance.h"
#include "engine/net/routes.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

/// "User 10.0.0.0/16 VirtualAppliance", an uncertain one with "?" at the end, several joined by " | "; "drop" for none.
std::string decided(World& w, std::string_view subnet, std::string_view destination) {
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet(subnet));
  std::string out;
  for (const net::Route* route : net::select_routes(set.routes, ip(destination))) {
    out += fmt::format("{}{} {} {}{}", out.empty() ? "" : " | ", net::name(route->source), to_string(route->prefix),
                       net::name(route->next_hop.kind), route->is_certain ? "" : "?");
  }
  return out.empty() ? "drop" : out;
}

/// VNet 10.0.0.0/16 peered to 10.1.0.0/16; subnet "a" with table "rt".
Build two() {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "a", "10.0.0.0/24", {.route_table = "rt"});
  b.subnet("v", "plain", "10.0.1.0/24");
  b.vnet("peer", "10.1.0.0/16");
  b.subnet("peer", "pe", "10.1.1.0/24");
  b.peer("v", "peer");
  b.route_table("rt");
  return b;
}

struct Row {
  std::string why;
  std::function<void(Build&)> change;
  const char* destination;
  std::string expected;
};

net::Route route(std::string_view where, net::RouteSource source, net::NextHop::Kind kind, bool is_certain = true) {
  return {prefix(where), source, {kind, {}, {}}, is_certain, {}, is_certain ? "" : "doubt"};
}

}  // namespace

TEST_CASE("system routes: own network, peers, Internet and the reserved blocks") {
  const Row rows[] = {
      {"the whole address space is local", [](Build&) {}, "10.0.9.9", "Default 10.0.0.0/16 VnetLocal"},
      {"a peer's address space", [](Build&) {}, "10.1.2.3", "Default 10.1.0.0/16 VNetPeering"},
      {"everything else public goes to the Internet", [](Build&) {}, "8.8.8.8", "Default 0.0.0.0/0 Internet"},
      {"10/8 outside the network is dropped", [](Build&) {}, "10.50.0.1", "Default 10.0.0.0/8 None"},
      {"192.168/16 is dropped", [](Build&) {}, "192.168.1.1", "Default 192.168.0.0/16 None"},
      {"100.64/10 is dropped", [](Build&) {}, "100.64.1.1", "Default 100.64.0.0/10 None"},
      {"whether 172.16/12 is dropped is documented and observed differently", [](Build&) {}, "172.16.0.1",
       "Default 0.0.0.0/0 Internet | Default 172.16.0.0/12 None?"},
      {"a user 0/0 removes the reserved blocks", [](Build& b) { b.udr("rt", "0.0.0.0/0", "10.0.1.4"); }, "10.50.0.1",
       "User 0.0.0.0/0 VirtualAppliance"},
      {"another user route does not", [](Build& b) { b.udr("rt", "1.0.0.0/8", "10.0.1.4"); }, "10.50.0.1",
       "Default 10.0.0.0/8 None"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = two();
    row.change(b);
    World w = b.world();
    CHECK(decided(w, "v/a", row.destination) == row.expected);
  }
  Build b;
  b.vnet("w", "192.168.0.0/16");
  b.subnet("w", "x", "192.168.0.0/24");
  World w = b.world();
  CHECK(decided(w, "w/x", "192.168.7.7") == "Default 192.168.0.0/16 VnetLocal");
}

TEST_CASE("user routes: longest prefix, then user over BGP over system") {
  const Row rows[] = {
      {"0/0 does not catch a peer", [](Build& b) { b.udr("rt", "0.0.0.0/0", "10.0.1.4"); }, "10.1.0.1",
       "Default 10.1.0.0/16 VNetPeering"},
      {"an equal prefix does", [](Build& b) { b.udr("rt", "10.1.0.0/16", "10.0.1.4"); }, "10.1.0.1",
       "User 10.1.0.0/16 VirtualAppliance"},
      {"a longer VnetLocal keeps a subnet local",
       [](Build& b) {
         b.udr("rt", "10.0.0.0/16", "10.0.1.4");
         b.udr("rt", "10.0.0.0/24", "VnetLocal");
       },
       "10.0.0.9", "User 10.0.0.0/24 VnetLocal"},
      {"all addresses of an ECMP next hop are possible",
       [](Build& b) { b.udr("rt", "0.0.0.0/0", "10.0.1.4, 10.0.1.5"); }, "8.8.8.8",
       "User 0.0.0.0/0 VirtualAppliance | User 0.0.0.0/0 VirtualAppliance"},
      {"disablePeeringRoute makes the peering route doubtful",
       [](Build& b) {
         b.udr("rt", "0.0.0.0/0", "10.0.1.4");
         b.route_table("rt2").disable_peering_route = true;
         b.udr("rt2", "0.0.0.0/0", "10.0.1.4");
         b.attach("v", "a", {.route_table = "rt2"});
       },
       "10.1.0.1", "User 0.0.0.0/0 VirtualAppliance | Default 10.1.0.0/16 VNetPeering?"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = two();
    row.change(b);
    World w = b.world();
    CHECK(decided(w, "v/a", row.destination) == row.expected);
  }
}

TEST_CASE("peerings: the state of both sides decides whether there is a route, and whether it is certain") {
  struct State {
    std::string why;
    PeeringOptions here;
    PeeringOptions there;
    std::string expected;
  };
  const State rows[] = {
      {"both connected", {}, {}, "Default 10.1.0.0/16 VNetPeering"},
      {"initiated here", {.state = "Initiated"}, {.state = "Initiated"}, "Default 10.0.0.0/8 None"},
      {"disconnected here", {.state = "Disconnected"}, {.state = "Disconnected"}, "Default 10.0.0.0/8 None"},
      {"disconnected there: a torn export",
       {},
       {.state = "Disconnected"},
       "Default 10.0.0.0/8 None | Default 10.1.0.0/16 VNetPeering?"},
      {"an unknown state", {.state = "Sleeping"}, {}, "Default 10.0.0.0/8 None | Default 10.1.0.0/16 VNetPeering?"},
      {"access switched off may or may not block",
       {.access = false},
       {},
       "Default 10.0.0.0/8 None | Default 10.1.0.0/16 VNetPeering?"},
      {"what was synced last differs from the network",
       {.sync = "RemoteNotInSync", .remote_space = "10.1.0.0/17"},
       {},
       "Default 10.0.0.0/8 None | Default 10.1.0.0/16 VNetPeering? | Default 10.1.0.0/17 VNetPeering?"},
  };
  for (const State& row : rows) {
    CAPTURE(row.why);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.subnet("v", "a", "10.0.0.0/24");
    b.vnet("peer", "10.1.0.0/16");
    b.peer_one_side("v", "peer", row.here);
    b.peer_one_side("peer", "v", row.there);
    World w = b.world();
    CHECK(decided(w, "v/a", "10.1.2.3") == row.expected);
  }
}

TEST_CASE("select_routes: the preferred certain route and every uncertain one that beats it") {
  using net::RouteSource;
  using Kind = net::NextHop::Kind;
  struct Selection {
    std::string why;
    std::vector<net::Route> routes;
    std::string expected;
  };
  const Selection rows[] = {
      {"a longer system route beats a user default",
       {route("0.0.0.0/0", RouteSource::user, Kind::appliance), route("10.0.0.0/8", RouteSource::system, Kind::none)},
       "Default"},
      {"equal prefixes: user",
       {route("0.0.0.0/0", RouteSource::system, Kind::internet),
        route("0.0.0.0/0", RouteSource::user, Kind::appliance)},
       "User"},
      {"equal prefixes: BGP over system",
       {route("0.0.0.0/0", RouteSource::system, Kind::internet), route("0.0.0.0/0", RouteSource::bgp, Kind::gateway)},
       "VirtualNetworkGateway"},
      {"a longer BGP route does not displace a peering",
       {route("10.0.0.0/8", RouteSource::system, Kind::peering), route("10.1.0.0/16", RouteSource::bgp, Kind::gateway)},
       "Default"},
      {"nor the network's own",
       {route("10.0.0.0/8", RouteSource::system, Kind::vnet_local),
        route("10.1.0.0/16", RouteSource::bgp, Kind::gateway)},
       "Default"},
      {"a BGP route kept out by a peering does not beat a user route either",
       {route("10.0.0.0/8", RouteSource::system, Kind::peering),
        route("10.1.0.0/16", RouteSource::user, Kind::appliance),
        route("10.1.2.0/24", RouteSource::bgp, Kind::gateway)},
       "User"},
      {"a longer BGP route displaces a reserved block",
       {route("10.0.0.0/8", RouteSource::system, Kind::none), route("10.1.0.0/16", RouteSource::bgp, Kind::gateway)},
       "VirtualNetworkGateway"},
      {"an uncertain longer route comes beside",
       {route("10.0.0.0/8", RouteSource::user, Kind::appliance),
        route("10.1.0.0/16", RouteSource::system, Kind::peering, false)},
       "User Default?"},
      {"an uncertain shorter one does not",
       {route("10.1.0.0/16", RouteSource::user, Kind::appliance),
        route("10.0.0.0/8", RouteSource::system, Kind::peering, false)},
       "User"},
      {"nothing matches: dropped", {route("192.0.2.0/24", RouteSource::system, Kind::vnet_local)}, ""},
  };
  for (const Selection& row : rows) {
    CAPTURE(row.why);
    std::string out;
    for (const net::Route* chosen : net::select_routes(row.routes, ip("10.1.2.3"))) {
      out += (out.empty() ? "" : " ") + std::string(net::name(chosen->source)) + (chosen->is_certain ? "" : "?");
    }
    CHECK(out == row.expected);
  }
}

TEST_CASE("private endpoints: which user routes displace the /32") {
  struct Policy {
    std::string policies;
    std::string udr;
    std::string space;
    std::string expected;
  };
  // source: learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
  const Policy rows[] = {
      {"", "10.1.1.0/24", "10.1.0.0/16", "InterfaceEndpoint"},
      {"Disabled", "10.1.1.0/24", "10.1.0.0/16", "InterfaceEndpoint"},
      {"Disabled", "10.1.1.5/32", "10.1.0.0/16", "VirtualAppliance"},
      {"NetworkSecurityGroupEnabled", "10.1.1.0/24", "10.1.0.0/16", "InterfaceEndpoint"},
      {"RouteTableEnabled", "10.1.1.0/24", "10.1.0.0/16", "VirtualAppliance"},
      {"Enabled", "10.1.0.0/16", "10.1.0.0/16", "VirtualAppliance"},
      {"Enabled", "10.0.0.0/8", "10.1.0.0/16", "InterfaceEndpoint"},
      {"Enabled", "0.0.0.0/0", "10.1.0.0/16", "InterfaceEndpoint"},
      {"Enabled", "10.1.0.0/20", "10.1.0.0/16, 10.2.0.0/24", "VirtualAppliance InterfaceEndpoint?"},
      {"Enabled", "10.1.1.0/24", "10.1.0.0/16, 10.2.0.0/24", "VirtualAppliance"},
      {"Sometimes", "10.1.1.0/24", "10.1.0.0/16", "VirtualAppliance InterfaceEndpoint?"},
  };
  for (const Policy& row : rows) {
    CAPTURE(row.policies);
    CAPTURE(row.udr);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.subnet("v", "a", "10.0.0.0/24", {.route_table = "rt"});
    b.vnet("peer", row.space);
    b.subnet("peer", "pe", "10.1.1.0/24", {.policies = row.policies});
    b.endpoint("pe1", "peer/pe", "10.1.1.5");
    b.peer("v", "peer");
    b.route_table("rt");
    b.udr("rt", row.udr, "10.0.1.4");
    World w = b.world();
    const net::RouteSet set = net::effective_routes(w.view(), w.subnet("v/a"));
    std::string out;
    for (const net::Route* route : net::select_routes(set.routes, ip("10.1.1.5"))) {
      out += (out.empty() ? "" : " ") + std::string(net::name(route->next_hop.kind)) + (route->is_certain ? "" : "?");
    }
    CHECK(out == row.expected);
  }
}

TEST_CASE("private endpoints: a /32 crosses one peering, not two") {
  Build b = two();
  b.endpoint("pe1", "peer/pe", "10.1.1.5");
  b.vnet("far", "10.2.0.0/16");
  b.subnet("far", "c", "10.2.0.0/24");
  b.peer("far", "v");
  World w = b.world();
  CHECK(decided(w, "v/plain", "10.1.1.5") == "Default 10.1.1.5/32 InterfaceEndpoint");
  CHECK(decided(w, "far/c", "10.1.1.5") == "Default 10.0.0.0/8 None");
}

TEST_CASE("what no export holds is told as unknown routes") {
  const auto unknowns = [](const std::function<void(Build&)>& change) {
    Build b = two();
    change(b);
    World w = b.world();
    std::string out;
    for (const net::UnknownRoutes& u : net::effective_routes(w.view(), w.subnet("v/a")).unknown) {
      out +=
          (out.empty() ? "" : ", ") + std::string(net::name(u.source)) + " " + std::string(net::name(u.next_hop.kind));
    }
    return out;
  };
  CHECK(unknowns([](Build&) {}) == "");
  CHECK(unknowns([](Build& b) { b.udr("rt", "Storage", "Internet"); }) == "User Internet");
  CHECK(unknowns([](Build& b) { b.attach("v", "a", {.service_endpoints = {"Microsoft.Storage"}}); }) ==
        "Default VirtualNetworkServiceEndpoint");
  CHECK(unknowns([](Build& b) {
          b.subnet("v", "GatewaySubnet", "10.0.9.0/27");
          b.gateway("g", "v");
        }) == "");  // the table stops propagation
  CHECK(unknowns([](Build& b) {
          b.subnet("v", "GatewaySubnet", "10.0.9.0/27");
          b.gateway("g", "v");
          b.route_table("on", false);
          b.attach("v", "a", {.route_table = "on"});
        }) == "VirtualNetworkGateway VirtualNetworkGateway");
  CHECK(unknowns([](Build& b) { b.attach("v", "a", {.route_table = "elsewhere"}); }) == "User Unknown");
  CHECK(unknowns([](Build& b) { b.udr("rt", "10.3.0.0/16", "None").is_usable = false; }) == "User Unknown");
}

TEST_CASE("declared learned prefixes are ordinary BGP routes") {
  Build b = two();
  b.subnet("v", "GatewaySubnet", "10.0.9.0/27");
  b.gateway("g", "v");
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("192.168.0.0/16")};
  World w = b.world();
  CHECK(decided(w, "v/plain", "192.168.1.1") == "VirtualNetworkGateway 192.168.0.0/16 VirtualNetworkGateway");
  CHECK(net::effective_routes(w.view(), w.subnet("v/plain")).unknown.empty());
}

TEST_CASE("next-hop addresses: the device of a directly reachable network") {
  Build b = two();
  b.subnet("peer", "AzureFirewallSubnet", "10.1.0.0/26");
  b.firewall("fw", "peer", "10.1.0.4");
  b.nic("nva", "v/plain", "10.0.1.4", {.forwarding = true});
  b.load_balancer("lb");
  b.lb_frontend("lb", "front", {.subnet = "peer/pe", .address = "10.1.1.9"});
  b.vnet("far", "10.2.0.0/16");
  b.subnet("far", "c", "10.2.0.0/24");
  b.peer("far", "peer");
  b.peer_one_side("v", "gone", {.remote_space = "10.9.0.0/16"});
  World w = b.world();
  const auto kind = [&](std::string_view address) {
    return net::resolve_appliance(w.view(), w.vnet("v"), ip(address)).kind;
  };
  using Kind = net::Appliance::Kind;
  CHECK(kind("10.1.0.4") == Kind::firewall);
  CHECK(kind("10.0.1.4") == Kind::network_interface);
  CHECK(kind("10.1.1.9") == Kind::load_balancer);
  CHECK(kind("10.0.1.77") == Kind::nobody);
  CHECK(kind("10.2.0.4") == Kind::unreachable);  // two peerings away
  CHECK(kind("10.9.0.4") == Kind::unknown);      // the network is not in the export
}
