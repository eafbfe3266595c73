// The walk of one packet: state and steps of trace(). Each step appends hops and either moves the packet or ends the
// walk.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/net/appliance.h"
#include "engine/net/firewall_rules.h"
#include "engine/net/trace_recorder.h"
#include "engine/net/virtual_hub.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

class Walker : TraceRecorder {
 public:
  /// `request`: what the packet answers; nullptr: a new flow.
  Walker(const model::View& view, const Flow& flow, const Trace* request = nullptr);
  /// 168.63.129.16 and 169.254.169.254, which answer on the host of the sender.
  static bool is_of_platform(Ipv4 address);
  Trace run();

 private:
  // walker.cpp: emission and routing
  void emit(const model::Subnet& subnet, const model::NetworkInterface* nic, bool filters);
  void route(const model::Subnet& subnet, const model::NetworkInterface* nic);
  bool joins(const model::Peering& peering, Ipv4 stop);
  bool is_private_gateway_in(const model::Subnet& subnet) const;
  bool drop_either_way(const std::vector<const Route*>& chosen, const Place& at);
  /// As settle(), when no route whose prefixes are not known may decide.
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

  // walker_delivery.cpp: who has the address
  void deliver(model::ResourceId vnet);
  void deliver_in(const model::Subnet& subnet);
  void deliver_to_endpoint(const model::PrivateEndpoint& endpoint);
  void deliver_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend);
  void deliver_to_member(model::ResourceId ip_configuration);

  // walker_firewall.cpp: what firewalls do with the packet, and who filters it
  void deliver_to_firewall(const model::AzureFirewall& firewall);
  void through_firewall(const model::AzureFirewall& firewall, bool is_for_firewall);
  void arrive_at_firewall(model::ResourceId device, model::ResourceId vnet);
  FirewallResult ask(const model::AzureFirewall& firewall, bool is_for_firewall) const;
  /// False when the walk ended.
  bool translate(const model::AzureFirewall& firewall, const FirewallResult& result);
  bool may_leave_firewall(const Place& at, bool has_nat_gateway);
  /// A firewall put its own address in the place of the source, and left the destination.
  bool is_source_translated() const;
  void leave_firewall(const model::AzureFirewall& firewall, bool is_translated);
  void return_through(const model::AzureFirewall& firewall, bool is_for_firewall);
  void return_from_endpoint();
  /// The packet goes to the address that the firewall put in the place of the request's source.
  bool is_translated_by(const model::AzureFirewall& firewall) const;
  /// The groups of the point let the packet in or out; false when the walk ended.
  bool passes(model::Direction direction, const FilterPoint& point, const Place& at);
  FilterResult filtered(model::Direction direction, const FilterPoint& point) const;

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

  /// True (and the walk ended) when the packet was at `at` before with the same header.
  bool is_back(const Place& at);

  Packet packet_;
  const Trace* request_;
  AddressSet sources_;        ///< after a firewall translated it: packet_.source stands for one of these
  bool needs_group_ = false;  ///< came by a frontend that the pages call closed until a group allows, or open
  std::vector<std::pair<model::ResourceId, Packet>> seen_;
};

/// walker_ipv6.cpp: the same walk in the other packet space. Precondition: both addresses are IPv6.
Trace trace_v6(const model::View& view, const Flow& flow);

}  // namespace hubproof::net
