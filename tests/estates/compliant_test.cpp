// The compliant estate keeps every promise: no rule fails, none is undecided.
#include <doctest/doctest.h>

#include "tests/estates/verified_estate.h"

using namespace hubproof;
using test::VerifiedEstate;

namespace {
const VerifiedEstate& compliant() {
  static const VerifiedEstate estate = test::verify({HUBPROOF_SOURCE_DIR "/fixtures/compliant"});
  return estate;
}
}  // namespace

TEST_CASE("the compliant estate: its roles are one hub, three spokes and one firewall") {
  CHECK(compliant().roles.hubs.size() == 1);
  CHECK(compliant().roles.spokes.size() == 3);
  CHECK(compliant().roles.firewalls.size() == 1);
  CHECK(compliant().roles.ambiguities.empty());
}

TEST_CASE("the compliant estate: nothing is missing from the export") {
  for (const model::Gap& gap : compliant().estate->snapshot().gaps) {
    CAPTURE(gap.code);
    CAPTURE(gap.message);
    CHECK(false);
  }
  CHECK(compliant().estate->snapshot().diagnostics.empty());
}

TEST_CASE("the compliant estate: no rule fails and none is undecided") {
  for (const check::Outcome outcome : {check::Outcome::fail, check::Outcome::unknown}) {
    for (const std::string& line : compliant().lines(outcome)) {
      CAPTURE(line);
      CHECK(false);
    }
  }
  CHECK(compliant().result.disagreements.empty());
}

TEST_CASE("the compliant estate: every rule has something to say about it") {
  for (const std::string& id : test::rule_ids()) {
    CAPTURE(id);
    // Its hub is peered: the rule about virtual WANs does not apply.
    const bool is_of_wan = id == "HP-TRN-016";
    CHECK(compliant().verdict(id) == (is_of_wan ? check::Outcome::not_applicable : check::Outcome::pass));
  }
}

TEST_CASE("the compliant estate: every pass of a proof rests on facts") {
  for (const check::Finding& finding : compliant().result.findings) {
    const std::string& id = check::catalogue().rules[finding.rule].id;
    if (id != "HP-EXP-012" && id != "HP-TRN-015" && id != "HP-DNS-012") continue;
    if (finding.outcome != check::Outcome::pass) continue;
    CAPTURE(id);
    CHECK_FALSE(finding.facts.empty());
  }
}
