// The walk of one packet: state and steps of trace(). Each step appends hops and either moves the packet or ends the
// walk.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/net/appliance.h"
#include "engine/net/filter.h"
#include "engine/net/trace.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::net {

class Walker {
 public:
  Walker(const model::View& view, const Flow& flow);
  Trace run();

 private:
  // walker.cpp: emission and routing
  void emit(const model::Subnet& subnet, const model::NetworkInterface* nic, bool filters);
  void route(const model::Subnet& subnet, const model::NetworkInterface* nic);
  /// The one route that decides, told as a hop at `at`; nothing when the walk ended.
  bool joins(const model::Peering& peering, Ipv4 stop);
  bool is_private_gateway_in(const model::Subnet& subnet) const;
  bool drop_either_way(const std::vector<const Route*>& chosen, const Place& at);
  std::optional<Route> choose(const RouteSet& set, const Place& at);
  bool may_be_decided_by_unknown(const RouteSet& set, const std::vector<const Route*>& chosen);
  void forward(const model::Subnet& subnet, const model::NetworkInterface* nic, const Route& route);
  void to_internet(const model::Subnet& subnet, const model::NetworkInterface* nic, const Route& route);
  void to_gateway(const model::Subnet& subnet, const Route& route);
  void to_appliance(const model::Subnet& subnet, const Route& route);
  /// Over the peering between two VNets; false when the walk ended.
  /// `stop`: where the packet is going in the network `to`, itself or its next hop.
  bool cross(const model::Subnet& from, model::ResourceId to, Ipv4 stop);
  bool cross_by(const model::Peering& peering, const PeeringLink& link);
  bool allow(const FilterResult& result, const Place& at, std::string_view direction);

  // walker_delivery.cpp: who has the address
  void deliver(model::ResourceId vnet);
  void deliver_in(const model::Subnet& subnet);
  void deliver_to_endpoint(const model::PrivateEndpoint& endpoint);
  void deliver_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend);
  void deliver_to_firewall(const model::AzureFirewall& firewall);
  void deliver_to_member(model::ResourceId ip_configuration);
  void through_firewall(const model::AzureFirewall& firewall, bool is_for_firewall);
  void arrive_at_firewall(model::ResourceId device, model::ResourceId vnet);

  // walker_virtual_hub.cpp: hubs of virtual WANs
  void to_virtual_hub(const model::Subnet& subnet, const Route& route);
  void follow_hub_route(const HubRouting& from, const Route& route);
  void inspect_in_hub(const model::FirewallRole& role);
  void leave_hub_firewall(const model::AzureFirewall& firewall);
  void to_hub_connection(const HubRouting& from, const model::HubConnection& connection, bool is_inspected);
  void to_branch(const HubRouting& from, bool is_inspected);
  bool is_uninspected_endpoint();
  void start_at_hub(model::ResourceId hub);

  // walker_entry.cpp: where the packet starts
  void start();
  void start_on_premises();
  void start_on_internet();
  void enter_at_public_ip(const model::PublicIp& address);

  void end(Disposition disposition, std::string decision, const Place& at, std::string note,
           std::vector<model::Fact> facts = {});
  void give_up(const Place& at, std::string why, std::vector<model::Fact> facts = {});
  Hop& hop(const Place& at, std::string decision, std::string note);
  void enter_vnet(model::ResourceId vnet);
  bool is_ended() const { return is_ended_; }
  /// True (and the walk ended) when the packet was at `at` before with the same header.
  bool is_back(const Place& at);

  const model::View& v_;
  const model::Estate& e_;
  Packet packet_;
  Trace trace_;
  bool is_ended_ = false;
  bool needs_group_ = false;  ///< came by a frontend that the pages call closed until a group allows, or open
  std::vector<std::pair<model::ResourceId, Packet>> seen_;
};

/// walker_ipv6.cpp: the same walk in the other packet space. Precondition: both addresses are IPv6.
Trace trace_v6(const model::View& view, const Flow& flow);

}  // namespace hubproof::net
