#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace hubproof::cli {
namespace {

constexpr std::size_t kDefaultWidth = 100;

report::TextStyle plain_style(const Options& options) {
  report::TextStyle style;
  style.ascii = options.ascii;
  style.verbose = options.verbose;
  style.quiet = options.quiet;
  style.width = kDefaultWidth;
  return style;
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return std::clamp<std::size_t>(size.ws_col, 60, 160);
}

}  // namespace

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

bool wants_color(const std::string& choice, const Environment& environment, bool is_terminal) {
  if (choice != "auto") return choice == "always";
  if (!environment("NO_COLOR").value_or("").empty()) return false;
  const std::string force = environment("CLICOLOR_FORCE").value_or("0");
  if (!force.empty() && force != "0") return true;
  if (environment("TERM").value_or("") == "dumb") return false;
  return is_terminal;
}

report::TextStyle style_of_stdout(const Options& options) {
  report::TextStyle style = plain_style(options);
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  style.color = wants_color(options.color, environment, is_terminal);
  if (is_terminal) style.width = terminal_width();
  return style;
}

report::TextStyle style_of_file(const Options& options) { return plain_style(options); }

Progress::Progress(const Options& options)
    : is_on_(options.progress == "auto" && !options.quiet && isatty(STDERR_FILENO) == 1 &&
             environment("TERM").value_or("") != "dumb") {}

Progress::~Progress() {
  if (is_dirty_) std::fputs("\r\x1b[K", stderr);
}

void Progress::show(std::uint64_t done, std::uint64_t total) {
  if (!is_on_ || total == 0) return;
  const std::uint64_t percent = std::min<std::uint64_t>(
      100, static_cast<std::uint64_t>(100.0 * static_cast<double>(done) / static_cast<double>(total)));
  if (percent == last_percent_) return;
  last_percent_ = percent;
  is_dirty_ = true;
  std::fprintf(stderr, "\rreading %3u %%", static_cast<unsigned>(percent));
  std::fflush(stderr);
}

}  // namespace hubproof::cli
