#include "engine/report/summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/report/page.h"

namespace hubproof::report {
namespace {

using check::Outcome;

void count(RuleSummary& rule, Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: ++rule.passed; return;
    case Outcome::fail: ++rule.failed; return;
    case Outcome::unknown: ++rule.unknown; return;
    case Outcome::not_applicable: ++rule.not_applicable; return;
    case Outcome::exempt: ++rule.exempt; return;
  }
}

Outcome gravest(const RuleSummary& rule) {
  if (rule.failed > 0) return Outcome::fail;
  if (rule.unknown > 0) return Outcome::unknown;
  if (rule.exempt > 0) return Outcome::exempt;
  return rule.passed > 0 ? Outcome::pass : Outcome::not_applicable;
}

void count_rule(Summary& summary, Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: ++summary.passed; return;
    case Outcome::fail: ++summary.failed; return;
    case Outcome::unknown: ++summary.unknown; return;
    case Outcome::not_applicable: ++summary.not_applicable; return;
    case Outcome::exempt: ++summary.exempt; return;
  }
}

}  // namespace

Summary summarize(const model::View& view, const check::Result& result) {
  Summary out;
  for (const check::Finding& finding : result.findings) {
    if (out.rules.empty() || out.rules.back().rule != finding.rule) {
      out.rules.emplace_back();
      out.rules.back().rule = finding.rule;
    }
    count(out.rules.back(), finding.outcome);
  }
  for (RuleSummary& rule : out.rules) {
    rule.outcome = gravest(rule);
    count_rule(out, rule.outcome);
  }
  const model::Snapshot& snapshot = view.estate.snapshot();
  out.is_input_whole =
      snapshot.gaps.empty() && std::none_of(snapshot.diagnostics.begin(), snapshot.diagnostics.end(),
                                            [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
  out.are_roles_clear = view.roles.ambiguities.empty();
  return out;
}

std::string tally(const Summary& summary) {
  std::string out =
      fmt::format("{}: {} proved or passed, {} violated, {} unknown", counted(summary.rules.size(), "rule", "rules"),
                  summary.passed, summary.failed, summary.unknown);
  if (summary.exempt > 0) out += fmt::format(", {} exempt", summary.exempt);
  return out + fmt::format(", {} not applicable.", summary.not_applicable);
}

std::string verdict(const Summary& summary) {
  if (summary.failed > 0) {
    return fmt::format("VIOLATED: {} not hold.", counted(summary.failed, "rule does", "rules do"));
  }
  if (summary.unknown > 0)
    return fmt::format("NOT DECIDED: {} open.", counted(summary.unknown, "rule is", "rules are"));
  if (summary.is_empty()) return "NOTHING VERIFIED: no rule found anything to verify.";
  if (!summary.are_roles_clear) return "NOT DECIDED: the roles of the networks are not clear (see INPUT-ROLES).";
  if (!summary.is_input_whole) return "HOLDS for what was read; the input is not whole (see the input problems).";
  if (summary.exempt > 0)
    return fmt::format("HOLDS but for {}.", counted(summary.exempt, "exempt rule", "exempt rules"));
  return "HOLDS: every rule that applies is proved or passed.";
}

}  // namespace hubproof::report
