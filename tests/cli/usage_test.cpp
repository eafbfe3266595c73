// Help, version, and what a wrong command line is answered with.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"

using namespace hubproof;
using nlohmann::json;

namespace {

test::Ended hubproof_run(const std::vector<std::string>& arguments, const test::Run& how = {}) {
  return test::run(HUBPROOF_PROGRAM, arguments, how);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("help names every command and every exit code; an empty command line gets it, but does not pass") {
  const test::Ended help = hubproof_run({"--help"});
  CHECK(help.code == 0);
  for (const char* word : {"verify", "inventory", "validate", "trace", "explain", "rules", "model", "schema", "101"}) {
    CAPTURE(std::string(word));
    CHECK(has(help.out, word));
  }
  const test::Ended nothing = hubproof_run({});
  CHECK(nothing.code == 2);
  CHECK(nothing.out == help.out);
}

TEST_CASE("the version is printed as text and as JSON") {
  CHECK(hubproof_run({"--version"}).out.rfind("hubproof ", 0) == 0);
  const test::Ended as_json = hubproof_run({"--version", "--json"});
  CHECK(as_json.code == 0);
  CHECK(json::parse(as_json.out)["name"] == "hubproof");
}

TEST_CASE("usage errors end with 2, say what was wrong on stderr, and print nothing on stdout") {
  struct Row {
    std::string why;
    std::vector<std::string> arguments;
    std::string expected;
  };
  const Row rows[] = {
      {"an unknown flag", {"verify", ".", "--strct"}, "did you mean \"--strict\"?"},
      {"an unknown command", {"verfy", "."}, "did you mean \"verify\"?"},
      {"no input", {"verify"}, "INPUT"},
      {"an unknown rule", {"verify", ".", "--rule", "HP-TRN-O15"}, "did you mean HP-TRN-01"},
      {"an unknown rule to skip", {"verify", ".", "--skip-rule", "nonsense-rule-word"}, "hubproof rules list"},
      {"an unknown rule to explain", {"explain", "HP-TRN-0155"}, "did you mean HP-TRN-015?"},
      {"an unknown format", {"verify", ".", "-o", "yaml"}, "\"yaml\" is not a format"},
      {"two outputs on stdout", {"verify", ".", "-o", "json", "-o", "text"}, "twice"},
      {"an unknown severity", {"verify", ".", "--fail-on", "severe"}, "--fail-on"},
      {"quiet and verbose", {"verify", ".", "-q", "-v"}, "excludes"},
      {"a missing file", {"verify", "no-such-file.json"}, "no-such-file.json"},
      {"a missing configuration", {"verify", ".", "-c", "none.yaml"}, "none.yaml"},
      {"an unknown schema", {"schema", "reslt"}, "did you mean result?"},
      {"rules without a command", {"rules"}, "subcommand"},
      {"an unknown area of the model", {"model", "--area", "cables"}, "--area"},
      {"an unknown status of the model", {"model", "--status", "done"}, "--status"},
      {"a port that is none", {"trace", ".", "--from", "a", "--to", "b", "--port", "70000"}, "--port"},
      {"a trace without ends", {"trace", "."}, "--from"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const test::Ended ended = hubproof_run(row.arguments);
    CAPTURE(ended.err);
    CHECK(ended.code == 2);
    CHECK(has(ended.err, row.expected));
    CHECK(ended.out.empty());
  }
}

TEST_CASE("rules are listed and shown without any input") {
  const test::Ended list = hubproof_run({"rules", "list", "-o", "json"});
  CHECK(list.code == 0);
  const json rules = json::parse(list.out);
  CHECK(rules["format_version"] == 1);
  REQUIRE(rules["rules"].size() > 10);
  const std::string id = rules["rules"][0]["id"];
  CHECK(has(hubproof_run({"rules", "show", id}).out, id));
  CHECK(has(hubproof_run({"explain", id}).out, rules["rules"][0]["title"].get<std::string>()));
}

TEST_CASE("the table of the model is printed without any input, whole or one area and status of it") {
  const test::Ended whole = hubproof_run({"model", "-o", "json"});
  CHECK(whole.code == 0);
  const json all = json::parse(whole.out);
  CHECK(all["format_version"] == 1);
  CHECK(hubproof_run({"model", "--format", "json"}).out == whole.out);
  const json some =
      json::parse(hubproof_run({"model", "--area", "dns", "--status", "approximated", "-o", "json"}).out)["entries"];
  REQUIRE(!some.empty());
  CHECK(some.size() < all["entries"].size());
  for (const json& entry : some) {
    CHECK(entry["area"] == "dns");
    CHECK(entry["status"] == "approximated");
  }
  const test::Ended text = hubproof_run({"model", "--area", "dns"});
  CHECK(text.code == 0);
  CHECK(has(text.out, "DNS (dns)"));
  CHECK_FALSE(has(text.out, "Routes (routes)"));
}

TEST_CASE("every schema is printed as JSON") {
  for (const char* name : {"config", "inventory", "result", "trace", "validate"}) {
    CAPTURE(std::string(name));
    CHECK(json::parse(hubproof_run({"schema", name}).out)["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  }
}

TEST_CASE("configuration mistakes end with 2, with file, line and what was meant") {
  const test::Folder folder;
  folder.write("hubproof.yaml", "version: 1\ndesignate:\n  spoke: []\n");
  test::Run here;
  here.folder = folder.path();
  const test::Ended ended = hubproof_run({"verify", HUBPROOF_SOURCE_DIR "/fixtures/compliant"}, here);
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "unknown key \"spoke\""));
  CHECK(has(ended.err, "hubproof.yaml:3"));
  CHECK(has(ended.err, "did you mean \"spokes\"?"));
}

TEST_CASE("a full disk under stdout is told and ends with 2") {
  test::Run full;
  full.out_file = "/dev/full";
  const test::Ended ended = hubproof_run({"rules", "list"}, full);
  CHECK(ended.code == 2);
  CHECK(has(ended.err, "cannot write to stdout"));
}
