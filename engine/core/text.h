// ASCII text helpers. Azure compares ids, type names and enum values without regard to (ASCII) case; see
// azure-semantics.md 0. No locale is ever consulted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hubproof::text {

constexpr char to_lower(char c) { return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower(std::string_view text);
/// Equal without regard to ASCII case.
bool equals(std::string_view a, std::string_view b);
bool starts_with(std::string_view text, std::string_view prefix);
bool ends_with(std::string_view text, std::string_view suffix);
/// Three-way order without regard to ASCII case: negative, zero or positive.
int compare(std::string_view a, std::string_view b);
/// Equal for texts that equals() calls equal. For tables in memory only: the value differs between byte orders.
std::uint64_t hash(std::string_view text);
/// `text` without leading and trailing blanks, tabs and line ends.
std::string_view trim(std::string_view text);
/// The candidate nearest to `word` by edit distance, or empty when none is within a third of its length.
std::string_view nearest(std::string_view word, const std::string_view* first, std::size_t count);
/// `text` with control characters (C0, DEL and C1 introducers) shown as \xNN, safe to print on a terminal.
std::string printable(std::string_view text);

/// Case-insensitive ordering for std::map and std::set.
struct Less {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return compare(a, b) < 0; }
};

}  // namespace hubproof::text
