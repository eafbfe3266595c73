// Where something may stand whose row does not say so, or that the export does not hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"

namespace hubproof::net {

/// True when `owner` (the ARM id of an interface, scale set, node pool, application gateway, load balancer) may have
/// something in `vnet`: a subnet of it names the owner, or no subnet of the export does and nothing else speaks against
/// it. An empty owner may stand anywhere.
bool may_stand_in(const model::View& view, std::string_view owner, const model::VirtualNetwork& vnet);

/// A public address that is in use, and whose owner the export does not hold or does not place in a network.
struct StrayAddress {
  const model::PublicIp* address = nullptr;
  std::string_view owner;  ///< its ARM id; empty: what uses the address was not understood
  std::string type;        ///< ARM type of the owner, lower case
};
/// Without those of what has no way in of this kind: gateways of VPN and ExpressRoute, Bastion, NAT, route servers, API
/// Management, whose own rows tell.
std::vector<StrayAddress> stray_addresses(const model::View& view);

/// What hides members of the balancer's pools: a part of its row that was not understood, a pool that its row does not
/// show, children in rows of their own. Empty: the row shows all but those that interfaces and scale sets tell of.
/// Members may then be given by their address alone; all others are virtual machines and scale sets.
/// source: learn.microsoft.com/azure/load-balancer/backend-pool-management
std::string hidden_members(const model::View& view, const model::LoadBalancer& balancer);

/// True when a frontend is public, or may be because the frontends were not understood.
bool may_be_public(const model::LoadBalancer& balancer);

/// The interface of every machine of a pool, as far as filters ask: without an address, so that any application
/// security group may hold it.
model::NetworkInterface interface_of(const model::MachinePool& pool, const model::MachinePool::Interface& from);

}  // namespace hubproof::net
