// The facts that a transit proof rests on, told of one member of a class.
#pragma once

#include <vector>

#include "engine/proof/transit_solve.h"

namespace hubproof::proof {

/// The facts behind `core`, a core of a like question, in `question`.
std::vector<model::Fact> facts_of(const model::View& view, const Question& question, const std::vector<CorePart>& core);

}  // namespace hubproof::proof
