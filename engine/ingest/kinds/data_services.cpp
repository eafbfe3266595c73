// Data services: storage, Cosmos DB, Key Vault, container registry, SQL, Event Hubs, Service Bus, Redis.
// source: azure-semantics.md 9.3
#include <algorithm>

#include "engine/ingest/kinds/service.h"

namespace hubproof::ingest {

using model::Service;
using model::ServiceKind;

void read_storage_account(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::storage, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "networkAcls")) {
                   read_network_acls(value, service);
                 } else if (is_one_of(key, {"primaryEndpoints", "secondaryEndpoints"})) {
                   add_hosts(value, service);
                 }
               });
}

namespace {

/// The older form of ipRules: "1.2.3.4,10.0.0.0/24".
void read_ip_range_filter(Cursor value, Service& service) {
  const std::optional<std::string_view> list = value.text();
  if (!list) return;
  for (std::size_t at = 0; at <= list->size();) {
    const std::size_t comma = std::min(list->find(',', at), list->size());
    add_ip_rule(text::trim(list->substr(at, comma - at)), value, service);
    at = comma + 1;
  }
}

void read_cosmos_locations(Cursor list, Service& service) {
  list.array([&](Cursor element) {
    element.object([&](std::string_view key, Cursor value) {
      if (is(key, "documentEndpoint")) add_host(value, service);
    });
  });
}

void read_cosmos_property(std::string_view key, Cursor value, Service& service) {
  if (is(key, "isVirtualNetworkFilterEnabled")) {
    service.vnet_filter = value.boolean();
  } else if (is(key, "ipRules")) {
    read_ip_rules(value, service);
  } else if (is(key, "ipRangeFilter")) {
    read_ip_range_filter(value, service);
  } else if (is(key, "virtualNetworkRules")) {
    read_vnet_rules(value, service);
  } else if (is(key, "networkAclBypass")) {
    service.bypass = std::string(value.text().value_or(""));
  } else if (is_one_of(key, {"documentEndpoint", "sqlEndpoint", "mongoEndpoint", "cassandraEndpoint", "gremlinEndpoint",
                             "tableEndpoint"})) {
    add_host(value, service);
  } else if (is(key, "locations")) {
    read_cosmos_locations(value, service);
  }
}

}  // namespace

void read_cosmos_account(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::cosmos, properties, context, read_cosmos_property);
}

void read_key_vault(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::key_vault, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "networkAcls")) {
                   read_network_acls(value, service);
                 } else if (is(key, "vaultUri")) {
                   add_host(value, service);
                 }
               });
}

void read_container_registry(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::container_registry, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "networkRuleSet")) {
                   read_network_acls(value, service);
                 } else if (is(key, "networkRuleBypassOptions")) {
                   service.bypass = std::string(value.text().value_or(""));
                 } else if (is_one_of(key, {"loginServer", "dataEndpointHostNames"})) {
                   add_hosts(value, service);
                 }
               });
}

void read_sql_server(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::sql_server, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "fullyQualifiedDomainName")) add_host(value, service);
               });
}

namespace {

void read_namespace(const RowHead& head, ServiceKind kind, Cursor properties, ReadContext& context) {
  read_service(head, kind, properties, context, [](std::string_view key, Cursor value, Service& service) {
    if (is(key, "serviceBusEndpoint")) add_host(value, service);
  });
}

void read_cache_property(std::string_view key, Cursor value, Service& service) {
  if (is(key, "subnetId")) {
    service.has_vnet_injection = value.id().is_set();
  } else if (is(key, "hostName")) {
    add_host(value, service);
  }
}

}  // namespace

// Resource Graph does not list these; other exports do.
// source: learn.microsoft.com/azure/templates/microsoft.eventhub/namespaces/networkrulesets
void read_network_rule_set(const RowHead& head, Cursor properties, ReadContext& context) {
  model::NetworkRuleSet rules;
  rules.id = head.id;
  rules.parent = parent_of(context, head.id);
  rules.has_network_acls = true;
  const EntityScope scope(context, rules);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "publicNetworkAccess")) {
      rules.public_network_access = value.word<model::PublicNetworkAccess>();
    } else if (is(key, "trustedServiceAccessEnabled")) {
      if (value.boolean().is(true)) rules.bypass = "AzureServices";
    } else if (!read_access_rule(key, value, rules)) {
      read_common(key, value, rules);
    }
  });
  context.snapshot.tables.network_rule_sets.push_back(std::move(rules));
}

void read_event_hubs(const RowHead& head, Cursor properties, ReadContext& context) {
  read_namespace(head, ServiceKind::event_hubs, properties, context);
}

void read_service_bus(const RowHead& head, Cursor properties, ReadContext& context) {
  read_namespace(head, ServiceKind::service_bus, properties, context);
}

void read_redis(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::redis, properties, context, read_cache_property);
}

void read_redis_enterprise(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::redis_enterprise, properties, context, read_cache_property);
}

}  // namespace hubproof::ingest
