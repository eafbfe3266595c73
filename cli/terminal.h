// What the terminal can show. Pure but for the two functions that ask the system.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/options.h"
#include "engine/report/report.h"

namespace hubproof::cli {

using Environment = std::function<std::optional<std::string>(const char*)>;
/// A variable of this process.
std::optional<std::string> environment(const char* name);

/// Whether to colour: the flag decides; under "auto" a NO_COLOR that is not empty says no, a CLICOLOR_FORCE other than
/// "0" says yes, TERM=dumb says no, else a terminal says yes. source: no-color.org, bixense.com/clicolors
bool wants_color(const std::string& choice, const Environment& environment, bool is_terminal);

/// The style for stdout. Away from a terminal the width is 100, so that the bytes do not depend on the machine.
report::TextStyle style_of_stdout(const Options& options);
/// The style for files: never coloured.
report::TextStyle style_of_file(const Options& options);

/// Shows on stderr how much has been read, when stderr is a terminal and the options allow it. Cleared when destroyed.
class Progress {
 public:
  explicit Progress(const Options& options);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::uint64_t done, std::uint64_t total);
  bool is_on() const { return is_on_; }

 private:
  bool is_on_;
  bool is_dirty_ = false;
  std::uint64_t last_percent_ = ~std::uint64_t{0};
};

}  // namespace hubproof::cli
