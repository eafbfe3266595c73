// What loading has to say: the list of INPUT-* codes, and a collector that keeps a flood of like problems readable.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "engine/core/diagnostic.h"

namespace hubproof::ingest {

/// Every INPUT-* code that loading and the completeness checks can give, sorted. docs/input-findings.md has a section
/// for each; a test compares the two.
std::span<const std::string_view> input_codes();

/// Appends diagnostics; of each (file, code) only the first kShown are kept one by one, the rest become one line.
class Findings {
 public:
  static constexpr std::uint64_t kShown = 50;
  explicit Findings(Diagnostics& out) : out_(&out) {}
  void add(Diagnostic diagnostic);
  /// How often `code` was met in `file` since the last flush.
  std::uint64_t count(const std::string& file, const std::string& code) const;
  /// Forgets what was held back, for a file that is read again.
  void forget() { counts_.clear(); }
  /// Adds "and N more" for whatever was held back, and forgets the counts.
  void flush();

 private:
  struct Count {
    std::uint64_t met = 0;
    Diagnostic::Level level = Diagnostic::Level::error;
  };
  Diagnostics* out_;
  std::map<std::pair<std::string, std::string>, Count> counts_;
};

}  // namespace hubproof::ingest
