// Effective routes of a subnet and which of them Azure uses, in two packet spaces that know nothing of each other: IPv4
// and IPv6 (azure-semantics.md 1.8).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

enum class RouteSource : std::uint8_t { user, bgp, system };
/// As effective routes print it: "User", "VirtualNetworkGateway", "Default".
std::string_view name(RouteSource source);

/// Where a route sends a packet.
struct NextHop {
  enum class Kind : std::uint8_t {
    vnet_local,
    peering,
    connected_group,  ///< a network that a network manager joins directly
    internet,
    gateway,
    appliance,
    service_endpoint,
    private_endpoint,
    virtual_hub,  ///< the hub of a virtual WAN: through a firewall (`address`) or by its router (no address)
    none,
    unknown  ///< a value that was not understood: anything is possible
  };
  Kind kind = Kind::none;
  /// VNet (vnet_local, peering, connected_group), private endpoint (private_endpoint), virtual hub (virtual_hub: the
  /// one whose firewall `address` is, else the network's own), else unset.
  model::ResourceId target;
  Ipv4 address;  ///< of kind appliance; of kind virtual_hub 0.0.0.0 without a firewall
  friend bool operator==(const NextHop&, const NextHop&) = default;
};
/// "VnetLocal", "VNetPeering", "ConnectedGroup", "Internet", "VirtualNetworkGateway", "VirtualAppliance",
/// "VirtualNetworkServiceEndpoint", "InterfaceEndpoint", "None", "Unknown".
std::string_view name(NextHop::Kind kind);

/// Which configuration makes a route. Words for it cost more than the route: fact_of() says them where they are needed.
struct RouteOrigin {
  enum class Kind : std::uint8_t {
    system,            ///< a default route of the virtual network `resource`
    address_space,     ///< a prefix of the virtual network `resource`
    user,              ///< route `index` of the route table `resource`
    peering,           ///< the peering `resource`
    connected_group,   ///< a connectivity configuration, by the row `resource`
    gateway,           ///< the gateway `resource` of the own network, by a declared learned prefix
    unplaced_gateway,  ///< as gateway, but it does not say in which network it stands
    remote_gateway,    ///< the peering `resource` with useRemoteGateways, by a declared learned prefix
    endpoint,          ///< the private endpoint `resource`
    hub_range,         ///< the address range of the virtual hub `resource`
    hub_policy,        ///< policy `index` of the routing intent `resource`
    hub_table,         ///< route `index` of the hub's route table `resource`
    hub_connection,    ///< the connection `resource` of another network to a hub of the WAN
    hub_branch         ///< the branches of the hub `resource`, by a declared learned prefix
  };
  Kind kind = Kind::system;
  model::ResourceId resource;
  std::uint32_t index = 0;  ///< of the kinds user, hub_policy and hub_table
};

template <class Block>
struct BasicRoute {
  Block prefix;
  RouteSource source = RouteSource::system;
  NextHop next_hop;
  /// False: the route may or may not exist (undocumented behaviour, an unreadable value, a peering that one side does
  /// not show). Safety claims must hold with and without it.
  bool is_certain = true;
  RouteOrigin origin;
  std::string uncertainty;    ///< why it is not certain; empty when it is
  std::uint8_t tag_rank = 0;  ///< of a user route for a service tag, from 1: the lower, the more preferred
};
using Route = BasicRoute<Prefix>;
using Route6 = BasicRoute<Prefix6>;
/// The configuration value that makes the route.
model::Fact fact_of(const model::View& view, const Route& route);
model::Fact fact_of(const model::View& view, const Route6& route);

/// Routes whose prefixes no export holds: gateway-learned ones, service endpoints, service tags without a tag file.
struct UnknownRoutes {
  RouteSource source = RouteSource::bgp;
  NextHop next_hop;
  model::Fact fact;
  std::string reason;  ///< what is not known and what would decide it, one sentence
};

template <class Block>
struct BasicRouteSet {
  std::vector<BasicRoute<Block>> routes;  ///< in a deterministic order
  std::vector<UnknownRoutes> unknown;     ///< each may apply to any destination that its source can win
};
using RouteSet = BasicRouteSet<Prefix>;
using RouteSet6 = BasicRouteSet<Prefix6>;

/// All routes that the subnet's NICs have. source: azure-semantics.md 1.2-1.6, 2.1
RouteSet effective_routes(const model::View& view, model::SubnetIndex subnet);

/// The routes of effective_routes() whose prefix overlaps one of `window` (of the private endpoints: that lie in it).
/// What is in `unknown` does not depend on the window.
RouteSet effective_routes(const model::View& view, model::SubnetIndex subnet, std::span<const Prefix> window);

/// The IPv6 routes of the subnet's NICs. Next hops of kind appliance have no address here: whether an IPv6 address is a
/// firewall's is not modelled. Declared learned prefixes are IPv4: what gateways teach of IPv6 is always unknown.
/// source: azure-semantics.md 1.8
RouteSet6 effective_routes_v6(const model::View& view, const model::Subnet& subnet);

/// True when Azure prefers `a` over `b` for a destination that both hold: longest prefix, then user over BGP over
/// system, then a user route for the prefix itself over those for service tags that list it; but a system route of a
/// VNet, a peering or a service endpoint is not displaced by a BGP route, however long. source:
/// learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
bool is_preferred(const Route& a, const Route& b);

/// The routes that may decide `destination`: the preferred certain route and every uncertain one that beats it. Several
/// certain ones of the same rank (the addresses of an ECMP next hop) are all there. Empty: no route matches, the packet
/// is dropped. Pointers into `routes`, the preferred certain one first.
std::vector<const Route*> select_routes(std::span<const Route> routes, Ipv4 destination);
std::vector<const Route6*> select_routes(std::span<const Route6> routes, const Ipv6& destination);

/// Private endpoint /32 routes (InterfaceEndpoint) are beaten by a user route only under the rules of network policies:
/// true when `user` may override the /32 of an endpoint in a subnet with `policies` inside a VNet whose address space
/// is `address_space`. source: learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
/// Answers true only when that is certain; endpoint_override() tells a doubtful one from a certain no.
bool overrides_endpoint(const Prefix& user, const model::Setting<model::PrivateEndpointPolicies>& policies,
                        std::span<const Prefix> address_space);

/// Three-valued overrides_endpoint(). Doubtful: a VNet of several prefixes where `user` is as long as the one that
/// holds it but not as the longest, policies that cannot be read, and high-scale private endpoints. source:
/// azure-semantics.md 1.6
Ternary endpoint_override(const Prefix& user, const model::Subnet& endpoint_subnet,
                          const model::VirtualNetwork& endpoint_vnet);

}  // namespace hubproof::net
