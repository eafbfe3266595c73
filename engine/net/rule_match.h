// Whether one security rule, of a group or of a network manager, matches one packet.
#pragma once

#include <vector>

#include "engine/net/filter.h"

namespace hubproof::net {

// Tags of the default rules; Azure's other tags are looked up in Tables::service_tags.
inline constexpr std::uint32_t kVirtualNetworkTag = 0xfffffff0U;
inline constexpr std::uint32_t kInternetTag = 0xfffffff1U;
inline constexpr std::uint32_t kLoadBalancerTag = 0xfffffff2U;

/// Whether the packet's two addresses are taken to be in the VirtualNetwork tag.
struct World {
  bool source_in_vnet = false;
  bool destination_in_vnet = false;
};

/// Every World that may be, in a fixed order; never empty.
template <class Address>
std::vector<World> worlds_of(const model::View& view, const model::Subnet& subnet, const BasicPacket<Address>& packet);

template <class Address>
class RuleMatch {
 public:
  RuleMatch(const model::View& view, const FilterPoint& point, const BasicPacket<Address>& packet, World world)
      : e_(view.estate), point_(point), packet_(packet), world_(world) {}
  /// Direction and priority are not looked at.
  Ternary of(const model::SecurityRule& rule) const;

 private:
  Ternary in_terms(const model::AddressTerms& terms, const Address& address, bool in_vnet) const;
  Ternary in_term(const model::AddressTerm& term, const Address& address, bool in_vnet) const;
  Ternary in_tag(std::uint32_t tag, const Address& address, bool in_vnet) const;
  Ternary in_asg(model::ResourceId asg, const Address& address) const;
  Ternary in_ports(const model::PortRanges& ranges, std::uint16_t port, Protocol rule_protocol) const;

  const model::Estate& e_;
  const FilterPoint& point_;
  const BasicPacket<Address>& packet_;
  World world_;
};

}  // namespace hubproof::net
