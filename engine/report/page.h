// Page: text for a terminal, put together line by line. Whatever comes from the input is made printable on its way in.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/report/report.h"

namespace hubproof::report {

enum class Ink { plain, bold, red, green, yellow, dim };

/// Text from the input, safe to print: control characters and bidirectional overrides are shown as escapes, and in the
/// ASCII style everything beyond ASCII as '?'.
/// source: unicode.org/reports/tr36 (bidirectional text spoofing)
std::string shown(std::string_view text, const TextStyle& style);
/// `text` in colour when the style asks for colour.
std::string paint(std::string_view text, Ink ink, const TextStyle& style);
/// Columns that `text` takes: code points, escape sequences of paint() left out.
std::size_t columns(std::string_view text);
/// `text` broken at blanks into lines of at most `width` columns; `hang` leads every line but the first. A word longer
/// than a line stays whole, so that ids can be copied.
std::string wrap(std::string_view text, std::size_t width, std::string_view lead, std::string_view hang);
/// "1,234"
std::string grouped(std::size_t number);
/// "1 rule", "2 rules"; `many` is the plural.
std::string counted(std::size_t number, std::string_view one, std::string_view many);

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}
  /// One line as it is; the caller has made its parts printable.
  void line(std::string_view text);
  void blank() { out_ += '\n'; }
  /// A wrapped paragraph. `lead` opens the first line, the others are indented as far.
  void paragraph(std::string_view lead, std::string_view text);
  const TextStyle& style() const { return style_; }
  std::string shown(std::string_view text) const { return report::shown(text, style_); }
  std::string paint(std::string_view text, Ink ink) const { return report::paint(text, ink, style_); }
  std::string take() { return std::move(out_); }

 private:
  const TextStyle& style_;
  std::string out_;
};

}  // namespace hubproof::report
