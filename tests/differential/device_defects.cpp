// Defects by what stands in a subnet: appliances, public addresses, gateways, endpoints, firewalls.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

std::string name_of(const Json& row) { return row["name"]; }

/// Where Azure lets nothing else in.
bool is_platform(const std::string& name) {
  return name == "AzureFirewallSubnet" || name == "GatewaySubnet" || name == "AzureBastionSubnet" ||
         name == "RouteServerSubnet";
}

/// "vnet/subnet" of a subnet that may hold machines, and the first three parts of its addresses.
struct Where {
  std::string subnet;
  std::string block;
};
Where some_place(RandomEstate& e) {
  for (;;) {
    const Json& vnet = *e.dice.of(e.rows.all("virtualNetworks"));
    const Json& subnets = vnet["properties"]["subnets"];
    if (subnets.empty()) continue;
    const Json& subnet = subnets[e.dice.below(subnets.size())];
    if (is_platform(name_of(subnet))) continue;
    const std::string prefix = subnet["properties"]["addressPrefix"];
    return {name_of(vnet) + "/" + name_of(subnet), prefix.substr(0, prefix.rfind('.'))};
  }
}

Where some_spoke_place(RandomEstate& e) {
  const int number = 1 + static_cast<int>(e.dice.below(static_cast<std::size_t>(e.spokes)));
  return {fmt::format("spoke{}/app", number), fmt::format("10.{}.0", number)};
}

/// The NIC of that name, made when there is none.
std::string machine(RandomEstate& e, const Where& where, int last) {
  const std::string name = fmt::format("nic-{}.{}", where.block, last);
  if (e.rows.find("networkInterfaces", name) == nullptr)
    e.rows.nic(name, where.subnet, fmt::format("{}.{}", where.block, last));
  return name;
}

Json* some_nic(RandomEstate& e) {
  const auto nics = e.rows.all("networkInterfaces");
  return nics.empty() ? nullptr : e.dice.of(nics);
}

void add_machine(RandomEstate& e) { machine(e, some_place(e), e.dice.chance(50) ? 9 : 20); }

void forward(RandomEstate& e) {
  if (Json* nic = some_nic(e)) (*nic)["properties"]["enableIPForwarding"] = true;
}

/// A machine that forwards, with a way of its own.
void appliance(RandomEstate& e) {
  const Where where = some_place(e);
  (*e.rows.find("networkInterfaces", machine(e, where, 9)))["enableIPForwarding"] = e.dice.chance(85);
  Json& subnet = e.rows.subnet_of(where.subnet);
  if (e.dice.chance(40)) subnet.erase("routeTable");
  const auto tables = e.rows.all("routeTables");
  if (!tables.empty() && e.dice.chance(60))
    e.rows.route(name_of(*e.dice.of(tables)), some_prefix(e.dice), where.block + ".9");
}

void publish_machine(RandomEstate& e) {
  const std::string name = machine(e, e.dice.chance(70) ? some_spoke_place(e) : some_place(e), 9);
  if (e.rows.find("publicIPAddresses", "pip-" + name) == nullptr)
    e.rows.publish(name, fmt::format("20.0.0.{}", 110 + e.rows.all("publicIPAddresses").size()), e.dice.chance(50));
}

void stray_address(RandomEstate& e) {
  const std::string owner =
      id_of(e.dice.word({"networkInterfaces", "loadBalancers"}), "elsewhere") + "/ipConfigurations/ip";
  if (e.rows.find("publicIPAddresses", "pip-stray") == nullptr)
    e.rows.public_ip("pip-stray", "20.0.0.90", true, e.dice.chance(50) ? owner : "");
}

void public_balancer(RandomEstate& e) {
  if (e.rows.find("loadBalancers", "lb-public") != nullptr) return;
  const std::string member = machine(e, some_spoke_place(e), 9);
  e.rows.load_balancer("lb-public", "", "20.0.0.30", e.dice.chance(50) ? 443 : 80, {member});
}

void internal_balancer(RandomEstate& e) {
  if (e.rows.find("loadBalancers", "lb-internal") != nullptr) return;
  const Where where = some_place(e);
  const std::string member = machine(e, where, 20);
  (*e.rows.find("networkInterfaces", member))["enableIPForwarding"] = e.dice.chance(70);
  e.rows.load_balancer("lb-internal", where.subnet, where.block + ".100", e.dice.chance(70) ? 0 : 443, {member});
  const auto tables = e.rows.all("routeTables");
  if (!tables.empty()) e.rows.route(name_of(*e.dice.of(tables)), some_prefix(e.dice), where.block + ".100");
}

void nat_gateway(RandomEstate& e) {
  if (e.rows.find("natGateways", "nat") != nullptr) return;
  const Where where = some_spoke_place(e);
  Json properties = Json::object();
  switch (e.dice.below(4)) {
    case 0: e.rows.subnet_of(where.subnet)["natGateway"] = reference(id_of("natGateways", "elsewhere")); return;
    case 1: properties["sourceVirtualNetwork"] = reference(id_of("virtualNetworks", "spoke1")); break;
    case 2: properties["subnets"] = Json::array({reference(subnet_id(where.subnet))}); break;
    default:
      properties["subnets"] = Json::array({reference(subnet_id(where.subnet))});
      e.rows.subnet_of(where.subnet)["natGateway"] = reference(id_of("natGateways", "nat"));
  }
  e.rows.row("natGateways", "nat", std::move(properties));
}

void spoke_gateway(RandomEstate& e) {
  if (e.rows.find("virtualNetworkGateways", "gw-spoke") != nullptr) return;
  Json& subnet = e.rows.subnet("spoke1", "GatewaySubnet", "10.1.3.0/27");
  if (e.dice.chance(50)) subnet["routeTable"] = reference(id_of("routeTables", "rt-spoke1"));
  e.rows.gateway("gw-spoke", "spoke1", e.dice.word({"Vpn", "ExpressRoute", "Vpn"}));
}

void route_server(RandomEstate& e) {
  if (e.rows.find("virtualHubs", "server") != nullptr) return;
  const std::string vnet = e.dice.chance(60) ? "hub" : "spoke1";
  e.rows.subnet(vnet, "RouteServerSubnet", vnet == "hub" ? "10.0.8.0/27" : "10.1.3.32/27");
  e.rows.row("virtualHubs", "server", {{"sku", "Standard"}});
  e.rows.list().back()["kind"] = "RouteServer";
  e.rows.row("virtualHubs/server/ipConfigurations", "ip",
             {{"subnet", reference(subnet_id(vnet + "/RouteServerSubnet"))}});
  Json& child = e.rows.list().back();
  child["id"] = id_of("virtualHubs", "server/ipConfigurations/ip");
  child["type"] = "microsoft.network/virtualhubs/ipconfigurations";
}

void drop_gateway_table(RandomEstate& e) {
  if (e.rows.find("virtualNetworkGateways", "gw") != nullptr) e.rows.subnet_of("hub/GatewaySubnet").erase("routeTable");
}

void private_bastion(RandomEstate& e) {
  if (e.rows.find("bastionHosts", "bastion") != nullptr) return;
  e.rows.subnet("hub", "AzureBastionSubnet", "10.0.6.0/26");
  e.rows.bastion("bastion", "hub", e.dice.chance(50));
}

void spoke_app_gateway(RandomEstate& e) {
  if (e.rows.find("applicationGateways", "agw-spoke") != nullptr) return;
  e.rows.subnet("spoke1", "agw", "10.1.3.128/26");
  e.rows.app_gateway("agw-spoke", "spoke1/agw", "20.0.0.71");
}

void endpoint_in_subnet(RandomEstate& e) {
  const Where where = some_place(e);
  const std::string name = "pe-" + where.block;
  if (e.rows.find("privateEndpoints", name) != nullptr) return;
  e.rows.endpoint(name, where.subnet, where.block + ".30",
                  id_of("Microsoft.CognitiveServices/accounts", e.dice.chance(60) ? "model" : "elsewhere"));
}

void connection_state(RandomEstate& e) {
  const auto endpoints = e.rows.all("privateEndpoints");
  if (endpoints.empty()) return;
  Json& properties = (*e.dice.of(endpoints))["properties"]["privateLinkServiceConnections"][0]["properties"];
  properties["privateLinkServiceConnectionState"]["status"] = e.dice.word({"Pending", "Rejected", "Odd"});
}

void machine_in_endpoint_subnet(RandomEstate& e) {
  if (e.rows.find("networkInterfaces", "nic-guest") == nullptr) e.rows.nic("nic-guest", "hub/pe", "10.0.3.20");
}

void delegate(RandomEstate& e) {
  e.rows.subnet_of(some_place(e).subnet)["delegations"] =
      Json::array({{{"name", "d"}, {"properties", {{"serviceName", "Microsoft.Web/serverFarms"}}}}});
}

void move_firewall(RandomEstate& e) {
  Json& ip = (*e.rows.find("azureFirewalls", "fw"))["ipConfigurations"][0]["properties"];
  ip["privateIPAddress"] = "10.0.0.5";
}

void unsettle(RandomEstate& e) {
  e.rows.list()[e.dice.below(e.rows.list().size())]["properties"]["provisioningState"] =
      e.dice.word({"Failed", "Updating"});
}

void drop_row(RandomEstate& e) {
  const std::size_t at = e.dice.below(e.rows.list().size());
  if (e.rows.list()[at]["type"] == "microsoft.network/virtualnetworks") return;
  if (e.rows.list()[at]["name"] == "fw") return;
  e.rows.list().erase(e.rows.list().begin() + static_cast<std::ptrdiff_t>(at));
}

void open_service(RandomEstate& e) {
  const auto accounts = e.rows.all("Microsoft.CognitiveServices/accounts");
  if (accounts.empty()) return;
  Json& properties = (*e.dice.of(accounts))["properties"];
  properties["publicNetworkAccess"] = e.dice.word({"Enabled", "Odd", "SecuredByPerimeter"});
  if (e.dice.chance(50)) properties["networkAcls"] = {{"defaultAction", e.dice.word({"Deny", "Allow"})}};
}

void declare_direct(RandomEstate& e) {
  e.designations.direct.push_back(*Prefix::parse(e.dice.word({"10.0.2.0/24", "8.8.8.0/24"})));
}

void declare_learned(RandomEstate& e) {
  e.designations.has_learned_prefixes = true;
  e.designations.learned_prefixes.push_back(
      *Prefix::parse(e.dice.word({"10.200.0.0/16", "0.0.0.0/0", "10.0.0.0/8", "192.168.0.0/16"})));
}

void declare_appliance(RandomEstate& e) {
  machine(e, {"hub/apim", "10.0.2"}, 9);
  e.designations.appliances.push_back({*Ipv4::parse("10.0.2.9"), "hub"});
}

}  // namespace

const std::vector<Defect>& device_defects() {
  static const std::vector<Defect> list = {{"add a machine", add_machine},
                                           {"forwarding", forward},
                                           {"appliance", appliance},
                                           {"another appliance", appliance},
                                           {"public machine", publish_machine},
                                           {"stray address", stray_address},
                                           {"public balancer", public_balancer},
                                           {"internal balancer", internal_balancer},
                                           {"nat gateway", nat_gateway},
                                           {"gateway in a spoke", spoke_gateway},
                                           {"gateway without a table", drop_gateway_table},
                                           {"route server", route_server},
                                           {"bastion", private_bastion},
                                           {"application gateway in a spoke", spoke_app_gateway},
                                           {"endpoint in a subnet", endpoint_in_subnet},
                                           {"connection state", connection_state},
                                           {"machine beside endpoints", machine_in_endpoint_subnet},
                                           {"delegation", delegate},
                                           {"firewall moved", move_firewall},
                                           {"not settled", unsettle},
                                           {"row missing", drop_row},
                                           {"service opened", open_service},
                                           {"direct target declared", declare_direct},
                                           {"learned prefixes declared", declare_learned},
                                           {"appliance declared", declare_appliance}};
  return list;
}

}  // namespace hubproof::differential
