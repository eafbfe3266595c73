// One IPv6 address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "engine/core/result.h"
#include "engine/value/ipv4.h"

namespace hubproof {

class Ipv6 {
 public:
  using Bytes = std::array<std::uint8_t, 16>;  ///< network order
  constexpr Ipv6() = default;
  constexpr explicit Ipv6(const Bytes& bytes) : bytes_(bytes) {}
  /// RFC 4291 text, "::" and an IPv4 tail included; no zone index.
  static Result<Ipv6> parse(std::string_view text);
  constexpr const Bytes& bytes() const { return bytes_; }
  /// The address `steps` behind this one; counting goes round at the end of the space.
  Ipv6 plus(std::uint32_t steps) const;
  friend constexpr auto operator<=>(const Ipv6&, const Ipv6&) = default;

 private:
  Bytes bytes_{};
};

/// RFC 5952 text.
std::string to_string(const Ipv6& address);

/// An address of either family.
using AnyAddress = std::variant<Ipv4, Ipv6>;
std::string to_string(const AnyAddress& address);

}  // namespace hubproof
