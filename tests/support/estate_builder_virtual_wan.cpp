// Virtual WANs of the estate builder.
#include "tests/support/estate_builder.h"
#include "tests/support/estate_builder_parts.h"

namespace hubproof::test {

using model::HubConnection;
using model::HubRouteTable;
using model::RoutingIntent;
using model::VirtualHub;
using model::VirtualWan;

VirtualWan& Build::virtual_wan(std::string_view name) {
  return add(snapshot_.tables.virtual_wans, id("virtualWans", name));
}

VirtualHub& Build::virtual_hub(std::string_view name, std::string_view wan, std::string_view range) {
  const model::ResourceId hub = id("virtualHubs", name);
  get(snapshot_.tables.virtual_wans, id("virtualWans", wan), wan).hubs.push_back(hub);
  hub_table(name, "defaultRouteTable").labels = {"default"};
  VirtualHub& out = add(snapshot_.tables.virtual_hubs, hub);
  out.wan = id("virtualWans", wan);
  out.prefix = prefix(range);
  return out;
}

model::AzureFirewall& Build::hub_firewall(std::string_view name, std::string_view hub, std::string_view address,
                                          std::string_view policy) {
  model::AzureFirewall& out = add(snapshot_.tables.firewalls, id("azureFirewalls", name));
  out.policy = id("firewallPolicies", policy);
  out.virtual_hub = id("virtualHubs", hub);
  out.hub_address = ip(address);
  get(snapshot_.tables.virtual_hubs, out.virtual_hub, hub).firewall = out.id;
  return out;
}

model::ResourceId Build::hub_table_id(std::string_view hub_slash_table) {
  if (hub_slash_table.empty()) return {};
  const std::size_t slash = hub_slash_table.find('/');
  const std::string_view hub = snapshot_.ids.spelling(id("virtualHubs", hub_slash_table.substr(0, slash)));
  return snapshot_.ids.intern(fmt::format("{}/hubRouteTables/{}", hub, hub_slash_table.substr(slash + 1)));
}

HubConnection& Build::connect(std::string_view vnet, std::string_view hub, const ConnectionOptions& options) {
  const model::ResourceId parent = id("virtualHubs", hub);
  const std::string text = fmt::format("{}/hubVirtualNetworkConnections/to-{}", snapshot_.ids.spelling(parent), vnet);
  HubConnection& out = add(snapshot_.tables.hub_connections, snapshot_.ids.intern(text));
  out.hub = parent;
  out.vnet = vnet_id(vnet);
  out.internet_security = options.internet_security;
  out.table = hub_table_id(options.table);
  out.labels = options.labels;
  for (const std::string& table : options.propagates) out.propagates.push_back(hub_table_id(table));
  out.names_propagation = !options.labels.empty() || !options.propagates.empty();
  for (const std::string& part : split(options.static_routes)) out.static_routes.push_back(prefix(part));
  return out;
}

HubRouteTable& Build::hub_table(std::string_view hub, std::string_view name) {
  HubRouteTable& out = add(snapshot_.tables.hub_route_tables, hub_table_id(fmt::format("{}/{}", hub, name)));
  out.hub = id("virtualHubs", hub);
  return out;
}

void Build::hub_route(std::string_view table, std::string_view name, std::string_view prefixes,
                      std::string_view next_hop) {
  auto& routes = get(snapshot_.tables.hub_route_tables, hub_table_id(table), table).routes;
  HubRouteTable::Route& out = routes.emplace_back();
  out.index = static_cast<std::uint32_t>(routes.size() - 1);
  out.name = std::string(name);
  out.next_hop = id("azureFirewalls", next_hop);
  for (const std::string& part : split(prefixes)) out.prefixes.push_back(prefix(part));
}

RoutingIntent& Build::routing_intent(std::string_view hub, std::string_view private_firewall,
                                     std::string_view internet_firewall) {
  const model::ResourceId parent = id("virtualHubs", hub);
  const model::ResourceId own =
      snapshot_.ids.intern(fmt::format("{}/routingIntent/hubRoutingIntent", snapshot_.ids.spelling(parent)));
  RoutingIntent& out = add(snapshot_.tables.routing_intents, own);
  out.hub = parent;
  if (!private_firewall.empty()) out.policies.push_back({true, false, id("azureFirewalls", private_firewall)});
  if (!internet_firewall.empty()) out.policies.push_back({false, true, id("azureFirewalls", internet_firewall)});
  return out;
}

}  // namespace hubproof::test
