// Ports and protocols.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace hubproof {

/// Ports first()..last(), both inclusive, 0..65535.
class PortRange {
 public:
  /// All ports.
  constexpr PortRange() = default;
  /// Precondition: first <= last.
  constexpr PortRange(std::uint16_t first, std::uint16_t last) : first_(first), last_(last) {}
  /// "443", "8000-8080" or "*".
  static Result<PortRange> parse(std::string_view text);
  constexpr std::uint16_t first() const { return first_; }
  constexpr std::uint16_t last() const { return last_; }
  constexpr bool contains(std::uint16_t port) const { return first_ <= port && port <= last_; }
  constexpr bool is_all() const { return first_ == 0 && last_ == 65535; }
  friend constexpr auto operator<=>(const PortRange&, const PortRange&) = default;

 private:
  std::uint16_t first_ = 0;
  std::uint16_t last_ = 65535;
};

std::string to_string(PortRange range);

/// The protocols that filter rules name. `any` in a rule covers more than TCP, UDP and ICMP (azure-semantics.md 3.1).
enum class Protocol : std::uint8_t { any, tcp, udp, icmp, esp, ah };
std::string_view name(Protocol protocol);
/// IP protocol number (iana.org/assignments/protocol-numbers). Precondition: not `any`.
std::uint8_t number(Protocol protocol);

}  // namespace hubproof
