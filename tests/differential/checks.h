// One estate, evaluated in several ways that must agree.
#pragma once

#include <string>
#include <vector>

#include "tests/differential/coverage.h"
#include "tests/differential/random_estate.h"
#include "tests/differential/world.h"

namespace hubproof::differential {

struct Checks {
  bool with_solver = false;    ///< transit, and what is proved of names
  bool with_exposure = false;  ///< and what is proved of public endpoints
  bool with_query = false;     ///< and what a query says of all packets
  std::size_t flows = 160;     ///< at most so many, drawn from all pairs of places and corners; 0: all
};

/// Sentences that say where two evaluations differ; empty when all agree.
std::vector<std::string> disagreements(const World& world, Dice& dice, const Checks& checks, Coverage& coverage);

/// "proved", "refuted" or "unknown" as the exact layer alone would say it.
std::string exact_word(const World& world, const model::SpokeRole& spoke);

}  // namespace hubproof::differential
