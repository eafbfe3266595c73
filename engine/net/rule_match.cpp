#include "engine/net/rule_match.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/family.h"
#include "engine/net/filter_terms.h"

namespace hubproof::net {
namespace {

Ternary any_of(Ternary a, Ternary b) { return std::max(a, b); }
Ternary all_of(Ternary a, Ternary b) { return std::min(a, b); }

}  // namespace

using model::AddressTerm;
using model::SecurityRule;
using model::Subnet;
using model::View;

template <class Address>
std::vector<World> worlds_of(const View& view, const Subnet& subnet, const BasicPacket<Address>& packet) {
  const Ternary source = in_virtual_network(view, subnet, packet.source);
  const Ternary destination = in_virtual_network(view, subnet, packet.destination);
  std::vector<World> out;
  for (const bool s : {true, false}) {
    for (const bool d : {true, false}) {
      if (source == (s ? Ternary::no : Ternary::yes) || destination == (d ? Ternary::no : Ternary::yes)) continue;
      out.push_back({s, d});
    }
  }
  return out;
}
template std::vector<World> worlds_of(const View&, const Subnet&, const Packet&);
template std::vector<World> worlds_of(const View&, const Subnet&, const Packet6&);

// law:  Internet is what is outside VirtualNetwork and reachable by public Internet, Azure's own public addresses
// included; a
//       private address outside VirtualNetwork is neither
// source: azure-semantics.md 2.4;
// learn.microsoft.com/azure/network-watcher/diagnose-vm-network-traffic-filtering-problem
template <class Address>
Ternary RuleMatch<Address>::in_tag(std::uint32_t tag, const Address& address, bool in_vnet) const {
  const auto& tags = e_.tables().service_tags;
  const std::string_view name = tag < tags.size() ? std::string_view(tags[tag]) : std::string_view();
  const auto yes_if = [](bool value) { return value ? Ternary::yes : Ternary::no; };
  if (tag == kVirtualNetworkTag || text::equals(name, "VirtualNetwork")) return yes_if(in_vnet);
  if (tag == kInternetTag || text::equals(name, "Internet")) {
    return yes_if(!in_vnet && Family<Address>::is_public(address));
  }
  // source: learn.microsoft.com/azure/virtual-network/service-tags-overview (AzureLoadBalancer is 168.63.129.16)
  if (tag == kLoadBalancerTag || text::equals(name, "AzureLoadBalancer")) return yes_if(is_platform(address));
  return in_listed_tag(e_, name, address);
}

// source: learn.microsoft.com/azure/virtual-network/application-security-groups (members of one VNet)
template <class Address>
Ternary RuleMatch<Address>::in_asg(model::ResourceId asg, const Address& address) const {
  bool is_in_vnet = false;
  for (const auto& [key, index] : e_.subnets_by_vnet.of(point_.subnet->vnet)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (!holds(Family<Address>::prefixes(subnet), address)) continue;
    is_in_vnet = true;
    for (const auto& [subnet_id, nic_index] : e_.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = e_.tables().network_interfaces[nic_index];
      for (const model::IpConfiguration& config : nic.ip_configurations) {
        if (Family<Address>::address(config) != address) continue;
        const auto& groups = config.application_security_groups;
        if (std::find(groups.begin(), groups.end(), asg) != groups.end()) return Ternary::yes;
        // The groups of a private endpoint are on the endpoint, whose list is not modelled.
        return nic.private_endpoint.is_set() || !nic.unread.empty() ? Ternary::unknown : Ternary::no;
      }
    }
  }
  return is_in_vnet ? Ternary::unknown : Ternary::no;  // scale set instances have no row of their own
}

template <class Address>
Ternary RuleMatch<Address>::in_term(const AddressTerm& term, const Address& address, bool in_vnet) const {
  switch (term.kind) {
    case AddressTerm::Kind::any: return Ternary::yes;
    case AddressTerm::Kind::prefix:
    case AddressTerm::Kind::prefix6: return is_prefix_with(e_.tables(), term, address) ? Ternary::yes : Ternary::no;
    case AddressTerm::Kind::tag: return in_tag(term.index, address, in_vnet);
    case AddressTerm::Kind::asg: return in_asg(term.asg(), address);
    case AddressTerm::Kind::unread: return Ternary::unknown;
  }
  return Ternary::unknown;
}

template <class Address>
Ternary RuleMatch<Address>::in_terms(const model::AddressTerms& terms, const Address& address, bool in_vnet) const {
  if (terms.empty()) return Ternary::unknown;
  Ternary out = Ternary::no;
  for (const AddressTerm& term : terms) out = any_of(out, in_term(term, address, in_vnet));
  return out;
}

template <class Address>
Ternary RuleMatch<Address>::in_ports(const model::PortRanges& ranges, std::uint16_t port,
                                     Protocol rule_protocol) const {
  if (ranges.empty()) return Ternary::unknown;
  const auto is_all = [](const PortRange& range) { return range.is_all(); };
  if (std::any_of(ranges.begin(), ranges.end(), is_all)) return Ternary::yes;
  // source: azure-semantics.md 3.1 (ICMP, ESP and AH have no ports)
  if (packet_.protocol != Protocol::tcp && packet_.protocol != Protocol::udp) {
    return rule_protocol == Protocol::any ? Ternary::no : Ternary::unknown;
  }
  const auto has_port = [&](const PortRange& range) { return range.contains(port); };
  return std::any_of(ranges.begin(), ranges.end(), has_port) ? Ternary::yes : Ternary::no;
}

template <class Address>
Ternary RuleMatch<Address>::of(const SecurityRule& rule) const {
  if (!rule.is_usable) return Ternary::unknown;
  const Ternary named = names_protocol(rule, packet_);
  if (named == Ternary::no) return named;
  Ternary out = all_of(named, in_ports(rule.destination_ports, packet_.destination_port, rule.protocol));
  // source: learn.microsoft.com/azure/private-link/private-endpoint-overview (source port is taken as *)
  if (!point_.is_private_endpoint) out = all_of(out, in_ports(rule.source_ports, packet_.source_port, rule.protocol));
  if (out == Ternary::no) return out;
  out = all_of(out, in_terms(rule.sources, packet_.source, world_.source_in_vnet));
  return all_of(out, in_terms(rule.destinations, packet_.destination, world_.destination_in_vnet));
}

template class RuleMatch<Ipv4>;
template class RuleMatch<Ipv6>;

}  // namespace hubproof::net
