// The claim that every private-link name resolves to an approved private endpoint, from every network.
#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>

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
