// Whatever is taken from an export that shows a violation, or made unreadable in it, never leaves a proof.
//   HUBPROOF_DAMAGED_ESTATES: so many estates in place of the usual number
//   HUBPROOF_DIFFERENTIAL_SEED: as in random_test.cpp
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <set>
#include <string>

#include "engine/proof/claims.h"
#include "tests/differential/checks.h"

using namespace hubproof;
using namespace hubproof::differential;

namespace {

constexpr std::uint32_t kFirstSeed = 40260000;
constexpr std::uint32_t kEstates = 700;
constexpr int kOddValues = 12;

std::uint32_t setting(const char* name, std::uint32_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(value, nullptr, 10));
}

std::set<std::string> spokes_that_are(const World& world, const char* word) {
  std::set<std::string> out;
  for (const model::SpokeRole& spoke : world.roles.spokes) {
    if (exact_word(world, spoke) == word)
      out.emplace(world.estate().name(world.estate().tables().virtual_networks[spoke.vnet.index()].id));
  }
  return out;
}

/// Of `spokes`, those that both layers call proved.
std::set<std::string> proved_by_both(const World& world, const std::set<std::string>& spokes) {
  std::set<std::string> out;
  for (const proof::ClaimResult& result : proof::prove_transit(world.view()).results) {
    if (!result.resource.is_set() || !std::holds_alternative<proof::Proved>(result.verdict)) continue;
    const std::string name(world.estate().name(result.resource));
    if (spokes.count(name) != 0) out.insert(name);
  }
  return out;
}

class Damage {
 public:
  explicit Damage(std::uint32_t seed) : seed_(seed), estate_(random_estate(seed)), page_(estate_.rows.page()) {
    refuted_ = spokes_that_are(load(page_, estate_.designations), "refuted");
  }
  bool is_refuted() const { return !refuted_.empty(); }
  /// True when no damaged export proves what the whole one refutes.
  bool run();
  std::uint32_t damaged() const { return damaged_; }

 private:
  void without_row(std::size_t row);
  void with_odd_value(std::size_t row, std::size_t value);
  void judge(const Json& page, const std::string& what);

  std::uint32_t seed_;
  RandomEstate estate_;
  Json page_;
  std::set<std::string> refuted_;
  std::uint32_t damaged_ = 0;
  bool holds_ = true;
};

void Damage::judge(const Json& page, const std::string& what) {
  ++damaged_;
  const World world = load(page, estate_.designations);
  std::set<std::string> both;
  for (const std::string& spoke : spokes_that_are(world, "proved")) {
    if (refuted_.count(spoke) != 0) both.insert(spoke);
  }
  if (both.empty()) return;
  for (const std::string& spoke : proved_by_both(world, both)) {
    holds_ = false;
    fmt::print("seed {} ({}): {} is proved {}\n", seed_, estate_.story, spoke, what);
    if (std::getenv("HUBPROOF_DIFFERENTIAL_SEED") != nullptr) fmt::print("{}\n", page.dump(1));
  }
}

// As if the row had never been there: the page claims to be whole.
void Damage::without_row(std::size_t row) {
  Json page = page_;
  const std::string what = page["data"][row]["name"];
  page["data"].erase(row);
  page["count"] = page["data"].size();
  page["total_records"] = page["data"].size();
  judge(page, "without " + what);
}

void Damage::with_odd_value(std::size_t row, std::size_t value) {
  Json page = page_;
  const std::vector<Json*> values = scalars_of(page["data"][row]);
  if (values.empty()) return;
  Json& chosen = *values[value % values.size()];
  const std::string what =
      fmt::format("with Odd for {} of {}", chosen.dump(), page["data"][row]["name"].get<std::string>());
  chosen = "Odd";
  judge(page, what);
}

/// What is in force on a network, and what is connected to a virtual hub, no other row tells: that there is no such row
/// is how Azure says that there is none.
bool is_sole_witness(const std::string& type) {
  return type.find("/effective") != std::string::npos ||
         type.find("/hubvirtualnetworkconnections") != std::string::npos;
}

bool Damage::run() {
  const std::size_t rows = page_["data"].size();
  for (std::size_t row = 0; row < rows; ++row) {
    if (!is_sole_witness(page_["data"][row]["type"])) without_row(row);
  }
  for (int i = 0; i < kOddValues; ++i) with_odd_value(estate_.dice.below(rows), estate_.dice.below(1000));
  return holds_;
}

}  // namespace

TEST_CASE("no row that is missing and no value that cannot be read turns a violation into a proof") {
  std::uint32_t refuted = 0;
  std::uint32_t damaged = 0;
  std::uint32_t failures = 0;
  const std::uint32_t alone = setting("HUBPROOF_DIFFERENTIAL_SEED", 0);
  const std::uint32_t count = alone != 0 ? 1 : setting("HUBPROOF_DAMAGED_ESTATES", kEstates);
  for (std::uint32_t i = 0; i < count; ++i) {
    Damage damage(alone != 0 ? alone : kFirstSeed + i);
    if (!damage.is_refuted()) continue;
    ++refuted;
    if (!damage.run()) ++failures;
    damaged += damage.damaged();
  }
  fmt::print("{} estates, {} with a violation, {} damaged exports of them\n", count, refuted, damaged);
  CHECK(failures == 0);
  CHECK(damaged > 0);
}
