#include "engine/value/ipv6.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cstring>

#include "engine/core/text.h"

namespace hubproof {

Result<Ipv6> Ipv6::parse(std::string_view text) {
  // inet_pton reads a C string and ignores locale; a longer text cannot be an address.
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (text.size() < buffer.size() && text.find('\0') == std::string_view::npos) {
    std::memcpy(buffer.data(), text.data(), text.size());
    Bytes bytes{};
    if (inet_pton(AF_INET6, buffer.data(), bytes.data()) == 1) return Ipv6(bytes);
  }
  return Error{fmt::format("\"{}\" is not an IPv6 address", text::printable(text.substr(0, 80)))};
}

Ipv6 Ipv6::plus(std::uint32_t steps) const {
  Bytes out = bytes_;
  std::uint64_t carry = steps;
  for (std::size_t i = out.size(); i-- > 0 && carry != 0;) {
    carry += out[i];
    out[i] = static_cast<std::uint8_t>(carry & 0xffU);
    carry >>= 8U;
  }
  return Ipv6(out);
}

std::string to_string(const AnyAddress& address) {
  return std::visit([](const auto& one) { return to_string(one); }, address);
}

std::string to_string(const Ipv6& address) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(AF_INET6, address.bytes().data(), buffer.data(), static_cast<socklen_t>(buffer.size()));
  return buffer.data();
}

}  // namespace hubproof
