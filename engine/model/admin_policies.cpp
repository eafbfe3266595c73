#include "engine/model/admin_policies.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

/// One configuration that is in force, with the manager that it belongs to.
struct Deployed {
  ResourceId configuration;
  ResourceId manager;
  std::size_t height = 0;
};

/// Puts together the rules of one network.
class Assembly {
 public:
  Assembly(const Snapshot& snapshot, const Managers& managers, const VirtualNetwork& vnet, const InForce& in_force)
      : s_(snapshot), managers_(managers), vnet_(vnet), in_force_(in_force) {}
  std::optional<AdminPolicy> run();

 private:
  bool order(std::vector<Deployed>& all) const;
  bool add(ResourceId configuration, std::uint32_t place);
  Ternary applies(ResourceId collection) const;
  std::vector<std::pair<ResourceId, Ternary>> collections_of(const ManagerDeployment& deployment,
                                                             std::string_view configuration) const;
  void keep_what_intent_policies_leave();

  const Snapshot& s_;
  const Managers& managers_;
  const VirtualNetwork& vnet_;
  const InForce& in_force_;
  AdminPolicy out_;
};

// law:  of several managers the configuration of the one with the higher scope is the one applied on a conflict; one
//       manager has one security admin configuration per region
// source: learn.microsoft.com/azure/virtual-network-manager/concept-network-manager-scope,
// learn.microsoft.com/azure/virtual-network-manager/faq
bool Assembly::order(std::vector<Deployed>& all) const {
  if (all.size() < 2) return true;
  for (Deployed& one : all) {
    const std::optional<std::size_t> height = managers_.height(one.manager, vnet_);
    if (!height) return false;
    one.height = *height;
  }
  std::sort(all.begin(), all.end(), [](const Deployed& a, const Deployed& b) { return a.height > b.height; });
  const auto are_level = [](const Deployed& a, const Deployed& b) { return a.height == b.height; };
  return std::adjacent_find(all.begin(), all.end(), are_level) == all.end();
}

Ternary Assembly::applies(ResourceId collection) const {
  const AdminCollection* row = managers_.find(s_.tables.admin_collections, collection);
  if (row == nullptr || !row->unread.empty() || !row->is_settled) return Ternary::unknown;
  Ternary out = Ternary::no;
  for (const ResourceId group : row->groups) out = std::max(out, managers_.is_member(vnet_.id, group));
  return out;
}

/// The collections of the configuration by their ids without a snapshot.
std::vector<std::pair<ResourceId, Ternary>> Assembly::collections_of(const ManagerDeployment& deployment,
                                                                     std::string_view configuration) const {
  std::vector<std::pair<ResourceId, Ternary>> out;
  for (const ResourceId id : deployment.collections) {
    const std::string_view live = arm_without_snapshot(s_.ids.spelling(id));
    if (!text::equals(arm_parent(live), configuration)) continue;
    out.emplace_back(s_.ids.find(live), applies(id));
  }
  // The network says that the configuration is applied to it: some collection is, and the only one for certain.
  if (!in_force_.is_told_by_network) return out;
  if (out.size() == 1) out.front().second = Ternary::yes;
  if (std::all_of(out.begin(), out.end(), [](const auto& entry) { return entry.second == Ternary::no; })) {
    for (auto& entry : out) entry.second = Ternary::unknown;
  }
  return out;
}

bool Assembly::add(ResourceId configuration, std::uint32_t place) {
  const ManagerDeployment* deployment = managers_.deployment_of(configuration, vnet_);
  if (deployment == nullptr) return false;
  const std::string_view live = arm_without_snapshot(s_.ids.spelling(configuration));
  const auto collections = collections_of(*deployment, live);
  bool has_rules = false;
  for (const ResourceId id : deployment->rules) {
    const std::string_view collection = arm_parent(arm_without_snapshot(s_.ids.spelling(id)));
    if (!text::equals(arm_parent(collection), live)) continue;
    has_rules = true;
    const AdminRule* rule = managers_.find(s_.tables.admin_rules, id);
    if (rule == nullptr || !rule->unread.empty() || !rule->is_settled) return false;
    const auto where = std::find_if(collections.begin(), collections.end(),
                                    [&](const auto& entry) { return entry.first == rule->collection; });
    if (where == collections.end()) return false;
    if (where->second == Ternary::no) continue;
    const auto index = static_cast<std::uint32_t>(rule - s_.tables.admin_rules.data());
    out_.rules.push_back({index, place + rule->match.priority, where->second == Ternary::yes});
  }
  return has_rules;
}

// law:  networks of such services take no admin rules, or only Allow rules, unless the configuration says All
// form: an AlwaysAllow that may act opens what groups close: it stays, as one that may act
// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins, azure-semantics.md 3.2
void Assembly::keep_what_intent_policies_leave() {
  if (out_.intent_policies == IntentPolicyReach::all) return;
  std::vector<AdminPolicy::Use> kept;
  for (AdminPolicy::Use use : out_.rules) {
    const AdminAccess access = s_.tables.admin_rules[use.rule].access;
    if (access == AdminAccess::deny) continue;
    if (access == AdminAccess::allow && out_.intent_policies == IntentPolicyReach::none) continue;
    use.is_certain = use.is_certain && access == AdminAccess::allow;
    kept.push_back(use);
  }
  out_.rules = std::move(kept);
}

std::optional<AdminPolicy> Assembly::run() {
  constexpr std::uint32_t kPriorities = 0x10000U;
  out_.vnet = vnet_.id;
  out_.evidence = in_force_.evidence;
  std::vector<Deployed> all;
  for (const ResourceId id : in_force_.configurations)
    all.push_back({id, s_.ids.find(arm_top_level(s_.ids.spelling(id))), 0});
  if (!order(all)) return std::nullopt;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!add(all[i].configuration, static_cast<std::uint32_t>(i) * kPriorities)) return std::nullopt;
  }
  std::stable_sort(out_.rules.begin(), out_.rules.end(), [](const auto& a, const auto& b) { return a.rank < b.rank; });
  const bool has_policy = std::any_of(s_.tables.subnets.begin(), s_.tables.subnets.end(), [&](const Subnet& subnet) {
    return subnet.vnet == vnet_.id && has_intent_policy(subnet);
  });
  if (out_.rules.empty() || !has_policy) return std::move(out_);
  // source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins (the highest scope's value
  // counts)
  const AdminConfiguration* first = managers_.find(s_.tables.admin_configurations, all.front().configuration);
  if (first == nullptr || !first->unread.empty()) return std::nullopt;
  out_.intent_policies =
      first->intent_policies.value_or_default(IntentPolicyReach::none).value_or(IntentPolicyReach::none);
  keep_what_intent_policies_leave();
  return std::move(out_);
}

}  // namespace

bool has_intent_policy(const Subnet& subnet) {
  return std::any_of(subnet.delegations.begin(), subnet.delegations.end(), [](const std::string& service) {
    return text::equals(service, "Microsoft.Sql/managedInstances") ||
           text::equals(service, "Microsoft.Databricks/workspaces");
  });
}

std::optional<AdminPolicy> admin_policy(const Snapshot& snapshot, const Managers& managers, const VirtualNetwork& vnet,
                                        const InForce& in_force) {
  return Assembly(snapshot, managers, vnet, in_force).run();
}

}  // namespace hubproof::model
