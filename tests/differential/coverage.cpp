#include "tests/differential/coverage.h"

#include <fmt/format.h>

#include "engine/model/manager.h"

namespace hubproof::differential {
namespace {

using net::Disposition;
using net::NextHop;

constexpr Disposition kDispositions[] = {Disposition::delivered,
                                         Disposition::denied,
                                         Disposition::dropped,
                                         Disposition::exits_to_internet,
                                         Disposition::exits_to_on_premises,
                                         Disposition::loop,
                                         Disposition::unknown};
constexpr NextHop::Kind kHops[] = {
    NextHop::Kind::vnet_local,       NextHop::Kind::peering,          NextHop::Kind::internet,   NextHop::Kind::gateway,
    NextHop::Kind::appliance,        NextHop::Kind::private_endpoint, NextHop::Kind::none,       NextHop::Kind::unknown,
    NextHop::Kind::service_endpoint, NextHop::Kind::connected_group,  NextHop::Kind::virtual_hub};
// No IPv6 packet leaves by a gateway: those of the model are IPv4.
constexpr Disposition kDispositionsV6[] = {Disposition::delivered, Disposition::denied, Disposition::dropped,
                                           Disposition::exits_to_internet, Disposition::unknown};
constexpr NextHop::Kind kHopsV6[] = {NextHop::Kind::vnet_local,     NextHop::Kind::peering,   NextHop::Kind::internet,
                                     NextHop::Kind::gateway,        NextHop::Kind::appliance, NextHop::Kind::none,
                                     NextHop::Kind::connected_group};
constexpr const char* kFeatures[] = {"packet in a certain box of a query",
                                     "packet in an uncertain box of a query",
                                     "admin rule Allow",
                                     "admin rule AlwaysAllow",
                                     "admin rule Deny",
                                     "from a branch of a virtual hub",
                                     "firewall of a virtual hub",
                                     "router of a virtual hub",
                                     "reply by IPv6",
                                     "packet at IPv6 filters",
                                     "name that is plain",
                                     "name: private addresses",
                                     "name: public answer",
                                     "name: no such name",
                                     "name: no answer",
                                     "name: unknown"};

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [word, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", word, count);
  return out;
}

}  // namespace

std::string hop_word(NextHop::Kind kind) {
  return kind == NextHop::Kind::virtual_hub ? "VirtualHub" : std::string(name(kind));
}

void Coverage::see(const net::Trace& trace) {
  ++flows;
  const std::string family = std::holds_alternative<Ipv6>(trace.flow.destination) ? "IPv6 " : "";
  ++dispositions[family + std::string(name(trace.disposition))];
  bool is_at_hub = trace.flow.from.kind == net::Place::Kind::virtual_hub;
  if (is_at_hub) ++features["from a branch of a virtual hub"];
  for (const net::Hop& hop : trace.hops) {
    if (hop.next_hop) ++hops[family + hop_word(*hop.next_hop)];
    is_at_hub = is_at_hub || hop.at.kind == net::Place::Kind::virtual_hub;
    if (hop.decision == "unknown") continue;
    for (const model::Fact& fact : hop.decided_by) {
      if (fact.pointer == "/properties/access" && model::parse<model::AdminAccess>(std::string_view(fact.value)))
        ++features[fmt::format("admin rule {}", std::string_view(fact.value))];
    }
  }
  if (is_at_hub) ++features[trace.crossed_firewall ? "firewall of a virtual hub" : "router of a virtual hub"];
}

// A packet is never moved by a service endpoint or by a next hop that is not understood: such routes end the walk.
std::uint64_t Coverage::open_in_both() const {
  const auto unknown = verdicts.find("by both layers unknown");
  return unknown == verdicts.end() ? 0 : unknown->second - open_in_one_layer;
}

std::string Coverage::missing() const {
  std::string out;
  for (const Disposition one : kDispositions) {
    if (dispositions.count(std::string(name(one))) == 0) out += fmt::format("disposition {}; ", name(one));
  }
  for (const Disposition one : kDispositionsV6) {
    if (dispositions.count(fmt::format("IPv6 {}", name(one))) == 0)
      out += fmt::format("disposition {} of IPv6; ", name(one));
  }
  for (const NextHop::Kind kind : kHops) {
    if (routes.count(hop_word(kind)) == 0) out += fmt::format("route to {}; ", hop_word(kind));
    const bool moves = kind != NextHop::Kind::service_endpoint && kind != NextHop::Kind::unknown;
    if (moves && hops.count(hop_word(kind)) == 0) out += fmt::format("hop by {}; ", hop_word(kind));
  }
  for (const NextHop::Kind kind : kHopsV6) {
    if (routes.count("IPv6 " + hop_word(kind)) == 0) out += fmt::format("IPv6 route to {}; ", hop_word(kind));
  }
  for (const char* verdict : {"proved", "refuted", "unknown"}) {
    for (const char* of : {"", "IPv6 ", "names ", "virtual hub ", "managed "}) {
      if (verdicts.count(std::string(of) + verdict) == 0) out += fmt::format("verdict {}{}; ", of, verdict);
    }
  }
  for (const char* feature : kFeatures) {
    if (features.count(feature) == 0) out += fmt::format("{}; ", feature);
  }
  return out;
}

std::string Coverage::to_string() const {
  return fmt::format(
      "{} estates ({} with the solver), {} flows, {} replies, {} packets at filters, {} beside queries, {} addresses "
      "at routes\n"
      "  dispositions: {}\n  next hops of packets: {}\n  next hops of effective routes: {}\n  verdicts (transit by the "
      "exact layer unless said): {}\n  unknown in one layer alone: {}\n"
      "  breaches that the tracer shows: {}\n  further: {}\n",
      estates, solved, flows, replies, packets, asked_of_queries, addresses, listed(dispositions), listed(hops),
      listed(routes), listed(verdicts), open_in_one_layer, listed(breaches), listed(features));
}

}  // namespace hubproof::differential
