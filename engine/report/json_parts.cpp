#include "engine/report/json_parts.h"

#include <algorithm>

#include "engine/report/names.h"

namespace hubproof::report {
namespace {

std::string_view word(Diagnostic::Level level) {
  switch (level) {
    case Diagnostic::Level::error: return "error";
    case Diagnostic::Level::warning: return "warning";
    case Diagnostic::Level::note: return "note";
  }
  return "error";
}

Json number_or_null(std::size_t number) { return number == 0 ? Json(nullptr) : Json(number); }

Json gap_json(const model::Estate& estate, const model::Gap& gap) {
  Json out;
  out["code"] = gap.code;
  out["reach"] = gap.reach == model::Gap::Reach::table ? "table" : "resource";
  out["table"] = gap.table == model::ArgTable::none ? Json(nullptr) : Json(std::string(model::name(gap.table)));
  out["resource"] = resource_json(estate, gap.resource);
  out["from"] = resource_json(estate, gap.from);
  out["message"] = gap.message;
  return out;
}

Json problem_json(const Diagnostic& problem) {
  Json out;
  out["level"] = word(problem.level);
  out["code"] = problem.code;
  out["message"] = problem.message;
  out["resource"] = text_or_null(problem.resource);
  out["pointer"] = text_or_null(problem.pointer);
  out["origin"] = location_json(problem.where);
  out["why"] = text_or_null(problem.why);
  out["fix"] = text_or_null(problem.fix);
  return out;
}

Json hop_json(Places& places, const net::Hop& hop) {
  Json out;
  out["at"] = place_id(places.estate(), hop.at);
  out["kind"] = net::name(hop.at.kind);
  out["decision"] = hop.decision;
  out["next_hop"] = hop.next_hop ? Json(std::string(net::name(*hop.next_hop))) : Json(nullptr);
  out["matched_prefix"] = text_or_null(hop.matched_prefix);
  out["route_source"] = hop.route_source ? Json(std::string(net::name(*hop.route_source))) : Json(nullptr);
  out["decided_by"] = facts_json(places, hop.decided_by);
  out["note"] = text_or_null(hop.note);
  return out;
}

Json flow_json(const net::Flow& flow) {
  Json out;
  out["source"] = to_string(flow.source);
  out["destination"] = to_string(flow.destination);
  out["protocol"] = hubproof::name(flow.protocol);
  // ICMP has no ports; what the fields hold then means nothing.
  const bool has_ports = flow.protocol == Protocol::tcp || flow.protocol == Protocol::udp;
  out["source_port"] = has_ports ? Json(flow.source_port) : Json(nullptr);
  out["destination_port"] = has_ports ? Json(flow.destination_port) : Json(nullptr);
  return out;
}

}  // namespace

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

const Location& Places::of(model::ResourceId id, std::string_view pointer) {
  const auto [at, is_new] = known_.try_emplace({id, std::string(pointer)});
  if (is_new) at->second = locate(subject_, id, pointer);
  return at->second;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(std::string(text)); }

Json resource_json(const model::Estate& estate, model::ResourceId id) { return text_or_null(full_id(estate, id)); }

Json location_json(const Location& where) {
  if (where.file.empty()) return nullptr;
  return {{"file", where.file}, {"line", number_or_null(where.line)}, {"column", number_or_null(where.column)}};
}

Json fact_json(Places& places, const model::Fact& fact) {
  const Location& where = places.of(fact.resource, fact.pointer);
  Json out;
  out["resource"] = resource_json(places.estate(), fact.resource);
  out["pointer"] = fact.pointer.view();
  out["value"] = fact.value.view();
  out["file"] = text_or_null(where.file);
  out["line"] = number_or_null(where.line);
  return out;
}

Json facts_json(Places& places, const std::vector<model::Fact>& facts) {
  Json out = Json::array();
  for (const model::Fact& fact : facts) out.push_back(fact_json(places, fact));
  return out;
}

Json trace_body(Places& places, const net::Trace& trace) {
  Json out;
  out["flow"] = flow_json(trace.flow);
  out["disposition"] = net::name(trace.disposition);
  out["crossed_firewall"] = trace.crossed_firewall;
  out["hops"] = Json::array();
  for (const net::Hop& hop : trace.hops) out["hops"].push_back(hop_json(places, hop));
  out["virtual_networks"] = Json::array();
  for (const model::ResourceId vnet : trace.vnets)
    out["virtual_networks"].push_back(resource_json(places.estate(), vnet));
  out["unknown_because"] = strings_json(trace.unknown_because);
  return out;
}

Json strings_json(const std::vector<std::string>& strings) {
  Json out = Json::array();
  for (const std::string& text : strings) out.push_back(text);
  return out;
}

Json tool_json() { return {{"name", "hubproof"}, {"version", tool_version()}}; }

Json inputs_json(const model::Snapshot& snapshot) {
  Json out = Json::array();
  for (const model::Source& source : snapshot.sources) {
    out.push_back({{"path", source.path}, {"format", source.format}, {"bytes", source.bytes}, {"rows", source.rows}});
  }
  return out;
}

Json completeness_json(const Subject& subject) {
  const model::Snapshot& snapshot = subject.view.estate.snapshot();
  Json out;
  const bool has_error = std::any_of(snapshot.diagnostics.begin(), snapshot.diagnostics.end(),
                                     [](const Diagnostic& d) { return d.level == Diagnostic::Level::error; });
  out["whole"] = snapshot.has_usable_input && snapshot.gaps.empty() && !has_error;
  out["gaps"] = Json::array();
  for (const model::Gap& gap : snapshot.gaps) out["gaps"].push_back(gap_json(subject.view.estate, gap));
  out["problems"] = Json::array();
  for (const Diagnostic& problem : snapshot.diagnostics) out["problems"].push_back(problem_json(problem));
  out["ambiguities"] = strings_json(subject.view.roles.ambiguities);
  return out;
}

}  // namespace hubproof::report
