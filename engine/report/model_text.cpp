#include "engine/report/model_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/report/json_parts.h"
#include "engine/report/page.h"

namespace hubproof::report {
namespace {

std::string_view words(ModelStatus status) {
  return status == ModelStatus::not_modelled ? "not modelled" : name(status);
}

Ink ink(ModelStatus status) {
  switch (status) {
    case ModelStatus::modelled: return Ink::green;
    case ModelStatus::approximated: return Ink::yellow;
    case ModelStatus::not_modelled: return Ink::red;
  }
  return Ink::plain;
}

std::string shown_by(const ModelTest& test) {
  if (!test.variant.empty()) return "variant " + test.variant;
  return fmt::format("{}: {}{}{}", test.file, test.test_case, test.row.empty() ? "" : ": ", test.row);
}

void print(Page& page, std::string_view label, std::string_view text) {
  page.paragraph(fmt::format("    {:<12}", label), page.shown(text));
}

void print(Page& page, const ModelEntry& entry) {
  page.paragraph(fmt::format("  {}{:<{}}", page.paint(words(entry.status), ink(entry.status)), "",
                             14 - words(entry.status).size()),
                 page.shown(entry.what));
  if (!entry.how.empty()) print(page, entry.direction, entry.how);
  if (!page.style().verbose) return;
  for (const std::string& file : entry.where) print(page, "code", "engine/" + file);
  for (const std::string& source : entry.sources) print(page, "source", source);
  for (const ModelTest& test : entry.tests) print(page, "shown by", shown_by(test));
}

std::string tally(const ModelTable& table) {
  const auto count = [&](ModelStatus status) {
    return std::count_if(table.entries.begin(), table.entries.end(),
                         [&](const ModelEntry& entry) { return entry.status == status; });
  };
  return fmt::format("{}: {} modelled, {} approximated, {} not modelled.",
                     counted(table.entries.size(), "behaviour", "behaviours"), count(ModelStatus::modelled),
                     count(ModelStatus::approximated), count(ModelStatus::not_modelled));
}

Json test_json(const ModelTest& test) {
  Json out;
  if (!test.variant.empty()) {
    out["variant"] = test.variant;
    return out;
  }
  out["file"] = test.file;
  out["case"] = test.test_case;
  out["row"] = text_or_null(test.row);
  return out;
}

Json entry_json(const ModelEntry& entry) {
  Json out;
  out["area"] = entry.area;
  out["what"] = entry.what;
  out["status"] = name(entry.status);
  out["how"] = text_or_null(entry.how);
  out["direction"] = text_or_null(entry.direction);
  out["where"] = strings_json(entry.where);
  out["source"] = strings_json(entry.sources);
  out["tests"] = Json::array();
  for (const ModelTest& test : entry.tests) out["tests"].push_back(test_json(test));
  return out;
}

Json words_json(const std::vector<ModelWord>& list, const char* meaning) {
  Json out = Json::array();
  for (const ModelWord& word : list) out.push_back({{"name", word.name}, {meaning, word.meaning}});
  return out;
}

}  // namespace

std::string model_text(const ModelTable& table, const TextStyle& style) {
  Page page(style);
  if (!style.quiet) {
    for (const ModelWord& word : table.words) page.paragraph(fmt::format("{:<12}", word.name), word.meaning);
    for (const ModelWord& area : table.areas) {
      page.blank();
      page.line(fmt::format("{} ({})", page.paint(area.meaning, Ink::bold), area.name));
      for (const ModelEntry& entry : table.entries) {
        if (entry.area == area.name) print(page, entry);
      }
    }
    page.blank();
  }
  page.line(tally(table));
  return page.take();
}

std::string model_json(const ModelTable& table) {
  Json out = {{"format_version", 1}};
  out["directions"] = words_json(table.words, "meaning");
  out["areas"] = words_json(table.areas, "title");
  out["entries"] = Json::array();
  for (const ModelEntry& entry : table.entries) out["entries"].push_back(entry_json(entry));
  return out.dump(1) + "\n";
}

}  // namespace hubproof::report
