#include "engine/report/rule_text.h"

#include <fmt/format.h>

#include "engine/report/json_parts.h"
#include "engine/report/page.h"

namespace hubproof::report {
namespace {

Json rule_value(const check::RuleText& rule) {
  Json needs = Json::array();
  for (const model::ArgTable table : rule.needs) needs.push_back(model::name(table));
  Json out;
  out["id"] = rule.id;
  out["family"] = rule.family;
  out["title"] = rule.title;
  out["severity"] = hubproof::name(rule.severity);
  out["kind"] = rule.kind;
  out["statement"] = rule.statement;
  out["why"] = rule.why;
  out["reference"] = rule.reference;
  out["fix"] = rule.fix;
  out["sources"] = strings_json(rule.sources);
  out["controls"] = strings_json(rule.controls);
  out["needs"] = needs;
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

}  // namespace

std::string rule_text(const check::RuleText& rule, const TextStyle& style) {
  Page page(style);
  page.line(fmt::format("{} {}", page.paint(rule.id, Ink::bold), rule.title));
  page.line(fmt::format("severity {}, family {}, kind {}", hubproof::name(rule.severity), rule.family, rule.kind));
  std::string tables;
  for (const model::ArgTable table : rule.needs)
    tables += (tables.empty() ? "" : ", ") + std::string(model::name(table));
  const std::pair<std::string_view, std::string> parts[] = {
      {"what", rule.statement}, {"why", rule.why}, {"promise", rule.reference},
      {"fix", rule.fix},        {"needs", tables}, {"controls", joined(rule.controls)}};
  for (const auto& [label, body] : parts) {
    if (!body.empty()) page.paragraph(fmt::format("  {:<9} ", label), page.shown(body));
  }
  for (const std::string& source : rule.sources) page.paragraph(fmt::format("  {:<9} ", "source"), page.shown(source));
  return page.take();
}

std::string rule_json(const check::RuleText& rule) {
  Json out = {{"format_version", 1}};
  out["rule"] = rule_value(rule);
  return out.dump(1) + "\n";
}

std::string rules_text(const check::Catalogue& catalogue, const TextStyle& style) {
  Page page(style);
  for (const check::RuleText& rule : catalogue.rules) {
    page.paragraph(
        fmt::format("{}  {:<8} {:<8} ", page.paint(rule.id, Ink::bold), hubproof::name(rule.severity), rule.kind),
        page.shown(rule.title));
  }
  return page.take();
}

std::string rules_json(const check::Catalogue& catalogue) {
  Json out = {{"format_version", 1}, {"rules", Json::array()}};
  for (const check::RuleText& rule : catalogue.rules) out["rules"].push_back(rule_value(rule));
  return out.dump(1) + "\n";
}

}  // namespace hubproof::report
