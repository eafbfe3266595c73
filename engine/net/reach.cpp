#include "engine/net/reach.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/net/route_collection.h"

namespace hubproof::net {
namespace {

using model::Direction;
using model::View;
using Decision = FilterResult::Decision;

// More corners than this are not enumerated: the answer is then unknown.
constexpr std::size_t kMostCombinations = 400'000;
constexpr std::uint16_t kUsualPorts[] = {443, 80, 22, 53, 3389, 1433, 0, 65535};
constexpr Protocol kProtocols[] = {Protocol::tcp, Protocol::udp, Protocol::icmp, Protocol::esp, Protocol::ah};
constexpr std::string_view kUsualHosts[] = {"8.8.8.8", "13.107.21.200"};

template <class T>
void keep_first_of_each(std::vector<T>& list) {
  std::vector<T> out;
  std::vector<T> seen;
  for (const T& item : list) {
    const auto at = std::lower_bound(seen.begin(), seen.end(), item);
    if (at != seen.end() && *at == item) continue;
    seen.insert(at, item);
    out.push_back(item);
  }
  list = std::move(out);
}

/// One address for every way of being in some of the tags and in none of the others, between each two neighbours of
/// `cuts`.
std::vector<Ipv4> tag_corners(const std::vector<const AddressSet*>& tags, const AddressSet& space,
                              std::vector<Ipv4> cuts) {
  std::vector<Ipv4> boundaries;
  for (const AddressSet* tag : tags) {
    for (const AddressSet::Interval& interval : (*tag & space).intervals()) boundaries.push_back(interval.first);
    for (const AddressSet::Interval& interval : (space - *tag).intervals()) boundaries.push_back(interval.first);
  }
  std::sort(boundaries.begin(), boundaries.end());
  boundaries.erase(std::unique(boundaries.begin(), boundaries.end()), boundaries.end());
  std::sort(cuts.begin(), cuts.end());
  std::set<std::pair<std::ptrdiff_t, std::vector<bool>>> seen;
  std::vector<Ipv4> out;
  for (const Ipv4 address : boundaries) {
    std::vector<bool> membership;
    for (const AddressSet* tag : tags) membership.push_back(tag->contains(address));
    const auto piece = std::upper_bound(cuts.begin(), cuts.end(), address) - cuts.begin();
    if (seen.emplace(piece, std::move(membership)).second) out.push_back(address);
  }
  return out;
}

/// Corners that lie in `space`, after one address of each of its intervals.
std::vector<Ipv4> candidates(std::span<const Ipv4> preferred, const AddressSet& space, const std::vector<Ipv4>& corners,
                             const std::vector<const AddressSet*>& tags) {
  std::vector<Ipv4> out;
  for (const Ipv4 address : preferred) {
    if (space.contains(address)) out.push_back(address);
  }
  for (const std::string_view text : kUsualHosts) {
    const Ipv4 address = *Ipv4::parse(text);
    if (space.contains(address)) out.push_back(address);
  }
  for (const AddressSet::Interval& interval : space.intervals()) out.push_back(interval.first);
  for (const Ipv4 address : corners) {
    if (space.contains(address)) out.push_back(address);
  }
  if (!tags.empty()) {
    const std::vector<Ipv4> more = tag_corners(tags, space, out);
    out.insert(out.end(), more.begin(), more.end());
  }
  keep_first_of_each(out);
  return out;
}

/// Asks the filters about one packet.
Ternary ask(const View& view, const FilterPoint* sender, const FilterPoint* receiver, const Packet& packet,
            Reach& out) {
  Ternary passes = Ternary::yes;
  for (const bool outbound : {true, false}) {
    const FilterPoint* point = outbound ? sender : receiver;
    if (point == nullptr || passes == Ternary::no) continue;
    FilterResult result = filter(view, outbound ? Direction::outbound : Direction::inbound, *point, packet);
    if (result.decision == Decision::deny) passes = Ternary::no;
    if (result.decision == Decision::unknown) {
      passes = Ternary::unknown;
      if (out.reason.empty()) out.reason = std::move(result.reason);
    }
    if (out.facts.size() < 8) out.facts.insert(out.facts.end(), result.decided_by.begin(), result.decided_by.end());
  }
  return passes;
}

bool has_rules(const View& view, const FilterPoint* point) {
  return point != nullptr &&
         (view.estate.admin_policy(point->subnet->vnet) != nullptr || point->subnet->network_security_group.is_set() ||
          (point->nic != nullptr && point->nic->network_security_group.is_set()));
}

Reach search(const View& view, const FilterPoint* sender, const FilterPoint* receiver, const AddressSet& sources,
             const AddressSet& destinations, std::span<const Ipv4> preferred) {
  Corners corners;
  if (has_rules(view, sender)) add_corners(view, *sender, corners);
  if (has_rules(view, receiver)) add_corners(view, *receiver, corners);
  const std::vector<Ipv4> from = candidates({}, sources, corners.sources, corners.source_tags);
  const std::vector<Ipv4> to = candidates(preferred, destinations, corners.destinations, corners.destination_tags);
  std::vector<std::uint16_t> ports(std::begin(kUsualPorts), std::end(kUsualPorts));
  ports.insert(ports.end(), corners.ports.begin(), corners.ports.end());
  keep_first_of_each(ports);
  std::vector<std::uint16_t> source_ports{49152};
  source_ports.insert(source_ports.end(), corners.source_ports.begin(), corners.source_ports.end());
  keep_first_of_each(source_ports);
  Reach out;
  std::size_t asked = 0;
  for (const Protocol protocol : kProtocols) {
    const bool has_ports = protocol == Protocol::tcp || protocol == Protocol::udp;
    for (const Ipv4 destination : to) {
      for (const Ipv4 source : from) {
        for (std::size_t p = 0; p < (has_ports ? ports.size() : 1); ++p) {
          for (std::size_t s = 0; s < (has_ports ? source_ports.size() : 1); ++s) {
            if (++asked > kMostCombinations) {
              out.passes = Ternary::unknown;
              out.reason = "the filters have too many rules to try all combinations";
              return out;
            }
            const Packet packet{source, destination, protocol, source_ports[s], ports[p]};
            const Ternary passes = ask(view, sender, receiver, packet, out);
            if (passes == Ternary::yes) return {Ternary::yes, packet, {}, {}};
            out.passes = std::max(out.passes, passes);
          }
        }
      }
    }
  }
  return out;
}

}  // namespace

std::vector<const Route*> ways(const Segment& segment) {
  std::vector<const Route*> out;
  for (const Route* route : segment.chosen) {
    const Route& first = *segment.chosen.front();
    const bool is_same = route != &first && first.is_certain && !route->is_certain && leads_alike(*route, first);
    if (!is_same) out.push_back(route);
  }
  return out;
}

std::string doubt_of(const Segment& segment) {
  for (const Route* route : ways(segment)) {
    if (!route->is_certain) return route->uncertainty;
  }
  return {};
}

std::vector<Segment> decide(std::span<const Route> routes, std::span<const Prefix> window) {
  AddressSet space;
  for (const Prefix& prefix : window) space.add(prefix);
  if (window.empty()) space = AddressSet::all();
  std::vector<std::uint64_t> cuts;
  for (const Route& route : routes) {
    cuts.push_back(route.prefix.first().bits());
    cuts.push_back(std::uint64_t{route.prefix.last().bits()} + 1);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<Segment> out;
  for (const AddressSet::Interval& interval : space.intervals()) {
    std::uint64_t first = interval.first.bits();
    const std::uint64_t end = std::uint64_t{interval.last.bits()} + 1;
    while (first < end) {
      const auto cut = std::upper_bound(cuts.begin(), cuts.end(), first);
      const std::uint64_t next = cut == cuts.end() ? end : std::min(end, *cut);
      const Ipv4 low(static_cast<std::uint32_t>(first));
      out.push_back({{low, Ipv4(static_cast<std::uint32_t>(next - 1))}, select_routes(routes, low)});
      first = next;
    }
  }
  return out;
}

Reach reach(const View& view, const FilterPoint* sender, const FilterPoint& receiver, const AddressSet& sources,
            const AddressSet& destinations, std::span<const Ipv4> preferred) {
  return search(view, sender, &receiver, sources, destinations, preferred);
}

Reach reach_out(const View& view, const FilterPoint& sender, const AddressSet& sources,
                const AddressSet& destinations) {
  return search(view, &sender, nullptr, sources, destinations, {});
}

AddressSet usable_addresses(const model::Subnet& subnet) {
  AddressSet out;
  for (const Prefix& prefix : subnet.prefixes) {
    if (prefix.length() > 29) {
      out.add(prefix);
      continue;
    }
    out.add(Ipv4(prefix.first().bits() + 4), Ipv4(prefix.last().bits() - 1));
  }
  return out;
}

}  // namespace hubproof::net
