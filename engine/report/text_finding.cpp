#include <fmt/format.h>

#include <limits>

#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

constexpr std::size_t kFacts = 4;
constexpr std::size_t kNames = 8;

struct Heading {
  std::string_view word;
  Ink ink;
};

Heading heading(check::Outcome outcome) {
  switch (outcome) {
    case check::Outcome::pass: return {"passed", Ink::green};
    case check::Outcome::fail: return {"violation", Ink::red};
    case check::Outcome::unknown: return {"undecided", Ink::yellow};
    case check::Outcome::not_applicable: return {"not applicable", Ink::dim};
    case check::Outcome::exempt: return {"exempt", Ink::yellow};
  }
  return {"undecided", Ink::yellow};
}

void write_head(Page& page, const Subject& subject, const check::Finding& finding) {
  const check::RuleText& rule = check::catalogue().rules[finding.rule];
  const Heading head = heading(finding.outcome);
  page.line(fmt::format("{} {}: {}     {}", page.paint(fmt::format("{}[{}]", head.word, rule.id), head.ink),
                        hubproof::name(rule.severity), rule.title,
                        page.paint(page.shown(short_name(subject.view.estate, finding.resource)), Ink::bold)));
}

void write_witness(Page& page, const Subject& subject, const check::Finding& finding) {
  const net::Trace& witness = *finding.witness;
  page.line(fmt::format("   {}   (witness: {})", net::to_string(witness.flow), net::name(witness.disposition)));
  write_hops(page, subject, witness, finding.facts, finding.expected);
}

void write_more(Page& page, const Subject& subject, const std::vector<const check::Finding*>& more) {
  if (more.empty()) return;
  const std::size_t limit = page.style().verbose ? more.size() : kNames;
  std::string names;
  for (std::size_t i = 0; i < more.size() && i < limit; ++i) {
    names += (i == 0 ? "" : ", ") + page.shown(short_name(subject.view.estate, more[i]->resource));
  }
  if (more.size() > limit) names += fmt::format(" and {} others", grouped(more.size() - limit));
  page.paragraph("   = also: ", fmt::format("{} for the same cause: {}",
                                            counted(more.size(), "more resource", "more resources"), names));
}

}  // namespace

void write_finding(Page& page, const Subject& subject, const check::Finding& finding,
                   const std::vector<const check::Finding*>& more) {
  const check::RuleText& rule = check::catalogue().rules[finding.rule];
  write_head(page, subject, finding);
  page.paragraph("   ", page.shown(message_of(subject, finding)));
  if (finding.witness) write_witness(page, subject, finding);
  for (std::size_t i = 0; i < finding.chain.size(); ++i) {
    page.paragraph(fmt::format("   {:>2} ", i + 1), page.shown(finding.chain[i]));
  }
  if (!finding.expected.empty() && (!finding.witness || finding.witness->hops.empty())) {
    page.paragraph("   = expected: ", page.shown(finding.expected));
  }
  if (!finding.decided_by.empty()) page.paragraph("   = would decide it: ", page.shown(finding.decided_by));
  write_facts(page, subject, "facts", finding.facts,
              page.style().verbose ? std::numeric_limits<std::size_t>::max() : kFacts);
  if (finding.outcome == check::Outcome::fail && !rule.fix.empty()) {
    page.paragraph("   = fix: ", fmt::format("{}  (hubproof explain {})", rule.fix, rule.id));
  }
  write_more(page, subject, more);
}

}  // namespace hubproof::report
