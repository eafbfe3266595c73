// hubproof rules list|show: the catalogue.
#include <memory>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "engine/report/rule_text.h"

namespace hubproof::cli {
namespace {

ExitCode write(const Options& options, const std::function<std::string(Format, const report::TextStyle&)>& render) {
  const std::optional<Error> error = write_outputs(options, render);
  if (!error) return ExitCode::proved;
  complain(error->message);
  return ExitCode::bad_usage;
}

ExitCode run_list(const Options& options) {
  return write(options, [](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::rules_json(check::catalogue())
                                  : report::rules_text(check::catalogue(), style);
  });
}

ExitCode run_show(const Options& options, const std::string& id) {
  const Result<const check::RuleText*> rule = find_rule(id);
  if (!rule) {
    complain(rule.error().message);
    return ExitCode::bad_usage;
  }
  return write(options, [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::rule_json(**rule) : report::rule_text(**rule, style);
  });
}

}  // namespace

void add_rules(Program& program) {
  CLI::App* command = program.app.add_subcommand("rules", "List the rules, or show one");
  command->fallthrough();
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "One line per rule");
  list->fallthrough();
  list->callback([&program] { program.run = [&program] { return run_list(program.options); }; });
  const auto id = std::make_shared<std::string>();
  CLI::App* show = command->add_subcommand("show", "One rule in full");
  show->fallthrough();
  show->add_option("RULE-ID", *id, "A rule, as HP-TRN-015")->required();
  show->callback([&program, id] { program.run = [&program, id] { return run_show(program.options, *id); }; });
}

}  // namespace hubproof::cli
