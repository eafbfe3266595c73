#include "engine/net/appliance.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/peerings.h"

namespace hubproof::net {
namespace {

using model::View;
using model::VirtualNetwork;

bool holds(std::span<const Prefix> list, Ipv4 address) {
  return std::any_of(list.begin(), list.end(), [&](const Prefix& prefix) { return prefix.contains(address); });
}

const model::AzureFirewall* firewall_at(const View& view, const VirtualNetwork& vnet, Ipv4 address) {
  for (const auto& [key, index] : view.estate.firewalls_by_vnet.of(vnet.id)) {
    const model::AzureFirewall& firewall = view.estate.tables().firewalls[index];
    for (const auto& config : firewall.ip_configurations) {
      if (config.address == address) return &firewall;
    }
  }
  return nullptr;
}

const model::NetworkInterface* interface_at(const View& view, const model::Subnet& subnet, Ipv4 address) {
  for (const auto& [key, index] : view.estate.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = view.estate.tables().network_interfaces[index];
    for (const auto& config : nic.ip_configurations) {
      if (config.address == address && config.subnet == subnet.id) return &nic;
    }
  }
  return nullptr;
}

const model::LoadBalancer* balancer_at(const View& view, const model::Subnet& subnet, Ipv4 address) {
  for (const model::LoadBalancer& balancer : view.estate.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.subnet == subnet.id && frontend.address == address) return &balancer;
    }
  }
  return nullptr;
}

/// The device of this VNet with the address.
Appliance in_vnet(const View& view, const VirtualNetwork& vnet, Ipv4 address) {
  Appliance out;
  out.vnet = vnet.id;
  const auto where = [&] { return fmt::format("{} in {}", to_string(address), shown(view, vnet.id)); };
  for (const model::FirewallRole& role : view.roles.firewalls) {
    if (role.vnet != vnet.id || role.address != address) continue;
    const model::AzureFirewall* firewall = view.estate.find<model::AzureFirewall>(role.firewall);
    const bool is_settled = firewall == nullptr || firewall->is_settled;  // a declared appliance has no row
    out.kind = is_settled ? Appliance::Kind::firewall : Appliance::Kind::unknown;
    out.device = role.firewall;
    out.reason = fmt::format("{} is the hub firewall {}{}", where(), shown(view, role.firewall),
                             is_settled ? "" : ", which is not provisioned (provisioningState is not Succeeded)");
    return out;
  }
  if (const model::AzureFirewall* firewall = firewall_at(view, vnet, address)) {
    out.kind = Appliance::Kind::other_firewall;
    out.device = firewall->id;
    out.reason = fmt::format("{} is the firewall {}, which is no hub firewall", where(), shown(view, firewall->id));
    return out;
  }
  for (const auto& [key, index] : view.estate.subnets_by_vnet.of(vnet.id)) {
    const model::Subnet& subnet = view.estate.tables().subnets[index];
    if (!holds({subnet.prefixes.data(), subnet.prefixes.size()}, address)) continue;
    if (const model::NetworkInterface* nic = interface_at(view, subnet, address)) {
      out.kind = Appliance::Kind::network_interface;
      out.device = nic->id;
      out.forwards = nic->ip_forwarding;
      out.reason = fmt::format("{} is the network interface {}", where(), shown(view, nic->id));
      return out;
    }
    if (const model::LoadBalancer* balancer = balancer_at(view, subnet, address)) {
      out.kind = Appliance::Kind::load_balancer;
      out.device = balancer->id;
      out.reason = fmt::format("{} is a frontend of the load balancer {}", where(), shown(view, balancer->id));
      return out;
    }
  }
  // A device may exist in a row that was not exported.
  out.kind = view.estate.is_partial(model::ArgTable::resources) ? Appliance::Kind::unknown : Appliance::Kind::nobody;
  out.reason = fmt::format("no device of the export has {}", where());
  return out;
}

bool hides_state(const View& view, const model::Peering& peering) {
  const model::Peering* back = other_side(view, peering);
  return !peering.state.is_known() || (back != nullptr && !back->state.is_known());
}

}  // namespace

Appliance resolve_appliance(const View& view, model::VnetIndex from, Ipv4 address) {
  const VirtualNetwork& own = view.estate.tables().virtual_networks[from.index()];
  if (holds(own.address_space, address)) return in_vnet(view, own, address);
  const Prefix window[] = {Prefix::host(address)};
  Appliance out;
  out.kind = Appliance::Kind::unreachable;
  int candidates = 0;
  for (const auto& [key, index] : view.estate.peerings_by_vnet.of(own.id)) {
    const model::Peering& peering = view.estate.tables().peerings[index];
    if (!may_route(view, peering, window) || peering_link(view, peering).carries == Ternary::no) continue;
    ++candidates;
    const VirtualNetwork* remote = view.estate.find<VirtualNetwork>(peering.remote);
    if (hides_state(view, peering)) {
      out = {};
      out.vnet = peering.remote;
      out.reason = fmt::format("{} lies behind the peering to {}, whose state is not known", to_string(address),
                               shown(view, peering.remote));
    } else if (peering.connected_group.is_set()) {
      // Not documented for a next hop: the address must be directly reachable. source: azure-semantics.md 1.4
      out = {};
      out.reason = fmt::format("{} lies in {}, which only a connected group joins", to_string(address),
                               shown(view, peering.remote));
    } else if (remote != nullptr) {
      out = in_vnet(view, *remote, address);
    } else {
      out = {};
      out.vnet = peering.remote;
      out.reason =
          fmt::format("{} may lie in {}, which is not in the export", to_string(address), shown(view, peering.remote));
    }
  }
  if (candidates == 0) {
    out.reason =
        fmt::format("{} lies in no virtual network that {} reaches directly", to_string(address), shown(view, own.id));
  }
  if (candidates > 1) {
    out = {};
    out.reason = fmt::format("{} may lie in several peered virtual networks", to_string(address));
  }
  return out;
}

}  // namespace hubproof::net
