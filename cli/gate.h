// Gate: from a result to an exit code.
#pragma once

#include "cli/options.h"
#include "engine/check/finding.h"
#include "engine/model/view.h"

namespace hubproof::cli {

/// Exit code of `verify`. Disagreements outrank everything, then violations, then what is open.
ExitCode exit_code(const Options& options, const model::View& view, const check::Result& result);

/// Whether a violation of that severity ends with 1 under --fail-on. "unknown" is milder than every severity.
bool is_gated(const std::string& fail_on, Severity severity);

/// True when something of the input could not be used or is missing, beyond single resources: what those decide is
/// unknown in the findings, but rows that were never read appear in no finding.
bool is_input_open(const model::View& view);

/// --allow-unknown, --allow-empty and --exit-zero applied to a code.
ExitCode eased(const Options& options, ExitCode code);

}  // namespace hubproof::cli
