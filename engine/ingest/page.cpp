#include "engine/ingest/page.h"

#include <charconv>

#include "engine/core/text.h"

namespace hubproof::ingest {

using simdjson::ondemand::document;
using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

struct PageReader::Envelope {
  Page page;
  bool has_rows = false;
  bool has_id = false;
  bool has_data = false;  ///< the rows stand under "data", as Resource Graph prints them
  bool is_rest = false;
};

namespace {

std::optional<std::uint64_t> number(value met) {
  if (met.type() != json_type::number) return std::nullopt;
  const std::string_view digits = text::trim(met.raw_json_token());
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return out;
}

bool is_text(value met) { return met.type() == json_type::string && !std::string_view(met.get_string()).empty(); }

/// resultTruncated is the string "true" in recorded answers; the documentation shows a boolean (inputs.md A3.3).
bool is_true(value met) {
  const json_type type = met.type();
  if (type == json_type::boolean) return met.get_bool();
  return type == json_type::string && text::equals(std::string_view(met.get_string()), "true");
}

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text::equals(key, word)) return true;
  }
  return false;
}

}  // namespace

std::size_t PageReader::offset_of(const char* at) const {
  return static_cast<std::size_t>(at - text_.buffer->view().data());
}

PageOutcome PageReader::read(const RowsText& text) {
  text_ = text;
  format_.clear();
  rows_.start(text);
  const RunMark start(run_);
  loose_page_ = 0;
  PageOutcome outcome = read_one(text.buffer->view());
  const bool may_go_on =
      outcome.end == PageOutcome::End::damaged || (outcome.end == PageOutcome::End::whole && has_trailing_text_);
  if (!may_go_on) return outcome;
  const std::vector<std::string_view> documents = split_documents(text.buffer->view());
  if (documents.size() < 2) return outcome;
  start.undo(run_);
  loose_page_ = 0;
  outcome = read_all(documents);
  if (outcome.end == PageOutcome::End::whole) outcome.format = "NDJSON";
  return outcome;
}

PageOutcome PageReader::read_all(const std::vector<std::string_view>& documents) {
  for (const std::string_view part : documents) {
    const PageOutcome outcome = read_one(part);
    if (outcome.end != PageOutcome::End::whole) return outcome;
  }
  return {};
}

PageOutcome PageReader::read_one(std::string_view part) {
  PageOutcome outcome;
  has_trailing_text_ = false;
  try {
    read_document(part);
    outcome.format = format_;
  } catch (const ForeignShape&) {
    outcome.end = PageOutcome::End::foreign;
  } catch (const simdjson::simdjson_error& error) {
    outcome.end = PageOutcome::End::damaged;
    outcome.offset = std::max(rows_.last_begin(), offset_of(part.data()));
    outcome.why = error.what();
  }
  return outcome;
}

void PageReader::read_document(std::string_view part) {
  document doc = parser_.iterate(text_.buffer->padded(part));
  const json_type type = doc.type();
  if (type == json_type::array) {
    Page& page = loose_page();
    read_rows(doc.get_array(), doc, page);
    format_ = page.is_graph ? "array of Resource Graph rows" : "array of resources";
    note_trailing_text(doc);
  } else if (type == json_type::object) {
    read_object(doc);
  } else {
    throw ForeignShape{};
  }
}

void PageReader::note_trailing_text(document& doc) {
  const char* behind = nullptr;
  has_trailing_text_ = doc.current_location().get(behind) == simdjson::SUCCESS;
}

Page& PageReader::new_page() {
  Page& page = run_.pages.emplace_back();
  page.source = text_.source;
  page.folder = text_.folder;
  return page;
}

Page& PageReader::loose_page() {
  if (loose_page_ == 0) {
    new_page();
    loose_page_ = run_.pages.size();
  }
  return run_.pages[loose_page_ - 1];
}

void PageReader::read_object(document& doc) {
  Envelope envelope;
  envelope.page.source = text_.source;
  envelope.page.folder = text_.folder;
  for (simdjson::ondemand::field field : doc.get_object()) {
    const std::string_view key = field.unescaped_key();
    read_envelope_field(key, field.value(), envelope, doc);
  }
  note_trailing_text(doc);
  if (envelope.has_rows) {
    if (envelope.has_data) envelope.page.is_graph = true;
    format_ = !envelope.has_data ? "ARM list" : envelope.is_rest ? "Resource Graph REST page" : "az graph query page";
    run_.pages.push_back(std::move(envelope.page));
    return;
  }
  if (!envelope.has_id) throw ForeignShape{};
  doc.rewind();
  const std::string_view all = text_.buffer->view();
  const char* at = nullptr;
  const std::size_t begin = doc.current_location().get(at) == simdjson::SUCCESS ? offset_of(at) : all.find('{');
  rows_.read(doc.get_object(), begin, doc, loose_page());
  format_ = "resource";
}

// Spellings of the CLI extension, the REST API and Search-AzGraph: inputs.md A3.1, A3.3, A3.5.
void PageReader::read_envelope_field(std::string_view key, value met, Envelope& envelope, document& doc) {
  Page& page = envelope.page;
  if (is_one_of(key, {"data", "value"})) {
    const json_type type = met.type();
    if (type == json_type::object && text::equals(key, "data")) throw ForeignShape{};
    if (type != json_type::array) return;
    envelope.has_rows = true;
    envelope.has_data = text::equals(key, "data");
    read_rows(met.get_array(), doc, page);
  } else if (is_one_of(key, {"total_records", "totalRecords"})) {
    page.total = number(met);
  } else if (key == "count" || key == "Count") {
    page.count = number(met);
  } else if (is_one_of(key, {"skip_token", "$skipToken", "skipToken"})) {
    page.has_token = is_text(met);
    envelope.is_rest = envelope.is_rest || key == "$skipToken";
  } else if (is_one_of(key, {"nextLink", "odata.nextLink", "@odata.nextLink"})) {
    page.has_next_link = is_text(met);
  } else if (is_one_of(key, {"resultTruncated"})) {
    page.is_truncated = is_true(met);
    envelope.is_rest = true;
  } else if (is_one_of(key, {"id", "ResourceId"})) {
    envelope.has_id = true;
  } else if (is_one_of(key, {"changeNumber"})) {
    throw ForeignShape{};  // a list of service tags, which has an id when the Azure CLI prints it
  }
}

void PageReader::read_rows(simdjson::ondemand::array rows, document& doc, Page& page) {
  for (value row : rows) {
    const char* at = row.current_location();
    const json_type type = row.type();
    if (type == json_type::object) {
      rows_.read(row.get_object(), offset_of(at), doc, page);
      continue;
    }
    if (!text_.is_normalised() && type == json_type::array) throw ForeignShape{};
    rows_.report_no_row(type == json_type::null ? "null" : "a value that is no object", offset_of(at), page);
  }
}

}  // namespace hubproof::ingest
