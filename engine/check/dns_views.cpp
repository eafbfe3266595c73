// HP-DNS-004: every virtual network sees every required zone. Asked of the resolver chain once per class of networks.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/check/zones.h"
#include "engine/core/text.h"
#include "engine/dns/names.h"
#include "engine/dns/resolver.h"

namespace hubproof::check {
namespace {

using dns::PrivateName;
using dns::Resolution;
using model::View;
using model::VnetIndex;

/// A name to ask a zone for. One that has a record cannot be lost in a fallback; without one the answer tells less.
struct Probe {
  PrivateName name;
  bool has_record = false;
};

bool has_record(const View& view, const Zones& zones, const PrivateName& name) {
  for (const model::PrivateDnsZone* zone : zones.named(name.zone)) {
    for (const auto& [id, index] : view.estate.records_by_zone.of(zone->id)) {
      const model::DnsRecordSet& record = view.estate.tables().dns_record_sets[index];
      if (record.type == "a" && record.name == name.record) return true;
    }
  }
  return false;
}

/// "openai.azure.com" for "privatelink.openai.azure.com"; rows with {region} match by what follows it.
std::string public_suffix(std::string_view zone) {
  for (const dns::PrivateLinkZone& row : dns::private_link_zones()) {
    if (row.zone == zone) return std::string(row.public_suffix);
  }
  constexpr std::string_view kLabel = "privatelink.";
  std::string out(zone);
  if (const std::size_t at = out.find(kLabel); at != std::string::npos) out.erase(at, kLabel.size());
  return out;
}

/// One probe for each required zone: a name of a service, with a record where there is one.
std::vector<Probe> probes(const View& view, const Zones& zones) {
  std::map<std::string, Probe> by_zone;
  for (const std::string& zone : dns::required_zones(view)) {
    constexpr std::string_view kLabel = "hubproof-probe";
    by_zone.emplace(zone, Probe{{fmt::format("{}.{}", kLabel, public_suffix(zone)), zone, std::string(kLabel), {}}, false});
  }
  std::size_t open = by_zone.size();
  for (const model::Service& service : view.estate.tables().services) {
    if (open == 0) break;
    for (const PrivateName& name : dns::private_names(view, service).names) {
      const auto found = by_zone.find(name.zone);
      if (found == by_zone.end() || found->second.has_record || !has_record(view, zones, name)) continue;
      found->second = {name, true};
      --open;
    }
  }
  std::vector<Probe> out;
  for (auto& [zone, probe] : by_zone) out.push_back(std::move(probe));
  return out;
}

/// NxDomainRedirect hides a linked zone that lacks the record behind a public answer.
/// source: learn.microsoft.com/azure/dns/private-dns-fallback
bool may_redirect(const View& view, const Zones& zones, std::string_view zone) {
  for (const model::PrivateDnsZone* copy : zones.named(zone)) {
    for (const auto& [id, index] : view.estate.links_by_zone.of(copy->id)) {
      const auto& policy = view.estate.tables().virtual_network_links[index].resolution_policy;
      if (policy.is(model::ResolutionPolicy::nx_domain_redirect) || policy.is_unreadable()) return true;
    }
  }
  return false;
}

std::string last_step(const Resolution& answer) {
  return answer.steps.empty() ? std::string(dns::name(answer.kind)) : answer.steps.back().what;
}

/// What holds for all networks of a class; the resource is filled in for each.
struct ClassAnswer {
  Judgement judgement{model::ResourceId()};
  std::vector<std::string> chain;
};

void judge_probe(const View& view, const Zones& zones, const Probe& probe, const Resolution& answer, ClassAnswer& out) {
  const std::string zone = text::printable(probe.name.zone);
  switch (answer.kind) {
    case Resolution::Kind::private_addresses:
    case Resolution::Kind::nx_domain: return;
    case Resolution::Kind::unknown:
      return out.judgement.doubt(fmt::format("whether {} is seen is not known: {}", zone, answer.unknown_because));
    case Resolution::Kind::public_answer:
      if (!probe.has_record && may_redirect(view, zones, probe.name.zone)) {
        return out.judgement.doubt(fmt::format("{} holds no record to ask for, and one of its links redirects to public DNS", zone),
                                   "a record of the zone");
      }
      break;
    case Resolution::Kind::no_server: break;
  }
  if (out.chain.empty()) {
    for (const dns::Step& step : answer.steps) out.chain.push_back(step.what);
  }
  out.judgement.fail(fmt::format("{} is not seen: {}", zone, last_step(answer)),
                     "a link of the zone to this network, or to the network of each of its DNS servers");
}

std::string servers_of(const model::VirtualNetwork& vnet) {
  if (vnet.dns_servers.empty()) return "absent -> Azure-provided DNS";
  std::string out;
  for (const std::string& server : vnet.dns_servers) out += (out.empty() ? "" : ", ") + text::printable(server);
  return out;
}

}  // namespace

Findings networks_see_zones(const View& view) {
  const Zones zones(view);
  const std::vector<Probe> asked = probes(view, zones);
  Findings out;
  if (asked.empty()) return out;
  const dns::Resolver resolver(view);
  for (const std::vector<VnetIndex>& members : resolver.classes()) {
    if (members.empty()) continue;
    ClassAnswer answer;
    for (const Probe& probe : asked) judge_probe(view, zones, probe, resolver.resolve(members.front(), probe.name), answer);
    const Finding of_class = std::move(answer.judgement).finding();
    for (const VnetIndex member : members) {
      const model::VirtualNetwork& vnet = view.estate.tables().virtual_networks[member.index()];
      Finding finding = of_class;
      finding.resource = vnet.id;
      finding.chain = answer.chain;
      finding.facts.push_back({vnet.id, "/properties/dhcpOptions/dnsServers", servers_of(vnet)});
      if (const auto doubt = doubt_about(view, vnet); doubt && finding.outcome == Outcome::pass) {
        finding.outcome = Outcome::unknown;
        finding.message = doubt->why;
        finding.decided_by = doubt->decided_by;
      }
      out.findings.push_back(std::move(finding));
    }
  }
  return out;
}

}  // namespace hubproof::check
