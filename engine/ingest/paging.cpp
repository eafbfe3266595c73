#include "engine/ingest/paging.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "engine/core/text.h"
#include "engine/ingest/csv.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using model::ArgTable;

/// Pages of one query: same folder, same table, same total.
struct Query {
  std::vector<const Page*> pages;
  std::uint64_t held = 0;  ///< different rows
};

class PagingCheck {
 public:
  explicit PagingCheck(Run& run) : run_(run), s_(run.snapshot) {}
  void run();

 private:
  std::uint64_t different_rows(const std::vector<const Page*>& pages) const;
  void check_totals();
  void check_total(std::uint64_t total, const std::vector<const Page*>& pages);
  void check_surplus(std::uint64_t total, std::uint64_t held, const std::vector<const Page*>& pages);
  void check_single(const Page& page);
  void check_round_counts();
  bool is_last_page_missing(const std::vector<const Page*>& pages) const;
  void report(const Page& page, Diagnostic::Level level, std::string message, std::string fix);

  Run& run_;
  model::Snapshot& s_;
  std::vector<std::vector<model::ResourceId>> ids_;  ///< of the rows, by source
  std::vector<std::uint32_t> pages_of_source_;
};

void PagingCheck::report(const Page& page, Diagnostic::Level level, std::string message, std::string fix) {
  Diagnostic out;
  out.level = level;
  out.code = "INPUT-TRUNCATED";
  out.where.file = s_.sources[page.source].path;
  out.message = std::move(message);
  out.why =
      fmt::format("rows of the table {} may be missing, so what depends on it is unknown", model::name(page.table));
  out.fix = std::move(fix);
  add_table_gap(s_, out.code, page.table == ArgTable::none ? ArgTable::resources : page.table, out.message);
  run_.findings.add(std::move(out));
}

std::uint64_t PagingCheck::different_rows(const std::vector<const Page*>& pages) const {
  std::vector<bool> is_met(s_.ids.size());
  std::uint64_t held = 0;
  for (const Page* page : pages) {
    if (pages_of_source_[page->source] > 1) {  // several pages in one file: their rows cannot be told apart
      held += page->rows;
      continue;
    }
    held += page->unused;
    for (const model::ResourceId id : ids_[page->source]) {
      if (!is_met[id.index()]) ++held;
      is_met[id.index()] = true;
    }
  }
  return held;
}

bool PagingCheck::is_last_page_missing(const std::vector<const Page*>& pages) const {
  return std::all_of(pages.begin(), pages.end(), [](const Page* page) { return page->has_token; });
}

void PagingCheck::check_total(std::uint64_t total, const std::vector<const Page*>& pages) {
  const std::uint64_t held = different_rows(pages);
  if (held >= total) return check_surplus(total, held, pages);
  report(*pages.front(), Diagnostic::Level::error,
         fmt::format("the query has {} rows but only {} are here, in {} page{}", total, held, pages.size(),
                     pages.size() == 1 ? "" : "s"),
         "give all pages (az graph query --first 1000, then with --skip-token until none is left)");
}

// Enough rows are not all rows: a token that is left leads to more, and two queries with the same total look like one.
void PagingCheck::check_surplus(std::uint64_t total, std::uint64_t held, const std::vector<const Page*>& pages) {
  if (is_last_page_missing(pages)) {
    return report(*pages.front(), Diagnostic::Level::error, "a skip token is left and no page follows",
                  "give the pages that the token leads to as well");
  }
  const auto queries = std::count_if(pages.begin(), pages.end(), [](const Page* page) { return !page->has_token; });
  if (held == total || held == total * static_cast<std::uint64_t>(queries)) return;
  report(*pages.front(), Diagnostic::Level::error,
         fmt::format("{} rows are here of {} quer{} that each state {}: they do not add up", held, queries,
                     queries == 1 ? "y" : "ies", total),
         "put the pages of one export into a folder of their own");
}

void PagingCheck::check_totals() {
  using Key = std::pair<std::string, std::uint64_t>;
  std::map<Key, std::map<ArgTable, std::vector<const Page*>>> queries;
  for (const Page& page : run_.pages) {
    if (page.total && *page.total > 0) queries[{page.folder, *page.total}][page.table].push_back(&page);
  }
  for (const auto& [key, tables] : queries) {
    // The first row of a page need not tell its table: networkresources holds types that the list of tables does not
    // name. All pages of one total are one query when a single one of them is the last.
    std::vector<const Page*> all;
    for (const auto& [table, pages] : tables) all.insert(all.end(), pages.begin(), pages.end());
    const auto last = std::count_if(all.begin(), all.end(), [](const Page* page) { return !page->has_token; });
    if (last == 1 && different_rows(all) == key.second) continue;
    for (const auto& [table, pages] : tables) check_total(key.second, pages);
  }
}

void PagingCheck::check_single(const Page& page) {
  if (page.is_truncated) {
    report(page, Diagnostic::Level::error, "resultTruncated is true: Azure left rows out and gave no way to the rest",
           "let the query project the id, and order by it");
  }
  if (page.has_next_link) {
    report(page, Diagnostic::Level::error, "nextLink is still there: the list goes on",
           "follow nextLink and put all rows in one list, or export with Resource Graph");
  }
  if (page.count && page.rows < *page.count) {
    report(page, Diagnostic::Level::error,
           fmt::format("the page says that it has {} rows but {} are here", *page.count, page.rows),
           "export the page again");
  }
}

// Files without a total tell only by suspicious counts. source: inputs.md A4 (100 and 1000 rows), A3.6 (55,000), A6.1
// (5000)
void PagingCheck::check_round_counts() {
  std::map<std::tuple<std::string, ArgTable>, std::vector<const Page*>> queries;
  for (const Page& page : run_.pages) {
    if (!page.total && (page.is_graph || page.is_csv)) queries[{page.folder, page.table}].push_back(&page);
  }
  for (const auto& [key, pages] : queries) {
    if (is_last_page_missing(pages)) {
      report(*pages.front(), Diagnostic::Level::error, "a skip token is left and no page follows",
             "give the pages that the token leads to as well");
      continue;
    }
    const bool all_round = std::all_of(pages.begin(), pages.end(), [](const Page* page) {
      return page->rows == 100 || page->rows == 1000 || page->rows == 5000 ||
             (page->is_csv && page->rows >= kPortalRowCap);
    });
    if (!all_round) continue;
    report(*pages.front(), Diagnostic::Level::warning,
           fmt::format("exactly {} rows and no total: this is where exports are cut off", pages.front()->rows),
           "export with a current resource-graph extension, which prints total_records");
  }
}

void PagingCheck::run() {
  ids_.resize(s_.sources.size());
  pages_of_source_.resize(s_.sources.size());
  for (const Page& page : run_.pages) ++pages_of_source_[page.source];
  for (const model::Resource& row : s_.resources) ids_[row.origin.source].push_back(row.id);
  for (const Page& page : run_.pages) check_single(page);
  check_totals();
  check_round_counts();
}

void report_table(Run& run, ArgTable table, Diagnostic::Level level, std::string message) {
  Diagnostic out;
  out.level = level;
  out.code = "INPUT-TABLE";
  out.message = std::move(message);
  out.why = "what depends on it is unknown";
  out.fix = fmt::format("export it: az graph query -q \"{} | order by id asc\" --first 1000", model::name(table));
  add_table_gap(run.snapshot, out.code, table, out.message);
  run.findings.add(std::move(out));
}

struct Coverage {
  bool has_policies = false, has_groups = false, has_zones = false, has_records = false;
  std::vector<std::string_view> listed;                      ///< subscriptions of the container list, lower case
  std::map<std::string, std::string_view, std::less<>> met;  ///< subscriptions of other rows, and one such row
};

bool is_subscription_id(std::string_view id) {
  return text::starts_with(id, "/subscriptions/") && std::count(id.begin(), id.end(), '/') == 2;
}

Coverage cover(const model::Snapshot& s) {
  Coverage out;
  std::vector<bool> is_policy, is_group, is_zone, is_record;
  for (const std::string& type : s.types) {
    is_policy.push_back(type == "microsoft.network/firewallpolicies");
    is_group.push_back(type == "microsoft.network/firewallpolicies/rulecollectiongroups");
    is_zone.push_back(type == "microsoft.network/privatednszones");
    is_record.push_back(model::table_of(type) == ArgTable::dns_resources);
  }
  std::string_view last;  // "/subscriptions/<guid>/" of the row before
  for (const model::Resource& row : s.resources) {
    out.has_policies = out.has_policies || is_policy[row.type];
    out.has_groups = out.has_groups || is_group[row.type];
    out.has_zones = out.has_zones || is_zone[row.type];
    out.has_records = out.has_records || is_record[row.type];
    const std::string_view id = s.ids.spelling(row.id);
    // Sorted by id: rows of one subscription stand together.
    if (!last.empty() && id.substr(0, last.size()) == last) continue;
    if (is_subscription_id(id)) {
      out.listed.push_back(id);
      continue;
    }
    const std::size_t end = std::min(id.find('/', 15), id.size());
    const std::string_view subscription = arm_subscription(id.substr(0, end));
    if (subscription.empty()) continue;
    last = id.substr(0, end + 1);
    out.met.emplace(text::lower(subscription), id);
  }
  return out;
}

void report_subscription(Run& run, std::string_view id, ArgTable table, std::string message, std::string fix) {
  Diagnostic out;
  out.level = Diagnostic::Level::warning;
  out.code = "INPUT-SUBSCRIPTION";
  out.resource = std::string(id);
  out.message = std::move(message);
  out.why = "resources may be missing, so what depends on them is unknown";
  out.fix = std::move(fix);
  add_table_gap(run.snapshot, out.code, table, out.message);
  run.snapshot.gaps.back().resource = run.snapshot.ids.intern(id);
  run.findings.add(std::move(out));
}

void check_subscriptions(Run& run, const Coverage& coverage) {
  std::set<std::string, std::less<>> listed;
  for (const std::string_view id : coverage.listed) {
    const std::string guid = text::lower(arm_name(id));
    listed.insert(guid);
    if (coverage.met.count(guid) != 0) continue;
    report_subscription(
        run, id, ArgTable::resources,
        fmt::format("subscription {} is listed but no resource of it is here", text::printable(arm_name(id))),
        "export it with an identity that may read it; the CLI caches the list of subscriptions (az login again)");
  }
  if (listed.empty()) return;
  for (const auto& [guid, example] : coverage.met) {
    if (listed.count(guid) != 0) continue;
    report_subscription(run, "/subscriptions/" + guid, ArgTable::resource_containers,
                        fmt::format("resources of subscription {} are here but the list of subscriptions lacks it",
                                    text::printable(guid)),
                        "export resourcecontainers from the estate's top management group");
  }
}

}  // namespace

void check_paging(Run& run) { PagingCheck(run).run(); }

void check_coverage(Run& run) {
  if (!run.snapshot.has_usable_input) return;
  const Coverage coverage = cover(run.snapshot);
  if (coverage.has_policies && !coverage.has_groups) {
    report_table(
        run, ArgTable::network_resources, Diagnostic::Level::error,
        "firewall policies are here but no rule collection group, which only the table networkresources holds");
  }
  if (coverage.has_zones && !coverage.has_records) {
    report_table(run, ArgTable::dns_resources, Diagnostic::Level::error,
                 "private DNS zones are here but no record set, which only the table dnsresources holds");
  }
  if (coverage.listed.empty()) {
    report_table(run, ArgTable::resource_containers, Diagnostic::Level::warning,
                 "no subscription is listed, so whether all of them were exported cannot be told");
  }
  check_subscriptions(run, coverage);
  if (run.tenants.size() < 2) return;
  Diagnostic out;
  out.level = Diagnostic::Level::warning;
  out.code = "INPUT-TENANT";
  out.message = fmt::format("rows of {} Entra tenants are mixed: {}", run.tenants.size(),
                            text::printable(fmt::format("{}", fmt::join(run.tenants, ", ")).substr(0, 200)));
  out.why = "exports of different estates may have been put together";
  out.fix = "verify one estate at a time unless they really are connected";
  run.findings.add(std::move(out));
}

}  // namespace hubproof::ingest
