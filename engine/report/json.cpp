#include "engine/report/json_parts.h"
#include "engine/report/names.h"
#include "engine/report/summary.h"

namespace hubproof::report {
namespace {

Json finding_json(Places& places, const Subject& subject, const check::Finding& finding) {
  const check::RuleText& rule = check::catalogue().rules[finding.rule];
  Json out;
  out["rule"] = rule.id;
  out["resource"] = resource_json(places.estate(), finding.resource);
  out["outcome"] = check::name(finding.outcome);
  out["severity"] = hubproof::name(rule.severity);
  out["message"] = message_of(subject, finding);
  out["witness"] = finding.witness ? trace_body(places, *finding.witness) : Json(nullptr);
  out["chain"] = strings_json(finding.chain);
  out["expected"] = text_or_null(finding.expected);
  out["decided_by"] = text_or_null(finding.decided_by);
  out["facts"] = facts_json(places, finding.facts);
  out["origin"] = finding.resource.is_set() ? location_json(places.of(finding.resource, {})) : Json(nullptr);
  return out;
}

Json proof_json(const check::ProofSummary& proof) {
  return {{"rule", check::catalogue().rules[proof.rule].id},
          {"statement", proof.statement},
          {"members", proof.members},
          {"proved", proof.proved}};
}

Json summary_json(const Subject& subject, const check::Result& result) {
  const Summary summary = summarize(subject.view, result);
  Json out;
  out["tally"] = tally(summary);
  out["verdict"] = result.disagreements.empty() ? verdict(summary) : "NOT TRUSTWORTHY: hubproof disagrees with itself.";
  out["rules"] = {{"total", summary.rules.size()}, {"pass", summary.passed},
                  {"fail", summary.failed},        {"unknown", summary.unknown},
                  {"exempt", summary.exempt},      {"not_applicable", summary.not_applicable}};
  out["by_rule"] = Json::array();
  for (const RuleSummary& rule : summary.rules) {
    out["by_rule"].push_back({{"rule", check::catalogue().rules[rule.rule].id},
                              {"outcome", check::name(rule.outcome)},
                              {"pass", rule.passed},
                              {"fail", rule.failed},
                              {"unknown", rule.unknown},
                              {"exempt", rule.exempt},
                              {"not_applicable", rule.not_applicable}});
  }
  return out;
}

/// `"key":` and what follows it, one element per line. The elements are written one at a time: as one document tree,
/// the findings of a large estate would take several gigabytes.
template <class List, class ToJson>
void append_array(std::string& out, std::string_view key, const List& list, ToJson to_json) {
  out += ",\n\"";
  out += key;
  out += "\":[";
  bool is_first = true;
  for (const auto& element : list) {
    out += is_first ? "\n" : ",\n";
    is_first = false;
    out += dump(to_json(element));
  }
  out += ']';
}

void append(std::string& out, std::string_view key, const Json& value) {
  out += ",\n\"";
  out += key;
  out += "\":";
  out += dump(value);
}

}  // namespace

std::string json(const Subject& subject, const check::Result& result) {
  Places places(subject);
  std::string out = "{\"format_version\":1";
  append(out, "tool", tool_json());
  append(out, "inputs", inputs_json(subject.view.estate.snapshot()));
  append(out, "completeness", completeness_json(subject));
  append(out, "summary", summary_json(subject, result));
  append_array(out, "findings", result.findings,
               [&](const check::Finding& finding) { return finding_json(places, subject, finding); });
  append_array(out, "proofs", result.proofs, proof_json);
  append(out, "assumptions", strings_json(result.assumptions));
  append(out, "disagreements", strings_json(result.disagreements));
  return out + "\n}\n";
}

std::string diagnostics_json(const Subject& subject) {
  Json out;
  out["format_version"] = 1;
  out["tool"] = tool_json();
  out["inputs"] = inputs_json(subject.view.estate.snapshot());
  out["completeness"] = completeness_json(subject);
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace hubproof::report
