// docs/model.md, made from the table of the model.
#pragma once

#include <string>

#include "engine/report/model_table.h"

namespace hubproof::rules {

/// The page: what the words mean, then one table per area.
std::string model_page(const report::ModelTable& table);

}  // namespace hubproof::rules
