// Flow, Hop and Trace: one packet header and what happens to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/estate.h"
#include "engine/net/routes.h"
#include "engine/value/ipv6.h"
#include "engine/value/port_range.h"

namespace hubproof::net {

/// A place where packets can be.
struct Place {
  enum class Kind : std::uint8_t {
    subnet,
    network_interface,
    private_endpoint,
    firewall,
    gateway,
    load_balancer,
    appliance,
    public_ip,
    service,
    virtual_hub,  ///< as a start: a branch of the hub
    internet,
    on_premises,
    unknown
  };
  Kind kind = Kind::unknown;
  model::ResourceId id;  ///< unset for internet and on_premises
  friend bool operator==(const Place&, const Place&) = default;
};
std::string_view name(Place::Kind kind);

struct Flow {
  Place from;
  AnyAddress source;  ///< of the same family as the destination
  AnyAddress destination;
  Protocol protocol = Protocol::tcp;  ///< never `any`
  std::uint16_t source_port = 49152;
  std::uint16_t destination_port = 443;
  /// The name that the request is for (server name of TLS, Host header). Empty: none is known, it may be any or none.
  std::string host = {};
};
/// "10.1.0.4:49152 -> 203.0.113.10:443/tcp", "[fd00::4]:49152 -> [fd01::4]:443/tcp"
std::string to_string(const Flow& flow);

/// A header as a filter sees it: inbound after destination NAT, outbound before source NAT.
template <class Address>
struct BasicPacket {
  Address source;
  Address destination;
  Protocol protocol = Protocol::tcp;  ///< never `any`
  std::uint16_t source_port = 49152;
  std::uint16_t destination_port = 443;
  friend bool operator==(const BasicPacket&, const BasicPacket&) = default;
};
using Packet = BasicPacket<Ipv4>;
using Packet6 = BasicPacket<Ipv6>;
/// Precondition: both addresses of the flow are of this family.
template <class Address>
BasicPacket<Address> packet_of(const Flow& flow) {
  return {std::get<Address>(flow.source), std::get<Address>(flow.destination), flow.protocol, flow.source_port,
          flow.destination_port};
}

enum class Disposition : std::uint8_t {
  delivered,
  denied,
  dropped,
  exits_to_internet,
  exits_to_on_premises,
  loop,
  unknown
};
/// "delivered", "exits-to-internet", ...
std::string_view name(Disposition disposition);

struct Hop {
  Place at;
  std::string decision;                     ///< "forward", "allow", "deny", "translate", "deliver", "drop", "exit"
  std::optional<NextHop::Kind> next_hop;    ///< of a routing decision
  std::string matched_prefix;               ///< of a routing decision
  std::optional<RouteSource> route_source;  ///< of a routing decision
  std::vector<model::Fact> decided_by;
  std::string note;  ///< one readable sentence
};

/// A firewall that let the packet pass, and the header before and after it: the flow that it keeps.
struct Passage {
  model::ResourceId firewall;
  Packet before;
  Packet after;
};

struct Trace {
  Flow flow;
  Disposition disposition = Disposition::unknown;
  std::vector<Hop> hops;
  bool crossed_firewall = false;         ///< a hub firewall handled the packet
  std::vector<model::ResourceId> vnets;  ///< VNets that the packet was in, in order
  std::vector<std::string> unknown_because;
  std::vector<Passage> passages;            ///< firewalls that let it pass, in order
  std::vector<model::ResourceId> filtered;  ///< subnets whose groups let it pass
  std::optional<Packet> arrived;            ///< the header at the last hop; empty for IPv6
};

}  // namespace hubproof::net
