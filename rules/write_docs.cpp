// hubproof-docs DIRECTORY: writes the rule pages.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "rules/rule_pages.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: hubproof-docs DIRECTORY\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  for (const auto& [name, text] : hubproof::rules::rule_pages(hubproof::check::catalogue())) {
    std::ofstream out(folder / name, std::ios::binary);
    out << text;
    out.flush();
    if (!out) {
      fmt::print(stderr, "{}: cannot be written\n", (folder / name).string());
      return 2;
    }
  }
  return 0;
}
