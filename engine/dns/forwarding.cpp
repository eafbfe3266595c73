// Which forwarding rule takes a name. source: azure-semantics.md 8.1 step 3b, 8.2
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/dns/query.h"

namespace hubproof::dns {

using namespace model;

std::string_view two_labels(std::string_view name) {
  const std::size_t last = name.rfind('.');
  if (last == std::string_view::npos || last == 0) return name;
  const std::size_t before = name.rfind('.', last - 1);
  return before == std::string_view::npos ? name : name.substr(before + 1);
}

std::string_view domain_of(const ForwardingRule& rule) {
  std::string_view domain = rule.domain;
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
  return domain;
}

namespace {

// A rule for "." leaves out the two-label names of the private-link zone table, which are reserved for Azure services,
// and windowsazure.us, which the page names beside them. source:
// learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets#rule-processing
bool is_reserved(std::string_view name) {
  const std::string_view suffix = two_labels(name);
  if (suffix == "windowsazure.us") return true;
  const auto zones = private_link_zones();
  return std::any_of(zones.begin(), zones.end(),
                     [&](const auto& row) { return two_labels(row.public_suffix) == suffix; });
}

bool takes(const ForwardingRule& rule, std::string_view name) {
  const std::string_view domain = domain_of(rule);
  return domain.empty() ? !is_reserved(name) : lies_under(name, domain);
}

std::string doubt_of(const NameIndex& index, const ForwardingRule& rule) {
  const bool is_sure = rule.unread.empty() && rule.is_settled && !rule.is_enabled.is_unreadable() &&
                       !index.is_contradictory(rule.id) && !rule.domain.empty();
  if (is_sure) return {};
  return fmt::format("the forwarding rule \"{}\" is not settled or could not be read in full",
                     text::printable(index.estate().name(rule.id)));
}

void consider(const NameIndex& index, const ForwardingRule& rule, std::string_view name, RuleMatch& match) {
  std::string doubt = doubt_of(index, rule);
  // A rule whose reading is in doubt may have any domain.
  if (!doubt.empty()) {
    match.doubt = std::move(doubt);
    return;
  }
  // The state of a rule that does not give one is Enabled (azure/templates/microsoft.network/dnsforwardingrulesets).
  if (rule.is_enabled.is(false) || !takes(rule, name)) return;
  const std::size_t length = domain_of(rule).size();
  const std::size_t best = match.rules.empty() ? 0 : domain_of(*match.rules.front()).size();
  if (!match.rules.empty() && length < best) return;
  if (!match.rules.empty() && length > best) match.rules.clear();
  match.rules.push_back(&rule);
}

}  // namespace

RuleMatch match_rules(const NameIndex& index, ResourceId vnet, std::string_view name) {
  const Estate& e = index.estate();
  RuleMatch match;
  for (const auto& [key, link] : e.ruleset_links_by_vnet.of(vnet)) {
    const ForwardingRulesetLink& to = e.tables().forwarding_ruleset_links[link];
    const auto rules = e.rules_by_ruleset.of(to.ruleset);
    if (!to.unread.empty() || !to.is_settled || index.is_contradictory(to.id)) {
      match.doubt = fmt::format("the link of the ruleset \"{}\" is not settled or could not be read in full",
                                text::printable(e.name(to.ruleset)));
    }
    if (rules.empty()) {
      match.doubt = fmt::format("the rules of the forwarding ruleset \"{}\" are not in the export",
                                text::printable(e.name(to.ruleset)));
    }
    for (const auto& [ruleset, rule] : rules) consider(index, e.tables().forwarding_rules[rule], name, match);
  }
  // Rules and links of a ruleset are in no Resource Graph table: one without any link was likely not asked for them.
  // source: inputs.md A2
  if (match.doubt.empty() && !index.rulesets_without_links().empty()) {
    match.doubt = fmt::format("the links of the forwarding ruleset \"{}\" are not in the export",
                              text::printable(e.name(index.rulesets_without_links().front())));
  }
  return match;
}

}  // namespace hubproof::dns
