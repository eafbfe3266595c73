// Azure Firewall, its policies, rule collection groups and IP groups.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/network.h"
#include "engine/model/setting.h"

namespace hubproof::model {

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
  bool has_classic_rules = false;  ///< any classic rule collection that is not empty
  bool has_classic_nat_rules = false;
  friend bool operator==(const AzureFirewall&, const AzureFirewall&) = default;
};

struct FirewallPolicy : Entity {
  Setting<FirewallTier> tier;
  ResourceId base_policy;
  std::vector<ResourceId> rule_collection_groups;
  Setting<bool> dns_proxy;               ///< dnsSettings.enableProxy, absent = false (or the parent's)
  std::vector<std::string> dns_servers;  ///< empty = Azure DNS (or the parent's)
  friend bool operator==(const FirewallPolicy&, const FirewallPolicy&) = default;
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
  std::vector<std::string>
      fqdns;  ///< destinationFqdns, targetFqdns, targetUrls, fqdnTags and webCategories, as spelled
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
