// Rules of the catalogue, worded for a reader.
#pragma once

#include <string>

#include "engine/check/catalogue.h"
#include "engine/report/report.h"

namespace hubproof::report {

/// One rule in full: what is checked, why, how to mend it, sources and controls (`explain`, `rules show`).
std::string rule_text(const check::RuleText& rule, const TextStyle& style);
std::string rule_json(const check::RuleText& rule);
/// One line per rule (`rules list`).
std::string rules_text(const check::Catalogue& catalogue, const TextStyle& style);
std::string rules_json(const check::Catalogue& catalogue);

}  // namespace hubproof::report
