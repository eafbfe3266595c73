// The rule data and the schemas that are compiled into the program.
#pragma once

#include <string_view>

namespace hubproof::rules {

/// The text of rules/catalogue.json.
std::string_view catalogue_json();

/// The text of rules/model.json.
std::string_view model_json();

/// The texts of rules/schemas/*.schema.json.
std::string_view config_schema_json();
std::string_view inventory_schema_json();
std::string_view query_schema_json();
std::string_view result_schema_json();
std::string_view trace_schema_json();
std::string_view validate_schema_json();

}  // namespace hubproof::rules
