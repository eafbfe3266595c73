#include "cli/options.h"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <cstdio>

#include "engine/core/text.h"

namespace hubproof::cli {

void add_shared_options(Program& program) {
  CLI::App& app = program.app;
  Options& o = program.options;
  app.add_option("-c,--config", o.config,
                 "Configuration file; default: $HUBPROOF_CONFIG, then hubproof.yaml, .yml or "
                 ".json here or above, up to the repository root")
      ->type_name("FILE");
  app.add_option("-o,--output,--format", o.outputs,
                 "text or json, to a file with FMT=FILE; may be repeated (default: text)")
      ->type_name("FMT[=FILE]")
      ->allow_extra_args(false);
  app.add_option("--fail-on", o.fail_on, "Mildest severity that ends with exit code 1 (default: high)")
      ->check(CLI::IsMember({"critical", "high", "medium", "low", "unknown", "none"}))
      ->type_name("LEVEL");
  app.add_flag("--strict", o.strict, "Undecided findings count as violations");
  app.add_flag("--allow-unknown", o.allow_unknown, "Exit 0 in place of 3 (not decided)");
  app.add_flag("--allow-empty", o.allow_empty, "Exit 0 in place of 4 (nothing to verify)");
  app.add_flag("--exit-zero", o.exit_zero, "Exit 0 in place of 1, 3 and 4");
  app.add_option("--color", o.color, "auto, always or never; auto heeds NO_COLOR, CLICOLOR_FORCE and TERM=dumb")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  app.add_flag("--ascii", o.ascii, "Print no characters beyond ASCII");
  app.add_flag("-q,--quiet", o.quiet, "Print the last line only");
  app.add_flag("-v,--verbose", o.verbose, "Print everything in full")->excludes("--quiet");
  app.add_option("--progress", o.progress, "auto (on a terminal, to stderr) or never")
      ->check(CLI::IsMember({"auto", "never"}))
      ->type_name("WHEN");
  app.add_flag("--version", program.wants_version, "Print the version and exit");
  app.add_flag("--json", program.wants_json, "With --version: as JSON");
  app.get_formatter()->column_width(30);
}

CLI::Option* add_inputs(CLI::App& command, std::vector<std::string>& inputs, bool is_required) {
  command.fallthrough();
  command.footer("Flags that all commands share: hubproof --help");
  CLI::Option* option = command.add_option("INPUT", inputs, "Exported files or folders; - is stdin");
  if (is_required) option->required();
  return option;
}

std::string suggestion(const CLI::App& app, const std::string& word) {
  std::vector<std::string> words;
  const auto add_options = [&](const CLI::App& from) {
    for (const CLI::Option* option : from.get_options()) {
      for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
    }
  };
  add_options(app);
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(command->get_name());
    if (command->parsed()) add_options(*command);
  }
  const std::vector<std::string_view> views(words.begin(), words.end());
  const std::string_view nearest = text::nearest(word.substr(0, word.find('=')), views.data(), views.size());
  return nearest.empty() ? std::string() : " (did you mean \"" + std::string(nearest) + "\"?)";
}

void complain(const std::string& message, const std::string& fix) {
  // A message may have several lines; only what lies between them comes from the input.
  std::string out = "error: ";
  std::size_t from = 0;
  while (from <= message.size()) {
    const std::size_t end = std::min(message.find('\n', from), message.size());
    out += text::printable(std::string_view(message).substr(from, end - from)) + '\n';
    from = end + 1;
  }
  if (!fix.empty()) out += "  = fix: " + text::printable(fix) + '\n';
  std::fputs(out.c_str(), stderr);
}

}  // namespace hubproof::cli
