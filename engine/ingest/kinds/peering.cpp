// Microsoft.Network/virtualNetworks/virtualNetworkPeerings, embedded and as rows of their own.
// source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks/virtualnetworkpeerings (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_remote_space(Cursor space, std::vector<Prefix>& prefixes, std::vector<Prefix6>& prefixes_v6) {
  space.object([&](std::string_view key, Cursor value) {
    if (!is(key, "addressPrefixes")) return;
    value.array([&](Cursor element) {
      const std::optional<AnyPrefix> prefix = read_prefix(element);
      if (!prefix) return;
      if (const Prefix* four = std::get_if<Prefix>(&*prefix)) prefixes.push_back(*four);
      if (const Prefix6* six = std::get_if<Prefix6>(&*prefix)) prefixes_v6.push_back(*six);
    });
  });
}

void read_names(Cursor list, std::vector<std::string>& names) {
  list.array([&](Cursor element) { names.emplace_back(element.text().value_or("")); });
}

// The local address spaces repeat the VNet's own; remoteGateways and routeServiceVips name devices of the remote side.
bool is_harmless(std::string_view key) {
  return is_one_of(
      key, {"doNotVerifyRemoteGateways", "localAddressSpace", "localVirtualNetworkAddressSpace", "remoteBgpCommunities",
            "remoteVirtualNetworkEncryption", "remoteGateways", "routeServiceVips", "didReferRemoteAddressSpace"});
}

bool read_peering_flag(std::string_view key, Cursor value, model::Peering& peering) {
  model::Setting<bool>* flag = nullptr;
  if (is(key, "allowVirtualNetworkAccess")) flag = &peering.allow_access;
  if (is(key, "allowForwardedTraffic")) flag = &peering.allow_forwarded;
  if (is(key, "allowGatewayTransit")) flag = &peering.allow_gateway_transit;
  if (is(key, "useRemoteGateways")) flag = &peering.use_remote_gateways;
  if (is(key, "peerCompleteVnets")) flag = &peering.complete_vnets;
  if (is(key, "enableOnlyIPv6Peering")) flag = &peering.only_v6;
  if (flag == nullptr) return false;
  *flag = value.boolean();
  return true;
}

void read_peering_properties(Cursor properties, model::Peering& peering) {
  properties.object([&](std::string_view key, Cursor value) {
    if (read_peering_flag(key, value, peering)) return;
    if (is(key, "remoteVirtualNetwork")) {
      peering.remote = value.reference();
    } else if (is(key, "peeringState")) {
      peering.state = value.word<model::PeeringState>();
    } else if (is(key, "peeringSyncLevel")) {
      peering.sync_level = value.word<model::PeeringSyncLevel>();
    } else if (is(key, "remoteAddressSpace")) {
      read_remote_space(value, peering.remote_address_space, peering.remote_address_space_v6);
    } else if (is(key, "remoteVirtualNetworkAddressSpace")) {
      read_remote_space(value, peering.remote_current_address_space, peering.remote_current_address_space_v6);
    } else if (is(key, "localSubnetNames")) {
      read_names(value, peering.local_subnets);
    } else if (is(key, "remoteSubnetNames")) {
      read_names(value, peering.remote_subnets);
    } else if (!read_common(key, value, peering) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
}

// A peering that names no network cannot be linked to one; that it is there still leaves its own network in doubt.
void keep(model::Peering peering, ReadContext& context) {
  if (peering.remote.is_set()) {
    context.snapshot.tables.peerings.push_back(std::move(peering));
    return;
  }
  model::UnmodelledNetworkResource taint;
  taint.id = peering.id;
  taint.type = "microsoft.network/virtualnetworks/virtualnetworkpeerings";
  taint.unread = std::move(peering.unread);
  taint.touches = {peering.vnet};
  context.snapshot.tables.unmodelled_network.push_back(std::move(taint));
}

}  // namespace

void read_embedded_peering(Cursor child, model::ResourceId vnet, ReadContext& context) {
  model::Peering peering;
  peering.vnet = vnet;
  read_child_entity(child, vnet, "virtualNetworkPeerings", peering, read_peering_properties);
  keep(std::move(peering), context);
}

void read_peering(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Peering peering;
  peering.id = head.id;
  peering.vnet = parent_of(context, head.id);
  const EntityScope scope(context, peering);
  read_peering_properties(properties, peering);
  keep(std::move(peering), context);
}

}  // namespace hubproof::ingest
