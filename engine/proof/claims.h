// The claims that are proved with Z3. Each states itself from the Estate, is decided once per class of like resources,
// and must agree with the exact layer (engine/net, engine/dns).
#pragma once

#include "engine/model/view.h"
#include "engine/proof/effort.h"
#include "engine/proof/verdict.h"

namespace hubproof::dns {
class Directory;
}

namespace hubproof::proof {

/// HP-EXP-012: no packet from the Internet is accepted by an AI or data service. One result per service.
ProofRun prove_no_public_endpoint(const model::View& view, Effort effort = {});

/// HP-TRN-015: whatever leaves or enters a spoke crosses the hub firewall. One result per spoke VNet (and per VNet that
/// a hub peering names but the export does not hold).
ProofRun prove_transit(const model::View& view, Effort effort = {});

/// HP-DNS-012: every private-link name resolves to an approved private endpoint of its service. One result per VNet.
ProofRun prove_resolution(const model::View& view, Effort effort = {});
/// The same, with names and resolver that others use as well.
ProofRun prove_resolution(dns::Directory& directory, Effort effort = {});

}  // namespace hubproof::proof
