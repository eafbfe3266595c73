// Effective routes and security rules of interfaces, beside what the model computes.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/check/run.h"
#include "engine/model/roles.h"
#include "engine/net/cross_check.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/ingest_load_files.h"

using namespace hubproof;
using namespace hubproof::test;
using model::EffectiveRoute;
using Hop = model::EffectiveRoute::Hop;

namespace {

/// A spoke whose subnet sends everything to the hub's firewall.
Build forced() {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("a", "10.1.0.0/16");
  b.peer("hub", "a");
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.0.0.4");
  b.udr("rt", "10.0.0.0/16", "10.0.0.4");
  b.nsg("group");
  b.rule("group", {.priority = 100, .direction = "Inbound", .access = "Allow", .ports = "443"});
  b.subnet("a", "app", "10.1.0.0/24", {.route_table = "rt", .nsg = "group", .default_outbound = false});
  b.nic("vm", "a/app", "10.1.0.9");
  return b;
}

EffectiveRoute row(std::string_view prefixes, Hop hop, std::string_view address = {}, bool is_platform = true) {
  EffectiveRoute out;
  out.prefixes = {prefix(prefixes)};
  out.hop = hop;
  if (!address.empty()) out.addresses = {ip(address)};
  out.is_platform = is_platform;
  return out;
}

/// What Azure shows for the interface when it agrees.
std::vector<EffectiveRoute> agreed() {
  return {row("10.1.0.0/16", Hop::vnet_local), row("10.0.0.0/16", Hop::appliance, "10.0.0.4", false),
          row("0.0.0.0/0", Hop::appliance, "10.0.0.4", false)};
}

model::Snapshot with_routes(Build& b, std::vector<EffectiveRoute> routes) {
  model::Snapshot s = b.snapshot();
  s.sources.emplace_back().path = "effective.json";
  s.effective_routes.push_back({s.tables.network_interfaces.front().id, 0, true, std::move(routes)});
  return s;
}

std::vector<std::string> told(const model::Snapshot& s, Diagnostic::Level level = Diagnostic::Level::error) {
  std::vector<std::string> out;
  for (const Diagnostic& d : s.diagnostics) {
    if (d.code == "INPUT-EFFECTIVE" && d.level == level) out.push_back(d.message);
  }
  return out;
}

/// The outcomes of the transit rule, by its proof in both layers.
std::set<check::Outcome> transit(model::Snapshot s) {
  const model::Estate estate(std::move(s));
  const model::Designations designations;
  const model::Roles roles = model::infer_roles(estate, designations);
  const check::Result result = check::run_rules(model::View{estate, roles, designations}, {{"HP-TRN-015"}, {}});
  CHECK(result.disagreements.empty());
  std::set<check::Outcome> out;
  for (const check::Finding& finding : result.findings) out.insert(finding.outcome);
  return out;
}

}  // namespace

TEST_CASE("cross-check: effective routes that agree say nothing and change nothing") {
  Build b = forced();
  model::Snapshot s = with_routes(b, agreed());
  net::cross_check(s, {});
  CHECK(told(s).empty());
  CHECK(s.gaps.empty());
  CHECK(transit(std::move(s)) == std::set{check::Outcome::pass});
}

TEST_CASE("cross-check: a difference is told once for its addresses, and the transit claim is unknown") {
  struct Row {
    const char* why;
    EffectiveRoute more;
    const char* expected;
  };
  const Row rows[] = {
      {"a longer peering route", row("10.0.2.0/24", Hop::peering),
       "effective routes of vm in app: for 10.0.2.0/24 the configuration says 10.0.0.0/16 -> VirtualAppliance "
       "10.0.0.4, "
       "Azure says 10.0.2.0/24 -> VNetPeering"},
      {"a learned route where nothing can be learned", row("192.0.2.0/24", Hop::gateway, "10.0.9.9", false),
       "effective routes of vm in app: for 192.0.2.0/24 the configuration says 0.0.0.0/0 -> VirtualAppliance 10.0.0.4, "
       "Azure says 192.0.2.0/24 -> VirtualNetworkGateway 10.0.9.9"},
      {"another appliance", row("192.0.2.0/24", Hop::appliance, "10.0.0.5", false),
       "effective routes of vm in app: for 192.0.2.0/24 the configuration says 0.0.0.0/0 -> VirtualAppliance 10.0.0.4, "
       "Azure says 192.0.2.0/24 -> VirtualAppliance 10.0.0.5"},
  };
  for (const Row& r : rows) {
    CAPTURE(std::string(r.why));
    Build b = forced();
    std::vector<EffectiveRoute> routes = agreed();
    routes.push_back(r.more);
    model::Snapshot s = with_routes(b, routes);
    net::cross_check(s, {});
    CHECK(told(s) == std::vector<std::string>{r.expected});
    CHECK(transit(std::move(s)) == std::set{check::Outcome::unknown});
  }
}

TEST_CASE("cross-check: a connected group is a next hop of its own") {
  // source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration#connected-group
  for (const auto& [hop, differences] : {std::pair(Hop::connected_group, 0U), {Hop::peering, 1U}}) {
    Build b = forced();
    b.vnet("b", "10.2.0.0/16");
    b.subnet("b", "app", "10.2.0.0/24");
    for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
    b.join("m/mesh", {});
    for (const char* name : {"a", "b"}) b.effective(name, {"m/mesh"}, model::ManagerFeature::connectivity);
    std::vector<EffectiveRoute> routes = agreed();
    routes.push_back(row("10.2.0.0/16", hop));
    model::Snapshot s = with_routes(b, std::move(routes));
    net::cross_check(s, {});
    CHECK(told(s).size() == differences);
  }
}

TEST_CASE("cross-check: blocks that the platform drops by default are no difference") {
  Build b = forced();
  std::vector<EffectiveRoute> routes = agreed();
  routes.push_back(row("198.18.0.0/15", Hop::none));
  model::Snapshot s = with_routes(b, routes);
  net::cross_check(s, {});
  CHECK(told(s).empty());
}

TEST_CASE("cross-check: learned routes are in no export, and agree with a model that leaves them open") {
  Build b = forced();
  b.subnet("hub", "GatewaySubnet", "10.0.1.0/27");
  b.gateway("gw", "hub");
  b.subnet("hub", "jump", "10.0.2.0/24");
  b.nic("jumpbox", "hub/jump", "10.0.2.9");
  model::Snapshot s = b.snapshot();
  s.sources.emplace_back().path = "effective.json";
  const auto& nics = s.tables.network_interfaces;
  const auto jumpbox =
      std::find_if(nics.begin(), nics.end(), [&](const auto& nic) { return s.ids.name(nic.id) == "jumpbox"; });
  EffectiveRoute learned = row("10.200.0.0/16", Hop::gateway, "10.0.1.4", false);
  learned.is_learned = true;
  s.effective_routes.push_back({jumpbox->id,
                                0,
                                true,
                                {row("10.0.0.0/16", Hop::vnet_local), row("10.1.0.0/16", Hop::peering),
                                 row("0.0.0.0/0", Hop::internet), row("10.0.0.0/8", Hop::none), learned}});
  net::cross_check(s, {});
  CHECK(told(s).empty());
  REQUIRE(told(s, Diagnostic::Level::note).size() == 1);
  CHECK(told(s, Diagnostic::Level::note).front().find("10.200.0.0/16") != std::string::npos);
}

TEST_CASE("cross-check: what a gateway may teach explains no route to something else") {
  for (const auto& [hop, differences] : {std::pair(Hop::gateway, 0U), {Hop::internet, 1U}, {Hop::none, 1U}}) {
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "GatewaySubnet", "10.0.1.0/27");
    b.gateway("gw", "hub");
    b.route_table("rt", false);
    b.udr("rt", "0.0.0.0/0", "10.0.0.4");
    b.subnet("hub", "jump", "10.0.2.0/24", {.route_table = "rt"});
    b.nic("jumpbox", "hub/jump", "10.0.2.9");
    model::Snapshot s =
        with_routes(b, {row("10.0.0.0/16", Hop::vnet_local), row("0.0.0.0/0", Hop::appliance, "10.0.0.4", false),
                        row("192.0.2.0/24", hop, hop == Hop::gateway ? "10.0.1.4" : "", false)});
    net::cross_check(s, {});
    CHECK(told(s).size() == differences);
  }
}

TEST_CASE("cross-check: routes that cannot be read, and none at all, prove nothing") {
  Build b = forced();
  model::Snapshot none = with_routes(b, {});
  net::cross_check(none, {});
  CHECK(told(none).size() == 1);
  Build c = forced();
  model::Snapshot torn = with_routes(c, agreed());
  torn.effective_routes.front().is_whole = false;
  net::cross_check(torn, {});
  CHECK(told(torn).size() == 1);
  CHECK(transit(std::move(torn)) == std::set{check::Outcome::unknown});
}

TEST_CASE("cross-check: an interface that the export does not hold is a warning and nothing else") {
  Build b = forced();
  model::Snapshot s = with_routes(b, agreed());
  s.effective_routes.front().nic = s.ids.intern("/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/x/y");
  net::cross_check(s, {});
  CHECK(told(s).empty());
  CHECK(told(s, Diagnostic::Level::warning).size() == 1);
  CHECK(s.gaps.empty());
}

TEST_CASE("cross-check: security rules are compared by name, priority, direction and access") {
  struct Row {
    const char* why;
    std::vector<model::EffectiveRule> rules;
    std::size_t differences;
  };
  const model::EffectiveRule own{"r100", 100, model::Direction::inbound, model::Access::allow};
  const auto with = [&](std::uint32_t priority, model::Access access) {
    model::EffectiveRule out = own;
    out.priority = priority;
    out.access = access;
    return out;
  };
  const Row rows[] = {
      {"the same rule", {own}, 0},
      {"no rule", {}, 1},
      {"another priority", {with(200, model::Access::allow)}, 2},
      {"another access", {with(100, model::Access::deny)}, 2},
      {"one more", {own, {"extra", 101, model::Direction::outbound, model::Access::deny}}, 1},
  };
  for (const Row& r : rows) {
    CAPTURE(std::string(r.why));
    Build b = forced();
    model::Snapshot s = b.snapshot();
    s.sources.emplace_back().path = "effective.json";
    model::NetworkSecurityGroup& group = s.tables.network_security_groups.front();
    group.rules.front().name = "r100";
    s.effective_groups.push_back({group.id, s.tables.subnets.back().id, {}, 0, true, r.rules});
    for (const model::Subnet& subnet : s.tables.subnets) {
      if (subnet.network_security_group == group.id) s.effective_groups.back().subnet = subnet.id;
    }
    net::cross_check(s, {});
    CHECK(told(s).size() == r.differences);
    CHECK(s.tables.network_security_groups.front().unread.size() == r.differences);
  }
}

TEST_CASE("cross-check: a group that Azure shows at another place than the configuration is a difference") {
  Build b = forced();
  b.nsg("other");
  model::Snapshot s = b.snapshot();
  s.sources.emplace_back().path = "effective.json";
  model::ResourceId other;
  for (const model::NetworkSecurityGroup& group : s.tables.network_security_groups) {
    if (s.ids.name(group.id) == "other") other = group.id;
  }
  for (const model::Subnet& subnet : s.tables.subnets) {
    if (subnet.network_security_group.is_set()) s.effective_groups.push_back({other, subnet.id, {}, 0, true, {}});
  }
  net::cross_check(s, {});
  REQUIRE(told(s).size() == 1);
  CHECK(told(s).front().find("names group") != std::string::npos);
  for (const model::NetworkSecurityGroup& group : s.tables.network_security_groups) CHECK_FALSE(group.unread.empty());
  CHECK(s.gaps.size() == 1);
}

namespace {

constexpr std::string_view kNic = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkInterfaces/vm";

std::string routes_of(std::string_view id) {
  return fmt::format(R"({{"id": "{}", "value": [
    {{"addressPrefix": ["10.1.0.0/16", "fd00::/8"], "disableBgpRoutePropagation": false, "name": null,
      "nextHopIpAddress": [], "nextHopType": "VnetLocal", "source": "Default", "state": "Active"}},
    {{"addressPrefix": ["0.0.0.0/0"], "nextHopIpAddress": [], "nextHopType": "Internet", "source": "Default",
      "state": "Invalid"}},
    {{"addressPrefix": ["0.0.0.0/0"], "name": "default", "nextHopIpAddress": ["10.0.0.4"],
      "nextHopType": "VirtualAppliance", "source": "User", "state": "Active"}},
    {{"addressPrefix": ["10.2.0.0/16"], "nextHopIpAddress": [], "nextHopType": "ConnectedGroup", "source": "Default",
      "state": "Active"}}]}})",
                     id);
}

}  // namespace

TEST_CASE("effective routes are read when the interface stands beside them, alone, in a list and as lines") {
  const std::string one = routes_of(std::string(kNic) + "/effectiveRouteTable");
  std::string line = one;
  std::erase(line, '\n');
  for (const std::string& text : {one, routes_of(kNic), "[" + one + "]", line + "\n" + line + "\n"}) {
    CAPTURE(text);
    const Folder folder;
    folder.write("effective.json", text);
    const model::Snapshot s = ingest::load({folder.path()}, {});
    CHECK(s.resources.empty());
    REQUIRE_FALSE(s.effective_routes.empty());
    const model::EffectiveRoutes& read = s.effective_routes.front();
    CHECK(s.ids.spelling(read.nic) == kNic);
    CHECK(read.is_whole);
    REQUIRE(read.routes.size() == 3);
    CHECK(read.routes[2].hop == Hop::connected_group);
    CHECK(read.routes[0].prefixes == std::vector<Prefix>{prefix("10.1.0.0/16")});
    CHECK(read.routes[0].is_platform);
    CHECK(read.routes[1].hop == Hop::appliance);
    CHECK(read.routes[1].addresses == std::vector<Ipv4>{ip("10.0.0.4")});
    CHECK(s.diagnostics.empty());
  }
}

TEST_CASE("effective security rules name their group and place; default rules are left out") {
  const Folder folder;
  folder.write("rules.json", R"({"nextLink": null, "value": [{
    "association": {"networkInterface": null, "subnet": {"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/virtualNetworks/a/subnets/app"}},
    "networkSecurityGroup": {"id": "/subscriptions/s/resourceGroups/r/providers/Microsoft.Network/networkSecurityGroups/group"},
    "effectiveSecurityRules": [
      {"access": "Allow", "direction": "Inbound", "name": "securityRules/web", "priority": 100, "protocol": "Tcp"},
      {"access": "Allow", "direction": "Outbound", "name": "defaultSecurityRules/AllowVnetOutBound", "priority": 65000},
      {"access": "Maybe", "direction": "Outbound", "name": "securityRules/odd", "priority": 101}]}]})");
  const model::Snapshot s = ingest::load({folder.path()}, {});
  REQUIRE(s.effective_groups.size() == 1);
  const model::EffectiveGroup& group = s.effective_groups.front();
  CHECK(s.ids.name(group.group) == "group");
  CHECK(s.ids.name(group.subnet) == "app");
  CHECK_FALSE(group.nic.is_set());
  CHECK(group.rules ==
        std::vector<model::EffectiveRule>{{"web", 100, model::Direction::inbound, model::Access::allow}});
  CHECK_FALSE(group.is_whole);
}

TEST_CASE("a copy of ids stands alone: numbers and spellings outlive the original") {
  auto first = std::make_unique<model::IdTable>();
  const model::ResourceId id = first->intern("/subscriptions/S");
  model::IdTable copy(*first);
  first.reset();
  CHECK(copy.spelling(id) == "/subscriptions/S");
  CHECK(copy.find("/SUBSCRIPTIONS/s") == id);
}
