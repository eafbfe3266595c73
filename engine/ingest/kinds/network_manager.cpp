// Azure Virtual Network Manager: managers, their security admin and connectivity configurations (as written, and as
// snapshots of what was deployed), regional goal states, and what is in force on a network. The same property comes as
// `EffectiveSecurityAdminConfigurations` and `effectiveSecurityAdminConfigurations` (azure-semantics.md 0).
// source: learn.microsoft.com/azure/virtual-network-manager/query-azure-resource-graph
#include <algorithm>
#include <limits>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using model::ResourceId;

ResourceId live(ReadContext& context, ResourceId id) {
  if (!id.is_set()) return id;
  return context.snapshot.ids.intern(arm_without_snapshot(context.snapshot.ids.spelling(id)));
}

/// An id that comes as a text or as `{"id": "..."}`; whatever else stands beside it is recorded.
void append_id(Cursor element, std::vector<ResourceId>& out) {
  ResourceId id;
  if (element.type() == simdjson::ondemand::json_type::string) {
    id = element.id();
  } else {
    element.object([&](std::string_view key, Cursor field) {
      if (is(key, "id")) {
        id = field.id();
      } else if (!is_one_of(key, {"resourceGroup", "provisioningState"})) {
        field.unknown_property();
      }
    });
  }
  if (!id.is_set()) return element.unread("no id");
  out.push_back(id);
}

void append_id_list(Cursor list, std::vector<ResourceId>& out) {
  list.array([&](Cursor element) { append_id(element, out); });
}

/// Names and what a person wrote, which decide nothing.
bool is_remark(std::string_view key) {
  return is_one_of(key, {"description", "displayName", "systemData", "extended", "resourceGuid", "etag"});
}

/// How a network manager spells a region: as the location of a network, without regard to case and spaces.
std::string region(std::string_view location) {
  std::string out = text::lower(location);
  out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
  return out;
}

}  // namespace

void read_network_manager(const RowHead& head, Cursor properties, ReadContext& context) {
  model::NetworkManager manager;
  manager.id = head.id;
  const EntityScope scope(context, manager);
  DemandedLists lists(properties, {"networkManagerScopes"});
  const auto add_names = [](Cursor list, std::vector<std::string>& out) {
    list.array([&](Cursor element) {
      const std::optional<std::string_view> id = element.text();
      if (id && !id->empty()) out.push_back(text::lower(arm_name(*id)));
    });
  };
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "networkManagerScopes")) {
      value.object([&](std::string_view part, Cursor list) {
        if (is(part, "subscriptions")) add_names(list, manager.subscriptions);
        if (is(part, "managementGroups")) add_names(list, manager.management_groups);
      });
    } else if (is(key, "networkManagerScopeAccesses")) {
      manager.may_secure = manager.may_connect = false;
      value.array([&](Cursor element) {
        const std::string_view word = element.text().value_or("");
        manager.may_secure = manager.may_secure || is(word, "SecurityAdmin");
        manager.may_connect = manager.may_connect || is(word, "Connectivity");
      });
    } else {
      read_common(key, value, manager);
    }
  });
  lists.tell(manager);
  context.snapshot.tables.network_managers.push_back(std::move(manager));
}

void read_admin_configuration(const RowHead& head, Cursor properties, ReadContext& context) {
  model::AdminConfiguration configuration;
  configuration.id = head.id;
  const EntityScope scope(context, configuration);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "applyOnNetworkIntentPolicyBasedServices")) {
      value.array([&](Cursor element) {
        if (configuration.intent_policies.is_known()) return element.unread("a second value");
        configuration.intent_policies = element.word<model::IntentPolicyReach>();
      });
    } else if (!read_common(key, value, configuration) && !is_remark(key) &&
               !is(key, "networkGroupAddressSpaceAggregationOption")) {
      value.unknown_property();
    }
  });
  context.snapshot.tables.admin_configurations.push_back(std::move(configuration));
}

void read_admin_collection(const RowHead& head, Cursor properties, ReadContext& context) {
  model::AdminCollection collection;
  collection.id = head.id;
  const EntityScope scope(context, collection);
  DemandedLists lists(properties, {"appliesToGroups"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "appliesToGroups")) {
      value.array([&](Cursor element) {
        element.object([&](std::string_view part, Cursor field) {
          if (!is(part, "networkGroupId")) return field.unknown_property();
          if (const ResourceId group = field.id(); group.is_set()) collection.groups.push_back(live(context, group));
        });
      });
    } else if (!read_common(key, value, collection) && !is_remark(key)) {
      value.unknown_property();
    }
  });
  lists.tell(collection);
  context.snapshot.tables.admin_collections.push_back(std::move(collection));
}

namespace {

// A network group as an end of a rule stands for the addresses of its members, which change with it.
void read_admin_term(Cursor value, model::AddressTerms& terms) {
  ReadContext& context = value.context();
  bool is_group = false;
  std::string prefix;
  value.object([&](std::string_view key, Cursor field) {
    if (is(key, "addressPrefixType")) {
      is_group = is(field.text().value_or(""), "NetworkGroup");
    } else if (is(key, "addressPrefix")) {
      prefix = std::string(field.text().value_or(""));
    } else {
      field.unknown_property();
    }
  });
  if (prefix.empty()) return value.unread("no address prefix");
  model::AddressTerm term = make_term(context, prefix);
  if (is_group) {
    term.kind = model::AddressTerm::Kind::unread;
    term.index = intern_tag(context, arm_name(prefix));
  } else if (term.kind == model::AddressTerm::Kind::unread) {
    value.unread(prefix);
  }
  terms.push_back(term);
}

void read_admin_ports(Cursor list, model::PortRanges& ranges) {
  list.array([&](Cursor element) {
    if (const std::optional<PortRange> range = read_ports(element)) ranges.push_back(*range);
  });
}

/// The parts that decide; false when the key is none of them.
bool read_admin_match(std::string_view key, Cursor value, model::AdminRule& rule, int& met) {
  model::SecurityRule& match = rule.match;
  if (is(key, "priority")) {
    const std::optional<std::uint64_t> number = value.number();
    if (!number) return true;
    if (*number > std::numeric_limits<std::uint16_t>::max()) return value.unread(std::to_string(*number)), true;
    match.priority = static_cast<std::uint16_t>(*number);
    ++met;
  } else if (is(key, "access")) {
    const model::Setting<model::AdminAccess> access = value.word<model::AdminAccess>();
    if (!access.is_known()) return true;
    rule.access = access.value();
    ++met;
  } else if (is(key, "direction")) {
    const model::Setting<model::Direction> direction = value.word<model::Direction>();
    if (!direction.is_known()) return true;
    match.direction = direction.value();
    ++met;
  } else if (is(key, "protocol")) {
    const std::optional<Protocol> protocol = read_protocol(value);
    if (!protocol) return true;
    match.protocol = *protocol;
    ++met;
  } else if (is(key, "sources")) {
    value.array([&](Cursor element) { read_admin_term(element, match.sources); });
  } else if (is(key, "destinations")) {
    value.array([&](Cursor element) { read_admin_term(element, match.destinations); });
  } else if (is(key, "sourcePortRanges")) {
    read_admin_ports(value, match.source_ports);
  } else if (is(key, "destinationPortRanges")) {
    read_admin_ports(value, match.destination_ports);
  } else {
    return false;
  }
  return true;
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins#security-admin-fields (priority,
// action, direction and protocol are required; ends and ports are optional, absent means any)
void read_admin_rule(const RowHead& head, Cursor properties, ReadContext& context) {
  constexpr int kRequired = 4;
  model::AdminRule rule;
  rule.id = head.id;
  const std::string_view id = arm_without_snapshot(context.snapshot.ids.spelling(head.id));
  rule.match.name = std::string(arm_name(id));
  rule.collection = context.snapshot.ids.intern(arm_parent(id));
  const EntityScope scope(context, rule);
  int met = 0;
  properties.object([&](std::string_view key, Cursor value) {
    if (!read_admin_match(key, value, rule, met) && !read_common(key, value, rule) && !is_remark(key) &&
        !is(key, "flag")) {
      value.unknown_property();
    }
  });
  if (met != kRequired && rule.unread.empty()) rule.unread.push_back({"/properties", "a rule with a part missing"});
  model::SecurityRule& match = rule.match;
  if (match.sources.empty()) match.sources.emplace_back();
  if (match.destinations.empty()) match.destinations.emplace_back();
  if (match.source_ports.empty()) match.source_ports.emplace_back();
  if (match.destination_ports.empty()) match.destination_ports.emplace_back();
  context.snapshot.tables.admin_rules.push_back(std::move(rule));
}

namespace {

void read_connected(Cursor element, model::ConnectivityConfiguration& configuration) {
  model::ConnectivityConfiguration::Group group;
  element.object([&](std::string_view key, Cursor field) {
    if (is(key, "networkGroupId")) {
      group.group = live(field.context(), field.id());
    } else if (is(key, "groupConnectivity")) {
      group.connectivity = field.word<model::GroupConnectivity>();
    } else if (is(key, "isGlobal")) {
      group.is_global = field.boolean();
    } else if (!is(key, "useHubGateway")) {  // shows as useRemoteGateways of the peerings
      field.unknown_property();
    }
  });
  if (!group.group.is_set()) return element.unread("no network group");
  configuration.groups.push_back(group);
}

}  // namespace

void read_connectivity_configuration(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ConnectivityConfiguration configuration;
  configuration.id = head.id;
  live(context, head.id);  // what its snapshots have in common, and how it is told
  const EntityScope scope(context, configuration);
  DemandedLists lists(properties, {"appliesToGroups"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "connectivityTopology")) {
      configuration.topology = value.word<model::ConnectivityTopology>();
    } else if (is(key, "isGlobal")) {
      configuration.is_global = value.boolean();
    } else if (is(key, "hubs")) {
      value.array([&](Cursor element) {
        element.object([&](std::string_view part, Cursor field) {
          if (is(part, "resourceId")) configuration.hubs.push_back(field.id());
        });
      });
    } else if (is(key, "appliesToGroups")) {
      value.array([&](Cursor element) { read_connected(element, configuration); });
    } else if (!read_common(key, value, configuration) && !is_remark(key) && !is(key, "deleteExistingPeering")) {
      value.unknown_property();  // capabilities of the group, as overlapping address spaces
    }
  });
  lists.tell(configuration);
  context.snapshot.tables.connectivity_configurations.push_back(std::move(configuration));
}

void read_manager_deployment(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ManagerDeployment deployment;
  deployment.id = head.id;
  deployment.manager = parent_of(context, head.id);
  deployment.location = region(head.location);
  if (text::ends_with(head.type, "/connectivityregionalgoalstates"))
    deployment.feature = model::ManagerFeature::connectivity;
  const EntityScope scope(context, deployment);
  const bool joins = deployment.feature == model::ManagerFeature::connectivity;
  DemandedLists lists(properties, {joins ? "connectivityConfigurations" : "securityAdminConfigurations"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is_one_of(key, {"securityAdminConfigurations", "connectivityConfigurations"})) {
      append_id_list(value, deployment.configurations);
    } else if (is(key, "securityAdminRuleCollections")) {
      append_id_list(value, deployment.collections);
    } else if (is(key, "securityAdminRules")) {
      append_id_list(value, deployment.rules);
    } else if (is(key, "commitTimestamp")) {
      deployment.commit_time = std::string(value.text().value_or(""));
    } else if (is(key, "status")) {
      const std::string_view status = value.text().value_or("");
      if (!is_one_of(status, {"Succeeded", "Deployed"})) deployment.is_settled = false;
    } else if (!read_common(key, value, deployment) && !is_remark(key) &&
               !is_one_of(key, {"commitId", "errorMessage", "region"})) {
      value.unknown_property();
    }
  });
  lists.tell(deployment);
  context.snapshot.tables.manager_deployments.push_back(std::move(deployment));
}

void read_effective_configurations(const RowHead& head, Cursor properties, ReadContext& context) {
  model::EffectiveConfigurations effective;
  effective.id = head.id;
  if (text::ends_with(head.type, "/effectiveconnectivityconfigurations"))
    effective.feature = model::ManagerFeature::connectivity;
  const std::string_view vnet = extended_resource(context.snapshot.ids.spelling(head.id));
  if (!vnet.empty()) effective.vnet = context.snapshot.ids.intern(vnet);
  const EntityScope scope(context, effective);
  bool lists_configurations = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (is_one_of(key, {"effectiveSecurityAdminConfigurations", "effectiveConnectivityConfigurations"})) {
      lists_configurations = value.type() == simdjson::ondemand::json_type::array;
      append_id_list(value, effective.configurations);
    } else if (!read_common(key, value, effective) && !is_remark(key) &&
               !is_one_of(key, {"commitId", "commitTimestamp", "errorMessage"})) {
      value.unknown_property();
    }
  });
  if (!lists_configurations && effective.unread.empty())
    effective.unread.push_back({"/properties", "no list of configurations"});
  context.snapshot.tables.effective_configurations.push_back(std::move(effective));
}

// source: learn.microsoft.com/azure/virtual-network-manager/how-to-view-applied-configurations#network-group-membership
void read_group_memberships(const RowHead& head, Cursor properties, ReadContext& context) {
  model::GroupMembership membership;
  membership.id = head.id;
  membership.lists_all = true;
  const std::string_view vnet = extended_resource(context.snapshot.ids.spelling(head.id));
  if (!vnet.empty()) membership.vnet = context.snapshot.ids.intern(vnet);
  const EntityScope scope(context, membership);
  bool lists_groups = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (!is(key, "groupMemberships")) return void(read_common(key, value, membership));
    lists_groups = value.type() == simdjson::ondemand::json_type::array;
    value.array([&](Cursor element) {
      ResourceId group;
      element.object([&](std::string_view part, Cursor field) {
        if (is(part, "networkGroupId")) group = field.id();
      });
      if (!group.is_set()) return element.unread("no network group");
      membership.groups.push_back(live(context, group));
    });
  });
  if (!lists_groups && membership.unread.empty()) membership.unread.push_back({"/properties", "no list of groups"});
  context.snapshot.tables.group_memberships.push_back(std::move(membership));
}

void read_static_member(const RowHead& head, Cursor properties, ReadContext& context) {
  model::GroupMembership membership;
  membership.id = head.id;
  membership.groups.push_back(parent_of(context, head.id));
  const EntityScope scope(context, membership);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "resourceId")) {
      membership.vnet = value.id();
    } else {
      read_common(key, value, membership);
    }
  });
  context.snapshot.tables.group_memberships.push_back(std::move(membership));
}

}  // namespace hubproof::ingest
