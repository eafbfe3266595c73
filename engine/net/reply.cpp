#include "engine/net/reply.h"

#include <utility>

#include "engine/net/trace.h"
#include "engine/net/walker.h"

namespace hubproof::net {
namespace {

bool has_translated_source(const Trace& trace) {
  return !trace.passages.empty() && trace.passages.back().before.source != trace.passages.back().after.source;
}

/// Why a reply is not followed at all, or empty.
std::string not_followed(const Trace& forward) {
  if (forward.disposition != Disposition::delivered || forward.hops.empty()) {
    return "no reply is followed, because the packet is not known to be delivered inside the estate";
  }
  if (forward.arrived && Walker::is_of_platform(forward.arrived->destination))
    return "the platform answers on the host itself";
  // source: azure-semantics.md 1.6 (replies): the route table of the endpoint's subnet never applies to them, and where
  // an untranslated reply goes is contradictory in the documents.
  if (forward.hops.back().at.kind == Place::Kind::private_endpoint && !has_translated_source(forward)) {
    return "no route table decides where a private endpoint's reply goes; only source translation on the way proves "
           "that it "
           "comes back the same way";
  }
  return {};
}

// The groups that the reply meets saw the request; what follows is not looked at for IPv6.
Trace trace_back_v6(const model::View& view, const Trace& forward) {
  Flow reply = forward.flow;
  std::swap(reply.source, reply.destination);
  std::swap(reply.source_port, reply.destination_port);
  reply.from = forward.hops.back().at;
  Trace out = trace(view, reply);
  if (out.disposition != Disposition::denied) return out;
  out.disposition = Disposition::unknown;
  out.unknown_because.emplace_back(
      "the last hop refuses new flows; it keeps state and lets a reply pass when it saw the request, so what follows "
      "is "
      "not known");
  return out;
}

}  // namespace

Reply trace_reply(const model::View& view, const Trace& forward) {
  Reply out;
  out.note = not_followed(forward);
  if (!out.note.empty()) return out;
  out.trace = forward.arrived ? trace_back(view, forward) : trace_back_v6(view, forward);
  if (forward.crossed_firewall && !out.trace->crossed_firewall) {
    out.note = "the request crosses the hub firewall and the reply does not: the firewall sees half of the flow";
  }
  return out;
}

}  // namespace hubproof::net
