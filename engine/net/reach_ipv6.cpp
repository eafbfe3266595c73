#include "engine/net/reach_ipv6.h"

#include <algorithm>

#include "engine/net/reach_search.h"

namespace hubproof::net {
namespace {

using model::View;

/// The address before. Precondition: not ::
Ipv6 before(const Ipv6& address) {
  Ipv6::Bytes out = address.bytes();
  for (std::size_t i = out.size(); i-- > 0;) {
    const bool borrows = out[i] == 0;
    out[i] = static_cast<std::uint8_t>(out[i] - 1U);
    if (!borrows) break;
  }
  return Ipv6(out);
}

bool contains(const Ranges6& ranges, const Ipv6& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range6& range) { return range.contains(address); });
}

/// Addresses at which the IPv6 prefixes of a point's rules begin, or have just ended.
void add_boundaries(const View& view, const FilterPoint& point, std::vector<Ipv6>& sources,
                    std::vector<Ipv6>& destinations) {
  const model::Tables& tables = view.estate.tables();
  const auto add = [&](const model::AddressTerms& terms, std::vector<Ipv6>& out) {
    for (const model::AddressTerm& term : terms) {
      if (term.kind != model::AddressTerm::Kind::prefix6) continue;
      const Prefix6& prefix = tables.prefixes_v6[term.index];
      out.push_back(prefix.first());
      out.push_back(prefix.last().plus(1));
    }
  };
  const auto add_rule = [&](const model::SecurityRule& rule) {
    add(rule.sources, sources);
    add(rule.destinations, destinations);
  };
  if (const model::AdminPolicy* policy = view.estate.admin_policy(point.subnet->vnet); policy != nullptr) {
    for (const model::AdminPolicy::Use& use : policy->rules) add_rule(tables.admin_rules[use.rule].match);
  }
  for (const model::ResourceId id : attached_groups(point, model::Direction::inbound)) {
    const auto* nsg = view.estate.find<model::NetworkSecurityGroup>(id);
    if (nsg == nullptr) continue;
    for (const model::SecurityRule& rule : nsg->rules) add_rule(rule);
  }
}

/// What of the preferred, the interfaces' and the rules' addresses lies in the ranges, and where each range begins.
std::vector<Ipv6> candidates(std::span<const Ipv6> preferred, const Ranges6& ranges,
                             const std::vector<Ipv6>& boundaries) {
  std::vector<Ipv6> out;
  const auto add = [&](const Ipv6& address) {
    if (contains(ranges, address)) out.push_back(address);
  };
  for (const Ipv6& address : preferred) add(address);
  for (const Range6& range : ranges) add(range.first);
  for (const Ipv6& address : boundaries) add(address);
  keep_first_of_each(out);
  return out;
}

}  // namespace

Range6 range_of(const Prefix6& prefix) { return {prefix.first(), prefix.last()}; }

Ranges6 within(const Ranges6& ranges, const Prefix6& block) {
  Ranges6 out;
  for (const Range6& range : ranges) {
    const Range6 part{std::max(range.first, block.first()), std::min(range.last, block.last())};
    if (part.first <= part.last) out.push_back(part);
  }
  return out;
}

// form: between two neighbouring ends of prefixes every address has the same routes
std::vector<Share6> shares_of(std::span<const Route6> routes, const Ranges6& window) {
  std::vector<Ipv6> cuts;
  for (const Route6& route : routes) {
    cuts.push_back(route.prefix.first());
    cuts.push_back(route.prefix.last().plus(1));  // goes round to ::, where a cut is harmless
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<Share6> out;
  const auto share_of = [&](const Route6* route, const std::string& doubt) -> Share6& {
    const auto same = [&](const Share6& share) { return share.route == route && share.doubt == doubt; };
    const auto found = std::find_if(out.begin(), out.end(), same);
    if (found != out.end()) return *found;
    out.push_back({route, {}, doubt});
    return out.back();
  };
  for (const Range6& range : window) {
    Ipv6 first = range.first;
    while (true) {
      const auto cut = std::upper_bound(cuts.begin(), cuts.end(), first);
      const bool is_last = cut == cuts.end() || range.last < *cut;
      const Ipv6 last = is_last ? range.last : before(*cut);
      const std::vector<const Route6*> chosen = select_routes(routes, first);
      const auto uncertain =
          std::find_if(chosen.begin(), chosen.end(), [](const Route6* route) { return !route->is_certain; });
      const std::string doubt = uncertain == chosen.end() ? std::string() : (*uncertain)->uncertainty;
      for (const Route6* route : chosen) share_of(route, doubt).destinations.push_back({first, last});
      if (is_last) break;
      first = *cut;
    }
  }
  return out;
}

Reach6 reach_v6(const View& view, const FilterPoint* sender, const FilterPoint* receiver, const Ranges6& sources,
                const Ranges6& destinations, std::span<const Ipv6> preferred) {
  std::vector<Ipv6> from;
  std::vector<Ipv6> to;
  Corners corners;
  for (const FilterPoint* point : {sender, receiver}) {
    if (point == nullptr) continue;
    add_boundaries(view, *point, from, to);
    add_corners(view, *point, corners);
  }
  std::vector<Ipv6> hosts;
  for (const Range6& range : sources) hosts.push_back(range.first.plus(4));
  Fields<Ipv6> fields{candidates(hosts, sources, from), candidates(preferred, destinations, to), {}, {}};
  fields.set_ports(corners);
  return search(view, sender, receiver, fields);
}

Ipv6 first_host(const Prefix6& prefix) { return prefix.length() > 125 ? prefix.first() : prefix.first().plus(4); }

}  // namespace hubproof::net
