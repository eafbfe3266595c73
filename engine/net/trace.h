// The concrete tracer: the executable specification of forwarding. Follows one packet hop by hop.
#pragma once

#include "engine/net/flow.h"

namespace hubproof::net {

/// Follows `flow` until it is delivered, denied, dropped, leaves the estate, loops, or meets something that is not
/// known. Takes unknowns as unknown: it never guesses, so a disposition other than `unknown` does not depend on one. A
/// firewall on the way is a hop whose rules decide what happens after it; `crossed_firewall` is set on arrival.
Trace trace(const model::View& view, const Flow& flow);

/// Follows the reply to `request` by the flows that groups and firewalls keep of it. Precondition: the request is of
/// IPv4 and was delivered.
Trace trace_back(const model::View& view, const Trace& request);

}  // namespace hubproof::net
