// The exact layer of the transit claim: every packet that leaves or enters a spoke crosses the hub firewall.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/flow.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

/// Packets that leave (or may leave) a place around the firewall.
struct Bypass {
  enum class Way : std::uint8_t { leaves, enters };
  Way way = Way::leaves;
  model::SubnetIndex from;  ///< where the packet starts; for `enters` possibly outside the spoke
  model::VnetIndex spoke;   ///< the spoke it leaves or enters
  AddressSet destinations;  ///< all destinations of this bypass
  NextHop next_hop;
  bool is_certain = true;          ///< false: depends on something unknown
  std::vector<model::Fact> facts;  ///< the deciding route and what makes it
  std::string reason;              ///< one sentence; for an uncertain one what would decide it
  std::optional<Flow> witness;     ///< a concrete packet, for a certain bypass whose filters may let it pass
};

struct TransitResult {
  model::VnetIndex spoke;
  std::vector<Bypass> bypasses;          ///< empty: everything that leaves or enters crosses the firewall
  std::vector<std::string> assumptions;  ///< platform subnets and declared direct targets left out, each printed
};

/// One spoke. A subnet that holds only private endpoints never sends
/// (learn.microsoft.com/azure/private-link/private-endpoint-overview).
TransitResult transit(const model::View& view, const model::SpokeRole& spoke);

}  // namespace hubproof::net
