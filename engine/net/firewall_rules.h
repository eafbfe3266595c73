// What an Azure Firewall does with one packet: DNAT, network and application rules of its policy chain, three-valued.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/net/filter.h"

namespace hubproof::net {

struct Translation {
  Ipv4 address;
  std::uint16_t port = 0;
  friend bool operator==(const Translation&, const Translation&) = default;
};

struct FirewallResult {
  FilterResult::Decision decision = FilterResult::Decision::unknown;
  std::optional<Translation> translation;  ///< a DNAT rule matched
  std::vector<model::Fact> decided_by;
  std::string reason;
};

/// `is_for_firewall`: the packet is addressed to the firewall itself (a public address or its private one), so that
/// only DNAT rules can move it on. source: learn.microsoft.com/azure/firewall/rule-processing
FirewallResult firewall_rules(const model::View& view, const model::AzureFirewall& firewall, const Packet& packet,
                              bool is_for_firewall);

/// Whether the terms and IP groups of a firewall rule hold an address.
Ternary holds(const model::View& view, const std::vector<model::AddressTerm>& terms,
              const std::vector<model::ResourceId>& groups, Ipv4 address);

}  // namespace hubproof::net
