// Reply: the way back of a flow that was delivered.
#pragma once

#include "engine/model/view.h"
#include "engine/report/report.h"

namespace hubproof::cli {

/// Traces the reply to `report.forward` and fills `back` and `return_note`. The tracer follows new flows; a reply
/// differs from one in that stateful filters that saw the request let it pass, and stateful firewalls that did not see
/// it drop it.
void trace_reply(const model::View& view, report::TraceReport& report);

/// What the trace of the reversed header says about a reply to `forward`: a refusal by a filter that saw the request is
/// no refusal of the reply (then what follows is unknown), and a TCP reply that meets a firewall that did not see the
/// request is dropped there.
/// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview (flow records; stateful),
/// azure-semantics.md 1.4 (asymmetry)
void judge_reply(const net::Trace& forward, net::Trace& back);

}  // namespace hubproof::cli
