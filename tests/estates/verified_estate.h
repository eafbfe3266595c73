// An estate verified from its files, and what every rule said.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/check/run.h"
#include "engine/model/view.h"

namespace hubproof::test {

struct VerifiedEstate {
  std::unique_ptr<model::Estate> estate;
  model::Designations designations;
  model::Roles roles;
  check::Result result;

  /// Outcomes of a rule over all resources; empty for a rule that is not implemented.
  std::set<check::Outcome> outcomes(const std::string& rule) const;
  /// The gravest of them: fail, unknown, pass, not-applicable.
  check::Outcome verdict(const std::string& rule) const;
  /// "HP-TRN-006 fail /subscriptions/...: message" for every finding of that outcome.
  std::vector<std::string> lines(check::Outcome outcome) const;
};

VerifiedEstate verify(const std::vector<std::string>& paths);

/// Ids of all implemented rules.
std::vector<std::string> rule_ids();

}  // namespace hubproof::test
