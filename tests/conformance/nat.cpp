// nat.json: which way a packet takes to the Internet.
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;

struct Ways {
  bool route = false;
  bool nat_gateway = false;
  bool public_ip = false;
  bool balancer = false;
};

/// The way out of a machine that has these.
std::string way_of(const Ways& ways) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "s", "10.0.0.0/24");
  b.nic("vm", "v/s", "10.0.0.4", {.public_ip = ways.public_ip ? "pip" : ""});
  b.public_ip("pip", "203.0.113.9");
  b.public_ip("pip-lb", "203.0.113.10");
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.0.0.200");
  b.nat_gateway("nat");
  b.attach("v", "s", {.route_table = ways.route ? "rt" : "", .nat_gateway = ways.nat_gateway ? "nat" : ""});
  model::LoadBalancer& balancer = b.load_balancer("lb");
  b.lb_frontend("lb", "front", {.public_ip = "pip-lb"});
  const model::LoadBalancer::Rule& rule = b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(80, 80));
  balancer.outbound_rules.push_back({{rule.frontend}, rule.backend_pool});
  if (ways.balancer) b.lb_member("lb", "pool", "vm");
  const World w = b.world();
  const net::Trace trace = traced(w, place(nic_of(w, "vm")), "10.0.0.4", kInternet);
  if (trace.hops.front().next_hop == net::NextHop::Kind::appliance)
    return "UDR to virtual appliance or virtual network gateway";
  const model::Fact& by = trace.hops.back().decided_by.front();
  if (by.pointer == "/properties/natGateway/id") return "NAT gateway";
  if (by.pointer == "/properties/defaultOutboundAccess") return "default system route";
  return by.pointer == "/properties/outboundRules" ? "load balancer outbound rules" : "instance-level public IP";
}

void order(Vector& vector) {
  Ways ways{true, true, true, true};
  Json out = Json::array({way_of(ways)});
  for (bool Ways::*first : {&Ways::route, &Ways::nat_gateway, &Ways::public_ip, &Ways::balancer}) {
    ways.*first = false;
    out.push_back(way_of(ways));
  }
  vector.same("order", out);
}

void egress(Vector& vector) {
  const Json& subnet = vector.network().at("subnet");
  const std::string way = way_of({false, subnet.value("natGateway", false), subnet.value("instancePublicIp", false),
                                  subnet.value("lbOutboundRule", false)});
  vector.same("via", way == "load balancer outbound rules" ? "load balancer outbound rule" : way);
}

/// A gateway with a private frontend only.
void egress_of_private_gateway(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.subnet("v", "gateway", "10.0.0.0/24");
  const net::Place from{net::Place::Kind::service, b.app_gateway("appgw", "v/gateway", {.address = "10.0.0.10"}).id};
  const World w = b.world();
  const net::Trace trace = traced(w, from, "10.0.0.10", kInternet);
  const Json leaves = flows(trace.disposition);
  vector.same("via", leaves == false ? Json() : leaves == true ? Json(trace.hops.back().note) : leaves);
}

constexpr Run kRuns[] = {
    {"precedence", order},
    {"egress", egress},
    {"nat-appgw-private-only", egress_of_private_gateway},
};

using enum LeftOut::How;
constexpr LeftOut kLeftOut[] = {
    {"default", not_run,
     "what Azure writes for a request that leaves a property out is in the export; absent there may leave"},
    {"policyCompliance", not_run, "built-in policies are not evaluated"},
};

}  // namespace

Topic nat() { return {"nat", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
