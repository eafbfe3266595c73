// hubproof query over the bundled estate.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/run_program.h"

using namespace hubproof;
using nlohmann::json;

namespace {

const std::string kCompliant = HUBPROOF_SOURCE_DIR "/fixtures/compliant";

test::Ended query(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"query", kCompliant};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::run(HUBPROOF_PROGRAM, arguments);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("no spoke of the compliant estate goes around the firewall, which is an answer: 0") {
  for (const char* to : {"Internet", "hub", "spokes", "on-premises"}) {
    const test::Ended ended = query({"--from", "spokes", "--to", to, "--not-via", "firewall"});
    CAPTURE(ended.out);
    CHECK(ended.code == 0);
    CHECK(has(ended.out, "no such flow."));
  }
}

TEST_CASE("the sentence asks what the flags ask") {
  const test::Ended flags =
      query({"--from", "spokes", "--to", "hub", "--via", "firewall", "--port", "443", "--protocol", "tcp"});
  const test::Ended sentence = query({"exists flow from spokes to hub via firewall protocol tcp port 443"});
  CHECK(flags.out == sentence.out);
  CHECK(flags.code == sentence.code);
  CHECK(has(flags.out, "tcp port 443"));
}

TEST_CASE("packets that may flow end with 3, and --allow-unknown eases it") {
  CHECK(query({"--from", "on-premises", "--to", "spokes"}).code == 3);
  CHECK(query({"--from", "on-premises", "--to", "spokes", "--allow-unknown"}).code == 0);
}

TEST_CASE("JSON holds the boxes and the question; --count and -q print the tally alone") {
  const json document = json::parse(query({"--from", "Internet", "--to", "hub", "-o", "json"}).out);
  CHECK(document["question"] == "exists flow from Internet to hub");
  CHECK(document["certain"].get<std::size_t>() + document["possible"].get<std::size_t>() == document["boxes"].size());
  REQUIRE_FALSE(document["boxes"].empty());
  CHECK(document["boxes"][0]["from"][0]["kind"] == "internet");
  const std::string tally = query({"--from", "Internet", "--to", "hub", "--count"}).out;
  CHECK(tally == query({"--from", "Internet", "--to", "hub", "-q"}).out);
  CHECK(tally.find('\n') == tally.size() - 1);
}

TEST_CASE("what is no question or no place is wrong usage") {
  CHECK(query({}).code == 2);
  CHECK(query({"--from", "spokes"}).code == 2);
  const test::Ended word = query({"exists flow from spokes to Internet through firewall"});
  CHECK(word.code == 2);
  CHECK(has(word.err, "\"through\""));
  const test::Ended place = query({"--from", "no-such-thing", "--to", "Internet"});
  CHECK(place.code == 2);
  CHECK(has(place.err, "--from"));
  CHECK(query({"--from", "spokes", "--to", "hub", "--port", "99999"}).code == 2);
  CHECK(query({"--from", "spokes", "--to", "hub", "--via", "firewall", "--not-via", "firewall"}).code == 2);
}
