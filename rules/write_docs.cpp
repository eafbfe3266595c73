// hubproof-docs DIRECTORY: writes the pages of docs that are made from data, the rules' and the model's.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "rules/model_page.h"
#include "rules/rule_pages.h"

namespace {

bool write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) fmt::print(stderr, "{}: cannot be written\n", file.string());
  return static_cast<bool>(out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: hubproof-docs DIRECTORY\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::error_code failure;
  std::filesystem::create_directories(folder / "rules", failure);
  bool is_written = write(folder / "model.md", hubproof::rules::model_page(hubproof::report::model_table()));
  for (const auto& [name, text] : hubproof::rules::rule_pages(hubproof::check::catalogue())) {
    is_written = write(folder / "rules" / name, text) && is_written;
  }
  return is_written ? 0 : 2;
}
