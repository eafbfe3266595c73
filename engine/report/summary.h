// Summary: what a result says rule by rule. The tally, the verdict sentence and the exit code all come from here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/check/run.h"
#include "engine/model/view.h"

namespace hubproof::report {

/// One rule over all of its resources; its outcome is the gravest: fail, unknown, exempt, pass, not-applicable.
struct RuleSummary {
  std::uint16_t rule = 0;
  check::Outcome outcome = check::Outcome::not_applicable;
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t unknown = 0;
  std::size_t not_applicable = 0;
  std::size_t exempt = 0;
};

struct Summary {
  std::vector<RuleSummary> rules;  ///< in the order of the findings: by rule id
  std::size_t passed = 0;          ///< rules, as the four that follow
  std::size_t failed = 0;
  std::size_t unknown = 0;
  std::size_t not_applicable = 0;
  std::size_t exempt = 0;
  bool is_input_whole = true;   ///< no gap and no unusable input
  bool are_roles_clear = true;  ///< no ambiguity that asks for a designation
  /// Nothing was verified: no rule had anything to say about a resource.
  bool is_empty() const { return passed + failed + unknown + exempt == 0; }
};

Summary summarize(const model::View& view, const check::Result& result);

/// "22 rules: 19 proved or passed, 1 violated, 1 unknown, 1 not applicable."
std::string tally(const Summary& summary);
/// One sentence: what follows from the tally. Never "holds" when anything is violated or undecided.
std::string verdict(const Summary& summary);

}  // namespace hubproof::report
