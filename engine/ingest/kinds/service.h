// What the readers of AI and data services share: the few properties that decide exposure (azure-semantics.md 9).
#pragma once

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"
#include "engine/model/service.h"

namespace hubproof::ingest {

/// A service with the outer fields of its row.
model::Service start_service(const RowHead& head, model::ServiceKind kind);
/// publicNetworkAccess, privateEndpointConnections, provisioningState: true when `key` was one of them.
bool read_service_common(std::string_view key, Cursor value, model::Service& service);

/// networkAcls or networkRuleSet: defaultAction, bypass, ipRules, virtualNetworkRules.
void read_network_acls(Cursor acls, model::AccessRules& rules);
/// One property of it: true when `key` was one of them.
bool read_access_rule(std::string_view key, Cursor value, model::AccessRules& rules);
/// An address, a prefix or a range of an allow list; anything else is recorded. add_ip_rule() takes no text for no
/// rule.
void read_ip_rule(Cursor text, model::AccessRules& rules);
void add_ip_rule(std::string_view text, Cursor value, model::AccessRules& rules);
/// An array of objects with the address under `value`, `ipAddressOrRange` or `ipMask`, as {"value": "1.2.3.4"}; an
/// element without an address, and another action than Allow, is recorded.
void read_ip_rules(Cursor list, model::AccessRules& rules);
/// An array of {"id": ...} or {"subnet": {"id": ...}}.
void read_vnet_rules(Cursor list, model::AccessRules& rules);
/// A URL or host name; nothing for null and "".
void add_host(Cursor value, model::Service& service);
/// Every text inside an object or array of URLs, as primaryEndpoints.
void add_hosts(Cursor value, model::Service& service);

/// Reads a service whose further properties own(key, value, service) knows.
template <class F>
void read_service(const RowHead& head, model::ServiceKind kind, Cursor properties, ReadContext& context, F own) {
  model::Service service = start_service(head, kind);
  const EntityScope scope(context, service);
  properties.object([&](std::string_view key, Cursor value) {
    if (!read_service_common(key, value, service)) own(key, value, service);
  });
  context.snapshot.tables.services.push_back(std::move(service));
}

}  // namespace hubproof::ingest
