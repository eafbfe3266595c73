// Private DNS: zones, links, records, servers, resolvers and forwarding rules around the private endpoints of vaults.
#include <fmt/format.h>

#include "tests/differential/random_estate.h"

namespace hubproof::differential {
namespace {

constexpr const char* kZone = "privateDnsZones/privatelink.vaultcore.azure.net";

std::string name_of(const Json& row) { return row["name"]; }

void link(RandomEstate& e, const std::string& zone, const std::string& vnet) {
  e.rows.at(fmt::format("{}/virtualNetworkLinks/to-{}", zone, vnet),
            {{"virtualNetwork", reference(id_of("virtualNetworks", vnet))},
             {"registrationEnabled", false},
             {"virtualNetworkLinkState", "Completed"}});
}

void record(RandomEstate& e, const std::string& zone, const std::string& name, const std::string& address) {
  e.rows.at(fmt::format("{}/A/{}", zone, name),
            {{"records", Json::array({{{"ipv4Address", address}}})}, {"ttl", 3600}});
}

/// Every private endpoint leads to a vault of its own, which its record names.
void make_vaults(RandomEstate& e) {
  auto& rows = e.rows.list();
  for (std::size_t i = rows.size(); i-- > 0;) {
    const std::string type = rows[i]["type"];
    if (type.rfind("microsoft.cognitiveservices/", 0) == 0 || type.rfind("microsoft.storage/", 0) == 0)
      rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
  }
  std::size_t number = 0;
  for (Json* row : e.rows.all("privateEndpoints")) {
    const std::string vault = fmt::format("kv{}", ++number);
    Json& connection = (*row)["properties"]["privateLinkServiceConnections"][0]["properties"];
    connection["privateLinkServiceId"] = id_of("Microsoft.KeyVault/vaults", vault);
    connection["groupIds"] = Json::array({"vault"});
    e.rows.row("Microsoft.KeyVault/vaults", vault, {{"publicNetworkAccess", "Disabled"}});
    const Json* nic = e.rows.find("networkInterfaces", "nic-" + name_of(*row));
    if (nic != nullptr) record(e, kZone, vault, (*nic)["ipConfigurations"][0]["properties"]["privateIPAddress"]);
  }
  record(e, kZone, "someone", "10.0.3.200");
}

Json* some_vnet(RandomEstate& e) { return &(*e.dice.of(e.rows.all("virtualNetworks")))["properties"]; }

/// Networks ask the firewall, whose policy proxies what it is asked to the Azure DNS of the hub.
void ask_firewall(RandomEstate& e) {
  if (Json* policy = e.rows.find("firewallPolicies", "policy"))
    (*policy)["dnsSettings"] = {{"enableProxy", e.dice.chance(90)}, {"servers", Json::array()}};
  for (Json* vnet : e.rows.all("virtualNetworks")) {
    if (name_of(*vnet) != "hub" && e.dice.chance(80))
      (*vnet)["properties"]["dhcpOptions"] = {{"dnsServers", Json::array({"10.0.0.4"})}};
  }
}

void resolver(RandomEstate& e) {
  if (e.rows.find("dnsResolvers", "resolver") != nullptr) return;
  const auto delegated = [&](const char* name, const char* prefix) {
    e.rows.subnet("hub", name, prefix)["delegations"] =
        Json::array({{{"name", "d"}, {"properties", {{"serviceName", "Microsoft.Network/dnsResolvers"}}}}});
  };
  delegated("inbound", "10.0.9.0/28");
  delegated("outbound", "10.0.9.16/28");
  e.rows.row("dnsResolvers", "resolver", {{"virtualNetwork", reference(id_of("virtualNetworks", "hub"))}});
  e.rows.at("dnsResolvers/resolver/inboundEndpoints/in",
            {{"ipConfigurations",
              Json::array({{{"privateIpAddress", "10.0.9.4"}, {"subnet", reference(subnet_id("hub/inbound"))}}})}});
  e.rows.at("dnsResolvers/resolver/outboundEndpoints/out", {{"subnet", reference(subnet_id("hub/outbound"))}});
}

void servers(RandomEstate& e) {
  Json list = Json::array();
  for (std::size_t i = 1 + e.dice.below(2); i > 0; --i)
    list.push_back(e.dice.word({"10.0.0.4", "10.0.9.4", "168.63.129.16", "10.99.0.4", "10.1.0.9"}));
  (*some_vnet(e))["dhcpOptions"] = {{"dnsServers", std::move(list)}};
}

void servers_of_interface(RandomEstate& e) {
  const auto nics = e.rows.all("networkInterfaces");
  if (nics.empty()) return;
  (*e.dice.of(nics))["properties"]["dnsSettings"] = {
      {"dnsServers", Json::array({e.dice.word({"10.0.0.4", "168.63.129.16", "10.99.0.4"})})}};
}

void ruleset(RandomEstate& e) {
  if (e.rows.find("dnsForwardingRulesets", "rules") != nullptr) return;
  resolver(e);
  e.rows.row("dnsForwardingRulesets", "rules",
             {{"dnsResolverOutboundEndpoints",
               Json::array({reference(id_at("dnsResolvers/resolver/outboundEndpoints/out"))})}});
  for (std::size_t i = 1 + e.dice.below(2); i > 0; --i) {
    e.rows.at(fmt::format("dnsForwardingRulesets/rules/forwardingRules/rule{}", i),
              {{"domainName", e.dice.word({"privatelink.vaultcore.azure.net.", "vault.azure.net.", "azure.net.", ".",
                                           "contoso.com."})},
               {"forwardingRuleState", e.dice.chance(85) ? "Enabled" : "Disabled"},
               {"targetDnsServers",
                Json::array({{{"ipAddress", e.dice.word({"10.0.9.4", "10.0.0.4", "10.99.0.4"})}, {"port", 53}}})}});
  }
  for (const Json* vnet : e.rows.all("virtualNetworks")) {
    if (!e.dice.chance(50)) continue;
    e.rows.at("dnsForwardingRulesets/rules/virtualNetworkLinks/to-" + name_of(*vnet),
              {{"virtualNetwork", reference((*vnet)["id"])}});
  }
}

Json* some(RandomEstate& e, const char* type) {
  const auto all = e.rows.all(type);
  return all.empty() ? nullptr : e.dice.of(all);
}

void drop(RandomEstate& e, const char* type) {
  const Json* chosen = some(e, type);
  if (chosen == nullptr) return;
  const std::string id = (*chosen)["id"];
  auto& rows = e.rows.list();
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i]["id"] == id) rows.erase(rows.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void drop_record(RandomEstate& e) { drop(e, "privateDnsZones/A"); }
void drop_link(RandomEstate& e) { drop(e, "privateDnsZones/virtualNetworkLinks"); }

void change_record(RandomEstate& e) {
  if (Json* row = some(e, "privateDnsZones/A"))
    (*row)["properties"]["records"][0]["ipv4Address"] = e.dice.word({"10.0.3.99", "10.0.3.5", "10.1.1.5"});
}

void second_address(RandomEstate& e) {
  if (Json* row = some(e, "privateDnsZones/A"))
    (*row)["properties"]["records"].push_back({{"ipv4Address", e.dice.word({"10.0.3.99", "10.0.3.5", "10.1.1.5"})}});
}

void wildcard(RandomEstate& e) { record(e, kZone, "*", e.dice.word({"10.0.3.5", "10.0.3.99"})); }

void other_record(RandomEstate& e) {
  const Json* row = some(e, "Microsoft.KeyVault/vaults");
  if (row == nullptr) return;
  if (e.dice.chance(50)) {
    e.rows.at(fmt::format("{}/CNAME/{}", kZone, name_of(*row)),
              {{"records", Json::array({{{"cname", "kv.contoso.com"}}})}});
  } else {
    e.rows.at(fmt::format("{}/AAAA/{}", kZone, name_of(*row)),
              {{"records", Json::array({{{"ipv6Address", "fd00:1::5"}}})}});
  }
}

/// A zone of the public name, or of a name above, in which clients look as well.
void zone_of_public_name(RandomEstate& e) {
  const std::string zone = std::string("privateDnsZones/") + e.dice.word({"vault.azure.net", "azure.net"});
  if (e.rows.find("privateDnsZones", zone.substr(zone.find('/') + 1)) != nullptr) return;
  e.rows.at(zone, Json::object());
  record(e, zone, e.dice.word({"kv1", "someone", "kv1.vault"}), e.dice.word({"10.0.3.5", "10.0.3.99"}));
  link(e, zone, name_of(*e.dice.of(e.rows.all("virtualNetworks"))));
}

void redirect(RandomEstate& e) {
  if (Json* row = some(e, "privateDnsZones/virtualNetworkLinks"))
    (*row)["properties"]["resolutionPolicy"] = e.dice.word({"NxDomainRedirect", "Default"});
}

void counts(RandomEstate& e) {
  Json* zone = e.rows.find("privateDnsZones", "privatelink.vaultcore.azure.net");
  if (zone == nullptr) return;
  if (e.dice.chance(50))
    (*zone)["numberOfVirtualNetworkLinks"] = e.rows.all("privateDnsZones/virtualNetworkLinks").size() + e.dice.below(2);
  else
    (*zone)["numberOfRecordSets"] = 1 + e.rows.all("privateDnsZones/A").size() + e.dice.below(2);
}

void endpoint_names(RandomEstate& e) {
  if (Json* row = some(e, "privateEndpoints"))
    (*row)["properties"]["customDnsConfigs"] =
        Json::array({{{"fqdn", e.dice.word({"kv1.vault.azure.net", "kv2.vault.azure.net", "else.vault.azure.net"})},
                      {"ipAddresses", Json::array({e.dice.word({"10.0.3.5", "10.1.1.5", "10.0.3.99"})})}}});
}

void service_side(RandomEstate& e) {
  Json* vault = some(e, "Microsoft.KeyVault/vaults");
  const Json* endpoint = some(e, "privateEndpoints");
  if (vault == nullptr || endpoint == nullptr) return;
  (*vault)["properties"]["privateEndpointConnections"] = Json::array(
      {{{"id", (*vault)["id"].get<std::string>() + "/privateEndpointConnections/c"},
        {"properties",
         {{"privateEndpoint", reference((*endpoint)["id"])},
          {"privateLinkServiceConnectionState", {{"status", e.dice.word({"Approved", "Rejected", "Pending"})}}}}}}});
}

}  // namespace

void add_names(RandomEstate& e) {
  e.rows.at(kZone, Json::object());
  make_vaults(e);
  const bool is_central = e.dice.chance(50);
  if (is_central) ask_firewall(e);
  for (const Json* vnet : e.rows.all("virtualNetworks")) {
    const std::string name = name_of(*vnet);
    if (name == "hub" ? e.dice.chance(97) : e.dice.chance(is_central ? 10 : 85)) link(e, kZone, name);
  }
  if (e.dice.chance(20)) resolver(e);
}

const std::vector<Defect>& name_defects() {
  static const std::vector<Defect> list = {{"DNS servers", servers},
                                           {"DNS servers of an interface", servers_of_interface},
                                           {"forwarding ruleset", ruleset},
                                           {"drop a record", drop_record},
                                           {"drop a link", drop_link},
                                           {"change a record", change_record},
                                           {"second address", second_address},
                                           {"wildcard", wildcard},
                                           {"record of another type", other_record},
                                           {"zone of the public name", zone_of_public_name},
                                           {"resolution policy", redirect},
                                           {"numbers of the zone", counts},
                                           {"names of an endpoint", endpoint_names},
                                           {"connections of the service", service_side}};
  return list;
}

}  // namespace hubproof::differential
