// Designations: what the user says about the estate in hubproof.yaml, in place of (or beside) inference.
#pragma once

#include <string>
#include <vector>

#include "engine/value/ipv4.h"
#include "engine/value/prefix.h"

namespace hubproof::model {

/// Chooses resources. All parts that are given must match; an empty selector matches nothing.
struct Selector {
  std::string id;            ///< ARM id
  std::string name;          ///< glob with * and ?
  std::string subscription;  ///< guid or name
  std::string resource_group;
  std::string management_group;  ///< name, anywhere in the subscription's chain
  std::string type;              ///< last part or whole of the ARM type
};

struct DeclaredAppliance {
  Ipv4 address;
  std::string vnet;  ///< name or id
};

struct Designations {
  std::vector<Selector> hubs;                 ///< virtual networks
  std::vector<Selector> spokes;               ///< virtual networks
  std::vector<Selector> firewalls;            ///< azureFirewalls
  std::vector<DeclaredAppliance> appliances;  ///< NVAs that count as the hub firewall
  std::vector<Ipv4> dns_servers;              ///< custom resolvers declared central
  std::vector<Selector> dns_zones;            ///< scopes whose private DNS zones are the central ones
  std::vector<Selector> ingress;              ///< the only permitted public surface
  std::vector<Prefix> direct;                 ///< destinations that spokes may reach without the firewall, each printed
  /// Prefixes that gateways may teach; empty optional = not declared (any prefix may be learned).
  bool has_learned_prefixes = false;
  std::vector<Prefix> learned_prefixes;
};

}  // namespace hubproof::model
