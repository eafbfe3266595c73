// Questions about sets of packets: which of those from here reach there, crossing or not crossing the hub firewall.
// Places and packets are carried together as boxes; the tracer decides what happens to a packet of each.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/boxes.h"

namespace hubproof::net {

/// One side of a question. Packets start in (or arrive at) any of the places with one of the addresses.
struct QueryEnd {
  std::vector<model::ResourceId> subnets;  ///< of the export
  AddressSet addresses = AddressSet::all();
  bool internet = false;
  bool on_premises = false;
  /// The end is given as a role or a network: subnets of the platform play no part, which the answer notes.
  bool is_wide = false;
  std::vector<std::string> open;  ///< what may belong to this end and is not in the export
};

struct Question {
  enum class Via : std::uint8_t { anything, firewall, not_firewall };
  QueryEnd from;
  QueryEnd to;
  Via via = Via::anything;
  ProtocolBits protocols = kAllProtocols;
  PortRange ports = {};  ///< destination ports; other than all: only protocols with ports
  /// Leaves out packets between two places of one virtual network: boxes then speak of the others alone.
  bool only_across_networks = false;
};

/// Packets that are treated alike.
struct QueryBox {
  Box packets;
  bool is_certain = true;  ///< false: they may reach it, `reasons` say what is not known
  std::vector<std::string> reasons;
  std::size_t more_reasons = 0;            ///< that are not in `reasons`
  std::optional<Disposition> disposition;  ///< delivered or an exit; of a certain box
  bool crossed_firewall = false;           ///< of a certain box
  std::vector<Place> from;                 ///< where they start, sorted, without doubles
  std::optional<Trace> witness;            ///< of a certain box: one of them, traced
};

struct Answer {
  std::vector<QueryBox> boxes;     ///< certain ones first; disjoint where address spaces do not overlap
  std::vector<std::string> notes;  ///< what plays no part in the answer
  std::vector<std::string> open;   ///< why there may be further packets that no box holds
};

/// Takes unknowns as unknown: what no box holds and nothing in `open` speaks of does not reach the place that way.
/// source: the vocabulary is that of Batfish (reachability, searchFilters; pybatfish.readthedocs.io)
Answer query(const model::View& view, const Question& question);

}  // namespace hubproof::net
