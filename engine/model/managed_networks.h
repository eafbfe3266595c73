// What network managers do to which network, derived once from their rows, before the rows are linked.
#pragma once

#include <vector>

#include "engine/model/snapshot.h"

namespace hubproof::model {

/// Adds to the snapshot what follows from the rows of network managers: a Peering (with `connected_group`) for each two
/// networks that a connectivity configuration joins directly, and an UnmodelledNetworkResource for each network about
/// which the export does not settle what acts on it. Answers the security admin rules of the others, sorted by network;
/// none for a network without such rules.
std::vector<AdminPolicy> apply_network_managers(Snapshot& snapshot);

}  // namespace hubproof::model
