// The rules fire, do not fire, and are unknown when what they read is missing.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "rules/rule_pages.h"
#include "tests/unit/check_estate.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

TEST_CASE("in an estate that keeps its promises every rule passes somewhere and fails nowhere") {
  const Judged judged(compliant().snapshot());
  REQUIRE(judged.roles.ambiguities.empty());
  for (const check::RuleImplementation& rule : check::implementations()) {
    const check::Result result = judged.run(std::string(rule.id));
    CAPTURE(rule.id);
    CAPTURE(messages(judged.estate, result));
    // Its networks are peered: check_virtual_wan_test has the estate that passes the rule about virtual WANs.
    CHECK(verdict(result) == (rule.id == "HP-TRN-016" ? "not-applicable" : "pass"));
    CHECK(result.disagreements.empty());
  }
}

TEST_CASE("an empty estate is not applicable to any rule, never passed") {
  const Judged judged{Snapshot()};
  for (const check::RuleImplementation& rule : check::implementations()) {
    const check::Result result = judged.run(std::string(rule.id));
    CAPTURE(rule.id);
    CAPTURE(messages(judged.estate, result));
    REQUIRE(result.findings.size() == 1);
    const check::Outcome outcome = result.findings[0].outcome;
    CHECK((outcome == check::Outcome::not_applicable || outcome == check::Outcome::unknown));
  }
}

TEST_CASE("a pass that rests on a partial table is unknown, and a definite fail stays a fail") {
  for (const check::RuleText& rule : check::catalogue().rules) {
    for (const ArgTable table : rule.needs) {
      Snapshot s = compliant().snapshot();
      make_partial(s, table);
      const Judged judged(std::move(s));
      CAPTURE(rule.id);
      CHECK(verdict(judged.run(rule.id)) == "unknown");
    }
  }
  Snapshot s = compliant().snapshot();
  make_partial(s, ArgTable::resources);
  entity(s, s.tables.services, "accounts/oai").public_network_access = PublicNetworkAccess::enabled;
  CHECK(verdict(Judged(std::move(s)).run("HP-EXP-001")) == "fail");
}

TEST_CASE("rules are selected by id or prefix, without regard to case") {
  const Judged judged(compliant().snapshot());
  const auto rules = [&](std::vector<std::string> only, std::vector<std::string> skip) {
    std::set<std::uint16_t> out;
    for (const auto& f : check::run_rules(judged.view(), {std::move(only), std::move(skip)}).findings)
      out.insert(f.rule);
    return out.size();
  };
  CHECK(rules({"hp-exp"}, {}) == 5);
  CHECK(rules({"HP-EXP-001", "HP-APM-001"}, {}) == 2);
  CHECK(rules({"HP-EXP"}, {"HP-EXP-012"}) == 4);
}

TEST_CASE("table, catalogue and pages speak of the same rules") {
  const auto table = check::implementations();
  const auto& texts = check::catalogue().rules;
  REQUIRE(table.size() == texts.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    CHECK(table[i].id == texts[i].id);
    if (i > 0) CHECK(table[i - 1].id < table[i].id);
    CHECK(check::catalogue().find(text::lower(table[i].id)) == &texts[i]);
  }
  for (const auto& page : rules::rule_pages(check::catalogue())) {
    CAPTURE(page.first);
    std::ifstream in(std::string(HUBPROOF_SOURCE_DIR) + "/docs/rules/" + page.first, std::ios::binary);
    CHECK(std::string(std::istreambuf_iterator<char>(in), {}) == page.second);  // write-docs rewrites them
  }
}

TEST_CASE("the catalogue has exactly the members that its schema demands") {
  const auto read = [](const char* name) {
    std::ifstream in(std::string(HUBPROOF_SOURCE_DIR) + "/rules/" + name);
    return nlohmann::json::parse(in);
  };
  const auto schema = read("catalogue.schema.json").at("$defs").at("rule");
  const auto families = schema.at("properties").at("family").at("enum");
  const auto kinds = schema.at("properties").at("kind").at("enum");
  const auto rules = read("catalogue.json").at("rules");
  for (const auto& rule : rules) {
    CAPTURE(rule.at("id").get<std::string>());
    CHECK(rule.size() == schema.at("required").size());
    for (const auto& key : schema.at("required")) CHECK(rule.contains(key.get<std::string>()));
    CHECK(std::find(families.begin(), families.end(), rule.at("family")) != families.end());
    CHECK(std::find(kinds.begin(), kinds.end(), rule.at("kind")) != kinds.end());
    for (const char* list : {"sources", "controls", "needs"}) CHECK(!rule.at(list).empty());
    for (const auto& source : rule.at("sources")) CHECK(source.get<std::string>().rfind("https://", 0) == 0);
  }
}
