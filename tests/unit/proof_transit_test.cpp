// The transit claim: verdicts of hand-made estates, agreement with the exact layer, cores.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "engine/proof/transit_question.h"
#include "engine/proof/transit_solve.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

TEST_CASE("transit proof: verdicts of estates decided by hand") {
  struct Row {
    const char* why;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const Row rows[] = {
      {"everything is forced through the firewall", [](Build&) {}, "proved"},
      {"the hub's service subnet is not routed: the peering is longer than 0/0",
       [](Build& b) { b.attach("spoke", "app", {.route_table = "rt-only-default"}); }, "refuted"},
      {"a direct peering to another spoke",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/22");
         b.subnet("other", "app", "10.2.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.peer("spoke", "other");
       },
       "refuted"},
      {"no route table: the Internet by default", [](Build& b) { b.subnet("spoke", "bare", "10.1.2.0/24"); },
       "refuted"},
      {"the hub's subnet has no route to the spoke", [](Build& b) { b.subnet("hub", "tools", "10.0.4.0/24"); },
       "refuted"},
      {"propagation left on with a gateway in the hub",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.gateway("gw", "hub");
         b.route_table("rt-learning", false);
         b.udr("rt-learning", "0.0.0.0/0", "10.0.0.4");
         b.udr("rt-learning", "10.0.2.0/24", "10.0.0.4");
         b.udr("rt-learning", "10.0.3.0/24", "10.0.0.4");
         b.attach("spoke", "app", {.route_table = "rt-learning"});
         b.vnet("used", "10.9.0.0/24");
         b.subnet("spoke", "GatewaySubnet", "10.1.3.0/27", {.route_table = "rt-spoke"});
         b.gateway("gw-spoke", "spoke");
       },
       "not proved"},
      {"a service endpoint on a spoke subnet",
       [](Build& b) { b.attach("spoke", "app", {.service_endpoints = {"Microsoft.Storage"}}); }, "unknown"},
      {"a peering that carries nothing: the other side is absent",
       [](Build& b) {
         b.vnet("other", "10.2.0.0/22");
         b.subnet("other", "app", "10.2.0.0/24", {.default_outbound = false});
         b.peer_one_side("spoke", "other");
       },
       "proved"},
      {"the remote network is not in the export",
       [](Build& b) { b.peer_one_side("spoke", "missing", {.remote_space = "10.7.0.0/16"}); }, "unknown"},
      {"IPv6 in the spoke",
       [](Build& b) {
         b.subnet("spoke", "six", "10.1.2.0/24, fd00::/64", {.route_table = "rt-spoke", .default_outbound = false});
       },
       "unknown"},
      {"the export is partial",
       [](Build& b) {
         b.gap({"INPUT-TRUNCATED", model::Gap::Reach::table, model::ArgTable::resources, {}, {}, "pages are missing"});
       },
       "unknown"},
      {"a group that denies everything closes a peering that routes leave open",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "proved"},
      {"a group that denies a service tag of the input's list closes a peering that routes leave open",
       [](Build& b) {
         b.listed_tag("Hub.Services", "10.0.0.0/16, 10.4.0.0/16");
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "hub.services"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "proved"},
      {"a group that denies a part of it only",
       [](Build& b) {
         b.listed_tag("Hub.Services", "10.0.0.0/23, 10.0.2.0/25");
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "Hub.Services"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "refuted"},
      {"a group that denies a tag without a list",
       [](Build& b) {
         b.nsg("closed");
         b.rule("closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "Hub.Services"});
         b.attach("spoke", "app", {.route_table = "rt-only-default", .nsg = "closed"});
       },
       "refuted"},
      {"the table is not in the export", [](Build& b) { b.attach("spoke", "app", {.route_table = "rt-missing"}); },
       "not proved"},
      {"a firewall address that nobody has", [](Build& b) { b.udr("rt-spoke", "192.0.2.0/24", "10.0.0.99"); },
       "unknown"},
      {"an NVA in the hub",
       [](Build& b) {
         b.nic("nva", "hub/apim", "10.0.2.9", {.forwarding = true});
         b.udr("rt-spoke", "192.0.2.0/24", "10.0.2.9");
       },
       "refuted"},
      {"disablePeeringRoute may or may not remove the peering route",
       [](Build& b) {
         b.route_table("rt-preview").disable_peering_route = true;
         b.udr("rt-preview", "0.0.0.0/0", "10.0.0.4");
         b.attach("spoke", "app", {.route_table = "rt-preview"});
       },
       "unknown"},
      {"a Bastion with a public address lets users into the spoke",
       [](Build& b) {
         b.subnet("spoke", "AzureBastionSubnet", "10.1.2.0/26", {.route_table = "rt-spoke"});
         b.bastion("bastion", "spoke").is_public = true;
       },
       "unknown"},
      {"API Management in External mode answers the Internet in its subnet",
       [](Build& b) {
         b.subnet("spoke", "gw", "10.1.2.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.apim("own", "spoke/gw", "10.1.2.4", "External");
       },
       "unknown"},
      {"one in Internal mode does not",
       [](Build& b) {
         b.subnet("spoke", "gw", "10.1.2.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.apim("own", "spoke/gw", "10.1.2.4", "Internal");
       },
       "proved"},
      {"nor one of a v2 tier, where External is about the way out",
       [](Build& b) {
         b.subnet("spoke", "gw", "10.1.2.0/24", {.route_table = "rt-spoke", .default_outbound = false});
         b.apim("own", "spoke/gw", "10.1.2.4", "External").sku = "StandardV2";
       },
       "proved"},
      {"nor one in External mode whose group lets no address of the Internet in",
       [](Build& b) {
         b.nsg("inside");
         b.rule("inside", {.priority = 100, .access = "Deny"});
         b.subnet("spoke", "gw", "10.1.2.0/24",
                  {.route_table = "rt-spoke", .nsg = "inside", .default_outbound = false});
         b.apim("own", "spoke/gw", "10.1.2.4", "External");
       },
       "proved"},
      {"an endpoint of a private link service that the export does not hold leads into another network",
       [](Build& b) {
         b.endpoint("pe-foreign", "spoke/pe", "10.1.1.9",
                    {.target = "/subscriptions/f/resourceGroups/g/providers/Microsoft.Network/privateLinkServices/p"});
       },
       "unknown"},
      {"one that was rejected leads nowhere",
       [](Build& b) {
         b.endpoint("pe-foreign", "spoke/pe", "10.1.1.9",
                    {.target = "/subscriptions/f/resourceGroups/g/providers/Microsoft.Network/privateLinkServices/p",
                     .status = "Rejected"});
       },
       "proved"},
      {"a machine in the firewall's subnet is no instance of the firewall",
       [](Build& b) { b.nic("stranger", "hub/AzureFirewallSubnet", "10.0.0.20"); }, "unknown"},
      {"a machine in the hub's GatewaySubnet is no instance of a gateway",
       [](Build& b) {
         b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = "rt-hub"});
         b.nic("stranger", "hub/GatewaySubnet", "10.0.5.9");
       },
       "unknown"},
      {"groups that let health probes in and nothing else close what a subnet without routes could reach",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("hub", "tools", "10.0.4.0/24");
         b.nsg("probes");
         b.rule("probes", {.priority = 100, .from = "AzureLoadBalancer"});
         b.rule("probes", {.priority = 200, .access = "Deny"});
         b.attach("spoke", "app", {.nsg = "probes"});
         b.attach("spoke", "pe", {.nsg = "probes", .policies = "Enabled"});
       },
       "proved"},
      {"groups do not act on endpoints without network policies",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/24", "10.0.0.4");
         b.subnet("hub", "tools", "10.0.4.0/24");
         b.nsg("probes");
         b.rule("probes", {.priority = 200, .access = "Deny"});
         b.attach("spoke", "app", {.nsg = "probes"});
         b.attach("spoke", "pe", {.nsg = "probes"});
       },
       "refuted"},
      {"the endpoints of a DNS resolver in the hub ask DNS servers and nobody else",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/28", "10.0.0.4");
         b.subnet("hub", "dns", "10.0.4.0/28", {.delegations = {"Microsoft.Network/dnsResolvers"}});
       },
       "proved"},
      {"a forwarding rule for a server in the spoke lets them send there",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/28", "10.0.0.4");
         b.subnet("hub", "dns", "10.0.4.0/28", {.delegations = {"Microsoft.Network/dnsResolvers"}});
         b.ruleset("rules", {"hub"});
         b.forward("rules", "corp.contoso.com.", {"10.1.0.9"});
       },
       "not proved"},
      {"a forwarding rule whose servers the export does not show may ask any",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/28", "10.0.0.4");
         b.subnet("hub", "dns", "10.0.4.0/28", {.delegations = {"Microsoft.Network/dnsResolvers"}});
         b.ruleset("rules", {"hub"});
         b.forward("rules", "corp.contoso.com.", {});
       },
       "not proved"},
      {"a machine beside them sends as any",
       [](Build& b) {
         b.udr("rt-spoke", "10.0.4.0/28", "10.0.0.4");
         b.subnet("hub", "dns", "10.0.4.0/28", {.delegations = {"Microsoft.Network/dnsResolvers"}});
         b.nic("machine", "hub/dns", "10.0.4.9");
       },
       "refuted"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = forced();
    row.change(b);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    for (const std::string& sentence : run.disagreements) MESSAGE(sentence);
    CHECK(run.disagreements.empty());
    const std::string met = verdict_of(w, run, "spoke");
    CAPTURE(explain(result_of(w, run, "spoke").verdict));
    if (row.expected == "not proved")
      CHECK(met != "proved");
    else
      CHECK(met == row.expected);
  }
}

TEST_CASE("transit proof: declared learned prefixes are told as an assumption") {
  const auto assumptions = [](std::vector<Prefix> learned) {
    Build b = forced();
    b.designations.has_learned_prefixes = true;
    b.designations.learned_prefixes = std::move(learned);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    REQUIRE(verdict_of(w, run, "spoke") == "proved");
    std::string out;
    for (const std::string& sentence : std::get<proof::Proved>(result_of(w, run, "spoke").verdict).assumptions)
      out += sentence + "\n";
    return out;
  };
  CHECK(assumptions({prefix("10.200.0.0/16")}).find("gateways teach 10.200.0.0/16 and nothing else") !=
        std::string::npos);
  CHECK(assumptions({}).find("gateways teach no route") != std::string::npos);
}

TEST_CASE("transit proof: a witness replays and is told with the route that should have been there") {
  Build b = forced();
  b.attach("spoke", "app", {.route_table = "rt-only-default"});
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  const auto& refuted = std::get<proof::Refuted>(result_of(w, run, "spoke").verdict);
  REQUIRE(refuted.trace);
  CHECK(refuted.trace->disposition == net::Disposition::delivered);
  CHECK_FALSE(refuted.trace->crossed_firewall);
  CHECK(refuted.expected.find("10.0.2.0/24 -> 10.0.0.4") != std::string::npos);
}

TEST_CASE("transit proof: an exhausted solver is unknown, never proved") {
  const World w = forced().world();
  const proof::ProofRun run = proof::prove_transit(w.view(), {.resource_limit = 1});
  CHECK(verdict_of(w, run, "spoke") == "unknown");
  CHECK(run.disagreements.empty());
}

TEST_CASE("transit proof: a core alone proves, and without any of its parts nothing does") {
  const World w = forced().world();
  const model::View view = w.view();
  proof::QuestionBuilder builder(view);
  const proof::SpokeQuestions asked = builder.ask(w.spoke("spoke"));
  proof::TransitSolver solver(view, {});
  REQUIRE(asked.questions.size() >= 2);
  for (const proof::Question& question : asked.questions) {
    const proof::QuestionAnswer answer = solver.may_bypass(question);
    REQUIRE(answer.answer == proof::Answer::unsat);
    CHECK_FALSE(answer.core.empty());
    CHECK(solver.may_bypass_given(question, answer.core) == proof::Answer::unsat);
    for (const proof::CorePart& left_out : answer.core) {
      std::vector<proof::CorePart> others;
      for (const proof::CorePart& part : answer.core) {
        if (!(part == left_out)) others.push_back(part);
      }
      CHECK(solver.may_bypass_given(question, others) == proof::Answer::sat);
    }
  }
}

TEST_CASE("transit proof: the facts name the load-bearing routes, the firewall and what is absent") {
  const World w = forced().world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  const auto& proved = std::get<proof::Proved>(result_of(w, run, "spoke").verdict);
  const auto has = [&](std::string_view resource, std::string_view pointer) {
    for (const model::Fact& fact : proved.rests_on) {
      if (w.estate().name(fact.resource) == resource && fact.pointer == pointer) return true;
    }
    return false;
  };
  CHECK(has("rt-spoke", "/properties/routes/0"));
  CHECK(has("rt-spoke", "/properties/routes/1"));
  CHECK(has("rt-spoke", "/properties/routes"));
  CHECK(has("rt-hub", "/properties/routes/0"));
  CHECK(has("fw", "/properties/ipConfigurations/0/properties/privateIPAddress"));
  CHECK(has("spoke", "/properties/virtualNetworkPeerings"));
  CHECK_FALSE(has("rt-spoke", "/properties/routes/3"));  // an idle route carries nothing
}

TEST_CASE("transit proof: spokes of one design are one class, with facts of their own") {
  Build b = forced();
  add_spoke(b, "spoke2", 2);
  add_spoke(b, "spoke3", 3);
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  CHECK(verdict_of(w, run, "spoke2") == "proved");
  CHECK(verdict_of(w, run, "spoke3") == "proved");
  CHECK(result_of(w, run, "spoke2").obligation == result_of(w, run, "spoke3").obligation);
  const auto& proved = std::get<proof::Proved>(result_of(w, run, "spoke3").verdict);
  bool has_own = false;
  for (const model::Fact& fact : proved.rests_on) {
    CHECK(w.estate().name(fact.resource) != "rt-spoke2");
    has_own = has_own || w.estate().name(fact.resource) == "rt-spoke3";
  }
  CHECK(has_own);
}

TEST_CASE("transit proof: an ambiguous role leaves every spoke undecided; no spoke is not applicable") {
  World w = forced().world();
  w.roles.ambiguities.emplace_back("two firewalls in hub: designate one");
  CHECK(verdict_of(w, proof::prove_transit(w.view()), "spoke") == "unknown");
  Build none;
  none.vnet("alone", "10.0.0.0/16");
  const World empty = none.world();
  const proof::ProofRun run = proof::prove_transit(empty.view());
  REQUIRE(run.results.size() == 1);
  CHECK(std::holds_alternative<proof::NotApplicable>(run.results.front().verdict));
  World missing = forced().world();
  missing.roles.spoke_candidates_missing.push_back(missing.estate().tables().route_tables.front().id);
  CHECK(proof::prove_transit(missing.view()).results.size() == 2);
}
