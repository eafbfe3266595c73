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
};
/// "10.1.0.4:49152 -> 203.0.113.10:443/tcp", "[fd00::4]:49152 -> [fd01::4]:443/tcp"
std::string to_string(const Flow& flow);

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

struct Trace {
  Flow flow;
  Disposition disposition = Disposition::unknown;
  std::vector<Hop> hops;
  bool crossed_firewall = false;         ///< a hub firewall handled the packet
  std::vector<model::ResourceId> vnets;  ///< VNets that the packet was in, in order
  std::vector<std::string> unknown_because;
};

}  // namespace hubproof::net
