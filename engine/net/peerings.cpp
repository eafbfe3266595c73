#include "engine/net/peerings.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "engine/core/text.h"
#include "engine/net/family.h"

namespace hubproof::net {
namespace {

using model::Peering;
using model::PeeringState;
using model::View;

template <class Block>
bool overlaps_any(const std::vector<Block>& list, std::span<const Block> window) {
  for (const Block& prefix : list) {
    for (const Block& wanted : window) {
      if (prefix.overlaps(wanted)) return true;
    }
  }
  return false;
}

/// Or may join only some. What enableOnlyIPv6Peering does to a peering of whole networks is not documented.
bool joins_some_subnets(const Peering& peering) {
  return peering.complete_vnets.value_or_default(true) != true || peering.only_v6.value_or_default(false) != false;
}

// A dangling reference to the remote says nothing about the peering itself; contradictory rows do.
bool is_contradicted(const View& view, model::ResourceId id) {
  for (const auto& [key, index] : view.estate.gaps_by_resource.of(id)) {
    if (view.estate.snapshot().gaps[index].code != "INPUT-DANGLING") return true;
  }
  return false;
}

// State of the pair, flags apart.
// source: azure-semantics.md 2.1 (Initiated and Disconnected carry no traffic; only a pair where one side is provably
// absent or Disconnected blocks)
PeeringLink link_of_states(const View& view, const Peering& peering, const Peering* back) {
  const auto remote = [&] { return shown(view, peering.remote); };
  if (!peering.state.is_known()) {
    return {Ternary::unknown, true, fmt::format("the state of the peering to {} is not known", remote())};
  }
  const bool back_is_connected = back != nullptr && back->state.is(PeeringState::connected);
  if (!peering.state.is(PeeringState::connected)) {
    const std::string_view state = model::name(peering.state.value());
    if (!back_is_connected) return {Ternary::no, false, fmt::format("the peering to {} is {}", remote(), state)};
    return {Ternary::unknown, true,
            fmt::format("the peering to {} is {} here but Connected on the other side", remote(), state)};
  }
  const auto* there = view.estate.find<model::VirtualNetwork>(peering.remote);
  if (there == nullptr) return {Ternary::yes, true, {}};
  if (back == nullptr) {
    // A peering whose remote network cannot be read stays as a taint of its own network: it may be the one back.
    const bool may_be_missing = view.estate.is_partial(model::ArgTable::resources) || !there->unread.empty() ||
                                !view.estate.taints_by_resource.of(there->id).empty();
    return {may_be_missing ? Ternary::unknown : Ternary::no, true, fmt::format("{} has no peering back", remote())};
  }
  if (back_is_connected) return {Ternary::yes, true, {}};
  return {back->state.is_known() ? Ternary::no : Ternary::unknown, true,
          fmt::format("the peering back from {} is not Connected", remote())};
}

// law:  members of a connected group pass packets to each other in both directions; no peering object shows it
// source: learn.microsoft.com/azure/virtual-network-manager/concept-connectivity-configuration#connected-group
PeeringLink link_of_group(const View& view, const Peering& link) {
  if (link.state.is(PeeringState::connected)) return {Ternary::yes, true, {}};
  return {Ternary::unknown, true,
          fmt::format("whether the connectivity configuration {} joins it with {} is not known",
                      shown(view, link.connected_group), shown(view, link.remote))};
}

}  // namespace

std::string shown(const View& view, model::ResourceId id) {
  return id.is_set() ? text::printable(view.estate.name(id)) : std::string("(none)");
}

bool is_named(const View& view, const model::Subnet& subnet, std::string_view name) {
  return text::equals(view.estate.name(subnet.id), name);
}

bool hides_subnets(const View& view, const model::VirtualNetwork& vnet) {
  return !vnet.lists_subnets && view.estate.subnets_by_vnet.of(vnet.id).empty();
}

// Both relations hold the peerings of the pair in table order; the shorter one is walked: a hub has many, a spoke few.
const Peering* find_peering(const View& view, model::ResourceId from, model::ResourceId to) {
  const auto sides = view.estate.peerings_by_vnet.of(from);
  const auto remotes = view.estate.peerings_by_remote.of(to);
  for (const auto& [key, index] : sides.size() < remotes.size() ? sides : remotes) {
    const Peering& peering = view.estate.tables().peerings[index];
    const bool is_object = !peering.connected_group.is_set();
    if (is_object && peering.vnet == from && peering.remote == to) return &peering;
  }
  return nullptr;
}

const Peering* other_side(const View& view, const Peering& peering) {
  return find_peering(view, peering.remote, peering.vnet);
}

namespace {

// The pair and its flags, whatever it joins.
PeeringLink link_of_networks(const View& view, const Peering& peering, const Peering* back) {
  PeeringLink link = link_of_states(view, peering, back);
  if (link.carries != Ternary::yes) return link;
  const auto remote = [&] { return shown(view, peering.remote); };
  const auto doubt = [&](std::string reason) { return PeeringLink{Ternary::unknown, true, std::move(reason)}; };
  for (const Peering* side : {&peering, back}) {
    if (side == nullptr) continue;
    if (!side->unread.empty()) {
      return doubt(fmt::format("the peering with {} has a property that is not understood ({})", remote(),
                               text::printable(side->unread.front().pointer)));
    }
    if (!side->is_settled) return doubt(fmt::format("the peering with {} is not provisioned", remote()));
    if (is_contradicted(view, side->id))
      return doubt(fmt::format("the export contradicts itself about the peering with {}", remote()));
    // Editions of the page disagree on whether `false` blocks or only changes the VirtualNetwork tag.
    // source: azure-semantics.md 2.2; learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering
    if (side->allow_access.value_or_default(true) != true) {
      return doubt(fmt::format(
          "allowVirtualNetworkAccess of the peering with {} is not true, which may or may not block", remote()));
    }
  }
  return link;
}

bool is_subnet_peering(const Peering& peering, const Peering* back) {
  return joins_some_subnets(peering) || (back != nullptr && joins_some_subnets(*back));
}

/// The subnets of the network that have the names, ascending; empty when a name is nobody's.
std::vector<std::uint32_t> subnets_named(const View& view, model::ResourceId vnet,
                                         const std::vector<std::string>& names) {
  std::vector<std::uint32_t> out;
  for (const std::string& name : names) {
    const std::size_t before = out.size();
    for (const auto& [key, index] : view.estate.subnets_by_vnet.of(vnet)) {
      if (is_named(view, view.estate.tables().subnets[index], name)) out.push_back(index);
    }
    if (out.size() == before) return {};
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// law:  a peering that joins single subnets routes the joined subnets of the other side. Subnets that it does not join
//       may have these routes too ("limitation removed in the post GA release"), but what they send over it is dropped.
//       By default it is of IPv4; enableOnlyIPv6Peering makes it of IPv6 alone
// source:
// learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering#subnet-peering-checks-and-limitations
template <class Address>
PeeringLink link_of_subnet(const View& view, const Peering& peering, const model::Subnet& from) {
  const Peering* back = peering.connected_group.is_set() ? nullptr : other_side(view, peering);
  if (peering.connected_group.is_set() || !is_subnet_peering(peering, back)) return peering_link(view, peering);
  const std::optional<JoinedSubnets> joined = joined_subnets(view, peering);
  if (!joined) return peering_link(view, peering);
  PeeringLink link = link_of_networks(view, peering, back);
  if (!link.has_route) return link;
  const bool is_v6 = std::is_same_v<Address, Ipv6>;
  if (joined->only_v6 && !is_v6)
    return {Ternary::no, false, fmt::format("the peering with {} is of IPv6 alone", shown(view, peering.remote))};
  if (!std::binary_search(joined->local.begin(), joined->local.end(), view.estate.index_of(from))) {
    // Whether a gateway reaches the joined subnets of the other side from a GatewaySubnet that is not joined itself is
    // not documented.
    const bool may_send = is_named(view, from, "GatewaySubnet");
    return {may_send ? Ternary::unknown : Ternary::no, true,
            fmt::format("whether {}, which the peering with {} does not join, has its routes depends on the release",
                        shown(view, from.id), shown(view, peering.remote))};
  }
  if (is_v6 && !joined->only_v6 && link.carries == Ternary::yes) {
    return {Ternary::unknown, true,
            fmt::format("whether the subnet peering with {} carries IPv6 beside IPv4 is not documented",
                        shown(view, peering.remote))};
  }
  return link;
}

}  // namespace

PeeringLink peering_link(const View& view, const Peering& peering) {
  if (peering.connected_group.is_set()) return link_of_group(view, peering);
  const Peering* back = other_side(view, peering);
  PeeringLink link = link_of_networks(view, peering, back);
  if (link.carries != Ternary::yes || !is_subnet_peering(peering, back)) return link;
  return {Ternary::unknown, true,
          fmt::format("the peering with {} joins only some subnets", shown(view, peering.remote))};
}

PeeringLink peering_link(const View& view, const Peering& peering, const model::Subnet& from) {
  return link_of_subnet<Ipv4>(view, peering, from);
}

PeeringLink peering_link_v6(const View& view, const Peering& peering, const model::Subnet& from) {
  return link_of_subnet<Ipv6>(view, peering, from);
}

std::optional<JoinedSubnets> joined_subnets(const View& view, const Peering& peering) {
  if (!peering.complete_vnets.is(false) || peering.connected_group.is_set()) return std::nullopt;
  const Peering* back = other_side(view, peering);
  if (back == nullptr) return std::nullopt;
  for (const Peering* side : {&peering, back}) {
    const bool is_in_sync = side->sync_level.value_or_default(model::PeeringSyncLevel::fully_in_sync) ==
                            model::PeeringSyncLevel::fully_in_sync;
    const bool is_whole = side->unread.empty() && side->is_settled && !is_contradicted(view, side->id);
    if (!side->complete_vnets.is(false) || !side->only_v6.value_or_default(false) || !is_in_sync || !is_whole)
      return std::nullopt;
  }
  JoinedSubnets out{subnets_named(view, peering.vnet, peering.local_subnets),
                    subnets_named(view, peering.remote, peering.remote_subnets), peering.only_v6.is(true)};
  const bool is_told_alike = out.local == subnets_named(view, back->remote, back->remote_subnets) &&
                             out.remote == subnets_named(view, back->vnet, back->local_subnets) &&
                             out.only_v6 == back->only_v6.is(true);
  if (out.local.empty() || out.remote.empty() || !is_told_alike) return std::nullopt;
  return out;
}

bool differs_by_subnet(const View& view, model::ResourceId vnet) {
  for (const auto& [key, index] : view.estate.peerings_by_vnet.of(vnet)) {
    if (joined_subnets(view, view.estate.tables().peerings[index])) return true;
  }
  return false;
}

namespace {

template <class Address>
bool routes_into(const View& view, const Peering& peering, std::span<const typename Family<Address>::Block> window) {
  using F = Family<Address>;
  if (overlaps_any(F::synced(peering), window) || overlaps_any(F::current(peering), window)) return true;
  const model::VirtualNetwork* remote = view.estate.find<model::VirtualNetwork>(peering.remote);
  return remote != nullptr && overlaps_any(F::space(*remote), window);
}

}  // namespace

bool may_route(const View& view, const Peering& peering, std::span<const Prefix> window) {
  return routes_into<Ipv4>(view, peering, window);
}

bool may_route(const View& view, const Peering& peering, std::span<const Prefix6> window) {
  return routes_into<Ipv6>(view, peering, window);
}

namespace {

// Effective routes then show the remote subnets, which are longer than a user route for the whole network.
// source: techcommunity.microsoft.com/blog/azurenetworkingblog/subnet-peering/4397640, azure-semantics.md 2.3
template <class Address, class Ranges>
void add_subnets(const View& view, const Peering& peering, Ranges& out) {
  for (auto& range : out) range.is_certain = false;
  for (const auto& [key, index] : view.estate.subnets_by_vnet.of(peering.remote)) {
    for (const auto& prefix : Family<Address>::prefixes(view.estate.tables().subnets[index])) {
      const auto same = [&](const auto& range) { return range.prefix == prefix; };
      if (std::none_of(out.begin(), out.end(), same)) out.push_back({prefix, false});
    }
  }
}

// A list that has nothing of IPv4 was not exported. One that has IPv4 alone says that there is no IPv6.
bool is_there(const std::vector<Prefix>& list, const std::vector<Prefix>&) { return !list.empty(); }
bool is_there(const std::vector<Prefix6>& list, const std::vector<Prefix>& v4) { return !list.empty() || !v4.empty(); }

// source: azure-semantics.md 2.1 (not in sync: safety takes the union of the lists, liveness the intersection)
template <class Address>
auto space_of(const View& view, const Peering& peering) {
  using F = Family<Address>;
  using Block = typename F::Block;
  using Range = BasicPeeringRange<Block>;
  std::vector<const std::vector<Block>*> lists;
  if (is_there(F::synced(peering), peering.remote_address_space)) lists.push_back(&F::synced(peering));
  if (is_there(F::current(peering), peering.remote_current_address_space)) lists.push_back(&F::current(peering));
  if (const auto* remote = view.estate.find<model::VirtualNetwork>(peering.remote)) lists.push_back(&F::space(*remote));
  const Peering* back = peering.connected_group.is_set() ? nullptr : other_side(view, peering);
  const auto* own = view.estate.find<model::VirtualNetwork>(peering.vnet);
  // Subnets that overlap do not reach each other in a connected group. source: azure-semantics.md 7.4
  const auto is_clear = [&](const Block& prefix) {
    const std::span<const Block> one(&prefix, 1);
    return !peering.connected_group.is_set() || own == nullptr || !overlaps_any(F::space(*own), one);
  };
  std::vector<Range> out;
  for (const std::vector<Block>* list : lists) {
    for (const Block& prefix : *list) {
      const auto same = [&](const Range& range) { return range.prefix == prefix; };
      if (std::any_of(out.begin(), out.end(), same)) continue;
      const auto has = [&](const std::vector<Block>* other) {
        return std::find(other->begin(), other->end(), prefix) != other->end();
      };
      out.push_back({prefix, !peering.sync_level.is_unreadable() && std::all_of(lists.begin(), lists.end(), has) &&
                                 is_clear(prefix)});
    }
  }
  if (is_subnet_peering(peering, back)) add_subnets<Address>(view, peering, out);
  std::sort(out.begin(), out.end(), [](const Range& a, const Range& b) { return a.prefix < b.prefix; });
  return out;
}

// Of a subnet peering the joined subnets of the other side, as effective routes show them.
// source: techcommunity.microsoft.com/blog/azurenetworkingblog/subnet-peering/4397640
template <class Address>
auto ranges_of(const View& view, const Peering& peering) {
  const std::optional<JoinedSubnets> joined = joined_subnets(view, peering);
  if (!joined) return space_of<Address>(view, peering);
  const bool is_v6 = std::is_same_v<Address, Ipv6>;
  decltype(space_of<Address>(view, peering)) out;
  if (joined->only_v6 && !is_v6) return out;
  for (const std::uint32_t index : joined->remote) {
    for (const auto& prefix : Family<Address>::prefixes(view.estate.tables().subnets[index]))
      out.push_back({prefix, joined->only_v6 == is_v6});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.prefix < b.prefix; });
  return out;
}

}  // namespace

std::vector<PeeringRange> peering_space(const View& view, const Peering& peering) {
  return space_of<Ipv4>(view, peering);
}

std::vector<PeeringRange> peering_ranges(const View& view, const Peering& peering) {
  return ranges_of<Ipv4>(view, peering);
}

std::vector<PeeringRange6> peering_ranges_v6(const View& view, const Peering& peering) {
  return ranges_of<Ipv6>(view, peering);
}

std::vector<Ipv4> endpoint_addresses(const View& view, const model::PrivateEndpoint& endpoint) {
  std::vector<Ipv4> out(endpoint.addresses);
  for (const model::ResourceId id : endpoint.network_interfaces) {
    const model::NetworkInterface* nic = view.estate.find<model::NetworkInterface>(id);
    if (nic == nullptr) continue;
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address) out.push_back(*config.address);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace hubproof::net
