#include "engine/proof/resolution_obligation.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace hubproof::proof {
namespace {

// A chunk keeps the name's number short: fewer bits to decide, and the solver's work stays linear in the names.
constexpr std::size_t kChunk = 256;
constexpr unsigned kNameBits = 8;

class Question {
 public:
  explicit Question(Solver& solver)
      : solver_(solver), name_(solver.word("name", kNameBits)), address_(solver.word("address", 32)) {}
  Answer ask(std::span<const NameAnswer> names, bool with_open);

 private:
  Term is_any_of(std::span<const Ipv4> addresses);
  Term is_wrong(const NameAnswer& name);

  Solver& solver_;
  Term name_;
  Term address_;
};

Term Question::is_any_of(std::span<const Ipv4> addresses) {
  Term out = solver_.truth(false);
  for (const Ipv4 address : addresses) out = solver_.either(out, solver_.equals(address_, address.bits()));
  return out;
}

// law:  a private-link name must be answered with addresses of approved private endpoints of its service, at least one
//       (azure-semantics.md 8.1, 9.4)
// form: wrong(n) <=> open(n) or answers(n) = {} or exists a. a in answers(n) and not a in approved(n)
Term Question::is_wrong(const NameAnswer& name) {
  if (name.is_open || name.answers.empty()) return solver_.truth(true);
  return solver_.both(is_any_of(name.answers), solver_.negate(is_any_of(name.approved)));
}

Answer Question::ask(std::span<const NameAnswer> names, bool with_open) {
  const Solver::Scope scope(solver_);
  std::vector<Term> cases;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].is_open && !with_open) continue;
    cases.push_back(solver_.both(solver_.equals(name_, static_cast<std::uint32_t>(i)), is_wrong(names[i])));
  }
  solver_.require(solver_.any_of(cases));
  return solver_.check();
}

Answer ask_all(Question& question, std::span<const NameAnswer> names, bool with_open) {
  bool gave_up = false;
  for (std::size_t at = 0; at < names.size(); at += kChunk) {
    const Answer answer = question.ask(names.subspan(at, std::min(kChunk, names.size() - at)), with_open);
    if (answer == Answer::sat) return Answer::sat;
    if (answer == Answer::gave_up) gave_up = true;
  }
  return gave_up ? Answer::gave_up : Answer::unsat;
}

/// Writes what decides a name, with its addresses numbered in order of appearance: the obligation of a name says
/// nothing about an address but which others it equals, so two names with the same key hold or fail together.
class KeyWriter {
 public:
  const std::string& of(const NameAnswer& name) {
    met_.clear();
    key_.assign(1, name.is_open ? '?' : '=');
    add(name.answers);
    add(name.approved);
    return key_;
  }

 private:
  void add(std::span<const Ipv4> addresses) {
    for (const Ipv4 address : addresses) {
      const auto at = std::find(met_.begin(), met_.end(), address);
      key_ += std::to_string(at - met_.begin());
      key_ += ',';
      if (at == met_.end()) met_.push_back(address);
    }
    key_ += '/';
  }

  std::vector<Ipv4> met_;
  std::string key_;
};

/// The first name of every class of like names, in order.
std::vector<NameAnswer> representatives(std::span<const NameAnswer> names) {
  std::set<std::string> seen;
  std::vector<NameAnswer> out;
  KeyWriter key;
  for (const NameAnswer& name : names) {
    if (seen.insert(key.of(name)).second) out.push_back(name);
  }
  return out;
}

}  // namespace

ResolutionAnswer ask_resolution(Solver& solver, std::span<const NameAnswer> names) {
  const Solver::Scope scope(solver);
  Question question(solver);
  ResolutionAnswer out;
  const std::vector<NameAnswer> classes = representatives(names);
  out.all = ask_all(question, classes, true);
  out.certain = out.all == Answer::unsat ? Answer::unsat : ask_all(question, classes, false);
  return out;
}

}  // namespace hubproof::proof
