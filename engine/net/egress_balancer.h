// How a public load balancer lets its members' IPv4 packets out to the Internet.
#pragma once

#include <string>

#include "engine/model/view.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

struct BalancerEgress {
  Ternary leaves = Ternary::no;
  /// An outbound rule (or a Basic balancer) does, and not only a load balancing rule: then it works in a private subnet
  /// as well. source: learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access
  bool is_explicit = false;
  /// Behind a public Standard load balancer none of whose rules translates.
  bool is_closed_member = false;
  std::string note;  ///< "through an outbound rule of load balancer lb"; why it is not known
  model::Fact fact;
};

/// The best way that the export shows for packets of the protocol. An outbound rule translates; a load balancing rule
/// of a Standard balancer does unless disableOutboundSnat is true, for its own protocol; only for the first
/// ipConfiguration of an interface.
/// source: learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections, .../outbound-rules
BalancerEgress balancer_egress(const model::View& view, const model::NetworkInterface& nic, Protocol protocol);

}  // namespace hubproof::net
