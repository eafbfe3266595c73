// Microsoft.Network/publicIPAddresses and natGateways.
// source: learn.microsoft.com/azure/templates/microsoft.network/publicipaddresses and .../natgateways (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {

void read_public_ip(const RowHead& head, Cursor properties, ReadContext& context) {
  model::PublicIp address;
  address.id = head.id;
  // An absent sku is Basic, which is open to inbound: azure-semantics.md 5.
  address.is_standard = text::equals(head.sku_name, "Standard") || text::equals(head.sku_name, "StandardV2");
  const EntityScope scope(context, address);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipAddress")) {
      read_address(value, address.address, address.address_v6);
    } else if (is(key, "publicIPAddressVersion")) {
      address.is_v6 = read_is_v6(value);
    } else if (is(key, "ipConfiguration")) {
      address.owner = value.reference();
    } else {
      read_common(key, value, address);
    }
  });
  address.is_v6 = address.is_v6 || address.address_v6;
  context.snapshot.tables.public_ips.push_back(std::move(address));
}

namespace {

/// NAT64 lets IPv6 clients reach IPv4 hosts, a path that is not modelled; "Disabled" is its off state.
void read_nat64(Cursor value) {
  const std::optional<std::string_view> word = value.text();
  if (word && !word->empty() && !text::equals(*word, "None") && !text::equals(*word, "Disabled")) {
    value.unread(std::string(*word));
  }
}

}  // namespace

void read_nat_gateway(const RowHead& head, Cursor properties, ReadContext& context) {
  model::NatGateway gateway;
  gateway.id = head.id;
  const EntityScope scope(context, gateway);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "sourceVirtualNetwork")) {
      gateway.source_vnet = value.reference();
    } else if (is(key, "subnets")) {
      value.array([&](Cursor element) {
        if (const model::ResourceId id = element.reference(); id.is_set()) gateway.subnets.push_back(id);
      });
    } else if (is_one_of(key, {"publicIpAddressesV6", "publicIpPrefixesV6"})) {
      value.array([&](Cursor) { gateway.has_v6 = true; });
    } else if (is(key, "nat64")) {
      read_nat64(value);
    } else if (!read_common(key, value, gateway) &&
               !is_one_of(key, {"idleTimeoutInMinutes", "publicIpAddresses", "publicIpPrefixes", "extended"})) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.nat_gateways.push_back(std::move(gateway));
}

}  // namespace hubproof::ingest
