// What the words of a question stand for.
#include <doctest/doctest.h>

#include "cli/query_ends.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using cli::QueryWords;

namespace {

Build estate() {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("a", "10.1.0.0/16");
  b.subnet("a", "app", "10.1.0.0/24");
  b.subnet("a", "data", "10.1.1.0/24");
  b.peer("hub", "a");
  b.nic("vm", "a/app", "10.1.0.9");
  return b;
}

}  // namespace

TEST_CASE("a role or a network stands for its subnets, a subnet for its addresses, a prefix for whatever has them") {
  Build b = estate();
  World w = b.world();
  struct Row {
    const char* where;
    std::size_t subnets;
    const char* addresses;
    bool internet;
    bool on_premises;
  };
  const Row rows[] = {
      {"spokes", 2, "0.0.0.0/0", false, false},
      {"HUB", 1, "0.0.0.0/0", false, false},
      {"Internet", 0, "0.0.0.0/0", true, false},
      {"on-premises", 0, "0.0.0.0/0", false, true},
      {"a", 2, "0.0.0.0/0", false, false},
      {"a/app", 1, "0.0.0.0/0", false, false},
      {"vm", 1, "10.1.0.9/32", false, false},
      {"10.1.0.7", 1, "10.1.0.7/32", false, false},
      {"10.1.0.0/16", 2, "10.1.0.0/16", false, false},
      {"192.0.2.0/24", 0, "192.0.2.0/24", true, true},
      {"10.9.0.0/16", 0, "10.9.0.0/16", false, true},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.where));
    const Result<net::QueryEnd> end = cli::find_end(w.view(), row.where);
    REQUIRE(end);
    CHECK(end->subnets.size() == row.subnets);
    CHECK(to_string(end->addresses) == row.addresses);
    CHECK(end->internet == row.internet);
    CHECK(end->on_premises == row.on_premises);
  }
}

TEST_CASE("a sentence and its words are the same question") {
  for (const char* sentence :
       {"exists flow from spokes to Internet not via firewall", "exists flow from a to b via firewall",
        "exists flow from 10.0.0.0/8 to on-premises protocol udp port 53-54"}) {
    const Result<QueryWords> words = cli::parse_sentence(sentence);
    REQUIRE(words);
    CHECK(cli::to_sentence(*words) == sentence);
  }
  CHECK(cli::parse_sentence("flows to b from a")->from == "a");
  for (const char* bad : {"exists", "exists flow from", "exists flow from a to b not port 80", "exists flow maybe a"})
    CHECK_FALSE(cli::parse_sentence(bad));
}

TEST_CASE("a role that no network has and words that are none are errors; one role twice leaves its networks out") {
  Build b;
  b.vnet("alone", "10.0.0.0/16");
  b.subnet("alone", "x", "10.0.0.0/24");
  World w = b.world();
  CHECK_FALSE(cli::find_end(w.view(), "spokes"));
  CHECK_FALSE(cli::find_end(w.view(), "nothing"));
  QueryWords words{"alone", "Internet", "", ""};
  CHECK(cli::find_question(w.view(), words));
  words.port = "0-70000";
  CHECK_FALSE(cli::find_question(w.view(), words));
  Build other = estate();
  World hub = other.world();
  CHECK(cli::find_question(hub.view(), {"spokes", "spokes", "", ""})->only_across_networks);
  CHECK_FALSE(cli::find_question(hub.view(), {"a", "a", "", ""})->only_across_networks);
}
