#include "tests/differential/coverage.h"

#include <fmt/format.h>

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
    NextHop::Kind::vnet_local, NextHop::Kind::peering,   NextHop::Kind::internet,
    NextHop::Kind::gateway,    NextHop::Kind::appliance, NextHop::Kind::private_endpoint,
    NextHop::Kind::none,       NextHop::Kind::unknown,   NextHop::Kind::service_endpoint};

std::string listed(const std::map<std::string, std::uint64_t>& counts) {
  std::string out;
  for (const auto& [word, count] : counts) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", word, count);
  return out;
}

}  // namespace

void Coverage::see(const net::Trace& trace) {
  ++flows;
  ++dispositions[std::string(name(trace.disposition))];
  for (const net::Hop& hop : trace.hops) {
    if (hop.next_hop) ++hops[std::string(name(*hop.next_hop))];
  }
}

// A packet is never moved by a service endpoint or by a next hop that is not understood: such routes end the walk.
std::string Coverage::missing() const {
  std::string out;
  for (const Disposition one : kDispositions) {
    if (dispositions.count(std::string(name(one))) == 0) out += fmt::format("disposition {}; ", name(one));
  }
  for (const NextHop::Kind kind : kHops) {
    if (routes.count(std::string(name(kind))) == 0) out += fmt::format("route to {}; ", name(kind));
    const bool moves = kind != NextHop::Kind::service_endpoint && kind != NextHop::Kind::unknown;
    if (moves && hops.count(std::string(name(kind))) == 0) out += fmt::format("hop by {}; ", name(kind));
  }
  for (const char* verdict : {"proved", "refuted", "unknown"}) {
    if (verdicts.count(verdict) == 0) out += fmt::format("verdict {}; ", verdict);
  }
  return out;
}

std::string Coverage::to_string() const {
  return fmt::format(
      "{} estates ({} with the solver), {} flows, {} replies, {} packets at filters, {} addresses at routes\n"
      "  dispositions: {}\n  next hops of packets: {}\n  next hops of effective routes: {}\n  verdicts (transit by the "
      "exact layer unless said): {}\n"
      "  breaches that the tracer shows: {}\n",
      estates, solved, flows, replies, packets, addresses, listed(dispositions), listed(hops), listed(routes),
      listed(verdicts), listed(breaches));
}

}  // namespace hubproof::differential
