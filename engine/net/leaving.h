// Transit, first half: for every subnet of the spoke and every IPv4 destination, where the packet goes next.
// source: azure-semantics.md 1.4 (peering bypass), 11 recipe 2
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/net/transit_parts.h"

namespace hubproof::net {

class Leaving {
 public:
  explicit Leaving(TransitRun& run);
  void subnet(const model::Subnet& subnet);

 private:
  /// Destinations that one route decides: for sure, or (with a doubt) unless an uncertain route does.
  struct Share {
    const Route* route = nullptr;
    AddressSet destinations;
    std::string doubt;
  };
  /// What the subnets of one route table have in common, unless a peering joins only some of them.
  struct TableRoutes {
    RouteSet set;
    std::vector<Share> shares;
    bool overrides_endpoints = false;  ///< user routes displace every /32 of a peered network's endpoints for sure
  };
  /// A subnet of a peered network that holds private endpoints.
  struct EndpointSubnet {
    const model::Subnet& subnet;
    const model::VirtualNetwork& vnet;
    const PeeringLink& link;
  };
  /// What the /32 routes of an EndpointSubnet reach.
  struct EndpointReach {
    AddressSet direct;
    AddressSet doubtful;  ///< whether a user route displaces the /32 is not certain
    std::vector<std::string> names;
  };

  static std::vector<Share> shares_of(const std::vector<Segment>& segments);
  const TableRoutes& routes_of(const model::Subnet& subnet);
  void judge(const model::Subnet& subnet, const Share& share);
  void to_peer(const model::Subnet& subnet, const Share& share);
  /// What the subnets of an adjacent network let in of the destinations; the platform's are left out. Tells when
  /// nothing known lets them in and not all subnets are known.
  Landing land_in_peer(const model::Subnet& subnet, const Share& share, const model::VirtualNetwork& remote);
  /// As add_witnessed(), in doubt when the landing is.
  bool tell_landing(const model::Subnet& subnet, Bypass bypass, const Landing& landing);
  void to_internet(const model::Subnet& subnet, const Share& share);
  void private_to_internet(const model::Subnet& subnet, const Share& share);
  void to_gateway(const model::Subnet& subnet, const Share& share);
  void to_appliance(const model::Subnet& subnet, const Share& share);
  void to_virtual_hub(const model::Subnet& subnet, const Share& share);
  void to_hub_connection(const model::Subnet& subnet, const Share& share);
  void to_branch(const model::Subnet& subnet, const Share& share);
  template <class Visit>
  void for_each_endpoint_subnet(Visit visit);
  std::vector<const Route*> user_routes_into(const RouteSet& set, const model::Subnet& target) const;
  Ternary override_of(const std::vector<const Route*>& users, const EndpointSubnet& target, Prefix where) const;
  Ternary override_of_hidden(const std::vector<const Route*>& users, const EndpointSubnet& target) const;
  bool overrides_all(const RouteSet& set, const EndpointSubnet& target);
  bool overrides_all(const RouteSet& set);
  void to_endpoints(const model::Subnet& subnet, const TableRoutes& routes);
  EndpointReach reach_of(const RouteSet& set, const EndpointSubnet& target);
  void tell_endpoints(const model::Subnet& subnet, const EndpointSubnet& target, const EndpointReach& found,
                      bool is_doubtful);
  void unknown(const model::Subnet& subnet, const UnknownRoutes& unknown);
  bool is_accepted_for_apim(const model::Subnet& subnet, const NextHop& next_hop, std::string_view tag);
  Bypass bypass(const model::Subnet& subnet, AddressSet destinations, const NextHop& next_hop,
                std::vector<model::Fact> facts, std::string reason) const;
  model::SubnetIndex index(const model::Subnet& subnet) const { return model::SubnetIndex(e_.index_of(subnet)); }

  TransitRun& run_;
  const model::View& v_;
  const model::Estate& e_;
  AddressSet own_;
  AddressSet peer_told_;    ///< of the subnet at hand: what goes or may go around over a peering
  AddressSet peer_bypass_;  ///< of the subnet at hand: what certainly goes around over a peering
  const bool differs_by_subnet_;
  /// By the route table, and by the subnet where routes differ by it.
  std::map<std::pair<model::ResourceId, model::ResourceId>, TableRoutes> by_table_;
};

/// "0.0.0.0/0 -> Internet"
std::string route_word(const Route& route);

}  // namespace hubproof::net
