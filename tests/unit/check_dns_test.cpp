// HP-DNS-001..005. Expected values: azure-semantics.md 8 and the catalogue's statements.
#include <doctest/doctest.h>

#include "tests/unit/check_estate.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

constexpr std::string_view kOpenAi = "privateDnsZones/privatelink.openai.azure.com";

PrivateDnsZone& zone(Snapshot& s) { return entity(s, s.tables.private_dns_zones, kOpenAi); }
DnsRecordSet& record(Snapshot& s) { return entity(s, s.tables.dns_record_sets, std::string(kOpenAi) + "/A/oai"); }
VirtualNetwork& spoke(Snapshot& s) { return entity(s, s.tables.virtual_networks, "virtualNetworks/a"); }

void drop_zone(Snapshot& s) {
  const std::string tail(kOpenAi);
  remove(s, s.tables.dns_record_sets, tail + "/A/oai");
  remove(s, s.tables.virtual_network_links, tail + "/virtualNetworkLinks/link-hub");
  remove(s, s.tables.private_dns_zones, tail);
}

/// A zone in the spoke's subscription.
PrivateDnsZone& spoke_zone(Snapshot& s, std::string_view name) {
  PrivateDnsZone& out = s.tables.private_dns_zones.emplace_back();
  out.id = s.ids.intern("/subscriptions/" + std::string(kSpokeSubscription) +
                        "/resourceGroups/rg/providers/Microsoft.Network/privateDnsZones/" + std::string(name));
  out.name = name;
  s.resources.push_back({out.id, 0, Support::full, {}});
  return out;
}

void link(Snapshot& s, const PrivateDnsZone& to, ResourceId vnet) {
  VirtualNetworkLink& out = s.tables.virtual_network_links.emplace_back();
  out.id = s.ids.intern(std::string(s.ids.spelling(to.id)) + "/virtualNetworkLinks/added");
  out.zone = to.id;
  out.vnet = vnet;
  out.state = LinkState::completed;
}

const CheckRow kRows[] = {
    {"HP-DNS-001", "a required zone is missing", drop_zone, "fail"},
    {"HP-DNS-001", "a required zone is only named", [](Snapshot& s) { remove(s, s.tables.private_dns_zones, kOpenAi); },
     "unknown"},
    {"HP-DNS-001", "a second copy in the spoke", [](Snapshot& s) { spoke_zone(s, "privatelink.openai.azure.com"); },
     "fail"},
    {"HP-DNS-001", "the only zone lies in the spoke",
     [](Snapshot& s) {
       drop_zone(s);
       spoke_zone(s, "privatelink.openai.azure.com");
     },
     "fail"},
    {"HP-DNS-001", "a zone that was not read whole",
     [](Snapshot& s) {
       zone(s).unread.push_back({"/name", "3"});
     },
     "unknown"},
    {"HP-DNS-001", "records that are not in the export do not matter", [](Snapshot& s) { zone(s).record_sets = 9; },
     "pass"},
    {"HP-DNS-001", "a zone of a type without endpoints is not required",
     [](Snapshot& s) {
       remove(s, s.tables.dns_record_sets, "privatelink.vaultcore.azure.net/A/kv");
       remove(s, s.tables.virtual_network_links, "privatelink.vaultcore.azure.net/virtualNetworkLinks/link-hub");
       remove(s, s.tables.private_dns_zones, "privatelink.vaultcore.azure.net");
       remove(s, s.tables.private_endpoints, "privateEndpoints/pe-kv");
       remove(s, s.tables.network_interfaces, "pe-kv-nic");
     },
     "pass"},
    {"HP-DNS-002", "a private-link zone in the spoke",
     [](Snapshot& s) { spoke_zone(s, "privatelink.search.windows.net"); }, "fail"},
    {"HP-DNS-002", "any other zone in the spoke", [](Snapshot& s) { spoke_zone(s, "internal.contoso.com"); }, "pass"},
    {"HP-DNS-002", "the zone of a private cluster",
     [](Snapshot& s) { spoke_zone(s, "00000000-0000-0000-0000-000000000009.privatelink.westeurope.azmk8s.io"); },
     "pass"},
    {"HP-DNS-002", "a zone that was not read whole", [](Snapshot& s) { zone(s).is_settled = false; }, "unknown"},
    {"HP-DNS-003", "two zones of one name", [](Snapshot& s) { spoke_zone(s, "privatelink.openai.azure.com"); }, "fail"},
    {"HP-DNS-003", "a zone that was not read whole", [](Snapshot& s) { zone(s).is_settled = false; }, "unknown"},
    {"HP-DNS-004", "the zone is not linked to the hub",
     [](Snapshot& s) {
       remove(s, s.tables.virtual_network_links, std::string(kOpenAi) + "/virtualNetworkLinks/link-hub");
     },
     "fail"},
    {"HP-DNS-004", "the firewall does not proxy names",
     [](Snapshot& s) { entity(s, s.tables.firewall_policies, "firewallPolicies/policy").dns_proxy = false; }, "fail"},
    {"HP-DNS-004", "a spoke that asks Azure DNS and is linked to nothing",
     [](Snapshot& s) { spoke(s).dns_servers.clear(); }, "fail"},
    {"HP-DNS-004", "a server that the export does not describe",
     [](Snapshot& s) { spoke(s).dns_servers = {"10.99.0.4"}; }, "unknown"},
    {"HP-DNS-004", "one of two servers that the export does not describe",
     [](Snapshot& s) { spoke(s).dns_servers.push_back("10.99.0.4"); }, "unknown"},
    {"HP-DNS-004", "a missing record does not hide the zone",
     [](Snapshot& s) { remove(s, s.tables.dns_record_sets, std::string(kOpenAi) + "/A/oai"); }, "pass"},
    {"HP-DNS-004", "records that were not exported do not hide the zone",
     [](Snapshot& s) {
       s.tables.dns_record_sets.clear();
       make_partial(s, ArgTable::dns_resources);
     },
     "pass"},
    {"HP-DNS-004", "a link that redirects still shows the zone",
     [](Snapshot& s) {
       entity(s, s.tables.virtual_network_links, std::string(kOpenAi) + "/virtualNetworkLinks/link-hub")
           .resolution_policy = ResolutionPolicy::nx_domain_redirect;
     },
     "pass"},
    {"HP-DNS-004", "a zone of the public suffix hides the private-link zone",
     [](Snapshot& s) {
       const ResourceId hub = entity(s, s.tables.virtual_networks, "virtualNetworks/hub").id;
       PrivateDnsZone& shadow = spoke_zone(s, "openai.azure.com");
       link(s, shadow, hub);
     },
     "fail"},
    {"HP-DNS-005", "no record",
     [](Snapshot& s) { remove(s, s.tables.dns_record_sets, std::string(kOpenAi) + "/A/oai"); }, "fail"},
    {"HP-DNS-005", "a record with another address", [](Snapshot& s) { record(s).addresses = {ip("10.0.3.9")}; },
     "fail"},
    {"HP-DNS-005", "a record with a second, foreign address",
     [](Snapshot& s) { record(s).addresses.push_back(ip("10.0.3.9")); }, "fail"},
    {"HP-DNS-005", "no zone", drop_zone, "fail"},
    {"HP-DNS-005", "a zone that holds more records than the export",
     [](Snapshot& s) {
       remove(s, s.tables.dns_record_sets, std::string(kOpenAi) + "/A/oai");
       zone(s).record_sets = 2;
     },
     "unknown"},
    {"HP-DNS-005", "an endpoint whose address is not known",
     [](Snapshot& s) { remove(s, s.tables.network_interfaces, "pe-oai-nic"); }, "unknown"},
    {"HP-DNS-005", "an endpoint whose target is not in the export",
     [](Snapshot& s) { remove(s, s.tables.services, "accounts/oai"); }, "unknown"},
    {"HP-DNS-005", "an account without a custom subdomain",
     [](Snapshot& s) { entity(s, s.tables.services, "accounts/oai").custom_subdomain.clear(); }, "unknown"},
    {"HP-DNS-005", "a pending endpoint carries nothing, whatever its record says",
     [](Snapshot& s) {
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::pending;
     },
     "unknown"},
    {"HP-DNS-005", "an endpoint that only its target calls pending",
     [](Snapshot& s) {
       const ResourceId endpoint = entity(s, s.tables.private_endpoints, "pe-oai").id;
       entity(s, s.tables.services, "accounts/oai")
           .endpoint_connections.push_back({endpoint, ConnectionStatus::pending});
     },
     "unknown"},
    {"HP-DNS-005", "a pending endpoint without a record may get it with the approval",
     [](Snapshot& s) {
       remove(s, s.tables.dns_record_sets, std::string(kOpenAi) + "/A/oai");
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::pending;
     },
     "unknown"},
    {"HP-DNS-005", "an endpoint that does not tell its connection state",
     [](Snapshot& s) { entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = {}; }, "unknown"},
    {"HP-DNS-005", "an endpoint that its target does not list",
     [](Snapshot& s) { entity(s, s.tables.services, "accounts/oai").lists_endpoint_connections = true; }, "unknown"},
    {"HP-DNS-005", "a configured address that the endpoint's interface does not have",
     [](Snapshot& s) {
       entity(s, s.tables.private_endpoints, "pe-oai").custom_dns_configs = {
           {"oai.openai.azure.com", {ip("10.0.3.9")}}};
       record(s).addresses = {ip("10.0.3.9")};
     },
     "unknown"},
    {"HP-DNS-005", "an endpoint that names no target",
     [](Snapshot& s) {
       PrivateEndpoint& endpoint = entity(s, s.tables.private_endpoints, "pe-oai");
       endpoint.connections[0].target = {};
       endpoint.custom_dns_configs.push_back({"oai.openai.azure.com", {ip("10.0.3.4")}});
     },
     "unknown"},
    {"HP-DNS-005", "a rejected endpoint whose record is left",
     [](Snapshot& s) {
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::rejected;
     },
     "fail"},
    {"HP-DNS-005", "an endpoint that its target calls disconnected, whose record is left",
     [](Snapshot& s) {
       const ResourceId endpoint = entity(s, s.tables.private_endpoints, "pe-oai").id;
       entity(s, s.tables.services, "accounts/oai")
           .endpoint_connections.push_back({endpoint, ConnectionStatus::disconnected});
     },
     "fail"},
    {"HP-DNS-005", "a record with another address though the only endpoint is rejected",
     [](Snapshot& s) {
       record(s).addresses = {ip("10.0.3.9")};
       remove(s, s.tables.dns_record_sets, "privatelink.cognitiveservices.azure.com/A/oai");
       remove(s, s.tables.dns_record_sets, "privatelink.services.ai.azure.com/A/oai");
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::rejected;
     },
     "unknown"},
    {"HP-DNS-005", "a rejected endpoint whose target is not in the export",
     [](Snapshot& s) {
       remove(s, s.tables.services, "accounts/oai");
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::rejected;
     },
     "unknown"},
    {"HP-DNS-005", "a rejected endpoint, and a zone that holds more records than the export",
     [](Snapshot& s) {
       for (const char* name : {"openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"}) {
         remove(s, s.tables.dns_record_sets, "privatelink." + std::string(name) + "/A/oai");
       }
       zone(s).record_sets = 9;
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::rejected;
     },
     "unknown"},
    {"HP-DNS-005", "a rejected endpoint without any record needs none",
     [](Snapshot& s) {
       for (const char* name : {"openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"}) {
         remove(s, s.tables.dns_record_sets, "privatelink." + std::string(name) + "/A/oai");
       }
       entity(s, s.tables.private_endpoints, "pe-oai").connections[0].status = ConnectionStatus::rejected;
     },
     "pass"},
};

}  // namespace

TEST_CASE("dns: zones, links and records") {
  for (const CheckRow& row : kRows) {
    Snapshot s = compliant().snapshot();
    row.change(s);
    const Judged judged(std::move(s));
    const check::Result result = judged.run(row.rule);
    CAPTURE(std::string(row.rule));
    CAPTURE(std::string(row.why));
    CAPTURE(messages(judged.estate, result));
    CHECK(verdict(result) == row.expected);
  }
}

TEST_CASE("dns: the finding of a network that does not see a zone tells the chain") {
  Snapshot s = compliant().snapshot();
  spoke(s).dns_servers.clear();
  const Judged judged(std::move(s));
  for (const check::Finding& finding : judged.run("HP-DNS-004").findings) {
    CHECK((finding.outcome == check::Outcome::fail) == !finding.chain.empty());
  }
}
