// Renderings of one result. Deterministic: no clock, no environment, no locale.
#pragma once

#include <functional>
#include <string>

#include "engine/check/run.h"
#include "engine/model/view.h"

namespace hubproof::report {

/// Tells where a resource (and a JSON pointer inside it) stands in the input.
using Locate = std::function<Location(model::ResourceId, const std::string&)>;

struct TextStyle {
  bool color = false;
  bool ascii = false;   ///< no characters beyond ASCII
  bool verbose = false; ///< passes one by one with the facts that they rest on
  std::size_t width = 100;
};

struct Subject {
  const model::View& view;
  const Locate& locate;
};

/// The report of `verify` on a terminal: input problems, violations with witness and hops, undecided ones, the tally.
std::string text(const Subject& subject, const check::Result& result, const TextStyle& style);
/// `verify -o json` (schema: schemas/result.schema.json).
std::string json(const Subject& subject, const check::Result& result);

std::string trace_text(const Subject& subject, const net::Trace& forward, const net::Trace* back, const TextStyle& style);
/// `trace -o json` (schema: schemas/trace.schema.json).
std::string trace_json(const Subject& subject, const net::Trace& forward, const net::Trace* back);

std::string inventory_text(const Subject& subject, const TextStyle& style);
std::string inventory_json(const Subject& subject);

/// The INPUT-* problems alone (`validate`), in the error texture of inputs.md C2.
std::string diagnostics_text(const Subject& subject, const TextStyle& style);

}  // namespace hubproof::report
