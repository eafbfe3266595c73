// A transit question in Z3.
#pragma once

#include <vector>

#include "engine/proof/group_terms.h"
#include "engine/proof/solver.h"
#include "engine/proof/transit_question.h"

namespace hubproof::proof {

/// A fact that a proof rests on, by its place in a question, so that it can be told of every member of a class.
struct CorePart {
  enum class Kind : std::uint8_t { route, firewall, no_other_route, no_other_peering };
  Kind kind = Kind::route;
  std::uint32_t index = 0;  ///< route: into Question::candidates; firewall: a candidate whose next hop it is
  friend bool operator==(const CorePart&, const CorePart&) = default;
};

struct QuestionAnswer {
  Answer answer = Answer::gave_up;
  std::vector<CorePart> core;  ///< of unsat: least, by inclusion
};

class TransitSolver {
 public:
  TransitSolver(const model::View& view, Effort effort);

  /// Is there a destination whose packets may go around the firewall, whatever the uncertain routes are? Filters are
  /// not looked at: unsat holds with any.
  QuestionAnswer may_bypass(const Question& question);
  /// As may_bypass() with only those parts of `core` asserted.
  Answer may_bypass_given(const Question& question, const std::vector<CorePart>& parts);
  /// Is there a destination that security groups may let pass, as well? Unsat: the groups stop every bypass.
  Answer may_bypass_filters(const Question& question);
  /// May a packet from the Internet pass the group of the entry's subnet?
  Answer may_enter(const InternetEntry& entry);
  /// Is there a destination whose packets certainly go around the firewall, whatever the uncertain routes are? With
  /// `only`: is it one? On sat `destination` tells one.
  Answer must_bypass(const Question& question, const Ipv4* only, Ipv4& destination);

 private:
  struct Part {
    CorePart what;
    Term guard;
  };
  Term flag() { return solver_.flag(next_flag_++); }
  Term guard(CorePart what, std::vector<Part>& parts);
  Term may_chain(const Question& question, std::vector<Part>& parts);
  Term must_chain(const Question& question);
  Term may_harm(const Question& question, const Candidate& candidate);
  Term must_harm(const Question& question, const Candidate& candidate);
  Term kept(const Question& question, bool with_uncertain);
  Term asked_about(const Question& question);
  Term doubts(const Question& question);
  Term may_be_diverted(const Question& question);
  Term in_hosts_of(const std::vector<Prefix>& prefixes);
  Term in_any(const std::vector<Prefix>& prefixes);
  Term filters_may_pass(const Question& question);
  Term source_may_send(const Question& question);
  Term destination_may_receive(const Question& question);
  Term violation(const Question& question, std::vector<Part>& parts);

  const model::View& view_;
  Solver solver_;
  Term destination_;
  Term source_;
  GroupTerms groups_;
  std::uint32_t next_flag_ = 0;
};

}  // namespace hubproof::proof
