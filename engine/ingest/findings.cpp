#include "engine/ingest/findings.h"

#include <fmt/format.h>

namespace hubproof::ingest {
namespace {

constexpr std::string_view kCodes[] = {"INPUT-ACCESS",   "INPUT-CHILDREN",     "INPUT-CONFLICT",      "INPUT-CSV",
                                       "INPUT-DANGLING", "INPUT-DEPTH",        "INPUT-DUPLICATE-KEY", "INPUT-EFFECTIVE",
                                       "INPUT-EMPTY",    "INPUT-ENCODING",     "INPUT-FILE",          "INPUT-ID",
                                       "INPUT-NESTING",  "INPUT-PROPERTIES",   "INPUT-ROW",           "INPUT-SHAPE",
                                       "INPUT-SKIPPED",  "INPUT-SUBSCRIPTION", "INPUT-SYNTAX",        "INPUT-TABLE",
                                       "INPUT-TAGS",     "INPUT-TENANT",       "INPUT-TRUNCATED"};

}  // namespace

std::span<const std::string_view> input_codes() { return kCodes; }

void Findings::add(Diagnostic diagnostic) {
  Count& count = counts_[{diagnostic.where.file, diagnostic.code}];
  count.level = diagnostic.level;
  if (++count.met <= kShown) out_->push_back(std::move(diagnostic));
}

std::uint64_t Findings::count(const std::string& file, const std::string& code) const {
  const auto at = counts_.find({file, code});
  return at == counts_.end() ? 0 : at->second.met;
}

void Findings::flush() {
  for (const auto& [key, count] : counts_) {
    if (count.met <= kShown) continue;
    Diagnostic rest;
    rest.level = count.level;
    rest.code = key.second;
    rest.where.file = key.first;
    rest.message = fmt::format("and {} more of this kind in this file", count.met - kShown);
    out_->push_back(std::move(rest));
  }
  counts_.clear();
}

}  // namespace hubproof::ingest
