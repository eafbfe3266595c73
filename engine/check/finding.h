// Findings: what a rule says about a resource.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/diagnostic.h"
#include "engine/model/estate.h"
#include "engine/net/flow.h"

namespace hubproof::check {

enum class Outcome : std::uint8_t { pass, fail, unknown, not_applicable, exempt };
/// "pass", "fail", "unknown", "not-applicable", "exempt".
std::string_view name(Outcome outcome);

/// One rule on one resource. `resource` is unset for a rule without any resource in scope (not-applicable) and for
/// statements about the estate as a whole.
struct Finding {
  std::uint16_t rule = 0;  ///< into Catalogue::rules
  model::ResourceId resource;
  Outcome outcome = Outcome::unknown;
  /// One sentence. Empty only for a pass, which the renderer words from the rule and the facts.
  text::FixedText message;
  std::vector<model::Fact> facts;  ///< what decided; of a proof: what it rests on
  /// A packet that replays (network rules that fail), or nullptr. Apart from the finding: most of very many have none.
  std::shared_ptr<const net::Trace> witness;
  std::vector<std::string> chain;  ///< resolution steps (name rules)
  text::FixedText expected;        ///< what should have been there, or empty
  text::FixedText decided_by;      ///< of unknown: what would decide it, or empty
};

/// A proof obligation of a claim, for the summary.
struct ProofSummary {
  std::uint16_t rule = 0;
  std::string statement;
  std::uint32_t members = 0;
  bool proved = false;
};

struct Result {
  /// Sorted by rule id, then resource id without regard to case. Tens of thousands: growing moves none of them.
  std::deque<Finding> findings;
  std::vector<ProofSummary> proofs;
  std::vector<std::string> assumptions;    ///< closed-world assumptions and declared exceptions, sorted, unique
  std::vector<std::string> disagreements;  ///< between the exact layer and the solver: our bug, exit code 101
};

}  // namespace hubproof::check
