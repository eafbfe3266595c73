// Every broken variant: the named rules fail, the named rules are undecided, and nothing else changes its verdict.
// With HUBPROOF_REWRITE=1 in the environment the table docs/variants.md is written anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "fixtures/variants.h"
#include "tests/estates/verified_estate.h"
#include "tests/support/folder.h"

using namespace hubproof;
using test::VerifiedEstate;

namespace {

const std::string kVariants = HUBPROOF_SOURCE_DIR "/fixtures/variants";
const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";
const std::string kTable = HUBPROOF_SOURCE_DIR "/docs/variants.md";

struct Outcome {
  fixtures::Variant variant;
  std::vector<std::string> fails;
  std::vector<std::string> unknown;
  std::vector<std::string> evidence;  ///< failing and undecided findings, for the message of a failed check
  std::size_t witnesses = 0;
};

Outcome verify_variant(const std::string& slug) {
  Outcome out;
  out.variant = fixtures::load_variant(kVariants, slug);
  const test::Folder folder;
  fixtures::materialise(out.variant, kCompliant, folder.path());
  const VerifiedEstate estate = test::verify({folder.path()});
  for (const std::string& id : test::rule_ids()) {
    const check::Outcome verdict = estate.verdict(id);
    if (verdict == check::Outcome::fail) out.fails.push_back(id);
    if (verdict == check::Outcome::unknown) out.unknown.push_back(id);
  }
  for (const check::Outcome outcome : {check::Outcome::fail, check::Outcome::unknown}) {
    const std::vector<std::string> lines = estate.lines(outcome);
    out.evidence.insert(out.evidence.end(), lines.begin(), lines.end());
  }
  for (const std::string& disagreement : estate.result.disagreements)
    out.evidence.push_back("DISAGREEMENT " + disagreement);
  for (const check::Finding& finding : estate.result.findings) {
    out.witnesses += finding.witness != nullptr || !finding.chain.empty() ? 1U : 0U;
  }
  CHECK(estate.result.disagreements.empty());
  return out;
}

const std::vector<Outcome>& outcomes() {
  static const std::vector<Outcome> all = [] {
    std::vector<Outcome> list;
    for (const std::string& slug : fixtures::list_variants(kVariants)) list.push_back(verify_variant(slug));
    return list;
  }();
  return all;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : separator) + word;
  return out;
}

std::string table() {
  std::string out =
      "# Broken variants of the compliant estate\n\n"
      "Written by `tests/estates/variants_test.cpp` from what hubproof found; the test fails when it differs from what "
      "each variant says must be found. Rewrite with `HUBPROOF_REWRITE=1 ./dev test -R estates_variants`.\n\n"
      "| variant | what was done | rules that fail | rules left undecided |\n| --- | --- | --- | --- |\n";
  for (const Outcome& o : outcomes()) {
    out += fmt::format("| `{}` | {} | {} | {} |\n", o.variant.slug, o.variant.breaks, joined(o.fails, ", "),
                       joined(o.unknown, ", "));
  }
  return out;
}

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("there are at least thirty variants") { CHECK(outcomes().size() >= 30); }

TEST_CASE("each variant: exactly the rules that it names fail or are undecided") {
  for (const Outcome& o : outcomes()) {
    std::vector<std::string> fails = o.variant.fails;
    std::vector<std::string> unknown = o.variant.unknown;
    std::sort(fails.begin(), fails.end());
    std::sort(unknown.begin(), unknown.end());
    CAPTURE(o.variant.slug);
    const std::string evidence = joined(o.evidence, "\n  ");
    CAPTURE(evidence);
    CHECK(joined(o.fails, " ") == joined(fails, " "));
    CHECK(joined(o.unknown, " ") == joined(unknown, " "));
  }
}

TEST_CASE("the dual-stack hub and spoke hold when the gateway's group admits no IPv6 of the spoke") {
  fixtures::Variant variant = fixtures::load_variant(kVariants, "spoke-ipv6-over-peering");
  for (std::size_t i = 0; i < variant.changes.size(); ++i) {
    if (variant.changes[i]["id"].get<std::string>().find("networkSecurityGroups") == std::string::npos) continue;
    variant.changes.erase(i);
    break;
  }
  REQUIRE(variant.changes.size() == 3);
  const test::Folder folder;
  fixtures::materialise(variant, kCompliant, folder.path());
  const VerifiedEstate estate = test::verify({folder.path()});
  CHECK(estate.result.disagreements.empty());
  for (const std::string& id : test::rule_ids()) {
    CAPTURE(id);
    CHECK(estate.verdict(id) != check::Outcome::fail);
    CHECK(estate.verdict(id) != check::Outcome::unknown);
  }
}

TEST_CASE("each variant that breaks a proved claim shows a packet or a name") {
  for (const Outcome& o : outcomes()) {
    const bool breaks_claim = std::any_of(o.fails.begin(), o.fails.end(), [](const std::string& id) {
      return id == "HP-TRN-015" || id == "HP-EXP-012" || id == "HP-DNS-012";
    });
    CAPTURE(o.variant.slug);
    if (breaks_claim) CHECK(o.witnesses > 0);
  }
}

TEST_CASE("the table of variants in docs is what was found") {
  const std::string wanted = table();
  if (std::getenv("HUBPROOF_REWRITE") != nullptr) std::ofstream(kTable, std::ios::binary) << wanted;
  CHECK(read_file(kTable) == wanted);
}
