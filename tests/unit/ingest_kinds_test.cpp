// Network kinds: what each reader takes from a row, and what it refuses to take silently.
#include "ingest_kinds_rows.h"

using namespace hubproof;
using hubproof::test::for_each_entity;
using hubproof::test::network_id;
using hubproof::test::OrderedJson;
using hubproof::test::Rows;
using hubproof::test::unread_of;

namespace {

std::string printed(const std::vector<Prefix>& prefixes) {
  std::string out;
  for (const Prefix& prefix : prefixes) out += (out.empty() ? "" : " ") + to_string(prefix);
  return out;
}

std::string printed(const model::Tables& tables, const model::AddressTerm& term) {
  switch (term.kind) {
    case model::AddressTerm::Kind::any: return "*";
    case model::AddressTerm::Kind::prefix: return to_string(term.prefix);
    case model::AddressTerm::Kind::prefix6: return "v6";
    case model::AddressTerm::Kind::tag: return tables.service_tags.at(term.index);
    case model::AddressTerm::Kind::asg: return "asg";
    case model::AddressTerm::Kind::unread: return "unread " + tables.service_tags.at(term.index);
  }
  return {};
}

template <class Terms>
std::string printed(const model::Tables& tables, const Terms& terms) {
  std::string out;
  for (const model::AddressTerm& term : terms) out += (out.empty() ? "" : ", ") + printed(tables, term);
  return out;
}

template <class Values>
std::string joined(const Values& values) {
  std::string out;
  for (const auto& value : values) out += (out.empty() ? "" : ", ") + to_string(value);
  return out;
}

}  // namespace

TEST_CASE("the table of kinds is sorted and has a reader exactly where something is read") {
  const auto kinds = ingest::resource_kinds();
  REQUIRE(!kinds.empty());
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CAPTURE(kinds[i].type);
    if (i > 0) CHECK(kinds[i - 1].type < kinds[i].type);
    CHECK(kinds[i].type == text::lower(kinds[i].type));
    CHECK((kinds[i].read != nullptr) == (kinds[i].support != model::Support::counted));
    CHECK(kinds[i].support != model::Support::unknown);
    CHECK(ingest::find_kind(kinds[i].type) == &kinds[i]);
  }
  CHECK(ingest::find_kind("") == nullptr);
  CHECK(ingest::find_kind("microsoft.network/unheardof") == nullptr);
  CHECK(ingest::find_kind("zzz") == nullptr);
}

TEST_CASE("a virtual network becomes a row with its subnets and peerings as rows of their own") {
  Rows rows;
  rows.read_text(
      R"({"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v", "location": "westeurope",
    "type": "microsoft.network/virtualnetworks", "properties": {
    "provisioningState": "Succeeded", "resourceGuid": "x", "enableDdosProtection": true,
    "addressSpace": {"addressPrefixes": ["10.1.0.0/16", "fd00:1::/48"]}, "dhcpOptions": {"dnsServers": ["10.0.0.4"]},
    "privateEndpointVNetPolicies": "Disabled",
    "subnets": [{"name": "app", "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/app",
      "etag": "e", "properties": {"addressPrefix": "10.1.0.0/24", "addressPrefixes": ["10.1.0.0/24", "10.1.9.0/24"],
      "routeTable": {"id": "/subscriptions/s/rt"}, "networkSecurityGroup": {"id": "/subscriptions/s/nsg"},
      "natGateway": {"id": "/subscriptions/s/nat"}, "serviceEndpoints": [{"service": "Microsoft.Storage", "locations": ["*"]}],
      "delegations": [{"name": "d", "properties": {"serviceName": "Microsoft.App/environments", "actions": []}}],
      "privateEndpointNetworkPolicies": "RouteTableEnabled", "defaultOutboundAccess": false,
      "ipConfigurations": [
        {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n/ipConfigurations/a"},
        {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/n/ipConfigurations/b"}],
      "privateLinkServiceNetworkPolicies": "Enabled", "provisioningState": "Updating"}},
      {"name": "nameless-id", "properties": {"addressPrefix": "10.1.2.0/24"}}],
    "virtualNetworkPeerings": [{"name": "p", "properties": {"remoteVirtualNetwork": {"id": "/subscriptions/s/hub"},
      "peeringState": "Connected", "peeringSyncLevel": "FullyInSync", "allowVirtualNetworkAccess": true,
      "allowForwardedTraffic": true, "allowGatewayTransit": false, "useRemoteGateways": "true", "peerCompleteVnets": true,
      "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
      "remoteVirtualNetworkAddressSpace": {"addressPrefixes": ["10.0.0.0/16", "fd00::/48"]},
      "routeServiceVips": {}, "enableOnlyIPv6Peering": true, "localSubnetNames": ["app", "data"],
      "remoteSubnetNames": ["shared"]}}]}})");
  REQUIRE(rows.tables().virtual_networks.size() == 1);
  const model::VirtualNetwork& vnet = rows.tables().virtual_networks[0];
  CHECK(unread_of(vnet) == "");
  CHECK(vnet.is_settled);
  CHECK(vnet.location == "westeurope");
  CHECK(joined(vnet.address_space) == "10.1.0.0/16");
  CHECK(joined(vnet.address_space_v6) == "fd00:1::/48");
  CHECK(vnet.dns_servers == std::vector<std::string>{"10.0.0.4"});
  CHECK_FALSE(vnet.high_scale_private_endpoints);

  REQUIRE(rows.tables().subnets.size() == 2);
  const model::Subnet& app = rows.tables().subnets[0];
  CHECK(unread_of(app) == "");
  CHECK(app.vnet == vnet.id);
  CHECK(joined(app.prefixes) == "10.1.0.0/24, 10.1.9.0/24");
  CHECK(rows.spelling(app.route_table) == "/subscriptions/s/rt");
  CHECK(rows.spelling(app.network_security_group) == "/subscriptions/s/nsg");
  CHECK(rows.spelling(app.nat_gateway) == "/subscriptions/s/nat");
  CHECK(app.service_endpoints == std::vector<std::string>{"Microsoft.Storage"});
  CHECK(app.delegations == std::vector<std::string>{"Microsoft.App/environments"});
  CHECK(app.private_endpoint_policies.is(model::PrivateEndpointPolicies::route_table_enabled));
  CHECK(app.default_outbound_access.is(false));
  REQUIRE(app.attached.size() == 1);
  CHECK(rows.spelling(app.attached[0]) == network_id("networkInterfaces/n"));
  CHECK_FALSE(app.is_settled);
  CHECK(rows.spelling(rows.tables().subnets[1].id) == network_id("virtualNetworks/v/subnets/nameless-id"));

  REQUIRE(rows.tables().peerings.size() == 1);
  const model::Peering& peering = rows.tables().peerings[0];
  CHECK(unread_of(peering) == "");
  CHECK(peering.vnet == vnet.id);
  CHECK(rows.spelling(peering.remote) == "/subscriptions/s/hub");
  CHECK(peering.state.is(model::PeeringState::connected));
  CHECK(peering.sync_level.is(model::PeeringSyncLevel::fully_in_sync));
  CHECK(peering.allow_access.is(true));
  CHECK(peering.allow_forwarded.is(true));
  CHECK(peering.allow_gateway_transit.is(false));
  CHECK(peering.use_remote_gateways.is(true));
  CHECK(peering.complete_vnets.is(true));
  CHECK(peering.only_v6.is(true));
  CHECK(peering.local_subnets == std::vector<std::string>{"app", "data"});
  CHECK(peering.remote_subnets == std::vector<std::string>{"shared"});
  CHECK(joined(peering.remote_address_space) == "10.0.0.0/16");
  CHECK(joined(peering.remote_current_address_space) == "10.0.0.0/16");
  CHECK(joined(peering.remote_address_space_v6) == "");
  CHECK(joined(peering.remote_current_address_space_v6) == "fd00::/48");
}

TEST_CASE("an embedded child and the same child as a row of its own are equal, unread parts included") {
  const std::string subnet = R"({"addressPrefix": "10.1.0.0/33", "serviceGateway": {"id": "/subscriptions/s/x"},
                                 "privateEndpointNetworkPolicies": "Sometimes"})";
  const std::string peering = R"({"remoteVirtualNetwork": {"id": "/subscriptions/s/hub"}, "peeringState": "Nearly",
                                  "newPeeringSwitch": true})";
  Rows rows;
  rows.network("virtualNetworks/v", R"({"subnets": [{"name": "app", "properties": )" + subnet +
                                        R"(}], "virtualNetworkPeerings": [{"name": "p", "properties": )" + peering +
                                        "}]}");
  rows.network("virtualNetworks/v/subnets/app", subnet);
  rows.network("virtualNetworks/v/virtualNetworkPeerings/p", peering);
  REQUIRE(rows.tables().subnets.size() == 2);
  CHECK(rows.tables().subnets[0] == rows.tables().subnets[1]);
  CHECK(unread_of(rows.tables().subnets[0]) ==
        "/properties/addressPrefix: \"10.1.0.0/33\": the prefix length must be 0..32\n"
        "/properties/serviceGateway: an object: a property that is not modelled\n"
        "/properties/privateEndpointNetworkPolicies: Sometimes");
  CHECK(rows.tables().subnets[0].private_endpoint_policies.is_unreadable());
  REQUIRE(rows.tables().peerings.size() == 2);
  CHECK(rows.tables().peerings[0] == rows.tables().peerings[1]);
  CHECK(rows.tables().peerings[0].state.is_unreadable());
  CHECK(unread_of(rows.tables().peerings[0]) ==
        "/properties/peeringState: Nearly\n/properties/newPeeringSwitch: true: a property that is not modelled");
  CHECK(unread_of(rows.tables().virtual_networks[0]) == "/properties/subnets: a subnet without a prefix");
}

TEST_CASE("a network that says null for its subnets hides them") {
  Rows rows;
  rows.network("virtualNetworks/v", R"({"subnets": null})");
  CHECK(unread_of(rows.tables().virtual_networks[0]) == "/properties/subnets: null in place of a list");
}

TEST_CASE("a route is usable only when all of it was understood") {
  struct Row {
    const char* why;
    const char* properties;
    bool is_usable;
    const char* destination;  ///< prefix or tag
  };
  const Row table[] = {
      {"the plain route to a firewall",
       R"({"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.0.4"})", true,
       "0.0.0.0/0"},
      {"case does not matter",
       R"({"AddressPrefix": "10.0.0.0/8", "nexthoptype": "none", "provisioningState": "Succeeded"})", true,
       "10.0.0.0/8"},
      {"a service tag", R"({"addressPrefix": "ApiManagement", "nextHopType": "Internet"})", true, "ApiManagement"},
      {"an IPv6 route",
       R"({"addressPrefix": "::/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "fd00::4"})", true, "::/0"},
      {"host bits: Azure refuses such a route", R"({"addressPrefix": "10.0.0.1/8", "nextHopType": "None"})", false, ""},
      {"a next hop type of the future", R"({"addressPrefix": "10.0.0.0/8", "nextHopType": "Wormhole"})", false,
       "10.0.0.0/8"},
      {"no next hop type", R"({"addressPrefix": "10.0.0.0/8"})", false, "10.0.0.0/8"},
      {"a number as address",
       R"({"addressPrefix": "10.0.0.0/8", "nextHopType": "VirtualAppliance", "nextHopIpAddress": 10})", false,
       "10.0.0.0/8"},
      {"a switch of the future", R"({"addressPrefix": "10.0.0.0/8", "nextHopType": "None", "sometimes": true})", false,
       "10.0.0.0/8"},
      {"a switch of the future that is off",
       R"({"addressPrefix": "10.0.0.0/8", "nextHopType": "None", "sometimes": false})", true, "10.0.0.0/8"}};
  for (const Row& row : table) {
    CAPTURE(row.why);
    Rows rows;
    rows.network("routeTables/t",
                 std::string(R"({"disableBgpRoutePropagation": true, "routes": [{"name": "r", "properties": )") +
                     row.properties + "}]}");
    const model::RouteTable& read = rows.tables().route_tables.at(0);
    REQUIRE(read.routes.size() == 1);
    CHECK(read.disable_bgp_propagation.is(true));
    CHECK(read.routes[0].is_usable == row.is_usable);
    CHECK((read.routes[0].prefix ? to_string(*read.routes[0].prefix) : read.routes[0].service_tag) == row.destination);
  }
}

TEST_CASE("every address of an ECMP next hop is kept, and BGP override and peering routes are read") {
  Rows rows;
  rows.network("routeTables/t",
               R"({"disablePeeringRoute": "All", "routes": [{"name": "r", "properties": {"addressPrefix": "10.0.0.0/8",
    "nextHopType": "VirtualApplianceEcmp", "nextHopIpAddress": null, "hasBgpOverride": true,
    "nextHop": {"nextHopIpAddresses": ["10.0.0.4", "10.0.0.5"]}}}]})");
  const model::RouteTable& table = rows.tables().route_tables.at(0);
  CHECK(unread_of(table) == "");
  CHECK(table.disable_peering_route);
  CHECK(joined(table.routes[0].next_hop_addresses) == "10.0.0.4, 10.0.0.5");
  CHECK(table.routes[0].next_hop == model::NextHopType::virtual_appliance_ecmp);
  CHECK(table.routes[0].has_bgp_override);
}

namespace {

std::string nsg_rule(const std::string& changes) {
  OrderedJson rule = OrderedJson::parse(R"({"protocol": "Tcp", "sourcePortRange": "*", "destinationPortRange": "443",
    "sourceAddressPrefix": "VirtualNetwork", "destinationAddressPrefix": "10.1.0.0/24", "access": "Allow", "priority": 100,
    "direction": "Inbound", "sourcePortRanges": [], "destinationPortRanges": [], "sourceAddressPrefixes": [],
    "destinationAddressPrefixes": [], "description": "d", "provisioningState": "Succeeded"})");
  rule.merge_patch(OrderedJson::parse(changes));
  return R"({"securityRules": [{"name": "r", "id": "/x", "etag": "e", "type": "t", "properties": )" + rule.dump() +
         "}]}";
}

}  // namespace

TEST_CASE(
    "a security rule takes the union of singular and plural forms and is unusable when a part is not understood") {
  struct Row {
    const char* why;
    const char* changes;
    bool is_usable;
    const char* sources;
    const char* ports;
  };
  const Row table[] = {
      {"the plain rule", "{}", true, "VirtualNetwork", "443"},
      {"union of both forms",
       R"({"sourceAddressPrefix": "10.0.0.0/8", "sourceAddressPrefixes": ["192.0.2.1", "Internet"], "destinationPortRanges": ["8000-8080"]})",
       true, "10.0.0.0/8, 192.0.2.1/32, Internet", "443, 8000-8080"},
      {"any", R"({"sourceAddressPrefix": "*", "destinationPortRange": "*"})", true, "*", "*"},
      {"IPv6", R"({"sourceAddressPrefix": "fd00::/8"})", true, "v6", "443"},
      {"groups",
       R"({"sourceAddressPrefix": null, "sourceApplicationSecurityGroups": [{"id": "/subscriptions/s/asg"}]})", true,
       "asg", "443"},
      {"host bits", R"({"sourceAddressPrefix": "10.0.0.1/8"})", false, "unread 10.0.0.1/8", "443"},
      {"a comma list in one text", R"({"sourceAddressPrefix": "10.0.0.0/8,11.0.0.0/8"})", false,
       "unread 10.0.0.0/8,11.0.0.0/8", "443"},
      {"no source at all", R"({"sourceAddressPrefix": null})", false, "", "443"},
      {"a port beyond 65535", R"({"destinationPortRange": "70000"})", false, "VirtualNetwork", ""},
      {"a protocol that is not known", R"({"protocol": "Sctp"})", false, "VirtualNetwork", "443"},
      {"no protocol", R"({"protocol": null})", true, "VirtualNetwork", "443"},
      {"an access that is not known", R"({"access": "Maybe"})", false, "VirtualNetwork", "443"},
      {"a priority that is no number", R"({"priority": "high"})", false, "VirtualNetwork", "443"},
      {"a match of the future", R"({"sourceUniverse": "x"})", false, "VirtualNetwork", "443"}};
  for (const Row& row : table) {
    CAPTURE(row.why);
    Rows rows;
    rows.network("networkSecurityGroups/n", nsg_rule(row.changes));
    const model::NetworkSecurityGroup& group = rows.tables().network_security_groups.at(0);
    REQUIRE(group.rules.size() == 1);
    const model::SecurityRule& rule = group.rules[0];
    const bool lacks_protocol = std::string(row.why) == "no protocol";  // merge_patch removes the key
    CHECK(rule.is_usable == (row.is_usable && !lacks_protocol));
    CHECK(group.unread.empty() == rule.is_usable);
    CHECK(printed(rows.tables(), rule.sources) == row.sources);
    CHECK(joined(rule.destination_ports) == row.ports);
  }
}

TEST_CASE("the rule's own words are kept as enums") {
  Rows rows;
  rows.network("networkSecurityGroups/n",
               nsg_rule(R"({"protocol": "udp", "access": "DENY", "direction": "outbound", "priority": 4096})"));
  const model::SecurityRule& rule = rows.tables().network_security_groups.at(0).rules.at(0);
  CHECK(rule.name == "r");
  CHECK(rule.protocol == Protocol::udp);
  CHECK(rule.access == model::Access::deny);
  CHECK(rule.direction == model::Direction::outbound);
  CHECK(rule.priority == 4096);
  CHECK_FALSE(rule.is_default);
}

TEST_CASE("Azure's six default rules are not kept; a default rule that differs is") {
  const auto rule = [](const char* name, const char* direction, int priority, const char* access, const char* from,
                       const char* to) {
    return OrderedJson{{"name", name},
                       {"properties",
                        {{"protocol", "*"},
                         {"sourcePortRange", "*"},
                         {"destinationPortRange", "*"},
                         {"sourceAddressPrefix", from},
                         {"destinationAddressPrefix", to},
                         {"access", access},
                         {"priority", priority},
                         {"direction", direction}}}};
  };
  const OrderedJson defaults =
      OrderedJson::array({rule("AllowVnetInBound", "Inbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
                          rule("AllowAzureLoadBalancerInBound", "Inbound", 65001, "Allow", "AzureLoadBalancer", "*"),
                          rule("DenyAllInBound", "Inbound", 65500, "Deny", "*", "*"),
                          rule("AllowVnetOutBound", "Outbound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
                          rule("AllowInternetOutBound", "Outbound", 65001, "Allow", "*", "Internet"),
                          rule("DenyAllOutBound", "Outbound", 65500, "Deny", "*", "*"),
                          rule("DenyAllInBound", "Inbound", 65500, "Allow", "*", "*")});
  Rows rows;
  rows.network("networkSecurityGroups/n",
               OrderedJson{{"securityRules", OrderedJson::array()}, {"defaultSecurityRules", defaults}}.dump());
  const model::NetworkSecurityGroup& group = rows.tables().network_security_groups.at(0);
  REQUIRE(group.rules.size() == 1);
  CHECK(group.rules[0].is_default);
  CHECK(group.rules[0].access == model::Access::allow);
  CHECK(group.rules[0].position == 6);
}

TEST_CASE("service tags are interned without regard to case, also when there are many") {
  Rows rows;
  const auto source = [&](const std::string& tag) {
    rows.network("networkSecurityGroups/n", nsg_rule(OrderedJson{{"sourceAddressPrefix", tag}}.dump()));
    return rows.tables().network_security_groups.back().rules.at(0).sources[0].index;
  };
  for (int i = 0; i < 200; ++i) CHECK(source("Tag" + std::to_string(i)) == static_cast<std::uint32_t>(i));
  for (int i = 0; i < 200; i += 7) CHECK(source("TAG" + std::to_string(i)) == static_cast<std::uint32_t>(i));
  CHECK(rows.tables().service_tags.size() == 200);
}

TEST_CASE("a NIC gives its addresses, groups and forwarding") {
  Rows rows;
  rows.network("networkInterfaces/n",
               R"({"enableIPForwarding": true, "networkSecurityGroup": {"id": "/subscriptions/s/nsg"},
    "virtualMachine": {"id": "/subscriptions/s/vm"}, "privateEndpoint": {"id": "/subscriptions/s/pe"}, "macAddress": "00", "primary": true,
    "dnsSettings": {"dnsServers": ["AzureProvidedDNS"], "appliedDnsServers": [], "internalDomainNameSuffix": "x"}, "nicType": "Standard",
    "hostedWorkloads": [], "tapConfigurations": [], "ipConfigurations": [
      {"name": "a", "id": "/subscriptions/s/a", "properties": {"primary": true, "privateIPAddress": "10.1.0.4",
        "privateIPAddressVersion": "IPv4", "privateIPAllocationMethod": "Dynamic", "subnet": {"id": "/subscriptions/s/subnet"},
        "publicIPAddress": {"id": "/subscriptions/s/pip"}, "applicationSecurityGroups": [{"id": "/subscriptions/s/asg"}],
        "loadBalancerBackendAddressPools": [{"id": "/subscriptions/s/pool"}]}},
      {"name": "six", "properties": {"privateIPAddress": "fd00::4", "privateIPAddressVersion": "IPv6"}}]})");
  const model::NetworkInterface& nic = rows.tables().network_interfaces.at(0);
  CHECK(unread_of(nic) == "");
  CHECK(nic.ip_forwarding);
  CHECK(rows.spelling(nic.network_security_group) == "/subscriptions/s/nsg");
  CHECK(rows.spelling(nic.virtual_machine) == "/subscriptions/s/vm");
  CHECK(rows.spelling(nic.private_endpoint) == "/subscriptions/s/pe");
  CHECK(nic.dns_servers == std::vector<std::string>{"AzureProvidedDNS"});
  REQUIRE(nic.ip_configurations.size() == 2);
  const model::IpConfiguration& first = nic.ip_configurations[0];
  CHECK(to_string(first.address.value()) == "10.1.0.4");
  CHECK(rows.spelling(first.subnet) == "/subscriptions/s/subnet");
  CHECK(rows.spelling(first.public_ip) == "/subscriptions/s/pip");
  CHECK(rows.spelling(first.application_security_groups[0]) == "/subscriptions/s/asg");
  CHECK(rows.spelling(first.load_balancer_pools[0]) == "/subscriptions/s/pool");
  CHECK_FALSE(first.is_v6);
  CHECK_FALSE(nic.ip_configurations[1].address.has_value());
  CHECK(nic.ip_configurations[1].is_v6);
  CHECK(to_string(nic.ip_configurations[1].address_v6.value()) == "fd00::4");
  CHECK(rows.spelling(nic.ip_configurations[1].id) == network_id("networkInterfaces/n/ipConfigurations/six"));
}

TEST_CASE("a public IP address without a sku is Basic") {
  Rows rows;
  rows.read(
      OrderedJson{{"id", network_id("publicIPAddresses/a")},
                  {"sku", {{"name", "Standard"}, {"tier", "Regional"}}},
                  {"properties", {{"ipAddress", "192.0.2.1"}, {"ipConfiguration", {{"id", "/subscriptions/s/c"}}}}}});
  rows.network("publicIPAddresses/b", "{}");
  CHECK(rows.tables().public_ips.at(0).is_standard);
  CHECK(to_string(rows.tables().public_ips[0].address.value()) == "192.0.2.1");
  CHECK(rows.spelling(rows.tables().public_ips[0].owner) == "/subscriptions/s/c");
  CHECK_FALSE(rows.tables().public_ips.at(1).is_standard);
}

TEST_CASE("a NAT gateway of a whole network names it, and NAT64 is not modelled") {
  Rows rows;
  rows.network(
      "natGateways/a",
      R"({"sourceVirtualNetwork": {"id": "/subscriptions/s/v"}, "nat64": "Disabled", "subnets": [{"id": "/subscriptions/s/x"}]})");
  rows.network("natGateways/b", R"({"nat64": "Enabled", "serviceGateway": {"id": "/subscriptions/s/g"}})");
  CHECK(rows.spelling(rows.tables().nat_gateways.at(0).source_vnet) == "/subscriptions/s/v");
  CHECK(unread_of(rows.tables().nat_gateways[0]) == "");
  CHECK(rows.tables().nat_gateways.at(1).unread.size() == 2);
}

TEST_CASE("public addresses, NAT gateways and load balancers tell their IPv6 apart") {
  Rows rows;
  rows.network("publicIPAddresses/six", R"({"ipAddress": "2001:db8::1", "publicIPAddressVersion": "IPv6"})");
  rows.network("publicIPAddresses/coming", R"({"publicIPAddressVersion": "IPv6"})");
  rows.network("publicIPAddresses/strange", R"({"ipAddress": "192.0.2.1", "publicIPAddressVersion": "IPv8"})");
  rows.network("natGateways/n", R"({"publicIpAddressesV6": [{"id": "/subscriptions/s/p"}], "publicIpPrefixesV6": []})");
  rows.network("natGateways/o", R"({"publicIpAddresses": [{"id": "/subscriptions/s/p"}], "publicIpPrefixesV6": null})");
  rows.network("loadBalancers/l", R"({"outboundRules": [{"name": "o", "properties": {
    "backendAddressPool": {"id": "/subscriptions/s/pool"},
    "frontendIPConfigurations": [{"id": "/subscriptions/s/a"}, {"id": "/subscriptions/s/b"}]}}],
    "frontendIPConfigurations": [{"name": "f", "properties": {"privateIPAddress": "fd00::4"}}]})");
  const auto& addresses = rows.tables().public_ips;
  REQUIRE(addresses.size() == 3);
  CHECK(addresses[0].is_v6);
  CHECK(to_string(addresses[0].address_v6.value()) == "2001:db8::1");
  CHECK(addresses[1].is_v6);
  CHECK_FALSE(addresses[2].is_v6);
  CHECK(unread_of(addresses[2]) == "/properties/publicIPAddressVersion: IPv8");
  CHECK(rows.tables().nat_gateways.at(0).has_v6);
  CHECK_FALSE(rows.tables().nat_gateways.at(1).has_v6);
  const model::LoadBalancer& balancer = rows.tables().load_balancers.at(0);
  CHECK(balancer.has_outbound_rules);
  REQUIRE(balancer.outbound_rules.size() == 1);
  CHECK(rows.spelling(balancer.outbound_rules[0].pool) == "/subscriptions/s/pool");
  CHECK(balancer.outbound_rules[0].frontends.size() == 2);
  CHECK(to_string(balancer.frontends.at(0).address_v6.value()) == "fd00::4");
}

TEST_CASE(
    "gateways: type and subnets, a default site is not modelled, a Route Server is one, a hub of a virtual WAN is "
    "none") {
  Rows rows;
  rows.network("virtualNetworkGateways/g",
               R"({"gatewayType": "ExpressRoute", "sku": {"name": "x"}, "vpnType": "RouteBased", "enableBgp": true,
    "ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": "/subscriptions/s/GatewaySubnet"}}}], "natRules": []})");
  rows.network("virtualNetworkGateways/h",
               R"({"gatewayType": "Teleport", "gatewayDefaultSite": {"id": "/subscriptions/s/site"}})");
  rows.read(OrderedJson{{"id", network_id("virtualHubs/rs")},
                        {"properties", {{"sku", "Standard"}, {"provisioningState", "Succeeded"}}}});
  rows.network(
      "virtualHubs/rs/ipConfigurations/c",
      R"({"subnet": {"id": "/subscriptions/s/RouteServerSubnet"}, "publicIPAddress": {"id": "/subscriptions/s/p"}})");
  rows.network(
      "virtualHubs/wan",
      R"({"sku": "Standard", "virtualWan": {"id": "/subscriptions/s/wan"}, "azureFirewall": {"id": "/subscriptions/s/fw"}})");
  REQUIRE(rows.tables().gateways.size() == 4);
  const model::Gateway& first = rows.tables().gateways[0];
  CHECK(unread_of(first) == "");
  CHECK(first.type.is(model::GatewayType::express_route));
  CHECK(rows.spelling(first.subnets.at(0)) == "/subscriptions/s/GatewaySubnet");
  CHECK(rows.tables().gateways[1].type.is_unreadable());
  CHECK(rows.tables().gateways[1].unread.size() == 2);
  CHECK(rows.tables().gateways[2].is_route_server);
  CHECK(rows.tables().gateways[3].is_route_server);
  CHECK(rows.spelling(rows.tables().gateways[3].subnets.at(0)) == "/subscriptions/s/RouteServerSubnet");
  REQUIRE(rows.tables().virtual_hubs.size() == 1);
  CHECK(rows.spelling(rows.tables().virtual_hubs[0].wan) == "/subscriptions/s/wan");
  CHECK(rows.spelling(rows.tables().virtual_hubs[0].firewall) == "/subscriptions/s/fw");
}

TEST_CASE("a virtual WAN lists its hubs as ids or as objects") {
  Rows rows;
  rows.network("virtualWans/w",
               R"({"virtualHubs": ["/subscriptions/s/a", {"id": "/subscriptions/s/b"}], "type": "Standard",
    "vpnSites": [{"id": "/subscriptions/s/site"}], "provisioningState": "Succeeded"})");
  const model::VirtualWan& wan = rows.tables().virtual_wans.at(0);
  CHECK(unread_of(wan) == "");
  CHECK(wan.hubs == std::vector<model::ResourceId>{rows.id("/subscriptions/s/a"), rows.id("/subscriptions/s/b")});
}

TEST_CASE("a hub of a virtual WAN gives its range, firewall and whether it has gateways; what may route is unread") {
  Rows rows;
  rows.network("virtualHubs/h",
               R"({"virtualWan": {"id": "/subscriptions/s/wan"}, "sku": "Standard", "addressPrefix": "10.9.0.0/23",
    "routingState": "Provisioned", "virtualRouterAsn": 65515, "virtualRouterIps": ["10.9.0.68"], "routeTable": {"routes": []},
    "virtualHubRouteTableV2s": [], "hubRoutingPreference": "ExpressRoute", "vpnGateway": {"id": "/subscriptions/s/vpn"}})");
  rows.network("virtualHubs/old", R"({"virtualWan": {"id": "/subscriptions/s/wan"}, "routingState": "Failed",
    "routeTable": {"routes": [{"addressPrefixes": ["0.0.0.0/0"], "nextHopIpAddress": "10.0.0.4"}]},
    "securityPartnerProvider": {"id": "/subscriptions/s/partner"}})");
  const model::VirtualHub& hub = rows.tables().virtual_hubs.at(0);
  CHECK(unread_of(hub) == "");
  CHECK(to_string(hub.prefix.value()) == "10.9.0.0/23");
  CHECK(hub.has_gateway);
  CHECK(hub.is_settled);
  const model::VirtualHub& old = rows.tables().virtual_hubs.at(1);
  CHECK(old.unread.size() == 2);
  CHECK_FALSE(old.has_gateway);
  CHECK_FALSE(old.is_settled);
}

TEST_CASE("children of a virtual hub: connections, route tables and routing intent name their hub") {
  Rows rows;
  rows.network("virtualHubs/h/hubVirtualNetworkConnections/c",
               R"({"remoteVirtualNetwork": {"id": "/subscriptions/s/vnet"},
    "enableInternetSecurity": true, "allowHubToRemoteVnetTransit": true, "routingConfiguration": {
      "associatedRouteTable": {"id": "/subscriptions/s/t"},
      "propagatedRouteTables": {"labels": ["default"], "ids": [{"id": "/subscriptions/s/t"}]},
      "vnetRoutes": {"staticRoutesConfig": {"propagateStaticRoutes": true, "vnetLocalRouteOverrideCriteria": "Contains"},
        "staticRoutes": [{"name": "r", "addressPrefixes": ["10.8.0.0/16"], "nextHopIpAddress": "10.1.0.9"}]}}})");
  rows.network("virtualHubs/h/hubVirtualNetworkConnections/mapped", R"({"routingConfiguration": {
      "inboundRouteMap": {"id": "/subscriptions/s/map"}}})");
  rows.network("virtualHubs/h/hubRouteTables/t",
               R"({"labels": ["blue"], "associatedConnections": ["/subscriptions/s/c"],
    "routes": [{"name": "r", "destinationType": "CIDR", "destinations": ["10.0.0.0/8"], "nextHopType": "ResourceId",
                "nextHop": "/subscriptions/s/fw"}]})");
  rows.network("virtualHubs/h/hubRouteTables/u",
               R"({"routes": [{"destinationType": "Service", "destinations": ["O365"]}]})");
  rows.network("virtualHubs/h/routingIntent/i", R"({"routingPolicies": [
    {"name": "p", "destinations": ["PrivateTraffic"], "nextHop": "/subscriptions/s/fw"},
    {"name": "q", "destinations": ["Internet"], "nextHop": "/subscriptions/s/fw"},
    {"name": "r", "destinations": ["Elsewhere"]}]})");
  const model::ResourceId hub = rows.id(network_id("virtualHubs/h"));
  const model::HubConnection& connection = rows.tables().hub_connections.at(0);
  CHECK(unread_of(connection) == "");
  CHECK(connection.hub == hub);
  CHECK(rows.spelling(connection.vnet) == "/subscriptions/s/vnet");
  CHECK(connection.internet_security.is(true));
  CHECK(rows.spelling(connection.table) == "/subscriptions/s/t");
  CHECK(connection.names_propagation);
  CHECK(connection.labels == std::vector<std::string>{"default"});
  CHECK(connection.propagates.size() == 1);
  REQUIRE(connection.static_routes.size() == 1);
  CHECK(to_string(connection.static_routes[0]) == "10.8.0.0/16");
  CHECK(rows.tables().hub_connections.at(1).unread.size() == 1);
  CHECK(rows.tables().hub_connections[1].internet_security.is_absent());
  const model::HubRouteTable& table = rows.tables().hub_route_tables.at(0);
  CHECK(unread_of(table) == "");
  CHECK(table.hub == hub);
  REQUIRE(table.routes.size() == 1);
  CHECK(rows.spelling(table.routes[0].next_hop) == "/subscriptions/s/fw");
  CHECK(to_string(table.routes[0].prefixes.at(0)) == "10.0.0.0/8");
  CHECK(rows.tables().hub_route_tables.at(1).unread.size() == 2);
  const model::RoutingIntent& intent = rows.tables().routing_intents.at(0);
  CHECK(intent.hub == hub);
  REQUIRE(intent.policies.size() == 3);
  CHECK(intent.policies[0].is_private);
  CHECK(intent.policies[1].is_internet);
  CHECK(intent.unread.size() == 1);
}

TEST_CASE("a load balancer gives frontends, one rule per pool, port ranges and pool members once") {
  Rows rows;
  rows.read(OrderedJson{
      {"id", network_id("loadBalancers/l")}, {"sku", {{"name", "Standard"}}}, {"properties", OrderedJson::parse(R"({
    "frontendIPConfigurations": [{"name": "f", "id": "/subscriptions/s/f", "properties": {"privateIPAddress": "10.0.0.9",
      "subnet": {"id": "/subscriptions/s/subnet"}, "publicIPAddress": {"id": "/subscriptions/s/pip"}}}],
    "loadBalancingRules": [{"name": "ha", "properties": {"frontendIPConfiguration": {"id": "/subscriptions/s/f"}, "protocol": "All",
      "disableOutboundSnat": true, "frontendPort": 0, "backendAddressPool": {"id": "/subscriptions/s/p1"},
      "backendAddressPools": [{"id": "/subscriptions/s/p1"}, {"id": "/subscriptions/s/p2"}]}}],
    "inboundNatRules": [{"name": "nat", "properties": {"protocol": "Tcp", "frontendPort": 3389, "backendPort": 22, "backendIPConfiguration": {"id": "/subscriptions/s/c"}}}],
    "inboundNatPools": [{"name": "range", "properties": {"protocol": "Udp", "frontendPortRangeStart": 500, "frontendPortRangeEnd": 600}}],
    "outboundRules": [{"name": "o", "properties": {"protocol": "Tcp"}}],
    "backendAddressPools": [{"name": "p1", "id": "/subscriptions/s/p1", "properties": {"backendIPConfigurations": [{"id": "/subscriptions/s/m"}],
      "loadBalancerBackendAddresses": [{"name": "a", "properties": {"networkInterfaceIPConfiguration": {"id": "/subscriptions/s/m"}}},
                                       {"name": "b", "properties": {"ipAddress": "10.0.0.77"}}]}}]})")}});
  const model::LoadBalancer& balancer = rows.tables().load_balancers.at(0);
  CHECK(balancer.is_standard);
  CHECK(balancer.has_outbound_rules);
  CHECK(balancer.outbound_rules.at(0).protocol == Protocol::tcp);
  CHECK(to_string(balancer.frontends.at(0).address.value()) == "10.0.0.9");
  REQUIRE(balancer.rules.size() == 4);
  CHECK(balancer.rules[0].frontend_ports.is_all());
  CHECK(balancer.rules[0].protocol == Protocol::any);
  CHECK(rows.spelling(balancer.rules[0].backend_pool) == "/subscriptions/s/p1");
  CHECK(rows.spelling(balancer.rules[1].backend_pool) == "/subscriptions/s/p2");
  CHECK(balancer.rules[0].backend_port == 0);
  CHECK(balancer.rules[0].is_balancing);
  CHECK(balancer.rules[0].disable_outbound_snat.is(true));
  CHECK_FALSE(balancer.rules[2].is_balancing);
  CHECK(to_string(balancer.rules[2].frontend_ports) == "3389");
  CHECK(balancer.rules[2].backend_port == 22);
  CHECK(rows.spelling(balancer.rules[2].backend_pool) == "/subscriptions/s/c");
  CHECK(to_string(balancer.rules[3].frontend_ports) == "500-600");
  CHECK(balancer.rules[3].protocol == Protocol::udp);
  CHECK(balancer.pool_members.size() == 1);
  CHECK(unread_of(balancer) == "");
  REQUIRE(balancer.address_members.size() == 1);
  CHECK(rows.spelling(balancer.address_members[0].pool) == "/subscriptions/s/p1");
  CHECK(to_string(balancer.address_members[0].address) == "10.0.0.77");
}

TEST_CASE("a firewall gives its addresses, policy and settings of its own") {
  Rows rows;
  rows.network(
      "azureFirewalls/f",
      R"({"sku": {"name": "AZFW_VNet", "tier": "Premium"}, "threatIntelMode": "Deny", "additionalProperties": {},
    "firewallPolicy": {"id": "/subscriptions/s/policy"}, "networkRuleCollections": [], "applicationRuleCollections": [], "natRuleCollections": [],
    "managementIpConfiguration": {"name": "m", "properties": {}},
    "ipConfigurations": [{"name": "a", "properties": {"privateIPAddress": "10.0.0.4", "subnet": {"id": "/subscriptions/s/sn"},
      "publicIPAddress": {"id": "/subscriptions/s/pip"}, "provisioningState": "Succeeded"}}]})");
  rows.network(
      "azureFirewalls/classic",
      R"({"natRuleCollections": [], "networkRuleCollections": [], "applicationRuleCollections": null, "threatIntelMode": "Deny",
        "additionalProperties": {"Network.DNS.EnableProxy": "true", "Network.DNS.Servers": "10.0.0.5, 10.0.0.6",
        "ThreatIntel.Whitelist.FQDNs": "a.example"}})");
  rows.network(
      "azureFirewalls/ranges",
      R"({"additionalProperties": {"Network.SNAT.PrivateRanges": "IANAPrivateRanges , 192.0.2.0/24,198.51.100.7"}})");
  rows.network(
      "azureFirewalls/hub",
      R"({"virtualHub": {"id": "/subscriptions/s/hub"}, "hubIPAddresses": {"privateIPAddress": "10.9.0.4", "publicIPs": {"count": 1}}})");
  const model::AzureFirewall& firewall = rows.tables().firewalls.at(0);
  CHECK(unread_of(firewall) == "");
  CHECK(firewall.tier.is(model::FirewallTier::premium));
  CHECK(rows.spelling(firewall.policy) == "/subscriptions/s/policy");
  CHECK(to_string(firewall.ip_configurations.at(0).address.value()) == "10.0.0.4");
  CHECK(rows.spelling(firewall.ip_configurations[0].subnet) == "/subscriptions/s/sn");
  CHECK(firewall.has_management_nic);
  CHECK(firewall.classic.is_whole);
  CHECK(firewall.classic.empty());
  CHECK_FALSE(firewall.denies_threats);  // that of its policy acts
  const model::AzureFirewall& classic = rows.tables().firewalls.at(1);
  CHECK(unread_of(classic) == "");
  CHECK_FALSE(classic.classic.is_whole);
  CHECK(classic.dns_proxy.is(true));
  CHECK(classic.dns_servers == std::vector<std::string>{"10.0.0.5", "10.0.0.6"});
  CHECK(classic.denies_threats);
  CHECK(unread_of(rows.tables().firewalls.at(2)) == "");
  CHECK(printed(rows.tables().firewalls[2].private_ranges) ==
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 192.0.2.0/24 198.51.100.7/32");
  rows.network("azureFirewalls/odd", R"({"additionalProperties": {"Network.SNAT.PrivateRanges": "10.0.0.0/8, half"}})");
  CHECK(unread_of(rows.tables().firewalls.at(4)) ==
        "/properties/additionalProperties/Network.SNAT.PrivateRanges: 10.0.0.0/8, half");
  CHECK(rows.tables().firewalls[4].private_ranges.size() == 1);
  CHECK(to_string(rows.tables().firewalls.at(3).hub_address.value()) == "10.9.0.4");
  CHECK(rows.spelling(rows.tables().firewalls[3].virtual_hub) == "/subscriptions/s/hub");
}

TEST_CASE("a firewall policy gives its parent, groups, DNS and private ranges; an explicit proxy is not modelled") {
  Rows rows;
  rows.network("firewallPolicies/p",
               R"({"sku": {"tier": "Standard"}, "basePolicy": {"id": "/subscriptions/s/base"}, "size": "0.5MB",
    "ruleCollectionGroups": [{"id": "/subscriptions/s/g"}], "dnsSettings": {"servers": ["10.0.0.9"], "enableProxy": true, "requireProxyForNetworkRules": false},
    "snat": {"privateRanges": ["IANAPrivateRanges", "192.0.2.0/24"]}, "explicitProxy": {"enableExplicitProxy": false}, "intrusionDetection": {"mode": "Deny"}})");
  rows.network(
      "firewallPolicies/q",
      R"({"snat": {"privateRanges": ["0.0.0.0/0"], "autoLearnPrivateRanges": "Enabled"}, "explicitProxy": {"enableExplicitProxy": true}})");
  rows.network("firewallPolicies/r",
               R"({"snat": {"privateRanges": [], "autoLearnPrivateRanges": "Disabled"}, "threatIntelMode": "Deny"})");
  rows.network(
      "firewallPolicies/s",
      R"({"snat": {"privateRanges": ["10.0.0.0/8", "fd00::/8", "10.0.0.1/8"], "autoLearnPrivateRanges": "Perhaps"}})");
  const model::FirewallPolicy& policy = rows.tables().firewall_policies.at(0);
  CHECK(unread_of(policy) == "");
  CHECK(policy.tier.is(model::FirewallTier::standard));
  CHECK(rows.spelling(policy.base_policy) == "/subscriptions/s/base");
  CHECK(rows.spelling(policy.rule_collection_groups.at(0)) == "/subscriptions/s/g");
  CHECK(policy.dns_proxy.is(true));
  CHECK(policy.dns_servers == std::vector<std::string>{"10.0.0.9"});
  CHECK(printed(policy.private_ranges) == "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 100.64.0.0/10 192.0.2.0/24");
  CHECK_FALSE(policy.learns_private_ranges);
  const model::FirewallPolicy& learning = rows.tables().firewall_policies.at(1);
  CHECK(unread_of(learning) == "/properties/explicitProxy/enableExplicitProxy: true: a property that is not modelled");
  CHECK(printed(learning.private_ranges) == "0.0.0.0/0");
  CHECK(learning.learns_private_ranges);
  const model::FirewallPolicy& usual = rows.tables().firewall_policies.at(2);
  CHECK(unread_of(usual) == "");
  CHECK(usual.private_ranges.empty());
  CHECK_FALSE(usual.learns_private_ranges);
  CHECK(rows.tables().firewall_policies.at(3).unread.size() == 3);
}

TEST_CASE("a firewall policy says whether threat intelligence and intrusion detection may drop") {
  struct Row {
    const char* why;
    const char* properties;
    bool denies_threats;
    bool denies_intrusions;
  };
  const Row table[] = {
      {"nothing is said", "{}", false, false},
      {"Alert does not drop", R"({"threatIntelMode": "Alert", "intrusionDetection": {"mode": "Alert"}})", false, false},
      {"Off does not drop", R"({"threatIntelMode": "Off", "intrusionDetection": {"mode": "Off"}})", false, false},
      {"Deny drops", R"({"threatIntelMode": "Deny", "intrusionDetection": {"mode": "deny"}})", true, true},
      {"a word that is not known may drop", R"({"threatIntelMode": "x", "intrusionDetection": {"mode": "x"}})", true,
       true},
      {"a single signature in Deny",
       R"({"intrusionDetection": {"mode": "Alert", "configuration": {"signatureOverrides": [{"id": "1", "mode": "Deny"}, {"id": "2", "mode": "Off"}]}}})",
       false, true},
      {"signatures do not act with detection off",
       R"({"intrusionDetection": {"configuration": {"signatureOverrides": [{"id": "1", "mode": "Deny"}]}, "mode": "Off"}})",
       false, false},
  };
  for (const Row& row : table) {
    CAPTURE(row.why);
    Rows rows;
    rows.network("firewallPolicies/p", row.properties);
    const model::FirewallPolicy& policy = rows.tables().firewall_policies.at(0);
    CHECK(unread_of(policy) == "");
    CHECK(policy.denies_threats == row.denies_threats);
    CHECK(policy.denies_intrusions == row.denies_intrusions);
  }
}

TEST_CASE("firewall rules of the three kinds are read in order") {
  Rows rows;
  rows.network("firewallPolicies/p/ruleCollectionGroups/g", R"({"priority": 200, "size": "1MB", "ruleCollections": [
    {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "net", "priority": 100, "action": {"type": "Deny"}, "rules": [
      {"ruleType": "NetworkRule", "name": "n", "ipProtocols": ["TCP", "UDP"], "sourceAddresses": ["10.1.0.1-10.1.0.2", "*"],
       "destinationAddresses": ["AzureMonitor", "fd00::/8"], "destinationPorts": ["443", "8000-8080"], "sourceIpGroups": ["/subscriptions/s/ipg"],
       "destinationIpGroups": [], "destinationFqdns": ["a.example"]}]},
    {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "app", "priority": 101, "action": {"type": "Allow"}, "rules": [
      {"ruleType": "ApplicationRule", "name": "a", "protocols": [{"protocolType": "Https", "port": 443}], "sourceAddresses": ["10.0.0.0/8"],
       "targetFqdns": ["*.example"], "fqdnTags": ["WindowsUpdate"], "terminateTLS": true}]},
    {"ruleCollectionType": "FirewallPolicyNatRuleCollection", "name": "nat", "priority": 102, "action": {"type": "DNAT"}, "rules": [
      {"ruleType": "NatRule", "name": "d", "ipProtocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["192.0.2.1"],
       "destinationPorts": ["443"], "translatedAddress": "10.0.1.4", "translatedPort": "8443"}]}]})");
  const model::RuleCollectionGroup& group = rows.tables().rule_collection_groups.at(0);
  CHECK(unread_of(group) == "");
  CHECK(group.priority == 200);
  CHECK(rows.spelling(group.policy) == network_id("firewallPolicies/p"));
  REQUIRE(group.collections.size() == 3);
  CHECK(group.collections[0].action == model::Access::deny);
  CHECK_FALSE(group.collections[0].is_nat);
  const model::FirewallRule& network = group.collections[0].rules.at(0);
  CHECK(network.is_usable);
  CHECK(network.protocols == std::vector<Protocol>{Protocol::tcp, Protocol::udp});
  CHECK(printed(rows.tables(), network.sources) == "10.1.0.1/32, 10.1.0.2/32, *");
  CHECK(printed(rows.tables(), network.destinations) == "AzureMonitor, v6");
  CHECK(rows.spelling(network.source_ip_groups.at(0)) == "/subscriptions/s/ipg");
  CHECK(joined(network.destination_ports) == "443, 8000-8080");
  CHECK(network.fqdns == std::vector<std::string>{"a.example"});
  const model::FirewallRule& application = group.collections[1].rules.at(0);
  CHECK(application.kind == model::FirewallRule::Kind::application);
  CHECK(application.protocols == std::vector<Protocol>{Protocol::tcp});
  CHECK(application.fqdns == std::vector<std::string>{"*.example"});
  CHECK(application.has_other_names);
  CHECK(application.terminates_tls);
  CHECK_FALSE(network.has_other_names);
  REQUIRE(application.application_protocols.size() == 1);
  CHECK(application.application_protocols[0] ==
        model::ApplicationProtocol{model::ApplicationProtocol::Kind::https, 443});
  const model::FirewallRule& nat = group.collections[2].rules.at(0);
  CHECK(group.collections[2].is_nat);
  CHECK(nat.kind == model::FirewallRule::Kind::nat);
  CHECK(nat.translated_address == "10.0.1.4");
  CHECK(nat.translated_port == 8443);
}

// source: learn.microsoft.com/azure/templates/microsoft.network/azurefirewalls
TEST_CASE("classic rules of a firewall are of the type that their list says") {
  Rows rows;
  rows.network("azureFirewalls/f", R"({
    "natRuleCollections": [{"name": "n", "id": "/subscriptions/s/n", "properties": {"provisioningState": "Succeeded", "priority": 300,
      "action": {"type": "Dnat"}, "rules": [{"name": "d", "protocols": ["TCP"], "sourceAddresses": ["*"], "sourceIpGroups": [],
      "destinationAddresses": ["192.0.2.1"], "destinationPorts": ["443"], "translatedAddress": "10.0.1.4", "translatedPort": "8443"}]}}],
    "networkRuleCollections": [{"name": "w", "properties": {"priority": 200, "action": {"type": "Deny"}, "rules": [
      {"name": "r", "protocols": ["TCP", "ICMP"], "sourceAddresses": ["10.0.0.0/8"], "sourceIpGroups": ["/subscriptions/s/ipg"],
       "destinationAddresses": ["AzureMonitor"], "destinationIpGroups": [], "destinationFqdns": ["a.example"], "destinationPorts": ["443-444"]}]}}],
    "applicationRuleCollections": [{"name": "a", "properties": {"priority": 100, "action": {"type": "Allow"}, "rules": [
      {"name": "x", "protocols": [{"protocolType": "Https", "port": 443}], "sourceAddresses": ["*"], "targetFqdns": ["*.example"],
       "fqdnTags": []}]}}]})");
  const model::AzureFirewall& firewall = rows.tables().firewalls.at(0);
  CHECK(unread_of(firewall) == "");
  CHECK(firewall.classic.is_whole);
  CHECK_FALSE(firewall.classic.empty());
  const model::RuleCollection& nat = firewall.classic.nat.at(0);
  CHECK(nat.name == "n");
  CHECK(nat.priority == 300);
  CHECK(nat.is_nat);
  CHECK(nat.rules.at(0).kind == model::FirewallRule::Kind::nat);
  CHECK(nat.rules[0].is_usable);
  CHECK(nat.rules[0].protocols == std::vector<Protocol>{Protocol::tcp});
  CHECK(nat.rules[0].translated_address == "10.0.1.4");
  CHECK(nat.rules[0].translated_port == 8443);
  const model::RuleCollection& network = firewall.classic.network.at(0);
  CHECK(network.action == model::Access::deny);
  CHECK(network.rules.at(0).kind == model::FirewallRule::Kind::network);
  CHECK(network.rules[0].protocols == std::vector<Protocol>{Protocol::tcp, Protocol::icmp});
  CHECK(network.rules[0].fqdns == std::vector<std::string>{"a.example"});
  CHECK(rows.spelling(network.rules[0].source_ip_groups.at(0)) == "/subscriptions/s/ipg");
  const model::RuleCollection& application = firewall.classic.application.at(0);
  CHECK(application.rules.at(0).kind == model::FirewallRule::Kind::application);
  CHECK(application.rules[0].is_usable);
  REQUIRE(application.rules[0].application_protocols.size() == 1);
  CHECK(application.rules[0].application_protocols[0].port == 443);
}

TEST_CASE("a classic rule collection that is not whole is recorded, and its rules are not usable or not in order") {
  struct Row {
    const char* why;
    const char* changes;
    bool is_usable;
  };
  const Row table[] = {{"as it should be", "{}", true},
                       {"no action", R"({"properties": {"action": null}})", false},
                       {"the action of another list", R"({"properties": {"action": {"type": "Dnat"}}})", false},
                       {"an action that is not known", R"({"properties": {"action": {"type": "Snat"}}})", false},
                       {"no priority", R"({"properties": {"priority": null}})", true},
                       {"no list of rules", R"({"properties": {"rules": null}})", true},
                       {"a property of the future", R"({"properties": {"phaseOfTheMoon": "full"}})", true},
                       {"no properties", R"({"properties": null})", true},
                       {"a rule with the words of a policy's",
                        R"({"properties": {"rules": [{"name": "r", "ipProtocols": ["TCP"], "sourceAddresses": ["*"],
                          "destinationAddresses": ["*"], "destinationPorts": ["443"]}]}})",
                        false}};
  for (const Row& row : table) {
    CAPTURE(row.why);
    OrderedJson collection =
        OrderedJson::parse(R"({"name": "w", "properties": {"priority": 200, "action": {"type": "Allow"},
      "rules": [{"name": "r", "protocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["*"], "destinationPorts": ["443"]}]}})");
    collection.merge_patch(OrderedJson::parse(row.changes));
    Rows rows;
    rows.network("azureFirewalls/f", OrderedJson{{"networkRuleCollections", OrderedJson::array({collection})}}.dump());
    const model::AzureFirewall& firewall = rows.tables().firewalls.at(0);
    CHECK(firewall.unread.empty() == (std::string(row.why) == "as it should be"));
    REQUIRE(firewall.classic.network.size() == 1);
    for (const model::FirewallRule& rule : firewall.classic.network[0].rules) CHECK(rule.is_usable == row.is_usable);
  }
}

TEST_CASE("a rule collection or group without a priority has no place in the order") {
  for (const char* priority : {"100", "null"}) {
    for (const bool is_group : {true, false}) {
      const std::string with = "\"priority\": " + std::string(priority) + ", ";
      Rows rows;
      rows.network(
          "firewallPolicies/p/ruleCollectionGroups/g",
          "{" + (is_group ? with : "\"priority\": 1, ") +
              R"("ruleCollections": [{"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": "c", )" +
              (is_group ? "\"priority\": 1, " : with) + R"("action": {"type": "Allow"}, "rules": []}]})");
      CHECK(rows.tables().rule_collection_groups.at(0).unread.empty() == (std::string(priority) == "100"));
    }
  }
}

TEST_CASE("a firewall rule is unusable when a part of it is missing or not understood") {
  struct Row {
    const char* why;
    const char* changes;
  };
  const Row table[] = {{"a port of words", R"({"destinationPorts": ["https"]})"},
                       {"a protocol that is not known", R"({"ipProtocols": ["SCTP"]})"},
                       {"host bits", R"({"sourceAddresses": ["10.0.0.1/8"]})"},
                       {"no source", R"({"sourceAddresses": []})"},
                       {"no port", R"({"destinationPorts": null})"},
                       {"a rule type that is not known", R"({"ruleType": "MagicRule"})"},
                       {"a condition of the future", R"({"phaseOfTheMoon": "full"})"}};
  for (const Row& row : table) {
    CAPTURE(row.why);
    OrderedJson rule = OrderedJson::parse(R"({"ruleType": "NetworkRule", "name": "n", "ipProtocols": ["TCP"],
      "sourceAddresses": ["10.0.0.0/8"], "destinationAddresses": ["*"], "destinationPorts": ["443"]})");
    rule.merge_patch(OrderedJson::parse(row.changes));
    const auto group = [&](const OrderedJson& action) {
      return OrderedJson{{"priority", 100},
                         {"ruleCollections",
                          OrderedJson::array({OrderedJson{{"ruleCollectionType", "FirewallPolicyFilterRuleCollection"},
                                                          {"name", "c"},
                                                          {"priority", 1},
                                                          {"action", action},
                                                          {"rules", OrderedJson::array({rule})}}})}}
          .dump();
    };
    Rows rows;
    rows.network("firewallPolicies/p/ruleCollectionGroups/g", group(OrderedJson{{"type", "Allow"}}));
    CHECK_FALSE(rows.tables().rule_collection_groups.at(0).collections.at(0).rules.at(0).is_usable);
    CHECK_FALSE(rows.tables().rule_collection_groups[0].unread.empty());
  }
}

TEST_CASE("an IP group splits ranges into the prefixes that fill them exactly") {
  Rows rows;
  rows.network(
      "ipGroups/g",
      R"({"ipAddresses": ["10.0.0.0/24", "10.0.0.1-10.0.0.9", "0.0.0.0-255.255.255.255", "10.0.0.9-10.0.0.1", "printer"],
    "firewalls": [], "firewallPolicies": []})");
  const model::IpGroup& group = rows.tables().ip_groups.at(0);
  CHECK(
      printed(rows.tables(), group.members) ==
      "10.0.0.0/24, 10.0.0.1/32, 10.0.0.2/31, 10.0.0.4/30, 10.0.0.8/31, 0.0.0.0/0, unread 10.0.0.9-10.0.0.1, printer");
  CHECK(unread_of(group) == "/properties/ipAddresses/3: 10.0.0.9-10.0.0.1");
}

TEST_CASE("what is not modelled taints whatever it names, its parent, and the resource that it extends") {
  Rows rows;
  rows.network(
      "networkManagers/m/scopeConnections/x",
      R"({"resourceId": "/subscriptions/s/vnet", "region": "x", "list": [{"deep": "/SUBSCRIPTIONS/s/other"}, 5, null]})");
  const model::UnmodelledNetworkResource& member = rows.tables().unmodelled_network.at(0);
  CHECK(member.type == "microsoft.network/networkmanagers/scopeconnections");
  std::vector<std::string> touched;
  for (const model::ResourceId id : member.touches) touched.push_back(rows.spelling(id));
  std::sort(touched.begin(), touched.end());
  CHECK(touched ==
        std::vector<std::string>{"/SUBSCRIPTIONS/s/other", network_id("networkManagers/m"), "/subscriptions/s/vnet"});
  rows.read(OrderedJson{
      {"id", network_id("virtualNetworks/v/providers/Microsoft.Network/effectiveSecurityUserRules/default")},
      {"type", "microsoft.network/effectivesecurityuserrules"},
      {"properties", OrderedJson::object()}});
  REQUIRE(rows.tables().unmodelled_network.size() == 2);
  CHECK(rows.spelling(rows.tables().unmodelled_network[1].touches.at(0)) == network_id("virtualNetworks/v"));
  rows.network("routeTables/t/routes/r", R"({"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"})");
  CHECK(rows.spelling(rows.tables().unmodelled_network.at(2).touches.at(0)) == network_id("routeTables/t"));
}

TEST_CASE("a Bastion host names its subnet; the shared one of the Developer sku is not modelled") {
  Rows rows;
  rows.network(
      "bastionHosts/b",
      R"({"dnsName": "x", "scaleUnits": 2, "ipConfigurations": [{"properties": {"subnet": {"id": "/subscriptions/s/sn"}}}]})");
  rows.network("bastionHosts/d", R"({"virtualNetwork": {"id": "/subscriptions/s/v"}})");
  CHECK(rows.spelling(rows.tables().bastion_hosts.at(0).subnet) == "/subscriptions/s/sn");
  CHECK(rows.tables().bastion_hosts[0].unread.empty());
  CHECK_FALSE(rows.tables().bastion_hosts.at(1).unread.empty());
}

TEST_CASE("a security group whose list of rules is missing is unread, one with an empty list is not") {
  for (const auto& [properties, is_unread] : {std::pair(R"({})", true), std::pair(R"({"securityRules": null})", true),
                                              std::pair(R"({"securityRules": []})", false)}) {
    CAPTURE(properties);
    Rows rows;
    rows.network("networkSecurityGroups/g", properties);
    CHECK(rows.tables().network_security_groups.at(0).unread.empty() != is_unread);
  }
}

TEST_CASE("a value of the wrong type in place of any property that decides is recorded, and nothing breaks") {
  struct Row {
    const char* path;
    std::vector<const char*> keys;
  };
  const Row table[] = {
      {"virtualNetworks/v",
       {"addressSpace", "dhcpOptions", "subnets", "virtualNetworkPeerings", "privateEndpointVNetPolicies",
        "provisioningState", "x"}},
      {"virtualNetworks/v/subnets/s",
       {"addressPrefix", "addressPrefixes", "routeTable", "networkSecurityGroup", "natGateway", "serviceEndpoints",
        "delegations", "privateEndpointNetworkPolicies", "defaultOutboundAccess", "ipConfigurations", "x"}},
      {"virtualNetworks/v/virtualNetworkPeerings/p",
       {"remoteVirtualNetwork", "peeringState", "peeringSyncLevel", "allowVirtualNetworkAccess",
        "allowForwardedTraffic", "allowGatewayTransit", "useRemoteGateways", "peerCompleteVnets", "remoteAddressSpace",
        "remoteVirtualNetworkAddressSpace", "localSubnetNames", "remoteSubnetNames", "enableOnlyIPv6Peering", "x"}},
      {"routeTables/t", {"routes", "disableBgpRoutePropagation", "disablePeeringRoute", "x"}},
      {"networkSecurityGroups/n", {"securityRules", "defaultSecurityRules"}},
      {"networkInterfaces/n",
       {"ipConfigurations", "networkSecurityGroup", "enableIPForwarding", "dnsSettings", "privateEndpoint", "x"}},
      {"publicIPAddresses/p", {"ipAddress", "ipConfiguration"}},
      {"natGateways/n", {"sourceVirtualNetwork", "nat64", "x"}},
      {"virtualNetworkGateways/g", {"gatewayType", "ipConfigurations", "x"}},
      {"loadBalancers/l",
       {"frontendIPConfigurations", "loadBalancingRules", "inboundNatRules", "backendAddressPools", "outboundRules"}},
      {"bastionHosts/b", {"ipConfigurations"}},
      {"azureFirewalls/f",
       {"ipConfigurations", "sku", "firewallPolicy", "virtualHub", "hubIPAddresses", "natRuleCollections",
        "networkRuleCollections", "additionalProperties", "x"}},
      {"firewallPolicies/p",
       {"sku", "basePolicy", "ruleCollectionGroups", "dnsSettings", "snat", "explicitProxy", "x"}},
      {"firewallPolicies/p/ruleCollectionGroups/g", {"ruleCollections", "x"}},
      {"ipGroups/g", {"ipAddresses"}},
      {"privateEndpoints/p",
       {"subnet", "networkInterfaces", "privateLinkServiceConnections", "manualPrivateLinkServiceConnections",
        "customDnsConfigs", "ipConfigurations", "ipVersionType", "x"}},
      {"privateEndpoints/p/privateDnsZoneGroups/g", {"privateDnsZoneConfigs"}},
      {"privateDnsZones/z/virtualNetworkLinks/l",
       {"virtualNetwork", "registrationEnabled", "resolutionPolicy", "virtualNetworkLinkState"}},
      {"privateDnsZones/z/A/r", {"aRecords", "records", "ptrRecords"}},
      {"dnsResolvers/r", {"virtualNetwork"}},
      {"dnsResolvers/r/inboundEndpoints/e", {"ipConfigurations"}},
      {"dnsForwardingRulesets/r/forwardingRules/f", {"domainName", "targetDnsServers", "forwardingRuleState"}},
      {"applicationGateways/g",
       {"sku", "gatewayIPConfigurations", "frontendIPConfigurations", "httpListeners", "backendAddressPools",
        "requestRoutingRules", "urlPathMaps", "firewallPolicy", "webApplicationFirewallConfiguration", "listeners"}},
      {"applicationGatewayWebApplicationFirewallPolicies/w", {"policySettings", "managedRules", "customRules"}}};
  for (const Row& row : table) {
    for (const char* key : row.keys) {
      CAPTURE(row.path);
      CAPTURE(key);
      Rows rows;
      CHECK(rows.network(row.path, OrderedJson{{key, 7}}.dump()));
      std::size_t count = 0;
      for_each_entity(rows.tables(), [&](const model::Entity& entity) { count += entity.unread.size(); });
      CHECK(count == 1);
    }
    Rows rows;
    CHECK(rows.network(row.path, "null"));
    CHECK(rows.network(row.path, "[1, 2]"));
    CHECK(rows.network(row.path, "\"text\""));
    std::size_t count = 0;
    for_each_entity(rows.tables(), [&](const model::Entity& entity) { count += entity.unread.size(); });
    CHECK(count == 2);
  }
}

TEST_CASE("a security admin rule is read with its collection; what is not said about its ends means any") {
  // source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins#security-admin-fields
  Rows rows;
  const std::string rule = "networkManagers/m/securityAdminConfigurations/c/ruleCollections/rc/rules/r";
  rows.network(rule + "/snapshots/3", R"({"access": "AlwaysAllow", "priority": 10, "direction": "Outbound",
    "protocol": "Any", "sources": [{"addressPrefixType": "IPPrefix", "addressPrefix": "10.0.0.0/8"},
      {"addressPrefixType": "ServiceTag", "addressPrefix": "Internet"}], "destinationPortRanges": ["22", "80-90"]})");
  rows.network(rule + "/snapshots/4", R"({"access": "Block", "priority": 10, "direction": "Inbound",
    "protocol": "Tcp", "sources": [{"addressPrefixType": "NetworkGroup", "addressPrefix": "/subscriptions/s/g"}]})");
  const model::AdminRule& whole = rows.tables().admin_rules.at(0);
  CHECK(whole.unread.empty());
  CHECK(whole.access == model::AdminAccess::always_allow);
  CHECK(rows.spelling(whole.collection) ==
        network_id("networkManagers/m/securityAdminConfigurations/c/ruleCollections/rc"));
  CHECK(whole.match.name == "r");
  CHECK(whole.match.priority == 10);
  CHECK(whole.match.direction == model::Direction::outbound);
  CHECK(printed(rows.tables(), whole.match.sources) == "10.0.0.0/8, Internet");
  CHECK(printed(rows.tables(), whole.match.destinations) == "*");
  CHECK(whole.match.source_ports.at(0).is_all());
  CHECK(whole.match.destination_ports.size() == 2);
  CHECK(unread_of(rows.tables().admin_rules.at(1)) == "/properties/access: Block");
  CHECK(printed(rows.tables(), rows.tables().admin_rules[1].match.sources) == "unread g");
}

TEST_CASE("what is in force on a network is read in both spellings, and not when something else stands there") {
  // source: learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph
  Rows rows;
  const std::string snapshot = network_id("networkManagers/m/securityAdminConfigurations/c/snapshots/0");
  const auto effective = [&](const std::string& vnet, const std::string& properties) {
    rows.read(OrderedJson{{"id", network_id("virtualNetworks/" + vnet +
                                            "/providers/Microsoft.Network/effectiveSecurityAdminRules/default")},
                          {"type", "microsoft.network/effectivesecurityadminrules"},
                          {"properties", OrderedJson::parse(properties)}});
  };
  effective("a", R"({"EffectiveSecurityAdminConfigurations": [{"Id": ")" + snapshot +
                     R"("}], "ProvisioningState": "Succeeded"})");
  effective("b", R"({"effectiveSecurityAdminConfigurations": [], "provisioningState": "Failed"})");
  effective("c", R"({"effectiveSecurityAdminConfigurations": [{"id": ")" + snapshot + R"(", "except": ["x"]}]})");
  effective("d", R"({})");
  const auto& found = rows.tables().effective_configurations;
  REQUIRE(found.size() == 4);
  CHECK(rows.spelling(found[0].vnet) == network_id("virtualNetworks/a"));
  CHECK(rows.spelling(found[0].configurations.at(0)) == snapshot);
  CHECK(found[0].unread.empty());
  CHECK_FALSE(found[1].is_settled);
  CHECK_FALSE(found[2].unread.empty());
  CHECK_FALSE(found[3].unread.empty());
}

TEST_CASE("goal states, memberships and static members name their parts without snapshots of groups") {
  Rows rows;
  const std::string manager = network_id("networkManagers/m");
  rows.read(
      OrderedJson{{"id", manager + "/securityAdminRegionalGoalStates/we"},
                  {"type", "microsoft.network/networkmanagers/securityadminregionalgoalstates"},
                  {"properties", OrderedJson::parse(R"({"commitId": "1", "commitTimestamp": "2024-05-01T00:00:00Z",
      "securityAdminConfigurations": [{"id": "/subscriptions/s/c"}], "SecurityAdminRules": ["/subscriptions/s/r"],
      "status": "Failed"})")},
                  {"location", "West Europe"}});
  rows.network("networkManagers/m/networkGroups/g/staticMembers/x", R"({"resourceId": "/subscriptions/s/vnet"})");
  rows.read(
      OrderedJson{{"id", network_id("virtualNetworks/v/providers/Microsoft.Network/networkGroupMemberships/default")},
                  {"type", "microsoft.network/networkgroupmemberships"},
                  {"properties", OrderedJson::parse(R"({"GroupMemberships": [{"NetworkGroupId": ")" + manager +
                                                    R"(/networkGroups/g/snapshots/2"}]})")}});
  const model::ManagerDeployment& commit = rows.tables().manager_deployments.at(0);
  CHECK(commit.location == "westeurope");
  CHECK(rows.spelling(commit.manager) == manager);
  CHECK(commit.configurations.size() == 1);
  CHECK(commit.rules.size() == 1);
  CHECK_FALSE(commit.is_settled);
  const auto& members = rows.tables().group_memberships;
  REQUIRE(members.size() == 2);
  CHECK(rows.spelling(members[0].vnet) == "/subscriptions/s/vnet");
  CHECK_FALSE(members[0].lists_all);
  CHECK(members[1].lists_all);
  CHECK(members[0].groups == members[1].groups);
}
