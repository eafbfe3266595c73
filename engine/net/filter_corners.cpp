// Which groups filter a place, and where they can change their mind.
#include <algorithm>

#include "engine/net/filter.h"

namespace hubproof::net {

using model::AddressTerm;
using model::Direction;
using model::NetworkSecurityGroup;
using model::SecurityRule;
using model::View;

// law:  inbound traffic meets the subnet's group first, then the NIC's; outbound the other way round
// source: learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
std::vector<model::ResourceId> attached_groups(const FilterPoint& point, Direction direction) {
  std::vector<model::ResourceId> out;
  if (point.subnet->network_security_group.is_set()) out.push_back(point.subnet->network_security_group);
  if (point.nic != nullptr && point.nic->network_security_group.is_set())
    out.push_back(point.nic->network_security_group);
  if (direction == Direction::outbound) std::reverse(out.begin(), out.end());
  return out;
}

namespace {

// The members of an application security group, and those that are none, are interfaces of the network.
// source: learn.microsoft.com/azure/virtual-network/application-security-groups
void add_interfaces(const View& view, const model::Subnet& beside, std::vector<Ipv4>& out) {
  const model::Estate& e = view.estate;
  for (const auto& [vnet, subnet] : e.subnets_by_vnet.of(beside.vnet)) {
    for (const auto& [key, index] : e.interfaces_by_subnet.of(e.tables().subnets[subnet].id)) {
      for (const model::IpConfiguration& config : e.tables().network_interfaces[index].ip_configurations) {
        if (config.address) out.push_back(*config.address);
      }
    }
  }
}

}  // namespace

void add_corners(const View& view, const FilterPoint& point, Corners& corners) {
  const model::Snapshot& input = view.estate.snapshot();
  const auto add_terms = [&](const model::AddressTerms& terms, std::vector<Ipv4>& out,
                             std::vector<const AddressSet*>& tags) {
    for (const AddressTerm& term : terms) {
      if (term.kind == AddressTerm::Kind::tag) {
        const AddressSet* listed = input.service_tags.find(input.tables.service_tags[term.index]);
        if (listed != nullptr && std::find(tags.begin(), tags.end(), listed) == tags.end()) tags.push_back(listed);
      }
      if (term.kind == AddressTerm::Kind::asg) add_interfaces(view, *point.subnet, out);
      if (term.kind != AddressTerm::Kind::prefix) continue;
      out.push_back(term.prefix.first());
      if (term.prefix.last().bits() != 0xffffffffU) out.push_back(Ipv4(term.prefix.last().bits() + 1));
    }
  };
  const auto add_ports = [](const model::PortRanges& ranges, std::vector<std::uint16_t>& out) {
    for (const PortRange& range : ranges) {
      if (range.is_all()) continue;
      out.push_back(range.first());
      if (range.last() != 65535) out.push_back(static_cast<std::uint16_t>(range.last() + 1));
    }
  };
  const auto add_rule = [&](const SecurityRule& rule) {
    add_terms(rule.sources, corners.sources, corners.source_tags);
    add_terms(rule.destinations, corners.destinations, corners.destination_tags);
    add_ports(rule.destination_ports, corners.ports);
    add_ports(rule.source_ports, corners.source_ports);
  };
  if (const model::AdminPolicy* policy = view.estate.admin_policy(point.subnet->vnet); policy != nullptr) {
    for (const model::AdminPolicy::Use& use : policy->rules) add_rule(input.tables.admin_rules[use.rule].match);
  }
  for (const model::ResourceId id : attached_groups(point, Direction::inbound)) {
    const NetworkSecurityGroup* nsg = view.estate.find<NetworkSecurityGroup>(id);
    if (nsg == nullptr) continue;
    for (const SecurityRule& rule : nsg->rules) add_rule(rule);
  }
}

}  // namespace hubproof::net
