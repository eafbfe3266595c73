#include <fmt/format.h>

#include <algorithm>

#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

bool shares_fact(const net::Hop& hop, const std::vector<model::Fact>& facts) {
  return std::any_of(hop.decided_by.begin(), hop.decided_by.end(), [&](const model::Fact& fact) {
    return std::any_of(facts.begin(), facts.end(), [&](const model::Fact& other) {
      return other.resource == fact.resource && other.pointer == fact.pointer;
    });
  });
}

/// The hop at which the packet went the wrong way; hops.size() for a trace without hops.
std::size_t deciding_hop(const net::Trace& trace, const std::vector<model::Fact>& facts) {
  for (std::size_t i = trace.hops.size(); i-- > 0;) {
    if (shares_fact(trace.hops[i], facts)) return i;
  }
  for (std::size_t i = trace.hops.size(); i-- > 0;) {
    if (trace.hops[i].next_hop) return i;
  }
  return trace.hops.empty() ? 0 : trace.hops.size() - 1;
}

std::string what(const Page& page, const net::Hop& hop) {
  std::string out;
  if (hop.next_hop) {
    out = fmt::format("{} -> {}", hop.matched_prefix.empty() ? "route" : page.shown(hop.matched_prefix),
                      net::name(*hop.next_hop));
    if (hop.route_source) out += fmt::format(" ({})", net::name(*hop.route_source));
  }
  const std::string note = page.shown(hop.note);
  // A note that only words the route again is left out.
  const bool says_more =
      !hop.next_hop || note != fmt::format("{} -> {}", page.shown(hop.matched_prefix), net::name(*hop.next_hop));
  if (!note.empty() && says_more) out += (out.empty() ? "" : ": ") + note;
  return out;
}

std::string fact_text(const Page& page, const Subject& subject, const model::Fact& fact) {
  const model::Estate& estate = subject.view.estate;
  std::string out = page.shown(short_name(estate, fact.resource));
  if (!fact.pointer.empty()) out += " " + page.shown(fact.pointer);
  if (!fact.value.empty()) out += " = " + page.shown(fact.value);
  const Location where = locate(subject, fact.resource, fact.pointer);
  if (!where.file.empty()) out += fmt::format("  ({})", page.shown(to_string(where)));
  return out;
}

}  // namespace

void write_hops(Page& page, const Subject& subject, const net::Trace& trace, const std::vector<model::Fact>& facts,
                std::string_view expected) {
  const model::Estate& estate = subject.view.estate;
  std::size_t name_width = 0;
  for (const net::Hop& hop : trace.hops) {
    name_width = std::max(name_width, columns(page.shown(place_name(estate, hop.at))));
  }
  name_width = std::min<std::size_t>(name_width, 32);
  const std::size_t decided_at = deciding_hop(trace, facts);
  for (std::size_t i = 0; i < trace.hops.size(); ++i) {
    const net::Hop& hop = trace.hops[i];
    std::string name = page.shown(place_name(estate, hop.at));
    name.append(name_width - std::min(name_width, columns(name)), ' ');
    page.paragraph(fmt::format("   {:>2} {}  {:<9} ", i + 1, page.paint(name, Ink::bold), page.shown(hop.decision)),
                   what(page, hop));
    for (const model::Fact& fact : hop.decided_by) page.paragraph("        by ", fact_text(page, subject, fact));
    if (i == decided_at && !expected.empty()) {
      page.paragraph("        " + page.paint("<-- expected:", Ink::red) + " ", page.shown(expected));
    }
  }
}

void write_facts(Page& page, const Subject& subject, std::string_view label, const std::vector<model::Fact>& facts,
                 std::size_t limit, std::size_t others) {
  const std::size_t shown_count = std::min(limit, facts.size());
  const std::string lead = fmt::format("   = {}: ", label);
  for (std::size_t i = 0; i < shown_count; ++i) {
    page.paragraph(i == 0 ? lead : std::string(lead.size(), ' '), fact_text(page, subject, facts[i]));
  }
  const std::size_t hidden = facts.size() - shown_count + others;
  if (hidden > 0) {
    page.line(fmt::format("{}and {} (-v shows all)", std::string(lead.size(), ' '),
                          counted(hidden, "more fact", "more facts")));
  }
}

}  // namespace hubproof::report
