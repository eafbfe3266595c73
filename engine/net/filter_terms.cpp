#include "engine/net/filter_terms.h"

#include <algorithm>

#include "engine/net/family.h"

namespace hubproof::net {

using model::AddressTerm;
using model::SecurityRule;
using model::Subnet;
using model::View;

bool is_platform(Ipv4 address) { return address == Ipv4(0xa83f8110U); }  // 168.63.129.16
bool is_platform(const Ipv6& address) {
  static const Ipv6 kProbe = *Ipv6::parse("fe80::1234:5678:9abc");
  return address == kProbe;
}

Ternary in_listed_tag(const model::Estate& estate, std::string_view name, Ipv4 address) {
  if (const AddressSet* list = estate.snapshot().service_tags.find(name))
    return list->contains(address) ? Ternary::yes : Ternary::no;
  return internet_addresses().contains(address) || is_platform(address) ? Ternary::unknown : Ternary::no;
}
// The IPv6 prefixes of lists are not kept.
Ternary in_listed_tag(const model::Estate&, std::string_view, const Ipv6& address) {
  return Family<Ipv6>::is_public(address) || is_platform(address) ? Ternary::unknown : Ternary::no;
}

bool is_prefix_with(const model::Tables&, const AddressTerm& term, Ipv4 address) {
  return term.kind == AddressTerm::Kind::prefix && term.prefix.contains(address);
}
bool is_prefix_with(const model::Tables& tables, const AddressTerm& term, const Ipv6& address) {
  return term.kind == AddressTerm::Kind::prefix6 && tables.prefixes_v6[term.index].contains(address);
}

// ICMP of IPv6 is another protocol, which rules cannot name: one for Icmp may or may not be meant for it.
// source: learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview (ICMPv6 in network security groups)
Ternary names_protocol(const SecurityRule& rule, const Packet& packet) {
  return rule.protocol == Protocol::any || rule.protocol == packet.protocol ? Ternary::yes : Ternary::no;
}
Ternary names_protocol(const SecurityRule& rule, const Packet6& packet) {
  if (rule.protocol == Protocol::icmp && packet.protocol == Protocol::icmp) return Ternary::unknown;
  return rule.protocol == Protocol::any || rule.protocol == packet.protocol ? Ternary::yes : Ternary::no;
}

namespace {

std::vector<PeeringRange> ranges_of(const View& view, const model::Peering& peering, Ipv4) {
  return peering_ranges(view, peering);
}
std::vector<PeeringRange6> ranges_of(const View& view, const model::Peering& peering, const Ipv6&) {
  return peering_ranges_v6(view, peering);
}

// law:  VirtualNetwork = own VNet, peers, what gateways connect, and the prefixes of user routes
// form: certain members are the own VNet and connected peers with access; certain non-members are what nothing of the
// list can hold
// source: azure-semantics.md 2.4; learn.microsoft.com/azure/virtual-network/service-tags-overview
template <class Address>
Ternary membership(const View& view, const Subnet& subnet, const Address& address) {
  using Block = typename Family<Address>::Block;
  const model::Estate& e = view.estate;
  const model::VirtualNetwork* vnet = e.find<model::VirtualNetwork>(subnet.vnet);
  if (vnet == nullptr) return Ternary::unknown;
  if (holds(Family<Address>::space(*vnet), address)) return Ternary::yes;
  Ternary out = Ternary::no;
  if (is_platform(address) || !vnet->unread.empty()) out = Ternary::unknown;
  if (!e.gateways_by_vnet.of(vnet->id).empty()) out = Ternary::unknown;
  const Block window[] = {Block::host(address)};
  for (const auto& [key, index] : e.peerings_by_vnet.of(vnet->id)) {
    const model::Peering& peering = e.tables().peerings[index];
    if (peering.use_remote_gateways.value_or_default(false) != false) out = Ternary::unknown;
    if (!may_route(view, peering, std::span<const Block>(window))) continue;
    // Whether members of a connected group are in the tag is not documented. source: azure-semantics.md 2.4
    if (peering.connected_group.is_set() || peering_link(view, peering).carries != Ternary::yes) {
      out = Ternary::unknown;
      continue;
    }
    for (const BasicPeeringRange<Block>& range : ranges_of(view, peering, address)) {
      if (range.prefix.contains(address)) out = std::max(out, range.is_certain ? Ternary::yes : Ternary::unknown);
    }
  }
  if (out == Ternary::yes) return out;
  const model::RouteTable* table = e.find<model::RouteTable>(subnet.route_table);
  if (table == nullptr) return subnet.route_table.is_set() ? Ternary::unknown : out;
  for (const model::Route& route : table->routes) {
    const Block* prefix = route.prefix ? std::get_if<Block>(&*route.prefix) : nullptr;
    if (!route.is_usable || (prefix != nullptr && prefix->contains(address))) out = Ternary::unknown;
    if (route.service_tag.empty()) continue;
    if (in_listed_tag(e, route.service_tag, address) != Ternary::no) out = Ternary::unknown;
  }
  return out;
}

}  // namespace

Ternary in_virtual_network(const View& view, const Subnet& subnet, Ipv4 address) {
  return membership(view, subnet, address);
}

Ternary in_virtual_network(const View& view, const Subnet& subnet, const Ipv6& address) {
  return membership(view, subnet, address);
}

}  // namespace hubproof::net
