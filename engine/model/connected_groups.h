// Networks that connectivity configurations join directly.
#pragma once

#include <vector>

#include "engine/model/managed_networks_parts.h"

namespace hubproof::model {

struct ConnectedGroups {
  std::vector<Peering>
      links;  ///< both directions of each two networks; state absent = whether they are joined is unknown
  std::vector<std::pair<ResourceId, ResourceId>> open;  ///< (row, network): what joins the network is not settled
};

/// `in_force` has an element per network of the snapshot, for ManagerFeature::connectivity.
ConnectedGroups connected_groups(const Snapshot& snapshot, const Managers& managers,
                                 const std::vector<InForce>& in_force);

}  // namespace hubproof::model
