// Renderings of one result. Deterministic: no clock, no environment, no locale.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/check/run.h"
#include "engine/model/view.h"

namespace hubproof::report {

/// Tells where a resource (and a JSON pointer inside it) stands in the input.
using Locate = std::function<Location(model::ResourceId, std::string_view)>;

struct TextStyle {
  bool color = false;
  bool ascii = false;    ///< no characters beyond ASCII
  bool verbose = false;  ///< everything in full: all findings, passes one by one with the facts that they rest on
  bool quiet = false;    ///< the tally and the verdict alone
  std::size_t width = 100;
};

struct Subject {
  const model::View& view;
  const Locate& locate;
};

/// Name and version of this program, as in "tool" of every JSON document.
std::string_view tool_version();

/// The report of `verify` on a terminal: input problems, violations with witness and hops, undecided ones, the tally.
std::string text(const Subject& subject, const check::Result& result, const TextStyle& style);
/// `verify -o json` (schema: rules/schemas/result.schema.json).
std::string json(const Subject& subject, const check::Result& result);
/// The failing and undecided findings alone, each in full (`explain RULE-ID INPUT`).
std::string findings_text(const Subject& subject, const check::Result& result, const TextStyle& style);

/// One end of a traced flow: what was asked for and what it stands for.
struct TraceEnd {
  std::string asked;  ///< as on the command line
  net::Place place;
  AnyAddress address;
  std::vector<std::string> notes;  ///< how it was chosen: "a subnet stands for its first usable address", DNS steps
  std::string host = {};           ///< the name that was resolved; empty when it is no host name
};

struct TraceReport {
  TraceEnd from;
  TraceEnd to;
  net::Trace forward;
  std::optional<net::Trace> back;  ///< the reply; empty when there is none, `return_note` says why
  std::string return_note;         ///< why there is no reply, or what to know about it
};

std::string trace_text(const Subject& subject, const TraceReport& trace, const TextStyle& style);
/// `trace -o json` (schema: rules/schemas/trace.schema.json).
std::string trace_json(const Subject& subject, const TraceReport& trace);

/// What was loaded: inputs, resource types, roles with their reasons, services with their exposure, gaps.
std::string inventory_text(const Subject& subject, const TextStyle& style);
/// `inventory -o json` (schema: rules/schemas/inventory.schema.json).
std::string inventory_json(const Subject& subject);

/// The INPUT-* problems alone (`validate`), in the error texture of inputs.md C2. Empty when there are none.
std::string diagnostics_text(const Subject& subject, const TextStyle& style);
/// `validate -o json` (schema: rules/schemas/validate.schema.json).
std::string diagnostics_json(const Subject& subject);

}  // namespace hubproof::report
