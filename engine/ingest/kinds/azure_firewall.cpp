// Microsoft.Network/azureFirewalls. source: learn.microsoft.com/azure/templates/microsoft.network/azurefirewalls
// (2025-07-01)
#include <algorithm>
#include <utility>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/firewall_rules.h"
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

/// The texts of additionalProperties that change forwarding or name resolution of a firewall with classic rules. A
/// policy's own settings win over them (azure-semantics.md 4.4), so with a policy they decide nothing.
struct ClassicSettings {
  std::vector<model::Unread> unread;
  model::Setting<bool> dns_proxy;
  std::vector<std::string> dns_servers;
  std::vector<Prefix> private_ranges;
  bool denies_threats = false;
};

/// Calls f(part) for each part of "a, b,c" that is not empty, until one is refused; false then.
template <class F>
bool each_part(std::string_view list, F f) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view part = text::trim(list.substr(0, comma));
    if (!part.empty() && !f(part)) return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return true;
}

/// False for a text that is no known setting, or not in its form.
bool read_setting(std::string_view key, std::string_view word, ClassicSettings& settings) {
  if (is(key, "Network.SNAT.PrivateRanges")) {  // "IANAPrivateRanges, 192.168.1.0/24, 192.168.1.10"
    return each_part(word,
                     [&](std::string_view range) { return append_private_range(range, settings.private_ranges); });
  }
  if (is(key, "Network.DNS.Servers")) {
    return each_part(word, [&](std::string_view server) {
      settings.dns_servers.emplace_back(server);
      return Ipv4::parse(server).has_value();
    });
  }
  if (!is(key, "Network.DNS.EnableProxy") || !text::equals(word, "true")) return false;
  settings.dns_proxy = true;
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
    if (!word || word->empty()) return;
    if (is(key, "Network.DNS.EnableProxy") && text::equals(*word, "false")) settings.dns_proxy = false;
    if (text::equals(*word, "false") || read_setting(key, *word, settings)) return;
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

void read_classic_list(Cursor list, model::FirewallRule::Kind kind, std::vector<model::RuleCollection>& out) {
  list.array([&](Cursor element) { out.push_back(read_classic_collection(element, kind)); });
}

/// Which of the three lists of classic rules a row shows.
struct ListsSeen {
  bool nat = false;
  bool network = false;
  bool application = false;
};

bool read_classic_rules(std::string_view key, Cursor value, ListsSeen& seen, model::ClassicRules& classic) {
  using Kind = model::FirewallRule::Kind;
  const auto read = [&](bool& is_seen, Kind kind, std::vector<model::RuleCollection>& out) {
    is_seen = value.type() != simdjson::ondemand::json_type::null;
    read_classic_list(value, kind, out);
    classic.is_whole = seen.nat && seen.network && seen.application;
    return true;
  };
  if (is(key, "natRuleCollections")) return read(seen.nat, Kind::nat, classic.nat);
  if (is(key, "networkRuleCollections")) return read(seen.network, Kind::network, classic.network);
  if (is(key, "applicationRuleCollections")) return read(seen.application, Kind::application, classic.application);
  return false;
}

}  // namespace

void read_azure_firewall(const RowHead& head, Cursor properties, ReadContext& context) {
  model::AzureFirewall firewall;
  firewall.id = head.id;
  ClassicSettings settings;
  ListsSeen lists;
  const EntityScope scope(context, firewall);
  properties.object([&](std::string_view key, Cursor value) {
    if (read_classic_rules(key, value, lists, firewall.classic)) return;
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
      read_additional(value, settings);
    } else if (is(key, "threatIntelMode")) {
      settings.denies_threats = may_deny(value);
    } else if (!read_common(key, value, firewall) &&
               // Read-only or about size.
               !is_one_of(key, {"ipGroups", "autoscaleConfiguration", "extended"})) {
      value.unknown_property();
    }
  });
  if (!firewall.policy.is_set()) {
    firewall.unread.insert(firewall.unread.end(), settings.unread.begin(), settings.unread.end());
    firewall.dns_proxy = settings.dns_proxy;
    firewall.dns_servers = std::move(settings.dns_servers);
    firewall.private_ranges = std::move(settings.private_ranges);
    firewall.denies_threats = settings.denies_threats;
  }
  context.snapshot.tables.firewalls.push_back(std::move(firewall));
}

}  // namespace hubproof::ingest
