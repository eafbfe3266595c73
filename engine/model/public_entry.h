// Front ends that a service in a subnet has by itself: a public load balancer of the platform before it, which no row
// of the export shows.
#pragma once

#include <string_view>

namespace hubproof::model {

/// Ends the type of an UnmodelledNetworkResource that stands for such a front end; what it touches is the subnet that
/// the Internet enters by it.
inline constexpr std::string_view kPublicFrontEnd = " (public front end)";

}  // namespace hubproof::model
