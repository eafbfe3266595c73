#include "engine/value/port_range.h"

#include <fmt/format.h>

#include <cassert>

#include "engine/core/text.h"

namespace hubproof {
namespace {

/// The port, or -1.
int parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return -1;
  int port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    port = port * 10 + (c - '0');
  }
  return port <= 65535 ? port : -1;
}

}  // namespace

Result<PortRange> PortRange::parse(std::string_view text) {
  if (text == "*") return PortRange();
  const std::size_t dash = text.find('-');
  const int first = parse_port(text::trim(text.substr(0, dash)));
  const int last = dash == std::string_view::npos ? first : parse_port(text::trim(text.substr(dash + 1)));
  if (first < 0 || last < first) {
    return Error{fmt::format("\"{}\" is not a port or a port range of 0..65535", text::printable(text.substr(0, 80)))};
  }
  return PortRange(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
}

std::string to_string(PortRange range) {
  if (range.is_all()) return "*";
  if (range.first() == range.last()) return std::to_string(range.first());
  return fmt::format("{}-{}", range.first(), range.last());
}

std::string_view name(Protocol protocol) {
  switch (protocol) {
    case Protocol::any: return "any";
    case Protocol::tcp: return "tcp";
    case Protocol::udp: return "udp";
    case Protocol::icmp: return "icmp";
    case Protocol::esp: return "esp";
    case Protocol::ah: return "ah";
  }
  return "any";
}

std::uint8_t number(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp: return 6;
    case Protocol::udp: return 17;
    case Protocol::icmp: return 1;
    case Protocol::esp: return 50;
    case Protocol::ah: return 51;
    case Protocol::any: break;
  }
  assert(false && "a rule's `any` has no protocol number");
  return 0;
}

}  // namespace hubproof
