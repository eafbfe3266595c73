// Security groups in the transit question: what they may let pass. Only the groups of subnets are stated; a group of a
// network interface can only stop more, so leaving it out is on the safe side.
#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/filter.h"
#include "engine/proof/transit_solve.h"

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

std::span<const Prefix> own_prefixes(const model::Estate& estate, const Subnet& subnet) {
  const auto* vnet = estate.find<model::VirtualNetwork>(subnet.vnet);
  return vnet == nullptr ? std::span<const Prefix>() : std::span<const Prefix>(vnet->address_space);
}

}  // namespace

// law:  a tag without data is an unknown set: everything where a match would allow, the certain minimum where it would
//       deny; an application security group is the same
// source: azure-semantics.md 2.4 (VirtualNetwork and Internet under a 0/0 route), 3.1
Term TransitSolver::terms_match(const model::AddressTerms& terms, Term address, const Subnet& subnet, bool may) {
  Term out = solver_.truth(false);
  for (const AddressTerm& term : terms) {
    switch (term.kind) {
      case AddressTerm::Kind::any: return solver_.truth(true);
      case AddressTerm::Kind::prefix: out = solver_.either(out, solver_.in(address, term.prefix)); break;
      case AddressTerm::Kind::prefix6: break;
      case AddressTerm::Kind::asg:
      case AddressTerm::Kind::unread:
        if (may) return solver_.truth(true);
        break;
      case AddressTerm::Kind::tag: {
        const std::string& name = view_.estate.tables().service_tags[term.index];
        if (const AddressSet* listed = view_.estate.snapshot().service_tags.find(name)) {
          out = solver_.either(out, solver_.in(address, *listed));
          break;
        }
        if (may) return solver_.truth(true);
        if (!text::equals(name, "VirtualNetwork")) break;
        for (const Prefix& prefix : own_prefixes(view_.estate, subnet))
          out = solver_.either(out, solver_.in(address, prefix));
        break;
      }
    }
  }
  return out;
}

Term TransitSolver::ports_match(const SecurityRule& rule, bool may) {
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
  const Term has_ports = solver_.either(solver_.equals(protocol_, number(Protocol::tcp)),
                                        solver_.equals(protocol_, number(Protocol::udp)));
  const Term match = solver_.both(any_of(rule.source_ports, source_port_), any_of(rule.destination_ports, port_));
  return may ? solver_.either(match, solver_.negate(has_ports)) : solver_.both(match, has_ports);
}

Term TransitSolver::rule_matches(const SecurityRule& rule, const Subnet& subnet, bool may) {
  if (!rule.is_usable) return solver_.truth(may);
  const Term protocol =
      rule.protocol == Protocol::any ? solver_.truth(true) : solver_.equals(protocol_, number(rule.protocol));
  const Term ends = solver_.both(terms_match(rule.sources, source_, subnet, may),
                                 terms_match(rule.destinations, destination_, subnet, may));
  return solver_.both(solver_.both(protocol, ports_match(rule, may)), ends);
}

// law:  the lowest number that matches decides; after the group's own rules Azure's default rules
// form: allow rule: e = may_match or e';  deny rule: e = not must_match and e'.  Of the default rules only that they
// may
//       allow is used: VirtualNetwork and Internet are unknown sets.
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules
Term TransitSolver::group_may_allow(const Subnet& subnet, Direction direction) {
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

Term TransitSolver::source_may_send(const Question& question) {
  Term out = solver_.truth(false);
  for (const model::SubnetIndex index : question.sources) {
    const Subnet& subnet = view_.estate.tables().subnets[index.index()];
    // Groups do not act on a gateway's subnet. source: azure-semantics.md 1.5
    const bool is_filtered = !text::equals(view_.estate.name(subnet.id), "GatewaySubnet");
    Term from = solver_.truth(!is_filtered || subnet.prefixes.empty());
    if (is_filtered) {
      for (const Prefix& prefix : subnet.prefixes) from = solver_.either(from, solver_.in(source_, prefix));
    }
    out = solver_.either(out, is_filtered ? solver_.both(from, group_may_allow(subnet, Direction::outbound)) : from);
  }
  return out;
}

// form: for every subnet that may hold the destination: dst in subnet => its group may allow
Term TransitSolver::destination_may_receive(const Question& question) {
  Term out = solver_.truth(true);
  const auto add = [&](const Subnet& subnet) {
    // Private endpoints are filtered only under network policies. source: azure-semantics.md 1.6
    if (!view_.estate.endpoints_by_subnet.of(subnet.id).empty()) return;
    Term here = solver_.truth(false);
    for (const Prefix& prefix : subnet.prefixes) here = solver_.either(here, solver_.in(destination_, prefix));
    out = solver_.both(out, solver_.either(solver_.negate(here), group_may_allow(subnet, Direction::inbound)));
  };
  for (const Zone* zone : question.zones) {
    for (const std::uint32_t index : zone->subnets) add(view_.estate.tables().subnets[index]);
  }
  if (question.inside != nullptr) {
    for (const std::uint32_t index : question.inside->subnets) add(view_.estate.tables().subnets[index]);
  }
  return out;
}

Answer TransitSolver::may_enter(const InternetEntry& entry) {
  const Solver::Scope scope(solver_);
  solver_.require(solver_.in(source_, internet_addresses()));
  solver_.require(in_any(entry.targets));
  solver_.require(group_may_allow(view_.estate.tables().subnets[entry.subnet], Direction::inbound));
  return solver_.check();
}

Term TransitSolver::filters_may_pass(const Question& question) {
  return solver_.both(source_may_send(question), destination_may_receive(question));
}

}  // namespace hubproof::proof
