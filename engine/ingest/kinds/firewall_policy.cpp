// Microsoft.Network/firewallPolicies and ipGroups.
// source: learn.microsoft.com/azure/templates/microsoft.network/firewallpolicies and .../ipgroups (2025-07-01)
#include "engine/ingest/kinds/fields.h"
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

/// Network rules translate the source unless the destination is private; the model knows Azure's own private ranges
/// only, so any other list is unread. source: learn.microsoft.com/azure/firewall/snat-private-range
void read_snat(Cursor snat) {
  snat.object([&](std::string_view key, Cursor value) {
    if (is(key, "autoLearnPrivateRanges")) {
      const std::optional<std::string_view> word = value.text();
      if (word && !word->empty() && !text::equals(*word, "Disabled")) value.unread(std::string(*word));
    } else if (is(key, "privateRanges")) {
      value.array([&](Cursor element) {
        const std::string_view range = element.text().value_or("");
        if (!is_one_of(range,
                       {"", "IANAPrivateRanges", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"})) {
          element.unread(std::string(range));
        }
      });
    } else {
      value.unknown_property();
    }
  });
}

/// An explicit proxy takes connections at the firewall's own address, which no route shows.
void read_explicit_proxy(Cursor proxy) {
  proxy.object([&](std::string_view key, Cursor value) {
    if (is(key, "enableExplicitProxy")) value.unknown_property();
  });
}

// Inspection and threat intelligence only take traffic away; TLS inspection and logging do not move it; the others are
// read-only.
bool is_harmless(std::string_view key) {
  return is_one_of(key, {"threatIntelMode", "threatIntelWhitelist", "intrusionDetection", "transportSecurity",
                         "insights", "sql", "childPolicies", "firewalls", "size", "ruleGroups", "extended"});
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
      read_snat(value);
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
