// What security groups and admin rules may let pass. Of the groups only those of subnets are stated; a group of a
// network interface can only stop more, so leaving it out is on the safe side.
#include "engine/proof/group_terms.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::proof {

using model::AddressTerm;
using model::Direction;
using model::SecurityRule;
using model::Subnet;

namespace {

std::vector<const SecurityRule*> in_order(const model::NetworkSecurityGroup& group, Direction direction) {
  std::vector<const SecurityRule*> out;
  for (const SecurityRule& rule : group.rules) {
    if (rule.direction == direction || !rule.is_usable) out.push_back(&rule);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto* a, const auto* b) { return a->priority < b->priority; });
  return out;
}

// As the page lists them, where admin rules are not applied. source:
// learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
constexpr std::string_view kWithoutAdminRules[] = {
    "AzureBastionSubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet", "RouteServerSubnet"};

/// Whether a Deny or an Allow of the network's admin rules can be relied on in the subnet.
bool takes_admin_rules(const model::Estate& estate, const Subnet& subnet) {
  for (const std::string_view name : kWithoutAdminRules) {
    if (text::equals(estate.name(subnet.id), name)) return false;
  }
  // Gateways with network isolation take them, others do not, and no export tells which is which.
  for (const model::ApplicationGateway& gateway : estate.tables().application_gateways) {
    if (std::find(gateway.subnets.begin(), gateway.subnets.end(), subnet.id) != gateway.subnets.end()) return false;
  }
  return std::none_of(subnet.attached.begin(), subnet.attached.end(), [&](model::ResourceId owner) {
    return text::starts_with(arm_type(estate.spelling(owner)), "microsoft.network/applicationgateways");
  });
}

/// The most permissive first where the order is not known.
int permissiveness(model::AdminAccess access) {
  switch (access) {
    case model::AdminAccess::always_allow: return 0;
    case model::AdminAccess::allow: return 1;
    case model::AdminAccess::deny: return 2;
  }
  return 2;
}

}  // namespace

// law:  a tag without data is an unknown set: everything where a match would allow, the certain minimum where it would
//       deny; an application security group is the same
// source: azure-semantics.md 2.4 (VirtualNetwork and Internet under a 0/0 route), 3.1
Term GroupTerms::terms_match(const model::AddressTerms& terms, Term address, const Subnet& subnet, bool may) {
  Term out = solver_.truth(false);
  for (const AddressTerm& term : terms) {
    switch (term.kind) {
      case AddressTerm::Kind::any: return solver_.truth(true);
      case AddressTerm::Kind::prefix:
        if (!packet_.is_v6) out = solver_.either(out, solver_.in(address, term.prefix));
        break;
      case AddressTerm::Kind::prefix6:
        if (packet_.is_v6)
          out = solver_.either(out, solver_.in(address, view_.estate.tables().prefixes_v6[term.index]));
        break;
      case AddressTerm::Kind::asg:
      case AddressTerm::Kind::unread:
        if (may) return solver_.truth(true);
        break;
      case AddressTerm::Kind::tag: {
        const std::string& name = view_.estate.tables().service_tags[term.index];
        // The IPv6 prefixes of lists are not kept.
        const AddressSet* listed = packet_.is_v6 ? nullptr : view_.estate.snapshot().service_tags.find(name);
        if (listed != nullptr) {
          out = solver_.either(out, solver_.in(address, *listed));
          break;
        }
        // source: learn.microsoft.com/azure/virtual-network/service-tags-overview (AzureLoadBalancer is 168.63.129.16,
        // the origin of health probes)
        if (!packet_.is_v6 && text::equals(name, "AzureLoadBalancer")) {
          out = solver_.either(out, solver_.in(address, Prefix::host(Ipv4(0xa83f8110U))));
          break;
        }
        const bool is_network = text::equals(name, "VirtualNetwork");
        if (may && (is_network || !packet_.is_v6)) return solver_.truth(true);
        if (may) out = solver_.either(out, may_be_tagged_v6(address));
        if (!is_network) break;
        out = solver_.either(out, in_own_network(address, subnet));
        break;
      }
    }
  }
  return out;
}

Term GroupTerms::in_own_network(Term address, const Subnet& subnet) {
  const auto* vnet = view_.estate.find<model::VirtualNetwork>(subnet.vnet);
  Term out = solver_.truth(false);
  if (vnet == nullptr) return out;
  if (packet_.is_v6) {
    for (const Prefix6& prefix : vnet->address_space_v6) out = solver_.either(out, solver_.in(address, prefix));
  } else {
    for (const Prefix& prefix : vnet->address_space) out = solver_.either(out, solver_.in(address, prefix));
  }
  return out;
}

// Every tag but VirtualNetwork is a list of public addresses, or where the platform's probes come from (link-local).
// source: learn.microsoft.com/azure/virtual-network/service-tags-overview
Term GroupTerms::may_be_tagged_v6(Term address) {
  static const Prefix6 kLinkLocal = *Prefix6::parse("fe80::/10");
  return solver_.either(solver_.in(address, internet_addresses_v6()), solver_.in(address, kLinkLocal));
}

// A rule for Icmp may or may not be meant for the ICMP of IPv6.
// source: learn.microsoft.com/azure/virtual-network/ip-services/ipv6-overview (ICMPv6 in network security groups)
Term GroupTerms::protocol_matches(const SecurityRule& rule, bool may) {
  if (rule.protocol == Protocol::any) return solver_.truth(true);
  if (packet_.is_v6 && rule.protocol == Protocol::icmp && !may) return solver_.truth(false);
  return solver_.equals(packet_.protocol, number(rule.protocol));
}

Term GroupTerms::ports_match(const SecurityRule& rule, bool may) {
  const auto any_of = [&](const model::PortRanges& ranges, Term port) {
    Term out = solver_.truth(false);
    for (const PortRange& range : ranges) {
      out = solver_.either(out,
                           range.is_all() ? solver_.truth(true) : solver_.between(port, range.first(), range.last()));
    }
    return out;
  };
  const auto is_all = [](const model::PortRanges& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [](PortRange range) { return range.is_all(); });
  };
  if (is_all(rule.source_ports) && is_all(rule.destination_ports)) return solver_.truth(true);
  // ICMP, ESP and AH have no ports: a rule that names some may or may not match them.
  const Term has_ports = solver_.either(solver_.equals(packet_.protocol, number(Protocol::tcp)),
                                        solver_.equals(packet_.protocol, number(Protocol::udp)));
  const Term match =
      solver_.both(any_of(rule.source_ports, packet_.source_port), any_of(rule.destination_ports, packet_.port));
  return may ? solver_.either(match, solver_.negate(has_ports)) : solver_.both(match, has_ports);
}

Term GroupTerms::rule_matches(const SecurityRule& rule, const Subnet& subnet, bool may) {
  if (!rule.is_usable) return solver_.truth(may);
  const Term protocol = protocol_matches(rule, may);
  const Term ends = solver_.both(terms_match(rule.sources, packet_.source, subnet, may),
                                 terms_match(rule.destinations, packet_.destination, subnet, may));
  return solver_.both(solver_.both(protocol, ports_match(rule, may)), ends);
}

// law:  the lowest number that matches decides; after the group's own rules Azure's default rules
// form: allow rule: e = may_match or e';  deny rule: e = not must_match and e'.  Of the default rules only that they
// may
//       allow is used: VirtualNetwork and Internet are unknown sets.
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules
Term GroupTerms::group_may_allow(const Subnet& subnet, Direction direction) {
  if (!subnet.network_security_group.is_set()) return solver_.truth(true);
  const auto* group = view_.estate.find<model::NetworkSecurityGroup>(subnet.network_security_group);
  if (group == nullptr || !group->unread.empty() || !group->is_settled) return solver_.truth(true);
  const std::vector<const SecurityRule*> rules = in_order(*group, direction);
  Term out = solver_.truth(true);
  for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
    const bool is_allow = (*rule)->access == model::Access::allow || !(*rule)->is_usable;
    if (is_allow)
      out = solver_.either(rule_matches(**rule, subnet, true), out);
    else
      out = solver_.both(solver_.negate(rule_matches(**rule, subnet, false)), out);
  }
  return out;
}

// law:  admin rules come before the groups: the least number that matches decides; Deny and AlwaysAllow end it, Allow
//       leaves it to the groups
// form: AlwaysAllow: e = may_match or e';  Deny: e = not must_match and e';
//       Allow: e = (may_match and group) or (not must_match and e');  after the last rule: group
// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins, azure-semantics.md 3.3
Term GroupTerms::may_allow(const Subnet& subnet, Direction direction) {
  const model::Estate& estate = view_.estate;
  if (!estate.taints_by_resource.of(subnet.vnet).empty()) return solver_.truth(true);
  const Term group = group_may_allow(subnet, direction);
  const model::AdminPolicy* policy = estate.admin_policy(subnet.vnet);
  if (policy == nullptr) return group;
  const auto& rules = estate.tables().admin_rules;
  std::vector<model::AdminPolicy::Use> order(policy->rules);
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    return permissiveness(rules[a.rule].access) < permissiveness(rules[b.rule].access);
  });
  const bool is_taken = takes_admin_rules(estate, subnet);
  Term out = group;
  for (auto use = order.rbegin(); use != order.rend(); ++use) {
    const model::AdminRule& rule = rules[use->rule];
    if (rule.match.direction != direction) continue;
    const Term may = rule_matches(rule.match, subnet, true);
    const Term must = is_taken && use->is_certain ? rule_matches(rule.match, subnet, false) : solver_.truth(false);
    switch (rule.access) {
      case model::AdminAccess::always_allow: out = solver_.either(may, out); break;
      case model::AdminAccess::deny: out = solver_.both(solver_.negate(must), out); break;
      case model::AdminAccess::allow:
        out = solver_.either(solver_.both(may, group), solver_.both(solver_.negate(must), out));
        break;
    }
  }
  return out;
}

}  // namespace hubproof::proof
