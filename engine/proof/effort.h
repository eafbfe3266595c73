// Effort: how much a question to the solver may cost.
#pragma once

#include <cstdint>

namespace hubproof::proof {

/// Of a single check, in Z3's own unit, never in seconds: the answer must not depend on the machine. 200,000 were about
/// 80 ms when measured; an ordinary obligation needs far less than 10,000.
struct Effort {
  std::uint32_t resource_limit = 20'000'000;
};

}  // namespace hubproof::proof
