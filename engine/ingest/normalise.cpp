#include "engine/ingest/normalise.h"

#include <algorithm>

#include "engine/ingest/effective.h"
#include "engine/ingest/json_keys.h"
#include "engine/ingest/positioned_json.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

bool looks_like_row(const json& value) {
  return value.is_object() && (member(value, "id") != nullptr || member(value, "ResourceId") != nullptr);
}

bool has_row(const json& rows) { return std::any_of(rows.begin(), rows.end(), looks_like_row); }

/// Columns and rows of resultFormat "table", zipped. source: inputs.md A3.4
json zip(const json& table) {
  json out = json::array();
  const json& columns = *member(table, "columns");
  for (const json& cells : *member(table, "rows")) {
    if (!cells.is_array()) continue;
    json row = json::object();
    if (const auto line = table.find(kLineKey); line != table.end()) row[kLineKey] = *line;
    for (std::size_t i = 0; i < columns.size() && i < cells.size(); ++i) {
      const std::string name = member_text(columns[i], "name");
      if (!name.empty()) row[name] = cells[i];
    }
    out.push_back(std::move(row));
  }
  return out;
}

class Finder {
 public:
  explicit Finder(Normalised& out) : out_(out), writer_(out) {}
  /// True when the document held rows (maybe none, but in a known envelope).
  bool look(json document);
  void finish() { writer_.finish(); }

 private:
  void envelope(const json& document);
  void rows(json list);
  void format(std::string_view text) {
    if (out_.format.empty()) out_.format = std::string(text);
  }
  Normalised& out_;
  RowWriter writer_;
};

void Finder::envelope(const json& document) {
  Page& page = out_.page;
  for (auto at = document.begin(); at != document.end(); ++at) {
    const std::string key = text::lower(at.key());
    const json& value = at.value();
    const bool is_text = value.is_string() && !value.get_ref<const std::string&>().empty();
    if ((key == "total_records" || key == "totalrecords") && value.is_number_unsigned())
      page.total = value.get<std::uint64_t>();
    if (key == "count" && value.is_number_unsigned()) page.count = value.get<std::uint64_t>();
    if (key == "skip_token" || key == "$skiptoken" || key == "skiptoken") page.has_token = page.has_token || is_text;
    if (key == "nextlink") page.has_next_link = page.has_next_link || is_text;
    if (key == "resulttruncated") {
      page.is_truncated =
          value == true || (value.is_string() && text::equals(value.get_ref<const std::string&>(), "true"));
    }
  }
}

void Finder::rows(json list) {
  for (json& row : list) {
    out_.page.rows += 1;
    writer_.write(std::move(row), {}, {});
  }
}

bool Finder::look(json document) {
  if (document.is_array()) {
    if (!has_row(document)) return false;
    format("array of resources as PowerShell or the Azure CLI print them");
    rows(std::move(document));
    return true;
  }
  if (!document.is_object()) return false;
  if (const json* data = member(document, "data");
      data != nullptr && has_array(*data, "columns") && has_array(*data, "rows")) {
    format("Resource Graph table");
    envelope(document);
    out_.page.is_graph = true;
    rows(zip(*data));
    return true;
  }
  for (const std::string_view key : {"data", "value"}) {
    const json* list = member(document, key);
    if (list == nullptr || !list->is_array() || !(has_row(*list) || list->empty())) continue;
    format(key == "data" ? "Resource Graph page" : "ARM list");
    envelope(document);
    out_.page.is_graph = out_.page.is_graph || key == "data";
    rows(*list);
    return true;
  }
  if (const json* responses = member(document, "responses"); responses != nullptr && responses->is_object()) {
    for (const auto& [status, response] : responses->items()) {
      const json* body = status.front() == '2' ? member(response, "body") : nullptr;
      if (body == nullptr) continue;
      format("example of a REST API specification");
      return look(*body);
    }
    return false;
  }
  const bool is_row =
      looks_like_row(document) &&
      (member(document, "type") != nullptr || member(document, "properties") != nullptr ||
       member(document, "ResourceType") != nullptr || member_text(document, "id").find('/') != std::string::npos);
  if (!is_row) return false;
  format("resource as PowerShell or the Azure CLI print it");
  out_.page.rows += 1;
  writer_.write(std::move(document), {}, {});
  return true;
}

}  // namespace

Normalised normalise(std::vector<json> documents) {
  Normalised out;
  if (documents.size() == 1 && is_service_tags(documents.front())) {
    out.format = "list of service tags";
    out.service_tags = read_service_tags(documents.front());
    return out;
  }
  const auto is_effective = [](const json& document) {
    return is_effective_routes(document) || is_effective_rules(document);
  };
  if (documents.size() == 1 && documents.front().is_array() && !documents.front().empty() &&
      std::all_of(documents.front().begin(), documents.front().end(), is_effective)) {
    documents = documents.front().get<std::vector<json>>();
  }
  if (!documents.empty() && std::all_of(documents.begin(), documents.end(), is_effective)) {
    out.format = "effective routes or security rules";
    out.effective = std::move(documents);
    return out;
  }
  Finder finder(out);
  bool any = false;
  json first = documents.empty() ? json() : documents.front();
  for (json& document : documents) any = finder.look(std::move(document)) || any;
  finder.finish();
  if (!any) recognise(first, out);
  return out;
}

}  // namespace hubproof::ingest
