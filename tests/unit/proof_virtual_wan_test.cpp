// Transit through virtual hubs: proved by routing intent, refuted or left open without it, by both layers.
#include <functional>
#include <map>
#include <random>

#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "tests/unit/proof_estates.h"

namespace hubproof::test {
namespace {

/// A secured hub with two spokes and a second secured hub with one, all of whose traffic the hubs' firewalls inspect.
struct Estate {
  Build b;
  Estate() {
    b.policy("policy");
    b.rule_group("policy", "group", 100);
    b.rules("policy", "group", 100, model::Access::allow, {{}});
    b.virtual_wan("wan");
  }
  void hub(const std::string& name, const std::string& range, const std::string& firewall) {
    b.virtual_hub(name, "wan", range);
    b.hub_firewall("fw-" + name, name, firewall, "policy");
  }
  void spoke(const std::string& name, int number, const std::string& hub, const ConnectionOptions& options = {},
             const SubnetOptions& subnet = {.default_outbound = false}) {
    const std::string net = "10." + std::to_string(number);
    b.vnet(name, net + ".0.0/16");
    b.subnet(name, "app", net + ".0.0/24", subnet);
    b.subnet(name, "pe", net + ".1.0/24", {.policies = "RouteTableEnabled"});
    b.endpoint("pe-" + name, name + "/pe", net + ".1." + std::to_string(4 + number));
    b.connect(name, hub, options);
  }
};

/// What differs from the compliant estate.
struct Parts {
  bool has_private = true;
  bool has_internet = true;
  ConnectionOptions connection = {};
  SubnetOptions subnet = {.default_outbound = false};
  std::function<void(Build&)> more = {};
};

World build(const Parts& parts) {
  Estate e;
  e.hub("hub", "10.100.0.0/24", "10.100.0.4");
  e.hub("far", "10.101.0.0/24", "10.101.0.4");
  e.b.routing_intent("far", "fw-far", "fw-far");
  if (parts.has_private || parts.has_internet)
    e.b.routing_intent("hub", parts.has_private ? "fw-hub" : "", parts.has_internet ? "fw-hub" : "");
  e.spoke("a", 1, "hub", parts.connection, parts.subnet);
  e.spoke("b", 2, "hub");
  e.spoke("c", 3, "far");
  if (parts.more) parts.more(e.b);
  return e.b.world();
}

void branch(Build& b, const char* prefixes = nullptr) {
  b.unmodelled("vpn", "Microsoft.Network/vpnGateways", {b.id("virtualHubs", "hub")});
  if (prefixes == nullptr) return;
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix(prefixes)};
}

Parts with(std::function<void(Build&)> more) { return {.more = std::move(more)}; }

/// A mesh over the two spokes of the first hub.
void mesh(Build& b) {
  for (model::VirtualNetwork& network : b.vnets()) network.location = "westeurope";
  b.join("m/mesh", {});
  for (const char* name : {"a", "b"}) b.effective(name, {"m/mesh"}, model::ManagerFeature::connectivity);
}

TEST_CASE("transit over a virtual hub is what its routing intent makes of it") {
  struct Row {
    const char* why;
    Parts parts;
    const char* verdict;
  };
  const Row rows[] = {
      {"both policies lead to the hub's firewall", {}, "proved"},
      {"no routing intent: connected networks reach each other",
       {.has_private = false, .has_internet = false},
       "refuted"},
      {"only a policy for the Internet: private traffic is direct", {.has_private = false}, "refuted"},
      {"only a policy for private traffic: the Internet is reached directly",
       {.has_internet = false, .subnet = {.default_outbound = true}},
       "refuted"},
      {"enableInternetSecurity false: the connection does not take the default route",
       {.connection = {.internet_security = false}, .subnet = {.default_outbound = true}},
       "refuted"},
      {"enableInternetSecurity absent: it may or may not",
       {.connection = {.internet_security = {}}, .subnet = {.default_outbound = true}},
       "unknown"},
      {"gateway route propagation off: nothing is learned from the hub",
       {.subnet = {.route_table = "rt", .default_outbound = true}, .more = [](Build& b) { b.route_table("rt", true); }},
       "refuted"},
      {"a table with propagation on and no routes",
       {.subnet = {.route_table = "rt", .default_outbound = false},
        .more = [](Build& b) { b.route_table("rt", false); }},
       "proved"},
      {"a user route to the Internet wins over the learned default route",
       {.subnet = {.route_table = "rt", .default_outbound = true},
        .more =
            [](Build& b) {
              b.route_table("rt", false);
              b.udr("rt", "0.0.0.0/0", "Internet");
            }},
       "refuted"},
      {"spokes that are peered beside the hub", with([](Build& b) { b.peer("a", "b"); }), "refuted"},
      {"spokes that a network manager joins beside the hub", with(mesh), "refuted"},
      {"static routes of a connection are not applied to the policy",
       {.connection = {.static_routes = "10.50.0.0/16"}},
       "unknown"},
      {"a spoke whose range is no private traffic", with([](Build& b) {
         b.vnet("odd", "20.0.0.0/16");
         b.subnet("odd", "s", "20.0.0.0/24");
         b.connect("odd", "hub");
       }),
       "unknown"},
      {"and once it is listed among the private traffic prefixes", with([](Build& b) {
         b.vnet("odd", "20.0.0.0/16");
         b.subnet("odd", "s", "20.0.0.0/24", {.default_outbound = false});
         b.connect("odd", "hub");
         b.hub_route("hub/defaultRouteTable", "private_traffic", "20.0.0.0/16", "fw-hub");
       }),
       "proved"},
      {"branches whose prefixes are not declared", with([](Build& b) { branch(b); }), "unknown"},
      {"branches within the private traffic prefixes", with([](Build& b) { branch(b, "192.168.0.0/16"); }), "proved"},
      {"branches outside them", with([](Build& b) { branch(b, "40.0.0.0/24"); }), "unknown"},
      {"branches reach private endpoints without network policies around the firewall", with([](Build& b) {
         branch(b, "192.168.0.0/16");
         b.attach("a", "pe", {.policies = "Disabled"});
       }),
       "unknown"},
      {"a custom route table beside the routing intent", with([](Build& b) { b.hub_table("hub", "RT"); }), "unknown"},
      {"the associated table is not the default one", {.connection = {.table = "hub/noneRouteTable"}}, "unknown"},
      {"an appliance in the hub", with([](Build& b) {
         b.unmodelled("nva", "Microsoft.Network/networkVirtualAppliances", {b.id("virtualHubs", "hub")});
       }),
       "unknown"},
      {"a firewall that is not provisioned", with([](Build& b) {
         b.hub_firewall("fw-second", "hub", "10.100.0.5").is_settled = false;
         b.designations.firewalls.resize(2);
         b.designations.firewalls[0].name = "fw-hub";
         b.designations.firewalls[1].name = "fw-far";
       }),
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const World w = build(row.parts);
    REQUIRE(w.roles.ambiguities.empty());
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    CHECK(run.disagreements.empty());
    const std::string said = explain(result_of(w, run, "a").verdict);
    CAPTURE(said);
    CHECK(verdict_of(w, run, "a") == row.verdict);
  }
}

TEST_CASE("transit over an unsecured hub of a virtual WAN with a secured one is refuted with a packet") {
  Estate e;
  e.hub("far", "10.101.0.0/24", "10.101.0.4");
  e.b.routing_intent("far", "fw-far", "fw-far");
  e.b.virtual_hub("plain", "wan", "10.100.0.0/24");
  e.spoke("a", 1, "plain");
  e.spoke("b", 2, "plain");
  e.spoke("c", 3, "far");
  const World w = e.b.world();
  const proof::ProofRun run = proof::prove_transit(w.view(), {});
  CHECK(run.disagreements.empty());
  CHECK(verdict_of(w, run, "c") == "proved");
  const auto* refuted = std::get_if<proof::Refuted>(&result_of(w, run, "a").verdict);
  REQUIRE(refuted != nullptr);
  CHECK(net::leaves_the_promised_way(net::trace(w.view(), refuted->trace->flow)));
}

TEST_CASE("a network that two hubs connect is reached by a way that is not known") {
  Estate e;
  e.hub("hub", "10.100.0.0/24", "10.100.0.4");
  e.hub("far", "10.101.0.0/24", "10.101.0.4");
  e.spoke("a", 1, "hub");
  e.spoke("b", 2, "hub");
  for (const bool is_double : {false, true}) {
    CAPTURE(is_double);
    Estate one = e;
    if (is_double) one.b.connect("b", "far", {});
    const World w = one.b.world();
    const net::Place from{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("a/app").index()].id};
    CHECK(net::trace(w.view(), {from, ip("10.1.0.4"), ip("10.2.0.4")}).disposition ==
          (is_double ? net::Disposition::unknown : net::Disposition::delivered));
  }
}

TEST_CASE("a static route to the hub's firewall is followed without a routing intent") {
  const auto verdict = [](const char* prefixes) {
    Estate e;
    e.hub("hub", "10.100.0.0/24", "10.100.0.4");
    const ConnectionOptions apart{.propagates = {"hub/noneRouteTable"}};
    e.spoke("a", 1, "hub", apart);
    e.spoke("b", 2, "hub", apart);
    e.b.hub_route("hub/defaultRouteTable", "all_traffic", prefixes, "fw-hub");
    const World w = e.b.world();
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    CHECK(run.disagreements.empty());
    return verdict_of(w, run, "a");
  };
  CHECK(verdict("0.0.0.0/0, 10.0.0.0/8") == "proved");
  CHECK(verdict("10.0.0.0/8") == "unknown");  // a private subnet still reaches storage of its region
}

TEST_CASE("a static route to something unknown is not the way of the connection that it is longer than") {
  Estate e;
  e.hub("far", "10.101.0.0/24", "10.101.0.4");
  e.b.routing_intent("far", "fw-far", "fw-far");
  e.b.virtual_hub("plain", "wan", "10.100.0.0/24");
  for (const int number : {1, 2}) {
    const std::string net = "10." + std::to_string(number);
    const std::string name = number == 1 ? "a" : "b";
    e.b.vnet(name, net + ".0.0/16");
    e.b.subnet(name, "app", net + ".0.0/24", {.default_outbound = false});
    e.b.connect(name, "plain");
  }
  for (const char* prefix : {"10.1.0.0/24", "10.2.0.0/24"})
    e.b.hub_route("plain/defaultRouteTable", prefix, prefix, "fw-elsewhere");
  const World w = e.b.world();
  const proof::ProofRun run = proof::prove_transit(w.view(), {});
  CHECK(run.disagreements.empty());
  CHECK(verdict_of(w, run, "a") == "unknown");
}

TEST_CASE("a packet by the router into a network with a property that nobody knows goes nowhere that is known") {
  for (const bool is_odd : {false, true}) {
    CAPTURE(is_odd);
    const World w = build({.has_private = false, .more = [&](Build& b) {
                             for (model::VirtualNetwork& network : b.vnets()) {
                               if (is_odd && network.id == b.vnet_id("b")) network.unread = {{"/properties/odd", "On"}};
                             }
                           }});
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    CHECK(run.disagreements.empty());
    net::Flow flow;
    flow.from = {net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet("a/app").index()].id};
    flow.source = ip("10.1.0.4");
    flow.destination = ip("10.2.0.4");
    CHECK(net::name(net::trace(w.view(), flow).disposition) == (is_odd ? "unknown" : "delivered"));
  }
}

TEST_CASE("connections that propagate to the default table are more specific than a static route to the firewall") {
  Estate e;
  e.hub("hub", "10.100.0.0/24", "10.100.0.4");
  e.spoke("a", 1, "hub");
  e.spoke("b", 2, "hub");
  e.b.hub_route("hub/defaultRouteTable", "all_traffic", "0.0.0.0/0, 10.0.0.0/8", "fw-hub");
  const World w = e.b.world();
  const proof::ProofRun run = proof::prove_transit(w.view(), {});
  CHECK(run.disagreements.empty());
  CHECK(verdict_of(w, run, "a") == "refuted");
}

TEST_CASE("a hub of the same virtual WAN that the export does not hold leaves open what it teaches") {
  const auto verdict = [](bool is_hidden, bool has_policy) {
    Estate e;
    if (is_hidden) e.b.virtual_wan("wan-b").hubs = {e.b.id("virtualHubs", "hidden")};
    const std::string wan = is_hidden ? "wan-b" : "wan";
    e.b.virtual_hub("hub", wan, "10.100.0.0/24");
    e.b.hub_firewall("fw-hub", "hub", "10.100.0.4", "policy");
    e.spoke("a", 1, "hub", {.propagates = {"hub/noneRouteTable"}});
    if (has_policy)
      e.b.routing_intent("hub", "fw-hub", "fw-hub");
    else
      e.b.hub_route("hub/defaultRouteTable", "all_traffic", "0.0.0.0/0, 10.0.0.0/8", "fw-hub");
    const World w = e.b.world();
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    CHECK(run.disagreements.empty());
    return verdict_of(w, run, "a");
  };
  CHECK(verdict(false, false) == "proved");
  CHECK(verdict(false, true) == "proved");
  CHECK(verdict(true, false) == "unknown");
  CHECK(verdict(true, true) == "unknown");
}

TEST_CASE("a network on a virtual hub that the export does not hold is a spoke that nothing is proved about") {
  const World w = build(with([](Build& b) { b.connect("gone", "hub"); }));
  const proof::ProofRun run = proof::prove_transit(w.view(), {});
  CHECK(verdict_of(w, run, "gone") == "unknown");
  CHECK(verdict_of(w, run, "a") == "unknown");  // its ranges may be no private traffic
}

/// One of `choices`, the first most often.
template <class T>
T one_of(std::mt19937& random, std::initializer_list<T> choices) {
  const std::size_t at = random() % (choices.size() + 2);
  return at < choices.size() ? *(choices.begin() + static_cast<std::ptrdiff_t>(at)) : *choices.begin();
}

/// Two hubs and three spokes, each of whose settings is drawn.
World random_world(std::mt19937& random) {
  Estate e;
  const std::string hubs[] = {"hub", "far"};
  for (const std::string& name : hubs) {
    const std::string net = name == "hub" ? "10.100.0" : "10.101.0";
    const bool is_secured = name == "hub" || random() % 4 != 0;
    if (is_secured)
      e.hub(name, net + ".0/24", net + ".4");
    else
      e.b.virtual_hub(name, "wan", net + ".0/24");
    if (random() % 3 == 0) e.b.hub_table(name, "RT");
    const std::string firewall = "fw-" + name;
    if (is_secured && random() % 3 != 0)
      e.b.routing_intent(name, one_of<std::string>(random, {firewall, ""}),
                         one_of<std::string>(random, {firewall, ""}));
    else if (is_secured && random() % 2 == 0)
      e.b.hub_route(name + "/defaultRouteTable", "all", one_of(random, {"0.0.0.0/0, 10.0.0.0/8", "10.2.0.0/15"}),
                    firewall);
  }
  int number = 0;
  for (const char* name : {"a", "b", "c"}) {
    const std::string hub = hubs[random() % 2];
    ConnectionOptions connection;
    connection.internet_security = one_of<model::Setting<bool>>(random, {true, false, model::Setting<bool>()});
    connection.table = one_of<std::string>(random, {"", "", hub + "/defaultRouteTable", hub + "/RT"});
    connection.propagates = one_of<Names>(random, {{}, {hub + "/noneRouteTable"}, {hub + "/RT"}});
    connection.labels = one_of<Names>(random, {{}, {"default"}});
    connection.static_routes = one_of<std::string>(random, {"", "", "", "10.60.0.0/16"});
    const std::string table = one_of<std::string>(random, {"", std::string("rt-") + name});
    e.spoke(name, ++number, hub, connection, {.route_table = table, .default_outbound = random() % 2 == 0});
    if (table.empty()) continue;
    e.b.route_table(table, random() % 4 == 0);
    if (random() % 2 == 0)
      e.b.udr(table, one_of(random, {"0.0.0.0/0", "10.2.0.0/16"}), one_of(random, {"Internet", "None"}));
  }
  if (random() % 5 == 0) e.b.peer("a", "b");
  if (random() % 5 == 0) e.b.attach("b", "pe", {.policies = "Disabled"});
  if (random() % 4 == 0) branch(e.b, one_of<const char*>(random, {"192.168.0.0/16", nullptr, "40.0.0.0/24"}));
  return e.b.world();
}

TEST_CASE("whether what a hub teaches wins against a connected group of the same prefix is not known") {
  const World w = build(with([](Build& b) {
    mesh(b);
    b.hub_route("hub/defaultRouteTable", "private_traffic", "10.2.0.0/16", "fw-hub");
  }));
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet("a/app"));
  const auto chosen = net::select_routes(set.routes, ip("10.2.0.4"));
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0]->next_hop.kind == net::NextHop::Kind::virtual_hub);
  CHECK(chosen[1]->next_hop.kind == net::NextHop::Kind::connected_group);
  CHECK_FALSE(chosen[1]->is_certain);
}

TEST_CASE("solver, exact layer and tracer agree on random small virtual WANs") {
  constexpr unsigned kSeed = 20260801;
  constexpr int kWorlds = 400;
  std::mt19937 random(kSeed);
  std::map<std::string, int> verdicts;
  for (int i = 0; i < kWorlds; ++i) {
    CAPTURE(kSeed);
    CAPTURE(i);
    const World w = random_world(random);
    const proof::ProofRun run = proof::prove_transit(w.view(), {});
    for (const std::string& difference : run.disagreements) FAIL_CHECK(difference);
    for (const proof::ClaimResult& result : run.results) ++verdicts[word(result.verdict)];
  }
  for (const char* verdict : {"proved", "refuted", "unknown"}) CHECK(verdicts[verdict] > 0);
  MESSAGE(verdicts["proved"], " proved, ", verdicts["refuted"], " refuted, ", verdicts["unknown"], " unknown");
}

TEST_CASE("a trace names the hubs and firewalls on its way, and the reply takes the same") {
  const World w = build({});
  const auto place_of = [&](const char* subnet) {
    return net::Place{net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet(subnet).index()].id};
  };
  const auto way = [&](const net::Trace& trace) {
    std::string out;
    for (const net::Hop& hop : trace.hops) {
      const bool is_told = hop.at.kind == net::Place::Kind::virtual_hub || hop.at.kind == net::Place::Kind::firewall;
      if (is_told) out += std::string(w.estate().name(hop.at.id)) + " ";
    }
    return out + std::string(net::name(trace.disposition));
  };
  const net::Trace out = net::trace(w.view(), {place_of("a/app"), ip("10.1.0.4"), ip("10.3.0.4")});
  CHECK(way(out) == "hub fw-hub far fw-far far delivered");
  CHECK(out.crossed_firewall);
  const net::Trace back = net::trace(w.view(), {place_of("c/app"), ip("10.3.0.4"), ip("10.1.0.4")});
  CHECK(way(back) == "far fw-far hub fw-hub hub delivered");
  const net::Trace away = net::trace(w.view(), {place_of("a/app"), ip("10.1.0.4"), ip("8.8.8.8")});
  CHECK(way(away) == "hub fw-hub exits-to-internet");
}

}  // namespace
}  // namespace hubproof::test
