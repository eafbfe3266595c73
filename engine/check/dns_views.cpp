// HP-DNS-004: every virtual network sees every required zone. Asked of the resolver chain once per class of networks.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/dns/names.h"
#include "engine/dns/resolver.h"

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

bool is_about_records(const model::Gap& gap) { return gap.table == model::ArgTable::dns_resources; }

/// Whether a zone is consulted does not depend on its records, but the answer to a name does when records may be
/// missing from the export or a missing one redirects to public DNS.
bool depends_on_records(const model::Estate& estate) {
  const auto& gaps = estate.snapshot().gaps;
  const auto& links = estate.tables().virtual_network_links;
  return std::any_of(gaps.begin(), gaps.end(), is_about_records) ||
         std::any_of(links.begin(), links.end(), [](const auto& link) { return !link.resolution_policy.is_absent(); });
}

/// The estate with zones that are known to be empty and links that do not redirect: seen zones answer NXDOMAIN.
/// source: learn.microsoft.com/azure/dns/private-dns-fallback
model::Estate without_records(const model::Estate& estate) {
  const model::Tables& from = estate.tables();
  model::Snapshot copy;
  copy.ids = estate.snapshot().ids;
  copy.resources = estate.snapshot().resources;
  for (const model::Gap& gap : estate.snapshot().gaps) {
    if (!is_about_records(gap)) copy.gaps.push_back(gap);
  }
  model::Tables& to = copy.tables;
  to.virtual_networks = from.virtual_networks;
  to.subnets = from.subnets;
  to.peerings = from.peerings;
  to.network_interfaces = from.network_interfaces;
  to.load_balancers = from.load_balancers;
  to.firewalls = from.firewalls;
  to.firewall_policies = from.firewall_policies;
  to.private_dns_zones = from.private_dns_zones;
  for (model::PrivateDnsZone& zone : to.private_dns_zones) {
    zone.record_sets.reset();
    // Every zone has its SOA; an export without any record reads as one without the table.
    model::DnsRecordSet& soa = to.dns_record_sets.emplace_back();
    soa.id = copy.ids.intern(fmt::format("{}/SOA/@", copy.ids.spelling(zone.id)));
    soa.zone = zone.id;
    soa.type = "soa";
    soa.name = "@";
  }
  to.virtual_network_links = from.virtual_network_links;
  for (model::VirtualNetworkLink& link : to.virtual_network_links) {
    if (link.resolution_policy.is_known()) link.resolution_policy = {};
  }
  to.dns_resolvers = from.dns_resolvers;
  to.dns_resolver_endpoints = from.dns_resolver_endpoints;
  to.forwarding_rulesets = from.forwarding_rulesets;
  to.forwarding_rules = from.forwarding_rules;
  to.forwarding_ruleset_links = from.forwarding_ruleset_links;
  to.unmodelled_network = from.unmodelled_network;
  return model::Estate(std::move(copy));
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

Findings networks_see_zones(const View& view) {
  Findings out;
  const std::vector<PrivateName> asked = probes(view);
  if (asked.empty()) return out;
  std::optional<model::Estate> empty;
  if (depends_on_records(view.estate)) empty.emplace(without_records(view.estate));
  const View seen{empty ? *empty : view.estate, view.roles, view.designations};
  const dns::Resolver resolver(seen);
  for (const std::vector<VnetIndex>& members : resolver.classes()) {
    if (members.empty()) continue;
    ClassAnswer answer;
    for (const PrivateName& probe : asked) judge_probe(seen, probe, resolver.resolve(members.front(), probe), answer);
    add_members(view, members, std::move(answer), out);
  }
  return out;
}

}  // namespace hubproof::check
