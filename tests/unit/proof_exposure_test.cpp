// The claim that no service is reached from the Internet, and the solver beneath the claims.
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/proof/claims.h"
#include "engine/proof/solver.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;
using model::PublicNetworkAccess;
using model::Service;
using model::ServiceKind;

TEST_CASE("exposure proof: one service decided by hand") {
  struct Row {
    std::string why;
    ServiceKind kind;
    std::function<void(Build&, Service&)> change;
    std::string expected;
  };
  const model::IpRule office{ip("198.51.100.0"), ip("198.51.100.255")};
  const Row rows[] = {
      {"Disabled closes an account", ServiceKind::cognitive_account,
       [](Build&, Service& s) { s.public_network_access = PublicNetworkAccess::disabled; }, "proved"},
      {"absent means enabled", ServiceKind::cognitive_account, [](Build&, Service&) {}, "refuted"},
      {"Enabled with Deny and no rules admits nobody", ServiceKind::storage,
       [](Build&, Service& s) {
         s.public_network_access = PublicNetworkAccess::enabled;
         s.default_action = model::Access::deny;
       },
       "proved"},
      {"an ip rule under Deny admits its range", ServiceKind::key_vault,
       [&](Build&, Service& s) {
         s.default_action = model::Access::deny;
         s.ip_rules = {office};
       },
       "refuted"},
      {"Disabled overrides ip rules", ServiceKind::key_vault,
       [&](Build&, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         s.ip_rules = {office};
       },
       "proved"},
      {"search without ip rules admits all", ServiceKind::search, [](Build&, Service&) {}, "refuted"},
      {"Cosmos 0.0.0.0 admits datacenters whose addresses are in no export", ServiceKind::cosmos,
       [](Build&, Service& s) {
         s.ip_rules = {{ip("0.0.0.0"), ip("0.0.0.0")}};
       },
       "unknown"},
      {"an unknown spelling of the flag", ServiceKind::storage,
       [](Build&, Service& s) {
         s.public_network_access = model::Setting<PublicNetworkAccess>::unreadable("Sometimes");
       },
       "unknown"},
      {"an unread property of a closed account", ServiceKind::cognitive_account,
       [](Build&, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         s.unread.push_back({"/properties/new", "true"});
       },
       "unknown"},
      {"an account that is not provisioned", ServiceKind::cognitive_account,
       [](Build&, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         s.is_settled = false;
       },
       "unknown"},
      {"Bing is public by nature", ServiceKind::bing_account, [](Build&, Service&) {}, "refuted"},
      {"a kind that is not modelled", ServiceKind::unmodelled, [](Build&, Service&) {}, "unknown"},
      {"SQL whose firewall rules were not exported", ServiceKind::sql_server, [](Build&, Service&) {}, "unknown"},
      {"SQL with no firewall rule admits nobody", ServiceKind::sql_server,
       [](Build&, Service& s) { s.has_firewall_children = true; }, "proved"},
      {"a private cluster", ServiceKind::kubernetes_cluster, [](Build&, Service& s) { s.internal = true; }, "proved"},
      {"a cluster that is not private", ServiceKind::kubernetes_cluster, [](Build&, Service&) {}, "refuted"},
      {"a project whose account is not in the export", ServiceKind::foundry_project, [](Build&, Service&) {},
       "unknown"},
      {"a perimeter rule opens an account in Enforced mode", ServiceKind::cognitive_account,
       [](Build& b, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         b.perimeter("assoc", s.id, "Enforced");
         b.perimeter_rule("assoc", "203.0.113.0/24");
       },
       "refuted"},
      {"a perimeter rule in Learning mode on a closed account is documented in two ways",
       ServiceKind::cognitive_account,
       [](Build& b, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         b.perimeter("assoc", s.id, "Learning");
         b.perimeter_rule("assoc", "203.0.113.0/24");
       },
       "unknown"},
      {"resources are partial: nothing is proved", ServiceKind::cognitive_account,
       [](Build& b, Service& s) {
         s.public_network_access = PublicNetworkAccess::disabled;
         b.gap({"INPUT-TABLE",
                model::Gap::Reach::table,
                model::ArgTable::network_resources,
                {},
                {},
                "networkresources is missing"});
       },
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    row.change(b, b.service("it", row.kind, "Microsoft.Test/things"));
    const World w = b.world();
    const proof::ProofRun run = proof::prove_no_public_endpoint(w.view());
    for (const std::string& sentence : run.disagreements) MESSAGE(sentence);
    CHECK(run.disagreements.empty());
    CAPTURE(explain(result_of(w, run, "it").verdict));
    CHECK(verdict_of(w, run, "it") == row.expected);
  }
}

TEST_CASE(
    "exposure proof: public entries to services whose private address is not shown, and by resources that are not "
    "modelled") {
  struct Row {
    std::string why;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const auto leads_to = [](Build& b, std::string_view target) {
    b.app_gateway("agw", "hub/agw", {.public_ip = "pip", .tier = "Standard_v2", .pool = {ip(target)}});
  };
  const auto endpoint = [](Build& b, std::string_view address) {
    b.endpoint("pe", "hub/pe", address, {.target = "it", .has_nic = false});
  };
  const auto hidden_origin = [](Build& b, model::Setting<model::ConnectionStatus> status) {
    b.unmodelled("afd", "Microsoft.Cdn/profiles", {});
    b.services().back().endpoint_connections = {{b.id("privateEndpoints", "of-microsoft"), status}};
  };
  const Row rows[] = {
      {"an endpoint that nothing leads to",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         leads_to(b, "10.0.3.5");
       },
       "proved"},
      {"an endpoint that a gateway leads to",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         leads_to(b, "10.0.3.4");
       },
       "refuted"},
      {"an endpoint without an address, in the subnet that a gateway leads to",
       [&](Build& b) {
         endpoint(b, "");
         leads_to(b, "10.0.3.5");
       },
       "unknown"},
      {"an endpoint without an address, in another subnet",
       [&](Build& b) {
         endpoint(b, "");
         leads_to(b, "10.0.9.5");
       },
       "proved"},
      {"a front door that names the service",
       [&](Build& b) {
         b.unmodelled("afd", "Microsoft.Cdn/profiles/originGroups/origins", {b.id("Microsoft.Test/things", "it")});
       },
       "unknown"},
      {"a front door that names its endpoint",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         b.unmodelled("afd", "Microsoft.Network/frontDoors", {b.id("privateEndpoints", "pe")});
       },
       "unknown"},
      {"a front door that names something else",
       [&](Build& b) { b.unmodelled("afd", "Microsoft.Cdn/profiles", {b.id("Microsoft.Test/things", "other")}); },
       "proved"},
      {"a front door that shows no origins, and no connection from outside",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         b.unmodelled("afd", "Microsoft.Cdn/profiles", {});
       },
       "proved"},
      {"a front door that shows no origins, and an approved connection from outside",
       [&](Build& b) { hidden_origin(b, model::ConnectionStatus::approved); }, "unknown"},
      {"a front door that shows no origins, and a connection whose state is not shown",
       [&](Build& b) { hidden_origin(b, {}); }, "unknown"},
      {"a front door that shows no origins, and a connection that nobody approved",
       [&](Build& b) { hidden_origin(b, model::ConnectionStatus::pending); }, "proved"},
      {"a front door that shows its origins, and a connection of something else",
       [&](Build& b) {
         hidden_origin(b, model::ConnectionStatus::approved);
         const std::string profile(b.ids().spelling(b.id("Microsoft.Cdn/profiles", "afd")));
         b.unmodelled("o", "Microsoft.Cdn/profiles/originGroups/origins", {}).id =
             b.ids().intern(profile + "/originGroups/g/origins/o");
       },
       "proved"},
      {"a front door that shows no origins beside one that does",
       [&](Build& b) {
         hidden_origin(b, model::ConnectionStatus::approved);
         const std::string profile(b.ids().spelling(b.id("Microsoft.Cdn/profiles", "afd")));
         b.unmodelled("o", "Microsoft.Cdn/profiles/originGroups/origins", {}).id =
             b.ids().intern(profile + "2/originGroups/g/origins/o");
       },
       "unknown"},
      {"a private link service in the VNet of its endpoint",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         b.unmodelled("pls", "Microsoft.Network/privateLinkServices", {b.subnet_id("hub/agw")});
       },
       "unknown"},
      {"a private link service in another VNet",
       [&](Build& b) {
         endpoint(b, "10.0.3.4");
         b.unmodelled("pls", "Microsoft.Network/privateLinkServices", {b.subnet_id("spoke/x")});
       },
       "proved"},
      {"another kind that is not modelled",
       [&](Build& b) { b.unmodelled("odd", "Microsoft.Network/odds", {b.id("Microsoft.Test/things", "it")}); },
       "proved"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "agw", "10.0.1.0/24");
    b.subnet("hub", "pe", "10.0.3.0/24");
    b.vnet("spoke", "10.1.0.0/16");
    b.subnet("spoke", "x", "10.1.0.0/24");
    b.public_ip("pip", "203.0.113.4");
    b.service("it", ServiceKind::storage, "Microsoft.Test/things").public_network_access =
        PublicNetworkAccess::disabled;
    row.change(b);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_no_public_endpoint(w.view());
    CHECK(run.disagreements.empty());
    CHECK(verdict_of(w, run, "it") == row.expected);
  }
  for (const auto& [target, expected] : {std::pair("10.0.2.9", "unknown"), {"10.0.9.9", "proved"}}) {
    CAPTURE(std::string(target));
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "agw", "10.0.1.0/24");
    b.subnet("hub", "apim", "10.0.2.0/24");
    b.public_ip("pip", "203.0.113.4");
    b.apim("it", "hub/apim", "");
    leads_to(b, target);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_no_public_endpoint(w.view());
    CHECK(verdict_of(w, run, "it") == expected);
  }
}

TEST_CASE("exposure proof: the witness is an address that the service accepts, and the trace leads to it") {
  Build b;
  Service& vault = b.service("it", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  vault.default_action = model::Access::deny;
  vault.ip_rules = {{ip("198.51.100.7"), ip("198.51.100.7")}};
  const World w = b.world();
  const auto run = proof::prove_no_public_endpoint(w.view());
  const auto& refuted = std::get<proof::Refuted>(result_of(w, run, "it").verdict);
  REQUIRE(refuted.trace);
  CHECK(std::get<Ipv4>(refuted.trace->flow.source) == ip("198.51.100.7"));
  CHECK(refuted.trace->hops.front().at.kind == net::Place::Kind::service);
}

TEST_CASE("exposure proof: like services are one class and each has its own facts") {
  Build b;
  b.service("one", ServiceKind::storage, "Microsoft.Storage/storageAccounts").public_network_access =
      PublicNetworkAccess::disabled;
  Service& two = b.service("two", ServiceKind::storage, "Microsoft.Storage/storageAccounts");
  two.public_network_access = PublicNetworkAccess::disabled;
  two.default_action = model::Access::deny;
  b.service("three", ServiceKind::storage, "Microsoft.Storage/storageAccounts").public_network_access =
      PublicNetworkAccess::disabled;
  const World w = b.world();
  const auto run = proof::prove_no_public_endpoint(w.view());
  CHECK(result_of(w, run, "one").obligation == result_of(w, run, "three").obligation);
  for (const char* name : {"one", "two", "three"}) {
    CAPTURE(std::string(name));
    bool names_flag = false;
    for (const model::Fact& fact : std::get<proof::Proved>(result_of(w, run, name).verdict).rests_on) {
      CHECK(w.estate().name(fact.resource) == name);
      names_flag = names_flag || (fact.pointer == "/properties/publicNetworkAccess" && fact.value == "Disabled");
    }
    CHECK(names_flag);
  }
}

TEST_CASE("exposure proof: an estate without services is not applicable") {
  Build none;
  none.vnet("alone", "10.0.0.0/16");
  const World w = none.world();
  CHECK(word(proof::prove_no_public_endpoint(w.view()).results.front().verdict) == "not applicable");
}

TEST_CASE("solver: prefixes at both ends of their lengths") {
  proof::Solver solver;
  const proof::Term address = solver.word("a", 32);
  for (const char* text :
       {"0.0.0.0/0", "128.0.0.0/1", "10.0.0.0/8", "10.1.2.4/31", "10.1.2.3/32", "255.255.255.255/32"}) {
    CAPTURE(std::string(text));
    const Prefix block = prefix(text);
    for (const Ipv4 probe :
         {block.first(), block.last(), Ipv4(block.first().bits() - 1), Ipv4(block.last().bits() + 1)}) {
      const proof::Solver::Scope scope(solver);
      solver.require(solver.in(address, block));
      solver.require(solver.equals(address, probe.bits()));
      CHECK((solver.check() == proof::Answer::sat) == block.contains(probe));
    }
  }
}

TEST_CASE("solver: a core is least and popping forgets") {
  proof::Solver solver;
  const proof::Term a = solver.flag(0);
  const proof::Term b = solver.flag(1);
  const proof::Term c = solver.flag(2);
  {
    const proof::Solver::Scope scope(solver);
    solver.require(solver.negate(solver.both(a, b)));
    const proof::Term all[] = {c, a, b};
    REQUIRE(solver.check(all) == proof::Answer::unsat);
    CHECK(proof::minimal_core(solver, all, solver.core()) == std::vector<std::size_t>{1, 2});
  }
  const proof::Term both[] = {a, b};
  CHECK(solver.check(both) == proof::Answer::sat);
}
