// The rule data that is compiled into the program.
#pragma once

#include <string_view>

namespace hubproof::rules {

/// The text of rules/catalogue.json.
std::string_view catalogue_json();

}  // namespace hubproof::rules
