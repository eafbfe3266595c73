// Routes in words: the names of their sources and next hops, and the configuration value that makes each.
#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "engine/core/text.h"
#include "engine/net/route_collection.h"

namespace hubproof::net {

using model::Fact;
using model::View;

std::string_view name(RouteSource source) {
  switch (source) {
    case RouteSource::user: return "User";
    case RouteSource::bgp: return "VirtualNetworkGateway";
    case RouteSource::system: return "Default";
  }
  return "Default";
}

std::string_view name(NextHop::Kind kind) {
  switch (kind) {
    case NextHop::Kind::vnet_local: return "VnetLocal";
    case NextHop::Kind::peering: return "VNetPeering";
    case NextHop::Kind::connected_group: return "ConnectedGroup";
    case NextHop::Kind::internet: return "Internet";
    case NextHop::Kind::gateway: return "VirtualNetworkGateway";
    case NextHop::Kind::appliance: return "VirtualAppliance";
    case NextHop::Kind::service_endpoint: return "VirtualNetworkServiceEndpoint";
    case NextHop::Kind::private_endpoint: return "InterfaceEndpoint";
    // As effective routes of a network on a hub print it.
    // source: learn.microsoft.com/azure/virtual-wan/effective-routes-virtual-hub
    case NextHop::Kind::virtual_hub: return "VirtualNetworkGateway";
    case NextHop::Kind::none: return "None";
    case NextHop::Kind::unknown: return "Unknown";
  }
  return "Unknown";
}

namespace {

template <class Block>
std::string user_value(const View& view, const BasicRoute<Block>& route) {
  const auto* table = view.estate.find<model::RouteTable>(route.origin.resource);
  if (table == nullptr || route.origin.index >= table->routes.size()) return to_string(route.prefix);
  const model::Route& own = table->routes[route.origin.index];
  const std::string_view type = model::name(own.next_hop);
  const std::string where = own.service_tag.empty()
                                ? to_string(route.prefix)
                                : fmt::format("{} ({})", text::printable(own.service_tag), to_string(route.prefix));
  const bool has_address = route.next_hop.kind == NextHop::Kind::appliance && std::is_same_v<Block, Prefix>;
  if (!has_address) return fmt::format("{} -> {}", where, type);
  return fmt::format("{} -> {} {}", where, type, to_string(route.next_hop.address));
}

std::string peering_state(const View& view, model::ResourceId id) {
  const auto* peering = view.estate.find<model::Peering>(id);
  return peering != nullptr && peering->state.is_known() ? std::string(model::name(peering->state.value())) : "?";
}

}  // namespace

std::string_view service_tag_of(const View& view, const Route& route) {
  if (route.tag_rank == 0) return {};
  const auto* table = view.estate.find<model::RouteTable>(route.origin.resource);
  return table->routes[route.origin.index].service_tag;
}

Fact teaching_of(const View& view, const RouteOrigin& origin) {
  if (origin.kind == RouteOrigin::Kind::unplaced_gateway)
    return {origin.resource, "/properties/ipConfigurations", "absent"};
  if (origin.kind == RouteOrigin::Kind::gateway) return {origin.resource, "", "gateway in this virtual network"};
  const auto* peering = view.estate.find<model::Peering>(origin.resource);
  const bool is_known = peering != nullptr && peering->use_remote_gateways.is_known();
  return {origin.resource, "/properties/useRemoteGateways", is_known ? "true" : "unreadable"};
}

bool may_be_taught_by_server(const View& view, const RouteOrigin& origin) {
  const model::Estate& e = view.estate;
  if (origin.kind != RouteOrigin::Kind::remote_gateway) {
    const auto* gateway = e.find<model::Gateway>(origin.resource);
    return gateway != nullptr && gateway->is_route_server;
  }
  const auto* peering = e.find<model::Peering>(origin.resource);
  if (peering == nullptr) return false;
  const auto there = e.gateways_by_vnet.of(peering->remote);
  return std::any_of(there.begin(), there.end(),
                     [&](const auto& entry) { return e.tables().gateways[entry.second].is_route_server; });
}

std::string teacher_of(const View& view, const RouteOrigin& origin) {
  if (origin.kind == RouteOrigin::Kind::unplaced_gateway)
    return fmt::format("gateway {} does not say in which network it stands; it", shown(view, origin.resource));
  if (origin.kind == RouteOrigin::Kind::gateway) return fmt::format("gateway {}", shown(view, origin.resource));
  const auto* peering = view.estate.find<model::Peering>(origin.resource);
  return fmt::format("the gateway of {}", shown(view, peering == nullptr ? model::ResourceId() : peering->remote));
}

namespace {

template <class Block>
Fact fact_of_route(const View& view, const BasicRoute<Block>& route) {
  const model::ResourceId resource = route.origin.resource;
  switch (route.origin.kind) {
    case RouteOrigin::Kind::system:
      return {resource, "", fmt::format("system route {} -> {}", to_string(route.prefix), name(route.next_hop.kind))};
    case RouteOrigin::Kind::address_space:
      return {resource, "/properties/addressSpace/addressPrefixes", to_string(route.prefix)};
    case RouteOrigin::Kind::user:
      return {resource, fmt::format("/properties/routes/{}", route.origin.index), user_value(view, route)};
    case RouteOrigin::Kind::peering: return {resource, "/properties/peeringState", peering_state(view, resource)};
    case RouteOrigin::Kind::connected_group:
      return {resource, "/properties", fmt::format("{} -> ConnectedGroup", to_string(route.prefix))};
    case RouteOrigin::Kind::endpoint:
      return {resource, "/properties/networkInterfaces",
              fmt::format("{} -> InterfaceEndpoint", to_string(route.prefix))};
    case RouteOrigin::Kind::hub_range: return {resource, "/properties/addressPrefix", to_string(route.prefix)};
    case RouteOrigin::Kind::hub_policy:
      return {resource, fmt::format("/properties/routingPolicies/{}", route.origin.index),
              fmt::format("{} -> {}", to_string(route.prefix), to_string(route.next_hop.address))};
    case RouteOrigin::Kind::hub_table:
      return {resource, fmt::format("/properties/routes/{}", route.origin.index), to_string(route.prefix)};
    case RouteOrigin::Kind::hub_connection:
      return {resource, "/properties/remoteVirtualNetwork/id", to_string(route.prefix)};
    case RouteOrigin::Kind::hub_branch:
      return {resource, "", fmt::format("declared learned prefix {}", to_string(route.prefix))};
    case RouteOrigin::Kind::gateway:
    case RouteOrigin::Kind::unplaced_gateway:
    case RouteOrigin::Kind::remote_gateway: {
      Fact out = teaching_of(view, route.origin);
      out.value = fmt::format("declared learned prefix {}", to_string(route.prefix));
      return out;
    }
  }
  return {resource, "", to_string(route.prefix)};
}

}  // namespace

Fact fact_of(const View& view, const Route& route) { return fact_of_route(view, route); }
Fact fact_of(const View& view, const Route6& route) { return fact_of_route(view, route); }

}  // namespace hubproof::net
