// private-endpoint.json: /32 routes, network policies, connection states.
#include "engine/net/reply.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using Kind = net::NextHop::Kind;

/// VNet 10.1.0.0/16: endpoint 10.1.0.5 and machine 10.1.0.9 in 10.1.0.0/24, clients in 10.1.9.0/24 with the table "rt".
/// The group "nsg" of the endpoint's subnet denies everything.
Build one_endpoint(const std::string& policies, const EndpointOptions& options = {}) {
  Build b;
  b.vnet("v", "10.1.0.0/16");
  b.nsg("nsg");
  b.route_table("rt");
  b.subnet("v", "pe", "10.1.0.0/24", {.nsg = "nsg", .policies = policies});
  b.subnet("v", "client", "10.1.9.0/24", {.route_table = "rt"});
  b.endpoint("one", "v/pe", "10.1.0.5", options);
  b.nic("machine", "v/pe", "10.1.0.9");
  return b;
}

Kind next_hop_of(const World& w, std::string_view destination) {
  return routes_to(w, "v/client", destination).front().next_hop.kind;
}

/// The endpoint's own prefix, where the page has only its name.
std::string range_of(const Json& route) {
  const std::string range = text_at(route, "addressPrefix");
  return range.front() == '<' ? "10.1.0.0/24" : range;
}

void endpoint_route(Vector& vector) {
  const Json& subnets = vector.network().at("virtualNetworks").at(0).at("subnets");
  Build b = one_endpoint(text_at(subnets.at(0), "privateEndpointNetworkPolicies"));
  for (const Json& route : list_at(subnets.at(1), "routes")) b.udr("rt", range_of(route), "10.1.9.200");
  const World w = b.world();
  const auto routes = routes_to(w, "v/client", "10.1.0.5");
  const bool is_certain = routes.size() == 1 && routes.front().is_certain;
  const bool is_direct = routes.front().next_hop.kind == Kind::private_endpoint;
  vector.same("slash32Overridden", is_certain ? Json(!is_direct) : Json("unknown"));
  vector.same("delivery", !is_certain ? "unknown" : is_direct ? "direct" : "UDR next hop");
}

Json is_filtered(const World& w, std::string_view destination, bool is_endpoint) {
  const net::FilterPoint point{&subnet_of(w, "v/pe"), is_endpoint ? nullptr : &nic_of(w, "machine"), is_endpoint};
  const net::Packet packet{ip("10.1.9.4"), ip(destination), Protocol::tcp, 49152, 443};
  const std::string word = access_word(net::filter(w.view(), model::Direction::inbound, point, packet).decision);
  return word == "unknown" ? Json(word) : Json(word == "Deny");
}

/// What the policies change: whether groups filter the endpoint, and whether a user route displaces its /32.
std::pair<Json, bool> behaviour(const std::string& policies) {
  Build b = one_endpoint(policies);
  b.rule("nsg", {.access = "Deny"});
  b.udr("rt", "10.1.0.0/16", "10.1.9.200");
  const World w = b.world();
  return {is_filtered(w, "10.1.0.5", true), next_hop_of(w, "10.1.0.5") != Kind::private_endpoint};
}

/// The value that an absent one behaves like.
void default_policies(Vector& vector) {
  Json like = "none";
  for (const char* value : {"Disabled", "Enabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"}) {
    if (behaviour(value) == behaviour("")) like = value;
  }
  vector.same("value", like);
}

void groups_are_effective(Vector& vector) {
  const Json& subnet = vector.network().at("virtualNetworks").at(0).at("subnets").at(0);
  vector.same("effective", behaviour(text_at(subnet, "privateEndpointNetworkPolicies")).first);
}

void scope(Vector& vector) {
  bool is_as_stated = true;
  for (const char* policies : {"Enabled", "Disabled"}) {
    Build b = one_endpoint(policies);
    b.rule("nsg", {.access = "Deny"});
    b.subnet("v", "other", "10.1.2.0/24", {.policies = "Disabled"});
    b.endpoint("two", "v/other", "10.1.2.5");
    b.udr("rt", "10.1.0.0/16", "10.1.9.200");
    const World w = b.world();
    const bool is_enabled = std::string_view(policies) == "Enabled";
    is_as_stated = is_as_stated && is_filtered(w, "10.1.0.5", true) == is_enabled &&
                   is_filtered(w, "10.1.0.9", false) == true && next_hop_of(w, "10.1.2.5") == Kind::private_endpoint;
  }
  vector.same("appliesTo",
              is_as_stated
                  ? "private endpoints in that subnet only; NSG already applies to the other resources of the subnet"
                  : "others");
}

/// Two endpoints; a user route for one address takes that one and not the other.
void route_for_each_endpoint(Vector& vector) {
  Build b = one_endpoint("");
  b.endpoint("two", "v/pe", "10.1.0.6");
  const World before = b.world();
  const bool has_both = next_hop_of(before, "10.1.0.5") == Kind::private_endpoint &&
                        next_hop_of(before, "10.1.0.6") == Kind::private_endpoint;
  vector.same("has", has_both ? "/32 system route per private endpoint" : "other routes");
  Build after = one_endpoint("");
  after.endpoint("two", "v/pe", "10.1.0.6");
  after.udr("rt", "10.1.0.5/32", "10.1.9.200");
  const World w = after.world();
  const bool takes_one =
      next_hop_of(w, "10.1.0.5") == Kind::appliance && next_hop_of(w, "10.1.0.6") == Kind::private_endpoint;
  vector.same("redirectWith", takes_one ? "one UDR per private endpoint" : "another");
}

void connection_state(Vector& vector) {
  const Json& endpoint = vector.network().at("privateEndpoints").at(0);
  Build b = one_endpoint("", {.status = text_at(endpoint.at("privateLinkServiceConnectionState"), "status")});
  const World w = b.world();
  vector.same("allowed", flows(traced(w, place(subnet_of(w, "v/client")), "10.1.9.4", "10.1.0.5").disposition));
}

void source_ports(Vector& vector) {
  Build b = one_endpoint("Enabled");
  b.rule("nsg", {.priority = 100,
                 .access = "Allow",
                 .to = "10.1.0.5/32",
                 .source_ports = text_at(vector.network().at("nsgRule"), "sourcePortRange")});
  b.rule("nsg", {.priority = 200, .access = "Deny"});
  const World w = b.world();
  const net::FilterPoint point{&subnet_of(w, "v/pe"), nullptr, true};
  bool is_any = true;
  for (const std::uint16_t port : {std::uint16_t{1}, std::uint16_t{50005}, std::uint16_t{65535}}) {
    const net::Packet packet{ip("10.1.9.4"), ip("10.1.0.5"), Protocol::tcp, port, 443};
    is_any = is_any && access_word(net::filter(w.view(), model::Direction::inbound, point, packet).decision) == "Allow";
  }
  vector.same("value", is_any ? "*" : "as it stands");
}

/// Client, appliance and endpoint in one network.
void lab_in_one_network(Vector& vector) {
  Build b;
  b.vnet("vnet1", "192.168.0.0/24");
  b.route_table("rt");
  b.udr("rt", vector.asked("dst") + "/32", text_at(vector.network(), "nva"));
  b.subnet("vnet1", "client", "192.168.0.0/26", {.route_table = "rt"});
  b.subnet("vnet1", "pe", "192.168.0.128/26");
  b.subnet("vnet1", "nva", "192.168.0.192/26");
  b.nic("nva", "vnet1/nva", text_at(vector.network(), "nva"), {.forwarding = true});
  b.endpoint("pe", "vnet1/pe", text_at(vector.network(), "privateEndpoint"));
  const World w = b.world();
  const net::Trace trace = traced(w, place(subnet_of(w, "vnet1/client")), "192.168.0.4", vector.asked("dst"));
  vector.same("delivered", flows(trace.disposition));
}

/// Client in a peered network; appliance and endpoint together.
void lab_with_peered_client(Vector& vector) {
  Build b;
  b.vnet("client", "192.168.0.0/24");
  b.vnet("services", "192.168.1.0/24");
  b.peer("client", "services");
  b.route_table("rt");
  b.udr("rt", "192.168.1.132/32", "192.168.1.196");
  b.subnet("client", "s", "192.168.0.0/26", {.route_table = "rt"});
  b.subnet("services", "pe", "192.168.1.128/26");
  b.subnet("services", "nva", "192.168.1.192/26");
  b.nic("nva", "services/nva", "192.168.1.196", {.forwarding = true});
  b.endpoint("pe", "services/pe", "192.168.1.132");
  const World w = b.world();
  const net::Trace trace = traced(w, place(subnet_of(w, "client/s")), "192.168.0.4", "192.168.1.132");
  vector.same("delivered", flows(trace.disposition));
  const net::Reply reply = net::trace_reply(w.view(), trace);
  vector.same("returnSymmetric", reply.trace ? flows(reply.trace->disposition) : Json("unknown"));
}

bool has_slash32(const World& w, std::string_view subnet, std::string_view address) {
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet(subnet));
  for (const net::Route& route : set.routes) {
    if (route.next_hop.kind == Kind::private_endpoint && route.prefix == Prefix::host(ip(address))) return true;
  }
  return false;
}

void over_peerings(Vector& vector, bool is_nva_between) {
  Build b;
  b.vnet("client-vnet", "192.168.0.0/24");
  b.subnet("client-vnet", "client", "192.168.0.0/26");
  b.vnet("pe-vnet", "192.168.200.0/24");
  b.subnet("pe-vnet", "pe", "192.168.200.128/26");
  b.endpoint("pe", "pe-vnet/pe", "192.168.200.132");
  if (is_nva_between) {
    b.vnet("nva-vnet", "192.168.100.0/24");
    b.peer("client-vnet", "nva-vnet");
    b.peer("nva-vnet", "pe-vnet");
  } else {
    b.peer("client-vnet", "pe-vnet");
  }
  const World w = b.world();
  vector.same("slash32Present", has_slash32(w, "client-vnet/client", "192.168.200.132"));
}

/// Whether a client's request for a name reaches an endpoint whose group lets in what comes from `source`.
bool sees(const std::string& source, const std::vector<Prefix>& private_ranges) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("policy").private_ranges = private_ranges;
  b.rule_group("policy", "group", 100);
  b.rules("policy", "group", 100, model::Access::allow,
          {{.kind = "application", .fqdns = {"a.example"}, .applications = "https:443"}});
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "policy"});
  b.nsg("nsg");
  b.rule("nsg", {.priority = 100, .from = source});
  b.rule("nsg", {.priority = 200, .access = "Deny"});
  b.subnet("hub", "pe", "10.0.1.0/24", {.nsg = "nsg", .policies = "Enabled"});
  b.endpoint("one", "hub/pe", "10.0.1.5");
  b.vnet("client", "10.1.0.0/16");
  b.route_table("rt");
  b.udr("rt", "10.0.1.5/32", "10.0.0.4");
  b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
  b.peer("hub", "client");
  const World w = b.world();
  net::Flow flow{place(subnet_of(w, "client/s")), ip("10.1.0.4"), ip("10.0.1.5")};
  flow.host = "a.example";
  return net::trace(w.view(), flow).disposition == net::Disposition::delivered;
}

void translation_by_name(Vector& vector) {
  bool is_always = text_at(vector.network(), "azureFirewallRule") == "application";
  for (const std::vector<Prefix>& ranges : {std::vector<Prefix>{}, std::vector<Prefix>{prefix("0.0.0.0/0")}})
    is_always = is_always && sees("10.0.0.0/26", ranges) && !sees("10.1.0.4", ranges);
  vector.same("snat", is_always ? "always" : "not always");
}

constexpr Run kRuns[] = {
    {"snat", translation_by_name},
    {"default", default_policies},
    {"privateEndpointRoute", endpoint_route},
    {"scope", scope},
    {"nsgEffective", groups_are_effective},
    {"pe-inspect-s2", route_for_each_endpoint},
    {"canSendTraffic", connection_state},
    {"pe-nsg-srcport", source_ports},
    {"pe-lab-t1-deliver", lab_in_one_network},
    {"pe-lab-t5-deliver", lab_with_peered_client},
    {"pe-lab-t2-propagation", [](Vector& vector) { over_peerings(vector, true); }},
    {"pe-lab-t4-propagation", [](Vector& vector) { over_peerings(vector, false); }},
};

}  // namespace

Topic private_endpoint() { return {"private-endpoint", kRuns, {}}; }

}  // namespace hubproof::conformance
