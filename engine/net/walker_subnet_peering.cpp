// What a subnet peering does to a packet. source: azure-semantics.md 2.3
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/family.h"
#include "engine/net/walker.h"

namespace hubproof::net {

using model::Subnet;

// source: learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering (no word on what others sent and a
// joined subnet passes on, nor on a next hop that is not joined)
bool Walker::joins(const model::Peering& peering, Ipv4 stop) {
  const std::optional<JoinedSubnets> joined = joined_subnets(v_, peering);
  if (!joined) return true;
  const auto hold = [&](const std::vector<std::uint32_t>& subnets, Ipv4 address) {
    return std::any_of(subnets.begin(), subnets.end(),
                       [&](std::uint32_t index) { return holds(e_.tables().subnets[index].prefixes, address); });
  };
  if (hold(joined->local, packet_.source) && hold(joined->remote, stop)) return true;
  const Ipv4 stranger = hold(joined->local, packet_.source) ? stop : packet_.source;
  give_up(
      {Place::Kind::unknown, peering.id},
      fmt::format("{} is of no subnet that the peering from {} to {} joins; whether it carries that is not documented",
                  to_string(stranger), shown(v_, peering.vnet), shown(v_, peering.remote)),
      {{peering.id, "/properties/peerCompleteVnets", "false"}});
  return false;
}

// A subnet that a subnet peering leaves out may have its routes: what it sends by them is dropped, and where the route
// that is left drops as well, it does not matter.
bool Walker::drop_either_way(const std::vector<const Route*>& chosen, const Place& at) {
  const auto* subnet = e_.find<Subnet>(at.id);
  const auto drops = [&](const Route* route) {
    if (route->next_hop.kind == NextHop::Kind::none) return true;
    if (route->origin.kind != RouteOrigin::Kind::peering || subnet == nullptr) return false;
    const auto* peering = e_.find<model::Peering>(route->origin.resource);
    return peering != nullptr && joined_subnets(v_, *peering) &&
           peering_link(v_, *peering, *subnet).carries == Ternary::no;
  };
  const auto is_certain = [](const Route* route) { return route->is_certain; };
  if (std::all_of(chosen.begin(), chosen.end(), is_certain) || !std::all_of(chosen.begin(), chosen.end(), drops))
    return false;
  end(Disposition::dropped, "drop", at, chosen.back()->uncertainty, {fact_of(v_, *chosen.back())});
  return true;
}

}  // namespace hubproof::net
