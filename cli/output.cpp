#include "cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/terminal.h"

namespace hubproof::cli {
namespace {

namespace fs = std::filesystem;

Error failure(const std::string& what) { return Error{what + ": " + std::strerror(errno)}; }

bool write_all(int descriptor, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t written = write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

Result<Output> parse_output(const std::string& value) {
  const std::size_t equals = value.find('=');
  const std::string format = value.substr(0, equals);
  Output out;
  if (format == "json") {
    out.format = Format::json;
  } else if (format != "text") {
    return Error{"--output: \"" + format + "\" is not a format; there are text and json"};
  }
  if (equals != std::string::npos) {
    out.file = value.substr(equals + 1);
    if (out.file.empty()) return Error{"--output: " + value + " names no file"};
  }
  return out;
}

std::optional<Error> write_in_place(const std::string& file, const std::string& text) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return failure("cannot write " + file);
  const bool is_written = write_all(descriptor, text);
  const int reason = errno;
  close(descriptor);
  errno = reason;
  if (!is_written) return failure("cannot write " + file);
  return std::nullopt;
}

std::optional<Error> write_aside(const std::string& file, const std::string& text) {
  std::string aside = file + ".XXXXXX";
  const int descriptor = mkstemp(aside.data());
  if (descriptor < 0) return failure("cannot write " + file);
  // mkstemp makes the file private; a result file gets the permissions that any new file would.
  const mode_t mask = umask(0);
  umask(mask);
  bool is_written = fchmod(descriptor, 0666 & ~mask) == 0 && write_all(descriptor, text);
  is_written = close(descriptor) == 0 && is_written;
  if (is_written && std::rename(aside.c_str(), file.c_str()) == 0) return std::nullopt;
  const Error error = failure("cannot write " + file);
  unlink(aside.c_str());
  return error;
}

}  // namespace

Result<std::vector<Output>> parse_outputs(const std::vector<std::string>& values) {
  if (values.empty()) return std::vector<Output>(1);
  std::vector<Output> out;
  for (const std::string& value : values) {
    Result<Output> output = parse_output(value);
    if (!output) return output.error();
    const bool is_taken = std::any_of(out.begin(), out.end(), [&](const Output& o) { return o.file == output->file; });
    if (is_taken) {
      return Error{"--output: " + (output->file.empty() ? "stdout" : output->file) + " is asked for twice"};
    }
    out.push_back(std::move(output).value());
  }
  return out;
}

std::optional<Error> write_file(const std::string& file, const std::string& text) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  if (fs::is_directory(status)) return Error{"cannot write " + file + ": it is a folder"};
  if (fs::exists(status) && !fs::is_regular_file(status)) return write_in_place(file, text);
  // A link keeps pointing at the file that is replaced.
  const fs::path target = fs::exists(status) ? fs::canonical(file, ignored) : fs::path(file);
  return write_aside(target.empty() ? file : target.string(), text);
}

std::optional<Error> write_stdout(const std::string& text) {
  if (write_all(STDOUT_FILENO, text) || errno == EPIPE) return std::nullopt;
  return failure("cannot write to stdout");
}

std::optional<Error> write_outputs(const Options& options,
                                   const std::function<std::string(Format, const report::TextStyle&)>& render) {
  const Result<std::vector<Output>> outputs = parse_outputs(options.outputs);
  if (!outputs) return outputs.error();
  for (const Output& output : *outputs) {
    const std::string text =
        render(output.format, output.file.empty() ? style_of_stdout(options) : style_of_file(options));
    std::optional<Error> error = output.file.empty() ? write_stdout(text) : write_file(output.file, text);
    if (error) return error;
  }
  return std::nullopt;
}

bool has_stdout(const std::vector<Output>& outputs) {
  return std::any_of(outputs.begin(), outputs.end(), [](const Output& output) { return output.file.empty(); });
}

}  // namespace hubproof::cli
