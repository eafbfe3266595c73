#include "engine/model/roles.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/roles_build.h"

namespace hubproof::model {
namespace roles {

std::string Build::label(ResourceId id) const { return fmt::format("\"{}\"", text::printable(estate.name(id))); }

std::optional<VnetIndex> Build::find_vnet(ResourceId id) const {
  const VirtualNetwork* found = estate.find<VirtualNetwork>(id);
  if (found == nullptr) return std::nullopt;
  return VnetIndex(estate.index_of(*found));
}

bool Build::has_address(VnetIndex index, Ipv4 address) const {
  const auto& space = vnet(index).address_space;
  return std::any_of(space.begin(), space.end(), [&](Prefix prefix) { return prefix.contains(address); });
}

// "East US 2" and "eastus2" are one region (rule-catalogue.md, conventions).
bool Build::same_region(VnetIndex a, VnetIndex b) const {
  const auto normal = [](std::string_view location) {
    std::string region = text::lower(location);
    region.erase(std::remove(region.begin(), region.end(), ' '), region.end());
    return region;
  };
  return normal(vnet(a).location) == normal(vnet(b).location);
}

void link_peers(Build& build) {
  const Tables& t = build.estate.tables();
  build.peers.assign(t.virtual_networks.size(), {});
  for (const Peering& peering : t.peerings) {
    if (peering.connected_group.is_set()) continue;  // a mesh has no centre
    const auto a = build.find_vnet(peering.vnet);
    const auto b = build.find_vnet(peering.remote);
    // Either side shows the peering: what one reader may see, another may not (azure-semantics.md 0).
    if (!a || !b || *a == *b) continue;
    build.peers[a->index()].push_back(*b);
    build.peers[b->index()].push_back(*a);
  }
  for (auto& peers : build.peers) {
    std::sort(peers.begin(), peers.end());
    peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  }
}

std::vector<Ipv4> appliance_addresses(const Route& route) {
  const bool is_appliance =
      route.next_hop == NextHopType::virtual_appliance || route.next_hop == NextHopType::virtual_appliance_ecmp;
  if (!route.is_usable || !is_appliance) return {};
  return {route.next_hop_addresses.begin(), route.next_hop_addresses.end()};
}

}  // namespace roles

namespace {

/// The role of `vnet` in a list sorted by VNet, or nullptr.
template <class Role>
const Role* find_role(const std::vector<Role>& list, VnetIndex vnet) {
  const auto at =
      std::lower_bound(list.begin(), list.end(), vnet, [](const Role& role, VnetIndex key) { return role.vnet < key; });
  return at != list.end() && at->vnet == vnet ? &*at : nullptr;
}

}  // namespace

bool Roles::is_hub(VnetIndex vnet) const { return find_role(hubs, vnet) != nullptr; }
bool Roles::is_spoke(VnetIndex vnet) const { return spoke(vnet) != nullptr; }
const SpokeRole* Roles::spoke(VnetIndex vnet) const { return find_role(spokes, vnet); }

bool Roles::is_virtual_hub(ResourceId hub) const {
  return std::any_of(virtual_hubs.begin(), virtual_hubs.end(),
                     [&](const VirtualHubRole& role) { return role.hub == hub; });
}

// A linear search on purpose: an estate has one firewall per hub, a handful.
const FirewallRole* Roles::firewall_at(ResourceId vnet, Ipv4 address) const {
  for (const FirewallRole& role : firewalls) {
    if (role.vnet == vnet && role.address == address) return &role;
  }
  return nullptr;
}

Roles infer_roles(const Estate& estate, const Designations& designations) {
  roles::Build build{estate, designations, {}, {}, {}, {}};
  roles::link_peers(build);
  roles::collect_candidates(build);
  roles::choose_virtual_hubs(build);
  roles::choose_hubs(build);
  roles::place_firewalls(build);
  roles::choose_spokes(build);
  roles::report_others(build);
  roles::find_ambiguities(build);
  roles::check_designations(build);
  std::sort(build.out.ambiguities.begin(), build.out.ambiguities.end());
  return std::move(build.out);
}

}  // namespace hubproof::model
