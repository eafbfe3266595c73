// routing.json: effective routes and which of them Azure uses.
#include <algorithm>
#include <map>

#include "engine/net/appliance.h"
#include "engine/net/route_collection.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using Kind = net::NextHop::Kind;

void add_tables(Build& b, const Json& network) {
  for (const Json& table : list_at(network, "routeTables")) {
    const std::string name = text_at(table, "name");
    b.route_table(name, table.value("disableBgpRoutePropagation", false));
    for (const Json& route : list_at(table, "routes")) {
      b.udr(name, text_at(route, "addressPrefix"), route.value("nextHopIpAddress", text_at(route, "nextHopType")))
          .name = text_at(route, "name");
    }
  }
}

/// A subnet without a prefix takes the next free /24 from the end.
void add_vnet(Build& b, const Json& vnet, const std::map<std::string, std::string>& table_of) {
  const std::string name = text_at(vnet, "name");
  b.vnet(name, joined(vnet.at("addressPrefixes")));
  const std::uint32_t base = prefix(vnet.at("addressPrefixes").at(0).get<std::string>()).base().bits();
  std::uint32_t spare = 250;
  for (const Json& subnet : list_at(vnet, "subnets")) {
    const std::string subnet_name = text_at(subnet, "name");
    const std::string fallback = to_string(Prefix::around(Ipv4(base + spare-- * 256U), 24));
    const auto table = table_of.find(subnet_name);
    Names service_endpoints;
    for (const Json& service : list_at(subnet, "serviceEndpoints")) service_endpoints.push_back(service);
    b.subnet(name, subnet_name, subnet.value("addressPrefix", fallback),
             {.route_table = subnet.value("routeTable", table == table_of.end() ? "" : table->second),
              .service_endpoints = service_endpoints});
  }
}

/// What a page says to be on-premises is what the gateways learn.
void add_gateways(Build& b, const Json& network) {
  b.designations.has_learned_prefixes = true;
  int number = 0;
  for (const Json& gateway : list_at(network, "virtualNetworkGateways")) {
    b.gateway("gateway-" + std::to_string(number++), text_at(gateway, "vnet"), text_at(gateway, "gatewayType"));
    for (const Json& learned : list_at(gateway, "onPremPrefixes"))
      b.designations.learned_prefixes.push_back(prefix(learned.get<std::string>()));
  }
}

/// The name of the first VNet, where the questions are asked.
std::string build(Build& b, const Json& network) {
  add_tables(b, network);
  std::map<std::string, std::string> table_of;
  for (const Json& table : list_at(network, "routeTables")) {
    for (const Json& subnet : list_at(table, "subnets")) table_of[subnet] = text_at(table, "name");
  }
  for (const Json& vnet : network.at("virtualNetworks")) add_vnet(b, vnet, table_of);
  for (const Json& peering : list_at(network, "peerings")) b.peer(text_at(peering, "a"), text_at(peering, "b"));
  add_gateways(b, network);
  const Json& vnet = network.at("virtualNetworks").at(0);
  for (const Json& nic : list_at(network, "networkInterfaces")) {
    b.nic(text_at(nic, "vm"), text_at(vnet, "name") + "/" + text_at(vnet.at("subnets").at(0), "name"),
          text_at(nic, "ip"), {.forwarding = nic.value("enableIPForwarding", false)});
  }
  return text_at(vnet, "name");
}

std::string route_name(const World& w, const net::Route& route) {
  if (route.origin.kind != net::RouteOrigin::Kind::user) return "System Route";
  return w.estate().find<model::RouteTable>(route.origin.resource)->routes[route.origin.index].name;
}

void next_hop(Vector& vector) {
  Build b;
  const std::string vnet = build(b, vector.network());
  const World w = b.world();
  const std::string destination = vector.asked("destination");
  const auto routes = routes_to(w, vnet + "/" + vector.asked("fromSubnet"),
                                destination == "internet" ? std::string(kInternet) : destination);
  const bool is_certain = routes.size() == 1 && routes.front().is_certain;
  const auto say = [&](const char* key, const Json& engine) { vector.same(key, is_certain ? engine : "unknown"); };
  say("nextHopType", std::string(net::name(routes.front().next_hop.kind)));
  say("nextHopIpAddress", to_string(routes.front().next_hop.address));
  say("source", std::string(net::name(routes.front().source)));
  say("route", route_name(w, routes.front()));
  say("routeTableId", route_name(w, routes.front()));
  vector.aside("site");  // where a gateway sends what it gets is in no route
}

/// The addresses of a tag are in no export: the routes to it are told as unknown ones that may decide.
void next_hop_to_tag(Vector& vector) {
  Build b;
  const std::string vnet = build(b, vector.network());
  const World w = b.world();
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet(vnet + "/" + vector.asked("fromSubnet")));
  for (const net::UnknownRoutes& unknown : set.unknown) {
    vector.same("nextHopType", std::string(net::name(unknown.next_hop.kind)));
    vector.same("source", std::string(net::name(unknown.source)));
  }
}

net::Route route(std::string_view range, net::RouteSource source, Kind kind) {
  net::Route out;
  out.prefix = prefix(range);
  out.source = source;
  out.next_hop.kind = kind;
  return out;
}

void equal_prefixes(Vector& vector) {
  using enum net::RouteSource;
  std::vector<net::Route> routes{route("10.0.0.0/16", system, Kind::internet), route("10.0.0.0/16", bgp, Kind::gateway),
                                 route("10.0.0.0/16", user, Kind::appliance)};
  std::sort(routes.begin(), routes.end(), net::is_preferred);
  const std::map<net::RouteSource, std::string> words{{user, "User"}, {bgp, "BGP"}, {system, "System"}};
  Json order = Json::array();
  for (const net::Route& r : routes) order.push_back(words.at(r.source));
  vector.same("order", order);
}

void tag_order(Vector& vector) {
  const std::map<std::string, std::string> words{{"Storage", "top-level tag"},
                                                 {"AzureCloud", "AzureCloud"},
                                                 {"Storage.WestEurope", "regional tag"},
                                                 {"AzureCloud.westeurope", "AzureCloud regional tag"}};
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.route_table("rt");
  for (const auto& [tag, word] : words) {
    b.udr("rt", tag, "Internet");
    b.listed_tag(tag, "20.38.98.0/24");
  }
  b.subnet("v", "s", "10.0.0.0/24", {.route_table = "rt"});
  const World w = b.world();
  std::vector<net::Route> routes = net::effective_routes(w.view(), w.subnet("v/s")).routes;
  std::erase_if(routes, [](const net::Route& r) { return r.tag_rank == 0; });
  std::sort(routes.begin(), routes.end(), net::is_preferred);
  Json order = Json::array();
  for (const net::Route& r : routes) order.push_back(words.at(std::string(net::service_tag_of(w.view(), r))));
  vector.same("order", order);
}

void system_over_longer_bgp(Vector& vector) {
  const net::Route learned = route("10.0.1.0/24", net::RouteSource::bgp, Kind::gateway);
  bool is_system = true;
  for (const Kind kind : {Kind::vnet_local, Kind::peering, Kind::service_endpoint})
    is_system = is_system && net::is_preferred(route("10.0.0.0/16", net::RouteSource::system, kind), learned);
  vector.same("preferred", is_system ? "System" : "BGP");
}

/// A route that Azure does not accept is one that no trace relies on.
void route_to_express_route(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "GatewaySubnet", "10.0.255.0/27");
  b.subnet("v", "s", "10.0.0.0/24", {.route_table = "rt"});
  b.gateway("gateway", "v", text_at(vector.network().at("virtualNetworkGateways").at(0), "gatewayType"));
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "VirtualNetworkGateway");
  const World w = b.world();
  const net::Trace trace = traced(w, place(subnet_of(w, "v/s")), "10.0.0.4", kInternet);
  vector.same("valid", trace.disposition != net::Disposition::unknown);
}

/// 10.200.0.4 is on-premises, behind the ExpressRoute gateway.
void appliance_behind_express_route(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "GatewaySubnet", "10.0.255.0/27");
  b.gateway("gateway", "v", "ExpressRoute");
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("10.200.0.0/16")};
  const World w = b.world();
  const net::Appliance found = net::resolve_appliance(w.view(), w.vnet("v"), ip("10.200.0.4"));
  vector.same("valid", found.kind != net::Appliance::Kind::unreachable);
}

void packet(Vector& vector) {
  Build b;
  build(b, vector.network());
  const World w = b.world();
  const net::Trace trace = traced(w, place(nic_of(w, vector.asked("src"))), "10.0.0.4", vector.asked("dst"),
                                  {vector.question().at("port").get<std::uint16_t>()});
  vector.same("delivered", flows(trace.disposition));
  const bool names_it = w.estate().name(trace.hops.back().at.id) == "myNVA" &&
                        trace.hops.back().decided_by.front().pointer == "/properties/enableIPForwarding";
  vector.same("reason", names_it ? "myNVA is not set up to forward" : trace.hops.back().note);
}

constexpr Run kRuns[] = {
    {"nextHop", next_hop},
    {"rt-udr-s1-storage", next_hop_to_tag},
    {"packet", packet},
    {"rt-tie-order", equal_prefixes},
    {"rt-servicetag-order", tag_order},
    {"rt-system-vnet-peering-se-over-bgp", system_over_longer_bgp},
    {"rt-udr-type-expressroute", route_to_express_route},
    {"rt-nva-behind-er", appliance_behind_express_route},
};

using enum LeftOut::How;
constexpr std::string_view kPlatform = "what a platform service supports or needs is no question to the engine";
constexpr LeftOut kLeftOut[] = {
    {"rt-propagation-gatewaysubnet", not_run, kPlatform},
    {"rt-afw-default-internet", not_run, kPlatform},
    {"rt-appgw-v2-internet", not_run, kPlatform},
    {"rt-appgw-v2-isolated-va", not_run, kPlatform},
};

}  // namespace

Topic routing() { return {"routing", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
