#include "engine/ingest/kinds/service.h"

#include <algorithm>

namespace hubproof::ingest {
namespace {

using simdjson::ondemand::json_type;

void read_connection(Cursor element, model::Service& service) {
  model::EndpointConnection connection;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "privateEndpoint")) {
      connection.private_endpoint = value.reference();
    } else if (is(key, "privateLinkServiceConnectionState")) {
      value.object([&](std::string_view inner, Cursor field) {
        if (is(inner, "status")) connection.status = field.word<model::ConnectionStatus>();
      });
    }
  });
  service.endpoint_connections.push_back(std::move(connection));
}

void keep_host(std::string host, model::Service& service) {
  if (host.empty()) return;
  if (std::find(service.host_names.begin(), service.host_names.end(), host) == service.host_names.end()) {
    service.host_names.push_back(std::move(host));
  }
}

}  // namespace

model::Service start_service(const RowHead& head, model::ServiceKind kind) {
  model::Service service;
  service.id = head.id;
  service.kind = kind;
  service.type = std::string(head.type);
  service.arm_kind = std::string(head.kind);
  service.sku = std::string(head.sku_name);
  service.location = std::string(head.location);
  return service;
}

bool read_service_common(std::string_view key, Cursor value, model::Service& service) {
  if (is(key, "publicNetworkAccess")) {
    service.public_network_access = value.word<model::PublicNetworkAccess>();
    return true;
  }
  if (is(key, "privateEndpointConnections")) {
    service.lists_endpoint_connections = value.type() == json_type::array;
    value.array([&](Cursor element) { read_connection(element, service); });
    return true;
  }
  return read_common(key, value, service);
}

void add_ip_rule(std::string_view text, Cursor value, model::AccessRules& rules) {
  if (text.empty()) return;
  if (const std::optional<AddressRange> range = parse_range(text)) {
    rules.ip_rules.push_back({range->first, range->last});
    return;
  }
  const Result<Prefix> prefix = Prefix::parse(text);
  if (prefix) {
    rules.ip_rules.push_back({prefix->first(), prefix->last()});
  } else {
    value.unread(prefix.error().message);
  }
}

// Whom a rule without an address admits is a question: a list that only seems empty, or shorter, would close the
// rules.
void read_ip_rule(Cursor text, model::AccessRules& rules) {
  const std::size_t before = text.context().entity->unread.size();
  const std::string_view spelling = text::trim(text.text().value_or(""));
  if (!spelling.empty()) return add_ip_rule(spelling, text, rules);
  if (text.context().entity->unread.size() == before) text.unread("an ip rule without an address");
}

void read_ip_rules(Cursor list, model::AccessRules& rules) {
  list.array([&](Cursor element) {
    const std::size_t before = element.context().entity->unread.size();
    bool has_address = false;
    element.object([&](std::string_view key, Cursor value) {
      if (is_one_of(key, {"value", "ipAddressOrRange", "ipMask"})) {
        has_address = true;
        read_ip_rule(value, rules);
      } else if (is(key, "action")) {
        const std::optional<std::string_view> action = value.text();
        if (action && !action->empty() && !text::equals(*action, "Allow")) value.unread(std::string(*action));
      }
    });
    if (!has_address && element.context().entity->unread.size() == before)
      element.unread("an ip rule without an address");
  });
}

void read_vnet_rules(Cursor list, model::AccessRules& rules) {
  list.array([&](Cursor element) {
    model::ResourceId subnet;
    element.object([&](std::string_view key, Cursor value) {
      if (is(key, "id")) {
        subnet = value.id();
      } else if (is(key, "subnet")) {
        subnet = value.reference();
      }
    });
    if (subnet.is_set()) rules.vnet_rules.push_back(subnet);
  });
}

bool read_access_rule(std::string_view key, Cursor value, model::AccessRules& rules) {
  if (is(key, "defaultAction")) {
    rules.default_action = value.word<model::Access>();
  } else if (is(key, "bypass")) {
    rules.bypass = std::string(value.text().value_or(""));
  } else if (is(key, "ipRules")) {
    read_ip_rules(value, rules);
  } else if (is(key, "virtualNetworkRules")) {
    read_vnet_rules(value, rules);
  } else if (is(key, "ipv6Rules")) {  // openings that the model has no place for
    value.unknown_property();
  } else {
    return false;
  }
  return true;
}

void read_network_acls(Cursor acls, model::AccessRules& rules) {
  acls.object([&](std::string_view key, Cursor value) {
    rules.has_network_acls = true;
    read_access_rule(key, value, rules);
  });
}

void add_host(Cursor value, model::Service& service) {
  const std::optional<std::string_view> url = value.text();
  if (url) keep_host(host_of(*url), service);
}

void add_hosts(Cursor value, model::Service& service) {
  switch (value.type()) {
    case json_type::string: return add_host(value, service);
    case json_type::object: return value.object([&](std::string_view, Cursor field) { add_hosts(field, service); });
    case json_type::array: return value.array([&](Cursor element) { add_hosts(element, service); });
    case json_type::number:
    case json_type::boolean:
    case json_type::null: return;
  }
}

}  // namespace hubproof::ingest
