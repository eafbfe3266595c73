// The exact layer of the transit claim: every packet that leaves or enters a spoke crosses the hub firewall. IPv4; the
// other packet space has transit_ipv6.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/flow.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

struct Trace;

/// Packets that leave (or may leave) a place around the firewall.
struct Bypass {
  enum class Way : std::uint8_t { leaves, enters };
  Way way = Way::leaves;
  model::SubnetIndex from;  ///< where the packet starts; for `enters` possibly outside the spoke
  model::VnetIndex spoke;   ///< the spoke it leaves or enters
  AddressSet destinations;  ///< all IPv4 destinations of this bypass
  NextHop next_hop;
  bool is_certain = true;          ///< false: depends on something unknown
  std::vector<model::Fact> facts;  ///< the deciding route and what makes it
  std::string reason;              ///< one sentence
  std::string expected;            ///< the routes that should have been there, or empty
  std::string doubt;               ///< why it is not certain, where `reason` does not say it
  std::optional<Flow> witness;     ///< a concrete packet, for a certain bypass whose filters may let it pass
};

/// True when the packet got around the hub firewall: it arrives, or leaves the estate, or reaches an appliance of
/// another network, and crossed no firewall of a hub.
bool leaves_the_promised_way(const Trace& trace);

/// The reason with what was expected and what is not certain.
std::string open_question(const Bypass& bypass);

struct TransitResult {
  model::VnetIndex spoke;
  std::vector<Bypass> bypasses;          ///< empty: everything that leaves or enters crosses the firewall
  std::vector<std::string> assumptions;  ///< platform subnets and declared direct targets left out, each printed
};

/// The spokes of one estate, which share what is looked up. A subnet that holds only private endpoints never sends
/// (learn.microsoft.com/azure/private-link/private-endpoint-overview). The view must outlive it.
class Transit {
 public:
  explicit Transit(const model::View& view);
  ~Transit();
  Transit(const Transit&) = delete;
  Transit& operator=(const Transit&) = delete;
  TransitResult of(const model::SpokeRole& spoke);

 private:
  std::unique_ptr<struct TransitShared> shared_;
};
/// One spoke by itself.
TransitResult transit(const model::View& view, const model::SpokeRole& spoke);

}  // namespace hubproof::net
