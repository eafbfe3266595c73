// What is told of a row that cannot be used, or only in part.
#include <fmt/format.h>

#include "engine/core/text.h"
#include "engine/ingest/depth_damage.h"
#include "engine/ingest/row_state.h"

namespace hubproof::ingest {

/// Damage that has a name is told by it; what else is unread shows where something depends on it.
void RowReader::explain_unread(const Row& row) {
  const std::string_view damage = find_depth_damage(row_text(row));
  if (!damage.empty()) return report_depth_damage(row, damage);
  if (context_.repeated_key.empty()) return;
  not_read(row, "INPUT-DUPLICATE-KEY", fmt::format("the key {} stands twice", text::printable(context_.repeated_key)),
           "keep the right one; Azure never prints a key twice", context_.repeated_key);
}

Diagnostic RowReader::about(const Row& row, std::string_view code, std::string message, std::string fix) {
  Diagnostic out;
  out.code = std::string(code);
  out.where = {text_.path, line_of(row.begin), 0};
  if (row.head.id.is_set()) out.resource = std::string(run_.snapshot.ids.spelling(row.head.id));
  out.message = std::move(message);
  out.fix = std::move(fix);
  return out;
}

void RowReader::report_unused(const Row& row, Page& page) {
  ++page.unused;
  const bool bad_id = !row.head.id.is_set() && !row.id.empty();
  std::string message = "the row has no type, and its id does not tell one";
  if (bad_id) {
    message = fmt::format("\"{}\" is not a resource id", text::printable(row.id.substr(0, 200)));
  } else if (!row.wrong.empty()) {
    message = row.wrong;
  } else if (!row.head.id.is_set()) {
    message = "the row has no id";
  }
  Diagnostic out = about(row, bad_id ? "INPUT-ID" : "INPUT-ROW", std::move(message),
                         "let the query keep id, type and properties of every row");
  out.why = "the row is not used";
  add_gap_of_unused(row, out);
  run_.findings.add(std::move(out));
}

// The row may have been of any kind unless its type says that nothing rests on it.
void RowReader::add_gap_of_unused(const Row& row, const Diagnostic& why) {
  if (row.type != nullptr && row.type->read == nullptr) return;
  const model::ArgTable table = row.type == nullptr ? model::ArgTable::resources : row.type->table;
  const std::vector<model::Gap>& gaps = run_.snapshot.gaps;
  if (!gaps.empty() && gaps.back().code == why.code && gaps.back().table == table) return;
  add_table_gap(run_.snapshot, why.code, table, text_.path + ": " + why.message);
}

void RowReader::report_no_row(std::string_view met, std::size_t begin, Page& page) {
  ++page.rows;
  Row row;
  row.begin = begin;
  row.wrong = fmt::format("{} in place of a row", met);
  report_unused(row, page);
}

// The reader has filled tables from this row: what it took must not count as known.
void RowReader::distrust(const std::string& why) {
  before_->for_each_since(run_.snapshot, [&](auto& entity) { entity.unread.assign({{"", why}}); });
}

void RowReader::not_read(const Row& row, std::string_view code, std::string message, std::string fix,
                         std::string pointer) {
  add_resource_gap(run_.snapshot, std::string(code), row.head.id, message);
  if (row.was_read) distrust(message);
  Diagnostic out = about(row, code, std::move(message), std::move(fix));
  out.why = "nothing about the resource can be proved";
  out.pointer = std::move(pointer);
  run_.findings.add(std::move(out));
}

void RowReader::report_depth_damage(const Row& row, std::string_view damage) {
  not_read(row, "INPUT-DEPTH",
           fmt::format("nested values were cut off by PowerShell: {}", text::printable(damage.substr(0, 80))),
           "export again with: | ConvertTo-Json -Depth 100",
           pointer_at(row_text(row), static_cast<std::size_t>(damage.data() - row_text(row).data())));
}

}  // namespace hubproof::ingest
