// The parts of transit_ipv6() and what they share.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/net/placement.h"
#include "engine/net/reach_ipv6.h"
#include "engine/net/transit_ipv6.h"
#include "engine/net/transit_parts.h"

namespace hubproof::net {

/// "::/0 -> Internet"
std::string route_word(const Route6& route);
Ranges6 ranges_of(const model::Subnet& subnet);
/// The route table of the subnet, as a fact.
model::Fact table_fact(const model::View& view, const model::Subnet& subnet);

/// State of one spoke's analysis.
class TransitRun6 {
 public:
  TransitRun6(const model::View& view, const model::SpokeRole& role);
  TransitResult run();

 private:
  /// Packets on their way between two subnets, and what the filters leave of them.
  struct Landing6 {
    Ternary passes = Ternary::no;
    std::vector<std::string> places;  ///< "fd00::/64 (snet-app)"
    std::optional<Packet6> example;
    std::string reason;
  };

  // transit_ipv6.cpp
  void leaves(const model::Subnet& subnet);
  void judge_leaving(const model::Subnet& subnet, const Share6& share);
  void to_peer(const model::Subnet& subnet, const Share6& share);
  void to_internet(const model::Subnet& subnet, const Share6& share);
  void land(const model::Subnet& sender, const model::Subnet& target, const Ranges6& destinations, Landing6& landing);
  bool is_destination(const model::Subnet& target);
  void overlaps();

  // transit_ipv6_enters.cpp
  void enters();
  void enters_from(const model::VirtualNetwork& vnet, const model::Peering& peering);
  void enters_from(const model::Subnet& subnet, const PeeringLink& link);
  void judge_entering(const model::Subnet& subnet, const Share6& share, const PeeringLink& link);
  bool sends_into_spokes(const model::Subnet& subnet) const;

  // transit_ipv6_internet.cpp
  struct Entry6 {
    const model::Subnet* subnet = nullptr;
    const model::NetworkInterface* nic = nullptr;
    std::optional<Ipv6> target;  ///< private address; nothing: any of the subnet
    model::ResourceId public_ip;
    std::string what;
    model::Fact fact;
    bool is_closed_by_default = false;
    std::string doubt;
  };
  void internet_enters();
  void by_interfaces(const model::Subnet& subnet);
  void by_balancer(const model::LoadBalancer& balancer);
  void by_gateway(const model::ApplicationGateway& gateway);
  void by_pool(const model::MachinePool& pool);
  void tell(const Entry6& entry);

  void uncertain(Bypass::Way way, const model::Subnet* from, NextHop next_hop, std::vector<model::Fact> facts,
                 std::string reason);
  void witnessed(Bypass bypass, const std::optional<Packet6>& example, const Place& from);
  model::SubnetIndex index(const model::Subnet& subnet) const { return model::SubnetIndex(e_.index_of(subnet)); }
  /// What starts at `first` is not certain: whether anybody sends it is not.
  void doubt_sender(std::size_t first, const std::string& why);
  std::string perhaps_silent(const model::Subnet& subnet) const;

  const model::View& v_;
  const model::Estate& e_;
  const model::SpokeRole& role_;
  const model::VirtualNetwork& vnet_;
  std::vector<const model::Subnet*> subnets_;  ///< of the spoke, with an IPv6 prefix
  TransitResult result_;
  std::set<std::string> assumptions_;
};

}  // namespace hubproof::net
