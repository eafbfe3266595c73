// Parts of effective_routes() for analyses that ask for many subnets and share work between them.
#pragma once

#include <span>
#include <vector>

#include "engine/net/routes.h"

namespace hubproof::net {

struct RouteScope {
  std::span<const Prefix> window = {};  ///< only routes that overlap one of these; empty = all
  const model::Peering* only_peering =
      nullptr;                 ///< set: no other peering's routes, and nothing learned through a peering
  bool with_subnet = true;     ///< what is unknown about the subnet itself (subnet_unknowns())
  bool with_endpoints = true;  ///< the /32 routes of private endpoints
  bool with_tag_lists = true;  ///< routes for service tags have the prefixes of a supplied list
};

/// Without `with_subnet` the answer is the same for every subnet of one VNet and route table, unless a peering joins
/// only some of them (differs_by_subnet()).
RouteSet collect_routes(const model::View& view, const model::Subnet& subnet, const RouteScope& scope);

/// effective_routes_v6() without the peering routes that overlap none of `window`; an empty window keeps all.
RouteSet6 effective_routes_v6(const model::View& view, const model::Subnet& subnet, std::span<const Prefix6> window);
/// Both take a packet to the same place. By the router of a virtual hub that is for what teaches the route to say: a
/// connection, a branch, a static route.
bool leads_alike(const Route& a, const Route& b);
inline bool leads_alike(const Route6& a, const Route6& b) { return a.next_hop == b.next_hop; }  // no virtual hubs
/// A route of `unknown` may win against `best` (nullptr: no route) for a destination that both hold.
/// source: azure-semantics.md 1.3
bool may_win(const UnknownRoutes& unknown, const Route* best);
/// Such routes hold public addresses alone: those of services and of service tags.
bool holds_public_only(const UnknownRoutes& unknown);

/// The service tag of a user route for one, as spelled; empty for every other route.
std::string_view service_tag_of(const model::View& view, const Route& route);
/// What makes an origin of a gateway kind teach routes.
model::Fact teaching_of(const model::View& view, const RouteOrigin& origin);
/// A Route Server is among those who may teach it.
bool may_be_taught_by_server(const model::View& view, const RouteOrigin& origin);
/// Who that is, in words: "gateway gw", "the gateway of vnet-hub".
std::string teacher_of(const model::View& view, const RouteOrigin& origin);

/// Service endpoints, and what of the subnet is not understood.
std::vector<UnknownRoutes> subnet_unknowns(const model::View& view, const model::Subnet& subnet);

}  // namespace hubproof::net
