// Subnets that hold private endpoints and nothing else: nothing in them starts a connection.
#pragma once

#include "engine/net/peerings.h"

namespace hubproof::net {

/// `yes`: it has one endpoint at least, everything else that is known to be there belongs to one, no delegation.
/// `unknown`: something there is not understood or not in the export. `no`: something else is there, or no endpoint.
/// source: learn.microsoft.com/azure/private-link/private-endpoint-overview (an endpoint never starts a connection)
Ternary holds_endpoints_only(const model::View& view, const model::Subnet& subnet);

}  // namespace hubproof::net
