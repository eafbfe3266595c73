// Microsoft.Network/dnsResolvers and dnsForwardingRulesets with their children.
// source: learn.microsoft.com/azure/templates/microsoft.network/dnsresolvers and .../dnsforwardingrulesets
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {

void read_dns_resolver(const RowHead& head, Cursor properties, ReadContext& context) {
  model::DnsResolver resolver;
  resolver.id = head.id;
  const EntityScope scope(context, resolver);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "virtualNetwork")) {
      resolver.vnet = value.reference();
    } else {
      read_common(key, value, resolver);
    }
  });
  context.snapshot.tables.dns_resolvers.push_back(std::move(resolver));
}

namespace {

void read_inbound_configuration(Cursor element, model::DnsResolverEndpoint& endpoint) {
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "privateIpAddress")) {
      if (const std::optional<Ipv4> address = read_address(value)) endpoint.addresses.push_back(*address);
    } else if (is(key, "subnet")) {
      endpoint.subnet = value.reference();
    }
  });
}

void read_endpoint(const RowHead& head, bool is_inbound, Cursor properties, ReadContext& context) {
  model::DnsResolverEndpoint endpoint;
  endpoint.id = head.id;
  endpoint.resolver = parent_of(context, head.id);
  endpoint.is_inbound = is_inbound;
  const EntityScope scope(context, endpoint);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipConfigurations")) {
      value.array([&](Cursor element) { read_inbound_configuration(element, endpoint); });
    } else if (is(key, "subnet")) {
      endpoint.subnet = value.reference();
    } else {
      read_common(key, value, endpoint);
    }
  });
  context.snapshot.tables.dns_resolver_endpoints.push_back(std::move(endpoint));
}

/// {"ipAddress": "10.0.0.4", "port": 53}; another port is a server that is not modelled.
void read_target(Cursor element, model::ForwardingRule& rule) {
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipAddress")) {
      const std::optional<std::string_view> address = value.text();
      if (address && !address->empty()) rule.targets.emplace_back(*address);
    } else if (is(key, "port")) {
      const std::optional<std::uint64_t> port = value.number();
      if (port && *port != 53) value.unread(std::to_string(*port));
    }
  });
}

void read_rule_state(Cursor value, model::ForwardingRule& rule) {
  const std::optional<std::string_view> word = value.text();
  if (!word || word->empty()) return;
  if (text::equals(*word, "Enabled")) {
    rule.is_enabled = true;
  } else if (text::equals(*word, "Disabled")) {
    rule.is_enabled = false;
  } else {
    value.unread(std::string(*word));
    rule.is_enabled = model::Setting<bool>::unreadable(std::string(*word));
  }
}

}  // namespace

void read_inbound_endpoint(const RowHead& head, Cursor properties, ReadContext& context) {
  read_endpoint(head, true, properties, context);
}

void read_outbound_endpoint(const RowHead& head, Cursor properties, ReadContext& context) {
  read_endpoint(head, false, properties, context);
}

void read_forwarding_ruleset(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ForwardingRuleset ruleset;
  ruleset.id = head.id;
  const EntityScope scope(context, ruleset);
  properties.object([&](std::string_view key, Cursor value) { read_common(key, value, ruleset); });
  context.snapshot.tables.forwarding_rulesets.push_back(std::move(ruleset));
}

void read_forwarding_rule(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ForwardingRule rule;
  rule.id = head.id;
  rule.ruleset = parent_of(context, head.id);
  const EntityScope scope(context, rule);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "domainName")) {
      rule.domain = lower_text(value);
      if (!rule.domain.empty() && rule.domain.back() != '.') rule.domain += '.';
    } else if (is(key, "targetDnsServers")) {
      value.array([&](Cursor element) { read_target(element, rule); });
    } else if (is(key, "forwardingRuleState")) {
      read_rule_state(value, rule);
    } else {
      read_common(key, value, rule);
    }
  });
  context.snapshot.tables.forwarding_rules.push_back(std::move(rule));
}

void read_forwarding_ruleset_link(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ForwardingRulesetLink link;
  link.id = head.id;
  link.ruleset = parent_of(context, head.id);
  const EntityScope scope(context, link);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "virtualNetwork")) {
      link.vnet = value.reference();
    } else {
      read_common(key, value, link);
    }
  });
  context.snapshot.tables.forwarding_ruleset_links.push_back(std::move(link));
}

}  // namespace hubproof::ingest
