// What the terms of rules hold of one address, in each family.
#pragma once

#include <string_view>

#include "engine/net/filter.h"

namespace hubproof::net {

/// Addresses of the platform itself: 168.63.129.16, and where probes of IPv6 come from; what AzureLoadBalancer holds.
/// source: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16;
/// learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview#probe-source-ip-address
bool is_platform(Ipv4 address);
bool is_platform(const Ipv6& address);

/// Whether the VirtualNetwork tag, seen from the subnet, holds the address.
Ternary in_virtual_network(const model::View& view, const model::Subnet& subnet, Ipv4 address);
Ternary in_virtual_network(const model::View& view, const model::Subnet& subnet, const Ipv6& address);

/// A tag that is a list of public prefixes: unknown where the input does not hold the list.
Ternary in_listed_tag(const model::Estate& estate, std::string_view name, Ipv4 address);
Ternary in_listed_tag(const model::Estate& estate, std::string_view name, const Ipv6& address);

/// The term is a prefix of the address's family that holds it.
bool is_prefix_with(const model::Tables& tables, const model::AddressTerm& term, Ipv4 address);
bool is_prefix_with(const model::Tables& tables, const model::AddressTerm& term, const Ipv6& address);

/// Whether the rule is for the packet's protocol.
Ternary names_protocol(const model::SecurityRule& rule, const Packet& packet);
Ternary names_protocol(const model::SecurityRule& rule, const Packet6& packet);

}  // namespace hubproof::net
