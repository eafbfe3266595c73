// Noticing that an export is incomplete from what it says about itself (inputs.md A6.1-3, 6).
#pragma once

#include "engine/ingest/run.h"

namespace hubproof::ingest {

/// Adds INPUT-TRUNCATED gaps for queries and lists of which pages are missing. To be called before merge(), while every
/// row of every page is still there.
void check_paging(Run& run);

/// Adds gaps for tables and subscriptions that the export evidently lacks (INPUT-TABLE, INPUT-SUBSCRIPTION), and the
/// INPUT-TENANT warning. To be called after merge().
void check_coverage(Run& run);

}  // namespace hubproof::ingest
