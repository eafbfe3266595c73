// hubproof explain RULE-ID [INPUT...]: what a rule says, and what it found.
#include <memory>

#include "cli/commands.h"
#include "cli/estate_loading.h"
#include "cli/gate.h"
#include "cli/output.h"
#include "cli/selection.h"
#include "engine/report/rule_text.h"

namespace hubproof::cli {
namespace {

struct ExplainOptions {
  std::string rule;
  std::vector<std::string> inputs;
};

ExitCode write(const Options& options, const std::function<std::string(Format, const report::TextStyle&)>& render,
               ExitCode code) {
  const std::optional<Error> error = write_outputs(options, render);
  if (!error) return code;
  complain(error->message);
  return ExitCode::bad_usage;
}

ExitCode explain_findings(const Options& options, const check::RuleText& rule, const std::vector<std::string>& inputs) {
  const std::unique_ptr<LoadedEstate> loaded = load_usable_estate(options, inputs);
  if (loaded == nullptr) return ExitCode::bad_usage;
  const check::Result result = check::run_rules(loaded->view(), check::Selection{{rule.id}, {}});
  const auto render = [&](Format format, const report::TextStyle& style) {
    if (format == Format::json) return report::json(loaded->subject(), result);
    return report::rule_text(rule, style) + report::findings_text(loaded->subject(), result, style);
  };
  return write(options, render, exit_code(options, loaded->view(), result));
}

ExitCode run_explain(const Options& options, const ExplainOptions& explain) {
  const Result<const check::RuleText*> rule = find_rule(explain.rule);
  if (!rule) {
    complain(rule.error().message);
    return ExitCode::bad_usage;
  }
  if (!explain.inputs.empty()) return explain_findings(options, **rule, explain.inputs);
  const auto render = [&](Format format, const report::TextStyle& style) {
    return format == Format::json ? report::rule_json(**rule) : report::rule_text(**rule, style);
  };
  return write(options, render, ExitCode::proved);
}

}  // namespace

void add_explain(Program& program) {
  const auto explain = std::make_shared<ExplainOptions>();
  CLI::App* command = program.app.add_subcommand("explain", "Explain a rule and, given inputs, what it found in them");
  command->add_option("RULE-ID", explain->rule, "A rule, as HP-TRN-015")->required();
  add_inputs(*command, explain->inputs, false);
  command->callback(
      [&program, explain] { program.run = [&program, explain] { return run_explain(program.options, *explain); }; });
}

}  // namespace hubproof::cli
