#include "engine/proof/transit_ipv6.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/reach_ipv6.h"
#include "engine/net/trace.h"
#include "engine/net/transit_ipv6.h"
#include "engine/proof/group_terms.h"
#include "engine/proof/run.h"
#include "engine/proof/transit_ipv6_questions.h"
#include "engine/proof/transit_verdicts.h"

namespace hubproof::proof {
namespace {

using model::Direction;
using model::Fact;
using model::Subnet;
using net::Bypass;

/// A question in Z3.
class Solver6 {
 public:
  Solver6(const model::View& view, Effort effort)
      : view_(view),
        solver_(effort),
        destination_(solver_.word("dst", 128)),
        source_(solver_.word("src", 128)),
        groups_(view, solver_,
                {destination_, source_, solver_.word("dport", 16), solver_.word("sport", 16), solver_.word("proto", 8),
                 true}) {}

  /// Is there a packet that may get around? On unsat `facts` holds what suffices for it.
  Answer may_bypass(const Question6& question, std::vector<Fact>& facts);
  /// Is there a destination whose packets certainly go around, filters apart? With `only`: is it one?
  Answer must_bypass(const Question6& question, const Ipv6* only, Ipv6& destination);
  /// May a packet from the Internet pass the group of the entry's subnet?
  Answer may_enter(const InternetEntry6& entry);

 private:
  struct Part {
    Term guard;
    Fact fact;
  };
  const Subnet& subnet(std::uint32_t index) const { return view_.estate.tables().subnets[index]; }
  Term flag() { return solver_.flag(next_flag_++); }
  Term in_any(Term address, const std::vector<Prefix6>& prefixes);
  Term in_targets(const std::vector<std::uint32_t>& targets);
  Term may_harm(const Candidate6& candidate);
  Term must_harm(const Candidate6& candidate);
  Term may_chain(const Question6& question, std::vector<Part>& parts);
  Term must_chain(const Question6& question);
  Term asked_about(const Question6& question);
  Term diverted(const Question6& question);
  Term filters_may_pass(const Question6& question, std::vector<Part>& parts);
  Term guarded(Term allows, const Subnet& of, std::vector<Part>& parts);
  Answer check(const std::vector<Part>& parts, std::vector<Fact>& facts);

  const model::View& view_;
  Solver solver_;
  Term destination_;
  Term source_;
  GroupTerms groups_;
  std::uint32_t next_flag_ = 0;
};

Term Solver6::in_any(Term address, const std::vector<Prefix6>& prefixes) {
  Term out = solver_.truth(false);
  for (const Prefix6& prefix : prefixes) out = solver_.either(out, solver_.in(address, prefix));
  return out;
}

Term Solver6::in_targets(const std::vector<std::uint32_t>& targets) {
  Term out = solver_.truth(false);
  for (const std::uint32_t target : targets)
    out = solver_.either(out, in_any(destination_, subnet(target).prefixes_v6));
  return out;
}

Term Solver6::may_harm(const Candidate6& candidate) {
  if (candidate.harm == Harm::none) return solver_.truth(false);
  return candidate.is_bounded ? in_targets(candidate.targets) : solver_.truth(true);
}

Term Solver6::must_harm(const Candidate6& candidate) {
  if (candidate.harm != Harm::certain) return solver_.truth(false);
  if (candidate.is_internet) return solver_.in(destination_, internet_addresses_v6());
  return may_harm(candidate);
}

/// The position behind the candidates that are as preferred as the one at `first`: any of them may be the one used.
std::size_t end_of_group(const std::vector<Candidate6>& all, std::size_t first) {
  std::size_t last = first + 1;
  while (last < all.size() && all[last].route.prefix == all[first].route.prefix &&
         all[last].route.source == all[first].route.source)
    ++last;
  return last;
}

// law:  the first candidate in the order of preference that exists and matches is the one that is used; none: dropped
// form: chain(i) <=> if exists(i) and dst in prefix(i) then harm(i) else chain(i + 1); chain(end) <=> false
//       exists is a named assumption for a certain route and free for an uncertain one
Term Solver6::may_chain(const Question6& question, std::vector<Part>& parts) {
  const std::vector<Candidate6>& all = question.candidates;
  struct Link {
    Term matches;
    Term harm;
  };
  std::vector<Link> links;
  for (std::size_t first = 0; first < all.size(); first = end_of_group(all, first)) {
    Link link{solver_.truth(false), solver_.truth(false)};
    for (std::size_t i = first; i < end_of_group(all, first); ++i) {
      const Term present = flag();
      if (all[i].route.is_certain) parts.push_back({present, net::fact_of(view_, all[i].route)});
      link.matches = solver_.either(link.matches, present);
      link.harm = solver_.either(link.harm, solver_.both(present, may_harm(all[i])));
    }
    link.matches = solver_.both(link.matches, solver_.in(destination_, all[first].route.prefix));
    links.push_back(link);
  }
  Term rest = solver_.truth(false);
  for (auto link = links.rbegin(); link != links.rend(); ++link) rest = solver_.choose(link->matches, link->harm, rest);
  return rest;
}

// form: as may_chain(), but harm must follow for every way in which the uncertain routes can turn out
Term Solver6::must_chain(const Question6& question) {
  const std::vector<Candidate6>& all = question.candidates;
  struct Link {
    std::size_t first = 0;
    Term harm;
    bool is_certain = false;
  };
  std::vector<Link> links;
  for (std::size_t first = 0; first < all.size(); first = end_of_group(all, first)) {
    Link link{first, solver_.truth(true), false};
    for (std::size_t i = first; i < end_of_group(all, first); ++i) {
      link.is_certain = link.is_certain || all[i].route.is_certain;
      link.harm = solver_.both(link.harm, must_harm(all[i]));
    }
    links.push_back(link);
  }
  Term rest = solver_.truth(false);
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    const Term matches = solver_.in(destination_, all[link->first].route.prefix);
    rest = solver_.choose(matches, link->is_certain ? link->harm : solver_.both(link->harm, rest), rest);
  }
  return rest;
}

Term Solver6::asked_about(const Question6& question) {
  return question.way == Bypass::Way::enters ? in_targets(question.inside) : solver_.truth(true);
}

// Destinations whose certain route may be displaced by one that no export holds.
Term Solver6::diverted(const Question6& question) {
  Term kept = solver_.truth(false);
  for (const Candidate6& candidate : question.candidates) {
    const net::NextHop::Kind kind = candidate.route.next_hop.kind;
    const bool is_kept = candidate.route.source == net::RouteSource::system && candidate.route.is_certain &&
                         (kind == net::NextHop::Kind::vnet_local || kind == net::NextHop::Kind::peering);
    if (is_kept) kept = solver_.either(kept, solver_.in(destination_, candidate.route.prefix));
  }
  Term out = solver_.truth(false);
  for (const Doubt& doubt : question.doubts) {
    switch (doubt.reach) {
      case Doubt::Reach::all: return solver_.truth(true);
      case Doubt::Reach::internet: out = solver_.either(out, solver_.in(destination_, internet_addresses_v6())); break;
      case Doubt::Reach::not_kept: out = solver_.either(out, solver_.negate(kept)); break;
    }
  }
  return out;
}

/// What the group and the admin rules allow, unless a fact of them is left out: then anything.
Term Solver6::guarded(Term allows, const Subnet& of, std::vector<Part>& parts) {
  const auto rest_on = [&](Fact fact) {
    const Term guard = flag();
    parts.push_back({guard, std::move(fact)});
    allows = solver_.either(allows, solver_.negate(guard));
  };
  if (of.network_security_group.is_set())
    rest_on({of.network_security_group, "/properties/securityRules", "what they deny"});
  if (const model::AdminPolicy* policy = view_.estate.admin_policy(of.vnet); policy != nullptr)
    rest_on({policy->evidence, "/properties", "what the security admin rules deny"});
  return allows;
}

// form: src in the sender's subnet and its group may allow; for every subnet that may hold dst: dst in it => its group
//       may allow. Groups do not act on a GatewaySubnet. source: azure-semantics.md 1.5
Term Solver6::filters_may_pass(const Question6& question, std::vector<Part>& parts) {
  const Subnet& from = subnet(question.from);
  Term out = solver_.truth(true);
  if (!net::is_named(view_, from, "GatewaySubnet")) {
    out = solver_.both(in_any(source_, from.prefixes_v6),
                       guarded(groups_.may_allow(from, Direction::outbound), from, parts));
  }
  std::vector<std::uint32_t> targets = question.inside;
  for (const Candidate6& candidate : question.candidates)
    targets.insert(targets.end(), candidate.targets.begin(), candidate.targets.end());
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  for (const std::uint32_t index : targets) {
    const Subnet& target = subnet(index);
    const Term allows = guarded(groups_.may_allow(target, Direction::inbound), target, parts);
    out = solver_.both(out, solver_.either(solver_.negate(in_any(destination_, target.prefixes_v6)), allows));
  }
  return out;
}

Answer Solver6::check(const std::vector<Part>& parts, std::vector<Fact>& facts) {
  std::vector<Term> guards;
  for (const Part& part : parts) guards.push_back(part.guard);
  const Answer answer = solver_.check(guards);
  if (answer != Answer::unsat) return answer;
  for (const std::size_t index : minimal_core(solver_, guards, solver_.core())) add_facts(facts, {parts[index].fact});
  return answer;
}

// Routes alone first: where they suffice, no group is among the facts.
Answer Solver6::may_bypass(const Question6& question, std::vector<Fact>& facts) {
  if (!question.doubts.empty()) return Answer::sat;
  const Subnet& from = subnet(question.from);
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  std::vector<Part> parts;
  // What is not there carries the proof as well: a route or peering more would undo it.
  const Term no_other = flag();
  parts.push_back({no_other, {from.vnet, "/properties/virtualNetworkPeerings", "no other peering"}});
  solver_.require(solver_.either(may_chain(question, parts), solver_.negate(no_other)));
  solver_.require(asked_about(question));
  const Answer by_routes = check(parts, facts);
  if (by_routes != Answer::sat) return by_routes;
  solver_.require(solver_.either(filters_may_pass(question, parts), solver_.negate(no_other)));
  return check(parts, facts);
}

Answer Solver6::must_bypass(const Question6& question, const Ipv6* only, Ipv6& destination) {
  if (question.may_be_silent) return Answer::unsat;
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  solver_.require(solver_.both(asked_about(question), must_chain(question)));
  solver_.require(solver_.negate(diverted(question)));
  if (only != nullptr) solver_.require(solver_.equals(destination_, *only));
  const Answer answer = solver_.check();
  if (answer == Answer::sat) destination = solver_.value_v6(destination_);
  return answer;
}

Answer Solver6::may_enter(const InternetEntry6& entry) {
  const Solver::Scope scope(solver_);
  const Subnet& to = subnet(entry.subnet);
  solver_.require(solver_.in(source_, internet_addresses_v6()));
  solver_.require(entry.target ? solver_.equals(destination_, *entry.target) : in_any(destination_, to.prefixes_v6));
  solver_.require(groups_.may_allow(to, Direction::inbound));
  return solver_.check();
}

}  // namespace

struct TransitProof6::State {
  State(const model::View& of, const QuestionBuilder& questions, Effort effort)
      : view(of), builder(questions), solver(of, effort) {}
  Answer6 judge(const model::VirtualNetwork& vnet, const SpokeQuestions6& asked, const net::TransitResult& exact);
  Answer6 refuted(const SpokeQuestions6& asked, const net::TransitResult& exact, const Bypass& bypass);
  Answer6 open(const SpokeQuestions6& asked, const net::TransitResult& exact, std::string_view otherwise);
  std::string missed(const SpokeQuestions6& asked);
  std::string missed(const Question6& question);

  const model::View& view;
  const QuestionBuilder& builder;
  Solver6 solver;
};

Answer6 TransitProof6::State::open(const SpokeQuestions6& asked, const net::TransitResult& exact,
                                   std::string_view otherwise) {
  return {left_open(exact, asked.doubts, otherwise, "further open questions about IPv6"), false, missed(asked)};
}

Answer6 TransitProof6::State::refuted(const SpokeQuestions6& asked, const net::TransitResult& exact,
                                      const Bypass& bypass) {
  // Entries from the Internet start at no subnet: the tracer alone shows them.
  const bool is_entry = bypass.next_hop.kind == net::NextHop::Kind::internet && bypass.way == Bypass::Way::enters;
  const Ipv6 wanted = std::get<Ipv6>(bypass.witness->destination);
  std::optional<Answer> said;  // two networks may be joined twice: one of the ways is enough
  for (const Question6& question : asked.questions) {
    if (is_entry || question.way != bypass.way || question.from != bypass.from.index()) continue;
    Ipv6 destination;
    const Answer answer = solver.must_bypass(question, &wanted, destination);
    if (!said || answer == Answer::sat || *said == Answer::unsat) said = answer;
    if (*said == Answer::sat) break;
  }
  if (said == Answer::gave_up) return {Unknown{"the solver's resource limit was reached", {}, {}}, false, {}};
  if (said == Answer::unsat) return {Unknown{}, false, fmt::format("the solver denies {}", to_string(*bypass.witness))};
  net::Trace trace = net::trace(view, *bypass.witness);
  if (!net::leaves_the_promised_way(trace))
    return {Unknown{}, false, fmt::format("the tracer does not show {}", to_string(*bypass.witness))};
  return {refuted_by(bypass, exact, std::move(trace), "further ways of IPv6"), false, {}};
}

// The exact layer knows of nothing certain; the solver is asked for a certain way as well.
std::string TransitProof6::State::missed(const Question6& question) {
  Ipv6 destination;
  const Subnet& from = view.estate.tables().subnets[question.from];
  if (solver.must_bypass(question, nullptr, destination) != Answer::sat || from.prefixes_v6.empty()) return {};
  net::Flow flow;
  flow.from = {net::Place::Kind::subnet, from.id};
  flow.source = net::first_host(from.prefixes_v6.front());
  flow.destination = destination;
  if (!net::leaves_the_promised_way(net::trace(view, flow))) return {};
  return "the exact layer misses " + to_string(flow);
}

std::string TransitProof6::State::missed(const SpokeQuestions6& asked) {
  for (const Question6& question : asked.questions) {
    if (std::string what = missed(question); !what.empty()) return what;
  }
  return {};
}

// law:  the exact layer and the solver must say the same: no bypass <=> unsat, a certain one <=> a witness that replays
Answer6 TransitProof6::State::judge(const model::VirtualNetwork& vnet, const SpokeQuestions6& asked,
                                    const net::TransitResult& exact) {
  Proved out;
  out.assumptions = exact.assumptions;
  bool is_open = !asked.doubts.empty();
  for (const Question6& question : asked.questions)
    is_open = solver.may_bypass(question, out.rests_on) != Answer::unsat || is_open;
  for (const InternetEntry6& entry : asked.entries) is_open = solver.may_enter(entry) != Answer::unsat || is_open;
  const auto certain = std::find_if(exact.bypasses.begin(), exact.bypasses.end(),
                                    [](const Bypass& bypass) { return bypass.is_certain && bypass.witness; });
  if (certain != exact.bypasses.end()) {
    // What is no question here is shown by the tracer alone.
    const bool is_asked = certain->next_hop.kind == net::NextHop::Kind::internet ||
                          std::any_of(asked.questions.begin(), asked.questions.end(), [&](const Question6& question) {
                            return question.way == certain->way && question.from == certain->from.index();
                          });
    if (is_open || !is_asked) return refuted(asked, exact, *certain);
    return {Unknown{}, false, fmt::format("the solver proves what {} refutes", to_string(*certain->witness))};
  }
  const OpenIn open_in{!exact.bypasses.empty(), is_open};
  if (open_in != OpenIn{}) {
    Answer6 answer =
        open(asked, exact,
             "whether routes and security groups stop every IPv6 packet is not proved: the two layers are not sure");
    answer.open_in = open_in;
    return answer;
  }
  out.rests_on.push_back({vnet.id, "/properties/addressSpace/addressPrefixes", "dual-stack"});
  return {std::move(out), true, {}};
}

TransitProof6::TransitProof6(const model::View& view, const QuestionBuilder& builder, Effort effort)
    : view_(view), builder_(builder), effort_(effort) {}
TransitProof6::~TransitProof6() = default;

std::optional<Answer6> TransitProof6::of(const model::SpokeRole& spoke) {
  const model::VirtualNetwork& vnet = view_.estate.tables().virtual_networks[spoke.vnet.index()];
  if (!net::is_dual_stack(view_, vnet)) return std::nullopt;
  if (state_ == nullptr) state_ = std::make_unique<State>(view_, builder_, effort_);
  const SpokeQuestions6 asked = ask_ipv6(view_, builder_, spoke);
  return state_->judge(vnet, asked, net::transit_ipv6(view_, spoke));
}

Verdict both_families(Verdict v4, Verdict v6) {
  if (std::holds_alternative<Refuted>(v4)) return v4;
  if (std::holds_alternative<Refuted>(v6)) return v6;
  auto* four = std::get_if<Proved>(&v4);
  if (four == nullptr) return v4;
  auto* six = std::get_if<Proved>(&v6);
  if (six == nullptr) return v6;
  add_facts(four->rests_on, six->rests_on);
  for (const std::string& assumption : six->assumptions) {
    const auto& known = four->assumptions;
    if (std::find(known.begin(), known.end(), assumption) == known.end()) four->assumptions.push_back(assumption);
  }
  return v4;
}

}  // namespace hubproof::proof
