// Microsoft.Network/applicationGateways.
// source: learn.microsoft.com/azure/templates/microsoft.network/applicationgateways (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

using model::ApplicationGateway;

void read_frontend(Cursor element, ApplicationGateway& gateway) {
  ApplicationGateway::Frontend frontend;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "publicIPAddress")) {
      frontend.public_ip = value.reference();
    } else if (is(key, "privateIPAddress")) {
      frontend.address = read_address(value);
    } else if (is(key, "privateLinkConfiguration")) {  // lets private endpoints of other networks reach the listeners
      value.unknown_property();
    }
  });
  frontend.id = child_id(element.context(), gateway.id, "frontendIPConfigurations", child);
  gateway.frontends.push_back(frontend);
}

void read_listener(Cursor element, ApplicationGateway& gateway) {
  ApplicationGateway::Listener listener;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "frontendIPConfiguration")) {
      listener.frontend = value.reference();
    } else if (is(key, "firewallPolicy")) {
      listener.waf_policy = value.reference();
    } else if (is(key, "protocol")) {
      listener.protocol = std::string(value.text().value_or(""));
    }
  });
  listener.name = std::string(child.name);
  listener.id = child_id(element.context(), gateway.id, "httpListeners", child);
  gateway.listeners.push_back(std::move(listener));
}

void read_backend_address(Cursor element, ApplicationGateway::Pool& pool) {
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipAddress")) {
      if (const std::optional<Ipv4> address = read_address(value)) pool.addresses.push_back(*address);
    } else if (is(key, "fqdn")) {
      const std::string name = lower_text(value);
      if (!name.empty()) pool.fqdns.push_back(name);
    }
  });
}

void read_pool(Cursor element, ApplicationGateway& gateway) {
  ApplicationGateway::Pool pool;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "backendAddresses")) {
      value.array([&](Cursor address) { read_backend_address(address, pool); });
    } else if (is(key, "backendIPConfigurations")) {  // NICs and scale sets, whose addresses this row does not give
      value.unknown_property();
    }
  });
  pool.id = child_id(element.context(), gateway.id, "backendAddressPools", child);
  gateway.pools.push_back(std::move(pool));
}

void read_rule(Cursor element, ApplicationGateway& gateway) {
  ApplicationGateway::Rule rule;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "httpListener")) {
      rule.listener = value.reference();
    } else if (is(key, "backendAddressPool")) {
      rule.pool = value.reference();
    } else if (is(key, "urlPathMap")) {
      rule.path_map = value.reference();
    } else if (is(key, "redirectConfiguration")) {
      rule.redirects = value.reference().is_set();
    } else if (is(key, "loadDistributionPolicy")) {  // several pools behind one rule
      value.unknown_property();
    }
  });
  gateway.rules.push_back(rule);
}

void read_path_rule_property(std::string_view key, Cursor value, ApplicationGateway::PathRule& rule) {
  if (is_one_of(key, {"backendAddressPool", "defaultBackendAddressPool"})) {
    rule.pool = value.reference();
  } else if (is(key, "firewallPolicy")) {
    rule.waf_policy = value.reference();
  } else if (is_one_of(key, {"redirectConfiguration", "defaultRedirectConfiguration"})) {
    rule.redirects = value.reference().is_set();
  } else if (is_one_of(key, {"loadDistributionPolicy", "defaultLoadDistributionPolicy"})) {
    value.unknown_property();
  }
}

void read_path_map(Cursor element, ApplicationGateway& gateway) {
  ApplicationGateway::PathRule fallback;  // requests that no path rule takes
  const std::size_t first = gateway.path_rules.size();
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (!is(key, "pathRules")) return read_path_rule_property(key, value, fallback);
    value.array([&](Cursor path_rule) {
      ApplicationGateway::PathRule rule;
      read_child(path_rule, [&](std::string_view inner, Cursor field) { read_path_rule_property(inner, field, rule); });
      gateway.path_rules.push_back(rule);
    });
  });
  gateway.path_rules.push_back(fallback);
  const model::ResourceId map = child_id(element.context(), gateway.id, "urlPathMaps", child);
  for (std::size_t i = first; i < gateway.path_rules.size(); ++i) gateway.path_rules[i].path_map = map;
}

void read_legacy_waf(Cursor configuration, ApplicationGateway& gateway) {
  configuration.object([&](std::string_view key, Cursor value) {
    if (is(key, "enabled")) gateway.legacy_waf_enabled = value.boolean();
    // source: learn.microsoft.com/azure/templates/microsoft.network/applicationgateways (without rules: the whole
    // group)
    if (is(key, "disabledRuleGroups")) {
      value.array([&](Cursor group) {
        bool names_rules = false;
        group.object([&](std::string_view inner, Cursor field) {
          if (is(inner, "rules")) field.array([&](Cursor) { names_rules = true; });
        });
        if (!names_rules) group.unread("a whole group of rules is switched off");
      });
    }
    if (is(key, "firewallMode")) gateway.legacy_waf_mode = value.word<model::WafMode>();
  });
}

void read_subnets(Cursor list, ApplicationGateway& gateway) {
  list.array([&](Cursor element) {
    read_child(element, [&](std::string_view key, Cursor value) {
      if (!is(key, "subnet")) return;
      const model::ResourceId subnet = value.reference();
      if (subnet.is_set()) gateway.subnets.push_back(subnet);
    });
  });
}

bool read_collection(std::string_view key, Cursor value, ApplicationGateway& gateway) {
  using Reader = void (*)(Cursor, ApplicationGateway&);
  Reader reader = nullptr;
  if (is(key, "frontendIPConfigurations")) reader = read_frontend;
  if (is(key, "httpListeners")) reader = read_listener;
  if (is(key, "backendAddressPools")) reader = read_pool;
  if (is(key, "requestRoutingRules")) reader = read_rule;
  if (is(key, "urlPathMaps")) reader = read_path_map;
  if (reader == nullptr) return false;
  value.array([&](Cursor element) { reader(element, gateway); });
  return true;
}

}  // namespace

void read_application_gateway(const RowHead& head, Cursor properties, ReadContext& context) {
  ApplicationGateway gateway;
  gateway.id = head.id;
  const EntityScope scope(context, gateway);
  DemandedLists lists(properties, {"frontendIPConfigurations", "httpListeners", "backendAddressPools",
                                   "requestRoutingRules", "gatewayIPConfigurations"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (read_collection(key, value, gateway)) return;
    if (is(key, "sku")) {
      value.object([&](std::string_view inner, Cursor field) {
        if (is(inner, "tier")) gateway.sku_tier = std::string(field.text().value_or(""));
      });
    } else if (is(key, "gatewayIPConfigurations")) {
      read_subnets(value, gateway);
    } else if (is(key, "firewallPolicy")) {
      gateway.waf_policy = value.reference();
    } else if (is(key, "webApplicationFirewallConfiguration")) {
      read_legacy_waf(value, gateway);
    } else if (is_one_of(key, {"listeners", "routingRules", "privateLinkConfigurations"})) {
      // TCP and TLS listeners pass the web application firewall by; private link opens the gateway to other networks.
      value.unknown_property();
    } else {
      read_common(key, value, gateway);
    }
  });
  lists.tell(gateway);
  context.snapshot.tables.application_gateways.push_back(std::move(gateway));
}

}  // namespace hubproof::ingest
