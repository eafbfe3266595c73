// Azure Virtual Network Manager: what managers configured, what they deployed, and what is said to act on which
// network. Rows of Resource Graph's table networkresources; a deployed version of a configuration is its "snapshot",
// with an id of its own that ends in /snapshots/<n>. source:
// learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/network.h"

namespace hubproof::model {

struct NetworkManager : Entity {
  std::vector<std::string> subscriptions;      ///< guids, lower case
  std::vector<std::string> management_groups;  ///< names, lower case
  bool may_secure = true;                      ///< networkManagerScopeAccesses has SecurityAdmin, or is not there
  bool may_connect = true;                     ///< ... Connectivity
  friend bool operator==(const NetworkManager&, const NetworkManager&) = default;
};

/// What a configuration does where it meets services with a network intent policy (SQL Managed Instance, Databricks).
struct AdminConfiguration : Entity {
  Setting<IntentPolicyReach> intent_policies;  ///< applyOnNetworkIntentPolicyBasedServices, absent = None
  friend bool operator==(const AdminConfiguration&, const AdminConfiguration&) = default;
};

struct AdminCollection : Entity {
  std::vector<ResourceId> groups;  ///< network groups that it applies to, never of a snapshot
  friend bool operator==(const AdminCollection&, const AdminCollection&) = default;
};

/// One security admin rule, or the snapshot of one. What is unread in it may do anything.
struct AdminRule : Entity {
  ResourceId collection;  ///< never a snapshot
  AdminAccess access = AdminAccess::deny;
  SecurityRule match;  ///< its own `access` means nothing
  friend bool operator==(const AdminRule&, const AdminRule&) = default;
};

struct ConnectivityConfiguration : Entity {
  struct Group {
    ResourceId group;  ///< never of a snapshot
    Setting<GroupConnectivity> connectivity;
    Setting<bool> is_global;  ///< absent = false
    friend bool operator==(const Group&, const Group&) = default;
  };
  Setting<ConnectivityTopology> topology;
  Setting<bool> is_global;  ///< of a mesh; absent = false
  std::vector<ResourceId> hubs;
  std::vector<Group> groups;
  friend bool operator==(const ConnectivityConfiguration&, const ConnectivityConfiguration&) = default;
};

enum class ManagerFeature : std::uint8_t { security_admin, connectivity };

/// A regional goal state: what a commit deployed to one region.
struct ManagerDeployment : Entity {
  ManagerFeature feature = ManagerFeature::security_admin;
  ResourceId manager;
  std::string location;  ///< lower case, without spaces; empty: not told
  std::string commit_time;
  std::vector<ResourceId> configurations;
  std::vector<ResourceId> collections;
  std::vector<ResourceId> rules;
  friend bool operator==(const ManagerDeployment&, const ManagerDeployment&) = default;
};

/// effectiveSecurityAdminRules or effectiveConnectivityConfigurations of one network.
struct EffectiveConfigurations : Entity {
  ManagerFeature feature = ManagerFeature::security_admin;
  ResourceId vnet;
  std::vector<ResourceId> configurations;
  friend bool operator==(const EffectiveConfigurations&, const EffectiveConfigurations&) = default;
};

/// networkGroupMemberships of one network, or a static member of one group.
struct GroupMembership : Entity {
  ResourceId vnet;
  bool lists_all = false;  ///< the groups are all that the network is in
  std::vector<ResourceId> groups;
  friend bool operator==(const GroupMembership&, const GroupMembership&) = default;
};

/// The security admin rules that act on one network, derived (engine/model/managed_networks.h).
struct AdminPolicy {
  struct Use {
    std::uint32_t rule = 0;  ///< into Tables::admin_rules
    std::uint32_t rank = 0;  ///< the least number decides; equal ones are in no known order
    bool is_certain = true;  ///< false: whether it acts here is not known
    friend bool operator==(const Use&, const Use&) = default;
  };
  ResourceId vnet;
  ResourceId evidence;     ///< the row that says so
  std::vector<Use> rules;  ///< by rank
  IntentPolicyReach intent_policies = IntentPolicyReach::none;
};

}  // namespace hubproof::model
