// The IPv6 half of the transit claim: no IPv6 packet leaves or enters a spoke.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/model/view.h"
#include "engine/proof/effort.h"
#include "engine/proof/verdict.h"

namespace hubproof::proof {

class QuestionBuilder;

struct Answer6 {
  Verdict verdict;
  bool unsat = false;        ///< the solver found no violation
  std::string disagreement;  ///< with the exact layer; empty: none
  OpenIn open_in = {};       ///< of an Unknown
};

/// The spokes of one estate. View and builder must outlive it.
class TransitProof6 {
 public:
  TransitProof6(const model::View& view, const QuestionBuilder& builder, Effort effort);
  ~TransitProof6();
  TransitProof6(const TransitProof6&) = delete;
  TransitProof6& operator=(const TransitProof6&) = delete;
  /// Nothing for a spoke without IPv6.
  std::optional<Answer6> of(const model::SpokeRole& spoke);

 private:
  struct State;
  const model::View& view_;
  const QuestionBuilder& builder_;
  Effort effort_;
  std::unique_ptr<State> state_;  ///< with the first spoke that has IPv6: a solver takes 16 MB
};

/// What the two packet spaces say together: a spoke holds what it promises when it does in both.
Verdict both_families(Verdict v4, Verdict v6);

}  // namespace hubproof::proof
