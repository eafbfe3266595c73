// What comes in from the Internet: every public address of the export as the tracer follows it, and entries that the
// export hides. source: azure-semantics.md 5, 6.1
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/box_cuts.h"
#include "engine/net/exposure.h"
#include "engine/net/placement.h"
#include "engine/net/query_walk.h"
#include "engine/net/trace.h"
#include "engine/net/transit.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

void QueryWalk::start_on_internet() {
  for (const model::PublicIp& address : e_.tables().public_ips) enter(address);
  hidden_entries();
}

/// All that can change what happens behind the address.
BoxCuts QueryWalk::cuts_of(const model::PublicIp& address) const {
  BoxCuts out;
  for (const model::NetworkInterface& nic : e_.tables().network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      const Subnet* subnet = config.public_ip == address.id ? e_.find<Subnet>(config.subnet) : nullptr;
      if (subnet != nullptr) cut_by_groups(v_, {subnet, &nic, false}, Direction::inbound, out);
    }
  }
  for (const model::AzureFirewall& firewall : e_.tables().firewalls) {
    const auto has_it = [&](const auto& config) { return config.public_ip == address.id; };
    const auto& configs = firewall.ip_configurations;
    if (std::any_of(configs.begin(), configs.end(), has_it)) cut_by_firewall(v_, firewall, true, out);
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    const auto has_it = [&](const auto& frontend) { return frontend.public_ip == address.id; };
    if (std::any_of(balancer.frontends.begin(), balancer.frontends.end(), has_it)) cut_by_balancer(v_, balancer, out);
  }
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) {
    const auto has_it = [&](const auto& frontend) { return frontend.public_ip == address.id; };
    const Subnet* subnet = gateway.subnets.empty() ? nullptr : e_.find<Subnet>(gateway.subnets.front());
    if (subnet != nullptr && std::any_of(gateway.frontends.begin(), gateway.frontends.end(), has_it))
      cut_by_groups(v_, {subnet, nullptr, false}, Direction::inbound, out);
  }
  return out;
}

/// The tracer can follow packets to it, and it is no address of a place that is not asked for. (What has other public
/// addresses has no way in, or is told by hidden_entries().)
bool QueryWalk::may_lead_there(const model::PublicIp& address) const {
  const auto has_it = [&](const auto& part) { return part.public_ip == address.id; };
  const auto passes_on = [&](const auto& owners, auto parts) {
    return std::any_of(owners.begin(), owners.end(), [&](const auto& owner) {
      const auto& list = owner.*parts;
      return std::any_of(list.begin(), list.end(), has_it);
    });
  };
  const auto is_asked = [&](ResourceId subnet) {
    return is_target(subnet) || e_.find<Subnet>(subnet) == nullptr ||
           (address.address && destinations_.contains(*address.address));
  };
  const model::Tables& t = e_.tables();
  const auto is_machine = [&](const model::NetworkInterface& nic) {
    return std::any_of(nic.ip_configurations.begin(), nic.ip_configurations.end(),
                       [&](const auto& config) { return has_it(config) && is_asked(config.subnet); });
  };
  const auto is_gateway = [&](const model::ApplicationGateway& gateway) {
    return std::any_of(gateway.frontends.begin(), gateway.frontends.end(), has_it) &&
           (gateway.subnets.empty() || is_asked(gateway.subnets.front()));
  };
  return passes_on(t.firewalls, &model::AzureFirewall::ip_configurations) ||
         passes_on(t.load_balancers, &model::LoadBalancer::frontends) ||
         std::any_of(t.network_interfaces.begin(), t.network_interfaces.end(), is_machine) ||
         std::any_of(t.application_gateways.begin(), t.application_gateways.end(), is_gateway);
}

void QueryWalk::enter(const model::PublicIp& address) {
  if (!may_lead_there(address)) return;
  if (!address.address) {
    return may_enter(destinations_,
                     fmt::format("the address of public IP address {} is not in the export", shown(v_, address.id)));
  }
  QueryLoad load;
  load.box = box_of(internet_addresses() & question_.from.addresses);
  load.box.destinations = AddressSet(Prefix::host(*address.address));
  load.senders = {{{Place::Kind::internet, {}}, load.box.sources}};
  if (!is_empty(load.box)) finish(load, cuts_of(address));
}

void QueryWalk::may_enter(const AddressSet& destinations, const std::string& reason) {
  QueryLoad load;
  load.box = box_of(internet_addresses() & question_.from.addresses);
  load.box.destinations &= destinations;
  load.senders = {{{Place::Kind::internet, {}}, load.box.sources}};
  load.doubts = {reason};
  if (!is_empty(load.box)) finish(load, {});
}

/// The doubt is about an interface whose public addresses enter() follows.
bool QueryWalk::is_followed(const Bypass& bypass) const {
  const auto* nic = bypass.facts.empty() ? nullptr : e_.find<model::NetworkInterface>(bypass.facts.front().resource);
  if (nic == nullptr) return false;
  return std::all_of(nic->ip_configurations.begin(), nic->ip_configurations.end(), [&](const auto& config) {
    const auto* address = e_.find<model::PublicIp>(config.public_ip);
    return !config.public_ip.is_set() || (config.address && address != nullptr && address->address.has_value());
  });
}

// Entries of which an export shows a part: as the transit claim takes them for spokes, and the exposure claim for
// everything else.
void QueryWalk::hidden_entries() {
  std::set<ResourceId> vnets;
  for (const ResourceId id : targets_) vnets.insert(e_.find<Subnet>(id)->vnet);
  AddressSet elsewhere = destinations_;
  Transit transit(v_);
  for (const model::SpokeRole& spoke : v_.roles.spokes) {
    const model::VirtualNetwork& vnet = e_.tables().virtual_networks[spoke.vnet.index()];
    if (vnets.count(vnet.id) == 0) continue;
    for (const Prefix& prefix : vnet.address_space) elsewhere.subtract(prefix);
    for (const Bypass& bypass : transit.of(spoke).bypasses) {
      const bool is_entry = bypass.way == Bypass::Way::enters && bypass.next_hop.kind == NextHop::Kind::internet;
      if (is_entry && !bypass.is_certain && !is_followed(bypass)) may_enter(bypass.destinations, open_question(bypass));
    }
  }
  for (const PublicSurface& surface : all_public_surfaces(v_)) {
    if (surface.is_certain) continue;
    const bool is_anywhere = surface.target == Ipv4();
    may_enter(is_anywhere ? elsewhere : elsewhere & AddressSet(Prefix::host(surface.target)), surface.reason);
  }
}

}  // namespace hubproof::net
