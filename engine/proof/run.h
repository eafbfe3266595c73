// What the three claims share in putting a ProofRun together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/estate.h"
#include "engine/proof/verdict.h"

namespace hubproof::proof {

/// Sorts the results by the spelling of their resource, without regard to case; an unset resource comes first.
void sort_results(const model::Estate& estate, ProofRun& run);

/// A run whose claim speaks of nothing in this estate.
ProofRun nothing_to_prove(std::string why);

/// Sentences why a statement about everything of these tables cannot be made: what the export is known to lack.
std::vector<std::string> missing_parts(const model::Estate& estate, std::vector<model::ArgTable> tables);

/// Appends the facts that are not there yet (same resource and pointer).
void add_facts(std::vector<model::Fact>& to, const std::vector<model::Fact>& facts);

/// Turns a Proved into Unknown: the two layers do not agree, which is told as a disagreement.
void disagree(ProofRun& run, ClaimResult& result, std::string sentence);

}  // namespace hubproof::proof
