#include "engine/proof/transit_verdicts.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/proof/run.h"

namespace hubproof::proof {

using net::Bypass;

Refuted refuted_by(const Bypass& bypass, const net::TransitResult& exact, net::Trace trace, std::string_view further) {
  Refuted out;
  out.message = bypass.reason;
  out.expected = bypass.expected;
  const auto certain =
      std::count_if(exact.bypasses.begin(), exact.bypasses.end(), [](const Bypass& other) { return other.is_certain; });
  if (certain > 1) out.message += fmt::format(" ({} {})", certain - 1, further);
  out.facts = bypass.facts;
  out.trace = std::move(trace);
  return out;
}

Unknown left_open(const net::TransitResult& exact, const std::vector<Doubt>& doubts, std::string_view otherwise,
                  std::string_view further) {
  Unknown out;
  std::vector<std::string> reasons;
  const auto add = [&](const std::string& reason, const std::vector<model::Fact>& facts) {
    add_facts(out.facts, facts);
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end()) reasons.push_back(reason);
  };
  for (const Bypass& bypass : exact.bypasses) {
    if (!bypass.is_certain) add(net::open_question(bypass), bypass.facts);
  }
  for (const Doubt& doubt : doubts) add(doubt.reason, {doubt.fact});
  if (reasons.empty()) reasons.emplace_back(otherwise);
  out.why = reasons.front();
  if (reasons.size() > 1) out.why += fmt::format(" ({} {})", reasons.size() - 1, further);
  return out;
}

}  // namespace hubproof::proof
