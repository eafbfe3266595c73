// From bytes to UTF-8 text: gzip, byte order marks, UTF-16 (Windows PowerShell 5.1 writes UTF-16LE with `>`; inputs.md
// A3.5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/result.h"
#include "engine/ingest/padded_buffer.h"

namespace hubproof::ingest {

/// Bounds of decompression; the second factor only counts once the output is beyond kAlwaysAllowed.
inline constexpr std::uint64_t kLargestText =
    0xFFFFFFF0ULL - simdjson::SIMDJSON_PADDING;  ///< simdjson's offsets have 32 bits
inline constexpr std::uint64_t kLargestRatio = 1000;
inline constexpr std::uint64_t kAlwaysAllowed = 64ULL << 20U;

/// True when the bytes start with gzip's magic number (RFC 1952, 2.3.1).
bool is_gzip(std::string_view bytes);

struct Inflated {
  /// Why the data ended early; empty when they are whole. What came before is in the output all the same.
  std::string damage;
};
/// Decompresses all members of a gzip file. Fails for a decompression bomb, leaving `out` empty.
Result<Inflated> inflate_gzip(std::string_view bytes, PaddedBuffer& out);

enum class Encoding : std::uint8_t { utf8, utf8_bom, utf16_le, utf16_be };
/// UTF-16 without a byte order mark is recognised by the zero byte beside its first character.
Encoding encoding_of(std::string_view bytes);
/// UTF-16 (with or without byte order mark) as UTF-8; a lone surrogate or odd byte becomes U+FFFD and is counted.
std::string utf16_to_utf8(std::string_view bytes, bool big_endian, std::size_t& replaced);

}  // namespace hubproof::ingest
