#include "engine/model/connected_groups.h"

#include <algorithm>
#include <set>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

// source: learn.microsoft.com/azure/virtual-network-manager/concept-limitations (members of a connected group; more
// only on request). Every two members are a link of their own: what is larger stays unknown as a whole.
constexpr std::size_t kMostMembers = 250;

Ternary both(Ternary a, Ternary b) { return std::min(a, b); }

/// One network in a connected group.
struct Member {
  ResourceId vnet;
  const VirtualNetwork* row = nullptr;  ///< nullptr: not in the export
  const ConnectivityConfiguration* configuration = nullptr;
  ResourceId evidence;
  Ternary is_in = Ternary::yes;
  bool is_hub = false;
};

/// Members that one group of one configuration joins.
struct Group {
  ResourceId configuration;
  Ternary is_connected = Ternary::yes;
  Ternary is_global = Ternary::no;
  std::vector<Member> members;
};

// law:  a mesh joins all members of a group; hub and spoke only those of a group with direct connectivity, and the hub
//       with them
// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration
Ternary is_connected(const ConnectivityConfiguration& configuration, const ConnectivityConfiguration::Group& group) {
  if (configuration.topology.is(ConnectivityTopology::mesh)) return Ternary::yes;
  if (!configuration.topology.is_known()) return Ternary::unknown;
  const auto connectivity = group.connectivity.value_or_default(GroupConnectivity::none);
  if (!connectivity) return Ternary::unknown;
  return *connectivity == GroupConnectivity::directly_connected ? Ternary::yes : Ternary::no;
}

// law:  a connected group is regional unless it is global
// form: the setting stands at the configuration (mesh) and at the group (direct connectivity); where only the other one
//       is true, either may count
// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration#global-mesh
Ternary is_global(const ConnectivityConfiguration& configuration, const ConnectivityConfiguration::Group& group) {
  const bool is_mesh = configuration.topology.is(ConnectivityTopology::mesh);
  const Setting<bool>& own = is_mesh ? configuration.is_global : group.is_global;
  const Setting<bool>& other = is_mesh ? group.is_global : configuration.is_global;
  if (own.is(true)) return Ternary::yes;
  return own.is_unreadable() || other.value_or_default(false) != false ? Ternary::unknown : Ternary::no;
}

class Joining {
 public:
  Joining(const Snapshot& snapshot, const Managers& managers) : s_(snapshot), managers_(managers) {
    for (const VirtualNetwork& vnet : s_.tables.virtual_networks) rows_.emplace(vnet.id, &vnet);
    for (const Peering& peering : s_.tables.peerings) peerings_[{peering.vnet, peering.remote}].push_back(&peering);
  }
  void network(const VirtualNetwork& vnet, const InForce& in_force);
  /// What joins the network is open: any connected group may.
  void leave_open(ResourceId vnet, ResourceId evidence) { undecided_.emplace_back(vnet, evidence); }
  ConnectedGroups run();

 private:
  void add_spoke(const VirtualNetwork& vnet, const InForce& in_force, const ConnectivityConfiguration& configuration);
  void add_hubs(Group& group) const;
  void add_absent_members(ResourceId group_id, Group& group) const;
  void add_undecided(Group& group) const;
  void join(const Group& group);
  void link(const Group& group, const Member& a, const Member& b, Ternary state);
  Ternary joins(const Group& group, const Member& a, const Member& b) const;
  bool is_peered(ResourceId a, ResourceId b) const;

  const Snapshot& s_;
  const Managers& managers_;
  std::map<std::pair<ResourceId, ResourceId>, Group> groups_;  ///< by configuration without snapshot, and network group
  std::map<ResourceId, const VirtualNetwork*> rows_;
  std::map<std::pair<ResourceId, ResourceId>, std::vector<const Peering*>> peerings_;
  std::map<std::pair<ResourceId, ResourceId>, Peering> links_;
  std::vector<std::pair<ResourceId, ResourceId>> undecided_;  ///< network, and the row that leaves it open
  ConnectedGroups out_;
};

void Joining::network(const VirtualNetwork& vnet, const InForce& in_force) {
  for (const ResourceId id : in_force.configurations) {
    const ConnectivityConfiguration* row = managers_.find(s_.tables.connectivity_configurations, id);
    if (row != nullptr && row->unread.empty() && row->is_settled) {
      add_spoke(vnet, in_force, *row);
    } else {
      out_.open.emplace_back(in_force.evidence, vnet.id);
      leave_open(vnet.id, in_force.evidence);
    }
  }
}

void Joining::add_spoke(const VirtualNetwork& vnet, const InForce& in_force,
                        const ConnectivityConfiguration& configuration) {
  const ResourceId live = s_.ids.find(arm_without_snapshot(s_.ids.spelling(configuration.id)));
  const auto& hubs = configuration.hubs;
  const bool is_hub = std::find(hubs.begin(), hubs.end(), vnet.id) != hubs.end();
  for (const ConnectivityConfiguration::Group& part : configuration.groups) {
    const Ternary connected = is_connected(configuration, part);
    if (connected == Ternary::no || is_hub) continue;
    // The network says that the configuration is applied to it: the only group of it is meant.
    const bool is_told = in_force.is_told_by_network && configuration.groups.size() == 1;
    const Ternary is_in = is_told ? Ternary::yes : managers_.is_member(vnet.id, part.group);
    if (is_in == Ternary::no) continue;
    // Whether a mesh of several groups joins members of different ones is not documented: they are one group here,
    // whose members are certain only within their own.
    const bool is_mesh = configuration.topology.is(ConnectivityTopology::mesh);
    Group& group = groups_[{live.is_set() ? live : configuration.id, is_mesh ? ResourceId() : part.group}];
    if (group.members.empty()) {
      group.configuration = live.is_set() ? live : configuration.id;
      group.is_connected = connected;
      group.is_global = is_global(configuration, part);
    }
    group.is_connected = std::min(group.is_connected, connected);
    if (group.is_global != is_global(configuration, part)) group.is_global = Ternary::unknown;
    if (configuration.groups.size() > 1 && is_mesh) group.is_connected = Ternary::unknown;
    const auto same = [&](const Member& member) { return member.vnet == vnet.id; };
    if (std::any_of(group.members.begin(), group.members.end(), same)) continue;
    group.members.push_back({vnet.id, &vnet, &configuration, in_force.evidence, is_in, false});
  }
}

// law:  direct connectivity puts the hub into the connected group
// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration#direct-connectivity
void Joining::add_hubs(Group& group) const {
  std::set<ResourceId> hubs;
  for (const Member& member : group.members)
    hubs.insert(member.configuration->hubs.begin(), member.configuration->hubs.end());
  for (const ResourceId hub : hubs) {
    const auto row = rows_.find(hub);
    const Member& first = group.members.front();
    const bool is_held = row != rows_.end();
    group.members.push_back({hub, is_held ? row->second : nullptr, first.configuration, first.evidence,
                             is_held ? Ternary::yes : Ternary::unknown, true});
  }
}

/// Members that the export names and does not hold: who is there is not known.
void Joining::add_absent_members(ResourceId group_id, Group& group) const {
  for (const GroupMembership& row : s_.tables.group_memberships) {
    const bool is_in = std::find(row.groups.begin(), row.groups.end(), group_id) != row.groups.end();
    if (!is_in || !row.vnet.is_set() || rows_.count(row.vnet) != 0) continue;
    if (text::starts_with(arm_type(s_.ids.spelling(row.vnet)), "microsoft.network/virtualnetworks/"))
      continue;  // a subnet
    const auto same = [&](const Member& member) { return member.vnet == row.vnet; };
    if (std::any_of(group.members.begin(), group.members.end(), same)) continue;
    group.members.push_back({row.vnet, nullptr, group.members.front().configuration, row.id, Ternary::unknown, false});
  }
}

/// Networks that may be members, for all that their own rows settle: the others may reach them.
void Joining::add_undecided(Group& group) const {
  for (const auto& [vnet, evidence] : undecided_) {
    const auto same = [vnet = vnet](const Member& member) { return member.vnet == vnet; };
    if (std::any_of(group.members.begin(), group.members.end(), same)) continue;
    const auto row = rows_.find(vnet);
    group.members.push_back({vnet, row == rows_.end() ? nullptr : row->second, group.members.front().configuration,
                             evidence, Ternary::unknown, false});
  }
}

// A peering that stands is the way between the two, and AVNM does not join what a subnet peering joins.
// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration,
// learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering
bool Joining::is_peered(ResourceId a, ResourceId b) const {
  const auto stands = [&](ResourceId from, ResourceId to) {
    const auto found = peerings_.find({from, to});
    return found != peerings_.end() && std::any_of(found->second.begin(), found->second.end(), [](const Peering* side) {
             return side->state.is(PeeringState::connected);
           });
  };
  return stands(a, b) && (stands(b, a) || rows_.count(b) == 0);
}

Ternary Joining::joins(const Group& group, const Member& a, const Member& b) const {
  Ternary out = both(group.is_connected, both(a.is_in, b.is_in));
  if (a.row == nullptr || b.row == nullptr) return std::min(out, Ternary::unknown);
  // Regions are committed one by one: two snapshots of one configuration may differ.
  if (a.configuration != b.configuration) out = both(out, Ternary::unknown);
  const std::string here = region_of(*a.row);
  const std::string there = region_of(*b.row);
  if (here.empty() || there.empty()) return both(out, Ternary::unknown);
  // Whether the hub's addresses reach members of other regions without a global mesh is not documented.
  if (here != there)
    out = both(out, a.is_hub || b.is_hub ? std::max(group.is_global, Ternary::unknown) : group.is_global);
  return out;
}

void Joining::link(const Group& group, const Member& a, const Member& b, Ternary state) {
  if (a.row == nullptr) return;
  Peering side;
  side.id = a.evidence;
  side.vnet = a.vnet;
  side.remote = b.vnet;
  side.connected_group = group.configuration;
  if (state == Ternary::yes) side.state = PeeringState::connected;
  side.sync_level = PeeringSyncLevel::fully_in_sync;
  side.allow_access = true;
  if (b.row != nullptr) {
    side.remote_address_space = b.row->address_space;
    side.remote_address_space_v6 = b.row->address_space_v6;
  }
  const auto [found, is_new] = links_.try_emplace({a.vnet, b.vnet}, side);
  if (is_new) return;
  // Several groups may join the same two: one certain one is enough; of equals the same one in every run.
  Peering& known = found->second;
  const auto spelling = [&](const Peering& one) { return s_.ids.spelling(one.connected_group); };
  const bool is_better = side.state.is_known() != known.state.is_known()
                             ? side.state.is_known()
                             : text::compare(spelling(side), spelling(known)) < 0;
  if (is_better) known = std::move(side);
}

void Joining::join(const Group& group) {
  for (std::size_t i = 0; i < group.members.size(); ++i) {
    for (std::size_t j = i + 1; j < group.members.size(); ++j) {
      const Member& a = group.members[i];
      const Member& b = group.members[j];
      if ((a.is_hub && b.is_hub) || is_peered(a.vnet, b.vnet)) continue;
      const Ternary state = joins(group, a, b);
      if (state == Ternary::no) continue;
      link(group, a, b, state);
      link(group, b, a, state);
    }
  }
}

ConnectedGroups Joining::run() {
  for (auto& [key, group] : groups_) {
    std::set<ResourceId> named{key.second};
    if (!key.second.is_set()) {
      for (const auto& part : group.members.front().configuration->groups) named.insert(part.group);
    }
    for (const ResourceId id : named) {
      if (id.is_set()) add_absent_members(id, group);
    }
    add_undecided(group);
    add_hubs(group);
    if (group.members.size() <= kMostMembers) {
      join(group);
      continue;
    }
    for (const Member& member : group.members) out_.open.emplace_back(member.evidence, member.vnet);
  }
  for (auto& [key, side] : links_) out_.links.push_back(std::move(side));
  return std::move(out_);
}

}  // namespace

ConnectedGroups connected_groups(const Snapshot& snapshot, const Managers& managers,
                                 const std::vector<InForce>& in_force) {
  Joining joining(snapshot, managers);
  for (std::size_t i = 0; i < in_force.size(); ++i) {
    const VirtualNetwork& vnet = snapshot.tables.virtual_networks[i];
    if (in_force[i].is_decided)
      joining.network(vnet, in_force[i]);
    else
      joining.leave_open(vnet.id, in_force[i].evidence);
  }
  // A network that is not in the export, and says all the same that something is applied to it.
  for (const EffectiveConfigurations& row : snapshot.tables.effective_configurations) {
    const auto is_this = [&](const VirtualNetwork& vnet) { return vnet.id == row.vnet; };
    const auto& vnets = snapshot.tables.virtual_networks;
    const bool says_nothing = row.configurations.empty() && row.unread.empty() && row.is_settled;
    if (row.feature == ManagerFeature::connectivity && row.vnet.is_set() && !says_nothing &&
        std::none_of(vnets.begin(), vnets.end(), is_this))
      joining.leave_open(row.vnet, row.id);
  }
  return joining.run();
}

}  // namespace hubproof::model
