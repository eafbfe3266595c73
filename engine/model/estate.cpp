#include "engine/model/estate.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/completeness.h"
#include "engine/model/managed_networks.h"
#include "engine/model/reconcile.h"

namespace hubproof::model {

void Relation::add(ResourceId key, std::uint32_t item) {
  if (key.is_set()) pairs_.emplace_back(key, item);
}

void Relation::seal() {
  std::sort(pairs_.begin(), pairs_.end());
  pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
  pairs_.shrink_to_fit();
  if (pairs_.empty()) return;
  buckets_.reserve((pairs_.back().first.index() >> kBucketBits) + 2);
  for (std::uint32_t i = 0; i < pairs_.size(); ++i) {
    const std::size_t bucket = pairs_[i].first.index() >> kBucketBits;
    while (buckets_.size() <= bucket) buckets_.push_back(i);
  }
  buckets_.push_back(static_cast<std::uint32_t>(pairs_.size()));
}

std::span<const Relation::Pair> Relation::of(ResourceId key) const {
  const std::size_t bucket = key.is_set() ? key.index() >> kBucketBits : buckets_.size();
  if (bucket + 1 >= buckets_.size()) return {};
  const auto end = pairs_.begin() + buckets_[bucket + 1];
  const auto before = [](const Pair& pair, ResourceId id) { return pair.first < id; };
  const auto first = std::lower_bound(pairs_.begin() + buckets_[bucket], end, key, before);
  auto last = first;
  while (last != end && last->first == key) ++last;
  return {first, last};
}

namespace {

// The table of every kind that find() answers for. API Management comes apart: its id names a Service as well.
template <class T>
struct TableOf;
#define HUBPROOF_TABLE(Type, member, number)                                 \
  template <>                                                                \
  struct TableOf<Type> {                                                     \
    static constexpr std::uint8_t kKind = number;                            \
    static const std::vector<Type>& of(const Tables& t) { return t.member; } \
  };
HUBPROOF_TABLE(VirtualNetwork, virtual_networks, 0)
HUBPROOF_TABLE(Subnet, subnets, 1)
HUBPROOF_TABLE(Peering, peerings, 2)
HUBPROOF_TABLE(RouteTable, route_tables, 3)
HUBPROOF_TABLE(NetworkSecurityGroup, network_security_groups, 4)
HUBPROOF_TABLE(ApplicationSecurityGroup, application_security_groups, 5)
HUBPROOF_TABLE(NetworkInterface, network_interfaces, 6)
HUBPROOF_TABLE(PublicIp, public_ips, 7)
HUBPROOF_TABLE(NatGateway, nat_gateways, 8)
HUBPROOF_TABLE(Gateway, gateways, 9)
HUBPROOF_TABLE(LoadBalancer, load_balancers, 10)
HUBPROOF_TABLE(BastionHost, bastion_hosts, 11)
HUBPROOF_TABLE(AzureFirewall, firewalls, 12)
HUBPROOF_TABLE(FirewallPolicy, firewall_policies, 13)
HUBPROOF_TABLE(RuleCollectionGroup, rule_collection_groups, 14)
HUBPROOF_TABLE(IpGroup, ip_groups, 15)
HUBPROOF_TABLE(PrivateEndpoint, private_endpoints, 16)
HUBPROOF_TABLE(PrivateDnsZone, private_dns_zones, 17)
HUBPROOF_TABLE(VirtualNetworkLink, virtual_network_links, 18)
HUBPROOF_TABLE(DnsRecordSet, dns_record_sets, 19)
HUBPROOF_TABLE(DnsZoneGroup, dns_zone_groups, 20)
HUBPROOF_TABLE(DnsResolver, dns_resolvers, 21)
HUBPROOF_TABLE(DnsResolverEndpoint, dns_resolver_endpoints, 22)
HUBPROOF_TABLE(ForwardingRuleset, forwarding_rulesets, 23)
HUBPROOF_TABLE(ForwardingRule, forwarding_rules, 24)
HUBPROOF_TABLE(ForwardingRulesetLink, forwarding_ruleset_links, 25)
HUBPROOF_TABLE(ApplicationGateway, application_gateways, 26)
HUBPROOF_TABLE(WafPolicy, waf_policies, 27)
HUBPROOF_TABLE(Service, services, 28)
HUBPROOF_TABLE(Subscription, subscriptions, 29)
HUBPROOF_TABLE(ManagementGroup, management_groups, 30)
HUBPROOF_TABLE(PerimeterAssociation, perimeter_associations, 31)
HUBPROOF_TABLE(PerimeterRule, perimeter_rules, 32)
HUBPROOF_TABLE(UnmodelledNetworkResource, unmodelled_network, 33)
HUBPROOF_TABLE(VirtualWan, virtual_wans, 34)
HUBPROOF_TABLE(VirtualHub, virtual_hubs, 35)
HUBPROOF_TABLE(HubConnection, hub_connections, 36)
HUBPROOF_TABLE(HubRouteTable, hub_route_tables, 37)
HUBPROOF_TABLE(RoutingIntent, routing_intents, 38)
HUBPROOF_TABLE(NetworkManager, network_managers, 39)
HUBPROOF_TABLE(AdminConfiguration, admin_configurations, 40)
HUBPROOF_TABLE(AdminCollection, admin_collections, 41)
HUBPROOF_TABLE(AdminRule, admin_rules, 42)
HUBPROOF_TABLE(ConnectivityConfiguration, connectivity_configurations, 43)
HUBPROOF_TABLE(ManagerDeployment, manager_deployments, 44)
HUBPROOF_TABLE(EffectiveConfigurations, effective_configurations, 45)
HUBPROOF_TABLE(GroupMembership, group_memberships, 46)
#undef HUBPROOF_TABLE

}  // namespace

template <class T>
const T* Estate::find(ResourceId id) const {
  if (!id.is_set() || id.index() >= by_id_.size()) return nullptr;
  const Ref ref = by_id_[id.index()];
  return ref.kind == TableOf<T>::kKind ? &TableOf<T>::of(tables())[ref.index] : nullptr;
}

template <>
const ApiManagement* Estate::find<ApiManagement>(ResourceId id) const {
  const auto found = api_managements_.of(id);
  return found.empty() ? nullptr : &tables().api_managements[found.front().second];
}

template <class T>
std::uint32_t Estate::index_of(const T& entity) const {
  return static_cast<std::uint32_t>(&entity - TableOf<T>::of(tables()).data());
}

#define HUBPROOF_INSTANTIATE(Type)                           \
  template const Type* Estate::find<Type>(ResourceId) const; \
  template std::uint32_t Estate::index_of<Type>(const Type&) const;
HUBPROOF_INSTANTIATE(VirtualNetwork)
HUBPROOF_INSTANTIATE(Subnet)
HUBPROOF_INSTANTIATE(Peering)
HUBPROOF_INSTANTIATE(RouteTable)
HUBPROOF_INSTANTIATE(NetworkSecurityGroup)
HUBPROOF_INSTANTIATE(ApplicationSecurityGroup)
HUBPROOF_INSTANTIATE(NetworkInterface)
HUBPROOF_INSTANTIATE(PublicIp)
HUBPROOF_INSTANTIATE(NatGateway)
HUBPROOF_INSTANTIATE(Gateway)
HUBPROOF_INSTANTIATE(LoadBalancer)
HUBPROOF_INSTANTIATE(BastionHost)
HUBPROOF_INSTANTIATE(AzureFirewall)
HUBPROOF_INSTANTIATE(FirewallPolicy)
HUBPROOF_INSTANTIATE(RuleCollectionGroup)
HUBPROOF_INSTANTIATE(IpGroup)
HUBPROOF_INSTANTIATE(PrivateEndpoint)
HUBPROOF_INSTANTIATE(PrivateDnsZone)
HUBPROOF_INSTANTIATE(VirtualNetworkLink)
HUBPROOF_INSTANTIATE(DnsRecordSet)
HUBPROOF_INSTANTIATE(DnsZoneGroup)
HUBPROOF_INSTANTIATE(DnsResolver)
HUBPROOF_INSTANTIATE(DnsResolverEndpoint)
HUBPROOF_INSTANTIATE(ForwardingRuleset)
HUBPROOF_INSTANTIATE(ForwardingRule)
HUBPROOF_INSTANTIATE(ForwardingRulesetLink)
HUBPROOF_INSTANTIATE(ApplicationGateway)
HUBPROOF_INSTANTIATE(WafPolicy)
HUBPROOF_INSTANTIATE(Service)
HUBPROOF_INSTANTIATE(Subscription)
HUBPROOF_INSTANTIATE(ManagementGroup)
HUBPROOF_INSTANTIATE(PerimeterAssociation)
HUBPROOF_INSTANTIATE(PerimeterRule)
HUBPROOF_INSTANTIATE(UnmodelledNetworkResource)
HUBPROOF_INSTANTIATE(VirtualWan)
HUBPROOF_INSTANTIATE(VirtualHub)
HUBPROOF_INSTANTIATE(HubConnection)
HUBPROOF_INSTANTIATE(HubRouteTable)
HUBPROOF_INSTANTIATE(RoutingIntent)
HUBPROOF_INSTANTIATE(NetworkManager)
HUBPROOF_INSTANTIATE(AdminConfiguration)
HUBPROOF_INSTANTIATE(AdminCollection)
HUBPROOF_INSTANTIATE(AdminRule)
HUBPROOF_INSTANTIATE(ConnectivityConfiguration)
HUBPROOF_INSTANTIATE(ManagerDeployment)
HUBPROOF_INSTANTIATE(EffectiveConfigurations)
HUBPROOF_INSTANTIATE(GroupMembership)
#undef HUBPROOF_INSTANTIATE

bool Estate::holds(ResourceId id) const {
  if (!id.is_set() || id.index() >= by_id_.size()) return false;
  return by_id_[id.index()].kind != 0xff;
}

const AdminPolicy* Estate::admin_policy(ResourceId vnet) const {
  const auto found = std::lower_bound(admin_policies_.begin(), admin_policies_.end(), vnet,
                                      [](const AdminPolicy& policy, ResourceId id) { return policy.vnet < id; });
  return found != admin_policies_.end() && found->vnet == vnet ? &*found : nullptr;
}

std::vector<const Gap*> Estate::gaps_in(ArgTable table) const {
  std::vector<const Gap*> out;
  for (const Gap& gap : snapshot_.gaps) {
    if (gap.reach == Gap::Reach::table && gap.table == table) out.push_back(&gap);
  }
  return out;
}

bool Estate::is_partial(ArgTable table) const { return !gaps_in(table).empty(); }

/// Fills the relations of an Estate.
class Linker {
 public:
  explicit Linker(Estate& estate) : e_(estate), t_(estate.snapshot_.tables) {}
  void run();

 private:
  template <class T>
  void enter(const std::vector<T>& table);
  /// The VNet of a subnet id, from the id itself: subnets are always children of their VNet.
  ResourceId vnet_of_subnet(ResourceId subnet);
  template <class T, class Key>
  void relate(Relation& relation, const std::vector<T>& table, Key key);
  void enter_all();
  void relate_network();
  void relate_virtual_wans();
  void relate_names();
  void relate_governance();

  Estate& e_;
  Tables& t_;
};

template <class T>
void Linker::enter(const std::vector<T>& table) {
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    e_.by_id_[table[i].id.index()] = {TableOf<T>::kKind, i};
  }
}

template <class T, class Key>
void Linker::relate(Relation& relation, const std::vector<T>& table, Key key) {
  for (std::uint32_t i = 0; i < table.size(); ++i) key(table[i], [&](ResourceId id) { relation.add(id, i); });
  relation.seal();
}

ResourceId Linker::vnet_of_subnet(ResourceId subnet) {
  if (!subnet.is_set()) return {};
  const Subnet* known = e_.find<Subnet>(subnet);
  return known != nullptr ? known->vnet : ResourceId();
}

void Linker::enter_all() {
  e_.by_id_.assign(e_.snapshot_.ids.size(), {});
  for (const Resource& resource : e_.snapshot_.resources) e_.by_id_[resource.id.index()] = {0xfe, 0};
  enter(t_.virtual_networks);
  enter(t_.subnets);
  enter(t_.peerings);
  enter(t_.route_tables);
  enter(t_.network_security_groups);
  enter(t_.application_security_groups);
  enter(t_.network_interfaces);
  enter(t_.public_ips);
  enter(t_.nat_gateways);
  enter(t_.gateways);
  enter(t_.load_balancers);
  enter(t_.bastion_hosts);
  enter(t_.firewalls);
  enter(t_.firewall_policies);
  enter(t_.rule_collection_groups);
  enter(t_.ip_groups);
  enter(t_.private_endpoints);
  enter(t_.private_dns_zones);
  enter(t_.virtual_network_links);
  enter(t_.dns_record_sets);
  enter(t_.dns_zone_groups);
  enter(t_.dns_resolvers);
  enter(t_.dns_resolver_endpoints);
  enter(t_.forwarding_rulesets);
  enter(t_.forwarding_rules);
  enter(t_.forwarding_ruleset_links);
  enter(t_.application_gateways);
  enter(t_.waf_policies);
  enter(t_.services);
  enter(t_.subscriptions);
  enter(t_.management_groups);
  enter(t_.perimeter_associations);
  enter(t_.perimeter_rules);
  enter(t_.unmodelled_network);
  enter(t_.virtual_wans);
  enter(t_.virtual_hubs);
  enter(t_.hub_connections);
  enter(t_.hub_route_tables);
  enter(t_.routing_intents);
  // After what is derived from them, which has their ids.
  enter(t_.network_managers);
  enter(t_.admin_configurations);
  enter(t_.admin_collections);
  enter(t_.admin_rules);
  enter(t_.connectivity_configurations);
  enter(t_.manager_deployments);
  enter(t_.effective_configurations);
  enter(t_.group_memberships);
}

void Linker::relate_network() {
  relate(e_.subnets_by_vnet, t_.subnets, [](const Subnet& s, auto add) { add(s.vnet); });
  relate(e_.subnets_by_route_table, t_.subnets, [](const Subnet& s, auto add) { add(s.route_table); });
  relate(e_.peerings_by_vnet, t_.peerings, [](const Peering& p, auto add) { add(p.vnet); });
  relate(e_.peerings_by_remote, t_.peerings, [](const Peering& p, auto add) { add(p.remote); });
  relate(e_.interfaces_by_subnet, t_.network_interfaces, [](const NetworkInterface& n, auto add) {
    for (const IpConfiguration& ip : n.ip_configurations) add(ip.subnet);
  });
  relate(e_.endpoints_by_subnet, t_.private_endpoints, [](const PrivateEndpoint& p, auto add) { add(p.subnet); });
  relate(e_.endpoints_by_target, t_.private_endpoints, [](const PrivateEndpoint& p, auto add) {
    for (const PrivateEndpoint::Connection& c : p.connections) add(c.target);
  });
  relate(e_.gateways_by_vnet, t_.gateways, [this](const Gateway& g, auto add) {
    for (const ResourceId subnet : g.subnets) add(vnet_of_subnet(subnet));
  });
  relate(e_.firewalls_by_vnet, t_.firewalls, [this](const AzureFirewall& f, auto add) {
    for (const AzureFirewall::IpConfiguration& ip : f.ip_configurations) add(vnet_of_subnet(ip.subnet));
  });
  relate(e_.nat_gateways_by_vnet, t_.nat_gateways, [](const NatGateway& n, auto add) { add(n.source_vnet); });
}

void Linker::relate_virtual_wans() {
  relate(e_.connections_by_vnet, t_.hub_connections, [](const HubConnection& c, auto add) { add(c.vnet); });
  relate(e_.connections_by_hub, t_.hub_connections, [](const HubConnection& c, auto add) { add(c.hub); });
  relate(e_.tables_by_hub, t_.hub_route_tables, [](const HubRouteTable& r, auto add) { add(r.hub); });
  relate(e_.intents_by_hub, t_.routing_intents, [](const RoutingIntent& i, auto add) { add(i.hub); });
  relate(e_.hubs_by_wan, t_.virtual_hubs, [](const VirtualHub& h, auto add) { add(h.wan); });
  relate(e_.firewalls_by_hub, t_.firewalls, [](const AzureFirewall& f, auto add) { add(f.virtual_hub); });
}

void Linker::relate_names() {
  relate(e_.links_by_vnet, t_.virtual_network_links, [](const VirtualNetworkLink& l, auto add) { add(l.vnet); });
  relate(e_.links_by_zone, t_.virtual_network_links, [](const VirtualNetworkLink& l, auto add) { add(l.zone); });
  relate(e_.records_by_zone, t_.dns_record_sets, [](const DnsRecordSet& r, auto add) { add(r.zone); });
  relate(e_.ruleset_links_by_vnet, t_.forwarding_ruleset_links,
         [](const ForwardingRulesetLink& l, auto add) { add(l.vnet); });
  relate(e_.rules_by_ruleset, t_.forwarding_rules, [](const ForwardingRule& r, auto add) { add(r.ruleset); });
  relate(e_.endpoints_by_resolver, t_.dns_resolver_endpoints,
         [](const DnsResolverEndpoint& p, auto add) { add(p.resolver); });
}

void Linker::relate_governance() {
  relate(e_.groups_by_policy, t_.rule_collection_groups, [](const RuleCollectionGroup& g, auto add) { add(g.policy); });
  relate(e_.perimeters_by_target, t_.perimeter_associations,
         [](const PerimeterAssociation& p, auto add) { add(p.target); });
  relate(e_.perimeter_rules_by_profile, t_.perimeter_rules, [](const PerimeterRule& r, auto add) { add(r.profile); });
  relate(e_.taints_by_resource, t_.unmodelled_network, [](const UnmodelledNetworkResource& u, auto add) {
    for (const ResourceId touched : u.touches) add(touched);
  });
  relate(e_.api_managements_, t_.api_managements, [](const ApiManagement& a, auto add) { add(a.id); });
}

void Linker::run() {
  reconcile(e_.snapshot_);
  e_.admin_policies_ = apply_network_managers(e_.snapshot_);
  enter_all();
  relate_network();
  relate_virtual_wans();
  relate_names();
  relate_governance();
  find_gaps(e_, e_.snapshot_);
  relate(e_.gaps_by_resource, e_.snapshot_.gaps, [](const Gap& gap, auto add) {
    add(gap.resource);
    add(gap.from);
  });
}

Estate::Estate(Snapshot snapshot) : snapshot_(std::move(snapshot)) { Linker(*this).run(); }

}  // namespace hubproof::model
