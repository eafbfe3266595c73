// What a VirtualAppliance next-hop address stands for.
#pragma once

#include <string>

#include "engine/model/view.h"
#include "engine/net/flow.h"

namespace hubproof::net {

struct Appliance {
  enum class Kind : std::uint8_t {
    firewall,        ///< a hub firewall of the roles: the only kind that counts as crossing it
    other_firewall,  ///< an Azure Firewall that is no hub firewall
    network_interface,
    load_balancer,
    nobody,       ///< inside a directly reachable VNet that the export holds, but no device of the export has it
    unreachable,  ///< in no VNet that is directly reachable (own or peered)
    unknown       ///< several VNets could hold it, or a VNet that may hold it is not in the export
  };
  Kind kind = Kind::unknown;
  model::ResourceId device;  ///< firewall, NIC, load balancer
  model::ResourceId vnet;    ///< where the address was found
  bool forwards = true;      ///< a NIC: enableIPForwarding
  std::string reason;        ///< one sentence
};

/// Looks `address` up in the VNet of `from` and in directly peered VNets.
/// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#user-defined (next hop must be
/// directly reachable)
Appliance resolve_appliance(const model::View& view, model::VnetIndex from, Ipv4 address);

}  // namespace hubproof::net
