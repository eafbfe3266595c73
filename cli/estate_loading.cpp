#include "cli/estate_loading.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <optional>

#include "cli/config.h"
#include "cli/output.h"
#include "engine/core/text.h"
#include "engine/net/cross_check.h"

namespace hubproof::cli {
namespace {

namespace fs = std::filesystem;

void tell_config_problems(const Diagnostics& problems) {
  std::string out;
  for (const Diagnostic& problem : problems) {
    out += fmt::format("error[{}]: {}\n  --> {}\n", problem.code, text::printable(problem.message),
                       to_string(problem.where));
    if (!problem.fix.empty()) out += fmt::format("   = fix: {}\n", text::printable(problem.fix));
  }
  std::fputs(out.c_str(), stderr);
}

std::optional<model::Designations> load_designations(const Options& options) {
  std::error_code ignored;
  const Result<std::string> file = find_config(options.config, environment, fs::current_path(ignored).string());
  if (!file) {
    complain(file.error().message);
    return std::nullopt;
  }
  if (file->empty()) return model::Designations();
  const Result<std::string> text = read_config(*file);
  if (!text) {
    complain(text.error().message);
    return std::nullopt;
  }
  Config config = parse_config(*text, *file);
  if (!config.problems.empty()) {
    tell_config_problems(config.problems);
    return std::nullopt;
  }
  // A configuration that was found rather than named changes what is proved: say so.
  if (options.config.empty() && !options.quiet) {
    std::fputs(fmt::format("note: configuration from {}\n", text::printable(*file)).c_str(), stderr);
  }
  return std::move(config.designations);
}

bool are_inputs_there(const std::vector<std::string>& inputs) {
  for (const std::string& input : inputs) {
    std::error_code failed;
    if (input == "-" || fs::exists(input, failed)) continue;
    complain(fmt::format("{}: {}", input, failed ? failed.message() : "there is no such file or folder"));
    return false;
  }
  if (std::count(inputs.begin(), inputs.end(), "-") <= 1) return true;
  complain("- (stdin) can be read once only");
  return false;
}

}  // namespace

LoadedEstate::LoadedEstate(model::Snapshot snapshot, model::Designations designations)
    : estate_(std::move(snapshot)),
      designations_(std::move(designations)),
      roles_(model::infer_roles(estate_, designations_)),
      locator_(estate_.snapshot()),
      locate_([this](model::ResourceId id, std::string_view pointer) { return locator_.locate(id, pointer); }),
      view_{estate_, roles_, designations_} {}

bool LoadedEstate::is_usable() const {
  const model::Snapshot& snapshot = estate_.snapshot();
  if (snapshot.has_usable_input) return true;
  const bool has_error = std::any_of(snapshot.diagnostics.begin(), snapshot.diagnostics.end(),
                                     [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
  return !has_error && !snapshot.sources.empty();
}

std::unique_ptr<LoadedEstate> load_estate(const Options& options, const std::vector<std::string>& inputs) {
  const Result<std::vector<Output>> outputs = parse_outputs(options.outputs);
  if (!outputs) {
    complain(outputs.error().message);
    return nullptr;
  }
  std::optional<model::Designations> designations = load_designations(options);
  if (!designations || !are_inputs_there(inputs)) return nullptr;
  Progress progress(options);
  ingest::LoadOptions load;
  load.standard_input = &std::cin;
  if (progress.is_on()) load.progress = [&](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
  model::Snapshot snapshot = ingest::load(inputs, load);
  net::cross_check(snapshot, *designations);
  return std::make_unique<LoadedEstate>(std::move(snapshot), std::move(*designations));
}

std::unique_ptr<LoadedEstate> load_usable_estate(const Options& options, const std::vector<std::string>& inputs) {
  std::unique_ptr<LoadedEstate> loaded = load_estate(options, inputs);
  if (loaded == nullptr || loaded->is_usable()) return loaded;
  std::fputs(report::diagnostics_text(loaded->subject(), style_of_file(options)).c_str(), stderr);
  complain("no input could be used", "give exported Azure Resource Graph data; inputs are recognised by their content");
  return nullptr;
}

}  // namespace hubproof::cli
