// What services in a spoke open by themselves, and who stands in subnets of the platform.
#pragma once

#include "engine/net/transit_parts.h"

namespace hubproof::net {

/// Ways into the spoke and out of it that no route and no public address shows: never certain.
void find_own_doors(TransitRun& run);

}  // namespace hubproof::net
