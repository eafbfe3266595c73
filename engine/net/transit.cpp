#include "engine/net/transit.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/trace.h"
#include "engine/net/transit_parts.h"
#include "engine/net/transit_services.h"

namespace hubproof::net {

using model::Fact;
using model::Subnet;
using model::View;

void TransitRun::uncertain(Bypass::Way way, model::SubnetIndex from, AddressSet destinations, NextHop next_hop,
                           std::vector<Fact> facts, std::string reason) {
  destinations -= direct;
  if (destinations.empty()) return;
  Bypass bypass;
  bypass.way = way;
  bypass.from = from;
  bypass.spoke = role.vnet;
  bypass.destinations = std::move(destinations);
  bypass.next_hop = next_hop;
  bypass.is_certain = false;
  bypass.facts = std::move(facts);
  bypass.reason = std::move(reason);
  result.bypasses.push_back(std::move(bypass));
}

void TransitRun::doubt_sender(const Subnet& subnet, std::size_t first) {
  for (std::size_t i = first; i < result.bypasses.size(); ++i) {
    Bypass& bypass = result.bypasses[i];
    if (!bypass.is_certain) continue;
    bypass.is_certain = false;
    bypass.witness.reset();
    bypass.doubt =
        is_empty_gateway_subnet(view, subnet)
            ? fmt::format("the export shows no gateway in {}", shown(view, subnet.id))
            : fmt::format("whether anything but private endpoints stands in {} is not known", shown(view, subnet.id));
  }
}

bool is_firewall_subnet(const View& view, const Subnet& subnet) {
  if (!is_named(view, subnet, "AzureFirewallSubnet") && !is_named(view, subnet, "AzureFirewallManagementSubnet"))
    return false;
  const auto& roles = view.roles.firewalls;
  const bool has_hub_firewall =
      std::any_of(roles.begin(), roles.end(), [&](const auto& role) { return role.vnet == subnet.vnet; });
  return has_hub_firewall || view.estate.firewalls_by_vnet.of(subnet.vnet).empty();
}

bool is_platform_subnet(const View& view, const Subnet& subnet) {
  return is_named(view, subnet, "GatewaySubnet") || is_named(view, subnet, "RouteServerSubnet");
}

bool is_empty_gateway_subnet(const View& view, const Subnet& subnet) {
  if (!is_named(view, subnet, "GatewaySubnet")) return false;
  const auto placed = view.estate.gateways_by_vnet.of(subnet.vnet);
  return std::all_of(placed.begin(), placed.end(),
                     [&](const auto& entry) { return view.estate.tables().gateways[entry.second].is_route_server; });
}

bool holds_only_public_bastions(const View& view, const Subnet& subnet) {
  if (!is_named(view, subnet, "AzureBastionSubnet")) return false;
  bool has_host = false;
  for (const model::BastionHost& host : view.estate.tables().bastion_hosts) {
    if (host.subnet != subnet.id) continue;
    if (!host.is_public || !host.is_settled || !host.unread.empty()) return false;
    has_host = true;
  }
  return has_host;
}

std::string policies_of(const Subnet& subnet) {
  const auto& policies = subnet.private_endpoint_policies;
  if (policies.is_absent()) return "absent -> Disabled";
  return policies.is_known() ? std::string(model::name(policies.value())) : std::string("unreadable");
}

std::string enumeration(const std::vector<std::string>& items) {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < std::min(items.size(), kShown); ++i) {
    const bool is_last = i + 1 == items.size();
    out += (i == 0 ? "" : is_last ? " and " : ", ") + items[i];
  }
  if (items.size() > kShown) out += fmt::format(" and {} more", items.size() - kShown);
  return out;
}

std::string table_of(const View& view, const Subnet& subnet) {
  return subnet.route_table.is_set() ? shown(view, subnet.route_table) : "the subnet (it has no route table)";
}

std::string expected_routes(const TransitRun& run, const std::vector<Prefix>& prefixes) {
  for (const model::FirewallRole& firewall : run.view.roles.firewalls) {
    const bool is_ours = std::any_of(run.role.hubs.begin(), run.role.hubs.end(), [&](model::VnetIndex hub) {
      return run.view.estate.tables().virtual_networks[hub.index()].id == firewall.vnet;
    });
    if (!is_ours) continue;
    std::vector<std::string> routes;
    for (const Prefix& prefix : prefixes)
      routes.push_back(fmt::format("{} -> {}", to_string(prefix), to_string(firewall.address)));
    return enumeration(routes);
  }
  return {};
}

std::string open_question(const Bypass& bypass) {
  std::string out = bypass.reason;
  if (!bypass.expected.empty()) out += "; expected " + bypass.expected;
  if (!bypass.doubt.empty()) out += "; not certain: " + bypass.doubt;
  return out;
}

bool leaves_the_promised_way(const Trace& trace) {
  if (trace.crossed_firewall) return false;
  switch (trace.disposition) {
    case Disposition::delivered:
    case Disposition::exits_to_internet:
    case Disposition::exits_to_on_premises: return true;
    case Disposition::denied:
    case Disposition::dropped:
    case Disposition::loop: return false;
    // What an appliance does with the packet is not known, but there it has left the way that was promised.
    case Disposition::unknown:
      return !trace.hops.empty() && trace.hops.back().at.kind == Place::Kind::appliance &&
             trace.hops.back().at.id.is_set() && trace.vnets.size() > 1;
  }
  return false;
}

bool add_witnessed(TransitRun& run, Bypass bypass, std::span<const Packet> examples, Place from) {
  bypass.destinations -= run.direct;
  if (bypass.destinations.empty()) return false;
  bypass.spoke = run.role.vnet;
  bypass.is_certain = false;
  std::string met;
  for (const Packet& packet : examples) {
    if (!bypass.doubt.empty() || bypass.is_certain) break;
    const Flow flow{
        from, packet.source, packet.destination, packet.protocol, packet.source_port, packet.destination_port};
    const Trace shown_by = trace(run.view, flow);
    bypass.is_certain = leaves_the_promised_way(shown_by);
    if (bypass.is_certain) bypass.witness = flow;
    if (!met.empty()) continue;
    met = !shown_by.unknown_because.empty() ? shown_by.unknown_because.front()
          : shown_by.hops.empty()           ? std::string("the packet was not followed")
                                            : shown_by.hops.back().note;
  }
  if (!bypass.is_certain && bypass.doubt.empty()) bypass.doubt = std::move(met);
  run.result.bypasses.push_back(std::move(bypass));
  return run.result.bypasses.back().is_certain;
}

bool add_witnessed(TransitRun& run, Bypass bypass, const std::optional<Packet>& example, Place from) {
  const std::span<const Packet> examples = example ? std::span<const Packet>(&*example, 1) : std::span<const Packet>();
  return add_witnessed(run, std::move(bypass), examples, std::move(from));
}

bool add_unless_told(TransitRun& run, Bypass bypass, std::span<const Packet> examples, Place from,
                     const AddressSet& told) {
  const bool is_told = (bypass.destinations - told).empty();
  const std::size_t before = run.result.bypasses.size();
  const bool is_certain = add_witnessed(run, std::move(bypass), examples, std::move(from));
  if (!is_certain && is_told) run.result.bypasses.resize(before);
  return is_certain;
}

namespace {

constexpr model::SubnetIndex kWholeSpoke{};

void doubt_completeness(TransitRun& run) {
  const std::vector<const model::Gap*> gaps = run.view.estate.gaps_in(model::ArgTable::resources);
  if (gaps.empty()) return;
  run.uncertain(Bypass::Way::leaves, kWholeSpoke, AddressSet::all(), {NextHop::Kind::unknown, {}, {}},
                {{run.vnet.id, "", gaps.front()->code}},
                fmt::format("the export of resources is partial ({}); a route or network that it does not show may "
                            "lead around the firewall",
                            gaps.front()->message));
}

// A claim about nobody is not held: a spoke whose subnets the export does not show may send from any of them.
void doubt_without_subnets(TransitRun& run) {
  if (!run.view.estate.subnets_by_vnet.of(run.vnet.id).empty()) return;
  run.uncertain(
      Bypass::Way::leaves, kWholeSpoke, AddressSet::all(), {NextHop::Kind::unknown, {}, {}},
      {{run.vnet.id, "/properties/subnets", "none"}},
      fmt::format("the export shows no subnet of {}: there is nobody to judge", shown(run.view, run.vnet.id)));
}

// A spoke with a place for a firewall that no row describes: what stands there, and whether the network is a hub, is
// not known.
void doubt_hidden_firewall(TransitRun& run) {
  for (const auto& [key, index] : run.view.estate.subnets_by_vnet.of(run.vnet.id)) {
    const Subnet& subnet = run.view.estate.tables().subnets[index];
    if (!is_firewall_subnet(run.view, subnet)) continue;
    run.uncertain(Bypass::Way::leaves, model::SubnetIndex(index), AddressSet::all(), {NextHop::Kind::unknown, {}, {}},
                  {{subnet.id, "", "no firewall"}},
                  fmt::format("{} has {} and the export shows no firewall there", shown(run.view, run.vnet.id),
                              shown(run.view, subnet.id)));
  }
}

void doubt_lost_endpoints(TransitRun& run) {
  doubt_lost_endpoints(run, run.vnet.id);
  for (const auto& [key, index] : run.view.estate.peerings_by_vnet.of(run.vnet.id)) {
    const model::Peering& peering = run.view.estate.tables().peerings[index];
    if (peering_link(run.view, peering).carries != Ternary::no) doubt_lost_endpoints(run, peering.remote);
  }
}

// A NIC, scale set or gateway that a subnet names and the export does not hold may have a public address or a second
// way out.
void doubt_attached(TransitRun& run) {
  const model::Estate& estate = run.view.estate;
  for (const auto& [key, index] : estate.subnets_by_vnet.of(run.vnet.id)) {
    const Subnet& subnet = estate.tables().subnets[index];
    for (const model::ResourceId owner : subnet.attached) {
      if (estate.holds(owner)) continue;
      AddressSet space;
      for (const Prefix& prefix : subnet.prefixes) space.add(prefix);
      run.uncertain(
          Bypass::Way::enters, model::SubnetIndex(index), space, {NextHop::Kind::unknown, {}, {}},
          {{subnet.id, "/properties/ipConfigurations", std::string(estate.spelling(owner))}},
          fmt::format(
              "{} is attached to {} and not in the export: whether it is reached from the Internet is not known",
              shown(run.view, owner), shown(run.view, subnet.id)));
      break;  // one is enough to leave the spoke undecided
    }
  }
}

void doubt_peering(TransitRun& run, const model::Peering& peering) {
  if (peering.unread.empty() && peering.is_settled) return;
  const std::string what =
      peering.unread.empty()
          ? std::string("is not provisioned (provisioningState is not Succeeded)")
          : fmt::format("has {} = {}, which is not understood", text::printable(peering.unread.front().pointer),
                        text::printable(peering.unread.front().met));
  run.uncertain(
      Bypass::Way::leaves, kWholeSpoke, AddressSet::all(), {NextHop::Kind::peering, peering.remote, {}},
      {{peering.id, peering.unread.empty() ? "/properties/provisioningState" : peering.unread.front().pointer, "?"}},
      fmt::format("the peering to {} {}", shown(run.view, peering.remote), what));
}

// Azure refuses to peer VNets that overlap; an export that shows it is contradictory or hides which one a packet
// reaches.
void doubt_overlaps(TransitRun& run) {
  struct Space {
    model::ResourceId vnet;
    Prefix prefix;
  };
  std::vector<Space> spaces;
  for (const Prefix& prefix : run.vnet.address_space) spaces.push_back({run.vnet.id, prefix});
  for (const auto& [key, index] : run.view.estate.peerings_by_vnet.of(run.vnet.id)) {
    const model::Peering& peering = run.view.estate.tables().peerings[index];
    doubt_peering(run, peering);
    if (peering_link(run.view, peering).carries == Ternary::no) continue;
    for (const PeeringRange& range : peering_ranges(run.view, peering))
      spaces.push_back({peering.remote, range.prefix});
  }
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size(); ++j) {
      if (spaces[i].vnet == spaces[j].vnet || !spaces[i].prefix.overlaps(spaces[j].prefix)) continue;
      run.uncertain(Bypass::Way::leaves, kWholeSpoke, AddressSet(spaces[j].prefix), {NextHop::Kind::unknown, {}, {}},
                    {{spaces[i].vnet, "/properties/addressSpace/addressPrefixes", to_string(spaces[i].prefix)},
                     {spaces[j].vnet, "/properties/addressSpace/addressPrefixes", to_string(spaces[j].prefix)}},
                    fmt::format("{} of {} and {} of {} overlap: which one a packet reaches is not known",
                                to_string(spaces[i].prefix), shown(run.view, spaces[i].vnet),
                                to_string(spaces[j].prefix), shown(run.view, spaces[j].vnet)));
    }
  }
}

void tell_left_out(TransitRun& run) {
  for (const auto& [id, role] : run.left_out) {
    const Subnet* subnet = run.view.estate.find<Subnet>(id);
    run.assumptions.insert(fmt::format(
        "{} of {} holds platform instances only, {}", shown(run.view, id), shown(run.view, subnet->vnet),
        role == TransitRun::LeftOut::as_destination ? "which do not pass packets on around the firewall"
                                                    : "whose own way to the Internet is Azure's control plane"));
  }
}

// No export holds what gateways learn: a declaration stands in for it. source: azure-semantics.md 7.1
void tell_learned(TransitRun& run) {
  AddressSet learned;
  for (const Prefix& prefix : run.view.designations.learned_prefixes) learned.add(prefix);
  run.assumptions.insert(learned.empty() ? "gateways teach no route, as hubproof.yaml declares"
                                         : fmt::format("gateways teach {} and nothing else, as hubproof.yaml declares",
                                                       to_string(learned)));
}

}  // namespace

// The interface of a private endpoint stands in the network and the endpoint's own row is missing: its /32 is there all
// the same, and groups need not act on it. source: azure-semantics.md 1.6, 3.2
void doubt_lost_endpoints(TransitRun& run, model::ResourceId vnet) {
  const model::Tables& tables = run.view.estate.tables();
  const auto [first, last] = run.shared.lost_endpoints.equal_range(vnet);
  for (auto lost = first; lost != last; ++lost) {
    const model::NetworkInterface& nic = tables.network_interfaces[lost->second.nic];
    AddressSet space;
    for (const Prefix& prefix : tables.subnets[lost->second.subnet].prefixes) space.add(prefix);
    run.uncertain(vnet == run.vnet.id ? Bypass::Way::enters : Bypass::Way::leaves, kWholeSpoke, space,
                  {NextHop::Kind::private_endpoint, nic.private_endpoint, {}},
                  {{nic.id, "/properties/privateEndpoint/id", "not in the export"}},
                  fmt::format("private endpoint {}, whose interface stands in {}, is not in the export or not placed "
                              "there: whether its /32 route leads around the firewall is not known",
                              shown(run.view, nic.private_endpoint), shown(run.view, vnet)));
  }
}

Transit::Transit(const View& view) : shared_(std::make_unique<TransitShared>(view)) {}
Transit::~Transit() = default;

TransitResult Transit::of(const model::SpokeRole& spoke) {
  const View& view = shared_->view;
  TransitRun run{*shared_, view, spoke, view.estate.tables().virtual_networks[spoke.vnet.index()], {}, {}, {}, {}};
  run.result.spoke = spoke.vnet;
  for (const Prefix& prefix : view.designations.direct) {
    run.direct.add(prefix);
    run.assumptions.insert(fmt::format("{} is declared as reachable without the firewall", to_string(prefix)));
  }
  if (view.designations.has_learned_prefixes) tell_learned(run);
  doubt_completeness(run);
  doubt_without_subnets(run);
  doubt_hidden_firewall(run);
  doubt_lost_endpoints(run);
  doubt_attached(run);
  doubt_overlaps(run);
  find_leaving(run);
  find_entering(run);
  find_internet_entries(run);
  find_own_doors(run);
  tell_left_out(run);
  run.result.assumptions.assign(run.assumptions.begin(), run.assumptions.end());
  return std::move(run.result);
}

TransitResult transit(const View& view, const model::SpokeRole& spoke) { return Transit(view).of(spoke); }

}  // namespace hubproof::net
