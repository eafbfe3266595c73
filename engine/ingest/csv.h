// The portal's 'Download as CSV' (inputs.md A3.6): RFC 4180, cells of object columns as JSON text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof::ingest {

/// The most rows that the portal writes. source: inputs.md A3.6
inline constexpr std::uint64_t kPortalRowCap = 55000;

/// True for a text whose first line is a header with a column `id`.
bool is_csv_export(std::string_view text);

struct CsvRows {
  nlohmann::json rows = nlohmann::json::array();  ///< objects with the hidden line member of parse_positioned()
  std::uint64_t formatted = 0;  ///< rows left out because their id is a display name: "Formatted results" was on
  std::uint64_t bad_cells = 0;  ///< cells that begin like JSON and are none; kept as text
  bool is_cut_off = false;      ///< the text ends inside a quoted cell; that row is left out
};
CsvRows read_csv(std::string_view text);

}  // namespace hubproof::ingest
