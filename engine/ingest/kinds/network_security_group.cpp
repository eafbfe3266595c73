// Microsoft.Network/networkSecurityGroups: half of all bytes of an export, so nothing here allocates but the rule's
// name. source: learn.microsoft.com/azure/templates/microsoft.network/networksecuritygroups (2025-07-01)
#include <algorithm>
#include <iterator>
#include <limits>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_term(Cursor value, model::AddressTerms& terms) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return;
  terms.push_back(make_term(value.context(), *text));
  if (terms.back().kind == model::AddressTerm::Kind::unread) value.unread(std::string(*text));
}

void read_terms(Cursor list, model::AddressTerms& terms) {
  list.array([&](Cursor element) { read_term(element, terms); });
}

void read_groups(Cursor list, model::AddressTerms& terms) {
  list.array([&](Cursor element) {
    model::AddressTerm term;
    term.kind = model::AddressTerm::Kind::asg;
    const model::ResourceId group = element.reference();
    if (!group.is_set()) return element.unread("an application security group without an id");
    term.index = group.index();
    terms.push_back(term);
  });
}

void read_port_range(Cursor value, model::PortRanges& ranges) {
  if (const std::optional<PortRange> range = read_ports(value)) ranges.push_back(*range);
}

/// Which of the parts that a rule cannot do without were met.
struct Met {
  bool priority = false;
  bool direction = false;
  bool access = false;
  bool protocol = false;
};

void read_priority(Cursor value, model::SecurityRule& rule, Met& met) {
  const std::optional<std::uint64_t> number = value.number();
  if (!number) return;
  met.priority = *number <= std::numeric_limits<std::uint16_t>::max();
  if (met.priority) {
    rule.priority = static_cast<std::uint16_t>(*number);
  } else {
    value.unread(std::to_string(*number));
  }
}

bool read_match(std::string_view key, Cursor value, model::SecurityRule& rule) {
  if (is(key, "sourceAddressPrefix")) {
    read_term(value, rule.sources);
  } else if (is(key, "sourceAddressPrefixes")) {
    read_terms(value, rule.sources);
  } else if (is(key, "destinationAddressPrefix")) {
    read_term(value, rule.destinations);
  } else if (is(key, "destinationAddressPrefixes")) {
    read_terms(value, rule.destinations);
  } else if (is(key, "sourcePortRange")) {
    read_port_range(value, rule.source_ports);
  } else if (is(key, "sourcePortRanges")) {
    value.array([&](Cursor element) { read_port_range(element, rule.source_ports); });
  } else if (is(key, "destinationPortRange")) {
    read_port_range(value, rule.destination_ports);
  } else if (is(key, "destinationPortRanges")) {
    value.array([&](Cursor element) { read_port_range(element, rule.destination_ports); });
  } else if (is(key, "sourceApplicationSecurityGroups")) {
    read_groups(value, rule.sources);
  } else if (is(key, "destinationApplicationSecurityGroups")) {
    read_groups(value, rule.destinations);
  } else {
    return false;
  }
  return true;
}

void read_rule_property(std::string_view key, Cursor value, model::SecurityRule& rule, Met& met) {
  if (is(key, "provisioningState") || is(key, "description")) return;
  if (read_match(key, value, rule)) return;
  if (is(key, "protocol")) {
    met.protocol = true;
    if (const std::optional<Protocol> protocol = read_protocol(value)) rule.protocol = *protocol;
  } else if (is(key, "access")) {
    const model::Setting<model::Access> access = value.word<model::Access>();
    met.access = access.is_known();
    if (met.access) rule.access = access.value();
  } else if (is(key, "direction")) {
    const model::Setting<model::Direction> direction = value.word<model::Direction>();
    met.direction = direction.is_known();
    if (met.direction) rule.direction = direction.value();
  } else if (is(key, "priority")) {
    read_priority(value, rule, met);
  } else {
    value.unknown_property();
  }
}

/// The properties of a default rule as text: every group repeats the same six, which need to be understood once only.
struct DefaultText {
  std::string_view text;
  bool is_known = false;  ///< as one of Azure's own; the rule is not read then
};

// Six, and as many again for every API version and spelling; more only in hostile input.
constexpr std::size_t kMostDefaultTexts = 64;

bool is_known_default(const ReadContext& context, std::string_view text) {
  const std::vector<std::string>& known = context.azure_default_rules;
  return std::find(known.begin(), known.end(), text) != known.end();
}

void remember_default(ReadContext& context, std::string_view text) {
  if (context.azure_default_rules.size() < kMostDefaultTexts) context.azure_default_rules.emplace_back(text);
}

/// `default_text` is null for a rule that is no default.
model::SecurityRule read_rule(Cursor value, std::uint16_t position, DefaultText* default_text) {
  model::SecurityRule rule;
  rule.position = position;
  rule.is_default = default_text != nullptr;
  Met met;
  std::string_view name;
  const std::vector<model::Unread>& unread = value.context().entity->unread;
  const std::size_t before = unread.size();
  const auto is_known = [&](std::string_view text) {
    default_text->text = text;
    return default_text->is_known = is_known_default(value.context(), text);
  };
  const auto read = [&](std::string_view key, Cursor part) { read_rule_property(key, part, rule, met); };
  value.object([&](std::string_view key, Cursor field) {
    if (is(key, "name")) {
      name = field.text().value_or("");
    } else if (is(key, "properties")) {
      default_text != nullptr ? field.object_unless(is_known, read) : field.object(read);
    }
  });
  if (default_text != nullptr && default_text->is_known) return rule;
  rule.name = name;
  const bool is_whole = met.priority && met.direction && met.access && met.protocol && !rule.sources.empty() &&
                        !rule.destinations.empty() && !rule.source_ports.empty() && !rule.destination_ports.empty();
  if (!is_whole && unread.size() == before) value.unread("a rule with a part missing");
  if (!is_whole || unread.size() != before) rule.is_usable = false;
  return rule;
}

struct DefaultRule {
  model::Direction direction;
  std::uint16_t priority;
  model::Access access;
  std::string_view source;  ///< a tag, or "*"
  std::string_view destination;
};
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
constexpr DefaultRule kDefaultRules[] = {
    {model::Direction::inbound, 65000, model::Access::allow, "VirtualNetwork", "VirtualNetwork"},
    {model::Direction::inbound, 65001, model::Access::allow, "AzureLoadBalancer", "*"},
    {model::Direction::inbound, 65500, model::Access::deny, "*", "*"},
    {model::Direction::outbound, 65000, model::Access::allow, "VirtualNetwork", "VirtualNetwork"},
    {model::Direction::outbound, 65001, model::Access::allow, "*", "Internet"},
    {model::Direction::outbound, 65500, model::Access::deny, "*", "*"}};

bool is_term(const model::AddressTerms& terms, std::string_view wanted, const model::Tables& tables) {
  if (terms.size() != 1) return false;
  if (wanted == "*") return terms[0].kind == model::AddressTerm::Kind::any;
  return terms[0].kind == model::AddressTerm::Kind::tag && text::equals(tables.service_tags[terms[0].index], wanted);
}

bool is_all(const model::PortRanges& ranges) { return ranges.size() == 1 && ranges[0].is_all(); }

/// One of the six that Azure puts into every group.
bool is_azure_default(const model::SecurityRule& rule, const model::Tables& tables) {
  if (!rule.is_usable || rule.protocol != Protocol::any || !is_all(rule.source_ports) ||
      !is_all(rule.destination_ports)) {
    return false;
  }
  for (const DefaultRule& known : kDefaultRules) {
    if (known.direction == rule.direction && known.priority == rule.priority) {
      return known.access == rule.access && is_term(rule.sources, known.source, tables) &&
             is_term(rule.destinations, known.destination, tables);
    }
  }
  return false;
}

void read_custom_rules(Cursor list, std::vector<model::SecurityRule>& rules) {
  std::uint16_t position = 0;
  list.array([&](Cursor element) {
    rules.push_back(read_rule(element, position, nullptr));
    if (position < std::numeric_limits<std::uint16_t>::max()) ++position;
  });
}

void read_default_rules(Cursor list, std::vector<model::SecurityRule>& rules, ReadContext& context) {
  std::uint16_t position = 0;
  list.array([&](Cursor element) {
    DefaultText text;
    model::SecurityRule rule = read_rule(element, position, &text);
    if (position < std::numeric_limits<std::uint16_t>::max()) ++position;
    if (text.is_known) return;
    if (!is_azure_default(rule, context.snapshot.tables)) return void(rules.push_back(std::move(rule)));
    remember_default(context, text.text);
  });
}

}  // namespace

void read_network_security_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::NetworkSecurityGroup group;
  group.id = head.id;
  const EntityScope scope(context, group);
  context.rules.clear();
  DemandedLists lists(properties, {"securityRules"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "securityRules")) {
      read_custom_rules(value, context.rules);
    } else if (is(key, "defaultSecurityRules")) {
      read_default_rules(value, context.rules, context);
    } else if (!read_common(key, value, group) &&
               !is_one_of(key, {"subnets", "networkInterfaces", "flowLogs", "flushConnection", "extended"})) {
      value.unknown_property();
    }
  });
  lists.tell(group);
  group.rules.assign(std::make_move_iterator(context.rules.begin()), std::make_move_iterator(context.rules.end()));
  context.snapshot.tables.network_security_groups.push_back(std::move(group));
}

void read_application_security_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ApplicationSecurityGroup group;
  group.id = head.id;
  const EntityScope scope(context, group);
  properties.object([&](std::string_view key, Cursor value) { read_common(key, value, group); });
  context.snapshot.tables.application_security_groups.push_back(std::move(group));
}

}  // namespace hubproof::ingest
