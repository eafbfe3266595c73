// Rule collections of firewalls: those of policies and the classic ones of a firewall itself.
// source: learn.microsoft.com/azure/templates/microsoft.network/firewallpolicies/rulecollectiongroups and
// .../azurefirewalls (2025-07-01)
#include "engine/ingest/kinds/firewall_rules.h"

#include <limits>
#include <optional>
#include <utility>

#include "engine/ingest/kinds/fields.h"

namespace hubproof::ingest {
namespace {

using model::ApplicationProtocol;
using model::FirewallRule;

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

/// `list`: the type of a classic list, whose rules do not name theirs and call IP protocols just protocols.
void read_rule_property(std::string_view key, Cursor value, std::optional<FirewallRule::Kind> list,
                        FirewallRule& rule) {
  const bool is_ip_list = list && *list != FirewallRule::Kind::application;
  if (read_ends(key, value, rule)) return;
  if (is(key, "name")) {
    rule.name = std::string(value.text().value_or(""));
  } else if (!list && is(key, "ruleType")) {
    read_rule_type(value, rule);
  } else if (is_ip_list ? is(key, "protocols") : !list && is(key, "ipProtocols")) {
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

FirewallRule read_rule(Cursor element, std::optional<FirewallRule::Kind> list) {
  FirewallRule rule;
  rule.kind = list.value_or(FirewallRule::Kind::network);
  const std::vector<model::Unread>& unread = element.context().entity->unread;
  const std::size_t before = unread.size();
  bool has_type = list.has_value();
  element.object([&](std::string_view key, Cursor value) {
    has_type = has_type || is(key, "ruleType");
    read_rule_property(key, value, list, rule);
  });
  if (unread.size() == before && !(has_type && is_whole(rule))) element.unread("a rule with a part missing");
  rule.is_usable = unread.size() == before;
  return rule;
}

class CollectionReader {
 public:
  /// `list`: the type of a classic list; none for a policy's collections.
  explicit CollectionReader(Cursor element, std::optional<FirewallRule::Kind> list)
      : element_(element), list_(list), unread_(element.context().entity->unread), before_(unread_.size()) {
    out_.is_nat = list == FirewallRule::Kind::nat;
  }
  /// True when `key` was one that both kinds of collections have.
  bool read(std::string_view key, Cursor value);
  void read_type(Cursor value);
  void name(std::string_view name) { out_.name = std::string(name); }
  model::RuleCollection take();

 private:
  void read_action(Cursor value);
  void demand(bool is_there, const char* what);
  Cursor element_;
  std::optional<FirewallRule::Kind> list_;
  const std::vector<model::Unread>& unread_;
  std::size_t before_;
  model::RuleCollection out_;
  bool has_action_ = false;
  bool has_priority_ = false;
  bool lists_rules_ = false;
};

bool CollectionReader::read(std::string_view key, Cursor value) {
  if (is(key, "priority")) {
    has_priority_ = value.type() != simdjson::ondemand::json_type::null;
    out_.priority = read_priority(value);
  } else if (is(key, "action")) {
    read_action(value);
  } else if (is(key, "rules")) {
    lists_rules_ = value.type() != simdjson::ondemand::json_type::null;
    value.array([&](Cursor rule) { out_.rules.push_back(read_rule(rule, list_)); });
  } else {
    return false;
  }
  return true;
}

void CollectionReader::read_type(Cursor value) {
  const std::string_view type = value.text().value_or("");
  if (text::equals(type, "FirewallPolicyNatRuleCollection")) out_.is_nat = true;
  if (!is_one_of(type, {"FirewallPolicyNatRuleCollection", "FirewallPolicyFilterRuleCollection"}))
    value.unread(std::string(type));
}

void CollectionReader::read_action(Cursor value) {
  value.object([&](std::string_view key, Cursor type) {
    if (!is(key, "type")) return;
    const std::string_view word = type.text().value_or("");
    has_action_ = is_one_of(word, {"Allow", "Deny", "DNAT"});
    // A list of network or application rules has no DNAT, and one of NAT rules nothing else.
    if (list_) has_action_ = has_action_ && text::equals(word, "DNAT") == (list_ == FirewallRule::Kind::nat);
    if (text::equals(word, "Deny")) out_.action = model::Access::deny;
    if (text::equals(word, "DNAT")) out_.is_nat = true;
    if (!has_action_) type.unread(std::string(word));
  });
}

void CollectionReader::demand(bool is_there, const char* what) {
  if (!is_there && unread_.size() == before_) element_.unread(what);
}

model::RuleCollection CollectionReader::take() {
  demand(has_action_, "a rule collection without an action");
  demand(lists_rules_, "a rule collection without a list of rules");
  demand(has_priority_, "a rule collection without a priority");
  if (!has_action_) {
    for (FirewallRule& rule : out_.rules) rule.is_usable = false;
  }
  return std::move(out_);
}

}  // namespace

bool may_deny(Cursor mode) { return !is_one_of(mode.text().value_or(""), {"", "Off", "Alert"}); }

std::uint32_t read_priority(Cursor value) {
  const std::optional<std::uint64_t> number = value.number();
  if (!number) return 0;
  if (*number <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(*number);
  value.unread(std::to_string(*number));
  return 0;
}

model::RuleCollection read_rule_collection(Cursor element) {
  CollectionReader reader(element, std::nullopt);
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "name")) {
      reader.name(value.text().value_or(""));
    } else if (is(key, "ruleCollectionType")) {
      reader.read_type(value);
    } else if (!reader.read(key, value)) {
      value.unknown_property();
    }
  });
  return reader.take();
}

model::RuleCollection read_classic_collection(Cursor element, FirewallRule::Kind kind) {
  CollectionReader reader(element, kind);
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (!reader.read(key, value) && !is(key, "provisioningState")) value.unknown_property();
  });
  reader.name(child.name);
  return reader.take();
}

}  // namespace hubproof::ingest
