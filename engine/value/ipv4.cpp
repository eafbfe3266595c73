#include "engine/value/ipv4.h"

#include <fmt/format.h>

#include "engine/core/text.h"

namespace hubproof {
namespace {

bool parse_bits(std::string_view text, std::uint32_t& bits) {
  bits = 0;
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && (at >= text.size() || text[at++] != '.')) return false;
    const std::size_t begin = at;
    std::uint32_t value = 0;
    while (at < text.size() && at - begin < 3 && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + static_cast<std::uint32_t>(text[at++] - '0');
    }
    if (at == begin || value > 255 || (text[begin] == '0' && at - begin > 1)) return false;
    bits = (bits << 8U) | value;
  }
  return at == text.size();
}

}  // namespace

Result<Ipv4> Ipv4::parse(std::string_view text) {
  std::uint32_t bits = 0;
  if (parse_bits(text, bits)) return Ipv4(bits);
  return Error{fmt::format("\"{}\" is not an IPv4 address: four numbers of 0..255 with dots between them were wanted",
                           text::printable(text.substr(0, 80)))};
}

std::string to_string(Ipv4 address) {
  const std::uint32_t bits = address.bits();
  return fmt::format("{}.{}.{}.{}", bits >> 24U, (bits >> 16U) & 255U, (bits >> 8U) & 255U, bits & 255U);
}

}  // namespace hubproof
