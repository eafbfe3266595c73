// peering.json: what a peering carries.
#include "engine/net/appliance.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;

/// Two networks A (10.1.0.0/16) and B (10.2.0.0/16), each with a subnet "s" and a machine .4, not yet peered.
Build two_networks() {
  Build b;
  b.vnet("A", "10.1.0.0/16");
  b.subnet("A", "s", "10.1.0.0/24");
  b.nic("vm-a", "A/s", "10.1.0.4");
  b.vnet("B", "10.2.0.0/16");
  b.subnet("B", "s", "10.2.0.0/24");
  b.nic("vm-b", "B/s", "10.2.0.4");
  return b;
}

Json a_reaches_b(Build& b) {
  const World w = b.world();
  return flows(traced(w, place(nic_of(w, "vm-a")), "10.1.0.4", "10.2.0.4").disposition);
}

/// The appliance is a firewall that lets everything pass, so that only the peerings decide.
void spokes_without_forwarding(Vector& vector) {
  Build b;
  b.vnet("Hub", "10.0.0.0/16");
  b.subnet("Hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("policy");
  b.rule_group("policy", "group", 100);
  b.rules("policy", "group", 100, model::Access::allow, {{}});
  b.firewall("nva", "Hub", "10.0.0.4", {.policy = "policy"});
  for (const std::string number : {"1", "2"}) {
    const std::string spoke = "Spoke" + number;
    b.vnet(spoke, "10." + number + ".0.0/16");
    b.route_table("rt" + number);
    b.udr("rt" + number, number == "1" ? "10.2.0.0/16" : "10.1.0.0/16", "10.0.0.4");
    b.subnet(spoke, "s", "10." + number + ".0.0/24", {.route_table = "rt" + number});
    b.peer(spoke, "Hub", {.forwarded = vector.network().at("allowForwardedTraffic").get<bool>()});
  }
  const World w = b.world();
  vector.same("flows", flows(traced(w, place(subnet_of(w, "Spoke1/s")), "10.1.0.4", "10.2.0.4").disposition));
}

PeeringOptions options_of(const Json& peering) {
  PeeringOptions out;
  out.access = peering.value("allowVirtualNetworkAccess", true);
  out.state = peering.value("peeringState", "Connected");
  return out;
}

void access_off(Vector& vector) {
  Build b = two_networks();
  b.peer("A", "B", options_of(vector.network().at("peering")));
  vector.same("flows", a_reaches_b(b));
}

/// Whether the VirtualNetwork tag of A's group holds B: with default rules it alone lets B in.
void tag(Vector& vector) {
  Build b = two_networks();
  b.peer("A", "B", options_of(vector.network().at("peering")));
  b.nsg("nsg");
  b.attach("A", "s", {.nsg = "nsg"});
  const World w = b.world();
  const net::FilterResult result = net::filter(w.view(), model::Direction::inbound, point_of(w, nic_of(w, "vm-a")),
                                               {ip("10.2.0.4"), ip("10.1.0.4"), Protocol::tcp, 49152, 443});
  const std::string word = access_word(result.decision);
  vector.same("includesPeer", word == "unknown" ? Json(word) : Json(result.rule == "AllowVnetInBound"));
}

/// B is left with its half, A with none. The state itself is what the export says.
void half_deleted(Vector& vector) {
  Build b = two_networks();
  b.peer_one_side("B", "A", {.state = vector.answer("peeringState").get<std::string>()});
  const World w = b.world();
  const Json out = flows(traced(w, place(nic_of(w, "vm-b")), "10.2.0.4", "10.1.0.4").disposition);
  const Json back = flows(traced(w, place(nic_of(w, "vm-a")), "10.1.0.4", "10.2.0.4").disposition);
  vector.same("flows", out == back ? out : Json("differs"));
  vector.aside("peeringState");
}

/// Both ways exist; the gateways teach each other's ranges, also by longer prefixes.
void over_gateway(Vector& vector) {
  Build b = two_networks();
  b.peer("A", "B");
  for (const char* vnet : {"A", "B"}) {
    b.subnet(vnet, "GatewaySubnet", std::string(vnet) == "A" ? "10.1.255.0/27" : "10.2.255.0/27");
    b.gateway(std::string("gateway-") + vnet, vnet);
  }
  b.designations.has_learned_prefixes = true;
  b.designations.learned_prefixes = {prefix("10.1.0.0/16"), prefix("10.2.0.0/16"), prefix("10.2.0.0/24")};
  const World w = b.world();
  const auto routes = routes_to(w, "A/s", "10.2.0.4");
  const std::string hop(net::name(routes.front().next_hop.kind));
  vector.same("path", routes.size() == 1 && hop == "VNetPeering" ? "peering" : hop);
}

void appliance_over_peering(Vector& vector) {
  Build b = two_networks();
  b.peer("A", "B");
  const World w = b.world();
  const net::Appliance found = net::resolve_appliance(w.view(), w.vnet("A"), ip("10.2.0.4"));
  vector.same("valid", found.kind == net::Appliance::Kind::network_interface);
}

void subnets(Vector& vector) {
  Build b;
  for (const Json& vnet : vector.network().at("virtualNetworks")) {
    const std::string name = text_at(vnet, "name");
    b.vnet(name, joined(vnet.at("addressPrefixes")));
    for (const Json& subnet : vnet.at("subnets"))
      b.subnet(name, subnet.at(0).get<std::string>(), subnet.at(1).get<std::string>());
  }
  const Json& peering = vector.network().at("peerings").at(0);
  b.peer("vnet-1", "vnet-2",
         {.complete_vnets = peering.at("peerCompleteVnets").get<bool>(),
          .local_subnets = peering.at("localSubnetNames").get<Names>(),
          .remote_subnets = peering.at("remoteSubnetNames").get<Names>()});
  const World w = b.world();
  const bool is_first = vector.asked("a") == "subnet-1";
  const std::string from = "vnet-1/" + vector.asked("a");
  const std::string to = "10.1.1.4";  // in subnet-3
  vector.same("flows", flows(traced(w, place(subnet_of(w, from)), is_first ? "10.0.1.4" : "10.0.2.4", to).disposition));
  bool has_route = false;
  for (const net::Route& route : routes_to(w, from, to))
    has_route = has_route || route.next_hop.kind == net::NextHop::Kind::peering;
  vector.same("routePresent", has_route);
}

void complete_by_default(Vector& vector) {
  const auto reached = [](const model::Setting<bool>& complete) {
    Build b = two_networks();
    b.peer("A", "B", {.complete_vnets = complete});
    return a_reaches_b(b);
  };
  const bool is_true = reached({}) == reached(true) && reached({}) != reached(false);
  vector.same("value", is_true);
}

constexpr Run kRuns[] = {
    {"peer-fwd-off", spokes_without_forwarding},
    {"peer-access-off", access_off},
    {"tagExpansion", tag},
    {"peeringState", half_deleted},
    {"path", over_gateway},
    {"peer-udr-next-hop", appliance_over_peering},
    {"peer-subnet-member", subnets},
    {"peer-subnet-nonmember", subnets},
    {"peer-subnet-default", complete_by_default},
};

using enum LeftOut::How;
constexpr std::string_view kCreation = "whether Azure accepts a new peering is no question to the engine";
constexpr LeftOut kLeftOut[] = {
    {"peer-access-off-tag", left_open,
     "whether VirtualNetwork holds a peer without allowVirtualNetworkAccess is left open, as what the peering carries"},
    {"flagMeaning", not_run, "the documents disagree about the side that the flag acts on: the engine asks for both"},
    {"peer-subnet-unique-ok", not_run, kCreation},
    {"limit", not_run, kCreation},
};

}  // namespace

Topic peering() { return {"peering", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
