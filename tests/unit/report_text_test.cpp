// The text report, over results made by hand.
#include <doctest/doctest.h>

#include "engine/report/cause.h"
#include "engine/report/report.h"
#include "engine/report/summary.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::report;
using check::Finding;
using check::Outcome;

namespace {

std::uint16_t rule(std::string_view id) {
  const check::RuleText* found = check::catalogue().find(id);
  REQUIRE(found != nullptr);
  return static_cast<std::uint16_t>(found - check::catalogue().rules.data());
}

test::World world() {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/16");
  b.subnet("spoke", "aks", "10.1.0.0/24", {.route_table = "rt"});
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "Internet");
  b.peer("spoke", "hub");
  return b.world();
}

model::ResourceId subnet_id(const test::World& w) {
  return w.estate().tables().subnets[w.subnet("spoke/aks").index()].id;
}
model::ResourceId table_id(const test::World& w) { return w.estate().tables().route_tables.front().id; }

Finding finding(std::string_view id, model::ResourceId resource, Outcome outcome, std::string message) {
  Finding out;
  out.rule = rule(id);
  out.resource = resource;
  out.outcome = outcome;
  out.message = std::move(message);
  return out;
}

/// A subnet whose default route leads to the Internet, as the tracer would tell it.
Finding leak(const test::World& w) {
  Finding out = finding("HP-TRN-015", subnet_id(w), Outcome::fail, "packets leave around the firewall");
  out.facts = {{table_id(w), "/properties/routes/0", "0.0.0.0/0 -> Internet"}};
  out.expected = "VirtualAppliance 10.0.0.4 (fw)";
  net::Trace trace;
  trace.flow.from = {net::Place::Kind::subnet, subnet_id(w)};
  trace.flow.source = test::ip("10.1.0.4");
  trace.flow.destination = test::ip("203.0.113.10");
  trace.disposition = net::Disposition::exits_to_internet;
  net::Hop route;
  route.at = trace.flow.from;
  route.decision = "forward";
  route.next_hop = net::NextHop::Kind::internet;
  route.matched_prefix = "0.0.0.0/0";
  route.route_source = net::RouteSource::user;
  route.decided_by = out.facts;
  net::Hop exit;
  exit.at = {net::Place::Kind::internet, {}};
  exit.decision = "exit";
  trace.hops = {route, exit};
  out.witness = std::make_shared<const net::Trace>(trace);
  return out;
}

const Locate kLocate = [](model::ResourceId, std::string_view) { return Location{"export.json", 118, 3}; };

std::string render(const test::World& w, const check::Result& result, const TextStyle& style = {}) {
  const model::View view = w.view();
  return report::text({view, kLocate}, result, style);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  return text.substr(text.rfind('\n', end) + 1, end - text.rfind('\n', end));
}

}  // namespace

TEST_CASE("a violation shows its packet, its hops, the place of the deciding route and what was expected there") {
  const test::World w = world();
  check::Result result;
  result.findings = {leak(w)};
  const std::string out = render(w, result);
  CAPTURE(out);
  CHECK(has(out, "violation[HP-TRN-015]"));
  CHECK(has(out, "spoke/aks"));
  CHECK(has(out, "10.1.0.4:49152 -> 203.0.113.10:443/tcp   (witness: exits-to-internet)"));
  CHECK(has(out, "0.0.0.0/0 -> Internet (User)"));
  CHECK(has(out, "export.json:118:3"));
  const std::size_t expected = out.find("<-- expected: VirtualAppliance 10.0.0.4 (fw)");
  REQUIRE(expected != std::string::npos);
  CHECK(out.find(" 1 ") < expected);
  CHECK(expected < out.find(" 2 "));
  CHECK(has(out, "= fix:"));
}

TEST_CASE("the last line is the tally and the verdict, and the gravest outcome of a rule is the rule's") {
  const test::World w = world();
  check::Result result;
  result.findings = {finding("HP-DNS-012", {}, Outcome::not_applicable, "nothing to resolve"),
                     finding("HP-EXP-001", subnet_id(w), Outcome::pass, ""),
                     finding("HP-EXP-001", table_id(w), Outcome::unknown, "not known"),
                     finding("HP-EXP-012", subnet_id(w), Outcome::pass, ""), leak(w)};
  CHECK(last_line(render(w, result)) ==
        "4 rules: 1 proved or passed, 1 violated, 1 unknown, 1 not applicable.  VIOLATED: 1 rule does not hold.");
}

TEST_CASE("the verdict sentence never says that things hold when they were not decided or not there") {
  const test::World w = world();
  const auto verdict_of = [&](std::deque<Finding> findings) {
    check::Result result;
    result.findings = std::move(findings);
    return verdict(summarize(w.view(), result));
  };
  CHECK(verdict_of({finding("HP-EXP-001", subnet_id(w), Outcome::pass, "")}) ==
        "HOLDS: every rule that applies is proved or passed.");
  CHECK(verdict_of({finding("HP-EXP-001", subnet_id(w), Outcome::unknown, "x")}).rfind("NOT DECIDED", 0) == 0);
  CHECK(verdict_of({finding("HP-EXP-001", {}, Outcome::not_applicable, "x")}).rfind("NOTHING VERIFIED", 0) == 0);
  CHECK(verdict_of({}).rfind("NOTHING VERIFIED", 0) == 0);
}

TEST_CASE("a gap of the input or an unclear role takes the plain HOLDS away") {
  test::World w = world();
  check::Result result;
  result.findings = {finding("HP-EXP-001", subnet_id(w), Outcome::pass, "")};
  w.roles.ambiguities = {"two hubs in one region"};
  CHECK(verdict(summarize(w.view(), result)).rfind("NOT DECIDED", 0) == 0);
  CHECK(has(render(w, result), "error[INPUT-ROLES]: two hubs in one region"));
  test::Build b;
  b.vnet("lonely", "10.0.0.0/16");
  b.gap({"INPUT-TABLE", model::Gap::Reach::table, model::ArgTable::dns_resources, {}, {}, "no rows"});
  const test::World partial = b.world();
  CHECK(has(verdict(summarize(partial.view(), result)), "not whole"));
}

TEST_CASE("findings that differ only in the names of resources are told once, with the others by name") {
  const test::World w = world();
  Finding a = finding("HP-EXP-001", subnet_id(w), Outcome::fail, "spoke/aks is open");
  a.facts = {{subnet_id(w), "/properties/publicNetworkAccess", "Enabled"}};
  Finding b = finding("HP-EXP-001", table_id(w), Outcome::fail, "rt is open");
  b.facts = {{table_id(w), "/properties/publicNetworkAccess", "Enabled"}};
  Finding c = b;
  c.facts.front().value = "absent -> Enabled";
  const std::vector<Cause> causes = group_by_cause(w.estate(), {a, b, c}, Outcome::fail);
  REQUIRE(causes.size() == 2);
  CHECK(causes[0].more.size() == 1);
  CHECK(causes[1].more.empty());
}

TEST_CASE("an undecided finding says what would decide it") {
  const test::World w = world();
  check::Result result;
  result.findings = {finding("HP-TRN-015", subnet_id(w), Outcome::unknown, "a gateway may teach any route")};
  result.findings.front().decided_by = "assumptions: learned_prefixes";
  const std::string out = render(w, result);
  CHECK(has(out, "undecided[HP-TRN-015]"));
  CHECK(has(out, "a gateway may teach any route"));
  CHECK(has(out, "= would decide it: assumptions: learned_prefixes"));
}

TEST_CASE("a proved claim shows its resources, its obligations and the facts that it rests on") {
  const test::World w = world();
  check::Result result;
  result.findings = {finding("HP-TRN-015", subnet_id(w), Outcome::pass, "")};
  result.findings.front().facts = {{table_id(w), "/properties/routes/0", "0.0.0.0/0 -> 10.0.0.4"}};
  result.proofs = {{rule("HP-TRN-015"), "no packet leaves", 1, true}};
  result.assumptions = {"no other peering exists"};
  const std::string out = render(w, result);
  CHECK(has(out, "proved[HP-TRN-015]"));
  CHECK(has(out, "1 resource, 1 obligation solved"));
  CHECK(has(out, "= rests on: rt /properties/routes/0 = 0.0.0.0/0 -> 10.0.0.4"));
  CHECK(has(out, "no other peering exists"));
}

TEST_CASE("names and values from the input are printed harmless") {
  const test::World w = world();
  check::Result result;
  result.findings = {finding("HP-EXP-001", subnet_id(w), Outcome::fail, "name \x1b]0;owned\x07")};
  CHECK_FALSE(has(render(w, result), "\x1b"));
}

TEST_CASE("quiet leaves the last line, ASCII leaves ASCII, and colour does not change the words") {
  const test::World w = world();
  check::Result result;
  result.findings = {leak(w)};
  TextStyle quiet;
  quiet.quiet = true;
  CHECK(render(w, result, quiet) ==
        "1 rule: 0 proved or passed, 1 violated, 0 unknown, 0 not applicable.  VIOLATED: 1 rule does not hold.\n");
  TextStyle colored;
  colored.color = true;
  std::string stripped;
  const std::string painted = render(w, result, colored);
  for (std::size_t i = 0; i < painted.size(); ++i) {
    if (painted[i] == '\x1b') {
      while (painted[i] != 'm') ++i;
    } else {
      stripped += painted[i];
    }
  }
  CHECK(painted != stripped);
  CHECK(stripped == render(w, result));
}

TEST_CASE("a disagreement between the layers takes every verdict away") {
  const test::World w = world();
  check::Result result;
  result.findings = {finding("HP-EXP-001", subnet_id(w), Outcome::pass, "")};
  result.disagreements = {"spoke: exact layer says closed, solver says open"};
  CHECK(has(last_line(render(w, result)), "NOT TRUSTWORTHY"));
}

TEST_CASE("of many problems with one code the first three are told in full and the rest counted") {
  test::Build b;
  b.vnet("v", "10.0.0.0/16");
  model::Snapshot snapshot = b.snapshot();
  for (int i = 0; i < 10; ++i) {
    Diagnostic d;
    d.code = "INPUT-DEPTH";
    d.message = "cut off";
    d.fix = "-Depth 100";
    snapshot.diagnostics.push_back(d);
  }
  const model::Estate estate(std::move(snapshot));
  const model::Roles roles;
  const model::Designations designations;
  const model::View view{estate, roles, designations};
  const std::string out = diagnostics_text({view, kLocate}, {});
  std::size_t full = 0;
  for (std::size_t at = out.find("cut off"); at != std::string::npos; at = out.find("cut off", at + 1)) ++full;
  CHECK(full == 3);
  CHECK(has(out, "7 more like this"));
}
