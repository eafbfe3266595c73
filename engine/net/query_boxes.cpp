// What comes out of a question: boxes that the tracer vouches for, likes made one.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "engine/net/query_walk.h"
#include "engine/net/trace.h"

namespace hubproof::net {

using model::ResourceId;
using model::Subnet;

namespace {

constexpr std::size_t kMostReasons = 3;

bool by_place(const Place& a, const Place& b) { return std::pair(a.kind, a.id) < std::pair(b.kind, b.id); }

/// The subnet in which a delivered packet ended; unset when that is no subnet of the export.
ResourceId subnet_of_end(const model::Estate& e, const Trace& trace) {
  if (trace.hops.empty()) return {};
  const Place& at = trace.hops.back().at;
  if (at.kind == Place::Kind::subnet) return at.id;
  if (const auto* endpoint = e.find<model::PrivateEndpoint>(at.id)) return endpoint->subnet;
  if (const auto* service = e.find<model::ApiManagement>(at.id)) return service->primary.subnet;
  const auto* gateway = e.find<model::ApplicationGateway>(at.id);
  if (gateway != nullptr && !gateway->subnets.empty()) return gateway->subnets.front();
  const auto* nic = e.find<model::NetworkInterface>(at.id);
  if (nic != nullptr && !nic->ip_configurations.empty()) return nic->ip_configurations.front().subnet;
  return {};
}

}  // namespace

/// The packet ended where the question asks for.
bool QueryWalk::is_wanted(const Trace& trace) const {
  switch (trace.disposition) {
    case Disposition::delivered:
      // Asked for by address, or arrived in a subnet that is asked for: a public address stands for what is behind it.
      return destinations_.contains(std::get<Ipv4>(trace.flow.destination)) || is_target(subnet_of_end(e_, trace));
    case Disposition::exits_to_internet: return question_.to.internet;
    case Disposition::exits_to_on_premises: return question_.to.on_premises;
    case Disposition::denied:
    case Disposition::dropped:
    case Disposition::loop:
    case Disposition::unknown: return false;
  }
  return false;
}

BoxOutcome QueryWalk::judged(const Trace& trace) const {
  BoxOutcome out;
  const bool is_unknown = trace.disposition == Disposition::unknown;
  if (!is_unknown && !is_wanted(trace)) return out;
  switch (question_.via) {
    case Question::Via::anything: break;
    case Question::Via::firewall:
      if (!is_unknown && !trace.crossed_firewall) return out;
      break;
    case Question::Via::not_firewall:
      if (trace.crossed_firewall) return out;
      break;
  }
  if (is_unknown) {
    out.passes = Ternary::unknown;
    if (!trace.unknown_because.empty()) out.reason = trace.unknown_because.back();
    return out;
  }
  out.passes = Ternary::yes;
  out.disposition = trace.disposition;
  out.crossed_firewall = trace.crossed_firewall;
  return out;
}

Trace QueryWalk::trace_of(const QueryLoad& load, const Packet& packet) const {
  Flow flow;
  for (const QuerySender& sender : load.senders) {
    if (sender.addresses.contains(packet.source)) flow.from = sender.from;
  }
  flow.source = packet.source;
  flow.destination = packet.destination;
  flow.protocol = packet.protocol;
  flow.source_port = packet.source_port;
  flow.destination_port = packet.destination_port;
  return trace(v_, flow);
}

void QueryWalk::finish(const QueryLoad& load, const BoxCuts& cuts) {
  if (load.crossed && question_.via == Question::Via::not_firewall) return;
  if (!load.doubts.empty()) return add_box(load, load.box, {Ternary::unknown, {}, false, {}});
  const auto ask = [&](const Packet& packet) { return judged(trace_of(load, packet)); };
  for (const auto& [box, outcome] : split(load.box, cuts, ask, budget_)) add_box(load, box, outcome);
}

void QueryWalk::add_box(const QueryLoad& load, const Box& box, const BoxOutcome& outcome) {
  QueryBox out;
  out.packets = box;
  out.is_certain = outcome.passes == Ternary::yes && load.caution.empty();
  if (out.is_certain) {
    out.disposition = outcome.disposition;
    out.crossed_firewall = outcome.crossed_firewall;
    out.witness = trace_of(load, example_of(box));
  } else {
    out.reasons = load.doubts;
    if (out.reasons.empty()) out.reasons = {outcome.passes == Ternary::yes ? load.caution : outcome.reason};
  }
  for (const QuerySender& sender : load.senders) {
    if (!(sender.addresses & box.sources).empty()) out.from.push_back(sender.from);
  }
  out.packets.sources |= load.left_out;
  answer_.boxes.push_back(std::move(out));
}

/// A witness that does not end as its box says is a reason for doubt.
void QueryWalk::replay() {
  merge_boxes(answer_.boxes);
  for (QueryBox& box : answer_.boxes) {
    if (!box.is_certain) continue;
    const BoxOutcome outcome = judged(trace(v_, box.witness->flow));
    if (outcome.passes == Ternary::yes && outcome.disposition == box.disposition &&
        outcome.crossed_firewall == box.crossed_firewall)
      continue;
    box.is_certain = false;
    box.reasons = {"the tracer does not show the packet that stands for these"};
    box.disposition.reset();
    box.crossed_firewall = false;
    box.witness.reset();
  }
}

namespace {

/// The sets of a box but one, to find those that can be made one.
enum class Axis { sources, destinations, protocols, ports };

std::string key_without(const QueryBox& box, Axis axis) {
  std::string out = fmt::format("{}|{}|{}|", box.is_certain, box.crossed_firewall,
                                box.disposition ? static_cast<int>(*box.disposition) : -1);
  if (axis != Axis::sources) out += to_string(box.packets.sources) + "|";
  if (axis != Axis::destinations) out += to_string(box.packets.destinations) + "|";
  if (axis != Axis::protocols) out += fmt::format("{}|", box.packets.protocols);
  if (axis == Axis::ports) return out;
  for (const PortRange& range : box.packets.ports) out += to_string(range) + ",";
  return out;
}

void join(std::vector<PortRange>& ports, const std::vector<PortRange>& more) {
  ports.insert(ports.end(), more.begin(), more.end());
  std::sort(ports.begin(), ports.end());
  std::vector<PortRange> out;
  for (const PortRange& range : ports) {
    if (out.empty() || std::uint32_t{out.back().last()} + 1 < range.first())
      out.push_back(range);
    else
      out.back() = PortRange(out.back().first(), std::max(out.back().last(), range.last()));
  }
  ports = std::move(out);
}

void join(QueryBox& into, const QueryBox& from, Axis axis) {
  switch (axis) {
    case Axis::sources: into.packets.sources |= from.packets.sources; break;
    case Axis::destinations: into.packets.destinations |= from.packets.destinations; break;
    case Axis::protocols: into.packets.protocols |= from.packets.protocols; break;
    case Axis::ports: join(into.packets.ports, from.packets.ports); break;
  }
  into.from.insert(into.from.end(), from.from.begin(), from.from.end());
  into.reasons.insert(into.reasons.end(), from.reasons.begin(), from.reasons.end());
}

void merge_along(std::vector<QueryBox>& boxes, Axis axis) {
  std::map<std::string, std::size_t> first;
  std::vector<QueryBox> out;
  for (QueryBox& box : boxes) {
    const auto [found, is_new] = first.emplace(key_without(box, axis), out.size());
    if (is_new)
      out.push_back(std::move(box));
    else
      join(out[found->second], box, axis);
  }
  boxes = std::move(out);
}

template <class T, class Less>
void sort_unique(std::vector<T>& list, Less less) {
  std::sort(list.begin(), list.end(), less);
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void merge_boxes(std::vector<QueryBox>& boxes) {
  std::size_t before = 0;
  do {
    before = boxes.size();
    for (const Axis axis : {Axis::sources, Axis::destinations, Axis::protocols, Axis::ports}) merge_along(boxes, axis);
  } while (boxes.size() < before);
  for (QueryBox& box : boxes) {
    sort_unique(box.from, by_place);
    sort_unique(box.reasons, std::less<std::string>());
    if (box.reasons.size() <= kMostReasons) continue;
    box.more_reasons = box.reasons.size() - kMostReasons;
    box.reasons.resize(kMostReasons);
  }
  const auto rank = [](const QueryBox& box) {
    return std::tuple(!box.is_certain, *box.packets.sources.first(), *box.packets.destinations.first(),
                      box.packets.protocols, box.packets.ports.front());
  };
  std::stable_sort(boxes.begin(), boxes.end(), [&](const QueryBox& a, const QueryBox& b) { return rank(a) < rank(b); });
}

}  // namespace hubproof::net
