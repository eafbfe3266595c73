// The search that reach.h and reach_ipv6.h share: every combination of what the fields of a header may be is put to the
// filters.
#pragma once

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "engine/net/reach.h"

namespace hubproof::net {

/// More combinations than this are not tried: the answer is then unknown.
inline constexpr std::size_t kMostCombinations = 400'000;

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

/// The packets to ask about, as the product of what each field may be.
template <class Address>
struct Fields {
  std::vector<Address> sources;
  std::vector<Address> destinations;
  std::vector<std::uint16_t> ports;
  std::vector<std::uint16_t> source_ports;

  /// The usual ports first, then those at which the answer of a rule changes.
  void set_ports(const Corners& corners) {
    ports = {443, 80, 22, 53, 3389, 1433, 0, 65535};
    ports.insert(ports.end(), corners.ports.begin(), corners.ports.end());
    source_ports = {49152};
    source_ports.insert(source_ports.end(), corners.source_ports.begin(), corners.source_ports.end());
    keep_first_of_each(ports);
    keep_first_of_each(source_ports);
  }
};

/// Asks the filters about one packet; `out` collects what decided.
template <class Address>
Ternary ask(const model::View& view, const FilterPoint* sender, const FilterPoint* receiver,
            const BasicPacket<Address>& packet, BasicReach<Address>& out) {
  using model::Direction;
  Ternary passes = Ternary::yes;
  for (const bool outbound : {true, false}) {
    const FilterPoint* point = outbound ? sender : receiver;
    if (point == nullptr || passes == Ternary::no) continue;
    FilterResult result = filter(view, outbound ? Direction::outbound : Direction::inbound, *point, packet);
    if (result.decision == FilterResult::Decision::deny) passes = Ternary::no;
    if (result.decision == FilterResult::Decision::unknown) {
      passes = Ternary::unknown;
      if (out.reason.empty()) out.reason = std::move(result.reason);
    }
    if (out.facts.size() < 8) out.facts.insert(out.facts.end(), result.decided_by.begin(), result.decided_by.end());
  }
  return passes;
}

template <class Address>
BasicReach<Address> search(const model::View& view, const FilterPoint* sender, const FilterPoint* receiver,
                           const Fields<Address>& fields) {
  BasicReach<Address> out;
  std::size_t asked = 0;
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::icmp, Protocol::esp, Protocol::ah}) {
    const bool has_ports = protocol == Protocol::tcp || protocol == Protocol::udp;
    for (const Address& destination : fields.destinations) {
      for (const Address& source : fields.sources) {
        for (std::size_t p = 0; p < (has_ports ? fields.ports.size() : 1); ++p) {
          for (std::size_t s = 0; s < (has_ports ? fields.source_ports.size() : 1); ++s) {
            if (++asked > kMostCombinations) {
              out.passes = Ternary::unknown;
              out.reason = "the filters have too many rules to try all combinations";
              return out;
            }
            const BasicPacket<Address> packet{source, destination, protocol, fields.source_ports[s], fields.ports[p]};
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

}  // namespace hubproof::net
