// A virtual WAN beside the hub network: hubs with and without firewalls, connections, route tables, routing intent.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

std::string name_of(const Json& row) { return row["name"]; }

std::string hub_name(std::size_t number) { return fmt::format("vhub{}", number); }

std::string table_id(const std::string& hub, const std::string& table) {
  return id_at(fmt::format("virtualHubs/{}/hubRouteTables/{}", hub, table));
}

Json policy(const char* traffic, const std::string& firewall) {
  return {{"name", traffic}, {"destinations", Json::array({traffic})}, {"nextHop", firewall}};
}

void route_by_intent(RandomEstate& e, const std::string& hub) {
  Json policies = Json::array();
  const std::string firewall = id_of("azureFirewalls", "fw-" + hub);
  if (e.dice.chance(90)) policies.push_back(policy("PrivateTraffic", firewall));
  if (e.dice.chance(85)) policies.push_back(policy("Internet", firewall));
  e.rows.at(fmt::format("virtualHubs/{}/routingIntent/hubRoutingIntent", hub),
            {{"routingPolicies", std::move(policies)}});
}

void add_hub_route(RandomEstate& e, const std::string& hub, Json prefixes) {
  Json& table = *e.rows.find("virtualHubs", hub + "/hubRouteTables/defaultRouteTable");
  table["routes"].push_back({{"name", fmt::format("r{}", table["routes"].size())},
                             {"destinationType", "CIDR"},
                             {"destinations", std::move(prefixes)},
                             {"nextHopType", "ResourceId"},
                             {"nextHop", id_of("azureFirewalls", "fw-" + hub)}});
}

void add_hub(RandomEstate& e, std::size_t number, bool is_secured) {
  const std::string hub = hub_name(number);
  Json properties = {{"addressPrefix", fmt::format("10.{}.0.0/24", 110 + number)},
                     {"virtualWan", reference(id_of("virtualWans", "wan"))},
                     {"routingState", "Provisioned"},
                     {"sku", "Standard"}};
  if (is_secured) properties["azureFirewall"] = reference(id_of("azureFirewalls", "fw-" + hub));
  e.rows.row("virtualHubs", hub, std::move(properties));
  e.rows.at(fmt::format("virtualHubs/{}/hubRouteTables/defaultRouteTable", hub),
            {{"labels", Json::array({"default"})}, {"routes", Json::array()}});
  e.rows.at(fmt::format("virtualHubs/{}/hubRouteTables/noneRouteTable", hub),
            {{"labels", Json::array({"none"})}, {"routes", Json::array()}});
  if (!is_secured) return;
  e.rows.row("azureFirewalls", "fw-" + hub,
             {{"virtualHub", reference(id_of("virtualHubs", hub))},
              {"hubIPAddresses", {{"privateIPAddress", fmt::format("10.{}.0.4", 110 + number)}}},
              {"firewallPolicy", reference(id_of("firewallPolicies", "policy"))},
              {"sku", {{"name", "AZFW_Hub"}, {"tier", "Premium"}}}});
  if (e.dice.chance(80))
    route_by_intent(e, hub);
  else if (e.dice.chance(60))
    add_hub_route(e, hub, Json::array({"0.0.0.0/0", "10.0.0.0/8"}));
}

/// The network's side of a connection is a peering with a network of the platform that no export holds.
void show_peering(RandomEstate& e, const std::string& vnet, const std::string& hub) {
  Json& peering = e.rows.peering(vnet, "HV_" + hub);
  peering["remoteVirtualNetwork"] =
      reference(fmt::format("/subscriptions/00000000-0000-4000-8000-000000000009/resourceGroups/RG_{0}_1/providers/"
                            "Microsoft.Network/virtualNetworks/HV_{0}_1",
                            hub));
  const Json space = {{"addressPrefixes", Json::array({(*e.rows.find("virtualHubs", hub))["addressPrefix"]})}};
  peering["remoteAddressSpace"] = space;
  peering["remoteVirtualNetworkAddressSpace"] = space;
  peering["useRemoteGateways"] = true;
}

void connect(RandomEstate& e, const std::string& vnet, const std::string& hub) {
  const bool is_apart = e.dice.chance(15);
  Json propagation = {
      {"labels", Json::array({is_apart ? "none" : "default"})},
      {"ids", Json::array({reference(table_id(hub, is_apart ? "noneRouteTable" : "defaultRouteTable"))})}};
  Json routing = {{"associatedRouteTable", reference(table_id(hub, "defaultRouteTable"))},
                  {"propagatedRouteTables", std::move(propagation)},
                  {"vnetRoutes", {{"staticRoutes", Json::array()}}}};
  e.rows.at(fmt::format("virtualHubs/{}/hubVirtualNetworkConnections/to-{}", hub, vnet),
            {{"remoteVirtualNetwork", reference(id_of("virtualNetworks", vnet))},
             {"enableInternetSecurity", e.dice.chance(90)},
             {"routingConfiguration", std::move(routing)}});
  if (e.dice.chance(70)) show_peering(e, vnet, hub);
}

void add_network(RandomEstate& e, std::size_t number, const std::string& hub) {
  const std::string name = fmt::format("vspoke{}", number);
  const std::string net = fmt::format("10.{}", 120 + number);
  e.rows.vnet(name, {net + ".0.0/22"});
  Json& app = e.rows.subnet(name, "app", net + ".0.0/24");
  if (e.dice.chance(30)) {
    e.rows.route_table("rt-" + name, e.dice.chance(15));
    app["routeTable"] = reference(id_of("routeTables", "rt-" + name));
  }
  if (e.dice.chance(50)) e.rows.nic("nic-" + name, name + "/app", net + ".0.9");
  if (e.dice.chance(60)) {
    e.rows.subnet(name, "pe", net + ".1.0/24")["privateEndpointNetworkPolicies"] =
        e.dice.word({"Enabled", "RouteTableEnabled", "Disabled"});
    e.rows.row("Microsoft.Storage/storageAccounts", "st" + name, {{"publicNetworkAccess", "Disabled"}});
    e.rows.endpoint("pe-" + name, name + "/pe", net + ".1.5", id_of("Microsoft.Storage/storageAccounts", "st" + name));
  }
  connect(e, name, hub);
}

Json* some_connection(RandomEstate& e) {
  const auto all = e.rows.all("virtualHubs/hubVirtualNetworkConnections");
  return all.empty() ? nullptr : &(*e.dice.of(all))["properties"];
}

void internet_security(RandomEstate& e) {
  Json* connection = some_connection(e);
  if (connection == nullptr) return;
  if (e.dice.chance(50))
    connection->erase("enableInternetSecurity");
  else
    (*connection)["enableInternetSecurity"] = false;
}

void another_table(RandomEstate& e) {
  if (Json* connection = some_connection(e)) {
    const std::string hub = hub_name(1);
    if (e.dice.chance(50))
      e.rows.at(fmt::format("virtualHubs/{}/hubRouteTables/custom", hub), {{"routes", Json::array()}});
    (*connection)["routingConfiguration"]["associatedRouteTable"] =
        reference(table_id(hub, e.dice.word({"noneRouteTable", "custom"})));
  }
}

void apart(RandomEstate& e) {
  if (Json* connection = some_connection(e)) {
    Json& propagation = (*connection)["routingConfiguration"]["propagatedRouteTables"];
    propagation["labels"] = Json::array({"none"});
    propagation["ids"] = Json::array({reference(table_id(hub_name(1), "noneRouteTable"))});
  }
}

void static_route(RandomEstate& e) {
  if (Json* connection = some_connection(e)) {
    const Json route = {{"name", "s"},
                        {"addressPrefixes", Json::array({e.dice.word({"10.60.0.0/16", "0.0.0.0/0", "10.1.0.0/16"})})},
                        {"nextHopIpAddress", "10.121.0.9"}};
    (*connection)["routingConfiguration"]["vnetRoutes"]["staticRoutes"].push_back(route);
  }
}

void hub_route(RandomEstate& e) {
  if (e.rows.find("virtualHubs", hub_name(1) + "/hubRouteTables/defaultRouteTable") == nullptr) return;
  add_hub_route(
      e, hub_name(1),
      Json::array({e.dice.word({"0.0.0.0/0", "10.0.0.0/8", "10.122.0.0/22", "10.122.0.0/24", "20.0.0.0/16"})}));
}

void private_prefixes(RandomEstate& e) {
  Json* table = e.rows.find("virtualHubs", hub_name(1) + "/hubRouteTables/defaultRouteTable");
  if (table == nullptr) return;
  add_hub_route(e, hub_name(1), Json::array({e.dice.word({"30.0.0.0/16", "0.0.0.0/0"})}));
  (*table)["routes"].back()["name"] = "private_traffic";
}

void branch(RandomEstate& e) {
  if (e.rows.find("vpnGateways", "vpn") != nullptr) return;
  const std::string hub = hub_name(1 + e.dice.below(2));
  e.rows.row("vpnGateways", "vpn", {{"virtualHub", reference(id_of("virtualHubs", hub))}});
  if (Json* row = e.rows.find("virtualHubs", hub)) (*row)["vpnGateway"] = reference(id_of("vpnGateways", "vpn"));
  if (!e.dice.chance(80)) return;
  e.designations.has_learned_prefixes = true;
  e.designations.learned_prefixes.push_back(
      *Prefix::parse(e.dice.word({"10.200.0.0/16", "192.168.0.0/16", "40.0.0.0/16"})));
}

void odd_range(RandomEstate& e) {
  if (e.rows.find("virtualNetworks", "vodd") != nullptr) return;
  e.rows.vnet("vodd", {"30.0.0.0/16"});
  e.rows.subnet("vodd", "app", "30.0.0.0/24");
  connect(e, "vodd", hub_name(1));
}

void peer_beside(RandomEstate& e) {
  const auto vnets = e.rows.all("virtualNetworks");
  const std::string other = name_of(*e.dice.of(vnets));
  if (other.rfind("vspoke1", 0) != 0) e.rows.peer("vspoke1", other);
}

void connect_classic(RandomEstate& e) { connect(e, e.dice.chance(50) ? "hub" : "spoke1", hub_name(1)); }

void drop_connection(RandomEstate& e) {
  auto& rows = e.rows.list();
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i]["type"] != "microsoft.network/virtualhubs/hubvirtualnetworkconnections") continue;
    rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
}

void own_route(RandomEstate& e) {
  if (e.rows.find("routeTables", "rt-vspoke1") == nullptr) {
    e.rows.route_table("rt-vspoke1", e.dice.chance(30));
    e.rows.subnet_of("vspoke1/app")["routeTable"] = reference(id_of("routeTables", "rt-vspoke1"));
  }
  e.rows.route("rt-vspoke1", e.dice.word({"0.0.0.0/0", "10.122.0.0/22", "10.0.0.0/8", "10.122.1.0/24"}),
               e.dice.word({"Internet", "None", "10.111.0.4", "10.0.0.4", "VnetLocal"}));
}

}  // namespace

void add_virtual_wan(RandomEstate& e) {
  const std::size_t hubs = e.dice.chance(60) ? 1 : 2;
  const std::size_t networks = 1 + e.dice.below(3);
  Json list = Json::array();
  for (std::size_t i = 1; i <= hubs; ++i) list.push_back(reference(id_of("virtualHubs", hub_name(i))));
  e.rows.row("virtualWans", "wan", {{"virtualHubs", std::move(list)}});
  for (std::size_t i = 1; i <= hubs; ++i) add_hub(e, i, e.dice.chance(i == 1 ? 92 : 70));
  for (std::size_t i = 1; i <= networks; ++i) add_network(e, i, hub_name(i <= 2 ? 1 : hubs));
}

const std::vector<Defect>& virtual_wan_defects() {
  static const std::vector<Defect> list = {{"internet security", internet_security},
                                           {"another hub table", another_table},
                                           {"connection apart", apart},
                                           {"static route of a connection", static_route},
                                           {"route in the hub", hub_route},
                                           {"private traffic prefixes", private_prefixes},
                                           {"branch", branch},
                                           {"another branch", branch},
                                           {"range outside private traffic", odd_range},
                                           {"peering beside the hub", peer_beside},
                                           {"connection of a network of the other hub", connect_classic},
                                           {"drop a connection", drop_connection},
                                           {"route of a connected network", own_route},
                                           {"another route of a connected network", own_route}};
  return list;
}

}  // namespace hubproof::differential
