// HP-TRN-001..011. Expected values: azure-semantics.md 1.3-1.8 and 2, and the catalogue's statements.
#include <doctest/doctest.h>

#include "tests/unit/check_estate.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

Subnet& subnet(Snapshot& s, std::string_view tail) { return entity(s, s.tables.subnets, tail); }
Subnet& app(Snapshot& s) { return subnet(s, "a/subnets/app"); }
RouteTable& table(Snapshot& s) { return entity(s, s.tables.route_tables, "rt-a"); }
VirtualNetwork& spoke(Snapshot& s) { return entity(s, s.tables.virtual_networks, "virtualNetworks/a"); }

/// The peering object on the side of `vnet`.
Peering& side(Snapshot& s, std::string_view vnet) {
  for (Peering& p : s.tables.peerings) {
    if (s.ids.name(p.vnet) == vnet) return p;
  }
  std::abort();
}

void route(Snapshot& s, std::string_view prefix_or_tag, NextHopType type, std::string_view address = {}) {
  Route& out = table(s).routes.emplace_back();
  out.name = "added";
  if (const auto parsed = parse_any_prefix(prefix_or_tag); parsed.has_value())
    out.prefix = *parsed;
  else
    out.service_tag = prefix_or_tag;
  out.next_hop = type;
  if (!address.empty()) out.next_hop_addresses.push_back(ip(address));
}

void drop_route(Snapshot& s, std::string_view prefix_text) {
  auto& routes = table(s).routes;
  routes.erase(std::remove_if(routes.begin(), routes.end(),
                              [&](const Route& r) { return r.prefix && to_string(*r.prefix) == prefix_text; }),
               routes.end());
}

NetworkInterface& nic(Snapshot& s, std::string_view name, ResourceId in, std::string_view address) {
  NetworkInterface& out = s.tables.network_interfaces.emplace_back();
  out.id = s.ids.intern("/subscriptions/" + std::string(kSpokeSubscription) +
                        "/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/" + std::string(name));
  out.ip_configurations.emplace_back();
  out.ip_configurations.back().subnet = in;
  out.ip_configurations.back().address = ip(address);
  s.resources.push_back({out.id, 0, Support::full, {}});
  return out;
}

ResourceId held(Snapshot& s, std::string_view type_and_name) {
  const ResourceId id = s.ids.intern("/subscriptions/" + std::string(kSpokeSubscription) +
                                     "/resourceGroups/rg/providers/" + std::string(type_and_name));
  s.resources.push_back({id, 0, Support::full, {}});
  return id;
}

Gateway& gateway(Snapshot& s, ResourceId in) {
  Gateway& out = s.tables.gateways.emplace_back();
  out.id = held(s, "Microsoft.Network/virtualNetworkGateways/vgw");
  out.type = GatewayType::express_route;
  out.subnets = {in};
  return out;
}

Subnet& add_subnet(Snapshot& s, VirtualNetwork& vnet, std::string_view name, std::string_view range) {
  Subnet& out = s.tables.subnets.emplace_back();
  out.id = s.ids.intern(std::string(s.ids.spelling(vnet.id)) + "/subnets/" + std::string(name));
  out.vnet = vnet.id;
  out.prefixes.push_back(prefix(range));
  s.resources.push_back({out.id, 0, Support::full, {}});
  return out;
}

VirtualNetwork& hub(Snapshot& s) { return entity(s, s.tables.virtual_networks, "virtualNetworks/hub"); }

void cluster(Snapshot& s, std::string_view pods) {
  Service& out = s.tables.services.emplace_back();
  out.id = held(s, "Microsoft.ContainerService/managedClusters/aks");
  out.kind = ServiceKind::kubernetes_cluster;
  out.type = "microsoft.containerservice/managedclusters";
  if (!pods.empty()) out.pod_prefixes = {prefix(pods)};
}

void unmodelled(Snapshot& s, std::string_view type, ResourceId touches) {
  UnmodelledNetworkResource& out = s.tables.unmodelled_network.emplace_back();
  out.id = held(s, std::string(type) + "/zz");
  out.type = type;
  if (touches.is_set()) out.touches = {touches};
}

Build two_spokes() {
  Build b;
  add_hub(b);
  add_spoke(b);
  b.in_subscription("00000000-0000-0000-0000-0000000000a2");
  b.vnet("b", "10.2.0.0/16").location = "westeurope";
  b.route_table("rt-b");
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"}) b.udr("rt-b", to, "10.0.0.4");
  b.subnet("b", "app", "10.2.0.0/24", {.route_table = "rt-b"});
  b.peer("b", "hub");
  return b;
}

constexpr NextHopType kAppliance = NextHopType::virtual_appliance;

const CheckRow kTables[] = {
    {"HP-TRN-001", "a subnet without a table", [](Snapshot& s) { app(s).route_table = {}; }, "fail"},
    {"HP-TRN-001", "a table that is not in the export is still a table",
     [](Snapshot& s) { remove(s, s.tables.route_tables, "rt-a"); }, "pass"},
    {"HP-TRN-001", "a subnet that holds only private endpoints needs none",
     [](Snapshot& s) { subnet(s, "a/subnets/pe").route_table = {}; }, "pass"},
    {"HP-TRN-001", "private endpoints beside something that the export does not hold: unknown",
     [](Snapshot& s) {
       subnet(s, "a/subnets/pe").route_table = {};
       subnet(s, "a/subnets/pe").attached = {s.ids.intern("/subscriptions/x/nic")};
     },
     "unknown"},
    {"HP-TRN-001", "private endpoints beside a machine",
     [](Snapshot& s) {
       subnet(s, "a/subnets/pe").route_table = {};
       nic(s, "vm", subnet(s, "a/subnets/pe").id, "10.1.1.9");
     },
     "fail"},
    {"HP-TRN-001", "a table reference that is not understood is unknown, not missing",
     [](Snapshot& s) {
       app(s).route_table = {};
       app(s).unread.push_back({"/properties/routeTable", "3"});
     },
     "unknown"},
    {"HP-TRN-002", "a table reference that is not understood is unknown, not missing",
     [](Snapshot& s) {
       app(s).route_table = {};
       app(s).unread.push_back({"/properties/routeTable", "3"});
     },
     "unknown"},
    {"HP-TRN-001", "GatewaySubnet is exempt",
     [](Snapshot& s) { add_subnet(s, spoke(s), "GatewaySubnet", "10.1.9.0/24"); }, "pass"},
    {"HP-TRN-001", "a spoke that the export does not hold is unknown",
     [](Snapshot& s) {
       Peering& p = s.tables.peerings.emplace_back(side(s, "hub"));
       p.id = s.ids.intern(std::string(s.ids.spelling(hub(s).id)) + "/virtualNetworkPeerings/to-c");
       p.remote = s.ids.intern("/subscriptions/c/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/c");
     },
     "unknown"},
    {"HP-TRN-002", "no default route", [](Snapshot& s) { drop_route(s, "0.0.0.0/0"); }, "fail"},
    {"HP-TRN-002", "no table", [](Snapshot& s) { app(s).route_table = {}; }, "fail"},
    {"HP-TRN-002", "the default route to the Internet",
     [](Snapshot& s) { table(s).routes[0].next_hop = NextHopType::internet; }, "fail"},
    {"HP-TRN-002", "an address in the hub that no device has",
     [](Snapshot& s) { table(s).routes[0].next_hop_addresses[0] = ip("10.0.0.5"); }, "fail"},
    {"HP-TRN-002", "the same when the export is known to be partial",
     [](Snapshot& s) {
       table(s).routes[0].next_hop_addresses[0] = ip("10.0.0.5");
       make_partial(s, ArgTable::resources);
     },
     "unknown"},
    {"HP-TRN-002", "an appliance that is not the firewall",
     [](Snapshot& s) {
       nic(s, "nva", app(s).id, "10.1.0.9");
       table(s).routes[0].next_hop_addresses[0] = ip("10.1.0.9");
     },
     "fail"},
    {"HP-TRN-002", "of several addresses one is not the firewall's",
     [](Snapshot& s) {
       table(s).routes[0].next_hop = NextHopType::virtual_appliance_ecmp;
       table(s).routes[0].next_hop_addresses.push_back(ip("10.0.0.5"));
     },
     "fail"},
    {"HP-TRN-002", "the table is not in the export", [](Snapshot& s) { remove(s, s.tables.route_tables, "rt-a"); },
     "unknown"},
    {"HP-TRN-002", "the firewall is not in the export",
     [](Snapshot& s) { remove(s, s.tables.firewalls, "azureFirewalls/fw"); }, "unknown"},
    {"HP-TRN-002", "hasBgpOverride is unknown", [](Snapshot& s) { table(s).routes[0].has_bgp_override = true; },
     "unknown"},
    {"HP-TRN-002", "IPv6 without a route for ::/0",
     [](Snapshot& s) { app(s).prefixes_v6 = {*Prefix6::parse("fd00::/64")}; }, "fail"},
    {"HP-TRN-002", "IPv6 with ::/0 to None",
     [](Snapshot& s) {
       app(s).prefixes_v6 = {*Prefix6::parse("fd00::/64")};
       route(s, "::/0", NextHopType::none);
     },
     "pass"},
    {"HP-TRN-002", "IPv6 with ::/0 to an appliance is unknown",
     [](Snapshot& s) {
       app(s).prefixes_v6 = {*Prefix6::parse("fd00::/64")};
       route(s, "::/0", kAppliance);
       table(s).routes.back().next_hop_is_v6 = true;
     },
     "unknown"},
    {"HP-TRN-002", "a route elsewhere that is not understood says nothing about 0.0.0.0/0",
     [](Snapshot& s) {
       route(s, "198.51.100.0/24", NextHopType::none);
       table(s).routes.back().is_usable = false;
       table(s).unread.push_back({"/properties/routes/3/properties/nextHopType", "Teleport"});
     },
     "pass"},
    {"HP-TRN-003", "a route to the Internet", [](Snapshot& s) { route(s, "198.51.100.0/24", NextHopType::internet); },
     "fail"},
    {"HP-TRN-003", "a route to a gateway",
     [](Snapshot& s) { route(s, "192.168.0.0/16", NextHopType::virtual_network_gateway); }, "fail"},
    {"HP-TRN-003", "a route to None", [](Snapshot& s) { route(s, "198.51.100.0/24", NextHopType::none); }, "pass"},
    {"HP-TRN-003", "a service tag to the Internet",
     [](Snapshot& s) { route(s, "AzureMonitor", NextHopType::internet); }, "fail"},
    {"HP-TRN-003", "the tag ApiManagement on a subnet without the service",
     [](Snapshot& s) { route(s, "ApiManagement", NextHopType::internet); }, "fail"},
    {"HP-TRN-003", "the tag ApiManagement on the service's own subnet",
     [](Snapshot& s) {
       entity(s, s.tables.api_managements, "service/gw").primary.subnet = app(s).id;
       route(s, "ApiManagement", NextHopType::internet);
     },
     "pass"},
    {"HP-TRN-003", "VnetLocal inside the own network",
     [](Snapshot& s) { route(s, "10.1.0.0/24", NextHopType::vnet_local); }, "pass"},
    {"HP-TRN-003", "VnetLocal for another network's range",
     [](Snapshot& s) { route(s, "10.0.2.0/25", NextHopType::vnet_local); }, "fail"},
    {"HP-TRN-003", "a longer route to an address that is not the firewall's",
     [](Snapshot& s) { route(s, "10.9.0.0/16", kAppliance, "10.0.0.5"); }, "fail"},
    {"HP-TRN-003", "a route that is not understood",
     [](Snapshot& s) {
       route(s, "198.51.100.0/24", NextHopType::none);
       table(s).routes.back().is_usable = false;
     },
     "unknown"},
    {"HP-TRN-003", "a node's pod range (kubenet)",
     [](Snapshot& s) {
       cluster(s, "10.244.0.0/16");
       nic(s, "node", app(s).id, "10.1.0.9");
       route(s, "10.244.1.0/24", kAppliance, "10.1.0.9");
     },
     "pass"},
    {"HP-TRN-003", "the same without the cluster's pod range is unknown",
     [](Snapshot& s) {
       cluster(s, "");
       nic(s, "node", app(s).id, "10.1.0.9");
       route(s, "10.244.1.0/24", kAppliance, "10.1.0.9");
     },
     "unknown"},
    {"HP-TRN-003", "a route outside the pod range to an own appliance",
     [](Snapshot& s) {
       cluster(s, "10.244.0.0/16");
       nic(s, "node", app(s).id, "10.1.0.9");
       route(s, "192.168.1.0/24", kAppliance, "10.1.0.9");
     },
     "fail"},
    {"HP-TRN-003", "the table is not in the export", [](Snapshot& s) { remove(s, s.tables.route_tables, "rt-a"); },
     "unknown"},
    {"HP-TRN-004", "propagation on, nothing to learn from",
     [](Snapshot& s) { table(s).disable_bgp_propagation = false; }, "not-applicable"},
    {"HP-TRN-004", "propagation on (absent) beside a remote gateway",
     [](Snapshot& s) {
       table(s).disable_bgp_propagation = {};
       side(s, "a").use_remote_gateways = true;
       gateway(s, add_subnet(s, hub(s), "GatewaySubnet", "10.0.9.0/24").id);
     },
     "fail"},
    {"HP-TRN-004", "propagation off beside a remote gateway",
     [](Snapshot& s) {
       side(s, "a").use_remote_gateways = true;
       gateway(s, add_subnet(s, hub(s), "GatewaySubnet", "10.0.9.0/24").id);
     },
     "pass"},
    {"HP-TRN-004", "propagation on, and whether remote gateways are used is not understood",
     [](Snapshot& s) {
       table(s).disable_bgp_propagation = false;
       side(s, "a").use_remote_gateways = Setting<bool>::unreadable("1");
     },
     "unknown"},
    {"HP-TRN-004", "a flag that is not understood",
     [](Snapshot& s) { table(s).disable_bgp_propagation = Setting<bool>::unreadable("\"no\""); }, "unknown"},
};

const CheckRow kLinks[] = {
    {"HP-TRN-005", "a peering between spokes, one side Connected",
     [](Snapshot& s) {
       Peering& p = s.tables.peerings.emplace_back(side(s, "a"));
       p.id = s.ids.intern(std::string(s.ids.spelling(spoke(s).id)) + "/virtualNetworkPeerings/to-b");
       p.remote = entity(s, s.tables.virtual_networks, "virtualNetworks/b").id;
     },
     "fail"},
    {"HP-TRN-005", "a peering between spokes that was never finished",
     [](Snapshot& s) {
       Peering& p = s.tables.peerings.emplace_back(side(s, "a"));
       p.id = s.ids.intern(std::string(s.ids.spelling(spoke(s).id)) + "/virtualNetworkPeerings/to-b");
       p.remote = entity(s, s.tables.virtual_networks, "virtualNetworks/b").id;
       p.state = PeeringState::initiated;
     },
     "pass"},
    {"HP-TRN-005", "a peering with a network that the export does not hold",
     [](Snapshot& s) {
       Peering& p = s.tables.peerings.emplace_back(side(s, "a"));
       p.id = s.ids.intern(std::string(s.ids.spelling(spoke(s).id)) + "/virtualNetworkPeerings/to-c");
       p.remote = s.ids.intern("/subscriptions/c/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/c");
     },
     "unknown"},
    {"HP-TRN-005", "a network manager may connect spokes",
     [](Snapshot& s) { unmodelled(s, "microsoft.network/networkmanagers", {}); }, "unknown"},
    {"HP-TRN-005", "something unmodelled touches a spoke",
     [](Snapshot& s) { unmodelled(s, "microsoft.network/networkvirtualappliances", spoke(s).id); }, "unknown"},
    {"HP-TRN-008", "a side is Disconnected", [](Snapshot& s) { side(s, "hub").state = PeeringState::disconnected; },
     "fail"},
    {"HP-TRN-008", "a state that is not there is unknown", [](Snapshot& s) { side(s, "a").state = {}; }, "unknown"},
    {"HP-TRN-008", "not in sync", [](Snapshot& s) { side(s, "a").sync_level = PeeringSyncLevel::remote_not_in_sync; },
     "fail"},
    {"HP-TRN-008", "a sync level that is not there is unknown", [](Snapshot& s) { side(s, "a").sync_level = {}; },
     "unknown"},
    {"HP-TRN-008", "forwarded traffic absent counts as false", [](Snapshot& s) { side(s, "a").allow_forwarded = {}; },
     "fail"},
    {"HP-TRN-008", "access absent counts as true", [](Snapshot& s) { side(s, "a").allow_access = {}; }, "pass"},
    {"HP-TRN-008", "access refused", [](Snapshot& s) { side(s, "a").allow_access = false; }, "fail"},
    {"HP-TRN-008", "remote gateways without transit", [](Snapshot& s) { side(s, "a").use_remote_gateways = true; },
     "fail"},
    {"HP-TRN-008", "remote gateways with transit",
     [](Snapshot& s) {
       side(s, "a").use_remote_gateways = true;
       side(s, "hub").allow_gateway_transit = true;
       for (Peering& p : s.tables.peerings) p.allow_gateway_transit = true;
     },
     "pass"},
    {"HP-TRN-008", "one side is missing",
     [](Snapshot& s) {
       const std::string id(s.ids.spelling(side(s, "a").id));
       remove(s, s.tables.peerings, id);
     },
     "fail"},
    {"HP-TRN-011", "a NAT gateway on a subnet",
     [](Snapshot& s) { app(s).nat_gateway = held(s, "Microsoft.Network/natGateways/nat"); }, "fail"},
    {"HP-TRN-011", "a NAT gateway for the network",
     [](Snapshot& s) {
       NatGateway& nat = s.tables.nat_gateways.emplace_back();
       nat.id = held(s, "Microsoft.Network/natGateways/nat");
       nat.source_vnet = spoke(s).id;
     },
     "fail"},
    {"HP-TRN-011", "a service endpoint", [](Snapshot& s) { app(s).service_endpoints = {"Microsoft.Storage"}; }, "fail"},
    {"HP-TRN-011", "what API Management needs",
     [](Snapshot& s) {
       entity(s, s.tables.api_managements, "service/gw").primary.subnet = app(s).id;
       app(s).service_endpoints = {"Microsoft.Storage", "Microsoft.Sql"};
     },
     "pass"},
    {"HP-TRN-011", "what API Management does not need",
     [](Snapshot& s) {
       entity(s, s.tables.api_managements, "service/gw").primary.subnet = app(s).id;
       app(s).service_endpoints = {"Microsoft.CognitiveServices"};
     },
     "fail"},
    {"HP-TRN-011", "a gateway in a spoke",
     [](Snapshot& s) { gateway(s, add_subnet(s, spoke(s), "GatewaySubnet", "10.1.9.0/24").id); }, "fail"},
    {"HP-TRN-011", "a subnet that was not read whole",
     [](Snapshot& s) {
       app(s).unread.push_back({"/properties/natGateway", "3"});
     },
     "unknown"},
    {"HP-TRN-011", "a load balancer with outbound rules and a member in the spoke",
     [](Snapshot& s) {
       const ResourceId member = nic(s, "vm", app(s).id, "10.1.0.9").id;
       LoadBalancer& lb = s.tables.load_balancers.emplace_back();
       lb.id = held(s, "Microsoft.Network/loadBalancers/lb");
       lb.has_outbound_rules = true;
       lb.frontends.emplace_back().public_ip = held(s, "Microsoft.Network/publicIPAddresses/pip");
       const ResourceId config = s.ids.intern(std::string(s.ids.spelling(member)) + "/ipConfigurations/one");
       lb.pool_members.emplace_back(s.ids.intern("/pool"), config);
     },
     "fail"},
};

const CheckRow kHubs[] = {
    {"HP-TRN-006", "the hub's prefix is not routed", [](Snapshot& s) { drop_route(s, "10.0.2.0/24"); }, "fail"},
    {"HP-TRN-006", "a route shorter than the hub's own prefix does not win over the peering",
     [](Snapshot& s) {
       drop_route(s, "10.0.2.0/24");
       drop_route(s, "10.0.3.0/24");
       route(s, "10.0.0.0/8", kAppliance, "10.0.0.4");
     },
     "fail"},
    {"HP-TRN-006", "half of a service subnet is not routed",
     [](Snapshot& s) {
       drop_route(s, "10.0.2.0/24");
       route(s, "10.0.2.0/25", kAppliance, "10.0.0.4");
     },
     "fail"},
    {"HP-TRN-006", "a longer route leads past the firewall",
     [](Snapshot& s) { route(s, "10.0.2.4/32", kAppliance, "10.0.0.9"); }, "fail"},
    {"HP-TRN-006", "the hub's whole range passes with a warning",
     [](Snapshot& s) {
       drop_route(s, "10.0.2.0/24");
       drop_route(s, "10.0.3.0/24");
       route(s, "10.0.0.0/16", kAppliance, "10.0.0.4");
     },
     "pass"},
    {"HP-TRN-006", "disablePeeringRoute alone is unknown",
     [](Snapshot& s) {
       drop_route(s, "10.0.2.0/24");
       table(s).disable_peering_route = true;
     },
     "unknown"},
    {"HP-TRN-006", "a route to a hub subnet that is not understood",
     [](Snapshot& s) {
       route(s, "10.0.2.0/25", NextHopType::none);
       table(s).routes.back().is_usable = false;
     },
     "unknown"},
    {"HP-TRN-006", "a route elsewhere that is not understood",
     [](Snapshot& s) {
       route(s, "198.51.100.0/24", NextHopType::none);
       table(s).routes.back().is_usable = false;
       table(s).unread.push_back({"/properties/routes/3/properties/nextHopType", "Teleport"});
     },
     "pass"},
    {"HP-TRN-006", "the table is not in the export", [](Snapshot& s) { remove(s, s.tables.route_tables, "rt-a"); },
     "unknown"},
    {"HP-TRN-007", "policies off at the hub",
     [](Snapshot& s) { subnet(s, "hub/subnets/pe").private_endpoint_policies = PrivateEndpointPolicies::disabled; },
     "fail"},
    {"HP-TRN-007", "absent counts as Disabled",
     [](Snapshot& s) { subnet(s, "hub/subnets/pe").private_endpoint_policies = {}; }, "fail"},
    {"HP-TRN-007", "policies for security groups alone leave the routes",
     [](Snapshot& s) {
       subnet(s, "hub/subnets/pe").private_endpoint_policies = PrivateEndpointPolicies::network_security_group_enabled;
     },
     "fail"},
    {"HP-TRN-007", "RouteTableEnabled is enough",
     [](Snapshot& s) {
       subnet(s, "hub/subnets/pe").private_endpoint_policies = PrivateEndpointPolicies::route_table_enabled;
     },
     "pass"},
    {"HP-TRN-007", "policies off, but an exact /32 route at every source",
     [](Snapshot& s) {
       subnet(s, "hub/subnets/pe").private_endpoint_policies = PrivateEndpointPolicies::disabled;
       route(s, "10.0.3.4/32", kAppliance, "10.0.0.4");
     },
     "pass"},
    {"HP-TRN-007", "a policy that is not understood",
     [](Snapshot& s) {
       subnet(s, "hub/subnets/pe").private_endpoint_policies = Setting<PrivateEndpointPolicies>::unreadable("Maybe");
     },
     "unknown"},
    {"HP-TRN-007", "a route shorter than the endpoint's network",
     [](Snapshot& s) {
       drop_route(s, "10.0.3.0/24");
       route(s, "10.0.0.0/15", kAppliance, "10.0.0.4");
     },
     "fail"},
    {"HP-TRN-007", "a hub subnet without a route to the spoke's endpoints",
     [](Snapshot& s) { entity(s, s.tables.route_tables, "rt-hub").routes.clear(); }, "fail"},
    {"HP-TRN-007", "a gateway's subnet without a table sees the spoke's endpoints",
     [](Snapshot& s) { gateway(s, add_subnet(s, hub(s), "GatewaySubnet", "10.0.9.0/24").id); }, "fail"},
    {"HP-TRN-007", "GatewaySubnet without a gateway is nobody",
     [](Snapshot& s) { add_subnet(s, hub(s), "GatewaySubnet", "10.0.9.0/24"); }, "pass"},
    {"HP-TRN-007", "the network behind a broken peering sees nothing",
     [](Snapshot& s) {
       entity(s, s.tables.route_tables, "rt-hub").routes.clear();
       for (Peering& p : s.tables.peerings) p.state = PeeringState::disconnected;
     },
     "pass"},
    {"HP-TRN-007", "a hub subnet whose endpoints may be among the rows that are missing",
     [](Snapshot& s) {
       remove(s, s.tables.private_endpoints, "pe-oai");
       remove(s, s.tables.network_interfaces, "pe-oai-nic");
       make_partial(s, ArgTable::resources);
     },
     "unknown"},
    {"HP-TRN-007", "an endpoint whose address is not known",
     [](Snapshot& s) { remove(s, s.tables.network_interfaces, "pe-oai-nic"); }, "unknown"},
};

void check_row(const CheckRow& row, Build build) {
  Snapshot s = build.snapshot();
  row.change(s);
  const Judged judged(std::move(s));
  const check::Result result = judged.run(row.rule);
  CAPTURE(std::string(row.rule));
  CAPTURE(std::string(row.why));
  CAPTURE(messages(judged.estate, result));
  CHECK(verdict(result) == row.expected);
}

}  // namespace

TEST_CASE("transit: tables of spokes") {
  for (const CheckRow& row : kTables) check_row(row, compliant());
}

TEST_CASE("transit: links and exits of spokes") {
  for (const CheckRow& row : kLinks) check_row(row, two_spokes());
}

TEST_CASE("transit: the hub's prefixes and private endpoints") {
  for (const CheckRow& row : kHubs) check_row(row, compliant());
}

TEST_CASE(
    "endpoints of a network on a virtual hub: its routing policy brings what comes over the hub to the firewall") {
  struct Row {
    const char* why;
    std::string private_firewall;
    std::string policies;
    bool has_branches;
    std::string expected;
  };
  const Row rows[] = {
      {"a policy for private traffic, no branches", "fw", "Disabled", false, "pass"},
      {"branches, and endpoints that obey routes", "fw", "RouteTableEnabled", true, "pass"},
      {"branches go around the policy to endpoints that do not", "fw", "Disabled", true, "unknown"},
      {"no policy for private traffic", "", "RouteTableEnabled", false, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b;
    b.virtual_wan("wan");
    b.virtual_hub("hub", "wan", "10.100.0.0/24").has_gateway = row.has_branches;
    b.hub_firewall("fw", "hub", "10.100.0.4");
    b.routing_intent("hub", row.private_firewall, "fw");
    b.vnet("a", "10.1.0.0/16");
    b.subnet("a", "app", "10.1.0.0/24");
    b.subnet("a", "pe", "10.1.1.0/24", {.policies = row.policies});
    b.endpoint("pe-a", "a/pe", "10.1.1.4");
    b.connect("a", "hub");
    b.peer_one_side("a",
                    "/subscriptions/m/resourceGroups/RG_hub_1/providers/Microsoft.Network/virtualNetworks/HV_hub_1",
                    {.remote_gateways = true, .remote_space = "10.100.0.0/24"});
    const Judged judged(b.snapshot());
    const check::Result result = judged.run("HP-TRN-007");
    CAPTURE(messages(judged.estate, result));
    CHECK(verdict(result) == row.expected);
  }
}

TEST_CASE("the subnet of a DNS resolver reaches no private endpoint") {
  for (const bool has_machine : {false, true}) {
    Build b = compliant();
    b.subnet("hub", "dns", "10.0.9.0/28", {.delegations = {"Microsoft.Network/dnsResolvers"}});
    if (has_machine) b.nic("machine", "hub/dns", "10.0.9.5");
    const Judged judged(b.snapshot());
    CHECK(verdict(judged.run("HP-TRN-007")) == (has_machine ? "fail" : "pass"));
  }
}

TEST_CASE("transit: a declared direct destination is an exception and is printed") {
  Snapshot s = compliant().snapshot();
  route(s, "198.51.100.0/24", NextHopType::internet);
  Designations designations;
  designations.direct = {prefix("198.51.100.0/24")};
  const Judged judged(std::move(s), designations);
  const check::Result result = judged.run("HP-TRN-003");
  CHECK(verdict(result) == "pass");
  CHECK(messages(judged.estate, result).find("198.51.100.0/24 is declared") != std::string::npos);
}

TEST_CASE("transit: a route over AzureFirewallSubnet is warned of") {
  Snapshot s = compliant().snapshot();
  route(s, "10.0.0.0/16", kAppliance, "10.0.0.4");
  drop_route(s, "10.0.2.0/24");
  const Judged judged(std::move(s));
  CHECK(messages(judged.estate, judged.run("HP-TRN-006")).find("AzureFirewallSubnet") != std::string::npos);
}
