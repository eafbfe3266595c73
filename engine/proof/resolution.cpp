#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "engine/dns/directory.h"
#include "engine/proof/claims.h"
#include "engine/proof/expected_names.h"
#include "engine/proof/resolution_obligation.h"
#include "engine/proof/run.h"

namespace hubproof::proof {
namespace {

using model::Fact;
using model::VnetIndex;

/// What the exact layer says about all names, seen from the first VNet of a class.
struct Survey {
  std::vector<NameAnswer> answers;     // one per name, in order
  std::deque<std::vector<Ipv4>> held;  // what answers refer to and no record holds
  std::vector<std::uint32_t> wrong;    // names that certainly get a wrong answer
  std::vector<std::uint32_t> open;     // names whose answer is not known
  std::vector<Fact> facts;             // links, servers, zones: what the right answers rest on
};

bool is_record(const model::Estate& estate, const Fact& fact) {
  return estate.find<model::DnsRecordSet>(fact.resource) != nullptr;
}

class Claim {
 public:
  Claim(dns::Directory& directory, Effort effort)
      : directory_(directory), estate_(directory.view().estate), resolver_(directory.resolver()), solver_(effort) {}
  ProofRun run();

 private:
  void number_kinds();
  Survey survey(VnetIndex vnet);
  const model::DnsRecordSet* record_of(std::uint32_t name, const dns::DecidingZone& zone);
  void decide(const std::vector<VnetIndex>& members);
  Verdict proved(const Survey& survey, VnetIndex first, VnetIndex member) const;
  Verdict refuted(const Survey& survey, VnetIndex member) const;
  Verdict unknown(const Survey& survey, VnetIndex member) const;
  Fact as_of(const Fact& fact, VnetIndex first, VnetIndex member) const;
  model::ResourceId id(VnetIndex vnet) const { return estate_.tables().virtual_networks[vnet.index()].id; }

  /// The way that the names of one kind take.
  struct Way {
    std::optional<dns::DecidingZone> decided_by;
    std::vector<Fact> facts;
  };
  struct Answered {
    dns::Resolution::Kind kind = dns::Resolution::Kind::unknown;
    std::span<const Ipv4> addresses;
    bool is_right = false;
    std::vector<Fact> facts;  // beside the record
  };
  Answered answer_of(std::uint32_t index, VnetIndex vnet, std::optional<Way>& way, Survey& survey);

  /// The record of a name where it was looked for last: most classes of networks look in the same zone.
  struct Found {
    dns::DecidingZone zone;
    const model::DnsRecordSet* record = nullptr;
  };

  dns::Directory& directory_;
  const model::Estate& estate_;
  const dns::Resolver& resolver_;
  Solver solver_;
  ExpectedNames expected_;
  std::vector<std::uint32_t> kinds_;  // of the names, in order
  std::vector<Found> found_;          // of the names, in order
  std::vector<std::string> missing_;
  ProofRun run_;
};

bool is_approved(const ExpectedName& name, std::span<const Ipv4> addresses) {
  return !addresses.empty() && std::all_of(addresses.begin(), addresses.end(), [&](Ipv4 address) {
    return std::binary_search(name.approved.begin(), name.approved.end(), address);
  });
}

// The record sets that the resolver says it used, read again from the estate: the solver is not given the resolver's
// own addresses.
std::vector<Ipv4> recorded(const model::Estate& estate, const dns::Resolution& resolution) {
  std::vector<Ipv4> out;
  if (resolution.kind != dns::Resolution::Kind::private_addresses) return out;
  for (const dns::Step& step : resolution.steps) {
    for (const Fact& fact : step.facts) {
      const model::DnsRecordSet* record = estate.find<model::DnsRecordSet>(fact.resource);
      if (record != nullptr) out.insert(out.end(), record->addresses.begin(), record->addresses.end());
    }
  }
  return out.empty() ? resolution.addresses : out;
}

std::vector<Fact> facts_beside_records(const model::Estate& estate, const dns::Resolution& resolution) {
  std::vector<Fact> out;
  for (const dns::Step& step : resolution.steps) {
    for (const Fact& fact : step.facts) {
      if (!is_record(estate, fact)) out.push_back(fact);
    }
  }
  return out;
}

const model::DnsRecordSet* Claim::record_of(std::uint32_t name, const dns::DecidingZone& zone) {
  Found& found = found_[name];
  if (found.zone != zone) found = {zone, resolver_.plain_record(zone, *expected_.names[name].name)};
  return found.record;
}

// Names of one kind take one way: it is walked for the first of them, and for those that have another thing than a
// plain address record at its end.
Claim::Answered Claim::answer_of(std::uint32_t index, VnetIndex vnet, std::optional<Way>& way, Survey& survey) {
  const ExpectedName& name = expected_.names[index];
  Answered out;
  const model::DnsRecordSet* record = way && way->decided_by ? record_of(index, *way->decided_by) : nullptr;
  if (record != nullptr) {
    out.kind = dns::Resolution::Kind::private_addresses;
    out.addresses = record->addresses;
    out.is_right = is_approved(name, out.addresses);
    if (out.is_right) out.facts = std::exchange(way->facts, {});  // told once for all names of the kind
    return out;
  }
  const dns::Route route = resolver_.route(vnet, *name.name);
  out.kind = route.resolution.kind;
  out.addresses = survey.held.emplace_back(recorded(estate_, route.resolution));
  out.is_right = out.kind == dns::Resolution::Kind::private_addresses && is_approved(name, route.resolution.addresses);
  out.facts = facts_beside_records(estate_, route.resolution);
  if (!way) way = Way{route.decided_by, out.facts};
  return out;
}

Survey Claim::survey(VnetIndex vnet) {
  Survey out;
  out.answers.resize(expected_.names.size());
  std::vector<std::optional<Way>> ways(expected_.names.size());  // by kind
  std::set<std::pair<model::ResourceId, std::string>> seen;
  for (std::uint32_t i = 0; i < expected_.names.size(); ++i) {
    const ExpectedName& name = expected_.names[i];
    const Answered answer = answer_of(i, vnet, ways[kinds_[i]], out);
    const bool is_private = answer.kind == dns::Resolution::Kind::private_addresses;
    // A doubt about the endpoints leaves a wrong answer open only where another endpoint could be the right one.
    const bool is_open = answer.kind == dns::Resolution::Kind::unknown ||
                         (!answer.is_right && !name.doubt.empty() && (is_private || name.approved.empty()));
    out.answers[i] = {answer.addresses, name.approved, is_open};
    if (is_open)
      out.open.push_back(i);
    else if (!answer.is_right)
      out.wrong.push_back(i);
    if (!answer.is_right) continue;
    for (const Fact& fact : answer.facts) {
      if (seen.emplace(fact.resource, fact.pointer).second) out.facts.push_back(fact);
    }
  }
  return out;
}

// A fact about the class's first VNet or one of its links, told of another member.
Fact Claim::as_of(const Fact& fact, VnetIndex first, VnetIndex member) const {
  Fact out = fact;
  if (fact.resource == id(first)) out.resource = id(member);
  if (const auto* link = estate_.find<model::VirtualNetworkLink>(fact.resource); link && link->vnet == id(first)) {
    for (const auto& [vnet, index] : estate_.links_by_vnet.of(id(member))) {
      const model::VirtualNetworkLink& own = estate_.tables().virtual_network_links[index];
      if (own.zone == link->zone) out.resource = own.id;
    }
  }
  return out;
}

Verdict Claim::proved(const Survey& survey, VnetIndex first, VnetIndex member) const {
  Proved out;
  for (const Fact& fact : survey.facts) out.rests_on.push_back(as_of(fact, first, member));
  out.assumptions = expected_.assumptions;
  // source: learn.microsoft.com/azure/templates/microsoft.compute/virtualmachinescalesets (dnsSettings of its
  // interfaces), .../microsoft.containerinstance/containergroups (dnsConfig), .../microsoft.web/sites
  // (dnsConfiguration)
  out.assumptions.emplace_back(
      "No scale set, container group or app names DNS servers of its own: clients ask those of their network, and "
      "those of the network interfaces in the export.");
  out.assumptions.push_back(fmt::format(
      "{} names of the private endpoints in the export; an endpoint that the export does not show has names of its own",
      expected_.names.size()));
  return out;
}

std::string joined(const std::vector<Ipv4>& addresses) {
  std::string out;
  for (const Ipv4 address : addresses) out += (out.empty() ? "" : ", ") + to_string(address);
  return out.empty() ? "none" : out;
}

std::string answer_text(const dns::Resolution& resolution) {
  using Kind = dns::Resolution::Kind;
  switch (resolution.kind) {
    case Kind::private_addresses: return "resolves to " + joined(resolution.addresses);
    case Kind::public_answer: return "resolves in public DNS";
    case Kind::nx_domain: return "does not exist (a linked zone has no such record)";
    case Kind::no_server: return "has no answer: the configured DNS server does not answer";
    case Kind::unknown: return "cannot be decided";
  }
  return {};
}

void take_steps(const dns::Resolution& resolution, Refuted& out) {
  for (const dns::Step& step : resolution.steps) {
    out.chain.push_back(step.what);
    add_facts(out.facts, step.facts);
  }
}

Verdict Claim::refuted(const Survey& survey, VnetIndex member) const {
  const ExpectedName& name = expected_.names[survey.wrong.front()];
  const dns::Resolution resolution = resolver_.resolve(member, *name.name);
  Refuted out;
  out.message =
      fmt::format("from {} the name {} {}", estate_.name(id(member)), name.name->fqdn, answer_text(resolution));
  if (survey.wrong.size() > 1) out.message += fmt::format(" ({} further names fail)", survey.wrong.size() - 1);
  take_steps(resolution, out);
  out.expected =
      name.approved.empty()
          ? fmt::format("an Approved private endpoint of {} for {}", estate_.name(name.service), name.name->group_id)
          : fmt::format("{} in zone {} answers {}", name.name->record, name.name->zone, joined(name.approved));
  return out;
}

Verdict Claim::unknown(const Survey& survey, VnetIndex member) const {
  Unknown out;
  if (!survey.open.empty()) {
    const ExpectedName& name = expected_.names[survey.open.front()];
    const dns::Resolution resolution = resolver_.resolve(member, *name.name);
    const bool is_unresolved = resolution.kind == dns::Resolution::Kind::unknown;
    out.why = fmt::format("from {} the answer to {} is not known: {}", estate_.name(id(member)), name.name->fqdn,
                          is_unresolved ? resolution.unknown_because : name.doubt);
    if (survey.open.size() > 1) out.why += fmt::format(" ({} further names)", survey.open.size() - 1);
    if (!is_unresolved) out.facts.push_back(name.doubt_fact);
    for (const dns::Step& step : resolution.steps) add_facts(out.facts, step.facts);
    return out;
  }
  if (!expected_.gaps.empty()) {
    out.why = expected_.gaps.front().reason;
    if (expected_.gaps.size() > 1) out.why += fmt::format(" ({} further services)", expected_.gaps.size() - 1);
    for (const NameGap& gap : expected_.gaps) out.facts.push_back(gap.fact);
    out.decided_by = "the resource in the export, with the properties its names are made of";
    return out;
  }
  out.why = missing_.empty() ? "the solver's resource limit was reached" : missing_.front();
  out.decided_by = missing_.empty() ? "" : "a complete export";
  return out;
}

void Claim::decide(const std::vector<VnetIndex>& members) {
  const VnetIndex first = members.front();
  const Survey seen = survey(first);
  const ResolutionAnswer answer = ask_resolution(solver_, seen.answers);
  const std::uint32_t number = static_cast<std::uint32_t>(run_.obligations.size());
  run_.obligations.push_back(
      {fmt::format(
           "no private-link name ({} names) has, seen from {}, an answer that is not an approved private endpoint "
           "of its service",
           expected_.names.size(), estate_.name(id(first))),
       static_cast<std::uint32_t>(members.size()), answer.all == Answer::unsat});
  const bool agrees = (answer.all == Answer::gave_up || answer.certain == Answer::gave_up) ||
                      ((answer.all == Answer::unsat) == (seen.wrong.empty() && seen.open.empty()) &&
                       (answer.certain == Answer::sat) == !seen.wrong.empty());
  for (const VnetIndex member : members) {
    ClaimResult& result = run_.results.emplace_back();
    result.resource = id(member);
    result.obligation = number;
    if (!agrees) {
      disagree(run_, result, fmt::format("resolution from {}", estate_.spelling(result.resource)));
    } else if (answer.certain == Answer::sat) {
      result.verdict = refuted(seen, member);
    } else if (answer.all == Answer::unsat && expected_.gaps.empty() && missing_.empty()) {
      result.verdict = proved(seen, first, member);
    } else {
      result.verdict = unknown(seen, member);
    }
  }
}

void Claim::number_kinds() {
  std::vector<const dns::PrivateName*> names;
  for (const ExpectedName& expected : expected_.names) names.push_back(expected.name);
  kinds_ = resolver_.kinds(names);
  found_.resize(names.size());
}

ProofRun Claim::run() {
  if (estate_.tables().virtual_networks.empty()) return nothing_to_prove("there is no virtual network");
  expected_ = expected_names(directory_);
  number_kinds();
  missing_ = missing_parts(estate_, {model::ArgTable::resources, model::ArgTable::dns_resources});
  if (expected_.names.empty() && expected_.gaps.empty()) {
    const std::string why = "no service of the estate has a private endpoint, so no name must resolve privately";
    if (missing_.empty()) {
      run_.obligations.push_back({why, 0, false});
      for (const model::VirtualNetwork& vnet : estate_.tables().virtual_networks) {
        run_.results.push_back({vnet.id, NotApplicable{why}, 0});
      }
      return std::move(run_);
    }
  }
  for (const std::vector<VnetIndex>& members : resolver_.classes()) decide(members);
  sort_results(estate_, run_);
  return std::move(run_);
}

}  // namespace

ProofRun prove_resolution(dns::Directory& directory, Effort effort) { return Claim(directory, effort).run(); }

ProofRun prove_resolution(const model::View& view, Effort effort) {
  dns::Directory directory(view);
  return prove_resolution(directory, effort);
}

}  // namespace hubproof::proof
