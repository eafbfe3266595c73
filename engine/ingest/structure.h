// A light look at the brackets of a JSON text, without parsing it: where documents end, how deep it goes, where the
// last whole row stands. Never recurses, so that no input can exhaust the stack.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hubproof::ingest {

/// Deeper values are refused: no Azure resource comes near, and readers that recurse must not run out of stack.
inline constexpr std::size_t kDeepest = 200;

/// The depth of the deepest object or array.
std::size_t depth_of(std::string_view json);

/// The JSON pointer of the value that starts at `offset` of a well-formed text; keys are taken as they are spelled.
std::string pointer_at(std::string_view json, std::size_t offset);

/// The top-level objects and arrays of a text, as NDJSON or concatenated files hold them. What does not begin with '{'
/// or
/// '[' ends the list as one last part, up to the end.
std::vector<std::string_view> split_documents(std::string_view text);

/// What is left of a damaged text: it is cut behind its last whole row.
struct Salvage {
  std::size_t length = 0;  ///< of the part to keep; 0 when no row is whole
  std::string closers;     ///< what closes the brackets that are then still open, as "]}"
};
/// `damage` is the offset of the first byte that cannot be right.
Salvage salvage(std::string_view text, std::size_t damage);

/// Line of `offset`, the first being 1. Offsets must not decrease from call to call.
class LineCounter {
 public:
  explicit LineCounter(std::string_view text) : text_(text) {}
  std::size_t line_of(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

/// Column of `offset` in its line, the first being 1, in bytes.
std::size_t column_of(std::string_view text, std::size_t offset);

}  // namespace hubproof::ingest
