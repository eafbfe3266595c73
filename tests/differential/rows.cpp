#include "tests/differential/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "engine/core/text.h"

namespace hubproof::differential {
namespace {

constexpr std::string_view kSubscription = "00000000-0000-4000-8000-000000000001";

std::string full_type(std::string_view type) {
  return type.find('/') != std::string_view::npos ? std::string(type) : fmt::format("Microsoft.Network/{}", type);
}

/// Appends {id, name, properties} to a list of `parent` and gives the properties.
Json& add_child(Json& parent, const std::string& parent_id, const char* list, const std::string& name,
                Json properties) {
  Json& children = parent[list];
  children.push_back(
      {{"id", fmt::format("{}/{}/{}", parent_id, list, name)}, {"name", name}, {"properties", std::move(properties)}});
  return children.back()["properties"];
}

Json configuration(const std::string& owner, Json properties, const char* list = "ipConfigurations") {
  return {{"id", fmt::format("{}/{}/ip", owner, list)}, {"name", "ip"}, {"properties", std::move(properties)}};
}

}  // namespace

std::string id_of(std::string_view type, std::string_view name) {
  return fmt::format("/subscriptions/{}/resourceGroups/rg/providers/{}/{}", kSubscription, full_type(type), name);
}

std::string id_at(std::string_view path) {
  const std::size_t slash = path.find('/');
  return id_of(path.substr(0, slash), path.substr(slash + 1));
}

std::string subnet_id(std::string_view vnet_slash_subnet) {
  const std::size_t slash = vnet_slash_subnet.find('/');
  return fmt::format("{}/subnets/{}", id_of("virtualNetworks", vnet_slash_subnet.substr(0, slash)),
                     vnet_slash_subnet.substr(slash + 1));
}

Json reference(const std::string& id) { return Json::object({{"id", id}}); }

Json& Rows::add(std::string id, std::string_view name, const std::string& type, Json properties) {
  properties["provisioningState"] = "Succeeded";
  for (Json& row : rows_) {
    if (row["id"] == id) return row["properties"] = std::move(properties);
  }
  rows_.push_back({{"id", std::move(id)},
                   {"name", name},
                   {"type", text::lower(type)},
                   {"location", "swedencentral"},
                   {"resourceGroup", "rg"},
                   {"subscriptionId", kSubscription},
                   {"tenantId", "72f00000-0000-4000-8000-00000000c0de"},
                   {"properties", std::move(properties)}});
  return rows_.back()["properties"];
}

Json& Rows::row(std::string_view type, std::string_view name, Json properties) {
  return add(id_of(type, name), name, full_type(type), std::move(properties));
}

Json& Rows::at(const std::string& path, Json properties) {
  std::string type = "Microsoft.Network";
  std::string_view rest = path;
  std::string_view name;
  while (!rest.empty()) {
    const std::size_t kind = rest.find('/');
    const std::size_t end = std::min(rest.find('/', kind + 1), rest.size());
    type += fmt::format("/{}", rest.substr(0, kind));
    name = rest.substr(kind + 1, end - kind - 1);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return add(id_at(path), name, type, std::move(properties));
}

Json& Rows::on(const std::string& id, const std::string& kind, Json properties) {
  return add(fmt::format("{}/providers/Microsoft.Network/{}/default", id, kind), "default", "Microsoft.Network/" + kind,
             std::move(properties));
}

Json* Rows::find(std::string_view type, std::string_view name) {
  const std::string id = id_of(type, name);
  for (Json& row : rows_) {
    if (row["id"] == id) return &row["properties"];
  }
  return nullptr;
}

std::vector<Json*> Rows::all(std::string_view type) {
  std::vector<Json*> out;
  const std::string wanted = text::lower(full_type(type));
  for (Json& row : rows_) {
    if (row["type"] == wanted) out.push_back(&row);
  }
  return out;
}

std::vector<Json*> Rows::children(std::string_view type, std::string_view list) {
  std::vector<Json*> out;
  for (Json* row : all(type)) {
    const auto found = (*row)["properties"].find(list);
    if (found == (*row)["properties"].end()) continue;
    for (Json& child : *found) out.push_back(&child);
  }
  return out;
}

Json& Rows::subnet_of(const std::string& vnet_slash_subnet) {
  const std::string id = subnet_id(vnet_slash_subnet);
  for (Json* subnet : subnets()) {
    if ((*subnet)["id"] == id) return (*subnet)["properties"];
  }
  fmt::print(stderr, "no subnet {}\n", vnet_slash_subnet);
  std::abort();
}

void Rows::attach(const std::string& vnet_slash_subnet, const std::string& configuration) {
  subnet_of(vnet_slash_subnet)["ipConfigurations"].push_back(reference(configuration));
}

Json& Rows::vnet(const std::string& name, const Names& prefixes) {
  return row("virtualNetworks", name,
             {{"addressSpace", {{"addressPrefixes", prefixes}}},
              {"subnets", Json::array()},
              {"virtualNetworkPeerings", Json::array()}});
}

Json& Rows::subnet(const std::string& vnet, const std::string& name, const std::string& prefix) {
  return add_child(*find("virtualNetworks", vnet), id_of("virtualNetworks", vnet), "subnets", name,
                   {{"addressPrefix", prefix}, {"provisioningState", "Succeeded"}, {"defaultOutboundAccess", false}});
}

Json& Rows::peering(const std::string& vnet, const std::string& remote) {
  Json properties = {{"remoteVirtualNetwork", reference(id_of("virtualNetworks", remote))},
                     {"peeringState", "Connected"},
                     {"peeringSyncLevel", "FullyInSync"},
                     {"provisioningState", "Succeeded"},
                     {"allowVirtualNetworkAccess", true},
                     {"allowForwardedTraffic", true},
                     {"allowGatewayTransit", false},
                     {"useRemoteGateways", false},
                     {"peerCompleteVnets", true}};
  if (const Json* there = find("virtualNetworks", remote)) {
    properties["remoteAddressSpace"] = (*there)["addressSpace"];
    properties["remoteVirtualNetworkAddressSpace"] = (*there)["addressSpace"];
  }
  return add_child(*find("virtualNetworks", vnet), id_of("virtualNetworks", vnet), "virtualNetworkPeerings",
                   "to-" + remote, std::move(properties));
}

void Rows::peer(const std::string& a, const std::string& b) {
  peering(a, b);
  peering(b, a);
}

Json& Rows::route_table(const std::string& name, bool disables_propagation) {
  return row("routeTables", name, {{"disableBgpRoutePropagation", disables_propagation}, {"routes", Json::array()}});
}

Json& Rows::route(const std::string& table, const std::string& prefix, const std::string& hop) {
  Json& properties = *find("routeTables", table);
  Json route = {{"addressPrefix", prefix}, {"provisioningState", "Succeeded"}};
  const bool is_address = !hop.empty() && hop.front() >= '0' && hop.front() <= '9';
  route["nextHopType"] = is_address ? "VirtualAppliance" : hop;
  if (is_address) route["nextHopIpAddress"] = hop;
  return add_child(properties, id_of("routeTables", table), "routes", fmt::format("r{}", properties["routes"].size()),
                   std::move(route));
}

Json& Rows::nsg(const std::string& name) {
  return row("networkSecurityGroups", name, {{"securityRules", Json::array()}});
}

Json& Rows::rule(const std::string& nsg, const RuleWords& words) {
  Json& properties = *find("networkSecurityGroups", nsg);
  Json rule = {
      {"priority", words.priority}, {"direction", words.direction},          {"access", words.access},
      {"protocol", words.protocol}, {"sourcePortRange", words.source_ports}, {"destinationPortRange", words.ports}};
  const auto asg = [](const std::string& name) {
    return Json::array({reference(id_of("applicationSecurityGroups", name))});
  };
  if (words.from_asg.empty())
    rule["sourceAddressPrefix"] = words.from;
  else
    rule["sourceApplicationSecurityGroups"] = asg(words.from_asg);
  if (words.to_asg.empty())
    rule["destinationAddressPrefix"] = words.to;
  else
    rule["destinationApplicationSecurityGroups"] = asg(words.to_asg);
  return add_child(properties, id_of("networkSecurityGroups", nsg), "securityRules",
                   fmt::format("rule{}", properties["securityRules"].size()), std::move(rule));
}

Json& Rows::nic(const std::string& name, const std::string& subnet, const std::string& address) {
  const std::string id = id_of("networkInterfaces", name);
  attach(subnet, id + "/ipConfigurations/ip");
  const Json ip = {{"privateIPAddress", address}, {"subnet", reference(subnet_id(subnet))}};
  return row("networkInterfaces", name,
             {{"ipConfigurations", Json::array({configuration(id, ip)})}, {"enableIPForwarding", false}});
}

Json& Rows::public_ip(const std::string& name, const std::string& address, bool is_standard, const std::string& owner) {
  Json properties = {{"ipAddress", address}, {"publicIPAddressVersion", "IPv4"}};
  if (!owner.empty()) properties["ipConfiguration"] = reference(owner);
  Json& out = row("publicIPAddresses", name, std::move(properties));
  rows_.back()["sku"] = {{"name", is_standard ? "Standard" : "Basic"}};
  return out;
}

void Rows::publish(const std::string& nic, const std::string& address, bool is_standard) {
  Json& ip = (*find("networkInterfaces", nic))["ipConfigurations"][0];
  ip["properties"]["publicIPAddress"] = reference(id_of("publicIPAddresses", "pip-" + nic));
  public_ip("pip-" + nic, address, is_standard, ip["id"]);
}

Json& Rows::firewall(const std::string& name, const std::string& vnet, const std::string& address,
                     const std::string& public_address, const std::string& policy) {
  const std::string id = id_of("azureFirewalls", name);
  const std::string ip_id = id + "/azureFirewallIpConfigurations/ip";
  attach(vnet + "/AzureFirewallSubnet", ip_id);
  Json ip = {{"privateIPAddress", address}, {"subnet", reference(subnet_id(vnet + "/AzureFirewallSubnet"))}};
  if (!public_address.empty()) {
    public_ip("pip-" + name, public_address, true, ip_id);
    ip["publicIPAddress"] = reference(id_of("publicIPAddresses", "pip-" + name));
  }
  Json properties = {{"ipConfigurations", Json::array({configuration(id, ip, "azureFirewallIpConfigurations")})},
                     {"sku", {{"name", "AZFW_VNet"}, {"tier", "Premium"}}}};
  if (!policy.empty()) properties["firewallPolicy"] = reference(id_of("firewallPolicies", policy));
  return row("azureFirewalls", name, std::move(properties));
}

Json& Rows::gateway(const std::string& name, const std::string& vnet, const std::string& type) {
  const std::string id = id_of("virtualNetworkGateways", name);
  attach(vnet + "/GatewaySubnet", id + "/ipConfigurations/ip");
  return row("virtualNetworkGateways", name,
             {{"gatewayType", type},
              {"ipConfigurations",
               Json::array({configuration(id, {{"subnet", reference(subnet_id(vnet + "/GatewaySubnet"))}})})}});
}

Json& Rows::bastion(const std::string& name, const std::string& vnet, bool is_public) {
  const std::string id = id_of("bastionHosts", name);
  const std::string ip_id = id + "/ipConfigurations/ip";
  attach(vnet + "/AzureBastionSubnet", ip_id);
  Json ip = {{"subnet", reference(subnet_id(vnet + "/AzureBastionSubnet"))}};
  if (is_public) {
    public_ip("pip-" + name, "20.0.0.60", true, ip_id);
    ip["publicIPAddress"] = reference(id_of("publicIPAddresses", "pip-" + name));
  }
  return row("bastionHosts", name, {{"ipConfigurations", Json::array({configuration(id, ip)})}});
}

Json& Rows::endpoint(const std::string& name, const std::string& subnet, const std::string& address,
                     const std::string& target) {
  Json& nic_row = nic("nic-" + name, subnet, address);
  nic_row["privateEndpoint"] = reference(id_of("privateEndpoints", name));
  subnet_of(subnet)["privateEndpoints"].push_back(reference(id_of("privateEndpoints", name)));
  const Json link = {{"privateLinkServiceId", target},
                     {"groupIds", Json::array({"account"})},
                     {"privateLinkServiceConnectionState", {{"status", "Approved"}}}};
  return row("privateEndpoints", name,
             {{"subnet", reference(subnet_id(subnet))},
              {"networkInterfaces", Json::array({reference(id_of("networkInterfaces", "nic-" + name))})},
              {"privateLinkServiceConnections", Json::array({{{"name", "link"}, {"properties", link}}})}});
}

Json& Rows::load_balancer(const std::string& name, const std::string& subnet, const std::string& address, int port,
                          const Names& members) {
  const std::string id = id_of("loadBalancers", name);
  const std::string front = id + "/frontendIPConfigurations/ip";
  const std::string pool = id + "/backendAddressPools/pool";
  Json frontend;
  if (subnet.empty()) {
    public_ip("pip-" + name, address, true, front);
    frontend = {{"publicIPAddress", reference(id_of("publicIPAddresses", "pip-" + name))}};
  } else {
    attach(subnet, front);
    frontend = {{"privateIPAddress", address}, {"subnet", reference(subnet_id(subnet))}};
  }
  Json configurations = Json::array();
  for (const std::string& member : members) {
    Json& ip = (*find("networkInterfaces", member))["ipConfigurations"][0];
    ip["properties"]["loadBalancerBackendAddressPools"].push_back(reference(pool));
    configurations.push_back(reference(ip["id"]));
  }
  Json& out = row("loadBalancers", name, Json::object());
  rows_.back()["sku"] = {{"name", "Standard"}};
  out["frontendIPConfigurations"] = Json::array();
  add_child(out, id, "frontendIPConfigurations", "ip", frontend);
  add_child(out, id, "backendAddressPools", "pool", {{"backendIPConfigurations", configurations}});
  add_child(out, id, "loadBalancingRules", "rule",
            {{"frontendIPConfiguration", reference(front)},
             {"backendAddressPool", reference(pool)},
             {"protocol", port == 0 ? "All" : "Tcp"},
             {"frontendPort", port},
             {"backendPort", port}});
  return out;
}

Json& Rows::app_gateway(const std::string& name, const std::string& subnet, const std::string& public_address) {
  const std::string id = id_of("applicationGateways", name);
  public_ip("pip-" + name, public_address, true, id + "/frontendIPConfigurations/ip");
  Json& out = row("applicationGateways", name, {{"sku", {{"name", "WAF_v2"}, {"tier", "WAF_v2"}}}});
  add_child(out, id, "gatewayIPConfigurations", "ip", {{"subnet", reference(subnet_id(subnet))}});
  add_child(out, id, "frontendIPConfigurations", "ip",
            {{"publicIPAddress", reference(id_of("publicIPAddresses", "pip-" + name))}});
  add_child(out, id, "backendAddressPools", "pool", {{"backendAddresses", Json::array()}});
  add_child(out, id, "httpListeners", "listener",
            {{"frontendIPConfiguration", reference(id + "/frontendIPConfigurations/ip")}, {"protocol", "Https"}});
  add_child(out, id, "requestRoutingRules", "rule",
            {{"httpListener", reference(id + "/httpListeners/listener")},
             {"backendAddressPool", reference(id + "/backendAddressPools/pool")}});
  subnet_of(subnet)["applicationGatewayIPConfigurations"].push_back(reference(id + "/gatewayIPConfigurations/ip"));
  return out;
}

Json Rows::page() const {
  Json data = Json::array();
  for (const Json& row : rows_) data.push_back(row);
  const std::size_t count = data.size();
  return {{"count", count}, {"data", std::move(data)}, {"skip_token", nullptr}, {"total_records", count}};
}

}  // namespace hubproof::differential
