// What services of a spoke open by themselves, as the solver's side takes it.
#pragma once

#include "engine/proof/transit_question.h"

namespace hubproof::proof {

/// Adds a doubt about the spoke for each front end of a service in it, each endpoint behind which a network lies, and
/// each interface that stands among the platform's instances there or in an adjacent network.
void doubt_services(const model::View& view, const model::VirtualNetwork& spoke, SpokeQuestions& out);

}  // namespace hubproof::proof
