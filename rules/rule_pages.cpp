#include "rules/rule_pages.h"

#include <fmt/format.h>

namespace hubproof::rules {
namespace {

std::string bullets(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += fmt::format("- {}\n", item);
  return out;
}

std::string tables(const std::vector<model::ArgTable>& needs) {
  std::string out;
  for (const model::ArgTable table : needs) {
    if (!out.empty()) out += ", ";
    out += fmt::format("`{}`", model::name(table));
  }
  return out;
}

std::string page(const check::RuleText& rule) {
  std::string out = fmt::format("# {}: {}\n\n", rule.id, rule.title);
  out += fmt::format(
      "Severity **{}**, kind {}, family {}. Rests on the Resource Graph tables {}; when one of them is partial, a\n"
      "pass becomes unknown.\n\n",
      name(rule.severity), rule.kind, rule.family, tables(rule.needs));
  out += fmt::format("## What is checked\n\n{}\n\n", rule.statement);
  out += fmt::format("## Why\n\n{}\n\n", rule.why);
  out += fmt::format("## The promise behind it\n\n{}\n\n", rule.reference);
  out += fmt::format("## How to mend it\n\n{}\n\n", rule.fix);
  out += fmt::format("## Controls\n\n{}\n", bullets(rule.controls));
  out += fmt::format("## Sources\n\n{}", bullets(rule.sources));
  return out;
}

std::string index(const check::Catalogue& catalogue) {
  std::string out =
      "# Rules\n\nOne page per rule, written from `rules/catalogue.json` (`cmake --build <dir> --target "
      "write-docs`).\n"
      "Ids are stable and never used again. A rule answers pass, fail, unknown or not-applicable for each resource in "
      "its\n"
      "scope; what it could not read is unknown, never pass.\n\n| rule | severity | kind | title |\n| --- | --- | --- "
      "| --- |\n";
  for (const check::RuleText& rule : catalogue.rules) {
    out += fmt::format("| [{0}]({0}.md) | {1} | {2} | {3} |\n", rule.id, name(rule.severity), rule.kind, rule.title);
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> rule_pages(const check::Catalogue& catalogue) {
  std::map<std::string, std::string> out;
  for (const check::RuleText& rule : catalogue.rules) out.emplace(rule.id + ".md", page(rule));
  out.emplace("README.md", index(catalogue));
  return out;
}

}  // namespace hubproof::rules
