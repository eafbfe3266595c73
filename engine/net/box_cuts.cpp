#include "engine/net/box_cuts.h"

#include <algorithm>

#include "engine/net/firewall_policies.h"

namespace hubproof::net {
namespace {

using model::AddressTerm;
using model::Subnet;
using model::View;

/// The set, unless it cuts nothing.
void add_set(std::vector<AddressSet>& out, AddressSet set) {
  if (set.empty() || std::find(out.begin(), out.end(), set) != out.end()) return;
  out.push_back(std::move(set));
}

template <class Prefixes>
AddressSet set_of(const Prefixes& prefixes) {
  AddressSet out;
  for (const Prefix& prefix : prefixes) out.add(prefix);
  return out;
}

// law:  VirtualNetwork is decided by the own space, what peerings route for sure, what they or user routes may
// source: azure-semantics.md 2.4
std::vector<AddressSet> virtual_network_sets(const View& view, const Subnet& subnet) {
  const model::Estate& e = view.estate;
  std::vector<AddressSet> out{AddressSet(Prefix::host(Ipv4(0xa83f8110U)))};  // 168.63.129.16
  const auto* vnet = e.find<model::VirtualNetwork>(subnet.vnet);
  if (vnet == nullptr) return out;
  out.push_back(set_of(vnet->address_space));
  AddressSet certain;
  AddressSet possible;
  for (const auto& [key, index] : e.peerings_by_vnet.of(vnet->id)) {
    const model::Peering& peering = e.tables().peerings[index];
    const bool carries = !peering.connected_group.is_set() && peering_link(view, peering).carries == Ternary::yes;
    for (const PeeringRange& range : peering_space(view, peering))
      (carries && range.is_certain ? certain : possible).add(range.prefix);
  }
  if (const auto* table = e.find<model::RouteTable>(subnet.route_table)) {
    for (const model::Route& route : table->routes) {
      if (const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr) possible.add(*prefix);
      const AddressSet* listed = e.snapshot().service_tags.find(route.service_tag);
      if (listed != nullptr) possible |= *listed;
    }
  }
  out.push_back(std::move(certain));
  out.push_back(std::move(possible));
  return out;
}

/// What the term holds for sure, as far as prefixes and lists tell.
void add_term(const View& view, const AddressTerm& term, AddressSet& out) {
  if (term.kind == AddressTerm::Kind::prefix) out.add(term.prefix);
  const model::Snapshot& input = view.estate.snapshot();
  if (term.kind != AddressTerm::Kind::tag || term.index >= input.tables.service_tags.size()) return;
  const AddressSet* listed = input.service_tags.find(input.tables.service_tags[term.index]);
  if (listed != nullptr) out |= *listed;
}

/// The members of application security groups that the rules name, and the addresses of which that is not known.
void add_asgs(const View& view, const Subnet& point, const model::AddressTerms& terms, std::vector<AddressSet>& out) {
  const model::Estate& e = view.estate;
  for (const AddressTerm& term : terms) {
    if (term.kind != AddressTerm::Kind::asg) continue;
    AddressSet space;
    AddressSet shown;
    AddressSet doubtful;
    AddressSet members;
    for (const auto& [key, index] : e.subnets_by_vnet.of(point.vnet)) {
      const Subnet& subnet = e.tables().subnets[index];
      space |= set_of(subnet.prefixes);
      for (const auto& [subnet_id, nic_index] : e.interfaces_by_subnet.of(subnet.id)) {
        const model::NetworkInterface& nic = e.tables().network_interfaces[nic_index];
        for (const model::IpConfiguration& config : nic.ip_configurations) {
          if (!config.address) continue;
          const Prefix host = Prefix::host(*config.address);
          shown.add(host);
          if (nic.private_endpoint.is_set() || !nic.unread.empty()) doubtful.add(host);
          const auto& groups = config.application_security_groups;
          if (std::find(groups.begin(), groups.end(), term.asg()) != groups.end()) members.add(host);
        }
      }
    }
    for (AddressSet* set : {&space, &shown, &doubtful, &members}) add_set(out, std::move(*set));
  }
}

void add_source_ports(const model::PortRanges& ranges, BoxCuts& cuts) {
  for (const PortRange& range : ranges) {
    if (range.is_all()) continue;
    cuts.source_ports.push_back(range.first());
    if (range.last() != 65535) cuts.source_ports.push_back(static_cast<std::uint16_t>(range.last() + 1));
  }
}

void tidy(BoxCuts& cuts) {
  std::sort(cuts.ports.begin(), cuts.ports.end());
  cuts.ports.erase(std::unique(cuts.ports.begin(), cuts.ports.end()), cuts.ports.end());
  std::sort(cuts.source_ports.begin(), cuts.source_ports.end());
  cuts.source_ports.erase(std::unique(cuts.source_ports.begin(), cuts.source_ports.end()), cuts.source_ports.end());
}

template <class Terms>
void add_list(const View& view, const Terms& terms, const std::vector<model::ResourceId>& groups,
              std::vector<AddressSet>& out) {
  AddressSet all;  // one rule's list is one set: only whether it holds an address matters
  for (const AddressTerm& term : terms) add_term(view, term, all);
  for (const model::ResourceId id : groups) {
    if (const auto* group = view.estate.find<model::IpGroup>(id)) {
      for (const AddressTerm& term : group->members) add_term(view, term, all);
    }
  }
  add_set(out, std::move(all));
}

/// The groups of whoever has the address, in whichever network.
void cut_by_holder(const View& view, Ipv4 address, BoxCuts& cuts) {
  for (const Subnet& subnet : view.estate.tables().subnets) {
    const auto holds = [&](const Prefix& prefix) { return prefix.contains(address); };
    if (std::none_of(subnet.prefixes.begin(), subnet.prefixes.end(), holds)) continue;
    cut_by_groups(view, {&subnet, nullptr, false}, model::Direction::inbound, cuts);
    for (const auto& [key, index] : view.estate.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = view.estate.tables().network_interfaces[index];
      const bool has_it = std::any_of(nic.ip_configurations.begin(), nic.ip_configurations.end(),
                                      [&](const auto& config) { return config.address == address; });
      if (has_it) cut_by_groups(view, {&subnet, &nic, false}, model::Direction::inbound, cuts);
    }
  }
}

}  // namespace

void cut_by_groups(const View& view, const FilterPoint& point, model::Direction direction, BoxCuts& cuts) {
  bool has_group = false;
  const auto add_rule = [&](const model::SecurityRule& rule) {
    if (rule.direction != direction) return;
    add_list(view, rule.sources, {}, cuts.sources);
    add_list(view, rule.destinations, {}, cuts.destinations);
    add_asgs(view, *point.subnet, rule.sources, cuts.sources);
    add_asgs(view, *point.subnet, rule.destinations, cuts.destinations);
    cuts.ports.insert(cuts.ports.end(), rule.destination_ports.begin(), rule.destination_ports.end());
    add_source_ports(rule.source_ports, cuts);
    if (rule.protocol != Protocol::any) cuts.tells_protocols_apart = true;
  };
  if (const model::AdminPolicy* policy = view.estate.admin_policy(point.subnet->vnet); policy != nullptr) {
    has_group = true;
    for (const model::AdminPolicy::Use& use : policy->rules) add_rule(view.estate.tables().admin_rules[use.rule].match);
  }
  for (const model::ResourceId id : attached_groups(point, direction)) {
    const auto* nsg = view.estate.find<model::NetworkSecurityGroup>(id);
    if (nsg == nullptr) continue;
    has_group = true;
    for (const model::SecurityRule& rule : nsg->rules) add_rule(rule);
  }
  if (!has_group) return;
  for (const AddressSet& set : virtual_network_sets(view, *point.subnet)) {
    add_set(cuts.sources, set);
    add_set(cuts.destinations, set);
  }
  add_set(cuts.sources, internet_addresses());
  add_set(cuts.destinations, internet_addresses());
  tidy(cuts);
}

void cut_by_firewall(const View& view, const model::AzureFirewall& firewall, bool with_translation, BoxCuts& cuts) {
  // source: azure-semantics.md 4.2, 4.3 (web ports decide by name, 53 is the DNS proxy);
  // learn.microsoft.com/azure/firewall/snat-private-range (sources are translated or kept)
  cuts.tells_protocols_apart = true;
  for (const std::uint16_t port : {std::uint16_t{53}, std::uint16_t{80}, std::uint16_t{443}})
    cuts.ports.emplace_back(port, port);
  for (const Protocol protocol : {Protocol::tcp, Protocol::icmp}) {
    KeptSources kept = kept_sources(view, firewall, protocol);
    add_set(cuts.destinations, std::move(kept.certain));
    add_set(cuts.destinations, std::move(kept.possible));
  }
  add_set(cuts.sources, internet_addresses());
  add_set(cuts.destinations, internet_addresses());
  std::string why;
  const auto acting = acting_collections(view, firewall, why);
  if (!acting) return tidy(cuts);
  for (const ActingCollection& each : *acting) {
    for (const model::FirewallRule& rule : each.collection->rules) {
      add_list(view, rule.sources, rule.source_ip_groups, cuts.sources);
      add_list(view, rule.destinations, rule.destination_ip_groups, cuts.destinations);
      cuts.ports.insert(cuts.ports.end(), rule.destination_ports.begin(), rule.destination_ports.end());
      const Result<Ipv4> target = Ipv4::parse(rule.translated_address);
      if (with_translation && target) cut_by_holder(view, *target, cuts);
    }
  }
  tidy(cuts);
}

void cut_by_balancer(const View& view, const model::LoadBalancer& balancer, BoxCuts& cuts) {
  cuts.tells_protocols_apart = true;
  std::vector<model::ResourceId> members;
  for (const auto& rule : balancer.rules) {
    cuts.ports.push_back(rule.frontend_ports);
    members.push_back(rule.backend_pool);  // an inbound NAT rule names its target
  }
  for (const auto& [pool, member] : balancer.pool_members) members.push_back(member);
  for (const model::NetworkInterface& nic : view.estate.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (std::find(members.begin(), members.end(), config.id) == members.end()) continue;
      const Subnet* subnet = view.estate.find<Subnet>(config.subnet);
      if (subnet != nullptr) cut_by_groups(view, {subnet, &nic, false}, model::Direction::inbound, cuts);
    }
  }
  tidy(cuts);
}

}  // namespace hubproof::net
