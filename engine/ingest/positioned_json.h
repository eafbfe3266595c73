// A strict JSON parser for the slow path: nlohmann's, with the line of every object, without recursion, without loss of
// long numbers, and telling where the text is wrong.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace hubproof::ingest {

/// Hidden members that parse_positioned() adds to every object; no export has keys with control characters.
inline constexpr const char* kLineKey = "\x01line";
inline constexpr const char* kRepeatedKey = "\x01repeated";  ///< the name of a key that stands twice

struct JsonDamage {
  std::size_t offset = 0;   ///< of the first byte that cannot be right; the text's size when it ends early
  bool is_cut_off = false;  ///< the text ends before it is complete
  bool is_too_deep = false;
  std::string message;
};

/// The value of one document, or its damage. Whole numbers beyond 64 bits become strings.
struct PositionedJson {
  nlohmann::json value;
  std::optional<JsonDamage> damage;
};
PositionedJson parse_positioned(std::string_view document);

/// Where a document is damaged; nothing when it is valid.
std::optional<JsonDamage> find_damage(std::string_view document);

/// Removes the hidden members again, at every depth.
void strip_positions(nlohmann::json& value);

}  // namespace hubproof::ingest
