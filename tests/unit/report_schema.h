// A validator for the keywords that the schemas of rules use. A keyword that it does not know is an error, so a
// schema cannot ask for more than is checked.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace hubproof::test {

class SchemaCheck {
 public:
  explicit SchemaCheck(nlohmann::json schema) : root_(std::move(schema)) {}

  /// What is wrong with `value`, each with its JSON pointer; empty when it is valid.
  std::vector<std::string> problems(const nlohmann::json& value) const {
    std::vector<std::string> out;
    check(root_, value, "", out);
    return out;
  }

 private:
  using Json = nlohmann::json;
  using Problems = std::vector<std::string>;

  static bool has_type(const std::string& type, const Json& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "boolean") return value.is_boolean();
    if (type == "integer") return value.is_number_integer();
    return type == "null" && value.is_null();
  }

  static void check_type(const Json& type, const Json& value, const std::string& at, Problems& out) {
    const Json types = type.is_array() ? type : Json::array({type});
    const bool is_one = std::any_of(types.begin(), types.end(), [&](const Json& t) { return has_type(t, value); });
    if (!is_one) out.push_back(at + ": is " + value.type_name() + ", must be " + types.dump());
  }

  void check_object(const Json& schema, const Json& value, const std::string& at, Problems& out) const {
    for (const Json& key : schema.value("required", Json::array())) {
      if (!value.contains(key.get<std::string>())) out.push_back(at + ": lacks " + key.get<std::string>());
    }
    const Json properties = schema.value("properties", Json::object());
    for (const auto& [key, inner] : value.items()) {
      if (properties.contains(key)) {
        check(properties[key], inner, at + "/" + key, out);
      } else if (schema.contains("additionalProperties") && schema["additionalProperties"] == false) {
        out.push_back(at + ": unknown key " + key);
      }
    }
    if (value.size() < schema.value("minProperties", std::size_t{0})) out.push_back(at + ": has too few keys");
  }

  void check_any(const Json& choices, const Json& value, const std::string& at, Problems& out) const {
    Problems all;
    for (const Json& choice : choices) {
      Problems met;
      check(choice, value, at, met);
      if (met.empty()) return;
      all.insert(all.end(), met.begin(), met.end());
    }
    out.insert(out.end(), all.begin(), all.end());
  }

  void check(const Json& schema, const Json& value, const std::string& at, Problems& out) const {
    if (value.is_object()) check_object(schema, value, at, out);
    for (const auto& [keyword, what] : schema.items()) {
      if (keyword == "$ref") {
        check(root_.at(Json::json_pointer(what.get<std::string>().substr(1))), value, at, out);
      } else if (keyword == "type") {
        check_type(what, value, at, out);
      } else if (keyword == "const") {
        if (value != what) out.push_back(at + ": must be " + what.dump());
      } else if (keyword == "enum") {
        if (std::find(what.begin(), what.end(), value) == what.end())
          out.push_back(at + ": " + value.dump() + " is not of " + what.dump());
      } else if (keyword == "items") {
        for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
          check(what, value[i], at + "/" + std::to_string(i), out);
      } else if (keyword == "anyOf") {
        check_any(what, value, at, out);
      } else if (keyword == "minimum") {
        if (value.is_number() && value < what) out.push_back(at + ": is below " + what.dump());
      } else if (keyword == "maximum") {
        if (value.is_number() && value > what) out.push_back(at + ": is above " + what.dump());
      } else if (keyword == "minLength") {
        if (value.is_string() && value.get<std::string>().size() < what) out.push_back(at + ": is too short");
      } else if (keyword == "minItems") {
        if (value.is_array() && value.size() < what) out.push_back(at + ": has too few items");
      } else if (keyword == "uniqueItems") {
        if (value.is_array() && std::set<Json>(value.begin(), value.end()).size() < value.size())
          out.push_back(at + ": has an item twice");
      } else if (keyword == "pattern") {
        if (value.is_string() && !std::regex_search(value.get<std::string>(), std::regex(what.get<std::string>())))
          out.push_back(at + ": " + value.dump() + " does not match " + what.dump());
      } else if (!is_read_elsewhere(keyword)) {
        out.push_back(at + ": the schema uses the keyword " + keyword + ", which this check does not know");
      }
    }
  }

  static bool is_read_elsewhere(const std::string& keyword) {
    static const char* const known[] = {"$schema",      "$id",        "$defs",    "title",
                                        "description",  "properties", "required", "additionalProperties",
                                        "minProperties"};
    return std::any_of(std::begin(known), std::end(known), [&](const char* k) { return keyword == k; });
  }

  Json root_;
};

}  // namespace hubproof::test
