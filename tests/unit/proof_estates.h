// Estates that the tests of engine/proof share.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

#include "engine/proof/verdict.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {

/// Random choices; the same seed makes the same ones on every platform.
class Chance {
 protected:
  explicit Chance(unsigned seed) : random_(seed) {}
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  std::string one_of(std::initializer_list<const char*> words) { return *(words.begin() + random_() % words.size()); }

  std::mt19937 random_;
};

/// A hub with a firewall, a service subnet and private endpoints, and one spoke whose traffic is all forced through the
/// firewall in both directions.
inline Build forced() {
  Build b;
  b.vnet("hub", "10.0.0.0/18");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/22");
  b.peer("hub", "spoke");
  b.route_table("rt-spoke");
  b.udr("rt-spoke", "0.0.0.0/0", "10.0.0.4");
  b.udr("rt-spoke", "10.0.2.0/24", "10.0.0.4");
  b.udr("rt-spoke", "10.0.3.0/24", "10.0.0.4");
  b.udr("rt-spoke", "198.51.100.0/24", "10.0.0.4");
  b.route_table("rt-only-default");
  b.udr("rt-only-default", "0.0.0.0/0", "10.0.0.4");
  b.route_table("rt-hub");
  b.udr("rt-hub", "10.1.0.0/22", "10.0.0.4");
  b.subnet("hub", "apim", "10.0.2.0/24", {.route_table = "rt-hub"});
  b.subnet("hub", "pe", "10.0.3.0/24", {.policies = "Enabled"});
  b.endpoint("pe-model", "hub/pe", "10.0.3.5");
  b.subnet("spoke", "app", "10.1.0.0/24", {.route_table = "rt-spoke", .default_outbound = false});
  b.subnet("spoke", "pe", "10.1.1.0/24", {.policies = "RouteTableEnabled"});
  b.endpoint("pe-data", "spoke/pe", "10.1.1.5");
  return b;
}

/// A further spoke 10.<number>.0.0/22 of the same design; its endpoint has another address.
inline void add_spoke(Build& b, const std::string& name, int number) {
  const std::string net = "10." + std::to_string(number);
  b.vnet(name, net + ".0.0/22");
  b.peer("hub", name);
  b.route_table("rt-" + name);
  for (const char* to : {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24", "198.51.100.0/24"})
    b.udr("rt-" + name, to, "10.0.0.4");
  b.udr("rt-hub", net + ".0.0/22", "10.0.0.4");
  b.subnet(name, "app", net + ".0.0/24", {.route_table = "rt-" + name, .default_outbound = false});
  b.subnet(name, "pe", net + ".1.0/24", {.policies = "RouteTableEnabled"});
  b.endpoint("pe-" + name, name + "/pe", net + ".1." + std::to_string(4 + number));
}

inline const proof::ClaimResult& result_of(const World& w, const proof::ProofRun& run, std::string_view name) {
  for (const proof::ClaimResult& result : run.results) {
    if (result.resource.is_set() && w.estate().name(result.resource) == name) return result;
  }
  FAIL("no result for " << std::string(name));
  return run.results.front();
}

inline std::string word(const proof::Verdict& verdict) {
  if (std::holds_alternative<proof::Proved>(verdict)) return "proved";
  if (std::holds_alternative<proof::Refuted>(verdict)) return "refuted";
  return std::holds_alternative<proof::Unknown>(verdict) ? "unknown" : "not applicable";
}

/// What a verdict says, for failure messages.
inline std::string explain(const proof::Verdict& verdict) {
  if (const auto* refuted = std::get_if<proof::Refuted>(&verdict)) return refuted->message;
  if (const auto* unknown = std::get_if<proof::Unknown>(&verdict)) return unknown->why;
  return {};
}

inline std::string verdict_of(const World& w, const proof::ProofRun& run, std::string_view name) {
  const proof::ClaimResult& result = result_of(w, run, name);
  const std::string out = word(result.verdict);
  CHECK_MESSAGE(result.open_in.exact == result.open_in.solver, "open in the ",
                std::string(result.open_in.exact ? "exact layer" : "solver"), " alone: ", explain(result.verdict));
  return out;
}

}  // namespace hubproof::test
