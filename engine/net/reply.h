// Reply: the way back of a flow that was delivered.
#pragma once

#include <optional>
#include <string>

#include "engine/model/view.h"
#include "engine/net/flow.h"

namespace hubproof::net {

struct Reply {
  std::optional<Trace> trace;  ///< empty when the reply is not followed
  std::string note;            ///< why it is not followed, or that the firewall sees half of the flow; may be empty
};

/// Traces the reply to `forward`. It differs from a new flow in that groups and firewalls that saw the request let it
/// pass, firewalls put back what they translated, and one that did not see the request drops it.
/// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview (flow records; stateful),
/// azure-semantics.md 1.4 (asymmetry)
Reply trace_reply(const model::View& view, const Trace& forward);

}  // namespace hubproof::net
