// Rows in other spellings, as canonical ARM rows.
#include <algorithm>

#include "engine/ingest/json_keys.h"
#include "engine/ingest/normalise.h"
#include "engine/ingest/positioned_json.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using nlohmann::json;

struct OuterField {
  std::string_view name;              ///< as ARM spells it
  std::string_view alternative = {};  ///< another name for it
};
// source: inputs.md A3.8 (the fields that are not moved under properties) and A3.5, A3.12 (other spellings)
constexpr OuterField kOuterFields[] = {{"id", "ResourceId"},
                                       {"type", "ResourceType"},
                                       {"name", "ResourceName"},
                                       {"location"},
                                       {"kind"},
                                       {"sku"},
                                       {"tenantId"},
                                       {"resourceGroup", "ResourceGroupName"},
                                       {"subscriptionId"},
                                       {"tags", "tag"},
                                       {"etag"},
                                       {"identity"},
                                       {"zones"},
                                       {"extendedLocation"},
                                       {"plan"},
                                       {"managedBy"},
                                       {"apiVersion"},
                                       {"systemData"},
                                       {"createdTime"},
                                       {"changedTime"},
                                       {"properties"},
                                       {"resources"}};

const OuterField* outer_field(std::string_view key) {
  for (const OuterField& field : kOuterFields) {
    if (text::equals(key, field.name) || (!field.alternative.empty() && text::equals(key, field.alternative)))
      return &field;
  }
  return nullptr;
}

bool is_hidden(const std::string& key) { return !key.empty() && key.front() == '\x01'; }

std::string lower_first(std::string key) {
  const bool is_pascal = key.size() > 1 && key[0] >= 'A' && key[0] <= 'Z' && key[1] >= 'a' && key[1] <= 'z';
  if (is_pascal && key.find('.') == std::string::npos) key[0] = text::to_lower(key[0]);
  return key;
}

/// Keys as ARM spells them: typed PowerShell objects are PascalCase all the way down.
json camel(json value) {
  if (value.is_array()) {
    for (json& element : value) element = camel(std::move(element));
    return value;
  }
  if (!value.is_object()) return value;
  json out = json::object();
  for (auto at = value.begin(); at != value.end(); ++at) out[lower_first(at.key())] = camel(std::move(at.value()));
  return out;
}

// The Azure SDK for Python, and so the typed CLI, calls some properties otherwise than ARM does. source:
// github.com/Azure/azure-sdk-for-python azure-mgmt-storage models (attribute_map)
struct Renamed {
  std::string_view type;
  const char* cli;
  const char* arm;
};
constexpr Renamed kRenamed[] = {
    {"microsoft.storage/storageaccounts", "networkRuleSet", "networkAcls"},
    {"microsoft.storage/storageaccounts", "virtualNetworkResourceId", "id"},
    {"microsoft.storage/storageaccounts", "ipAddressOrRange", "value"},
};

void rename(json& value, const std::string& type) {
  if (value.is_array()) {
    for (json& element : value) rename(element, type);
  }
  if (!value.is_object()) return;
  for (const Renamed& name : kRenamed) {
    if (type != name.type || !value.contains(name.cli) || value.contains(name.arm)) continue;
    value[name.arm] = std::move(value[name.cli]);
    value.erase(name.cli);
  }
  for (json& element : value) rename(element, type);
}

bool is_below(const std::string& id, const std::string& owner) {
  return id.size() > owner.size() && text::starts_with(id, owner) && id[owner.size()] == '/';
}

/// Moves what stands beside the id under properties, for the object itself and for the sub-resources inside it. source:
/// inputs.md A3.8. References to other resources also have an id; they are no sub-resources and stay as they are.
json unflatten(json value, const std::string& owner) {
  if (value.is_array()) {
    for (json& element : value) element = unflatten(std::move(element), owner);
    return value;
  }
  if (!value.is_object()) return value;
  const std::string id = member_text(value, "id");
  const bool is_resource = text::equals(id, owner) || is_below(id, owner);
  json out = json::object();
  json properties = json::object();
  for (auto at = value.begin(); at != value.end(); ++at) {
    json inner = unflatten(std::move(at.value()), owner);
    const bool stays = !is_resource || is_hidden(at.key()) || outer_field(at.key()) != nullptr;
    (stays ? out : properties)[at.key()] = std::move(inner);
  }
  if (is_resource && !properties.empty()) out["properties"] = std::move(properties);
  return out;
}

/// A child's id from its parent's and its own type and name, whole or partial ("subnets", "vnet/subnet").
std::string child_id(const std::string& parent_id, const std::string& parent_type, const std::string& type,
                     const std::string& name) {
  const std::string last_name(arm_name(name));
  const std::string lower = text::lower(type);
  if (lower.rfind(text::lower(parent_type) + "/", 0) == 0)
    return parent_id + "/" + type.substr(parent_type.size() + 1) + "/" + last_name;
  // A type of another provider is an extension of the parent, as Microsoft.Insights/diagnosticSettings.
  const bool is_whole = type.find('.') != std::string::npos && type.find('/') != std::string::npos;
  return parent_id + (is_whole ? "/providers/" : "/") + type + "/" + last_name;
}

std::string child_type(const std::string& parent_type, const std::string& type) {
  const bool is_whole = type.find('.') != std::string::npos && type.find('/') != std::string::npos;
  return is_whole || type.empty() ? type : parent_type + "/" + type;
}

/// The row with every outer field under ARM's own name. Later spellings of one field do not replace earlier ones.
json with_outer_names(json row) {
  json out = json::object();
  for (auto at = row.begin(); at != row.end(); ++at) {
    const OuterField* field = is_hidden(at.key()) ? nullptr : outer_field(at.key());
    if (field == nullptr) {
      out[at.key()] = std::move(at.value());
      continue;
    }
    const std::string name(field->name);
    // "type" beside "ResourceType": the field's own name wins, whichever comes first.
    const bool is_own = text::equals(at.key(), field->name);
    if (is_own || !out.contains(name) || out[name].is_null()) {
      if (!at.value().is_null() || !out.contains(name)) out[name] = std::move(at.value());
    }
  }
  return out;
}

/// The CLI and PowerShell print a state beside the id of what they flatten; columns that a query chose have none.
bool is_flattened(const json& row) {
  const bool has_state = row.contains("etag") || member(row, "provisioningState") != nullptr;
  return !row.contains("properties") && row.contains("name") && has_state;
}

bool lacks_slash(const std::string& id) {
  return text::starts_with(id, "subscriptions/") || text::starts_with(id, "resourceGroups/") ||
         text::starts_with(id, "providers/");
}

/// The references of a row whose own id lacks its first '/' lack it as well.
void add_slashes(json& value) {
  if (value.is_string()) {
    auto& text = value.get_ref<std::string&>();
    if (lacks_slash(text) && text::lower(text).find("/providers/") != std::string::npos) text.insert(0, "/");
  }
  if (value.is_structured()) {
    for (json& element : value) add_slashes(element);
  }
}

}  // namespace

void RowWriter::write(json row, const std::string& parent_id, const std::string& parent_type) {
  const std::uint32_t line = row.is_object() && row.contains(kLineKey) ? row[kLineKey].get<std::uint32_t>() : 0U;
  if (!row.is_object()) return emit(row, line);
  const std::string repeated = row.contains(kRepeatedKey) ? row[kRepeatedKey].get<std::string>() : std::string();
  row = with_outer_names(std::move(row));
  std::string id = member_text(row, "id");
  std::string type = child_type(parent_type, member_text(row, "type"));
  if (id.empty() && !parent_id.empty())
    id = child_id(parent_id, parent_type, member_text(row, "type"), member_text(row, "name"));
  if (lacks_slash(id)) {
    id.insert(0, "/");
    ++out_.slashes;
    add_slashes(row);
  }
  if (!id.empty()) row["id"] = id;
  if (!type.empty()) row["type"] = type;
  if (is_flattened(row)) row = unflatten(std::move(row), id);
  if (row.contains("properties")) {
    row["properties"] = camel(std::move(row["properties"]));
    rename(row["properties"], text::lower(type));
  }
  if (row.contains("sku")) row["sku"] = camel(std::move(row["sku"]));
  json children = row.contains("resources") ? std::move(row["resources"]) : json();
  row.erase("resources");
  if (!repeated.empty() && outer_field(repeated) != nullptr) row[kRepeatedKey] = repeated;
  if (type.empty() && !id.empty()) type = arm_type(id);
  emit(row, line);
  if (!children.is_array()) return;
  for (json& child : children) {
    if (child.is_object()) write(std::move(child), id, type);
  }
}

void RowWriter::emit(const json& row, std::uint32_t line) {
  out_.text += out_.text.empty() ? "[\n" : ",\n";
  out_.lines.emplace_back(out_.text.size(), line);
  const auto dump = [](json value) {
    strip_positions(value);
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  if (!row.is_object()) {
    out_.text += dump(row);
    return;
  }
  // In the order of Resource Graph, so that the row loop knows what the properties belong to when it meets them.
  std::string body;
  for (const OuterField& field : kOuterFields) {
    const auto at = row.find(field.name);
    if (at == row.end()) continue;
    const std::string pair = (body.empty() ? "\"" : ",\"") + std::string(field.name) + "\":" + dump(*at);
    body += pair;
  }
  // Told by the row loop, which has the words for it.
  if (row.contains(kRepeatedKey)) {
    const OuterField* field = outer_field(row[kRepeatedKey].get<std::string>());
    if (field != nullptr) body += ",\"" + std::string(field->name) + "\":null";
  }
  out_.text += "{" + body + "}";
}

void RowWriter::finish() {
  if (!out_.text.empty()) out_.text += "\n]";
}

}  // namespace hubproof::ingest
