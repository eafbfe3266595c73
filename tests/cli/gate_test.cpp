// From findings to exit codes.
#include <doctest/doctest.h>

#include "cli/gate.h"
#include "engine/check/catalogue.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using check::Outcome;
using cli::ExitCode;

namespace {

test::World world() {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  return b.world();
}

/// A rule of that severity; every severity below is in the catalogue.
std::uint16_t rule_of(Severity severity) {
  const auto& rules = check::catalogue().rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (rules[i].severity == severity) return static_cast<std::uint16_t>(i);
  }
  REQUIRE(false);
  return 0;
}

check::Result result_of(std::initializer_list<std::pair<Severity, Outcome>> list, const test::World& w) {
  check::Result out;
  for (const auto& [severity, outcome] : list) {
    check::Finding finding;
    finding.rule = rule_of(severity);
    finding.outcome = outcome;
    finding.resource = w.estate().tables().virtual_networks.front().id;
    out.findings.push_back(finding);
  }
  return out;
}

int code(const cli::Options& options, const test::World& w, const check::Result& result) {
  return static_cast<int>(cli::exit_code(options, w.view(), result));
}

}  // namespace

TEST_CASE("violated outranks undecided, which outranks proved; a disagreement outranks all") {
  const test::World w = world();
  const cli::Options plain;
  const Severity c = Severity::critical;
  CHECK(code(plain, w, result_of({{c, Outcome::pass}}, w)) == 0);
  CHECK(code(plain, w, result_of({{c, Outcome::pass}, {c, Outcome::unknown}}, w)) == 3);
  CHECK(code(plain, w, result_of({{c, Outcome::unknown}, {c, Outcome::fail}}, w)) == 1);
  CHECK(code(plain, w, result_of({{c, Outcome::not_applicable}}, w)) == 4);
  CHECK(code(plain, w, {}) == 4);
  check::Result disagreeing = result_of({{c, Outcome::pass}}, w);
  disagreeing.disagreements = {"x"};
  CHECK(code(plain, w, disagreeing) == 101);
}

TEST_CASE("--fail-on: the mildest severity that counts") {
  struct Row {
    const char* fail_on;
    Severity severity;
    bool expected;
  };
  const Row rows[] = {{"critical", Severity::critical, true}, {"critical", Severity::high, false},
                      {"high", Severity::critical, true},     {"high", Severity::high, true},
                      {"high", Severity::medium, false},      {"medium", Severity::medium, true},
                      {"low", Severity::low, true},           {"low", Severity::info, false},
                      {"unknown", Severity::info, true},      {"none", Severity::critical, false}};
  for (const Row& row : rows) {
    CAPTURE(std::string(row.fail_on));
    CAPTURE(std::string(name(row.severity)));
    CHECK(cli::is_gated(row.fail_on, row.severity) == row.expected);
  }
  const test::World w = world();
  cli::Options options;
  options.fail_on = "critical";
  CHECK(code(options, w, result_of({{Severity::high, Outcome::fail}}, w)) == 0);
  CHECK(code(options, w, result_of({{Severity::critical, Outcome::fail}}, w)) == 1);
}

TEST_CASE("undecided: --strict and --fail-on unknown make it a violation, --allow-unknown lets it through") {
  const test::World w = world();
  const check::Result open = result_of({{Severity::critical, Outcome::unknown}}, w);
  cli::Options strict;
  strict.strict = true;
  CHECK(code(strict, w, open) == 1);
  cli::Options unknown;
  unknown.fail_on = "unknown";
  CHECK(code(unknown, w, open) == 1);
  cli::Options allowing;
  allowing.allow_unknown = true;
  CHECK(code(allowing, w, open) == 0);
  CHECK(code(allowing, w, result_of({{Severity::critical, Outcome::fail}}, w)) == 1);
}

TEST_CASE("--exit-zero hides verdicts, never errors of usage or of the program") {
  const test::World w = world();
  cli::Options zero;
  zero.exit_zero = true;
  CHECK(code(zero, w, result_of({{Severity::critical, Outcome::fail}}, w)) == 0);
  CHECK(code(zero, w, {}) == 0);
  check::Result disagreeing;
  disagreeing.disagreements = {"x"};
  CHECK(code(zero, w, disagreeing) == 101);
  CHECK(cli::eased(zero, ExitCode::bad_usage) == ExitCode::bad_usage);
}

TEST_CASE("an input that is not whole is never exit 0, though all findings pass") {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.gap({"INPUT-TABLE", model::Gap::Reach::table, model::ArgTable::dns_resources, {}, {}, "no rows"});
  const test::World partial = b.world();
  CHECK(code({}, partial, result_of({{Severity::critical, Outcome::pass}}, partial)) == 3);
  test::World unclear = world();
  unclear.roles.ambiguities = {"two hubs"};
  CHECK(code({}, unclear, result_of({{Severity::critical, Outcome::pass}}, unclear)) == 3);
}
