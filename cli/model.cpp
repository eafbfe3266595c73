// hubproof model: what of Azure is modelled, approximated and not modelled.
#include "cli/commands.h"

#include <CLI/Validators.hpp>
#include <memory>

#include "cli/output.h"
#include "engine/report/model_text.h"

namespace hubproof::cli {
namespace {

using report::ModelStatus;

constexpr ModelStatus kStatuses[] = {ModelStatus::modelled, ModelStatus::approximated, ModelStatus::not_modelled};

struct ModelOptions {
  std::string area;    ///< empty: all
  std::string status;  ///< empty: all
};

std::vector<std::string> areas() {
  std::vector<std::string> out;
  for (const report::ModelWord& area : report::model_table().areas) out.push_back(area.name);
  return out;
}

std::vector<std::string> statuses() {
  std::vector<std::string> out;
  for (const ModelStatus status : kStatuses) out.emplace_back(report::name(status));
  return out;
}

std::optional<ModelStatus> status_of(const std::string& word) {
  for (const ModelStatus status : kStatuses) {
    if (report::name(status) == word) return status;
  }
  return std::nullopt;
}

ExitCode run_model(const Options& options, const ModelOptions& asked) {
  const report::ModelTable table = selected(report::model_table(), asked.area, status_of(asked.status));
  const std::optional<Error> error = write_outputs(options, [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::model_json(table) : report::model_text(table, style);
  });
  if (!error) return ExitCode::proved;
  complain(error->message);
  return ExitCode::bad_usage;
}

}  // namespace

void add_model(Program& program) {
  const auto asked = std::make_shared<ModelOptions>();
  CLI::App* command = program.app.add_subcommand(
      "model", "What of Azure is modelled, approximated and not modelled, and what shows it");
  command->fallthrough();
  command->add_option("--area", asked->area, "Only one area, as routes or dns (default: all)")
      ->check(CLI::IsMember(areas()))
      ->type_name("AREA");
  command->add_option("--status", asked->status, "modelled, approximated or not_modelled (default: all)")
      ->check(CLI::IsMember(statuses()))
      ->type_name("STATUS");
  command->callback(
      [&program, asked] { program.run = [&program, asked] { return run_model(program.options, *asked); }; });
}

}  // namespace hubproof::cli
