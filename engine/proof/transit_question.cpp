#include "engine/proof/transit_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/net/route_collection.h"

namespace hubproof::proof {

using model::ResourceId;
using model::Subnet;
using model::SubnetIndex;
using model::VirtualNetwork;
using model::VnetIndex;
using net::NextHop;
using net::RouteSource;

namespace {

// Nobody but the platform's own instances is there; they are no destination of the claim.
// source: azure-semantics.md 1.4 (the firewall itself), 1.5 (GatewaySubnet, RouteServerSubnet)
constexpr std::string_view kPlatformSubnets[] = {"AzureFirewallSubnet", "AzureFirewallManagementSubnet",
                                                 "GatewaySubnet", "RouteServerSubnet"};

bool is_platform(const model::Estate& estate, const Subnet& subnet) {
  return std::any_of(std::begin(kPlatformSubnets), std::end(kPlatformSubnets),
                     [&](std::string_view name) { return text::equals(estate.name(subnet.id), name); });
}

// A Bastion with a public address is entered there; its instances route nothing and take no route table.
// source: learn.microsoft.com/azure/bastion/bastion-faq, azure-semantics.md 6.4
bool is_of_public_bastions(const model::Estate& estate, const Subnet& subnet) {
  if (!text::equals(estate.name(subnet.id), "AzureBastionSubnet")) return false;
  const auto& hosts = estate.tables().bastion_hosts;
  const auto stands_here = [&](const model::BastionHost& host) { return host.subnet == subnet.id; };
  const auto may_be_private = [&](const model::BastionHost& host) {
    return stands_here(host) && !(host.is_public && host.is_settled && host.unread.empty());
  };
  return std::any_of(hosts.begin(), hosts.end(), stands_here) &&
         std::none_of(hosts.begin(), hosts.end(), may_be_private);
}

// A NIC is an endpoint's when the endpoint names it or it names an endpoint that the export holds.
Ternary is_of_endpoint(const model::Estate& estate, const Subnet& subnet, ResourceId id) {
  for (const auto& [key, index] : estate.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = estate.tables().private_endpoints[index];
    if (endpoint.id == id) return Ternary::yes;
    const auto& nics = endpoint.network_interfaces;
    if (std::find(nics.begin(), nics.end(), id) != nics.end()) return Ternary::yes;
  }
  const auto is_endpoint = [&](ResourceId which) { return estate.find<model::PrivateEndpoint>(which) != nullptr; };
  const model::NetworkInterface* nic = estate.find<model::NetworkInterface>(id);
  if (nic == nullptr) return is_endpoint(id) ? Ternary::yes : estate.holds(id) ? Ternary::no : Ternary::unknown;
  if (!nic->private_endpoint.is_set()) return Ternary::no;
  return is_endpoint(nic->private_endpoint) ? Ternary::yes : Ternary::unknown;
}

bool has_api_management(const model::Estate& estate, ResourceId subnet) {
  for (const model::ApiManagement& service : estate.tables().api_managements) {
    if (service.primary.subnet == subnet) return true;
    for (const auto& location : service.additional) {
      if (location.subnet == subnet) return true;
    }
  }
  return false;
}

bool is_kept(const net::Route& route) {
  if (route.source != RouteSource::system) return false;
  return route.next_hop.kind == NextHop::Kind::vnet_local || route.next_hop.kind == NextHop::Kind::peering ||
         route.next_hop.kind == NextHop::Kind::service_endpoint || route.next_hop.kind == NextHop::Kind::virtual_hub;
}

}  // namespace

bool is_left_out(const model::View& view, const Subnet& subnet) {
  if (is_of_public_bastions(view.estate, subnet)) return true;
  if (!is_platform(view.estate, subnet)) return false;
  const auto& hub_firewalls = view.roles.firewalls;
  const bool is_of_firewall = text::starts_with(text::lower(view.estate.name(subnet.id)), "azurefirewall");
  // A firewall that is no hub's is a destination as any other.
  return !is_of_firewall || view.estate.firewalls_by_vnet.of(subnet.vnet).empty() ||
         std::any_of(hub_firewalls.begin(), hub_firewalls.end(),
                     [&](const model::FirewallRole& role) { return role.vnet == subnet.vnet; });
}

Doubt doubt_of(const net::UnknownRoutes& unknown) {
  Doubt out{unknown.fact, unknown.reason, Doubt::Reach::all};
  const NextHop::Kind kind = unknown.next_hop.kind;
  if (unknown.source == RouteSource::bgp) out.reach = Doubt::Reach::not_kept;
  const bool is_tag = unknown.source == RouteSource::user && kind != NextHop::Kind::unknown;
  if (is_tag || kind == NextHop::Kind::service_endpoint) out.reach = Doubt::Reach::internet;
  return out;
}

Ternary sends(const model::Estate& estate, const Subnet& subnet) {
  if (estate.endpoints_by_subnet.of(subnet.id).empty() || !subnet.delegations.empty()) return Ternary::yes;
  if (has_api_management(estate, subnet.id)) return Ternary::yes;
  bool is_open = !subnet.unread.empty() || !estate.taints_by_resource.of(subnet.id).empty();
  std::vector<ResourceId> there(subnet.attached.begin(), subnet.attached.end());
  for (const auto& [key, index] : estate.interfaces_by_subnet.of(subnet.id))
    there.push_back(estate.tables().network_interfaces[index].id);
  for (const ResourceId id : there) {
    const Ternary is_endpoint = is_of_endpoint(estate, subnet, id);
    if (is_endpoint == Ternary::no) return Ternary::yes;
    is_open = is_open || is_endpoint == Ternary::unknown;
  }
  return is_open ? Ternary::unknown : Ternary::no;
}

// law:  longest prefix first; on equal prefixes user, then BGP, then system
// form: the first candidate of this order that matches is the one that is used (a BGP candidate does not match where a
//       kept system route does)
bool comes_first(const Candidate& a, const Candidate& b) {
  if (a.prefix.length() != b.prefix.length()) return a.prefix.length() > b.prefix.length();
  return std::pair(a.source, a.tag_rank) < std::pair(b.source, b.tag_rank);
}

std::vector<const net::Route*> QuestionBuilder::SharedRoutes::overlapping(const std::vector<Prefix>& window) const {
  std::vector<const net::Route*> out;
  const auto less = [](const net::Route* route, Prefix prefix) { return route->prefix < prefix; };
  for (const Prefix& wanted : window) {
    for (int length = 0; length < wanted.length(); ++length) {
      if (((lengths >> static_cast<unsigned>(length)) & 1U) == 0) continue;
      const Prefix outer = Prefix::around(wanted.base(), length);
      for (auto at = std::lower_bound(by_prefix.begin(), by_prefix.end(), outer, less);
           at != by_prefix.end() && (*at)->prefix == outer; ++at) {
        out.push_back(*at);
      }
    }
    for (auto at =
             std::lower_bound(by_prefix.begin(), by_prefix.end(), Prefix::around(wanted.base(), wanted.length()), less);
         at != by_prefix.end() && (*at)->prefix.base() <= wanted.last(); ++at) {
      if (wanted.contains((*at)->prefix)) out.push_back(*at);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const QuestionBuilder::SharedRoutes& QuestionBuilder::shared(SubnetIndex subnet) {
  std::unique_ptr<SharedRoutes>& entry = shared_[subnet];
  if (entry) return *entry;
  entry = std::make_unique<SharedRoutes>();
  const Subnet& row = estate_.tables().subnets[subnet.index()];
  entry->set = net::collect_routes(view_, row, {.with_endpoints = false});
  for (const net::Route& route : entry->set.routes) {
    entry->by_prefix.push_back(&route);
    entry->lengths |= std::uint64_t{1} << static_cast<unsigned>(route.prefix.length());
  }
  std::sort(entry->by_prefix.begin(), entry->by_prefix.end(),
            [](const net::Route* a, const net::Route* b) { return a->prefix < b->prefix; });
  if (const auto* vnet = estate_.find<VirtualNetwork>(row.vnet)) entry->vnet = VnetIndex(estate_.index_of(*vnet));
  return *entry;
}

void QuestionBuilder::add_places(const Subnet& subnet, std::uint32_t index, Zone& zone) const {
  std::vector<Prefix> places;
  bool are_known = sends(estate_, subnet) == Ternary::no;
  if (are_known) {
    for (const auto& [key, endpoint] : estate_.endpoints_by_subnet.of(subnet.id)) {
      const auto addresses = net::endpoint_addresses(view_, estate_.tables().private_endpoints[endpoint]);
      are_known = are_known && !addresses.empty();
      for (const Ipv4 address : addresses) places.push_back(Prefix::host(address));
    }
  }
  if (!are_known) places.assign(subnet.prefixes.begin(), subnet.prefixes.end());
  for (const Prefix& place : places) {
    zone.prefixes.push_back(place);
    zone.subnets.push_back(index);
  }
}

std::uint32_t QuestionBuilder::zone_of(ResourceId vnet, Question& question) {
  std::unique_ptr<Zone>& zone = zones_[vnet];
  if (!zone) {
    zone = std::make_unique<Zone>();
    for (const auto& [key, index] : estate_.subnets_by_vnet.of(vnet)) {
      const Subnet& subnet = estate_.tables().subnets[index];
      if (!is_platform(estate_, subnet) && !is_of_public_bastions(estate_, subnet)) add_places(subnet, index, *zone);
    }
  }
  for (std::uint32_t i = 0; i < question.zones.size(); ++i) {
    if (question.zones[i] == zone.get()) return i;
  }
  question.zones.push_back(zone.get());
  return static_cast<std::uint32_t>(question.zones.size() - 1);
}

const net::Appliance& QuestionBuilder::appliance_at(VnetIndex vnet, Ipv4 address) {
  const auto [entry, is_new] = appliances_.try_emplace({vnet.index(), address.bits()});
  if (is_new) entry->second = net::resolve_appliance(view_, vnet, address);
  return entry->second;
}

// law:  only a hub firewall's address counts as crossing it; an appliance in the own network is judged where its own
//       subnet is asked about
// source: azure-semantics.md 1.4
Harm QuestionBuilder::harm_of_appliance(const net::Route& route, VnetIndex vnet, Candidate& candidate) {
  const net::Appliance& appliance = appliance_at(vnet, route.next_hop.address);
  switch (appliance.kind) {
    case net::Appliance::Kind::firewall:
      for (std::uint32_t i = 0; i < view_.roles.firewalls.size(); ++i) {
        const model::FirewallRole& role = view_.roles.firewalls[i];
        if (role.vnet == appliance.vnet && role.address == route.next_hop.address) candidate.firewall = i;
      }
      return Harm::none;
    case net::Appliance::Kind::other_firewall:
    case net::Appliance::Kind::network_interface:
    case net::Appliance::Kind::load_balancer:
      return appliance.vnet == estate_.tables().virtual_networks[vnet.index()].id ? Harm::none : Harm::certain;
    case net::Appliance::Kind::nobody:
    case net::Appliance::Kind::unreachable:
    case net::Appliance::Kind::unknown: return Harm::maybe;
  }
  return Harm::maybe;
}

// source: azure-semantics.md 1.4, 2.2 (the gateway of the own network, or of a peer with useRemoteGateways)
Harm QuestionBuilder::harm_of_gateway(ResourceId vnet) const {
  const auto has_gateway = [&](ResourceId where) {
    const auto gateways = estate_.gateways_by_vnet.of(where);
    return std::any_of(gateways.begin(), gateways.end(), [&](const model::Relation::Pair& entry) {
      return !estate_.tables().gateways[entry.second].is_route_server;
    });
  };
  if (has_gateway(vnet)) return Harm::certain;
  Harm out = estate_.is_partial(model::ArgTable::resources) ? Harm::maybe : Harm::none;
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(vnet)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    if (peering.use_remote_gateways.value_or_default(false) == false) continue;
    out = std::max(out, has_gateway(peering.remote) ? Harm::certain : Harm::maybe);
  }
  return out;
}

Harm harm_of(Ternary carries) {
  return carries == Ternary::yes ? Harm::certain : carries == Ternary::no ? Harm::none : Harm::maybe;
}

// What a packet over the peering amounts to; of `sender` where its routes are meant, not the /32 of endpoints.
// source: azure-semantics.md 2.1, 2.3
Harm QuestionBuilder::harm_of_link(ResourceId from, ResourceId to, const Subnet* sender) const {
  Harm out = Harm::none;
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(from)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    if (peering.remote != to) continue;
    const net::PeeringLink link =
        sender == nullptr ? net::peering_link(view_, peering) : net::peering_link(view_, peering, *sender);
    out = std::max(out, harm_of(link.carries));
  }
  return out;
}

// Instances of gateways, route servers and public Bastions are no services of a spoke: nobody is reached there.
// source: azure-semantics.md 1.5, 6.4
bool QuestionBuilder::is_destination(const Subnet& subnet) const {
  return !net::is_named(view_, subnet, "GatewaySubnet") && !net::is_named(view_, subnet, "RouteServerSubnet") &&
         !is_of_public_bastions(estate_, subnet) && !hides_firewall(subnet);
}

// An outbound rule for all protocols with a public frontend, or any load balancing rule of a Basic balancer.
// source: learn.microsoft.com/azure/load-balancer/outbound-rules,
// learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access (explicit methods)
bool QuestionBuilder::is_let_out(const model::IpConfiguration& member) const {
  const auto& balancers = estate_.tables().load_balancers;
  return std::any_of(balancers.begin(), balancers.end(), [&](const model::LoadBalancer& balancer) {
    const auto holds = [&](ResourceId pool) {
      const auto& members = balancer.pool_members;
      const auto& own = member.load_balancer_pools;
      return pool.is_set() && (std::find(own.begin(), own.end(), pool) != own.end() ||
                               std::find(members.begin(), members.end(), std::pair(pool, member.id)) != members.end());
    };
    const auto is_public = [&](ResourceId id) {
      return std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                         [&](const auto& frontend) { return frontend.id == id && frontend.public_ip.is_set(); });
    };
    const auto by_outbound = [&](const model::LoadBalancer::Outbound& rule) {
      return rule.protocol == Protocol::any && holds(rule.pool) &&
             std::any_of(rule.frontends.begin(), rule.frontends.end(), is_public);
    };
    const auto by_basic = [&](const model::LoadBalancer::Rule& rule) {
      return rule.is_balancing && !balancer.is_standard && holds(rule.backend_pool) && is_public(rule.frontend);
    };
    return balancer.unread.empty() && balancer.is_settled &&
           (std::any_of(balancer.outbound_rules.begin(), balancer.outbound_rules.end(), by_outbound) ||
            std::any_of(balancer.rules.begin(), balancer.rules.end(), by_basic));
  });
}

// source: azure-semantics.md 1.7, 5 (an absent defaultOutboundAccess may egress)
bool QuestionBuilder::has_egress(const Subnet& subnet) const {
  if (!subnet.default_outbound_access.is(false) || subnet.nat_gateway.is_set()) return true;
  if (!estate_.nat_gateways_by_vnet.of(subnet.vnet).empty()) return true;
  for (const auto& [key, index] : estate_.interfaces_by_subnet.of(subnet.id)) {
    const auto& configurations = estate_.tables().network_interfaces[index].ip_configurations;
    if (!configurations.empty() && is_let_out(configurations.front())) return true;
    for (const model::IpConfiguration& config : configurations) {
      if (config.public_ip.is_set()) return true;
    }
  }
  return false;
}

Candidate QuestionBuilder::judge_leaving(const net::Route& route, const model::SpokeRole& spoke, Question& question) {
  Candidate out{route.prefix, route.source, is_kept(route), route.is_certain, false,         Harm::none,
                kNowhere,     kNowhere,     kNowhere,       &route,           route.tag_rank};
  const VirtualNetwork& own = estate_.tables().virtual_networks[spoke.vnet.index()];
  const Subnet& from = estate_.tables().subnets[question.from.index()];
  switch (route.next_hop.kind) {
    case NextHop::Kind::none: break;
    case NextHop::Kind::vnet_local: {
      const auto holds = [&](Prefix space) { return space.contains(route.prefix); };
      // source: azure-semantics.md 1.4 (VnetLocal is not valid beyond the own network: what it does is not documented)
      const bool is_own = std::any_of(own.address_space.begin(), own.address_space.end(), holds);
      if (route.source == RouteSource::user && !is_own) out.harm = Harm::maybe;
      break;
    }
    case NextHop::Kind::appliance: out.harm = harm_of_appliance(route, spoke.vnet, out); break;
    case NextHop::Kind::virtual_hub: out.harm = harm_of_hub_route(route, out, question); break;
    case NextHop::Kind::internet:
      // The platform's own instances speak to the Internet by themselves. source: azure-semantics.md 1.5
      if (is_platform(estate_, from)) break;
      if (route.tag_rank != 0 && is_control_plane_route(net::fact_of(view_, route), route.next_hop, from)) {
        tell_control_plane(from, question);
        break;
      }
      out.harm = has_egress(from) ? Harm::certain : Harm::maybe;
      out.is_internet = true;
      break;
    case NextHop::Kind::gateway:
      // A gateway that sends back what came from its other side. source: azure-semantics.md 7.1
      if (!is_platform(estate_, from)) out.harm = harm_of_gateway(own.id);
      break;
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: out.harm = Harm::maybe; break;
    case NextHop::Kind::private_endpoint: {
      const auto* endpoint = estate_.find<model::PrivateEndpoint>(route.next_hop.target);
      const Subnet* subnet = endpoint == nullptr ? nullptr : estate_.find<Subnet>(endpoint->subnet);
      if (subnet == nullptr)
        out.harm = Harm::maybe;
      else if (subnet->vnet != own.id)
        out.harm = harm_of_link(own.id, subnet->vnet);
      break;
    }
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group: {
      out.harm = harm_of_link(own.id, route.next_hop.target, &from);
      if (out.harm == Harm::none) break;
      const VirtualNetwork* remote = estate_.find<VirtualNetwork>(route.next_hop.target);
      if (remote == nullptr || !remote->unread.empty() || net::hides_subnets(view_, *remote))
        out.harm = Harm::maybe;  // its subnets are not all known
      else
        out.zone = zone_of(route.next_hop.target, question);
      break;
    }
  }
  return out;
}

// Only next hops that hand the packet to the spoke bring it in; others are asked about where they lead.
Candidate QuestionBuilder::judge_entering(const net::Route& route, ResourceId spoke, VnetIndex from_vnet, Link link) {
  Candidate out{route.prefix, route.source, is_kept(route), route.is_certain, false,         Harm::none,
                kNowhere,     kNowhere,     kNowhere,       &route,           route.tag_rank};
  const bool is_inside = estate_.tables().virtual_networks[from_vnet.index()].id == spoke;
  switch (route.next_hop.kind) {
    case NextHop::Kind::none:
    case NextHop::Kind::internet:
    case NextHop::Kind::gateway:
    case NextHop::Kind::service_endpoint: break;
    case NextHop::Kind::unknown: out.harm = Harm::maybe; break;
    case NextHop::Kind::virtual_hub: out.harm = harm_of_hub_route_into(route, spoke, out); break;
    case NextHop::Kind::vnet_local:
      if (is_inside)
        out.harm = Harm::certain;
      else if (route.source == RouteSource::user)
        out.harm = Harm::maybe;
      break;
    case NextHop::Kind::appliance: {
      const net::Appliance& appliance = appliance_at(from_vnet, route.next_hop.address);
      if (appliance.kind == net::Appliance::Kind::firewall)
        harm_of_appliance(route, from_vnet, out);
      else if (appliance.kind == net::Appliance::Kind::unknown)
        out.harm = Harm::maybe;
      else if (appliance.vnet == spoke && !is_inside)
        out.harm = Harm::maybe;
      break;
    }
    case NextHop::Kind::private_endpoint: {
      const auto* endpoint = estate_.find<model::PrivateEndpoint>(route.next_hop.target);
      const Subnet* subnet = endpoint == nullptr ? nullptr : estate_.find<Subnet>(endpoint->subnet);
      if (subnet == nullptr)
        out.harm = Harm::maybe;
      else if (subnet->vnet == spoke)
        out.harm = link.endpoints;
      break;
    }
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group:
      if (route.next_hop.target == spoke) out.harm = link.networks;
      break;
  }
  return out;
}

}  // namespace hubproof::proof
