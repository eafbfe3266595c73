// Each layer of the transit proof is to know of every doubt by itself.
#pragma once

#include <string>
#include <variant>

#include "engine/proof/claims.h"

namespace hubproof::test {

/// The spokes that one of the two layers alone leaves open, and by what; empty when each layer knows of every doubt.
inline std::string open_in_one_layer(const model::View& view) {
  std::string out;
  for (const proof::ClaimResult& result : proof::prove_transit(view).results) {
    const auto* open = std::get_if<proof::Unknown>(&result.verdict);
    if (open == nullptr || result.open_in.exact == result.open_in.solver) continue;
    out += std::string(view.estate.name(result.resource)) +
           (result.open_in.exact ? " by the exact layer: " : " by the solver: ") + open->why + "; ";
  }
  return out;
}

}  // namespace hubproof::test
