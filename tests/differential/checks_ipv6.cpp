// The other packet space: tracer, exact layer and the laws of single evaluations, asked at corners of IPv6.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/reach_ipv6.h"
#include "engine/net/reply.h"
#include "engine/net/trace.h"
#include "engine/net/transit_ipv6.h"
#include "tests/differential/checks_parts.h"

namespace hubproof::differential {
namespace {

using net::Disposition;
using net::FilterResult;
using net::NextHop;
using net::Place;

constexpr std::size_t kFlows = 120;

class Ipv6Comparison {
 public:
  explicit Ipv6Comparison(const Comparing& all)
      : all_(all),
        view_(all.world.view()),
        e_(all.world.estate()),
        addresses_(corner_addresses_v6(all.world)),
        ports_(corner_ports(all.world)) {}
  std::map<const model::SpokeRole*, std::string> run();

 private:
  void transit();
  void flow(const net::Flow& flow);
  void reply(const net::Trace& forward);
  void internet();
  void routes(const model::Subnet& subnet);
  void filters(const model::Subnet& from, const model::Subnet& to);
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return all_.dice.of(list);
  }

  const Comparing& all_;
  const model::View view_;
  const model::Estate& e_;
  std::vector<Ipv6> addresses_;
  std::vector<std::uint16_t> ports_;
  std::map<const model::SpokeRole*, net::TransitResult> exact_;
};

void Ipv6Comparison::transit() {
  for (const model::SpokeRole& spoke : all_.world.roles.spokes) {
    if (!net::is_dual_stack(view_, e_.tables().virtual_networks[spoke.vnet.index()])) continue;
    const net::TransitResult& result = exact_.emplace(&spoke, net::transit_ipv6(view_, spoke)).first->second;
    ++all_.coverage.verdicts["IPv6 " + word_of(result)];
    for (const net::Bypass& bypass : result.bypasses) {
      if (bypass.is_certain) check_witness(all_, spoke, bypass);
    }
  }
}

void Ipv6Comparison::flow(const net::Flow& flow) {
  const net::Trace trace = net::trace(view_, flow);
  all_.coverage.see(trace);
  for (const Breach& breach : breaches(all_.world, trace, false)) {
    const auto found = exact_.find(breach.spoke);
    const std::string met = found == exact_.end() ? "not looked at" : word_of(found->second);
    ++all_.coverage.breaches[breach.is_certain ? "by IPv6" : "by IPv6 perhaps"];
    if (met == "refuted" || (met == "unknown" && !breach.is_certain)) continue;
    all_.say(fmt::format("{}: {} although {} {} ({})", name_of(all_.world, *breach.spoke), met, to_string(flow),
                         breach.way == Breach::Way::leaves ? "leaves" : "enters", net::name(trace.disposition)) +
             (found == exact_.end() ? std::string() : why(found->second)));
  }
  if (trace.disposition == Disposition::delivered && all_.dice.chance(40)) reply(trace);
}

// law:  filters that saw the request let the reply pass; nothing that saw it can refuse it; a reply that arrives is
//       where the request came from
// source: azure-semantics.md 3.1 (stateful)
void Ipv6Comparison::reply(const net::Trace& forward) {
  const net::Reply reply = net::trace_reply(view_, forward);
  if (!reply.trace) return;
  ++all_.coverage.features["reply by IPv6"];
  if (reply.trace->disposition == Disposition::denied)
    all_.say(fmt::format("the reply to {} is refused", to_string(forward.flow)));
  if (reply.trace->disposition != Disposition::delivered || forward.flow.from.kind == Place::Kind::internet) return;
  const Place& end = reply.trace->hops.back().at;
  const model::Subnet* subnet = e_.find<model::Subnet>(end.id);
  if (const auto* nic = e_.find<model::NetworkInterface>(end.id)) {
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (AnyAddress(config.address_v6.value_or(Ipv6())) == forward.flow.source)
        subnet = e_.find<model::Subnet>(config.subnet);
    }
  }
  const auto& source = std::get<Ipv6>(forward.flow.source);
  const bool is_there =
      subnet != nullptr && std::any_of(subnet->prefixes_v6.begin(), subnet->prefixes_v6.end(),
                                       [&](const Prefix6& prefix) { return prefix.contains(source); });
  if (!is_there) all_.say(fmt::format("the reply to {} arrives elsewhere", to_string(forward.flow)));
}

void Ipv6Comparison::internet() {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (!address.address_v6) continue;
    for (const std::uint16_t port : {std::uint16_t{443}, one_of(ports_)}) {
      flow({{Place::Kind::internet, {}},
            *Ipv6::parse("2001:4860:4860::8888"),
            *address.address_v6,
            Protocol::tcp,
            49152,
            port});
    }
  }
}

void Ipv6Comparison::routes(const model::Subnet& subnet) {
  const net::RouteSet6 set = net::effective_routes_v6(view_, subnet);
  const std::vector<net::Share6> shares = net::shares_of(set.routes, {net::range_of(Prefix6())});
  for (const net::Route6& route : set.routes) ++all_.coverage.routes["IPv6 " + hop_word(route.next_hop.kind)];
  for (const Ipv6& address : addresses_) {
    const net::Route6* expected = chosen(set.routes, address);
    const auto is_of = [&](const net::Share6& share) {
      return share.route->is_certain && std::any_of(share.destinations.begin(), share.destinations.end(),
                                                    [&](const net::Range6& range) { return range.contains(address); });
    };
    const auto found = std::find_if(shares.begin(), shares.end(), is_of);
    const net::Route6* met = found == shares.end() ? nullptr : found->route;
    const bool is_same = expected == nullptr || met == nullptr
                             ? expected == met
                             : expected->prefix == met->prefix && expected->source == met->source;
    if (!is_same)
      all_.say(fmt::format("IPv6 routes of {} for {}: {} and not {}", e_.name(subnet.id), to_string(address),
                           met == nullptr ? "none" : to_string(met->prefix),
                           expected == nullptr ? "none" : to_string(expected->prefix)));
  }
}

// law:  reach_v6() is yes exactly when some packet is surely let through, no when none may be
void Ipv6Comparison::filters(const model::Subnet& from, const model::Subnet& to) {
  const net::FilterPoint sender{&from, nullptr, false};
  const net::FilterPoint receiver{&to, nullptr, false};
  const auto ranges = [](const model::Subnet& subnet) {
    net::Ranges6 out;
    for (const Prefix6& prefix : subnet.prefixes_v6) out.push_back(net::range_of(prefix));
    return out;
  };
  const auto holds = [](const net::Ranges6& list, const Ipv6& address) {
    return std::any_of(list.begin(), list.end(), [&](const net::Range6& range) { return range.contains(address); });
  };
  const net::Ranges6 sources = ranges(from);
  const net::Ranges6 destinations = ranges(to);
  const net::Reach6 all = net::reach_v6(view_, &sender, &receiver, sources, destinations, {});
  for (const Ipv6& source : addresses_) {
    const Ipv6& destination = one_of(addresses_);
    if (!holds(sources, source) || !holds(destinations, destination)) continue;
    const net::Packet6 packet{source, destination, kProtocols[all_.dice.below(2)], 49152, one_of(ports_)};
    ++all_.coverage.features["packet at IPv6 filters"];
    const auto out = net::filter(view_, model::Direction::outbound, sender, packet).decision;
    const auto in = net::filter(view_, model::Direction::inbound, receiver, packet).decision;
    const bool passes = out == FilterResult::Decision::allow && in == FilterResult::Decision::allow;
    const bool is_stopped = out == FilterResult::Decision::deny || in == FilterResult::Decision::deny;
    if ((passes && all.passes != Ternary::yes) || (!is_stopped && all.passes == Ternary::no))
      all_.say(fmt::format("reach_v6({}, {}) is {} although {} -> {}:{} {}", e_.name(from.id), e_.name(to.id),
                           all.passes == Ternary::no ? "no" : "unknown", to_string(source), to_string(destination),
                           packet.destination_port, passes ? "passes" : "may pass"));
  }
}

std::map<const model::SpokeRole*, std::string> Ipv6Comparison::run() {
  transit();
  std::map<const model::SpokeRole*, std::string> words;
  for (const auto& [spoke, result] : exact_) words[spoke] = word_of(result);
  std::vector<const model::Subnet*> subnets;
  for (const model::Subnet& subnet : e_.tables().subnets) {
    if (!subnet.prefixes_v6.empty()) subnets.push_back(&subnet);
  }
  if (subnets.empty()) return words;
  const std::vector<Origin6> from = origins_v6(all_.world);
  for (std::size_t i = 0; i < kFlows; ++i) {
    const Origin6& origin = one_of(from);
    flow({origin.place, origin.source, one_of(addresses_), kProtocols[all_.dice.below(10) < 7 ? 0 : 1], 49152,
          one_of(ports_)});
  }
  internet();
  routes(*one_of(subnets));
  filters(*one_of(subnets), *one_of(subnets));
  return words;
}

}  // namespace

std::map<const model::SpokeRole*, std::string> compare_ipv6(const Comparing& all) { return Ipv6Comparison(all).run(); }

}  // namespace hubproof::differential
