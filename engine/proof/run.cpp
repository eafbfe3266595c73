#include "engine/proof/run.h"

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::proof {

void sort_results(const model::Estate& estate, ProofRun& run) {
  const auto spelling = [&](const ClaimResult& result) {
    return result.resource.is_set() ? estate.spelling(result.resource) : std::string_view();
  };
  std::stable_sort(run.results.begin(), run.results.end(), [&](const ClaimResult& a, const ClaimResult& b) {
    return text::compare(spelling(a), spelling(b)) < 0;
  });
}

ProofRun nothing_to_prove(std::string why) {
  ProofRun run;
  run.obligations.push_back({why, 0, false});
  run.results.push_back({{}, NotApplicable{std::move(why)}, 0});
  return run;
}

std::vector<std::string> missing_parts(const model::Estate& estate, std::vector<model::ArgTable> tables) {
  std::vector<std::string> out;
  for (const model::ArgTable table : tables) {
    for (const model::Gap* gap : estate.gaps_in(table)) out.push_back(gap->message);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void add_facts(std::vector<model::Fact>& to, const std::vector<model::Fact>& facts) {
  for (const model::Fact& fact : facts) {
    const bool known = std::any_of(to.begin(), to.end(), [&](const model::Fact& other) {
      return other.resource == fact.resource && other.pointer == fact.pointer;
    });
    if (!known) to.push_back(fact);
  }
}

void disagree(ProofRun& run, ClaimResult& result, std::string sentence) {
  result.verdict = Unknown{"the exact layer and the solver disagree: " + sentence, "this is an error of hubproof", {}};
  run.disagreements.push_back(std::move(sentence));
}

}  // namespace hubproof::proof
