// Running the rules over an estate.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/check/catalogue.h"
#include "engine/check/finding.h"
#include "engine/model/view.h"

namespace hubproof::dns {
class Directory;
}

namespace hubproof::check {

/// What a rule's implementation gives: findings with `rule` filled in by the caller.
struct Findings {
  std::vector<Finding> findings;
  std::vector<ProofSummary> proofs;
  std::vector<std::string> assumptions;
  std::vector<std::string> disagreements;
};

/// One implemented rule: a row of the table, one file per family (exposure.cpp, transit.cpp, dns.cpp, ...).
struct RuleImplementation {
  std::string_view id;
  /// Rules about names share what the first of them builds; the others look at the view alone.
  std::variant<Findings (*)(const model::View&), Findings (*)(dns::Directory&)> run;
};
/// Sorted by id; every row has its text in the catalogue and every text its row (a test checks both).
std::span<const RuleImplementation> implementations();

struct Selection {
  std::vector<std::string> only;  ///< rule ids or prefixes ("HP-TRN"); empty = all
  std::vector<std::string> skip;
};

/// Runs the selected rules. A pass whose rule needs a partial table becomes unknown here, in one place; a rule without
/// a resource in scope gives one not-applicable finding.
Result run_rules(const model::View& view, const Selection& selection);

}  // namespace hubproof::check
