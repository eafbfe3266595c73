// nsg.json: network security groups.
#include <fmt/format.h>

#include <map>

#include "engine/core/text.h"
#include "engine/net/reply.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using Decision = net::FilterResult::Decision;
using model::Direction;

constexpr std::string_view kProbe = "168.63.129.16";  // the AzureLoadBalancer tag

/// The network of a vector: one VNet 10.0.0.0/16 whose subnets without a prefix are 10.0.1.0/24, 10.0.2.0/24, ...
class Network {
 public:
  explicit Network(const Json& json) {
    b.vnet("v", "10.0.0.0/16");
    for (const Json& group : list_at(json, "networkSecurityGroups")) add_group(text_at(group, "name"), group);
    for (const Json& vnet : list_at(json, "virtualNetworks")) {
      for (const Json& subnet : list_at(vnet, "subnets")) add_subnet(subnet);
    }
    for (const Json& nic : list_at(json, "networkInterfaces")) add_nic(nic);
  }
  /// Address of a machine by its name, of a host that no row shows, or of what a tag stands for.
  std::string address(const std::string& word) const {
    if (word == "Internet") return std::string(kInternet);
    if (word == "AzureLoadBalancer") return std::string(kProbe);
    const auto found = machines_.find(word);
    if (found != machines_.end()) return found->second;
    const std::size_t in = word.find(" in ");
    if (in != std::string::npos) return host(subnets_.at(word.substr(in + 4)), 100);
    return word;
  }
  std::string only_machine() const { return machines_.begin()->first; }
  Build b;

 private:
  static std::string host(const Prefix& prefix, std::uint32_t number) {
    return to_string(Ipv4(prefix.base().bits() + number));
  }
  void add_group(const std::string& name, const Json& json) {
    b.nsg(name);
    for (const Json& rule : list_at(json, "securityRules")) add_rule(name, rule);
  }
  void add_rule(const std::string& group, const Json& json) {
    const auto side = [&](const char* asg, const char* word, const char* prefix) {
      if (json.contains(asg)) {
        if (groups_.insert(text_at(json, asg)).second) b.asg(text_at(json, asg));
        return "asg:" + text_at(json, asg);
      }
      return json.value(word, json.value(prefix, std::string("*")));
    };
    b.rule(group, {.priority = json.value("priority", std::uint16_t{100}),
                   .direction = json.value("direction", "Inbound"),
                   .access = text_at(json, "access"),
                   .protocol = json.value("protocol", "*"),
                   .from = side("sourceAsg", "source", "sourceAddressPrefix"),
                   .to = side("destinationAsg", "destination", "destinationAddressPrefix"),
                   .ports = json.value("destinationPortRange", "*")})
        .name = json.value("name", "unnamed");
  }
  void add_subnet(const Json& json) {
    const std::string name = text_at(json, "name");
    const std::string range = json.value("addressPrefix", fmt::format("10.0.{}.0/24", subnets_.size() + 1));
    b.subnet("v", name, range, {.nsg = text_at(json, "networkSecurityGroup")});
    if (subnets_.empty()) first_ = name;
    subnets_.emplace(name, prefix(range));
  }
  void add_nic(const Json& json) {
    const std::string name = json.value("vm", json.value("name", ""));
    const std::string subnet = json.value("subnet", first_);
    const auto number = static_cast<std::uint32_t>(10 + machines_.size());
    const std::string address = json.value("ip", host(subnets_.at(subnet), number));
    std::string group = text_at(json, "networkSecurityGroup");
    if (group == "default rules only") b.nsg(group = "nsg");
    Names asgs;
    for (const Json& asg : list_at(json, "applicationSecurityGroups")) asgs.push_back(asg);
    b.nic(name, "v/" + subnet, address, {.nsg = group, .asgs = asgs});
    machines_[name] = address;
  }

  std::map<std::string, Prefix> subnets_;
  std::map<std::string, std::string> machines_;
  std::set<std::string> groups_;
  std::string first_;
};

/// What the filters of one side say of packets that the vector does not tell apart.
struct Said {
  std::string access;
  std::string rule;
  std::string group;
  Json evaluated = Json::array();
  friend bool operator==(const Said&, const Said&) = default;
};

Said said(const World& w, Direction direction, const net::FilterPoint& point, const net::Packet& packet) {
  const net::FilterResult result = net::filter(w.view(), direction, point, packet);
  Said out{access_word(result.decision), result.rule, "", Json::array()};
  if (!result.decided_by.empty()) out.group = w.estate().name(result.decided_by.back().resource);
  for (const model::ResourceId id : result.evaluated) out.evaluated.push_back(w.estate().name(id));
  return out;
}

/// One answer for every protocol and port that the question leaves open; access "mixed" when they differ.
Said said_of_all(const World& w, Direction direction, const net::FilterPoint& point, const std::string& from,
                 const std::string& to, const Vector& vector) {
  std::vector<Protocol> protocols{Protocol::tcp, Protocol::udp, Protocol::icmp};
  if (text::equals(vector.asked("protocol"), "Tcp")) protocols = {Protocol::tcp};
  std::vector<std::uint16_t> ports{1, 443, 65535};
  const char* port_key = vector.question().contains("remotePort") ? "remotePort" : "dstPort";
  if (vector.question().contains(port_key) && vector.question()[port_key].is_number())
    ports = {vector.question()[port_key].get<std::uint16_t>()};
  std::optional<Said> out;
  for (const Protocol protocol : protocols) {
    for (const std::uint16_t port : ports) {
      const Said here = said(w, direction, point, {ip(from), ip(to), protocol, 60000, port});
      if (out && !(*out == here)) out->access = "mixed";
      if (!out) out = here;
    }
  }
  return *out;
}

void compare(Vector& vector, const Said& got) {
  const bool names_group =
      vector.answer("rule").is_string() && vector.answer("rule").get<std::string>().find('/') != std::string::npos;
  vector.same("access", got.access);
  vector.same("rule", names_group ? got.group + "/" + got.rule : got.rule);
  vector.same("evaluated", got.evaluated);
}

/// The groups at one machine, or at both when the question does not name a direction.
void packet(Vector& vector) {
  Network network(vector.network());
  const bool is_ip_flow = vector.question().contains("remoteIp");
  const std::string local = is_ip_flow ? network.only_machine() : "";
  const std::string from = is_ip_flow ? local : vector.asked("src");
  const std::string to = is_ip_flow ? vector.asked("remoteIp") : vector.asked("dst");
  const World w = network.b.world();
  const std::string direction = vector.asked("direction");
  const auto at = [&](Direction side, const std::string& machine) {
    const model::NetworkInterface* nic = nullptr;
    for (const auto& row : w.estate().tables().network_interfaces) {
      if (row.ip_configurations.front().address == ip(network.address(machine))) nic = &row;
    }
    const net::FilterPoint point =
        nic != nullptr
            ? point_of(w, *nic)
            : net::FilterPoint{&subnet_of(w, "v/" + machine.substr(machine.find(" in ") + 4)), nullptr, false};
    return said_of_all(w, side, point, network.address(from), network.address(to), vector);
  };
  if (direction == "Inbound") return compare(vector, at(Direction::inbound, to));
  if (direction == "Outbound") return compare(vector, at(Direction::outbound, from));
  const Said leaving = at(Direction::outbound, from);
  const Said entering = at(Direction::inbound, to);
  const bool is_allowed = leaving.access == "Allow" && entering.access == "Allow";
  const bool is_denied = leaving.access == "Deny" || entering.access == "Deny";
  vector.same("access", is_allowed ? "Allow" : is_denied ? "Deny" : "unknown");
  vector.same("rule", entering.rule + "/" + leaving.rule);
}

/// Who may open connections from anywhere in a subnet: the first and the last address stand for it.
void packet_from_subnet(Vector& vector) {
  Network network(vector.network());
  const World w = network.b.world();
  const Prefix from = prefix(vector.asked("src"));
  const net::FilterPoint point = point_of(w, nic_of(w, network.only_machine()));
  const Said first = said_of_all(w, Direction::inbound, point, to_string(from.first()), vector.asked("dst"), vector);
  const Said last = said_of_all(w, Direction::inbound, point, to_string(from.last()), vector.asked("dst"), vector);
  compare(vector, first == last ? first : Said{"mixed", "", "", {}});
}

/// Groups on subnet and interface without rules of their own, given by their names only.
void packet_to_machine_with_default_rules(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.nsg("mySubnetNSG");
  b.nsg("myVMNSG");
  b.subnet("v", "s", "10.0.0.0/24", {.nsg = "mySubnetNSG"});
  b.nic("myVM", "v/s", "10.0.0.4", {.nsg = "myVMNSG"});
  const World w = b.world();
  compare(vector, said_of_all(w, Direction::inbound, point_of(w, nic_of(w, "myVM")), std::string(kInternet), "10.0.0.4",
                              vector));
}

/// A gateway has no interface: the group of its subnet alone.
void packet_to_application_gateway(Vector& vector) {
  Json network;
  network["networkSecurityGroups"] = {{{"name", "nsg"}, {"securityRules", vector.network().at("rules")}}};
  network["virtualNetworks"] = {{{"subnets", {{{"name", "gateway"}, {"networkSecurityGroup", "nsg"}}}}}};
  Network built(network);
  built.b.app_gateway("appgw", "v/gateway", {.address = "10.0.1.10"});
  const World w = built.b.world();
  compare(vector, said_of_all(w, Direction::inbound, {&subnet_of(w, "v/gateway"), nullptr, false},
                              built.address(vector.asked("src")), "10.0.1.10", vector));
}

/// Each default rule is the one that decides a packet from the one list to the other.
void default_rules(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.nsg("nsg");
  b.subnet("v", "s", "10.0.0.0/24", {.nsg = "nsg"});
  const World w = b.world();
  const net::FilterPoint point{&subnet_of(w, "v/s"), nullptr, false};
  // Addresses that only the rule's own lists hold: "0.0.0.0/0" is shown by one that no other list has.
  const std::map<std::string, std::pair<const char*, const char*>> packets{
      {"AllowVNetInBound", {"10.0.0.5", "10.0.0.4"}},
      {"AllowAzureLoadBalancerInBound", {"168.63.129.16", "8.8.8.8"}},
      {"DenyAllInbound", {"192.168.1.1", "192.168.2.1"}},
      {"AllowVnetOutBound", {"10.0.0.4", "10.0.0.5"}},
      {"AllowInternetOutBound", {"192.168.1.1", "8.8.8.8"}},
      {"DenyAllOutBound", {"192.168.1.1", "192.168.2.1"}}};
  for (const auto& [key, direction] : {std::pair("inbound", Direction::inbound), {"outbound", Direction::outbound}}) {
    Json got = Json::array();
    for (const Json& row : vector.answer(key)) {
      const auto& [from, to] = packets.at(row.at(1));
      const Said here = said(w, direction, point, {ip(from), ip(to), Protocol::udp, 60000, 53});
      for (const model::SecurityRule& rule : net::default_rules()) {
        if (rule.name == here.rule) got.push_back({rule.priority, rule.name, row.at(2), row.at(3), here.access});
      }
    }
    vector.same(key, got);
  }
}

/// A machine 10.0.0.4 in 10.0.0.0/16, whose subnet's group is "nsg".
Build one_machine(const NicOptions& options = {}) {
  Build b;
  b.vnet("v", "10.0.0.0/16");
  b.nsg("nsg");
  b.subnet("v", "s", "10.0.0.0/24", {.nsg = "nsg"});
  b.subnet("v", "free", "10.0.1.0/24");
  b.nic("vm", "v/s", "10.0.0.4", options);
  b.nic("server", "v/free", "10.0.1.4");
  return b;
}

/// The reply to a connection that an outbound rule allows, where new connections would be denied.
void response(Vector& vector) {
  Build b = one_machine();
  b.rule("nsg", {.priority = 100, .direction = "Outbound", .ports = "80"});
  b.rule("nsg", {.priority = 200, .direction = "Inbound", .access = "Deny"});
  const World w = b.world();
  const net::Trace request = traced(w, place(nic_of(w, "vm")), "10.0.0.4", "10.0.1.4", {80});
  const net::Reply reply = net::trace_reply(w.view(), request);
  vector.same("access", reply.trace ? access_word(reply.trace->disposition) : "unknown");
  vector.same("rule", reply.trace && is_let_pass_by_state(*reply.trace) ? "flow record" : "another");
}

net::Place internet() { return {net::Place::Kind::internet, {}}; }

/// A rule that names the one or the other address: the packet passes with the one that the group sees.
void inbound_translation(Vector& vector) {
  const auto passes = [](const char* to) {
    Build b = one_machine({.public_ip = "pip"});
    b.public_ip("pip", "203.0.113.9");
    b.rule("nsg", {.to = to});
    const World w = b.world();
    return traced(w, internet(), kInternet, "203.0.113.9").disposition == net::Disposition::delivered;
  };
  const bool sees_private = passes("10.0.0.4") && !passes("203.0.113.9");
  vector.same("nsgSees", sees_private ? "private destination IP" : "another");
}

void outbound_translation(Vector& vector) {
  const auto passes = [](const char* from) {
    Build b = one_machine({.public_ip = "pip"});
    b.public_ip("pip", "203.0.113.9");
    b.rule("nsg", {.priority = 100, .direction = "Outbound", .from = from});
    b.rule("nsg", {.priority = 200, .direction = "Outbound", .access = "Deny"});
    const World w = b.world();
    const net::Trace trace = traced(w, place(nic_of(w, "vm")), "10.0.0.4", kInternet);
    return trace.disposition == net::Disposition::exits_to_internet;
  };
  const bool sees_private = passes("10.0.0.4") && !passes("203.0.113.9");
  vector.same("nsgSees", sees_private ? "private source IP" : "another");
}

/// Behind a load balancer from port 80 to port 8080.
void balancer_translation(Vector& vector) {
  const auto passes = [](const char* from, const char* to, const char* ports, const char* source_ports) {
    Build b = one_machine();
    b.public_ip("pip", "203.0.113.9");
    b.load_balancer("lb");
    b.lb_frontend("lb", "front", {.public_ip = "pip"});
    b.lb_rule("lb", "front", "pool", Protocol::tcp, PortRange(80, 80)).backend_port = 8080;
    b.lb_member("lb", "pool", "vm");
    b.rule("nsg", {.from = from, .to = to, .ports = ports, .source_ports = source_ports});
    const World w = b.world();
    return traced(w, internet(), kInternet, "203.0.113.9", {80}).disposition == net::Disposition::delivered;
  };
  const bool is_client = passes("8.8.8.8", "*", "*", "49152") && !passes("168.63.129.16", "*", "*", "*");
  const bool is_backend =
      passes("*", "10.0.0.4", "8080", "*") && !passes("*", "*", "80", "*") && !passes("*", "203.0.113.9", "*", "*");
  vector.same("nsgSees", is_client && is_backend
                             ? "source IP/port of the original client; destination IP/port of the backend"
                             : fmt::format("client: {}, backend: {}", is_client, is_backend));
}

/// Groups that deny everything outbound leave the platform's own addresses alone.
void platform_address(Vector& vector) {
  Build b = one_machine({.nsg = "nsg-nic"});
  b.nsg("nsg-nic");
  b.rule("nsg", {.direction = "Outbound", .access = "Deny"});
  b.rule("nsg-nic", {.direction = "Outbound", .access = "Deny"});
  const World w = b.world();
  vector.same("access",
              access_word(traced(w, place(nic_of(w, "vm")), "10.0.0.4", kProbe, {53, Protocol::udp}).disposition));
}

/// Whether a rule that names the tag holds an address.
bool holds(const char* tag, std::string_view address) {
  Build b = one_machine();
  b.rule("nsg", {.direction = "Outbound", .access = "Allow", .to = tag}).name = "tag";
  const World w = b.world();
  return said(w, Direction::outbound, point_of(w, nic_of(w, "vm")),
              {ip("10.0.0.4"), ip(address), Protocol::tcp, 60000, 443})
             .rule == "tag";
}

void balancer_tag(Vector& vector) {
  vector.same("includes", holds("AzureLoadBalancer", kProbe) && !holds("AzureLoadBalancer", kInternet)
                              ? Json::array({kProbe})
                              : Json::array());
}

void internet_tag(Vector& vector) {
  Json got = Json::array();
  const bool is_outside_only = !holds("Internet", "10.0.1.4") && !holds("Internet", "10.10.10.10");
  if (holds("Internet", kInternet) && is_outside_only)
    got.push_back("addresses outside the VNet reachable by the public Internet");
  if (holds("Internet", "13.107.21.200")) got.push_back("Azure-owned public IP space");
  vector.same("includes", got);
}

constexpr Run kRuns[] = {
    {"packet", packet},
    {"nsg-diag-allow", packet_from_subnet},  // its admin rule is Allow, after which the groups decide
    {"nsg-filter-port80", packet_to_machine_with_default_rules},
    {"nsg-appgw-8080", packet_to_application_gateway},
    {"nsg-appgw-probe", packet_to_application_gateway},
    {"nsg-appgw-other", packet_to_application_gateway},
    {"nsg-stateful-response", response},
    {"nsg-platform-ips", platform_address},
    {"defaultRules", default_rules},
    {"nsg-nat-inbound", inbound_translation},
    {"nsg-nat-outbound", outbound_translation},
    {"nsg-lb-source", balancer_translation},
    {"nsg-tag-azureloadbalancer", balancer_tag},
    {"nsg-tag-internet", internet_tag},
};

using enum LeftOut::How;
constexpr LeftOut kLeftOut[] = {
    {"requiredRule", not_run, "what a platform service needs to work is no question to the engine"},
};

}  // namespace

Topic nsg() { return {"nsg", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
