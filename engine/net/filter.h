// Network security groups: whether one packet may leave or enter a place, three-valued, with the rule that decides.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/net/flow.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

struct FilterResult {
  enum class Decision : std::uint8_t { allow, deny, unknown };
  Decision decision = Decision::allow;
  std::vector<model::Fact> decided_by;       ///< the deciding rule of each group that was asked
  std::vector<model::ResourceId> evaluated;  ///< groups in the order in which they were asked
  std::string rule;                          ///< name of the last deciding rule, as "AllowVnetInBound"; empty: no group
  std::string reason;                        ///< one sentence
};

/// Who sends or receives. `nic` may be absent: a host of the subnet that the export does not show, or a platform
/// service, which only the subnet's group filters.
struct FilterPoint {
  const model::Subnet* subnet = nullptr;
  const model::NetworkInterface* nic = nullptr;
  bool is_private_endpoint = false;  ///< filtered only when the subnet's endpoint policies say so
};

/// Azure's own rules, after every other rule.
/// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules
std::span<const model::SecurityRule> default_rules();

/// The groups attached to the point, in the order in which Azure asks them.
std::vector<model::ResourceId> attached_groups(const FilterPoint& point, model::Direction direction);

/// The groups of the point in Azure's order; each one attached must allow.
/// source: learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works
FilterResult filter(const model::View& view, model::Direction direction, const FilterPoint& point,
                    const Packet& packet);
FilterResult filter(const model::View& view, model::Direction direction, const FilterPoint& point,
                    const Packet6& packet);

/// Destination ports, protocols and address boundaries at which the groups of the point can change their mind: asking
/// them at these (and at the members of the prefixes that come with the question) is asking them everywhere.
struct Corners {
  std::vector<Ipv4> sources;
  std::vector<Ipv4> destinations;
  std::vector<std::uint16_t> ports;  ///< destination ports
  std::vector<std::uint16_t> source_ports;
  std::vector<const AddressSet*> source_tags;  ///< service tags with a list, apart: they have thousands of boundaries
  std::vector<const AddressSet*> destination_tags;
};
void add_corners(const model::View& view, const FilterPoint& point, Corners& corners);

}  // namespace hubproof::net
