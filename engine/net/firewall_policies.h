// The policies of an Azure Firewall, or its classic settings: which rules act, and to which destinations packets keep
// their source.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"
#include "engine/value/address_set.h"
#include "engine/value/port_range.h"

namespace hubproof::net {

/// A rule collection that acts, and where its rules stand.
struct ActingCollection {
  const model::RuleCollection* collection = nullptr;
  model::ResourceId owner;    ///< its group, or the firewall whose own it is
  std::string rules_pointer;  ///< JSON pointer of its list of rules
};

/// In the order in which they act on packets that several match: those of the parent policy first, then by the priority
/// of their groups, then by their own. A firewall without a policy has its classic rules; each type of them is in
/// order. Empty optional: part of the chain is not in the export or not understood; `why` then says what. source:
/// learn.microsoft.com/azure/firewall/rule-processing
std::optional<std::vector<ActingCollection>> acting_collections(const model::View& view,
                                                                const model::AzureFirewall& firewall, std::string& why);

/// Destinations to which network rules let packets pass with the sender's address; to all others it becomes one of the
/// firewall's.
struct KeptSources {
  AddressSet certain;
  AddressSet possible;  ///< holds `certain`; what lies between is not known
  std::string doubt;    ///< why they differ; empty when they do not
  friend bool operator==(const KeptSources&, const KeptSources&) = default;
};
/// source: learn.microsoft.com/azure/firewall/snat-private-range; azure-semantics.md 4.4
KeptSources kept_sources(const model::View& view, const model::AzureFirewall& firewall, Protocol protocol);

/// A filter of a firewall that drops what Microsoft's own lists hold, which are in no export, and lets all else pass.
struct Inspection {
  enum class Kind : std::uint8_t { threat_intelligence, intrusion_detection };
  Kind kind = Kind::threat_intelligence;
  model::ResourceId owner;  ///< the policy, or the firewall without one
};
/// "threat intelligence", "intrusion detection"
std::string_view name(Inspection::Kind kind);
/// Those that drop, in the order in which they act: threat intelligence before all rules, intrusion detection on what
/// the rules let pass. source: learn.microsoft.com/azure/firewall/rule-processing#threat-intelligence, #idps
std::vector<Inspection> denying_inspections(const model::View& view, const model::AzureFirewall& firewall);

/// Addresses that the instances of a firewall may have: what stands in the source's place after translation. Empty: not
/// in the export.
AddressSet instance_addresses(const model::View& view, const model::AzureFirewall& firewall);

}  // namespace hubproof::net
