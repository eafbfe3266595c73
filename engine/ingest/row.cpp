#include "engine/ingest/row.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/ingest/depth_damage.h"
#include "engine/ingest/row_id.h"
#include "engine/ingest/row_state.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

namespace {

enum Field : std::uint32_t {
  kId = 1U << 0U,
  kType = 1U << 1U,
  kName = 1U << 2U,
  kKind = 1U << 3U,
  kLocation = 1U << 4U,
  kSku = 1U << 5U,
  kTenant = 1U << 6U,
  kGroup = 1U << 7U,
  kSubscription = 1U << 8U,
  kProperties = 1U << 9U,
  kResources = 1U << 10U,
  kState = 1U << 11U,   ///< etag or provisioningState beside the id: an answer of ARM, not a chosen column
  kOuter = 1U << 12U,   ///< another field of ARM rows
  kPascal = 1U << 13U,  ///< a key as PowerShell objects spell it
  kOther = 1U << 14U
};
constexpr std::uint32_t kGraph = kTenant | kGroup | kSubscription;
constexpr std::uint32_t kWholeHead = kName | kKind | kLocation | kSku;

struct KnownField {
  std::string_view key;
  Field field;
};
// The fields of ARM and Resource Graph rows outside properties: inputs.md A3.7-9.
constexpr KnownField kFields[] = {{"id", kId},
                                  {"name", kName},
                                  {"type", kType},
                                  {"tenantId", kTenant},
                                  {"kind", kKind},
                                  {"location", kLocation},
                                  {"resourceGroup", kGroup},
                                  {"subscriptionId", kSubscription},
                                  {"managedBy", kOuter},
                                  {"sku", kSku},
                                  {"plan", kOuter},
                                  {"properties", kProperties},
                                  {"tags", kOuter},
                                  {"identity", kOuter},
                                  {"zones", kOuter},
                                  {"extendedLocation", kOuter},
                                  {"etag", kState},
                                  {"provisioningState", kState},
                                  {"resources", kResources},
                                  {"apiVersion", kOuter},
                                  {"systemData", kOuter},
                                  {"createdTime", kOuter},
                                  {"changedTime", kOuter},
                                  {"ResourceId", kOuter},
                                  {"resourceGroupName", kOuter},
                                  {"Id", kPascal},
                                  {"Name", kPascal},
                                  {"Type", kPascal},
                                  {"Kind", kPascal},
                                  {"Location", kPascal},
                                  {"Sku", kPascal},
                                  {"Properties", kPascal},
                                  {"ResourceName", kPascal},
                                  {"ResourceType", kPascal}};

/// `guess` is the entry of kFields to look at first; it becomes the one that was found.
Field field_of(std::string_view key, std::uint8_t& guess) {
  if (kFields[guess].key == key) return kFields[guess].field;
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    if (kFields[i].key != key) continue;
    guess = static_cast<std::uint8_t>(i);
    return kFields[i].field;
  }
  return kOther;
}

std::string_view spelled(json_type type) {
  switch (type) {
    case json_type::array: return "an array";
    case json_type::object: return "an object";
    case json_type::number: return "a number";
    case json_type::string: return "a string";
    case json_type::boolean: return "a boolean";
    case json_type::null: return "null";
  }
  return "a value";
}

/// The parser tells a type by the first letter: what begins like null must be null.
json_type type_of(value& met) {
  const json_type type = met.type();
  if (type == json_type::null && !bool(met.is_null())) throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
  return type;
}

}  // namespace

void RowReader::start(const RowsText& text) {
  text_ = text;
  lines_.emplace(text.buffer->view());
  last_begin_ = 0;
}

std::size_t RowReader::line_of(std::size_t offset) {
  if (!text_.is_normalised()) return lines_->line_of(offset);
  const auto after = std::upper_bound(text_.lines->begin(), text_.lines->end(), offset,
                                      [](std::size_t o, const auto& line) { return o < line.first; });
  return after == text_.lines->begin() ? 0 : std::prev(after)->second;
}

std::string_view RowReader::row_text(const Row& row) const {
  return text_.buffer->view().substr(row.begin, row.length);
}

void RowReader::read(simdjson::ondemand::object object, std::size_t begin, simdjson::ondemand::document& document,
                     Page& page) {
  Row row;
  row.whole = &object;
  row.begin = begin;
  last_begin_ = begin;
  for (simdjson::ondemand::field field : object) read_field(field, row);
  const std::string_view all = text_.buffer->view();
  const char* next = nullptr;
  std::size_t end = all.size();
  if (document.current_location().get(next) == simdjson::SUCCESS) end = static_cast<std::size_t>(next - all.data());
  end = all.substr(0, end).rfind('}');
  row.length = end == std::string_view::npos || end < begin ? 0 : end + 1 - begin;
  finish(row, page);
}

void RowReader::read_field(simdjson::ondemand::field& field, Row& row) {
  const std::string_view key = key_of(field);
  // Rows of one export have their fields in the same order.
  const Field known = field_of(key, fields_in_order_[std::min(row.fields++, fields_in_order_.size() - 1)]);
  constexpr std::uint32_t kDecisive = kId | kType | kKind | kSku | kProperties;
  if ((known & kDecisive) != 0 && row.has(known)) {
    row.repeated = key;
    return;
  }
  row.seen |= known;
  if ((known & (kId | kType | kName | kKind | kLocation)) != 0) return read_head_field(key, field.value(), row);
  if (known == kProperties) return read_properties(field.value(), row);
  if (known == kSku) return read_sku(field.value(), row);
  if (known == kTenant) return take_tenant(field.value());
  if (known != kResources || text_.is_normalised()) return;
  value children = field.value();
  if (children.type() != json_type::array) return;
  simdjson::ondemand::array list = children.get_array();
  if (!bool(list.is_empty())) throw ForeignShape{};
}

void RowReader::read_head_field(std::string_view key, value met, Row& row) {
  const json_type type = type_of(met);
  if (type == json_type::null) return;
  if (type != json_type::string) {
    if (row.wrong.empty()) row.wrong = fmt::format("{} is {} in place of a string", key, spelled(type));
    return;
  }
  const std::string_view text = met.get_string();
  if (key == "id") return take_id(text, row);
  if (key == "type") {
    if (!text.empty()) row.type = &types_.find(text);
  } else if (key == "name") {
    row.head.name = text;
  } else if (key == "kind") {
    row.head.kind = text;
  } else {
    row.head.location = text;
  }
}

void RowReader::take_id(std::string_view id, Row& row) {
  row.id = id;
  while (id.size() > 1 && id.back() == '/') id.remove_suffix(1);
  if (is_arm_id(id)) row.head.id = run_.snapshot.ids.intern(id);
}

void RowReader::take_tenant(value met) {
  if (met.type() != json_type::string) return;
  const std::string_view tenant = met.get_string();
  if (tenant == last_tenant_ || tenant.empty()) return;
  last_tenant_ = text::lower(tenant);
  run_.tenants.insert(last_tenant_);
}

void RowReader::read_sku(value met, Row& row) {
  const json_type type = type_of(met);
  if (type == json_type::null) return;
  if (type != json_type::object) {
    if (row.wrong.empty()) row.wrong = fmt::format("sku is {} in place of an object", spelled(type));
    return;
  }
  for (simdjson::ondemand::field field : met.get_object()) {
    const std::string_view key = key_of(field);
    if (key != "name" && key != "tier") continue;
    value part = field.value();
    if (part.type() != json_type::string) continue;
    std::string_view& taken = key == "name" ? row.head.sku_name : row.head.sku_tier;
    if (!taken.empty() && row.wrong.empty()) row.wrong = "a key stands twice in sku";
    taken = part.get_string();
  }
}

bool RowReader::settle_type(Row& row) {
  if (row.type == nullptr && row.head.id.is_set()) {
    const std::string stated = arm_type(run_.snapshot.ids.spelling(row.head.id));
    if (!stated.empty()) row.type = &types_.find(stated);
  }
  if (row.type == nullptr) return false;
  row.head.type = row.type->name;
  return true;
}

/// The CLI prints keys in alphabetical order, so that the type comes behind the properties. The id tells it as well;
/// should the two differ, finish() makes the row unknown.
void RowReader::guess_type(Row& row) {
  if (row.type != nullptr || row.has(kType) || !row.head.id.is_set()) return;
  if (!is_of_type(row.id, guess_)) {
    write_type(row.id, guess_);
    const ResourceKind* kind = find_kind(guess_);
    guessed_ = kind != nullptr && kind->read != nullptr ? &types_.find(guess_) : nullptr;
  }
  row.type = guessed_;
}

bool RowReader::can_read_now(Row& row) {
  if (!row.head.id.is_set() || row.type == nullptr || !row.wrong.empty()) return false;
  if (row.type->may_recurse) return false;
  // Some answers print sku, kind or location behind properties: a reader that uses them must wait for them.
  if (row.type->needs_whole_head && (row.seen & kWholeHead) != kWholeHead) return false;
  return !contradicts(row.id, row.type->name);
}

void RowReader::read_properties(value met, Row& row) {
  const json_type type = type_of(met);
  if (type == json_type::null) {
    row.has_null_properties = true;
    return;
  }
  if (type != json_type::object) {
    std::string text = type == json_type::string ? fmt::format("\"{}\"", std::string_view(met.get_string()))
                                                 : std::string(spelled(type));
    const bool is_cut = !find_depth_damage(text).empty();
    if (is_cut) return void(row.late_properties = met.raw_json_token());
    if (row.wrong.empty()) row.wrong = fmt::format("properties is {} in place of an object", spelled(type));
    return;
  }
  if (row.type != nullptr && row.type->read == nullptr) return;
  const MetType* stated = row.type;
  guess_type(row);
  if (!can_read_now(row)) {
    row.type = stated;
    simdjson::ondemand::object object = met.get_object();
    row.late_properties = object.raw_json();
    return;
  }
  settle_type(row);
  run_reader(row, met);
  row.type = stated;
}

void RowReader::run_reader(Row& row, value properties) {
  if (row.head.name.empty()) row.head.name = arm_name(run_.snapshot.ids.spelling(row.head.id));
  const ReadContext::Step root{"properties", 0, nullptr};
  context_.entity = nullptr;
  context_.base = nullptr;
  context_.path = &root;
  context_.met_unread = false;
  context_.repeated_key.clear();
  before_.emplace(run_.snapshot);
  row.was_read = true;
  row.read_as = row.type;
  row.type->read(row.head, Cursor(properties, context_), context_);
  context_.path = nullptr;
  row.has_unread = context_.met_unread;
}

void RowReader::read_late(Row& row) {
  if (row.type->read == nullptr) return;
  if (row.late_properties.front() == '"') return report_depth_damage(row, row.late_properties);
  if (row.type->may_recurse && depth_of(row.late_properties) > kDeepest) {
    return not_read(row, "INPUT-NESTING", fmt::format("properties nest deeper than {} levels", kDeepest),
                    "no Azure resource nests that deep: look at how the file was made");
  }
  row.whole->reset().value();
  value properties;
  if (row.whole->find_field("properties").get(properties) != simdjson::SUCCESS) {
    return not_read(row, "INPUT-ROW", "the key \"properties\" is spelled with escapes", "export the row again");
  }
  run_reader(row, properties);
}

void RowReader::finish(Row& row, Page& page) {
  ++page.rows;
  if (!text_.is_normalised()) require_id(row);
  if ((row.seen & kGraph) == kGraph) page.is_graph = true;
  const bool has_type = settle_type(row);
  if (page.rows == 1 && has_type) page.table = row.type->table;
  if (!row.head.id.is_set() || !has_type) return report_unused(row, page);
  keep(row, page);
}

// A row that is spelled in another way, or has its properties beside its id, is one of the shapes that normalise()
// knows. Columns that a query chose are no flattened resource: only an answer of ARM has etag or provisioningState
// beside its id.
void RowReader::require_id(const Row& row) const {
  const bool has_other_id = !row.id.empty() && row.id.front() != '/';
  const bool lacks_id = !row.has(kId) && row.has(kOther);
  const bool is_flattened = !row.has(kProperties) && row.has(kName) && row.has(kState) && row.has(kOther);
  if (has_other_id || lacks_id || is_flattened || row.has(kPascal)) throw ForeignShape{};
}

void RowReader::keep(Row& row, Page&) {
  model::Resource resource;
  resource.id = row.head.id;
  resource.type = row.type->index;
  resource.support = row.type->support;
  resource.origin = {text_.source, static_cast<std::uint32_t>(row.length), row.begin};
  run_.snapshot.resources.push_back(resource);
  if (!row.repeated.empty()) {
    return not_read(row, "INPUT-DUPLICATE-KEY", fmt::format("the key \"{}\" stands twice in the row", row.repeated),
                    "keep the right one; Azure never prints a key twice");
  }
  if (!row.wrong.empty()) return not_read(row, "INPUT-ROW", row.wrong, "export the row again");
  const bool is_as_read = row.was_read && row.read_as == row.type;
  if (!is_as_read && (row.was_read || contradicts(row.id, row.type->name))) {
    return not_read(row, "INPUT-ID", fmt::format("the id is not one of type \"{}\"", text::printable(row.head.type)),
                    "export the row again");
  }
  if (row.type->read == nullptr) return;
  if (!row.was_read && !row.late_properties.empty()) read_late(row);
  if (row.has_unread) explain_unread(row);
  const bool is_unknown = row.type->support == model::Support::unknown;
  if (row.was_read || !row.late_properties.empty() || is_unknown) return;
  run_.unfilled.push_back(
      {row.head.id,
       about(row, "INPUT-PROPERTIES",
             row.has_null_properties ? "properties is null, as `az resource list` prints it"
                                     : "the row has no properties",
             "export with Resource Graph, or with `az resource show --ids`, without leaving out properties")});
}

}  // namespace hubproof::ingest
