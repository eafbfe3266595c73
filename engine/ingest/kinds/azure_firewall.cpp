// Microsoft.Network/azureFirewalls. source: learn.microsoft.com/azure/templates/microsoft.network/azurefirewalls
// (2025-07-01)
#include <algorithm>
#include <utility>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_configuration(Cursor element, model::AzureFirewall& firewall) {
  model::AzureFirewall::IpConfiguration configuration;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "privateIPAddress")) {
      configuration.address = read_address(value);
    } else if (is(key, "subnet")) {
      configuration.subnet = value.reference();
    } else if (is(key, "publicIPAddress")) {
      configuration.public_ip = value.reference();
    } else if (is(key, "provisioningState")) {
      if (!is_settled(value)) firewall.is_settled = false;
    } else if (!is(key, "privateIPAllocationMethod")) {
      value.unknown_property();
    }
  });
  firewall.ip_configurations.push_back(configuration);
}

bool has_elements(Cursor list) {
  bool any = false;
  list.array([&](Cursor) { any = true; });
  return any;
}

/// The texts of additionalProperties that change forwarding or name resolution of a firewall with classic rules. A
/// policy's own settings win over them (azure-semantics.md 4.4), so with a policy they decide nothing.
struct ClassicSettings {
  std::vector<model::Unread> unread;
  std::vector<Prefix> private_ranges;
};

/// "IANAPrivateRanges, 192.168.1.0/24, 192.168.1.10"; false when some part is none of these.
bool read_private_ranges(std::string_view list, std::vector<Prefix>& out) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view range = text::trim(list.substr(0, comma));
    if (!range.empty() && !append_private_range(range, out)) return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return true;
}

// source: learn.microsoft.com/azure/firewall/dns-settings, .../snat-private-range
void read_additional(Cursor object, ClassicSettings& settings) {
  object.object([&](std::string_view key, Cursor value) {
    const bool is_harmless = text::starts_with(key, "Network.FTP.") ||
                             text::starts_with(key, "Network.AdditionalLogs.") ||
                             text::starts_with(key, "Network.Logging.") || text::starts_with(key, "ThreatIntel.");
    if (is_harmless) return;
    const std::optional<std::string_view> word = value.text();
    if (!word || word->empty() || text::equals(*word, "false")) return;
    if (text::equals(key, "Network.SNAT.PrivateRanges") && read_private_ranges(*word, settings.private_ranges)) return;
    settings.unread.push_back({value.context().pointer(), text::printable(word->substr(0, 80))});
  });
}

void read_sku(Cursor sku, model::AzureFirewall& firewall) {
  sku.object([&](std::string_view key, Cursor value) {
    if (is(key, "tier")) firewall.tier = value.word<model::FirewallTier>();
  });
}

void read_hub_addresses(Cursor addresses, model::AzureFirewall& firewall) {
  addresses.object([&](std::string_view key, Cursor value) {
    if (is(key, "privateIPAddress")) firewall.hub_address = read_address(value);
  });
}

bool read_classic_rules(std::string_view key, Cursor value, model::AzureFirewall& firewall) {
  if (is(key, "natRuleCollections")) {
    firewall.has_classic_nat_rules = has_elements(value);
    firewall.has_classic_rules = firewall.has_classic_rules || firewall.has_classic_nat_rules;
    return true;
  }
  if (!is_one_of(key, {"networkRuleCollections", "applicationRuleCollections"})) return false;
  firewall.has_classic_rules = has_elements(value) || firewall.has_classic_rules;
  return true;
}

}  // namespace

void read_azure_firewall(const RowHead& head, Cursor properties, ReadContext& context) {
  model::AzureFirewall firewall;
  firewall.id = head.id;
  ClassicSettings classic;
  const EntityScope scope(context, firewall);
  properties.object([&](std::string_view key, Cursor value) {
    if (read_classic_rules(key, value, firewall)) return;
    if (is(key, "ipConfigurations")) {
      value.array([&](Cursor element) { read_configuration(element, firewall); });
    } else if (is(key, "managementIpConfiguration")) {
      value.object([&](std::string_view, Cursor) { firewall.has_management_nic = true; });
    } else if (is(key, "sku")) {
      read_sku(value, firewall);
    } else if (is(key, "firewallPolicy")) {
      firewall.policy = value.reference();
    } else if (is(key, "virtualHub")) {
      firewall.virtual_hub = value.reference();
    } else if (is(key, "hubIPAddresses")) {
      read_hub_addresses(value, firewall);
    } else if (is(key, "additionalProperties")) {
      read_additional(value, classic);
    } else if (!read_common(key, value, firewall) &&
               // Threat intelligence only takes traffic away; the others are read-only or about size.
               !is_one_of(key, {"threatIntelMode", "ipGroups", "autoscaleConfiguration", "extended"})) {
      value.unknown_property();
    }
  });
  if (!firewall.policy.is_set()) {
    firewall.unread.insert(firewall.unread.end(), classic.unread.begin(), classic.unread.end());
    firewall.private_ranges = std::move(classic.private_ranges);
  }
  context.snapshot.tables.firewalls.push_back(std::move(firewall));
}

}  // namespace hubproof::ingest
