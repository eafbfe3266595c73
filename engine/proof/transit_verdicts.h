// How the verdicts about both address families are put into words.
#pragma once

#include <string_view>
#include <vector>

#include "engine/net/transit.h"
#include "engine/proof/transit_question.h"
#include "engine/proof/verdict.h"

namespace hubproof::proof {

/// Refuted by one bypass that the tracer has shown; `further` names the others, as "further ways around the firewall".
Refuted refuted_by(const net::Bypass& bypass, const net::TransitResult& exact, net::Trace trace,
                   std::string_view further);

/// Unknown for all that the exact layer and the questions leave open; `otherwise` when they leave nothing open.
/// `further` names the questions that are only counted, as "further open questions".
Unknown left_open(const net::TransitResult& exact, const std::vector<Doubt>& doubts, std::string_view otherwise,
                  std::string_view further);

}  // namespace hubproof::proof
