// Microsoft.Network/firewallPolicies and ipGroups.
// source: learn.microsoft.com/azure/templates/microsoft.network/firewallpolicies and .../ipgroups (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/firewall_rules.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_dns_settings(Cursor settings, model::FirewallPolicy& policy) {
  settings.object([&](std::string_view key, Cursor value) {
    if (is(key, "enableProxy")) {
      policy.dns_proxy = value.boolean();
    } else if (is(key, "servers")) {
      append_texts(value, policy.dns_servers);
    } else if (!is(key, "requireProxyForNetworkRules")) {
      value.unknown_property();
    }
  });
}

void read_sku(Cursor sku, model::FirewallPolicy& policy) {
  sku.object([&](std::string_view key, Cursor value) {
    if (is(key, "tier")) policy.tier = value.word<model::FirewallTier>();
  });
}

// source: learn.microsoft.com/azure/firewall/snat-private-range
void read_snat(Cursor snat, model::FirewallPolicy& policy) {
  snat.object([&](std::string_view key, Cursor value) {
    if (is(key, "autoLearnPrivateRanges")) {
      const std::optional<std::string_view> word = value.text();
      policy.learns_private_ranges = word && text::equals(*word, "Enabled");
      if (word && !is_one_of(*word, {"", "Enabled", "Disabled"})) value.unread(std::string(*word));
    } else if (is(key, "privateRanges")) {
      value.array([&](Cursor element) {
        const std::string_view range = element.text().value_or("");
        if (!range.empty() && !append_private_range(range, policy.private_ranges)) element.unread(std::string(range));
      });
    } else {
      value.unknown_property();
    }
  });
}

// A signature may have a mode of its own, which does not act with detection off.
// source: learn.microsoft.com/azure/firewall/premium-features#idps
void read_intrusion_detection(Cursor detection, model::FirewallPolicy& policy) {
  bool is_off = false;
  bool denies_one = false;
  const auto read_override = [&](std::string_view key, Cursor value) {
    if (is(key, "mode")) denies_one = may_deny(value) || denies_one;
  };
  const auto read_configuration = [&](std::string_view key, Cursor value) {
    if (!is(key, "signatureOverrides")) return;
    value.array([&](Cursor element) { element.object(read_override); });
  };
  detection.object([&](std::string_view key, Cursor value) {
    if (is(key, "mode")) {
      const std::string_view word = value.text().value_or("");
      is_off = is_one_of(word, {"", "Off"});
      policy.denies_intrusions = !is_off && !is(word, "Alert");
    } else if (is(key, "configuration")) {
      value.object(read_configuration);
    }
  });
  policy.denies_intrusions = policy.denies_intrusions || (denies_one && !is_off);
}

/// An explicit proxy takes connections at the firewall's own address, which no route shows.
void read_explicit_proxy(Cursor proxy) {
  proxy.object([&](std::string_view key, Cursor value) {
    if (is(key, "enableExplicitProxy")) value.unknown_property();
  });
}

// TLS inspection and logging do not move traffic; the others are read-only.
bool is_harmless(std::string_view key) {
  return is_one_of(key, {"threatIntelWhitelist", "transportSecurity", "insights", "sql", "childPolicies", "firewalls",
                         "size", "ruleGroups", "extended"});
}

}  // namespace

void read_firewall_policy(const RowHead& head, Cursor properties, ReadContext& context) {
  model::FirewallPolicy policy;
  policy.id = head.id;
  const EntityScope scope(context, policy);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "sku")) {
      read_sku(value, policy);
    } else if (is(key, "basePolicy")) {
      policy.base_policy = value.reference();
    } else if (is(key, "ruleCollectionGroups")) {
      append_references(value, policy.rule_collection_groups);
    } else if (is(key, "dnsSettings")) {
      read_dns_settings(value, policy);
    } else if (is(key, "snat")) {
      read_snat(value, policy);
    } else if (is(key, "threatIntelMode")) {
      policy.denies_threats = may_deny(value);
    } else if (is(key, "intrusionDetection")) {
      read_intrusion_detection(value, policy);
    } else if (is(key, "explicitProxy")) {
      read_explicit_proxy(value);
    } else if (!read_common(key, value, policy) && !is_harmless(key)) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.firewall_policies.push_back(std::move(policy));
}

void read_ip_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::IpGroup group;
  group.id = head.id;
  const EntityScope scope(context, group);
  DemandedLists lists(properties, {"ipAddresses"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "ipAddresses")) {
      value.array([&](Cursor element) { append_terms(element, group.members); });
    } else {
      read_common(key, value, group);
    }
  });
  lists.tell(group);
  context.snapshot.tables.ip_groups.push_back(std::move(group));
}

}  // namespace hubproof::ingest
