#include "engine/net/exposure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "engine/dns/names.h"
#include "engine/net/trace.h"
#include "engine/proof/admission.h"
#include "engine/proof/claims.h"
#include "engine/proof/run.h"
#include "engine/proof/solver.h"
#include "engine/value/arm_id.h"

namespace hubproof::proof {
namespace {

using model::Fact;
using model::Service;
using model::ServiceKind;

/// A formula with what it may admit and what it certainly admits.
struct Bounds {
  Term may;
  Term must;
};

struct ClassAnswer {
  std::uint32_t obligation = 0;
  Answer all = Answer::gave_up;      ///< unsat: admits nobody, whatever the unknown parts are
  Answer certain = Answer::gave_up;  ///< sat: certainly admits `source`
  Ipv4 source;
  std::vector<std::uint32_t> core;  ///< of unsat: facts, least by inclusion
};

class Claim {
 public:
  Claim(const model::View& view, Effort effort)
      : view_(view), estate_(view.estate), solver_(effort), source_(solver_.word("src", 32)) {}
  ProofRun run();

 private:
  void service(const Service& service);
  ClassAnswer ask(const Admission& formula, std::size_t facts);
  Bounds encode(const Admission& formula, const std::vector<Term>& guards);
  void find_source(Term must, const std::vector<Term>& guards, ClassAnswer& answer);
  std::vector<const net::PublicSurface*> entries_to(const Service& service) const;
  Verdict refuted(const Service& service, const net::Exposure& exact,
                  const std::vector<const net::PublicSurface*>& entries, Ipv4 source);
  Verdict by_entry(const Service& service, const net::PublicSurface& entry) const;
  Verdict unknown(const net::Exposure& exact, const ServiceAdmission& admission) const;
  void missing_services();

  const model::View& view_;
  const model::Estate& estate_;
  Solver solver_;
  Term source_;
  std::vector<net::PublicSurface> surfaces_;
  std::vector<net::PublicSurface> doubtful_;  ///< the same surfaces, none certain
  std::vector<std::string> missing_;
  std::unordered_map<std::string, ClassAnswer> classes_;  // only looked up
  ProofRun run_;
};

// form: may and must are the widest and narrowest reading; every settled fact is a named assumption, and without it the
//       term may admit anybody and must admit nobody
Bounds Claim::encode(const Admission& formula, const std::vector<Term>& guards) {
  switch (formula.kind) {
    case Admission::Kind::everybody: return {solver_.truth(true), guards[formula.fact]};
    case Admission::Kind::nobody: return {solver_.negate(guards[formula.fact]), solver_.truth(false)};
    case Admission::Kind::unknown: return {solver_.truth(true), solver_.truth(false)};
    case Admission::Kind::listed: {
      const Term in = solver_.in(source_, formula.ranges);
      return {solver_.either(in, solver_.negate(guards[formula.fact])), in};
    }
    case Admission::Kind::any_of:
    case Admission::Kind::all_of: {
      const bool any = formula.kind == Admission::Kind::any_of;
      Bounds out{solver_.truth(!any), solver_.truth(!any)};
      for (const Admission& part : formula.parts) {
        const Bounds bounds = encode(part, guards);
        out.may = any ? solver_.either(out.may, bounds.may) : solver_.both(out.may, bounds.may);
        out.must = any ? solver_.either(out.must, bounds.must) : solver_.both(out.must, bounds.must);
      }
      return out;
    }
  }
  return {solver_.truth(true), solver_.truth(false)};
}

// An address of the documentation block reads best; any other will do.
constexpr Ipv4 kReadable{0xcb00710aU};  // 203.0.113.10, RFC 5737

void Claim::find_source(Term must, const std::vector<Term>& guards, ClassAnswer& answer) {
  const Solver::Scope scope(solver_);
  solver_.require(must);
  {
    const Solver::Scope readable(solver_);
    solver_.require(solver_.equals(source_, kReadable.bits()));
    answer.certain = solver_.check(guards);
    answer.source = kReadable;
  }
  if (answer.certain == Answer::sat) return;
  answer.certain = solver_.check(guards);
  if (answer.certain == Answer::sat) answer.source = Ipv4(solver_.value(source_));
}

ClassAnswer Claim::ask(const Admission& formula, std::size_t facts) {
  const Solver::Scope scope(solver_);
  std::vector<Term> guards;
  for (std::uint32_t i = 0; i < facts; ++i) guards.push_back(solver_.flag(i));
  solver_.require(solver_.in(source_, internet_addresses()));
  const Bounds bounds = encode(formula, guards);
  ClassAnswer out;
  {
    const Solver::Scope widest(solver_);
    solver_.require(bounds.may);
    out.all = solver_.check(guards);
    if (out.all == Answer::unsat) {
      for (const std::size_t index : minimal_core(solver_, guards, solver_.core()))
        out.core.push_back(static_cast<std::uint32_t>(index));
    }
  }
  if (out.all == Answer::unsat)
    out.certain = Answer::unsat;
  else
    find_source(bounds.must, guards, out);
  return out;
}

// An entry that may lead to an address that the export does not show counts, but never as certain.
std::vector<const net::PublicSurface*> Claim::entries_to(const Service& service) const {
  if (surfaces_.empty()) return {};
  const net::ServicePlaces places = net::places_of(view_, service);
  std::vector<const net::PublicSurface*> out;
  for (std::size_t i = 0; i < surfaces_.size(); ++i) {
    if (net::may_lead_to(surfaces_[i], places))
      out.push_back(&surfaces_[i]);
    else if (net::may_lead_to_hidden(view_, surfaces_[i], places))
      out.push_back(&doubtful_[i]);
  }
  return out;
}

Verdict Claim::by_entry(const Service& service, const net::PublicSurface& entry) const {
  Refuted out;
  out.message = fmt::format("{} is reached from the Internet: {}", estate_.name(service.id), entry.reason);
  out.facts = entry.facts;
  out.expected = "no public entry but an Application Gateway whose WAF is Enabled and in Prevention";
  if (entry.public_address && entry.sources.first()) {
    net::Flow flow;
    flow.from = {net::Place::Kind::internet, {}};
    flow.source = entry.sources.contains(kReadable) ? kReadable : *entry.sources.first();
    if (std::holds_alternative<Ipv6>(*entry.public_address)) flow.source = *Ipv6::parse("2001:db8::10");  // RFC 3849
    flow.destination = *entry.public_address;
    flow.destination_port = entry.ports.contains(443) ? std::uint16_t{443} : entry.ports.first();
    out.trace = net::trace(view_, flow);
  }
  return out;
}

Verdict Claim::refuted(const Service& service, const net::Exposure& exact,
                       const std::vector<const net::PublicSurface*>& entries, Ipv4 source) {
  if (!exact.accepted.contains(source)) {
    const auto entry = std::find_if(entries.begin(), entries.end(), [&](const net::PublicSurface* surface) {
      return surface->is_certain && surface->sources.contains(source);
    });
    if (entry != entries.end()) return by_entry(service, **entry);
  }
  Refuted out;
  out.facts = exact.facts;
  if (service.kind == ServiceKind::bing_account) {
    out.message = fmt::format("{} is public by nature: it has no private form", estate_.name(service.id));
    out.expected = "no Bing account in an estate without public AI endpoints";
    return out;
  }
  out.message = fmt::format("{} accepts packets from the Internet, for example from {}", estate_.name(service.id),
                            to_string(source));
  out.expected = "publicNetworkAccess Disabled, and private endpoints as the only way in";
  net::Trace trace;
  trace.flow.from = {net::Place::Kind::internet, {}};
  trace.flow.source = source;
  trace.disposition = net::Disposition::delivered;
  net::Hop& hop = trace.hops.emplace_back();
  hop.at = {net::Place::Kind::service, service.id};
  hop.decision = "allow";
  hop.decided_by = exact.facts;
  hop.note = fmt::format("the public endpoint of {} accepts {}", estate_.name(service.id), to_string(source));
  out.trace = std::move(trace);
  return out;
}

Verdict Claim::unknown(const net::Exposure& exact, const ServiceAdmission& admission) const {
  Unknown out;
  for (const net::OpenQuestion& question : exact.open) out.facts.push_back(question.fact);
  if (!exact.open.empty())
    out.why = exact.open.front().reason;
  else if (!admission.open.empty())
    out.why = admission.open.front();
  else if (!missing_.empty())
    out.why = missing_.front();
  else
    out.why = "the solver's resource limit was reached";
  if (exact.open.empty() && admission.open.empty() && !missing_.empty()) out.decided_by = "a complete export";
  return out;
}

void Claim::service(const Service& service) {
  const std::vector<const net::PublicSurface*> entries = entries_to(service);
  const ServiceAdmission admission = admission_of(view_, service, entries);
  const auto [entry, is_new] = classes_.try_emplace(key_of(admission.formula));
  ClassAnswer& answer = entry->second;
  if (is_new) {
    answer = ask(admission.formula, admission.facts.size());
    answer.obligation = static_cast<std::uint32_t>(run_.obligations.size());
    run_.obligations.push_back({fmt::format("no Internet address is admitted to {}", estate_.name(service.id)), 0,
                                answer.all == Answer::unsat});
  }
  ++run_.obligations[answer.obligation].members;
  const net::Exposure exact = net::exposure(view_, service);
  const bool has_certain_entry = std::any_of(entries.begin(), entries.end(), [](const auto* surface) {
    return surface->is_certain && !surface->sources.empty();
  });
  const bool has_entry = std::any_of(entries.begin(), entries.end(), [](const auto* surface) {
    return !surface->is_certain || !surface->sources.empty();
  });
  const bool is_closed = exact.accepted.empty() && exact.open.empty() && !has_entry;
  ClaimResult& result = run_.results.emplace_back();
  result.resource = service.id;
  result.obligation = answer.obligation;
  if (answer.all == Answer::gave_up || answer.certain == Answer::gave_up) {
    result.verdict = unknown(exact, admission);
  } else if (is_closed != (answer.all == Answer::unsat) ||
             (answer.certain == Answer::sat) != (!exact.accepted.empty() || has_certain_entry)) {
    disagree(run_, result, fmt::format("exposure of {}", estate_.spelling(service.id)));
  } else if (answer.certain == Answer::sat) {
    result.verdict = refuted(service, exact, entries, answer.source);
  } else if (answer.all == Answer::unsat && missing_.empty()) {
    Proved proved;
    for (const std::uint32_t index : answer.core) proved.rests_on.push_back(admission.facts[index]);
    proved.assumptions = exact.assumptions;
    proved.assumptions.insert(proved.assumptions.end(), exact.residual.begin(), exact.residual.end());
    result.verdict = std::move(proved);
  } else {
    result.verdict = unknown(exact, admission);
  }
}

// Services that private endpoints lead to and the export does not hold: whether they are public is not known.
void Claim::missing_services() {
  std::set<model::ResourceId> seen;
  for (const model::PrivateEndpoint& endpoint : estate_.tables().private_endpoints) {
    for (const model::PrivateEndpoint::Connection& connection : endpoint.connections) {
      if (!connection.target.is_set() || estate_.holds(connection.target)) continue;
      const std::string type = arm_type(estate_.spelling(connection.target));
      const auto zones = dns::private_link_zones();
      const bool is_service =
          std::any_of(zones.begin(), zones.end(), [&](const auto& row) { return row.resource_type == type; });
      if (!is_service || !seen.insert(connection.target).second) continue;
      if (seen.size() == 1) run_.obligations.push_back({"services that the export does not hold", 0, false});
      ++run_.obligations.back().members;
      Unknown open{fmt::format("private endpoint {} leads to {}, which is not in the export", estate_.name(endpoint.id),
                               estate_.name(connection.target)),
                   "an export of its subscription",
                   {{endpoint.id, "/properties/privateLinkServiceConnections", "not in the export"}}};
      run_.results.push_back(
          {connection.target, std::move(open), static_cast<std::uint32_t>(run_.obligations.size() - 1)});
    }
  }
}

// Log Analytics and Application Insights have a rule of their own.
bool is_in_scope(ServiceKind kind) { return kind != ServiceKind::log_analytics && kind != ServiceKind::app_insights; }

ProofRun Claim::run() {
  missing_ = missing_parts(estate_, {model::ArgTable::resources, model::ArgTable::network_resources});
  surfaces_ = net::all_public_surfaces(view_);
  doubtful_ = surfaces_;
  for (net::PublicSurface& surface : doubtful_) surface.is_certain = false;
  for (const Service& entry : estate_.tables().services) {
    if (is_in_scope(entry.kind)) service(entry);
  }
  missing_services();
  if (run_.results.empty()) return nothing_to_prove("the estate has no AI or data service");
  sort_results(estate_, run_);
  return std::move(run_);
}

}  // namespace

ProofRun prove_no_public_endpoint(const model::View& view, Effort effort) { return Claim(view, effort).run(); }

}  // namespace hubproof::proof
