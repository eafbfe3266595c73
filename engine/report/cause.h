// Cause: findings of one rule that say the same about different resources, told once.
#pragma once

#include <vector>

#include "engine/check/finding.h"

namespace hubproof::report {

struct Cause {
  const check::Finding* first;
  std::vector<const check::Finding*> more;
};

/// The findings of one outcome, grouped: one rule, one message up to the names of the resources in it, the same
/// pointers and values of the deciding facts, the same expectation. In the order of the findings; pointers into
/// `findings`.
std::vector<Cause> group_by_cause(const model::Estate& estate, const std::deque<check::Finding>& findings,
                                  check::Outcome outcome);

}  // namespace hubproof::report
