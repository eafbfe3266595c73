// Builds estates straight from C++, a row per line:
//   Build b;
//   b.vnet("hub", "10.0.0.0/16"); b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26"); b.firewall("fw", "hub",
//   "10.0.0.4"); b.vnet("a", "10.1.0.0/16"); b.subnet("a", "app", "10.1.0.0/24", {.route_table = "rt"}); b.peer("a",
//   "hub"); b.route_table("rt"); b.udr("rt", "0.0.0.0/0", "10.0.0.4"); const World w = b.world();
// Resources are named by their short name, subnets as "vnet/subnet"; a text that starts with '/' is an ARM id as it is.
// A name that was never built makes a dangling reference. Every function returns the entity, for the fields that have
// no option; the reference lives until the next entity of that kind.
#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"

namespace hubproof::test {

/// Aborts with a message when the text is wrong: a test's literals are right.
Ipv4 ip(std::string_view text);
Prefix prefix(std::string_view text);

using Names = std::vector<std::string>;

/// An Estate with its roles. Movable; view() is valid as long as the World stays in place.
struct World {
  std::unique_ptr<model::Estate> owned;
  model::Roles roles;
  model::Designations designations;
  const model::Estate& estate() const { return *owned; }
  model::View view() const { return {*owned, roles, designations}; }
  model::ResourceId id(std::string_view arm_id) const { return owned->ids().find(arm_id); }
  /// By short name; abort when there is none.
  model::VnetIndex vnet(std::string_view name) const;
  model::SubnetIndex subnet(std::string_view vnet_slash_subnet) const;
  const model::SpokeRole& spoke(std::string_view vnet) const;
  const model::Service& service(std::string_view name) const;
};

struct SubnetOptions {
  std::string route_table = {};
  std::string nsg = {};
  std::string nat_gateway = {};
  Names service_endpoints = {};
  Names delegations = {};
  std::string policies = {};  ///< "Enabled", "Disabled", "RouteTableEnabled", ...; empty = absent
  model::Setting<bool> default_outbound = {};
  std::vector<model::ResourceId> attached = {};
};

/// Options of one side; peer() gives them to both.
struct PeeringOptions {
  std::string state = "Connected";
  std::string sync = "FullyInSync";  ///< empty = absent
  model::Setting<bool> access = true;
  model::Setting<bool> forwarded = true;
  model::Setting<bool> gateway_transit = {};
  model::Setting<bool> remote_gateways = {};
  model::Setting<bool> complete_vnets = {};
  model::Setting<bool> only_v6 = {};
  Names local_subnets = {};  ///< of the side that peer() names first
  Names remote_subnets = {};
  std::string remote_space = {};  ///< "10.0.0.0/16, ..."; empty = the remote VNet's own
};

struct RuleRow {
  std::uint16_t priority = 100;
  std::string direction = "Inbound";
  std::string access = "Allow";
  std::string protocol = "*";
  std::string from = "*";  ///< comma-separated: prefixes, "*", tags, "asg:name"
  std::string to = "*";
  std::string ports = "*";  ///< destination ports, comma-separated
  std::string source_ports = "*";
};

struct NicOptions {
  std::string nsg = {};
  std::string public_ip = {};
  Names asgs = {};
  bool forwarding = false;
  std::string vm = {};
};

struct FirewallOptions {
  std::string policy = {};
  std::string tier = "Premium";
  std::string public_ip = {};
  bool is_hub_firewall = true;  ///< false: world() gives it no role
};

/// A network's connection to a virtual hub; tables as "hub/name".
struct ConnectionOptions {
  model::Setting<bool> internet_security = true;
  std::string table = {};  ///< empty: the default table
  Names propagates = {};   ///< with `labels` empty: the default
  Names labels = {};
  std::string static_routes = {};
};

struct FirewallRuleRow {
  std::string kind = "network";  ///< "network", "application", "nat"
  std::string from = "*";
  std::string to = "*";
  std::string ports = "*";
  std::string protocols = "any";  ///< comma-separated: any, tcp, udp, icmp
  Names fqdns = {};
  Names from_groups = {};
  Names to_groups = {};
  std::string translated_address = {};
  std::uint16_t translated_port = 0;
  std::string applications = {};  ///< of an application rule, comma-separated: https:443, http:80, mssql:1433
  bool has_other_names = false;   ///< URLs, FQDN tags or web categories
  bool terminates_tls = false;
};

struct EndpointOptions {
  std::string target = {};  ///< name of a service or an ARM id
  std::string group = "account";
  std::string status = "Approved";
  bool has_nic = true;
};

struct FrontendOptions {
  std::string subnet = {};
  std::string address = {};
  std::string public_ip = {};
};

struct AppGatewayOptions {
  std::string public_ip = {};
  std::string address = {};
  std::string waf_policy = {};
  std::string tier = "WAF_v2";
  std::vector<Ipv4> pool = {};
  bool has_rule = true;
};

struct AdminRuleRow {
  std::uint16_t priority = 100;
  std::string direction = "Inbound";
  std::string access = "Allow";  ///< "Allow", "AlwaysAllow" or "Deny"
  std::string protocol = "*";
  std::string from = "*";
  std::string to = "*";
  std::string ports = "*";
};

/// A connectivity configuration of one network group.
struct ConnectedRow {
  std::string topology = "Mesh";  ///< or "HubAndSpoke"
  std::string group = "all";
  bool is_direct = true;  ///< groupConnectivity DirectlyConnected
  bool is_global = false;
  Names hubs = {};
};

class Build {
 public:
  /// The subscription of whatever is built after it.
  void in_subscription(std::string guid) { subscription_ = std::move(guid); }
  /// The ARM id that a short name stands for. `type` as "virtualNetworks" (Microsoft.Network) or "Microsoft.X/y".
  model::ResourceId id(std::string_view type, std::string_view name);
  model::ResourceId vnet_id(std::string_view name) { return id("virtualNetworks", name); }
  model::ResourceId subnet_id(std::string_view vnet_slash_subnet);
  model::IdTable& ids() { return snapshot_.ids; }

  model::VirtualNetwork& vnet(std::string_view name, std::string_view prefixes);
  std::vector<model::VirtualNetwork>& vnets() { return snapshot_.tables.virtual_networks; }
  std::vector<model::Service>& services() { return snapshot_.tables.services; }
  model::Subnet& subnet(std::string_view vnet, std::string_view name, std::string_view prefixes,
                        const SubnetOptions& options = {});
  /// Changes those parts of a subnet that `options` gives.
  model::Subnet& attach(std::string_view vnet, std::string_view subnet, const SubnetOptions& options);
  void peer(std::string_view a, std::string_view b, const PeeringOptions& options = {});
  model::Peering& peer_one_side(std::string_view vnet, std::string_view remote, const PeeringOptions& options = {});
  model::RouteTable& route_table(std::string_view name, bool disable_propagation = true);
  /// `to`: an address, several ("10.0.0.4, 10.0.0.5": ECMP), "Internet", "None", "VnetLocal" or
  /// "VirtualNetworkGateway". A `prefix` that is none is a service tag.
  model::Route& udr(std::string_view table, std::string_view prefix, std::string_view to);
  model::NetworkSecurityGroup& nsg(std::string_view name);
  model::SecurityRule& rule(std::string_view nsg, const RuleRow& row);
  void asg(std::string_view name);
  /// A tag of the input's list of service tags.
  void listed_tag(std::string_view name, std::string_view prefixes);
  model::NetworkInterface& nic(std::string_view name, std::string_view subnet, std::string_view address,
                               const NicOptions& options = {});
  model::MachinePool& machine_pool(std::string_view name);
  model::PublicIp& public_ip(std::string_view name, std::string_view address, bool is_standard = true);
  model::NatGateway& nat_gateway(std::string_view name, std::string_view source_vnet = {});
  /// `type`: "Vpn", "ExpressRoute" or "RouteServer".
  model::Gateway& gateway(std::string_view name, std::string_view vnet, std::string_view type = "Vpn");
  model::LoadBalancer& load_balancer(std::string_view name, bool is_standard = true);
  void lb_frontend(std::string_view lb, std::string_view frontend, const FrontendOptions& options);
  model::LoadBalancer::Rule& lb_rule(std::string_view lb, std::string_view frontend, std::string_view pool,
                                     Protocol protocol, PortRange ports);
  /// The first ipConfiguration of `nic` joins the pool, on both sides.
  void lb_member(std::string_view lb, std::string_view pool, std::string_view nic);
  model::BastionHost& bastion(std::string_view name, std::string_view vnet);
  model::AzureFirewall& firewall(std::string_view name, std::string_view vnet, std::string_view address,
                                 const FirewallOptions& options = {});
  model::VirtualWan& virtual_wan(std::string_view name);
  /// With an empty defaultRouteTable; the WAN (built before) lists it.
  model::VirtualHub& virtual_hub(std::string_view name, std::string_view wan, std::string_view range);
  model::AzureFirewall& hub_firewall(std::string_view name, std::string_view hub, std::string_view address,
                                     std::string_view policy = {});
  model::HubConnection& connect(std::string_view vnet, std::string_view hub, const ConnectionOptions& options = {});
  model::HubRouteTable& hub_table(std::string_view hub, std::string_view name);
  /// `next_hop`: the name of a firewall; the table as "hub/name".
  void hub_route(std::string_view table, std::string_view name, std::string_view prefixes, std::string_view next_hop);
  /// Policies to the firewall of the name; none for an empty one. The routes of the policies are not built.
  model::RoutingIntent& routing_intent(std::string_view hub, std::string_view private_firewall,
                                       std::string_view internet_firewall);
  model::ResourceId hub_table_id(std::string_view hub_slash_table);
  model::FirewallPolicy& policy(std::string_view name, std::string_view base = {});
  model::RuleCollectionGroup& rule_group(std::string_view policy, std::string_view name, std::uint32_t priority);
  model::RuleCollection& rules(std::string_view policy, std::string_view group, std::uint32_t priority,
                               model::Access action, std::initializer_list<FirewallRuleRow> rows);
  /// Of the firewall itself; all rows are of one kind, whose list takes the collection.
  model::RuleCollection& classic_rules(std::string_view firewall, std::uint32_t priority, model::Access action,
                                       std::initializer_list<FirewallRuleRow> rows);
  model::IpGroup& ip_group(std::string_view name, std::string_view members);
  model::PrivateEndpoint& endpoint(std::string_view name, std::string_view subnet, std::string_view address,
                                   const EndpointOptions& options = {});
  model::PrivateDnsZone& zone(std::string_view name, std::string_view resource_group = "rg");
  model::VirtualNetworkLink& link(model::ResourceId zone, std::string_view vnet);
  model::DnsRecordSet& record(model::ResourceId zone, std::string_view name,
                              std::initializer_list<std::string_view> addresses);
  model::DnsZoneGroup& zone_group(std::string_view endpoint, std::initializer_list<model::ResourceId> zones);
  model::DnsResolver& resolver(std::string_view name, std::string_view vnet);
  model::DnsResolverEndpoint& resolver_endpoint(std::string_view resolver, std::string_view subnet,
                                                std::string_view address);
  model::ForwardingRuleset& ruleset(std::string_view name, std::initializer_list<std::string_view> vnets);
  model::ForwardingRule& forward(std::string_view ruleset, std::string_view domain, Names targets);
  model::ApplicationGateway& app_gateway(std::string_view name, std::string_view subnet,
                                         const AppGatewayOptions& options);
  model::WafPolicy& waf_policy(std::string_view name, std::string_view mode = "Prevention");
  model::ApiManagement& apim(std::string_view name, std::string_view subnet, std::string_view address,
                             std::string_view type = "Internal");
  model::Service& service(std::string_view name, model::ServiceKind kind, std::string_view type);
  model::PerimeterAssociation& perimeter(std::string_view name, model::ResourceId target, std::string_view mode);
  model::PerimeterRule& perimeter_rule(std::string_view association, std::string_view prefixes);

  // Network managers (Azure Virtual Network Manager); "manager/configuration", snapshots are of number 0.
  model::NetworkManager& network_manager(std::string_view name, std::string_view subscription = {},
                                         std::string_view management_group = {});
  /// A rule of the collection "manager/configuration/collection", which applies to `group` of the manager.
  model::AdminRule& admin_rule(std::string_view collection, std::string_view group, const AdminRuleRow& row);
  /// The configuration of a rule that is there.
  model::AdminConfiguration& admin_configuration(std::string_view configuration);
  /// A configuration without a snapshot.
  model::AdminConfiguration& admin_configuration_as_written(std::string_view configuration);
  model::ConnectivityConfiguration& join(std::string_view configuration, const ConnectedRow& row);
  /// Commits all of the configuration to the region, as its latest commit.
  model::ManagerDeployment& deploy(std::string_view configuration, std::string_view location);
  /// The effective row of the network: these configurations and no others.
  model::EffectiveConfigurations& effective(std::string_view vnet, const Names& configurations,
                                            model::ManagerFeature feature);
  /// The network's memberships: these groups ("manager/group") and no others.
  model::GroupMembership& memberships(std::string_view vnet, const Names& groups);

  model::UnmodelledNetworkResource& unmodelled(std::string_view name, std::string_view type,
                                               std::vector<model::ResourceId> touches);
  void gap(model::Gap gap) { snapshot_.gaps.push_back(std::move(gap)); }

  /// Ends the building. Tables are sorted by id as Snapshot demands.
  model::Snapshot snapshot();
  model::Estate estate() { return model::Estate(snapshot()); }
  /// With plain roles: a VNet with a hub firewall is a hub, a VNet peered to one is a spoke of the tenant of its
  /// subscription.
  World world();
  model::Designations designations;

 private:
  model::AddressTerms terms(std::string_view list);
  model::RuleCollection& fill(model::RuleCollection& out, std::uint32_t priority, model::Access action,
                              std::initializer_list<FirewallRuleRow> rows);
  model::SecurityRule rule_of(const RuleRow& row);
  void finish_peerings();
  model::ResourceId manager_part(std::string_view kind, std::string_view slashed, std::string_view suffix = {});

  std::string subscription_ = "00000000-0000-0000-0000-000000000001";
  std::map<std::string, model::ResourceId, std::less<>> named_;  // "type|name"
  std::vector<model::ResourceId> not_hub_firewalls_;
  std::vector<model::ResourceId> peerings_with_own_space_;
  model::Snapshot snapshot_;
  model::ServiceTagList listed_tags_;
};

}  // namespace hubproof::test
