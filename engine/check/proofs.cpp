// HP-EXP-012, HP-TRN-015 and HP-DNS-012: verdicts of the Z3 layer as findings.
#include <memory>
#include <utility>

#include "engine/check/judgement.h"
#include "engine/check/rules.h"
#include "engine/proof/claims.h"

namespace hubproof::check {
namespace {

/// One call per verdict. Assumptions of what is proved go to the run's list.
struct Worder {
  Finding finding;
  std::vector<std::string>* assumptions;

  void operator()(proof::Proved& verdict) {
    finding.outcome = Outcome::pass;
    finding.facts = std::move(verdict.rests_on);
    for (std::string& assumption : verdict.assumptions) assumptions->push_back(std::move(assumption));
  }
  void operator()(proof::Refuted& verdict) {
    finding.outcome = Outcome::fail;
    finding.message = verdict.message;
    if (verdict.trace) finding.witness = std::make_shared<const net::Trace>(std::move(*verdict.trace));
    finding.chain = std::move(verdict.chain);
    finding.facts = std::move(verdict.facts);
    finding.expected = verdict.expected;
  }
  void operator()(proof::Unknown& verdict) {
    finding.outcome = Outcome::unknown;
    finding.message = verdict.why;
    finding.decided_by = verdict.decided_by;
    finding.facts = std::move(verdict.facts);
  }
  void operator()(proof::NotApplicable& verdict) {
    finding.outcome = Outcome::not_applicable;
    finding.message = verdict.why;
  }
};

Findings worded(proof::ProofRun run) {
  Findings out;
  for (proof::ClaimResult& result : run.results) {
    Worder worder{{}, &out.assumptions};
    worder.finding.resource = result.resource;
    std::visit(worder, result.verdict);
    out.findings.push_back(std::move(worder.finding));
  }
  for (proof::Obligation& obligation : run.obligations) {
    out.proofs.push_back({0, std::move(obligation.statement), obligation.members, obligation.unsat});
  }
  out.disagreements = std::move(run.disagreements);
  return out;
}

}  // namespace

Findings internet_reaches_no_service(const model::View& view) { return worded(proof::prove_no_public_endpoint(view)); }
Findings transit_crosses_firewall(const model::View& view) { return worded(proof::prove_transit(view)); }
Findings names_resolve_privately(dns::Directory& directory) { return worded(proof::prove_resolution(directory)); }

}  // namespace hubproof::check
