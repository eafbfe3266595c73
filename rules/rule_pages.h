// The pages of docs/rules, one per rule, made from the catalogue.
#pragma once

#include <map>
#include <string>

#include "engine/check/catalogue.h"

namespace hubproof::rules {

/// File name (as "HP-TRN-006.md", and "README.md" for the index) -> text, in the order of names.
std::map<std::string, std::string> rule_pages(const check::Catalogue& catalogue);

}  // namespace hubproof::rules
