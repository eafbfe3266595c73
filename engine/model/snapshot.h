// Snapshot: the resources that were read, each with its origin, and what is known to be missing. Filled by ingest,
// turned into an Estate, then never changed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/diagnostic.h"
#include "engine/model/effective.h"
#include "engine/model/firewall.h"
#include "engine/model/governance.h"
#include "engine/model/ingress.h"
#include "engine/model/manager.h"
#include "engine/model/network.h"
#include "engine/model/private_link.h"
#include "engine/model/service.h"
#include "engine/model/service_tags.h"
#include "engine/model/virtual_wan.h"

namespace hubproof::model {

/// All modelled resources by kind. After ingest every vector is sorted by id spelling without regard to case, so that
/// neither file order nor threads show in any result.
struct Tables {
  std::vector<VirtualNetwork> virtual_networks;
  std::vector<Subnet> subnets;
  std::vector<Peering> peerings;
  std::vector<RouteTable> route_tables;
  std::vector<NetworkSecurityGroup> network_security_groups;
  std::vector<ApplicationSecurityGroup> application_security_groups;
  std::vector<NetworkInterface> network_interfaces;
  std::vector<MachinePool> machine_pools;  ///< those of a cluster row have the id of its Service
  std::vector<PublicIp> public_ips;
  std::vector<NatGateway> nat_gateways;
  std::vector<Gateway> gateways;
  std::vector<LoadBalancer> load_balancers;
  std::vector<BastionHost> bastion_hosts;
  std::vector<AzureFirewall> firewalls;
  std::vector<FirewallPolicy> firewall_policies;
  std::vector<RuleCollectionGroup> rule_collection_groups;
  std::vector<IpGroup> ip_groups;
  std::vector<PrivateEndpoint> private_endpoints;
  std::vector<PrivateDnsZone> private_dns_zones;
  std::vector<VirtualNetworkLink> virtual_network_links;
  std::vector<DnsRecordSet> dns_record_sets;
  std::vector<DnsZoneGroup> dns_zone_groups;
  std::vector<DnsResolver> dns_resolvers;
  std::vector<DnsResolverEndpoint> dns_resolver_endpoints;
  std::vector<ForwardingRuleset> forwarding_rulesets;
  std::vector<ForwardingRule> forwarding_rules;
  std::vector<ForwardingRulesetLink> forwarding_ruleset_links;
  std::vector<ApplicationGateway> application_gateways;
  std::vector<WafPolicy> waf_policies;
  std::vector<ApiManagement> api_managements;  ///< each also has a Service of the same id
  std::vector<Service> services;
  std::vector<NetworkRuleSet> network_rule_sets;
  std::vector<SiteConfig> site_configs;
  std::vector<Subscription> subscriptions;
  std::vector<ManagementGroup> management_groups;
  std::vector<PerimeterAssociation> perimeter_associations;
  std::vector<PerimeterRule> perimeter_rules;
  std::vector<VirtualWan> virtual_wans;
  std::vector<VirtualHub> virtual_hubs;  ///< without Route Servers, which are gateways
  std::vector<HubConnection> hub_connections;
  std::vector<HubRouteTable> hub_route_tables;
  std::vector<RoutingIntent> routing_intents;
  std::vector<NetworkManager> network_managers;
  std::vector<AdminConfiguration> admin_configurations;
  std::vector<AdminCollection> admin_collections;
  std::vector<AdminRule> admin_rules;
  std::vector<ConnectivityConfiguration> connectivity_configurations;
  std::vector<ManagerDeployment> manager_deployments;
  std::vector<EffectiveConfigurations> effective_configurations;
  std::vector<GroupMembership> group_memberships;
  std::vector<UnmodelledNetworkResource> unmodelled_network;
  std::vector<std::string> service_tags;  ///< interned texts of AddressTerm::tag, first-seen spelling
  std::vector<Prefix6> prefixes_v6;       ///< those of AddressTerm::prefix6, each once
};

/// How much of a resource type hubproof understands.
enum class Support : std::uint8_t {
  full,      ///< modelled
  counted,   ///< recognised, plays no part in any claim
  tainting,  ///< recognised, can carry or open traffic, not modelled: what it touches is unknown
  unknown    ///< not in the table of resource kinds
};
std::string_view name(Support support);

/// A file (or stdin) that was read.
struct Source {
  std::string path;         ///< as given on the command line or found in a folder; "-" for stdin
  std::uint64_t bytes = 0;  ///< as on disk
  std::string format;       ///< what was recognised, as "az graph query page"
  std::uint64_t rows = 0;
  /// UTF-8 text when it differs from the bytes on disk (decompressed, transcoded, normalised, stdin); offsets of
  /// origins point into it. Empty: the file itself is read again when a line is asked for.
  std::string text;
  /// Starts of original lines inside `text` when `text` is a normalised form: (offset in text, line in the file).
  std::vector<std::pair<std::uint64_t, std::uint32_t>> lines;
};

/// Where a resource was read: a slice of a source.
struct Origin {
  std::uint32_t source = 0;
  std::uint32_t length = 0;
  std::uint64_t offset = 0;
};

struct Resource {
  ResourceId id;
  std::uint16_t type = 0;  ///< into Snapshot::types
  Support support = Support::unknown;
  Origin origin;
};

/// Resource Graph tables that claims rest on (inputs.md A1).
enum class ArgTable : std::uint8_t {
  resources,
  resource_containers,
  network_resources,
  dns_resources,
  policy_resources,
  authorization_resources,
  app_service_resources,
  none
};
std::string_view name(ArgTable table);
/// The table that holds a (lower-case) type in Resource Graph.
ArgTable table_of(std::string_view type);

/// Something that the export should hold and does not.
struct Gap {
  enum class Reach : std::uint8_t {
    table,    ///< any row of `table` may be missing
    resource  ///< only `resource` is missing (a dangling reference) or contradictory
  };
  std::string code;  ///< "INPUT-TRUNCATED", "INPUT-TABLE", "INPUT-SUBSCRIPTION", "INPUT-DANGLING", "INPUT-CONFLICT"
  Reach reach = Reach::table;
  ArgTable table = ArgTable::none;
  ResourceId resource;  ///< of reach `resource`: the missing or contradictory one
  ResourceId from;      ///< of a dangling reference: who refers to it
  std::string message;
};

struct Snapshot {
  IdTable ids;
  std::vector<Source> sources;
  std::vector<std::string> types;   ///< lower case
  std::vector<Resource> resources;  ///< sorted by id without regard to case, one per id
  Tables tables;
  ServiceTags service_tags;                       ///< published addresses, when the input has them
  std::vector<EffectiveRoutes> effective_routes;  ///< what Azure says, for net::cross_check()
  std::vector<EffectiveGroup> effective_groups;
  std::vector<Gap> gaps;
  Diagnostics diagnostics;
  bool has_usable_input = false;  ///< at least one resource row could be read
};

}  // namespace hubproof::model
