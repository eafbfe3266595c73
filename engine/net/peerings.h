// What a peering carries, and which addresses it routes. source: azure-semantics.md 2.1-2.3
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/core/ternary.h"
#include "engine/model/view.h"

namespace hubproof::net {

struct PeeringLink {
  Ternary carries = Ternary::unknown;  ///< packets pass from `peering.vnet` to `peering.remote`
  /// False when the local side is not established: Azure then has no route for it.
  bool has_route = true;
  std::string reason;  ///< why it is not `yes`; empty when it is
};

/// Looks at both sides. A remote VNet that the export does not hold counts as connected when the local side is. What
/// a subnet peering carries depends on the subnet: `unknown` here.
PeeringLink peering_link(const model::View& view, const model::Peering& peering);
/// The same for what `from`, a subnet of `peering.vnet`, sends to the ranges that the peering routes.
PeeringLink peering_link(const model::View& view, const model::Peering& peering, const model::Subnet& from);
PeeringLink peering_link_v6(const model::View& view, const model::Peering& peering, const model::Subnet& from);

/// The subnets that a subnet peering joins, into Tables::subnets, ascending.
struct JoinedSubnets {
  std::vector<std::uint32_t> local;
  std::vector<std::uint32_t> remote;
  bool only_v6 = false;  ///< enableOnlyIPv6Peering
};
/// Nothing where whole networks are joined, and where it is not known which subnets are: a list of names is missing or
/// names what the export does not hold, the two sides do not say the same, or what was synced may be older.
/// source: learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering, azure-semantics.md 2.3
std::optional<JoinedSubnets> joined_subnets(const model::View& view, const model::Peering& peering);
/// Peerings of the network route differently for its subnets.
bool differs_by_subnet(const model::View& view, model::ResourceId vnet);

template <class Block>
struct BasicPeeringRange {
  Block prefix;
  bool is_certain = true;
};
using PeeringRange = BasicPeeringRange<Prefix>;
using PeeringRange6 = BasicPeeringRange<Prefix6>;
/// The remote ranges that the peering may route: what was last synced, what the remote states now and what the remote
/// VNet in the export has. Certain are those that every known list holds. Of a peering that joins single subnets the
/// prefixes of the remote ones; where it is not known which they are also those of all others, and nothing is certain.
std::vector<PeeringRange> peering_ranges(const model::View& view, const model::Peering& peering);
/// The same of IPv6, which a peering carries when both networks have it. source: azure-semantics.md 1.8
std::vector<PeeringRange6> peering_ranges_v6(const model::View& view, const model::Peering& peering);

/// peering_ranges(), and for a peering that joins single subnets also the whole of both networks' lists: what the tag
/// VirtualNetwork may hold.
std::vector<PeeringRange> peering_space(const model::View& view, const model::Peering& peering);

/// True when peering_space() holds a range that overlaps one of `window`; no allocation.
bool may_route(const model::View& view, const model::Peering& peering, std::span<const Prefix> window);
bool may_route(const model::View& view, const model::Peering& peering, std::span<const Prefix6> window);

/// The first peering object of the network `from` that names the network `to`, or nullptr. A connected group is none.
const model::Peering* find_peering(const model::View& view, model::ResourceId from, model::ResourceId to);
/// The peering object of the other side, or nullptr.
const model::Peering* other_side(const model::View& view, const model::Peering& peering);

/// Name of a resource, safe to print.
std::string shown(const model::View& view, model::ResourceId id);

/// The addresses of a private endpoint: of its NICs, and static ones.
std::vector<Ipv4> endpoint_addresses(const model::View& view, const model::PrivateEndpoint& endpoint);

/// The row of the network has no list of subnets and the export holds none of them: who is there is not known. (A
/// network without subnets has an empty list.)
bool hides_subnets(const model::View& view, const model::VirtualNetwork& vnet);

/// Name of a subnet is one of the platform's, as "AzureFirewallSubnet"; without regard to case.
bool is_named(const model::View& view, const model::Subnet& subnet, std::string_view name);

}  // namespace hubproof::net
