// Microsoft.Network/privateEndpoints and their privateDnsZoneGroups.
// source: learn.microsoft.com/azure/templates/microsoft.network/privateendpoints (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

using model::PrivateEndpoint;

void read_connection(Cursor element, bool is_manual, PrivateEndpoint& endpoint) {
  PrivateEndpoint::Connection connection;
  connection.is_manual = is_manual;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "privateLinkServiceId")) {
      connection.target = value.id();
    } else if (is(key, "groupIds")) {
      append_texts(value, connection.group_ids);
    } else if (is(key, "privateLinkServiceConnectionState")) {
      value.object([&](std::string_view inner, Cursor field) {
        if (is(inner, "status")) connection.status = field.word<model::ConnectionStatus>();
      });
    } else if (!is_one_of(key, {"provisioningState", "requestMessage"})) {
      value.unknown_property();
    }
  });
  endpoint.connections.push_back(std::move(connection));
}

void read_dns_config(Cursor element, PrivateEndpoint& endpoint) {
  PrivateEndpoint::DnsConfig config;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "fqdn")) {
      config.fqdn = lower_text(value);
    } else if (is(key, "ipAddresses")) {
      append_addresses(value, config.addresses);
    }
  });
  endpoint.custom_dns_configs.push_back(std::move(config));
}

void read_static_address(Cursor element, PrivateEndpoint& endpoint) {
  read_child(element, [&](std::string_view key, Cursor value) {
    if (!is(key, "privateIPAddress")) return;
    if (const std::optional<Ipv4> address = read_address(value)) endpoint.addresses.push_back(*address);
  });
}

/// A private endpoint with IPv6 is not modelled (azure-semantics.md 1.8).
void read_ip_version(Cursor value) {
  const std::optional<std::string_view> word = value.text();
  if (word && !word->empty() && !text::equals(*word, "IPv4")) value.unread(std::string(*word));
}

}  // namespace

void read_private_endpoint(const RowHead& head, Cursor properties, ReadContext& context) {
  PrivateEndpoint endpoint;
  endpoint.id = head.id;
  bool lists_connections = properties.type() != simdjson::ondemand::json_type::object;
  const EntityScope scope(context, endpoint);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "subnet")) {
      endpoint.subnet = value.reference();
    } else if (is(key, "networkInterfaces")) {
      append_references(value, endpoint.network_interfaces);
    } else if (is(key, "privateLinkServiceConnections")) {
      lists_connections = true;
      value.array([&](Cursor element) { read_connection(element, false, endpoint); });
    } else if (is(key, "manualPrivateLinkServiceConnections")) {
      lists_connections = true;
      value.array([&](Cursor element) { read_connection(element, true, endpoint); });
    } else if (is(key, "customDnsConfigs")) {
      value.array([&](Cursor element) { read_dns_config(element, endpoint); });
    } else if (is(key, "ipConfigurations")) {
      value.array([&](Cursor element) { read_static_address(element, endpoint); });
    } else if (is(key, "ipVersionType")) {
      read_ip_version(value);
    } else if (!read_common(key, value, endpoint) && !is_one_of(key, {"customNetworkInterfaceName", "extended"})) {
      value.unknown_property();  // applicationSecurityGroups among them: rules by group would match the endpoint
    }
  });
  if (!lists_connections && endpoint.unread.empty())
    endpoint.unread.push_back({"/properties/privateLinkServiceConnections", "absent"});
  context.snapshot.tables.private_endpoints.push_back(std::move(endpoint));
}

void read_dns_zone_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::DnsZoneGroup group;
  group.id = head.id;
  group.private_endpoint = parent_of(context, head.id);
  const EntityScope scope(context, group);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "privateDnsZoneConfigs")) {
      value.array([&](Cursor element) {
        read_child(element, [&](std::string_view inner, Cursor field) {
          if (!is(inner, "privateDnsZoneId")) return;
          const model::ResourceId zone = field.id();
          if (zone.is_set()) group.zones.push_back(zone);
        });
      });
    } else {
      read_common(key, value, group);
    }
  });
  context.snapshot.tables.dns_zone_groups.push_back(std::move(group));
}

}  // namespace hubproof::ingest
