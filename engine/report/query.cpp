#include "engine/report/query.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/report/json_parts.h"
#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

using net::QueryBox;

constexpr std::size_t kMostShown = 6;  ///< intervals and places of a box, without -v

std::vector<std::string> intervals_of(const AddressSet& set) {
  std::vector<std::string> out;
  for (const AddressSet::Interval& interval : set.intervals()) {
    AddressSet one;
    one.add(interval.first, interval.last);
    out.push_back(to_string(one));
  }
  return out;
}

std::vector<std::string> protocols_of(net::ProtocolBits bits) {
  std::vector<std::string> out;
  for (unsigned i = 0; i < std::size(net::kBoxProtocols); ++i) {
    if ((static_cast<unsigned>(bits) >> i & 1U) != 0) out.emplace_back(name(net::kBoxProtocols[i]));
  }
  return out;
}

std::vector<std::string> ports_of(const net::Box& box) {
  std::vector<std::string> out;
  for (const PortRange& range : box.ports) out.push_back(to_string(range));
  return out;
}

std::string joined(const std::vector<std::string>& items, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < std::min(limit, items.size()); ++i) out += (i == 0 ? "" : ", ") + items[i];
  if (items.size() > limit) out += fmt::format(" and {} more", items.size() - limit);
  return out;
}

std::string addresses(const AddressSet& set, std::size_t limit) {
  AddressSet missing = internet_addresses() - set;
  missing.subtract(Prefix::host(Ipv4(0xa83f8110U)));  // 168.63.129.16, the platform's own
  if (missing.empty() && (set - internet_addresses()).empty()) return "every public address";
  return joined(intervals_of(set), limit);
}

std::string service(const net::Box& box, std::size_t limit) {
  const std::string protocols =
      box.protocols == net::kAllProtocols ? "any protocol" : joined(protocols_of(box.protocols), 9);
  const bool has_ports = (box.protocols & net::kProtocolsWithPorts) != 0;
  if (!has_ports || box.ports.front().is_all()) return protocols;
  return fmt::format("{} port {}", protocols, joined(ports_of(box), limit));
}

struct Tally {
  std::size_t certain = 0;
  std::size_t possible = 0;
};
Tally tally_of(const net::Answer& answer) {
  Tally out;
  for (const QueryBox& box : answer.boxes) ++(box.is_certain ? out.certain : out.possible);
  return out;
}

/// "flows", "may", "none": the answer in a word.
std::string_view verdict(const net::Answer& answer) {
  const Tally tally = tally_of(answer);
  if (tally.certain > 0) return "flows";
  return tally.possible > 0 || !answer.open.empty() ? "may" : "none";
}

void write_box(Page& page, const Subject& subject, const QueryBox& box, std::size_t number, bool with_hops) {
  const std::size_t limit = page.style().verbose ? static_cast<std::size_t>(-1) : kMostShown;
  page.blank();
  const std::string word = box.is_certain ? page.paint("flows", Ink::red) : page.paint("may flow", Ink::yellow);
  page.paragraph(fmt::format("{:>2} {}  ", number, word),
                 fmt::format("{} -> {}  {}", addresses(box.packets.sources, limit),
                             addresses(box.packets.destinations, limit), service(box.packets, limit)));
  std::vector<std::string> places;
  for (const net::Place& place : box.from) places.push_back(page.shown(place_name(subject.view.estate, place)));
  page.paragraph("   from ", joined(places, limit));
  if (box.disposition) {
    page.line(fmt::format("   = {}{}", net::name(*box.disposition),
                          box.crossed_firewall ? ", through the hub firewall" : ""));
  }
  for (const std::string& reason : box.reasons) page.paragraph("   = not known: ", page.shown(reason));
  if (box.more_reasons > 0)
    page.line(fmt::format("   = and for {}", counted(box.more_reasons, "more reason", "more reasons")));
  if (!box.witness) return;
  page.line(fmt::format("   witness: {}", net::to_string(box.witness->flow)));
  if (with_hops) write_hops(page, subject, *box.witness, {}, {});
}

std::string last_line(const net::Answer& answer) {
  const Tally tally = tally_of(answer);
  if (answer.boxes.empty())
    return answer.open.empty() ? "no such flow." : "no such flow is shown, but the answer is open.";
  return fmt::format("{}: {} certain, {} possible{}.", counted(answer.boxes.size(), "box", "boxes"), tally.certain,
                     tally.possible, answer.open.empty() ? "" : ", and the answer is open");
}

Json box_json(Places& places, const QueryBox& box) {
  Json out;
  out["certain"] = box.is_certain;
  out["sources"] = strings_json(intervals_of(box.packets.sources));
  out["destinations"] = strings_json(intervals_of(box.packets.destinations));
  out["protocols"] = strings_json(protocols_of(box.packets.protocols));
  out["ports"] = strings_json(ports_of(box.packets));
  out["from"] = Json::array();
  for (const net::Place& place : box.from) {
    Json one;
    one["kind"] = net::name(place.kind);
    one["resource"] = resource_json(places.estate(), place.id);
    out["from"].push_back(std::move(one));
  }
  out["disposition"] = box.disposition ? Json(net::name(*box.disposition)) : Json(nullptr);
  out["crossed_firewall"] = box.is_certain ? Json(box.crossed_firewall) : Json(nullptr);
  out["reasons"] = strings_json(box.reasons);
  out["more_reasons"] = box.more_reasons;
  out["witness"] = box.witness ? trace_body(places, *box.witness) : Json(nullptr);
  return out;
}

}  // namespace

std::string query_text(const Subject& subject, const QueryReport& report, const TextStyle& style) {
  Page page(style);
  const net::Answer& answer = report.answer;
  if (!style.quiet && !report.wants_count) {
    page.paragraph("question: ", page.shown(report.sentence));
    std::size_t number = 0;
    std::size_t shown = 0;
    for (const QueryBox& box : answer.boxes) {
      const bool with_hops = box.witness && shown < report.witnesses;
      if (with_hops) ++shown;
      write_box(page, subject, box, ++number, with_hops);
    }
    if (!answer.notes.empty() || !answer.open.empty()) page.blank();
    for (const std::string& note : answer.notes) page.paragraph("note: ", page.shown(note));
    for (const std::string& why : answer.open) page.paragraph("open: ", page.shown(why));
    page.blank();
  }
  page.line(last_line(answer));
  return page.take();
}

std::string query_json(const Subject& subject, const QueryReport& report) {
  Places places(subject);
  const Tally tally = tally_of(report.answer);
  Json out;
  out["format_version"] = 1;
  out["tool"] = tool_json();
  out["question"] = report.sentence;
  out["answer"] = verdict(report.answer);
  out["certain"] = tally.certain;
  out["possible"] = tally.possible;
  out["boxes"] = Json::array();
  for (const QueryBox& box : report.answer.boxes) out["boxes"].push_back(box_json(places, box));
  out["notes"] = strings_json(report.answer.notes);
  out["open"] = strings_json(report.answer.open);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hubproof::report
