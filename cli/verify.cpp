// hubproof verify INPUT...: does the estate keep the promises of the architecture?
#include <cstdio>
#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "engine/report/summary.h"

namespace hubproof::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> inputs;
  std::vector<std::string> rules;
  std::vector<std::string> skipped;
};

/// What stdout does not say is said on stderr: why nothing was verified, the tally of a run that writes files only, and
/// that two computations disagree.
void tell_aside(const Options& options, const model::View& view, const check::Result& result, ExitCode code) {
  if (code == ExitCode::internal_error) {
    complain("two independent computations of one claim disagree; this is a defect of hubproof, not of the estate",
             "please report it, with the inputs or a reduced copy of them; no verdict of this run is to be trusted");
    return;
  }
  const report::Summary summary = report::summarize(view, result);
  if (summary.is_empty()) {
    complain("nothing to verify: no AI or data service and no virtual network was found, or no rule applies",
             "check the scope of the export; hubproof inventory shows what was read");
  } else if (!options.quiet && !has_stdout(*parse_outputs(options.outputs))) {
    std::fprintf(stderr, "%s  %s\n", report::tally(summary).c_str(), report::verdict(summary).c_str());
  }
}

ExitCode run_verify(const Options& options, const VerifyOptions& verify) {
  const Result<check::Selection> selection = select_rules(verify.rules, verify.skipped);
  if (!selection) {
    complain(selection.error().message);
    return ExitCode::bad_usage;
  }
  const std::unique_ptr<LoadedEstate> loaded = load_usable_estate(options, verify.inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const check::Result result = check::run_rules(loaded->view(), *selection);
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::json(loaded->subject(), result)
                                  : report::text(loaded->subject(), result, style);
  };
  if (const std::optional<Error> error = write_outputs(options, render)) {
    complain(error->message);
    return ExitCode::bad_usage;
  }
  const ExitCode code = exit_code(options, loaded->view(), result);
  tell_aside(options, loaded->view(), result, code);
  return code;
}

}  // namespace

void add_verify(Program& program) {
  const auto verify = std::make_shared<VerifyOptions>();
  CLI::App* command =
      program.app.add_subcommand("verify", "Verify that the estate keeps the promises of the architecture");
  add_inputs(*command, verify->inputs, true);
  command->add_option("--rule", verify->rules, "Only this rule, or rules of this family (HP-TRN); may be repeated")
      ->type_name("ID")
      ->allow_extra_args(false);
  command->add_option("--skip-rule", verify->skipped, "Not this rule or family; may be repeated")
      ->type_name("ID")
      ->allow_extra_args(false);
  command->callback(
      [&program, verify] { program.run = [&program, verify] { return run_verify(program.options, *verify); }; });
}

}  // namespace hubproof::cli
