// The claim that every private-link name resolves to an approved private endpoint, from every network.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

constexpr const char* kZone = "privatelink.vaultcore.azure.net";

/// A hub with a vault's endpoint and its zone, linked to the hub and to a spoke.
Build named(const std::string& record = "10.0.3.5", const std::string& status = "Approved",
            bool linked_to_spoke = true) {
  Build b;
  b.vnet("hub", "10.0.0.0/18");
  b.subnet("hub", "pe", "10.0.3.0/24");
  b.vnet("spoke", "10.1.0.0/22");
  b.service("kv", model::ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  b.endpoint("pe-kv", "hub/pe", "10.0.3.5", {.target = "kv", .group = "vault", .status = status});
  const model::ResourceId zone = b.zone(kZone).id;
  b.link(zone, "hub");
  if (linked_to_spoke) b.link(zone, "spoke");
  if (!record.empty()) b.record(zone, "kv", {record});
  b.record(zone, "another", {"10.0.3.99"});  // an export without any record would be a partial one
  return b;
}

void check(Build b, const std::string& why, const std::string& hub, const std::string& spoke) {
  CAPTURE(why);
  const World w = b.world();
  const proof::ProofRun run = proof::prove_resolution(w.view());
  for (const std::string& sentence : run.disagreements) MESSAGE(sentence);
  CHECK(run.disagreements.empty());
  CAPTURE(explain(result_of(w, run, "hub").verdict));
  CAPTURE(explain(result_of(w, run, "spoke").verdict));
  CHECK(verdict_of(w, run, "hub") == hub);
  CHECK(verdict_of(w, run, "spoke") == spoke);
}

}  // namespace

TEST_CASE("resolution proof: verdicts decided by hand") {
  check(named(), "the record answers in both networks", "proved", "proved");
  check(named("10.0.3.6"), "the record has an address that no endpoint has", "refuted", "refuted");
  check(named(""), "the linked zone has no record", "refuted", "refuted");
  check(named("10.0.3.5", "Pending"), "a pending endpoint is no right answer", "refuted", "refuted");
  check(named("10.0.3.5", "Approved", false), "a network without link asks public DNS", "proved", "refuted");
  Build opaque = named();
  opaque.vnet("other", "10.2.0.0/24").dns_servers = {"10.99.0.4"};
  const World w = opaque.world();
  CHECK(verdict_of(w, proof::prove_resolution(w.view()), "other") == "unknown");
  Build partial = named();
  partial.gap(
      {"INPUT-TABLE", model::Gap::Reach::table, model::ArgTable::dns_resources, {}, {}, "dnsresources is missing"});
  const World p = partial.world();
  CHECK(verdict_of(p, proof::prove_resolution(p.view()), "hub") == "unknown");
}

TEST_CASE("resolution proof: a connection that is not Approved on each visible side is no right answer") {
  using model::ConnectionStatus;
  check(named("10.0.3.5", "Rejected"), "a rejected endpoint whose record is left", "refuted", "refuted");
  check(named("10.0.3.5", "Disconnected"), "a disconnected endpoint whose record is left", "refuted", "refuted");
  check(named("", "Rejected"), "nothing but a rejected endpoint: no name is proved, and nothing is said of all",
        "unknown", "unknown");
  const auto listed = [](std::optional<ConnectionStatus> status, const std::string& endpoint_side = "Approved") {
    Build b = named("10.0.3.5", endpoint_side);
    model::Service& kv = b.service("kv2", model::ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
    kv.lists_endpoint_connections = true;
    b.endpoint("pe-kv2", "hub/pe", "10.0.3.6", {.target = "kv2", .group = "vault", .status = endpoint_side});
    if (status) kv.endpoint_connections.push_back({b.id("privateEndpoints", "pe-kv2"), *status});
    b.record(b.id("privateDnsZones", kZone), "kv2", {"10.0.3.6"});
    return b;
  };
  check(listed(ConnectionStatus::approved), "both sides say Approved", "proved", "proved");
  check(listed(ConnectionStatus::rejected), "the service says Rejected", "refuted", "refuted");
  check(listed(std::nullopt), "the service lists its connections, and this endpoint is none", "unknown", "unknown");
  check(listed(ConnectionStatus::approved, "Rejected"), "the endpoints say Rejected", "refuted", "refuted");
}

TEST_CASE("resolution proof: networks share answers when all their servers are the same") {
  Build b = named();
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("pol").dns_proxy = true;
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol"});
  const std::pair<const char*, std::vector<std::string>> networks[] = {{"asks-both", {"10.0.0.4", "203.0.113.9"}},
                                                                       {"asks-it", {"10.0.0.4"}},
                                                                       {"asks-it-too", {"10.0.0.4"}},
                                                                       {"asks-word", {"10.0.0.4", "server"}}};
  int number = 20;
  for (const auto& [name, servers] : networks) {
    b.vnet(name, "10." + std::to_string(number++) + ".0.0/22").dns_servers = servers;
    b.peer("hub", name);
  }
  const World w = b.world();
  const proof::ProofRun run = proof::prove_resolution(w.view());
  CHECK(run.disagreements.empty());
  CHECK(verdict_of(w, run, "asks-it") == "proved");
  CHECK(verdict_of(w, run, "asks-it-too") == "proved");
  CHECK(verdict_of(w, run, "asks-both") == "unknown");
  CHECK(verdict_of(w, run, "asks-word") == "unknown");
}

TEST_CASE("resolution proof: a refutation shows one name and counts the others") {
  for (const int others : {0, 1, 2}) {
    CAPTURE(others);
    Build b = named("10.0.3.6");
    for (int i = 0; i < others; ++i) {
      const std::string vault = "kv" + std::to_string(i);
      b.service(vault, model::ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
      b.endpoint("pe-" + vault, "hub/pe", "10.0.3." + std::to_string(20 + i), {.target = vault, .group = "vault"});
    }
    const World w = b.world();
    const proof::ProofRun run = proof::prove_resolution(w.view());
    REQUIRE(verdict_of(w, run, "hub") == "refuted");
    const std::string said = explain(result_of(w, run, "hub").verdict);
    CAPTURE(said);
    CHECK((said.find("further names") != std::string::npos) == (others > 0));
    CHECK((said.find("(" + std::to_string(others) + " further names fail)") != std::string::npos) == (others > 0));
  }
}

TEST_CASE("resolution proof: an address of the endpoint that is configured for another name is no right answer") {
  Build b = named("10.0.3.6");
  b.endpoint("pe-two", "hub/pe", "10.0.3.6", {.target = "kv", .group = "vault"}).custom_dns_configs = {
      {"kv.vault.azure.net", {ip("10.0.3.7")}}, {"else.vault.azure.net", {ip("10.0.3.6")}}};
  b.nic("second", "hub/pe", "10.0.3.7");
  model::Snapshot s = b.snapshot();
  for (model::PrivateEndpoint& endpoint : s.tables.private_endpoints) {
    for (const model::NetworkInterface& nic : s.tables.network_interfaces) {
      const bool is_second = s.ids.name(nic.id) == "second";
      if (is_second && s.ids.name(endpoint.id) == "pe-two") endpoint.network_interfaces.push_back(nic.id);
    }
  }
  const model::Estate estate(std::move(s));
  const model::Roles roles;
  const model::Designations designations;
  for (const proof::ClaimResult& result : proof::prove_resolution({estate, roles, designations}).results) {
    CAPTURE(explain(result.verdict));
    CHECK(word(result.verdict) == "refuted");
  }
}

TEST_CASE("resolution proof: where nothing tells which address belongs to a name any counts, and that is printed") {
  const auto assumptions = [](bool has_configs) {
    Build b = named();
    auto& endpoint = b.endpoint("pe-two", "hub/pe", "", {.target = "kv", .group = "vault", .has_nic = false});
    endpoint.addresses = {ip("10.0.3.5"), ip("10.0.3.7")};
    if (has_configs) endpoint.custom_dns_configs = {{"kv.vault.azure.net", {ip("10.0.3.5")}}};
    const World w = b.world();
    const auto run = proof::prove_resolution(w.view());
    REQUIRE(verdict_of(w, run, "hub") == "proved");
    std::string out;
    for (const std::string& sentence : std::get<proof::Proved>(result_of(w, run, "hub").verdict).assumptions)
      out += sentence + "\n";
    return out;
  };
  CHECK(assumptions(false).find("Any address of private endpoint pe-two") != std::string::npos);
  CHECK(assumptions(true).find("Any address of private endpoint") == std::string::npos);
}

TEST_CASE("resolution proof: a refutation tells the chain and the address that should have answered") {
  const World w = named("10.0.3.6").world();
  const auto run = proof::prove_resolution(w.view());
  const auto& refuted = std::get<proof::Refuted>(result_of(w, run, "spoke").verdict);
  CHECK_FALSE(refuted.chain.empty());
  CHECK(refuted.message.find("kv.vault.azure.net") != std::string::npos);
  CHECK(refuted.expected.find("10.0.3.5") != std::string::npos);
}

TEST_CASE("resolution proof: without private endpoints there is nothing to resolve") {
  Build b;
  b.vnet("hub", "10.0.0.0/18");
  const World w = b.world();
  CHECK(verdict_of(w, proof::prove_resolution(w.view()), "hub") == "not applicable");
}

TEST_CASE("resolution proof: what is not known about the way of a name is never a proof") {
  using namespace hubproof::model;
  struct Row {
    const char* why;
    std::function<void(Snapshot&)> change;
  };
  const auto table_gap = [](Snapshot& s, ArgTable table) {
    s.gaps.push_back({"INPUT-TRUNCATED", Gap::Reach::table, table, {}, {}, "a page is missing"});
  };
  const auto conflict = [](Snapshot& s, ResourceId id) {
    s.gaps.push_back({"INPUT-CONFLICT", Gap::Reach::resource, ArgTable::none, id, {}, "two copies"});
  };
  const auto kv = [](Snapshot& s) -> DnsRecordSet& {
    for (DnsRecordSet& record : s.tables.dns_record_sets) {
      if (record.name == "kv") return record;
    }
    return s.tables.dns_record_sets.front();
  };
  const auto spoke = [](Snapshot& s) -> VirtualNetwork& { return s.tables.virtual_networks.back(); };
  const auto link = [](Snapshot& s) -> VirtualNetworkLink& { return s.tables.virtual_network_links.back(); };
  const auto add_ruleset = [](Snapshot& s, ResourceId vnet, bool has_rules) {
    const std::string id =
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/"
        "Microsoft.Network/dnsForwardingRulesets/r";
    ForwardingRuleset& ruleset = s.tables.forwarding_rulesets.emplace_back();
    ruleset.id = s.ids.intern(id);
    if (vnet.is_set()) {
      ForwardingRulesetLink& to = s.tables.forwarding_ruleset_links.emplace_back();
      to.id = s.ids.intern(id + "/virtualNetworkLinks/l");
      to.ruleset = ruleset.id;
      to.vnet = vnet;
    }
    if (!has_rules) return;
    ForwardingRule& rule = s.tables.forwarding_rules.emplace_back();
    rule.id = s.ids.intern(id + "/forwardingRules/f");
    rule.ruleset = ruleset.id;
    rule.domain = "vault.azure.net.";
    rule.targets = {"10.99.0.4"};
    rule.is_enabled = true;
  };
  const Row rows[] = {
      {"the resources table is partial", [&](Snapshot& s) { table_gap(s, ArgTable::resources); }},
      {"the dnsresources table is partial", [&](Snapshot& s) { table_gap(s, ArgTable::dns_resources); }},
      {"the dnsresources table is missing", [](Snapshot& s) { s.tables.dns_record_sets.clear(); }},
      {"the zone's row is missing", [](Snapshot& s) { s.tables.private_dns_zones.clear(); }},
      {"the zone could not be read",
       [](Snapshot& s) {
         s.tables.private_dns_zones[0].unread = {{"/x", "1"}};
         s.tables.dns_record_sets.erase(s.tables.dns_record_sets.begin() +
                                        (s.tables.dns_record_sets[0].name == "kv" ? 0 : 1));
       }},
      {"all links are missing though the zone counts them",
       [](Snapshot& s) {
         s.tables.private_dns_zones[0].links = 2;
         s.tables.virtual_network_links.clear();
       }},
      {"a further link is missing, and another zone may be it",
       [](Snapshot& s) {
         PrivateDnsZone& other = s.tables.private_dns_zones.emplace_back();
         other.id = s.ids.intern(
             "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/"
             "Microsoft.Network/privateDnsZones/vault.azure.net");
         other.name = "vault.azure.net";
         other.links = 1;
       }},
      {"the link could not be read",
       [&](Snapshot& s) {
         link(s).unread = {{"/properties", "1"}};
       }},
      {"the link is not settled", [&](Snapshot& s) { link(s).is_settled = false; }},
      {"the link is in progress", [&](Snapshot& s) { link(s).state = LinkState::in_progress; }},
      {"the link states no state", [&](Snapshot& s) { link(s).state = {}; }},
      {"the link has two contradictory copies", [&](Snapshot& s) { conflict(s, link(s).id); }},
      {"the network's server is in no export", [&](Snapshot& s) { spoke(s).dns_servers = {"10.99.0.4"}; }},
      {"one of two servers is in no export",
       [&](Snapshot& s) {
         spoke(s).dns_servers = {"168.63.129.16", "10.99.0.4"};
       }},
      {"the server is no address", [&](Snapshot& s) { spoke(s).dns_servers = {"dns.contoso.com"}; }},
      {"the network could not be read",
       [&](Snapshot& s) {
         spoke(s).unread = {{"/properties/dhcpOptions", "1"}};
       }},
      {"the network is not settled", [&](Snapshot& s) { spoke(s).is_settled = false; }},
      {"a ruleset without its links, and a network without the zone",
       [&](Snapshot& s) {
         s.tables.virtual_network_links.pop_back();
         add_ruleset(s, {}, true);
       }},
      {"a linked ruleset without its rules, and no zone",
       [&](Snapshot& s) {
         s.tables.virtual_network_links.pop_back();
         add_ruleset(s, spoke(s).id, false);
       }},
      {"a forwarder to a server in no export beside the zone", [&](Snapshot& s) { add_ruleset(s, spoke(s).id, true); }},
      {"the record could not be read",
       [&](Snapshot& s) {
         kv(s).unread = {{"/properties/records/0", "1"}};
       }},
      {"the record is not settled", [&](Snapshot& s) { kv(s).is_settled = false; }},
      {"the record has no address", [&](Snapshot& s) { kv(s).addresses.clear(); }},
      {"the record has two contradictory copies", [&](Snapshot& s) { conflict(s, kv(s).id); }},
      {"the record is an alias of a name elsewhere",
       [&](Snapshot& s) {
         kv(s).type = "cname";
         kv(s).addresses.clear();
         kv(s).cname = "kv.contoso.com";
       }},
      {"an IPv6 record stands beside",
       [&](Snapshot& s) {
         DnsRecordSet beside = kv(s);
         beside.id = s.ids.intern(std::string(s.ids.spelling(kv(s).zone)) + "/AAAA/kv");
         beside.type = "aaaa";
         beside.addresses.clear();
         s.tables.dns_record_sets.push_back(beside);
       }},
      {"a DNS security policy touches the network",
       [&](Snapshot& s) {
         UnmodelledNetworkResource& policy = s.tables.unmodelled_network.emplace_back();
         policy.id = s.ids.intern(
             "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/"
             "Microsoft.Network/dnsResolverPolicies/p");
         policy.type = "microsoft.network/dnsresolverpolicies";
         policy.touches = {spoke(s).id};
       }},
      {"the state of the connection is not told",
       [](Snapshot& s) { s.tables.private_endpoints[0].connections[0].status = {}; }},
      {"the endpoint configures an address that its interface does not have",
       [&](Snapshot& s) {
         s.tables.private_endpoints[0].custom_dns_configs = {{"kv.vault.azure.net", {ip("10.0.3.9")}}};
         kv(s).addresses = {ip("10.0.3.9")};
       }},
      {"the endpoint's target is not in the export", [](Snapshot& s) { s.tables.services.clear(); }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b = named();
    Snapshot s = b.snapshot();
    row.change(s);
    const Estate estate(std::move(s));
    const Roles roles;
    const Designations designations;
    const proof::ProofRun run = proof::prove_resolution({estate, roles, designations});
    CHECK(run.disagreements.empty());
    for (const proof::ClaimResult& result : run.results) {
      if (!result.resource.is_set() || estate.name(result.resource) != "spoke") continue;
      CAPTURE(explain(result.verdict));
      CHECK(word(result.verdict) == "unknown");
    }
  }
}

TEST_CASE("resolution proof: the order of rows does not show in any verdict") {
  using namespace hubproof::model;
  const auto told = [](const Estate& estate) {
    const Roles roles;
    const Designations designations;
    std::string out;
    for (const proof::ClaimResult& result : proof::prove_resolution({estate, roles, designations}).results) {
      out += std::string(estate.name(result.resource)) + ": " + word(result.verdict);
      if (const auto* proved = std::get_if<proof::Proved>(&result.verdict)) {
        std::vector<std::string> facts;
        for (const Fact& fact : proved->rests_on)
          facts.push_back(fmt::format("{}{}{}", estate.spelling(fact.resource), fact.pointer, fact.value));
        std::sort(facts.begin(), facts.end());
        for (const std::string& fact : facts) out += "; " + fact;
      }
      out += "\n";
    }
    return out;
  };
  const auto design = [] {
    Build b = named();
    b.ruleset("r", {"spoke"});
    b.forward("r", "contoso.com.", {"10.99.0.4"});
    b.vnet("third", "10.3.0.0/24").dns_servers = {"10.0.0.4"};
    b.vnet("fourth", "10.4.0.0/24");
    b.policy("pol").dns_proxy = true;
    b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
    b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol"});
    b.service("kv2", ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
    b.endpoint("pe-kv2", "hub/pe", "10.0.3.6", {.target = "kv2", .group = "vault"});
    b.record(b.id("privateDnsZones", kZone), "kv2", {"10.0.3.6"});
    b.zone("contoso.com");
    return b.snapshot();
  };
  const std::string expected = told(Estate(design()));
  CHECK(expected.find("third: proved") != std::string::npos);
  CHECK(expected.find("fourth: refuted") != std::string::npos);
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Snapshot s = design();
    const auto shuffle = [&](auto& table) { std::shuffle(table.begin(), table.end(), random); };
    shuffle(s.tables.virtual_networks);
    shuffle(s.tables.private_endpoints);
    shuffle(s.tables.private_dns_zones);
    shuffle(s.tables.virtual_network_links);
    shuffle(s.tables.dns_record_sets);
    shuffle(s.tables.services);
    shuffle(s.tables.network_interfaces);
    CHECK(told(Estate(std::move(s))) == expected);
  }
}
