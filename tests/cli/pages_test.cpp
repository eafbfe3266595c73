// The manual page and docs/commands.md name every command and flag that --help shows.
#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "tests/cli/run_program.h"

using namespace hubproof;

namespace {

const std::vector<std::vector<std::string>>& commands() {
  static const std::vector<std::vector<std::string>> list = {
      {},          {"verify"}, {"inventory"},     {"validate"},      {"trace"}, {"query"},
      {"explain"}, {"rules"},  {"rules", "list"}, {"rules", "show"}, {"model"}, {"schema"}};
  return list;
}

/// "--flag" words at the start of the lines of all help texts.
std::set<std::string> flags() {
  std::set<std::string> out;
  for (std::vector<std::string> command : commands()) {
    command.emplace_back("--help");
    std::istringstream help(test::run(HUBPROOF_PROGRAM, command).out);
    for (std::string line; std::getline(help, line);) {
      if (line.rfind("  -", 0) != 0) continue;
      const std::size_t at = line.find("--");
      if (at != std::string::npos) out.insert(line.substr(at, line.find_first_of(" ,", at) - at));
    }
  }
  return out;
}

std::string without_backslashes(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '\\') out += c;
  }
  return out;
}

}  // namespace

TEST_CASE("the manual page and the page of commands name every command and flag") {
  const std::set<std::string> known = flags();
  CHECK(known.count("--strict") == 1);
  CHECK(known.count("--skip-rule") == 1);
  CHECK(known.count("--source-port") == 1);
  CHECK(known.count("--not-via") == 1);
  CHECK(known.count("--area") == 1);
  for (const char* page : {"/docs/man/hubproof.1", "/docs/commands.md"}) {
    const std::string text = without_backslashes(test::read_file(std::string(HUBPROOF_SOURCE_DIR) + page));
    CAPTURE(std::string(page));
    for (const std::string& flag : known) {
      CAPTURE(flag);
      CHECK(text.find(flag) != std::string::npos);
    }
    for (const std::vector<std::string>& command : commands()) {
      for (const std::string& word : command) {
        CAPTURE(word);
        CHECK(text.find(word) != std::string::npos);
      }
    }
  }
}
