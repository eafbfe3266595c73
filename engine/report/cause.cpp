#include "engine/report/cause.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "engine/core/text.h"
#include "engine/report/names.h"

namespace hubproof::report {
namespace {

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

bool is_whole_word(const std::string& text, std::size_t at, std::size_t length) {
  const bool is_open = at == 0 || !is_word(text[at - 1]);
  return is_open && (at + length == text.size() || !is_word(text[at + length]));
}

/// `text` with every name (longest first) that stands there as a word of its own replaced by '*'.
std::string without_names(std::string text, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      if (is_whole_word(text, at, name.size())) text.replace(at, name.size(), "*");
    }
  }
  return text;
}

void add_names(const model::Estate& estate, model::ResourceId id, std::vector<std::string>& names) {
  if (!id.is_set()) return;
  names.emplace_back(estate.spelling(id));
  const std::string short_form = short_name(names.back());
  std::size_t from = 0;
  while (from <= short_form.size()) {
    const std::size_t slash = std::min(short_form.find('/', from), short_form.size());
    names.push_back(short_form.substr(from, slash - from));
    from = slash + 1;
  }
  names.push_back(short_form);
}

std::string key(const model::Estate& estate, const check::Finding& finding) {
  std::vector<std::string> names;
  add_names(estate, finding.resource, names);
  for (const model::Fact& fact : finding.facts) add_names(estate, fact.resource, names);
  std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.erase(std::remove_if(names.begin(), names.end(), [](const std::string& n) { return n.empty(); }), names.end());
  // Fields cannot run into each other: no field holds a line end after printable().
  std::string out = std::to_string(finding.rule) + '\n' + without_names(text::printable(finding.message), names) +
                    '\n' + without_names(text::printable(finding.expected), names) + '\n' +
                    without_names(text::printable(finding.decided_by), names);
  for (const model::Fact& fact : finding.facts) {
    out += '\n' + text::printable(fact.pointer) + '=' + without_names(text::printable(fact.value), names);
  }
  return out;
}

}  // namespace

std::vector<Cause> group_by_cause(const model::Estate& estate, const std::deque<check::Finding>& findings,
                                  check::Outcome outcome) {
  std::vector<Cause> causes;
  std::unordered_map<std::string, std::size_t> index;
  for (const check::Finding& finding : findings) {
    if (finding.outcome != outcome) continue;
    const auto [at, is_new] = index.try_emplace(key(estate, finding), causes.size());
    if (is_new) {
      causes.push_back({&finding, {}});
    } else {
      causes[at->second].more.push_back(&finding);
    }
  }
  return causes;
}

}  // namespace hubproof::report
