#include "engine/model/reconcile.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

// source: learn.microsoft.com/azure/templates/microsoft.eventhub/namespaces/networkrulesets (always named default)
void give_rule_sets(Tables& t) {
  if (t.network_rule_sets.empty()) return;
  std::unordered_map<ResourceId, Service*> services;
  for (Service& service : t.services) services.emplace(service.id, &service);
  for (const NetworkRuleSet& rules : t.network_rule_sets) {
    const auto found = services.find(rules.parent);
    if (found == services.end()) continue;
    Service& service = *found->second;
    static_cast<AccessRules&>(service) = rules;
    service.has_firewall_children = true;
    service.rule_set_access = rules.public_network_access;
    service.is_settled = service.is_settled && rules.is_settled;
    for (const Unread& unread : rules.unread)
      service.unread.push_back({"/networkRuleSets/default" + unread.pointer, unread.met});
  }
}

// source: learn.microsoft.com/azure/app-service/overview-access-restrictions (the site's configuration is a resource of
// its own, always named web)
void give_site_configs(Tables& t) {
  if (t.site_configs.empty()) return;
  std::unordered_map<ResourceId, Service*> services;
  for (Service& service : t.services) services.emplace(service.id, &service);
  for (const SiteConfig& config : t.site_configs) {
    const auto found = services.find(config.site);
    if (found == services.end()) continue;
    Service& service = *found->second;
    static_cast<AccessRules&>(service) = config;
    service.has_firewall_children = true;
    service.rule_set_access = config.public_network_access;
    service.is_settled = service.is_settled && config.is_settled;
    for (const Unread& unread : config.unread) service.unread.push_back({"/config/web" + unread.pointer, unread.met});
  }
}

void disown(PublicIp& address) {
  address.unread.push_back({"/properties/ipConfiguration/id", "a configuration that does not name the address back"});
}

/// Gives the address to the configuration that its row names; false when there is none.
template <class Configurations>
bool attach(Configurations& configurations, PublicIp& address) {
  const auto found = std::find_if(configurations.begin(), configurations.end(),
                                  [&](const auto& configuration) { return configuration.id == address.owner; });
  if (found == configurations.end()) return false;
  ResourceId& named = address.is_v6 ? found->public_ip_v6 : found->public_ip;
  if (named == address.id) return true;
  if (!named.is_set()) named = address.id;
  disown(address);
  return true;
}

void attach(NetworkInterface& nic, PublicIp& address) {
  if (attach(nic.ip_configurations, address)) return;
  IpConfiguration& hidden = nic.ip_configurations.emplace_back();
  hidden.id = address.owner;
  hidden.is_v6 = address.is_v6;
  (address.is_v6 ? hidden.public_ip_v6 : hidden.public_ip) = address.id;
  // All configurations of an interface stand in one network; in which of its subnets this one does is not known.
  if (nic.ip_configurations.size() > 1) hidden.subnet = nic.ip_configurations.front().subnet;
  disown(address);
}

void attach(LoadBalancer& balancer, PublicIp& address) {
  if (attach(balancer.frontends, address)) return;
  LoadBalancer::Frontend& hidden = balancer.frontends.emplace_back();
  hidden.id = address.owner;
  (address.is_v6 ? hidden.public_ip_v6 : hidden.public_ip) = address.id;
  balancer.unread.push_back({"/properties/frontendIPConfigurations", "not the one that a public address names"});
  disown(address);
}

// The subnet of an interface that the row does not show is a question that net/placement answers.
void attach(MachinePool& pool, PublicIp&) {
  if (pool.interfaces.empty()) pool.interfaces.emplace_back();
  for (MachinePool::Interface& interface : pool.interfaces) interface.has_public_address = true;
}

// A frontend that the row does not have is a question that net/surfaces asks.
void attach(ApplicationGateway& gateway, PublicIp& address) { attach(gateway.frontends, address); }

using Owners = std::unordered_map<ResourceId, std::vector<PublicIp*>>;  // only looked up

template <class T>
void attach_all(std::vector<T>& table, const Owners& owners) {
  for (T& owner : table) {
    const auto found = owners.find(owner.id);
    if (found == owners.end()) continue;
    for (PublicIp* address : found->second) attach(owner, *address);
  }
}

// One field of a row names public addresses of both families: what is known to be IPv6 gets a place of its own, so that
// nothing about IPv4 meets it. The other family, and what no row tells the family of, stays.
/// Ids of the public addresses of one family that the export holds, sorted.
std::vector<ResourceId> public_addresses(const Tables& t, bool of_v6) {
  std::vector<ResourceId> out;
  for (const PublicIp& address : t.public_ips) {
    if (address.is_v6 == of_v6) out.push_back(address.id);
  }
  std::sort(out.begin(), out.end());
  return out;
}

template <class Configuration>
void move_to_v6(Configuration& configuration) {
  configuration.public_ip_v6 = std::exchange(configuration.public_ip, {});
}

// source: learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview (an ipConfiguration is of one family)
void sort_families(Tables& t) {
  const std::vector<ResourceId> v6 = public_addresses(t, true);
  const std::vector<ResourceId> v4 = public_addresses(t, false);
  const auto is_among = [](const std::vector<ResourceId>& list, ResourceId id) {
    return std::binary_search(list.begin(), list.end(), id);
  };
  for (NetworkInterface& nic : t.network_interfaces) {
    for (IpConfiguration& configuration : nic.ip_configurations) {
      const ResourceId id = configuration.public_ip;
      if (id.is_set() && (is_among(v6, id) || (configuration.is_v6 && !is_among(v4, id)))) move_to_v6(configuration);
    }
  }
  for (LoadBalancer& balancer : t.load_balancers) {
    for (LoadBalancer::Frontend& frontend : balancer.frontends) {
      if (is_among(v6, frontend.public_ip)) move_to_v6(frontend);
    }
  }
  for (ApplicationGateway& gateway : t.application_gateways) {
    for (ApplicationGateway::Frontend& frontend : gateway.frontends) {
      if (is_among(v6, frontend.public_ip)) move_to_v6(frontend);
    }
  }
}

// What a firewall's address leads to is decided by its rules alone, and needs no configuration here.
// law:  an address is attached when its own row or its owner's row says so
// source: azure-semantics.md 0 (one export may be torn: rows are of different moments)
void attach_public_addresses(Snapshot& snapshot) {
  Tables& t = snapshot.tables;
  Owners owners;
  for (PublicIp& address : t.public_ips) {
    if (!address.owner.is_set()) continue;
    const ResourceId owner = snapshot.ids.find(arm_top_level(snapshot.ids.spelling(address.owner)));
    if (owner.is_set()) owners[owner].push_back(&address);
  }
  if (owners.empty()) return;
  attach_all(t.network_interfaces, owners);
  attach_all(t.load_balancers, owners);
  attach_all(t.machine_pools, owners);
  attach_all(t.application_gateways, owners);
}

// A row without the list has its peerings as rows of their own, or hides them.
void tell_hidden_peerings(Tables& t) {
  if (std::all_of(t.virtual_networks.begin(), t.virtual_networks.end(),
                  [](const VirtualNetwork& vnet) { return vnet.lists_peerings; }))
    return;
  std::unordered_set<ResourceId> shown;
  for (const Peering& peering : t.peerings) shown.insert(peering.vnet);
  for (VirtualNetwork& vnet : t.virtual_networks) {
    if (!vnet.lists_peerings && vnet.unread.empty() && shown.count(vnet.id) == 0)
      vnet.unread.push_back({"/properties/virtualNetworkPeerings", "absent"});
  }
}

}  // namespace

void reconcile(Snapshot& snapshot) {
  tell_hidden_peerings(snapshot.tables);
  give_rule_sets(snapshot.tables);
  give_site_configs(snapshot.tables);
  sort_families(snapshot.tables);
  attach_public_addresses(snapshot);
}

}  // namespace hubproof::model
