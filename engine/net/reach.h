// Which of many packets two filters let pass, decided at the corners of their rules; and routes decided over address
// intervals.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/net/filter.h"
#include "engine/net/routes.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

/// Addresses that the same routes decide.
struct Segment {
  AddressSet::Interval range;
  std::vector<const Route*> chosen;  ///< as select_routes(); into the routes that were given
};
/// The routes of `chosen` that tell ways apart: without uncertain ones that lead where the certain one leads anyway.
std::vector<const Route*> ways(const Segment& segment);
/// Why the choice is open; empty when it is not.
std::string doubt_of(const Segment& segment);
/// The addresses of `window` cut where the decision can change. An empty window holds all addresses.
std::vector<Segment> decide(std::span<const Route> routes, std::span<const Prefix> window);

template <class Address>
struct BasicReach {
  Ternary passes = Ternary::no;                 ///< some packet is let through
  std::optional<BasicPacket<Address>> example;  ///< one that is, when `yes`
  std::vector<model::Fact> facts;               ///< what decided, when not `yes`
  std::string reason;                           ///< of unknown
};
using Reach = BasicReach<Ipv4>;
using Reach6 = BasicReach<Ipv6>;

/// Whether some packet from `sources` to `destinations` passes the filters of the sender (when there is one) and the
/// receiver. `preferred` are destinations to try first.
Reach reach(const model::View& view, const FilterPoint* sender, const FilterPoint& receiver, const AddressSet& sources,
            const AddressSet& destinations, std::span<const Ipv4> preferred);
/// As reach(), for packets that only the sender's filters see.
Reach reach_out(const model::View& view, const FilterPoint& sender, const AddressSet& sources,
                const AddressSet& destinations);

/// The addresses that hosts of a subnet can have; the platform keeps the first four and the last of each prefix.
/// source:
/// learn.microsoft.com/azure/virtual-network/virtual-networks-faq#are-there-any-restrictions-on-using-ip-addresses-within-these-subnets
AddressSet usable_addresses(const model::Subnet& subnet);

}  // namespace hubproof::net
