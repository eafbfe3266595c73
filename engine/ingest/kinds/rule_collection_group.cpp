// Microsoft.Network/firewallPolicies/ruleCollectionGroups.
// source: learn.microsoft.com/azure/templates/microsoft.network/firewallpolicies/rulecollectiongroups (2025-07-01)
#include <limits>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

using model::ApplicationProtocol;
using model::FirewallRule;

std::uint32_t read_priority(Cursor value) {
  const std::optional<std::uint64_t> number = value.number();
  if (!number) return 0;
  if (*number <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(*number);
  value.unread(std::to_string(*number));
  return 0;
}

void read_rule_type(Cursor value, FirewallRule& rule) {
  const std::string_view word = value.text().value_or("");
  if (text::equals(word, "NetworkRule")) {
    rule.kind = FirewallRule::Kind::network;
  } else if (text::equals(word, "ApplicationRule")) {
    rule.kind = FirewallRule::Kind::application;
  } else if (text::equals(word, "NatRule")) {
    rule.kind = FirewallRule::Kind::nat;
  } else {
    value.unread(std::string(word));
  }
}

void read_ip_protocol(Cursor value, FirewallRule& rule) {
  const std::string_view word = value.text().value_or("");
  if (text::equals(word, "Any")) {
    rule.protocols.push_back(Protocol::any);
  } else if (text::equals(word, "TCP")) {
    rule.protocols.push_back(Protocol::tcp);
  } else if (text::equals(word, "UDP")) {
    rule.protocols.push_back(Protocol::udp);
  } else if (text::equals(word, "ICMP")) {
    rule.protocols.push_back(Protocol::icmp);
  } else {
    value.unread(std::string(word));
  }
}

std::optional<ApplicationProtocol::Kind> application_kind(std::string_view word) {
  if (text::equals(word, "Http")) return ApplicationProtocol::Kind::http;
  if (text::equals(word, "Https")) return ApplicationProtocol::Kind::https;
  if (text::equals(word, "Mssql")) return ApplicationProtocol::Kind::mssql;
  return std::nullopt;
}

/// {"protocolType": "Https", "port": 443}: application rules see TCP only.
void read_application_protocol(Cursor element, FirewallRule& rule) {
  std::optional<std::uint16_t> on;
  std::optional<ApplicationProtocol::Kind> kind;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "port")) {
      const std::optional<std::uint64_t> port = value.number();
      if (!port) return;
      if (*port > std::numeric_limits<std::uint16_t>::max()) return value.unread(std::to_string(*port));
      on = static_cast<std::uint16_t>(*port);
      rule.destination_ports.emplace_back(*on, *on);
    } else if (is(key, "protocolType")) {
      kind = application_kind(value.text().value_or(""));
      if (!kind) value.unread("a protocol that is not known");
    }
  });
  if (on && kind) rule.application_protocols.push_back({*kind, *on});
  if (rule.protocols.empty()) rule.protocols.push_back(Protocol::tcp);
}

void append_ids_of(Cursor list, std::vector<model::ResourceId>& out) {
  list.array([&](Cursor element) {
    const model::ResourceId id = element.id();
    if (id.is_set()) out.push_back(id);
  });
}

bool read_ends(std::string_view key, Cursor value, FirewallRule& rule) {
  if (is(key, "sourceAddresses")) {
    value.array([&](Cursor element) { append_terms(element, rule.sources); });
  } else if (is(key, "destinationAddresses")) {
    value.array([&](Cursor element) { append_terms(element, rule.destinations); });
  } else if (is(key, "sourceIpGroups")) {
    append_ids_of(value, rule.source_ip_groups);
  } else if (is(key, "destinationIpGroups")) {
    append_ids_of(value, rule.destination_ip_groups);
  } else if (is_one_of(key, {"destinationFqdns", "targetFqdns"})) {
    append_texts(value, rule.fqdns);
  } else if (is_one_of(key, {"targetUrls", "fqdnTags", "webCategories"})) {
    value.array([&](Cursor) { rule.has_other_names = true; });
  } else {
    return false;
  }
  return true;
}

void read_translated_port(Cursor value, FirewallRule& rule) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return;
  const Result<PortRange> port = PortRange::parse(*text);
  if (port && port->first() == port->last()) {
    rule.translated_port = port->first();
  } else {
    value.unread(std::string(*text));
  }
}

void read_rule_property(std::string_view key, Cursor value, FirewallRule& rule) {
  if (read_ends(key, value, rule)) return;
  if (is(key, "name")) {
    rule.name = std::string(value.text().value_or(""));
  } else if (is(key, "ruleType")) {
    read_rule_type(value, rule);
  } else if (is(key, "ipProtocols")) {
    value.array([&](Cursor element) { read_ip_protocol(element, rule); });
  } else if (is(key, "protocols")) {
    value.array([&](Cursor element) { read_application_protocol(element, rule); });
  } else if (is(key, "destinationPorts")) {
    value.array([&](Cursor element) {
      if (const std::optional<PortRange> ports = read_ports(element)) rule.destination_ports.push_back(*ports);
    });
  } else if (is(key, "translatedAddress") || is(key, "translatedFqdn")) {
    const std::string_view address = value.text().value_or("");
    if (!address.empty()) rule.translated_address = std::string(address);
  } else if (is(key, "translatedPort")) {
    read_translated_port(value, rule);
  } else if (is(key, "terminateTLS")) {
    rule.terminates_tls = value.boolean().value_or_default(false).value_or(true);
  } else if (!is_one_of(key, {"description", "httpHeadersToInsert"})) {
    value.unknown_property();
  }
}

/// Azure refuses a rule without these; one that shows none was not exported in full.
bool is_whole(const FirewallRule& rule) {
  if (rule.sources.empty() && rule.source_ip_groups.empty()) return false;
  return rule.kind == FirewallRule::Kind::application || (!rule.protocols.empty() && !rule.destination_ports.empty());
}

FirewallRule read_rule(Cursor element) {
  FirewallRule rule;
  const std::vector<model::Unread>& unread = element.context().entity->unread;
  const std::size_t before = unread.size();
  bool has_type = false;
  element.object([&](std::string_view key, Cursor value) {
    has_type = has_type || is(key, "ruleType");
    read_rule_property(key, value, rule);
  });
  if (unread.size() == before && !(has_type && is_whole(rule))) element.unread("a rule with a part missing");
  rule.is_usable = unread.size() == before;
  return rule;
}

/// False when the action is no known one.
bool read_action(Cursor value, model::RuleCollection& collection) {
  bool is_known = false;
  value.object([&](std::string_view key, Cursor type) {
    if (!is(key, "type")) return;
    const std::string_view word = type.text().value_or("");
    is_known = is_one_of(word, {"Allow", "Deny", "DNAT"});
    if (text::equals(word, "Deny")) collection.action = model::Access::deny;
    if (text::equals(word, "DNAT")) collection.is_nat = true;
    if (!is_known) type.unread(std::string(word));
  });
  return is_known;
}

model::RuleCollection read_collection(Cursor element) {
  model::RuleCollection collection;
  bool has_action = false;
  bool lists_rules = false;
  const std::vector<model::Unread>& unread = element.context().entity->unread;
  const std::size_t before = unread.size();
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "name")) {
      collection.name = std::string(value.text().value_or(""));
    } else if (is(key, "priority")) {
      collection.priority = read_priority(value);
    } else if (is(key, "ruleCollectionType")) {
      const std::string_view type = value.text().value_or("");
      if (text::equals(type, "FirewallPolicyNatRuleCollection")) collection.is_nat = true;
      if (!is_one_of(type, {"FirewallPolicyNatRuleCollection", "FirewallPolicyFilterRuleCollection"})) {
        value.unread(std::string(type));
      }
    } else if (is(key, "action")) {
      has_action = read_action(value, collection);
    } else if (is(key, "rules")) {
      lists_rules = value.type() != simdjson::ondemand::json_type::null;
      value.array([&](Cursor rule) { collection.rules.push_back(read_rule(rule)); });
    } else {
      value.unknown_property();
    }
  });
  if (!has_action && unread.size() == before) element.unread("a rule collection without an action");
  if (!lists_rules && unread.size() == before) element.unread("a rule collection without a list of rules");
  if (!has_action) {
    for (FirewallRule& rule : collection.rules) rule.is_usable = false;
  }
  return collection;
}

}  // namespace

void read_rule_collection_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::RuleCollectionGroup group;
  group.id = head.id;
  group.policy = parent_of(context, head.id);
  const EntityScope scope(context, group);
  DemandedLists lists(properties, {"ruleCollections"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "priority")) {
      group.priority = read_priority(value);
    } else if (is(key, "ruleCollections")) {
      value.array([&](Cursor element) { group.collections.push_back(read_collection(element)); });
    } else if (!read_common(key, value, group) && !is(key, "size")) {
      value.unknown_property();
    }
  });
  lists.tell(group);
  context.snapshot.tables.rule_collection_groups.push_back(std::move(group));
}

}  // namespace hubproof::ingest
