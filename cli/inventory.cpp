// hubproof inventory INPUT...: what was read, which roles were inferred and why.
#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"

namespace hubproof::cli {
namespace {

ExitCode run_inventory(const Options& options, const std::vector<std::string>& inputs) {
  const std::unique_ptr<LoadedEstate> loaded = load_usable_estate(options, inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::inventory_json(loaded->subject())
                                  : report::inventory_text(loaded->subject(), style);
  };
  if (const std::optional<Error> error = write_outputs(options, render)) {
    complain(error->message);
    return ExitCode::bad_usage;
  }
  const bool is_open = !loaded->view().roles.ambiguities.empty() || is_input_open(loaded->view());
  return eased(options, is_open ? ExitCode::undecided : ExitCode::proved);
}

}  // namespace

void add_inventory(Program& program) {
  const auto inputs = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.app.add_subcommand("inventory", "Show what was read, the roles of networks and why");
  add_inputs(*command, *inputs, true);
  command->callback(
      [&program, inputs] { program.run = [&program, inputs] { return run_inventory(program.options, *inputs); }; });
}

}  // namespace hubproof::cli
