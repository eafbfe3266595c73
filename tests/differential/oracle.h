// What a trace says about the promise of hub-forced transit, read from the claim's text and apart from the engine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/net/flow.h"
#include "tests/differential/world.h"

namespace hubproof::differential {

struct Breach {
  enum class Way : std::uint8_t { leaves, enters };
  const model::SpokeRole* spoke = nullptr;
  Way way = Way::leaves;
  /// False: whether somebody sends such a packet is not certain (it is forwarded for another, or the sender's subnet
  /// may hold nothing but private endpoints). The spoke is not proved then; it need not be refuted.
  bool is_certain = true;
};

/// The spokes whose traffic went around the hub firewall.
std::vector<Breach> breaches(const World& world, const net::Trace& trace, bool is_forwarded);

}  // namespace hubproof::differential
