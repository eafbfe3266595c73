// Every other shape (inputs.md A3.4-6, 8, 9, 12; examples of Microsoft's REST API specifications), rewritten as plain
// rows: a JSON array of ARM resources, one per line, that the row loop then reads like any other page.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/ingest/run.h"
#include "engine/ingest/service_tags.h"

namespace hubproof::ingest {

struct Normalised {
  std::string text;                                            ///< "[\n{row},\n{row}\n]"; empty when no row was found
  std::vector<std::pair<std::uint64_t, std::uint32_t>> lines;  ///< as Source::lines
  std::string format;
  Page page;                  ///< what the envelope said: totals, tokens
  std::uint64_t slashes = 0;  ///< ids that lacked their first '/'
  /// What the file is when it is no export, and what to do with it; empty when rows were found.
  std::string other;
  std::string fix;
  bool is_companion = false;                    ///< `other` is something that export scripts leave beside the exports
  bool is_refusal = false;                      ///< `other` is an error that Azure answered with
  std::optional<ReadServiceTags> service_tags;  ///< the file is a list of service tags
  std::vector<nlohmann::json> effective;        ///< the file holds effective routes or rules: see effective.h
};

/// `documents` carry the hidden members of parse_positioned().
Normalised normalise(std::vector<nlohmann::json> documents);

/// Appends a canonical row (and its nested children) of one object to `out`.
class RowWriter {
 public:
  explicit RowWriter(Normalised& out) : out_(out) {}
  /// `parent_id` and `parent_type` are empty at the top.
  void write(nlohmann::json row, const std::string& parent_id, const std::string& parent_type);
  void finish();
  bool is_empty() const { return out_.text.empty(); }

 private:
  void emit(const nlohmann::json& row, std::uint32_t line);
  Normalised& out_;
};

/// What a document is that holds no rows.
void recognise(const nlohmann::json& document, Normalised& out);

}  // namespace hubproof::ingest
