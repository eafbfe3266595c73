// Verdicts of claims.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/model/estate.h"
#include "engine/net/flow.h"

namespace hubproof::proof {

/// Holds for all packets (or names), whatever the unknowns are.
struct Proved {
  std::vector<model::Fact> rests_on;     ///< minimal facts, from an unsat core, and what is absent as facts
  std::vector<std::string> assumptions;  ///< closed-world assumptions and declared exceptions, each a sentence
};

/// Does not hold: a packet or a name that replays.
struct Refuted {
  std::string message;              ///< one sentence
  std::optional<net::Trace> trace;  ///< the witness, replayed by the tracer (network claims)
  std::vector<std::string> chain;   ///< resolution steps (name claims)
  std::vector<model::Fact> facts;   ///< what decided
  std::string expected;             ///< what should have been there, one sentence, or empty
};

struct Unknown {
  std::string why;         ///< what is not known
  std::string decided_by;  ///< what would decide it, or empty
  std::vector<model::Fact> facts;
};

struct NotApplicable {
  std::string why;
};

using Verdict = std::variant<Proved, Refuted, Unknown, NotApplicable>;

/// Which of the two layers alone leaves a claim open. Each is Unknown whatever the other says.
struct OpenIn {
  bool exact = false;
  bool solver = false;
  friend bool operator==(const OpenIn&, const OpenIn&) = default;
};

/// One claim about one resource.
struct ClaimResult {
  model::ResourceId resource;
  Verdict verdict;
  std::uint32_t obligation = 0;  ///< into ProofRun::obligations
  OpenIn open_in = {};           ///< of an Unknown
};

/// What was asked of the solver, once per class of like resources.
struct Obligation {
  std::string statement;      ///< in words
  std::uint32_t members = 0;  ///< resources of the class
  bool unsat = false;         ///< the solver found no violation
};

struct ProofRun {
  std::vector<ClaimResult> results;  ///< sorted by resource id spelling
  std::vector<Obligation> obligations;
  /// Disagreements between the exact layer and the solver: our bug; the run ends with exit code 101.
  std::vector<std::string> disagreements;
};

}  // namespace hubproof::proof
