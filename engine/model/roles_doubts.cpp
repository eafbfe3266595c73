// What inference cannot settle: each doubt is a sentence that names what to designate. A configuration that is plainly
// wrong (one spoke with a stale next hop) is no doubt but a finding of the rules, and stays out of here.
// source: inputs.md C4
#include <algorithm>
#include <map>

#include "engine/core/text.h"
#include "engine/model/roles_build.h"
#include "engine/model/roles_select.h"

namespace hubproof::model::roles {
namespace {

void doubt_firewalls(Build& build) {
  std::map<VnetIndex, std::vector<const Candidate*>> by_vnet;
  for (const Candidate& candidate : build.candidates) {
    if (build.out.is_hub(candidate.vnet)) by_vnet[candidate.vnet].push_back(&candidate);
  }
  for (const auto& [vnet, candidates] : by_vnet) {
    const bool has_appliance =
        std::any_of(candidates.begin(), candidates.end(), [](const Candidate* c) { return c->is_appliance; });
    std::string names;
    std::size_t firewalls = 0;
    for (const Candidate* candidate : candidates) {
      if (candidate->is_appliance) continue;
      ++firewalls;
      names += (names.empty() ? "" : ", ") + build.label(candidate->firewall);
      if (candidate->addresses.empty() && !has_appliance) {
        build.ask(
            fmt::format("the firewall {} in {} has no readable private address: declare it in hubproof.yaml "
                        "(designate.firewalls: nva_ip, vnet)",
                        build.label(candidate->firewall), build.label(vnet)));
      }
    }
    if (firewalls > 1) {
      build.ask(
          fmt::format("{} holds {} firewalls ({}): name the one that counts in hubproof.yaml "
                      "(designate.firewalls)",
                      build.label(vnet), firewalls, names));
    }
  }
}

void doubt_pair(Build& build, VnetIndex a, VnetIndex b, const std::string& why) {
  if (b < a) std::swap(a, b);
  if (!build.doubtful_hubs.insert({a, b}).second) return;
  build.ask(fmt::format("{} and {} could both be the hub ({}): name the hubs in hubproof.yaml (designate.hubs)",
                        build.label(a), build.label(b), why));
}

/// A spoke of two regions' hubs is fine; two hubs of one region are not.
void doubt_shared_spokes(Build& build) {
  for (const SpokeRole& spoke : build.out.spokes) {
    for (std::size_t i = 0; i < spoke.hubs.size(); ++i) {
      for (std::size_t j = i + 1; j < spoke.hubs.size(); ++j) {
        if (!build.same_region(spoke.hubs[i], spoke.hubs[j])) continue;
        doubt_pair(build, spoke.hubs[i], spoke.hubs[j],
                   fmt::format("both are in one region and peered with {}", build.label(spoke.vnet)));
      }
    }
  }
}

/// A spoke that brought a firewall of its own must not pass for a hub and leave the spokes that claims speak of.
void doubt_peered_hubs(Build& build) {
  for (const HubRole& hub : build.out.hubs) {
    const auto& peers = build.peers[hub.vnet.index()];
    const bool has_spokes =
        std::any_of(peers.begin(), peers.end(), [&](VnetIndex peer) { return !build.out.is_hub(peer); });
    for (const VnetIndex peer : peers) {
      if (!build.out.is_hub(peer)) continue;
      if (build.same_region(hub.vnet, peer)) {
        doubt_pair(build, hub.vnet, peer, "they are peered with each other in one region");
      } else if (!has_spokes && build.out.spoke_candidates_missing.empty()) {
        doubt_pair(build, hub.vnet, peer,
                   fmt::format("they are peered, and {} has no spoke of its own", build.label(hub.vnet)));
      }
    }
  }
}

std::set<Ipv4> device_addresses(const Build& build, VnetIndex vnet) {
  const Estate& e = build.estate;
  std::set<Ipv4> out;
  std::set<ResourceId> subnets;
  for (const auto& [id, position] : e.subnets_by_vnet.of(build.vnet(vnet).id)) {
    const ResourceId subnet = e.tables().subnets[position].id;
    subnets.insert(subnet);
    for (const auto& [key, nic] : e.interfaces_by_subnet.of(subnet)) {
      const NetworkInterface& interface = e.tables().network_interfaces[nic];
      if (interface.private_endpoint.is_set()) continue;
      for (const IpConfiguration& ip : interface.ip_configurations) {
        if (ip.address && ip.subnet == subnet) out.insert(*ip.address);
      }
    }
  }
  for (const LoadBalancer& balancer : e.tables().load_balancers) {
    for (const LoadBalancer::Frontend& frontend : balancer.frontends) {
      if (frontend.address && subnets.count(frontend.subnet) != 0) out.insert(*frontend.address);
    }
  }
  return out;
}

/// How often the spokes of a hub use each next hop.
std::map<VnetIndex, std::map<Ipv4, std::uint32_t>> next_hops_by_hub(const Build& build) {
  std::map<VnetIndex, std::map<Ipv4, std::uint32_t>> out;
  for (const SpokeRole& spoke : build.out.spokes) {
    for_each_next_hop(build, spoke.vnet, [&](Ipv4 address) {
      for (const VnetIndex hub : spoke.hubs) ++out[hub][address];
    });
  }
  return out;
}

/// The most used next hop of those that `counts` accepts.
template <class Counts>
std::optional<Ipv4> most_used(const std::map<Ipv4, std::uint32_t>& uses, Counts counts) {
  std::optional<Ipv4> best;
  std::uint32_t most = 0;
  for (const auto& [address, times] : uses) {
    if (times > most && counts(address)) {
      best = address;
      most = times;
    }
  }
  return best;
}

void doubt_next_hops(Build& build, VnetIndex hub, const std::map<Ipv4, std::uint32_t>& uses) {
  std::set<Ipv4> known;
  for (const FirewallRole& role : build.out.firewalls) known.insert(role.address);
  if (std::any_of(uses.begin(), uses.end(), [&](const auto& use) { return known.count(use.first) != 0; })) return;
  const bool has_firewall = std::any_of(build.candidates.begin(), build.candidates.end(),
                                        [&](const Candidate& candidate) { return candidate.vnet == hub; });
  if (!has_firewall) {
    const auto inside = most_used(uses, [&](Ipv4 address) { return build.has_address(hub, address); });
    const auto any = inside ? inside : most_used(uses, [](Ipv4) { return true; });
    if (!any) return;
    build.ask(
        fmt::format("the spokes of {} send to {}, which is no Azure Firewall: a network virtual appliance counts as "
                    "the hub firewall only when it is declared in hubproof.yaml (designate.firewalls: nva_ip: {}, "
                    "vnet: {})",
                    build.label(hub), to_string(*any), to_string(*any), build.label(hub)));
    return;
  }
  // Not one spoke uses the firewall, all use another device of the hub: that device may be the intended firewall.
  const std::set<Ipv4> devices = device_addresses(build, hub);
  const auto device = most_used(uses, [&](Ipv4 address) { return devices.count(address) != 0; });
  if (!device) return;
  build.ask(
      fmt::format("no spoke of {} sends to its firewall, but to the device {}: declare it in hubproof.yaml "
                  "(designate.firewalls: nva_ip, vnet) if it counts as the hub firewall, or designate the firewall",
                  build.label(hub), to_string(*device)));
}

void check_selectors(Build& build, const std::vector<Selector>& selectors, std::string_view where,
                     const std::vector<ResourceId>& pool) {
  for (const Selector& selector : selectors) {
    std::size_t chosen = 0;
    std::size_t undecided = 0;
    for (const ResourceId id : pool) {
      const Match match = matches(build.estate, selector, id);
      chosen += match == Match::yes ? 1U : 0U;
      undecided += match == Match::unknown ? 1U : 0U;
    }
    if (undecided != 0) {
      build.ask(
          fmt::format("designate.{} in hubproof.yaml: whether {} means {} of the resources cannot be told, because the "
                      "export lacks the rows of their subscriptions (resourcecontainers)",
                      where, to_string(selector), undecided));
    } else if (chosen == 0) {
      build.ask(
          fmt::format("designate.{} in hubproof.yaml: {} matches nothing in the export", where, to_string(selector)));
    }
  }
}

template <class T>
std::vector<ResourceId> ids_of(const std::vector<T>& table) {
  std::vector<ResourceId> out;
  for (const T& entity : table) out.push_back(entity.id);
  return out;
}

}  // namespace

void find_ambiguities(Build& build) {
  doubt_firewalls(build);
  if (build.designations.hubs.empty()) {
    doubt_shared_spokes(build);
    doubt_peered_hubs(build);
  }
  // Once the user said which devices are firewalls, another next hop is a finding.
  if (!build.designations.firewalls.empty() || !build.designations.appliances.empty()) return;
  for (const auto& [hub, uses] : next_hops_by_hub(build)) doubt_next_hops(build, hub, uses);
}

void check_designations(Build& build) {
  const Tables& t = build.estate.tables();
  const Designations& d = build.designations;
  std::vector<ResourceId> vnets;
  if (!d.hubs.empty() || !d.spokes.empty()) vnets = ids_of(t.virtual_networks);
  std::vector<ResourceId> hubs = vnets;
  for (const VirtualHub& hub : t.virtual_hubs) hubs.push_back(hub.id);
  check_selectors(build, d.hubs, "hubs", hubs);
  check_selectors(build, d.spokes, "spokes", vnets);
  if (!d.firewalls.empty()) check_selectors(build, d.firewalls, "firewalls", ids_of(t.firewalls));
  if (!d.dns_zones.empty()) check_selectors(build, d.dns_zones, "dns.zones_in", ids_of(t.private_dns_zones));
  if (!d.ingress.empty()) check_selectors(build, d.ingress, "ingress", ids_of(build.estate.snapshot().resources));
}

}  // namespace hubproof::model::roles
