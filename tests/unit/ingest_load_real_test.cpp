// Recorded and hand-made real data: nothing crashes, and every row is either used or told to be unusable.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/ingest_load_files.h"

namespace hubproof::test {
namespace {

using nlohmann::json;

/// Whether the object has a key of this name in any case.
bool has(const json& object, std::string_view name) {
  for (const auto& [key, value] : object.items()) {
    if (text::equals(key, name)) return true;
  }
  return false;
}

bool is_candidate(const json& value) { return value.is_object() && (has(value, "id") || has(value, "resourceid")); }

/// A row and the children nested under its "resources".
std::size_t with_children(const json& row) {
  std::size_t out = 1;
  if (!row.is_object()) return out;
  for (const auto& [key, children] : row.items()) {
    if (!text::equals(key, "resources") || !children.is_array()) continue;
    for (const json& child : children) out += with_children(child);
  }
  return out;
}

/// Rows of a list, provided that any of them is one: a list of something else holds none.
std::size_t rows_of(const json& list) {
  if (std::none_of(list.begin(), list.end(), is_candidate)) return 0;
  std::size_t out = 0;
  for (const json& row : list) out += with_children(row);
  return out;
}

std::size_t candidates(const json& document) {
  if (document.is_array()) return rows_of(document);
  if (!document.is_object()) return 0;
  if (document.contains("$schema")) return 0;
  for (const char* key : {"data", "value"}) {
    if (!document.contains(key)) continue;
    const json& list = document[key];
    if (list.is_array()) return rows_of(list);
    if (!list.is_object() || !list.contains("columns")) continue;
    bool has_id = false;
    for (const json& column : list["columns"]) has_id = has_id || text::equals(column["name"].get<std::string>(), "id");
    return has_id ? list["rows"].size() : 0;
  }
  if (document.contains("responses")) {
    for (const auto& [status, response] : document["responses"].items()) {
      if (status.front() == '2' && response.contains("body")) return candidates(response["body"]);
    }
    return 0;
  }
  // Other answers have an id as well, but neither a type nor properties (a topology, say).
  const bool has_path = document.contains("id") && document["id"].is_string() &&
                        document["id"].get<std::string>().find('/') != std::string::npos;
  return is_candidate(document) && (has_path || has(document, "type") || has(document, "properties"))
             ? with_children(document)
             : 0;
}

}  // namespace

TEST_CASE("every row of the real data is used or told") {
  const std::filesystem::path data = std::filesystem::path(HUBPROOF_SHARED_DIR) / "data";
  if (!std::filesystem::is_directory(data)) {
    MESSAGE("skipped: no reference data");
    return;
  }
  for (const char* name :
       {"jupiterone-graph-azure", "cloud-custodian", "psrule-rules-azure", "azure-rest-api-specs", "batfish"}) {
    std::size_t used = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(data / name)) {
      if (!entry.is_regular_file() || entry.path().extension() != ".json") continue;
      CAPTURE(entry.path().string());
      std::ifstream file(entry.path());
      const json document = json::parse(file, nullptr, false);
      REQUIRE(!document.is_discarded());
      const model::Snapshot s = load({entry.path().string()});
      std::size_t told = 0;
      for (const Diagnostic& d : s.diagnostics) told += d.why == "the row is not used" ? 1U : 0U;
      std::size_t rows = 0;
      for (const model::Source& source : s.sources) rows += source.rows;
      CHECK(rows + told == candidates(document));
      // A file without rows says so.
      if (rows + told == 0) CHECK((find(s, "INPUT-SHAPE") != nullptr || document.contains("value")));
      used += rows;
    }
    CHECK(used > 0);
    const model::Snapshot together = load({(data / name).string()});
    CHECK(together.has_usable_input);
  }
}

}  // namespace hubproof::test
