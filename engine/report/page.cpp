#include "engine/report/page.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::report {
namespace {

// The characters that reorder or hide text: U+200B..U+200F, U+2028..U+202E, U+2060..U+2069, all three bytes in UTF-8.
bool is_deceptive(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(text[at + 1]);
  const auto third = static_cast<unsigned char>(text[at + 2]);
  if (second == 0x80) return (third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE);
  return second == 0x81 && third >= 0xA0 && third <= 0xA9;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

std::string_view code(Ink ink) {
  switch (ink) {
    case Ink::plain: return "";
    case Ink::bold: return "\x1b[1m";
    case Ink::red: return "\x1b[1;31m";
    case Ink::green: return "\x1b[32m";
    case Ink::yellow: return "\x1b[33m";
    case Ink::dim: return "\x1b[2m";
  }
  return "";
}

}  // namespace

std::string shown(std::string_view text, const TextStyle& style) {
  const std::string safe = text::printable(text);
  std::string out;
  out.reserve(safe.size());
  for (std::size_t i = 0; i < safe.size(); ++i) {
    if (is_deceptive(safe, i)) {
      const unsigned second = static_cast<unsigned char>(safe[i + 1]) & 0x3FU;
      const unsigned third = static_cast<unsigned char>(safe[i + 2]) & 0x3FU;
      out += fmt::format("\\u{:04x}", 0x2000U | (second << 6U) | third);
      i += 2;
    } else if (style.ascii && (static_cast<unsigned char>(safe[i]) & 0x80U) != 0) {
      if (!is_continuation(safe[i])) out += '?';
    } else {
      out += safe[i];
    }
  }
  return out;
}

std::string paint(std::string_view text, Ink ink, const TextStyle& style) {
  if (!style.color || ink == Ink::plain) return std::string(text);
  return fmt::format("{}{}\x1b[0m", code(ink), text);
}

std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      while (i < text.size() && text[i] != 'm') ++i;
    } else if (!is_continuation(text[i])) {
      ++count;
    }
  }
  return count;
}

std::string wrap(std::string_view text, std::size_t width, std::string_view lead, std::string_view hang) {
  std::string out(lead);
  std::size_t used = columns(lead);
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (word.empty()) continue;
    if (!is_first && used + 1 + columns(word) > width) {
      out += '\n';
      out += hang;
      used = columns(hang);
      is_first = true;
    }
    if (!is_first) {
      out += ' ';
      ++used;
    }
    out += word;
    used += columns(word);
    is_first = false;
  }
  return out;
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string counted(std::size_t number, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

void Page::line(std::string_view text) {
  out_ += text;
  out_ += '\n';
}

void Page::paragraph(std::string_view lead, std::string_view text) {
  line(wrap(text, style_.width, lead, std::string(columns(lead), ' ')));
}

}  // namespace hubproof::report
