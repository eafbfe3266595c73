#include "cli/selection.h"

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::cli {
namespace {

bool names(const std::string& word, const check::RuleText& rule) {
  return text::equals(word, rule.id) || text::starts_with(rule.id, word + "-");
}

Error unknown_rule(const std::string& word) {
  std::vector<std::string_view> ids;
  for (const check::RuleText& rule : check::catalogue().rules) ids.push_back(rule.id);
  const std::string_view near = text::nearest(word, ids.data(), ids.size());
  const std::string hint = near.empty() ? "hubproof rules list shows all" : "did you mean " + std::string(near) + "?";
  return Error{"there is no rule \"" + word + "\"; " + hint};
}

Result<std::vector<std::string>> known(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    const auto& rules = check::catalogue().rules;
    const auto rule =
        std::find_if(rules.begin(), rules.end(), [&](const check::RuleText& r) { return names(word, r); });
    if (rule == rules.end()) return unknown_rule(word);
    out.push_back(rule->id.substr(0, word.size()));
  }
  return out;
}

}  // namespace

Result<check::Selection> select_rules(const std::vector<std::string>& only, const std::vector<std::string>& skip) {
  Result<std::vector<std::string>> chosen = known(only);
  if (!chosen) return chosen.error();
  Result<std::vector<std::string>> skipped = known(skip);
  if (!skipped) return skipped.error();
  return check::Selection{std::move(chosen).value(), std::move(skipped).value()};
}

Result<const check::RuleText*> find_rule(const std::string& id) {
  const check::RuleText* rule = check::catalogue().find(id);
  if (rule == nullptr) return unknown_rule(id);
  return rule;
}

}  // namespace hubproof::cli
