// Reads single rows through the table of resource kinds, as the row loop does.
#pragma once

#include <doctest/doctest.h>
#include <simdjson.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "engine/core/text.h"
#include "engine/ingest/kinds.h"
#include "engine/ingest/tables.h"
#include "engine/value/arm_id.h"

namespace hubproof::test {

using OrderedJson = nlohmann::ordered_json;

inline std::string text_of(const OrderedJson& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/<path>"
inline std::string network_id(std::string_view path) {
  return "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/" + std::string(path);
}

class Rows {
 public:
  Rows() : context_{snapshot, nullptr, {}, 0, {}} {}

  /// Reads `row` if its type has a reader; false when it has none.
  bool read(const OrderedJson& row) {
    const std::string id = text_of(row, "id");
    std::string type = text::lower(text_of(row, "type"));
    if (type.empty()) type = arm_type(id);
    const ingest::ResourceKind* kind = ingest::find_kind(type);
    if (kind == nullptr || kind->read == nullptr) return false;
    const std::string name = text_of(row, "name");
    const std::string location = text_of(row, "location");
    const std::string arm_kind = text_of(row, "kind");
    const OrderedJson sku = row.value("sku", OrderedJson());
    const std::string sku_name = sku.is_object() ? text_of(sku, "name") : std::string();
    const std::string sku_tier = sku.is_object() ? text_of(sku, "tier") : std::string();
    const ingest::RowHead head{snapshot.ids.intern(id), kind->type, name, location, arm_kind, sku_name, sku_tier};
    const OrderedJson wrapped = {{"properties", row.value("properties", OrderedJson())}};
    const simdjson::padded_string text(wrapped.dump());
    simdjson::ondemand::document document = parser_.iterate(text);
    const ingest::ReadContext::Step root{"properties"};
    context_.path = &root;
    kind->read(head, ingest::Cursor(document["properties"], context_), context_);
    REQUIRE(context_.path == &root);
    REQUIRE(context_.base == nullptr);
    return true;
  }

  /// As read(), from JSON text.
  bool read_text(std::string_view text) { return read(OrderedJson::parse(text)); }
  /// A row of type Microsoft.Network/<path's types> with these properties.
  bool network(std::string_view path, std::string_view properties) {
    return read(OrderedJson{{"id", network_id(path)}, {"properties", OrderedJson::parse(properties)}});
  }

  std::string spelling(model::ResourceId id) const {
    return id.is_set() ? std::string(snapshot.ids.spelling(id)) : std::string("unset");
  }
  model::ResourceId id(std::string_view text) const { return snapshot.ids.find(text); }
  const model::Tables& tables() const { return snapshot.tables; }

  model::Snapshot snapshot;

 private:
  simdjson::ondemand::parser parser_;
  ingest::ReadContext context_;
};

/// "pointer: what was met", one per line.
inline std::string unread_of(const model::Entity& entity) {
  std::string out;
  for (const model::Unread& unread : entity.unread) {
    if (!out.empty()) out += '\n';
    out += unread.pointer + ": " + unread.met;
  }
  return out;
}

/// Calls f(entity) for every entity of every table.
template <class F>
void for_each_entity(const model::Tables& t, F f) {
  ingest::for_each_table(t, [&](const auto& table) {
    for (const auto& entity : table) f(entity);
  });
}

}  // namespace hubproof::test
