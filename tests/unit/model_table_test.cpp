// rules/model.json says where each behaviour is implemented, documented and tested: that all of this is there.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "engine/report/model_text.h"
#include "rules/model_page.h"
#include "tests/unit/report_schema.h"

using namespace hubproof;
using report::ModelEntry;
using report::ModelStatus;
using report::ModelTest;
using Json = nlohmann::json;

namespace {

std::string path_of(const std::string& name) { return std::string(HUBPROOF_SOURCE_DIR) + "/" + name; }

std::string read(const std::string& name) {
  std::ifstream in(path_of(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A source file as the compiler sees its texts: literals that stand beside one another are one.
std::string with_joined_literals(const std::string& source) {
  static const std::regex kBetween("\"\\s*\\n\\s*\"");
  return std::regex_replace(source, kBetween, "");
}

std::string literal(const std::string& sentence) { return Json(sentence).dump(); }

/// What is wrong with the test that an entry names; empty: it is there.
std::string missing(const ModelTest& test) {
  if (!test.variant.empty())
    return std::filesystem::exists(path_of("fixtures/variants/" + test.variant + ".json")) ? "" : "no such variant";
  const std::string source = with_joined_literals(read(test.file));
  static const std::regex kCase("TEST_CASE\\(\\s*\"");
  const std::string cases = std::regex_replace(source, kCase, "TEST_CASE(\"");
  const std::size_t begin = cases.find("TEST_CASE(" + literal(test.test_case));
  if (begin == std::string::npos) return "no such test case";
  // The rows of a case may stand in front of it, as a table of their own.
  return test.row.empty() || cases.find(literal(test.row)) != std::string::npos ? "" : "no such row";
}

bool is_random(const ModelTest& test) { return test.row.empty() && test.test_case.find("random") != std::string::npos; }

/// The first line of `expected` that `actual` has otherwise or not at all; empty: the two are equal.
std::string first_difference(const std::string& actual, const std::string& expected) {
  std::istringstream have(actual);
  std::istringstream want(expected);
  for (std::string line, other; std::getline(want, line);) {
    if (!std::getline(have, other) || line != other) return line;
  }
  return actual == expected ? "" : "the end";
}

std::vector<std::string> names(const std::vector<report::ModelWord>& words) {
  std::vector<std::string> out;
  for (const report::ModelWord& word : words) out.push_back(word.name);
  return out;
}

}  // namespace

TEST_CASE("the table of the model follows its schema, which knows the same areas and directions") {
  const Json schema = Json::parse(read("rules/model.schema.json"));
  for (const std::string& problem : test::SchemaCheck(schema).problems(Json::parse(read("rules/model.json"))))
    FAIL_CHECK(problem);
  const report::ModelTable& table = report::model_table();
  CHECK(names(table.areas) == schema.at("$defs").at("area_name").at("enum").get<std::vector<std::string>>());
  CHECK(names(table.words) == schema.at("$defs").at("direction_name").at("enum").get<std::vector<std::string>>());
}

TEST_CASE("entries stand area by area, and none twice") {
  const report::ModelTable& table = report::model_table();
  const std::vector<std::string> areas = names(table.areas);
  const auto position = [&](const ModelEntry& entry) { return std::find(areas.begin(), areas.end(), entry.area); };
  std::set<std::string> seen;
  for (std::size_t i = 0; i < table.entries.size(); ++i) {
    CAPTURE(table.entries[i].what);
    CHECK(seen.insert(table.entries[i].what).second);
    if (i > 0) CHECK(position(table.entries[i - 1]) <= position(table.entries[i]));
  }
}

TEST_CASE("every entry names files of the engine that are there") {
  for (const ModelEntry& entry : report::model_table().entries) {
    CAPTURE(entry.what);
    for (const std::string& file : entry.where) {
      CAPTURE(file);
      const std::string path = path_of("engine/" + file);
      CHECK((std::filesystem::exists(path + ".cpp") || std::filesystem::exists(path + ".h")));
    }
  }
}

TEST_CASE("what is modelled or approximated is shown by a test that is there, and by more than random estates") {
  for (const ModelEntry& entry : report::model_table().entries) {
    CAPTURE(entry.what);
    for (const ModelTest& test : entry.tests) {
      CAPTURE(test.test_case);
      CAPTURE(test.row);
      CAPTURE(test.variant);
      CHECK(missing(test) == "");
    }
    const bool needs_test = entry.status != ModelStatus::not_modelled;
    CHECK((!needs_test || !std::all_of(entry.tests.begin(), entry.tests.end(), is_random)));
  }
}

TEST_CASE("docs/model.md is what the table says") {
  CHECK(first_difference(read("docs/model.md"), rules::model_page(report::model_table())) == "");  // see write-docs
}

TEST_CASE("the table is narrowed to one area and one status") {
  const report::ModelTable& all = report::model_table();
  const report::ModelTable some = report::selected(all, "dns", ModelStatus::approximated);
  REQUIRE(!some.entries.empty());
  CHECK(names(some.areas) == std::vector<std::string>{"dns"});
  for (const ModelEntry& entry : some.entries) {
    CHECK(entry.area == "dns");
    CHECK(entry.status == ModelStatus::approximated);
  }
  CHECK(report::selected(all, "", std::nullopt).entries.size() == all.entries.size());
  CHECK(report::selected(all, "no-such-area", std::nullopt).areas.empty());
}

TEST_CASE("text and JSON of the table tell each behaviour; quiet leaves the tally, verbose adds what shows it") {
  const report::ModelTable& table = report::model_table();
  const Json document = Json::parse(report::model_json(table));
  CHECK(document["entries"].size() == table.entries.size());
  CHECK(document["entries"][0]["what"] == table.entries[0].what);
  report::TextStyle style;
  style.width = 10'000;
  const std::string text = report::model_text(table, style);
  for (const ModelEntry& entry : table.entries) {
    CAPTURE(entry.what);
    CHECK(text.find(entry.what) != std::string::npos);
  }
  CHECK(text.find(table.entries[0].sources[0]) == std::string::npos);
  style.verbose = true;
  CHECK(report::model_text(table, style).find(table.entries[0].sources[0]) != std::string::npos);
  style.verbose = false;
  style.quiet = true;
  const std::string quiet = report::model_text(table, style);
  CHECK(quiet.find('\n') == quiet.size() - 1);
  CHECK(quiet.find(std::to_string(table.entries.size()) + " behaviours") == 0);
}
