// virtual-wan.json: which firewalls stand between networks and branches of two hubs, and what route tables of a hub
// keep apart.
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;

/// A place of the questions: where its packets start, and one address in it.
struct End {
  net::Place place;
  std::string address;
};

void allow_all(Build& b) {
  b.policy("policy");
  b.rule_group("policy", "group", 100);
  b.rules("policy", "group", 100, model::Access::allow, {{}});
}

/// Every branch of the documents teaches this; the vectors never ask between branches of two kinds at once.
constexpr std::string_view kBranches = "192.168.0.0/16";

void learn_branches(Build& b, const std::string& hub) {
  b.unmodelled("vpn-" + hub, "Microsoft.Network/vpnGateways", {b.id("virtualHubs", hub)});
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix(kBranches)};
}

/// "Hub1 firewall" of the firewalls that the packet crossed; "direct" for none.
Json firewalls_of(const World& w, const net::Trace& trace) {
  Json out = Json::array();
  for (const net::Hop& hop : trace.hops) {
    if (hop.at.kind != net::Place::Kind::firewall) continue;
    const std::string name = std::string(w.estate().name(hop.at.id)) + " firewall";
    if (out.empty() || out.back() != name) out.push_back(name);
  }
  return out.empty() ? Json::array({"direct"}) : out;
}

void compare(Vector& vector, const World& w, const End& from, const End& to) {
  const bool is_branch = from.place.kind == net::Place::Kind::virtual_hub;
  const net::Trace trace = traced(w, from.place, is_branch ? "192.168.1.4" : from.address, to.address);
  const Json arrives = flows(trace.disposition);
  if (arrives == "unknown") {
    for (const char* key : {"via", "connected"}) vector.same(key, arrives);
    return;
  }
  vector.same("connected", arrives);
  // Without a firewall on the way to the Internet the documents name none.
  const bool leaves = trace.disposition == net::Disposition::exits_to_internet;
  const Json via = firewalls_of(w, trace);
  vector.same("via", leaves && via == Json::array({"direct"}) ? Json() : via);
  vector.aside("note");
}

/// Two hubs with two networks each; those with policies have a firewall.
void routing_intent(Vector& vector) {
  Build b;
  allow_all(b);
  b.virtual_wan("wan");
  int number = 0;
  for (const Json& hub : vector.network().at("hubs")) {
    const std::string name = text_at(hub, "name");
    const std::string net = "10." + std::to_string(10 * ++number);
    b.virtual_hub(name, "wan", net + ".255.0/24");
    for (const char* vnet : {"1", "2"}) {
      const std::string third = vnet == std::string("1") ? ".0" : ".64";
      b.vnet(name + "-" + vnet, net + third + ".0/18");
      b.subnet(name + "-" + vnet, "s", net + third + ".0/24");
      b.connect(name + "-" + vnet, name);
    }
    if (hub.at("routingPolicies").empty()) continue;
    b.hub_firewall(name, name, net + ".255.4", "policy");
    b.routing_intent(name, name, name);
  }
  const std::string to = vector.asked("b");
  for (const char* hub : {"Hub1", "Hub2"}) {
    if (to == std::string(hub) + " Branches") learn_branches(b, hub);
  }
  const World w = b.world();
  const auto end_of = [&](const std::string& what, const char* vnet) -> End {
    const std::string hub = what.substr(0, 4);
    const std::string net = hub == "Hub1" ? "10.10" : "10.20";
    if (what == "Internet") return {{}, std::string(kInternet)};
    if (what == hub + " Branches")
      return {{net::Place::Kind::virtual_hub, w.estate().tables().virtual_hubs[hub == "Hub1" ? 0 : 1].id},
              "192.168.2.4"};
    const bool is_first = vnet == std::string("1");
    return {place(subnet_of(w, hub + "-" + vnet + "/s")), net + (is_first ? ".0.4" : ".64.4")};
  };
  compare(vector, w, end_of(vector.asked("a"), "1"), end_of(to, "2"));
}

/// Networks of kinds on one hub, two of each; `tables` says of each kind how it is connected.
void by_tables(Vector& vector, Build& b, const std::vector<std::pair<std::string, ConnectionOptions>>& kinds) {
  std::map<std::string, std::string> nets;
  int number = 0;
  for (const auto& [kind, options] : kinds) {
    nets[kind] = "10." + std::to_string(++number);
    for (const char* which : {"1", "2"}) {
      const std::string vnet = kind + which;
      const std::string third = which == std::string("1") ? ".0" : ".64";
      b.vnet(vnet, nets[kind] + third + ".0/18");
      b.subnet(vnet, "s", nets[kind] + third + ".0/24");
      b.connect(vnet, "hub", options);
    }
  }
  if (vector.asked("b") == "Branches") learn_branches(b, "hub");
  const World w = b.world();
  const auto end_of = [&](const std::string& what, const std::string& which) -> End {
    if (what == "Branches")
      return {{net::Place::Kind::virtual_hub, w.estate().tables().virtual_hubs[0].id}, "192.168.2.4"};
    const std::string kind = what.substr(0, what.find(' '));
    return {place(subnet_of(w, kind + which + "/s")), nets.at(kind) + (which == "1" ? ".0.4" : ".64.4")};
  };
  compare(vector, w, end_of(vector.asked("a"), "1"), end_of(vector.asked("b"), "2"));
}

ConnectionOptions options_of(const Json& connection) {
  const auto id_of = [](const std::string& table) {
    return "hub/" + (table == "Default" ? "defaultRouteTable" : table);
  };
  ConnectionOptions out;
  out.table = id_of(text_at(connection, "associated"));
  for (const Json& table : connection.at("propagates")) out.propagates.push_back(id_of(table.get<std::string>()));
  return out;
}

void shared_services(Vector& vector) {
  Build b;
  b.virtual_wan("wan");
  b.virtual_hub("hub", "wan", "10.255.0.0/24");
  b.hub_table("hub", "RT_SHARED");
  const Json& kinds = vector.network().at("connections");
  by_tables(vector, b, {{"Isolated", options_of(kinds.at("isolated"))}, {"Shared", options_of(kinds.at("shared"))}});
}

void custom_tables(Vector& vector) {
  Build b;
  b.virtual_wan("wan");
  b.virtual_hub("hub", "wan", "10.255.0.0/24");
  std::vector<std::pair<std::string, ConnectionOptions>> kinds;
  for (const char* kind : {"Blue", "Red"}) {
    const std::string table = std::string("RT_") + (kind == std::string("Blue") ? "BLUE" : "RED");
    b.hub_table("hub", table);
    kinds.push_back({kind, {.table = "hub/" + table, .propagates = {"hub/" + table}}});
  }
  by_tables(vector, b, kinds);
}

void path(Vector& vector) {
  if (vector.network().contains("hubs")) return routing_intent(vector);
  if (vector.network().contains("connections")) return shared_services(vector);
  custom_tables(vector);
}

constexpr Run kRuns[] = {{"path", path}};

}  // namespace

Topic vwan() { return {"virtual-wan", kRuns, {}}; }

}  // namespace hubproof::conformance
