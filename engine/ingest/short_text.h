// JSON strings that need no unescaping, as nearly all keys and most words of an export: views into the text itself,
// without the copy that the parser would make.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace hubproof::ingest {

/// The string whose first character is at `begin`, behind its opening quote; nothing when it has an escape or is longer
/// than some 30 bytes. Precondition: the string is closed, and the text is padded as simdjson wants it.
inline std::optional<std::string_view> short_text(const char* begin) {
  constexpr std::uint64_t kEachByte = 0x0101010101010101ULL;
  constexpr std::uint64_t kTopBits = 0x8080808080808080ULL;
  constexpr std::size_t kLongest = 32;
  if constexpr (std::endian::native != std::endian::little) return std::nullopt;
  // Top bits of the bytes that are zero; right up to the first of them, and the first is all that is asked for.
  const auto zero_bytes = [](std::uint64_t word) { return (word - kEachByte) & ~word & kTopBits; };
  for (std::size_t at = 0; at < kLongest; at += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, begin + at, sizeof word);
    const std::uint64_t stops = zero_bytes(word ^ (kEachByte * '"')) | zero_bytes(word ^ (kEachByte * '\\'));
    if (stops == 0) continue;
    const std::size_t length = at + static_cast<std::size_t>(std::countr_zero(stops)) / 8;
    if (begin[length] != '"') return std::nullopt;
    return std::string_view(begin, length);
  }
  return std::nullopt;
}

}  // namespace hubproof::ingest
