// HP-TRN-005 and HP-TRN-008: what a spoke is linked to, and whether the link to its hub is in working order.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::check {
namespace {

using model::Peering;
using model::PeeringState;
using model::PeeringSyncLevel;
using model::View;
using model::VnetIndex;

constexpr std::string_view kManagers = "microsoft.network/networkmanagers";
constexpr std::string_view kState = "/properties/peeringState";

std::string state_text(const Peering& peering) {
  return peering.state.is_known() ? std::string(model::name(peering.state.value())) : std::string("not known");
}

/// Calls `visit` with each peering object between the spoke and another network, from either side.
template <class Visit>
void for_each_link(const Scope& scope, model::ResourceId spoke, Visit visit) {
  for (const auto& [id, index] : scope.estate().peerings_by_vnet.of(spoke)) {
    visit(scope.tables().peerings[index], scope.tables().peerings[index].remote);
  }
  for (const auto& [id, index] : scope.estate().peerings_by_remote.of(spoke)) {
    visit(scope.tables().peerings[index], scope.tables().peerings[index].vnet);
  }
}

// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration (connected groups show
// in no peering)
void judge_group(const Scope& scope, const Peering& link, Judgement& judgement) {
  const std::string between = fmt::format("{} with the spoke {}", scope.label(link.vnet), scope.label(link.remote));
  judgement.fact(link.id, "/properties", fmt::format("ConnectedGroup of {}", scope.label(link.connected_group)));
  if (link.state.is(PeeringState::connected)) {
    judgement.fail(
        fmt::format("the connectivity configuration {} joins {} directly", scope.label(link.connected_group), between),
        "no connected group of spokes");
  } else {
    judgement.doubt(fmt::format("whether the connectivity configuration {} joins {} is not known",
                                scope.label(link.connected_group), between),
                    "the effective connectivity configurations and network group memberships of both");
  }
}

// Either side Connected counts: an export may hold both sides from different moments.
// source: azure-semantics.md 2.1
void judge_lateral(const Scope& scope, VnetIndex spoke, const Peering& peering, model::ResourceId other,
                   Judgement& judgement) {
  const VnetIndex other_vnet = scope.vnet_index(other);
  if (other_vnet == spoke || model::hub_connection(scope.estate(), peering) != nullptr) return;
  const bool is_off = peering.state.is_known() && !peering.state.is(PeeringState::connected);
  if (is_off) return;
  if (!other_vnet.is_set()) {
    return judgement.doubt(
        fmt::format("it is peered with {}, which is not in the export and may be a spoke", scope.label(other)),
        "an export of that network's subscription");
  }
  if (!scope.is_spoke(other_vnet)) return;
  if (peering.connected_group.is_set()) {
    if (peering.remote == other) judge_group(scope, peering, judgement);  // the other direction says the same
    return;
  }
  judgement.fact(peering.id, std::string(kState), state_text(peering));
  if (peering.state.is(PeeringState::connected)) {
    judgement.fail(fmt::format("{} is peered with the spoke {}", scope.label(scope.vnet(spoke).id), scope.label(other)),
                   "no peering between spokes");
  } else {
    judgement.doubt(fmt::format("the state of the peering with the spoke {} is not known", scope.label(other)));
  }
}

/// What a network manager does that the rows do not settle, and what it may do in another tenant.
/// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration
std::optional<Doubt> network_manager(const View& view) {
  for (const auto& found : view.estate.tables().unmodelled_network) {
    if (!text::starts_with(found.type, kManagers)) continue;
    // Those name the networks that they leave open; user rules and admin rules join nothing.
    const std::string_view part = std::string_view(found.type).substr(kManagers.size());
    if (text::starts_with(part, "/security") || text::starts_with(part, "/connectivity")) continue;
    return Doubt{fmt::format("the network manager resource {} may connect spokes directly, which is not modelled",
                             text::printable(view.estate.name(found.id))),
                 "the effective connectivity configurations of the network"};
  }
  return std::nullopt;
}

void judge_unmodelled(const Scope& scope, VnetIndex spoke, Judgement& judgement) {
  const auto doubt = [&](model::ResourceId touched) {
    for (const auto& [id, index] : scope.estate().taints_by_resource.of(touched)) {
      const auto& found = scope.tables().unmodelled_network[index];
      if (text::starts_with(found.type, std::string(kManagers) + "/security")) continue;
      judgement.doubt(fmt::format("{} ({}) touches {} and is not modelled", scope.label(found.id),
                                  text::printable(found.type), scope.label(touched)));
    }
  };
  doubt(scope.vnet(spoke).id);
  // A connection between gateways of two networks names the gateways.
  for (const auto& [id, index] : scope.estate().gateways_by_vnet.of(scope.vnet(spoke).id))
    doubt(scope.tables().gateways[index].id);
}

/// Spokes on one virtual WAN reach each other by the routers of its hubs, unless a policy for private traffic is on the
/// spoke's own hub. source: azure-semantics.md 7.3 (any-to-any by default)
void judge_virtual_wan(const Scope& scope, VnetIndex spoke, Judgement& judgement) {
  const model::Estate& e = scope.estate();
  for (const auto& [key, index] : e.connections_by_vnet.of(scope.vnet(spoke).id)) {
    const model::HubConnection& own = scope.tables().hub_connections[index];
    const net::HubRouting routing = net::hub_routing(scope.view(), own.hub);
    judgement.doubt(doubt_about(scope.view(), own));
    if (!routing.doubt.empty()) {
      judgement.fact(routing.fact);
      judgement.doubt(routing.doubt);
      continue;
    }
    if (net::inspects_private(routing)) {
      judgement.fact(routing.private_traffic.intent, "/properties/routingPolicies", "PrivateTraffic");
      continue;
    }
    for (const auto& [wan, at] : e.hubs_by_wan.of(routing.hub->wan)) {
      const model::VirtualHub& hub = scope.tables().virtual_hubs[at];
      if (hub.id != own.hub && net::inspects_private(net::hub_routing(scope.view(), hub.id))) continue;
      for (const auto& [id, other] : e.connections_by_hub.of(hub.id)) {
        const model::HubConnection& connection = scope.tables().hub_connections[other];
        if (connection.vnet == own.vnet || !scope.is_spoke(scope.vnet_index(connection.vnet))) continue;
        judgement.fact(own.hub, "", "no routing policy for PrivateTraffic");
        // Custom route tables may keep them apart: HP-TRN-015 follows them.
        judgement.doubt(
            fmt::format("{} is on the same virtual WAN, and virtual hub {} has no routing policy for private "
                        "traffic: its route tables decide whether they are joined",
                        scope.label(connection.vnet), scope.label(own.hub)),
            "a routing intent of the hub");
        return;
      }
    }
  }
}

/// How a link to a hub is judged: `near` is the spoke's side, `far` the hub's.
struct Link {
  const Peering* near = nullptr;
  const Peering* far = nullptr;
};

void judge_state(const Scope& scope, const Peering& peering, Judgement& judgement) {
  const std::string where = scope.label(peering.vnet);
  judgement.fact(peering.id, std::string(kState), state_text(peering));
  if (!peering.state.is_known()) {
    judgement.doubt(fmt::format("the state of the peering on the side of {} is not known", where));
  } else if (!peering.state.is(PeeringState::connected)) {
    judgement.fail(fmt::format("the peering on the side of {} is {}", where, state_text(peering)),
                   "Connected on both sides");
  }
  if (!peering.sync_level.is_known()) {
    judgement.doubt(fmt::format("the sync level of the peering on the side of {} is not known", where));
  } else if (!peering.sync_level.is(PeeringSyncLevel::fully_in_sync)) {
    judgement.fact(peering.id, "/properties/peeringSyncLevel", std::string(model::name(peering.sync_level.value())));
    judgement.fail(fmt::format("the peering on the side of {} is {}", where, model::name(peering.sync_level.value())),
                   "FullyInSync");
  }
}

/// A flag that must be true.
void judge_flag(const Scope& scope, const Peering& peering, const model::Setting<bool>& flag, bool when_absent,
                std::string_view name, Judgement& judgement) {
  const auto value = flag.value_or_default(when_absent);
  if (!value) {
    judgement.doubt(fmt::format("{} on the side of {} is not understood", name, scope.label(peering.vnet)));
  } else if (!*value) {
    judgement.fact(peering.id, fmt::format("/properties/{}", name), flag.is_absent() ? "absent -> false" : "false");
    judgement.fail(fmt::format("{} is false on the side of {}", name, scope.label(peering.vnet)),
                   fmt::format("{} true", name));
  }
}

/// All subnets of the spoke are among the joined ones, and the firewall's of the hub.
bool joins_spoke_and_firewall(const Scope& scope, const Peering& peering, const net::JoinedSubnets& joined) {
  const bool is_near = scope.is_spoke(scope.vnet_index(peering.vnet));
  const auto& of_spoke = is_near ? joined.local : joined.remote;
  const auto& of_hub = is_near ? joined.remote : joined.local;
  const std::vector<const model::Subnet*> all =
      scope.subnets(scope.vnet_index(is_near ? peering.vnet : peering.remote));
  return !joined.only_v6 && of_spoke.size() == all.size() &&
         std::any_of(of_hub.begin(), of_hub.end(), [&](std::uint32_t index) {
           return net::is_named(scope.view(), scope.tables().subnets[index], "AzureFirewallSubnet");
         });
}

// A subnet that is left out does not reach the hub; whether that is meant the export does not say.
// source: learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering; azure-semantics.md 2.3
void doubt_subnet_peering(const Scope& scope, const Peering& peering, Judgement& judgement) {
  const auto is_complete = peering.complete_vnets.value_or_default(true);
  if (is_complete == true && peering.only_v6.value_or_default(false) == false) return;
  judgement.fact(peering.id, "/properties/peerCompleteVnets", is_complete ? "false" : "not understood");
  const std::optional<net::JoinedSubnets> joined = net::joined_subnets(scope.view(), peering);
  if (joined && joins_spoke_and_firewall(scope, peering, *joined)) return;
  judgement.doubt(fmt::format("the peering on the side of {} joins only some subnets (peerCompleteVnets is not true)",
                              scope.label(peering.vnet)),
                  "peerCompleteVnets true");
}

// source: learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering (useRemoteGateways needs
// allowGatewayTransit)
void judge_transit_pair(const Link& link, Judgement& judgement) {
  if (!link.near->use_remote_gateways.is(true)) {
    if (link.near->use_remote_gateways.is_unreadable()) judgement.doubt("useRemoteGateways is not understood");
    return;
  }
  const auto allows = link.far->allow_gateway_transit.value_or_default(false);
  if (!allows) {
    judgement.doubt("allowGatewayTransit of the hub is not understood");
  } else if (!*allows) {
    judgement.fact(link.near->id, "/properties/useRemoteGateways", "true");
    judgement.fail("useRemoteGateways is true but the hub's side has no allowGatewayTransit",
                   "allowGatewayTransit true on the hub's side");
  }
}

Finding judge_link(const Scope& scope, VnetIndex spoke, VnetIndex hub) {
  const model::ResourceId spoke_id = scope.vnet(spoke).id;
  const model::ResourceId hub_id = scope.vnet(hub).id;
  const Link link{net::find_peering(scope.view(), spoke_id, hub_id), net::find_peering(scope.view(), hub_id, spoke_id)};
  Judgement judgement(link.near != nullptr ? link.near->id : link.far != nullptr ? link.far->id : spoke_id);
  for (const bool is_near : {true, false}) {
    const Peering* peering = is_near ? link.near : link.far;
    const model::ResourceId owner = is_near ? spoke_id : hub_id;
    const model::ResourceId other = is_near ? hub_id : spoke_id;
    if (peering == nullptr) {
      // A network that was not read whole may hold the missing side.
      if (const auto doubt = doubt_about(scope.view(), scope.vnet(is_near ? spoke : hub)); doubt) {
        judgement.doubt(doubt);
        continue;
      }
      judgement.fact(owner, "/properties/virtualNetworkPeerings", "no peering with " + scope.label(other));
      judgement.fail(fmt::format("{} has no peering with {}", scope.label(owner), scope.label(other)),
                     "a peering on both sides");
      continue;
    }
    judge_state(scope, *peering, judgement);
    judge_flag(scope, *peering, peering->allow_access, true, "allowVirtualNetworkAccess", judgement);
    doubt_subnet_peering(scope, *peering, judgement);
    judgement.doubt(doubt_about(scope.view(), *peering));
  }
  if (link.near != nullptr)
    judge_flag(scope, *link.near, link.near->allow_forwarded, false, "allowForwardedTraffic", judgement);
  if (link.near != nullptr && link.far != nullptr) judge_transit_pair(link, judgement);
  return std::move(judgement).finding();
}

/// Peerings with networks that are no hub.
void judge_strangers(const Scope& scope, const model::SpokeRole& spoke, Findings& out) {
  for (const auto& [id, index] : scope.estate().peerings_by_vnet.of(scope.vnet(spoke.vnet).id)) {
    const Peering& peering = scope.tables().peerings[index];
    const VnetIndex other = scope.vnet_index(peering.remote);
    if (scope.is_hub(other) || peering.connected_group.is_set()) continue;
    if (peering.state.is_known() && !peering.state.is(PeeringState::connected)) continue;
    Judgement judgement(peering.id);
    judgement.fact("/properties/remoteVirtualNetwork/id", text::printable(scope.estate().spelling(peering.remote)));
    if (!other.is_set()) {
      judgement.doubt(fmt::format("it leads to {}, which is not in the export", scope.label(peering.remote)),
                      "an export of that network's subscription");
    } else {
      judgement.fail(
          fmt::format("{} is peered with {}, which is no hub", scope.label(peering.vnet), scope.label(peering.remote)),
          "peerings with hubs only");
    }
    out.findings.push_back(std::move(judgement).finding());
  }
}

/// Peerings of hubs that do not say where they lead: the other end may be a spoke.
void judge_unread_peerings(const Scope& scope, Findings& out) {
  for (const model::HubRole& hub : scope.view().roles.hubs) {
    for (const auto& [id, index] : scope.estate().taints_by_resource.of(scope.vnet(hub.vnet).id)) {
      const auto& found = scope.tables().unmodelled_network[index];
      if (found.type == "microsoft.network/virtualnetworks/virtualnetworkpeerings")
        out.findings.push_back(undecided(found.id, "where it leads is not understood", "its remote virtual network"));
    }
  }
}

}  // namespace

Findings no_direct_spoke_link(const View& view) {
  const Scope scope(view);
  const std::optional<Doubt> manager = network_manager(view);
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    const model::VirtualNetwork& vnet = scope.vnet(spoke.vnet);
    Judgement judgement(vnet.id);
    std::size_t links = 0;
    for_each_link(scope, vnet.id, [&](const Peering& peering, model::ResourceId other) {
      ++links;
      judge_lateral(scope, spoke.vnet, peering, other, judgement);
      judgement.doubt(doubt_about(view, peering));
    });
    if (!judgement.is_failed())
      judgement.fact("/properties/virtualNetworkPeerings", fmt::format("{} peering objects, none with a spoke", links));
    judgement.doubt(manager);
    judge_virtual_wan(scope, spoke.vnet, judgement);
    judge_unmodelled(scope, spoke.vnet, judgement);
    judgement.doubt(doubt_about(view, vnet));
    out.findings.push_back(std::move(judgement).finding());
  }
  return finish_transit(view, std::move(out));
}

Findings spoke_peering_in_order(const View& view) {
  const Scope scope(view);
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    const model::ResourceId id = scope.vnet(spoke.vnet).id;
    if (const std::string wan = scope.virtual_wan(spoke.vnet); !wan.empty()) {
      out.findings.push_back(inapplicable(id, wan));
      continue;
    }
    if (spoke.hubs.empty()) {
      Judgement judgement(id);
      judgement.fact("/properties/virtualNetworkPeerings", "no peering with a hub");
      judgement.fail("the spoke is peered with no hub", "a peering with its hub");
      judgement.doubt(doubt_about(view, scope.vnet(spoke.vnet)));
      out.findings.push_back(std::move(judgement).finding());
    }
    for (const VnetIndex hub : spoke.hubs) out.findings.push_back(judge_link(scope, spoke.vnet, hub));
    judge_strangers(scope, spoke, out);
  }
  judge_unread_peerings(scope, out);
  return finish_transit(view, std::move(out));
}

}  // namespace hubproof::check
