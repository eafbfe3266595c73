// Dual-stack networks: IPv6 prefixes beside the others, routes, groups and public addresses of IPv6.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

std::string name_of(const Json& row) { return row["name"]; }

std::string own_block(std::size_t number) { return fmt::format("fd00:{}::/48", number + 1); }

bool is_platform(const std::string& name) { return name == "AzureFirewallSubnet" || name == "AzureBastionSubnet"; }

/// "fd00:1::/48" and "/64"s in it, for the network at that place of the rows.
void widen(RandomEstate& e, Json& vnet, std::size_t number) {
  Json& properties = vnet["properties"];
  properties["addressSpace"]["addressPrefixes"].push_back(own_block(number));
  std::size_t at = 0;
  for (Json& subnet : properties["subnets"]) {
    ++at;
    const std::string name = name_of(subnet);
    if (is_platform(name) || !e.dice.chance(name == "GatewaySubnet" ? 15 : 85)) continue;
    subnet["properties"]["addressPrefixes"] =
        Json::array({subnet["properties"]["addressPrefix"], fmt::format("fd00:{}:0:{}::/64", number + 1, at)});
  }
}

/// Both sides of each peering see the space as it is now; some have not yet been synchronised.
void tell_peers(RandomEstate& e) {
  for (Json* peering : e.rows.peerings()) {
    Json& side = (*peering)["properties"];
    const std::string remote = side["remoteVirtualNetwork"]["id"];
    const Json* vnet = e.rows.find("virtualNetworks", remote.substr(remote.rfind('/') + 1));
    if (vnet == nullptr) continue;
    side["remoteVirtualNetworkAddressSpace"] = (*vnet)["addressSpace"];
    if (e.dice.chance(96)) side["remoteAddressSpace"] = (*vnet)["addressSpace"];
  }
}

void drop_in_tables(RandomEstate& e, unsigned percent) {
  const std::size_t networks = e.rows.all("virtualNetworks").size();
  for (Json* table : e.rows.all("routeTables")) {
    const std::string name = name_of(*table);
    if (e.dice.chance(percent)) e.rows.route(name, "::/0", "None");
    for (std::size_t i = 0; i < networks; ++i) {
      if (e.dice.chance(percent)) e.rows.route(name, own_block(i), "None");
    }
  }
}

std::string some_block(RandomEstate& e) {
  return e.dice.word({"::/0", "fd00::/16", "fd00:1::/48", "fd00:2::/48", "fd00:3::/48", "fd00:1:0:2::/64",
                      "fd00:2:0:1::/64", "fd00:2:0:1::/65", "fd00:2:0:1::9/128", "2000::/3"});
}

Json* some_v6_machine(RandomEstate& e) {
  const auto nics = e.rows.all("networkInterfaces");
  for (std::size_t tries = 0; tries < 4 && !nics.empty(); ++tries) {
    Json& nic = *e.dice.of(nics);
    if (nic["properties"].contains("privateEndpoint")) continue;
    return &nic;
  }
  return nullptr;
}

/// An IPv6 configuration in the NIC's subnet; nullptr when there is none to give.
Json* six(RandomEstate& e, Json& nic) {
  Json& list = nic["properties"]["ipConfigurations"];
  if (list.size() > 1) return &list[1]["properties"];
  const std::string where = list[0]["properties"]["subnet"]["id"];
  for (Json* subnet : e.rows.subnets()) {
    if ((*subnet)["id"] != where || !(*subnet)["properties"].contains("addressPrefixes")) continue;
    const std::string prefix = (*subnet)["properties"]["addressPrefixes"][1];
    const std::string id = nic["id"].get<std::string>() + "/ipConfigurations/six";
    (*subnet)["properties"]["ipConfigurations"].push_back(reference(id));
    list.push_back({{"id", id},
                    {"name", "six"},
                    {"properties",
                     {{"privateIPAddress", prefix.substr(0, prefix.find('/')) + "9"},
                      {"privateIPAddressVersion", "IPv6"},
                      {"subnet", reference(where)}}}});
    return &list[1]["properties"];
  }
  return nullptr;
}

void machine(RandomEstate& e) {
  if (Json* nic = some_v6_machine(e)) six(e, *nic);
}

std::string public_address(RandomEstate& e, const std::string& name, const std::string& owner) {
  const std::string address = fmt::format("2001:db8:1::{}", 1 + e.rows.all("publicIPAddresses").size());
  e.rows.public_ip(name, address, e.dice.chance(80), owner)["publicIPAddressVersion"] = "IPv6";
  return id_of("publicIPAddresses", name);
}

void published_machine(RandomEstate& e) {
  Json* nic = some_v6_machine(e);
  Json* configuration = nic == nullptr ? nullptr : six(e, *nic);
  if (configuration == nullptr || configuration->contains("publicIPAddress")) return;
  const std::string owner = (*nic)["id"].get<std::string>() + "/ipConfigurations/six";
  (*configuration)["publicIPAddress"] = reference(public_address(e, "pip6-" + name_of(*nic), owner));
}

void balancer(RandomEstate& e) {
  Json* nic = some_v6_machine(e);
  if (nic == nullptr || six(e, *nic) == nullptr || e.rows.find("loadBalancers", "lb-six") != nullptr) return;
  const std::string id = id_of("loadBalancers", "lb-six");
  Json& member = (*nic)["properties"]["ipConfigurations"][1];
  member["properties"]["loadBalancerBackendAddressPools"].push_back(reference(id + "/backendAddressPools/pool"));
  Json& properties = e.rows.load_balancer("lb-six", "", "20.0.0.31", e.dice.chance(50) ? 443 : 80, {});
  properties["frontendIPConfigurations"][0]["properties"]["publicIPAddress"] =
      reference(public_address(e, "pip6-lb", id + "/frontendIPConfigurations/ip"));
  properties["backendAddressPools"][0]["properties"]["backendIPConfigurations"].push_back(reference(member["id"]));
}

void nat(RandomEstate& e) {
  if (e.rows.find("natGateways", "nat6") != nullptr) return;
  const std::string where = fmt::format("spoke{}/app", 1 + e.dice.below(static_cast<std::size_t>(e.spokes)));
  e.rows.subnet_of(where)["natGateway"] = reference(id_of("natGateways", "nat6"));
  Json properties = {{"subnets", Json::array({reference(subnet_id(where))})}};
  if (e.dice.chance(70))
    properties["publicIpAddressesV6"] = Json::array({reference(id_of("publicIPAddresses", "pip6-nat"))});
  e.rows.row("natGateways", "nat6", std::move(properties));
}

void group(RandomEstate& e) {
  const std::string name = fmt::format("nsg6-{}", e.rows.all("networkSecurityGroups").size());
  e.rows.nsg(name);
  const std::size_t rules = 1 + e.dice.below(3);
  for (std::size_t i = 0; i < rules; ++i) {
    RuleWords words{100 + 10 * static_cast<int>(i), e.dice.word({"Inbound", "Outbound"}),
                    e.dice.word({"Allow", "Deny", "Deny"}), e.dice.word({"*", "*", "Tcp", "Udp"})};
    words.from = e.dice.chance(50) ? "*" : some_block(e);
    words.to = e.dice.chance(50) ? "*" : some_block(e);
    words.ports = e.dice.word({"*", "*", "443", "22"});
    e.rows.rule(name, words);
  }
  Json& subnet = (*e.dice.of(e.rows.subnets()))["properties"];
  subnet["networkSecurityGroup"] = reference(id_of("networkSecurityGroups", name));
}

void route(RandomEstate& e) {
  const auto tables = e.rows.all("routeTables");
  const std::string hop = e.dice.word({"None", "None", "Internet", "VnetLocal", "VirtualNetworkGateway"});
  if (!tables.empty()) e.rows.route(name_of(*e.dice.of(tables)), some_block(e), hop);
}

void route_to_appliance(RandomEstate& e) {
  const auto tables = e.rows.all("routeTables");
  if (tables.empty()) return;
  Json& route = e.rows.route(name_of(*e.dice.of(tables)), some_block(e), "VirtualAppliance");
  route["nextHopIpAddress"] = "fd00:1:0:2::9";
}

void drop_v6_route(RandomEstate& e) {
  const auto tables = e.rows.all("routeTables");
  if (tables.empty()) return;
  Json& routes = (*e.dice.of(tables))["properties"]["routes"];
  for (std::size_t i = routes.size(); i-- > 0;) {
    if (routes[i]["properties"]["addressPrefix"].get<std::string>().find(':') == std::string::npos) continue;
    routes.erase(i);
    return;
  }
}

/// The row of the network's own prefix, or of a subnet's, is from another moment.
void hide_block(RandomEstate& e) {
  Json& subnet = (*e.dice.of(e.rows.subnets()))["properties"];
  subnet.erase("addressPrefixes");
}

}  // namespace

void add_dual_stack(RandomEstate& e) {
  std::size_t number = 0;
  for (Json* vnet : e.rows.all("virtualNetworks")) {
    if (e.dice.chance(85)) widen(e, *vnet, number);
    ++number;
  }
  tell_peers(e);
  drop_in_tables(e, e.dice.chance(70) ? 100 : 80);
  for (std::size_t i = e.dice.below(3); i > 0; --i) machine(e);
}

const std::vector<Defect>& dual_stack_defects() {
  static const std::vector<Defect> list = {{"IPv6 machine", machine},
                                           {"public IPv6 machine", published_machine},
                                           {"public IPv6 balancer", balancer},
                                           {"IPv6 nat gateway", nat},
                                           {"IPv6 group", group},
                                           {"another IPv6 group", group},
                                           {"IPv6 route", route},
                                           {"IPv6 route to an appliance", route_to_appliance},
                                           {"drop an IPv6 route", drop_v6_route},
                                           {"drop another IPv6 route", drop_v6_route},
                                           {"hide an IPv6 prefix", hide_block}};
  return list;
}

}  // namespace hubproof::differential
