// What the export should hold and evidently does not (inputs.md A6): dangling references, counts that do not add up.
#pragma once

#include "engine/model/estate.h"

namespace hubproof::model {

/// Appends to `snapshot` a Gap (and an INPUT-* diagnostic) for every reference to a resource that is not held, every
/// child count that is not met and every subscription that was seen but not listed. `estate` is the half-linked Estate
/// of the same snapshot: its relations except gaps_by_resource are ready.
void find_gaps(const Estate& estate, Snapshot& snapshot);

}  // namespace hubproof::model
