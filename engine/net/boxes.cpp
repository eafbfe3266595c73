#include "engine/net/boxes.h"

#include <algorithm>
#include <bit>
#include <map>

namespace hubproof::net {
namespace {

constexpr std::uint16_t kUsualPorts[] = {443, 80, 22};
constexpr std::uint16_t kUsualSourcePort = 49152;

bool has_ports(Protocol protocol) { return protocol == Protocol::tcp || protocol == Protocol::udp; }

/// The parts of `space` that are alike in which of `by` hold them.
std::vector<AddressSet> parts_of(const AddressSet& space, const std::vector<AddressSet>& by) {
  std::vector<AddressSet> out{space};
  for (const AddressSet& cut : by) {
    std::vector<AddressSet> next;
    for (const AddressSet& part : out) {
      AddressSet inside = part & cut;
      if (inside.empty() || inside == part) {
        next.push_back(part);
        continue;
      }
      next.push_back(part - inside);
      next.push_back(std::move(inside));
    }
    out = std::move(next);
  }
  return out;
}

std::vector<PortRange> parts_of(const std::vector<PortRange>& space, const std::vector<PortRange>& by) {
  std::vector<std::uint32_t> starts;
  for (const PortRange& cut : by) {
    starts.push_back(cut.first());
    starts.push_back(std::uint32_t{cut.last()} + 1);
  }
  std::sort(starts.begin(), starts.end());
  std::vector<PortRange> out;
  for (const PortRange& range : space) {
    std::uint32_t first = range.first();
    while (first <= range.last()) {
      const auto cut = std::upper_bound(starts.begin(), starts.end(), first);
      const std::uint32_t last = cut == starts.end() ? range.last() : std::min<std::uint32_t>(range.last(), *cut - 1);
      out.emplace_back(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
      first = last + 1;
    }
  }
  return out;
}

/// A protocol group with one range of ports.
struct Service {
  ProtocolBits protocols = 0;
  PortRange ports;
};

std::vector<Service> services_of(const Box& box, const BoxCuts& cuts) {
  std::vector<Service> out;
  const auto add = [&](ProtocolBits bits, const std::vector<PortRange>& ports) {
    for (const PortRange& range : ports) {
      if (bits != 0) out.push_back({bits, range});
    }
  };
  const std::vector<PortRange> ports = parts_of(box.ports, cuts.ports);
  const std::vector<PortRange> no_ports{PortRange()};
  if (!cuts.tells_protocols_apart) {
    add(box.protocols & kProtocolsWithPorts, ports);
    add(box.protocols & static_cast<ProtocolBits>(~kProtocolsWithPorts), no_ports);
    return out;
  }
  for (unsigned i = 0; i < std::size(kBoxProtocols); ++i) {
    add(box.protocols & static_cast<ProtocolBits>(1U << i), has_ports(kBoxProtocols[i]) ? ports : no_ports);
  }
  return out;
}

std::uint16_t usual_port(const PortRange& range) {
  for (const std::uint16_t port : kUsualPorts) {
    if (range.contains(port)) return port;
  }
  return range.first();
}

Protocol first_protocol(ProtocolBits bits) { return kBoxProtocols[std::countr_zero(bits)]; }

/// Outcomes by number, so that patterns of them compare fast; 0 is "does not pass".
class Outcomes {
 public:
  std::size_t number_of(BoxOutcome outcome) {
    if (outcome.passes == Ternary::no) return 0;
    const auto found = std::find(known_.begin(), known_.end(), outcome);
    if (found != known_.end()) return static_cast<std::size_t>(found - known_.begin()) + 1;
    known_.push_back(std::move(outcome));
    return known_.size();
  }
  const BoxOutcome& operator[](std::size_t number) const { return known_[number - 1]; }
  std::size_t size() const { return known_.size(); }

 private:
  std::vector<BoxOutcome> known_;
};

BoxOutcome ask(Packet packet, const BoxCuts& cuts, const std::function<BoxOutcome(const Packet&)>& decide) {
  BoxOutcome out = decide(packet);
  if (!has_ports(packet.protocol)) return out;
  for (const std::uint16_t port : cuts.source_ports) {
    packet.source_port = port;
    if (decide(packet) == out) continue;
    out.passes = Ternary::unknown;
    out.reason = "the answer depends on the source port, which a rule names";
    return out;
  }
  return out;
}

using Pattern = std::vector<std::size_t>;  ///< an outcome for every service

void add_range(std::vector<PortRange>& ranges, const PortRange& range) {
  const bool touches = !ranges.empty() && std::uint32_t{ranges.back().last()} + 1 == range.first();
  if (touches)
    ranges.back() = PortRange(ranges.back().first(), range.last());
  else
    ranges.push_back(range);
}

/// The boxes that one pattern stands for.
void unfold(const AddressSet& sources, const AddressSet& destinations, const Pattern& pattern,
            const std::vector<Service>& services, const Outcomes& outcomes, std::vector<BoxPiece>& out) {
  for (std::size_t outcome = 1; outcome <= outcomes.size(); ++outcome) {
    std::map<ProtocolBits, std::vector<PortRange>> ports;
    for (std::size_t i = 0; i < services.size(); ++i) {
      if (pattern[i] == outcome) add_range(ports[services[i].protocols], services[i].ports);
    }
    std::vector<std::pair<std::vector<PortRange>, ProtocolBits>> merged;
    for (const auto& [protocols, ranges] : ports) {
      const auto& list = ranges;
      const auto same = std::find_if(merged.begin(), merged.end(), [&](const auto& m) { return m.first == list; });
      if (same == merged.end())
        merged.emplace_back(ranges, protocols);
      else
        same->second = static_cast<ProtocolBits>(same->second | protocols);
    }
    for (auto& [ranges, protocols] : merged) {
      out.emplace_back(Box{sources, destinations, protocols, ranges}, outcomes[outcome]);
    }
  }
}

}  // namespace

bool is_empty(const Box& box) {
  return box.sources.empty() || box.destinations.empty() || box.protocols == 0 || box.ports.empty();
}

Packet example_of(const Box& box) {
  std::uint16_t port = box.ports.front().first();
  for (auto range = box.ports.rbegin(); range != box.ports.rend(); ++range) {
    const std::uint16_t usual = usual_port(*range);
    if (std::find(std::begin(kUsualPorts), std::end(kUsualPorts), usual) != std::end(kUsualPorts)) port = usual;
  }
  return {*box.sources.first(), *box.destinations.first(), first_protocol(box.protocols), kUsualSourcePort, port};
}

std::vector<BoxPiece> split(const Box& box, const BoxCuts& cuts, const std::function<BoxOutcome(const Packet&)>& decide,
                            std::size_t& budget) {
  if (is_empty(box)) return {};
  const std::vector<AddressSet> sources = parts_of(box.sources, cuts.sources);
  const std::vector<AddressSet> destinations = parts_of(box.destinations, cuts.destinations);
  const std::vector<Service> services = services_of(box, cuts);
  const std::size_t questions = sources.size() * destinations.size() * services.size() * (1 + cuts.source_ports.size());
  if (questions > budget) {
    return {{box, {Ternary::unknown, {}, false, "the question is too large to try all combinations: narrow it"}}};
  }
  budget -= questions;
  Outcomes outcomes;
  std::map<std::map<Pattern, std::vector<std::size_t>>, AddressSet> rows;  // like sources together
  for (const AddressSet& source : sources) {
    std::map<Pattern, std::vector<std::size_t>> row;  // like destinations together
    for (std::size_t d = 0; d < destinations.size(); ++d) {
      Pattern pattern;
      for (const Service& service : services) {
        const Packet packet{*source.first(), *destinations[d].first(), first_protocol(service.protocols),
                            kUsualSourcePort, usual_port(service.ports)};
        pattern.push_back(outcomes.number_of(ask(packet, cuts, decide)));
      }
      row[std::move(pattern)].push_back(d);
    }
    rows[std::move(row)] |= source;
  }
  std::vector<BoxPiece> out;
  for (const auto& [row, from] : rows) {
    for (const auto& [pattern, members] : row) {
      AddressSet to;
      for (const std::size_t d : members) to |= destinations[d];
      unfold(from, to, pattern, services, outcomes, out);
    }
  }
  return out;
}

std::vector<Prefix> prefixes_of(const AddressSet& set) {
  std::vector<Prefix> out;
  for (const AddressSet::Interval& interval : set.intervals()) {
    std::uint64_t first = interval.first.bits();
    const std::uint64_t end = std::uint64_t{interval.last.bits()} + 1;
    while (first < end) {
      int length = first == 0 ? 0 : 32 - std::countr_zero(first);
      length = std::max(length, 0);
      while ((std::uint64_t{1} << static_cast<unsigned>(32 - length)) > end - first) ++length;
      out.push_back(Prefix::around(Ipv4(static_cast<std::uint32_t>(first)), length));
      first += std::uint64_t{1} << static_cast<unsigned>(32 - length);
    }
  }
  return out;
}

}  // namespace hubproof::net
