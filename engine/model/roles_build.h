// The steps of infer_roles, in their order. Used by the roles_*.cpp files only.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/model/roles.h"

namespace hubproof::model::roles {

/// A device that counts as the hub firewall when its VNet is a hub.
struct Candidate {
  ResourceId firewall;  ///< the VNet's id for a declared appliance
  VnetIndex vnet;
  std::vector<Ipv4> addresses;  ///< empty: the export does not say
  bool is_appliance = false;
  std::string reason;
};

struct Build {
  const Estate& estate;
  const Designations& designations;
  Roles out;
  std::vector<std::vector<VnetIndex>> peers;  ///< by VNet: peered VNets that the export holds, sorted
  std::vector<Candidate> candidates;
  std::set<std::pair<VnetIndex, VnetIndex>> doubtful_hubs;  ///< pairs that a sentence has named

  const VirtualNetwork& vnet(VnetIndex index) const { return estate.tables().virtual_networks[index.index()]; }
  std::string label(ResourceId id) const;  ///< the name in quotes, printable
  std::string label(VnetIndex index) const { return label(vnet(index).id); }
  /// Position of a VNet that the export holds.
  std::optional<VnetIndex> find_vnet(ResourceId id) const;
  bool has_address(VnetIndex index, Ipv4 address) const;
  bool same_region(VnetIndex a, VnetIndex b) const;
  void ask(std::string sentence) { out.ambiguities.push_back(std::move(sentence)); }
};

void link_peers(Build& build);
void collect_candidates(Build& build);
/// Hubs of virtual WANs with a secured hub, and the firewalls in them.
void choose_virtual_hubs(Build& build);
/// The connection to such a hub, or nullptr.
const HubConnection* connection_of(const Build& build, VnetIndex vnet);
void choose_hubs(Build& build);
/// Candidates in hubs become Roles::firewalls.
void place_firewalls(Build& build);
void choose_spokes(Build& build);
/// VNets left over, and remote VNets that the export does not hold.
void report_others(Build& build);
void find_ambiguities(Build& build);
/// Selectors that match nothing.
void check_designations(Build& build);

/// Addresses of a VirtualAppliance route, one or (ECMP) several; empty for other next hops and unreadable routes.
std::vector<Ipv4> appliance_addresses(const Route& route);

/// Calls visit(address) for every appliance next hop of the route tables on a VNet's subnets.
template <class Visit>
void for_each_next_hop(const Build& build, VnetIndex vnet, Visit visit) {
  const Estate& e = build.estate;
  for (const auto& [id, position] : e.subnets_by_vnet.of(build.vnet(vnet).id)) {
    const RouteTable* table = e.find<RouteTable>(e.tables().subnets[position].route_table);
    if (table == nullptr) continue;
    for (const Route& route : table->routes) {
      for (const Ipv4 address : appliance_addresses(route)) visit(address);
    }
  }
}

}  // namespace hubproof::model::roles
