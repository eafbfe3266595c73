// Microsoft.ApiManagement/service. source: learn.microsoft.com/azure/templates/microsoft.apimanagement/service
// (2024-05-01)
#include "engine/ingest/kinds/service.h"
#include "engine/model/ingress.h"

namespace hubproof::ingest {
namespace {

using model::ApiManagement;

void read_network(Cursor configuration, ApiManagement::Location& location) {
  configuration.object([&](std::string_view key, Cursor value) {
    if (is(key, "subnetResourceId")) location.subnet = value.id();
  });
}

void read_location(Cursor element, ApiManagement& service) {
  ApiManagement::Location location;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "location")) {
      location.location = std::string(value.text().value_or(""));
    } else if (is(key, "virtualNetworkConfiguration")) {
      read_network(value, location);
    } else if (is(key, "privateIPAddresses")) {
      append_addresses(value, location.private_addresses);
    } else if (is(key, "publicIpAddressId")) {
      location.public_ip = value.id();
    }
  });
  service.additional.push_back(std::move(location));
}

void read_host_names(Cursor list, model::Service& exposure) {
  list.array([&](Cursor element) {
    element.object([&](std::string_view key, Cursor value) {
      if (is(key, "hostName")) add_host(value, exposure);
    });
  });
}

bool read_network_property(std::string_view key, Cursor value, ApiManagement& service) {
  if (is(key, "virtualNetworkType")) {
    service.vnet_type = value.word<model::ApimVnetType>();
  } else if (is(key, "virtualNetworkConfiguration")) {
    read_network(value, service.primary);
  } else if (is(key, "privateIPAddresses")) {
    append_addresses(value, service.primary.private_addresses);
  } else if (is(key, "publicIpAddressId")) {
    service.primary.public_ip = value.id();
  } else if (is(key, "additionalLocations")) {
    value.array([&](Cursor element) { read_location(element, service); });
  } else if (is(key, "platformVersion")) {
    service.platform_version = std::string(value.text().value_or(""));
  } else {
    return false;
  }
  return true;
}

}  // namespace

void read_api_management(const RowHead& head, Cursor properties, ReadContext& context) {
  ApiManagement service;
  service.id = head.id;
  service.sku = std::string(head.sku_name);
  service.primary.location = std::string(head.location);
  model::Service exposure = start_service(head, model::ServiceKind::api_management);
  const EntityScope scope(context, exposure);
  properties.object([&](std::string_view key, Cursor value) {
    if (read_network_property(key, value, service) || read_service_common(key, value, exposure)) return;
    if (is(key, "gatewayUrl")) {
      service.gateway_host = host_of(value.text().value_or(""));
    } else if (is_one_of(key,
                         {"gatewayRegionalUrl", "portalUrl", "developerPortalUrl", "managementApiUrl", "scmUrl"})) {
      add_host(value, exposure);
    } else if (is(key, "hostnameConfigurations")) {
      read_host_names(value, exposure);
    }
  });
  if (!service.gateway_host.empty()) exposure.host_names.insert(exposure.host_names.begin(), service.gateway_host);
  // Whoever looks at one half must see what could not be read in the other.
  service.unread = exposure.unread;
  service.is_settled = exposure.is_settled;
  context.snapshot.tables.api_managements.push_back(std::move(service));
  context.snapshot.tables.services.push_back(std::move(exposure));
}

}  // namespace hubproof::ingest
