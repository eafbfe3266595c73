// AddressSet: a set of IPv4 addresses as disjoint, sorted, maximal intervals.
#pragma once

#include <boost/icl/interval_set.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/value/ipv4.h"
#include "engine/value/prefix.h"

namespace hubproof {

/// Invariant: the intervals are disjoint and neither touch nor overlap, so equal sets compare equal.
class AddressSet {
 public:
  AddressSet() = default;
  explicit AddressSet(Prefix prefix) { add(prefix); }
  static AddressSet all() { return AddressSet(Prefix()); }

  void add(Prefix prefix) { add(prefix.first(), prefix.last()); }
  /// Both ends inclusive. Precondition: first <= last.
  void add(Ipv4 first, Ipv4 last);
  void subtract(Prefix prefix);

  bool empty() const { return set_.empty(); }
  bool contains(Ipv4 address) const;
  bool contains(Prefix prefix) const;
  bool intersects(Prefix prefix) const;
  /// Number of addresses, 0..2^32.
  std::uint64_t size() const { return set_.size(); }
  /// The lowest address, or nothing for the empty set.
  std::optional<Ipv4> first() const;
  /// The intervals in order, both ends inclusive.
  struct Interval {
    Ipv4 first;
    Ipv4 last;
    friend bool operator==(const Interval&, const Interval&) = default;
  };
  std::vector<Interval> intervals() const;

  AddressSet& operator|=(const AddressSet& other);
  AddressSet& operator&=(const AddressSet& other);
  AddressSet& operator-=(const AddressSet& other);
  friend AddressSet operator|(AddressSet a, const AddressSet& b) { return a |= b; }
  friend AddressSet operator&(AddressSet a, const AddressSet& b) { return a &= b; }
  friend AddressSet operator-(AddressSet a, const AddressSet& b) { return a -= b; }
  friend bool operator==(const AddressSet& a, const AddressSet& b) { return a.set_ == b.set_; }

 private:
  // 64-bit bounds: the end of a right-open interval that holds 255.255.255.255 does not fit 32 bits.
  using Bounds = boost::icl::right_open_interval<std::uint64_t>;
  boost::icl::interval_set<std::uint64_t, std::less, Bounds> set_;
};

/// "10.0.0.0/8, 192.0.2.1-192.0.2.9": prefixes where an interval is one, else ranges; "none" for the empty set.
std::string to_string(const AddressSet& set);

/// Addresses that the public Internet can be a source or destination of: all but the private, local, multicast and
/// reserved blocks. The documentation blocks (192.0.2.0/24, ...) are kept: leaving them out would prove more, not less.
/// Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890), iana.org/assignments/iana-ipv4-special-registry
const AddressSet& internet_addresses();

}  // namespace hubproof
