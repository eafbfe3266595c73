#include "engine/model/managed_networks_parts.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

bool is_understood(const Entity& entity) { return entity.unread.empty() && entity.is_settled; }

}  // namespace

std::string region_of(const VirtualNetwork& vnet) {
  std::string out = text::lower(vnet.location);
  out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
  return out;
}

Managers::Managers(const Snapshot& snapshot) : s_(snapshot), t_(snapshot.tables) {
  find_evidence();
  for (const Gap& gap : s_.gaps)
    is_partial_ = is_partial_ || (gap.reach == Gap::Reach::table && gap.table == ArgTable::network_resources);
  for (const EffectiveConfigurations& row : t_.effective_configurations) {
    has_effective_[static_cast<std::size_t>(row.feature)] = true;
    effective_.emplace(std::pair(row.feature, row.vnet), &row);
  }
  for (const GroupMembership& row : t_.group_memberships) {
    memberships_[row.vnet].push_back(&row);
    lists_memberships_ = lists_memberships_ || row.lists_all;
  }
  choose_deployments();
}

// Configurations as they were written also come from other exports; goal states, effective rows, memberships and
// snapshots only from networkresources: where one of them is, a commit that is not there was not made.
void Managers::find_evidence() {
  const auto look = [&](const auto& table, ManagerFeature feature) {
    for (const auto& row : table) {
      written_[static_cast<std::size_t>(feature)] = row.id;
      has_goal_states_ = has_goal_states_ || text::ends_with(arm_type(s_.ids.spelling(row.id)), "/snapshots");
    }
  };
  look(t_.admin_configurations, ManagerFeature::security_admin);
  look(t_.admin_collections, ManagerFeature::security_admin);
  look(t_.admin_rules, ManagerFeature::security_admin);
  look(t_.connectivity_configurations, ManagerFeature::connectivity);
  const auto lists_all = [](const GroupMembership& row) { return row.lists_all; };
  has_goal_states_ = has_goal_states_ || !t_.manager_deployments.empty() || !t_.effective_configurations.empty() ||
                     std::any_of(t_.group_memberships.begin(), t_.group_memberships.end(), lists_all);
  has_any_ = has_goal_states_ || written_[0].is_set() || written_[1].is_set() || !t_.network_managers.empty() ||
             !t_.group_memberships.empty();
}

// Resource Graph keeps a row per commit; the page asks for the latest by its time stamp.
void Managers::choose_deployments() {
  for (const ManagerDeployment& row : t_.manager_deployments) {
    const auto same = std::find_if(deployments_.begin(), deployments_.end(), [&](const Current& other) {
      return other.deployment->feature == row.feature && other.deployment->manager == row.manager &&
             other.deployment->location == row.location;
    });
    if (same == deployments_.end()) {
      deployments_.push_back({&row, true});
    } else if (row.commit_time == same->deployment->commit_time || row.commit_time.empty() ||
               same->deployment->commit_time.empty()) {
      same->is_clear = false;
    } else if (row.commit_time > same->deployment->commit_time) {
      same->deployment = &row;
    }
  }
}

template <class T>
const T* Managers::find(const std::vector<T>& table, ResourceId id) const {
  if (!id.is_set()) return nullptr;
  const auto less = [&](const T& row, std::string_view wanted) {
    return text::compare(s_.ids.spelling(row.id), wanted) < 0;
  };
  const auto found = std::lower_bound(table.begin(), table.end(), s_.ids.spelling(id), less);
  return found != table.end() && found->id == id ? &*found : nullptr;
}
template const AdminConfiguration* Managers::find(const std::vector<AdminConfiguration>&, ResourceId) const;
template const AdminCollection* Managers::find(const std::vector<AdminCollection>&, ResourceId) const;
template const AdminRule* Managers::find(const std::vector<AdminRule>&, ResourceId) const;
template const ConnectivityConfiguration* Managers::find(const std::vector<ConnectivityConfiguration>&,
                                                         ResourceId) const;
template const NetworkManager* Managers::find(const std::vector<NetworkManager>&, ResourceId) const;

std::vector<std::string> Managers::ancestors(const VirtualNetwork& vnet) const {
  const std::string guid = text::lower(arm_subscription(s_.ids.spelling(vnet.id)));
  for (const Subscription& row : t_.subscriptions) {
    if (row.guid == guid) return row.management_groups;
  }
  return {};
}

std::optional<std::size_t> Managers::height(ResourceId manager, const VirtualNetwork& vnet) const {
  const NetworkManager* row = find(t_.network_managers, manager);
  if (row == nullptr || !row->unread.empty()) return std::nullopt;
  const std::vector<std::string> chain = ancestors(vnet);
  for (std::size_t i = chain.size(); i > 0; --i) {
    const auto is_this = [&](const std::string& name) { return text::equals(name, chain[i - 1]); };
    if (std::any_of(row->management_groups.begin(), row->management_groups.end(), is_this)) return i;
  }
  const std::string guid = text::lower(arm_subscription(s_.ids.spelling(vnet.id)));
  const auto& own = row->subscriptions;
  if (std::find(own.begin(), own.end(), guid) == own.end()) return std::nullopt;
  // A management group that the export does not place may stand above as well.
  return row->management_groups.empty() || !chain.empty() ? std::optional<std::size_t>(0) : std::nullopt;
}

Ternary Managers::covers(const NetworkManager& manager, const VirtualNetwork& vnet) const {
  if (!manager.unread.empty()) return Ternary::unknown;
  if (height(manager.id, vnet)) return Ternary::yes;
  return manager.management_groups.empty() || !ancestors(vnet).empty() ? Ternary::no : Ternary::unknown;
}

InForce Managers::deployed(const VirtualNetwork& vnet, ManagerFeature feature) const {
  InForce out;
  const std::string region = region_of(vnet);
  for (const Current& current : deployments_) {
    const ManagerDeployment& row = *current.deployment;
    if (row.feature != feature) continue;
    const bool may_be_here = row.location == region || row.location.empty() || region.empty();
    if (!may_be_here) continue;
    const bool is_clear = current.is_clear && is_understood(row);
    if (is_clear && row.configurations.empty()) continue;
    out.evidence = row.id;
    if (!is_clear || row.location != region || region.empty()) {
      out.is_decided = false;
      return out;
    }
    out.configurations.insert(out.configurations.end(), row.configurations.begin(), row.configurations.end());
  }
  if (has_goal_states_ && !is_partial_) return out;
  // A manager or a configuration is there, and what was deployed may be in rows that the export does not hold.
  const auto leave_open = [&](ResourceId row) {
    out.is_decided = false;
    out.evidence = row;
  };
  bool covers_nothing = !t_.network_managers.empty();
  for (const NetworkManager& manager : t_.network_managers) {
    const bool may_act = feature == ManagerFeature::connectivity ? manager.may_connect : manager.may_secure;
    if (covers(manager, vnet) == Ternary::no) continue;
    covers_nothing = false;
    if (may_act) leave_open(manager.id);
  }
  const ResourceId written = written_[static_cast<std::size_t>(feature)];
  if (out.is_decided && written.is_set() && !covers_nothing) leave_open(written);
  return out;
}

InForce Managers::in_force(const VirtualNetwork& vnet, ManagerFeature feature) const {
  const auto told = effective_.find({feature, vnet.id});
  if (told != effective_.end()) {
    const EffectiveConfigurations& row = *told->second;
    return {is_understood(row), true, row.id, row.configurations};
  }
  if (has_effective_[static_cast<std::size_t>(feature)] && !is_partial_) return {};
  return deployed(vnet, feature);
}

// source: learn.microsoft.com/azure/virtual-network-manager/how-to-view-applied-configurations (all network group
// memberships are recorded in Resource Graph)
Ternary Managers::is_member(ResourceId vnet, ResourceId group) const {
  const auto rows = memberships_.find(vnet);
  bool is_whole = false;
  if (rows != memberships_.end()) {
    for (const GroupMembership* row : rows->second) {
      if (std::find(row->groups.begin(), row->groups.end(), group) != row->groups.end())
        return is_understood(*row) ? Ternary::yes : Ternary::unknown;
      is_whole = is_whole || (row->lists_all && is_understood(*row));
    }
  }
  if (is_whole) return Ternary::no;
  const bool has_own = rows != memberships_.end() && std::any_of(rows->second.begin(), rows->second.end(),
                                                                 [](const auto* row) { return row->lists_all; });
  return lists_memberships_ && !has_own && !is_partial_ ? Ternary::no : Ternary::unknown;
}

ResourceId Managers::membership_row(ResourceId vnet) const {
  const auto rows = memberships_.find(vnet);
  return rows == memberships_.end() ? ResourceId() : rows->second.front()->id;
}

const ManagerDeployment* Managers::deployment_of(ResourceId configuration, const VirtualNetwork& vnet) const {
  const std::string region = region_of(vnet);
  const ManagerDeployment* out = nullptr;
  for (const Current& current : deployments_) {
    const auto& all = current.deployment->configurations;
    if (std::find(all.begin(), all.end(), configuration) == all.end() || current.deployment->location != region)
      continue;
    if (out != nullptr || !current.is_clear || !is_understood(*current.deployment)) return nullptr;
    out = current.deployment;
  }
  return out;
}

}  // namespace hubproof::model
