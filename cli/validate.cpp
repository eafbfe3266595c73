// hubproof validate INPUT...: can the inputs be read, and is anything evidently missing from them?
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"

namespace hubproof::cli {
namespace {

std::string render_text(const LoadedEstate& loaded, const report::TextStyle& style) {
  const model::Snapshot& snapshot = loaded.view().estate.snapshot();
  const std::string problems = report::diagnostics_text(loaded.subject(), style);
  const std::string tally =
      fmt::format("{} resources from {} inputs: {} problems, {} gaps.\n", snapshot.resources.size(),
                  snapshot.sources.size(), snapshot.diagnostics.size(), snapshot.gaps.size());
  return style.quiet ? tally : problems + tally;
}

ExitCode code_of(const LoadedEstate& loaded) {
  if (!loaded.is_usable()) return ExitCode::bad_usage;
  const model::Snapshot& snapshot = loaded.view().estate.snapshot();
  bool is_clean = snapshot.gaps.empty() && loaded.view().roles.ambiguities.empty();
  for (const Diagnostic& problem : snapshot.diagnostics) {
    is_clean = is_clean && problem.level != Diagnostic::Level::error;
  }
  return is_clean ? ExitCode::proved : ExitCode::undecided;
}

ExitCode run_validate(const Options& options, const std::vector<std::string>& inputs) {
  const std::unique_ptr<LoadedEstate> loaded = load_estate(options, inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::diagnostics_json(loaded->subject()) : render_text(*loaded, style);
  };
  if (const std::optional<Error> error = write_outputs(options, render)) {
    complain(error->message);
    return ExitCode::bad_usage;
  }
  return eased(options, code_of(*loaded));
}

}  // namespace

void add_validate(Program& program) {
  const auto inputs = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.app.add_subcommand("validate", "Check inputs for format and completeness only");
  add_inputs(*command, *inputs, true);
  command->callback(
      [&program, inputs] { program.run = [&program, inputs] { return run_validate(program.options, *inputs); }; });
}

}  // namespace hubproof::cli
