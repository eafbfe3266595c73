#include "engine/net/reach.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/net/reach_search.h"
#include "engine/net/route_collection.h"

namespace hubproof::net {
namespace {

using model::View;

constexpr std::string_view kUsualHosts[] = {"8.8.8.8", "13.107.21.200"};

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

bool has_rules(const View& view, const FilterPoint* point) {
  return point != nullptr &&
         (view.estate.admin_policy(point->subnet->vnet) != nullptr || point->subnet->network_security_group.is_set() ||
          (point->nic != nullptr && point->nic->network_security_group.is_set()));
}

Reach search_corners(const View& view, const FilterPoint* sender, const FilterPoint* receiver,
                     const AddressSet& sources, const AddressSet& destinations, std::span<const Ipv4> preferred) {
  Corners corners;
  if (has_rules(view, sender)) add_corners(view, *sender, corners);
  if (has_rules(view, receiver)) add_corners(view, *receiver, corners);
  Fields<Ipv4> fields{candidates({}, sources, corners.sources, corners.source_tags),
                      candidates(preferred, destinations, corners.destinations, corners.destination_tags),
                      {},
                      {}};
  fields.set_ports(corners);
  return search(view, sender, receiver, fields);
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
  return search_corners(view, sender, &receiver, sources, destinations, preferred);
}

Reach reach_out(const View& view, const FilterPoint& sender, const AddressSet& sources,
                const AddressSet& destinations) {
  return search_corners(view, &sender, nullptr, sources, destinations, {});
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
