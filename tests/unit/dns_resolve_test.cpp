#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "engine/dns/resolver.h"
#include "tests/support/estate_builder.h"

namespace hubproof::test {
namespace {

using namespace hubproof::model;
using dns::PrivateName;
using dns::Resolution;

const PrivateName kVault{"kv.vault.azure.net", "privatelink.vaultcore.azure.net", "kv", "vault"};
constexpr std::string_view kZone = "privatelink.vaultcore.azure.net";

/// A hub whose firewall resolves for spoke a; spoke b asks Azure DNS. The zone is linked to the hub and knows kv. The
/// members are what a row changes before the estate is built.
struct Design {
  Build b;
  ResourceId zone;
  std::string firewall_policy = "pol";  ///< "-": none
  Names servers_of_a = {"10.0.0.4"};
  std::vector<Unread> a_unread = {};
  std::function<void(AzureFirewall&)> set_firewall = [](AzureFirewall&) {};
  std::function<void(PrivateDnsZone&)> set_zone = [](PrivateDnsZone&) {};

  Design() {
    b.policy("pol").dns_proxy = true;
    b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
    b.subnet("hub", "dns", "10.0.2.0/24");
    b.subnet("a", "app", "10.1.0.0/24");
    b.vnet("b", "10.2.0.0/16");
    b.peer("a", "hub");
    b.peer("b", "hub");
    zone = b.id("privateDnsZones", kZone);
    link("hub");
    b.record(zone, "kv", {"10.0.3.4"});
  }
  VirtualNetworkLink& link(std::string_view vnet) { return b.link(zone, vnet); }
  /// Every zone has one.
  void soa(ResourceId of) {
    DnsRecordSet& record = b.record(of, "@", {});
    record.type = "soa";
  }
  World world() {
    b.vnet("hub", "10.0.0.0/16");
    VirtualNetwork& a = b.vnet("a", "10.1.0.0/16");
    a.dns_servers = servers_of_a;
    a.unread = a_unread;
    set_firewall(
        b.firewall("fw", "hub", "10.0.0.4", {.policy = firewall_policy == "-" ? std::string() : firewall_policy}));
    set_zone(b.zone(kZone));
    return b.world();
  }
};

std::string printed(const Resolution& answer) {
  std::string out(dns::name(answer.kind));
  for (const Ipv4 address : answer.addresses) out += " " + to_string(address);
  return out;
}

/// A further zone with one A record, linked to `vnet`.
ResourceId zone_with(Design& d, std::string_view name, std::string_view record, std::string_view address,
                     std::string_view vnet) {
  const ResourceId id = d.b.zone(name, "rg-other").id;
  d.b.record(id, record, {address});
  d.b.link(id, vnet);
  return id;
}

DnsRecordSet& alias(Design& d, ResourceId zone, std::string_view record, std::string to) {
  DnsRecordSet& out = d.b.record(zone, record, {});
  out.type = "cname";
  out.cname = std::move(to);
  return out;
}

/// A further record set of the name kv.
DnsRecordSet& beside(Design& d, std::string_view type) {
  DnsRecordSet& out = d.b.record(d.zone, fmt::format("kv/{}", type), {});
  out.name = "kv";
  return out;
}

void resolver_in_hub(Design& d) {
  d.b.resolver("res", "hub");
  d.b.resolver_endpoint("res", "hub/dns", "10.0.2.4");
}

Gap table_gap(ArgTable table) {
  Gap gap;
  gap.code = "INPUT-TRUNCATED";
  gap.table = table;
  gap.message = "a page is missing";
  return gap;
}

Gap conflict(ResourceId id) {
  Gap gap;
  gap.code = "INPUT-CONFLICT";
  gap.reach = Gap::Reach::resource;
  gap.resource = id;
  gap.message = "two copies";
  return gap;
}

struct Row {
  std::string_view why;
  std::string_view from;
  std::function<void(Design&)> change;
  std::string_view expected;
  std::string_view because = "";
};

void check(std::initializer_list<Row> rows, const PrivateName& name = kVault) {
  for (const Row& row : rows) {
    CAPTURE(row.why);
    Design d;
    row.change(d);
    const World w = d.world();
    const Resolution answer = dns::resolve(w.view(), w.vnet(row.from), name);
    CAPTURE(answer.unknown_because);
    CHECK(printed(answer) == row.expected);
    CHECK(answer.unknown_because.find(row.because) != std::string::npos);
    CHECK(answer.unknown_because.empty() == (answer.kind != Resolution::Kind::unknown));
  }
}

const auto kAsIs = [](Design&) {};

}  // namespace

// source: azure-semantics.md 8.1 steps 3 to 6; learn.microsoft.com/azure/dns/private-dns-fallback
TEST_CASE("Azure DNS of a network: linked zones, missing records, no link") {
  check({
      {"a linked zone answers with its record", "hub", kAsIs, "private addresses 10.0.3.4"},
      {"a network without a link gets the public answer, peered or not", "b", kAsIs, "public answer"},
      {"a linked zone without the record: no such name", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b");
       },
       "no such name"},
      {"the same with NxDomainRedirect: public DNS answers", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b").resolution_policy = ResolutionPolicy::nx_domain_redirect;
       },
       "public answer"},
      {"NxDomainRedirect changes nothing when the record exists", "b",
       [](Design& d) { d.link("b").resolution_policy = ResolutionPolicy::nx_domain_redirect; },
       "private addresses 10.0.3.4"},
      {"a resolution policy that could not be read leaves a missing record open", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b").resolution_policy = Setting<ResolutionPolicy>::unreadable("Maybe");
       },
       "unknown", "resolution policy"},
      {"a link in progress may be there or not", "b", [](Design& d) { d.link("b").state = LinkState::in_progress; },
       "unknown", "in progress"},
      {"a link that states no state may be there or not", "b", [](Design& d) { d.link("b").state = {}; }, "unknown",
       "no virtualNetworkLinkState"},
      {"an AAAA record set beside the A record set", "hub", [](Design& d) { beside(d, "AAAA").type = "aaaa"; },
       "unknown", "IPv6"},
      {"a CNAME record set beside the A record set", "hub",
       [](Design& d) {
         DnsRecordSet& record = beside(d, "CNAME");
         record.type = "cname";
         record.cname = "elsewhere.contoso.com";
       },
       "unknown", "an address and an alias"},
      {"two zones of one name on one network cannot be", "hub",
       [](Design& d) { zone_with(d, kZone, "kv", "10.0.3.4", "hub"); }, "unknown", "which Azure refuses"},
      {"a record without readable addresses", "hub",
       [](Design& d) {
         const ResourceId own = d.b.zone("vault.azure.net").id;
         d.b.record(own, "kv", {});
         d.b.link(own, "hub");
       },
       "unknown", "could not be read in full"},
      {"a record of which a part was not read", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.b.record(own, "kv", {"10.0.3.4"}).unread.push_back({"/properties/records/1", "x"});
         d.b.link(own, "b");
       },
       "unknown", "could not be read in full"},
      {"a record that is not settled", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.b.record(own, "kv", {"10.0.3.4"}).is_settled = false;
         d.b.link(own, "b");
       },
       "unknown", "could not be read in full"},
      {"a wildcard record answers for names of one label", "b",
       [](Design& d) { zone_with(d, kZone, "*", "10.0.3.8", "b"); }, "private addresses 10.0.3.8"},
      {"other record types of the name: no address", "b",
       [](Design& d) {
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.b.record(own, "kv", {}).type = "txt";
         d.b.link(own, "b");
       },
       "no such name"},
  });
}

// source: azure-semantics.md 8.1 step 3a (longest suffix; nested zones: differing answers are unknown)
TEST_CASE("a zone of the public name answers before the privatelink zone; nested zones must agree") {
  check({
      {"the public suffix as a zone answers first", "hub",
       [](Design& d) { zone_with(d, "vault.azure.net", "kv", "10.9.9.9", "hub"); }, "private addresses 10.9.9.9"},
      {"also with NXDOMAIN", "hub", [](Design& d) { zone_with(d, "vault.azure.net", "other", "10.9.9.9", "hub"); },
       "no such name"},
      {"the host itself as a zone", "b", [](Design& d) { zone_with(d, "kv.vault.azure.net", "@", "10.9.9.9", "b"); },
       "private addresses 10.9.9.9"},
      {"a zone whose name only ends alike does not hold the name", "hub",
       [](Design& d) { zone_with(d, "ault.azure.net", "kv.v", "10.9.9.9", "hub"); }, "private addresses 10.0.3.4"},
      {"an alias to the privatelink name is followed", "hub",
       [](Design& d) {
         alias(d, zone_with(d, "vault.azure.net", "x", "10.9.9.9", "hub"), "kv", "kv.privatelink.vaultcore.azure.net");
       },
       "private addresses 10.0.3.4"},
      {"an alias out of the zones is not known", "hub",
       [](Design& d) { alias(d, zone_with(d, "vault.azure.net", "x", "10.9.9.9", "hub"), "kv", "elsewhere.example"); },
       "unknown", "in no single zone"},
      {"an alias to an alias is not followed", "hub",
       [](Design& d) {
         const ResourceId own = zone_with(d, "vault.azure.net", "x", "10.9.9.9", "hub");
         alias(d, own, "kv", "kv2.vault.azure.net");
         alias(d, own, "kv2", "x.vault.azure.net");
       },
       "unknown", "more than one alias"},
      {"nested zones that agree", "hub",
       [](Design& d) { zone_with(d, "vaultcore.azure.net", "kv.privatelink", "10.0.3.4", "hub"); },
       "private addresses 10.0.3.4"},
      {"nested zones that differ", "hub",
       [](Design& d) { zone_with(d, "vaultcore.azure.net", "kv.privatelink", "10.9.9.9", "hub"); }, "unknown",
       "answer differently"},
  });
}

// source: azure-semantics.md 8.1 steps 1 and 2, 4.3; learn.microsoft.com/azure/firewall/dns-settings
TEST_CASE("custom DNS servers: the hub firewall") {
  check({
      {"proxy on: the firewall resolves in its own network", "a", kAsIs, "private addresses 10.0.3.4"},
      {"the client's own links play no part", "a", [](Design& d) { zone_with(d, kZone, "kv", "10.9.9.9", "a"); },
       "private addresses 10.0.3.4"},
      {"the zone is not linked to the firewall's network", "a",
       [](Design& d) {
         d.b.firewall("fw2", "b", "10.2.0.4", {.policy = "pol"});
         d.servers_of_a = {"10.2.0.4"};
       },
       "public answer"},
      {"proxy off: nobody answers", "a",
       [](Design& d) {
         d.b.policy("off").dns_proxy = false;
         d.firewall_policy = "off";
       },
       "no answer"},
      {"no dnsSettings: the proxy is off", "a",
       [](Design& d) {
         d.b.policy("plain");
         d.firewall_policy = "plain";
       },
       "no answer"},
      {"an unreadable proxy switch", "a",
       [](Design& d) {
         d.b.policy("odd").dns_proxy = Setting<bool>::unreadable("yes");
         d.firewall_policy = "odd";
       },
       "unknown", "DNS settings"},
      {"the policy is not in the export", "a", [](Design& d) { d.firewall_policy = "gone"; }, "unknown",
       "\"gone\" is not in the export"},
      {"a classic firewall without DNS settings has no proxy", "a", [](Design& d) { d.firewall_policy = "-"; },
       "no answer"},
      {"a classic firewall with the proxy on", "a",
       [](Design& d) {
         d.firewall_policy = "-";
         d.set_firewall = [](AzureFirewall& firewall) { firewall.dns_proxy = true; };
       },
       "private addresses 10.0.3.4"},
      {"a classic firewall that asks a server nobody knows", "a",
       [](Design& d) {
         d.firewall_policy = "-";
         d.set_firewall = [](AzureFirewall& firewall) {
           firewall.dns_proxy = true;
           firewall.dns_servers = {"10.0.9.9"};
         };
       },
       "unknown", "10.0.9.9"},
      {"with a policy the firewall's own settings play no part", "a",
       [](Design& d) { d.set_firewall = [](AzureFirewall& firewall) { firewall.dns_proxy = false; }; },
       "private addresses 10.0.3.4"},
      {"the proxy is inherited from the base policy", "a",
       [](Design& d) {
         d.b.policy("child", "pol");
         d.firewall_policy = "child";
       },
       "private addresses 10.0.3.4"},
      {"the base policy is not in the export", "a",
       [](Design& d) {
         d.b.policy("child", "gone");
         d.firewall_policy = "child";
       },
       "unknown", "\"gone\" is not in the export"},
      {"off in the child needs no base", "a",
       [](Design& d) {
         d.b.policy("child", "gone").dns_proxy = false;
         d.firewall_policy = "child";
       },
       "no answer"},
      {"whether a child with the proxy on inherits the base's servers is not documented", "a",
       [](Design& d) {
         FirewallPolicy& base = d.b.policy("base");
         base.dns_proxy = true;
         base.dns_servers = {"10.0.2.4"};
         d.b.policy("child", "base").dns_proxy = true;
         d.firewall_policy = "child";
       },
       "unknown", "not documented"},
      {"an upstream inbound endpoint", "a",
       [](Design& d) {
         resolver_in_hub(d);
         FirewallPolicy& p = d.b.policy("up");
         p.dns_proxy = true;
         p.dns_servers = {"10.0.2.4"};
         d.firewall_policy = "up";
       },
       "private addresses 10.0.3.4"},
      {"an upstream server that no export describes", "a",
       [](Design& d) {
         FirewallPolicy& p = d.b.policy("up");
         p.dns_proxy = true;
         p.dns_servers = {"10.99.0.4"};
         d.firewall_policy = "up";
       },
       "unknown", "10.99.0.4"},
      {"a firewall that forwards to itself", "a",
       [](Design& d) {
         FirewallPolicy& p = d.b.policy("up");
         p.dns_proxy = true;
         p.dns_servers = {"10.0.0.4"};
         d.firewall_policy = "up";
       },
       "unknown", "loops"},
  });
}

TEST_CASE("custom DNS servers: everything else") {
  check({
      {"an inbound endpoint resolves in its resolver's network", "a",
       [](Design& d) {
         resolver_in_hub(d);
         d.servers_of_a = {"10.0.2.4"};
       },
       "private addresses 10.0.3.4"},
      {"a server that no export describes", "a", [](Design& d) { d.servers_of_a = {"10.99.0.4"}; }, "unknown",
       "its forwarders are in no export"},
      {"a server that is only declared central", "a",
       [](Design& d) {
         d.servers_of_a = {"10.99.0.4"};
         d.b.designations.dns_servers = {ip("10.99.0.4")};
       },
       "unknown", "declared central"},
      {"168.63.129.16 is Azure DNS", "a",
       [](Design& d) {
         d.servers_of_a = {"168.63.129.16"};
         d.link("a");
       },
       "private addresses 10.0.3.4"},
      {"an IPv6 server", "a", [](Design& d) { d.servers_of_a = {"fd00::4"}; }, "unknown", "no IPv4 address"},
      {"two servers that agree", "a",
       [](Design& d) {
         resolver_in_hub(d);
         d.servers_of_a = {"10.0.0.4", "10.0.2.4"};
       },
       "private addresses 10.0.3.4"},
      {"two servers that differ", "a",
       [](Design& d) {
         d.servers_of_a = {"10.0.0.4", "168.63.129.16"};
       },
       "unknown", "answer differently"},
      {"one known and one unknown server", "a",
       [](Design& d) {
         d.servers_of_a = {"10.0.0.4", "10.99.0.4"};
       },
       "unknown", "10.99.0.4"},
      {"a server address in the own network is not the far firewall of the same address", "a",
       [](Design& d) {
         d.b.vnet("far", "10.1.0.0/16");
         d.b.subnet("far", "AzureFirewallSubnet", "10.1.0.0/26");
         d.b.firewall("fw-far", "far", "10.1.0.4", {.policy = "pol"});
         d.servers_of_a = {"10.1.0.4"};
       },
       "unknown", "lies in the network itself"},
      {"the firewall of the peered hub, not the one elsewhere with the same address", "a",
       [](Design& d) {
         d.b.vnet("far", "10.0.0.0/16");
         d.b.subnet("far", "AzureFirewallSubnet", "10.0.0.0/26");
         d.b.firewall("fw-far", "far", "10.0.0.4", {.policy = "pol"});
       },
       "private addresses 10.0.3.4"},
      {"a firewall that is not settled", "a",
       [](Design& d) {
         d.b.vnet("far", "10.9.0.0/16");
         d.b.firewall("fw2", "far", "10.9.0.4", {.policy = "pol"}).is_settled = false;
         d.servers_of_a = {"10.9.0.4"};
       },
       "unknown", "not settled"},
      {"a resolver that the export does not hold", "a",
       [](Design& d) {
         d.b.resolver_endpoint("gone", "hub/dns", "10.0.2.4");
         d.servers_of_a = {"10.0.2.4"};
       },
       "unknown", "not in the export"},
  });
}

// source: azure-semantics.md 8.1 step 1 (network interface servers override; AzureProvidedDNS)
TEST_CASE("network interfaces with DNS servers of their own") {
  check({
      {"the same server as the network's", "a",
       [](Design& d) { d.b.nic("n", "a/app", "10.1.0.4").dns_servers = {"10.0.0.4"}; }, "private addresses 10.0.3.4"},
      {"AzureProvidedDNS goes past the network's servers", "a",
       [](Design& d) { d.b.nic("n", "a/app", "10.1.0.4").dns_servers = {"AzureProvidedDNS"}; }, "unknown",
       "network interfaces"},
      {"and agrees when the network is linked itself", "a",
       [](Design& d) {
         d.b.nic("n", "a/app", "10.1.0.4").dns_servers = {"AzureProvidedDNS"};
         d.link("a");
       },
       "private addresses 10.0.3.4"},
      {"a private endpoint's interface never asks", "a",
       [](Design& d) {
         NetworkInterface& nic = d.b.nic("n", "a/app", "10.1.0.4");
         nic.dns_servers = {"10.99.0.4"};
         nic.private_endpoint = d.b.id("privateEndpoints", "pe");
       },
       "private addresses 10.0.3.4"},
  });
}

// source: learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets; azure-semantics.md 8.1 step 3b, 8.2
TEST_CASE("forwarding rulesets") {
  const auto ruled = [](std::string_view domain, Names targets = {"10.0.2.4:53"}) {
    return [=](Design& d) {
      resolver_in_hub(d);
      d.b.ruleset("rs", {"b"});
      d.b.forward("rs", domain, targets);
    };
  };
  check({
      {"a rule of the public suffix forwards to the hub's inbound endpoint", "b", ruled("vault.azure.net."),
       "private addresses 10.0.3.4"},
      {"a rule of the privatelink suffix takes the alias", "b", ruled("privatelink.vaultcore.azure.net."),
       "private addresses 10.0.3.4"},
      {"a rule of another suffix does not", "b", ruled("contoso.com."), "public answer"},
      {"the wildcard rule leaves out Azure's own suffixes", "b", ruled("."), "public answer"},
      {"a target that no export describes", "b", ruled("vault.azure.net.", {"10.99.0.4"}), "unknown", "10.99.0.4"},
      {"another port is another server", "b", ruled("vault.azure.net.", {"10.0.2.4:5353"}), "unknown",
       "no IPv4 address"},
      {"a ruleset that is linked elsewhere plays no part", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"a"});
         d.b.forward("rs", "vault.azure.net.", {"10.99.0.4"});
       },
       "public answer"},
      {"a disabled rule is passed over", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "vault.azure.net.", {"10.99.0.4"}).is_enabled = false;
       },
       "public answer"},
      {"an unreadable state leaves it open", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "contoso.com.", {"10.99.0.4"}).is_enabled = Setting<bool>::unreadable("Maybe");
       },
       "unknown", "could not be read in full"},
      {"the longest domain wins", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "azure.net.", {"10.99.0.4"});
         d.b.forward("rs", "vault.azure.net.", {"10.0.2.4"});
       },
       "private addresses 10.0.3.4"},
      {"a linked privatelink zone shadows a rule for the privatelink name", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "privatelink.vaultcore.azure.net.", {"10.0.2.4"});
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b");
       },
       "no such name"},
      {"whether it shadows a rule for the public name is not settled", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "vault.azure.net.", {"10.0.2.4"});
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b");
       },
       "unknown", "answer differently"},
      {"a ruleset linked to the resolver's own network loops", "hub",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"hub"});
         d.b.forward("rs", "vault.azure.net.", {"10.0.2.4"});
       },
       "unknown", "loops"},
      {"a ruleset whose links were not exported may be linked here", "b", [](Design& d) { d.b.ruleset("rs", {}); },
       "unknown", "links of the forwarding ruleset"},
      {"a ruleset whose rules were not exported", "b", [](Design& d) { d.b.ruleset("rs", {"b"}); }, "unknown",
       "rules of the forwarding"},
      {"NxDomainRedirect and a rule for the same name", "b",
       [](Design& d) {
         resolver_in_hub(d);
         d.b.ruleset("rs", {"b"});
         d.b.forward("rs", "vaultcore.azure.net.", {"10.0.2.4"});
         const ResourceId own = d.b.zone(kZone, "rg-b").id;
         d.soa(own);
         d.b.link(own, "b").resolution_policy = ResolutionPolicy::nx_domain_redirect;
       },
       "unknown", "not documented"},
  });
}

// source: azure-semantics.md 0, 8.2; inputs.md A6
TEST_CASE("gaps of the export are unknown exactly where they could change the answer") {
  const auto counted = [](std::uint64_t records, std::uint64_t links) {
    return [=](Design& d) {
      d.set_zone = [=](PrivateDnsZone& zone) {
        zone.record_sets = records;
        zone.links = links;
      };
    };
  };
  const PrivateName other{"none.vault.azure.net", std::string(kZone), "none", "vault"};
  check({
      {"a partial record table does not touch a record that is there", "hub",
       [](Design& d) { d.b.gap(table_gap(ArgTable::dns_resources)); }, "private addresses 10.0.3.4"},
      {"an unmet number of record sets neither", "hub", counted(9, 1), "private addresses 10.0.3.4"},
      {"a partial resource table may lack a link", "b", [](Design& d) { d.b.gap(table_gap(ArgTable::resources)); },
       "unknown", "partial"},
      {"a link that is stated and not held may be this network's", "b", counted(2, 2), "unknown", "states 2 links"},
      {"a network with a link to a zone of that name has no room for it", "hub", counted(2, 2),
       "private addresses 10.0.3.4"},
      {"stated and held links agree", "b", counted(2, 1), "public answer"},
      {"another zone of the name with a link that is not held: the network has no room for it", "hub",
       [](Design& d) {
         PrivateDnsZone& twin = d.b.zone(kZone, "rg-b");
         twin.links = 1;
         d.b.record(twin.id, "kv", {"10.9.9.9"});
       },
       "private addresses 10.0.3.4"},
      {"a zone of another name with a link that is not held", "hub",
       [](Design& d) { d.b.zone("contoso.internal", "rg-b").links = 1; }, "private addresses 10.0.3.4"},
      {"a zone that holds the name with a link that is not held", "hub",
       [](Design& d) {
         PrivateDnsZone& over = d.b.zone("vault.azure.net", "rg-b");
         over.links = 1;
         d.b.record(over.id, "kv", {"10.9.9.9"});
       },
       "unknown", "may be linked here"},
      {"two inputs disagree about the record", "hub",
       [](Design& d) { d.b.gap(conflict(d.b.ids().find(fmt::format("{}/A/kv", d.b.ids().spelling(d.zone))))); },
       "unknown", "contradictory"},
      {"two inputs disagree about the link", "hub",
       [](Design& d) {
         d.b.gap(conflict(d.b.ids().find(fmt::format("{}/virtualNetworkLinks/link-hub", d.b.ids().spelling(d.zone)))));
       },
       "unknown", "link"},
      {"a DNS security policy may answer in place of the zones", "hub",
       [](Design& d) { d.b.unmodelled("sec", "Microsoft.Network/dnsResolverPolicies", {d.b.vnet_id("hub")}); },
       "unknown", "security policy"},
      {"an unread part of the network's DNS settings", "a",
       [](Design& d) {
         d.a_unread = {{"/properties/dhcpOptions", "x"}};
       },
       "unknown", "could not be read in full"},
      {"an unread subnet does not matter", "a",
       [](Design& d) {
         d.a_unread = {{"/properties/subnets/0", "x"}};
       },
       "private addresses 10.0.3.4"},
  });
  check(
      {
          {"a partial record table may lack the record", "hub",
           [](Design& d) { d.b.gap(table_gap(ArgTable::dns_resources)); }, "unknown", "partial"},
          {"a zone that holds as many record sets as it states is known in full all the same", "hub",
           [](Design& d) {
             d.b.gap(table_gap(ArgTable::dns_resources));
             d.set_zone = [](PrivateDnsZone& zone) { zone.record_sets = 2; };
           },
           "no such name"},
          {"the SOA record set counts, whether it was exported or not", "hub",
           [](Design& d) {
             d.soa(d.zone);
             d.set_zone = [](PrivateDnsZone& zone) { zone.record_sets = 3; };
           },
           "unknown", "states 3 record sets"},
          {"a zone row that the export does not hold", "b",
           [](Design& d) {
             d.b.link(d.b.ids().intern("/subscriptions/x/resourceGroups/r/providers/Microsoft.Network/privateDnsZones/"
                                       "privatelink.vaultcore.azure.net"),
                      "b");
           },
           "unknown", "is not in the export"},
      },
      other);
}

TEST_CASE("a resolution names the steps and facts that decided it") {
  Design d;
  const World w = d.world();
  const Resolution answer = dns::resolve(w.view(), w.vnet("a"), kVault);
  REQUIRE(answer.steps.size() == 3);
  CHECK(answer.steps[0].what == "clients ask 10.0.0.4");
  CHECK(answer.steps[1].what == "the firewall \"fw\" forwards to Azure DNS of its network");
  CHECK(answer.steps[2].what == "the zone \"privatelink.vaultcore.azure.net\" linked to \"hub\" answers");
  REQUIRE(answer.steps[2].facts.size() == 2);
  CHECK(w.estate().name(answer.steps[2].facts[0].resource) == "link-hub");
  CHECK(answer.steps[2].facts[1].value == "10.0.3.4");
}

TEST_CASE("networks that see names alike are one class") {
  Design d;
  d.b.vnet("a2", "10.3.0.0/16").dns_servers = {"10.0.0.4"};
  d.b.vnet("b2", "10.4.0.0/16");
  d.b.vnet("c", "10.5.0.0/16");
  d.b.vnet("z", "10.6.0.0/16").dns_servers = {"10.0.0.4"};
  d.b.subnet("z", "app", "10.6.0.0/24");
  d.b.nic("n", "z/app", "10.6.0.4").dns_servers = {"AzureProvidedDNS"};
  zone_with(d, kZone, "kv", "10.0.3.4", "c");
  const World w = d.world();
  std::string classes;
  for (const auto& members : dns::resolution_classes(w.view())) {
    for (const VnetIndex vnet : members)
      classes += fmt::format("{} ", w.estate().name(w.estate().tables().virtual_networks[vnet.index()].id));
    classes += "| ";
  }
  CHECK(classes == "a a2 | b b2 | c | hub | z | ");
}

TEST_CASE("names of one kind take one way: the shared way and the name's own record are its resolution") {
  Design d;
  resolver_in_hub(d);
  d.b.vnet("c", "10.5.0.0/16").dns_servers = {"10.0.2.4", "10.0.0.4"};
  d.b.ruleset("rs", {"b"});
  d.b.forward("rs", "vault.azure.net.", {"10.0.0.4"});
  d.b.forward("rs", "special.vault.azure.net.", {"10.99.0.4"});
  zone_with(d, "shadow.vault.azure.net", "@", "10.0.3.9", "hub");
  for (const char* name : {"kv1", "kv2", "special", "shadow", "two", "one.two"}) d.b.record(d.zone, name, {"10.0.3.5"});
  d.b.record(d.zone, "two", {"10.0.3.7", "10.0.3.6"});
  alias(d, d.zone, "alias", "kv1.privatelink.vaultcore.azure.net");
  const World w = d.world();
  const dns::Resolver resolver(w.view());
  std::vector<PrivateName> names;
  for (const char* record : {"kv", "kv1", "kv2", "special", "shadow", "two", "one.two", "alias", "missing"}) {
    names.push_back({fmt::format("{}.vault.azure.net", record), std::string(kZone), record, "vault"});
  }
  std::vector<const PrivateName*> refs;
  for (const PrivateName& name : names) refs.push_back(&name);
  const std::vector<std::uint32_t> kinds = resolver.kinds(refs);
  CHECK(kinds[0] == kinds[1]);
  CHECK(kinds[0] != kinds[3]);  // a forwarding rule of its own
  CHECK(kinds[0] != kinds[4]);  // a zone of its own
  std::size_t shared = 0;
  for (std::uint32_t vnet = 0; vnet < w.estate().tables().virtual_networks.size(); ++vnet) {
    for (std::size_t first = 0; first < names.size(); ++first) {
      const dns::Route route = resolver.route(VnetIndex(vnet), names[first]);
      for (std::size_t other = 0; route.decided_by && other < names.size(); ++other) {
        const DnsRecordSet* record = resolver.plain_record(*route.decided_by, names[other]);
        if (kinds[other] != kinds[first] || record == nullptr) continue;
        CAPTURE(names[first].fqdn);
        CAPTURE(names[other].fqdn);
        const Resolution whole = resolver.resolve(VnetIndex(vnet), names[other]);
        std::vector<Ipv4> addresses = record->addresses;
        std::sort(addresses.begin(), addresses.end());
        CHECK(whole.kind == Resolution::Kind::private_addresses);
        CHECK(whole.addresses == addresses);
        REQUIRE(whole.steps.size() == route.resolution.steps.size());
        for (std::size_t i = 0; i < whole.steps.size(); ++i) {
          CHECK(whole.steps[i].what == route.resolution.steps[i].what);
          CHECK(whole.steps[i].facts.front() == route.resolution.steps[i].facts.front());
        }
        CHECK(whole.steps.back().facts.back().resource == record->id);
        ++shared;
      }
    }
  }
  CHECK(shared > 20);
}

TEST_CASE("a thousand spokes behind one firewall are one class, and twelve thousand names take little time") {
  Design d;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = fmt::format("s{:04}", i);
    d.b.vnet(name, fmt::format("10.{}.{}.0/24", 16 + i / 200, i % 200)).dns_servers = {"10.0.0.4"};
    d.b.peer_one_side(name, "hub");
  }
  for (int i = 0; i < 12000; ++i) d.b.record(d.zone, fmt::format("kv{}", i), {"10.0.3.5"});
  const World w = d.world();
  const auto start = std::chrono::steady_clock::now();
  const dns::Resolver resolver(w.view());
  const auto classes = resolver.classes();
  CHECK(classes.size() == 3);  // spokes and a; b; the hub
  std::size_t answered = 0;
  for (int i = 0; i < 12000; ++i) {
    const PrivateName name{fmt::format("kv{}.vault.azure.net", i), std::string(kZone), fmt::format("kv{}", i), "vault"};
    for (const auto& members : classes)
      answered += resolver.resolve(members.front(), name).kind == Resolution::Kind::private_addresses;
  }
  CHECK(answered == 24000);  // the hub's class and the spokes'
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
  MESSAGE("36,000 resolutions: ", spent.count(), " ms");
  CHECK(spent.count() < 5000);  // generous: the machine is shared
}

}  // namespace hubproof::test
