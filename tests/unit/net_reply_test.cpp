// Replies: by the flows that groups and firewalls keep.
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview (flow records), azure-semantics.md
// 1.4 (asymmetry), 1.6 (replies of private endpoints), 4.4
#include <doctest/doctest.h>

#include <string>

#include "engine/net/reply.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

/// What differs between the estates of this page.
struct Estate {
  bool returns_by_firewall = true;  ///< the server's routes lead 10.1.0.0/16 to the firewall
  std::string hub_route = {};       ///< where they lead the hub's range; empty: nowhere of their own
  bool is_translated = false;       ///< 255.255.255.255/32: every source is translated
  bool crosses = true;              ///< the client's routes lead to the firewall
  bool has_admin_rule = false;      ///< that denies what comes to the client
};

/// Client 10.1.0.4 and server 10.2.0.4, each with a group that lets only new connections from client to server pass,
/// and a firewall 10.0.0.4 that does the same.
World two_spokes(const Estate& how) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  if (how.is_translated)
    b.policy("pol").private_ranges = {prefix("255.255.255.255")};
  else
    b.policy("pol");
  b.rule_group("pol", "g", 100);
  b.rules("pol", "g", 100, model::Access::allow, {{.from = "10.1.0.0/16"}});
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol"});
  b.nsg("client");
  b.rule("client", {.priority = 100, .direction = "Inbound", .access = "Deny"});
  b.nsg("server");
  b.rule("server", {.priority = 100, .direction = "Outbound", .access = "Deny"});
  b.route_table("rt-client");
  if (how.crosses) b.udr("rt-client", "10.2.0.0/16", "10.0.0.4");
  b.route_table("rt-server");
  if (how.returns_by_firewall) b.udr("rt-server", "10.1.0.0/16", "10.0.0.4");
  if (!how.hub_route.empty()) b.udr("rt-server", "10.0.0.0/16", how.hub_route);
  b.vnet("client", "10.1.0.0/16").location = "westeurope";
  if (how.has_admin_rule) {
    b.admin_rule("m/c/r", "all", {.access = "Deny"});
    b.deploy("m/c", "westeurope");
    b.effective("client", {"m/c"}, model::ManagerFeature::security_admin);
  }
  b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt-client", .nsg = "client"});
  b.nic("c", "client/s", "10.1.0.4");
  b.vnet("server", "10.2.0.0/16");
  b.subnet("server", "s", "10.2.0.0/24", {.route_table = "rt-server", .nsg = "server"});
  b.nic("s", "server/s", "10.2.0.4");
  b.peer("hub", "client");
  b.peer("hub", "server");
  b.peer("client", "server");
  return b.world();
}

net::Place interface(const World& w, std::string_view name) {
  for (const model::NetworkInterface& nic : w.estate().tables().network_interfaces) {
    if (w.estate().name(nic.id) == name) return {net::Place::Kind::network_interface, nic.id};
  }
  return {};
}

/// "delivered at c through the firewall", "dropped", or why it is not followed.
std::string told(const World& w, const net::Reply& reply) {
  if (!reply.trace) return reply.note;
  std::string out(net::name(reply.trace->disposition));
  if (reply.trace->disposition == net::Disposition::delivered)
    out += " at " + std::string(w.estate().name(reply.trace->hops.back().at.id));
  return out + (reply.trace->crossed_firewall ? " through the firewall" : "");
}

std::string answered(const Estate& how, Protocol protocol = Protocol::tcp) {
  const World w = two_spokes(how);
  const net::Trace request = net::trace(w.view(), {interface(w, "c"), ip("10.1.0.4"), ip("10.2.0.4"), protocol});
  REQUIRE(net::name(request.disposition) == "delivered");
  return told(w, net::trace_reply(w.view(), request));
}

}  // namespace

TEST_CASE("a reply passes groups and a firewall that would refuse it as a new connection") {
  CHECK(answered({}) == "delivered at c through the firewall");
  CHECK(answered({}, Protocol::udp) == "delivered at c through the firewall");
  CHECK(answered({}, Protocol::icmp) == "delivered at c through the firewall");
  CHECK(answered({.returns_by_firewall = false, .crosses = false}) == "delivered at c");
  const World w = two_spokes({});
  const net::Trace unasked = net::trace(w.view(), {interface(w, "s"), ip("10.2.0.4"), ip("10.1.0.4")});
  CHECK(net::name(unasked.disposition) == "denied");
}

TEST_CASE("a firewall that did not see the request drops the TCP reply; of others it is not known") {
  CHECK(answered({.crosses = false}) == "dropped through the firewall");
  CHECK(answered({.crosses = false}, Protocol::udp) == "unknown through the firewall");
}

TEST_CASE("a reply that takes a shorter way leaves the firewall with half of the flow") {
  const World w = two_spokes({.returns_by_firewall = false});
  const net::Trace request = net::trace(w.view(), {interface(w, "c"), ip("10.1.0.4"), ip("10.2.0.4")});
  const net::Reply reply = net::trace_reply(w.view(), request);
  CHECK(told(w, reply) == "delivered at c");
  CHECK(reply.note.find("half of the flow") != std::string::npos);
}

TEST_CASE("the reply to a translated source comes back to the firewall, which puts the client's address back") {
  const Estate translated{.is_translated = true};
  CHECK(answered(translated) == "delivered at c through the firewall");
  CHECK(answered({.returns_by_firewall = false, .is_translated = true}) == "delivered at c through the firewall");
  CHECK(answered({.hub_route = "10.0.0.4", .is_translated = true}) == "unknown through the firewall");
  CHECK(answered({.hub_route = "None", .is_translated = true}) == "dropped");
  const World w = two_spokes(translated);
  const net::Trace request = net::trace(w.view(), {interface(w, "c"), ip("10.1.0.4"), ip("10.2.0.4")});
  const net::Reply reply = net::trace_reply(w.view(), request);
  REQUIRE(reply.trace.has_value());
  CHECK(net::to_string(reply.trace->flow) == "10.2.0.4:443 -> 10.0.0.4:49152/tcp");
  CHECK(to_string(reply.trace->arrived->destination) == "10.1.0.4");
}

TEST_CASE("a private endpoint's reply is followed when the firewall translated the source, else not") {
  const auto reply_of = [](bool is_translated) {
    Build b;
    b.vnet("hub", "10.0.0.0/16");
    b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
    model::FirewallPolicy& policy = b.policy("pol");
    if (is_translated) policy.private_ranges = {prefix("255.255.255.255")};
    b.rule_group("pol", "g", 100);
    b.rules("pol", "g", 100, model::Access::allow, {{.from = "10.1.0.0/16"}});
    b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol"});
    b.subnet("hub", "pe", "10.0.1.0/24");
    b.endpoint("one", "hub/pe", "10.0.1.5");
    b.vnet("client", "10.1.0.0/16");
    b.route_table("rt");
    b.udr("rt", "10.0.1.5/32", "10.0.0.4");
    b.subnet("client", "s", "10.1.0.0/24", {.route_table = "rt"});
    b.nic("c", "client/s", "10.1.0.4");
    b.peer("hub", "client");
    const World w = b.world();
    const net::Trace request = net::trace(w.view(), {interface(w, "c"), ip("10.1.0.4"), ip("10.0.1.5")});
    REQUIRE(net::name(request.disposition) == "delivered");
    return told(w, net::trace_reply(w.view(), request));
  };
  CHECK(reply_of(true) == "delivered at c through the firewall");
  CHECK(reply_of(false).find("no route table decides") == 0);
}

TEST_CASE("the reply to what a DNAT rule let in goes back through the firewall") {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.public_ip("pip", "203.0.113.4");
  b.policy("pol");
  b.rule_group("pol", "g", 100);
  b.rules("pol", "g", 100, model::Access::allow,
          {{.kind = "nat", .to = "203.0.113.4", .ports = "443", .translated_address = "10.2.0.4"}});
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol", .public_ip = "pip"});
  b.vnet("server", "10.2.0.0/16");
  b.route_table("rt");
  b.udr("rt", "0.0.0.0/0", "10.0.0.4");
  b.subnet("server", "s", "10.2.0.0/24", {.route_table = "rt"});
  b.nic("s", "server/s", "10.2.0.4");
  b.peer("hub", "server");
  const World w = b.world();
  const net::Trace request = net::trace(w.view(), {{net::Place::Kind::internet, {}}, ip("8.8.8.8"), ip("203.0.113.4")});
  REQUIRE(net::name(request.disposition) == "delivered");
  CHECK(told(w, net::trace_reply(w.view(), request)) == "exits-to-internet through the firewall");
}

TEST_CASE("the platform's own addresses answer on the sender's host") {
  const World w = two_spokes({});
  const net::Trace request = net::trace(w.view(), {interface(w, "c"), ip("10.1.0.4"), ip("168.63.129.16")});
  CHECK(told(w, net::trace_reply(w.view(), request)) == "the platform answers on the host itself");
}

TEST_CASE("whether a reply passes security admin rules is not known") {
  CHECK(answered({.has_admin_rule = true}) == "unknown through the firewall");
}
