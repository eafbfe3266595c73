// Virtual networks and what stands in them. Each struct is one ARM resource (or embedded child) as it was read; ids
// may name resources that the export does not hold.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/enums.h"
#include "engine/model/setting.h"
#include "engine/value/port_range.h"
#include "engine/value/prefix.h"

namespace hubproof::model {

using VnetIndex = Id<struct VnetTag>;      ///< into Tables::virtual_networks
using SubnetIndex = Id<struct SubnetTag>;  ///< into Tables::subnets

struct VirtualNetwork : Entity {
  std::string location;
  std::vector<Prefix> address_space;
  std::vector<Prefix6> address_space_v6;
  std::vector<std::string> dns_servers;       ///< dhcpOptions.dnsServers as spelled; empty = Azure-provided DNS
  bool high_scale_private_endpoints = false;  ///< privateEndpointVNetPolicies = Basic
  bool lists_peerings = true;                 ///< as lists_subnets
  bool lists_subnets = true;                  ///< false: the row has no list of subnets, not even an empty one
  friend bool operator==(const VirtualNetwork&, const VirtualNetwork&) = default;
};

struct Subnet : Entity {
  ResourceId vnet;  ///< parent, also when the parent is not in the export
  boost::container::small_vector<Prefix, 1> prefixes;
  std::vector<Prefix6> prefixes_v6;
  ResourceId route_table;
  ResourceId network_security_group;
  ResourceId nat_gateway;
  std::vector<std::string> service_endpoints;  ///< "Microsoft.Storage", ...
  std::vector<std::string> delegations;        ///< serviceName of each
  Setting<PrivateEndpointPolicies> private_endpoint_policies;
  Setting<bool> default_outbound_access;
  std::vector<ResourceId> attached;  ///< top-level owners of subnet.properties.ipConfigurations (NICs, gateways, ...)
  friend bool operator==(const Subnet&, const Subnet&) = default;
};

struct Peering : Entity {
  ResourceId vnet;  ///< the side that this object sits on
  ResourceId remote;
  Setting<PeeringState> state;
  Setting<PeeringSyncLevel> sync_level;
  Setting<bool> allow_access;                        ///< allowVirtualNetworkAccess, absent = true
  Setting<bool> allow_forwarded;                     ///< allowForwardedTraffic, absent = false
  Setting<bool> allow_gateway_transit;               ///< absent = false
  Setting<bool> use_remote_gateways;                 ///< absent = false
  Setting<bool> complete_vnets;                      ///< peerCompleteVnets, absent = true
  Setting<bool> only_v6;                             ///< enableOnlyIPv6Peering, absent = false
  std::vector<std::string> local_subnets;            ///< localSubnetNames: what is joined if not the whole networks
  std::vector<std::string> remote_subnets;           ///< remoteSubnetNames
  std::vector<Prefix> remote_address_space;          ///< as last synced
  std::vector<Prefix> remote_current_address_space;  ///< remoteVirtualNetworkAddressSpace
  std::vector<Prefix6> remote_address_space_v6;
  std::vector<Prefix6> remote_current_address_space_v6;
  /// Set: there is no peering object; a network manager's connectivity configuration joins the two as a connected
  /// group. `id` is the row that says so.
  ResourceId connected_group;
  friend bool operator==(const Peering&, const Peering&) = default;
};

struct Route {
  std::string name;
  std::optional<AnyPrefix> prefix;  ///< empty for a service-tag route
  std::string service_tag;          ///< addressPrefix when it is not a prefix
  NextHopType next_hop = NextHopType::none;
  boost::container::small_vector<Ipv4, 1> next_hop_addresses;  ///< of VirtualAppliance (one) and VirtualApplianceEcmp
  bool next_hop_is_v6 = false;                                 ///< the next hop is an IPv6 address (not kept)
  bool has_bgp_override = false;
  bool is_usable = true;  ///< false: some part could not be read; the route may be anything
  friend bool operator==(const Route&, const Route&) = default;
};

struct RouteTable : Entity {
  Setting<bool> disable_bgp_propagation;  ///< absent = false
  bool disable_peering_route = false;     ///< disablePeeringRoute = All
  std::vector<Route> routes;              ///< in the order of the export: pointer is /properties/routes/<index>
  friend bool operator==(const RouteTable&, const RouteTable&) = default;
};

/// One term of a rule's source or destination.
struct AddressTerm {
  enum class Kind : std::uint8_t { any, prefix, prefix6, tag, asg, unread };
  Kind kind = Kind::any;
  Prefix prefix;  ///< kind prefix
  /// Kinds tag and unread (what was met): into Tables::service_tags; prefix6: into Tables::prefixes_v6; asg: of its id.
  std::uint32_t index = 0;
  ResourceId asg() const { return ResourceId(index); }
  friend bool operator==(const AddressTerm&, const AddressTerm&) = default;
};
using AddressTerms = boost::container::small_vector<AddressTerm, 1>;
using PortRanges = boost::container::small_vector<PortRange, 1>;

struct SecurityRule {
  std::string name;
  std::uint16_t priority = 0;
  Direction direction = Direction::inbound;
  Access access = Access::deny;
  Protocol protocol = Protocol::any;
  bool is_usable = true;       ///< false: some part could not be read
  bool is_default = false;     ///< from defaultSecurityRules
  std::uint16_t position = 0;  ///< in its array: /properties/securityRules/<position>
  AddressTerms sources;
  AddressTerms destinations;
  PortRanges source_ports;
  PortRanges destination_ports;
  friend bool operator==(const SecurityRule&, const SecurityRule&) = default;
};

/// Default rules equal to Azure's own six are not stored: net::default_rules() has them, and Azure always applies them.
struct NetworkSecurityGroup : Entity {
  std::vector<SecurityRule> rules;
  friend bool operator==(const NetworkSecurityGroup&, const NetworkSecurityGroup&) = default;
};

struct ApplicationSecurityGroup : Entity {
  friend bool operator==(const ApplicationSecurityGroup&, const ApplicationSecurityGroup&) = default;
};

struct IpConfiguration {
  ResourceId id;
  ResourceId subnet;
  bool is_v6 = false;  ///< privateIPAddressVersion = IPv6
  std::optional<Ipv4> address;
  std::optional<Ipv6> address_v6;
  ResourceId public_ip;     ///< IPv4, or of a family that the export does not show
  ResourceId public_ip_v6;  ///< set by model/reconcile
  boost::container::small_vector<ResourceId, 1> application_security_groups;
  boost::container::small_vector<ResourceId, 1> load_balancer_pools;
  friend bool operator==(const IpConfiguration&, const IpConfiguration&) = default;
};

struct NetworkInterface : Entity {
  boost::container::small_vector<IpConfiguration, 1> ip_configurations;
  ResourceId network_security_group;
  ResourceId private_endpoint;  ///< set when Azure made this NIC for a private endpoint
  ResourceId virtual_machine;
  bool ip_forwarding = false;
  std::vector<std::string> dns_servers;  ///< dnsSettings.dnsServers as spelled
  friend bool operator==(const NetworkInterface&, const NetworkInterface&) = default;
};

/// Machines that are no rows of their own: the instances of a scale set, or the nodes of an AKS node pool.
struct MachinePool : Entity {
  /// What every instance gets.
  struct Interface {
    ResourceId subnet;  ///< unset: not stated, or not understood
    ResourceId network_security_group;
    boost::container::small_vector<ResourceId, 1> load_balancer_pools;
    bool has_public_address = false;  ///< an address of its own for each instance, which no other row lists
    friend bool operator==(const Interface&, const Interface&) = default;
  };
  ResourceId cluster;  ///< of node pools; the pool of a cluster row has the cluster's id
  std::vector<Interface> interfaces;
  friend bool operator==(const MachinePool&, const MachinePool&) = default;
};

struct PublicIp : Entity {
  bool is_v6 = false;  ///< publicIPAddressVersion = IPv6
  std::optional<Ipv4> address;
  std::optional<Ipv6> address_v6;
  bool is_standard = true;  ///< sku.name Standard (absent = Basic)
  ResourceId owner;         ///< id of the ipConfiguration it is attached to
  friend bool operator==(const PublicIp&, const PublicIp&) = default;
};

struct NatGateway : Entity {
  ResourceId source_vnet;           ///< sourceVirtualNetwork (StandardV2), else unset
  std::vector<ResourceId> subnets;  ///< back references; the subnet's own natGateway decides
  bool has_v6 = false;              ///< has public IPv6 addresses or prefixes
  friend bool operator==(const NatGateway&, const NatGateway&) = default;
};

/// A VPN or ExpressRoute gateway, or a Route Server: something that may teach a VNet routes that no export holds.
struct Gateway : Entity {
  Setting<GatewayType> type;  ///< absent for a Route Server
  bool is_route_server = false;
  std::vector<ResourceId> subnets;
  friend bool operator==(const Gateway&, const Gateway&) = default;
};

struct LoadBalancer : Entity {
  struct Frontend {
    ResourceId id;
    ResourceId subnet;
    std::optional<Ipv4> address;
    std::optional<Ipv6> address_v6;
    ResourceId public_ip;     ///< IPv4, or of a family that the export does not show
    ResourceId public_ip_v6;  ///< set by model/reconcile
    friend bool operator==(const Frontend&, const Frontend&) = default;
  };
  /// A load balancing rule, an inbound NAT rule or pool.
  struct Rule {
    std::string name;
    ResourceId frontend;
    ResourceId backend_pool;  ///< or the target ipConfiguration of an inbound NAT rule, or the inbound NAT pool itself
    Protocol protocol = Protocol::any;
    PortRange frontend_ports;
    std::uint16_t backend_port = 0;            ///< 0: not stated, as the frontend's
    bool is_balancing = false;                 ///< of loadBalancingRules
    Setting<bool> disable_outbound_snat = {};  ///< of a load balancing rule; absent = false
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  bool is_standard = true;
  std::vector<Frontend> frontends;
  std::vector<Rule> rules;
  /// An outbound rule: whose packets leave from which frontends.
  struct Outbound {
    std::vector<ResourceId> frontends;
    ResourceId pool;
    Protocol protocol = Protocol::any;
    friend bool operator==(const Outbound&, const Outbound&) = default;
  };
  bool has_outbound_rules = false;
  std::vector<Outbound> outbound_rules;
  std::vector<ResourceId> pools;                                ///< backend pools that the row shows
  std::vector<std::pair<ResourceId, ResourceId>> pool_members;  ///< (backend pool, member ipConfiguration)
  /// A member that is given by its address alone.
  struct AddressMember {
    ResourceId pool;
    Ipv4 address;
    ResourceId vnet;  ///< unset: not stated
    friend bool operator==(const AddressMember&, const AddressMember&) = default;
  };
  std::vector<AddressMember> address_members;
  friend bool operator==(const LoadBalancer&, const LoadBalancer&) = default;
};

struct BastionHost : Entity {
  ResourceId subnet;
  bool is_public = false;  ///< has a public address: its private one is no entry (a private-only host has none)
  friend bool operator==(const BastionHost&, const BastionHost&) = default;
};

}  // namespace hubproof::model
