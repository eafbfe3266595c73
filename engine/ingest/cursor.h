// Cursor: one JSON value that is being read forward, and where it stands. Readers of resource kinds use it instead of
// simdjson itself, so that a wrong type, an unknown word or an unknown property is recorded in one way everywhere.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/ingest/keys_seen.h"
#include "engine/ingest/read_context.h"
#include "engine/ingest/short_text.h"
#include "engine/model/enums.h"
#include "engine/model/setting.h"

namespace hubproof::ingest {

/// The key of a field. Valid until the next document is read.
inline std::string_view key_of(simdjson::ondemand::field& field) {
  if (const std::optional<std::string_view> key = short_text(field.key().raw())) return *key;
  return field.unescaped_key();
}

/// Reads one value. Every accessor consumes it; call one accessor once. Malformed JSON throws simdjson::simdjson_error,
/// which the row loop catches; nothing else throws.
class Cursor {
 public:
  Cursor(simdjson::ondemand::value value, ReadContext& context) : value_(value), context_(&context) {}

  ReadContext& context() { return *context_; }
  /// What stands there; consumes nothing.
  simdjson::ondemand::json_type type() { return value_.type(); }

  /// The string; nothing for null; records anything else as unread. Valid until the next document is read.
  std::optional<std::string_view> text();
  /// "true"/"false" as JSON booleans, or the strings Azure sometimes gives; absent for null.
  model::Setting<bool> boolean();
  /// A non-negative integer (also as a numeric string); nothing for null; records anything else.
  std::optional<std::uint64_t> number();
  /// The word of a closed set; absent for null and ""; unreadable (and recorded) for an unknown spelling.
  template <class Enum>
  model::Setting<Enum> word();
  /// An ARM id, interned as by intern_id(); unset for null and "". Records a text that is no id.
  model::ResourceId id();
  /// `{"id": "..."}`; unset for null or an object without id.
  model::ResourceId reference();

  /// Calls f(key, Cursor) for every field in order. Null counts as empty; another type is recorded, and so is a key
  /// that comes twice: readers differ in which of the two they believe.
  template <class F>
  void object(F f);
  /// As object(), unless is_known(text of the object) says that there is nothing new to read in it.
  template <class Known, class F>
  void object_unless(Known is_known, F f);
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
  /// Precondition: it is a string.
  std::string_view string();
  /// False for null, and for another type, which is recorded.
  bool is_object();
  template <class F>
  void read_fields(simdjson::ondemand::object object, F& f);
  void note_repeated_key();
  void wrong_type(std::string_view wanted);
  std::string preview();

  /// One step of the path, taken back also when malformed JSON throws.
  class PathStep {
   public:
    PathStep(ReadContext& context, std::string_view key, std::size_t index)
        : context_(context), step_{key, index, context.path} {
      context.path = &step_;
    }
    ~PathStep() { context_.path = step_.outer; }
    PathStep(const PathStep&) = delete;
    PathStep& operator=(const PathStep&) = delete;

   private:
    ReadContext& context_;
    ReadContext::Step step_;
  };

  simdjson::ondemand::value value_;
  ReadContext* context_;
};

inline std::string_view Cursor::string() {
  if (const std::optional<std::string_view> text = short_text(value_.raw_json_token().data() + 1)) {
    value_.get_raw_json_string().value();
    return *text;
  }
  return value_.get_string();
}

inline bool Cursor::is_object() {
  const simdjson::ondemand::json_type met = type();
  if (met != simdjson::ondemand::json_type::object && met != simdjson::ondemand::json_type::null)
    wrong_type("an object");
  return met == simdjson::ondemand::json_type::object;
}

inline std::optional<std::string_view> Cursor::text() {
  const simdjson::ondemand::json_type met = type();
  if (met == simdjson::ondemand::json_type::string) return string();
  if (met != simdjson::ondemand::json_type::null) wrong_type("a string");
  return std::nullopt;
}

template <class F>
void Cursor::object(F f) {
  if (is_object()) read_fields(value_.get_object(), f);
}

template <class Known, class F>
void Cursor::object_unless(Known is_known, F f) {
  if (!is_object()) return;
  simdjson::ondemand::object object = value_.get_object();
  if (is_known(std::string_view(object.raw_json()))) return;
  object.reset().value();
  read_fields(object, f);
}

template <class F>
void Cursor::read_fields(simdjson::ondemand::object object, F& f) {
  KeysSeen keys;
  for (simdjson::ondemand::field field : object) {
    const std::string_view key = key_of(field);
    const PathStep step(*context_, key, 0);
    if (!keys.add(key)) note_repeated_key();
    f(key, Cursor(field.value(), *context_));
  }
}

template <class F>
void Cursor::array(F f) {
  const simdjson::ondemand::json_type met = type();
  if (met == simdjson::ondemand::json_type::null) return;
  if (met != simdjson::ondemand::json_type::array) return wrong_type("an array");
  std::size_t index = 0;
  for (simdjson::ondemand::value element : value_.get_array()) {
    const PathStep step(*context_, {}, index++);
    f(Cursor(element, *context_));
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
