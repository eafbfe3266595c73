#include "cli/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/net/trace.h"
#include "engine/report/names.h"

namespace hubproof::cli {
namespace {

using net::Disposition;
using net::Place;

bool is_at(const net::Trace& trace, const Place& place) {
  return std::any_of(trace.hops.begin(), trace.hops.end(), [&](const net::Hop& hop) { return hop.at == place; });
}

bool is_translated(const net::Trace& trace) {
  return std::any_of(trace.hops.begin(), trace.hops.end(),
                     [](const net::Hop& hop) { return hop.decision == "translate"; });
}

void leave_open(net::Trace& back, std::string why) {
  back.disposition = Disposition::unknown;
  back.unknown_because.push_back(std::move(why));
}

/// Why a reply is not followed at all, or empty.
std::string not_followed(const net::Trace& forward) {
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

void judge_reply(const net::Trace& forward, net::Trace& back) {
  for (std::size_t i = 0; i < back.hops.size(); ++i) {
    const net::Hop& hop = back.hops[i];
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

void trace_reply(const model::View& view, report::TraceReport& report) {
  report.return_note = not_followed(report.forward);
  if (!report.return_note.empty()) return;
  net::Flow reply = report.forward.flow;
  std::swap(reply.source, reply.destination);
  std::swap(reply.source_port, reply.destination_port);
  reply.from = report.forward.hops.back().at;
  report.back = net::trace(view, reply);
  judge_reply(report.forward, *report.back);
  if (report.forward.crossed_firewall && !report.back->crossed_firewall) {
    report.return_note =
        "the request crosses the hub firewall and the reply does not: the firewall sees half of the flow";
  }
}

}  // namespace hubproof::cli
