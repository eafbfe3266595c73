// Lists of service tags: reading, agreement of several, filters that use them.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/ingest/load.h"
#include "engine/ingest/service_tags.h"
#include "engine/net/filter.h"
#include "engine/net/reach.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/ingest_load_files.h"

using namespace hubproof;
using namespace hubproof::test;
using Decision = net::FilterResult::Decision;

namespace {

// The shape of the weekly download. source: microsoft.com/download/details.aspx?id=56519
std::string list_of(std::string_view storage, std::string_view change_number = "7") {
  return fmt::format(R"({{"changeNumber": {}, "cloud": "Public", "values": [
    {{"name": "Storage", "id": "Storage", "properties": {{"region": "", "addressPrefixes": {}}}}},
    {{"name": "Sql.WestEurope", "id": "Sql.WestEurope", "properties":
      {{"region": "westeurope", "addressPrefixes": ["40.68.37.158/32", "2603:1020:206::/48"]}}}}]}})",
                     change_number, storage);
}

model::ServiceTags read_lists(std::initializer_list<std::string> texts) {
  model::ServiceTags out;
  for (const std::string& text : texts) out.add(ingest::read_service_tags(nlohmann::json::parse(text)).list);
  return out;
}

}  // namespace

TEST_CASE("a list of service tags gives the IPv4 addresses of each tag, whatever the case of its name") {
  const model::ServiceTags tags = read_lists({list_of(R"(["20.38.98.0/24", "20.38.99.0/24"])", "\"360\"")});
  REQUIRE(tags.find("storage") != nullptr);
  CHECK(to_string(*tags.find("storage")) == "20.38.98.0/23");
  CHECK(to_string(*tags.find("SQL.westeurope")) == "40.68.37.158/32");
  CHECK(tags.find("Sql") == nullptr);
  CHECK(tags.lists().front().change_number == 360);
}

TEST_CASE("a tag that cannot be read whole, or stands twice, is left out and told") {
  for (const char* prefixes :
       {R"(["20.38.98.0/24", "20.38.99.0/33"])", R"(["20.38.98.0/24", 7])", R"("20.38.98.0/24")"}) {
    CAPTURE(prefixes);
    const auto read = ingest::read_service_tags(nlohmann::json::parse(list_of(prefixes)));
    CHECK(read.problems.size() == 1);
    REQUIRE(read.list.tags.size() == 1);
    CHECK(read.list.tags.front().name == "Sql.WestEurope");
  }
  nlohmann::json twice = nlohmann::json::parse(list_of(R"(["20.38.98.0/24"])"));
  twice["values"].push_back(twice["values"][0]);
  const auto read = ingest::read_service_tags(twice);
  CHECK(read.problems.size() == 1);
  CHECK(read.list.tags.size() == 1);
}

TEST_CASE("of several lists only that counts in which they agree") {
  const std::string old_week = list_of(R"(["20.38.98.0/24"])");
  const std::string new_week = list_of(R"(["20.38.98.0/23"])", "8");
  const model::ServiceTags tags = read_lists({old_week, new_week});
  CHECK(tags.find("Storage") == nullptr);
  CHECK(tags.find("Sql.WestEurope") != nullptr);
}

TEST_CASE("a list cannot say what the platform's own tags are") {
  std::string forged = list_of(R"(["20.38.98.0/24"])");
  for (const char* name : {"VirtualNetwork", "Internet", "AzureLoadBalancer", "AzurePlatformDNS"}) {
    nlohmann::json document = nlohmann::json::parse(forged);
    document["values"][0]["name"] = name;
    CHECK(read_lists({document.dump()}).find(name) == nullptr);
  }
}

TEST_CASE("a list among the input files is used, as the download has it and as the Azure CLI prints it") {
  nlohmann::json printed = nlohmann::json::parse(list_of(R"(["20.38.98.0/24"])", "\"7\""));
  printed["id"] = "/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.Network/serviceTags/Public";
  printed["name"] = "Public";
  printed["type"] = "Microsoft.Network/serviceTags";
  for (const std::string& text : {list_of(R"(["20.38.98.0/24"])"), printed.dump()}) {
    CAPTURE(text);
    Folder folder;
    folder.write("tags.json", text);
    const model::Snapshot snapshot = ingest::load({folder.path()}, {});
    CHECK(snapshot.service_tags.find("Storage") != nullptr);
    CHECK_FALSE(snapshot.has_usable_input);
    CHECK(snapshot.resources.empty());
  }
  Folder folder;
  folder.write("tags.json", list_of(R"(["20.38.98.0/240"])"));
  const model::Snapshot snapshot = ingest::load({folder.path()}, {});
  CHECK(snapshot.service_tags.find("Storage") == nullptr);
  const auto is_told = [](const Diagnostic& d) { return d.code == "INPUT-TAGS"; };
  CHECK(std::any_of(snapshot.diagnostics.begin(), snapshot.diagnostics.end(), is_told));
}

TEST_CASE("a rule for a tag matches the addresses of the list, and is not decided without one") {
  struct Row {
    const char* why;
    const char* listed;
    const char* destination;
    Decision decision;
  };
  const Row rows[] = {
      {"in the list", "20.38.98.0/24", "20.38.98.9", Decision::deny},
      {"not in the list: AllowInternetOutBound decides", "20.38.98.0/24", "20.38.99.9", Decision::allow},
      {"no list", nullptr, "20.38.98.9", Decision::unknown},
      {"no list, but no private address is in Storage", nullptr, "10.0.0.9", Decision::allow},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    b.vnet("v", "10.0.0.0/16");
    b.nsg("n");
    b.rule("n", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "Storage"});
    b.subnet("v", "s", "10.0.0.0/24", {.nsg = "n"});
    if (row.listed != nullptr) b.listed_tag("storage", row.listed);
    World w = b.world();
    const net::FilterPoint point{&w.estate().tables().subnets.front(), nullptr, false};
    const auto result = net::filter(w.view(), model::Direction::outbound, point, {ip("10.0.0.4"), ip(row.destination)});
    CHECK(result.decision == row.decision);
  }
}

TEST_CASE("the one hole between denied tags is found") {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.nsg("n");
  // 0.0.0.0-127.255.255.255 and 128.0.0.0-223.255.255.255 without 150.1.2.3
  b.listed_tag("Low", "0.0.0.0/1");
  b.listed_tag("High",
               "128.0.0.0/4, 144.0.0.0/6, 148.0.0.0/7, 150.0.0.0/16, 150.1.0.0/23, 150.1.2.0/31, "
               "150.1.2.2/32, 150.1.2.4/30, 150.1.2.8/29, 150.1.2.16/28, 150.1.2.32/27, 150.1.2.64/26, "
               "150.1.2.128/25, 150.1.3.0/24, 150.1.4.0/22, 150.1.8.0/21, 150.1.16.0/20, 150.1.32.0/19, "
               "150.1.64.0/18, 150.1.128.0/17, 150.2.0.0/15, 150.4.0.0/14, 150.8.0.0/13, 150.16.0.0/12, "
               "150.32.0.0/11, 150.64.0.0/10, 150.128.0.0/9, 151.0.0.0/8, 152.0.0.0/5, 160.0.0.0/3, 192.0.0.0/3");
  b.rule("n", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "Low"});
  b.rule("n", {.priority = 110, .direction = "Outbound", .access = "Deny", .to = "High"});
  b.subnet("v", "s", "10.0.0.0/24", {.nsg = "n"});
  World w = b.world();
  const net::FilterPoint point{&w.estate().tables().subnets.front(), nullptr, false};
  const net::Reach found = net::reach_out(w.view(), point, AddressSet(prefix("10.0.0.4/32")), internet_addresses());
  CHECK(found.passes == Ternary::yes);
  REQUIRE(found.example);
  CHECK(to_string(found.example->destination) == "150.1.2.3");
}

namespace {

/// A network whose table sends tags, and whatever else to nowhere.
Build with_tag_routes(const std::vector<std::pair<std::string, std::string>>& routes) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.route_table("rt");
  for (const auto& [prefix, next_hop] : routes) b.udr("rt", prefix, next_hop);
  b.udr("rt", "0.0.0.0/0", "None");
  b.subnet("v", "s", "10.0.0.0/24", {.route_table = "rt"});
  b.nic("vm", "v/s", "10.0.0.4");
  return b;
}

std::string sent(const World& w, const char* to) {
  const net::Place from{net::Place::Kind::network_interface, w.estate().tables().network_interfaces[0].id};
  const net::Flow flow{from, ip("10.0.0.4"), ip(to), Protocol::tcp, 49152, 443};
  return std::string(net::name(net::trace(w.view(), flow).disposition));
}

}  // namespace

TEST_CASE("a user route for a tag has the prefixes of its list; without a list it may have any public one") {
  Build listed = with_tag_routes({{"Storage", "Internet"}});
  listed.listed_tag("Storage", "20.38.98.0/24");
  const World w = listed.world();
  CHECK(sent(w, "8.8.8.8") == "dropped");
  CHECK(sent(w, "20.38.98.9") == "exits-to-internet");
  const net::RouteSet set = net::effective_routes(w.view(), model::SubnetIndex(0));
  const auto at =
      std::find_if(set.routes.begin(), set.routes.end(), [](const net::Route& route) { return route.tag_rank != 0; });
  REQUIRE(at != set.routes.end());
  CHECK(net::fact_of(w.view(), *at).value == "Storage (20.38.98.0/24) -> Internet");
  const World unlisted = with_tag_routes({{"Storage", "Internet"}}).world();
  CHECK(sent(unlisted, "8.8.8.8") == "unknown");
  CHECK(sent(unlisted, "10.9.0.4") == "dropped");
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#service-tags-for-user-defined-routes
TEST_CASE("of tags that list one prefix the most specific tag is used, and the prefix itself before all tags") {
  // Most preferred first; the first one's packets leave and all others' are dropped.
  const std::vector<std::string> order = {"20.38.98.0/24", "Storage.WestEurope", "Storage", "AzureCloud.westeurope",
                                          "AzureCloud"};
  for (std::size_t first = 0; first < order.size(); ++first) {
    for (std::size_t other = 0; other < order.size(); ++other) {
      if (first == other) continue;
      CAPTURE(order[first]);
      CAPTURE(order[other]);
      Build b = with_tag_routes({{order[other], "None"}, {order[first], "Internet"}});
      for (std::size_t i = 1; i < order.size(); ++i) b.listed_tag(order[i], "20.38.98.0/24");
      CHECK(sent(b.world(), "20.38.98.9") == (first < other ? "exits-to-internet" : "dropped"));
    }
  }
  Build longer = with_tag_routes({{"Storage.WestEurope", "None"}, {"AzureCloud", "Internet"}});
  longer.listed_tag("Storage.WestEurope", "20.38.0.0/16");
  longer.listed_tag("AzureCloud", "20.38.98.0/24");
  CHECK(sent(longer.world(), "20.38.98.9") == "exits-to-internet");
}

TEST_CASE("lists that cut the addresses of a tag into other prefixes leave its routes open") {
  model::ServiceTags tags;
  const auto add = [&](const char* document) {
    tags.add(ingest::read_service_tags(nlohmann::json::parse(document)).list);
  };
  add(R"({"changeNumber": 1, "cloud": "Public", "values": [{"name": "Storage", "properties": {"addressPrefixes":
    ["20.38.98.128/25", "20.38.98.0/25", "20.38.98.0/25", "2603::/16"]}}]})");
  REQUIRE(tags.prefixes("storage") != nullptr);
  CHECK(*tags.prefixes("storage") == std::vector<Prefix>{prefix("20.38.98.0/25"), prefix("20.38.98.128/25")});
  add(R"({"changeNumber": 2, "cloud": "Public", "values": [{"name": "Storage", "properties": {"addressPrefixes":
    ["20.38.98.0/24"]}}]})");
  CHECK(tags.find("Storage") != nullptr);
  CHECK(tags.prefixes("Storage") == nullptr);
}
