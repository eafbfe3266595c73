// One resource row: its outer fields are taken in the order in which they come, and its properties are handed to the
// kind's reader as soon as it is clear what they belong to. This is where nearly all of the time of loading goes.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/ingest/padded_buffer.h"
#include "engine/ingest/run.h"
#include "engine/ingest/structure.h"
#include "engine/ingest/type_index.h"

namespace hubproof::ingest {

/// Thrown when a text is not of the plain shapes and must be normalised first. Caught in page.cpp.
struct ForeignShape {};

/// A text that is read, and what is known of it beforehand.
struct RowsText {
  const PaddedBuffer* buffer = nullptr;
  std::uint32_t source = 0;
  std::string path;
  std::string folder;
  /// The text was made by normalise(): nothing in it is foreign, and its rows stand on these lines of the file.
  const std::vector<std::pair<std::uint64_t, std::uint32_t>>* lines = nullptr;
  bool is_normalised() const { return lines != nullptr; }
};

class RowReader {
 public:
  explicit RowReader(Run& run) : run_(run), types_(run.snapshot.types), context_{run.snapshot} {}
  /// To be called before the first row of every text, which must outlive its rows.
  void start(const RowsText& text);
  /// Reads the row that starts at `begin`. Throws ForeignShape, and simdjson_error for damaged JSON.
  void read(simdjson::ondemand::object object, std::size_t begin, simdjson::ondemand::document& document, Page& page);
  /// Tells of an element that is no object.
  void report_no_row(std::string_view met, std::size_t begin, Page& page);
  /// Where the last row began: damage is near.
  std::size_t last_begin() const { return last_begin_; }

 private:
  struct Row;
  void read_field(simdjson::ondemand::field& field, Row& row);
  void read_head_field(std::string_view key, simdjson::ondemand::value value, Row& row);
  void read_sku(simdjson::ondemand::value value, Row& row);
  void read_properties(simdjson::ondemand::value value, Row& row);
  void take_id(std::string_view id, Row& row);
  void take_tenant(simdjson::ondemand::value value);
  void guess_type(Row& row);
  bool can_read_now(Row& row);
  bool settle_type(Row& row);
  void finish(Row& row, Page& page);
  void require_id(const Row& row) const;
  void keep(Row& row, Page& page);
  void read_late(Row& row);
  void run_reader(Row& row, simdjson::ondemand::value properties);
  std::string_view row_text(const Row& row) const;
  void distrust(const std::string& why);
  void report_unused(const Row& row, Page& page);
  void add_gap_of_unused(const Row& row, const Diagnostic& why);
  void explain_unread(const Row& row);
  void report_depth_damage(const Row& row, std::string_view damage);
  void not_read(const Row& row, std::string_view code, std::string message, std::string fix, std::string pointer = {});
  Diagnostic about(const Row& row, std::string_view code, std::string message, std::string fix);
  std::size_t line_of(std::size_t offset);

  Run& run_;
  TypeIndex types_;
  ReadContext context_;
  RowsText text_;
  std::optional<LineCounter> lines_;
  std::string last_tenant_;
  std::string guess_;  ///< the type that the id of an earlier row told
  const MetType* guessed_ = nullptr;
  std::size_t last_begin_ = 0;
  /// By position in a row: which entry of the table of known fields stood there in an earlier row.
  std::array<std::uint8_t, 24> fields_in_order_{};
  std::optional<Mark> before_;  ///< of the row whose reader ran last
};

}  // namespace hubproof::ingest
