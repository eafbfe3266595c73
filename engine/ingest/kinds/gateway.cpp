// Microsoft.Network/virtualNetworkGateways and virtualHubs/ipConfigurations (of Route Servers).
// source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworkgateways and .../virtualhubs (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_gateway_configurations(Cursor list, model::Gateway& gateway) {
  list.array([&](Cursor element) {
    read_child(element, [&](std::string_view key, Cursor value) {
      if (!is(key, "subnet")) return;
      const model::ResourceId subnet = value.reference();
      if (subnet.is_set()) gateway.subnets.push_back(subnet);
    });
  });
}

// What a gateway teaches is taken to be any prefix (azure-semantics.md 7.1), so the settings of its tunnels and
// sessions decide nothing. gatewayDefaultSite (a default route), natRules and the two allow...Traffic switches (further
// networks through the gateway) are not among them.
bool is_harmless(std::string_view key) {
  return is_one_of(key, {"enableBgp",
                         "activeActive",
                         "activeStandby",
                         "activeActiveV2",
                         "active",
                         "bgpSettings",
                         "sku",
                         "vpnType",
                         "vpnGatewayGeneration",
                         "enablePrivateIpAddress",
                         "enableBgpRouteTranslationForNat",
                         "vpnClientConfiguration",
                         "customRoutes",
                         "disableIPSecReplayProtection",
                         "packetCaptureDiagnosticState",
                         "remoteVirtualNetworkPeerings",
                         "inboundDnsForwardingEndpoint",
                         "enableDnsForwarding",
                         "vNetExtendedLocationResourceId",
                         "virtualNetworkGatewayPolicyGroups",
                         "autoScaleConfiguration",
                         "resiliencyModel",
                         "virtualNetworkGatewayMigrationStatus",
                         "enableHighBandwidthVpnGateway",
                         "extended"});
}

}  // namespace

void read_virtual_network_gateway(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Gateway gateway;
  gateway.id = head.id;
  const EntityScope scope(context, gateway);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "gatewayType")) {
      gateway.type = value.word<model::GatewayType>();
    } else if (is(key, "ipConfigurations")) {
      read_gateway_configurations(value, gateway);
    } else if (!read_common(key, value, gateway) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.gateways.push_back(std::move(gateway));
}

/// Only Route Servers have these children; the row stands for the server in its subnet, because the server's own row
/// does not name the subnet.
void read_virtual_hub_ip_configuration(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Gateway server;
  server.id = head.id;
  server.is_route_server = true;
  const EntityScope scope(context, server);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "subnet")) {
      const model::ResourceId subnet = value.reference();
      if (subnet.is_set()) server.subnets.push_back(subnet);
    } else if (!read_common(key, value, server) &&
               !is_one_of(key, {"publicIPAddress", "privateIPAddress", "privateIPAllocationMethod"})) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.gateways.push_back(std::move(server));
}

}  // namespace hubproof::ingest
