// What one row says about another: done once, before the rows are linked, so that every reader sees the same.
#pragma once

#include "engine/model/snapshot.h"

namespace hubproof::model {

/// Gives the rule set of a namespace to its Service, and a public address to the configuration that its row names.
/// Where the two rows disagree, both may be right: the address counts as attached, and its row as not understood.
void reconcile(Snapshot& snapshot);

}  // namespace hubproof::model
