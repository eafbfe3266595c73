// Behaviours of virtual hubs, of network managers, of names and of services that docs/model.md names and no other test
// shows by itself.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "engine/net/appliance.h"
#include "engine/net/exposure.h"
#include "engine/net/filter.h"
#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "engine/proof/claims.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;
using enum model::ManagerFeature;

namespace {

constexpr std::string_view kHere = "westeurope";

bool has_sentence(const std::vector<std::string>& sentences, std::string_view part) {
  return std::any_of(sentences.begin(), sentences.end(),
                     [&](const std::string& sentence) { return sentence.find(part) != std::string::npos; });
}

/// A secured hub whose routing intent inspects everything, with two spokes.
Build secured() {
  Build b;
  b.policy("policy");
  b.rule_group("policy", "group", 100);
  b.rules("policy", "group", 100, model::Access::allow, {{}});
  b.virtual_wan("wan");
  b.virtual_hub("hub", "wan", "10.100.0.0/24");
  b.hub_firewall("fw", "hub", "10.100.0.4", "policy");
  return b;
}

void spoke(Build& b, const std::string& name, int number, const ConnectionOptions& options = {}) {
  b.vnet(name, fmt::format("10.{}.0.0/16", number));
  b.subnet(name, "app", fmt::format("10.{}.0.0/24", number), {.default_outbound = false});
  b.connect(name, "hub", options);
}

Build inspected() {
  Build b = secured();
  b.routing_intent("hub", "fw", "fw");
  spoke(b, "a", 1);
  spoke(b, "b", 2);
  return b;
}

std::string verdict_of_a(const model::View& view, const World& names) {
  const proof::ProofRun run = proof::prove_transit(view);
  CHECK(run.disagreements.empty());
  CAPTURE(explain(result_of(names, run, "a").verdict));
  return verdict_of(names, run, "a");
}

/// "VirtualNetworkGateway" for a way over the hub, "ConnectedGroup?" where it is not certain, ...
std::string way(const World& w, std::string_view subnet, std::string_view to) {
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet(subnet));
  std::string out;
  for (const net::Route* route : net::select_routes(set.routes, ip(to)))
    out += (out.empty() ? "" : ", ") + std::string(net::name(route->next_hop.kind)) + (route->is_certain ? "" : "?");
  return out;
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing
TEST_CASE("virtual hub: a label reaches every table that has it, and no other") {
  const auto learned = [](const char* label) {
    Build b = secured();
    b.hub_table("hub", "team").labels = {"blue"};
    spoke(b, "a", 1, {.table = "hub/team", .propagates = {"hub/noneRouteTable"}});
    spoke(b, "b", 2, {.labels = {label}});
    return way(b.world(), "a/app", "10.2.0.4");
  };
  CHECK(learned("blue") == "VirtualNetworkGateway");
  CHECK(learned("Blue") == "VirtualNetworkGateway");
  CHECK(learned("green") == "None");    // 10.0.0.0/8 is dropped by default
  CHECK(learned("default") == "None");  // every default table has this label, and no other table
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
TEST_CASE("virtual hub: its range holds platform instances, which the proof prints as an assumption") {
  Build b = inspected();
  const World w = b.world();
  const proof::ProofRun run = proof::prove_transit(w.view());
  const auto* proved = std::get_if<proof::Proved>(&result_of(w, run, "a").verdict);
  REQUIRE(proved != nullptr);
  CHECK(has_sentence(proved->assumptions, "range of virtual hub hub holds platform instances only"));
}

TEST_CASE("virtual hub: without its route tables, or with a next hop that is no firewall of it, nothing is proved") {
  Build b = inspected();
  const World w = b.world();
  CHECK(verdict_of_a(w.view(), w) == "proved");
  Build same = inspected();
  model::Snapshot torn = same.snapshot();
  torn.tables.hub_route_tables.clear();
  const model::Estate without_tables(std::move(torn));
  CHECK(verdict_of_a({without_tables, w.roles, w.designations}, w) == "unknown");

  Build third_party = secured();
  third_party.routing_intent("hub", "fw", "fw").policies.front().next_hop =
      third_party.id("Microsoft.Network/securityPartnerProviders", "partner");
  spoke(third_party, "a", 1);
  spoke(third_party, "b", 2);
  const World t = third_party.world();
  CHECK(verdict_of_a(t.view(), t) == "unknown");
}

// source: learn.microsoft.com/azure/virtual-wan/about-internet-routing
TEST_CASE("virtual hub: forced tunnelling, with 0.0.0.0/0 among the private traffic prefixes, is not followed") {
  for (const auto& row : {std::pair("20.0.0.0/16", "proved"), {"0.0.0.0/0", "unknown"}}) {
    CAPTURE(std::string(row.first));
    Build b = inspected();
    b.hub_route("hub/defaultRouteTable", "private_traffic", row.first, "fw");
    const World w = b.world();
    CHECK(verdict_of_a(w.view(), w) == row.second);
  }
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
TEST_CASE("virtual hub: branches may enter by a hub without a policy for private traffic") {
  for (const bool has_branches : {false, true}) {
    CAPTURE(has_branches);
    Build b = secured();
    b.designations.has_learned_prefixes = true;
    spoke(b, "a", 1, {.propagates = {"hub/noneRouteTable"}});
    spoke(b, "b", 2, {.propagates = {"hub/noneRouteTable"}});
    b.hub_route("hub/defaultRouteTable", "all_traffic", "0.0.0.0/0, 10.0.0.0/8", "fw");
    if (has_branches) b.unmodelled("vpn", "Microsoft.Network/vpnGateways", {b.id("virtualHubs", "hub")});
    const World w = b.world();
    CHECK(verdict_of_a(w.view(), w) == (has_branches ? "unknown" : "proved"));
  }
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies
TEST_CASE("virtual hub: which of several hubs with branches a packet leaves by is not known") {
  for (const bool are_several : {false, true}) {
    CAPTURE(are_several);
    Build b = inspected();
    b.designations.has_learned_prefixes = true;
    b.designations.learned_prefixes = {prefix("192.168.0.0/16")};
    b.unmodelled("vpn", "Microsoft.Network/vpnGateways", {b.id("virtualHubs", "hub")});
    b.virtual_hub("far", "wan", "10.101.0.0/24");
    if (are_several) b.unmodelled("vpn-far", "Microsoft.Network/vpnGateways", {b.id("virtualHubs", "far")});
    const World w = b.world();
    const net::Place from{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("a/app").index()].id};
    const net::Trace trace = net::trace(w.view(), {from, ip("10.1.0.4"), ip("192.168.0.9")});
    CHECK(net::name(trace.disposition) == (are_several ? "unknown" : "exits-to-on-premises"));
  }
}

namespace {

void member(Build& b, const std::string& name, const std::string& range, const Names& configurations = {"m/mesh"}) {
  b.vnet(name, range).location = std::string(kHere);
  b.effective(name, configurations, connectivity);
}

}  // namespace

// source: learn.microsoft.com/azure/virtual-network-manager/concept-limitations
TEST_CASE("connected groups: of more than 250 members nothing is known") {
  for (const int count : {250, 251}) {
    CAPTURE(count);
    Build b;
    for (int i = 0; i < count; ++i) member(b, "v" + std::to_string(i), fmt::format("10.{}.0.0/16", i % 256));
    b.subnet("v0", "a", "10.0.0.0/24");
    b.join("m/mesh", {});
    const World w = b.world();
    const bool is_whole = count == 250;
    CHECK((way(w, "v0/a", "10.9.0.4") == "ConnectedGroup") == is_whole);
    CHECK(net::effective_routes(w.view(), w.subnet("v0/a")).unknown.empty() == is_whole);
  }
}

TEST_CASE("connected groups: whether a mesh of several groups joins members of different ones is not known") {
  for (const char* group : {"m/all", "m/other"}) {
    CAPTURE(std::string(group));
    Build b;
    member(b, "v", "10.1.0.0/16");
    member(b, "w", "10.2.0.0/16");
    b.subnet("v", "a", "10.1.0.0/24");
    b.memberships("v", {"m/all"});
    b.memberships("w", {group});
    model::ConnectivityConfiguration& mesh = b.join("m/mesh", {});
    if (std::string(group) == "m/other") {
      model::ConnectivityConfiguration::Group other = mesh.groups.front();
      other.group = b.ids().intern(
          std::string(b.ids().spelling(other.group)).substr(0, b.ids().spelling(other.group).rfind('/')) + "/other");
      mesh.groups.push_back(other);
    }
    CHECK(way(b.world(), "v/a", "10.2.0.4") ==
          (std::string(group) == "m/all" ? "ConnectedGroup" : "None, ConnectedGroup?"));
  }
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#user-defined (a next hop must be
// directly reachable; no page speaks of connected groups)
TEST_CASE("connected groups: a next-hop address in a network that only a group joins is nobody that is known") {
  using Kind = net::Appliance::Kind;
  const auto kind = [](bool is_peered) {
    Build b;
    member(b, "v", "10.1.0.0/16");
    member(b, "w", "10.2.0.0/16");
    b.subnet("w", "a", "10.2.0.0/24");
    b.nic("nva", "w/a", "10.2.0.9", {.forwarding = true});
    b.join("m/mesh", {});
    if (is_peered) b.peer("v", "w");
    const World w = b.world();
    return net::resolve_appliance(w.view(), w.vnet("v"), ip("10.2.0.9")).kind;
  };
  CHECK(kind(true) == Kind::network_interface);
  CHECK(kind(false) == Kind::unknown);
}

TEST_CASE("admin rules: a network group as the source may hold any address") {
  Build b;
  b.vnet("v", "10.0.0.0/16").location = std::string(kHere);
  b.subnet("v", "a", "10.0.0.0/24");
  model::AddressTerm group;
  group.kind = model::AddressTerm::Kind::unread;
  b.admin_rule("m/c/rules", "all", {.access = "Deny"}).match.sources = {group};
  b.deploy("m/c", kHere);
  b.effective("v", {"m/c"}, security_admin);
  const World w = b.world();
  const net::FilterResult result =
      net::filter(w.view(), model::Direction::inbound, {&w.estate().tables().subnets.front(), nullptr, false},
                  {ip("10.99.0.5"), ip("10.0.0.4"), Protocol::tcp, 49152, 22});
  CHECK(result.decision == net::FilterResult::Decision::unknown);
}

// source: learn.microsoft.com/azure/virtual-network-manager/concept-network-manager-scope
TEST_CASE("admin rules: of two managers the one with the higher scope decides") {
  const std::string subscription = "00000000-0000-0000-0000-000000000001";
  for (const std::string higher : {"m", "n"}) {
    CAPTURE(higher);
    Build b;
    b.in_subscription(subscription);
    b.vnet("v", "10.0.0.0/16").location = std::string(kHere);
    b.subnet("v", "a", "10.0.0.0/24");
    for (const std::string name : {"m", "n"}) {
      const bool is_higher = name == higher;
      b.network_manager(name, is_higher ? "" : subscription, is_higher ? "mg-root" : "");
      b.admin_rule(name + "/c/rules", "all", {.access = name == "m" ? "Deny" : "AlwaysAllow"});
      b.deploy(name + "/c", kHere);
    }
    b.effective("v", {"m/c", "n/c"}, security_admin);
    model::Snapshot snapshot = b.snapshot();
    model::Subscription& row = snapshot.tables.subscriptions.emplace_back();
    row.id = snapshot.ids.intern("/subscriptions/" + subscription);
    row.guid = subscription;
    row.management_groups = {"mg-tenants", "mg-root"};
    const model::Estate estate(std::move(snapshot));
    const net::FilterResult result =
        net::filter({estate, {}, {}}, model::Direction::inbound, {&estate.tables().subnets.front(), nullptr, false},
                    {ip("10.99.0.5"), ip("10.0.0.4"), Protocol::tcp, 49152, 22});
    CHECK((result.decision == net::FilterResult::Decision::deny) == (higher == "m"));
    CHECK((result.decision == net::FilterResult::Decision::allow) == (higher == "n"));
  }
}

// source: learn.microsoft.com/azure/virtual-network/service-tags-overview (no page speaks of connected groups)
TEST_CASE("connected groups: whether another member is in the VirtualNetwork tag is not known") {
  using Decision = net::FilterResult::Decision;
  const auto decided = [](bool is_joined, bool is_peered) {
    Build b;
    member(b, "v", "10.1.0.0/16");
    member(b, "w", "10.2.0.0/16", is_joined ? Names{"m/mesh"} : Names{});
    b.nsg("nsg");
    b.subnet("v", "a", "10.1.0.0/24", {.nsg = "nsg"});
    b.join("m/mesh", {});
    if (is_peered) b.peer("v", "w");
    const World w = b.world();
    const model::Subnet& subnet = w.estate().tables().subnets.front();
    return net::filter(w.view(), model::Direction::inbound, {&subnet, nullptr, false},
                       {ip("10.2.0.4"), ip("10.1.0.4"), Protocol::tcp, 49152, 443})
        .decision;
  };
  CHECK(decided(true, false) == Decision::unknown);
  CHECK(decided(true, true) == Decision::allow);
  CHECK(decided(false, false) == Decision::deny);
}

// source: learn.microsoft.com/azure/templates/microsoft.compute/virtualmachinescalesets (dnsSettings),
// learn.microsoft.com/azure/templates/microsoft.containerinstance/containergroups (dnsConfig)
TEST_CASE("resolution proof: whom clients ask, and whose names there are, is printed as an assumption") {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "pe", "10.0.3.0/24");
  b.service("kv", model::ServiceKind::key_vault, "Microsoft.KeyVault/vaults");
  b.endpoint("pe-kv", "hub/pe", "10.0.3.5", {.target = "kv", .group = "vault"});
  const model::ResourceId zone = b.zone("privatelink.vaultcore.azure.net").id;
  b.link(zone, "hub");
  b.record(zone, "kv", {"10.0.3.5"});
  const World w = b.world();
  const proof::ProofRun run = proof::prove_resolution(w.view());
  const auto* proved = std::get_if<proof::Proved>(&result_of(w, run, "hub").verdict);
  REQUIRE(proved != nullptr);
  CHECK(has_sentence(proved->assumptions, "No scale set, container group or app names DNS servers of its own"));
  CHECK(has_sentence(proved->assumptions, "names of the private endpoints in the export"));
}

// source: learn.microsoft.com/azure/aks/api-server-authorized-ip-ranges
TEST_CASE("exposure: what publicNetworkAccess Disabled closes on a cluster that is not private is not known") {
  for (const bool is_private : {false, true}) {
    Build b;
    model::Service& cluster = b.service("aks", model::ServiceKind::kubernetes_cluster, "Microsoft.X/aks");
    cluster.public_network_access = model::PublicNetworkAccess::disabled;
    cluster.internal = is_private;
    const World w = b.world();
    const net::Exposure exposure = net::exposure(w.view(), w.service("aks"));
    CHECK(exposure.accepted.empty());
    CHECK(exposure.open.empty() == is_private);
  }
}
