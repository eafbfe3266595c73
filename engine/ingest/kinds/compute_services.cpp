// Where tenants run code: App Service, Container Apps, AKS; and the monitoring workspaces.
// source: azure-semantics.md 6.4 and 9.3
#include <algorithm>

#include "engine/ingest/kinds/front_ends.h"
#include "engine/ingest/kinds/service.h"

namespace hubproof::ingest {

using model::Service;
using model::ServiceKind;

// siteConfig is null in Resource Graph and partial elsewhere; the access restrictions are rows of type sites/config
// (site_config.cpp), without which a site that is not Disabled stays undecided.
void read_web_site(const RowHead& head, Cursor properties, ReadContext& context) {
  const bool is_slot = text::ends_with(head.type, "/slots");
  const model::ResourceId site = is_slot ? parent_of(context, head.id) : model::ResourceId();
  read_service(head, ServiceKind::web_site, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is_one_of(key, {"defaultHostName", "hostNames", "enabledHostNames"})) {
                   add_hosts(value, service);
                 } else if (is(key, "hostingEnvironmentProfile")) {
                   service.has_vnet_injection = value.reference().is_set();
                 }
               });
  context.snapshot.tables.services.back().parent = site;
}

// An environment that is not internal has a public load balancer before the apps in its subnet.
// source: learn.microsoft.com/azure/container-apps/networking (accessibility level)
void read_container_environment(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ResourceId subnet;
  read_service(head, ServiceKind::container_environment, properties, context,
               [&](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "defaultDomain")) return add_host(value, service);
                 if (!is(key, "vnetConfiguration")) return;
                 value.object([&](std::string_view inner, Cursor field) {
                   if (is(inner, "internal")) service.internal = field.boolean();
                   if (is(inner, "infrastructureSubnetId")) subnet = field.id();
                 });
                 service.has_vnet_injection = subnet.is_set();
               });
  const Service& service = context.snapshot.tables.services.back();
  const bool is_closed =
      service.internal.is(true) || service.public_network_access.is(model::PublicNetworkAccess::disabled);
  if (!is_closed) add_front_end(head, subnet, context);
}

namespace {

/// Allow rules admit only what they name, Deny rules everything else; Azure takes one sort at a time. What a Deny rule
/// keeps out is not kept: the app counts as more open than it is.
/// source: learn.microsoft.com/azure/container-apps/ip-restrictions
void read_restriction(Cursor element, Service& service) {
  const std::size_t before = element.context().entity->unread.size();
  std::string_view range;
  model::Setting<model::Access> action;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipAddressRange")) range = text::trim(value.text().value_or(""));
    if (is(key, "action")) action = value.word<model::Access>();
  });
  // Whom such an entry admits is a question: without it the list would only seem shorter.
  const bool is_recorded = element.context().entity->unread.size() != before;
  if (!is_recorded && !action.is_known()) element.unread("an ip restriction without an action");
  const bool allows = !action.is(model::Access::deny);
  if (!is_recorded && action.is_known() && allows && range.empty())
    element.unread("an ip restriction without an address");
  service.has_network_acls = true;
  if (!service.default_action.is(model::Access::allow)) {
    service.default_action = allows ? model::Access::deny : model::Access::allow;
  }
  if (allows) add_ip_rule(range, element, service);
}

void read_port_mappings(Cursor list, bool& is_external) {
  list.array([&](Cursor element) {
    element.object([&](std::string_view key, Cursor value) {
      if (is(key, "external") && value.boolean().is(true)) is_external = true;
    });
  });
}

void read_ingress(Cursor ingress, Service& service) {
  bool is_any_port_external = false;
  ingress.object([&](std::string_view key, Cursor value) {
    if (is(key, "external")) {
      const model::Setting<bool> external = value.boolean();
      service.internal = external.is_known() ? model::Setting<bool>(!external.value()) : external;
    } else if (is(key, "additionalPortMappings")) {
      read_port_mappings(value, is_any_port_external);
    } else if (is(key, "ipSecurityRestrictions")) {
      value.array([&](Cursor element) { read_restriction(element, service); });
    } else if (is(key, "fqdn")) {
      add_host(value, service);
    }
  });
  if (is_any_port_external) service.internal = false;
}

void read_app_configuration(Cursor configuration, Service& service) {
  bool has_ingress = false;
  configuration.object([&](std::string_view key, Cursor value) {
    if (!is(key, "ingress") || value.type() == simdjson::ondemand::json_type::null) return;
    has_ingress = true;
    read_ingress(value, service);
  });
  if (!has_ingress) service.internal = true;  // no ingress: nothing to connect to
}

}  // namespace

void read_container_app(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::container_app, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is_one_of(key, {"managedEnvironmentId", "environmentId"})) {
                   const model::ResourceId environment = value.id();
                   if (environment.is_set()) service.parent = environment;
                 } else if (is(key, "configuration")) {
                   if (value.type() != simdjson::ondemand::json_type::null) read_app_configuration(value, service);
                 }
               });
}

namespace {

/// A pool without a subnet stands in the cluster's own network.
model::MachinePool::Interface read_node_pool_property(std::string_view key, Cursor value,
                                                      model::MachinePool::Interface nodes) {
  if (is(key, "enableNodePublicIP")) {
    nodes.has_public_address = value.boolean().value_or_default(false).value_or(true);
  } else if (is(key, "vnetSubnetID")) {
    nodes.subnet = value.id();
  }
  return nodes;
}

// What is not understood leaves the pools as open as the cluster, whose row it is recorded at.
// source: learn.microsoft.com/azure/aks/use-node-public-ips
void read_node_pools(Cursor list, model::MachinePool& pool) {
  const std::vector<model::Unread>& unread = list.context().entity->unread;
  const auto before = static_cast<std::ptrdiff_t>(unread.size());
  list.array([&](Cursor element) {
    model::MachinePool::Interface nodes;
    element.object(
        [&](std::string_view key, Cursor value) { nodes = read_node_pool_property(key, value, std::move(nodes)); });
    pool.interfaces.push_back(std::move(nodes));
  });
  pool.unread.assign(unread.begin() + before, unread.end());
}

void read_api_server(Cursor profile, Service& service) {
  profile.object([&](std::string_view key, Cursor value) {
    if (is(key, "enablePrivateCluster")) {
      service.internal = value.boolean();
    } else if (is(key, "enableVnetIntegration")) {
      service.has_vnet_injection = value.boolean().is(true);
    } else if (is(key, "authorizedIPRanges")) {
      value.array([&](Cursor element) {
        service.has_network_acls = true;
        service.default_action = model::Access::deny;
        read_ip_rule(element, service);
      });
    }
  });
}

void add_pod_prefix(Cursor value, Service& service) {
  const std::optional<AnyPrefix> prefix = read_prefix(value);
  if (!prefix) return;
  const Prefix* four = std::get_if<Prefix>(&*prefix);
  if (four == nullptr) return;
  if (std::find(service.pod_prefixes.begin(), service.pod_prefixes.end(), *four) == service.pod_prefixes.end()) {
    service.pod_prefixes.push_back(*four);
  }
}

// podCidrs repeats podCidr.
void read_network_profile(Cursor profile, Service& service) {
  profile.object([&](std::string_view key, Cursor value) {
    if (is(key, "podCidr")) add_pod_prefix(value, service);
    if (is(key, "podCidrs")) value.array([&](Cursor element) { add_pod_prefix(element, service); });
  });
}

void read_monitor_property(std::string_view key, Cursor value, Service& service) {
  if (is(key, "publicNetworkAccessForIngestion")) {
    service.public_network_access = value.word<model::PublicNetworkAccess>();
  } else if (is(key, "publicNetworkAccessForQuery")) {
    service.public_network_access_query = value.word<model::PublicNetworkAccess>();
  }
}

}  // namespace

void read_managed_cluster(const RowHead& head, Cursor properties, ReadContext& context) {
  model::MachinePool nodes;
  nodes.id = head.id;
  nodes.cluster = head.id;
  read_service(head, ServiceKind::kubernetes_cluster, properties, context,
               [&](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "apiServerAccessProfile")) {
                   read_api_server(value, service);
                 } else if (is(key, "agentPoolProfiles")) {
                   read_node_pools(value, nodes);
                 } else if (is(key, "networkProfile")) {
                   read_network_profile(value, service);
                 } else if (is_one_of(key, {"fqdn", "privateFQDN", "azurePortalFQDN"})) {
                   add_host(value, service);
                 }
               });
  // Every cluster has a pool; one that the row does not show may have public addresses, and stand anywhere.
  // source: learn.microsoft.com/azure/aks/use-system-pools
  if (nodes.interfaces.empty() && nodes.unread.empty()) {
    nodes.unread.push_back({"/properties/agentPoolProfiles", "no node pool"});
    nodes.interfaces.emplace_back().has_public_address = true;
  }
  context.snapshot.tables.machine_pools.push_back(std::move(nodes));
}

// The same pool as a row of its own.
void read_agent_pool(const RowHead& head, Cursor properties, ReadContext& context) {
  model::MachinePool pool;
  pool.id = head.id;
  pool.cluster = parent_of(context, head.id);
  const EntityScope scope(context, pool);
  model::MachinePool::Interface nodes;
  properties.object(
      [&](std::string_view key, Cursor value) { nodes = read_node_pool_property(key, value, std::move(nodes)); });
  pool.interfaces.push_back(std::move(nodes));
  context.snapshot.tables.machine_pools.push_back(std::move(pool));
}

void read_log_analytics(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::log_analytics, properties, context, read_monitor_property);
}

void read_app_insights(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::app_insights, properties, context, read_monitor_property);
}

// PostgreSQL and MySQL flexible servers keep the switch one level down.
void read_unmodelled_service(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::unmodelled, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (!is(key, "network")) return;
                 if (value.type() != simdjson::ondemand::json_type::object) return;
                 value.object([&](std::string_view inner, Cursor field) {
                   if (is(inner, "publicNetworkAccess")) read_service_common(inner, field, service);
                   if (is(inner, "delegatedSubnetResourceId")) service.has_vnet_injection = field.id().is_set();
                 });
               });
}

}  // namespace hubproof::ingest
