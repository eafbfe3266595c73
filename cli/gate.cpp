#include "cli/gate.h"

#include <algorithm>

#include "engine/check/catalogue.h"
#include "engine/report/summary.h"

namespace hubproof::cli {
namespace {

bool is_violated(const Options& options, const check::Result& result) {
  return std::any_of(result.findings.begin(), result.findings.end(), [&](const check::Finding& finding) {
    return finding.outcome == check::Outcome::fail &&
           is_gated(options.fail_on, check::catalogue().rules[finding.rule].severity);
  });
}

/// Codes of problems that concern one resource; what depends on it is unknown in the findings.
bool is_about_one_resource(const std::string& code) {
  return code == "INPUT-DANGLING" || code == "INPUT-CHILDREN" || code == "INPUT-CONFLICT";
}

}  // namespace

bool is_gated(const std::string& fail_on, Severity severity) {
  if (fail_on == "none") return false;
  for (const Severity mildest : {Severity::critical, Severity::high, Severity::medium, Severity::low}) {
    if (fail_on == name(mildest)) return severity <= mildest;
  }
  return true;
}

bool is_input_open(const model::View& view) {
  const model::Snapshot& snapshot = view.estate.snapshot();
  const bool is_table_partial = std::any_of(snapshot.gaps.begin(), snapshot.gaps.end(), [](const model::Gap& gap) {
    return gap.reach == model::Gap::Reach::table;
  });
  return is_table_partial ||
         std::any_of(snapshot.diagnostics.begin(), snapshot.diagnostics.end(), [](const Diagnostic& d) {
           return d.level == Diagnostic::Level::error && !is_about_one_resource(d.code);
         });
}

ExitCode eased(const Options& options, ExitCode code) {
  switch (code) {
    case ExitCode::proved:
    case ExitCode::bad_usage:
    case ExitCode::internal_error: return code;
    case ExitCode::violated: return options.exit_zero ? ExitCode::proved : code;
    case ExitCode::undecided: return options.exit_zero || options.allow_unknown ? ExitCode::proved : code;
    case ExitCode::nothing_to_verify: return options.exit_zero || options.allow_empty ? ExitCode::proved : code;
  }
  return code;
}

ExitCode exit_code(const Options& options, const model::View& view, const check::Result& result) {
  if (!result.disagreements.empty()) return ExitCode::internal_error;
  const report::Summary summary = report::summarize(view, result);
  if (is_violated(options, result)) return eased(options, ExitCode::violated);
  const bool is_unknown = summary.unknown > 0 || !summary.are_roles_clear;
  if (is_unknown && (options.strict || options.fail_on == "unknown")) return eased(options, ExitCode::violated);
  if (is_unknown || is_input_open(view)) return eased(options, ExitCode::undecided);
  if (summary.is_empty()) return eased(options, ExitCode::nothing_to_verify);
  return ExitCode::proved;
}

}  // namespace hubproof::cli
