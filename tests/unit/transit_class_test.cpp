// Which spokes share an obligation: those that their prefixes' names alone tell apart, and no others.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

struct Row {
  std::string why;
  std::function<void(Build&)> change;
  bool are_alike;
};

/// "spoke" is 10.1.0.0/22, "twin" 10.7.0.0/22.
bool are_alike(const Row& row) {
  Build b = forced();
  add_spoke(b, "twin", 7);
  row.change(b);
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  CHECK(run.disagreements.empty());
  return result_of(w, run, "spoke").obligation == result_of(w, run, "twin").obligation;
}

std::function<void(Build&)> routes(std::string of_spoke, std::string of_twin, std::string hop = "None",
                                   std::string hop_of_twin = {}) {
  return [=](Build& b) {
    b.udr("rt-spoke", of_spoke, hop);
    b.udr("rt-twin", of_twin, hop_of_twin.empty() ? hop : hop_of_twin);
  };
}

}  // namespace

TEST_CASE("classes: spokes share an obligation when renaming their own prefixes makes one of the other") {
  const Row rows[] = {
      {"of one design", [](Build&) {}, true},
      {"the same part of either", routes("10.1.2.0/24", "10.7.2.0/24"), true},
      {"another part", routes("10.1.2.0/24", "10.7.3.0/24"), false},
      {"the same part, cut to another length", routes("10.1.2.0/24", "10.7.2.0/25"), false},
      {"a part of one, and a prefix elsewhere of the same offset", routes("10.1.2.0/24", "0.0.2.0/24"), false},
      {"a part of one, and the same part of the other's", routes("10.1.2.0/24", "10.1.2.0/24"), false},
      {"one prefix elsewhere", routes("10.50.0.0/24", "10.50.0.0/24"), true},
      {"two prefixes elsewhere", routes("10.50.0.0/24", "10.51.0.0/24"), false},
      {"one that holds either", routes("10.0.0.0/8", "10.0.0.0/8"), true},
      {"one that holds only the one", routes("10.0.0.0/14", "10.4.0.0/14"), false},
      // Before its prefixes are renamed the spoke comes before the other network, and the twin after it.
      {"a prefix between the two as long as theirs", routes("10.5.0.0/22", "10.5.0.0/22"), true},
      {"with another next hop", routes("10.50.0.0/24", "10.50.0.0/24", "None", "10.0.0.9"), false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    CHECK(are_alike(row) == row.are_alike);
  }
}
