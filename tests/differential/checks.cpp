#include "tests/differential/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/net/exposure.h"
#include "engine/net/reach.h"
#include "engine/net/reply.h"
#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "tests/differential/checks_parts.h"

namespace hubproof::differential {
namespace {

using net::Disposition;
using net::FilterResult;
using net::NextHop;
using net::Place;

}  // namespace

std::string verdict_word(const proof::Verdict& verdict) {
  if (std::holds_alternative<proof::Proved>(verdict)) return "proved";
  if (std::holds_alternative<proof::Refuted>(verdict)) return "refuted";
  return std::holds_alternative<proof::Unknown>(verdict) ? "unknown" : "not applicable";
}

std::string why(const net::TransitResult& result) {
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(result.bypasses.size(), 4); ++i)
    out += fmt::format("\n    {}", net::open_question(result.bypasses[i]));
  return out;
}

std::string word_of(const net::TransitResult& result) {
  if (result.bypasses.empty()) return "proved";
  return std::any_of(result.bypasses.begin(), result.bypasses.end(), [](const auto& b) { return b.is_certain; })
             ? "refuted"
             : "unknown";
}

std::string name_of(const World& world, const model::SpokeRole& spoke) {
  const model::Estate& e = world.estate();
  return std::string(e.name(e.tables().virtual_networks[spoke.vnet.index()].id));
}

// A refutation stands by a packet that the tracer shows and that breaks the promise by the claim's own text.
void check_witness(const Comparing& all, const model::SpokeRole& spoke, const net::Bypass& bypass) {
  const std::string name = name_of(all.world, spoke);
  if (!bypass.witness) return all.say(fmt::format("{}: a certain bypass without a witness: {}", name, bypass.reason));
  const net::Trace trace = net::trace(all.world.view(), *bypass.witness);
  all.coverage.see(trace);
  // What another network's appliance does is not known; there the packet has left the promised way all the same.
  if (trace.disposition == Disposition::unknown && !trace.crossed_firewall && !trace.hops.empty() &&
      trace.hops.back().at.kind == Place::Kind::appliance && trace.vnets.size() > 1)
    return;
  const std::vector<Breach> found = breaches(all.world, trace, false);
  const bool is_ours =
      std::any_of(found.begin(), found.end(), [&](const Breach& b) { return b.spoke == &spoke && b.is_certain; });
  if (!is_ours) {
    all.say(fmt::format("{}: the witness {} breaks no promise ({}): {}", name, to_string(*bypass.witness),
                        net::name(trace.disposition), bypass.reason));
  }
}

namespace {

class Comparison {
 public:
  Comparison(const World& world, Dice& dice, const Checks& checks, Coverage& coverage)
      : w_(world),
        view_(world.view()),
        e_(world.estate()),
        dice_(dice),
        checks_(checks),
        coverage_(coverage),
        addresses_(corner_addresses(world)),
        ports_(corner_ports(world)) {}
  std::vector<std::string> run();

 private:
  void transit();
  void flows();
  void flow(const Origin& origin, Ipv4 destination);
  void reply(const net::Trace& forward);
  void internet();
  void exposed(const net::Trace& trace, const model::PrivateEndpoint& endpoint);
  void routes(model::SubnetIndex subnet);
  void filters();
  void solver();
  void exposure();
  void say(std::string sentence) { out_.push_back(std::move(sentence)); }
  std::string name(const model::SpokeRole& spoke) const { return name_of(w_, spoke); }
  std::string word_of_both(const model::SpokeRole& spoke) const;

  const World& w_;
  const model::View view_;
  const model::Estate& e_;
  Dice& dice_;
  const Checks& checks_;
  Coverage& coverage_;
  std::vector<Ipv4> addresses_;
  std::vector<std::uint16_t> ports_;
  std::map<const model::SpokeRole*, net::TransitResult> exact_;
  std::set<model::ResourceId> reached_;  ///< services whose endpoint a packet from the Internet was delivered to
  std::map<const model::SpokeRole*, std::string> words_v6_;  ///< of the dual-stack spokes
  std::vector<std::string> out_;
  const Comparing all_{w_, dice_, coverage_, out_};
};

void Comparison::transit() {
  net::Transit exact(view_);
  for (const model::SpokeRole& spoke : w_.roles.spokes) {
    const net::TransitResult& result = exact_.emplace(&spoke, exact.of(spoke)).first->second;
    ++coverage_.verdicts[word_of(result)];
    const model::ResourceId vnet = e_.tables().virtual_networks[spoke.vnet.index()].id;
    if (!e_.connections_by_vnet.of(vnet).empty()) ++coverage_.verdicts["virtual hub " + word_of(result)];
    if (e_.admin_policy(vnet) != nullptr) ++coverage_.verdicts["managed " + word_of(result)];
    for (const net::Bypass& bypass : result.bypasses) {
      if (bypass.is_certain) check_witness(all_, spoke, bypass);
    }
  }
}

void Comparison::flows() {
  const std::vector<Origin> from = origins(w_);
  const std::size_t all = from.size() * addresses_.size();
  if (all == 0) return;
  if (checks_.flows == 0 || all <= checks_.flows) {
    for (const Origin& origin : from) {
      for (const Ipv4 destination : addresses_) flow(origin, destination);
    }
    return;
  }
  for (std::size_t i = 0; i < checks_.flows; ++i) flow(dice_.of(from), dice_.of(addresses_));
}

void Comparison::flow(const Origin& origin, Ipv4 destination) {
  if (origin.place.kind == Place::Kind::internet) return;  // internet() asks for every public address
  net::Flow flow{origin.place, origin.source,   destination, kProtocols[dice_.below(10) < 7 ? 0 : dice_.below(3)],
                 49152,        dice_.of(ports_)};
  const net::Trace trace = net::trace(view_, flow);
  coverage_.see(trace);
  for (const Breach& breach : breaches(w_, trace, origin.is_forwarded)) {
    ++coverage_.breaches[fmt::format("{}{}", breach.way == Breach::Way::leaves ? "leaves" : "enters",
                                     breach.is_certain ? "" : " perhaps")];
    const std::string met = word_of(exact_.at(breach.spoke));
    if (met == "proved" || (breach.is_certain && met != "refuted")) {
      say(fmt::format("{}: {} although {}{} {} ({})", name(*breach.spoke), met, to_string(flow),
                      breach.is_certain ? "" : " (perhaps)", breach.way == Breach::Way::leaves ? "leaves" : "enters",
                      net::name(trace.disposition)) +
          why(exact_.at(breach.spoke)));
    }
  }
  if (trace.disposition == Disposition::delivered && dice_.chance(20)) reply(trace);
}

// law:  a TCP reply is dropped by a firewall that did not see the request; a filter that saw the request lets it pass
// source: azure-semantics.md 1.4 (asymmetry), 3.1 (stateful)
void Comparison::reply(const net::Trace& forward) {
  const net::Reply reply = net::trace_reply(view_, forward);
  if (!reply.trace) return;
  ++coverage_.replies;
  const bool is_lost = !forward.crossed_firewall && reply.trace->crossed_firewall;
  if (is_lost && forward.flow.protocol == Protocol::tcp && reply.trace->disposition == Disposition::delivered)
    say(fmt::format("the reply to {} is delivered by a firewall that did not see the request",
                    to_string(forward.flow)));
}

void Comparison::internet() {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (!address.address) continue;
    for (const std::uint16_t port : {std::uint16_t{443}, dice_.of(ports_)}) {
      const net::Flow flow{
          {Place::Kind::internet, {}}, *Ipv4::parse("8.8.8.8"), *address.address, Protocol::tcp, 49152, port};
      const net::Trace trace = net::trace(view_, flow);
      coverage_.see(trace);
      for (const Breach& breach : breaches(w_, trace, false)) {
        ++coverage_.breaches["from the Internet"];
        if (word_of(exact_.at(breach.spoke)) != "refuted")
          say(fmt::format("{}: {} although {} enters", name(*breach.spoke), word_of(exact_.at(breach.spoke)),
                          to_string(flow)));
      }
      if (trace.disposition != Disposition::delivered) continue;
      if (const auto* endpoint = e_.find<model::PrivateEndpoint>(trace.hops.back().at.id)) exposed(trace, *endpoint);
    }
  }
}

void Comparison::exposed(const net::Trace& trace, const model::PrivateEndpoint& endpoint) {
  for (const Ipv4 address : net::endpoint_addresses(view_, endpoint)) {
    if (net::public_surfaces(view_, address).empty())
      say(fmt::format("no public surface leads to {} although {} is delivered", to_string(address),
                      to_string(trace.flow)));
  }
  for (const auto& connection : endpoint.connections) reached_.insert(connection.target);
}

void Comparison::routes(model::SubnetIndex subnet) {
  const net::RouteSet set = net::effective_routes(view_, subnet);
  for (const net::Route& route : set.routes) ++coverage_.routes[hop_word(route.next_hop.kind)];
  for (const net::UnknownRoutes& unknown : set.unknown) ++coverage_.routes[hop_word(unknown.next_hop.kind)];
  const std::vector<net::Segment> segments = net::decide(set.routes, {});
  for (const Ipv4 address : addresses_) {
    ++coverage_.addresses;
    const auto segment =
        std::find_if(segments.begin(), segments.end(), [&](const net::Segment& s) { return address <= s.range.last; });
    const net::Route* expected = chosen(set.routes, address);
    const net::Route* met = nullptr;
    if (segment != segments.end() && !segment->chosen.empty() && segment->chosen.front()->is_certain)
      met = segment->chosen.front();
    const bool is_same = expected == nullptr || met == nullptr
                             ? expected == met
                             : expected->prefix == met->prefix && expected->source == met->source;
    if (!is_same)
      say(fmt::format("routes of {} for {}: {} and not {}", e_.name(e_.tables().subnets[subnet.index()].id),
                      to_string(address), met == nullptr ? "none" : to_string(met->prefix),
                      expected == nullptr ? "none" : to_string(expected->prefix)));
  }
}

// law:  reach() is yes exactly when some packet is surely let through, no when none may be
void Comparison::filters() {
  const auto& subnets = e_.tables().subnets;
  if (subnets.empty()) return;
  const model::Subnet& from = dice_.of(subnets);
  const model::Subnet& to = dice_.of(subnets);
  const net::FilterPoint sender{&from, nullptr, false};
  const net::FilterPoint receiver{&to, nullptr, false};
  const AddressSet sources = net::usable_addresses(from);
  const AddressSet destinations = net::usable_addresses(to);
  if (sources.empty() || destinations.empty()) return;
  const net::Reach all = net::reach(view_, &sender, receiver, sources, destinations, {});
  for (int i = 0; i < 60; ++i) {
    const Ipv4 source = dice_.of(addresses_);
    const Ipv4 destination = dice_.of(addresses_);
    if (!sources.contains(source) || !destinations.contains(destination)) continue;
    const net::Packet packet{source, destination, kProtocols[dice_.below(3)], 49152, dice_.of(ports_)};
    ++coverage_.packets;
    const auto out = net::filter(view_, model::Direction::outbound, sender, packet).decision;
    const auto in = net::filter(view_, model::Direction::inbound, receiver, packet).decision;
    const bool passes = out == FilterResult::Decision::allow && in == FilterResult::Decision::allow;
    const bool is_stopped = out == FilterResult::Decision::deny || in == FilterResult::Decision::deny;
    if ((passes && all.passes != Ternary::yes) || (!is_stopped && all.passes == Ternary::no))
      say(fmt::format("reach({}, {}) is {} although {} -> {}:{} {}", e_.name(from.id), e_.name(to.id),
                      all.passes == Ternary::no ? "no" : "unknown", to_string(source), to_string(destination),
                      packet.destination_port, passes ? "passes" : "may pass"));
  }
}

/// A packet of either family refutes it; both must be proved.
std::string Comparison::word_of_both(const model::SpokeRole& spoke) const {
  const std::string four = word_of(exact_.at(&spoke));
  const auto found = words_v6_.find(&spoke);
  if (found == words_v6_.end() || four == "refuted" || found->second == "proved") return four;
  return found->second;
}

void Comparison::solver() {
  ++coverage_.solved;
  const proof::ProofRun transit = proof::prove_transit(view_);
  for (const std::string& sentence : transit.disagreements) say("layers: " + sentence);
  for (const proof::ClaimResult& result : transit.results) {
    for (const auto& [spoke, exact] : exact_) {
      if (e_.tables().virtual_networks[spoke->vnet.index()].id != result.resource) continue;
      const std::string met = verdict_word(result.verdict);
      ++coverage_.verdicts["by both layers " + met];
      if (result.open_in.exact != result.open_in.solver) ++coverage_.open_in_one_layer;
      const std::string alone = word_of_both(*spoke);
      const bool agrees = met == "unknown" ? alone != "refuted" || !w_.roles.ambiguities.empty() : met == alone;
      if (!agrees) say(fmt::format("{}: {} by both layers and {} by the exact one", name(*spoke), met, alone));
    }
  }
}

void Comparison::exposure() {
  const proof::ProofRun exposure = proof::prove_no_public_endpoint(view_);
  for (const std::string& sentence : exposure.disagreements) say("layers: " + sentence);
  for (const proof::ClaimResult& result : exposure.results) {
    if (!result.resource.is_set()) continue;
    const std::string met = verdict_word(result.verdict);
    ++coverage_.verdicts["endpoints " + met];
    if (reached_.count(result.resource) == 0) continue;
    ++coverage_.breaches["a service from the Internet"];
    if (met == "proved") say(fmt::format("{} is proved to be closed and is reached", e_.name(result.resource)));
  }
}

std::vector<std::string> Comparison::run() {
  ++coverage_.estates;
  transit();
  flows();
  internet();
  const auto& subnets = e_.tables().subnets;
  if (!subnets.empty()) routes(model::SubnetIndex(static_cast<std::uint32_t>(dice_.below(subnets.size()))));
  for (int i = 0; i < 2; ++i) filters();
  if (has_ipv6(w_)) words_v6_ = compare_ipv6(all_);
  if (checks_.with_query) compare_query(all_);
  if (!checks_.with_solver) return std::move(out_);
  solver();
  if (checks_.with_exposure) exposure();
  if (!e_.tables().private_dns_zones.empty()) compare_names(all_);
  return std::move(out_);
}

}  // namespace

std::string exact_word(const World& world, const model::SpokeRole& spoke) {
  return word_of(net::transit(world.view(), spoke));
}

std::vector<std::string> disagreements(const World& world, Dice& dice, const Checks& checks, Coverage& coverage) {
  return Comparison(world, dice, checks, coverage).run();
}

}  // namespace hubproof::differential
