#include "engine/ingest/kinds/front_ends.h"

#include "engine/ingest/kinds/service.h"
#include "engine/model/public_entry.h"

namespace hubproof::ingest {

using model::Service;
using model::ServiceKind;

void add_front_end(const RowHead& head, model::ResourceId subnet, ReadContext& context) {
  if (!subnet.is_set()) return;
  model::UnmodelledNetworkResource front;
  front.id = head.id;
  front.type = std::string(head.type) + std::string(model::kPublicFrontEnd);
  front.touches = {subnet};
  context.snapshot.tables.unmodelled_network.push_back(std::move(front));
}

// Most data services have the switch under this name: one that does not say Disabled is no service to pass over because
// its type is new. source: azure-semantics.md 0 (a type without a model is unknown), 9.1
void read_unknown_kind(const RowHead& head, Cursor properties, ReadContext& context) {
  Service service = start_service(head, ServiceKind::unmodelled);
  const EntityScope scope(context, service);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "publicNetworkAccess")) service.public_network_access = value.word<model::PublicNetworkAccess>();
  });
  const auto& access = service.public_network_access;
  if (access.is_absent() || access.is(model::PublicNetworkAccess::disabled)) return;
  context.snapshot.tables.services.push_back(std::move(service));
}

// source: learn.microsoft.com/azure/azure-sql/managed-instance/public-endpoint-overview (publicDataEndpointEnabled
// opens port 3342 of the instance's subnet)
void read_sql_managed_instance(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ResourceId subnet;
  model::Setting<bool> is_public;
  read_service(head, ServiceKind::unmodelled, properties, context,
               [&](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "publicDataEndpointEnabled")) is_public = value.boolean();
                 if (!is(key, "subnetId")) return;
                 subnet = value.id();
                 service.has_vnet_injection = subnet.is_set();
               });
  if (is_public.value_or_default(false) != false) add_front_end(head, subnet, context);
}

// law:  an App Service Environment is reached from the Internet unless both of its endpoints are internal
// form: it counts only as what is not modelled about its subnet
// source: learn.microsoft.com/azure/app-service/environment/networking;
// azure/templates/microsoft.web/hostingenvironments (internalLoadBalancingMode: None, Web, Publishing, "Web,
// Publishing")
void read_app_service_environment(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Entity environment;
  environment.id = head.id;
  bool is_internal = false;
  model::ResourceId subnet;
  const EntityScope scope(context, environment);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "internalLoadBalancingMode")) {
      const std::string mode = text::lower(value.text().value_or(""));
      is_internal = mode.find("web") != std::string::npos && mode.find("publishing") != std::string::npos;
    } else if (is(key, "virtualNetwork")) {
      subnet = value.reference();
    }
  });
  if (!is_internal) add_front_end(head, subnet, context);
}

}  // namespace hubproof::ingest
