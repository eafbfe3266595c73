#include "tests/differential/oracle.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/family.h"
#include "engine/value/arm_id.h"

namespace hubproof::differential {
namespace {

using net::Disposition;
using net::Place;

enum class Sender : std::uint8_t { nobody, perhaps, somebody };

bool is_called(const World& world, const model::Subnet& subnet, std::string_view name) {
  return text::equals(world.estate().name(subnet.id), name);
}

bool is_own_nic(const World& world, model::ResourceId id) {
  const auto* nic = world.estate().find<model::NetworkInterface>(id);
  return nic != nullptr && !nic->private_endpoint.is_set();
}

bool is_named_by_endpoint(const World& world, model::ResourceId id) {
  const auto& endpoints = world.estate().tables().private_endpoints;
  return std::any_of(endpoints.begin(), endpoints.end(), [&](const model::PrivateEndpoint& endpoint) {
    const auto& nics = endpoint.network_interfaces;
    return endpoint.id == id || std::find(nics.begin(), nics.end(), id) != nics.end();
  });
}

/// A firewall that does not count stands there: what it passes on is somebody's. source: azure-semantics.md 4.5
bool has_other_firewall(const World& world, const model::Subnet& subnet) {
  const auto& roles = world.roles.firewalls;
  return !world.estate().firewalls_by_vnet.of(subnet.vnet).empty() &&
         std::none_of(roles.begin(), roles.end(), [&](const auto& role) { return role.vnet == subnet.vnet; });
}

/// Where the platform's instances stand, which neither start connections nor are services of the estate.
bool is_platform(const World& world, const model::Subnet& subnet) {
  if (is_called(world, subnet, "RouteServerSubnet") || is_called(world, subnet, "GatewaySubnet")) return true;
  const bool is_firewall =
      is_called(world, subnet, "AzureFirewallSubnet") || is_called(world, subnet, "AzureFirewallManagementSubnet");
  return is_firewall && !has_other_firewall(world, subnet);
}

/// A server that a forwarding rule asks, or may ask, stands in a network of the export other than `own`.
bool asks_other_networks(const model::Estate& e, model::ResourceId own) {
  for (const model::ForwardingRuleset& ruleset : e.tables().forwarding_rulesets) {
    if (e.rules_by_ruleset.of(ruleset.id).empty()) return true;
  }
  for (const model::ForwardingRule& rule : e.tables().forwarding_rules) {
    if (!rule.unread.empty() || rule.targets.empty()) return true;
    for (const std::string& target : rule.targets) {
      const Result<Ipv4> server = Ipv4::parse(target.substr(0, target.find(':')));
      for (const model::VirtualNetwork& vnet : e.tables().virtual_networks) {
        for (const Prefix& prefix : vnet.address_space) {
          if (!server || (vnet.id != own && prefix.contains(*server))) return true;
        }
      }
    }
  }
  return false;
}

/// Nothing but endpoints of a DNS resolver stands there, and they ask servers outside or beside them.
/// source: learn.microsoft.com/azure/dns/dns-private-resolver-overview#subnet-restrictions
bool asks_dns_only(const World& world, const model::Subnet& subnet) {
  const model::Estate& e = world.estate();
  if (subnet.delegations != std::vector<std::string>{"Microsoft.Network/dnsResolvers"}) return false;
  if (!subnet.unread.empty() || !e.taints_by_resource.of(subnet.id).empty()) return false;
  if (!e.interfaces_by_subnet.of(subnet.id).empty() || !e.endpoints_by_subnet.of(subnet.id).empty()) return false;
  for (const model::ResourceId attached : subnet.attached) {
    if (arm_type(e.spelling(attached)).rfind("microsoft.network/dnsresolvers", 0) != 0) return false;
  }
  return !asks_other_networks(e, subnet.vnet);
}

/// Who starts connections in a subnet. source: azure-semantics.md 1.4, 1.5; private-endpoint-overview
Sender sender_in(const World& world, const model::Subnet& subnet) {
  const model::Estate& e = world.estate();
  if (is_platform(world, subnet)) return Sender::nobody;  // a gateway is a place of its own
  if (is_called(world, subnet, "AzureBastionSubnet")) {
    const auto& hosts = e.tables().bastion_hosts;
    const bool has_host =
        std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return host.subnet == subnet.id; });
    return has_host ? Sender::somebody : Sender::nobody;
  }
  if (asks_dns_only(world, subnet)) return Sender::nobody;
  if (e.endpoints_by_subnet.of(subnet.id).empty() || !subnet.delegations.empty()) return Sender::somebody;
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id)) {
    if (is_own_nic(world, e.tables().network_interfaces[index].id)) return Sender::somebody;
  }
  Sender out = Sender::nobody;
  for (const model::ResourceId owner : subnet.attached) {
    if (is_own_nic(world, owner)) return Sender::somebody;
    const bool is_of_endpoint = e.find<model::NetworkInterface>(owner) != nullptr || is_named_by_endpoint(world, owner);
    // The claim leaves out subnets of private endpoints only: what else stands there, a frontend too, ends that.
    if (!is_of_endpoint && e.holds(owner)) return Sender::somebody;
    if (!is_of_endpoint) out = Sender::perhaps;
  }
  return out;
}

/// A GatewaySubnet stands for what is behind its gateway.
Sender gateway_in(const World& world, const model::Subnet& subnet) {
  for (const model::Gateway& gateway : world.estate().tables().gateways) {
    const auto& there = gateway.subnets;
    if (!gateway.is_route_server && std::find(there.begin(), there.end(), subnet.id) != there.end())
      return Sender::somebody;
  }
  return Sender::nobody;
}

const model::Subnet* subnet_of(const World& world, const Place& place, const AnyAddress& source) {
  const model::Estate& e = world.estate();
  if (place.kind == Place::Kind::subnet) return e.find<model::Subnet>(place.id);
  if (place.kind == Place::Kind::gateway) {
    const auto* gateway = e.find<model::Gateway>(place.id);
    return gateway == nullptr || gateway->subnets.empty() ? nullptr : e.find<model::Subnet>(gateway->subnets.front());
  }
  const auto* nic = e.find<model::NetworkInterface>(place.id);
  if (nic == nullptr) return nullptr;
  for (const model::IpConfiguration& ip : nic->ip_configurations) {
    const bool is_it = std::holds_alternative<Ipv4>(source) ? ip.address == std::get<Ipv4>(source)
                                                            : ip.address_v6 == std::get<Ipv6>(source);
    if (is_it || nic->ip_configurations.size() == 1) return e.find<model::Subnet>(ip.subnet);
  }
  return nullptr;
}

bool has_only_public_bastions(const World& world, const model::Subnet& subnet) {
  if (!is_called(world, subnet, "AzureBastionSubnet")) return false;
  const auto& hosts = world.estate().tables().bastion_hosts;
  return std::any_of(hosts.begin(), hosts.end(), [&](const auto& host) { return host.subnet == subnet.id; }) &&
         std::none_of(hosts.begin(), hosts.end(),
                      [&](const auto& host) { return host.subnet == subnet.id && !host.is_public; });
}

// Of IPv4 Azure keeps the first four addresses and the last; of IPv6 every one counts.
bool is_kept_by_azure(const Prefix& prefix, Ipv4 address) {
  return address.bits() < prefix.first().bits() + 4 || address == prefix.last();
}
bool is_kept_by_azure(const Prefix6&, const Ipv6&) { return false; }

/// Whether the claim speaks of that address as a destination: the platform's instances, the addresses that Azure keeps,
/// and the free addresses of a subnet of private endpoints are nobody.
template <class Address>
bool is_somebody(const World& world, model::ResourceId vnet, const Address& address) {
  const model::Estate& e = world.estate();
  for (const auto& [key, index] : e.subnets_by_vnet.of(vnet)) {
    const model::Subnet& subnet = e.tables().subnets[index];
    for (const auto& prefix : net::Family<Address>::prefixes(subnet)) {
      if (!prefix.contains(address)) continue;
      if (is_kept_by_azure(prefix, address)) return false;
      return !is_platform(world, subnet) && !has_only_public_bastions(world, subnet);
    }
  }
  return false;
}

bool ends_at_nobody(const World& world, const net::Trace& trace) {
  const net::Hop& last = trace.hops.back();
  if (last.at.kind != Place::Kind::subnet) return false;
  const auto* subnet = world.estate().find<model::Subnet>(last.at.id);
  // A free address of a subnet where nothing but endpoints is.
  return subnet != nullptr && !world.estate().endpoints_by_subnet.of(subnet->id).empty() &&
         sender_in(world, *subnet) == Sender::nobody;
}

}  // namespace

std::vector<Breach> breaches(const World& world, const net::Trace& trace, bool is_forwarded) {
  std::vector<Breach> out;
  const bool is_delivered = trace.disposition == Disposition::delivered;
  const bool is_gone =
      trace.disposition == Disposition::exits_to_internet || trace.disposition == Disposition::exits_to_on_premises;
  if (trace.crossed_firewall || (!is_delivered && !is_gone)) return out;
  const Place& from = trace.flow.from;
  const bool is_internet = from.kind == Place::Kind::internet;
  const model::Subnet* start = subnet_of(world, from, trace.flow.source);
  // Branches of a virtual hub are on-premises: what they send comes in from outside.
  const bool is_outside = is_internet || from.kind == Place::Kind::virtual_hub;
  if (start == nullptr && !is_outside) return out;
  const bool is_gateway = !is_outside && is_called(world, *start, "GatewaySubnet");
  const Sender sender = is_outside || from.kind == Place::Kind::network_interface ? Sender::somebody
                        : is_gateway                                              ? gateway_in(world, *start)
                                                                                  : sender_in(world, *start);
  if (sender == Sender::nobody) return out;
  const AnyAddress& destination = trace.flow.destination;
  const bool is_v6 = std::holds_alternative<Ipv6>(destination);
  for (const Prefix& prefix : world.designations.direct) {
    if (!is_v6 && prefix.contains(std::get<Ipv4>(destination))) return out;
  }
  const model::ResourceId end = trace.vnets.empty() ? model::ResourceId() : trace.vnets.back();
  // Which IPv6 a gateway carries, and that a branch gets past the hub's own policy, is not certain.
  const bool may_not_be = (is_gateway && is_v6) || from.kind == Place::Kind::virtual_hub;
  const bool is_certain = sender == Sender::somebody && !is_forwarded && !may_not_be;
  for (const model::SpokeRole& spoke : world.roles.spokes) {
    const model::ResourceId vnet = world.estate().tables().virtual_networks[spoke.vnet.index()].id;
    const bool starts_inside = !is_outside && start->vnet == vnet;
    if (is_gone) {
      // What a gateway sends to where it came from, or to Azure's control plane, is not the spoke's.
      if (starts_inside && !is_gateway) out.push_back({&spoke, Breach::Way::leaves, is_certain});
      continue;
    }
    const bool ends_inside = end == vnet;
    if (!starts_inside && !ends_inside) continue;
    // Behind a gateway stands on-premises: what it sends to the own network comes in.
    if (starts_inside && ends_inside && !is_gateway) continue;
    if (ends_at_nobody(world, trace)) continue;
    const auto is_there = [&](const auto& address) { return is_somebody(world, end, address); };
    if (!is_internet && !std::visit(is_there, destination)) continue;
    out.push_back({&spoke, ends_inside ? Breach::Way::enters : Breach::Way::leaves, is_certain});
  }
  return out;
}

}  // namespace hubproof::differential
