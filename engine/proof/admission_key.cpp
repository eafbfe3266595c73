// The formula as bytes.
#include <fmt/format.h>

#include "engine/proof/admission.h"

namespace hubproof::proof {
namespace {

using Kind = Admission::Kind;

void write(const Admission& formula, std::string& out) {
  // The place of the fact belongs to the key: a core is told of every member by its places.
  out += fmt::format("({},{} ", static_cast<int>(formula.kind), formula.fact);
  if (formula.kind == Kind::listed) out += to_string(formula.ranges);
  for (const Admission& part : formula.parts) write(part, out);
  out += ')';
}

}  // namespace

std::string key_of(const Admission& formula) {
  std::string out;
  write(formula, out);
  return out;
}

}  // namespace hubproof::proof
