// Which spokes are alike for the transit claim.
#pragma once

#include <string>

#include "engine/proof/transit_question.h"

namespace hubproof::proof {

/// Everything that decides a spoke's questions, as bytes. The spoke's own prefixes and those of its hubs are renamed to
/// (block, offset); every other prefix stays as it is, with the blocks that it contains. Prefixes either nest or are
/// disjoint, so lengths, offsets and these relations fix which packets meet which route: spokes of equal keys have
/// equal verdicts, and equal positions in their questions play equal parts. Keys are compared byte for byte. Brings
/// equally preferred candidates of `questions` into an order that does not depend on the addresses.
std::string class_key(const model::View& view, const model::SpokeRole& spoke, SpokeQuestions& questions);

}  // namespace hubproof::proof
