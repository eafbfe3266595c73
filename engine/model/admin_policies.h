// Which security admin rules act on a network.
#pragma once

#include <optional>

#include "engine/model/managed_networks_parts.h"

namespace hubproof::model {

/// Nothing when the rows do not settle it. Without rules: none act.
/// Precondition: `in_force` is decided and is that of the network and ManagerFeature::security_admin.
std::optional<AdminPolicy> admin_policy(const Snapshot& snapshot, const Managers& managers, const VirtualNetwork& vnet,
                                        const InForce& in_force);

/// A service whose network intent policy keeps admin rules out of the whole network.
/// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins (SQL Managed Instance, Databricks)
bool has_intent_policy(const Subnet& subnet);

}  // namespace hubproof::model
