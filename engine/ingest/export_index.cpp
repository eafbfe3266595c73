#include "engine/ingest/export_index.h"

#include <fmt/format.h>

#include <array>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

struct Call {
  std::string_view kind;    ///< "ARG" or "GET"
  std::string_view target;  ///< table or URL
  std::string_view file;
  std::string_view status;
};

Call split(std::string_view line) {
  std::array<std::string_view, 4> cells;
  for (std::string_view& cell : cells) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    cell = text::trim(line.substr(0, tab));
    line.remove_prefix(std::min(tab + 1, line.size()));
  }
  return {cells[0], cells[1], cells[2], cells[3]};
}

model::ArgTable table_named(std::string_view name) {
  using model::ArgTable;
  for (const ArgTable table :
       {ArgTable::resources, ArgTable::resource_containers, ArgTable::network_resources, ArgTable::dns_resources,
        ArgTable::policy_resources, ArgTable::authorization_resources, ArgTable::app_service_resources}) {
    if (text::equals(model::name(table), name)) return table;
  }
  return ArgTable::none;
}

/// The resource whose children were asked for: the URL without its last segment, or without "/providers/<x>/<list>".
std::string_view owner_of(std::string_view url) {
  const std::size_t last = url.rfind('/');
  if (last == std::string_view::npos || last == 0) return url;
  std::string_view owner = url.substr(0, last);
  const std::size_t provider = owner.rfind('/');
  if (provider == std::string_view::npos) return owner;
  const std::string_view before = owner.substr(0, provider);
  return text::ends_with(before, "/providers") ? before.substr(0, before.size() - std::string_view("/providers").size())
                                               : owner;
}

void report(const Call& call, const std::string& path, std::size_t line, Run& run) {
  Diagnostic out;
  out.code = "INPUT-ACCESS";
  out.where = {path, line, 0};
  out.message = fmt::format("the export of {} failed with exit code {}", text::printable(call.target),
                            text::printable(call.status));
  out.why = "what it would have told is unknown";
  out.fix = "see errors.log beside the index, and export again with a role that may read it";
  const model::ArgTable table = call.kind == "ARG" ? table_named(call.target) : model::ArgTable::none;
  if (call.kind == "GET") {
    const std::string_view owner = owner_of(call.target);
    const model::ResourceId id = run.snapshot.ids.intern(owner.empty() ? call.target : owner);
    out.resource = std::string(run.snapshot.ids.spelling(id));
    add_resource_gap(run.snapshot, out.code, id, out.message);
  } else if (table != model::ArgTable::none) {
    add_table_gap(run.snapshot, out.code, table, out.message);
  } else {
    out.level = Diagnostic::Level::warning;  // a table that no claim rests on
  }
  run.findings.add(std::move(out));
}

}  // namespace

bool is_export_index(std::string_view text) {
  const std::string_view line = text.substr(0, std::min(text.find('\n'), text.size()));
  const Call call = split(line);
  return (call.kind == "ARG" || call.kind == "GET") && !call.file.empty() && !call.status.empty();
}

void read_export_index(std::string_view text, const std::string& path, Run& run) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Call call = split(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_call = call.kind == "ARG" || call.kind == "GET";
    if (is_call && call.status != "0") report(call, path, number, run);
  }
}

}  // namespace hubproof::ingest
