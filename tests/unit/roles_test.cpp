#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "engine/model/roles_select.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {
namespace {

using namespace hubproof::model;

/// An estate with the roles that are inferred for it.
struct Inferred {
  explicit Inferred(Build& build) : estate(build.estate()), roles(infer_roles(estate, build.designations)) {}
  Estate estate;
  Roles roles;
  std::string name(VnetIndex vnet) const {
    return std::string(estate.name(estate.tables().virtual_networks[vnet.index()].id));
  }
  /// "hubs: hub | spokes: a(hub), b(hub) | others: x | firewalls: 10.0.0.4"
  std::string shape() const {
    std::string hubs;
    std::string spokes;
    std::string others;
    std::string firewalls;
    const auto join = [](std::string& out, const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
    for (const HubRole& hub : roles.hubs) join(hubs, name(hub.vnet));
    for (const SpokeRole& spoke : roles.spokes) {
      std::string at;
      for (const VnetIndex hub : spoke.hubs) join(at, name(hub));
      join(spokes, fmt::format("{}({})", name(spoke.vnet), at));
    }
    for (const OtherVnet& other : roles.others) join(others, name(other.vnet));
    for (const FirewallRole& firewall : roles.firewalls) join(firewalls, to_string(firewall.address));
    return fmt::format("hubs: {} | spokes: {} | others: {} | firewalls: {}", hubs, spokes, others, firewalls);
  }
  bool asks(std::string_view part) const {
    for (const std::string& sentence : roles.ambiguities) {
      if (sentence.find(part) != std::string::npos) return true;
    }
    return false;
  }
};

void hub(Build& b, std::string_view name = "hub", std::string_view prefix = "10.0.0.0/16",
         std::string_view address = "10.0.0.4", std::string_view location = "westeurope") {
  b.vnet(name, prefix).location = std::string(location);
  b.subnet(name, "AzureFirewallSubnet", to_string(Prefix::around(ip(address), 26)));
  b.firewall(fmt::format("fw-{}", name), name, address);
}

/// A spoke whose subnet sends everything to `next_hop` (empty: no route table).
void spoke(Build& b, std::string_view name, std::string_view prefix, std::string_view hub,
           std::string_view next_hop = "") {
  b.vnet(name, prefix);
  b.peer(name, hub);
  const std::string table = fmt::format("rt-{}", name);
  if (!next_hop.empty()) {
    b.route_table(table);
    b.udr(table, "0.0.0.0/0", next_hop);
  }
  b.subnet(name, "app", prefix, {.route_table = next_hop.empty() ? "" : table});
}

void declare(Build& b, std::string_view address, std::string_view vnet) {
  b.designations.appliances.push_back({ip(address), std::string(vnet)});
}

Selector by_name(std::string name) {
  Selector out;
  out.name = std::move(name);
  return out;
}

}  // namespace

TEST_CASE("roles: who is hub, spoke or neither, without any configuration") {
  struct Row {
    std::string_view why;
    std::function<void(Build&)> build;
    std::string_view expected;
  };
  const Row rows[] = {
      {"the VNet of an Azure Firewall is the hub, its peers are spokes, an isolated VNet is reported",
       [](Build& b) {
         hub(b);
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         b.vnet("x", "10.9.0.0/16");
       },
       "hubs: hub | spokes: a(hub) | others: x | firewalls: 10.0.0.4"},
      {"a peering that only the spoke's side shows makes a spoke",
       [](Build& b) {
         hub(b);
         b.vnet("a", "10.1.0.0/16");
         b.peer_one_side("a", "hub");
       },
       "hubs: hub | spokes: a(hub) | others:  | firewalls: 10.0.0.4"},
      {"a peering that only the hub's side shows makes a spoke",
       [](Build& b) {
         hub(b);
         b.vnet("a", "10.1.0.0/16");
         b.peer_one_side("hub", "a");
       },
       "hubs: hub | spokes: a(hub) | others:  | firewalls: 10.0.0.4"},
      {"a VNet peered to a spoke only is neither",
       [](Build& b) {
         hub(b);
         spoke(b, "a", "10.1.0.0/16", "hub");
         b.vnet("x", "10.9.0.0/16");
         b.peer("x", "a");
       },
       "hubs: hub | spokes: a(hub) | others: x | firewalls: 10.0.0.4"},
      {"two hubs in two regions with spokes of their own",
       [](Build& b) {
         hub(b);
         hub(b, "hub2", "10.64.0.0/16", "10.64.0.4", "northeurope");
         b.peer("hub", "hub2");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         spoke(b, "b", "10.2.0.0/16", "hub2", "10.64.0.4");
       },
       "hubs: hub, hub2 | spokes: a(hub), b(hub2) | others:  | firewalls: 10.0.0.4, 10.64.0.4"},
      {"a spoke of two regions' hubs lists both",
       [](Build& b) {
         hub(b);
         hub(b, "hub2", "10.64.0.0/16", "10.64.0.4", "northeurope");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         b.peer("a", "hub2");
       },
       "hubs: hub, hub2 | spokes: a(hub, hub2) | others:  | firewalls: 10.0.0.4, 10.64.0.4"},
      {"a stale next hop in one spoke is a finding, not a doubt",
       [](Build& b) {
         hub(b);
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         spoke(b, "b", "10.2.0.0/16", "hub", "10.0.0.99");
       },
       "hubs: hub | spokes: a(hub), b(hub) | others:  | firewalls: 10.0.0.4"},
      {"one spoke that uses another device of the hub is a finding too",
       [](Build& b) {
         hub(b);
         b.subnet("hub", "nva", "10.0.1.0/24");
         b.nic("nva", "hub/nva", "10.0.1.4", {.forwarding = true});
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         spoke(b, "b", "10.2.0.0/16", "hub", "10.0.1.4");
       },
       "hubs: hub | spokes: a(hub), b(hub) | others:  | firewalls: 10.0.0.4"},
      {"without firewall and appliance the gateway VNet of a peering star is the hub",
       [](Build& b) {
         b.vnet("hub", "10.0.0.0/16");
         b.subnet("hub", "GatewaySubnet", "10.0.0.0/27");
         b.gateway("gw", "hub");
         spoke(b, "a", "10.1.0.0/16", "hub");
         spoke(b, "b", "10.2.0.0/16", "hub");
       },
       "hubs: hub | spokes: a(hub), b(hub) | others:  | firewalls: "},
      {"a lone VNet needs no hub", [](Build& b) { b.vnet("x", "10.9.0.0/16"); },
       "hubs:  | spokes:  | others: x | firewalls: "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    row.build(b);
    const Inferred inferred(b);
    CHECK(inferred.shape() == row.expected);
    CHECK(inferred.roles.ambiguities.empty());
  }
}

TEST_CASE("roles: what inference cannot settle is asked for") {
  struct Row {
    std::string_view why;
    std::function<void(Build&)> build;
    std::string_view expected;
    std::string_view asks;
  };
  const Row rows[] = {
      {"an appliance counts only when it is declared",
       [](Build& b) {
         b.vnet("hub", "10.0.0.0/16");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.1.4");
       },
       "hubs: hub | spokes: a(hub) | others:  | firewalls: ", "only when it is declared"},
      {"a firewall without an address",
       [](Build& b) {
         hub(b);
         b.firewall("fw-blank", "hub", "10.0.0.5").ip_configurations[0].address.reset();
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4",
       "\"fw-blank\" in \"hub\" has no readable private address"},
      {"two firewalls in one VNet",
       [](Build& b) {
         hub(b);
         b.firewall("fw-second", "hub", "10.0.0.5");
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4, 10.0.0.5", "holds 2 firewalls"},
      {"two VNets that could both be the appliance hub: equally used, one region",
       [](Build& b) {
         b.vnet("h1", "10.0.0.0/16");
         b.vnet("h2", "10.64.0.0/16");
         spoke(b, "a", "10.1.0.0/16", "h1", "10.0.1.4");
         spoke(b, "b", "10.2.0.0/16", "h2", "10.64.1.4");
       },
       "hubs: h1 | spokes: a(h1) | others: b, h2 | firewalls: ", "several virtual networks could be the hub"},
      {"two hubs of one region share a spoke",
       [](Build& b) {
         hub(b);
         hub(b, "hub2", "10.64.0.0/16", "10.64.0.4", "West Europe");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
         b.peer("a", "hub2");
       },
       "hubs: hub, hub2 | spokes: a(hub, hub2) | others:  | firewalls: 10.0.0.4, 10.64.0.4", "could both be the hub"},
      {"a spoke that brought its own firewall does not silently become a hub",
       [](Build& b) {
         hub(b);
         hub(b, "z", "10.64.0.0/16", "10.64.0.4", "northeurope");
         b.peer("hub", "z");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.0.4");
       },
       "hubs: hub, z | spokes: a(hub) | others:  | firewalls: 10.0.0.4, 10.64.0.4", "\"z\" has no spoke of its own"},
      {"no spoke uses the firewall, all use another device",
       [](Build& b) {
         hub(b);
         b.subnet("hub", "nva", "10.0.1.0/24");
         b.nic("nva", "hub/nva", "10.0.1.4", {.forwarding = true});
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.1.4");
       },
       "hubs: hub | spokes: a(hub) | others:  | firewalls: 10.0.0.4", "no spoke of \"hub\" sends to its firewall"},
      {"peerings without any candidate",
       [](Build& b) {
         b.vnet("a", "10.1.0.0/16");
         b.vnet("b", "10.2.0.0/16");
         b.peer("a", "b");
       },
       "hubs:  | spokes:  | others: a, b | firewalls: ", "no virtual network could be recognised as the hub"},
      {"a designation that matches nothing",
       [](Build& b) {
         hub(b);
         b.designations.spokes = {by_name("vnet-none-*")};
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4", "\"vnet-none-*\" matches nothing"},
      {"a management group that the export does not tell",
       [](Build& b) {
         hub(b);
         Selector s;
         s.management_group = "mg-spokes";
         b.designations.spokes = {s};
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4", "lacks the rows of their subscriptions"},
      {"a VNet designated as hub and as spoke",
       [](Build& b) {
         hub(b);
         b.designations.hubs = {by_name("hub")};
         b.designations.spokes = {by_name("*")};
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4", "both as a hub and as a spoke"},
      {"a declared appliance outside its VNet",
       [](Build& b) {
         b.vnet("hub", "10.0.0.0/16");
         declare(b, "10.5.0.4", "hub");
       },
       "hubs:  | spokes:  | others: hub | firewalls: ", "lies outside the address space"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    row.build(b);
    const Inferred inferred(b);
    CHECK(inferred.shape() == row.expected);
    CHECK(inferred.asks(row.asks));
  }
}

TEST_CASE("roles: designations override inference") {
  struct Row {
    std::string_view why;
    std::function<void(Build&)> build;
    std::string_view expected;
  };
  const Row rows[] = {
      {"a designated hub is the hub, the firewall VNet beside it a spoke",
       [](Build& b) {
         hub(b);
         spoke(b, "a", "10.1.0.0/16", "hub");
         b.designations.hubs = {by_name("a")};
       },
       "hubs: a | spokes: hub(a) | others:  | firewalls: "},
      {"a designated spoke needs no peering",
       [](Build& b) {
         hub(b);
         b.vnet("x", "10.9.0.0/16");
         b.designations.spokes = {by_name("X")};
       },
       "hubs: hub | spokes: x() | others:  | firewalls: 10.0.0.4"},
      {"a VNet designated as spoke is no hub, whatever firewall it holds",
       [](Build& b) {
         hub(b);
         hub(b, "z", "10.64.0.0/16", "10.64.0.4");
         b.peer("hub", "z");
         b.designations.spokes = {by_name("z")};
       },
       "hubs: hub | spokes: z(hub) | others:  | firewalls: 10.0.0.4"},
      {"the designated firewall of two is the one that counts",
       [](Build& b) {
         hub(b);
         b.firewall("other", "hub", "10.0.0.5");
         b.designations.firewalls = {by_name("fw-h?b")};
       },
       "hubs: hub | spokes:  | others:  | firewalls: 10.0.0.4"},
      {"a declared appliance makes its VNet the hub",
       [](Build& b) {
         b.vnet("hub", "10.0.0.0/16");
         spoke(b, "a", "10.1.0.0/16", "hub", "10.0.1.4");
         declare(b, "10.0.1.4", "hub");
       },
       "hubs: hub | spokes: a(hub) | others:  | firewalls: 10.0.1.4"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Build b;
    row.build(b);
    const Inferred inferred(b);
    CHECK(inferred.shape() == row.expected);
    CHECK(inferred.roles.ambiguities.empty());
  }
}

TEST_CASE("roles: a VNet on a Virtual WAN hub is reported as such, and not as a missing spoke") {
  Build b;
  b.vnet("w", "10.7.0.0/16");
  b.peer_one_side(
      "w",
      "/subscriptions/s/resourceGroups/RG_vhub-weu_1/providers/Microsoft.Network/virtualNetworks/HV_vhub-weu_0c3f");
  const Inferred inferred(b);
  REQUIRE(inferred.roles.others.size() == 1);
  CHECK(inferred.roles.others[0].reason.find("Virtual WAN hub \"vhub-weu\"") != std::string::npos);
  CHECK(inferred.roles.spoke_candidates_missing.empty());
}

TEST_CASE("roles: a secured virtual hub is the hub of its connected networks, and of its WAN's other hubs") {
  Build b;
  b.virtual_wan("wan");
  b.virtual_hub("secured", "wan", "10.100.0.0/24");
  b.hub_firewall("fw", "secured", "10.100.0.4");
  b.virtual_hub("plain", "wan", "10.101.0.0/24");
  b.virtual_wan("alone");
  b.virtual_hub("unsecured", "alone", "10.102.0.0/24");
  for (const char* name : {"a", "b", "c"})
    b.vnet(name, std::string("10.") + std::to_string(name[0] - 'a' + 1) + ".0.0/16");
  b.connect("a", "secured");
  b.connect("b", "plain");
  b.connect("c", "unsecured");
  const Inferred inferred(b);
  CHECK(inferred.shape() == "hubs:  | spokes: a(), b() | others: c | firewalls: 10.100.0.4");
  CHECK(inferred.roles.virtual_hubs.size() == 2);
  CHECK(inferred.roles.ambiguities.empty());
  CHECK(inferred.estate.name(inferred.roles.spokes.at(0).virtual_hub) == "secured");
}

TEST_CASE("roles: a network on a secured virtual hub whose connections were not exported is asked for") {
  Build b;
  b.virtual_wan("wan");
  b.virtual_hub("vhub-weu", "wan", "10.100.0.0/24");
  b.hub_firewall("fw", "vhub-weu", "10.100.0.4");
  b.vnet("w", "10.7.0.0/16");
  b.peer_one_side(
      "w",
      "/subscriptions/s/resourceGroups/RG_vhub-weu_1/providers/Microsoft.Network/virtualNetworks/HV_vhub-weu_0c3f");
  const Inferred inferred(b);
  CHECK(inferred.asks("hubVirtualNetworkConnections"));
}

TEST_CASE("roles: a hub's peer that the export does not hold is a missing spoke candidate") {
  Build b;
  hub(b);
  b.peer_one_side("hub", "gone");
  const Inferred inferred(b);
  REQUIRE(inferred.roles.spoke_candidates_missing.size() == 1);
  CHECK(inferred.estate.name(inferred.roles.spoke_candidates_missing[0]) == "gone");
}

TEST_CASE("roles: the tenant of a spoke is its subscription, in lower case") {
  Build b;
  hub(b);
  b.in_subscription("ABCDEF00-0000-0000-0000-000000000002");
  b.vnet("a", "10.1.0.0/16");
  b.in_subscription("00000000-0000-0000-0000-000000000001");
  b.peer_one_side("hub", "a");
  const Inferred inferred(b);
  REQUIRE(inferred.roles.spokes.size() == 1);
  CHECK(inferred.roles.spokes[0].tenant == "abcdef00-0000-0000-0000-000000000002");
}

TEST_CASE("roles: look-ups") {
  Build b;
  hub(b);
  spoke(b, "a", "10.1.0.0/16", "hub");
  b.vnet("x", "10.9.0.0/16");
  const Inferred inferred(b);
  const Roles& roles = inferred.roles;
  const auto at = [&](std::string_view name) {
    for (std::uint32_t i = 0; i < 3; ++i) {
      if (inferred.name(VnetIndex(i)) == name) return VnetIndex(i);
    }
    return VnetIndex();
  };
  CHECK(roles.is_hub(at("hub")));
  CHECK_FALSE(roles.is_hub(at("a")));
  CHECK(roles.is_spoke(at("a")));
  CHECK_FALSE(roles.is_spoke(at("x")));
  const ResourceId hub_id = inferred.estate.tables().virtual_networks[at("hub").index()].id;
  CHECK(roles.firewall_at(hub_id, ip("10.0.0.4")) != nullptr);
  CHECK(roles.firewall_at(hub_id, ip("10.0.0.5")) == nullptr);
}

TEST_CASE("selectors: globs ignore case and match the whole name") {
  struct Row {
    std::string_view pattern;
    std::string_view text;
    bool matches;
  };
  const Row rows[] = {{"vnet-*", "VNET-hub", true},
                      {"vnet-?", "vnet-ab", false},
                      {"*-hub-*", "a-hub-b-hub-c", true},
                      {"*", "", true},
                      {"hub", "hub2", false},
                      {"**b", "ab", true},
                      {"", "a", false},
                      {"a*c", "abcd", false}};
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.text);
    CHECK(glob_matches(row.pattern, row.text) == row.matches);
  }
}

TEST_CASE("selectors: every given part must match, an empty selector matches nothing") {
  Build b;
  b.vnet("vnet-a", "10.1.0.0/16");
  const Estate e = b.estate();
  const ResourceId id = e.tables().virtual_networks[0].id;
  const std::string spelling(e.spelling(id));
  CHECK(matches(e, {}, id) == Match::no);
  CHECK(matches(
            e,
            {.id = spelling, .name = {}, .subscription = {}, .resource_group = {}, .management_group = {}, .type = {}},
            id) == Match::yes);
  CHECK(matches(e,
                {.id = {},
                 .name = "vnet-*",
                 .subscription = {},
                 .resource_group = "RG",
                 .management_group = {},
                 .type = "virtualnetworks"},
                id) == Match::yes);
  CHECK(matches(e,
                {.id = {},
                 .name = "vnet-*",
                 .subscription = {},
                 .resource_group = "other",
                 .management_group = {},
                 .type = {}},
                id) == Match::no);
  CHECK(matches(e,
                {.id = {},
                 .name = {},
                 .subscription = "00000000-0000-0000-0000-000000000001",
                 .resource_group = {},
                 .management_group = {},
                 .type = {}},
                id) == Match::yes);
  CHECK(matches(e,
                {.id = {},
                 .name = {},
                 .subscription = "00000000-0000-0000-0000-000000000009",
                 .resource_group = {},
                 .management_group = {},
                 .type = {}},
                id) == Match::no);
  // A subscription's name needs the subscription's row.
  CHECK(
      matches(e,
              {.id = {}, .name = {}, .subscription = "sub-a", .resource_group = {}, .management_group = {}, .type = {}},
              id) == Match::unknown);
}

TEST_CASE("roles: a thousand spokes take milliseconds") {
  Build b;
  hub(b);
  for (int i = 0; i < 1000; ++i) {
    spoke(b, fmt::format("s{:04}", i), fmt::format("10.{}.{}.0/24", 16 + i / 200, i % 200), "hub", "10.0.0.4");
  }
  const Estate estate = b.estate();
  const auto start = std::chrono::steady_clock::now();
  const Roles roles = infer_roles(estate, b.designations);
  const auto spent = std::chrono::steady_clock::now() - start;
  CHECK(roles.spokes.size() == 1000);
  CHECK(roles.ambiguities.empty());
  MESSAGE("infer_roles: ", std::chrono::duration_cast<std::chrono::microseconds>(spent).count(), " us");
  CHECK(spent < std::chrono::milliseconds(500));  // generous: the machine is shared
}

}  // namespace hubproof::test
