// Reverse: the names that an address has for clients of a virtual network (PTR).
#pragma once

#include <string>
#include <vector>

#include "engine/dns/resolve.h"

namespace hubproof::dns {

struct ReverseAnswer {
  enum class Kind : std::uint8_t {
    names,
    nx_domain,  ///< there is no such record, or the address is none of the network's own
    unknown
  };
  Kind kind = Kind::unknown;
  std::vector<std::string> names;  ///< of names: lower case, no final dot, sorted
  std::vector<Step> steps;
  std::string unknown_because;  ///< of unknown: what is not known and what would decide it
};

/// "4.0.1.10.in-addr.arpa" for 10.1.0.4.
std::string reverse_name(Ipv4 address);

/// What Azure DNS answers clients in `vnet`: by a linked private zone of in-addr.arpa alone where there is one, else by
/// the network's own reverse zone, which knows the machines of this network and no other's. Servers of the network's
/// own: unknown.
/// source: learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances
/// #reverse-dns-considerations, learn.microsoft.com/azure/dns/private-dns-scenarios
ReverseAnswer resolve_address(const model::View& view, model::VnetIndex vnet, Ipv4 address);

}  // namespace hubproof::dns
