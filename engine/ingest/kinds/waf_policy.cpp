// Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies.
// source: learn.microsoft.com/azure/templates/microsoft.network/applicationgatewaywebapplicationfirewallpolicies
// (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_state(Cursor value, model::WafPolicy& policy) {
  const std::optional<std::string_view> word = value.text();
  if (!word || word->empty()) return;
  if (text::equals(*word, "Enabled")) {
    policy.is_enabled = true;
  } else if (text::equals(*word, "Disabled")) {
    policy.is_enabled = false;
  } else {
    value.unread(std::string(*word));
    policy.is_enabled = model::Setting<bool>::unreadable(std::string(*word));
  }
}

void read_settings(Cursor settings, model::WafPolicy& policy) {
  settings.object([&](std::string_view key, Cursor value) {
    if (is(key, "state")) read_state(value, policy);
    if (is(key, "mode")) policy.mode = value.word<model::WafMode>();
  });
}

/// An override that names no rule switches its whole group off; one that does is tuning, and what it leaves is not
/// counted.
/// source: learn.microsoft.com/azure/templates/microsoft.network/applicationgatewaywebapplicationfirewallpolicies
/// (ManagedRuleGroupOverride.rules)
void read_group_override(Cursor element) {
  bool names_rules = false;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "rules")) value.array([&](Cursor) { names_rules = true; });
  });
  if (!names_rules) element.unread("an override that switches a whole group of rules off");
}

/// Bot manager and DDoS rule sets add to these two and look for no attack inside a request.
/// source: learn.microsoft.com/azure/web-application-firewall/ag/application-gateway-crs-rulegroups-rules
void read_managed_rule_set(Cursor element, model::WafPolicy& policy) {
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "ruleGroupOverrides")) value.array([&](Cursor group) { read_group_override(group); });
    if (!is(key, "ruleSetType")) return;
    const std::string_view type = value.text().value_or("");
    if (text::equals(type, "OWASP") || text::equals(type, "Microsoft_DefaultRuleSet")) policy.has_managed_rules = true;
  });
}

void read_managed_rules(Cursor rules, model::WafPolicy& policy) {
  rules.object([&](std::string_view key, Cursor value) {
    if (is(key, "managedRuleSets")) value.array([&](Cursor element) { read_managed_rule_set(element, policy); });
  });
}

/// A custom rule that allows lets its requests past the managed rules: azure-semantics.md 6.1.
void read_custom_rule(Cursor element) {
  bool allows = false;
  bool is_off = false;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "action")) allows = text::equals(value.text().value_or(""), "Allow");
    if (is(key, "state")) is_off = text::equals(value.text().value_or(""), "Disabled");
  });
  if (allows && !is_off) element.unread("a custom rule that lets requests past the managed rules");
}

}  // namespace

void read_waf_policy(const RowHead& head, Cursor properties, ReadContext& context) {
  model::WafPolicy policy;
  policy.id = head.id;
  const EntityScope scope(context, policy);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "policySettings")) {
      read_settings(value, policy);
    } else if (is(key, "managedRules")) {
      read_managed_rules(value, policy);
    } else if (is(key, "customRules")) {
      value.array([&](Cursor element) { read_custom_rule(element); });
    } else {
      read_common(key, value, policy);
    }
  });
  context.snapshot.tables.waf_policies.push_back(std::move(policy));
}

}  // namespace hubproof::ingest
