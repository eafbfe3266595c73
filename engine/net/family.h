// What the two address families call the same things: for code that holds for both. An ipConfiguration, a route or a
// rule's prefix is of one family; tags and "*" are of both. source: azure-semantics.md 1.8
#pragma once

#include <optional>
#include <vector>

#include "engine/model/network.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

template <class Address>
struct Family;

template <>
struct Family<Ipv4> {
  using Block = Prefix;
  static const std::vector<Prefix>& space(const model::VirtualNetwork& vnet) { return vnet.address_space; }
  static const auto& prefixes(const model::Subnet& subnet) { return subnet.prefixes; }
  static const std::vector<Prefix>& synced(const model::Peering& peering) { return peering.remote_address_space; }
  static const std::vector<Prefix>& current(const model::Peering& peering) {
    return peering.remote_current_address_space;
  }
  static const std::optional<Ipv4>& address(const model::IpConfiguration& config) { return config.address; }
  static bool is_public(Ipv4 address) { return internet_addresses().contains(address); }
};

template <>
struct Family<Ipv6> {
  using Block = Prefix6;
  static const std::vector<Prefix6>& space(const model::VirtualNetwork& vnet) { return vnet.address_space_v6; }
  static const std::vector<Prefix6>& prefixes(const model::Subnet& subnet) { return subnet.prefixes_v6; }
  static const std::vector<Prefix6>& synced(const model::Peering& peering) { return peering.remote_address_space_v6; }
  static const std::vector<Prefix6>& current(const model::Peering& peering) {
    return peering.remote_current_address_space_v6;
  }
  static const std::optional<Ipv6>& address(const model::IpConfiguration& config) { return config.address_v6; }
  static bool is_public(const Ipv6& address) { return internet_addresses_v6().contains(address); }
};

/// Some block of the list holds the address.
template <class List, class Address>
bool holds(const List& list, const Address& address) {
  for (const auto& block : list) {
    if (block.contains(address)) return true;
  }
  return false;
}

}  // namespace hubproof::net
