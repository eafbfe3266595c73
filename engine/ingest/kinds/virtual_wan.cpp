// Microsoft.Network/virtualWans, virtualHubs (Route Servers are of the same type) and their children
// hubVirtualNetworkConnections, hubRouteTables, routingIntent, which only the REST API lists.
// source: learn.microsoft.com/azure/templates/microsoft.network/virtualhubs and its children (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

/// The IPv4 prefix of a text; anything else that stands there is recorded.
void append_prefix(Cursor value, std::vector<Prefix>& out) {
  const std::optional<AnyPrefix> any = read_prefix(value);
  if (!any) return;
  if (const Prefix* prefix = std::get_if<Prefix>(&*any))
    out.push_back(*prefix);
  else
    value.unread("an IPv6 prefix");
}

void append_prefixes(Cursor list, std::vector<Prefix>& out) {
  list.array([&](Cursor element) { append_prefix(element, out); });
}

/// How many hosts and sessions a hub has, and which of several learned routes it prefers, decides nothing here: what a
/// branch teaches is any prefix (azure-semantics.md 7.1).
bool is_harmless(std::string_view key) {
  return is_one_of(key,
                   {"virtualRouterAsn", "virtualRouterIps", "allowBranchToBranchTraffic", "preferredRoutingGateway",
                    "hubRoutingPreference", "virtualRouterAutoScaleConfiguration", "ipConfigurations"});
}

// The table of the first version of hubs: {"routes": [...]}.
void read_legacy_table(Cursor table) {
  table.object([](std::string_view, Cursor value) { value.unknown_property(); });
}

void read_hub_property(std::string_view key, Cursor value, model::VirtualHub& hub) {
  if (is(key, "azureFirewall")) {
    hub.firewall = value.reference();
  } else if (is_one_of(key, {"vpnGateway", "p2SVpnGateway", "expressRouteGateway"})) {
    hub.has_gateway = value.reference().is_set() || hub.has_gateway;
  } else if (is(key, "addressPrefix")) {
    std::vector<Prefix> prefixes;
    append_prefix(value, prefixes);
    if (!prefixes.empty()) hub.prefix = prefixes.front();
  } else if (is(key, "routingState")) {
    if (!text::equals(value.text().value_or("Provisioned"), "Provisioned")) hub.is_settled = false;
  } else if (is(key, "routeTable")) {
    read_legacy_table(value);
  } else if (!is_harmless(key)) {
    value.unknown_property();
  }
}

void read_propagation(Cursor tables, model::HubConnection& connection) {
  tables.object([&](std::string_view key, Cursor value) {
    connection.names_propagation = true;
    if (is(key, "ids")) {
      append_references(value, connection.propagates);
    } else if (is(key, "labels")) {
      append_texts(value, connection.labels);
    } else {
      value.unknown_property();
    }
  });
}

void read_static_route(Cursor route, model::HubConnection& connection) {
  route.object([&](std::string_view key, Cursor value) {
    if (is(key, "addressPrefixes")) {
      append_prefixes(value, connection.static_routes);
    } else if (!is_one_of(key, {"name", "nextHopIpAddress"})) {
      value.unknown_property();
    }
  });
}

// staticRoutesConfig says whether static routes go on to others and how they rank: both are left open, wherever there
// is a static route at all.
void read_vnet_routes(Cursor routes, model::HubConnection& connection) {
  routes.object([&](std::string_view key, Cursor value) {
    if (is(key, "staticRoutes")) {
      value.array([&](Cursor route) { read_static_route(route, connection); });
    } else if (!is(key, "staticRoutesConfig")) {
      value.unknown_property();
    }
  });
}

void read_routing(Cursor routing, model::HubConnection& connection) {
  routing.object([&](std::string_view key, Cursor value) {
    if (is(key, "associatedRouteTable")) {
      connection.table = value.reference();
    } else if (is(key, "propagatedRouteTables")) {
      read_propagation(value, connection);
    } else if (is(key, "vnetRoutes")) {
      read_vnet_routes(value, connection);
    } else {
      value.unknown_property();  // route maps
    }
  });
}

void read_hub_route(Cursor element, model::HubRouteTable& table, std::uint32_t index) {
  model::HubRouteTable::Route route;
  route.index = index;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "name")) {
      route.name = std::string(value.text().value_or(""));
    } else if (is(key, "destinations")) {
      append_prefixes(value, route.prefixes);
    } else if (is(key, "nextHop")) {
      route.next_hop = value.id();
    } else if (is(key, "destinationType")) {
      if (!text::equals(value.text().value_or("CIDR"), "CIDR")) value.unread("not CIDR");
    } else if (is(key, "nextHopType")) {
      if (!text::equals(value.text().value_or("ResourceId"), "ResourceId")) value.unread("not ResourceId");
    } else {
      value.unknown_property();
    }
  });
  table.routes.push_back(std::move(route));
}

void read_policy(Cursor element, model::RoutingIntent& intent) {
  model::RoutingIntent::Policy policy;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "destinations")) {
      value.array([&](Cursor destination) {
        const std::string_view word = destination.text().value_or("");
        if (text::equals(word, "PrivateTraffic"))
          policy.is_private = true;
        else if (text::equals(word, "Internet"))
          policy.is_internet = true;
        else
          destination.unread(text::printable(word.substr(0, 80)));
      });
    } else if (is(key, "nextHop")) {
      policy.next_hop = value.id();
    } else if (!is(key, "name")) {
      value.unknown_property();
    }
  });
  intent.policies.push_back(policy);
}

/// The texts that stand in the way of a Route Server are no concern of it: only what every resource has is kept.
model::Gateway route_server_of(const model::VirtualHub& hub) {
  model::Gateway server;  // its subnet is stated by the child of type ipConfigurations only
  server.id = hub.id;
  server.is_settled = hub.is_settled;
  server.is_route_server = true;
  return server;
}

}  // namespace

void read_virtual_wan(const RowHead& head, Cursor properties, ReadContext& context) {
  model::VirtualWan wan;
  wan.id = head.id;
  const EntityScope scope(context, wan);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "virtualHubs")) {
      // Resource Graph prints objects with an id, the provider's examples bare ids.
      value.array([&](Cursor element) {
        const bool is_text = element.type() == simdjson::ondemand::json_type::string;
        const model::ResourceId hub = is_text ? element.id() : element.reference();
        if (hub.is_set()) wan.hubs.push_back(hub);
      });
    } else if (!read_common(key, value, wan) &&
               !is_one_of(
                   key, {"vpnSites", "type", "disableVpnEncryption", "allowBranchToBranchTraffic",
                         "allowVnetToVnetTraffic", "office365LocalBreakoutCategory", "virtualWANSecurityProviders"})) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.virtual_wans.push_back(std::move(wan));
}

// A Route Server is a virtual hub of sku Standard without a virtual WAN: azure-semantics.md 7.2.
void read_virtual_hub(const RowHead& head, Cursor properties, ReadContext& context) {
  model::VirtualHub hub;
  hub.id = head.id;
  bool is_standard = false;
  const EntityScope scope(context, hub);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "virtualWan")) {
      hub.wan = value.reference();
    } else if (is(key, "sku")) {
      is_standard = text::equals(value.text().value_or(""), "Standard");
    } else if (!read_common(key, value, hub)) {
      read_hub_property(key, value, hub);
    }
  });
  const bool is_route_server = text::equals(head.kind, "RouteServer") || (is_standard && !hub.wan.is_set());
  if (is_route_server)
    context.snapshot.tables.gateways.push_back(route_server_of(hub));
  else
    context.snapshot.tables.virtual_hubs.push_back(std::move(hub));
}

void read_hub_connection(const RowHead& head, Cursor properties, ReadContext& context) {
  model::HubConnection connection;
  connection.id = head.id;
  connection.hub = parent_of(context, head.id);
  const EntityScope scope(context, connection);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "remoteVirtualNetwork")) {
      connection.vnet = value.reference();
    } else if (is(key, "enableInternetSecurity")) {
      connection.internet_security = value.boolean();
    } else if (is(key, "routingConfiguration")) {
      read_routing(value, connection);
    } else if (!read_common(key, value, connection) &&
               // Deprecated, without effect. source:
               // learn.microsoft.com/rest/api/virtualwan/hub-virtual-network-connections
               !is_one_of(key, {"allowHubToRemoteVnetTransit", "allowRemoteVnetToUseHubVnetGateways"})) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.hub_connections.push_back(std::move(connection));
}

void read_hub_route_table(const RowHead& head, Cursor properties, ReadContext& context) {
  model::HubRouteTable table;
  table.id = head.id;
  table.hub = parent_of(context, head.id);
  const EntityScope scope(context, table);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "routes")) {
      std::uint32_t index = 0;
      value.array([&](Cursor route) { read_hub_route(route, table, index++); });
    } else if (is(key, "labels")) {
      append_texts(value, table.labels);
    } else if (!read_common(key, value, table) &&
               !is_one_of(key, {"associatedConnections", "propagatingConnections"})) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.hub_route_tables.push_back(std::move(table));
}

void read_routing_intent(const RowHead& head, Cursor properties, ReadContext& context) {
  model::RoutingIntent intent;
  intent.id = head.id;
  intent.hub = parent_of(context, head.id);
  const EntityScope scope(context, intent);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "routingPolicies")) {
      value.array([&](Cursor policy) { read_policy(policy, intent); });
    } else if (!read_common(key, value, intent)) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.routing_intents.push_back(std::move(intent));
}

}  // namespace hubproof::ingest
