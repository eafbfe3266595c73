// Thousands of small random estates: tracer, exact layer and solver must say the same of each.
//   HUBPROOF_DIFFERENTIAL_ESTATES=100000   so many estates in place of the usual number
//   HUBPROOF_DIFFERENTIAL_SEED=7           this one alone
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>

#include "tests/differential/checks.h"

using namespace hubproof::differential;

namespace {

constexpr std::uint32_t kFirstSeed = 20260000;
constexpr std::uint32_t kEstates = 5000;
// Of claims that stay open, so many are open in both layers for each that is in one alone.
constexpr std::uint64_t kFewestInBoth = 40;
// Making a solver takes longer than everything else that is asked of an estate.
constexpr std::uint32_t kSolverEvery = 3;
constexpr std::uint32_t kExposureEvery = 6;
constexpr std::uint32_t kQueryEvery = 5;

std::uint32_t setting(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
}

bool check(std::uint32_t seed, const Checks& checks, Coverage& coverage) {
  RandomEstate estate = random_estate(seed);
  const Json page = estate.rows.page();
  const World world = load(page, estate.designations);
  const std::vector<std::string> found = disagreements(world, estate.dice, checks, coverage);
  for (const std::string& sentence : found) fmt::print("seed {} ({}): {}\n", seed, estate.story, sentence);
  if (!found.empty() && std::getenv("HUBPROOF_DIFFERENTIAL_SEED") != nullptr) fmt::print("{}\n", page.dump(1));
  return found.empty();
}

}  // namespace

TEST_CASE("tracer, exact layer and solver agree on random estates") {
  Coverage coverage;
  if (const std::uint32_t alone = setting("HUBPROOF_DIFFERENTIAL_SEED", 0); alone != 0) {
    CHECK(check(alone, {true, true, true}, coverage));
    fmt::print("{}", coverage.to_string());
    return;
  }
  const std::uint32_t first = kFirstSeed + setting("HUBPROOF_DIFFERENTIAL_PART", 0) * 10'000'000;
  const std::uint32_t count = setting("HUBPROOF_DIFFERENTIAL_ESTATES", kEstates);
  std::uint32_t failures = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!check(first + i, {i % kSolverEvery == 0, i % kExposureEvery == 0, i % kQueryEvery == 0}, coverage)) ++failures;
  }
  fmt::print("seeds {} to {}: {}", first, first + count - 1, coverage.to_string());
  CHECK_MESSAGE(failures == 0, "rerun one of the seeds above with HUBPROOF_DIFFERENTIAL_SEED: its estate is printed");
  CHECK(coverage.missing() == "");
  CHECK(coverage.open_in_one_layer * kFewestInBoth <= coverage.open_in_both());
}
