#include "engine/dns/name_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::dns {

using namespace model;

bool lies_under(std::string_view name, std::string_view zone) {
  if (name == zone) return true;
  if (name.size() <= zone.size() || zone.empty()) return false;
  const std::size_t at = name.size() - zone.size();
  return name[at - 1] == '.' && name.substr(at) == zone;
}

std::string_view relative(std::string_view name, std::string_view zone) {
  return name.size() == zone.size() ? std::string_view("@") : name.substr(0, name.size() - zone.size() - 1);
}

NameIndex::NameIndex(const View& view) : view_(view) {
  const std::vector<const Gap*> gaps = estate().gaps_in(ArgTable::resources);
  if (!gaps.empty()) {
    resources_doubt_ = fmt::format("the export of the resources table is partial ({}), so a zone link may be missing",
                                   gaps.front()->message);
  }
  // A table without a single row was not exported: every zone has at least its SOA record (azure-semantics.md 8.2).
  dns_is_partial_ = estate().is_partial(ArgTable::dns_resources) || estate().tables().dns_record_sets.empty();
  index_servers();
  index_records();
  index_zones();
  index_links();
  index_rulesets();
  index_interfaces();
}

void NameIndex::index_servers() {
  const Tables& t = estate().tables();
  for (const AzureFirewall& firewall : t.firewalls) {
    for (const AzureFirewall::IpConfiguration& ip : firewall.ip_configurations) {
      if (!ip.address) continue;
      ResourceId vnet;
      if (ip.subnet.is_set()) vnet = estate().ids().find(arm_parent(estate().spelling(ip.subnet)));
      servers_.emplace(*ip.address, Server{Server::Kind::firewall, firewall.id, vnet});
    }
    if (firewall.hub_address) servers_.emplace(*firewall.hub_address, Server{Server::Kind::firewall, firewall.id, {}});
  }
  for (const DnsResolverEndpoint& endpoint : t.dns_resolver_endpoints) {
    if (!endpoint.is_inbound) continue;
    const DnsResolver* resolver = estate().find<DnsResolver>(endpoint.resolver);
    const ResourceId vnet = resolver != nullptr ? resolver->vnet : ResourceId();
    for (const Ipv4 address : endpoint.addresses) {
      servers_.emplace(address, Server{Server::Kind::inbound_endpoint, endpoint.id, vnet});
    }
  }
}

void NameIndex::index_records() {
  const auto& table = estate().tables().dns_record_sets;
  records_.reserve(table.size());
  for (std::uint32_t i = 0; i < table.size(); ++i) records_.push_back({table[i].zone, table[i].name, i});
  std::sort(records_.begin(), records_.end(), [](const RecordKey& a, const RecordKey& b) {
    return std::tie(a.zone, a.name, a.position) < std::tie(b.zone, b.name, b.position);
  });
}

void NameIndex::index_zones() {
  for (const PrivateDnsZone& zone : estate().tables().private_dns_zones) {
    const std::size_t held = estate().links_by_zone.of(zone.id).size();
    if (!zone.links || held >= *zone.links) continue;
    LinkedZone unseen;
    unseen.zone = zone.id;
    unseen.name = zone.name;
    unseen.doubt = fmt::format("the zone \"{}\" states {} links, the export holds {}", text::printable(zone.name),
                               *zone.links, held);
    unseen_links_.push_back(std::move(unseen));
  }
}

void NameIndex::index_rulesets() {
  std::vector<ResourceId> linked;
  for (const ForwardingRulesetLink& link : estate().tables().forwarding_ruleset_links) linked.push_back(link.ruleset);
  std::sort(linked.begin(), linked.end());
  for (const ForwardingRuleset& ruleset : estate().tables().forwarding_rulesets) {
    if (!std::binary_search(linked.begin(), linked.end(), ruleset.id)) unlinked_rulesets_.push_back(ruleset.id);
  }
}

void NameIndex::index_interfaces() {
  for (const NetworkInterface& nic : estate().tables().network_interfaces) {
    // The NIC of a private endpoint never asks.
    if (nic.dns_servers.empty() || nic.private_endpoint.is_set()) continue;
    for (const IpConfiguration& ip : nic.ip_configurations) {
      const Subnet* subnet = estate().find<Subnet>(ip.subnet);
      const VirtualNetwork* vnet = subnet != nullptr ? estate().find<VirtualNetwork>(subnet->vnet) : nullptr;
      if (vnet == nullptr || nic.dns_servers == vnet->dns_servers) continue;
      interface_servers_[VnetIndex(estate().index_of(*vnet))].push_back(nic.dns_servers);
    }
  }
  for (auto& [vnet, lists] : interface_servers_) {
    std::sort(lists.begin(), lists.end());
    lists.erase(std::unique(lists.begin(), lists.end()), lists.end());
  }
}

bool NameIndex::are_peered(ResourceId a, ResourceId b) const {
  const auto& peerings = estate().tables().peerings;
  const auto names = [&](const Relation& relation, auto other) {
    const auto pairs = relation.of(a);
    return std::any_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return other(peerings[pair.second]) == b; });
  };
  return names(estate().peerings_by_vnet, [](const Peering& p) { return p.remote; }) ||
         names(estate().peerings_by_remote, [](const Peering& p) { return p.vnet; });
}

bool NameIndex::owns(ResourceId id, Ipv4 address) const {
  const VirtualNetwork* vnet = estate().find<VirtualNetwork>(id);
  if (vnet == nullptr) return false;
  return std::any_of(vnet->address_space.begin(), vnet->address_space.end(),
                     [&](Prefix prefix) { return prefix.contains(address); });
}

std::string_view NameIndex::peered_owner(ResourceId vnet, Ipv4 address) const {
  for (const auto& [key, position] : estate().peerings_by_vnet.of(vnet)) {
    const ResourceId remote = estate().tables().peerings[position].remote;
    if (owns(remote, address)) return estate().name(remote);
  }
  return {};
}

std::vector<Server> NameIndex::servers_at(Ipv4 address, ResourceId from, std::string& why) const {
  std::vector<Server> own;
  std::vector<Server> peered;
  std::vector<Server> nowhere;  // of which the export does not say in which network they stand
  std::vector<Server> all;
  const auto [first, last] = servers_.equal_range(address);
  for (auto at = first; at != last; ++at) {
    all.push_back(at->second);
    if (at->second.vnet == from)
      own.push_back(at->second);
    else if (!at->second.vnet.is_set())
      nowhere.push_back(at->second);
    else if (are_peered(from, at->second.vnet))
      peered.push_back(at->second);
  }
  if (!own.empty()) return own;
  if (all.empty()) {
    const auto& declared = view_.designations.dns_servers;
    const bool is_declared = std::find(declared.begin(), declared.end(), address) != declared.end();
    why = fmt::format("the DNS server {} is {}: its forwarders are in no export", to_string(address),
                      is_declared ? "declared central, but neither a firewall nor a resolver endpoint of the export"
                                  : "neither a firewall nor a resolver endpoint of the export");
    return {};
  }
  // A packet to an address of the own or a peered network stays there, whoever has the same address elsewhere
  // (azure-semantics.md 1.2, 1.3).
  if (owns(from, address)) {
    why = fmt::format("the DNS server {} lies in the network itself, where the export shows no DNS server",
                      to_string(address));
    return {};
  }
  if (!peered.empty()) return peered;
  if (!nowhere.empty()) return nowhere;
  const std::string_view owner = peered_owner(from, address);
  if (owner.empty()) return all;
  why = fmt::format("the DNS server {} lies in the peered network \"{}\", where the export shows no DNS server",
                    to_string(address), text::printable(owner));
  return {};
}

bool NameIndex::is_server_vnet(ResourceId vnet) const {
  return std::any_of(servers_.begin(), servers_.end(), [&](const auto& entry) { return entry.second.vnet == vnet; });
}

LinkedZone NameIndex::linked_zone(const VirtualNetworkLink& link) const {
  const PrivateDnsZone* zone = estate().find<PrivateDnsZone>(link.zone);
  LinkedZone out;
  out.zone = link.zone;
  // The zone of a link whose zone the export does not hold still has its name in the id; what else it says is not
  // known.
  out.name = zone != nullptr ? std::string_view(zone->name) : estate().name(link.zone);
  out.link = &link;
  if (!link.unread.empty() || !link.is_settled || link.state.is_unreadable() || is_contradictory(link.id)) {
    out.doubt = fmt::format("the link \"{}\" is not settled or could not be read in full",
                            text::printable(estate().name(link.id)));
  } else if (link.state.is(LinkState::in_progress)) {
    out.doubt = fmt::format("the link \"{}\" is in progress", text::printable(estate().name(link.id)));
  } else if (link.state.is_absent()) {
    // Azure always states it. source: learn.microsoft.com/rest/api/dns/privatedns/virtual-network-links/get
    out.doubt = fmt::format("the link \"{}\" states no virtualNetworkLinkState, so it may not be completed",
                            text::printable(estate().name(link.id)));
  } else if (zone == nullptr) {
    out.doubt = doubt_of(link.zone);
  }
  return out;
}

void NameIndex::index_links() {
  for (const VirtualNetworkLink& link : estate().tables().virtual_network_links) {
    if (link.vnet.is_set()) linked_.push_back(linked_zone(link));
  }
  // Names of one length under which one name lies are one name.
  std::stable_sort(linked_.begin(), linked_.end(), [](const LinkedZone& a, const LinkedZone& b) {
    return std::pair(a.link->vnet, b.name.size()) < std::pair(b.link->vnet, a.name.size());
  });
}

std::span<const LinkedZone> NameIndex::zones_of(ResourceId vnet) const {
  const auto first = std::lower_bound(linked_.begin(), linked_.end(), vnet,
                                      [](const LinkedZone& zone, ResourceId id) { return zone.link->vnet < id; });
  auto last = first;
  while (last != linked_.end() && last->link->vnet == vnet) ++last;
  return {first, last};
}

std::span<const NameIndex::RecordKey> NameIndex::keys_of(ResourceId zone, std::string_view name) const {
  const auto first =
      std::lower_bound(records_.begin(), records_.end(), std::tie(zone, name),
                       [](const RecordKey& a, const auto& key) { return std::tie(a.zone, a.name) < key; });
  auto last = first;
  while (last != records_.end() && last->zone == zone && last->name == name) ++last;
  return {first, last};
}

std::vector<const DnsRecordSet*> NameIndex::records(ResourceId zone, std::string_view name) const {
  std::vector<const DnsRecordSet*> out;
  for (const RecordKey& key : keys_of(zone, name)) out.push_back(&estate().tables().dns_record_sets[key.position]);
  return out;
}

const DnsRecordSet* NameIndex::plain_record(ResourceId zone, std::string_view name) const {
  const auto keys = keys_of(zone, name);
  if (keys.size() != 1) return nullptr;
  const DnsRecordSet& record = estate().tables().dns_record_sets[keys.front().position];
  const bool is_plain = record.type == "a" && !record.addresses.empty() && record.unread.empty() && record.is_settled &&
                        !is_contradictory(record.id);
  return is_plain ? &record : nullptr;
}

std::string NameIndex::doubt_of_zone_alone(ResourceId id) const {
  const PrivateDnsZone* zone = estate().find<PrivateDnsZone>(id);
  if (zone == nullptr) return fmt::format("the zone \"{}\" is not in the export", text::printable(estate().name(id)));
  if (!is_contradictory(id) && zone->unread.empty() && zone->is_settled) return {};
  return fmt::format("the zone \"{}\" is not settled, contradictory or could not be read in full",
                     text::printable(zone->name));
}

// A zone that states its number of record sets is known in full when so many are held, whatever else the table lacks.
// Every zone has one SOA record set at its apex, which some exports leave out. source:
// learn.microsoft.com/azure/dns/private-dns-privatednszone; azure-semantics.md 8.2
std::string NameIndex::doubt_of(ResourceId id) const {
  std::string doubt = doubt_of_zone_alone(id);
  if (!doubt.empty()) return doubt;
  const PrivateDnsZone* zone = estate().find<PrivateDnsZone>(id);
  if (zone->record_sets) {
    const auto apex = records(id, "@");
    const bool has_soa =
        std::any_of(apex.begin(), apex.end(), [](const auto* record) { return record->type == "soa"; });
    const std::size_t held = estate().records_by_zone.of(id).size();
    if (held + (has_soa ? 0U : 1U) >= *zone->record_sets) return {};
    return fmt::format("the zone \"{}\" states {} record sets, the export holds {}", text::printable(zone->name),
                       *zone->record_sets, held);
  }
  if (!dns_is_partial_) return {};
  return fmt::format("the dnsresources table is partial, so the zone \"{}\" may hold more records",
                     text::printable(zone->name));
}

const std::vector<std::vector<std::string>>& NameIndex::interface_servers(VnetIndex vnet) const {
  static const std::vector<std::vector<std::string>> kNone;
  const auto found = interface_servers_.find(vnet);
  return found == interface_servers_.end() ? kNone : found->second;
}

// source: learn.microsoft.com/azure/dns/dns-security-policy (a policy linked to a VNet may block or answer queries)
std::string NameIndex::doubt_of_links(ResourceId vnet) const {
  if (!resources_doubt_.empty()) return resources_doubt_;
  for (const auto& [key, position] : estate().taints_by_resource.of(vnet)) {
    const UnmodelledNetworkResource& taint = estate().tables().unmodelled_network[position];
    if (!text::starts_with(taint.type, "microsoft.network/dnsresolverpolicies")) continue;
    return fmt::format("the DNS security policy \"{}\" may answer in place of the zones",
                       text::printable(estate().name(taint.id)));
  }
  return {};
}

bool NameIndex::is_contradictory(ResourceId id) const {
  const auto gaps = estate().gaps_by_resource.of(id);
  return std::any_of(gaps.begin(), gaps.end(), [&](const auto& pair) {
    const Gap& gap = estate().snapshot().gaps[pair.second];
    return gap.resource == id && gap.reach == Gap::Reach::resource && gap.code != "INPUT-DANGLING" &&
           gap.code != "INPUT-CHILDREN";
  });
}

}  // namespace hubproof::dns
