// The third voice: what Azure says about interfaces, beside what the model computes for their subnets.
#pragma once

#include "engine/model/designation.h"
#include "engine/model/snapshot.h"

namespace hubproof::net {

/// Compares the effective routes and security rules of the input with the model. Each difference is a diagnostic
/// INPUT-EFFECTIVE; where the two contradict each other, the subnet or the security group counts as not known, so that
/// no claim that rests on it is proved. Routes that the model leaves open contradict nothing. Call it once, before the
/// snapshot becomes an estate.
/// source: rule-catalogue.md HP-TRN-015 (X-eff cross-check mismatch -> unknown)
void cross_check(model::Snapshot& snapshot, const model::Designations& designations);

}  // namespace hubproof::net
