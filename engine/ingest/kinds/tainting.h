// The ids inside rows whose kind is not modelled.
#pragma once

#include <vector>

#include "engine/ingest/cursor.h"

namespace hubproof::ingest {

/// Appends every text inside `value` that is an ARM id of a subscription, each once per call. What is nested deeper or
/// comes after more ids than any real row holds is recorded as unread.
void append_ids(Cursor value, std::vector<model::ResourceId>& out);

}  // namespace hubproof::ingest
