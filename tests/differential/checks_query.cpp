// Sets of packets against single ones: what a query puts into boxes is what the tracer says of packets in and beside
// them.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/net/endpoint_subnets.h"
#include "engine/net/query.h"
#include "engine/net/reach.h"
#include "engine/net/trace.h"
#include "tests/differential/checks_parts.h"

namespace hubproof::differential {
namespace {

using net::Disposition;
using net::Question;

constexpr int kPackets = 60;
constexpr const char* kCertain = "packet in a certain box of a query";
constexpr const char* kUncertain = "packet in an uncertain box of a query";

bool holds(const net::QueryBox& box, const net::Flow& flow) {
  const auto protocol = std::find(std::begin(net::kBoxProtocols), std::end(net::kBoxProtocols), flow.protocol);
  const auto bit = static_cast<unsigned>(protocol - std::begin(net::kBoxProtocols));
  const auto& ports = box.packets.ports;
  const bool has_ports = flow.protocol == Protocol::tcp || flow.protocol == Protocol::udp;
  const bool has_port = !has_ports || std::any_of(ports.begin(), ports.end(), [&](const PortRange& range) {
    return range.contains(flow.destination_port);
  });
  return std::find(box.from.begin(), box.from.end(), flow.from) != box.from.end() && has_port &&
         (box.packets.protocols >> bit & 1U) != 0 && box.packets.sources.contains(std::get<Ipv4>(flow.source)) &&
         box.packets.destinations.contains(std::get<Ipv4>(flow.destination));
}

bool arrives(Disposition disposition) {
  return disposition == Disposition::delivered || disposition == Disposition::exits_to_internet ||
         disposition == Disposition::exits_to_on_premises;
}

/// What of a packet and the box that holds it (nullptr: none) does not fit; empty: nothing.
std::string misfit(const net::Trace& trace, const net::QueryBox* box, bool is_open) {
  if (trace.disposition == Disposition::unknown) return {};  // groups may refuse what would come to nothing anyway
  if (box == nullptr) return arrives(trace.disposition) && !is_open ? "is in no box" : "";
  if (!box->is_certain) return {};
  if (box->disposition != trace.disposition) return "is in a box of another disposition";
  return box->crossed_firewall == trace.crossed_firewall ? "" : "is in a box that says otherwise of the firewall";
}

/// A subnet of hosts: of the platform's own and of endpoints alone a query takes nothing to start there.
bool sends(const model::View& view, const model::Subnet& subnet) {
  for (const std::string_view name : {"AzureFirewallSubnet", "AzureFirewallManagementSubnet", "GatewaySubnet",
                                      "RouteServerSubnet", "AzureBastionSubnet"}) {
    if (net::is_named(view, subnet, name)) return false;
  }
  return net::holds_endpoints_only(view, subnet) == Ternary::no;
}

/// An interface of its own or an endpoint has the address, which a packet of the subnet as such does not start from.
bool is_taken(const model::View& view, const model::Subnet& subnet, Ipv4 address) {
  const model::Estate& e = view.estate;
  for (const auto& [key, index] : e.endpoints_by_subnet.of(subnet.id)) {
    const std::vector<Ipv4> taken = net::endpoint_addresses(view, e.tables().private_endpoints[index]);
    if (std::find(taken.begin(), taken.end(), address) != taken.end()) return true;
  }
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id)) {
    for (const model::IpConfiguration& config : e.tables().network_interfaces[index].ip_configurations) {
      if (config.address == address) return true;
    }
  }
  return false;
}

}  // namespace

void compare_query(const Comparing& all) {
  const model::View view = all.world.view();
  const auto& subnets = view.estate.tables().subnets;
  Question question;
  std::vector<const model::Subnet*> senders;
  AddressSet hosts = internet_addresses();
  for (const model::VirtualNetwork& vnet : view.estate.tables().virtual_networks) {
    for (const Prefix& prefix : vnet.address_space) hosts.subtract(prefix);
  }
  for (const model::Subnet& subnet : subnets) {
    question.from.subnets.push_back(subnet.id);
    question.to.subnets.push_back(subnet.id);
    if (sends(view, subnet)) senders.push_back(&subnet);
    hosts |= net::usable_addresses(subnet);
  }
  question.to.internet = question.to.on_premises = true;
  const net::Answer answer = net::query(view, question);
  const std::vector<Ipv4> addresses = corner_addresses(all.world);
  const std::vector<std::uint16_t> ports = corner_ports(all.world);
  for (int i = 0; i < kPackets && !senders.empty(); ++i) {
    const model::Subnet& from = *all.dice.of(senders);
    std::vector<Ipv4> own;
    for (const Ipv4 address : addresses) {
      if (net::usable_addresses(from).contains(address) && !is_taken(view, from, address)) own.push_back(address);
    }
    const Ipv4 destination = all.dice.of(addresses);
    if (own.empty() || !hosts.contains(destination)) continue;
    const net::Flow flow{{net::Place::Kind::subnet, from.id}, all.dice.of(own),     destination,
                         kProtocols[all.dice.below(3)],       std::uint16_t{49152}, all.dice.of(ports)};
    const auto box =
        std::find_if(answer.boxes.begin(), answer.boxes.end(), [&](const auto& one) { return holds(one, flow); });
    const net::Trace trace = net::trace(view, flow);
    ++all.coverage.asked_of_queries;
    if (box != answer.boxes.end()) ++all.coverage.features[box->is_certain ? kCertain : kUncertain];
    const std::string what = misfit(trace, box == answer.boxes.end() ? nullptr : &*box, !answer.open.empty());
    if (!what.empty()) all.say(fmt::format("query: {} ({}) {}", to_string(flow), net::name(trace.disposition), what));
  }
}

}  // namespace hubproof::differential
