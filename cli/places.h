// WHERE: from what is written after --from and --to to a place and an address of the estate.
#pragma once

#include <string>
#include <string_view>

#include "engine/core/result.h"
#include "engine/model/view.h"
#include "engine/report/report.h"

namespace hubproof::cli {

/// "Internet", "on-premises", an address, VNET/ADDRESS, an ARM id or the unique name of a subnet (or VNET/SUBNET),
/// network interface, private endpoint or public IP address. An ambiguous or unknown text is an error that lists
/// candidates. With `as_v6` what has addresses of both families is shown by an IPv6 one.
Result<report::TraceEnd> find_place(const model::View& view, const std::string& where, bool as_v6 = false);

/// The text is an IPv6 address, or VNET/ADDRESS with one.
bool is_v6_address(std::string_view where);

/// find_place() or, for a name of no resource, a private-link host name resolved as `from` resolves it.
Result<report::TraceEnd> find_destination(const model::View& view, const std::string& where,
                                          const report::TraceEnd& from, bool as_v6 = false);

}  // namespace hubproof::cli
