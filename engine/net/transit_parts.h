// The two halves of transit() and what they share.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/net/appliance.h"
#include "engine/net/endpoint_subnets.h"
#include "engine/net/placement.h"
#include "engine/net/reach.h"
#include "engine/net/route_collection.h"
#include "engine/net/transit.h"

namespace hubproof::net {

/// What the spokes of one estate ask of again and again.
struct TransitShared {
  explicit TransitShared(const model::View& of);
  const model::View& view;
  const std::vector<StrayAddress> strays;
  /// An interface of a private endpoint that the export does not place where the interface stands.
  struct LostEndpoint {
    std::uint32_t subnet = 0;  ///< into Tables::subnets
    std::uint32_t nic = 0;     ///< into Tables::network_interfaces
  };
  std::multimap<model::ResourceId, LostEndpoint> lost_endpoints;  ///< by VNet
  /// endpoint_addresses() of an element of Tables::private_endpoints.
  const std::vector<Ipv4>& addresses_of(std::uint32_t endpoint);
  /// resolve_appliance().
  const Appliance& appliance_at(model::VnetIndex from, Ipv4 address);
  /// The peerings (into Tables::peerings, ascending) of a network for which may_route() holds.
  std::vector<std::uint32_t> peerings_towards(model::ResourceId vnet, const std::vector<Prefix>& window);

 private:
  struct Range {
    Prefix prefix;
    std::uint32_t peering = 0;
    Ipv4 last;  ///< the last address of this range and those before it
  };
  const std::vector<Range>& ranges_of(model::ResourceId vnet);
  std::map<std::uint32_t, std::vector<Ipv4>> addresses_;
  std::map<std::pair<model::VnetIndex, Ipv4>, Appliance> appliances_;
  std::map<model::ResourceId, std::vector<Range>> ranges_;
};

/// State of one spoke's analysis.
struct TransitRun {
  TransitShared& shared;
  const model::View& view;
  const model::SpokeRole& role;
  const model::VirtualNetwork& vnet;
  TransitResult result;
  std::set<std::string> assumptions;
  AddressSet direct;  ///< declared direct destinations
  enum class LeftOut : std::uint8_t { as_destination, as_source };
  std::set<std::pair<model::ResourceId, LeftOut>> left_out;  ///< platform subnets, each told as an assumption

  /// Whether anybody sends from the subnet is not known: nothing that was told since `first` is certain.
  void doubt_sender(const model::Subnet& subnet, std::size_t first);
  void uncertain(Bypass::Way way, model::SubnetIndex from, AddressSet destinations, NextHop next_hop,
                 std::vector<model::Fact> facts, std::string reason);
};

/// Packets that a peering or a /32 brings into subnets of another VNet around the firewall, and what the filters leave
/// of them.
struct Landing {
  Ternary passes = Ternary::no;
  AddressSet destinations;          ///< those that may be reached
  std::vector<std::string> places;  ///< "10.0.2.0/24 (snet-apim)"
  std::vector<Prefix> prefixes;     ///< whose routes are missing
  std::vector<Packet> examples;     ///< packets that the subnets' groups let pass
  std::string reason;               ///< why it is not certain
};
/// Adds what of `destinations` lies in `target`.
void land(const model::View& view, const model::Subnet& sender, const model::Subnet& target,
          const AddressSet& destinations, Landing& landing);

/// A bypass without a doubt is certain when the tracer shows one of the examples; else it is uncertain and says what
/// the tracer met with the first.
bool add_witnessed(TransitRun& run, Bypass bypass, std::span<const Packet> examples, Place from);
bool add_witnessed(TransitRun& run, Bypass bypass, const std::optional<Packet>& example, Place from);

/// add_witnessed(), unless it is not certain and `told` holds all its destinations: then they are in doubt already.
/// True when it is certain.
bool add_unless_told(TransitRun& run, Bypass bypass, std::span<const Packet> examples, Place from,
                     const AddressSet& told);

/// Leaves open where the endpoints of a network lead whose rows are missing.
void doubt_lost_endpoints(TransitRun& run, model::ResourceId vnet);

/// Who in the subnet may pass on packets that others sent, so that their source is none of the subnet's; empty: nobody.
/// source: learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#enable-or-disable-ip-forwarding
std::string forwarder_in(const model::View& view, const model::Subnet& subnet);
/// reach_out() of a subnet: what its own hosts and what its forwarders send. The latter is never certain.
Reach reach_from(const model::View& view, const model::Subnet& subnet, const AddressSet& destinations);

/// An AzureFirewallSubnet or AzureFirewallManagementSubnet, unless the only firewalls of its VNet are no hub firewalls.
bool is_firewall_subnet(const model::View& view, const model::Subnet& subnet);

/// Its instances are no services of the estate, and pass nothing on around the firewall.
/// source: azure-semantics.md 1.5 (GatewaySubnet, RouteServerSubnet)
bool is_platform_subnet(const model::View& view, const model::Subnet& subnet);

/// A GatewaySubnet of a network in which the export shows no gateway.
bool is_empty_gateway_subnet(const model::View& view, const model::Subnet& subnet);

/// An AzureBastionSubnet whose hosts of the export all have a public address. Users come in there; the instances route
/// nothing, and no route table is allowed. (A private-only host is entered at its private address.)
/// source: learn.microsoft.com/azure/bastion/bastion-faq, .../bastion/private-only-deployment, azure-semantics.md 6.4
bool holds_only_public_bastions(const model::View& view, const model::Subnet& subnet);

/// "10.0.2.0/24 -> 10.0.0.4, ..." for the first few prefixes; empty when no hub of the spoke has a firewall.
std::string expected_routes(const TransitRun& run, const std::vector<Prefix>& prefixes);
/// "a, b and 3 more"
std::string enumeration(const std::vector<std::string>& items);
/// privateEndpointNetworkPolicies: "Enabled", "absent -> Disabled", "unreadable"
std::string policies_of(const model::Subnet& subnet);
/// "rt-spoke" or "(no route table)"
std::string table_of(const model::View& view, const model::Subnet& subnet);

/// The route goes by the router of a virtual hub, past its firewalls, to the network `vnet`.
bool goes_by_router_to(const model::View& view, const Route& route, model::ResourceId vnet);
/// Connections whose networks may reach the spoke by the router of its virtual hub; tells what is doubtful about that.
std::vector<const model::HubConnection*> connections_by_router(TransitRun& run);

/// Packets that leave the spoke.
void find_leaving(TransitRun& run);
/// Packets that enter it from adjacent VNets, gateways and the Internet.
void find_entering(TransitRun& run);
void find_internet_entries(TransitRun& run);

}  // namespace hubproof::net
