// What one call of load() carries from file to file.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ingest/findings.h"
#include "engine/ingest/tables.h"

namespace hubproof::ingest {

/// One answer of Azure: a page of a query, a list, or the rows of a file that holds nothing but rows.
struct Page {
  std::uint32_t source = 0;
  std::string folder;
  std::optional<std::uint64_t> total;  ///< total_records / totalRecords of the whole query
  std::optional<std::uint64_t> count;  ///< of this page, as it says itself
  std::uint64_t rows = 0;              ///< found here, used or not
  std::uint64_t unused = 0;            ///< of these, not used (each has its diagnostic)
  bool has_token = false;              ///< a skip token: more pages follow
  bool has_next_link = false;
  bool is_truncated = false;  ///< resultTruncated "true": rows were lost and no token leads to them
  bool is_graph = false;      ///< the rows have Resource Graph's columns
  bool is_csv = false;
  model::ArgTable table = model::ArgTable::none;  ///< of the first row
};

/// A row that is known to exist but has no properties.
struct Unfilled {
  model::ResourceId id;
  Diagnostic diagnostic;
};

struct Run {
  explicit Run(model::Snapshot& s) : snapshot(s), findings(s.diagnostics) {}
  model::Snapshot& snapshot;
  Findings findings;
  std::vector<Page> pages;
  std::vector<Unfilled> unfilled;
  std::set<std::string, std::less<>> tenants;
};

/// A moment of a Run, to read a file again from its start.
class RunMark {
 public:
  explicit RunMark(const Run& run) : mark_(run.snapshot), pages_(run.pages.size()), unfilled_(run.unfilled.size()) {}
  void undo(Run& run) const {
    mark_.undo(run.snapshot);
    run.findings.forget();
    run.pages.resize(pages_);
    run.unfilled.erase(run.unfilled.begin() + static_cast<std::ptrdiff_t>(unfilled_), run.unfilled.end());
  }

 private:
  Mark mark_;
  std::size_t pages_;
  std::size_t unfilled_;
};

/// Adds a gap that concerns one resource.
inline void add_resource_gap(model::Snapshot& s, std::string code, model::ResourceId resource, std::string message) {
  model::Gap gap;
  gap.code = std::move(code);
  gap.reach = model::Gap::Reach::resource;
  gap.resource = resource;
  gap.message = std::move(message);
  s.gaps.push_back(std::move(gap));
}

/// Adds a gap that concerns a whole table.
inline void add_table_gap(model::Snapshot& s, std::string code, model::ArgTable table, std::string message) {
  model::Gap gap;
  gap.code = std::move(code);
  gap.table = table;
  gap.message = std::move(message);
  s.gaps.push_back(std::move(gap));
}

}  // namespace hubproof::ingest
