// The exact layer of the transit claim for the other packet space: no IPv6 packet leaves or enters a spoke. No firewall
// of the model carries IPv6 (Azure Firewall's dual stack is a preview), so that nothing can be forced through one: what
// is not dropped or denied is a bypass, or unknown. source: azure-semantics.md 1.8
#pragma once

#include "engine/net/transit.h"

namespace hubproof::net {

/// An interface in the subnet has an IPv6 configuration, and the subnet shows no IPv6 prefix: the rows are of different
/// moments.
bool hides_prefix_v6(const model::View& view, const model::Subnet& subnet);

/// The network or one of its subnets has an IPv6 prefix, or hides one.
bool is_dual_stack(const model::View& view, const model::VirtualNetwork& vnet);

/// The bypasses of IPv6 packets; none for a network that is not dual-stack. `destinations` of each is empty: the
/// sentences and the witness tell them.
TransitResult transit_ipv6(const model::View& view, const model::SpokeRole& spoke);

}  // namespace hubproof::net
