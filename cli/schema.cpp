// hubproof schema NAME: the JSON schemas of what is written and of the configuration.
#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/output.h"
#include "engine/core/text.h"
#include "engine/report/schema.h"

namespace hubproof::cli {
namespace {

std::vector<std::string_view> names() {
  std::vector<std::string_view> out;
  for (const report::Schema& schema : report::schemas()) out.push_back(schema.name);
  return out;
}

std::string list() {
  std::string out;
  for (const std::string_view name : names()) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

ExitCode run_schema(const std::string& name) {
  for (const report::Schema& schema : report::schemas()) {
    if (schema.name != name) continue;
    const std::optional<Error> error = write_stdout(std::string(schema.text));
    if (!error) return ExitCode::proved;
    complain(error->message);
    return ExitCode::bad_usage;
  }
  const std::vector<std::string_view> known = names();
  const std::string_view near = text::nearest(name, known.data(), known.size());
  complain("there is no schema \"" + name + "\"; " +
           (near.empty() ? "there are " + list() : "did you mean " + std::string(near) + "?"));
  return ExitCode::bad_usage;
}

}  // namespace

void add_schema(Program& program) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = program.app.add_subcommand("schema", "Print a JSON schema: " + list());
  command->fallthrough();
  command->add_option("NAME", *name, "Which schema")->required();
  command->callback([&program, name] { program.run = [name] { return run_schema(*name); }; });
}

}  // namespace hubproof::cli
