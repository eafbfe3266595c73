// Security groups in the transit question: what they may let pass.
#include "engine/core/text.h"
#include "engine/net/filter.h"
#include "engine/proof/transit_solve.h"

namespace hubproof::proof {

using model::Direction;
using model::Subnet;

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
    out = solver_.either(out,
                         is_filtered ? solver_.both(from, groups_.group_may_allow(subnet, Direction::outbound)) : from);
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
    out = solver_.both(out, solver_.either(solver_.negate(here), groups_.group_may_allow(subnet, Direction::inbound)));
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
  solver_.require(groups_.group_may_allow(view_.estate.tables().subnets[entry.subnet], Direction::inbound));
  return solver_.check();
}

Term TransitSolver::filters_may_pass(const Question& question) {
  return solver_.both(source_may_send(question), destination_may_receive(question));
}

}  // namespace hubproof::proof
