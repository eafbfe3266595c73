#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/egress_ipv6.h"
#include "engine/net/trace.h"
#include "engine/net/transit_ipv6_parts.h"

namespace hubproof::net {

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

namespace {

const Ranges6& everywhere() {
  static const Ranges6 kAll{range_of(Prefix6())};
  return kAll;
}

/// Lies in one of the blocks as a whole.
bool is_inside(const std::vector<Prefix6>& blocks, const Range6& range) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Prefix6& block) { return block.contains(range.first) && block.contains(range.last); });
}

}  // namespace

bool hides_prefix_v6(const View& view, const Subnet& subnet) {
  if (!subnet.prefixes_v6.empty()) return false;
  const auto interfaces = view.estate.interfaces_by_subnet.of(subnet.id);
  return std::any_of(interfaces.begin(), interfaces.end(), [&](const model::Relation::Pair& entry) {
    const auto& configs = view.estate.tables().network_interfaces[entry.second].ip_configurations;
    return std::any_of(configs.begin(), configs.end(),
                       [&](const auto& config) { return config.is_v6 && config.subnet == subnet.id; });
  });
}

bool is_dual_stack(const View& view, const VirtualNetwork& vnet) {
  if (!vnet.address_space_v6.empty()) return true;
  const auto subnets = view.estate.subnets_by_vnet.of(vnet.id);
  return std::any_of(subnets.begin(), subnets.end(), [&](const model::Relation::Pair& entry) {
    const Subnet& subnet = view.estate.tables().subnets[entry.second];
    return !subnet.prefixes_v6.empty() || hides_prefix_v6(view, subnet);
  });
}

TransitRun6::TransitRun6(const View& view, const model::SpokeRole& role)
    : v_(view), e_(view.estate), role_(role), vnet_(view.estate.tables().virtual_networks[role.vnet.index()]) {
  result_.spoke = role.vnet;
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet_.id)) {
    if (!e_.tables().subnets[index].prefixes_v6.empty()) subnets_.push_back(&e_.tables().subnets[index]);
  }
}

void TransitRun6::uncertain(Bypass::Way way, const Subnet* from, NextHop next_hop, std::vector<Fact> facts,
                            std::string reason) {
  Bypass bypass;
  bypass.way = way;
  if (from != nullptr) bypass.from = index(*from);
  bypass.spoke = role_.vnet;
  bypass.next_hop = next_hop;
  bypass.is_certain = false;
  bypass.facts = std::move(facts);
  bypass.reason = std::move(reason);
  result_.bypasses.push_back(std::move(bypass));
}

void TransitRun6::witnessed(Bypass bypass, const std::optional<Packet6>& example, const Place& from) {
  bypass.spoke = role_.vnet;
  bypass.is_certain = false;
  if (example && bypass.doubt.empty()) {
    const Flow flow{from,
                    example->source,
                    example->destination,
                    example->protocol,
                    example->source_port,
                    example->destination_port};
    const Trace shown_by = trace(v_, flow);
    bypass.is_certain = leaves_the_promised_way(shown_by);
    if (bypass.is_certain)
      bypass.witness = flow;
    else
      bypass.doubt = !shown_by.unknown_because.empty() ? shown_by.unknown_because.front()
                     : shown_by.hops.empty()           ? std::string("the packet was not followed")
                                                       : shown_by.hops.back().note;
  }
  result_.bypasses.push_back(std::move(bypass));
}

void TransitRun6::doubt_sender(std::size_t first, const std::string& why) {
  for (std::size_t i = first; i < result_.bypasses.size(); ++i) {
    Bypass& bypass = result_.bypasses[i];
    if (!bypass.is_certain) continue;
    bypass.is_certain = false;
    bypass.witness.reset();
    bypass.doubt = why;
  }
}

std::string TransitRun6::perhaps_silent(const Subnet& subnet) const {
  return fmt::format("whether anything but private endpoints stands in {} is not known", shown(v_, subnet.id));
}

// Private endpoints are IPv4: a subnet with nothing else neither sends nor receives. source: azure-semantics.md 1.8
void TransitRun6::land(const Subnet& sender, const Subnet& target, const Ranges6& destinations, Landing6& landing) {
  const Ternary is_empty = holds_endpoints_only(v_, target);
  if (is_empty == Ternary::yes) return;
  std::vector<Ipv6> preferred;
  for (const auto& [key, at] : e_.interfaces_by_subnet.of(target.id)) {
    for (const auto& config : e_.tables().network_interfaces[at].ip_configurations) {
      if (config.address_v6) preferred.push_back(*config.address_v6);
    }
  }
  const FilterPoint from{&sender, nullptr, false};
  const FilterPoint to{&target, nullptr, false};
  for (const Prefix6& prefix : target.prefixes_v6) {
    const Ranges6 part = within(destinations, prefix);
    if (part.empty()) continue;
    preferred.push_back(first_host(prefix));
    Reach6 found = reach_v6(v_, &from, &to, ranges_of(sender), part, preferred);
    if (found.passes == Ternary::no) continue;
    landing.places.push_back(fmt::format("{} ({})", to_string(prefix), shown(v_, target.id)));
    if (is_empty == Ternary::unknown && found.passes == Ternary::yes)
      found = {Ternary::unknown, {}, {}, fmt::format("what stands in {} is not known", shown(v_, target.id))};
    if (found.passes == Ternary::yes && !landing.example) landing.example = found.example;
    if (found.passes == Ternary::unknown && landing.reason.empty()) landing.reason = found.reason;
    landing.passes = std::max(landing.passes, found.passes);
  }
}

// As for IPv4: the platform's instances are no services of the estate. source: azure-semantics.md 1.5
bool TransitRun6::is_destination(const Subnet& target) {
  if (is_firewall_subnet(v_, target)) return false;
  if (!is_platform_subnet(v_, target) && !holds_only_public_bastions(v_, target)) return true;
  assumptions_.insert(
      fmt::format("{} of {} holds platform instances only, which do not pass packets on around the firewall",
                  shown(v_, target.id), shown(v_, target.vnet)));
  return false;
}

void TransitRun6::to_peer(const Subnet& subnet, const Share6& share) {
  const Route6& route = *share.route;
  const VirtualNetwork* remote = e_.find<VirtualNetwork>(route.next_hop.target);
  const bool is_group = route.next_hop.kind == NextHop::Kind::connected_group;  // its route says what is not known
  const Peering* peering = is_group ? nullptr : find_peering(v_, vnet_.id, route.next_hop.target);
  const PeeringLink link = peering == nullptr ? PeeringLink{} : peering_link_v6(v_, *peering, subnet);
  if (link.carries == Ternary::no) return;
  const std::string_view way = is_group ? "connected group with" : "peering to";
  if (remote == nullptr || !remote->unread.empty() || hides_subnets(v_, *remote)) {
    return uncertain(Bypass::Way::leaves, &subnet, route.next_hop, {fact_of(v_, route)},
                     fmt::format("{} is reached over the {} {}, whose subnets are not all known",
                                 to_string(route.prefix), way, shown(v_, route.next_hop.target)));
  }
  Landing6 landing;
  for (const auto& [key, at] : e_.subnets_by_vnet.of(remote->id)) {
    const Subnet& target = e_.tables().subnets[at];
    if (!target.prefixes_v6.empty() && is_destination(target)) land(subnet, target, share.destinations, landing);
  }
  if (landing.passes == Ternary::no) return;
  Bypass out;
  out.way = Bypass::Way::leaves;
  out.from = index(subnet);
  out.next_hop = route.next_hop;
  out.facts = {fact_of(v_, route), table_fact(v_, subnet)};
  out.reason = fmt::format(
      "{} {} reached from {} over the {} {}, which carries IPv6: no user route of {} drops "
      "{}",
      enumeration(landing.places), landing.places.size() == 1 ? "is" : "are", shown(v_, subnet.id), way,
      shown(v_, remote->id), table_of(v_, subnet), to_string(route.prefix));
  out.expected = fmt::format("{} -> None", to_string(route.prefix));
  out.doubt = !link.reason.empty() ? link.reason : share.doubt;
  if (out.doubt.empty() && landing.passes == Ternary::unknown) out.doubt = landing.reason;
  witnessed(std::move(out), landing.example, {Place::Kind::subnet, subnet.id});
}

// law:  without a public IPv6 address, an outbound rule or NAT nothing leaves; one that is not shown may be there
// source: azure-semantics.md 1.8 (IPv6 Internet egress), 1.7 (private subnets still reach some platform services)
void TransitRun6::to_internet(const Subnet& subnet, const Share6& share) {
  const Route6& route = *share.route;
  if (is_platform_subnet(v_, subnet)) {
    assumptions_.insert(
        fmt::format("{} of {} holds platform instances only, whose own way to the Internet is Azure's control plane",
                    shown(v_, subnet.id), shown(v_, subnet.vnet)));
    return;
  }
  const std::optional<Egress6> way = egress_v6(v_, subnet, nullptr);
  const auto* nic = way ? e_.find<model::NetworkInterface>(way->interface) : nullptr;
  Ranges6 sources = ranges_of(subnet);
  Place from{Place::Kind::subnet, subnet.id};
  if (nic != nullptr) {
    from = {Place::Kind::network_interface, nic->id};
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address_v6 && config.subnet == subnet.id) sources = {{*config.address_v6, *config.address_v6}};
    }
  }
  const FilterPoint sender{&subnet, nullptr, false};
  const FilterPoint interface { &subnet, nic, false };
  const Ipv6 usual[] = {*Ipv6::parse("2001:4860:4860::8888")};
  const Reach6 anybody = reach_v6(v_, &sender, nullptr, ranges_of(subnet), share.destinations, usual);
  if (anybody.passes == Ternary::no) return;
  const Reach6 found =
      reach_v6(v_, &interface, nullptr, sources, within(share.destinations, internet_addresses_v6()), usual);
  Bypass out;
  out.way = Bypass::Way::leaves;
  out.from = index(subnet);
  out.next_hop = route.next_hop;
  out.facts = {fact_of(v_, route), table_fact(v_, subnet)};
  if (way) out.facts.push_back(way->fact);
  out.reason = fmt::format("{} of {} has the IPv6 route {}{}", shown(v_, subnet.id), shown(v_, vnet_.id),
                           route_word(route), way ? fmt::format(" and a way out {}", way->note) : std::string());
  out.expected = "::/0 -> None";
  out.doubt = share.doubt;
  if (out.doubt.empty() && !way)
    out.doubt =
        "IPv6 leaves only with a public IPv6 address, a load balancer or NAT; the export shows none, and one needs no "
        "further route";
  if (out.doubt.empty() && !way->is_certain) out.doubt = fmt::format("{} is not fully understood", way->note);
  if (out.doubt.empty() && found.passes != Ternary::yes)
    out.doubt = found.reason.empty() ? "the groups of the interface may stop it" : found.reason;
  witnessed(std::move(out), found.example, from);
}

void TransitRun6::judge_leaving(const Subnet& subnet, const Share6& share) {
  const Route6& route = *share.route;
  switch (route.next_hop.kind) {
    case NextHop::Kind::none: return;
    case NextHop::Kind::vnet_local: {
      const bool is_own = std::all_of(share.destinations.begin(), share.destinations.end(),
                                      [&](const Range6& range) { return is_inside(vnet_.address_space_v6, range); });
      if (route.source != RouteSource::user || is_own) return;
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      return uncertain(
          Bypass::Way::leaves, &subnet, route.next_hop, {fact_of(v_, route)},
          fmt::format("{} sends {} to VnetLocal although {} does not hold it; the effect is not documented",
                      table_of(v_, subnet), to_string(route.prefix), shown(v_, vnet_.id)));
    }
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group: return to_peer(subnet, share);
    case NextHop::Kind::internet: return to_internet(subnet, share);
    case NextHop::Kind::appliance:
      return uncertain(Bypass::Way::leaves, &subnet, route.next_hop, {fact_of(v_, route)},
                       fmt::format("whether the IPv6 next hop of {} in {} is a firewall is not modelled; {} -> None "
                                   "would decide it",
                                   to_string(route.prefix), table_of(v_, subnet), to_string(route.prefix)));
    case NextHop::Kind::gateway:
    case NextHop::Kind::virtual_hub:
      return uncertain(Bypass::Way::leaves, &subnet, route.next_hop, {fact_of(v_, route)},
                       fmt::format("whether the gateway of {} in {} carries IPv6 is not modelled",
                                   to_string(route.prefix), table_of(v_, subnet)));
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown:
      return uncertain(
          Bypass::Way::leaves, &subnet, route.next_hop, {fact_of(v_, route)},
          fmt::format("route {} of {} has a next hop that is not understood", route_word(route), table_of(v_, subnet)));
  }
}

void TransitRun6::leaves(const Subnet& subnet) {
  const Ternary is_silent = holds_endpoints_only(v_, subnet);
  if (is_silent == Ternary::yes) return;
  const std::size_t first = result_.bypasses.size();
  const RouteSet6 set = effective_routes_v6(v_, subnet);
  for (const Share6& share : shares_of(set.routes, everywhere())) judge_leaving(subnet, share);
  for (const UnknownRoutes& unknown : set.unknown) {
    if (unknown.next_hop.kind == NextHop::Kind::none) continue;
    uncertain(Bypass::Way::leaves, &subnet, unknown.next_hop, {unknown.fact}, "IPv6: " + unknown.reason);
  }
  if (is_silent == Ternary::unknown) doubt_sender(first, perhaps_silent(subnet));
  // source: azure-semantics.md 1.8 (VPN carries IPv4, ExpressRoute may carry both)
  if (is_named(v_, subnet, "GatewaySubnet")) doubt_sender(first, "whether the gateway carries IPv6 is not modelled");
}

// Azure refuses to peer networks that overlap: which one a packet reaches is not known.
void TransitRun6::overlaps() {
  struct Space {
    model::ResourceId vnet;
    Prefix6 prefix;
  };
  std::vector<Space> spaces;
  for (const Prefix6& prefix : vnet_.address_space_v6) spaces.push_back({vnet_.id, prefix});
  for (const auto& [key, at] : e_.peerings_by_vnet.of(vnet_.id)) {
    const Peering& peering = e_.tables().peerings[at];
    if (peering_link(v_, peering).carries == Ternary::no) continue;
    for (const PeeringRange6& range : peering_ranges_v6(v_, peering)) spaces.push_back({peering.remote, range.prefix});
  }
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size(); ++j) {
      if (spaces[i].vnet == spaces[j].vnet || !spaces[i].prefix.overlaps(spaces[j].prefix)) continue;
      uncertain(Bypass::Way::leaves, nullptr, {NextHop::Kind::unknown, {}, {}},
                {{spaces[i].vnet, "/properties/addressSpace/addressPrefixes", to_string(spaces[i].prefix)},
                 {spaces[j].vnet, "/properties/addressSpace/addressPrefixes", to_string(spaces[j].prefix)}},
                fmt::format("{} of {} and {} of {} overlap: which one a packet reaches is not known",
                            to_string(spaces[i].prefix), shown(v_, spaces[i].vnet), to_string(spaces[j].prefix),
                            shown(v_, spaces[j].vnet)));
    }
  }
}

TransitResult TransitRun6::run() {
  if (!is_dual_stack(v_, vnet_)) return std::move(result_);
  overlaps();
  for (const auto& [key, at] : e_.subnets_by_vnet.of(vnet_.id)) {
    const Subnet& subnet = e_.tables().subnets[at];
    if (!hides_prefix_v6(v_, subnet)) continue;
    uncertain(Bypass::Way::leaves, &subnet, {NextHop::Kind::unknown, {}, {}},
              {{subnet.id, "/properties/addressPrefixes", "no IPv6"}},
              fmt::format("an interface in {} has an IPv6 configuration, and the subnet shows no IPv6 prefix",
                          shown(v_, subnet.id)));
  }
  for (const Subnet* subnet : subnets_) leaves(*subnet);
  enters();
  internet_enters();
  result_.assumptions.assign(assumptions_.begin(), assumptions_.end());
  return std::move(result_);
}

TransitResult transit_ipv6(const View& view, const model::SpokeRole& spoke) { return TransitRun6(view, spoke).run(); }

}  // namespace hubproof::net
