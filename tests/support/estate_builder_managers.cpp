// The part of Build that makes network managers.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/estate_builder.h"
#include "tests/support/estate_builder_parts.h"

namespace hubproof::test {

using namespace hubproof::model;

namespace {

/// `slashed` up to its n-th '/'.
std::string_view head(std::string_view slashed, int parts) {
  std::size_t at = 0;
  for (int i = 0; i < parts; ++i) {
    at = slashed.find('/', at);
    if (at == std::string_view::npos) return slashed;
    ++at;
  }
  return slashed.substr(0, at - 1);
}

std::string_view last(std::string_view slashed) { return slashed.substr(slashed.rfind('/') + 1); }

template <class T>
T& find_or_add(std::vector<T>& table, ResourceId id) {
  T* known = look_up(table, id);
  return known != nullptr ? *known : add(table, id);
}

}  // namespace

/// The part `kind` of the manager at the front of `slashed`, named by its last segment.
ResourceId Build::manager_part(std::string_view kind, std::string_view slashed, std::string_view suffix) {
  const ResourceId manager = id("networkManagers", head(slashed, 1));
  return snapshot_.ids.intern(fmt::format("{}/{}/{}{}", snapshot_.ids.spelling(manager), kind, last(slashed), suffix));
}

NetworkManager& Build::network_manager(std::string_view name, std::string_view subscription,
                                       std::string_view management_group) {
  NetworkManager& out = add(snapshot_.tables.network_managers, id("networkManagers", name));
  if (!subscription.empty()) out.subscriptions.emplace_back(subscription);
  if (!management_group.empty()) out.management_groups.emplace_back(management_group);
  return out;
}

AdminRule& Build::admin_rule(std::string_view collection, std::string_view group, const AdminRuleRow& row) {
  const std::string_view configuration = head(collection, 2);
  const ResourceId owner = manager_part("securityAdminConfigurations", configuration);
  const std::string live = fmt::format("{}/ruleCollections/{}", snapshot_.ids.spelling(owner), last(collection));
  find_or_add(snapshot_.tables.admin_configurations,
              manager_part("securityAdminConfigurations", configuration, "/snapshots/0"));
  AdminCollection& into = find_or_add(snapshot_.tables.admin_collections, snapshot_.ids.intern(live + "/snapshots/0"));
  into.groups = {manager_part("networkGroups", fmt::format("{}/{}", head(collection, 1), group))};
  const std::string name = fmt::format("{}-{}-{}", row.direction, row.access, row.priority);
  AdminRule& out =
      add(snapshot_.tables.admin_rules, snapshot_.ids.intern(fmt::format("{}/rules/{}/snapshots/0", live, name)));
  out.collection = snapshot_.ids.intern(live);
  out.access = *parse<AdminAccess>(row.access);
  SecurityRule match = rule_of({row.priority, row.direction, "Allow", row.protocol, row.from, row.to, row.ports, "*"});
  match.name = name;
  out.match = std::move(match);
  return out;
}

AdminConfiguration& Build::admin_configuration(std::string_view configuration) {
  return get(snapshot_.tables.admin_configurations,
             manager_part("securityAdminConfigurations", configuration, "/snapshots/0"), configuration);
}

AdminConfiguration& Build::admin_configuration_as_written(std::string_view configuration) {
  return add(snapshot_.tables.admin_configurations, manager_part("securityAdminConfigurations", configuration));
}

ConnectivityConfiguration& Build::join(std::string_view configuration, const ConnectedRow& row) {
  ConnectivityConfiguration& out = add(snapshot_.tables.connectivity_configurations,
                                       manager_part("connectivityConfigurations", configuration, "/snapshots/0"));
  out.topology = *parse<ConnectivityTopology>(row.topology);
  if (*out.topology.value_or_default(ConnectivityTopology::mesh) == ConnectivityTopology::mesh)
    out.is_global = row.is_global;
  for (const std::string& hub : row.hubs) out.hubs.push_back(vnet_id(hub));
  ConnectivityConfiguration::Group& group = out.groups.emplace_back();
  group.group = manager_part("networkGroups", fmt::format("{}/{}", head(configuration, 1), row.group));
  group.connectivity = row.is_direct ? GroupConnectivity::directly_connected : GroupConnectivity::none;
  group.is_global = row.is_global;
  return out;
}

ManagerDeployment& Build::deploy(std::string_view configuration, std::string_view location) {
  const ResourceId admin = manager_part("securityAdminConfigurations", configuration, "/snapshots/0");
  const bool is_admin = look_up(snapshot_.tables.admin_configurations, admin) != nullptr;
  const std::string kind = is_admin ? "securityAdminRegionalGoalStates" : "connectivityRegionalGoalStates";
  ManagerDeployment& out = find_or_add(snapshot_.tables.manager_deployments,
                                       manager_part(kind, fmt::format("{}/{}", head(configuration, 1), location)));
  out.feature = is_admin ? ManagerFeature::security_admin : ManagerFeature::connectivity;
  out.manager = id("networkManagers", head(configuration, 1));
  out.location = std::string(location);
  out.configurations.push_back(is_admin ? admin
                                        : manager_part("connectivityConfigurations", configuration, "/snapshots/0"));
  if (!is_admin) return out;
  const std::string start =
      fmt::format("{}/", snapshot_.ids.spelling(manager_part("securityAdminConfigurations", configuration)));
  const auto is_of_it = [&](ResourceId row) { return snapshot_.ids.spelling(row).substr(0, start.size()) == start; };
  for (const AdminCollection& row : snapshot_.tables.admin_collections) {
    if (is_of_it(row.id)) out.collections.push_back(row.id);
  }
  for (const AdminRule& row : snapshot_.tables.admin_rules) {
    if (is_of_it(row.id)) out.rules.push_back(row.id);
  }
  return out;
}

EffectiveConfigurations& Build::effective(std::string_view vnet, const Names& configurations, ManagerFeature feature) {
  const bool is_admin = feature == ManagerFeature::security_admin;
  const ResourceId network = vnet_id(vnet);
  EffectiveConfigurations& out =
      add(snapshot_.tables.effective_configurations,
          snapshot_.ids.intern(
              fmt::format("{}/providers/Microsoft.Network/{}/default", snapshot_.ids.spelling(network),
                          is_admin ? "effectiveSecurityAdminRules" : "effectiveConnectivityConfigurations")));
  out.feature = feature;
  out.vnet = network;
  for (const std::string& name : configurations) {
    out.configurations.push_back(
        manager_part(is_admin ? "securityAdminConfigurations" : "connectivityConfigurations", name, "/snapshots/0"));
  }
  return out;
}

GroupMembership& Build::memberships(std::string_view vnet, const Names& groups) {
  const ResourceId network = vnet_id(vnet);
  GroupMembership& out =
      add(snapshot_.tables.group_memberships,
          snapshot_.ids.intern(fmt::format("{}/providers/Microsoft.Network/networkGroupMemberships/default",
                                           snapshot_.ids.spelling(network))));
  out.vnet = network;
  out.lists_all = true;
  for (const std::string& group : groups) out.groups.push_back(manager_part("networkGroups", group));
  return out;
}

}  // namespace hubproof::test
