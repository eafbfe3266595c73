#include <fmt/format.h>

#include "engine/report/json_parts.h"
#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

Json end_json(const model::Estate& estate, const TraceEnd& end) {
  Json out;
  out["asked"] = end.asked;
  out["kind"] = net::name(end.place.kind);
  out["resource"] = resource_json(estate, end.place.id);
  out["address"] = to_string(end.address);
  out["notes"] = strings_json(end.notes);
  return out;
}

Ink ink(net::Disposition disposition) {
  switch (disposition) {
    case net::Disposition::delivered: return Ink::green;
    case net::Disposition::denied:
    case net::Disposition::dropped:
    case net::Disposition::loop: return Ink::red;
    case net::Disposition::exits_to_internet:
    case net::Disposition::exits_to_on_premises: return Ink::bold;
    case net::Disposition::unknown: return Ink::yellow;
  }
  return Ink::yellow;
}

void write_end(Page& page, const model::Estate& estate, std::string_view label, const TraceEnd& end) {
  page.line(fmt::format("{} {}  {}  ({})", label, page.paint(page.shown(place_name(estate, end.place)), Ink::bold),
                        to_string(end.address), net::name(end.place.kind)));
  for (const std::string& note : end.notes) page.paragraph("       ", page.shown(note));
}

void write_direction(Page& page, const Subject& subject, std::string_view label, const net::Trace& trace) {
  page.blank();
  page.line(fmt::format("{}: {}", label, net::to_string(trace.flow)));
  write_hops(page, subject, trace, {}, {});
  page.line(fmt::format("   = {}{}", page.paint(net::name(trace.disposition), ink(trace.disposition)),
                        trace.crossed_firewall ? ", through the hub firewall" : ""));
  for (const std::string& reason : trace.unknown_because) page.paragraph("   = unknown because: ", page.shown(reason));
}

}  // namespace

std::string trace_text(const Subject& subject, const TraceReport& trace, const TextStyle& style) {
  Page page(style);
  const model::Estate& estate = subject.view.estate;
  if (!style.quiet) {
    write_end(page, estate, "from", trace.from);
    write_end(page, estate, "to  ", trace.to);
    write_direction(page, subject, "forward", trace.forward);
    if (trace.back) write_direction(page, subject, "return", *trace.back);
    if (!trace.return_note.empty()) page.paragraph("return: ", page.shown(trace.return_note));
    page.blank();
  }
  page.line(
      fmt::format("forward {}{}.", net::name(trace.forward.disposition),
                  trace.back ? fmt::format(", return {}", net::name(trace.back->disposition)) : ", no return traced"));
  return page.take();
}

std::string trace_json(const Subject& subject, const TraceReport& trace) {
  Places places(subject);
  const model::Estate& estate = subject.view.estate;
  Json out;
  out["format_version"] = 1;
  out["tool"] = tool_json();
  out["from"] = end_json(estate, trace.from);
  out["to"] = end_json(estate, trace.to);
  const Json body = trace_body(places, trace.forward);
  for (const auto& [key, value] : body.items()) out[key] = value;
  out["return"] = trace.back ? trace_body(places, *trace.back) : Json(nullptr);
  out["return_note"] = text_or_null(trace.return_note);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hubproof::report
