// HP-DNS-004: every virtual network sees every required zone. Asked of the resolver chain once per class of networks.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/dns/directory.h"

namespace hubproof::check {
namespace {

using dns::PrivateName;
using dns::Resolution;
using model::View;
using model::VnetIndex;

/// "openai.azure.com" for "privatelink.openai.azure.com"; rows with {region} by what they leave out.
std::string public_suffix(std::string_view zone) {
  for (const dns::PrivateLinkZone& row : dns::private_link_zones()) {
    if (row.zone == zone) return std::string(row.public_suffix);
  }
  constexpr std::string_view kLabel = "privatelink.";
  std::string out(zone);
  if (const std::size_t at = out.find(kLabel); at != std::string::npos) out.erase(at, kLabel.size());
  return out;
}

/// A name of each required zone that no record has: NXDOMAIN says that the zone was consulted.
std::vector<PrivateName> probes(const View& view) {
  constexpr std::string_view kLabel = "hubproof-probe";
  std::vector<PrivateName> out;
  for (const std::string& zone : dns::required_zones(view)) {
    out.push_back({fmt::format("{}.{}", kLabel, public_suffix(zone)), zone, std::string(kLabel), {}});
  }
  return out;
}

/// True when the step that answered names the zone itself: a zone for the public suffix answers in its place.
bool is_answered_by(const View& view, const Resolution& answer, std::string_view zone) {
  if (answer.steps.empty()) return false;
  const auto& facts = answer.steps.back().facts;
  return std::any_of(facts.begin(), facts.end(), [&](const model::Fact& fact) {
    const auto* found = view.estate.find<model::PrivateDnsZone>(fact.resource);
    const auto* record = view.estate.find<model::DnsRecordSet>(fact.resource);
    if (record != nullptr) found = view.estate.find<model::PrivateDnsZone>(record->zone);
    return found != nullptr && found->name == zone;
  });
}

std::string last_step(const Resolution& answer) {
  return answer.steps.empty() ? std::string(dns::name(answer.kind)) : answer.steps.back().what;
}

/// What holds for all networks of a class; the resource is filled in for each.
struct ClassAnswer {
  Judgement judgement{model::ResourceId()};
  std::vector<std::string> chain;
};

void judge_probe(const View& view, const PrivateName& probe, const Resolution& answer, ClassAnswer& out) {
  const std::string zone = text::printable(probe.zone);
  const bool is_private =
      answer.kind == Resolution::Kind::private_addresses || answer.kind == Resolution::Kind::nx_domain;
  if (answer.kind == Resolution::Kind::unknown) {
    return out.judgement.doubt(fmt::format("whether {} is seen is not known: {}", zone, answer.unknown_because));
  }
  if (is_private && is_answered_by(view, answer, probe.zone)) return;
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

void add_members(const View& view, const std::vector<VnetIndex>& members, ClassAnswer answer, Findings& out) {
  const Finding of_class = std::move(answer.judgement).finding();
  for (const VnetIndex member : members) {
    const model::VirtualNetwork& vnet = view.estate.tables().virtual_networks[member.index()];
    Finding finding = of_class;
    finding.resource = vnet.id;
    finding.chain = answer.chain;
    finding.facts.push_back({vnet.id, "/properties/dhcpOptions/dnsServers", servers_of(vnet)});
    out.findings.push_back(std::move(finding));
  }
}

}  // namespace

Findings networks_see_zones(dns::Directory& directory) {
  const View& view = directory.view();
  Findings out;
  const std::vector<PrivateName> asked = probes(view);
  if (asked.empty()) return out;
  const dns::Resolver& resolver = directory.resolver();
  for (const std::vector<VnetIndex>& members : resolver.classes()) {
    if (members.empty()) continue;
    ClassAnswer answer;
    // Whether a zone is consulted does not depend on its records, nor on whether a link redirects what they lack.
    for (const PrivateName& probe : asked) {
      judge_probe(view, probe, resolver.resolve_in_empty_zones(members.front(), probe), answer);
    }
    add_members(view, members, std::move(answer), out);
  }
  return out;
}

}  // namespace hubproof::check
