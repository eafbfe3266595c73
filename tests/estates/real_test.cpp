// Real captures, with verdicts worked out by hand from the files. Skipped where the reference material is absent.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/estates/verified_estate.h"

using namespace hubproof;
using check::Outcome;
using test::VerifiedEstate;

namespace {

const std::string kData = HUBPROOF_SHARED_DIR "/data";

bool is_here(const std::string& folder) {
  if (std::filesystem::exists(kData + "/" + folder)) return true;
  MESSAGE("skipped: " << kData << "/" << folder << " is not on this machine");
  return false;
}

Outcome outcome_of(const VerifiedEstate& estate, const std::string& rule, const std::string& id_ending) {
  for (const check::Finding& finding : estate.result.findings) {
    if (check::catalogue().rules[finding.rule].id != rule || !finding.resource.is_set()) continue;
    const std::string_view id = estate.estate->spelling(finding.resource);
    if (id.size() >= id_ending.size() && id.substr(id.size() - id_ending.size()) == id_ending) return finding.outcome;
  }
  return Outcome::not_applicable;
}

struct Row {
  std::string resource;
  std::string rule;
  Outcome expected;
  std::string why;
};

void check_rows(const VerifiedEstate& estate, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.resource);
    CAPTURE(row.rule);
    CAPTURE(row.why);
    CHECK(check::name(outcome_of(estate, row.rule, row.resource)) == check::name(row.expected));
  }
}

}  // namespace

TEST_CASE("recorded Azure answers (cloud-custodian): AI and data services, by hand") {
  if (!is_here("cloud-custodian")) return;
  const VerifiedEstate estate = test::verify({kData + "/cloud-custodian"});
  check_rows(
      estate,
      {{"/cctestaifoundry758265970007", "HP-EXP-001", Outcome::fail, "publicNetworkAccess Enabled, no acls"},
       {"/cctestaifoundry093541471074", "HP-EXP-001", Outcome::fail, "publicNetworkAccess Enabled, no acls"},
       {"/cctestcogdeploy", "HP-EXP-001", Outcome::fail, "publicNetworkAccess Enabled, no acls"},
       {"/cctest-cog-serv", "HP-EXP-001", Outcome::fail, "publicNetworkAccess absent counts as Enabled"},
       {"/cctestcogdeploy", "HP-EXP-012", Outcome::fail, "every Internet address is accepted"},
       {"/cctest-cog-serv", "HP-EXP-012", Outcome::fail, "every Internet address is accepted"},
       {"/cctestsearchc129bfa71a47", "HP-EXP-002", Outcome::fail, "absent counts as enabled"},
       {"/cctestsearchc129bfa71a47", "HP-EXP-012", Outcome::fail, "no ip rules: all addresses"},
       {"/cckeyvault1yghq6zt4ewg2e", "HP-EXP-004", Outcome::fail, "absent counts as Enabled"},
       {"/cckeyvault1yghq6zt4ewg2e", "HP-EXP-012", Outcome::fail, "Deny, but ip rules cover nearly everything"},
       {"/ccipstoragey6akyqpagdt3o", "HP-EXP-012", Outcome::fail, "Deny, but 3.1.1.1 and 1.2.2.128/25 are let in"},
       {"/cctestcosmosdbc129bfa71a47", "HP-EXP-012", Outcome::fail, "six Internet addresses are let in"},
       {"/cctestapimanagementoburasvn7hj52", "HP-APM-001", Outcome::fail, "no virtual network"}});
}

TEST_CASE("recorded Azure answers (cloud-custodian): a witness lies in what the service really lets in") {
  if (!is_here("cloud-custodian")) return;
  const VerifiedEstate estate = test::verify({kData + "/cloud-custodian"});
  std::size_t seen = 0;
  for (const check::Finding& finding : estate.result.findings) {
    if (check::catalogue().rules[finding.rule].id != "HP-EXP-012" || !finding.resource.is_set()) continue;
    if (estate.estate->name(finding.resource) != "ccipstoragey6akyqpagdt3o") continue;
    REQUIRE(finding.witness != nullptr);
    const Ipv4 source = std::get<Ipv4>(finding.witness->flow.source);
    const bool is_let_in =
        source == Ipv4::parse("3.1.1.1").value() || Prefix::parse("1.2.2.128/25").value().contains(source);
    CHECK(is_let_in);
    ++seen;
  }
  CHECK(seen == 1);
}

TEST_CASE("a real sandbox subscription (JupiterOne): nothing about transit is proved") {
  if (!is_here("jupiterone-graph-azure")) return;
  const VerifiedEstate estate = test::verify({kData + "/jupiterone-graph-azure"});
  CHECK(estate.estate->tables().virtual_networks.size() == 23);
  CHECK(estate.estate->tables().network_security_groups.size() == 49);
  CHECK(estate.estate->tables().network_interfaces.size() >= 13);
  // The firewalls of the capture sit in virtual networks that it does not hold: there is no hub to cross.
  CHECK(estate.roles.spokes.empty());
  for (const char* rule : {"HP-TRN-001", "HP-TRN-002", "HP-TRN-006", "HP-TRN-008", "HP-TRN-015", "HP-DNS-012"}) {
    CAPTURE(std::string(rule));
    CHECK(estate.verdict(rule) != Outcome::pass);
  }
  CHECK(estate.result.disagreements.empty());
}

TEST_CASE("a real sandbox subscription (JupiterOne): the AKS subnet's route table is missing and said to be") {
  if (!is_here("jupiterone-graph-azure")) return;
  const VerifiedEstate estate = test::verify({kData + "/jupiterone-graph-azure"});
  const auto& gaps = estate.estate->snapshot().gaps;
  const bool is_told = std::any_of(gaps.begin(), gaps.end(), [&](const model::Gap& gap) {
    return gap.code == "INPUT-DANGLING" && gap.resource.is_set() &&
           estate.estate->name(gap.resource).find("agentpool-39773443-routetable") != std::string_view::npos;
  });
  CHECK(is_told);
}
