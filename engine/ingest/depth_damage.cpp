#include "engine/ingest/depth_damage.h"

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

// Every byte of every file passes here, so the loop has neither branch nor call and a fixed length: compilers turn it into
// vector instructions. Only some bytes of the two openings are compared; find_depth_damage() looks closely.
bool may_have_depth_damage(std::string_view json) {
  constexpr std::size_t kBlock = 1024;
  constexpr std::size_t kAhead = 7;
  const char* at = json.data();
  std::size_t left = json.size();
  for (; left >= kBlock + kAhead; at += kBlock, left -= kBlock) {
    unsigned char any = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
      const bool is_object = (at[i + 1] == '@') & (at[i + 2] == '{');
      const bool is_system = (at[i + 1] == 'S') & (at[i + 2] == 'y') & (at[i + 7] == '.');  // not "SystemAssigned"
      any = static_cast<unsigned char>(any | ((at[i] == '"') & (is_object | is_system)));
    }
    if (any != 0) return true;
  }
  const std::string_view rest(at, left);
  return rest.find(kObject) != std::string_view::npos || rest.find(kSystem) != std::string_view::npos;
}

std::string_view find_depth_damage(std::string_view json) {
  const std::string_view object = find(json, kObject, is_flattened_object);
  return object.empty() ? find(json, kSystem, is_type_name) : object;
}

}  // namespace hubproof::ingest
