// Boxes: many packets at once, and cutting them where a decision can change.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/net/filter.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

/// Protocols as bits: 1 << number in kBoxProtocols.
using ProtocolBits = std::uint8_t;
inline constexpr Protocol kBoxProtocols[] = {Protocol::tcp, Protocol::udp, Protocol::icmp, Protocol::esp, Protocol::ah};
inline constexpr ProtocolBits kAllProtocols = 0b11111;
inline constexpr ProtocolBits kProtocolsWithPorts = 0b00011;

/// All packets with a source, a destination, a protocol and a destination port of these, whatever their source port.
/// `ports` is sorted, without overlaps, and says nothing about protocols without ports.
struct Box {
  AddressSet sources;
  AddressSet destinations;
  ProtocolBits protocols = kAllProtocols;
  std::vector<PortRange> ports{PortRange()};
  friend bool operator==(const Box&, const Box&) = default;
};
bool is_empty(const Box& box);
/// The packet with the lowest addresses, the first protocol and a usual port of the box. Precondition: not empty.
Packet example_of(const Box& box);

/// Sets at whose boundaries a decision can change. Within a box that none of them cuts the decision is one.
struct BoxCuts {
  std::vector<AddressSet> sources;
  std::vector<AddressSet> destinations;
  std::vector<PortRange> ports;
  std::vector<std::uint16_t> source_ports;  ///< where a rule that names source ports changes its mind
  bool tells_protocols_apart = false;       ///< false: only those with ports from those without
};

/// What happens to all packets of a box.
struct BoxOutcome {
  Ternary passes = Ternary::no;
  std::optional<Disposition> disposition;  ///< of a packet that was followed to its end
  bool crossed_firewall = false;
  std::string reason;  ///< of unknown
  friend bool operator==(const BoxOutcome&, const BoxOutcome&) = default;
};
using BoxPiece = std::pair<Box, BoxOutcome>;

/// The parts of `box` that pass or may pass, disjoint, the fewest that like packets make. `decide` is asked for one
/// packet of every atom of the cuts; where source ports lead to different answers the answer is unknown. Each question
/// takes one from `budget`; without any left the whole box is unknown.
std::vector<BoxPiece> split(const Box& box, const BoxCuts& cuts, const std::function<BoxOutcome(const Packet&)>& decide,
                            std::size_t& budget);

/// The intervals as prefixes, in order.
std::vector<Prefix> prefixes_of(const AddressSet& set);

}  // namespace hubproof::net
