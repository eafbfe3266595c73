// Documented outcomes (routing, private endpoints, security groups, PaaS exposure) through the public functions of net.
// The vectors are optional reference material beside the repository.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "engine/net/exposure.h"
#include "engine/net/filter.h"
#include "engine/net/routes.h"
#include "engine/net/trace.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using nlohmann::json;

namespace {

std::filesystem::path vectors() {
  const char* from_environment = std::getenv("HUBPROOF_SHARED_DIR");
  return std::filesystem::path(from_environment != nullptr ? from_environment : HUBPROOF_SHARED_DIR) / "vectors";
}

std::string joined(const json& list) {
  std::string out;
  for (const json& item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out;
}

void add_tables(Build& b, const json& network) {
  for (const json& table : network.value("routeTables", json::array())) {
    const std::string name = table.at("name");
    b.route_table(name);
    for (const json& route : table.value("routes", json::array())) {
      b.udr(name, route.at("addressPrefix").get<std::string>(),
            route.value("nextHopIpAddress", route.at("nextHopType").get<std::string>()))
          .name = route.value("name", "");
    }
  }
}

/// The networks, tables, peerings and interfaces of a routing vector. A subnet without a prefix takes the next free /24
/// from the end.
std::string build_network(Build& b, const json& network) {
  add_tables(b, network);
  std::map<std::string, std::string> table_of;
  for (const json& table : network.value("routeTables", json::array())) {
    for (const json& subnet : table.value("subnets", json::array()))
      table_of[subnet.get<std::string>()] = table.at("name").get<std::string>();
  }
  std::string first;
  for (const json& vnet : network.at("virtualNetworks")) {
    const std::string name = vnet.at("name");
    if (first.empty()) first = name;
    b.vnet(name, joined(vnet.at("addressPrefixes")));
    int spare = 250;
    for (const json& subnet : vnet.value("subnets", json::array())) {
      const std::uint32_t base = prefix(vnet.at("addressPrefixes").at(0).get<std::string>()).base().bits();
      const std::string fallback =
          to_string(Prefix::around(Ipv4(base + static_cast<std::uint32_t>(spare--) * 256U), 24));
      const std::string subnet_name = subnet.at("name");
      b.subnet(name, subnet_name, subnet.value("addressPrefix", fallback),
               {.route_table = subnet.value("routeTable", table_of[subnet_name])});
    }
  }
  for (const json& peering : network.value("peerings", json::array()))
    b.peer(peering.at("a").get<std::string>(), peering.at("b").get<std::string>());
  for (const json& nic : network.value("networkInterfaces", json::array())) {
    if (!nic.contains("ip")) continue;
    b.nic(nic.at("vm").get<std::string>(),
          first + "/" + network.at("virtualNetworks").at(0).at("subnets").at(0).at("name").get<std::string>(),
          nic.at("ip").get<std::string>(), {.forwarding = nic.value("enableIPForwarding", false)});
  }
  return first;
}

using Count = std::map<std::string, int>;

void next_hop(const json& vector, Count& left_out, int& ran) {
  const json& question = vector.at("question");
  std::string destination = question.at("destination");
  if (destination == "internet") destination = "8.8.8.8";
  Build b;
  const std::string vnet = build_network(b, vector.at("network"));
  World w = b.world();
  if (destination.rfind("serviceTag:", 0) == 0) {
    ++left_out["a service tag as the destination"];
    return;
  }
  ++ran;
  const net::RouteSet set =
      net::effective_routes(w.view(), w.subnet(vnet + "/" + question.at("fromSubnet").get<std::string>()));
  const auto chosen = net::select_routes(set.routes, ip(destination));
  REQUIRE(chosen.size() == 1);
  const json& answer = vector.at("answer");
  CHECK(std::string(net::name(chosen.front()->next_hop.kind)) == answer.at("nextHopType").get<std::string>());
  if (answer.contains("nextHopIpAddress"))
    CHECK(to_string(chosen.front()->next_hop.address) == answer.at("nextHopIpAddress").get<std::string>());
  if (answer.contains("source"))
    CHECK(std::string(net::name(chosen.front()->source)) == answer.at("source").get<std::string>());
}

void endpoint_route(const json& vector, Count& left_out, int& ran) {
  const json& vnet = vector.at("network").at("virtualNetworks").at(0);
  if (!vnet.contains("addressPrefixes")) {
    ++left_out["symbolic prefixes"];
    return;
  }
  Build b;
  b.vnet("v", joined(vnet.at("addressPrefixes")));
  b.route_table("rt");
  for (const json& subnet : vnet.at("subnets")) {
    if (subnet.at("name") == "client") {
      b.subnet("v", "client", "10.1.9.0/24", {.route_table = "rt"});
      for (const json& route : subnet.at("routes"))
        b.udr("rt", route.at("addressPrefix").get<std::string>(), "10.1.9.200");
    } else {
      b.subnet("v", "pe", subnet.at("addressPrefix").get<std::string>(),
               {.policies = subnet.at("privateEndpointNetworkPolicies").get<std::string>()});
    }
  }
  b.endpoint("pe1", "v/pe", "10.1.0.5");
  World w = b.world();
  ++ran;
  const net::RouteSet set = net::effective_routes(w.view(), w.subnet("v/client"));
  const auto chosen = net::select_routes(set.routes, ip("10.1.0.5"));
  REQUIRE(chosen.size() == 1);
  CHECK((chosen.front()->next_hop.kind != net::NextHop::Kind::private_endpoint) ==
        vector.at("answer").at("slash32Overridden").get<bool>());
}

void public_access(const json& vector, Count&, int& ran) {
  const json& network = vector.at("network");
  const json properties = network.at("properties");
  const std::string id = vector.at("id");
  const model::ServiceKind kind = id.rfind("kv-", 0) == 0   ? model::ServiceKind::key_vault
                                  : id.rfind("ai-", 0) == 0 ? model::ServiceKind::cognitive_account
                                  : id.rfind("st-", 0) == 0 ? model::ServiceKind::storage
                                                            : model::ServiceKind::web_site;
  Build b;
  model::Service& service = b.service("svc", kind, "Microsoft.X/things");
  if (properties.contains("publicNetworkAccess") && properties["publicNetworkAccess"].is_string()) {
    service.public_network_access =
        *model::parse<model::PublicNetworkAccess>(properties["publicNetworkAccess"].get<std::string>());
  }
  const json acls = properties.value("networkAcls", json::object());
  if (acls.contains("defaultAction"))
    service.default_action = *model::parse<model::Access>(acls["defaultAction"].get<std::string>());
  for (const json& rule : acls.value("ipRules", json::array())) {
    const Prefix range = prefix(rule.at("value").get<std::string>());
    service.ip_rules.push_back({range.first(), range.last()});
  }
  service.endpoint_connections.resize(network.value("privateEndpointConnections", json::array()).size());
  const bool is_switch_absent = service.public_network_access.is_absent();
  const bool has_endpoint = !service.endpoint_connections.empty();
  World w = b.world();
  ++ran;
  const net::Exposure exposure = net::exposure(w.view(), w.service("svc"));
  const bool is_closed = exposure.accepted.empty() && exposure.open.empty();
  // A site whose restrictions are in another resource may be open: never closed, and never claimed to be open.
  // The same for one with an endpoint and no switch of its own, which its configuration may set.
  const bool is_undecided = kind == model::ServiceKind::web_site && is_switch_absent && has_endpoint;
  if (is_undecided)
    CHECK(exposure.accepted.empty());
  else
    CHECK(is_closed != vector.at("answer").at("allowed").get<bool>());
  if (kind != model::ServiceKind::web_site && !is_closed) CHECK(exposure.accepted == internet_addresses());
}

void packet(const json& vector, Count& left_out, int& ran) {
  const json& network = vector.at("network");
  const json& question = vector.at("question");
  if (vector.at("id") == "rt-nw-va-dropped") {
    Build b;
    build_network(b, network);
    b.attach("myVNet", "mySubnet", {});
    World w = b.world();
    ++ran;
    const net::Place from{net::Place::Kind::network_interface, w.estate().tables().network_interfaces[1].id};
    const net::Trace trace =
        net::trace(w.view(), {from, ip("10.0.0.4"), ip("13.107.21.200"), Protocol::tcp, 49152, 443});
    CHECK(net::name(trace.disposition) == "dropped");
    return;
  }
  if (!question.contains("remoteIp")) {
    ++left_out["packets without concrete addresses (unit tables have these behaviours)"];
    return;
  }
  Build b;
  b.vnet("myVNet", "10.0.0.0/16");
  b.nsg("nsg");
  b.subnet("myVNet", "mySubnet", "10.0.0.0/24", {.nsg = "nsg"});
  World w = b.world();
  ++ran;
  const net::FilterPoint point{&w.estate().tables().subnets.front(), nullptr, false};
  const net::FilterResult result =
      net::filter(w.view(), model::Direction::outbound, point,
                  {ip("10.0.0.4"), ip(question.at("remoteIp").get<std::string>()), Protocol::tcp, 60000, 80});
  CHECK(result.rule == vector.at("answer").at("rule").get<std::string>());
  CHECK((result.decision == net::FilterResult::Decision::allow) == (vector.at("answer").at("access") == "Allow"));
}

}  // namespace

TEST_CASE("documented outcomes hold") {
  if (!std::filesystem::exists(vectors())) {
    std::cout << "skipped: no vectors at " << vectors() << "\n";
    return;
  }
  Count left_out;
  int ran = 0;
  for (const char* file : {"routing", "private-endpoint", "nsg", "paas-exposure", "peering"}) {
    std::ifstream in(vectors() / (std::string(file) + ".json"));
    for (const json& vector : json::parse(in)) {
      const std::string id = vector.at("id");
      CAPTURE(id);
      const std::string kind = vector.at("question").at("kind");
      if (kind == "nextHop")
        next_hop(vector, left_out, ran);
      else if (kind == "privateEndpointRoute")
        endpoint_route(vector, left_out, ran);
      else if (kind == "publicAccess")
        public_access(vector, left_out, ran);
      else if (kind == "packet")
        packet(vector, left_out, ran);
      else
        ++left_out["questions of kind " + kind];
    }
  }
  std::cout << ran << " vectors ran\n";
  for (const auto& [why, count] : left_out) std::cout << count << " left out: " << why << "\n";
  CHECK(ran > 20);
}
