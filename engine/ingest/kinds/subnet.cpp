// Microsoft.Network/virtualNetworks/subnets, embedded and as rows of their own.
// source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks/subnets (2025-07-01)
#include <algorithm>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

void read_subnet_prefix(Cursor value, model::Subnet& subnet) {
  const std::optional<AnyPrefix> prefix = read_prefix(value);
  if (!prefix) return;
  // addressPrefix repeats the only element of addressPrefixes in some API versions: the union, each once.
  if (const Prefix* four = std::get_if<Prefix>(&*prefix)) {
    if (std::find(subnet.prefixes.begin(), subnet.prefixes.end(), *four) == subnet.prefixes.end()) {
      subnet.prefixes.push_back(*four);
    }
  }
  if (const Prefix6* six = std::get_if<Prefix6>(&*prefix)) {
    if (std::find(subnet.prefixes_v6.begin(), subnet.prefixes_v6.end(), *six) == subnet.prefixes_v6.end()) {
      subnet.prefixes_v6.push_back(*six);
    }
  }
}

void read_service_endpoints(Cursor list, model::Subnet& subnet) {
  list.array([&](Cursor element) {
    const std::size_t before = subnet.service_endpoints.size();
    element.object([&](std::string_view key, Cursor value) {
      if (!is(key, "service")) return;
      const std::optional<std::string_view> service = value.text();
      if (service && !service->empty()) subnet.service_endpoints.emplace_back(*service);
    });
    if (subnet.service_endpoints.size() == before) subnet.service_endpoints.emplace_back("(no service named)");
  });
}

void read_delegations(Cursor list, model::Subnet& subnet) {
  list.array([&](Cursor element) {
    const std::size_t before = subnet.delegations.size();
    read_child(element, [&](std::string_view key, Cursor value) {
      if (!is(key, "serviceName")) return;
      const std::optional<std::string_view> service = value.text();
      if (service && !service->empty()) subnet.delegations.emplace_back(*service);
    });
    if (subnet.delegations.size() == before) subnet.delegations.emplace_back("(no service named)");
  });
}

void read_attached(Cursor list, model::Subnet& subnet) {
  list.array([&](Cursor element) {
    const model::ResourceId configuration = element.reference();
    if (!configuration.is_set()) return;
    model::IdTable& ids = element.context().snapshot.ids;
    const model::ResourceId owner = ids.intern(arm_top_level(ids.spelling(configuration)));
    if (std::find(subnet.attached.begin(), subnet.attached.end(), owner) == subnet.attached.end()) {
      subnet.attached.push_back(owner);
    }
  });
}

// Read-only back references, and settings that say nothing about routes or filters. privateLinkServiceNetworkPolicies
// acts on the source addresses of a private link service, which taints its subnet anyway; serviceEndpointPolicies only
// take away storage accounts from a service endpoint.
bool is_harmless(std::string_view key) {
  return is_one_of(key, {"privateLinkServiceNetworkPolicies", "privateEndpoints", "ipAllocations",
                         "ipamPoolPrefixAllocations", "serviceEndpointPolicies", "purpose", "extended"});
}

/// Lists of what a service put into the subnet. Kept like a delegation: somebody other than private endpoints is there.
bool is_occupant(std::string_view key) {
  return is_one_of(key, {"ipConfigurationProfiles", "applicationGatewayIPConfigurations", "resourceNavigationLinks",
                         "serviceAssociationLinks"});
}

void read_subnet_properties(Cursor properties, model::Subnet& subnet) {
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "addressPrefix")) {
      read_subnet_prefix(value, subnet);
    } else if (is(key, "addressPrefixes")) {
      value.array([&](Cursor element) { read_subnet_prefix(element, subnet); });
    } else if (is(key, "routeTable")) {
      subnet.route_table = value.reference();
    } else if (is(key, "networkSecurityGroup")) {
      subnet.network_security_group = value.reference();
    } else if (is(key, "natGateway")) {
      subnet.nat_gateway = value.reference();
    } else if (is(key, "serviceEndpoints")) {
      read_service_endpoints(value, subnet);
    } else if (is(key, "delegations")) {
      read_delegations(value, subnet);
    } else if (is(key, "privateEndpointNetworkPolicies")) {
      subnet.private_endpoint_policies = value.word<model::PrivateEndpointPolicies>();
    } else if (is(key, "defaultOutboundAccess")) {
      subnet.default_outbound_access = value.boolean();
    } else if (is(key, "ipConfigurations")) {
      read_attached(value, subnet);
    } else if (is_occupant(key)) {
      value.array([&](Cursor) {
        if (std::find(subnet.delegations.begin(), subnet.delegations.end(), key) == subnet.delegations.end()) {
          subnet.delegations.emplace_back(key);
        }
      });
    } else if (!read_common(key, value, subnet) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
}

}  // namespace

void read_embedded_subnet(Cursor child, model::ResourceId vnet, ReadContext& context) {
  model::Subnet subnet;
  subnet.vnet = vnet;
  read_child_entity(child, vnet, "subnets", subnet, read_subnet_properties);
  context.snapshot.tables.subnets.push_back(std::move(subnet));
}

void read_subnet(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Subnet subnet;
  subnet.id = head.id;
  subnet.vnet = parent_of(context, head.id);
  const EntityScope scope(context, subnet);
  read_subnet_properties(properties, subnet);
  context.snapshot.tables.subnets.push_back(std::move(subnet));
}

}  // namespace hubproof::ingest
