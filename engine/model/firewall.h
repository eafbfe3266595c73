// Azure Firewall, its policies, rule collection groups and IP groups.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/network.h"
#include "engine/model/setting.h"

namespace hubproof::model {

/// The destinations that a firewall takes for private as long as it is told no others ("IANAPrivateRanges"): RFC 1918
/// and RFC 6598. source: learn.microsoft.com/azure/firewall/snat-private-range
inline constexpr Prefix kDefaultPrivateRanges[] = {Prefix::around(Ipv4(0x0a000000U), 8),    // 10.0.0.0/8
                                                   Prefix::around(Ipv4(0xac100000U), 12),   // 172.16.0.0/12
                                                   Prefix::around(Ipv4(0xc0a80000U), 16),   // 192.168.0.0/16
                                                   Prefix::around(Ipv4(0x64400000U), 10)};  // 100.64.0.0/10

/// What an application rule listens for, on one port.
struct ApplicationProtocol {
  enum class Kind : std::uint8_t { http, https, mssql };
  Kind kind = Kind::https;
  std::uint16_t port = 443;
  friend bool operator==(const ApplicationProtocol&, const ApplicationProtocol&) = default;
};

struct FirewallRule {
  enum class Kind : std::uint8_t { network, application, nat };
  std::string name;
  Kind kind = Kind::network;
  std::vector<Protocol> protocols;
  std::vector<AddressTerm> sources;  ///< "*" is a term of kind any; tags and unread terms as in AddressTerm
  std::vector<AddressTerm> destinations;
  std::vector<ResourceId> source_ip_groups;
  std::vector<ResourceId> destination_ip_groups;
  std::vector<PortRange> destination_ports;
  std::vector<ApplicationProtocol> application_protocols;
  std::vector<std::string> fqdns;  ///< destinationFqdns and targetFqdns, as spelled
  bool has_other_names = false;    ///< names targetUrls, fqdnTags or webCategories as well
  bool terminates_tls = false;
  std::string translated_address;  ///< of a nat rule: address or FQDN as spelled
  std::optional<std::uint16_t> translated_port;
  bool is_usable = true;
  friend bool operator==(const FirewallRule&, const FirewallRule&) = default;
};

struct RuleCollection {
  std::string name;
  std::uint32_t priority = 0;
  bool is_nat = false;
  Access action = Access::allow;  ///< DNAT collections: allow
  std::vector<FirewallRule> rules;
  friend bool operator==(const RuleCollection&, const RuleCollection&) = default;
};

/// The rules of a firewall itself, which act when it has no policy; each list in the export's order.
struct ClassicRules {
  std::vector<RuleCollection> nat;
  std::vector<RuleCollection> network;
  std::vector<RuleCollection> application;
  bool is_whole = false;  ///< the row shows all three lists, be they empty
  bool empty() const { return nat.empty() && network.empty() && application.empty(); }
  friend bool operator==(const ClassicRules&, const ClassicRules&) = default;
};

struct AzureFirewall : Entity {
  struct IpConfiguration {
    std::optional<Ipv4> address;
    ResourceId subnet;
    ResourceId public_ip;
    friend bool operator==(const IpConfiguration&, const IpConfiguration&) = default;
  };
  Setting<FirewallTier> tier;
  std::vector<IpConfiguration> ip_configurations;
  std::optional<Ipv4> hub_address;  ///< hubIPAddresses.privateIPAddress of a secured virtual hub
  ResourceId virtual_hub;
  ResourceId policy;
  bool has_management_nic = false;
  /// Of a firewall without a policy, the settings of its own.
  ClassicRules classic;
  Setting<bool> dns_proxy;               ///< Network.DNS.EnableProxy
  std::vector<std::string> dns_servers;  ///< Network.DNS.Servers
  std::vector<Prefix> private_ranges;    ///< Network.SNAT.PrivateRanges; as FirewallPolicy::private_ranges
  bool denies_threats = false;           ///< as FirewallPolicy::denies_threats
  friend bool operator==(const AzureFirewall&, const AzureFirewall&) = default;
};

struct FirewallPolicy : Entity {
  Setting<FirewallTier> tier;
  ResourceId base_policy;
  std::vector<ResourceId> rule_collection_groups;
  Setting<bool> dns_proxy;               ///< dnsSettings.enableProxy, absent = false (or the parent's)
  std::vector<std::string> dns_servers;  ///< empty = Azure DNS (or the parent's)
  /// snat.privateRanges: destinations to which network rules let packets pass with their source. Empty: none are named.
  std::vector<Prefix> private_ranges;
  bool learns_private_ranges = false;  ///< snat.autoLearnPrivateRanges: more than these, in no export
  bool denies_threats = false;         ///< threatIntelMode is Deny, or a word that is not known
  bool denies_intrusions = false;      ///< intrusionDetection has Deny for all or single signatures, or such a word
  friend bool operator==(const FirewallPolicy&, const FirewallPolicy&) = default;
};

struct RuleCollectionGroup : Entity {
  ResourceId policy;  ///< parent
  std::uint32_t priority = 0;
  std::vector<RuleCollection> collections;
  friend bool operator==(const RuleCollectionGroup&, const RuleCollectionGroup&) = default;
};

struct IpGroup : Entity {
  std::vector<AddressTerm> members;  ///< prefix terms; ranges are split; unread ones kept as unread
  friend bool operator==(const IpGroup&, const IpGroup&) = default;
};

}  // namespace hubproof::model
