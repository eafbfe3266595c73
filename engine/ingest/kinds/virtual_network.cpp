// Microsoft.Network/virtualNetworks. source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks
// (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_address_space(Cursor space, model::VirtualNetwork& vnet) {
  space.object([&](std::string_view key, Cursor value) {
    if (is(key, "addressPrefixes")) {
      value.array([&](Cursor element) {
        const std::optional<AnyPrefix> prefix = read_prefix(element);
        if (!prefix) return;
        if (const Prefix* four = std::get_if<Prefix>(&*prefix)) vnet.address_space.push_back(*four);
        if (const Prefix6* six = std::get_if<Prefix6>(&*prefix)) vnet.address_space_v6.push_back(*six);
      });
    } else if (!is(key, "ipamPoolPrefixAllocations")) {  // where the prefixes came from; they are listed as well
      value.unknown_property();
    }
  });
}

void read_dhcp_options(Cursor options, model::VirtualNetwork& vnet) {
  options.object([&](std::string_view key, Cursor value) {
    if (is(key, "dnsServers")) {
      append_texts(value, vnet.dns_servers);
    } else {
      value.unknown_property();
    }
  });
}

// source: learn.microsoft.com/azure/private-link/increase-private-endpoint-vnet-limits
void read_endpoint_policies(Cursor value, model::VirtualNetwork& vnet) {
  const std::optional<std::string_view> word = value.text();
  if (!word || word->empty() || text::equals(*word, "Disabled")) return;
  vnet.high_scale_private_endpoints = text::equals(*word, "Basic");
  if (!vnet.high_scale_private_endpoints) value.unread(std::string(*word));
}

// None of these changes which packets are forwarded: azure-semantics.md 3.1 on encryption, flow timeout and DDoS;
// BGP communities label routes; the others are read-only references. defaultPublicNatGateway is not among them: it is
// an egress path (azure-semantics.md 5).
bool is_harmless(std::string_view key) {
  return is_one_of(key, {"enableDdosProtection", "ddosProtectionPlan", "enableVmProtection", "flowTimeoutInMinutes",
                         "encryption", "bgpCommunities", "flowLogs", "ipAllocations", "extended"});
}

}  // namespace

void read_virtual_network(const RowHead& head, Cursor properties, ReadContext& context) {
  model::VirtualNetwork vnet;
  vnet.id = head.id;
  vnet.lists_peerings = false;
  vnet.lists_subnets = false;
  vnet.location = std::string(head.location);
  const EntityScope scope(context, vnet);
  bool hides_prefix = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "addressSpace")) {
      read_address_space(value, vnet);
    } else if (is(key, "dhcpOptions")) {
      read_dhcp_options(value, vnet);
    } else if (is(key, "subnets")) {
      vnet.lists_subnets = true;
      if (value.type() == simdjson::ondemand::json_type::null) return value.unread("null in place of a list");
      const std::size_t before = context.snapshot.tables.subnets.size();
      value.array([&](Cursor child) { read_embedded_subnet(child, head.id, context); });
      const auto& subnets = context.snapshot.tables.subnets;
      for (std::size_t i = before; i < subnets.size(); ++i) {
        if (subnets[i].prefixes.empty() && subnets[i].prefixes_v6.empty()) hides_prefix = true;
      }
    } else if (is(key, "virtualNetworkPeerings")) {
      vnet.lists_peerings = value.type() != simdjson::ondemand::json_type::null;
      value.array([&](Cursor child) { read_embedded_peering(child, head.id, context); });
    } else if (is(key, "privateEndpointVNetPolicies")) {
      read_endpoint_policies(value, vnet);
    } else if (!read_common(key, value, vnet) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
  // Every subnet has addresses; one that shows none hides where they are. (A network without subnets has an empty list;
  // a row without the list has its subnets as rows of their own.)
  if (hides_prefix) vnet.unread.push_back({"/properties/subnets", "a subnet without a prefix"});
  context.snapshot.tables.virtual_networks.push_back(std::move(vnet));
}

}  // namespace hubproof::ingest
