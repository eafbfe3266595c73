#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/report/names.h"
#include "engine/report/parts.h"

namespace hubproof::report {
namespace {

constexpr std::size_t kFullPerCode = 3;

std::string_view name(Diagnostic::Level level) {
  switch (level) {
    case Diagnostic::Level::error: return "error";
    case Diagnostic::Level::warning: return "warning";
    case Diagnostic::Level::note: return "note";
  }
  return "error";
}

Ink ink(Diagnostic::Level level) {
  switch (level) {
    case Diagnostic::Level::error: return Ink::red;
    case Diagnostic::Level::warning: return Ink::yellow;
    case Diagnostic::Level::note: return Ink::bold;
  }
  return Ink::red;
}

std::string head(const Page& page, Diagnostic::Level level, const std::string& code) {
  return page.paint(fmt::format("{}[{}]", name(level), page.shown(code)), ink(level)) + ": ";
}

Location where(const Subject& subject, const Diagnostic& problem) {
  if (!problem.where.file.empty() || problem.resource.empty()) return problem.where;
  return locate(subject, subject.view.estate.ids().find(problem.resource), problem.pointer);
}

void write_problem(Page& page, const Subject& subject, const Diagnostic& problem) {
  page.line(wrap(page.shown(problem.message), page.style().width, head(page, problem.level, problem.code), "  "));
  std::string place = page.shown(to_string(where(subject, problem)));
  if (!problem.resource.empty()) {
    place += fmt::format("{}id {}", place.empty() ? "" : "  ", page.shown(problem.resource));
  }
  if (!problem.pointer.empty()) place += "  " + page.shown(problem.pointer);
  if (!place.empty()) page.paragraph("  --> ", place);
  if (!problem.why.empty()) page.paragraph("   = why: ", page.shown(problem.why));
  if (!problem.fix.empty()) page.paragraph("   = fix: ", page.shown(problem.fix));
}

using Group = std::vector<const Diagnostic*>;

/// Problems by level, then by code in the order in which the codes were met.
std::vector<Group> group(const Diagnostics& problems) {
  std::vector<Group> groups;
  std::map<std::pair<Diagnostic::Level, std::string>, std::size_t> index;
  for (const Diagnostic& problem : problems) {
    const auto [at, is_new] = index.try_emplace({problem.level, problem.code}, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(&problem);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) { return a.front()->level < b.front()->level; });
  return groups;
}

void write_ambiguities(Page& page, const Subject& subject) {
  for (const std::string& sentence : subject.view.roles.ambiguities) {
    page.line(
        wrap(page.shown(sentence), page.style().width, head(page, Diagnostic::Level::error, "INPUT-ROLES"), "  "));
    page.line("   = fix: say which networks are hubs and spokes under designate: in hubproof.yaml");
  }
}

}  // namespace

void write_problems(Page& page, const Subject& subject) {
  for (const Group& group : group(subject.view.estate.snapshot().diagnostics)) {
    const bool is_note = group.front()->level == Diagnostic::Level::note;
    const std::size_t in_full = page.style().verbose ? group.size() : is_note ? 0 : kFullPerCode;
    for (std::size_t i = 0; i < std::min(in_full, group.size()); ++i) write_problem(page, subject, *group[i]);
    if (group.size() > in_full) {
      page.line(fmt::format(
          "{}{} like this (-v shows all)", head(page, group.front()->level, group.front()->code),
          in_full == 0 ? counted(group.size(), "remark", "remarks") : grouped(group.size() - in_full) + " more"));
    }
  }
  write_ambiguities(page, subject);
}

std::string diagnostics_text(const Subject& subject, const TextStyle& style) {
  Page page(style);
  write_problems(page, subject);
  return page.take();
}

}  // namespace hubproof::report
