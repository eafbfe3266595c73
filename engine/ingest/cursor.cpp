#include "engine/ingest/cursor.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using simdjson::ondemand::json_type;

constexpr std::size_t kPreviewLength = 80;

/// RFC 6901 escaping of one reference token.
void append_token(std::string& out, std::string_view key) {
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
}

}  // namespace

std::string ReadContext::pointer() const {
  std::vector<const Step*> steps;
  for (const Step* step = path; step != base; step = step->outer) steps.push_back(step);
  std::string out;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    out += '/';
    if ((*step)->key.empty()) {
      out += std::to_string((*step)->index);
    } else {
      append_token(out, (*step)->key);
    }
  }
  return out;
}

std::uint32_t intern_tag(ReadContext& context, std::string_view tag) {
  // Estates use about twenty tags: comparing them in turn is quicker than hashing, and the map is there for the odd
  // export.
  constexpr std::size_t kFew = 48;
  std::vector<std::string>& tags = context.snapshot.tables.service_tags;
  const std::size_t few = std::min(kFew, tags.size());
  for (std::size_t i = 0; i < few; ++i) {
    if (text::equals(tags[i], tag)) return static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = kFew + context.more_tags.size(); i < tags.size(); ++i) {
    context.more_tags.emplace(text::lower(tags[i]), static_cast<std::uint32_t>(i));
  }
  const auto next = static_cast<std::uint32_t>(tags.size());
  if (next >= kFew) {
    const auto [entry, is_new] = context.more_tags.emplace(text::lower(tag), next);
    if (!is_new) return entry->second;
  }
  tags.emplace_back(tag);
  return next;
}

std::uint32_t intern_prefix(ReadContext& context, const Prefix6& prefix) {
  std::vector<Prefix6>& prefixes = context.snapshot.tables.prefixes_v6;
  for (std::size_t i = context.known_prefixes.size(); i < prefixes.size(); ++i) {
    context.known_prefixes.emplace(prefixes[i], static_cast<std::uint32_t>(i));
  }
  const auto [entry, is_new] = context.known_prefixes.emplace(prefix, static_cast<std::uint32_t>(prefixes.size()));
  if (is_new) prefixes.push_back(prefix);
  return entry->second;
}

namespace {

// inputs.md A3: some tools cut the slash off; nothing else begins with one of these words.
bool lacks_slash(std::string_view id) {
  return text::starts_with(id, "subscriptions/") || text::starts_with(id, "resourceGroups/") ||
         text::starts_with(id, "providers/");
}

}  // namespace

model::ResourceId intern_id(ReadContext& context, std::string_view id) {
  if (id.front() == '/' || !lacks_slash(id)) return context.snapshot.ids.intern(id);
  std::string whole = "/";
  whole += id;
  return context.snapshot.ids.intern(whole);
}

void Cursor::unread(std::string met) {
  context_->met_unread = true;
  if (met.size() > kPreviewLength) met = met.substr(0, kPreviewLength) + "...";
  context_->entity->unread.push_back({context_->pointer(), text::printable(met)});
}

std::string Cursor::preview() {
  switch (type()) {
    case json_type::object: return "an object";
    case json_type::array: return "an array";
    case json_type::string: {
      const std::string_view met = string();
      return fmt::format("\"{}\"", met.substr(0, kPreviewLength));
    }
    case json_type::number:
    case json_type::boolean: return std::string(text::trim(value_.raw_json_token()));
    case json_type::null: return "null";
  }
  return "a value";
}

void Cursor::note_repeated_key() {
  if (context_->repeated_key.empty()) context_->repeated_key = context_->pointer();
  unread("a key that stands twice in its object");
}

void Cursor::wrong_type(std::string_view wanted) { unread(fmt::format("{} in place of {}", preview(), wanted)); }

model::Setting<bool> Cursor::boolean() {
  const json_type met = type();
  if (met == json_type::null) return {};
  if (met == json_type::boolean) return bool(value_.get_bool());
  if (met == json_type::string) {
    const std::string_view word = string();
    if (text::equals(word, "true")) return true;
    if (text::equals(word, "false")) return false;
    if (word.empty()) return {};
    std::string kept(word);
    unread(kept);
    return model::Setting<bool>::unreadable(std::move(kept));
  }
  std::string shown = fmt::format("{} in place of a boolean", preview());
  unread(shown);
  return model::Setting<bool>::unreadable(std::move(shown));
}

std::optional<std::uint64_t> Cursor::number() {
  const json_type met = type();
  if (met == json_type::null) return std::nullopt;
  std::string_view digits;
  if (met == json_type::string) {
    digits = string();
  } else if (met == json_type::number) {
    digits = text::trim(value_.raw_json_token());
  } else {
    wrong_type("a number");
    return std::nullopt;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && end == digits.data() + digits.size()) return value;
  unread(fmt::format("\"{}\" in place of a whole number", digits));
  return std::nullopt;
}

model::ResourceId Cursor::id() {
  const std::optional<std::string_view> spelling = text();
  if (!spelling || spelling->empty()) return {};
  if (spelling->front() == '/' || lacks_slash(*spelling)) return intern_id(*context_, *spelling);
  unread(fmt::format("\"{}\" in place of a resource id", *spelling));
  return {};
}

model::ResourceId Cursor::reference() {
  model::ResourceId found;
  object([&](std::string_view key, Cursor value) {
    if (text::equals(key, "id")) {
      found = value.id();
    } else {
      value.ignore();
    }
  });
  return found;
}

void Cursor::unknown_property() {
  switch (type()) {
    case json_type::null: return;
    case json_type::boolean:
      if (!bool(value_.get_bool())) return;
      return unread("true: a property that is not modelled");
    case json_type::string: {
      const std::string_view met = string();
      if (met.empty() || text::equals(met, "None")) return;
      return unread(fmt::format("\"{}\": a property that is not modelled", met.substr(0, kPreviewLength)));
    }
    case json_type::array: {
      simdjson::ondemand::array array = value_.get_array();
      if (bool(array.is_empty())) return;
      return unread("an array: a property that is not modelled");
    }
    case json_type::object: {
      simdjson::ondemand::object object = value_.get_object();
      if (bool(object.is_empty())) return;
      return unread("an object: a property that is not modelled");
    }
    case json_type::number: return unread("a number: a property that is not modelled");
  }
}

}  // namespace hubproof::ingest
