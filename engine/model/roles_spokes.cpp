// Which VNets are spokes, and what is said of those that are neither. source: inputs.md C4; azure-semantics.md 7.3
#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/roles_build.h"
#include "engine/model/roles_select.h"
#include "engine/value/arm_id.h"

namespace hubproof::model::roles {
namespace {

std::string names_of(const Build& build, const std::vector<VnetIndex>& vnets) {
  constexpr std::size_t kShown = 3;
  std::string out;
  for (std::size_t i = 0; i < vnets.size() && i < kShown; ++i) out += (i == 0 ? "" : ", ") + build.label(vnets[i]);
  if (vnets.size() > kShown) out += fmt::format(" and {} more", vnets.size() - kShown);
  return out;
}

std::string reason_of_other(const Build& build, VnetIndex vnet) {
  const Estate& e = build.estate;
  const ResourceId id = build.vnet(vnet).id;
  bool has_outside = false;
  for (const auto& [key, position] : e.peerings_by_vnet.of(id)) {
    const ResourceId remote = e.tables().peerings[position].remote;
    if (!remote.is_set()) continue;
    const std::string_view hub = hidden_hub(e, remote);
    if (!hub.empty()) {
      const bool is_known = hub_connection(e, e.tables().peerings[position]) != nullptr;
      return fmt::format("connected to the Virtual WAN hub \"{}\", {}", text::printable(hub),
                         is_known ? "which is no secured hub and in no virtual WAN with one"
                                  : "whose connections are not in the export");
    }
    has_outside = has_outside || !e.holds(remote);
  }
  const auto& peers = build.peers[vnet.index()];
  if (!peers.empty()) return fmt::format("peered with networks that are no hub: {}", names_of(build, peers));
  return has_outside ? "peered only with networks that the export does not hold" : "isolated: no peering";
}

// Such a network may be peered with a hub that does not show its side either.
bool hides_peerings(const Estate& estate, const VirtualNetwork& vnet) {
  const auto taints = estate.taints_by_resource.of(vnet.id);
  const auto is_list = [](const Unread& unread) {
    return text::starts_with(unread.pointer, "/properties/virtualNetworkPeerings");
  };
  const auto is_peering = [&](const auto& taint) {
    return estate.tables().unmodelled_network[taint.second].type ==
           "microsoft.network/virtualnetworks/virtualnetworkpeerings";
  };
  return std::any_of(vnet.unread.begin(), vnet.unread.end(), is_list) ||
         std::any_of(taints.begin(), taints.end(), is_peering);
}

void report_missing(Build& build) {
  const Estate& e = build.estate;
  auto& missing = build.out.spoke_candidates_missing;
  const auto note = [&](ResourceId id) {
    if (id.is_set() && !build.find_vnet(id) && hidden_hub(e, id).empty()) missing.push_back(id);
  };
  for (const OtherVnet& other : build.out.others) {
    if (hides_peerings(e, build.vnet(other.vnet))) missing.push_back(build.vnet(other.vnet).id);
  }
  for (const HubRole& hub : build.out.hubs) {
    const ResourceId id = build.vnet(hub.vnet).id;
    for (const auto& [key, position] : e.peerings_by_vnet.of(id)) note(e.tables().peerings[position].remote);
    for (const auto& [key, position] : e.peerings_by_remote.of(id)) note(e.tables().peerings[position].vnet);
  }
  for (const HubConnection& connection : e.tables().hub_connections) {
    if (build.out.is_virtual_hub(connection.hub)) note(connection.vnet);
  }
  std::sort(missing.begin(), missing.end(),
            [&](ResourceId a, ResourceId b) { return text::compare(e.spelling(a), e.spelling(b)) < 0; });
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
}

}  // namespace

void choose_spokes(Build& build) {
  for (std::uint32_t i = 0; i < build.peers.size(); ++i) {
    const VnetIndex vnet(i);
    const ResourceId id = build.vnet(vnet).id;
    const bool is_designated = matches_any(build.estate, build.designations.spokes, id) == Match::yes;
    if (build.out.is_hub(vnet)) {
      if (is_designated) {
        build.ask(
            fmt::format("{} is designated both as a hub and as a spoke: mend designate.hubs or designate.spokes in "
                        "hubproof.yaml",
                        build.label(vnet)));
      }
      continue;
    }
    SpokeRole role;
    role.vnet = vnet;
    for (const VnetIndex peer : build.peers[i]) {
      if (build.out.is_hub(peer)) role.hubs.push_back(peer);
    }
    const HubConnection* connection = connection_of(build, vnet);
    if (connection != nullptr) role.virtual_hub = connection->hub;
    if (role.hubs.empty() && connection == nullptr && !is_designated) continue;
    role.tenant = text::lower(arm_subscription(build.estate.spelling(id)));
    role.reason = is_designated        ? "designated"
                  : !role.hubs.empty() ? fmt::format("peered with the hub {}", names_of(build, role.hubs))
                                       : fmt::format("connected to the virtual hub {}", build.label(role.virtual_hub));
    build.out.spokes.push_back(std::move(role));
  }
}

void report_others(Build& build) {
  for (std::uint32_t i = 0; i < build.peers.size(); ++i) {
    const VnetIndex vnet(i);
    if (build.out.is_hub(vnet) || build.out.is_spoke(vnet)) continue;
    build.out.others.push_back({vnet, reason_of_other(build, vnet)});
  }
  report_missing(build);
}

}  // namespace hubproof::model::roles
