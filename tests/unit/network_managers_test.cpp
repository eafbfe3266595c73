// Azure Virtual Network Manager: where security admin rules and connected groups are in force, what they do to packets
// and routes, and what becomes of the transit claim.
// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins,
// learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/net/filter.h"
#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;
using enum model::ManagerFeature;

namespace {

constexpr std::string_view kHere = "westeurope";

/// A network of the region with a subnet "a" that the empty group "nsg" filters.
Build one() {
  Build b;
  b.vnet("v", "10.0.0.0/16").location = std::string(kHere);
  b.nsg("nsg");
  b.subnet("v", "a", "10.0.0.0/24", {.nsg = "nsg"});
  return b;
}

/// The configuration "m/c" is committed to the region and told by the network.
void enforce(Build& b, std::string_view vnet = "v") {
  b.deploy("m/c", kHere);
  b.effective(vnet, {"m/c"}, security_admin);
}

std::string word(net::FilterResult::Decision decision) {
  switch (decision) {
    case net::FilterResult::Decision::allow: return "allow";
    case net::FilterResult::Decision::deny: return "deny";
    case net::FilterResult::Decision::unknown: return "unknown";
  }
  return "";
}

/// An inbound packet from 10.99.0.5 to port 22 of a host in v/<subnet>.
std::string filtered(const World& w, const std::string& subnet = "a", bool is_endpoint = false) {
  const model::Subnet& row = w.estate().tables().subnets[w.subnet("v/" + subnet).index()];
  const Ipv4 to(row.prefixes.front().first().bits() + 4);
  const net::FilterResult result = net::filter(w.view(), model::Direction::inbound, {&row, nullptr, is_endpoint},
                                               {ip("10.99.0.5"), to, Protocol::tcp, 49152, 22});
  return word(result.decision) + (result.rule.empty() ? "" : " " + result.rule);
}

struct FilterRow {
  const char* why;
  std::function<void(Build&)> change;
  std::string expected;
};

void check(std::span<const FilterRow> rows) {
  for (const FilterRow& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = one();
    row.change(b);
    CHECK(filtered(b.world()) == row.expected);
  }
}

}  // namespace

TEST_CASE("admin rules come before the groups: Deny and AlwaysAllow end it, Allow leaves it to the groups") {
  const FilterRow rows[] = {
      {"Deny, though the group allows",
       [](Build& b) {
         b.rule("nsg", {});
         b.admin_rule("m/c/rc", "all", {.access = "Deny", .ports = "22"});
         enforce(b);
       },
       "deny Inbound-Deny-100"},
      {"AlwaysAllow, though the group denies",
       [](Build& b) {
         b.rule("nsg", {.access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.access = "AlwaysAllow", .ports = "22"});
         enforce(b);
       },
       "allow Inbound-AlwaysAllow-100"},
      {"Allow, and the group denies",
       [](Build& b) {
         b.rule("nsg", {.priority = 300, .access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.access = "Allow"});
         enforce(b);
       },
       "deny Inbound-Deny-300"},
      {"a rule for another port, another direction or another source plays no part",
       [](Build& b) {
         b.rule("nsg", {.priority = 300});
         b.admin_rule("m/c/rc", "all", {.priority = 1, .access = "Deny", .ports = "23"});
         b.admin_rule("m/c/rc", "all", {.priority = 2, .direction = "Outbound", .access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.priority = 3, .access = "Deny", .from = "10.98.0.0/16"});
         enforce(b);
       },
       "allow Inbound-Allow-300"},
      {"the lowest number decides: an Allow in front of a Deny",
       [](Build& b) {
         b.rule("nsg", {.priority = 300});
         b.admin_rule("m/c/rc", "all", {.priority = 20, .access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.priority = 10, .access = "Allow"});
         enforce(b);
       },
       "allow Inbound-Allow-300"},
      {"two rules of one number may come in any order",
       [](Build& b) {
         b.admin_rule("m/c/rc", "all", {.priority = 10, .access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.priority = 10, .access = "AlwaysAllow"});
         enforce(b);
       },
       "unknown Inbound-Deny-10"},
      {"a service tag without a list may match; the group decides nothing then",
       [](Build& b) {
         b.rule("nsg", {.priority = 300, .access = "Deny"});
         b.admin_rule("m/c/rc", "all", {.access = "Deny", .from = "10.99.0.0/16, Storage"});
         enforce(b);
       },
       "deny Inbound-Deny-100"},
  };
  check(rows);
}

TEST_CASE("admin rules are not applied to some subnets, and there an AlwaysAllow is not ruled out") {
  struct Row {
    const char* why;
    std::string subnet;
    bool is_endpoint;
    std::string access;
    std::string expected;
  };
  const Row rows[] = {
      {"a Bastion subnet takes no Deny", "AzureBastionSubnet", false, "Deny", "allow Inbound-Allow-300"},
      {"nor an AlwaysAllow that can be relied on", "AzureBastionSubnet", false, "AlwaysAllow",
       "allow Inbound-Allow-300"},
      {"a private endpoint takes no Deny", "endpoints", true, "Deny", "allow Inbound-Allow-300"},
      {"beside an Application Gateway it depends on its network isolation", "gateway", false, "Deny",
       "unknown Inbound-Deny-10"},
      {"another subnet of the same network takes it", "a", false, "Deny", "deny Inbound-Deny-10"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = one();
    b.rule("nsg", {.priority = 300});
    b.subnet("v", "AzureBastionSubnet", "10.0.1.0/24", {.nsg = "nsg"});
    b.subnet("v", "endpoints", "10.0.2.0/24", {.nsg = "nsg", .policies = "Enabled"});
    b.subnet("v", "gateway", "10.0.3.0/24", {.nsg = "nsg"});
    b.app_gateway("agw", "v/gateway", {.address = "10.0.3.9"});
    b.admin_rule("m/c/rc", "all", {.priority = 10, .access = row.access});
    enforce(b);
    CHECK(filtered(b.world(), row.subnet, row.is_endpoint) == row.expected);
  }
  Build closed = one();
  closed.rule("nsg", {.priority = 300, .access = "Deny"});
  closed.subnet("v", "AzureBastionSubnet", "10.0.1.0/24", {.nsg = "nsg"});
  closed.admin_rule("m/c/rc", "all", {.priority = 10, .access = "AlwaysAllow"});
  enforce(closed);
  CHECK(filtered(closed.world(), "AzureBastionSubnet") == "unknown Inbound-AlwaysAllow-10");
}

TEST_CASE("a service with a network intent policy keeps admin rules out, or lets Allow rules in") {
  const auto with = [](std::string_view setting, std::string_view access) {
    Build b = one();
    b.rule("nsg", {.priority = 300, .access = "Deny"});
    b.subnet("v", "mi", "10.0.4.0/24", {.delegations = {"Microsoft.Sql/managedInstances"}});
    b.admin_rule("m/c/rc", "all", {.priority = 10, .access = std::string(access)});
    if (!setting.empty())
      b.admin_configuration("m/c").intent_policies = *model::parse<model::IntentPolicyReach>(setting);
    enforce(b);
    return filtered(b.world());
  };
  CHECK(with("", "Deny") == "deny Inbound-Deny-300");
  CHECK(with("None", "AlwaysAllow") == "unknown Inbound-AlwaysAllow-10");
  CHECK(with("AllowRulesOnly", "Deny") == "deny Inbound-Deny-300");
  CHECK(with("All", "Deny") == "deny Inbound-Deny-10");
  CHECK(with("All", "AlwaysAllow") == "allow Inbound-AlwaysAllow-10");
}

TEST_CASE("where admin rules are in force must be told; what is not settled is unknown") {
  const auto deny = [](Build& b) { return &b.admin_rule("m/c/rc", "all", {.priority = 10, .access = "Deny"}); };
  const auto allowed = [](Build& b) { b.rule("nsg", {.priority = 300}); };
  const FilterRow rows[] = {
      {"a configuration that was never deployed has no effect",
       [&](Build& b) {
         allowed(b);
         deny(b);
       },
       "allow Inbound-Allow-300"},
      {"deployed to another region",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", "northeurope");
         b.memberships("v", {"m/all"});
       },
       "allow Inbound-Allow-300"},
      {"deployed to the region, and the network is a member",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", kHere);
         b.memberships("v", {"m/all"});
       },
       "deny Inbound-Deny-10"},
      {"deployed, and the network is in other groups only",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", kHere);
         b.memberships("v", {"m/others"});
       },
       "allow Inbound-Allow-300"},
      {"deployed, and no membership is in the export",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", kHere);
       },
       "unknown Inbound-Deny-10"},
      {"deployed, and other networks say what is in force on them",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", kHere);
         b.vnet("other", "10.1.0.0/16").location = std::string(kHere);
         b.effective("other", {"m/c"}, security_admin);
       },
       "allow Inbound-Allow-300"},
      {"the network says that nothing is in force, whatever was committed",
       [&](Build& b) {
         allowed(b);
         deny(b);
         b.deploy("m/c", kHere);
         b.memberships("v", {"m/all"});
         b.effective("v", {}, security_admin);
       },
       "allow Inbound-Allow-300"},
      {"in force, and what was committed is not in the export",
       [&](Build& b) {
         deny(b);
         b.effective("v", {"m/c"}, security_admin);
       },
       "unknown"},
      {"a rule that was committed is not understood",
       [&](Build& b) {
         deny(b)->unread = {{"/properties/access", "Block"}};
         enforce(b);
       },
       "unknown"},
      {"a commit that failed",
       [&](Build& b) {
         deny(b);
         b.deploy("m/c", kHere).is_settled = false;
         b.memberships("v", {"m/all"});
       },
       "unknown"},
      {"an effective row that is still being provisioned",
       [&](Build& b) {
         deny(b);
         b.deploy("m/c", kHere);
         b.effective("v", {"m/c"}, security_admin).is_settled = false;
       },
       "unknown"},
      {"a manager over the subscription, and nothing of what it did",
       [](Build& b) { b.network_manager("m", "00000000-0000-0000-0000-000000000001"); }, "unknown"},
      {"a configuration as it was written, and nothing of what was deployed",
       [](Build& b) {
         model::AdminConfiguration& written = b.admin_configuration_as_written("m/c");
         CHECK(written.unread.empty());
       },
       "unknown"},
      {"a manager of other subscriptions",
       [&](Build& b) {
         allowed(b);
         b.network_manager("m", "00000000-0000-0000-0000-000000000009");
       },
       "allow Inbound-Allow-300"},
      {"two managers, and which of them is higher is not in the export",
       [&](Build& b) {
         deny(b);
         b.admin_rule("n/d/rc", "all", {.access = "AlwaysAllow"});
         b.deploy("m/c", kHere);
         b.deploy("n/d", kHere);
         b.effective("v", {"m/c", "n/d"}, security_admin);
       },
       "unknown"},
      {"the partial export may hide what is in force",
       [&](Build& b) {
         deny(b);
         b.network_manager("m", "00000000-0000-0000-0000-000000000001");
         b.gap({"INPUT-TRUNCATED", model::Gap::Reach::table, model::ArgTable::network_resources, {}, {}, "cut off"});
       },
       "unknown"},
  };
  check(rows);
}

namespace {

/// Networks "v" 10.1.0.0/16 and "w" 10.2.0.0/16 of the region, each with a subnet "a", both told to be in "m/mesh".
Build two(const ConnectedRow& row = {}) {
  Build b;
  int number = 1;
  for (const char* name : {"v", "w"}) {
    b.vnet(name, fmt::format("10.{}.0.0/16", number)).location = std::string(kHere);
    b.subnet(name, "a", fmt::format("10.{}.0.0/24", number++), {.default_outbound = false});
    b.effective(name, {"m/mesh"}, connectivity);
  }
  b.join("m/mesh", row);
  return b;
}

/// A gateway in "v" learns the prefix.
void learn(Build& b, std::string_view learned) {
  b.subnet("v", "GatewaySubnet", "10.1.9.0/27");
  b.gateway("gw", "v");
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix(learned)};
}

/// "ConnectedGroup", "VNetPeering?" where it is not certain, "Internet", ...; several are in the order of preference.
std::string way(const World& w, std::string_view to) {
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet("v/a"));
  std::string out;
  for (const net::Route* route : net::select_routes(set.routes, ip(to))) {
    out += (out.empty() ? "" : ", ") + std::string(net::name(route->next_hop.kind)) + (route->is_certain ? "" : "?");
  }
  for (const net::UnknownRoutes& unknown : set.unknown) {
    if (unknown.next_hop.kind == net::NextHop::Kind::unknown) out += " unknown";
  }
  return out;
}

}  // namespace

TEST_CASE("connected groups make routes between their members, and only between them") {
  struct Row {
    const char* why;
    ConnectedRow group;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const Row rows[] = {
      {"a mesh in one region", {}, [](Build&) {}, "ConnectedGroup"},
      {"hub and spoke without direct connectivity",
       {.topology = "HubAndSpoke", .is_direct = false},
       [](Build&) {},
       "None"},
      {"hub and spoke with direct connectivity", {.topology = "HubAndSpoke"}, [](Build&) {}, "ConnectedGroup"},
      {"a peering that stands is the way", {}, [](Build& b) { b.peer("v", "w"); }, "VNetPeering"},
      {"a peering that is disconnected does not keep the group from carrying",
       {},
       [](Build& b) { b.peer("v", "w", {.state = "Disconnected"}); },
       "ConnectedGroup"},
      {"a longer user route wins",
       {},
       [](Build& b) {
         b.route_table("rt");
         b.udr("rt", "10.2.0.0/24", "10.1.0.9");
         b.attach("v", "a", {.route_table = "rt"});
       },
       "VirtualAppliance"},
      {"a shorter user route does not",
       {},
       [](Build& b) {
         b.route_table("rt");
         b.udr("rt", "0.0.0.0/0", "10.1.0.9");
         b.attach("v", "a", {.route_table = "rt"});
       },
       "ConnectedGroup"},
      {"which of two equal ones wins is not documented",
       {},
       [](Build& b) {
         b.route_table("rt");
         b.udr("rt", "10.2.0.0/16", "10.1.0.9");
         b.attach("v", "a", {.route_table = "rt"});
       },
       "VirtualAppliance, ConnectedGroup?"},
      {"nor which of a learned route and a connected group, of the same prefix",
       {},
       [](Build& b) { learn(b, "10.2.0.0/16"); },
       "VirtualNetworkGateway, ConnectedGroup?"},
      {"or where the learned one is longer",
       {},
       [](Build& b) { learn(b, "10.2.0.0/24"); },
       "VirtualNetworkGateway, ConnectedGroup?"},
      {"a shorter learned route does not win", {}, [](Build& b) { learn(b, "10.0.0.0/8"); }, "ConnectedGroup"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = two(row.group);
    row.change(b);
    CHECK(way(b.world(), "10.2.0.4") == row.expected);
  }
}

TEST_CASE("connected groups are regional unless they are global, and need both members to be told") {
  const auto apart = [](bool is_global) {
    Build b;
    b.vnet("v", "10.1.0.0/16").location = std::string(kHere);
    b.subnet("v", "a", "10.1.0.0/24");
    b.vnet("w", "10.2.0.0/16").location = "North Europe";
    for (const char* name : {"v", "w"}) b.effective(name, {"m/mesh"}, connectivity);
    b.join("m/mesh", {.is_global = is_global});
    return way(b.world(), "10.2.0.4");
  };
  CHECK(apart(false) == "None");
  CHECK(apart(true) == "ConnectedGroup");

  Build committed;  // no effective rows: what was committed to the region acts on the members of the group
  int number = 1;
  for (const char* name : {"v", "w", "x"}) {
    committed.vnet(name, fmt::format("10.{}.0.0/16", number++)).location = std::string(kHere);
    if (std::string(name) != "x") committed.memberships(name, {"m/all"});
  }
  committed.subnet("v", "a", "10.1.0.0/24");
  committed.join("m/mesh", {});
  committed.deploy("m/mesh", kHere);
  const World w = committed.world();
  CHECK(way(w, "10.2.0.4") == "ConnectedGroup");
  CHECK(way(w, "10.3.0.4") == "None");

  Build hidden;
  hidden.vnet("v", "10.1.0.0/16").location = std::string(kHere);
  hidden.subnet("v", "a", "10.1.0.0/24");
  hidden.effective("v", {"m/mesh"}, connectivity);                      // and the configuration is not in the export
  CHECK(way(hidden.world(), "10.2.0.4") == "Internet, None? unknown");  // an unknown route may decide
}

TEST_CASE("direct connectivity puts the hub into the connected group") {
  Build b = two({.topology = "HubAndSpoke", .hubs = {"hub"}});
  b.vnet("hub", "10.0.0.0/16").location = std::string(kHere);
  CHECK(way(b.world(), "10.0.0.4") == "ConnectedGroup");
  Build peered = two({.topology = "HubAndSpoke", .hubs = {"hub"}});
  peered.vnet("hub", "10.0.0.0/16").location = std::string(kHere);
  peered.peer("hub", "v");
  CHECK(way(peered.world(), "10.0.0.4") == "VNetPeering");
}

TEST_CASE("members whose addresses overlap do not certainly reach each other") {
  Build b = two();
  b.vnet("x", "10.1.0.0/16").location = std::string(kHere);  // as v's
  b.effective("x", {"m/mesh"}, connectivity);
  const net::RouteSet set = net::effective_routes(b.world().view(), model::SubnetIndex(0));
  for (const net::Route& route : set.routes) {
    if (route.next_hop.kind == net::NextHop::Kind::connected_group && route.prefix == prefix("10.1.0.0/16"))
      CHECK_FALSE(route.is_certain);
  }
}

TEST_CASE("a packet passes a connected group; one that did not originate there is not followed") {
  Build b = two();
  const World w = b.world();
  const auto place = [&](const char* name) {
    return net::Place{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet(name).index()].id};
  };
  net::Flow flow{place("v/a"), ip("10.1.0.4"), ip("10.2.0.4"), Protocol::tcp, 49152, 443};
  const net::Trace through = net::trace(w.view(), flow);
  CHECK(through.disposition == net::Disposition::delivered);
  bool has_hop = false;
  for (const net::Hop& hop : through.hops) has_hop = has_hop || hop.next_hop == net::NextHop::Kind::connected_group;
  CHECK(has_hop);
  flow.source = ip("10.77.0.4");
  CHECK(net::trace(w.view(), flow).disposition == net::Disposition::unknown);
}

TEST_CASE("transit proof: both layers agree about what network managers open and close") {
  struct Row {
    const char* why;
    std::function<void(Build&)> change;
    std::string expected;
  };
  const auto place_all = [](Build& b, std::initializer_list<const char*> names) {
    for (const char* name : names) b.effective(name, {"m/mesh"}, connectivity);
  };
  const auto direct_to_hub = [](Build& b) { b.attach("spoke", "app", {.route_table = "rt-only-default"}); };
  const Row rows[] = {
      {"a mesh over two spokes goes around the firewall",
       [&](Build& b) {
         b.join("m/mesh", {});
         place_all(b, {"spoke", "second"});
       },
       "refuted"},
      {"whether another spoke is in the mesh is not settled",
       [&](Build& b) {
         b.join("m/mesh", {});
         place_all(b, {"spoke"});
         b.effective("second", {"m/mesh"}, connectivity).is_settled = false;
       },
       "unknown"},
      {"another spoke names a configuration that the export does not hold",
       [&](Build& b) {
         b.join("m/mesh", {});
         place_all(b, {"spoke"});
         b.effective("second", {"m/other"}, connectivity);
       },
       "unknown"},
      {"a network that the export does not hold is in the mesh",
       [&](Build& b) {
         b.join("m/mesh", {});
         place_all(b, {"spoke", "gone"});
       },
       "unknown"},
      {"a mesh that does not join them",
       [&](Build& b) {
         b.join("m/mesh", {.topology = "HubAndSpoke", .is_direct = false});
         place_all(b, {"spoke", "second"});
       },
       "proved"},
      {"a mesh whose configuration is not in the export",
       [&](Build& b) {
         place_all(b, {"spoke", "second"});
       },
       "unknown"},
      {"direct connectivity with the hub, beside its peering: nothing new between the two",
       [&](Build& b) {
         b.join("m/mesh", {.topology = "HubAndSpoke", .hubs = {"hub"}});
         place_all(b, {"spoke"});
       },
       "proved"},
      {"an outbound Deny closes what routes leave open",
       [&](Build& b) {
         direct_to_hub(b);
         b.admin_rule("m/c/rc", "all", {.direction = "Outbound", .access = "Deny"});
         enforce(b, "spoke");
       },
       "proved"},
      {"a Deny of one port leaves the others open",
       [&](Build& b) {
         direct_to_hub(b);
         b.admin_rule("m/c/rc", "all", {.direction = "Outbound", .access = "Deny", .protocol = "tcp", .ports = "443"});
         enforce(b, "spoke");
       },
       "refuted"},
      {"an AlwaysAllow opens what the group closes",
       [&](Build& b) {
         direct_to_hub(b);
         b.nsg("closed");
         b.rule("closed", {.direction = "Outbound", .access = "Deny"});
         b.attach("spoke", "app", {.nsg = "closed"});
         b.admin_rule("m/c/rc", "all",
                      {.direction = "Outbound", .access = "AlwaysAllow", .protocol = "tcp", .ports = "8443"});
         enforce(b, "spoke");
       },
       "refuted"},
      {"an Allow leaves it to the group, which closes",
       [&](Build& b) {
         direct_to_hub(b);
         b.nsg("closed");
         b.rule("closed", {.direction = "Outbound", .access = "Deny"});
         b.attach("spoke", "app", {.nsg = "closed"});
         b.admin_rule("m/c/rc", "all", {.direction = "Outbound", .access = "Allow"});
         enforce(b, "spoke");
       },
       "proved"},
      {"a Deny that the network may not take",
       [&](Build& b) {
         direct_to_hub(b);
         b.admin_rule("m/c/rc", "all", {.direction = "Outbound", .access = "Deny"});
         b.deploy("m/c", kHere);
       },
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = forced();
    add_spoke(b, "second", 2);
    for (model::VirtualNetwork& vnet : b.vnets()) vnet.location = std::string(kHere);
    row.change(b);
    const World w = b.world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    for (const std::string& sentence : run.disagreements) MESSAGE(sentence);
    CHECK(run.disagreements.empty());
    CAPTURE(explain(result_of(w, run, "spoke").verdict));
    CHECK(verdict_of(w, run, "spoke") == row.expected);
  }
}
