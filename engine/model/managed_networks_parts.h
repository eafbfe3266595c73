// What managed_networks.cpp looks up: where configurations are in force, and who is in which network group.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/core/ternary.h"
#include "engine/model/snapshot.h"

namespace hubproof::model {

/// The configurations of one feature that are in force on a network.
struct InForce {
  bool is_decided = true;
  bool is_told_by_network = false;  ///< by its effective row: then at least one of its groups is meant
  ResourceId evidence;              ///< the row that says so, or that leaves it open; unset: nothing is in force
  std::vector<ResourceId> configurations;
};

class Managers {
 public:
  explicit Managers(const Snapshot& snapshot);

  bool has_any() const { return has_any_; }
  /// law:  the effective rows say what is applied; else what was committed to the region acts on the members of its
  ///       groups; a configuration without a deployment has no effect
  /// source: learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph, azure-semantics.md 3.2, 7.4
  InForce in_force(const VirtualNetwork& vnet, ManagerFeature feature) const;
  Ternary is_member(ResourceId vnet, ResourceId group) const;
  /// The row of the network's group memberships, or of a static member; unset when there is none.
  ResourceId membership_row(ResourceId vnet) const;
  /// The goal state that deployed the configuration to the region of the network; nullptr when none or several did.
  const ManagerDeployment* deployment_of(ResourceId configuration, const VirtualNetwork& vnet) const;
  /// How high the manager stands above the network: 0 for its subscription, more for each management group; nothing
  /// when that is not known.
  std::optional<std::size_t> height(ResourceId manager, const VirtualNetwork& vnet) const;
  template <class T>
  const T* find(const std::vector<T>& table, ResourceId id) const;

 private:
  void find_evidence();
  Ternary covers(const NetworkManager& manager, const VirtualNetwork& vnet) const;
  InForce deployed(const VirtualNetwork& vnet, ManagerFeature feature) const;
  std::vector<std::string> ancestors(const VirtualNetwork& vnet) const;
  void choose_deployments();

  const Snapshot& s_;
  const Tables& t_;
  bool has_any_ = false;
  bool has_goal_states_ = false;  ///< the export holds rows that only Resource Graph's networkresources has
  ResourceId written_[2];         ///< per feature: a configuration of it, deployed or not
  bool is_partial_ = false;
  bool lists_memberships_ = false;
  bool has_effective_[2] = {false, false};
  std::map<std::pair<ManagerFeature, ResourceId>, const EffectiveConfigurations*> effective_;
  std::unordered_map<ResourceId, std::vector<const GroupMembership*>> memberships_;
  struct Current {
    const ManagerDeployment* deployment = nullptr;
    bool is_clear = true;  ///< false: which commit is the latest cannot be told
  };
  std::vector<Current> deployments_;  ///< the latest of each manager, region and feature
};

/// As a network manager spells regions.
std::string region_of(const VirtualNetwork& vnet);

}  // namespace hubproof::model
