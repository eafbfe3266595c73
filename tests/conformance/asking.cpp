#include "tests/conformance/asking.h"

#include <algorithm>
#include <stdexcept>

namespace hubproof::conformance {

using test::ip;
using test::World;

const model::Subnet& subnet_of(const World& world, std::string_view vnet_slash_subnet) {
  return world.estate().tables().subnets[world.subnet(vnet_slash_subnet).index()];
}

const model::NetworkInterface& nic_of(const World& world, std::string_view name) {
  for (const model::NetworkInterface& nic : world.estate().tables().network_interfaces) {
    if (world.estate().name(nic.id) == name) return nic;
  }
  throw std::runtime_error("no network interface " + std::string(name));
}

net::Place place(const model::Subnet& subnet) { return {net::Place::Kind::subnet, subnet.id}; }
net::Place place(const model::NetworkInterface& nic) { return {net::Place::Kind::network_interface, nic.id}; }

net::FilterPoint point_of(const World& world, const model::NetworkInterface& nic) {
  return {world.estate().find<model::Subnet>(nic.ip_configurations.front().subnet), &nic, false};
}

net::Trace traced(const World& world, net::Place from, std::string_view source, std::string_view destination,
                  Port port) {
  return net::trace(world.view(), {from, ip(source), ip(destination), port.protocol, 49152, port.number});
}

bool is_let_pass_by_state(const net::Trace& trace) {
  return std::any_of(trace.hops.begin(), trace.hops.end(),
                     [](const net::Hop& hop) { return hop.decision == "allow" && hop.decided_by.empty(); });
}

std::vector<net::Route> routes_to(const World& world, std::string_view vnet_slash_subnet,
                                  std::string_view destination) {
  const net::RouteSet set = net::effective_routes(world.view(), world.subnet(vnet_slash_subnet));
  std::vector<net::Route> out;
  for (const net::Route* route : net::select_routes(set.routes, ip(destination))) out.push_back(*route);
  return out;
}

std::string access_word(net::FilterResult::Decision decision) {
  switch (decision) {
    case net::FilterResult::Decision::allow: return "Allow";
    case net::FilterResult::Decision::deny: return "Deny";
    case net::FilterResult::Decision::unknown: return "unknown";
  }
  return "unknown";
}

Json flows(net::Disposition disposition) {
  switch (disposition) {
    case net::Disposition::delivered:
    case net::Disposition::exits_to_internet:
    case net::Disposition::exits_to_on_premises: return true;
    case net::Disposition::denied:
    case net::Disposition::dropped:
    case net::Disposition::loop: return false;
    case net::Disposition::unknown: return "unknown";
  }
  return "unknown";
}

std::string access_word(net::Disposition disposition) {
  const Json arrives = flows(disposition);
  return arrives.is_string() ? "unknown" : arrives.get<bool>() ? "Allow" : "Deny";
}

std::string text_at(const Json& object, const char* key) {
  return object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : std::string();
}

std::string joined(const Json& list) {
  std::string out;
  for (const Json& item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out;
}

Json list_at(const Json& object, const char* key) { return object.value(key, Json::array()); }

}  // namespace hubproof::conformance
