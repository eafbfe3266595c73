#include "engine/ingest/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>

#include "engine/ingest/decode.h"

namespace hubproof::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTooLarge = "larger than 4 GB";
constexpr std::string_view kTooLargeFix =
    "export in pages of 1000 rows (az graph query --first 1000 with --skip-token), one file each";

Diagnostic file_problem(const std::string& path, std::string message, std::string fix) {
  Diagnostic out;
  out.code = "INPUT-FILE";
  out.where.file = path;
  out.message = std::move(message);
  out.why = "nothing in it is used";
  out.fix = std::move(fix);
  return out;
}

class Walk {
 public:
  void root(const std::string& path) {
    if (path == "-") return add("-", "-", true);
    std::error_code error;
    const fs::path given = fs::path(path).lexically_normal();
    const fs::file_status status = fs::status(given, error);
    if (!fs::exists(status)) {
      return complain(given.string(), "no such file or folder",
                      "check the spelling; the shell's working folder counts");
    }
    if (!fs::is_directory(status)) return add(given.string(), given.parent_path().string(), true);
    if (folder(given)) return;
    complain(given.string(), "the folder holds no file", "name the folder that the export was written to");
    diagnostics_.back().code = "INPUT-EMPTY";
  }

  FoundFiles finish() {
    FoundFiles out;
    for (auto& [path, file] : files_) out.files.push_back(std::move(file));
    out.diagnostics = std::move(diagnostics_);
    return out;
  }

 private:
  /// A file that is named both by itself and through its folder counts as named.
  void add(const std::string& path, std::string folder, bool is_explicit) {
    const auto [at, is_new] = files_.try_emplace(path, FoundFile{path, std::move(folder), is_explicit});
    if (!is_new && is_explicit) at->second.is_explicit = true;
  }
  /// False when nothing at all was found. A folder that was entered before counts as full.
  bool folder(const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) {
      complain(path.string(), "the folder cannot be entered: " + error.message(), "check its permissions");
      return true;
    }
    if (!seen_.insert(real.string()).second) return true;
    std::vector<fs::path> entries;
    fs::directory_iterator at(path, error);
    if (error) {
      complain(path.string(), "the folder cannot be listed: " + error.message(), "check its permissions");
      return true;
    }
    for (; !error && at != fs::directory_iterator(); at.increment(error)) entries.push_back(at->path());
    if (error) complain(path.string(), "the folder cannot be listed: " + error.message(), "list it by hand");
    std::sort(entries.begin(), entries.end());
    bool any = false;
    for (const fs::path& entry : entries) {
      if (entry.filename().string().front() == '.') continue;
      const fs::file_status status = fs::status(entry, error);
      if (fs::is_directory(status)) {
        any = folder(entry) || any;
      } else if (fs::is_regular_file(status)) {
        add(entry.lexically_normal().string(), path.string(), false);
        any = true;
      } else if (!fs::exists(status)) {
        complain(entry.string(), "a link that leads nowhere, or cannot be followed", "mend it, or take it away");
        any = true;
      }
    }
    return any;
  }
  void complain(const std::string& path, std::string message, std::string fix) {
    diagnostics_.push_back(file_problem(path, std::move(message), std::move(fix)));
  }

  std::map<std::string, FoundFile> files_;
  std::set<std::string> seen_;
  Diagnostics diagnostics_;
};

SourceText failure(std::string problem, std::string_view fix = "check the file and its permissions") {
  SourceText out;
  out.problem = std::move(problem);
  out.fix = std::string(fix);
  return out;
}

}  // namespace

FoundFiles find_files(const std::vector<std::string>& paths) {
  std::vector<std::string> sorted = paths;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  Walk walk;
  for (const std::string& path : sorted) walk.root(path);
  return walk.finish();
}

SourceText SourceReader::read(const std::string& path) {
  SourceText source = read_bytes(path);
  if (!source.is_usable) return source;
  if (is_gzip(text_.view())) decompress(source);
  if (source.is_usable) transcode(source);
  return source;
}

SourceText SourceReader::read_bytes(const std::string& path) {
  if (path == "-") return read_standard_input();
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return failure(fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat status {};
  SourceText out;
  if (fstat(descriptor, &status) != 0) {
    out = failure(fmt::format("cannot be examined: {}", std::strerror(errno)));
  } else if (S_ISREG(status.st_mode) && static_cast<std::uint64_t>(status.st_size) > kLargestText) {
    out = failure(std::string(kTooLarge), kTooLargeFix);
  } else {
    fcntl(descriptor, F_SETFL, 0);
    out = read_descriptor(descriptor, static_cast<std::uint64_t>(status.st_size));
    out.differs_from_disk = !S_ISREG(status.st_mode);  // a pipe cannot be read again when a line is asked for
  }
  close(descriptor);
  return out;
}

SourceText SourceReader::read_descriptor(int descriptor, std::uint64_t size_hint) {
  std::size_t held = 0;
  std::size_t room = static_cast<std::size_t>(size_hint) + 1;  // the last byte tells a file that has grown
  while (true) {
    text_.resize(room);
    const ssize_t got = ::read(descriptor, text_.data() + held, room - held);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failure(fmt::format("cannot be read: {}", std::strerror(errno)));
    if (got == 0) break;
    held += static_cast<std::size_t>(got);
    if (held > kLargestText) return failure(std::string(kTooLarge), kTooLargeFix);
    if (held == room) room += std::max<std::size_t>(room / 2, 1U << 16U);
  }
  text_.resize(held);
  SourceText out;
  out.is_usable = true;
  out.bytes = held;
  return out;
}

SourceText SourceReader::read_standard_input() {
  if (standard_input_ == nullptr) return failure("standard input is not available here");
  std::size_t held = 0;
  std::size_t room = 1U << 16U;
  while (true) {
    text_.resize(room);
    standard_input_->read(text_.data() + held, static_cast<std::streamsize>(room - held));
    held += static_cast<std::size_t>(standard_input_->gcount());
    if (held > kLargestText) return failure(std::string(kTooLarge), kTooLargeFix);
    if (held < room) break;
    room += room / 2;
  }
  text_.resize(held);
  SourceText out;
  out.is_usable = true;
  out.bytes = held;
  out.differs_from_disk = true;
  return out;
}

void SourceReader::decompress(SourceText& source) {
  const Result<Inflated> inflated = inflate_gzip(text_.view(), other_);
  if (!inflated) {
    source.is_usable = false;
    source.problem = inflated.error().message;
    source.fix = "decompress it yourself and look at what is inside";
    return;
  }
  std::swap(text_, other_);
  source.differs_from_disk = true;
  source.encoding += ", gzip";
  if (inflated->damage.empty()) return;
  source.is_cut_off = true;
  source.problem = inflated->damage;
  source.fix = "copy the file again; what came before the damage is used";
}

void SourceReader::transcode(SourceText& source) {
  const Encoding encoding = encoding_of(text_.view());
  if (encoding == Encoding::utf8) return;
  if (encoding == Encoding::utf8_bom) {
    // Blanked rather than removed, so that offsets stay those of the file.
    std::memset(text_.data(), ' ', 3);
    source.encoding += ", UTF-8 with BOM";
    return;
  }
  std::size_t replaced = 0;
  const std::string text = utf16_to_utf8(text_.view(), encoding == Encoding::utf16_be, replaced);
  text_.assign(text);
  source.differs_from_disk = true;
  source.encoding += ", UTF-16";
  if (replaced == 0) return;
  source.code = "INPUT-ENCODING";
  source.problem = fmt::format("{} characters are not valid UTF-16 and were replaced", replaced);
  source.fix = "export again with: | Out-File -Encoding utf8";
}

}  // namespace hubproof::ingest
