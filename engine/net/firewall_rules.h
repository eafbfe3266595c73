// What an Azure Firewall does with one packet: DNAT, network and application rules of its policy chain, three-valued.
#pragma once

#include <optional>
#include <string>
#include <string_view>
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
  bool by_name = false;      ///< an application rule allowed it: the firewall connects in the sender's place
  bool asks_itself = false;  ///< and may connect to what its own DNS says of the name, not to the packet's destination
  std::vector<model::Fact> decided_by;
  std::string reason;
};

/// `is_for_firewall`: the packet is addressed to the firewall itself (a public address or its private one), so that
/// only DNAT rules can move it on. `host`: the name that the request is for; empty: none is known, and where
/// application rules decide the outcome is open. source: learn.microsoft.com/azure/firewall/rule-processing
FirewallResult firewall_rules(const model::View& view, const model::AzureFirewall& firewall, const Packet& packet,
                              bool is_for_firewall, std::string_view host = {});

/// Whether the terms and IP groups of a firewall rule hold an address.
Ternary holds(const model::View& view, const std::vector<model::AddressTerm>& terms,
              const std::vector<model::ResourceId>& groups, Ipv4 address);

}  // namespace hubproof::net
