// Which rules are meant by the words of --rule, --skip-rule and explain.
#pragma once

#include <string>
#include <vector>

#include "engine/check/run.h"
#include "engine/core/result.h"

namespace hubproof::cli {

/// Rule ids or families of ids ("HP-TRN"), in any case; a word that names no rule is an error with the nearest id.
Result<check::Selection> select_rules(const std::vector<std::string>& only, const std::vector<std::string>& skip);

/// The rule of that id, or an error with the nearest id.
Result<const check::RuleText*> find_rule(const std::string& id);

}  // namespace hubproof::cli
