// Which packets security groups leave of a way into another network, or out of a subnet.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/transit_parts.h"

namespace hubproof::net {

using model::Subnet;
using model::View;

namespace {

/// What hosts of the subnet carry as source. Azure lets a NIC send under its own address only; behind the gateway of a
/// GatewaySubnet stand the networks of on-premises, of which private addresses outside the two networks are taken.
/// source: learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#enable-or-disable-ip-forwarding,
/// azure-semantics.md 7.1
AddressSet source_addresses(const View& view, const Subnet& sender, const Subnet& target) {
  if (!is_named(view, sender, "GatewaySubnet")) return usable_addresses(sender);
  AddressSet out;
  for (const std::string_view block : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) out.add(*Prefix::parse(block));
  for (const model::ResourceId id : {sender.vnet, target.vnet}) {
    const model::VirtualNetwork* vnet = view.estate.find<model::VirtualNetwork>(id);
    if (vnet == nullptr) continue;
    for (const Prefix& prefix : vnet->address_space) out.subtract(prefix);
  }
  out |= usable_addresses(sender);  // the gateway's own
  return out;
}

bool stands_in(const model::MachinePool& pool, model::ResourceId subnet) {
  return std::any_of(pool.interfaces.begin(), pool.interfaces.end(),
                     [&](const auto& interface) { return interface.subnet == subnet; });
}

/// Who may be at an address of the target subnet.
struct Receivers {
  AddressSet endpoints;
  AddressSet hosts;
  AddressSet guarded;        ///< hosts whose own interface has a group
  std::vector<Ipv4> known;   ///< addresses of interfaces
  model::ResourceId hidden;  ///< an endpoint whose address is not in the export
};

Receivers receivers_in(const View& view, const Subnet& target, const AddressSet& part) {
  Receivers out;
  for (const auto& [key, index] : view.estate.endpoints_by_subnet.of(target.id)) {
    const model::PrivateEndpoint& endpoint = view.estate.tables().private_endpoints[index];
    const std::vector<Ipv4> own = endpoint_addresses(view, endpoint);
    for (const Ipv4 address : own) out.endpoints.add(address, address);
    if (own.empty()) out.hidden = endpoint.id;
  }
  for (const auto& [key, index] : view.estate.interfaces_by_subnet.of(target.id)) {
    const model::NetworkInterface& nic = view.estate.tables().network_interfaces[index];
    for (const auto& config : nic.ip_configurations) {
      if (!config.address || out.endpoints.contains(*config.address)) continue;
      out.known.push_back(*config.address);
      if (nic.network_security_group.is_set()) out.guarded.add(*config.address, *config.address);
    }
  }
  out.hosts = (part & usable_addresses(target)) - out.endpoints;
  out.endpoints &= part;
  return out;
}

void keep_better(Reach& best, Reach other, Landing& landing) {
  if (other.passes == Ternary::yes && other.example) landing.examples.push_back(*other.example);
  if (other.passes > best.passes) best = std::move(other);
}

/// A packet that is somebody else's: whether it ever comes to the forwarder is not known.
Reach doubted(Reach found, const std::string& forwarder) {
  if (found.passes == Ternary::no) return found;
  found.passes = Ternary::unknown;
  found.example.reset();
  found.reason = fmt::format("the security groups stop what the subnet's own hosts send, and {}", forwarder);
  return found;
}

}  // namespace

std::string forwarder_in(const View& view, const Subnet& subnet) {
  const model::Estate& e = view.estate;
  if (is_named(view, subnet, "GatewaySubnet")) return "a gateway passes on packets of whatever stands behind it";
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e.tables().network_interfaces[index];
    if (nic.ip_forwarding || !nic.unread.empty())
      return fmt::format("network interface {} may pass on packets of others (enableIPForwarding)",
                         shown(view, nic.id));
  }
  for (const model::AzureFirewall& firewall : e.tables().firewalls) {
    for (const auto& config : firewall.ip_configurations) {
      if (config.subnet == subnet.id)
        return fmt::format("firewall {} passes on packets of others", shown(view, firewall.id));
    }
  }
  for (const model::MachinePool& pool : e.tables().machine_pools) {
    if (stands_in(pool, subnet.id))
      return fmt::format("the machines of {} may pass on packets of others", shown(view, pool.id));
  }
  for (const model::ResourceId owner : subnet.attached) {
    if (!e.holds(owner))
      return fmt::format("{}, which is not in the export, may pass on packets of others", shown(view, owner));
  }
  return {};
}

Reach reach_from(const View& view, const Subnet& subnet, const AddressSet& destinations) {
  const FilterPoint from{&subnet, nullptr, false};
  Reach own = reach_out(view, from, usable_addresses(subnet), destinations);
  if (own.passes != Ternary::no) return own;
  const std::string forwarder = forwarder_in(view, subnet);
  return forwarder.empty() ? own : doubted(reach_out(view, from, AddressSet::all(), destinations), forwarder);
}

void land(const View& view, const Subnet& sender, const Subnet& target, const AddressSet& destinations,
          Landing& landing) {
  AddressSet part;
  for (const Prefix& prefix : target.prefixes) part.add(prefix);
  part &= destinations;
  if (part.empty()) return;
  const FilterPoint from{&sender, nullptr, false};
  const Receivers there = receivers_in(view, target, part);
  const bool has_hosts = !there.hosts.empty() && holds_endpoints_only(view, target) != Ternary::yes;
  Reach found;
  // Endpoints and hosts are reached by different routes: the tracer may show the one and not the other.
  const auto try_sources = [&](const AddressSet& sources, const auto& judge) {
    if (!there.endpoints.empty())
      keep_better(found, judge(reach(view, &from, {&target, nullptr, true}, sources, there.endpoints, {})), landing);
    if (!has_hosts) return;
    const FilterPoint to{&target, nullptr, false};
    keep_better(found, judge(reach(view, &from, to, sources, there.hosts, there.known)), landing);
    // The tracer looks at the groups of interfaces as well.
    const AddressSet open = there.hosts - there.guarded;
    if (found.passes == Ternary::yes && !there.guarded.empty() && !open.empty())
      keep_better(found, judge(reach(view, &from, to, sources, open, {})), landing);
  };
  try_sources(source_addresses(view, sender, target), [](Reach met) { return met; });
  // What a gateway passes on is forwarded traffic, which a peering may hold up; what it sends itself is not.
  if (is_named(view, sender, "GatewaySubnet") && found.passes == Ternary::yes)
    try_sources(usable_addresses(sender), [](Reach met) { return met; });
  const std::string forwarder = found.passes == Ternary::no ? forwarder_in(view, sender) : std::string();
  if (!forwarder.empty()) try_sources(AddressSet::all(), [&](Reach met) { return doubted(std::move(met), forwarder); });
  if (found.passes == Ternary::no && there.hidden.is_set()) {
    found.passes = Ternary::unknown;
    found.reason = fmt::format("the address of private endpoint {} is not in the export", shown(view, there.hidden));
  }
  if (found.passes == Ternary::no) return;
  landing.destinations |= part;
  for (const Prefix& prefix : target.prefixes) {
    if (!part.intersects(prefix)) continue;
    landing.places.push_back(fmt::format("{} ({})", to_string(prefix), shown(view, target.id)));
    landing.prefixes.push_back(prefix);
  }
  if (found.passes == Ternary::unknown && landing.reason.empty()) landing.reason = found.reason;
  landing.passes = std::max(landing.passes, found.passes);
}

}  // namespace hubproof::net
