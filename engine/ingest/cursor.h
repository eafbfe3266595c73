// Cursor: one JSON value that is being read forward, and where it stands. Readers of resource kinds use it instead of
// simdjson itself, so that a wrong type, an unknown word or an unknown property is recorded in one way everywhere.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/enums.h"
#include "engine/model/setting.h"
#include "engine/model/snapshot.h"

namespace hubproof::ingest {

/// What readers write into, and the JSON pointer of the value being read.
struct ReadContext {
  model::Snapshot& snapshot;
  model::Entity* entity = nullptr;          ///< receives what could not be read; never null while a reader runs
  std::vector<std::string> pointer_prefix;  ///< pointer of the embedded child's parent value, for children
  struct Step {
    std::string_view key;  ///< object key, or empty for an array element
    std::size_t index = 0;
  };
  std::vector<Step> path;  ///< from the row's root
  /// "/properties/subnets/3/properties/addressPrefix", relative to the row that is read.
  std::string pointer() const;
};

/// Reads one value. Every accessor consumes it; call one accessor once. Malformed JSON throws simdjson::simdjson_error,
/// which the row loop catches; nothing else throws.
class Cursor {
 public:
  Cursor(simdjson::ondemand::value value, ReadContext& context) : value_(value), context_(&context) {}

  ReadContext& context() { return *context_; }

  /// The string; nothing for null; records anything else as unread. Valid until the next document is read.
  std::optional<std::string_view> text();
  /// "true"/"false" as JSON booleans, or the strings Azure sometimes gives; absent for null.
  model::Setting<bool> boolean();
  /// A non-negative integer (also as a numeric string); nothing for null; records anything else.
  std::optional<std::uint64_t> number();
  /// The word of a closed set; absent for null and ""; unreadable (and recorded) for an unknown spelling.
  template <class Enum>
  model::Setting<Enum> word();
  /// An ARM id, interned; unset for null and "". Records a text that is no id.
  model::ResourceId id();
  /// `{"id": "..."}`; unset for null or an object without id.
  model::ResourceId reference();

  /// Calls f(key, Cursor) for every field in order. Null counts as empty; another type is recorded.
  template <class F>
  void object(F f);
  /// Calls f(Cursor) for every element in order. Null counts as empty; another type is recorded.
  template <class F>
  void array(F f);

  /// Reads and drops the value.
  void ignore() {}
  /// A property of a load-bearing kind that no reader knows: recorded unless it is null, false, "", "None", [] or {}
  /// (azure-semantics.md 0).
  void unknown_property();
  /// Records the value as not understood. `met` is a short printable text of it.
  void unread(std::string met);

 private:
  simdjson::ondemand::json_type type();
  void wrong_type(std::string_view wanted);
  std::string preview();

  simdjson::ondemand::value value_;
  ReadContext* context_;
};

template <class F>
void Cursor::object(F f) {
  const simdjson::ondemand::json_type met = type();
  if (met == simdjson::ondemand::json_type::null) return;
  if (met != simdjson::ondemand::json_type::object) return wrong_type("an object");
  simdjson::ondemand::object object = value_.get_object();
  for (simdjson::ondemand::field field : object) {
    const std::string_view key = field.unescaped_key();
    context_->path.push_back({key, 0});
    f(key, Cursor(field.value(), *context_));
    context_->path.pop_back();
  }
}

template <class F>
void Cursor::array(F f) {
  const simdjson::ondemand::json_type met = type();
  if (met == simdjson::ondemand::json_type::null) return;
  if (met != simdjson::ondemand::json_type::array) return wrong_type("an array");
  std::size_t index = 0;
  for (simdjson::ondemand::value element : value_.get_array()) {
    context_->path.push_back({{}, index++});
    f(Cursor(element, *context_));
    context_->path.pop_back();
  }
}

template <class Enum>
model::Setting<Enum> Cursor::word() {
  const std::size_t before = context_->entity->unread.size();
  const std::optional<std::string_view> spelling = text();
  if (!spelling) {
    if (context_->entity->unread.size() == before) return {};
    return model::Setting<Enum>::unreadable(context_->entity->unread.back().met);
  }
  if (spelling->empty()) return {};
  if (const std::optional<Enum> value = model::parse<Enum>(*spelling)) return *value;
  std::string met(*spelling);
  unread(met);
  return model::Setting<Enum>::unreadable(std::move(met));
}

}  // namespace hubproof::ingest
