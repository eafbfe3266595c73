#include "engine/ingest/csv.h"

#include "engine/core/text.h"
#include "engine/ingest/positioned_json.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

/// Reads records one by one. source: RFC 4180
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ >= text_.size(); }
  std::size_t line() const { return line_; }
  bool is_cut_off() const { return is_cut_off_; }
  std::vector<std::string> record() {
    std::vector<std::string> out;
    while (true) {
      out.push_back(cell());
      if (at_end()) return out;
      const char separator = text_[at_++];
      if (separator == ',') continue;
      if (separator == '\r' && !at_end() && text_[at_] == '\n') ++at_;
      ++line_;
      return out;
    }
  }

 private:
  std::string cell() {
    if (at_end() || text_[at_] != '"') {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      std::string out(text_.substr(at_, end - at_));
      at_ = end;
      return out;
    }
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          skip_to_separator();
          return out;
        }
        ++at_;
      }
      if (text_[at_] == '\n') ++line_;
      out += text_[at_];
    }
    is_cut_off_ = true;
    return out;
  }
  void skip_to_separator() { at_ = std::min(text_.find_first_of(",\r\n", at_), text_.size()); }
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  bool is_cut_off_ = false;
};

/// Header names as ARM spells them; the portal writes them in upper case or as the query did.
std::string column_name(const std::string& header) {
  for (const char* known :
       {"id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId", "managedBy", "sku",
        "plan", "properties", "tags", "identity", "zones", "extendedLocation"}) {
    if (text::equals(text::trim(header), known)) return known;
  }
  return header;
}

json value_of(const std::string& cell, std::uint64_t& bad_cells) {
  const std::string_view trimmed = text::trim(cell);
  if (trimmed.empty() || trimmed == "null") return nullptr;
  if (trimmed.front() != '{' && trimmed.front() != '[') return cell;
  PositionedJson parsed = parse_positioned(trimmed);
  if (!parsed.damage) return std::move(parsed.value);
  ++bad_cells;
  return cell;
}

}  // namespace

bool is_csv_export(std::string_view text) {
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  if (line.size() > 10000 || line.find('\0') != std::string_view::npos) return false;
  CsvReader reader(line);
  const std::vector<std::string> header = reader.record();
  for (const std::string& name : header) {
    if (header.size() > 1 && text::equals(text::trim(name), "id")) return true;
  }
  return false;
}

CsvRows read_csv(std::string_view text) {
  CsvRows out;
  CsvReader reader(text);
  std::vector<std::string> header = reader.record();
  for (std::string& name : header) name = column_name(name);
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    const std::vector<std::string> cells = reader.record();
    if (cells.size() == 1 && text::trim(cells.front()).empty()) continue;
    if (reader.is_cut_off()) {
      out.is_cut_off = true;
      break;
    }
    json row = json::object();
    for (std::size_t i = 0; i < header.size() && i < cells.size(); ++i)
      row[header[i]] = value_of(cells[i], out.bad_cells);
    row[kLineKey] = line;
    const bool has_id =
        row.contains("id") && row["id"].is_string() && text::starts_with(row["id"].get<std::string>(), "/");
    if (has_id) {
      out.rows.push_back(std::move(row));
    } else {
      ++out.formatted;
    }
  }
  return out;
}

}  // namespace hubproof::ingest
