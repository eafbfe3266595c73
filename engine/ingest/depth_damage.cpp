#include "engine/ingest/depth_damage.h"

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::ingest {
namespace {

constexpr std::string_view kObject = "\"@{";
constexpr std::string_view kSystem = "\"System.";

/// The offset behind the closing quote of the string that starts at `quote`.
std::size_t string_end(std::string_view json, std::size_t quote) {
  for (std::size_t at = quote + 1; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return json.size();
}

bool is_flattened_object(std::string_view text) {
  if (text.size() < 3 || text.substr(0, 2) != "@{" || text.back() != '}') return false;
  const std::size_t stop = text.find_first_of("=()'{}", 2);
  return stop != std::string_view::npos && text[stop] == '=';
}

bool is_type_name(std::string_view text) {
  return text == "System.Object[]" || text::starts_with(text, "System.Collections.");
}

std::string_view find(std::string_view json, std::string_view opening, bool (*is_damage)(std::string_view)) {
  for (std::size_t at = json.find(opening); at != std::string_view::npos; at = json.find(opening, at + 1)) {
    const std::size_t end = string_end(json, at);
    const std::string_view text = json.substr(at + 1, end - at - 2);
    if (is_damage(text)) return json.substr(at, end - at);
  }
  return {};
}

}  // namespace

std::string_view find_depth_damage(std::string_view json) {
  const std::string_view object = find(json, kObject, is_flattened_object);
  return object.empty() ? find(json, kSystem, is_type_name) : object;
}

}  // namespace hubproof::ingest
