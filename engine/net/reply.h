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

/// Traces the reply to `forward`. The tracer follows new flows; a reply differs from one in that stateful filters that
/// saw the request let it pass, and stateful firewalls that did not see it drop it.
Reply trace_reply(const model::View& view, const Trace& forward);

/// What the trace of the reversed header says about a reply to `forward`: a refusal by a filter that saw the request is
/// no refusal of the reply (then what follows is unknown), and a TCP reply that meets a firewall that did not see the
/// request is dropped there.
/// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview (flow records; stateful),
/// azure-semantics.md 1.4 (asymmetry)
void judge_reply(const Trace& forward, Trace& back);

}  // namespace hubproof::net
