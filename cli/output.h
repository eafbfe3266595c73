// Where results go: stdout, or files that appear whole or not at all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "engine/report/report.h"

namespace hubproof::cli {

enum class Format { text, json };

struct Output {
  Format format = Format::text;
  std::string file;  ///< empty: stdout
};

/// The -o values; text on stdout when there are none. At most one may go to stdout, and no file twice.
Result<std::vector<Output>> parse_outputs(const std::vector<std::string>& values);

/// Writes `text` beside `file` and renames it into place; a device or pipe is written to directly. The reason on
/// failure.
std::optional<Error> write_file(const std::string& file, const std::string& text);
/// A reader that went away (a closed pipe) is no error.
std::optional<Error> write_stdout(const std::string& text);

/// Renders and writes every output that was asked for. The reason on failure.
std::optional<Error> write_outputs(const Options& options,
                                   const std::function<std::string(Format, const report::TextStyle&)>& render);
/// False for outputs that go to files only: then the last line is worth a note on stderr.
bool has_stdout(const std::vector<Output>& outputs);

}  // namespace hubproof::cli
