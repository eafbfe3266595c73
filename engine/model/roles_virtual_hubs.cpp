// Which virtual hubs count as hubs, and which firewalls in them. source: azure-semantics.md 4.5, 7.3
#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/roles_build.h"
#include "engine/model/roles_select.h"

namespace hubproof::model::roles {
namespace {

bool counts(const Build& build, const AzureFirewall& firewall) {
  const auto& selectors = build.designations.firewalls;
  return selectors.empty() || matches_any(build.estate, selectors, firewall.id) == Match::yes;
}

/// The firewalls of a hub that count, each with its hub's id.
void add_firewalls(Build& build, const VirtualHub& hub) {
  std::size_t found = 0;
  for (const auto& [key, index] : build.estate.firewalls_by_hub.of(hub.id)) {
    const AzureFirewall& firewall = build.estate.tables().firewalls[index];
    if (!counts(build, firewall)) continue;
    if (++found == 2) {
      build.ask(
          fmt::format("the virtual hub {} holds several firewalls: name the one that counts in hubproof.yaml "
                      "(designate.firewalls)",
                      build.label(hub.id)));
    }
    if (!firewall.hub_address) {
      build.ask(
          fmt::format("the firewall {} of the virtual hub {} has no readable private address "
                      "(hubIPAddresses.privateIPAddress): export it whole",
                      build.label(firewall.id), build.label(hub.id)));
      continue;
    }
    build.out.firewalls.push_back(
        {firewall.id, hub.id, *firewall.hub_address, "Azure Firewall of a secured virtual hub"});
  }
}

bool has_secured_hub(const Build& build, ResourceId wan) {
  const auto hubs = build.estate.hubs_by_wan.of(wan);
  return std::any_of(hubs.begin(), hubs.end(), [&](const Relation::Pair& entry) {
    const auto firewalls = build.estate.firewalls_by_hub.of(build.estate.tables().virtual_hubs[entry.second].id);
    return std::any_of(firewalls.begin(), firewalls.end(), [&](const Relation::Pair& firewall) {
      return counts(build, build.estate.tables().firewalls[firewall.second]);
    });
  });
}

/// Networks show a peering to the hub's hidden network, and the hub's connections come from the REST API only: without
/// them nothing would be said about its spokes. source: inputs.md A4
void doubt_connections(Build& build, const VirtualHub& hub) {
  for (const Peering& peering : build.estate.tables().peerings) {
    const bool is_there = text::equals(hidden_hub(build.estate, peering.remote), build.estate.name(hub.id));
    if (!is_there || hub_connection(build.estate, peering) != nullptr) continue;
    return build.ask(
        fmt::format("{} is on a virtual hub {}, whose connection to it is not in the export: export the hub's "
                    "hubVirtualNetworkConnections, hubRouteTables and routingIntent (REST API)",
                    build.label(peering.vnet), build.label(hub.id)));
  }
}

}  // namespace

void choose_virtual_hubs(Build& build) {
  const auto& selectors = build.designations.hubs;
  for (const VirtualHub& hub : build.estate.tables().virtual_hubs) {
    const bool is_designated = matches_any(build.estate, selectors, hub.id) == Match::yes;
    if (selectors.empty() ? !has_secured_hub(build, hub.wan) : !is_designated) continue;
    const bool is_secured = !build.estate.firewalls_by_hub.of(hub.id).empty();
    build.out.virtual_hubs.push_back({hub.id, is_designated ? "designated"
                                              : is_secured  ? "holds a firewall"
                                                            : "is in a virtual WAN with a secured hub"});
    add_firewalls(build, hub);
    doubt_connections(build, hub);
  }
}

const HubConnection* connection_of(const Build& build, VnetIndex vnet) {
  for (const auto& [key, index] : build.estate.connections_by_vnet.of(build.vnet(vnet).id)) {
    const HubConnection& connection = build.estate.tables().hub_connections[index];
    if (build.out.is_virtual_hub(connection.hub)) return &connection;
  }
  return nullptr;
}

}  // namespace hubproof::model::roles
