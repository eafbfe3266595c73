#include "tests/estates/verified_estate.h"

#include <filesystem>

#include "engine/ingest/load.h"
#include "engine/net/cross_check.h"

namespace hubproof::test {

std::set<check::Outcome> VerifiedEstate::outcomes(const std::string& rule) const {
  std::set<check::Outcome> out;
  for (const check::Finding& finding : result.findings) {
    if (check::catalogue().rules[finding.rule].id == rule) out.insert(finding.outcome);
  }
  return out;
}

check::Outcome VerifiedEstate::verdict(const std::string& rule) const {
  const std::set<check::Outcome> met = outcomes(rule);
  for (const check::Outcome outcome : {check::Outcome::fail, check::Outcome::unknown, check::Outcome::pass}) {
    if (met.count(outcome) != 0) return outcome;
  }
  return check::Outcome::not_applicable;
}

std::vector<std::string> VerifiedEstate::lines(check::Outcome outcome) const {
  std::vector<std::string> out;
  for (const check::Finding& finding : result.findings) {
    if (finding.outcome != outcome) continue;
    const std::string resource =
        finding.resource.is_set() ? std::string(estate->spelling(finding.resource)) : std::string("(estate)");
    out.push_back(check::catalogue().rules[finding.rule].id + " " + std::string(check::name(outcome)) + " " + resource +
                  ": " + std::string(finding.message.view()));
  }
  return out;
}

VerifiedEstate verify(const std::vector<std::string>& paths) {
  VerifiedEstate out;
  model::Snapshot snapshot = ingest::load(paths, {});
  net::cross_check(snapshot, out.designations);
  out.estate = std::make_unique<model::Estate>(std::move(snapshot));
  out.roles = model::infer_roles(*out.estate, out.designations);
  out.result = check::run_rules(model::View{*out.estate, out.roles, out.designations}, {});
  return out;
}

std::vector<std::string> rule_ids() {
  std::vector<std::string> ids;
  for (const check::RuleImplementation& rule : check::implementations()) ids.emplace_back(rule.id);
  return ids;
}

}  // namespace hubproof::test
