// The flags that all commands share, and the program that the commands are added to.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "engine/core/result.h"

namespace hubproof::cli {

struct Options {
  std::string config;                ///< --config; empty: looked for
  std::vector<std::string> outputs;  ///< FMT[=FILE], as given; empty: text on stdout
  std::string fail_on = "high";      ///< critical, high, medium, low, unknown or none
  std::string color = "auto";        ///< auto, always or never
  std::string progress = "auto";     ///< auto or never
  bool strict = false;               ///< undecided counts as violated
  bool allow_unknown = false;        ///< 3 becomes 0
  bool allow_empty = false;          ///< 4 becomes 0
  bool exit_zero = false;            ///< 1, 3 and 4 become 0
  bool ascii = false;
  bool quiet = false;
  bool verbose = false;
};

/// The command line: commands add themselves, parsing chooses what to run.
struct Program {
  CLI::App app{"Proves, offline and with evidence, what an Azure hub-and-spoke AI estate promises.", "hubproof"};
  Options options;
  bool wants_version = false;
  bool wants_json = false;
  std::function<ExitCode()> run;  ///< set by the command that was given
};

void add_shared_options(Program& program);
/// INPUT...: at least one when `is_required`.
CLI::Option* add_inputs(CLI::App& command, std::vector<std::string>& inputs, bool is_required);

/// The nearest of the words that the command line knows, as " (did you mean \"--strict\"?)", or empty.
std::string suggestion(const CLI::App& app, const std::string& word);

/// "error: message" on stderr, and "  = fix: fix" when there is one. Control characters are made printable.
void complain(const std::string& message, const std::string& fix = {});

}  // namespace hubproof::cli
