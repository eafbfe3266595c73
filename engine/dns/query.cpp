// Clients and servers. source: azure-semantics.md 8.1 steps 1 and 2, 4.3
#include "engine/dns/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "engine/core/text.h"

namespace hubproof::dns {

using namespace model;

Resolution unknown(std::string why) {
  Resolution out;
  out.kind = Resolution::Kind::unknown;
  out.unknown_because = std::move(why);
  return out;
}

namespace {

// source: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
constexpr std::string_view kAzureDns = "168.63.129.16";
// On a network interface, the way back to Azure DNS past the VNet's servers.
// source: learn.microsoft.com/javascript/api/@azure/arm-network/networkinterfacednssettings
constexpr std::string_view kAzureProvided = "AzureProvidedDNS";

// Sections of rows that have no say in DNS: what could not be read there does not matter here.
constexpr std::string_view kSectionsOfVnet[] = {"/properties/subnets", "/properties/virtualNetworkPeerings",
                                                "/properties/addressSpace"};
constexpr std::string_view kSectionsOfFirewall[] = {
    "/properties/applicationRuleCollections", "/properties/networkRuleCollections", "/properties/natRuleCollections"};
constexpr std::string_view kSectionsOfPolicy[] = {"/properties/ruleCollectionGroups",
                                                  "/properties/intrusionDetection",
                                                  "/properties/transportSecurity",
                                                  "/properties/threatIntel",
                                                  "/properties/insights",
                                                  "/properties/snat",
                                                  "/properties/explicitProxy",
                                                  "/properties/sql",
                                                  "/properties/firewalls"};

std::string describe(const Resolution& answer) {
  std::string out(name(answer.kind));
  for (const Ipv4 address : answer.addresses) out += " " + to_string(address);
  return out;
}

std::string joined(const std::vector<std::string>& servers) {
  std::string out;
  for (const std::string& server : servers) out += (out.empty() ? "" : ", ") + text::printable(server);
  return out;
}

/// Something that was not read outside the sections named, which play no part in resolution.
bool has_unread_beside(const std::vector<Unread>& unread, std::span<const std::string_view> sections) {
  return std::any_of(unread.begin(), unread.end(), [&](const Unread& u) {
    return std::none_of(sections.begin(), sections.end(),
                        [&](auto part) { return text::starts_with(u.pointer, part); });
  });
}

Resolution prepend(Step step, Resolution answer) {
  answer.steps.insert(answer.steps.begin(), std::move(step));
  return answer;
}

}  // namespace

Resolution agree(std::vector<Resolution> answers, std::string_view what) {
  for (Resolution& answer : answers) {
    if (answer.kind == Resolution::Kind::unknown) return std::move(answer);
  }
  for (const Resolution& answer : answers) {
    if (answer.kind == answers.front().kind && answer.addresses == answers.front().addresses) continue;
    return unknown(fmt::format("{} answer differently: {} and {}", what, describe(answers.front()), describe(answer)));
  }
  return answers.empty() ? unknown(fmt::format("{} are none", what)) : std::move(answers.front());
}

Query::Query(const NameIndex& index, const PrivateName& name, Records records)
    : index_(index), records_(records), fqdn_(name.fqdn), alias_(alias_of(name)) {}

std::optional<DecidingZone> Query::deciding_zone() const {
  const bool is_one = std::all_of(consulted_.begin(), consulted_.end(),
                                  [&](const DecidingZone& zone) { return zone == consulted_.front(); });
  if (!is_plain_ || consulted_.empty() || !is_one) return std::nullopt;
  return consulted_.front();
}

// law: network interface servers override the VNet's; several servers: clients may ask any of them, so all must agree
Resolution Query::from(VnetIndex index) {
  const Estate& e = index_.estate();
  const VirtualNetwork& vnet = e.tables().virtual_networks[index.index()];
  if (!vnet.is_settled || index_.is_contradictory(vnet.id) || has_unread_beside(vnet.unread, kSectionsOfVnet)) {
    return unknown(fmt::format("the network \"{}\" is not settled, contradictory or could not be read in full",
                               text::printable(e.name(vnet.id))));
  }
  const auto of_list = [&](const std::vector<std::string>& servers) {
    std::vector<Resolution> answers;
    for (const std::string& server : servers) answers.push_back(ask(server, vnet.id, Asked::fqdn));
    if (servers.empty()) answers.push_back(at_azure_dns(vnet.id, Asked::fqdn));
    return agree(std::move(answers), "the DNS servers");
  };
  const std::string value = vnet.dns_servers.empty() ? "absent -> Azure-provided DNS" : joined(vnet.dns_servers);
  Step step{vnet.dns_servers.empty() ? std::string("clients ask Azure-provided DNS") : "clients ask " + value,
            {Fact{vnet.id, "/properties/dhcpOptions/dnsServers", value}}};
  std::vector<Resolution> answers;
  answers.push_back(prepend(std::move(step), of_list(vnet.dns_servers)));
  for (const auto& list : index_.interface_servers(index)) answers.push_back(of_list(list));
  return agree(std::move(answers), "network interfaces with DNS servers of their own and the others");
}

Resolution Query::ask(const std::string& server, ResourceId from, Asked asked) {
  if (server == kAzureDns || text::equals(server, kAzureProvided)) return at_azure_dns(from, asked);
  const Result<Ipv4> address = Ipv4::parse(server);
  if (!address) return unknown(fmt::format("the DNS server \"{}\" is no IPv4 address", text::printable(server)));
  std::string why;
  const std::vector<Server> servers = index_.servers_at(*address, from, why);
  if (servers.empty()) return unknown(std::move(why));
  std::vector<Resolution> answers;
  for (const Server& one : servers) answers.push_back(at_server(one, asked));
  return agree(std::move(answers), fmt::format("several devices with the address {}", server));
}

Resolution Query::at_server(const Server& server, Asked asked) {
  const Estate& e = index_.estate();
  const std::string name = text::printable(e.name(server.id));
  if (std::find(path_.begin(), path_.end(), Hop{server.id, asked}) != path_.end()) {
    return unknown(fmt::format("the forwarding loops at \"{}\"", name));
  }
  if (index_.is_contradictory(server.id))
    return unknown(fmt::format("the copies of \"{}\" contradict each other", name));
  path_.emplace_back(server.id, asked);
  Resolution answer;
  if (const AzureFirewall* firewall = e.find<AzureFirewall>(server.id)) {
    answer = at_firewall(*firewall, server.vnet, asked);
  } else {
    const DnsResolverEndpoint* endpoint = e.find<DnsResolverEndpoint>(server.id);
    if (endpoint == nullptr || !endpoint->is_settled || !endpoint->unread.empty()) {
      answer = unknown(fmt::format("the resolver endpoint \"{}\" is not settled or could not be read in full", name));
    } else if (!server.vnet.is_set()) {
      answer = unknown(fmt::format("the resolver of the endpoint \"{}\" is not in the export", name));
    } else {
      Step step{fmt::format("the inbound endpoint \"{}\" asks Azure DNS of its network \"{}\"", name,
                            text::printable(e.name(server.vnet))),
                {Fact{server.id, "/properties/ipConfigurations", ""}}};
      answer = prepend(std::move(step), at_azure_dns(server.vnet, asked));
    }
  }
  path_.pop_back();
  return answer;
}

namespace {

/// DNS settings of a policy with those of its base policy. Whether a policy that sets one part of dnsSettings inherits
/// the other is not documented: unknown where the base would matter. source:
/// learn.microsoft.com/azure/firewall/dns-settings; azure-semantics.md 4.3
struct ProxySettings {
  std::optional<bool> is_on;
  std::vector<std::string> servers;
  Fact switched_by;
  const char* servers_pointer = "/properties/dnsSettings/servers";
  std::string doubt;

  void take(const Setting<bool>& proxy, const std::vector<std::string>& listed) {
    is_on = proxy.value_or_default(false);
    servers = listed;
    switched_by.value = proxy.is_absent() ? "absent -> false" : *is_on ? "true" : "false";
  }
};

/// Of a firewall without a policy. source: learn.microsoft.com/azure/firewall/dns-settings
ProxySettings classic_settings(const AzureFirewall& firewall) {
  ProxySettings out;
  out.switched_by = {firewall.id, "/properties/additionalProperties/Network.DNS.EnableProxy", {}};
  out.servers_pointer = "/properties/additionalProperties/Network.DNS.Servers";
  out.take(firewall.dns_proxy, firewall.dns_servers);
  return out;
}

ProxySettings proxy_settings(const Estate& e, ResourceId id, int depth) {
  constexpr int kDeepest = 8;
  ProxySettings out;
  const FirewallPolicy* policy = e.find<FirewallPolicy>(id);
  if (policy == nullptr) {
    out.doubt = fmt::format("the firewall policy \"{}\" is not in the export", text::printable(e.name(id)));
    return out;
  }
  out.switched_by = {policy->id, "/properties/dnsSettings/enableProxy", {}};
  if (!policy->is_settled || policy->dns_proxy.is_unreadable() ||
      has_unread_beside(policy->unread, kSectionsOfPolicy)) {
    out.doubt = fmt::format("the DNS settings of the firewall policy \"{}\" could not be read or are not settled",
                            text::printable(e.name(id)));
    return out;
  }
  const bool has_own = policy->dns_proxy.is_known() || !policy->dns_servers.empty();
  if (!policy->base_policy.is_set()) {
    out.take(policy->dns_proxy, policy->dns_servers);
    return out;
  }
  if (depth > kDeepest) {
    out.doubt = "the base policies form a loop";
    return out;
  }
  if (policy->dns_proxy.is(false) || (policy->dns_proxy.is_known() && !policy->dns_servers.empty())) {
    out.take(policy->dns_proxy, policy->dns_servers);
    return out;
  }
  ProxySettings base = proxy_settings(e, policy->base_policy, depth + 1);
  if (!base.doubt.empty() || !has_own) return base;
  const bool proxy_same = policy->dns_proxy.is_known() || base.is_on == std::optional<bool>(false);
  const bool servers_same = !policy->dns_servers.empty() || base.servers.empty();
  if (!proxy_same || !servers_same) {
    out.doubt = fmt::format(
        "whether the firewall policy \"{}\" takes the rest of its DNS settings from its base policy is not "
        "documented",
        text::printable(e.name(id)));
    return out;
  }
  out.take(policy->dns_proxy, policy->dns_servers);
  return out;
}

}  // namespace

Resolution Query::at_firewall(const AzureFirewall& firewall, ResourceId vnet, Asked asked) {
  const Estate& e = index_.estate();
  const std::string name = text::printable(e.name(firewall.id));
  if (!firewall.is_settled || has_unread_beside(firewall.unread, kSectionsOfFirewall)) {
    return unknown(fmt::format("the firewall \"{}\" is not settled or could not be read in full", name));
  }
  const ProxySettings settings =
      firewall.policy.is_set() ? proxy_settings(e, firewall.policy, 0) : classic_settings(firewall);
  if (!settings.doubt.empty()) return unknown(settings.doubt);
  Step step;
  step.facts.push_back(settings.switched_by);
  if (!*settings.is_on) {
    // source: learn.microsoft.com/azure/firewall/dns-settings: without the proxy the firewall does not listen on port
    // 53
    step.what = fmt::format("the firewall \"{}\" does not answer: its DNS proxy is off", name);
    Resolution out;
    out.kind = Resolution::Kind::no_server;
    out.steps.push_back(std::move(step));
    return out;
  }
  if (!vnet.is_set()) {
    return unknown(fmt::format(
        "the firewall \"{}\" stands in a Virtual WAN hub or in a network that the export does not show", name));
  }
  const std::string upstream = settings.servers.empty() ? "Azure DNS of its network" : joined(settings.servers);
  step.what = fmt::format("the firewall \"{}\" forwards to {}", name, upstream);
  step.facts.push_back({settings.switched_by.resource, settings.servers_pointer, upstream});
  std::vector<Resolution> answers;
  for (const std::string& server : settings.servers) answers.push_back(ask(server, vnet, asked));
  if (settings.servers.empty()) answers.push_back(at_azure_dns(vnet, asked));
  return prepend(std::move(step), agree(std::move(answers), fmt::format("the upstream servers of \"{}\"", name)));
}

}  // namespace hubproof::dns
