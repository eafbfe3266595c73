#include "rules/model_page.h"

#include <fmt/format.h>

namespace hubproof::rules {
namespace {

constexpr const char* kIntroduction = R"(# The model: what is modelled, approximated, not modelled

Written from `rules/model.json` (`cmake --build <dir> --target write-docs`); `hubproof model` prints the same table offline.
Claims that nothing bad can flow over-approximate forwarding: whatever may happen, does. Where Microsoft's pages are ambiguous the
model takes the side that cannot prove too much. What is **modelled** follows the page that is named beside it. What is
**approximated** errs in one direction:

)";

constexpr const char* kNotModelled = R"(
What is **not modelled** is not passed over: unless its entry says otherwise, whatever it touches is unknown, and nothing is proved
about that. `hubproof inventory` counts what was read and not modelled. The last column names tests of this repository, and
[variants](variants.md) of the compliant estate, that show the behaviour.
)";

/// The last part of a link, without its anchor: enough to tell pages apart.
std::string title_of(const std::string& link) {
  const std::string page = link.substr(0, link.find_first_of("#?"));
  return page.substr(page.rfind('/') + 1);
}

/// `text` as the cell of a table: a bar would end it.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string("\\|") : std::string(1, c);
  return out;
}

template <class T, class Shown>
std::string listed(const std::vector<T>& items, const char* between, Shown shown) {
  std::string out;
  for (const T& item : items) out += (out.empty() ? "" : between) + shown(item);
  return out;
}

/// Tests of one file that stand beside one another share its link.
std::string shown_by(const std::vector<report::ModelTest>& tests) {
  std::string out;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const report::ModelTest& test = tests[i];
    const bool is_same_file = i > 0 && test.file == tests[i - 1].file;
    out += i == 0 ? "" : is_same_file ? ", " : "; ";
    if (!test.variant.empty()) {
      out += fmt::format("{}[{}](../fixtures/variants/{}.json)", is_same_file ? "" : "variant ", test.variant,
                         test.variant);
      continue;
    }
    const std::string file = title_of(test.file);
    if (!is_same_file) out += fmt::format("[{}](../{}): ", file.substr(0, file.find('.')), test.file);
    out += fmt::format("\"{}\"", test.row.empty() ? test.test_case : test.row);
  }
  return out;
}

std::string status_of(const report::ModelEntry& entry) {
  if (entry.status == report::ModelStatus::not_modelled) return "not modelled";
  if (entry.status == report::ModelStatus::modelled) return "modelled";
  return fmt::format("approximated: {}", entry.direction);
}

std::string row(const report::ModelEntry& entry) {
  return fmt::format("| {} | {} | {} | {} | {} | {} |\n", cell(entry.what), status_of(entry), cell(entry.how),
                     listed(entry.where, ", ", [](const std::string& file) { return fmt::format("`{}`", file); }),
                     listed(entry.sources, ", ",
                            [](const std::string& link) { return fmt::format("[{}]({})", title_of(link), link); }),
                     cell(shown_by(entry.tests)));
}

}  // namespace

std::string model_page(const report::ModelTable& table) {
  std::string out = kIntroduction;
  for (const report::ModelWord& word : table.words) out += fmt::format("- **{}**: {}\n", word.name, word.meaning);
  out += kNotModelled;
  for (const report::ModelWord& area : table.areas) {
    out += fmt::format(
        "\n## {}\n\n| what | status | what is done instead | where | source | shown by |\n"
        "| --- | --- | --- | --- | --- | --- |\n",
        area.meaning);
    for (const report::ModelEntry& entry : table.entries) {
      if (entry.area == area.name) out += row(entry);
    }
  }
  return out;
}

}  // namespace hubproof::rules
