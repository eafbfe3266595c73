// Exit codes: what a pipeline may rely on.
#pragma once

namespace hubproof::cli {

/// 1 outranks 3, which outranks 0. 101 outranks all. Documented in docs/commands.md and hubproof(1).
enum class ExitCode : int {
  proved = 0,             ///< everything selected holds
  violated = 1,           ///< a violation at or above --fail-on
  bad_usage = 2,          ///< wrong usage, configuration or output file, or no input could be read
  undecided = 3,          ///< not decided: incomplete input or unknown values
  nothing_to_verify = 4,  ///< no AI or data service and no virtual network was found, or no rule applies
  internal_error = 101    ///< a defect of hubproof
};

}  // namespace hubproof::cli
