#include "engine/ingest/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <unordered_set>

#include "engine/core/text.h"
#include "engine/ingest/load.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using model::ResourceId;

constexpr std::size_t kLocatedConflicts = 50;  // finding a line means reading the file again

/// Merges ascending runs that follow each other until one is left; `starts` are where they begin. Stable. Exports are
/// ordered by id, so that there are few: one for each query.
template <class Before>
void merge_runs(std::vector<std::uint32_t>& order, std::vector<std::ptrdiff_t> starts, Before before) {
  while (starts.size() > 1) {
    std::vector<std::ptrdiff_t> merged;
    for (std::size_t i = 0; i < starts.size(); i += 2) {
      merged.push_back(starts[i]);
      if (i + 1 == starts.size()) break;
      const auto end = i + 2 < starts.size() ? starts[i + 2] : static_cast<std::ptrdiff_t>(order.size());
      std::inplace_merge(order.begin() + starts[i], order.begin() + starts[i + 1], order.begin() + end, before);
    }
    starts = std::move(merged);
  }
}

class Merger {
 public:
  explicit Merger(Run& run) : run_(run), s_(run.snapshot), locator_(run.snapshot) {}
  void run();

 private:
  bool is_before(ResourceId a, ResourceId b) const { return a != b && compare_ids(spelling(a), spelling(b)) < 0; }
  std::string_view spelling(ResourceId id) const { return id.is_set() ? s_.ids.spelling(id) : std::string_view(); }
  void sort_resources();
  template <class Table>
  void sort_table(Table& table);
  template <class Table>
  void join_copies(Table& table);
  void report_conflict(ResourceId id, std::vector<model::Unread>& unread);
  std::vector<std::string> places_of(ResourceId id);
  void report_unfilled();

  Run& run_;
  model::Snapshot& s_;
  Locator locator_;
  std::vector<model::Resource> rows_;  ///< every row, copies included, in the order of resources
  std::unordered_set<ResourceId> in_conflict_;
};

template <class Table>
void Merger::sort_table(Table& table) {
  const auto before = [this](const auto& a, const auto& b) { return is_before(a.id, b.id); };
  std::vector<std::ptrdiff_t> starts;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i == 0 || before(table[i], table[i - 1])) starts.push_back(static_cast<std::ptrdiff_t>(i));
  }
  if (starts.size() < 2) return;
  std::vector<std::uint32_t> order(table.size());
  std::iota(order.begin(), order.end(), 0U);
  merge_runs(order, std::move(starts), [&](std::uint32_t a, std::uint32_t b) { return before(table[a], table[b]); });
  Table sorted;
  sorted.reserve(table.size());
  for (const std::uint32_t index : order) sorted.push_back(std::move(table[index]));
  table = std::move(sorted);
}

template <class Table>
void Merger::join_copies(Table& table) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (kept > 0 && table[kept - 1].id == table[i].id && table[i].id.is_set()) {
      if (!(table[kept - 1] == table[i])) report_conflict(table[i].id, table[kept - 1].unread);
      continue;
    }
    if (kept != i) table[kept] = std::move(table[i]);
    ++kept;
  }
  table.erase(table.begin() + static_cast<std::ptrdiff_t>(kept), table.end());
}

void Merger::sort_resources() {
  sort_table(s_.resources);
  rows_ = s_.resources;
  std::size_t kept = 0;
  for (const model::Resource& row : rows_) {
    if (kept > 0 && s_.resources[kept - 1].id == row.id) {
      // A copy of a modelled type tells more than one whose type is not known.
      if (row.support < s_.resources[kept - 1].support) s_.resources[kept - 1] = row;
      continue;
    }
    s_.resources[kept++] = row;
  }
  s_.resources.resize(kept);
}

/// Where the rows stand that `id` was read from: its own, and those of the resources that it is embedded in.
std::vector<std::string> Merger::places_of(ResourceId id) {
  std::vector<std::string> out;
  for (std::string_view at = s_.ids.spelling(id); !at.empty() && out.size() < 2; at = arm_parent(at)) {
    const ResourceId holder = s_.ids.find(at);
    if (!holder.is_set()) continue;
    auto row =
        std::lower_bound(rows_.begin(), rows_.end(), holder,
                         [this](const model::Resource& r, ResourceId wanted) { return is_before(r.id, wanted); });
    for (; row != rows_.end() && row->id == holder && out.size() < 2; ++row) {
      out.push_back(in_conflict_.size() <= kLocatedConflicts ? to_string(locator_.locate(row->origin))
                                                             : s_.sources[row->origin.source].path);
    }
  }
  return out;
}

void Merger::report_conflict(ResourceId id, std::vector<model::Unread>& unread) {
  const bool is_new = in_conflict_.insert(id).second;
  const std::vector<std::string> places = places_of(id);
  const std::string message = fmt::format(
      "two copies disagree: {}", places.empty() ? "in one row" : fmt::format("{}", fmt::join(places, " and ")));
  unread.push_back({"", message});
  if (!is_new) return;
  add_resource_gap(s_, "INPUT-CONFLICT", id, message);
  Diagnostic out;
  out.code = "INPUT-CONFLICT";
  out.resource = std::string(s_.ids.spelling(id));
  out.message = message;
  out.why = "which copy is right is not known, so nothing about the resource can be proved";
  out.fix = "give one export only, or export again";
  run_.findings.add(std::move(out));
}

void Merger::report_unfilled() {
  if (run_.unfilled.empty()) return;
  std::unordered_set<ResourceId> filled;
  for_each_table(s_.tables, [&filled](const auto& table) {
    for (const auto& entity : table) filled.insert(entity.id);
  });
  for (Unfilled& row : run_.unfilled) {
    if (!filled.insert(row.id).second) continue;
    add_resource_gap(s_, "INPUT-PROPERTIES", row.id, row.diagnostic.message);
    row.diagnostic.why = "the resource exists, but nothing about it is known";
    run_.findings.add(std::move(row.diagnostic));
  }
}

void Merger::run() {
  sort_resources();
  for_each_table(s_.tables, [this](auto& table) {
    sort_table(table);
    join_copies(table);
  });
  report_unfilled();
}

std::uint64_t word_at(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

}  // namespace

int compare_ids(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (true) {
    // Ids of one estate share most of their bytes in the same case: whole words first.
    while (i + sizeof(std::uint64_t) <= common && word_at(a.data() + i) == word_at(b.data() + i))
      i += sizeof(std::uint64_t);
    const std::size_t stop = std::min(i + sizeof(std::uint64_t), common);
    for (; i < stop; ++i) {
      const auto x = static_cast<unsigned char>(text::to_lower(a[i]));
      const auto y = static_cast<unsigned char>(text::to_lower(b[i]));
      if (x != y) return x < y ? -1 : 1;
    }
    if (i == common) break;
  }
  if (a.size() == b.size()) return 0;
  return a.size() < b.size() ? -1 : 1;
}

void merge(Run& run) { Merger(run).run(); }

}  // namespace hubproof::ingest
