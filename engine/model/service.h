// AI and data services: one shape for all, because exposure is decided by the same few properties. What an absent
// property means per kind is in net/exposure (azure-semantics.md 9.3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/enums.h"
#include "engine/model/setting.h"
#include "engine/value/ipv4.h"
#include "engine/value/prefix.h"

namespace hubproof::model {

enum class ServiceKind : std::uint8_t {
  cognitive_account,
  foundry_project,
  ml_workspace,
  ml_online_endpoint,
  search,
  storage,
  cosmos,
  key_vault,
  container_registry,
  sql_server,
  event_hubs,
  service_bus,
  redis,
  redis_enterprise,
  web_site,
  container_environment,
  container_app,
  kubernetes_cluster,
  log_analytics,
  app_insights,
  api_management,
  bing_account,
  /// A data or AI service type that is known to exist but whose exposure is not modelled (azure-semantics.md 9.3 last
  /// rows).
  unmodelled
};
std::string_view name(ServiceKind kind);

/// An entry of an ip allow list, as a closed interval.
struct IpRule {
  Ipv4 first;
  Ipv4 last;
  friend bool operator==(const IpRule&, const IpRule&) = default;
};

/// privateEndpointConnections of the target side.
struct EndpointConnection {
  ResourceId private_endpoint;
  Setting<ConnectionStatus> status;
  friend bool operator==(const EndpointConnection&, const EndpointConnection&) = default;
};

/// The access list of a service: networkAcls, networkRuleSet, or a child resource that holds the same.
struct AccessRules {
  Setting<Access> default_action;
  bool has_network_acls = false;       ///< the acl object is present
  std::vector<IpRule> ip_rules;        ///< unreadable ones are in Entity::unread
  std::vector<ResourceId> vnet_rules;  ///< subnets admitted through service endpoints
  std::string bypass;                  ///< as spelled: "AzureServices", "None", ...; empty = absent
  friend bool operator==(const AccessRules&, const AccessRules&) = default;
};

/// networkRuleSets/default of an Event Hubs or Service Bus namespace, with a switch of its own.
struct NetworkRuleSet : Entity, AccessRules {
  ResourceId parent;
  Setting<PublicNetworkAccess> public_network_access;
  friend bool operator==(const NetworkRuleSet&, const NetworkRuleSet&) = default;
};

/// sites/config/web: a site's switch and access restrictions, those of its SCM site included. `ip_rules` holds what
/// the restrictions of either admit, in whatever order they are asked.
struct SiteConfig : Entity, AccessRules {
  ResourceId site;  ///< or its slot
  Setting<PublicNetworkAccess> public_network_access;
  friend bool operator==(const SiteConfig&, const SiteConfig&) = default;
};

struct Service : Entity, AccessRules {
  ServiceKind kind = ServiceKind::unmodelled;
  std::string type;      ///< ARM type, lower case
  std::string arm_kind;  ///< `kind` of the row: OpenAI, AIServices, Hub, Project, functionapp, ...
  std::string sku;       ///< sku.name
  std::string location;
  ResourceId parent;  ///< account of a project, workspace of an online endpoint, environment of an app, hub of a
                      ///< project workspace
  Setting<PublicNetworkAccess> public_network_access;
  Setting<PublicNetworkAccess> public_network_access_query;  ///< Log Analytics and App Insights: the query switch
  /// The switch of a namespace's rule set or of a site's configuration; the Estate copies it here.
  Setting<PublicNetworkAccess> rule_set_access;
  Setting<bool> vnet_filter;         ///< Cosmos isVirtualNetworkFilterEnabled
  Setting<bool> public_behind_vnet;  ///< ML allowPublicAccessWhenBehindVnet
  Setting<bool> internal;  ///< container environment vnetConfiguration.internal; AKS enablePrivateCluster; app ingress
                           ///< NOT external
  bool has_vnet_injection = false;  ///< Redis subnetId, ASE, ...
  bool has_firewall_children =
      false;  ///< SQL firewallRules / Event Hubs networkRuleSets children / sites/config were read
  std::vector<EndpointConnection> endpoint_connections;
  bool lists_endpoint_connections = false;  ///< the list is present: an endpoint that is not in it is not connected
  std::string custom_subdomain;             ///< cognitive account
  std::vector<std::string>
      host_names;              ///< other host names that the resource states (hostName, vaultUri, ...), lower case
  std::string workspace_guid;  ///< ML workspaceId
  std::vector<Prefix> pod_prefixes;  ///< AKS networkProfile.podCidr and podCidrs
  friend bool operator==(const Service&, const Service&) = default;
};

}  // namespace hubproof::model
