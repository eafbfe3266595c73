// The plain shapes: a page of Resource Graph, a list of ARM, an array of rows, a row, or several of these behind each
// other (inputs.md A3.1-3, 5, 7, 13).
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>

#include "engine/ingest/row.h"

namespace hubproof::ingest {

/// How reading a text ended.
struct PageOutcome {
  enum class End : std::uint8_t {
    whole,
    foreign,  ///< not one of the plain shapes; what was read of it must be undone
    damaged   ///< no valid JSON from somewhere at or behind `offset`
  };
  End end = End::whole;
  std::size_t offset = 0;
  std::string why;     ///< of damage: the parser's words
  std::string format;  ///< what was recognised
};

class PageReader {
 public:
  explicit PageReader(Run& run) : run_(run), rows_(run) {}
  PageOutcome read(const RowsText& text);

 private:
  struct Envelope;
  PageOutcome read_all(const std::vector<std::string_view>& documents);
  PageOutcome read_one(std::string_view document);
  void read_document(std::string_view text);
  void read_object(simdjson::ondemand::document& document);
  void read_envelope_field(std::string_view key, simdjson::ondemand::value value, Envelope& envelope,
                           simdjson::ondemand::document& document);
  void read_rows(simdjson::ondemand::array rows, simdjson::ondemand::document& document, Page& page);
  void note_trailing_text(simdjson::ondemand::document& document);
  Page& new_page();
  Page& loose_page();
  std::size_t offset_of(const char* at) const;

  Run& run_;
  RowReader rows_;
  RowsText text_;
  simdjson::ondemand::parser parser_;
  std::string format_;
  std::size_t loose_page_ = 0;  ///< index + 1 into Run::pages of the page that rows without an envelope share
  bool has_trailing_text_ = false;
};

}  // namespace hubproof::ingest
