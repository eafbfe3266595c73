#include "engine/core/text.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace hubproof::text {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_lower);
  return out;
}

namespace {

constexpr std::uint64_t kEachByte = 0x0101010101010101ULL;

/// Eight characters at once, each lower-cased as to_lower() does.
constexpr std::uint64_t lower_eight(std::uint64_t word) {
  const std::uint64_t heptets = word & (0x7FULL * kEachByte);
  const std::uint64_t above_z = heptets + (0x7FULL - 'Z') * kEachByte;  // top bit of a byte: it is above 'Z'
  const std::uint64_t from_a = heptets + (0x80ULL - 'A') * kEachByte;   // top bit of a byte: it is 'A' or above
  const std::uint64_t is_ascii = ~word & (0x80ULL * kEachByte);
  return word | ((is_ascii & (from_a ^ above_z)) >> 2U);
}

std::uint64_t eight_at(std::string_view text, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + at, sizeof word);
  return word;
}

/// Offset of the first eight-character word in which the two differ but for case; the last whole word's end if in none.
std::size_t equal_words(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= common; at += sizeof(std::uint64_t)) {
    const std::uint64_t x = eight_at(a, at);
    const std::uint64_t y = eight_at(b, at);
    if (x != y && lower_eight(x) != lower_eight(y)) break;
  }
  return at;
}

}  // namespace

bool equals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const std::size_t at = equal_words(a, b);
  return std::equal(a.begin() + static_cast<std::ptrdiff_t>(at), a.end(), b.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equals(text.substr(0, prefix.size()), prefix);
}

bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && equals(text.substr(text.size() - suffix.size()), suffix);
}

int compare(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  for (std::size_t i = equal_words(a, b); i < common; ++i) {
    const auto x = static_cast<unsigned char>(to_lower(a[i]));
    const auto y = static_cast<unsigned char>(to_lower(b[i]));
    if (x != y) return x < y ? -1 : 1;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

std::uint64_t hash(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15ULL;
  std::uint64_t h = text.size() * kOdd;
  const auto mix = [&h](std::uint64_t word) {
    h = (h ^ lower_eight(word)) * kOdd;
    h ^= h >> 32U;
  };
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= text.size(); at += sizeof(std::uint64_t)) mix(eight_at(text, at));
  std::uint64_t rest = 0;
  if (at < text.size()) std::memcpy(&rest, text.data() + at, text.size() - at);
  mix(rest);
  return h;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (to_lower(a[i - 1]) == to_lower(b[j - 1]) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, const std::string_view* first, std::size_t count) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t distance = edit_distance(word, first[i]);
    if (distance < best_distance) {
      best_distance = distance;
      best = first[i];
    }
  }
  return best;
}

std::string printable(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  const auto escape = [&](unsigned char c) {
    out += "\\x";
    out += kHex[c >> 4U];
    out += kHex[c & 15U];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080..U+009F (two bytes) are the C1 controls; terminals act on them as on escape sequences.
    const bool is_c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (is_c1) {
      escape(c);
      escape(static_cast<unsigned char>(text[++i]));
    } else if (c < 0x20 || c == 0x7F) {
      escape(c);
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace hubproof::text
