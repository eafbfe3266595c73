// Security groups and admin rules in the transit question: what they may let pass.
#include "engine/core/text.h"
#include "engine/net/filter.h"
#include "engine/proof/transit_solve.h"

namespace hubproof::proof {

using model::Direction;
using model::Subnet;

namespace {

// Packets of any source may leave a subnet where something passes on what others sent: an interface with
// enableIPForwarding, a firewall, machines or attached things that no row of the export describes.
// source: learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#enable-or-disable-ip-forwarding
bool may_forward(const model::Estate& estate, const Subnet& subnet) {
  const model::Tables& tables = estate.tables();
  const auto is_here = [&](const auto& part) { return part.subnet == subnet.id; };
  const auto has_part_here = [&](const auto& list) { return std::any_of(list.begin(), list.end(), is_here); };
  for (const auto& [id, index] : estate.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = tables.network_interfaces[index];
    if (nic.ip_forwarding || !nic.unread.empty()) return true;
  }
  for (const model::AzureFirewall& firewall : tables.firewalls) {
    if (has_part_here(firewall.ip_configurations)) return true;
  }
  for (const model::MachinePool& pool : tables.machine_pools) {
    if (has_part_here(pool.interfaces)) return true;
  }
  return std::any_of(subnet.attached.begin(), subnet.attached.end(),
                     [&](model::ResourceId owner) { return !estate.holds(owner); });
}

}  // namespace

Term TransitSolver::source_may_send(const Question& question) {
  Term out = solver_.truth(false);
  for (const model::SubnetIndex index : question.sources) {
    const Subnet& subnet = view_.estate.tables().subnets[index.index()];
    // Groups do not act on a gateway's subnet. source: azure-semantics.md 1.5
    const bool is_filtered = !text::equals(view_.estate.name(subnet.id), "GatewaySubnet");
    Term from = solver_.truth(!is_filtered || subnet.prefixes.empty());
    if (is_filtered && may_forward(view_.estate, subnet)) from = solver_.truth(true);
    if (is_filtered) {
      for (const Prefix& prefix : subnet.prefixes) from = solver_.either(from, solver_.in(source_, prefix));
    }
    out = solver_.either(out, is_filtered ? solver_.both(from, groups_.may_allow(subnet, Direction::outbound)) : from);
  }
  return out;
}

// form: for every subnet that may hold the destination: dst in subnet => its group may allow
Term TransitSolver::destination_may_receive(const Question& question) {
  Term out = solver_.truth(true);
  const auto add = [&](const Subnet& subnet) {
    // Private endpoints are filtered only under network policies, and not by admin rules.
    // source: azure-semantics.md 1.6, 3.2
    const auto& policies = subnet.private_endpoint_policies;
    const bool is_filtered = policies.is(model::PrivateEndpointPolicies::enabled) ||
                             policies.is(model::PrivateEndpointPolicies::network_security_group_enabled);
    const bool has_endpoints = !view_.estate.endpoints_by_subnet.of(subnet.id).empty();
    if (has_endpoints && (!is_filtered || view_.estate.admin_policy(subnet.vnet) != nullptr)) return;
    Term here = solver_.truth(false);
    for (const Prefix& prefix : subnet.prefixes) here = solver_.either(here, solver_.in(destination_, prefix));
    out = solver_.both(out, solver_.either(solver_.negate(here), groups_.may_allow(subnet, Direction::inbound)));
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
  solver_.require(groups_.may_allow(view_.estate.tables().subnets[entry.subnet], Direction::inbound));
  return solver_.check();
}

Term TransitSolver::filters_may_pass(const Question& question) {
  return solver_.both(source_may_send(question), destination_may_receive(question));
}

}  // namespace hubproof::proof
