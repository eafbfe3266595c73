// As reach.h for IPv6: which of many packets two filters let pass, and routes decided over address intervals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/net/reach.h"

namespace hubproof::net {

/// An interval of IPv6 addresses, both ends inclusive.
struct Range6 {
  Ipv6 first;
  Ipv6 last;
  bool contains(const Ipv6& address) const { return first <= address && address <= last; }
  friend bool operator==(const Range6&, const Range6&) = default;
};
using Ranges6 = std::vector<Range6>;

Range6 range_of(const Prefix6& prefix);
/// What of the ranges lies in the block.
Ranges6 within(const Ranges6& ranges, const Prefix6& block);

/// Destinations that one route decides: for sure, or (with a doubt) unless an uncertain route does.
struct Share6 {
  const Route6* route = nullptr;  ///< into the routes that were given
  Ranges6 destinations;
  std::string doubt;
};
/// Every route that decides, or may decide, some address of the window, with those addresses.
std::vector<Share6> shares_of(std::span<const Route6> routes, const Ranges6& window);

/// Whether some packet from `sources` to `destinations` passes the filters of the sender and of the receiver (each may
/// be absent), decided at the corners of their rules. `preferred` are destinations to try first.
Reach6 reach_v6(const model::View& view, const FilterPoint* sender, const FilterPoint* receiver, const Ranges6& sources,
                const Ranges6& destinations, std::span<const Ipv6> preferred);

/// The address after the four that Azure keeps, of a prefix that is long enough to have one.
Ipv6 first_host(const Prefix6& prefix);

}  // namespace hubproof::net
