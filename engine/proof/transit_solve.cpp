#include "engine/proof/transit_solve.h"

#include <algorithm>

namespace hubproof::proof {

using net::RouteSource;

namespace {

/// Positions [first, last) of candidates of one prefix, source and rank: any of them may be the one that is used.
struct Group {
  std::size_t first = 0;
  std::size_t last = 0;
};

std::vector<Group> groups_of(const std::vector<Candidate>& candidates) {
  std::vector<Group> out;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const bool is_new =
        i == 0 || candidates[i].prefix != candidates[i - 1].prefix || comes_first(candidates[i - 1], candidates[i]);
    if (is_new) out.push_back({i, i});
    out.back().last = i + 1;
  }
  return out;
}

}  // namespace

TransitSolver::TransitSolver(const model::View& view, Effort effort)
    : view_(view),
      solver_(effort),
      destination_(solver_.word("dst", 32)),
      source_(solver_.word("src", 32)),
      groups_(view, solver_,
              {destination_, source_, solver_.word("dport", 16), solver_.word("sport", 16), solver_.word("proto", 8),
               false}) {}

Term TransitSolver::guard(CorePart what, std::vector<Part>& parts) {
  const auto known = std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.what == what; });
  if (known != parts.end()) return known->guard;
  parts.push_back({what, flag()});
  return parts.back().guard;
}

Term TransitSolver::in_any(const std::vector<Prefix>& prefixes) {
  Term out = solver_.truth(false);
  for (const Prefix& prefix : prefixes) out = solver_.either(out, solver_.in(destination_, prefix));
  return out;
}

// law:  the platform keeps the first four addresses and the last of a subnet
// source:
// learn.microsoft.com/azure/virtual-network/virtual-networks-faq#are-there-any-restrictions-on-using-ip-addresses-within-these-subnets
Term TransitSolver::in_hosts_of(const std::vector<Prefix>& prefixes) {
  Term out = solver_.truth(false);
  for (const Prefix& prefix : prefixes) {
    Term here = solver_.in(destination_, prefix);
    if (prefix.length() <= 29) {
      const Term kept_first = solver_.in(destination_, Prefix::around(prefix.base(), 30));
      const Term kept_last = solver_.in(destination_, Prefix::host(prefix.last()));
      here = solver_.both(here, solver_.negate(solver_.either(kept_first, kept_last)));
    }
    out = solver_.either(out, here);
  }
  return out;
}

Term TransitSolver::may_harm(const Question& question, const Candidate& candidate) {
  if (candidate.harm == Harm::none) return solver_.truth(false);
  if (candidate.zone == kNowhere) return solver_.truth(true);
  return in_hosts_of(question.zones[candidate.zone]->prefixes);
}

Term TransitSolver::must_harm(const Question& question, const Candidate& candidate) {
  if (candidate.harm != Harm::certain) return solver_.truth(false);
  if (candidate.is_internet) return solver_.in(destination_, internet_addresses());
  return may_harm(question, candidate);
}

// law:  a learned route does not displace a system route of a network, a peering or a service endpoint, however long it
// is source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
Term TransitSolver::kept(const Question& question, bool with_uncertain) {
  Term out = solver_.truth(false);
  for (const Candidate& candidate : question.candidates) {
    if (!candidate.is_kept || (!candidate.is_certain && !with_uncertain)) continue;
    out = solver_.either(out, solver_.in(destination_, candidate.prefix));
  }
  return out;
}

// law:  the first candidate in the order of comes_first() that exists and matches is the one that is used; none:
// dropped form: chain(i) <=> if exists(i) and dst in prefix(i) then harm(i) else chain(i + 1); chain(end) <=> false
//       exists is a named assumption for a certain route and free for an uncertain one
Term TransitSolver::may_chain(const Question& question, std::vector<Part>& parts) {
  const std::vector<Candidate>& all = question.candidates;
  const std::vector<Group> groups = groups_of(all);
  const bool has_learned =
      std::any_of(all.begin(), all.end(), [](const Candidate& c) { return c.source == RouteSource::bgp; });
  // Only what is certainly kept can be relied on to displace a learned route.
  const Term not_kept = has_learned ? solver_.negate(kept(question, false)) : solver_.truth(true);
  Term rest = solver_.truth(false);
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    Term exists = solver_.truth(false);
    Term harm = solver_.truth(false);
    for (std::size_t i = group->first; i < group->last; ++i) {
      const std::uint32_t index = static_cast<std::uint32_t>(i);
      const Term present = all[i].is_certain ? guard({CorePart::Kind::route, index}, parts) : flag();
      Term harms = may_harm(question, all[i]);
      if (all[i].firewall != kNowhere)
        harms = solver_.negate(guard({CorePart::Kind::firewall, all[i].firewall_route}, parts));
      exists = solver_.either(exists, present);
      harm = solver_.either(harm, solver_.both(present, harms));
    }
    Term matches = solver_.both(exists, solver_.in(destination_, all[group->first].prefix));
    if (all[group->first].source == RouteSource::bgp) matches = solver_.both(matches, not_kept);
    rest = solver_.choose(matches, harm, rest);
  }
  return rest;
}

// form: as may_chain(), but harm must follow for every way in which the uncertain routes can turn out: an uncertain
//       candidate that matches must do harm as well as what follows it
Term TransitSolver::must_chain(const Question& question) {
  const std::vector<Candidate>& all = question.candidates;
  const std::vector<Group> groups = groups_of(all);
  Term rest = solver_.truth(false);
  for (auto group = groups.rbegin(); group != groups.rend(); ++group) {
    bool is_certain = false;
    Term harm = solver_.truth(true);
    for (std::size_t i = group->first; i < group->last; ++i) {
      is_certain = is_certain || all[i].is_certain;
      harm = solver_.both(harm, must_harm(question, all[i]));
    }
    Term matches = solver_.in(destination_, all[group->first].prefix);
    if (all[group->first].source == RouteSource::bgp)
      matches = solver_.both(matches, solver_.negate(kept(question, false)));
    rest = solver_.choose(matches, is_certain ? harm : solver_.both(harm, rest), rest);
  }
  return rest;
}

Term TransitSolver::asked_about(const Question& question) {
  Term out = question.within.empty() ? solver_.truth(true) : in_hosts_of(question.within);
  if (question.way == net::Bypass::Way::leaves) {
    out = solver_.both(out, solver_.negate(in_any(view_.designations.direct)));
  }
  return out;
}

Term TransitSolver::doubts(const Question& question) {
  Term out = solver_.truth(false);
  for (std::size_t i = 0; i < question.doubts.size(); ++i) out = solver_.either(out, flag());
  return out;
}

// Destinations whose certain route may be displaced by one that no export holds. A user /32 gives way to nothing but
// what is not understood at all.
Term TransitSolver::may_be_diverted(const Question& question) {
  Term pinned = solver_.truth(false);
  for (const Candidate& candidate : question.candidates) {
    if (candidate.source != RouteSource::user || candidate.prefix.length() != 32 || !candidate.is_certain) continue;
    pinned = solver_.either(pinned, solver_.in(destination_, candidate.prefix));
  }
  Term out = solver_.truth(false);
  for (const Doubt& doubt : question.doubts) {
    switch (doubt.reach) {
      case Doubt::Reach::all:
        if (doubt.within.empty()) return solver_.truth(true);
        out = solver_.either(out, in_any(doubt.within));
        break;
      case Doubt::Reach::internet:
        out = solver_.either(out, solver_.both(solver_.negate(pinned), solver_.in(destination_, internet_addresses())));
        break;
      case Doubt::Reach::not_kept:
        out = solver_.either(out, solver_.both(solver_.negate(pinned), solver_.negate(kept(question, false))));
        break;
    }
  }
  return out;
}

// form: violation <=> dst asked about and (chain or an unknown route takes it or a route or peering beside the known
// ones)
Term TransitSolver::violation(const Question& question, std::vector<Part>& parts) {
  Term out = solver_.either(may_chain(question, parts), doubts(question));
  out = solver_.either(out, solver_.negate(guard({CorePart::Kind::no_other_route, 0}, parts)));
  if (question.way == net::Bypass::Way::leaves) {
    out = solver_.either(out, solver_.negate(guard({CorePart::Kind::no_other_peering, 0}, parts)));
  }
  return solver_.both(asked_about(question), out);
}

QuestionAnswer TransitSolver::may_bypass(const Question& question) {
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  std::vector<Part> parts;
  solver_.require(violation(question, parts));
  std::vector<Term> guards;
  for (const Part& part : parts) guards.push_back(part.guard);
  QuestionAnswer out;
  out.answer = solver_.check(guards);
  if (out.answer != Answer::unsat) return out;
  for (const std::size_t index : minimal_core(solver_, guards, solver_.core())) out.core.push_back(parts[index].what);
  return out;
}

Answer TransitSolver::may_bypass_given(const Question& question, const std::vector<CorePart>& given) {
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  std::vector<Part> parts;
  solver_.require(violation(question, parts));
  std::vector<Term> guards;
  for (const Part& part : parts) {
    if (std::find(given.begin(), given.end(), part.what) != given.end()) guards.push_back(part.guard);
  }
  return solver_.check(guards);
}

Answer TransitSolver::may_bypass_filters(const Question& question) {
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  std::vector<Part> parts;
  solver_.require(violation(question, parts));
  solver_.require(filters_may_pass(question));
  if (question.inside != nullptr) solver_.require(in_hosts_of(question.inside->prefixes));
  std::vector<Term> guards;
  for (const Part& part : parts) guards.push_back(part.guard);
  return solver_.check(guards);
}

Answer TransitSolver::must_bypass(const Question& question, const Ipv4* only, Ipv4& destination) {
  if (question.may_be_silent) return Answer::unsat;
  const Solver::Scope scope(solver_);
  next_flag_ = 0;
  solver_.require(solver_.both(asked_about(question), must_chain(question)));
  solver_.require(solver_.negate(may_be_diverted(question)));
  if (question.inside != nullptr) solver_.require(in_hosts_of(question.inside->prefixes));
  if (only != nullptr) solver_.require(solver_.equals(destination_, only->bits()));
  const Answer answer = solver_.check();
  if (answer == Answer::sat) destination = Ipv4(solver_.value(destination_));
  return answer;
}

}  // namespace hubproof::proof
