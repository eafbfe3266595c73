// Blocks of addresses in CIDR form, IPv4 and IPv6.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "engine/core/result.h"
#include "engine/value/ipv4.h"
#include "engine/value/ipv6.h"

namespace hubproof {

/// A block of IPv4 addresses in canonical form. Invariant: 0 <= length() <= 32 and no bit of base() beyond length() is
/// set, so two Prefixes are equal exactly when they hold the same addresses.
class Prefix {
 public:
  /// 0.0.0.0/0
  constexpr Prefix() = default;
  /// Fails when length is not 0..32 or base has bits beyond it.
  static Result<Prefix> make(Ipv4 base, int length);
  /// The block of `length` bits that holds `address`. Precondition: 0 <= length <= 32.
  static constexpr Prefix around(Ipv4 address, int length) {
    return Prefix(Ipv4(address.bits() & mask(length)), length);
  }
  static constexpr Prefix host(Ipv4 address) { return Prefix(address, 32); }
  /// "10.0.0.0/8", or an address alone for a /32. A base with bits beyond the length is an error: Azure refuses it too.
  static Result<Prefix> parse(std::string_view text);

  constexpr Ipv4 base() const { return base_; }
  constexpr int length() const { return length_; }
  constexpr Ipv4 first() const { return base_; }
  constexpr Ipv4 last() const { return Ipv4(base_.bits() | ~mask(length_)); }
  constexpr bool contains(Ipv4 address) const { return (address.bits() & mask(length_)) == base_.bits(); }
  constexpr bool contains(Prefix inner) const { return inner.length_ >= length_ && contains(inner.base_); }
  constexpr bool overlaps(Prefix other) const { return contains(other) || other.contains(*this); }
  /// Network mask of a length; 0 for length 0 (a shift by 32 would be undefined).
  static constexpr std::uint32_t mask(int length) {
    return length == 0 ? 0U : 0xffffffffU << static_cast<unsigned>(32 - length);
  }
  friend constexpr auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  constexpr Prefix(Ipv4 base, int length) : base_(base), length_(static_cast<std::int8_t>(length)) {}
  Ipv4 base_;
  std::int8_t length_ = 0;
};

/// A block of IPv6 addresses in canonical form: 0 <= length() <= 128, no bit beyond length() set.
class Prefix6 {
 public:
  constexpr Prefix6() = default;
  /// "fd00::/8", or an address alone for a /128.
  static Result<Prefix6> parse(std::string_view text);
  static constexpr Prefix6 host(const Ipv6& address) { return Prefix6(address, 128); }
  constexpr const Ipv6& base() const { return base_; }
  constexpr int length() const { return length_; }
  constexpr const Ipv6& first() const { return base_; }
  Ipv6 last() const;
  bool contains(const Ipv6& address) const;
  bool contains(const Prefix6& inner) const { return inner.length_ >= length_ && contains(inner.base_); }
  bool overlaps(const Prefix6& other) const { return contains(other) || other.contains(*this); }
  friend constexpr auto operator<=>(const Prefix6&, const Prefix6&) = default;

 private:
  constexpr Prefix6(const Ipv6& base, int length) : base_(base), length_(static_cast<std::int16_t>(length)) {}
  Ipv6 base_;
  std::int16_t length_ = 0;
};

using AnyPrefix = std::variant<Prefix, Prefix6>;

/// Either family; the presence of ':' decides which.
Result<AnyPrefix> parse_any_prefix(std::string_view text);

std::string to_string(Prefix prefix);
std::string to_string(const Prefix6& prefix);
std::string to_string(const AnyPrefix& prefix);

/// Addresses that the public IPv6 Internet can be a source or destination of: 2000::/3, all that is assigned as global
/// unicast. Source: IANA Internet Protocol Version 6 Address Space, iana.org/assignments/ipv6-address-space
const Prefix6& internet_addresses_v6();

}  // namespace hubproof
