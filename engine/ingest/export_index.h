// index.tsv, which the export script leaves beside its files: one line per call with its exit code (inputs.md A5).
#pragma once

#include <string_view>

#include "engine/ingest/run.h"

namespace hubproof::ingest {

/// Recognised by content: its first line is a call of the script.
bool is_export_index(std::string_view text);

/// Adds an INPUT-ACCESS gap for every call that failed.
void read_export_index(std::string_view text, const std::string& path, Run& run);

}  // namespace hubproof::ingest
