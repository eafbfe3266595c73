#include "engine/report/model_table.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "rules/embedded.h"

namespace hubproof::report {
namespace {

using Json = nlohmann::json;

ModelStatus status_of(const std::string& word) {
  for (const ModelStatus s : {ModelStatus::modelled, ModelStatus::approximated, ModelStatus::not_modelled}) {
    if (word == name(s)) return s;
  }
  throw Json::other_error::create(501, "no status: " + word, nullptr);
}

std::vector<ModelWord> read_words(const Json& rows, const char* meaning) {
  std::vector<ModelWord> out;
  for (const Json& row : rows) out.push_back({row.at("name"), row.at(meaning)});
  return out;
}

ModelTest read_test(const Json& row) {
  if (row.contains("variant")) return {{}, {}, {}, row.at("variant")};
  return {row.at("file"), row.at("case"), row.value("row", std::string()), {}};
}

ModelEntry read_entry(const Json& row) {
  ModelEntry out;
  row.at("area").get_to(out.area);
  row.at("what").get_to(out.what);
  out.status = status_of(row.at("status"));
  out.how = row.value("how", std::string());
  out.direction = row.value("direction", std::string());
  row.at("where").get_to(out.where);
  row.at("source").get_to(out.sources);
  for (const Json& test : row.at("tests")) out.tests.push_back(read_test(test));
  return out;
}

ModelTable read_table() {
  ModelTable out;
  try {
    const Json document = Json::parse(rules::model_json());
    out.words = read_words(document.at("directions"), "meaning");
    out.areas = read_words(document.at("areas"), "title");
    for (const Json& row : document.at("entries")) out.entries.push_back(read_entry(row));
  } catch (const Json::exception& broken) {
    // The text is compiled in and read by a test: a broken one is a bug of the build.
    std::fprintf(stderr, "hubproof: the embedded table of the model cannot be read: %s\n", broken.what());
    std::abort();
  }
  return out;
}

}  // namespace

std::string_view name(ModelStatus status) {
  switch (status) {
    case ModelStatus::modelled: return "modelled";
    case ModelStatus::approximated: return "approximated";
    case ModelStatus::not_modelled: return "not_modelled";
  }
  return "";
}

const ModelTable& model_table() {
  static const ModelTable kTable = read_table();
  return kTable;
}

ModelTable selected(const ModelTable& table, std::string_view area, std::optional<ModelStatus> status) {
  ModelTable out{table.words, {}, {}};
  for (const ModelEntry& entry : table.entries) {
    if ((area.empty() || entry.area == area) && (!status || entry.status == *status)) out.entries.push_back(entry);
  }
  for (const ModelWord& known : table.areas) {
    const auto is_here = [&](const ModelEntry& entry) { return entry.area == known.name; };
    if (std::any_of(out.entries.begin(), out.entries.end(), is_here)) out.areas.push_back(known);
  }
  return out;
}

}  // namespace hubproof::report
