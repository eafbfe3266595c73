// Questions about sets of packets: the boxes that answer them, and that the tracer agrees packet by packet.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/net/query.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using net::Question;

namespace {

/// A hub with a firewall whose one rule lets HTTPS through, and two spokes with a default route to it.
Build hub_and_spokes(const std::vector<Prefix>& private_ranges = {}) {
  Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.policy("pol").private_ranges = private_ranges;
  b.rule_group("pol", "g", 100);
  b.rules("pol", "g", 100, model::Access::allow, {{.from = "10.0.0.0/8", .ports = "443", .protocols = "tcp"}});
  b.firewall("fw", "hub", "10.0.0.4", {.policy = "pol"});
  b.subnet("hub", "shared", "10.0.2.0/24");
  for (const char* spoke : {"a", "b"}) {
    const std::string range = fmt::format("10.{}.0.0/16", spoke[0] == 'a' ? 1 : 2);
    b.vnet(spoke, range);
    b.peer("hub", spoke);
    const std::string table = std::string("rt-") + spoke;
    b.route_table(table);
    b.udr(table, "0.0.0.0/0", "10.0.0.4");
    b.subnet(spoke, "app", fmt::format("10.{}.0.0/24", spoke[0] == 'a' ? 1 : 2), {.route_table = table});
  }
  return b;
}

net::QueryEnd subnets(World& w, std::initializer_list<std::string_view> names) {
  net::QueryEnd out;
  for (const std::string_view name : names)
    out.subnets.push_back(w.estate().tables().subnets[w.subnet(name).index()].id);
  return out;
}

net::QueryEnd internet() {
  net::QueryEnd out;
  out.internet = true;
  return out;
}

std::string protocols(net::ProtocolBits bits) {
  if (bits == net::kAllProtocols) return "any";
  std::string out;
  for (unsigned i = 0; i < std::size(net::kBoxProtocols); ++i) {
    if ((bits >> i & 1U) != 0) out += (out.empty() ? "" : "+") + std::string(name(net::kBoxProtocols[i]));
  }
  return out;
}

std::string ports(const net::Box& box) {
  std::string out;
  for (const PortRange& range : box.ports) out += (out.empty() ? "" : ",") + to_string(range);
  return out;
}

/// "certain 10.1.0.4-10.1.0.254 -> 10.2.0.4-10.2.0.254 tcp 443 delivered via firewall" per box.
std::string told(const net::Answer& answer) {
  std::string out;
  for (const net::QueryBox& box : answer.boxes) {
    CHECK(box.is_certain == box.witness.has_value());
    CHECK(box.is_certain == box.reasons.empty());
    out += fmt::format("{} {} -> {} {} {}{}{}\n", box.is_certain ? "certain" : "may", to_string(box.packets.sources),
                       to_string(box.packets.destinations), protocols(box.packets.protocols), ports(box.packets),
                       box.disposition ? " " + std::string(name(*box.disposition)) : "",
                       box.crossed_firewall ? " via firewall" : "");
  }
  return out;
}

std::string hosts(const char* subnet) {
  AddressSet set;
  const std::string base = subnet;
  set.add(ip(base + ".4"), ip(base + ".254"));
  return to_string(set);
}

}  // namespace

TEST_CASE("query: spokes whose default route leads to the firewall do not reach the Internet around it") {
  Build b = hub_and_spokes();
  World w = b.world();
  Question question{subnets(w, {"a/app", "b/app"}), internet(), Question::Via::not_firewall};
  const net::Answer answer = net::query(w.view(), question);
  CHECK(told(answer) == "");
  CHECK(answer.open.empty());
}

TEST_CASE("query: IPv6 addresses of senders and virtual hubs leave the answer open") {
  Build b = hub_and_spokes();
  b.subnet("a", "dual", "10.1.9.0/24").prefixes_v6 = {*Prefix6::parse("fd00:1::/64")};
  b.virtual_wan("wan");
  b.virtual_hub("vh", "wan", "10.100.0.0/23");
  World w = b.world();
  const auto open = [&](const Question& question) { return net::query(w.view(), question).open.size(); };
  CHECK(open({subnets(w, {"a/dual"}), subnets(w, {"b/app"})}) == 1);
  CHECK(open({subnets(w, {"a/app"}), subnets(w, {"b/app"})}) == 0);
  CHECK(open({internet(), subnets(w, {"b/app"})}) == 1);
}

TEST_CASE("query: a gateway that is used and not shown leaves open what comes from on-premises") {
  const auto open = [](bool is_used, bool is_shown) {
    Build b = hub_and_spokes();
    b.subnet("hub", "GatewaySubnet", "10.0.5.0/27");
    b.vnet("c", "10.3.0.0/16");
    b.peer_one_side("c", "hub", {.remote_gateways = is_used});
    if (is_shown) b.gateway("gw", "hub");
    World w = b.world();
    net::QueryEnd outside;
    outside.on_premises = true;
    return net::query(w.view(), {outside, subnets(w, {"a/app"})}).open.size();
  };
  CHECK(open(true, false) == 1);
  CHECK(open(true, true) == 0);
  CHECK(open(false, false) == 0);
}

TEST_CASE("query: likes of several subnets are one box") {
  Build b = hub_and_spokes();
  for (const char* spoke : {"a", "b"}) b.udr(std::string("rt-") + spoke, "203.0.113.0/24", "Internet");
  World w = b.world();
  Question question{subnets(w, {"a/app", "b/app"}), internet(), Question::Via::not_firewall};
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {}, {} -> 203.0.113.0/24 any * exits-to-internet\n", hosts("10.1.0"), hosts("10.2.0")));
}

TEST_CASE("query: a group at the sender and one at the receiver leave the packets that both allow") {
  Build b = hub_and_spokes();
  b.nsg("out");
  b.rule("out", {.priority = 100,
                 .direction = "Outbound",
                 .access = "Allow",
                 .protocol = "Tcp",
                 .to = "10.0.2.0/25",
                 .ports = "1-1000"});
  b.rule("out", {.priority = 200, .direction = "Outbound", .access = "Deny"});
  b.attach("a", "app", {.nsg = "out"});
  b.nsg("in");
  b.rule("in",
         {.priority = 100, .direction = "Inbound", .access = "Allow", .from = "10.1.0.128/25", .ports = "443-2000"});
  b.rule("in", {.priority = 200, .direction = "Inbound", .access = "Deny"});
  b.attach("hub", "shared", {.nsg = "in"});
  World w = b.world();
  Question question{subnets(w, {"a/app"}), subnets(w, {"hub/shared"}), Question::Via::not_firewall};
  AddressSet from;
  from.add(ip("10.1.0.128"), ip("10.1.0.254"));
  AddressSet to;
  to.add(ip("10.0.2.4"), ip("10.0.2.127"));
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {} -> {} tcp 443-1000 delivered\n", to_string(from), to_string(to)));
}

TEST_CASE("query: from spoke to spoke the firewall's rules decide, and hosts of one spoke are not asked for") {
  Build b = hub_and_spokes();
  World w = b.world();
  Question question{subnets(w, {"a/app", "b/app"}), subnets(w, {"a/app", "b/app"})};
  question.only_across_networks = true;
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {0}, {1} -> {0}, {1} tcp 443 delivered via firewall\n", hosts("10.1.0"), hosts("10.2.0")));
  question.via = Question::Via::not_firewall;
  CHECK(told(net::query(w.view(), question)) == "");
}

TEST_CASE("query: the ports and the protocol that are asked for bound the answer") {
  Build b = hub_and_spokes();
  World w = b.world();
  Question question{subnets(w, {"a/app"}), subnets(w, {"hub/shared"})};
  question.ports = PortRange(8000, 8010);
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {} -> {} tcp+udp 8000-8010 delivered\n", hosts("10.1.0"), hosts("10.0.2")));
  question.protocols = 0b10;
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {} -> {} udp 8000-8010 delivered\n", hosts("10.1.0"), hosts("10.0.2")));
}

TEST_CASE("query: what may be learned from a gateway is no certain way, and not none") {
  Build b = hub_and_spokes();
  b.subnet("hub", "GatewaySubnet", "10.0.1.0/27");
  b.gateway("gw", "hub");
  World w = b.world();
  Question question{subnets(w, {"hub/shared"}), internet(), Question::Via::not_firewall};
  const net::Answer answer = net::query(w.view(), question);
  REQUIRE(answer.boxes.size() == 1);
  CHECK_FALSE(answer.boxes.front().is_certain);
  CHECK(answer.boxes.front().reasons.front().find("may teach any route") != std::string::npos);
}

TEST_CASE("query: an interface with a public address lets the Internet in where its group does") {
  Build b = hub_and_spokes();
  b.public_ip("pip", "198.51.100.7");
  b.nsg("open");
  b.rule("open", {.priority = 100, .direction = "Inbound", .access = "Allow", .protocol = "Tcp", .ports = "22"});
  b.rule("open", {.priority = 200, .direction = "Inbound", .access = "Deny"});
  b.nic("nic", "a/app", "10.1.0.9", {.nsg = "open", .public_ip = "pip"});
  World w = b.world();
  Question question{internet(), subnets(w, {"a/app"}), Question::Via::not_firewall};
  const net::Answer answer = net::query(w.view(), question);
  CAPTURE(told(answer));
  CHECK(answer.boxes.size() == 1);
  CHECK(told(answer).find("-> 198.51.100.7/32 tcp 22 delivered\n") != std::string::npos);
  question.to = subnets(w, {"b/app"});
  CHECK(told(net::query(w.view(), question)) == "");
}

TEST_CASE("query: subnets of private endpoints alone never send, and a rule for source ports is no certain answer") {
  Build b = hub_and_spokes();
  b.subnet("a", "pe", "10.1.1.0/24");
  b.endpoint("pe-a", "a/pe", "10.1.1.5");
  b.nsg("out");
  b.rule("out",
         {.priority = 100, .direction = "Outbound", .access = "Deny", .protocol = "Udp", .source_ports = "1-1023"});
  b.attach("a", "app", {.nsg = "out"});
  World w = b.world();
  Question question{subnets(w, {"a/pe"}), subnets(w, {"hub/shared"})};
  CHECK(told(net::query(w.view(), question)) == "");
  question.from = subnets(w, {"a/app"});
  const net::Answer answer = net::query(w.view(), question);
  REQUIRE(answer.boxes.size() == 2);
  CHECK(protocols(answer.boxes[0].packets.protocols) == "tcp+icmp+esp+ah");
  CHECK_FALSE(answer.boxes[1].is_certain);
  CHECK(protocols(answer.boxes[1].packets.protocols) == "udp");
}

TEST_CASE("query: members of a load balancer take what their own groups let in") {
  Build b = hub_and_spokes();
  b.subnet("hub", "lb", "10.0.4.0/24");
  b.load_balancer("lb");
  b.lb_frontend("lb", "front", {.subnet = "hub/lb", .address = "10.0.4.100"});
  b.lb_rule("lb", "front", "pool", Protocol::tcp, {443, 443});
  b.nsg("ng-vm");
  b.rule("ng-vm", {.priority = 100, .access = "Deny", .from = "10.0.2.64/26"});
  b.nic("vm", "hub/lb", "10.0.4.9", {.nsg = "ng-vm"});
  b.lb_member("lb", "pool", "vm");
  World w = b.world();
  Question question{subnets(w, {"hub/shared"}), subnets(w, {"hub/lb"})};
  question.to.addresses = AddressSet(Prefix::host(ip("10.0.4.100")));
  AddressSet open;
  open.add(ip("10.0.2.4"), ip("10.0.2.63"));
  open.add(ip("10.0.2.128"), ip("10.0.2.254"));
  CHECK(told(net::query(w.view(), question)) ==
        fmt::format("certain {} -> 10.0.4.100/32 tcp 443 delivered\n", to_string(open)));
}

TEST_CASE("query: an uncertain box tells the first reasons and counts the others") {
  Build b = hub_and_spokes();
  for (int i = 0; i < 6; ++i) {
    const std::string name = "s" + std::to_string(i);
    b.subnet("hub", name, fmt::format("10.0.{}.0/24", 16 + i), {.nsg = "gone-" + name});
  }
  World w = b.world();
  const Question question{subnets(w, {"hub/s0", "hub/s1", "hub/s2", "hub/s3", "hub/s4", "hub/s5"}),
                          subnets(w, {"hub/shared"})};
  const net::Answer answer = net::query(w.view(), question);
  REQUIRE(answer.boxes.size() == 1);
  CHECK_FALSE(answer.boxes[0].is_certain);
  CHECK(answer.boxes[0].from.size() == 6);
  CHECK(answer.boxes[0].reasons.size() == 3);
  CHECK(answer.boxes[0].more_reasons == 3);
}

namespace {

/// Everything at once: groups on subnets and an interface, a firewall with several rules, endpoints, a balancer.
Build varied(bool has_groups, const std::vector<Prefix>& private_ranges) {
  Build b = hub_and_spokes(private_ranges);
  b.rules("pol", "g", 90, model::Access::deny, {{.from = "10.1.0.0/25", .to = "10.2.0.0/25", .protocols = "tcp,udp"}});
  b.rules("pol", "g", 95, model::Access::allow, {{.from = "*", .to = "8.8.8.8", .ports = "53", .protocols = "udp"}});
  b.nsg("n1");
  b.rule("n1", {.priority = 100,
                .direction = "Inbound",
                .access = "Deny",
                .protocol = "Tcp",
                .from = "10.0.0.0/8",
                .ports = "443"});
  b.rule("n1", {.priority = 90, .direction = "Inbound", .access = "Allow", .from = "10.1.0.64/26"});
  b.rule("n1", {.priority = 300, .direction = "Outbound", .access = "Deny", .to = "Internet", .ports = "80"});
  if (has_groups) b.attach("b", "app", {.nsg = "n1"});
  b.nsg("n2");
  b.rule("n2", {.priority = 100, .direction = "Inbound", .access = "Deny", .ports = "22-443"});
  b.rule("n2", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "VirtualNetwork"});
  b.nic("vm", "b/app", "10.2.0.10", {.nsg = has_groups ? "n2" : ""});
  b.subnet("hub", "pe", "10.0.3.0/24", {.policies = "Enabled"});
  b.endpoint("pe-ai", "hub/pe", "10.0.3.7");
  b.udr("rt-a", "10.0.3.0/24", "10.0.0.4");
  b.udr("rt-b", "8.8.0.0/16", "Internet");
  b.route_table("rt-shared");
  b.udr("rt-shared", "10.1.0.0/16", "10.0.0.4");
  b.attach("hub", "shared", {.route_table = "rt-shared"});
  return b;
}

net::Place start(const World& w, std::string_view subnet) {
  return {net::Place::Kind::subnet, w.estate().tables().subnets[w.subnet(subnet).index()].id};
}

bool holds(const net::Box& box, const net::Flow& flow) {
  const auto protocol = std::find(std::begin(net::kBoxProtocols), std::end(net::kBoxProtocols), flow.protocol);
  const auto bit = static_cast<unsigned>(protocol - std::begin(net::kBoxProtocols));
  const bool has_ports = flow.protocol == Protocol::tcp || flow.protocol == Protocol::udp;
  const bool has_port = std::any_of(box.ports.begin(), box.ports.end(),
                                    [&](const PortRange& range) { return range.contains(flow.destination_port); });
  return box.sources.contains(std::get<Ipv4>(flow.source)) &&
         box.destinations.contains(std::get<Ipv4>(flow.destination)) && (box.protocols >> bit & 1U) != 0 &&
         (has_port || !has_ports);
}

/// What the tracer says about a packet, as the boxes should say it: "no", "may" or "certain".
std::string traced(const World& w, const net::Flow& flow, const Question& question) {
  const net::Trace trace = net::trace(w.view(), flow);
  const bool is_asked =
      trace.disposition == net::Disposition::delivered || trace.disposition == net::Disposition::exits_to_internet;
  if (question.via == Question::Via::not_firewall && trace.crossed_firewall) return "no";
  if (trace.disposition == net::Disposition::unknown) return "may";
  if (question.via == Question::Via::firewall && !trace.crossed_firewall) return "no";
  return is_asked ? "certain" : "no";
}

std::string boxed(const net::Answer& answer, const net::Flow& flow) {
  std::string out = "no";
  for (const net::QueryBox& box : answer.boxes) {
    if (!holds(box.packets, flow)) continue;
    CHECK(out == "no");  // disjoint
    out = box.is_certain ? "certain" : "may";
  }
  return out;
}

}  // namespace

namespace {

void compare_with_tracer(const std::vector<Prefix>& private_ranges) {
  Build b = varied(true, private_ranges);
  World w = b.world();
  Build without_groups = varied(false, private_ranges);
  World open = without_groups.world();
  const std::vector<std::string> subnet_names{"a/app", "b/app", "hub/shared", "hub/pe"};
  const std::vector<std::pair<std::string, std::string>> senders{{"a/app", "10.1.0.4"},   {"a/app", "10.1.0.70"},
                                                                 {"a/app", "10.1.0.200"}, {"b/app", "10.2.0.4"},
                                                                 {"b/app", "10.2.0.200"}, {"hub/shared", "10.0.2.9"}};
  const std::vector<std::string> receivers{"10.1.0.5",   "10.1.0.130", "10.2.0.10", "10.2.0.50",
                                           "10.2.0.180", "10.0.2.20",  "10.0.3.7",  "10.0.3.9",
                                           "8.8.8.8",    "8.8.4.4",    "1.1.1.1"};
  const std::vector<std::uint16_t> some_ports{0, 22, 53, 80, 443, 444, 65535};
  net::QueryEnd to = subnets(w, {"a/app", "b/app", "hub/shared", "hub/pe"});
  to.internet = true;
  for (const auto via : {Question::Via::anything, Question::Via::firewall, Question::Via::not_firewall}) {
    const Question question{subnets(w, {"a/app", "b/app", "hub/shared"}), to, via};
    const net::Answer answer = net::query(w.view(), question);
    std::size_t certain = 0;
    for (const auto& [subnet, source] : senders) {
      for (const std::string& destination : receivers) {
        for (const Protocol protocol : net::kBoxProtocols) {
          for (const std::uint16_t port : some_ports) {
            net::Flow flow;
            flow.source = ip(source);
            flow.destination = ip(destination);
            flow.protocol = protocol;
            flow.destination_port = port;
            flow.from = start(open, subnet);
            const bool leads_to_firewall = net::trace(open.view(), flow).crossed_firewall;
            const bool is_open = traced(open, flow, question) != "no";
            flow.from = start(w, subnet);
            CAPTURE(net::to_string(flow));
            std::string expected = traced(w, flow, question);
            // What a group may refuse, and what would come to nothing or to the firewall without groups, is no flow.
            if (expected == "may" && !is_open) expected = "no";
            if (via == Question::Via::not_firewall && leads_to_firewall) expected = "no";
            CHECK(boxed(answer, flow) == expected);
            if (expected == "certain") ++certain;
          }
        }
      }
    }
    CHECK(certain > 10);
  }
}

}  // namespace

TEST_CASE("query: the boxes say of every packet what the tracer says") {
  compare_with_tracer({});
  // Some of what the firewall lets pass is translated, to the Internet and not, and some of it stays in its subnet.
  compare_with_tracer({prefix("10.2.0.0/25"), prefix("8.8.8.8")});
}
