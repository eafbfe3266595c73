#include "engine/ingest/structure.h"

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::ingest {
namespace {

/// The offset behind the string whose opening quote is at `at`; the text's size when it is not closed.
std::size_t behind_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// The offset behind the object or array that starts at `at`; the text's size when it is not closed.
std::size_t behind_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = behind_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return at;
}

/// Rows are documents of their own, or stand in an array at the top or in the array `data` or `value` of the top
/// object. An array elsewhere belongs to a row, and half a row must not pass for a whole one.
bool is_row_container(const std::string& open, std::string_view key) {
  if (open.empty() || open == "[") return true;
  return open == "{[" && (text::equals(key, "\"data\"") || text::equals(key, "\"value\""));
}

}  // namespace

std::size_t depth_of(std::string_view json) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = behind_string(json, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return deepest;
}

std::string pointer_at(std::string_view json, std::size_t offset) {
  struct Frame {
    bool is_array = false;
    bool is_key_next = true;
    std::size_t index = 0;
    std::string_view key = {};
  };
  std::vector<Frame> open;
  for (std::size_t at = 0; at < std::min(offset, json.size());) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = behind_string(json, at);
      if (!open.empty() && !open.back().is_array && open.back().is_key_next) {
        open.back().key = json.substr(at + 1, end - at - 2);
        open.back().is_key_next = false;
      }
      at = end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      open.emplace_back();
      open.back().is_array = c == '[';
    } else if (open.empty()) {
      continue;
    } else if (c == '}' || c == ']') {
      open.pop_back();
    } else if (c == ',') {
      ++open.back().index;
      open.back().is_key_next = true;
    }
  }
  std::string out;
  for (const Frame& frame : open) out += "/" + (frame.is_array ? std::to_string(frame.index) : std::string(frame.key));
  return out;
}

std::vector<std::string_view> split_documents(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at >= text.size()) return out;
    const bool is_value = text[at] == '{' || text[at] == '[';
    const std::size_t end = is_value ? behind_value(text, at) : text.size();
    out.push_back(text.substr(at, end - at));
    at = end;
  }
}

Salvage salvage(std::string_view text, std::size_t damage) {
  text = text.substr(0, damage);
  std::string open;
  std::string_view key;  // the last string of the top object before its array was opened
  Salvage out;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = behind_string(text, at);
      if (open == "{") key = text.substr(at, end - at);
      at = end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      open += c;
    } else if (c == '}' || c == ']') {
      if (open.empty()) break;
      open.pop_back();
      if (c != '}' || !is_row_container(open, key)) continue;
      out.length = at;
      out.closers = open.empty() ? "" : open == "[" ? "]" : "]}";
    }
  }
  return out;
}

std::size_t LineCounter::line_of(std::size_t offset) {
  offset = std::min(offset, text_.size());
  if (offset < at_) {
    at_ = 0;
    line_ = 1;
  }
  const std::string_view part = text_.substr(at_, offset - at_);
  line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
  at_ = offset;
  return line_;
}

std::size_t column_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::size_t newline = text.substr(0, offset).rfind('\n');
  return newline == std::string_view::npos ? offset + 1 : offset - newline;
}

}  // namespace hubproof::ingest
