#include "engine/model/managed_networks.h"

#include <algorithm>
#include <map>

#include "engine/core/text.h"
#include "engine/model/admin_policies.h"
#include "engine/model/connected_groups.h"

namespace hubproof::model {
namespace {

// The kinds whose effect is open; they stand in no table of kinds as such.
constexpr std::string_view kSecurity = "microsoft.network/networkmanagers/securityadminconfigurations";
constexpr std::string_view kConnectivity = "microsoft.network/networkmanagers/connectivityconfigurations";

/// Networks that a row leaves open, by the row and the kind of configuration.
using Open = std::map<std::pair<ResourceId, std::string_view>, std::vector<ResourceId>>;

void taint(Snapshot& snapshot, Open open) {
  for (auto& [key, networks] : open) {
    UnmodelledNetworkResource row;
    row.id = key.first;
    row.type = std::string(key.second);
    std::sort(networks.begin(), networks.end());
    networks.erase(std::unique(networks.begin(), networks.end()), networks.end());
    row.touches = std::move(networks);
    snapshot.tables.unmodelled_network.push_back(std::move(row));
  }
}

/// Negative, 0 or positive, as the spellings of the ids.
int compare(const Snapshot& snapshot, ResourceId a, ResourceId b) {
  return text::compare(snapshot.ids.spelling(a), snapshot.ids.spelling(b));
}

void sort_tables(Snapshot& snapshot) {
  std::sort(snapshot.tables.peerings.begin(), snapshot.tables.peerings.end(), [&](const Peering& a, const Peering& b) {
    const int order = compare(snapshot, a.id, b.id);
    if (order != 0 || !a.connected_group.is_set() || !b.connected_group.is_set()) return order < 0;
    return compare(snapshot, a.remote, b.remote) < 0;
  });
  auto& open = snapshot.tables.unmodelled_network;
  std::sort(open.begin(), open.end(), [&](const UnmodelledNetworkResource& a, const UnmodelledNetworkResource& b) {
    const int order = compare(snapshot, a.id, b.id);
    return order != 0 ? order < 0 : a.type < b.type;
  });
}

}  // namespace

std::vector<AdminPolicy> apply_network_managers(Snapshot& snapshot) {
  std::vector<AdminPolicy> out;
  Tables& t = snapshot.tables;
  const Managers managers(snapshot);
  if (!managers.has_any()) return out;
  Open open;
  std::vector<InForce> connectivity;
  for (const VirtualNetwork& vnet : t.virtual_networks) {
    const InForce security = managers.in_force(vnet, ManagerFeature::security_admin);
    std::optional<AdminPolicy> policy;
    if (security.is_decided) policy = admin_policy(snapshot, managers, vnet, security);
    if (!policy)
      open[{security.evidence, kSecurity}].push_back(vnet.id);
    else if (!policy->rules.empty())
      out.push_back(std::move(*policy));
    connectivity.push_back(managers.in_force(vnet, ManagerFeature::connectivity));
    if (!connectivity.back().is_decided) open[{connectivity.back().evidence, kConnectivity}].push_back(vnet.id);
  }
  ConnectedGroups joined = connected_groups(snapshot, managers, connectivity);
  for (const auto& [row, vnet] : joined.open) open[{row, kConnectivity}].push_back(vnet);
  t.peerings.insert(t.peerings.end(), std::make_move_iterator(joined.links.begin()),
                    std::make_move_iterator(joined.links.end()));
  taint(snapshot, std::move(open));
  sort_tables(snapshot);
  std::sort(out.begin(), out.end(), [](const AdminPolicy& a, const AdminPolicy& b) { return a.vnet < b.vnet; });
  return out;
}

}  // namespace hubproof::model
