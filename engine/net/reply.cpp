#include "engine/net/reply.h"

#include <algorithm>
#include <utility>

#include "engine/net/trace.h"

namespace hubproof::net {
namespace {

bool is_at(const Trace& trace, const Place& place) {
  return std::any_of(trace.hops.begin(), trace.hops.end(), [&](const Hop& hop) { return hop.at == place; });
}

bool is_translated(const Trace& trace) {
  return std::any_of(trace.hops.begin(), trace.hops.end(),
                     [](const Hop& hop) { return hop.decision == "translate"; }) ||
         std::any_of(trace.passages.begin(), trace.passages.end(),
                     [](const Passage& passage) { return passage.before.source != passage.after.source; });
}

void leave_open(Trace& back, std::string why) {
  back.disposition = Disposition::unknown;
  back.unknown_because.push_back(std::move(why));
}

/// Why a reply is not followed at all, or empty.
std::string not_followed(const Trace& forward) {
  if (forward.disposition != Disposition::delivered || forward.hops.empty()) {
    return "no reply is followed, because the packet is not known to be delivered inside the estate";
  }
  if (is_translated(forward)) {
    return "an address is translated on the way, so the reply goes to the translating device, which undoes it; not "
           "followed";
  }
  // source: azure-semantics.md 1.6 (replies): the route table of the endpoint's subnet never applies to them, and where
  // an untranslated reply goes is contradictory in the documents.
  if (forward.hops.back().at.kind == Place::Kind::private_endpoint) {
    return "no route table decides where a private endpoint's reply goes; only source translation on the way proves "
           "that it "
           "comes back the same way";
  }
  return {};
}

}  // namespace

void judge_reply(const Trace& forward, Trace& back) {
  for (std::size_t i = 0; i < back.hops.size(); ++i) {
    const Hop& hop = back.hops[i];
    if (hop.at.kind != Place::Kind::firewall || is_at(forward, hop.at)) continue;
    back.hops.resize(i + 1);
    if (back.flow.protocol == Protocol::tcp) {
      back.hops.back().decision = "drop";
      back.hops.back().note = "the firewall did not see the request, so it drops the reply";
      back.disposition = Disposition::dropped;
    } else {
      leave_open(back, "the reply meets a firewall that did not see the request");
    }
    return;
  }
  if (back.disposition == Disposition::denied) {
    leave_open(back,
               "the last hop refuses new flows; it keeps state and lets a reply pass when it saw the request, so what "
               "follows is not known");
  }
}

Reply trace_reply(const model::View& view, const Trace& forward) {
  Reply out;
  out.note = not_followed(forward);
  if (!out.note.empty()) return out;
  Flow reply = forward.flow;
  std::swap(reply.source, reply.destination);
  std::swap(reply.source_port, reply.destination_port);
  reply.from = forward.hops.back().at;
  out.trace = trace(view, reply);
  judge_reply(forward, *out.trace);
  if (forward.crossed_firewall && !out.trace->crossed_firewall) {
    out.note = "the request crosses the hub firewall and the reply does not: the firewall sees half of the flow";
  }
  return out;
}

}  // namespace hubproof::net
