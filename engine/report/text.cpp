#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

#include "engine/core/text.h"
#include "engine/report/cause.h"
#include "engine/report/names.h"
#include "engine/report/parts.h"
#include "engine/report/summary.h"

namespace hubproof::report {
namespace {

using check::Finding;
using check::Outcome;

constexpr std::size_t kGroupsPerRule = 5;
constexpr std::size_t kTopFacts = 3;
constexpr std::size_t kAssumptions = 12;

/// Causes of the findings of one outcome: gravest rules first, then by rule id.
std::vector<Cause> causes_of(const Subject& subject, const check::Result& result, Outcome outcome) {
  std::vector<Cause> causes = group_by_cause(subject.view.estate, result.findings, outcome);
  std::stable_sort(causes.begin(), causes.end(), [](const Cause& a, const Cause& b) {
    const auto& rules = check::catalogue().rules;
    return rules[a.first->rule].severity < rules[b.first->rule].severity;
  });
  return causes;
}

void write_causes(Page& page, const Subject& subject, const check::Result& result, Outcome outcome) {
  std::map<std::uint16_t, std::size_t> shown_of_rule;
  std::map<std::uint16_t, std::size_t> hidden;
  for (const Cause& cause : causes_of(subject, result, outcome)) {
    if (!page.style().verbose && ++shown_of_rule[cause.first->rule] > kGroupsPerRule) {
      hidden[cause.first->rule] += 1 + cause.more.size();
      continue;
    }
    page.blank();
    write_finding(page, subject, *cause.first, cause.more);
  }
  for (const auto& [rule, count] : hidden) {
    page.line(fmt::format("{}: {} not shown (-v or -o json shows all)", check::catalogue().rules[rule].id,
                          counted(count, "more finding", "more findings")));
  }
}

void write_read(Page& page, const Subject& subject) {
  const model::View& view = subject.view;
  const model::Snapshot& snapshot = view.estate.snapshot();
  page.paragraph(
      "", fmt::format("Read {} from {}: {}, {}, {}, {}.", counted(snapshot.resources.size(), "resource", "resources"),
                      counted(snapshot.sources.size(), "input", "inputs"),
                      counted(view.roles.hubs.size() + view.roles.virtual_hubs.size(), "hub", "hubs"),
                      counted(view.roles.spokes.size(), "spoke", "spokes"),
                      counted(view.roles.firewalls.size(), "hub firewall", "hub firewalls"),
                      counted(snapshot.tables.services.size(), "AI or data service", "AI and data services")));
}

struct FactKey {
  model::ResourceId resource;
  std::string_view pointer;
  friend auto operator<=>(const FactKey&, const FactKey&) = default;
};
struct FactHash {
  std::size_t operator()(const FactKey& key) const {
    return std::hash<std::string_view>{}(key.pointer) * 31 + key.resource.index();
  }
};

/// The facts that most passes of the rule rest on, most used first, at most `limit`; `others` says how many there are
/// beside them.
std::vector<model::Fact> top_facts(const check::Result& result, std::uint16_t rule, std::size_t limit,
                                   std::size_t& others) {
  struct Used {
    const model::Fact* fact;
    std::size_t count;
  };
  std::unordered_map<FactKey, Used, FactHash> used;
  for (const Finding& finding : result.findings) {
    if (finding.rule != rule || finding.outcome != Outcome::pass) continue;
    for (const model::Fact& fact : finding.facts)
      ++used.try_emplace({fact.resource, fact.pointer}, Used{&fact, 0}).first->second.count;
  }
  std::vector<std::pair<FactKey, Used>> order(used.begin(), used.end());
  const std::size_t shown = std::min(limit, order.size());
  others = order.size() - shown;
  // Keys are unique, so that the order of the table does not show.
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [](const auto& a, const auto& b) {
                      return a.second.count != b.second.count ? a.second.count > b.second.count : a.first < b.first;
                    });
  std::vector<model::Fact> out;
  for (std::size_t i = 0; i < shown; ++i) out.push_back(*order[i].second.fact);
  return out;
}

void write_proved(Page& page, const Subject& subject, const check::Result& result, const RuleSummary& rule) {
  const check::RuleText& about = check::catalogue().rules[rule.rule];
  const auto obligations = std::count_if(result.proofs.begin(), result.proofs.end(),
                                         [&](const check::ProofSummary& p) { return p.rule == rule.rule && p.proved; });
  page.line(fmt::format("{} {}     {}, {} solved", page.paint(fmt::format("proved[{}]", about.id), Ink::green),
                        about.title, counted(rule.passed, "resource", "resources"),
                        counted(static_cast<std::size_t>(obligations), "obligation", "obligations")));
  std::size_t others = 0;
  const std::vector<model::Fact> facts = top_facts(result, rule.rule, kTopFacts, others);
  write_facts(page, subject, "rests on", facts, kTopFacts, others);
}

void write_holds(Page& page, const Subject& subject, const check::Result& result, const Summary& summary) {
  bool is_first = true;
  for (const RuleSummary& rule : summary.rules) {
    const bool is_proof = check::catalogue().rules[rule.rule].kind == "proof";
    if (rule.outcome != Outcome::pass || (!is_proof && !page.style().verbose)) continue;
    if (is_first) page.blank();
    is_first = false;
    if (is_proof) {
      write_proved(page, subject, result, rule);
    } else {
      page.line(fmt::format("{} {}     {}",
                            page.paint(fmt::format("passed[{}]", check::catalogue().rules[rule.rule].id), Ink::green),
                            check::catalogue().rules[rule.rule].title, counted(rule.passed, "resource", "resources")));
    }
    if (!page.style().verbose) continue;
    for (const Finding& finding : result.findings) {
      if (finding.rule != rule.rule || finding.outcome != Outcome::pass) continue;
      page.paragraph("   - ", fmt::format("{}: {}", page.shown(short_name(subject.view.estate, finding.resource)),
                                          page.shown(message_of(subject, finding))));
      write_facts(page, subject, "facts", finding.facts, finding.facts.size());
    }
  }
}

void write_assumptions(Page& page, const check::Result& result) {
  if (result.assumptions.empty()) return;
  page.blank();
  page.line(page.paint("Assumed:", Ink::bold));
  const std::size_t limit = page.style().verbose ? result.assumptions.size() : kAssumptions;
  for (std::size_t i = 0; i < std::min(limit, result.assumptions.size()); ++i) {
    page.paragraph("   - ", page.shown(result.assumptions[i]));
  }
  if (result.assumptions.size() > limit) {
    page.line(fmt::format("   and {} more (-v shows all)", grouped(result.assumptions.size() - limit)));
  }
}

void write_disagreements(Page& page, const check::Result& result) {
  for (const std::string& sentence : result.disagreements) {
    page.line(wrap(page.shown(sentence), page.style().width,
                   page.paint("internal error[DISAGREEMENT]", Ink::red) + ": ", "  "));
  }
  if (result.disagreements.empty()) return;
  page.line("   = why: two independent computations of one claim differ, so neither is to be trusted");
  page.line("   = fix: this is a defect of hubproof; please report it with the inputs or a reduced copy of them");
}

void write_last_line(Page& page, const check::Result& result, const Summary& summary) {
  if (!result.disagreements.empty()) {
    page.line(tally(summary) + "  NOT TRUSTWORTHY: hubproof disagrees with itself.");
    return;
  }
  const Ink ink = summary.failed > 0 ? Ink::red : verdict(summary).rfind("HOLDS", 0) == 0 ? Ink::green : Ink::yellow;
  page.line(fmt::format("{}  {}", tally(summary), page.paint(verdict(summary), ink)));
}

}  // namespace

std::string text(const Subject& subject, const check::Result& result, const TextStyle& style) {
  Page page(style);
  const Summary summary = summarize(subject.view, result);
  if (!style.quiet) {
    write_read(page, subject);
    write_problems(page, subject);
    write_causes(page, subject, result, Outcome::fail);
    write_causes(page, subject, result, Outcome::unknown);
    write_holds(page, subject, result, summary);
    write_assumptions(page, result);
    page.blank();
  }
  write_disagreements(page, result);
  write_last_line(page, result, summary);
  return page.take();
}

std::string findings_text(const Subject& subject, const check::Result& result, const TextStyle& style) {
  Page page(style);
  write_causes(page, subject, result, Outcome::fail);
  write_causes(page, subject, result, Outcome::unknown);
  write_holds(page, subject, result, summarize(subject.view, result));
  page.blank();
  write_last_line(page, result, summarize(subject.view, result));
  return page.take();
}

}  // namespace hubproof::report
