// Defects of route tables, peerings and address spaces.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

Json* some(Dice& dice, const std::vector<Json*>& list) { return list.empty() ? nullptr : dice.of(list); }

std::string name_of(const Json& row) { return row["name"]; }

/// A route of some table, as its properties.
Json* some_route(RandomEstate& e) {
  Json* route = some(e.dice, e.rows.routes());
  return route == nullptr ? nullptr : &(*route)["properties"];
}

Json* some_peering(RandomEstate& e) {
  Json* peering = some(e.dice, e.rows.peerings());
  return peering == nullptr ? nullptr : &(*peering)["properties"];
}

Json* some_table(RandomEstate& e) { return some(e.dice, e.rows.all("routeTables")); }

/// A subnet that is not the platform's, as its properties.
Json& some_subnet(RandomEstate& e) {
  for (;;) {
    Json& subnet = *e.dice.of(e.rows.subnets());
    if (name_of(subnet) != "AzureFirewallSubnet") return subnet["properties"];
  }
}

void drop_route(RandomEstate& e) {
  Json* table = some_table(e);
  if (table == nullptr) return;
  Json& routes = (*table)["properties"]["routes"];
  if (!routes.empty()) routes.erase(e.dice.below(routes.size()));
}

void change_hop(RandomEstate& e) {
  Json* route = some_route(e);
  if (route == nullptr) return;
  const std::string hop = some_hop(e.dice);
  route->erase("nextHopIpAddress");
  const bool is_address = hop.front() >= '0' && hop.front() <= '9';
  (*route)["nextHopType"] = is_address ? "VirtualAppliance" : hop;
  if (is_address) (*route)["nextHopIpAddress"] = hop;
}

void change_prefix(RandomEstate& e) {
  if (Json* route = some_route(e)) (*route)["addressPrefix"] = some_prefix(e.dice);
}

void add_route(RandomEstate& e) {
  if (Json* table = some_table(e)) e.rows.route(name_of(*table), some_prefix(e.dice), some_hop(e.dice));
}

void add_tag_route(RandomEstate& e) {
  if (Json* table = some_table(e))
    e.rows.route(name_of(*table), e.dice.word({"Storage", "AzureCloud", "ApiManagement"}), some_hop(e.dice));
}

void hide_hop(RandomEstate& e) {
  if (Json* route = some_route(e)) route->erase("nextHopIpAddress");
}

void several_hops(RandomEstate& e) {
  Json* route = some_route(e);
  if (route == nullptr) return;
  route->erase("nextHopIpAddress");
  (*route)["nextHopType"] = "VirtualApplianceEcmp";
  (*route)["nextHop"] = {
      {"nextHopIpAddresses", Json::array({"10.0.0.4", e.dice.word({"10.0.4.9", "10.100.0.4", "10.0.0.4"})})}};
}

void bgp_override(RandomEstate& e) {
  if (Json* route = some_route(e)) (*route)["hasBgpOverride"] = true;
}

void propagate(RandomEstate& e) {
  if (Json* table = some_table(e)) {
    Json& flag = (*table)["properties"]["disableBgpRoutePropagation"];
    flag = flag != true;
  }
}

void suppress_peerings(RandomEstate& e) {
  if (Json* table = some_table(e)) (*table)["properties"]["disablePeeringRoute"] = "All";
}

void drop_table(RandomEstate& e) { some_subnet(e).erase("routeTable"); }

void swap_table(RandomEstate& e) {
  Json* table = some_table(e);
  some_subnet(e)["routeTable"] = reference(
      table != nullptr && e.dice.chance(85) ? (*table)["id"].get<std::string>() : id_of("routeTables", "rt-elsewhere"));
}

void peering_state(RandomEstate& e) {
  if (Json* peering = some_peering(e)) (*peering)["peeringState"] = e.dice.word({"Initiated", "Disconnected"});
}

void peering_flag(RandomEstate& e) {
  Json* peering = some_peering(e);
  if (peering == nullptr) return;
  Json& flag = (*peering)[e.dice.word({"allowVirtualNetworkAccess", "allowForwardedTraffic", "allowGatewayTransit",
                                       "useRemoteGateways", "peerCompleteVnets"})];
  flag = flag != true;
}

void peering_sync(RandomEstate& e) {
  Json* peering = some_peering(e);
  if (peering == nullptr) return;
  (*peering)["peeringSyncLevel"] = e.dice.word({"RemoteNotInSync", "LocalNotInSync", "LocalAndRemoteNotInSync"});
  (*peering)["remoteAddressSpace"]["addressPrefixes"] =
      Json::array({e.dice.word({"10.0.0.0/18", "10.0.0.0/19", "10.1.0.0/22", "10.1.0.0/23", "10.60.0.0/22"})});
}

void drop_peering_side(RandomEstate& e) {
  Json* vnet = some(e.dice, e.rows.all("virtualNetworks"));
  Json& peerings = (*vnet)["properties"]["virtualNetworkPeerings"];
  if (!peerings.empty()) peerings.erase(e.dice.below(peerings.size()));
}

void peer_two(RandomEstate& e) {
  const auto vnets = e.rows.all("virtualNetworks");
  const std::string a = name_of(*e.dice.of(vnets));
  const std::string b = name_of(*e.dice.of(vnets));
  if (a == b) return;
  for (const Json* peering : e.rows.peerings()) {
    const std::string id = (*peering)["id"];
    if (id.find("/" + a + "/virtualNetworkPeerings/to-" + b) != std::string::npos) return;
  }
  if (e.dice.chance(85))
    e.rows.peer(a, b);
  else
    e.rows.peering(a, b);
}

void peer_elsewhere(RandomEstate& e) {
  Json& peering = e.rows.peering(name_of(*e.dice.of(e.rows.all("virtualNetworks"))), "elsewhere");
  peering["remoteAddressSpace"] = {{"addressPrefixes", Json::array({"10.90.0.0/16"})}};
}

void second_range(RandomEstate& e) {
  Json* vnet = some(e.dice, e.rows.all("virtualNetworks"));
  const std::string name = name_of(*vnet);
  const std::string prefix =
      e.dice.word({"172.20.0.0/24", "10.70.0.0/24", "203.0.113.0/24", "100.64.1.0/24", "10.0.64.0/24"});
  for (const Json* other : e.rows.all("virtualNetworks")) {
    for (const Json& held : (*other)["properties"]["addressSpace"]["addressPrefixes"]) {
      if (held == prefix) return;
    }
  }
  (*vnet)["properties"]["addressSpace"]["addressPrefixes"].push_back(prefix);
  for (Json* peering : e.rows.peerings()) {
    Json& side = (*peering)["properties"];
    if (side["remoteVirtualNetwork"]["id"] != (*vnet)["id"]) continue;
    side["remoteVirtualNetworkAddressSpace"] = (*vnet)["properties"]["addressSpace"];
    if (e.dice.chance(80)) side["remoteAddressSpace"] = (*vnet)["properties"]["addressSpace"];
  }
  Json& subnet = e.rows.subnet(name, "second" + prefix.substr(0, prefix.find('/')), prefix);
  if (e.dice.chance(60)) subnet["routeTable"] = reference(id_of("routeTables", "rt-" + name));
}

void overlap(RandomEstate& e) {
  Json* vnet = some(e.dice, e.rows.all("virtualNetworks"));
  (*vnet)["properties"]["addressSpace"]["addressPrefixes"].push_back(e.dice.word({"10.1.0.0/24", "10.0.2.0/24"}));
}

void ipv6(RandomEstate& e) {
  (*some(e.dice, e.rows.all("virtualNetworks")))["properties"]["addressSpace"]["addressPrefixes"].push_back(
      "fd00:1::/48");
}

void service_endpoints(RandomEstate& e) {
  some_subnet(e)["serviceEndpoints"] = Json::array({{{"service", "Microsoft.Storage"}}});
}

void default_outbound(RandomEstate& e) {
  Json& subnet = some_subnet(e);
  if (e.dice.chance(50))
    subnet["defaultOutboundAccess"] = true;
  else
    subnet.erase("defaultOutboundAccess");
}

void endpoint_policies(RandomEstate& e) {
  Json& subnet = some_subnet(e);
  subnet.erase("privateEndpointNetworkPolicies");
  const std::string word =
      e.dice.word({"", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled", "Enabled", "Odd"});
  if (!word.empty()) subnet["privateEndpointNetworkPolicies"] = word;
}

void high_scale_endpoints(RandomEstate& e) {
  (*some(e.dice, e.rows.all("virtualNetworks")))["properties"]["privateEndpointVNetPolicies"] = "Basic";
}

}  // namespace

const std::vector<Defect>& routing_defects() {
  static const std::vector<Defect> list = {{"drop a route", drop_route},
                                           {"change a next hop", change_hop},
                                           {"change a prefix", change_prefix},
                                           {"add a route", add_route},
                                           {"add another route", add_route},
                                           {"add a tag route", add_tag_route},
                                           {"hide a next hop", hide_hop},
                                           {"several next hops", several_hops},
                                           {"bgp override", bgp_override},
                                           {"turn propagation", propagate},
                                           {"suppress peering routes", suppress_peerings},
                                           {"drop a table", drop_table},
                                           {"swap a table", swap_table},
                                           {"peering state", peering_state},
                                           {"peering flag", peering_flag},
                                           {"peering out of sync", peering_sync},
                                           {"drop a peering side", drop_peering_side},
                                           {"peer two networks", peer_two},
                                           {"peer with something missing", peer_elsewhere},
                                           {"second range", second_range},
                                           {"overlap", overlap},
                                           {"ipv6", ipv6},
                                           {"service endpoints", service_endpoints},
                                           {"default outbound", default_outbound},
                                           {"endpoint policies", endpoint_policies},
                                           {"high-scale endpoints", high_scale_endpoints}};
  return list;
}

}  // namespace hubproof::differential
