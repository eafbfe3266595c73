#include "engine/check/finding.h"

namespace hubproof::check {

std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass: return "pass";
    case Outcome::fail: return "fail";
    case Outcome::unknown: return "unknown";
    case Outcome::not_applicable: return "not-applicable";
    case Outcome::exempt: return "exempt";
  }
  return "unknown";
}

}  // namespace hubproof::check
