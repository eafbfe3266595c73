#include "engine/check/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "engine/check/judgement.h"
#include "engine/core/text.h"
#include "engine/dns/directory.h"

namespace hubproof::check {
namespace {

bool is_named(const std::vector<std::string>& ids_or_prefixes, std::string_view id) {
  return std::any_of(ids_or_prefixes.begin(), ids_or_prefixes.end(),
                     [&](const std::string& prefix) { return !prefix.empty() && text::starts_with(id, prefix); });
}

bool is_selected(const Selection& selection, std::string_view id) {
  return (selection.only.empty() || is_named(selection.only, id)) && !is_named(selection.skip, id);
}

/// "", or what is missing from the tables that the rule rests on.
std::string missing_tables(const model::Estate& estate, const RuleText& rule, std::string& decided_by) {
  std::string out;
  for (const model::ArgTable table : rule.needs) {
    const auto gaps = estate.gaps_in(table);
    if (gaps.empty()) continue;
    if (!out.empty()) out += "; ";
    out += fmt::format("the {} table is partial: {}", model::name(table), gaps.front()->message);
    if (gaps.size() > 1) out += fmt::format(" (and {} more)", gaps.size() - 1);
    if (decided_by.empty()) decided_by = fmt::format("an export of the {} table in full", model::name(table));
  }
  return out;
}

/// A pass of a closed-world statement cannot stand on part of a table, nor can "nothing is in scope".
void doubt_partial_tables(const model::Estate& estate, const RuleText& rule, std::vector<Finding>& findings) {
  std::string decided_by;
  const std::string missing = missing_tables(estate, rule, decided_by);
  if (missing.empty()) return;
  for (Finding& finding : findings) {
    const bool is_empty_scope = finding.outcome == Outcome::not_applicable && !finding.resource.is_set();
    if (finding.outcome != Outcome::pass && !is_empty_scope) continue;
    finding.outcome = Outcome::unknown;
    finding.message = missing;
    finding.decided_by = decided_by;
  }
}

void sort(const model::Estate& estate, std::vector<Finding>& findings) {
  const auto spelling = [&](const Finding& f) {
    return f.resource.is_set() ? estate.spelling(f.resource) : std::string_view();
  };
  const auto before = [&](const Finding& a, const Finding& b) {
    const int order = text::compare(spelling(a), spelling(b));
    return order != 0 ? order < 0 : a.message < b.message;
  };
  if (!std::is_sorted(findings.begin(), findings.end(), before)) {
    std::stable_sort(findings.begin(), findings.end(), before);
  }
}

template <class List>
void append(List& to, std::vector<typename List::value_type> from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void sort_unique(std::vector<std::string>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

/// Rules about names are neighbours in the order of ids: what they share goes with the last of them.
struct Runner {
  const model::View& view;
  std::optional<dns::Directory> directory = std::nullopt;

  Findings operator()(Findings (*rule)(const model::View&)) {
    directory.reset();
    return rule(view);
  }
  Findings operator()(Findings (*rule)(dns::Directory&)) {
    if (!directory) directory.emplace(view);
    return rule(*directory);
  }
};

}  // namespace

Result run_rules(const model::View& view, const Selection& selection) {
  Result out;
  Runner run{view};
  const Catalogue& texts = catalogue();
  for (const RuleImplementation& implementation : implementations()) {
    const RuleText* rule = texts.find(implementation.id);
    if (rule == nullptr || !is_selected(selection, implementation.id)) continue;
    const auto number = static_cast<std::uint16_t>(rule - texts.rules.data());
    Findings found = std::visit(run, implementation.run);
    if (found.findings.empty()) {
      found.findings.push_back(inapplicable({}, "the export holds nothing that this rule speaks of"));
    }
    doubt_partial_tables(view.estate, *rule, found.findings);
    sort(view.estate, found.findings);
    for (Finding& finding : found.findings) finding.rule = number;
    for (ProofSummary& proof : found.proofs) proof.rule = number;
    append(out.findings, std::move(found.findings));
    append(out.proofs, std::move(found.proofs));
    append(out.assumptions, std::move(found.assumptions));
    append(out.disagreements, std::move(found.disagreements));
  }
  for (const model::ServiceTagList& list : view.estate.snapshot().service_tags.lists()) {
    out.assumptions.push_back(fmt::format("service tags hold the addresses of change number {} of cloud {} ({})",
                                          list.change_number, text::printable(list.cloud),
                                          text::printable(view.estate.snapshot().sources[list.source].path)));
  }
  sort_unique(out.assumptions);
  sort_unique(out.disagreements);
  return out;
}

}  // namespace hubproof::check
