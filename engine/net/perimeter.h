// Network security perimeters: what an association does to a service's own answer.
#pragma once

#include "engine/net/exposure.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

/// Changes `exposure` (the answer of the resource's own rules) to what holds under the association. `is_switched_off`:
/// public access is Disabled or SecuredByPerimeter. source:
/// learn.microsoft.com/azure/private-link/network-security-perimeter-transition
void apply_perimeter(const model::View& view, const model::PerimeterAssociation& association, bool is_switched_off,
                     const model::Setting<model::PublicNetworkAccess>& access, Exposure& exposure);

/// True when the service is for sure in a perimeter in Enforced mode: its own exceptions for trusted services admit
/// nobody then. source: learn.microsoft.com/azure/private-link/network-security-perimeter-transition
bool is_enforced(const model::View& view, const model::Service& service);

}  // namespace hubproof::net
