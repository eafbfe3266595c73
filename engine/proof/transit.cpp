#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "engine/proof/run.h"
#include "engine/proof/transit_facts.h"
#include "engine/proof/transit_ipv6.h"
#include "engine/proof/transit_key.h"
#include "engine/proof/transit_verdicts.h"

namespace hubproof::proof {
namespace {

using model::Fact;
using model::SpokeRole;
using net::Bypass;
using net::Disposition;

struct Member {
  const SpokeRole* role = nullptr;
  SpokeQuestions asked;
};

/// Spokes of one key: what the solver said of the first.
struct Class {
  std::uint32_t obligation = 0;
  Answer answer = Answer::gave_up;
  std::vector<QuestionAnswer> answers;  // one per question
};

class Claim {
 public:
  Claim(const model::View& view, Effort effort)
      : view_(view),
        estate_(view.estate),
        builder_(view),
        exact_(view),
        solver_(view, effort),
        v6_(view, builder_, effort) {}
  ProofRun run();

 private:
  void prove(const SpokeRole& role);
  Class solve(const Member& first);
  Verdict judge(const Class& group, const Member& member, ClaimResult& result);
  Verdict proved(const Class& group, const Member& member, const net::TransitResult& exact) const;
  Verdict refuted(const Member& member, const net::TransitResult& exact, const Bypass& bypass, ClaimResult& result);
  Unknown unknown(const Member& member, const net::TransitResult& exact, std::string_view otherwise) const;
  std::optional<Unknown> left_open_by_solver(const Class& group, const Member& member, const net::TransitResult& exact);
  void look_for_missed(const Class& group, const Member& member, ClaimResult& result);
  std::vector<const Question*> questions_of(const Member& member, const Bypass& bypass) const;
  Verdict differ(ClaimResult& result, std::string what);
  void prove_v6(const SpokeRole& role, ClaimResult& result);
  void missing_spokes();
  model::ResourceId id(const SpokeRole& role) const { return estate_.tables().virtual_networks[role.vnet.index()].id; }

  const model::View& view_;
  const model::Estate& estate_;
  QuestionBuilder builder_;
  net::Transit exact_;
  TransitSolver solver_;
  TransitProof6 v6_;
  std::optional<std::uint32_t> v6_obligation_;      // one for all dual-stack spokes
  std::unordered_map<std::string, Class> classes_;  // only looked up, never walked through
  ProofRun run_;
};

Class Claim::solve(const Member& first) {
  Class out;
  out.answer = first.asked.doubts.empty() && first.asked.entries.empty() ? Answer::unsat : Answer::sat;
  for (const Question& question : first.asked.questions) {
    out.answers.push_back(solver_.may_bypass(question));
    const Answer answer = out.answers.back().answer;
    if (answer == Answer::sat) out.answer = Answer::sat;
    if (answer == Answer::gave_up && out.answer == Answer::unsat) out.answer = Answer::gave_up;
  }
  out.obligation = static_cast<std::uint32_t>(run_.obligations.size());
  run_.obligations.push_back({fmt::format("no packet leaves or enters {} but through the hub firewall ({} questions)",
                                          estate_.name(id(*first.role)), first.asked.questions.size()),
                              0, out.answer == Answer::unsat});
  return out;
}

// Two networks may be joined twice, by a peering and by a connected group: each has a question of its own.
std::vector<const Question*> Claim::questions_of(const Member& member, const Bypass& bypass) const {
  std::vector<const Question*> out;
  const bool is_entry = bypass.way == Bypass::Way::enters && bypass.next_hop.kind == net::NextHop::Kind::internet;
  for (const Question& question : member.asked.questions) {
    if (is_entry || question.way != bypass.way) continue;
    if (std::find(question.sources.begin(), question.sources.end(), bypass.from) != question.sources.end())
      out.push_back(&question);
  }
  return out;
}

Verdict Claim::differ(ClaimResult& result, std::string what) {
  disagree(run_, result, fmt::format("transit of {}: {}", estate_.spelling(result.resource), what));
  return result.verdict;
}

Verdict Claim::proved(const Class& group, const Member& member, const net::TransitResult& exact) const {
  Proved out;
  for (std::size_t i = 0; i < member.asked.questions.size(); ++i) {
    add_facts(out.rests_on, facts_of(view_, member.asked.questions[i], group.answers[i].core));
  }
  out.assumptions = exact.assumptions;
  for (const Question& question : member.asked.questions) {
    for (const std::string& sentence : question.assumptions) {
      const bool is_known =
          std::find(out.assumptions.begin(), out.assumptions.end(), sentence) != out.assumptions.end();
      if (!is_known) out.assumptions.push_back(sentence);
    }
  }
  return out;
}

Verdict Claim::refuted(const Member& member, const net::TransitResult& exact, const Bypass& bypass,
                       ClaimResult& result) {
  // Entries from the Internet start at no subnet: the tracer alone shows them.
  const std::vector<const Question*> asked = questions_of(member, bypass);
  Answer said = asked.empty() ? Answer::sat : Answer::unsat;
  for (const Question* question : asked) {
    Ipv4 destination;
    const Answer answer = solver_.must_bypass(*question, &std::get<Ipv4>(bypass.witness->destination), destination);
    if (answer == Answer::sat || said == Answer::unsat) said = answer;
    if (said == Answer::sat) break;
  }
  if (said == Answer::gave_up) return unknown(member, exact, "the solver's resource limit was reached");
  if (said == Answer::unsat) return differ(result, "the solver denies " + to_string(*bypass.witness));
  net::Trace trace = net::trace(view_, *bypass.witness);
  if (!net::leaves_the_promised_way(trace))
    return differ(result, "the tracer does not show " + to_string(*bypass.witness));
  return refuted_by(bypass, exact, std::move(trace), "further ways around the firewall");
}

Unknown Claim::unknown(const Member& member, const net::TransitResult& exact, std::string_view otherwise) const {
  std::vector<Doubt> doubts = member.asked.doubts;
  for (const Question& question : member.asked.questions)
    doubts.insert(doubts.end(), question.doubts.begin(), question.doubts.end());
  return left_open(exact, doubts, otherwise, "further open questions");
}

// Where routes leave a way open, filters may close it.
std::optional<Unknown> Claim::left_open_by_solver(const Class& group, const Member& member,
                                                  const net::TransitResult& exact) {
  const auto& questions = member.asked.questions;
  const auto has_doubts = [](const auto& asked) { return !asked.doubts.empty(); };
  if (has_doubts(member.asked) || std::any_of(questions.begin(), questions.end(), has_doubts))
    return unknown(member, exact, "");
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const Question& question = questions[i];
    if (group.answers[i].answer != Answer::sat) continue;
    if (solver_.may_bypass_filters(question) == Answer::unsat) continue;
    return unknown(member, exact,
                   "routes lead around the firewall, and whether the security groups stop every packet is not proved");
  }
  for (const InternetEntry& entry : member.asked.entries) {
    if (solver_.may_enter(entry) == Answer::unsat) continue;
    return unknown(
        member, exact,
        "a public address leads into the spoke, and whether the security groups stop every packet is not proved");
  }
  return std::nullopt;
}

// The exact layer knows of nothing certain; the solver is asked for a certain way as well.
void Claim::look_for_missed(const Class& group, const Member& member, ClaimResult& result) {
  for (std::size_t i = 0; i < member.asked.questions.size(); ++i) {
    const Question& question = member.asked.questions[i];
    if (group.answers[i].answer != Answer::sat) continue;
    Ipv4 destination;
    if (solver_.must_bypass(question, nullptr, destination) != Answer::sat) continue;
    const model::Subnet& from = estate_.tables().subnets[question.from.index()];
    if (from.prefixes.empty()) continue;
    net::Flow flow;
    flow.from = {net::Place::Kind::subnet, from.id};
    flow.source = Ipv4(from.prefixes.front().first().bits() + (from.prefixes.front().length() <= 29 ? 4U : 0U));
    flow.destination = destination;
    if (net::leaves_the_promised_way(net::trace(view_, flow)))
      result.verdict = differ(result, "the exact layer misses " + to_string(flow));
  }
}

// law:  the exact layer and the solver must say the same: no bypass <=> unsat, a certain one <=> a witness that replays
Verdict Claim::judge(const Class& group, const Member& member, ClaimResult& result) {
  const net::TransitResult exact = exact_.of(*member.role);
  const auto certain = std::find_if(exact.bypasses.begin(), exact.bypasses.end(),
                                    [](const Bypass& bypass) { return bypass.is_certain && bypass.witness; });
  if (group.answer == Answer::gave_up) return unknown(member, exact, "the solver's resource limit was reached");
  if (certain != exact.bypasses.end()) {
    const bool is_entry = questions_of(member, *certain).empty();
    if (group.answer == Answer::unsat && !is_entry)
      return differ(result, "the solver proves what " + to_string(*certain->witness) + " refutes");
    return refuted(member, exact, *certain, result);
  }
  std::optional<Unknown> open;
  if (group.answer != Answer::unsat) open = left_open_by_solver(group, member, exact);
  result.open_in = {!exact.bypasses.empty(), open.has_value()};
  if (result.open_in.exact) return unknown(member, exact, "");
  if (open) return *open;
  return proved(group, member, exact);
}

// Spoke after spoke: the questions of one need not be kept for the next, only what the solver said of its class.
void Claim::prove(const SpokeRole& role) {
  Member member{&role, builder_.ask(role)};
  const auto [entry, is_new] = classes_.try_emplace(class_key(view_, role, member.asked));
  if (is_new) entry->second = solve(member);
  const Class& group = entry->second;
  ++run_.obligations[group.obligation].members;
  ClaimResult result;
  result.resource = id(role);
  result.obligation = group.obligation;
  if (!view_.roles.ambiguities.empty()) {
    result.verdict = Unknown{view_.roles.ambiguities.front(), "a designation in hubproof.yaml", {}};
  } else {
    result.verdict = judge(group, member, result);
    if (is_new && std::holds_alternative<Unknown>(result.verdict)) look_for_missed(group, member, result);
    prove_v6(role, result);
  }
  run_.results.push_back(std::move(result));
}

// A second packet space, of which nothing above has spoken. source: azure-semantics.md 1.8
void Claim::prove_v6(const SpokeRole& role, ClaimResult& result) {
  std::optional<Answer6> answer = v6_.of(role);
  if (!answer) return;
  if (!v6_obligation_) {
    v6_obligation_ = static_cast<std::uint32_t>(run_.obligations.size());
    run_.obligations.push_back({"no IPv6 packet leaves or enters a dual-stack spoke", 0, true});
  }
  Obligation& obligation = run_.obligations[*v6_obligation_];
  ++obligation.members;
  obligation.unsat = obligation.unsat && answer->unsat;
  const bool v6_is_open = std::holds_alternative<Unknown>(answer->verdict);
  result.verdict = both_families(std::move(result.verdict), std::move(answer->verdict));
  // Both families may be open; the one where the layers differ is told.
  const bool v6_differs = v6_is_open && answer->open_in.exact != answer->open_in.solver;
  if (!std::holds_alternative<Unknown>(result.verdict))
    result.open_in = {};
  else if (v6_differs || result.open_in == OpenIn{})
    result.open_in = answer->open_in;
  if (!answer->disagreement.empty()) differ(result, "IPv6: " + answer->disagreement);
}

void Claim::missing_spokes() {
  if (view_.roles.spoke_candidates_missing.empty()) return;
  const std::uint32_t number = static_cast<std::uint32_t>(run_.obligations.size());
  const auto count = view_.roles.spoke_candidates_missing.size();
  run_.obligations.push_back({"networks that may be spokes and that the export does not show whole",
                              static_cast<std::uint32_t>(count), false});
  for (const model::ResourceId missing : view_.roles.spoke_candidates_missing) {
    const std::string name(estate_.name(missing));
    Unknown open{estate_.holds(missing) ? name + " may be a spoke: not all of its peerings are known"
                                        : fmt::format("a hub is peered with {}, which is not in the export", name),
                 "an export of its subscription",
                 {}};
    for (const auto& [key, index] : estate_.peerings_by_remote.of(missing)) {
      open.facts.push_back(
          {estate_.tables().peerings[index].id, "/properties/remoteVirtualNetwork/id", "not in the export"});
    }
    run_.results.push_back({missing, std::move(open), number});
  }
}

ProofRun Claim::run() {
  if (view_.roles.spokes.empty() && view_.roles.spoke_candidates_missing.empty()) {
    ProofRun out = nothing_to_prove("the estate has no spoke");
    if (!view_.roles.ambiguities.empty()) {
      out.results.front().verdict = Unknown{view_.roles.ambiguities.front(), "a designation in hubproof.yaml", {}};
    }
    return out;
  }
  for (const SpokeRole& role : view_.roles.spokes) prove(role);
  missing_spokes();
  sort_results(estate_, run_);
  return std::move(run_);
}

}  // namespace

ProofRun prove_transit(const model::View& view, Effort effort) { return Claim(view, effort).run(); }

}  // namespace hubproof::proof
