#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/config.h"

namespace hubproof::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaximumBytes = 1024UL * 1024UL;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Result<std::string> config_in(const fs::path& folder) {
  std::string found;
  for (const char* name : {"hubproof.yaml", "hubproof.yml", "hubproof.json"}) {
    const fs::path candidate = folder / name;
    if (!is_there(candidate)) continue;
    if (!found.empty()) {
      return Error{"two configuration files: " + found + " and " + candidate.string() + "; say which with --config"};
    }
    found = candidate.string();
  }
  return found;
}

/// The folders to look into, nearest first.
std::vector<fs::path> folders_from(const fs::path& start) {
  std::vector<fs::path> out;
  for (fs::path at = start;; at = at.parent_path()) {
    out.push_back(at);
    if (is_there(at / ".git")) return out;
    if (at == at.parent_path()) return {start};
  }
}

}  // namespace

Result<std::string> find_config(const std::string& flag, const Environment& environment, const std::string& folder) {
  if (!flag.empty()) {
    if (is_there(flag)) return flag;
    return Error{"--config: " + flag + ": there is no such file"};
  }
  const std::string named = environment("HUBPROOF_CONFIG").value_or("");
  if (!named.empty()) {
    if (is_there(named)) return named;
    return Error{"HUBPROOF_CONFIG: " + named + ": there is no such file"};
  }
  for (const fs::path& at : folders_from(folder)) {
    Result<std::string> found = config_in(at);
    if (!found || !found->empty()) return found;
  }
  return std::string();
}

Result<std::string> read_config(const std::string& file) {
  std::error_code failed;
  if (fs::is_directory(file, failed)) return Error{file + ": is a folder, not a configuration file"};
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{file + ": cannot be read"};
  std::string text(kMaximumBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad()) return Error{file + ": cannot be read"};
  if (text.size() > kMaximumBytes) return Error{file + ": is larger than 1 MiB, which no configuration needs"};
  return text;
}

}  // namespace hubproof::cli
