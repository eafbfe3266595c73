// The JSON documents against their published schemas.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "engine/report/query.h"
#include "engine/report/report.h"
#include "engine/report/schema.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/report_schema.h"

using namespace hubproof;
using namespace hubproof::report;
using Json = nlohmann::json;

namespace {

Json schema(std::string_view name) {
  for (const Schema& s : schemas()) {
    if (s.name == name) return Json::parse(s.text);
  }
  REQUIRE(false);
  return {};
}

void check_valid(std::string_view name, const Json& document) {
  for (const std::string& problem : test::SchemaCheck(schema(name)).problems(document)) {
    CAPTURE(std::string(name));
    CAPTURE(problem);
    CHECK(false);
  }
}

test::World world() {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/16");
  b.subnet("spoke", "aks", "10.1.0.0/24");
  b.peer("spoke", "hub");
  b.gap({"INPUT-TABLE", model::Gap::Reach::table, model::ArgTable::dns_resources, {}, {}, "no rows"});
  return b.world();
}

net::Trace some_trace(const test::World& w) {
  net::Trace trace;
  trace.flow.from = {net::Place::Kind::subnet, w.estate().tables().subnets.front().id};
  net::Hop hop;
  hop.at = trace.flow.from;
  hop.decision = "forward";
  hop.next_hop = net::NextHop::Kind::peering;
  hop.matched_prefix = "10.0.0.0/16";
  hop.route_source = net::RouteSource::system;
  hop.decided_by = {{hop.at.id, "/properties/addressPrefix", "10.1.0.0/24"}};
  trace.hops = {hop};
  return trace;
}

const Locate kLocate = [](model::ResourceId, std::string_view) { return Location{"export.json", 7, 1}; };

}  // namespace

TEST_CASE("the result document follows its schema, for every outcome, with and without a witness") {
  const test::World w = world();
  const model::View view = w.view();
  check::Result result;
  for (const check::Outcome outcome : {check::Outcome::pass, check::Outcome::fail, check::Outcome::unknown,
                                       check::Outcome::not_applicable, check::Outcome::exempt}) {
    check::Finding finding;
    finding.outcome = outcome;
    finding.message = outcome == check::Outcome::pass ? "" : "a message";
    if (outcome == check::Outcome::fail) finding.witness = std::make_shared<const net::Trace>(some_trace(w));
    if (outcome != check::Outcome::not_applicable) finding.resource = w.estate().tables().subnets.front().id;
    result.findings.push_back(finding);
  }
  result.proofs = {{0, "for all packets", 3, true}};
  const Json document = Json::parse(report::json({view, kLocate}, result));
  check_valid("result", document);
  REQUIRE(document["findings"].size() == 5);
  const Json& fail = document["findings"][1];
  CHECK(fail["outcome"] == "fail");
  CHECK(fail["witness"]["hops"][0]["next_hop"] == "VNetPeering");
  CHECK(fail["witness"]["hops"][0]["decided_by"][0]["line"] == 7);
  CHECK(fail["origin"]["file"] == "export.json");
  CHECK(document["findings"][0]["message"] != "");
  CHECK(document["findings"][3]["outcome"] == "not-applicable");
  CHECK(document["findings"][3]["resource"].is_null());
  CHECK(document["completeness"]["whole"] == false);
  CHECK(document["completeness"]["gaps"][0]["table"] == "dnsresources");
}

TEST_CASE("a result without findings is a valid document too") {
  const test::World w = world();
  const model::View view = w.view();
  check_valid("result", Json::parse(report::json({view, kLocate}, {})));
}

TEST_CASE("bytes of the input that are no UTF-8 do not break the document") {
  const test::World w = world();
  const model::View view = w.view();
  check::Result result;
  check::Finding finding;
  finding.message = "bad \xff byte and \x1b escape";
  result.findings = {finding};
  const Json document = Json::parse(report::json({view, kLocate}, result));
  CHECK(document["findings"][0]["message"] == "bad \xEF\xBF\xBD byte and \x1b escape");
}

TEST_CASE("the trace document follows its schema, with and without a reply") {
  const test::World w = world();
  const model::View view = w.view();
  TraceReport trace;
  trace.from = {
      "aks", some_trace(w).flow.from, test::ip("10.1.0.4"), {"a subnet is shown by its first usable address"}};
  trace.to = {"Internet", {net::Place::Kind::internet, {}}, test::ip("1.0.0.1"), {}};
  trace.forward = some_trace(w);
  trace.return_note = "not delivered";
  const Json one_way = Json::parse(trace_json({view, kLocate}, trace));
  check_valid("trace", one_way);
  CHECK(one_way["return"].is_null());
  CHECK(one_way["to"]["resource"].is_null());
  trace.back = some_trace(w);
  trace.back->flow.protocol = Protocol::icmp;
  const Json both = Json::parse(trace_json({view, kLocate}, trace));
  check_valid("trace", both);
  CHECK(both["return"]["flow"]["destination_port"].is_null());
  CHECK(both["flow"]["destination_port"] == 443);
}

TEST_CASE("the query document follows its schema, with certain and possible boxes and without any") {
  const test::World w = world();
  const model::View view = w.view();
  QueryReport report;
  report.sentence = "exists flow from spokes to Internet";
  check_valid("query", Json::parse(query_json({view, kLocate}, report)));
  CHECK(Json::parse(query_json({view, kLocate}, report))["answer"] == "none");
  net::QueryBox certain;
  certain.packets = {
      AddressSet(test::prefix("10.1.0.0/24")), AddressSet(test::prefix("192.0.2.0/24")), 1, {{443, 443}}};
  certain.disposition = net::Disposition::exits_to_internet;
  certain.witness = some_trace(w);
  certain.from = {some_trace(w).flow.from};
  net::QueryBox possible = certain;
  possible.is_certain = false;
  possible.disposition.reset();
  possible.witness.reset();
  possible.reasons = {"a route is not known"};
  report.answer.boxes = {possible};
  CHECK(Json::parse(query_json({view, kLocate}, report))["answer"] == "may");
  report.answer.boxes = {certain, possible};
  report.answer.notes = {"GatewaySubnet is no source"};
  report.answer.open = {"a page is missing"};
  const Json document = Json::parse(query_json({view, kLocate}, report));
  check_valid("query", document);
  CHECK(document["answer"] == "flows");
  CHECK(document["boxes"][0]["ports"][0] == "443");
  CHECK(document["boxes"][1]["witness"].is_null());
}

TEST_CASE("the inventory and validate documents follow their schemas") {
  const test::World w = world();
  const model::View view = w.view();
  const Json inventory = Json::parse(inventory_json({view, kLocate}));
  check_valid("inventory", inventory);
  CHECK(inventory["roles"]["hubs"].size() == 1);
  check_valid("validate", Json::parse(diagnostics_json({view, kLocate})));
}

TEST_CASE("a schema refuses what it should: a missing key, an unknown one, a wrong type, a word not in the list") {
  const test::SchemaCheck check(schema("trace"));
  const test::World w = world();
  const model::View view = w.view();
  TraceReport trace;
  trace.forward = some_trace(w);
  const Json good = Json::parse(trace_json({view, kLocate}, trace));
  REQUIRE(check.problems(good).empty());
  Json lacking = good;
  lacking.erase("hops");
  Json extra = good;
  extra["surprise"] = 1;
  Json wrong = good;
  wrong["flow"]["destination_port"] = "443";
  Json word = good;
  word["disposition"] = "maybe";
  for (const Json& bad : {lacking, extra, wrong, word}) {
    CAPTURE(bad.dump());
    CHECK_FALSE(check.problems(bad).empty());
  }
}

TEST_CASE("every place, next hop and disposition that the engine can name is in the trace schema") {
  const Json defs = schema("trace")["$defs"];
  const Json properties = schema("trace")["properties"];
  const auto holds = [](const Json& list, std::string_view word) {
    return std::find(list.begin(), list.end(), std::string(word)) != list.end();
  };
  for (int i = 0; i <= static_cast<int>(net::Place::Kind::unknown); ++i) {
    CHECK(holds(defs["hop"]["properties"]["kind"]["enum"], net::name(static_cast<net::Place::Kind>(i))));
  }
  for (int i = 0; i <= static_cast<int>(net::NextHop::Kind::unknown); ++i) {
    CHECK(holds(defs["hop"]["properties"]["next_hop"]["enum"], net::name(static_cast<net::NextHop::Kind>(i))));
  }
  for (int i = 0; i <= static_cast<int>(net::Disposition::unknown); ++i) {
    CHECK(holds(properties["disposition"]["enum"], net::name(static_cast<net::Disposition>(i))));
  }
}

TEST_CASE("every schema is JSON of draft 2020-12") {
  CHECK(schemas().size() == 6);
  for (const Schema& s : schemas()) {
    CAPTURE(std::string(s.name));
    CHECK(Json::parse(s.text)["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  }
}
