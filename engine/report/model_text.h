// The table of the model, worded for a reader (`hubproof model`).
#pragma once

#include <string>

#include "engine/report/model_table.h"
#include "engine/report/report.h"

namespace hubproof::report {

/// Area by area, one paragraph per behaviour, then the tally. Verbose: with code, pages and tests; quiet: the tally.
std::string model_text(const ModelTable& table, const TextStyle& style);
/// {"format_version","directions","areas","entries"}, with the keys of rules/model.json.
std::string model_json(const ModelTable& table);

}  // namespace hubproof::report
