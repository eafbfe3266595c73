#include "engine/proof/transit_ipv6_questions.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/peerings.h"
#include "engine/net/route_collection.h"

namespace hubproof::proof {
namespace {

using model::ResourceId;
using model::Subnet;
using model::VirtualNetwork;
using net::NextHop;
using net::RouteSource;

class Asking6 {
 public:
  Asking6(const model::View& view, const QuestionBuilder& builder, const model::SpokeRole& spoke)
      : view_(view),
        estate_(view.estate),
        builder_(builder),
        own_(view.estate.tables().virtual_networks[spoke.vnet.index()]) {}
  SpokeQuestions6 run();

 private:
  void ask_subnet(const Subnet& subnet, SpokeQuestions6& out) const;
  void doubt_hidden(const Subnet& subnet, SpokeQuestions6& out) const;
  Question6 leaving(const Subnet& subnet) const;
  Question6 entering(const Subnet& subnet, Harm link) const;
  Candidate6 judge_leaving(const net::Route6& route, const Subnet& from) const;
  Candidate6 judge_entering(const net::Route6& route, const Subnet& from, Harm link) const;
  void ask_entering(const model::Peering& peering, SpokeQuestions6& out) const;
  void doubt_overlaps(SpokeQuestions6& out) const;
  std::vector<std::uint32_t> places_in(ResourceId vnet) const;
  bool has_way_out(const Subnet& subnet) const;
  bool has_way_out(const model::IpConfiguration& config) const;
  bool is_behind_public(const std::vector<ResourceId>& pools, ResourceId config) const;
  void find_entries(const Subnet& subnet, SpokeQuestions6& out) const;

  const model::View& view_;
  const model::Estate& estate_;
  const QuestionBuilder& builder_;
  const VirtualNetwork& own_;
};

// law:  longest prefix first; on equal prefixes user, then system (what is learned of IPv6 is in no export)
bool comes_first(const Candidate6& a, const Candidate6& b) {
  if (a.route.prefix.length() != b.route.prefix.length()) return a.route.prefix.length() > b.route.prefix.length();
  if (a.route.source != b.route.source) return a.route.source < b.route.source;
  return a.route.prefix < b.route.prefix;
}

/// A public address that the export does not hold may be of either family.
template <class Frontend>
bool may_be_public_v6(const model::Estate& estate, const Frontend& frontend) {
  return frontend.public_ip_v6.is_set() ||
         (frontend.public_ip.is_set() && estate.find<model::PublicIp>(frontend.public_ip) == nullptr);
}

bool is_understood(const model::NatGateway* gateway) {
  return gateway != nullptr && gateway->unread.empty() && gateway->is_settled;
}

/// Private endpoints are IPv4, so that a subnet of them alone holds nobody; nor do the platform's.
/// source: azure-semantics.md 1.8, 1.5
std::vector<std::uint32_t> Asking6::places_in(ResourceId vnet) const {
  std::vector<std::uint32_t> out;
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (!subnet.prefixes_v6.empty() && sends(estate_, subnet) != Ternary::no && !is_left_out(view_, subnet))
      out.push_back(index);
  }
  return out;
}

// source: azure-semantics.md 1.8 (a public IPv6 address, a load balancer or NAT)
bool Asking6::has_way_out(const model::IpConfiguration& config) const {
  if (!config.is_v6) return false;
  const auto* address = estate_.find<model::PublicIp>(config.public_ip_v6);
  if (address != nullptr && address->unread.empty()) return true;
  const auto is_v6_frontend = [&](const model::LoadBalancer& balancer, ResourceId id) {
    return std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                       [&](const auto& frontend) { return frontend.id == id && frontend.public_ip_v6.is_set(); });
  };
  for (const model::LoadBalancer& balancer : estate_.tables().load_balancers) {
    for (const auto& rule : balancer.outbound_rules) {
      const bool is_v6 = std::any_of(rule.frontends.begin(), rule.frontends.end(),
                                     [&](ResourceId id) { return is_v6_frontend(balancer, id); });
      const auto& own = config.load_balancer_pools;
      const bool is_named =
          std::find(own.begin(), own.end(), rule.pool) != own.end() ||
          std::count(balancer.pool_members.begin(), balancer.pool_members.end(), std::pair(rule.pool, config.id)) != 0;
      if (is_v6 && is_named && rule.pool.is_set()) return true;
    }
  }
  return false;
}

bool Asking6::has_way_out(const Subnet& subnet) const {
  const auto* nat = estate_.find<model::NatGateway>(subnet.nat_gateway);
  if (is_understood(nat) && nat->has_v6) return true;
  for (const auto& [key, index] : estate_.nat_gateways_by_vnet.of(subnet.vnet)) {
    const model::NatGateway& shared = estate_.tables().nat_gateways[index];
    if (is_understood(&shared) && shared.has_v6) return true;
  }
  for (const auto& [key, index] : estate_.interfaces_by_subnet.of(subnet.id)) {
    for (const model::IpConfiguration& config : estate_.tables().network_interfaces[index].ip_configurations) {
      if (config.subnet == subnet.id && has_way_out(config)) return true;
    }
  }
  return false;
}

Candidate6 Asking6::judge_leaving(const net::Route6& route, const Subnet& from) const {
  Candidate6 out;
  out.route = route;
  switch (route.next_hop.kind) {
    case NextHop::Kind::none: break;
    case NextHop::Kind::vnet_local: {
      const auto holds = [&](const Prefix6& space) { return space.contains(route.prefix); };
      const bool is_own = std::any_of(own_.address_space_v6.begin(), own_.address_space_v6.end(), holds);
      if (route.source == RouteSource::user && !is_own) out.harm = Harm::maybe;
      break;
    }
    case NextHop::Kind::internet:
      // The platform's own instances speak to the Internet by themselves. source: azure-semantics.md 1.5
      if (net::is_named(view_, from, "GatewaySubnet") || net::is_named(view_, from, "RouteServerSubnet")) break;
      out.harm = has_way_out(from) ? Harm::certain : Harm::maybe;
      out.is_internet = true;
      break;
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group: {
      const bool is_group = route.next_hop.kind == NextHop::Kind::connected_group;  // whether it carries IPv6 is open
      const model::Peering* peering = is_group ? nullptr : net::find_peering(view_, own_.id, route.next_hop.target);
      const Ternary carries =
          peering == nullptr ? Ternary::unknown : net::peering_link_v6(view_, *peering, from).carries;
      if (carries == Ternary::no) break;
      const auto* remote = estate_.find<VirtualNetwork>(route.next_hop.target);
      const bool is_known = remote != nullptr && remote->unread.empty() && !net::hides_subnets(view_, *remote);
      out.harm = is_known && carries == Ternary::yes ? Harm::certain : Harm::maybe;
      out.is_bounded = is_known;
      if (!is_known) break;
      out.targets = places_in(remote->id);
      break;
    }
    // No appliance, gateway or firewall is modelled for IPv6. source: azure-semantics.md 1.8
    case NextHop::Kind::appliance:
    case NextHop::Kind::gateway:
    case NextHop::Kind::virtual_hub:
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: out.harm = Harm::maybe; break;
  }
  return out;
}

// Only next hops that hand the packet to the spoke bring it in; what leads to a gateway leads away.
Candidate6 Asking6::judge_entering(const net::Route6& route, const Subnet& from, Harm link) const {
  Candidate6 out;
  out.route = route;
  const bool is_inside = from.vnet == own_.id;
  switch (route.next_hop.kind) {
    case NextHop::Kind::none:
    case NextHop::Kind::gateway: break;
    case NextHop::Kind::internet:
      if (route.source == RouteSource::user) out.harm = Harm::maybe;
      break;
    case NextHop::Kind::vnet_local: out.harm = is_inside ? Harm::certain : Harm::maybe; break;
    case NextHop::Kind::peering: out.harm = route.next_hop.target == own_.id ? link : Harm::maybe; break;
    case NextHop::Kind::connected_group:
    case NextHop::Kind::appliance:
    case NextHop::Kind::virtual_hub:
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: out.harm = Harm::maybe; break;
  }
  // Whether a gateway carries IPv6 is not modelled.
  if (net::is_named(view_, from, "GatewaySubnet")) out.harm = std::min(out.harm, Harm::maybe);
  return out;
}

Question6 Asking6::leaving(const Subnet& subnet) const {
  Question6 out;
  out.from = estate_.index_of(subnet);
  // Whether a gateway carries IPv6 is not modelled.
  out.may_be_silent = sends(estate_, subnet) == Ternary::unknown || net::is_named(view_, subnet, "GatewaySubnet");
  const net::RouteSet6 set = net::effective_routes_v6(view_, subnet);
  for (const net::Route6& route : set.routes) out.candidates.push_back(judge_leaving(route, subnet));
  for (const net::UnknownRoutes& unknown : set.unknown) {
    if (unknown.next_hop.kind != NextHop::Kind::none) out.doubts.push_back(doubt_of(unknown));
  }
  std::stable_sort(out.candidates.begin(), out.candidates.end(), comes_first);
  return out;
}

Question6 Asking6::entering(const Subnet& subnet, Harm link) const {
  Question6 out;
  out.way = net::Bypass::Way::enters;
  out.from = estate_.index_of(subnet);
  out.may_be_silent = sends(estate_, subnet) == Ternary::unknown;
  out.inside = places_in(own_.id);
  std::vector<Prefix6> window;
  for (const std::uint32_t place : out.inside) {
    const auto& prefixes = estate_.tables().subnets[place].prefixes_v6;
    window.insert(window.end(), prefixes.begin(), prefixes.end());
  }
  if (window.empty()) return out;  // nobody is there
  const net::RouteSet6 set = net::effective_routes_v6(view_, subnet, window);
  for (const net::Route6& route : set.routes) {
    out.candidates.push_back(judge_entering(route, subnet, link));
    out.candidates.back().is_bounded = true;
    out.candidates.back().targets = out.inside;
  }
  for (const net::UnknownRoutes& unknown : set.unknown) {
    const auto* teacher = estate_.find<model::Gateway>(unknown.fact.resource);
    const bool is_taught_by_server = teacher != nullptr && teacher->is_route_server;
    if (is_taught_by_server || unknown.next_hop.kind == NextHop::Kind::unknown) out.doubts.push_back(doubt_of(unknown));
  }
  std::stable_sort(out.candidates.begin(), out.candidates.end(), comes_first);
  return out;
}

void Asking6::ask_entering(const model::Peering& peering, SpokeQuestions6& out) const {
  const auto* from = estate_.find<VirtualNetwork>(peering.vnet);
  const Ternary carries = net::peering_link(view_, peering).carries;
  if (from == nullptr || carries == Ternary::no) return;
  if (net::hides_subnets(view_, *from)) {
    out.doubts.push_back(
        {{from->id, "/properties/subnets", "absent"},
         fmt::format("the export shows no subnet of {}, from which IPv6 may reach the spoke", estate_.name(from->id)),
         Doubt::Reach::all});
  }
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(from->id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (subnet.prefixes_v6.empty() || builder_.is_exempt_source(subnet)) continue;
    const Ternary way = net::peering_link_v6(view_, peering, subnet).carries;
    out.questions.push_back(entering(subnet, harm_of(way)));
  }
}

bool Asking6::is_behind_public(const std::vector<ResourceId>& pools, ResourceId config) const {
  const auto& balancers = estate_.tables().load_balancers;
  return std::any_of(balancers.begin(), balancers.end(), [&](const model::LoadBalancer& balancer) {
    const bool may_be_v6 = std::any_of(balancer.frontends.begin(), balancer.frontends.end(),
                                       [&](const auto& frontend) { return may_be_public_v6(estate_, frontend); });
    return may_be_v6 && std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
             return rule.backend_pool.is_set() &&
                    (rule.backend_pool == config ||
                     std::find(pools.begin(), pools.end(), rule.backend_pool) != pools.end() ||
                     std::count(balancer.pool_members.begin(), balancer.pool_members.end(),
                                std::pair(rule.backend_pool, config)) != 0);
           });
  });
}

void Asking6::find_entries(const Subnet& subnet, SpokeQuestions6& out) const {
  const std::uint32_t here = estate_.index_of(subnet);
  for (const auto& [key, index] : estate_.interfaces_by_subnet.of(subnet.id)) {
    for (const model::IpConfiguration& config : estate_.tables().network_interfaces[index].ip_configurations) {
      if (config.subnet != subnet.id || !config.is_v6) continue;
      const std::vector<ResourceId> pools(config.load_balancer_pools.begin(), config.load_balancer_pools.end());
      if (config.public_ip_v6.is_set() || is_behind_public(pools, config.id))
        out.entries.push_back({here, config.address_v6});
    }
  }
  for (const model::ApplicationGateway& gateway : estate_.tables().application_gateways) {
    const bool is_here = std::find(gateway.subnets.begin(), gateway.subnets.end(), subnet.id) != gateway.subnets.end();
    const bool is_public = std::any_of(gateway.frontends.begin(), gateway.frontends.end(),
                                       [&](const auto& frontend) { return may_be_public_v6(estate_, frontend); });
    if (is_here && is_public && !gateway.rules.empty()) out.entries.push_back({here, std::nullopt});
  }
  for (const model::MachinePool& pool : estate_.tables().machine_pools) {
    for (const model::MachinePool::Interface& interface : pool.interfaces) {
      const std::vector<ResourceId> pools(interface.load_balancer_pools.begin(), interface.load_balancer_pools.end());
      if (interface.subnet == subnet.id && (interface.has_public_address || is_behind_public(pools, {})))
        out.entries.push_back({here, std::nullopt});
    }
  }
}

// Rows of different moments: an interface has an IPv6 configuration, and its subnet shows no IPv6 prefix.
void Asking6::doubt_hidden(const Subnet& subnet, SpokeQuestions6& out) const {
  for (const auto& [key, index] : estate_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = estate_.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (!config.is_v6 || config.subnet != subnet.id) continue;
      out.doubts.push_back({{subnet.id, "/properties/addressPrefixes", "no IPv6"},
                            fmt::format("{} has IPv6 and its subnet shows none", estate_.name(nic.id)),
                            Doubt::Reach::all});
    }
  }
}

void Asking6::ask_subnet(const Subnet& subnet, SpokeQuestions6& out) const {
  if (subnet.prefixes_v6.empty()) return doubt_hidden(subnet, out);
  if (sends(estate_, subnet) != Ternary::no) out.questions.push_back(leaving(subnet));
  find_entries(subnet, out);
  const bool is_gateway = net::is_named(view_, subnet, "GatewaySubnet");
  if (is_gateway && !estate_.gateways_by_vnet.of(own_.id).empty())
    out.questions.push_back(entering(subnet, Harm::maybe));
}

// source: learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#requirements-and-constraints
void Asking6::doubt_overlaps(SpokeQuestions6& out) const {
  std::vector<std::pair<Prefix6, model::ResourceId>> spaces;
  for (const Prefix6& prefix : own_.address_space_v6) spaces.emplace_back(prefix, own_.id);
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(own_.id)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    if (net::peering_link(view_, peering).carries == Ternary::no) continue;
    for (const net::PeeringRange6& range : net::peering_ranges_v6(view_, peering))
      spaces.emplace_back(range.prefix, peering.remote);
  }
  std::sort(spaces.begin(), spaces.end());
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size() && spaces[i].first.contains(spaces[j].first); ++j) {
      if (spaces[i].second == spaces[j].second) continue;
      out.doubts.push_back({{spaces[i].second, "/properties/addressSpace", "overlaps"},
                            fmt::format("{} and {} overlap: which one an IPv6 packet reaches is not known",
                                        estate_.name(spaces[i].second), estate_.name(spaces[j].second)),
                            Doubt::Reach::all});
    }
  }
}

SpokeQuestions6 Asking6::run() {
  SpokeQuestions6 out;
  doubt_overlaps(out);
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(own_.id)) ask_subnet(estate_.tables().subnets[index], out);
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(own_.id)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    const bool is_held = estate_.find<VirtualNetwork>(peering.remote) != nullptr;
    if (is_held || net::peering_link(view_, peering).carries == Ternary::no) continue;
    out.doubts.push_back({{peering.id, "/properties/remoteVirtualNetwork/id", "not in the export"},
                          fmt::format("{} is peered to the spoke and not in the export: its IPv6 routes are not known",
                                      estate_.name(peering.remote)),
                          Doubt::Reach::all});
  }
  for (const auto& [key, index] : estate_.peerings_by_remote.of(own_.id))
    ask_entering(estate_.tables().peerings[index], out);
  return out;
}

}  // namespace

SpokeQuestions6 ask_ipv6(const model::View& view, const QuestionBuilder& builder, const model::SpokeRole& spoke) {
  return Asking6(view, builder, spoke).run();
}

}  // namespace hubproof::proof
