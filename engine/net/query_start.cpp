// Who sends: subnets and their interfaces, and what stands behind the gateways.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/box_cuts.h"
#include "engine/net/endpoint_subnets.h"
#include "engine/net/query_walk.h"
#include "engine/net/transit_parts.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

namespace {

/// The most packets that one question follows.
constexpr std::size_t kMostQuestions = 400'000;

// source: learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16 (the platform's own addresses are
// no destination of a network); RFC 1918, RFC 6598
AddressSet host_addresses() {
  AddressSet out = internet_addresses();
  for (const std::string_view range : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"})
    out.add(*Prefix::parse(range));
  out.subtract(*Prefix::parse("168.63.129.16"));
  return out;
}

AddressSet outside_of(const model::Estate& estate) {
  AddressSet out = host_addresses();
  for (const model::VirtualNetwork& vnet : estate.tables().virtual_networks) {
    for (const Prefix& prefix : vnet.address_space) out.subtract(prefix);
  }
  return out;
}

/// Filters or ways out of its own: not treated as the other hosts of its subnet.
bool stands_apart(const model::NetworkInterface& nic) {
  return nic.network_security_group.is_set() ||
         std::any_of(nic.ip_configurations.begin(), nic.ip_configurations.end(), [](const auto& config) {
           return config.public_ip.is_set() || !config.load_balancer_pools.empty();
         });
}

/// Why on-premises may stand behind a GatewaySubnet in which the export shows no gateway, or empty.
std::string hidden_gateway_in(const model::View& view, const Subnet& subnet) {
  if (!is_empty_gateway_subnet(view, subnet)) return {};
  if (!subnet.attached.empty()) {
    return fmt::format("{} is attached to {} of {} and no gateway of the export stands there",
                       shown(view, subnet.attached.front()), shown(view, subnet.id), shown(view, subnet.vnet));
  }
  for (const auto& [key, index] : view.estate.peerings_by_remote.of(subnet.vnet)) {
    const model::Peering& peering = view.estate.tables().peerings[index];
    if (peering.use_remote_gateways.value_or_default(false) == false) continue;
    return fmt::format("{} uses the gateway of {}, which the export does not show", shown(view, peering.vnet),
                       shown(view, subnet.vnet));
  }
  return {};
}

}  // namespace

QueryWalk::QueryWalk(const model::View& view, const Question& question)
    : v_(view), e_(view.estate), question_(question), outside_(outside_of(view.estate)), budget_(kMostQuestions) {
  for (const ResourceId id : question.to.subnets) {
    const Subnet* subnet = e_.find<Subnet>(id);
    if (subnet == nullptr || (question.to.is_wide && leaves_out(*subnet, "destination"))) continue;
    targets_.insert(id);
    destinations_ |= usable_addresses(*subnet);
  }
  if (question.to.internet) destinations_ |= internet_addresses() & host_addresses();
  if (question.to.on_premises) destinations_ |= outside_;
  destinations_ &= question.to.addresses;
}

// Boxes hold IPv4 packets, and virtual hubs are not followed with whole boxes.
void QueryWalk::what_is_not_asked() {
  const auto has_v6 = [&](ResourceId id) {
    const Subnet* subnet = e_.find<Subnet>(id);
    return subnet != nullptr && !subnet->prefixes_v6.empty();
  };
  const auto dual = std::find_if(question_.from.subnets.begin(), question_.from.subnets.end(), has_v6);
  if (dual != question_.from.subnets.end())
    answer_.open.push_back(fmt::format("{} has IPv6 addresses, and boxes hold IPv4 packets only", shown(v_, *dual)));
  const bool is_from_outside = question_.from.internet || question_.from.on_premises;
  if (is_from_outside && !e_.tables().virtual_hubs.empty()) {
    answer_.open.push_back(
        fmt::format("what comes in by virtual hub {} is not followed", shown(v_, e_.tables().virtual_hubs.front().id)));
  }
}

Answer QueryWalk::run() {
  what_is_missing();
  what_is_not_asked();
  if (question_.only_across_networks)
    notes_.insert("the boxes are about packets between two virtual networks, not inside one");
  for (const ResourceId id : question_.from.subnets) {
    if (const Subnet* subnet = e_.find<Subnet>(id)) start_in(*subnet);
  }
  if (question_.from.on_premises) start_on_premises();
  if (question_.from.internet) start_on_internet();
  through_firewalls();
  replay();
  answer_.notes.insert(answer_.notes.end(), notes_.begin(), notes_.end());
  return std::move(answer_);
}

Box QueryWalk::box_of(AddressSet sources) const {
  Box out;
  out.sources = std::move(sources);
  out.destinations = destinations_;
  out.protocols = question_.protocols;
  if (!question_.ports.is_all()) out.protocols &= kProtocolsWithPorts;
  out.ports = {question_.ports};
  return out;
}

// Instances of the platform are no services of the estate, and are never asked for with a whole network.
// source: azure-semantics.md 1.5
bool QueryWalk::leaves_out(const Subnet& subnet, std::string_view part) {
  const bool is_out =
      is_firewall_subnet(v_, subnet) || is_platform_subnet(v_, subnet) || holds_only_public_bastions(v_, subnet);
  if (is_out) notes_.insert(fmt::format("{} of {} is no {}", e_.name(subnet.id), shown(v_, subnet.vnet), part));
  return is_out;
}

// law:  a subnet that holds private endpoints alone never sends; what an interface adds to its subnet's filters counts
// source: learn.microsoft.com/azure/private-link/private-endpoint-overview
void QueryWalk::start_in(const Subnet& subnet) {
  const Ternary is_silent = holds_endpoints_only(v_, subnet);
  if (is_silent == Ternary::yes) return;
  if (is_firewall_subnet(v_, subnet) || is_platform_subnet(v_, subnet)) {
    leaves_out(subnet, "source");
    return;
  }
  const std::string caution =
      is_silent == Ternary::unknown
          ? fmt::format("whether anything but private endpoints stands in {} is not known", shown(v_, subnet.id))
          : std::string();
  AddressSet rest = usable_addresses(subnet) & question_.from.addresses;
  for (const auto& [key, index] : e_.endpoints_by_subnet.of(subnet.id)) {
    for (const Ipv4 address : endpoint_addresses(v_, e_.tables().private_endpoints[index]))
      rest.subtract(Prefix::host(address));
  }
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[index];
    if (nic.private_endpoint.is_set() || !stands_apart(nic)) continue;
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (!config.address || config.subnet != subnet.id || !rest.contains(*config.address)) continue;
      const AddressSet own(Prefix::host(*config.address));
      rest -= own;
      send(subnet, &nic, own, caution);
    }
  }
  send(subnet, nullptr, rest, caution);
}

void QueryWalk::send(const Subnet& subnet, const model::NetworkInterface* nic, const AddressSet& addresses,
                     const std::string& caution) {
  const Place from =
      nic == nullptr ? Place{Place::Kind::subnet, subnet.id} : Place{Place::Kind::network_interface, nic->id};
  const FilterPoint point{&subnet, nic, false};
  BoxCuts cuts;
  cut_by_groups(v_, point, Direction::outbound, cuts);
  const auto ask = [&](const Packet& packet) {
    const FilterResult result = filter(v_, Direction::outbound, point, packet);
    switch (result.decision) {
      case FilterResult::Decision::allow: return BoxOutcome{Ternary::yes, {}, false, {}};
      case FilterResult::Decision::deny: return BoxOutcome{};
      case FilterResult::Decision::unknown: return BoxOutcome{Ternary::unknown, {}, false, result.reason};
    }
    return BoxOutcome{};
  };
  Box sent = box_of(addresses);
  AddressSet routed;
  for (const Share& share : shares_of(subnet)) {
    if (!is_in_vain(subnet, share)) routed |= share.destinations;
  }
  sent.destinations &= routed;
  for (auto& [box, outcome] : split(sent, cuts, ask, budget_)) {
    QueryLoad load;
    load.senders = {{from, box.sources}};
    load.box = std::move(box);
    load.caution = caution;
    if (outcome.passes == Ternary::unknown) load.doubts = {outcome.reason};
    leave(subnet, load);
  }
}

// law:  on-premises traffic enters at the GatewaySubnet, whose route table applies next
// source: azure-semantics.md 7.1
void QueryWalk::start_on_premises() {
  AddressSet sources = outside_;
  if (v_.designations.has_learned_prefixes) {
    AddressSet learned;
    for (const Prefix& prefix : v_.designations.learned_prefixes) learned.add(prefix);
    sources &= learned;
  }
  sources &= question_.from.addresses;
  for (const Subnet& subnet : e_.tables().subnets) {
    const std::string why = hidden_gateway_in(v_, subnet);
    if (!why.empty()) answer_.open.push_back(why);
  }
  for (const model::Gateway& gateway : e_.tables().gateways) {
    if (gateway.is_route_server) continue;
    const Subnet* subnet = gateway.subnets.empty() ? nullptr : e_.find<Subnet>(gateway.subnets.front());
    if (subnet == nullptr) {
      answer_.open.push_back(fmt::format("the subnet of gateway {} is not in the export", shown(v_, gateway.id)));
      continue;
    }
    QueryLoad load;
    load.box = box_of(sources);
    load.senders = {{{Place::Kind::gateway, gateway.id}, sources}};
    if (!is_empty(load.box)) leave(*subnet, load);
  }
}

/// What the export does not show may send or receive as well.
void QueryWalk::what_is_missing() {
  for (const model::Gap* gap : e_.gaps_in(model::ArgTable::resources)) answer_.open.push_back(gap->message);
  std::set<ResourceId> vnets;
  for (const QueryEnd* end : {&question_.from, &question_.to}) {
    for (const ResourceId id : end->subnets) {
      const Subnet* subnet = e_.find<Subnet>(id);
      if (subnet != nullptr) vnets.insert(subnet->vnet);
    }
    answer_.open.insert(answer_.open.end(), end->open.begin(), end->open.end());
  }
  for (const ResourceId id : vnets) {
    const auto* vnet = e_.find<model::VirtualNetwork>(id);
    if (vnet == nullptr || hides_subnets(v_, *vnet))
      answer_.open.push_back(fmt::format("the subnets of {} are not all in the export", shown(v_, id)));
  }
}

Answer query(const model::View& view, const Question& question) { return QueryWalk(view, question).run(); }

}  // namespace hubproof::net
