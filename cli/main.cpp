// Wires the commands together and turns whatever happens into an exit code.
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include <CLI/Error.hpp>

#include "cli/commands.h"
#include "cli/output.h"

namespace {

using namespace hubproof::cli;

void add_commands(Program& program) {
  program.app.require_subcommand(0, 1);
  program.app.footer(
      "Exit codes: 0 proved, 1 violated, 2 usage, configuration or unreadable input, 3 not decided,\n"
      "4 nothing to verify, 101 internal error.");
  add_verify(program);
  add_inventory(program);
  add_validate(program);
  add_trace(program);
  add_query(program);
  add_explain(program);
  add_rules(program);
  add_model(program);
  add_schema(program);
}

ExitCode write(const std::string& text, ExitCode code) {
  const auto error = write_stdout(text);
  if (!error) return code;
  complain(error->message);
  return ExitCode::bad_usage;
}

ExitCode print_version(bool as_json) {
  const std::string version(hubproof::report::tool_version());
  return write(as_json ? "{\"name\":\"hubproof\",\"version\":\"" + version + "\"}\n" : "hubproof " + version + "\n",
               ExitCode::proved);
}

ExitCode refuse(const Program& program, const CLI::ParseError& error) {
  std::string message = error.what();
  for (const std::string& word : program.app.remaining(true)) {
    const std::string hint = suggestion(program.app, word);
    if (!hint.empty()) message += hint;
  }
  complain(message, "hubproof --help lists commands and flags");
  return ExitCode::bad_usage;
}

ExitCode run(int argc, char** argv) {
  Program program;
  add_shared_options(program);
  add_commands(program);
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return write(program.app.help(), ExitCode::proved);
  } catch (const CLI::ParseError& error) {
    return refuse(program, error);
  }
  if (program.wants_version) return print_version(program.wants_json);
  if (program.run) return program.run();
  // An empty command line is no success: a pipeline that lost its arguments must not pass.
  return write(program.app.help(), ExitCode::bad_usage);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const std::bad_alloc&) {
    std::fputs("internal error: out of memory; no verdict was reached\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "internal error: %s\n  = fix: this is a defect of hubproof; please report it\n", error.what());
  } catch (...) {
    std::fputs("internal error: of unknown kind\n  = fix: this is a defect of hubproof; please report it\n", stderr);
  }
  return static_cast<int>(ExitCode::internal_error);
}
