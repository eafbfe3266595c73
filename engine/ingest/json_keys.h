// Looking into small JSON values whose keys may be spelled in any case.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/core/text.h"

namespace hubproof::ingest {

/// The member called `key` in any case, exactly spelled ones first; null when there is none or `object` is no object.
inline const nlohmann::json* member(const nlohmann::json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  if (const auto exact = object.find(key); exact != object.end()) return &*exact;
  for (auto at = object.begin(); at != object.end(); ++at) {
    if (text::equals(at.key(), key)) return &at.value();
  }
  return nullptr;
}

/// The member as text; empty when it is absent or no string.
inline std::string member_text(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* found = member(object, key);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

inline bool has_array(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* found = member(object, key);
  return found != nullptr && found->is_array();
}

inline bool has_object(const nlohmann::json& object, std::string_view key) {
  const nlohmann::json* found = member(object, key);
  return found != nullptr && found->is_object();
}

}  // namespace hubproof::ingest
