// What about a spoke as a whole is not known: each leaves its claim open. source: azure-semantics.md 0
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/peerings.h"
#include "engine/proof/transit_question.h"

namespace hubproof::proof {

using model::ResourceId;
using model::Subnet;
using model::VirtualNetwork;

// Whoever stands in a GatewaySubnet, when the export shows no gateway there.
bool QuestionBuilder::hides_gateway(const Subnet& subnet) const {
  if (!net::is_named(view_, subnet, "GatewaySubnet")) return false;
  const auto is_gateway = [](const model::Gateway& gateway) { return !gateway.is_route_server; };
  for (const auto& [key, index] : estate_.gateways_by_vnet.of(subnet.vnet)) {
    if (is_gateway(estate_.tables().gateways[index])) return false;
  }
  const auto users = estate_.peerings_by_remote.of(subnet.vnet);
  const auto& gateways = estate_.tables().gateways;
  return !subnet.attached.empty() || std::any_of(users.begin(), users.end(), [&](const auto& entry) {
    const auto& uses = estate_.tables().peerings[entry.second].use_remote_gateways;
    return uses.value_or_default(false) != false;
  }) || std::any_of(gateways.begin(), gateways.end(), [&](const model::Gateway& gateway) {
    return is_gateway(gateway) && gateway.subnets.empty();
  });
}

// A spoke with the subnet of a firewall and no firewall: whoever stands there is not in the export.
bool QuestionBuilder::hides_firewall(const Subnet& subnet) const {
  return (net::is_named(view_, subnet, "AzureFirewallSubnet") ||
          net::is_named(view_, subnet, "AzureFirewallManagementSubnet")) &&
         estate_.firewalls_by_vnet.of(subnet.vnet).empty();
}

// Interfaces of endpoints whose own row is missing. source: azure-semantics.md 1.6 (the /32 follows from the endpoint)
void QuestionBuilder::doubt_lost_endpoints(ResourceId vnet, SpokeQuestions& out) const {
  for (const auto& [vnet_id, at] : estate_.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = estate_.tables().subnets[at];
    for (const auto& [subnet_id, index] : estate_.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = estate_.tables().network_interfaces[index];
      if (!nic.private_endpoint.is_set()) continue;
      const auto* endpoint = estate_.find<model::PrivateEndpoint>(nic.private_endpoint);
      if (endpoint != nullptr && endpoint->subnet == subnet.id) continue;
      out.doubts.push_back({{nic.id, "/properties/privateEndpoint/id", "not in the export"},
                            fmt::format("the private endpoint of {} is not in the export", estate_.name(nic.id)),
                            Doubt::Reach::all});
    }
  }
}

// Networks that overlap cannot be peered: where an export shows it, either may have what is sent to both. source:
// learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering#requirements-and-constraints
void QuestionBuilder::doubt_overlaps(const VirtualNetwork& vnet, SpokeQuestions& out) const {
  std::vector<std::pair<Prefix, ResourceId>> spaces;
  for (const Prefix& prefix : vnet.address_space) spaces.emplace_back(prefix, vnet.id);
  const auto add = [&](const model::Peering& peering) {
    if (net::peering_link(view_, peering).carries == Ternary::no) return;
    for (const net::PeeringRange& range : net::peering_ranges(view_, peering))
      spaces.emplace_back(range.prefix, peering.remote);
    // The spoke's addresses, once more behind the same peer.
    for (const auto& [key, index] : estate_.peerings_by_vnet.of(peering.remote)) {
      const model::Peering& other = estate_.tables().peerings[index];
      const bool is_rival = other.remote != vnet.id && net::may_route(view_, other, vnet.address_space) &&
                            net::peering_link(view_, other).carries != Ternary::no;
      if (is_rival) doubt_overlap(vnet.id, other.remote, out);
    }
  };
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(vnet.id)) add(estate_.tables().peerings[index]);
  std::sort(spaces.begin(), spaces.end());
  for (std::size_t i = 0; i < spaces.size(); ++i) {
    for (std::size_t j = i + 1; j < spaces.size() && spaces[i].first.contains(spaces[j].first); ++j) {
      if (spaces[i].second != spaces[j].second) doubt_overlap(spaces[i].second, spaces[j].second, out);
    }
  }
}

void QuestionBuilder::doubt_overlap(ResourceId a, ResourceId b, SpokeQuestions& out) const {
  out.doubts.push_back(
      {{a, "/properties/addressSpace", "overlaps"},
       fmt::format("{} and {} overlap: which one a packet reaches is not known", estate_.name(a), estate_.name(b)),
       Doubt::Reach::all});
}

// Whatever stands in the spoke and is not shown may be entered from the Internet.
void QuestionBuilder::doubt_strangers(const Subnet& subnet, SpokeQuestions& out) const {
  const auto stranger =
      std::find_if(subnet.attached.begin(), subnet.attached.end(), [&](ResourceId id) { return !estate_.holds(id); });
  if (stranger == subnet.attached.end()) return;
  out.doubts.push_back({{subnet.id, "/properties/ipConfigurations", std::string(estate_.spelling(*stranger))},
                        fmt::format("{} in {} is not in the export: it may have a public address",
                                    estate_.name(*stranger), estate_.name(subnet.id)),
                        Doubt::Reach::all});
}

// source: azure-semantics.md 0 (what is not understood is unknown)
void QuestionBuilder::doubts_of_spoke(const model::SpokeRole& spoke, SpokeQuestions& out) const {
  const VirtualNetwork& vnet = estate_.tables().virtual_networks[spoke.vnet.index()];
  for (const model::Gap* gap : estate_.gaps_in(model::ArgTable::resources)) {
    out.doubts.push_back(
        {{vnet.id, "", gap->code}, fmt::format("the export is not complete: {}", gap->message), Doubt::Reach::all});
  }
  if (estate_.subnets_by_vnet.of(vnet.id).empty()) {
    out.doubts.push_back({{vnet.id, "/properties/subnets", "none"},
                          fmt::format("{} has no subnet that the export shows", estate_.name(vnet.id)),
                          Doubt::Reach::all});
  }
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(vnet.id)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    if (!peering.unread.empty() || !peering.is_settled) {
      out.doubts.push_back({{peering.id, "", "not understood or not settled"},
                            fmt::format("what the peering to {} carries is not known", estate_.name(peering.remote)),
                            Doubt::Reach::all});
    }
    const bool has_back =
        peering.connected_group.is_set() || net::find_peering(view_, peering.remote, vnet.id) != nullptr;
    const bool is_held = estate_.find<VirtualNetwork>(peering.remote) != nullptr && has_back;
    if (is_held || net::peering_link(view_, peering).carries == Ternary::no) continue;
    if (model::hub_connection(estate_, peering) != nullptr) continue;  // see ask_hubs()
    out.doubts.push_back({{peering.id, "/properties/remoteVirtualNetwork/id", "not in the export"},
                          fmt::format("{} is peered to the spoke and not in the export: its routes are not known",
                                      estate_.name(peering.remote)),
                          Doubt::Reach::all});
  }
  doubt_lost_endpoints(vnet.id, out);
  doubt_overlaps(vnet, out);
  for (const auto& [key, index] : estate_.peerings_by_vnet.of(vnet.id)) {
    const model::Peering& peering = estate_.tables().peerings[index];
    if (net::peering_link(view_, peering).carries != Ternary::no) doubt_lost_endpoints(peering.remote, out);
  }
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    doubt_strangers(subnet, out);
    if (hides_firewall(subnet)) {
      out.doubts.push_back({{subnet.id, "", "no firewall"},
                            fmt::format("{} holds no firewall that the export shows", estate_.name(subnet.id)),
                            Doubt::Reach::all});
    }
  }
}

}  // namespace hubproof::proof
