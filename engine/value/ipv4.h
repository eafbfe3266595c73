// One IPv4 address.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace hubproof {

class Ipv4 {
 public:
  constexpr Ipv4() = default;
  /// From the address as a number in host order: 0x0a000001 is 10.0.0.1.
  constexpr explicit Ipv4(std::uint32_t bits) : bits_(bits) {}
  /// Dotted decimal, exactly four parts of 0..255 without leading zeros, signs or blanks.
  static Result<Ipv4> parse(std::string_view text);
  constexpr std::uint32_t bits() const { return bits_; }
  friend constexpr auto operator<=>(const Ipv4&, const Ipv4&) = default;

 private:
  std::uint32_t bits_ = 0;
};

std::string to_string(Ipv4 address);

}  // namespace hubproof
