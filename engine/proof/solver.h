// Solver: the one place where hubproof meets Z3. Bit-vector words, named truth values, assertions in scopes, unsat
// cores and models. Bounded by Z3's resource count and never by wall time, so that the same question has the same
// answer on every machine. Nothing is thrown: whatever goes wrong inside Z3 makes check() answer `gave_up`, which is
// never a proof.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/proof/effort.h"
#include "engine/value/address_set.h"
#include "engine/value/prefix.h"

namespace hubproof::proof {

/// An expression that a Solver made; only of use with that Solver, and only until the scope it was made in is popped.
class Term {
 public:
  Term() = default;

 private:
  explicit Term(std::uint32_t index) : index_(index) {}
  std::uint32_t index_ = 0;
  friend class Solver;
};

enum class Answer : std::uint8_t {
  unsat,   ///< no assignment: what was asserted cannot happen
  sat,     ///< value() tells one
  gave_up  ///< the resource limit was reached or Z3 failed; nothing is known
};

class Solver {
 public:
  explicit Solver(Effort effort = {});
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  Term truth(bool value);
  /// A free word of `bits` bits. Two words of one name are one word.
  Term word(const char* name, unsigned bits);
  /// A free truth value. Two flags of one number are one flag.
  Term flag(std::uint32_t number);

  /// The word is in the block; a comparison of the leading bits (measured 1.7 times faster than a range).
  Term in(Term address, Prefix prefix);
  Term in(Term address, const AddressSet& set);
  /// Of a word of 128 bits.
  Term in(Term address, const Prefix6& prefix);
  /// first <= word <= last, unsigned.
  Term between(Term word, std::uint32_t first, std::uint32_t last);
  Term equals(Term word, std::uint32_t value);
  Term equals(Term word, const Ipv6& value);
  Term both(Term a, Term b);
  Term either(Term a, Term b);
  Term negate(Term a);
  /// condition ? then : otherwise
  Term choose(Term condition, Term then, Term otherwise);
  /// True for an empty list.
  Term all_of(std::span<const Term> terms);
  /// False for an empty list.
  Term any_of(std::span<const Term> terms);

  /// Assertions and terms made after push() are forgotten by the matching pop().
  void push();
  void pop();
  void require(Term condition);
  /// Is there an assignment that makes all assertions and assumptions true?
  Answer check(std::span<const Term> assumptions = {});
  /// Positions in the last check's assumptions that suffice for its `unsat`. Not minimal.
  std::vector<std::size_t> core();
  /// The word's value in the model of the last check, which answered `sat`.
  std::uint32_t value(Term word);
  Ipv6 value_v6(Term word);

  /// Assertions made after construction are popped on destruction.
  class Scope {
   public:
    explicit Scope(Solver& solver) : solver_(solver) { solver_.push(); }
    ~Scope() { solver_.pop(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Solver& solver_;
  };

 private:
  struct Z3;
  template <class Make>
  Term make(Make make);
  std::unique_ptr<Z3> z3_;
};

/// The least (by inclusion) part of `core` that still makes the assertions impossible: every assumption is left out
/// once. A check that gives up keeps its assumption. Precondition: check(assumptions) was unsat and `core` came from
/// it.
std::vector<std::size_t> minimal_core(Solver& solver, std::span<const Term> assumptions, std::vector<std::size_t> core);

}  // namespace hubproof::proof
