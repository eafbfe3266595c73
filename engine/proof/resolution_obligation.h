// The resolution claim as a question to the solver: is there a name, and an address it is answered with, that is no
// address of an approved private endpoint?
#pragma once

#include <span>

#include "engine/proof/solver.h"
#include "engine/value/ipv4.h"

namespace hubproof::proof {

/// One name: what it is answered with and what is right. Refers to addresses that others hold.
struct NameAnswer {
  std::span<const Ipv4> answers;  ///< private addresses; empty: no private answer at all, which is wrong
  std::span<const Ipv4> approved;
  bool is_open = false;  ///< the answer is not known: it may be any
};

struct ResolutionAnswer {
  Answer all = Answer::gave_up;      ///< unsat: no wrong answer, whatever the open names are answered with
  Answer certain = Answer::gave_up;  ///< sat: a wrong answer among the names that are not open
};

ResolutionAnswer ask_resolution(Solver& solver, std::span<const NameAnswer> names);

}  // namespace hubproof::proof
