#include "engine/ingest/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <filesystem>
#include <optional>

#include "engine/core/text.h"
#include "engine/ingest/csv.h"
#include "engine/ingest/effective.h"
#include "engine/ingest/export_index.h"
#include "engine/ingest/merge.h"
#include "engine/ingest/normalise.h"
#include "engine/ingest/page.h"
#include "engine/ingest/paging.h"
#include "engine/ingest/positioned_json.h"
#include "engine/ingest/source.h"
#include "engine/ingest/structure.h"

namespace hubproof::ingest {
namespace {

using model::ArgTable;
using Level = Diagnostic::Level;

class Loader {
 public:
  Loader(model::Snapshot& snapshot, const LoadOptions& options)
      : s_(snapshot), run_(snapshot), pages_(run_), reader_(options.standard_input), options_(options) {}
  void load(const std::vector<std::string>& paths);

 private:
  void load_file(const FoundFile& file);
  void load_json(const FoundFile& file);
  void count_depth_damage(const FoundFile& file);
  void load_csv(const FoundFile& file);
  void load_foreign(const FoundFile& file);
  void read_normalised(const FoundFile& file, Normalised normalised);
  void close_source(std::string format);
  struct Damage {
    JsonDamage json;
    std::size_t line = 0;
    std::size_t column = 0;
    bool is_partial = false;  ///< rows stand before it
  };
  /// Looks for damage with the strict parser, which also sees what the row loop skips over, and cuts the text before
  /// it.
  std::optional<Damage> cut_damage(const PageOutcome& outcome);
  void report_damage(const FoundFile& file, const Damage& damage);
  void report_lost(const FoundFile& file, std::string_view code, std::string message, std::string fix);
  void take_service_tags(const FoundFile& file, ReadServiceTags read);
  void take_effective(const std::vector<nlohmann::json>& documents);
  void report_other(const FoundFile& file, const Normalised& other);
  void report_csv(const FoundFile& file, const CsvRows& csv);
  void report(const FoundFile& file, Level level, std::string_view code, std::string message, std::string why,
              std::string fix);
  void add_gaps(std::string_view code, const std::string& message);
  RowsText rows_text(const FoundFile& file) const;

  model::Snapshot& s_;
  Run run_;
  PageReader pages_;
  SourceReader reader_;
  const LoadOptions& options_;
};

std::uint64_t size_of(const std::string& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  return error ? 0 : size;
}

/// What a name promises, for a file found inside a folder whose content is no text that we know.
bool promises_rows(const std::string& path) {
  for (const std::string_view ending : {".json", ".jsonl", ".ndjson", ".csv", ".gz"}) {
    if (text::ends_with(path, ending)) return true;
  }
  return false;
}

void Loader::report(const FoundFile& file, Level level, std::string_view code, std::string message, std::string why,
                    std::string fix) {
  Diagnostic out;
  out.level = level;
  out.code = std::string(code);
  out.where.file = file.path;
  out.message = std::move(message);
  out.why = std::move(why);
  out.fix = std::move(fix);
  run_.findings.add(std::move(out));
}

// Which rows a damaged file would have held is not known: every table may lack some.
void Loader::add_gaps(std::string_view code, const std::string& message) {
  for (const ArgTable table :
       {ArgTable::resources, ArgTable::resource_containers, ArgTable::network_resources, ArgTable::dns_resources,
        ArgTable::policy_resources, ArgTable::authorization_resources, ArgTable::app_service_resources}) {
    add_table_gap(s_, std::string(code), table, message);
  }
}

void Loader::report_lost(const FoundFile& file, std::string_view code, std::string message, std::string fix) {
  add_gaps(code, fmt::format("{}: {}", text::printable(file.path), message));
  report(file, Level::error, code, std::move(message), "the rows that it may hold are unknown", std::move(fix));
}

RowsText Loader::rows_text(const FoundFile& file) const {
  RowsText out;
  out.source = static_cast<std::uint32_t>(s_.sources.size() - 1);
  out.path = file.path;
  out.folder = file.folder;
  return out;
}

void Loader::close_source(std::string format) {
  model::Source& source = s_.sources.back();
  source.format = std::move(format);
  const auto index = static_cast<std::uint32_t>(s_.sources.size() - 1);
  for (const Page& page : run_.pages) {
    if (page.source == index) source.rows += page.rows - page.unused;
  }
}

void Loader::load_file(const FoundFile& file) {
  const SourceText read = reader_.read(file.path);
  if (!read.is_usable) return report_lost(file, read.code, read.problem, read.fix);
  const std::string_view body = text::trim(reader_.text().view());
  if (body.empty() && !read.is_cut_off) {
    return report(file, Level::warning, "INPUT-EMPTY", "the file is empty",
                  "it adds nothing; PowerShell prints an empty file for no rows",
                  "check that the export really found nothing");
  }
  if (is_export_index(body)) return read_export_index(reader_.text().view(), file.path, run_);
  const bool is_json = !body.empty() && (body.front() == '{' || body.front() == '[');
  const bool is_csv = !is_json && is_csv_export(body);
  if (!is_json && !is_csv) {
    if (!file.is_explicit && !promises_rows(file.path)) {
      return report(file, Level::note, "INPUT-SKIPPED", "neither JSON nor CSV: skipped", "", "");
    }
    if (read.is_cut_off) return report_lost(file, read.code, read.problem, read.fix);
    return report_lost(file, "INPUT-SHAPE", "neither JSON nor a CSV export with a column id",
                       "give what the export commands wrote");
  }
  model::Source& source = s_.sources.emplace_back();
  source.path = file.path;
  source.bytes = read.bytes;
  if (is_json) {
    load_json(file);
  } else {
    load_csv(file);
  }
  count_depth_damage(file);
  model::Source& done = s_.sources.back();
  done.format += read.encoding;
  // What was cut away of a damaged text is not kept either: no row stands there.
  if (read.differs_from_disk && done.text.empty()) done.text = std::string(reader_.text().view());
  if (read.is_cut_off) return report_lost(file, read.code, read.problem, read.fix);
  if (!read.problem.empty())
    report(file, Level::warning, read.code, read.problem, "texts with such characters may differ", read.fix);
}

std::optional<Loader::Damage> Loader::cut_damage(const PageOutcome& outcome) {
  const std::string_view whole = reader_.text().view();
  std::optional<JsonDamage> found;
  for (const std::string_view document : split_documents(whole)) {
    found = find_damage(document);
    if (!found) continue;
    found->offset += static_cast<std::size_t>(document.data() - whole.data());
    break;
  }
  if (!found && outcome.end == PageOutcome::End::damaged) found = JsonDamage{outcome.offset, false, false, outcome.why};
  if (!found) return std::nullopt;
  Damage out;
  out.line = LineCounter(whole).line_of(found->offset);
  out.column = column_of(whole, found->offset);
  const Salvage saved = salvage(whole, found->offset);
  out.is_partial = saved.length != 0;
  out.json = std::move(*found);
  reader_.text().resize(saved.length + saved.closers.size());
  if (!saved.closers.empty())
    std::memcpy(reader_.text().data() + saved.length, saved.closers.data(), saved.closers.size());
  return out;
}

/// PowerShell cuts off whole files, so every such finding says how far the damage goes.
void Loader::count_depth_damage(const FoundFile& file) {
  const std::uint64_t rows = run_.findings.count(file.path, "INPUT-DEPTH");
  if (rows == 0) return;
  for (Diagnostic& told : s_.diagnostics) {
    if (told.code != "INPUT-DEPTH" || told.where.file != file.path) continue;
    told.why = fmt::format(
        "ConvertTo-Json stops at depth 2 by default; {} of {} rows are affected, so nothing about them can be proved",
        rows, s_.sources.back().rows);
  }
}

/// Objects with the id of an interface are no rows when they hold its effective routes: the row loop would take them
/// for resources. Text that is damaged is left to it.
bool may_hold_effective_routes(std::string_view text) {
  constexpr std::size_t kHead = 4096;
  const std::string_view head = text.substr(0, kHead);
  if (head.find("/effectiveRouteTable") == head.npos || head.find("nextHopType") == head.npos) return false;
  if (head.find("\"properties\"") != head.npos) return false;  // rows
  const std::vector<std::string_view> documents = split_documents(text);
  return std::none_of(documents.begin(), documents.end(),
                      [](std::string_view document) { return find_damage(document).has_value(); });
}

void Loader::load_json(const FoundFile& file) {
  if (may_hold_effective_routes(reader_.text().view())) return load_foreign(file);
  const RunMark start(run_);
  RowsText text = rows_text(file);
  text.buffer = &reader_.text();
  PageOutcome outcome = pages_.read(text);
  std::optional<Damage> damage;
  if (outcome.end != PageOutcome::End::whole) {
    damage = cut_damage(outcome);
    start.undo(run_);
    if (damage) outcome = pages_.read(text);
  }
  if (outcome.end != PageOutcome::End::whole) start.undo(run_);
  if (outcome.end == PageOutcome::End::foreign) {
    load_foreign(file);
  } else {
    close_source(outcome.end == PageOutcome::End::whole ? outcome.format : "damaged JSON");
  }
  if (damage) report_damage(file, *damage);
}

void Loader::load_foreign(const FoundFile& file) {
  std::vector<nlohmann::json> documents;
  for (const std::string_view document : split_documents(reader_.text().view())) {
    documents.push_back(parse_positioned(document).value);
  }
  read_normalised(file, normalise(std::move(documents)));
}

void Loader::load_csv(const FoundFile& file) {
  CsvRows csv = read_csv(reader_.text().view());
  report_csv(file, csv);
  const std::uint64_t rows = csv.rows.size() + csv.formatted;
  std::vector<nlohmann::json> documents;
  documents.push_back(std::move(csv.rows));
  Normalised normalised = normalise(std::move(documents));
  normalised.format = "CSV of the portal";
  normalised.page.is_csv = true;
  normalised.page.is_graph = true;
  if (normalised.text.empty()) {
    Page page;
    page.rows = page.unused = rows;
    page.source = static_cast<std::uint32_t>(s_.sources.size() - 1);
    run_.pages.push_back(page);
    return close_source(normalised.format);
  }
  read_normalised(file, std::move(normalised));
  run_.pages.back().rows += csv.formatted;
  run_.pages.back().unused += csv.formatted;
}

void Loader::read_normalised(const FoundFile& file, Normalised normalised) {
  if (!normalised.other.empty()) {
    close_source(normalised.other);
    return report_other(file, normalised);
  }
  if (normalised.service_tags) take_service_tags(file, std::move(*normalised.service_tags));
  take_effective(normalised.effective);
  if (normalised.text.empty()) return close_source(normalised.format);
  model::Source& source = s_.sources.back();
  source.text = std::move(normalised.text);
  source.lines = std::move(normalised.lines);
  reader_.text().assign(source.text);
  RowsText text = rows_text(file);
  text.buffer = &reader_.text();
  text.lines = &source.lines;
  const PageOutcome outcome = pages_.read(text);
  assert(outcome.end == PageOutcome::End::whole && "what normalise() writes is plain");
  if (outcome.end != PageOutcome::End::whole)
    return report_lost(file, "INPUT-SHAPE", "the rows cannot be read", "report this file");
  Page& page = run_.pages.back();
  page.total = normalised.page.total;
  page.count = normalised.page.count;
  page.has_token = normalised.page.has_token;
  page.has_next_link = normalised.page.has_next_link;
  page.is_truncated = normalised.page.is_truncated;
  page.is_graph = page.is_graph || normalised.page.is_graph;
  page.is_csv = normalised.page.is_csv;
  close_source(normalised.format);
  if (normalised.slashes == 0) return;
  report(file, Level::note, "INPUT-ID", fmt::format("{} ids lack their first '/', which was added", normalised.slashes),
         "", "");
}

void Loader::take_service_tags(const FoundFile& file, ReadServiceTags read) {
  for (const std::string& problem : read.problems) {
    report(file, Level::warning, "INPUT-TAGS", problem, "the tag is unknown",
           "download the list of service tags again");
  }
  read.list.source = static_cast<std::uint32_t>(s_.sources.size() - 1);
  s_.service_tags.add(std::move(read.list));
}

void Loader::take_effective(const std::vector<nlohmann::json>& documents) {
  const auto source = static_cast<std::uint32_t>(s_.sources.size() - 1);
  for (const nlohmann::json& document : documents) {
    if (is_effective_routes(document)) {
      s_.effective_routes.push_back(read_effective_routes(document, s_.ids));
      s_.effective_routes.back().source = source;
      continue;
    }
    for (model::EffectiveGroup& group : read_effective_rules(document, s_.ids)) {
      group.source = source;
      s_.effective_groups.push_back(std::move(group));
    }
  }
}

void Loader::report_csv(const FoundFile& file, const CsvRows& csv) {
  if (csv.formatted != 0) {
    report_lost(
        file, "INPUT-CSV",
        fmt::format("{} rows have no resource id: 'Formatted results' shows display names instead", csv.formatted),
        "switch 'Formatted results' off in the portal and download again");
  }
  if (csv.bad_cells != 0) {
    report(file, Level::error, "INPUT-CSV",
           fmt::format("{} cells begin like JSON but are cut off or damaged", csv.bad_cells), "the rows are not read",
           "download again, and do not save the file with a spreadsheet program");
  }
  if (!csv.is_cut_off) return;
  report_lost(file, "INPUT-SYNTAX", "the file ends inside a quoted cell: it is cut off", "download it again");
}

void Loader::report_damage(const FoundFile& file, const Damage& damage) {
  std::string message =
      damage.json.is_cut_off ? "the JSON ends before it is complete: it is cut off" : damage.json.message;
  const std::string_view code = damage.json.is_too_deep ? "INPUT-NESTING" : "INPUT-SYNTAX";
  add_gaps(code, fmt::format("{}: {}", text::printable(file.path), message));
  Diagnostic out;
  out.code = std::string(code);
  out.where = {file.path, damage.line, damage.column};
  out.message = std::move(message);
  out.why = damage.is_partial ? "rows before it are used; how many follow is unknown" : "nothing in the file is used";
  out.fix = "export the file again";
  run_.findings.add(std::move(out));
}

void Loader::report_other(const FoundFile& file, const Normalised& other) {
  if (other.is_refusal) return report_lost(file, "INPUT-ACCESS", text::printable(other.other), other.fix);
  if (other.is_companion && !file.is_explicit) {
    return report(file, Level::note, "INPUT-SKIPPED", other.other + ": skipped", "", "");
  }
  report(file, file.is_explicit ? Level::error : Level::warning, "INPUT-SHAPE",
         "no export of resources but " + other.other, "it adds nothing to what is known", other.fix);
}

void Loader::load(const std::vector<std::string>& paths) {
  FoundFiles found = find_files(paths);
  for (Diagnostic& problem : found.diagnostics) {
    if (problem.code == "INPUT-FILE")
      add_gaps(problem.code, fmt::format("{}: {}", text::printable(problem.where.file), problem.message));
    s_.diagnostics.push_back(std::move(problem));
  }
  std::uint64_t total = 0;
  for (const FoundFile& file : found.files) total += size_of(file.path);
  std::uint64_t done = 0;
  for (const FoundFile& file : found.files) {
    load_file(file);
    run_.findings.flush();
    done += size_of(file.path);
    if (options_.progress) options_.progress(done, total);
  }
  check_paging(run_);
  merge(run_);
  s_.has_usable_input = !s_.resources.empty();
  check_coverage(run_);
  run_.findings.flush();
}

}  // namespace

model::Snapshot load(const std::vector<std::string>& paths, const LoadOptions& options) {
  model::Snapshot snapshot;
  Loader(snapshot, options).load(paths);
  return snapshot;
}

}  // namespace hubproof::ingest
