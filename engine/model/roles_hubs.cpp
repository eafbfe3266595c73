// Which VNets are hubs and which devices count as their firewall. source: inputs.md C4; azure-semantics.md 1.4
#include <algorithm>
#include <map>

#include "engine/core/text.h"
#include "engine/model/roles_build.h"
#include "engine/model/roles_select.h"
#include "engine/value/arm_id.h"

namespace hubproof::model::roles {
namespace {

/// The VNet id of a firewall: the parent of its ipConfigurations' subnet.
ResourceId vnet_of(const Build& build, const AzureFirewall& firewall) {
  for (const AzureFirewall::IpConfiguration& ip : firewall.ip_configurations) {
    if (!ip.subnet.is_set()) continue;
    const Subnet* subnet = build.estate.find<Subnet>(ip.subnet);
    if (subnet != nullptr) return subnet->vnet;
    return build.estate.ids().find(arm_parent(build.estate.spelling(ip.subnet)));
  }
  return {};
}

void add_firewall(Build& build, const AzureFirewall& firewall) {
  const auto& ips = firewall.ip_configurations;
  const bool is_in_vnet = std::any_of(ips.begin(), ips.end(), [](const auto& ip) { return ip.subnet.is_set(); });
  if (!is_in_vnet) return;  // a secured virtual hub's: no VNet holds it (azure-semantics.md 4.5)
  const auto vnet = build.find_vnet(vnet_of(build, firewall));
  if (!vnet) {
    build.ask(
        fmt::format("the firewall {} stands in a virtual network that the export does not hold: export it, or "
                    "designate the hubs in hubproof.yaml (designate.hubs)",
                    build.label(firewall.id)));
    return;
  }
  Candidate candidate;
  candidate.firewall = firewall.id;
  candidate.vnet = *vnet;
  for (const AzureFirewall::IpConfiguration& ip : ips) {
    if (ip.address) candidate.addresses.push_back(*ip.address);
  }
  std::sort(candidate.addresses.begin(), candidate.addresses.end());
  candidate.addresses.erase(std::unique(candidate.addresses.begin(), candidate.addresses.end()),
                            candidate.addresses.end());
  const bool is_designated = !build.designations.firewalls.empty();
  candidate.reason = is_designated ? "designated" : "Azure Firewall in a hub";
  build.candidates.push_back(std::move(candidate));
}

std::vector<VnetIndex> vnets_named(const Build& build, const DeclaredAppliance& appliance) {
  std::vector<VnetIndex> out;
  const auto& all = build.estate.tables().virtual_networks;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    const VnetIndex vnet(i);
    const bool by_name = text::equals(appliance.vnet, build.estate.name(all[i].id)) ||
                         text::equals(appliance.vnet, build.estate.spelling(all[i].id));
    if (appliance.vnet.empty() ? build.has_address(vnet, appliance.address) : by_name) out.push_back(vnet);
  }
  return out;
}

void add_appliance(Build& build, const DeclaredAppliance& appliance) {
  const std::vector<VnetIndex> vnets = vnets_named(build, appliance);
  const std::string address = to_string(appliance.address);
  if (vnets.size() != 1) {
    build.ask(
        fmt::format("the declared appliance {} (vnet \"{}\") fits {} virtual networks instead of one: give the "
                    "network's id in hubproof.yaml (designate.firewalls: nva_ip, vnet)",
                    address, text::printable(appliance.vnet), vnets.size()));
    return;
  }
  if (!build.has_address(vnets.front(), appliance.address)) {
    build.ask(
        fmt::format("the declared appliance {} lies outside the address space of {}: mend designate.firewalls in "
                    "hubproof.yaml",
                    address, build.label(vnets.front())));
    return;
  }
  build.candidates.push_back(
      {build.vnet(vnets.front()).id, vnets.front(), {appliance.address}, true, "declared appliance"});
}

void set_hubs(Build& build, std::map<VnetIndex, std::string> hubs) {
  for (auto& [vnet, reason] : hubs) build.out.hubs.push_back({vnet, std::move(reason)});
}

std::map<VnetIndex, std::string> designated_hubs(const Build& build) {
  std::map<VnetIndex, std::string> out;
  const auto& all = build.estate.tables().virtual_networks;
  for (std::uint32_t i = 0; i < all.size(); ++i) {
    if (matches_any(build.estate, build.designations.hubs, all[i].id) == Match::yes) out[VnetIndex(i)] = "designated";
  }
  return out;
}

std::map<VnetIndex, std::string> hubs_with_firewall(const Build& build) {
  std::map<VnetIndex, std::string> out;
  for (const Candidate& candidate : build.candidates) {
    const ResourceId id = build.vnet(candidate.vnet).id;
    // A designation of the VNet as a spoke overrides what its firewall suggests.
    if (matches_any(build.estate, build.designations.spokes, id) == Match::yes) continue;
    out.emplace(candidate.vnet,
                candidate.is_appliance
                    ? fmt::format("holds the declared appliance {}", to_string(candidate.addresses.front()))
                    : fmt::format("holds the firewall {}", build.label(candidate.firewall)));
  }
  return out;
}

/// A VNet that may be the hub, and the VNets that point at it.
struct Star {
  VnetIndex centre;
  std::uint32_t weight = 0;
  std::set<VnetIndex> users;
};

bool are_apart(const Build& build, const Star& a, const Star& b) {
  if (build.same_region(a.centre, b.centre)) return false;
  return std::none_of(a.users.begin(), a.users.end(), [&](VnetIndex user) { return b.users.count(user) != 0; });
}

/// All stars when they are regions of one design, else the heaviest one and a question.
std::map<VnetIndex, std::string> pick(Build& build, const std::vector<Star>& stars, const std::string& reason) {
  std::map<VnetIndex, std::string> out;
  if (stars.empty()) return out;
  bool all_apart = true;
  for (std::size_t i = 0; i < stars.size(); ++i) {
    for (std::size_t j = i + 1; j < stars.size(); ++j) all_apart = all_apart && are_apart(build, stars[i], stars[j]);
  }
  if (all_apart) {
    for (const Star& star : stars) out[star.centre] = reason;
    return out;
  }
  const auto best = std::max_element(stars.begin(), stars.end(), [](const Star& a, const Star& b) {
    return a.weight != b.weight ? a.weight < b.weight : b.centre < a.centre;
  });
  out[best->centre] = reason;
  std::string names;
  for (const Star& star : stars) names += (names.empty() ? "" : ", ") + build.label(star.centre);
  build.ask(
      fmt::format("several virtual networks could be the hub ({}: each {}): name the hubs in hubproof.yaml "
                  "(designate.hubs)",
                  names, reason));
  return out;
}

/// VNets that own an appliance address which subnets of peered VNets use as next hop.
std::vector<Star> appliance_stars(const Build& build) {
  std::map<VnetIndex, Star> stars;
  for (std::uint32_t i = 0; i < build.peers.size(); ++i) {
    const VnetIndex user(i);
    for_each_next_hop(build, user, [&](Ipv4 address) {
      for (const VnetIndex peer : build.peers[i]) {
        if (!build.has_address(peer, address)) continue;
        Star& star = stars[peer];
        star.centre = peer;
        ++star.weight;
        star.users.insert(user);
      }
    });
  }
  std::vector<Star> out;
  for (auto& [centre, star] : stars) out.push_back(std::move(star));
  return out;
}

std::vector<Star> gateway_stars(const Build& build) {
  std::vector<Star> out;
  for (std::uint32_t i = 0; i < build.peers.size(); ++i) {
    const VnetIndex vnet(i);
    if (build.peers[i].empty() || build.estate.gateways_by_vnet.of(build.vnet(vnet).id).empty()) continue;
    const auto& peers = build.peers[i];
    out.push_back({vnet, static_cast<std::uint32_t>(peers.size()), {peers.begin(), peers.end()}});
  }
  return out;
}

bool has_next_hops(const Build& build) {
  for (const RouteTable& table : build.estate.tables().route_tables) {
    for (const Route& route : table.routes) {
      if (!appliance_addresses(route).empty()) return true;
    }
  }
  return false;
}

}  // namespace

void collect_candidates(Build& build) {
  const auto& selectors = build.designations.firewalls;
  for (const AzureFirewall& firewall : build.estate.tables().firewalls) {
    if (selectors.empty() || matches_any(build.estate, selectors, firewall.id) == Match::yes) {
      add_firewall(build, firewall);
    }
  }
  for (const DeclaredAppliance& appliance : build.designations.appliances) add_appliance(build, appliance);
}

void choose_hubs(Build& build) {
  if (!build.designations.hubs.empty()) return set_hubs(build, designated_hubs(build));
  if (!build.candidates.empty()) return set_hubs(build, hubs_with_firewall(build));
  auto hubs = pick(build, appliance_stars(build), "holds the address that peered networks use as appliance next hop");
  if (hubs.empty()) hubs = pick(build, gateway_stars(build), "holds a gateway and is the centre of peerings");
  if (hubs.empty() && build.out.virtual_hubs.empty() &&
      (has_next_hops(build) || !build.estate.tables().peerings.empty())) {
    build.ask(
        "no virtual network could be recognised as the hub (no Azure Firewall, no appliance next hop inside a "
        "peered network, no gateway): name it in hubproof.yaml (designate.hubs)");
  }
  set_hubs(build, std::move(hubs));
}

void place_firewalls(Build& build) {
  for (const Candidate& candidate : build.candidates) {
    if (!build.out.is_hub(candidate.vnet)) continue;
    for (const Ipv4 address : candidate.addresses) {
      build.out.firewalls.push_back({candidate.firewall, build.vnet(candidate.vnet).id, address, candidate.reason});
    }
  }
  std::sort(build.out.firewalls.begin(), build.out.firewalls.end(), [&](const FirewallRole& a, const FirewallRole& b) {
    const int order = text::compare(build.estate.spelling(a.firewall), build.estate.spelling(b.firewall));
    return order != 0 ? order < 0 : a.address < b.address;
  });
}

}  // namespace hubproof::model::roles
