// Private endpoints, private DNS zones and DNS resolvers.
#pragma once

#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/network.h"
#include "engine/model/setting.h"

namespace hubproof::model {

struct PrivateEndpoint : Entity {
  struct Connection {
    ResourceId target;  ///< privateLinkServiceId
    std::vector<std::string> group_ids;
    Setting<ConnectionStatus> status;
    bool is_manual = false;
    friend bool operator==(const Connection&, const Connection&) = default;
  };
  struct DnsConfig {
    std::string fqdn;
    std::vector<Ipv4> addresses;
    friend bool operator==(const DnsConfig&, const DnsConfig&) = default;
  };
  ResourceId subnet;
  std::vector<ResourceId> network_interfaces;
  std::vector<Connection> connections;
  std::vector<DnsConfig> custom_dns_configs;
  std::vector<Ipv4> addresses;  ///< properties.ipConfigurations (static); the NICs hold all addresses
  friend bool operator==(const PrivateEndpoint&, const PrivateEndpoint&) = default;
};

struct PrivateDnsZone : Entity {
  std::string name;                          ///< lower case, no final dot
  std::optional<std::uint64_t> record_sets;  ///< numberOfRecordSets, to notice rows that are missing
  std::optional<std::uint64_t> links;        ///< numberOfVirtualNetworkLinks
  friend bool operator==(const PrivateDnsZone&, const PrivateDnsZone&) = default;
};

struct VirtualNetworkLink : Entity {
  ResourceId zone;  ///< parent
  ResourceId vnet;
  Setting<bool> registration_enabled;
  Setting<ResolutionPolicy> resolution_policy;  ///< absent = Default
  Setting<LinkState> state;
  friend bool operator==(const VirtualNetworkLink&, const VirtualNetworkLink&) = default;
};

struct DnsRecordSet : Entity {
  ResourceId zone;                    ///< parent
  std::string type;                   ///< "a", "aaaa", "cname", ... lower case
  std::string name;                   ///< relative name, lower case; "@" for the zone itself
  std::vector<Ipv4> addresses;        ///< of type a
  std::string cname;                  ///< of type cname, lower case, no final dot
  std::vector<std::string> pointers;  ///< of type ptr: ptrdname, lower case, no final dot
  bool is_auto_registered = false;    ///< isAutoRegistered: made by a link with registration
  friend bool operator==(const DnsRecordSet&, const DnsRecordSet&) = default;
};

/// privateDnsZoneGroups child of a private endpoint (REST only).
struct DnsZoneGroup : Entity {
  ResourceId private_endpoint;  ///< parent
  std::vector<ResourceId> zones;
  friend bool operator==(const DnsZoneGroup&, const DnsZoneGroup&) = default;
};

struct DnsResolver : Entity {
  ResourceId vnet;
  friend bool operator==(const DnsResolver&, const DnsResolver&) = default;
};

struct DnsResolverEndpoint : Entity {
  ResourceId resolver;  ///< parent
  bool is_inbound = true;
  std::vector<Ipv4> addresses;
  ResourceId subnet;
  friend bool operator==(const DnsResolverEndpoint&, const DnsResolverEndpoint&) = default;
};

/// A DNS forwarding ruleset with the children that were read.
struct ForwardingRuleset : Entity {
  friend bool operator==(const ForwardingRuleset&, const ForwardingRuleset&) = default;
};
struct ForwardingRule : Entity {
  ResourceId ruleset;
  std::string domain;  ///< lower case, with the final dot
  std::vector<std::string> targets;
  Setting<bool> is_enabled;
  friend bool operator==(const ForwardingRule&, const ForwardingRule&) = default;
};
struct ForwardingRulesetLink : Entity {
  ResourceId ruleset;
  ResourceId vnet;
  friend bool operator==(const ForwardingRulesetLink&, const ForwardingRulesetLink&) = default;
};

}  // namespace hubproof::model
