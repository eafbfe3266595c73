// WHERE: from what is written after --from and --to to a place and an address of the estate.
#pragma once

#include <string>

#include "engine/core/result.h"
#include "engine/model/view.h"
#include "engine/report/report.h"

namespace hubproof::cli {

/// "Internet", an address, VNET/ADDRESS, an ARM id or the unique name of a subnet (or VNET/SUBNET), network interface,
/// private endpoint or public IP address. An ambiguous or unknown text is an error that lists candidates.
Result<report::TraceEnd> find_place(const model::View& view, const std::string& where);

/// find_place() or, for a name of no resource, a private-link host name resolved as `from` resolves it.
Result<report::TraceEnd> find_destination(const model::View& view, const std::string& where,
                                          const report::TraceEnd& from);

}  // namespace hubproof::cli
