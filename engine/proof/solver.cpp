#include "engine/proof/solver.h"

#include <z3++.h>

#include <algorithm>

namespace hubproof::proof {

struct Solver::Z3 {
  explicit Z3(Effort effort) : solver(context, z3::solver::simple()) {
    // solver::simple() with push and pop was measured ~90 times faster for many small questions than the default
    // solver; a fixed seed and a resource limit make every answer reproducible.
    z3::params params(context);
    params.set("random_seed", 0U);
    params.set("rlimit", effort.resource_limit);
    solver.set(params);
  }
  z3::context context;
  z3::solver solver;
  std::vector<z3::expr> terms;
  std::vector<std::size_t> marks;     // terms.size() at each push
  std::vector<z3::expr> assumptions;  // of the last check
  bool has_failed = false;            // some call threw; sticky, because an assertion may be lost
};

namespace {

z3::expr block(z3::context& context, const z3::expr& address, Prefix prefix) {
  const unsigned length = static_cast<unsigned>(prefix.length());
  if (length == 0) return context.bool_val(true);
  if (length == 32) return address == context.bv_val(prefix.base().bits(), 32);
  return address.extract(31, 32 - length) == context.bv_val(prefix.base().bits() >> (32 - length), length);
}

/// Eight bytes of an address as a number.
std::uint64_t half(const Ipv6& address, std::size_t first) {
  std::uint64_t out = 0;
  for (std::size_t i = first; i < first + 8; ++i) out = (out << 8U) | address.bytes()[i];
  return out;
}

z3::expr number(z3::context& context, const Ipv6& address) {
  return z3::concat(context.bv_val(half(address, 0), 64), context.bv_val(half(address, 8), 64));
}

z3::expr interval(z3::context& context, const z3::expr& word, std::uint32_t first, std::uint32_t last) {
  const unsigned bits = word.get_sort().bv_size();
  return z3::uge(word, context.bv_val(first, bits)) && z3::ule(word, context.bv_val(last, bits));
}

}  // namespace

// A default Z3 memory or type error must never look like an answer: remember it, and give up in check().
template <class Make>
Term Solver::make(Make make) {
  try {
    z3_->terms.push_back(make());
  } catch (const z3::exception&) {
    z3_->has_failed = true;
    return Term(0);
  }
  return Term(static_cast<std::uint32_t>(z3_->terms.size() - 1));
}

Solver::Solver(Effort effort) : z3_(std::make_unique<Z3>(effort)) {
  make([&] { return z3_->context.bool_val(false); });
  make([&] { return z3_->context.bool_val(true); });
}
Solver::~Solver() = default;

Term Solver::truth(bool value) { return Term(value ? 1 : 0); }
Term Solver::word(const char* name, unsigned bits) {
  return make([&] { return z3_->context.bv_const(name, bits); });
}
Term Solver::flag(std::uint32_t number) {
  return make([&] {
    const z3::symbol symbol = z3_->context.int_symbol(static_cast<int>(number));
    return z3_->context.constant(symbol, z3_->context.bool_sort());
  });
}
Term Solver::in(Term address, Prefix prefix) {
  if (prefix.length() == 0) return truth(true);
  return make([&] { return block(z3_->context, z3_->terms[address.index_], prefix); });
}
Term Solver::in(Term address, const AddressSet& set) {
  std::vector<Term> parts;
  for (const AddressSet::Interval& part : set.intervals()) {
    parts.push_back(between(address, part.first.bits(), part.last.bits()));
  }
  return any_of(parts);
}
Term Solver::in(Term address, const Prefix6& prefix) {
  if (prefix.length() == 0) return truth(true);
  return make([&] {
    const unsigned low = 128U - static_cast<unsigned>(prefix.length());
    const z3::expr base = number(z3_->context, prefix.base());
    return z3_->terms[address.index_].extract(127, low) == base.extract(127, low);
  });
}
Term Solver::between(Term word, std::uint32_t first, std::uint32_t last) {
  return make([&] { return interval(z3_->context, z3_->terms[word.index_], first, last); });
}
Term Solver::equals(Term word, std::uint32_t value) {
  return make([&] {
    const z3::expr& left = z3_->terms[word.index_];
    return left == z3_->context.bv_val(value, left.get_sort().bv_size());
  });
}
Term Solver::equals(Term word, const Ipv6& value) {
  return make([&] { return z3_->terms[word.index_] == number(z3_->context, value); });
}
Term Solver::both(Term a, Term b) {
  if (a.index_ == 1) return b;
  if (b.index_ == 1) return a;
  if (a.index_ == 0 || b.index_ == 0) return truth(false);
  return make([&] { return z3_->terms[a.index_] && z3_->terms[b.index_]; });
}
Term Solver::either(Term a, Term b) {
  if (a.index_ == 0) return b;
  if (b.index_ == 0) return a;
  if (a.index_ == 1 || b.index_ == 1) return truth(true);
  return make([&] { return z3_->terms[a.index_] || z3_->terms[b.index_]; });
}
Term Solver::negate(Term a) {
  if (a.index_ <= 1) return truth(a.index_ == 0);
  return make([&] { return !z3_->terms[a.index_]; });
}
Term Solver::choose(Term condition, Term then, Term otherwise) {
  if (condition.index_ <= 1) return condition.index_ == 1 ? then : otherwise;
  return make(
      [&] { return z3::ite(z3_->terms[condition.index_], z3_->terms[then.index_], z3_->terms[otherwise.index_]); });
}
Term Solver::all_of(std::span<const Term> terms) {
  Term out = truth(true);
  for (const Term term : terms) out = both(out, term);
  return out;
}
Term Solver::any_of(std::span<const Term> terms) {
  Term out = truth(false);
  for (const Term term : terms) out = either(out, term);
  return out;
}

void Solver::push() {
  z3_->marks.push_back(z3_->terms.size());
  try {
    z3_->solver.push();
  } catch (const z3::exception&) {
    z3_->has_failed = true;
  }
}

void Solver::pop() {
  while (z3_->terms.size() > z3_->marks.back()) z3_->terms.pop_back();
  z3_->marks.pop_back();
  try {
    z3_->solver.pop();
  } catch (const z3::exception&) {
    z3_->has_failed = true;
  }
}

void Solver::require(Term condition) {
  try {
    z3_->solver.add(z3_->terms[condition.index_]);
  } catch (const z3::exception&) {
    z3_->has_failed = true;
  }
}

Answer Solver::check(std::span<const Term> assumptions) {
  if (z3_->has_failed) return Answer::gave_up;
  try {
    z3_->assumptions.clear();
    for (const Term term : assumptions) z3_->assumptions.push_back(z3_->terms[term.index_]);
    z3::check_result result = z3::unknown;
    if (z3_->assumptions.empty()) {
      result = z3_->solver.check();
    } else {
      result = z3_->solver.check(static_cast<unsigned>(z3_->assumptions.size()), z3_->assumptions.data());
    }
    switch (result) {
      case z3::unsat: return Answer::unsat;
      case z3::sat: return Answer::sat;
      case z3::unknown: return Answer::gave_up;
    }
  } catch (const z3::exception&) {
    z3_->has_failed = true;
  }
  return Answer::gave_up;
}

std::vector<std::size_t> Solver::core() {
  std::vector<std::size_t> out;
  try {
    const z3::expr_vector held = z3_->solver.unsat_core();
    std::vector<unsigned> ids;
    for (unsigned i = 0; i < held.size(); ++i) ids.push_back(held[static_cast<int>(i)].id());
    std::sort(ids.begin(), ids.end());
    for (std::size_t i = 0; i < z3_->assumptions.size(); ++i) {
      if (std::binary_search(ids.begin(), ids.end(), z3_->assumptions[i].id())) out.push_back(i);
    }
  } catch (const z3::exception&) {
    // No core is known: all assumptions together are one.
    out.resize(z3_->assumptions.size());
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = i;
  }
  return out;
}

std::uint32_t Solver::value(Term word) {
  try {
    const z3::expr value = z3_->solver.get_model().eval(z3_->terms[word.index_], true);
    return static_cast<std::uint32_t>(value.get_numeral_uint64());
  } catch (const z3::exception&) {
    z3_->has_failed = true;
    return 0;
  }
}

Ipv6 Solver::value_v6(Term word) {
  Ipv6::Bytes out{};
  try {
    const z3::model model = z3_->solver.get_model();
    for (std::size_t i = 0; i < out.size(); ++i) {
      const unsigned low = 8U * static_cast<unsigned>(out.size() - 1 - i);
      const z3::expr byte = model.eval(z3_->terms[word.index_].extract(low + 7, low), true);
      out[i] = static_cast<std::uint8_t>(byte.get_numeral_uint64());
    }
  } catch (const z3::exception&) {
    z3_->has_failed = true;
  }
  return Ipv6(out);
}

std::vector<std::size_t> minimal_core(Solver& solver, std::span<const Term> assumptions,
                                      std::vector<std::size_t> core) {
  std::size_t at = 0;
  while (at < core.size()) {
    std::vector<Term> others;
    for (std::size_t i = 0; i < core.size(); ++i) {
      if (i != at) others.push_back(assumptions[core[i]]);
    }
    if (solver.check(others) == Answer::unsat) {
      core.erase(core.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      ++at;
    }
  }
  return core;
}

}  // namespace hubproof::proof
