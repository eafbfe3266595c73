#include "engine/value/prefix.h"

#include <fmt/format.h>

#include "engine/core/text.h"

namespace hubproof {
namespace {

/// Decimal digits only, at most three of them; -1 for anything else.
int parse_length(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return -1;
  int length = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    length = length * 10 + (c - '0');
  }
  return length;
}

Error bad_length(std::string_view text, int most) {
  return Error{fmt::format("\"{}\": the prefix length must be 0..{}", text::printable(text.substr(0, 80)), most)};
}

Error host_bits(std::string_view text) {
  return Error{fmt::format("\"{}\" has address bits beyond its prefix length", text::printable(text.substr(0, 80)))};
}

struct Split {
  std::string_view address;
  std::optional<std::string_view> length;
};

Split split(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, slash), text.substr(slash + 1)};
}

}  // namespace

Result<Prefix> Prefix::make(Ipv4 base, int length) {
  if (length < 0 || length > 32) return Error{fmt::format("prefix length {}: must be 0..32", length)};
  if ((base.bits() & ~mask(length)) != 0) return host_bits(fmt::format("{}/{}", to_string(base), length));
  return Prefix(base, length);
}

Result<Prefix> Prefix::parse(std::string_view text) {
  const Split parts = split(text);
  const Result<Ipv4> base = Ipv4::parse(parts.address);
  if (!base) return base.error();
  const int length = parts.length ? parse_length(*parts.length) : 32;
  if (length < 0 || length > 32) return bad_length(text, 32);
  if ((base->bits() & ~mask(length)) != 0) return host_bits(text);
  return Prefix(*base, length);
}

Result<Prefix6> Prefix6::parse(std::string_view text) {
  const Split parts = split(text);
  const Result<Ipv6> base = Ipv6::parse(parts.address);
  if (!base) return base.error();
  const int length = parts.length ? parse_length(*parts.length) : 128;
  if (length < 0 || length > 128) return bad_length(text, 128);
  const Prefix6 prefix(*base, length);
  Ipv6::Bytes cleared = base->bytes();
  for (int bit = length; bit < 128; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    cleared[byte] = static_cast<std::uint8_t>(cleared[byte] & ~(0x80U >> static_cast<unsigned>(bit % 8)));
  }
  if (cleared != base->bytes()) return host_bits(text);
  return prefix;
}

Ipv6 Prefix6::last() const {
  Ipv6::Bytes bytes = base_.bytes();
  for (int bit = length_; bit < 128; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    bytes[byte] = static_cast<std::uint8_t>(bytes[byte] | (0x80U >> static_cast<unsigned>(bit % 8)));
  }
  return Ipv6(bytes);
}

bool Prefix6::contains(const Ipv6& address) const {
  for (int bit = 0; bit < length_; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const auto one = static_cast<std::uint8_t>(0x80U >> static_cast<unsigned>(bit % 8));
    if ((address.bytes()[byte] & one) != (base_.bytes()[byte] & one)) return false;
  }
  return true;
}

Result<AnyPrefix> parse_any_prefix(std::string_view text) {
  if (text.find(':') != std::string_view::npos) {
    const Result<Prefix6> six = Prefix6::parse(text);
    if (!six) return six.error();
    return AnyPrefix(*six);
  }
  const Result<Prefix> four = Prefix::parse(text);
  if (!four) return four.error();
  return AnyPrefix(*four);
}

const Prefix6& internet_addresses_v6() {
  static const Prefix6 kGlobalUnicast = *Prefix6::parse("2000::/3");
  return kGlobalUnicast;
}

std::string to_string(Prefix prefix) { return fmt::format("{}/{}", to_string(prefix.base()), prefix.length()); }
std::string to_string(const Prefix6& prefix) { return fmt::format("{}/{}", to_string(prefix.base()), prefix.length()); }
std::string to_string(const AnyPrefix& prefix) {
  return std::visit([](const auto& p) { return to_string(p); }, prefix);
}

}  // namespace hubproof
