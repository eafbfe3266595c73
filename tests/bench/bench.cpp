// Ratios within one run: every contestant reads the same pages, in a child process of its own (so that peak memory is
// its own), in turn, several times; medians are compared. Run by ./dev bench.
#include <fmt/format.h>
#include <simdjson.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/check/run.h"
#include "engine/ingest/load.h"
#include "engine/report/report.h"

namespace {

using namespace hubproof;

struct Pages {
  std::string folder;
  std::vector<std::string> files;
  std::uint64_t bytes = 0;
};

Pages find_pages(const std::string& folder) {
  Pages pages;
  pages.folder = folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    pages.files.push_back(entry.path().string());
    pages.bytes += entry.file_size();
  }
  std::sort(pages.files.begin(), pages.files.end());
  return pages;
}

/// Reads a whole file into a reused buffer with simdjson's padding; returns the length.
std::size_t read_page(const std::string& path, std::string& buffer) {
  const auto size = static_cast<std::size_t>(std::filesystem::file_size(path));
  if (buffer.size() < size + simdjson::SIMDJSON_PADDING) buffer.resize(size + simdjson::SIMDJSON_PADDING);
  std::ifstream in(path, std::ios::binary);
  in.read(buffer.data(), static_cast<std::streamsize>(size));
  return size;
}

/// What a contestant has built. It outlives the measured process: the time to destroy a model at exit is not measured.
using Kept = std::shared_ptr<void>;

Kept bare_dom(const Pages& pages) {
  simdjson::dom::parser parser;
  std::string buffer;
  std::size_t rows = 0;
  for (const std::string& file : pages.files) {
    const std::size_t size = read_page(file, buffer);
    rows += simdjson::dom::element(parser.parse(buffer.data(), size, false))["data"].get_array().size();
  }
  if (rows == 0) std::exit(1);
  return {};
}

Kept nlohmann_dom(const Pages& pages) {
  std::string buffer;
  std::size_t rows = 0;
  for (const std::string& file : pages.files) {
    const std::size_t size = read_page(file, buffer);
    rows += nlohmann::json::parse(buffer.data(), buffer.data() + size)["data"].size();
  }
  if (rows == 0) std::exit(1);
  return {};
}

Kept load_only(const Pages& pages) {
  auto snapshot = std::make_shared<model::Snapshot>(ingest::load({pages.folder}, {}));
  if (!snapshot->has_usable_input) std::exit(1);
  return snapshot;
}

Kept load_and_link(const Pages& pages) {
  auto estate = std::make_shared<model::Estate>(ingest::load({pages.folder}, {}));
  if (estate->tables().virtual_networks.empty()) std::exit(1);
  return estate;
}

Kept whole_verify(const Pages& pages) {
  auto estate = std::make_shared<model::Estate>(ingest::load({pages.folder}, {}));
  const model::Designations designations;
  const model::Roles roles = model::infer_roles(*estate, designations);
  const model::View view{*estate, roles, designations};
  const check::Result result = check::run_rules(view, {});
  const ingest::Locator locator(estate->snapshot());
  const report::Locate locate = [&](model::ResourceId id, std::string_view pointer) {
    return locator.locate(id, pointer);
  };
  if (report::text({view, locate}, result, {}).empty()) std::exit(1);
  return estate;
}

struct Measure {
  double wall = 0;
  double cpu = 0;
  double peak_bytes = 0;
};

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

Measure measure(const std::function<Kept(const Pages&)>& run, const Pages& pages) {
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    const Kept kept = run(pages);
    _exit(0);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  if (status != 0) {
    fmt::print(stderr, "error: a contestant failed\n");
    std::exit(1);
  }
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) * 1024};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Contestant {
  std::string name;
  std::function<Kept(const Pages&)> run;
  std::vector<Measure> runs;
  double wall() const { return of(&Measure::wall); }
  double cpu() const { return of(&Measure::cpu); }
  double peak() const { return of(&Measure::peak_bytes); }

 private:
  double of(double Measure::*member) const {
    std::vector<double> values;
    for (const Measure& m : runs) values.push_back(m.*member);
    return median(values);
  }
};

void print_ratio(std::string_view what, double ratio, std::string_view goal) {
  fmt::print("{:<66} {:>7.2f}   {}\n", what, ratio, goal);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: hubproof-bench FOLDER-OF-PAGES [RUNS]\n");
    return 2;
  }
  const Pages pages = find_pages(argv[1]);
  const int runs = argc > 2 ? std::atoi(argv[2]) : 5;
  std::vector<Contestant> contestants = {{"simdjson bare DOM parse", bare_dom, {}},
                                         {"nlohmann DOM parse", nlohmann_dom, {}},
                                         {"typed ingest", load_only, {}},
                                         {"load (ingest and link)", load_and_link, {}},
                                         {"whole verify", whole_verify, {}}};
  // Warms the page cache; not counted. In children too: a child's peak memory starts with what its parent holds.
  for (const Contestant& c : contestants) measure(c.run, pages);
  for (int i = 0; i < runs; ++i) {
    for (Contestant& c : contestants) c.runs.push_back(measure(c.run, pages));
  }
  fmt::print("{} pages, {:.1f} MB, median of {} runs, one thread\n\n", pages.files.size(),
             static_cast<double>(pages.bytes) / 1e6, runs);
  fmt::print("{:<30} {:>10} {:>10} {:>12}\n", "contestant", "wall s", "cpu s", "peak MB");
  for (const Contestant& c : contestants) {
    fmt::print("{:<30} {:>10.3f} {:>10.3f} {:>12.1f}\n", c.name, c.wall(), c.cpu(), c.peak() / 1e6);
  }
  const auto& [dom, nlohmann, ingest, load, verify] =
      std::tie(contestants[0], contestants[1], contestants[2], contestants[3], contestants[4]);
  fmt::print("\n{:<66} {:>7}   {}\n", "ratio (cpu time)", "", "goal");
  print_ratio("typed ingest / simdjson bare DOM parse", ingest.cpu() / dom.cpu(), "at most 2.5");
  print_ratio("nlohmann DOM parse / typed ingest", nlohmann.cpu() / ingest.cpu(), "at least 10");
  print_ratio("whole verify / load", verify.cpu() / load.cpu(), "at most 1.5");
  print_ratio("peak memory of verify / input bytes", verify.peak() / static_cast<double>(pages.bytes), "at most 0.4");
  return 0;
}
