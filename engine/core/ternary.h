// Three-valued answers.
#pragma once

#include <cstdint>

namespace hubproof {

/// Whether something is so for every way in which the unknown parts can turn out. The order is that of certainty: of
/// several conditions the least holds, of several ways the greatest.
enum class Ternary : std::uint8_t { no, unknown, yes };

}  // namespace hubproof
