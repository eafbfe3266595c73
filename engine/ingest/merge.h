// After the last file: one order, one copy of each resource.
#pragma once

#include "engine/ingest/run.h"

namespace hubproof::ingest {

/// Sorts every table and the resources by id without regard to case, drops equal copies, and makes what copies disagree
/// on unknown (INPUT-CONFLICT). Rows without properties become gaps unless a full copy was read elsewhere.
void merge(Run& run);

/// Less, equal, more without regard to ASCII case; made for long texts with long common beginnings.
int compare_ids(std::string_view a, std::string_view b);

}  // namespace hubproof::ingest
