// The row that a RowReader has at hand. Used inside row.cpp and row_report.cpp.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/ingest/row.h"

namespace hubproof::ingest {

/// One row while it is read. Views are into the text or the parser's strings.
struct RowReader::Row {
  RowHead head;
  std::size_t begin = 0;
  std::size_t length = 0;
  std::string_view id;
  const MetType* type = nullptr;
  simdjson::ondemand::object* whole = nullptr;
  std::string_view late_properties;  ///< text of properties that are read when the whole row is known
  std::string wrong;                 ///< the first field of a wrong type, as "sku is a number"
  std::string_view repeated;         ///< a field that came twice
  std::uint32_t seen = 0;            ///< bits of Field
  std::size_t fields = 0;
  bool has_null_properties = false;
  bool was_read = false;
  bool has_unread = false;           ///< the reader met what it did not understand
  const MetType* read_as = nullptr;  ///< by whose reader, which the type may contradict when it comes later
  bool has(std::uint32_t field) const { return (seen & field) != 0; }
};

}  // namespace hubproof::ingest
