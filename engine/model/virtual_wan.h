// Virtual WANs, their hubs, and what decides where a hub sends packets: connections, route tables, routing intent.
// source: learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing, .../how-to-routing-policies,
// azure-semantics.md 7.3
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/setting.h"
#include "engine/value/prefix.h"

namespace hubproof::model {

class Estate;
struct Peering;

struct VirtualWan : Entity {
  std::vector<ResourceId> hubs;  ///< read-only list of all its hubs, also of those that the export does not hold
  friend bool operator==(const VirtualWan&, const VirtualWan&) = default;
};

/// A hub of a virtual WAN. (A Route Server is a Gateway, though its ARM type is the same.)
struct VirtualHub : Entity {
  ResourceId wan;  ///< unset: a hub that says no WAN
  ResourceId firewall;
  std::optional<Prefix> prefix;
  bool has_gateway = false;  ///< names a gateway of VPN, ExpressRoute or point-to-site users
  friend bool operator==(const VirtualHub&, const VirtualHub&) = default;
};

/// hubVirtualNetworkConnections: a virtual network on a hub.
struct HubConnection : Entity {
  ResourceId hub;  ///< parent
  ResourceId vnet;
  Setting<bool> internet_security;     ///< enableInternetSecurity: takes the hub's default route
  ResourceId table;                    ///< associatedRouteTable; unset: the hub's defaultRouteTable
  bool names_propagation = false;      ///< has propagatedRouteTables; false: the default table and label
  std::vector<ResourceId> propagates;  ///< propagatedRouteTables.ids
  std::vector<std::string> labels;     ///< propagatedRouteTables.labels
  std::vector<Prefix> static_routes;   ///< to an appliance inside `vnet`
  friend bool operator==(const HubConnection&, const HubConnection&) = default;
};

struct HubRouteTable : Entity {
  struct Route {
    std::string name;
    std::vector<Prefix> prefixes;
    ResourceId next_hop;      ///< a firewall, a connection, ...
    std::uint32_t index = 0;  ///< in its array: /properties/routes/<index>
    friend bool operator==(const Route&, const Route&) = default;
  };
  ResourceId hub;  ///< parent
  std::vector<std::string> labels;
  std::vector<Route> routes;
  friend bool operator==(const HubRouteTable&, const HubRouteTable&) = default;
};

struct RoutingIntent : Entity {
  struct Policy {
    bool is_private = false;   ///< PrivateTraffic
    bool is_internet = false;  ///< Internet
    ResourceId next_hop;
    friend bool operator==(const Policy&, const Policy&) = default;
  };
  ResourceId hub;  ///< parent
  std::vector<Policy> policies;
  friend bool operator==(const RoutingIntent&, const RoutingIntent&) = default;
};

/// The name of the virtual hub whose hidden network `vnet` is ("HV_<hub>_<guid>" in a group "RG_..."), or empty.
/// Networks on a hub show a peering to it.
std::string_view hidden_hub(const Estate& estate, ResourceId vnet);

/// The connection that a peering stands for: its remote is the hidden network of a hub, and the export holds that hub
/// and the connection. nullptr for every other peering.
const HubConnection* hub_connection(const Estate& estate, const Peering& peering);

/// True for the ARM types (lower case) of what joins a hub with branches: gateways of VPN, ExpressRoute and
/// point-to-site users, and their connections.
bool is_branch_type(std::string_view type);

/// The hub has branches: it names a gateway, or a gateway of the export names it.
bool has_branches(const Estate& estate, const VirtualHub& hub);

/// A route table of the name: "defaultRouteTable", "noneRouteTable".
bool is_hub_table(const Estate& estate, ResourceId table, std::string_view name);

}  // namespace hubproof::model
