// Routing and arrival of many packets: the steps of the tracer, taken for whole boxes.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/appliance.h"
#include "engine/net/box_cuts.h"
#include "engine/net/firewall_policies.h"
#include "engine/net/firewall_rules.h"
#include "engine/net/query_walk.h"
#include "engine/net/reach.h"
#include "engine/net/route_collection.h"
#include "engine/net/trace.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

namespace {

/// The most routes that a window of the question's destinations is looked up for; more are read as a whole.
constexpr std::size_t kWidestWindow = 64;

AddressSet space_of(const model::VirtualNetwork* vnet) {
  AddressSet out;
  if (vnet == nullptr) return out;
  for (const Prefix& prefix : vnet->address_space) out.add(prefix);
  return out;
}

/// What the firewall leaves the source for; ranges of one's own may act on some protocols only.
std::vector<std::pair<ProtocolBits, KeptSources>> kept_by_protocol(const model::View& view,
                                                                   const model::AzureFirewall& firewall) {
  KeptSources with_ports = kept_sources(view, firewall, Protocol::tcp);
  KeptSources without = kept_sources(view, firewall, Protocol::icmp);
  if (with_ports == without) return {{kAllProtocols, std::move(without)}};
  return {{kProtocolsWithPorts, std::move(with_ports)},
          {static_cast<ProtocolBits>(kAllProtocols & ~kProtocolsWithPorts), std::move(without)}};
}

void add_doubt(QueryLoad& load, const std::string& why) {
  if (std::find(load.doubts.begin(), load.doubts.end(), why) == load.doubts.end()) load.doubts.push_back(why);
}

}  // namespace

const std::vector<QueryWalk::Share>& QueryWalk::shares_of(const Subnet& subnet) {
  // What is unknown about one subnet alone keeps it from sharing the routes of its network and table.
  const bool is_alike = subnet_unknowns(v_, subnet).empty();
  const auto key = is_alike ? std::make_pair(subnet.vnet, subnet.route_table) : std::make_pair(subnet.id, ResourceId());
  const auto [found, is_new] = shares_.try_emplace(key);
  std::vector<Share>& out = found->second;
  if (!is_new) return out;
  std::vector<Prefix> window = prefixes_of(destinations_);
  if (window.size() > kWidestWindow) window.clear();
  const RouteSet set = collect_routes(v_, subnet, {.window = window, .with_subnet = !is_alike});
  for (const Segment& segment : decide(set.routes, window)) share_segment(set, segment, out);
  return out;
}

// The choice of Walker::route, for all addresses of a segment.
void QueryWalk::share_segment(const RouteSet& set, const Segment& segment, std::vector<Share>& out) const {
  const auto add = [&](const AddressSet& part, const NextHop& hop, const std::string& doubt) {
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const Share& s) { return s.next_hop == hop && s.doubt == doubt; });
    (same == out.end() ? out.emplace_back(Share{{}, hop, doubt}) : *same).destinations |= part;
  };
  const NextHop anything{NextHop::Kind::unknown, {}, {}};
  const Route* best = segment.chosen.empty() ? nullptr : segment.chosen.front();
  AddressSet rest;
  rest.add(segment.range.first, segment.range.last);
  rest &= destinations_;
  for (const UnknownRoutes& unknown : set.unknown) {
    AddressSet part = rest;
    if (holds_public_only(unknown)) part &= internet_addresses();
    if (part.empty() || !may_win(unknown, best)) continue;
    add(part, anything, unknown.reason);
    rest -= part;
  }
  if (rest.empty() || best == nullptr) return;
  for (const Route* other : segment.chosen) {
    if (leads_alike(*other, *best) && (other->is_certain || other == best || best->is_certain)) continue;
    return add(rest, anything,
               other->uncertainty.empty() ? std::string("several next hops are possible") : other->uncertainty);
  }
  if (!best->is_certain) return add(rest, anything, best->uncertainty);
  if (best->next_hop.kind != NextHop::Kind::none) add(rest, best->next_hop, {});
}

void QueryWalk::leave(const Subnet& subnet, const QueryLoad& load) {
  for (const Share& share : shares_of(subnet)) {
    QueryLoad part = load;
    part.box.destinations &= share.destinations;
    if (is_empty(part.box) || is_in_vain(subnet, share)) continue;
    if (!share.doubt.empty()) {
      add_doubt(part, share.doubt);
      finish(part, {});
      continue;
    }
    forward(subnet, share, std::move(part));
  }
}

/// Its next hop is the hub firewall and nothing else: whatever happens to packets there, they go nowhere without it.
bool QueryWalk::is_in_vain(const Subnet& subnet, const Share& share) const {
  const auto* vnet = e_.find<model::VirtualNetwork>(subnet.vnet);
  if (question_.via != Question::Via::not_firewall || !share.doubt.empty() || vnet == nullptr) return false;
  if (share.next_hop.kind != NextHop::Kind::appliance) return false;
  const auto from = model::VnetIndex(e_.index_of(*vnet));
  return resolve_appliance(v_, from, share.next_hop.address).kind == Appliance::Kind::firewall;
}

// The cases of Walker::forward.
void QueryWalk::forward(const Subnet& subnet, const Share& share, QueryLoad load) {
  BoxCuts cuts;
  cuts.destinations.push_back(internet_addresses());
  switch (share.next_hop.kind) {
    case NextHop::Kind::vnet_local: {
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      QueryLoad strange = load;
      load.box.destinations &= space_of(e_.find<model::VirtualNetwork>(subnet.vnet));
      strange.box.destinations -= load.box.destinations;
      if (!is_empty(strange.box)) finish(strange, cuts);
      return deliver(subnet.vnet, load);
    }
    case NextHop::Kind::peering:
      for (const QueryLoad& part : cross(subnet.vnet, share.next_hop.target, load))
        deliver(share.next_hop.target, part);
      return;
    case NextHop::Kind::private_endpoint: {
      const auto* endpoint = e_.find<model::PrivateEndpoint>(share.next_hop.target);
      const Subnet* there = endpoint == nullptr ? nullptr : e_.find<Subnet>(endpoint->subnet);
      if (there == nullptr) return finish(load, cuts);
      if (there->vnet == subnet.vnet) return deliver(there->vnet, load);
      for (const QueryLoad& part : cross(subnet.vnet, there->vnet, load)) deliver(there->vnet, part);
      return;
    }
    case NextHop::Kind::appliance:
      // Its own network is not asked for; with it in the box the loads of all senders are alike at the firewall.
      if (question_.only_across_networks)
        load.box.destinations |= destinations_ & space_of(e_.find<model::VirtualNetwork>(subnet.vnet));
      return to_appliance(subnet, share, load);
    case NextHop::Kind::none: return;
    case NextHop::Kind::internet:
    case NextHop::Kind::gateway:
      if (question_.via != Question::Via::firewall || load.crossed) finish(load, cuts);
      return;
    case NextHop::Kind::connected_group:
      add_doubt(load, fmt::format("what a connected group carries to {} is not asked for sets of packets: use trace",
                                  shown(v_, share.next_hop.target)));
      return finish(load, cuts);
    case NextHop::Kind::virtual_hub:
      add_doubt(load, fmt::format("what virtual hub {} does with sets of packets is not asked: use trace",
                                  shown(v_, share.next_hop.target)));
      return finish(load, cuts);
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown: return finish(load, cuts);
  }
}

void QueryWalk::to_appliance(const Subnet& subnet, const Share& share, const QueryLoad& load) {
  const auto* vnet = e_.find<model::VirtualNetwork>(subnet.vnet);
  BoxCuts cuts;
  cuts.sources.push_back(space_of(vnet));  // whether a peering takes the packets as forwarded ones
  if (vnet == nullptr) return finish(load, cuts);
  const Appliance appliance = resolve_appliance(v_, model::VnetIndex(e_.index_of(*vnet)), share.next_hop.address);
  const bool is_hub_firewall = appliance.kind == Appliance::Kind::firewall;
  const auto* firewall = e_.find<model::AzureFirewall>(appliance.device);
  if (firewall == nullptr || (!is_hub_firewall && appliance.kind != Appliance::Kind::other_firewall))
    return finish(load, cuts);
  if (std::find(load.visited.begin(), load.visited.end(), firewall->id) != load.visited.end()) return;  // a loop
  const std::vector<QueryLoad> parts =
      appliance.vnet == subnet.vnet ? std::vector<QueryLoad>{load} : cross(subnet.vnet, appliance.vnet, load);
  for (QueryLoad part : parts) {
    part.crossed = part.crossed || is_hub_firewall;
    part.visited.push_back(firewall->id);
    arrive(firewall->id, std::move(part));
  }
}

/// Likes of many senders become one load: what a firewall does is asked once.
void QueryWalk::arrive(ResourceId firewall, QueryLoad load) {
  std::vector<QueryLoad>& waiting = arrivals_[firewall];
  const auto is_like = [&](const QueryLoad& other) {
    return other.box.destinations == load.box.destinations && other.box.protocols == load.box.protocols &&
           other.box.ports == load.box.ports && other.source_now == load.source_now && other.crossed == load.crossed &&
           other.doubts.empty() == load.doubts.empty() && other.caution == load.caution &&
           other.visited == load.visited;
  };
  const auto like = std::find_if(waiting.begin(), waiting.end(), is_like);
  if (like == waiting.end()) return waiting.push_back(std::move(load));
  like->box.sources |= load.box.sources;
  for (const std::string& doubt : load.doubts) add_doubt(*like, doubt);
  like->senders.insert(like->senders.end(), load.senders.begin(), load.senders.end());
}

// law:  a peering carries only when both sides are connected; what did not originate in the sending network needs
//       allowForwardedTraffic
// source: azure-semantics.md 2.1, 2.2
std::vector<QueryLoad> QueryWalk::cross(ResourceId from, ResourceId to, const QueryLoad& load) const {
  QueryLoad own = load;
  const model::Peering* peering = find_peering(v_, from, to);
  const PeeringLink link =
      peering == nullptr ? PeeringLink{Ternary::unknown, true, "no peering leads there"} : peering_link(v_, *peering);
  if (link.carries == Ternary::no) return {};
  if (link.carries == Ternary::unknown) add_doubt(own, link.reason);
  if (e_.find<model::VirtualNetwork>(to) == nullptr)
    add_doubt(own, fmt::format("virtual network {} is not in the export", shown(v_, to)));
  if (peering == nullptr) return {own};
  const model::Peering* back = other_side(v_, *peering);
  if (peering->allow_forwarded.is(true) && (back == nullptr || back->allow_forwarded.is(true))) return {own};
  const AddressSet space = space_of(e_.find<model::VirtualNetwork>(from));
  QueryLoad forwarded = own;
  if (!load.source_now) forwarded.box.sources -= space;
  if (load.source_now && space.contains(*load.source_now)) forwarded.box.sources = {};
  own.box.sources -= forwarded.box.sources;
  add_doubt(forwarded, fmt::format("the packet did not originate in {} and allowForwardedTraffic is not set on both "
                                   "sides of the peering with {}",
                                   shown(v_, from), shown(v_, to)));
  std::vector<QueryLoad> out;
  for (QueryLoad* part : {&own, &forwarded}) {
    if (!is_empty(part->box)) out.push_back(std::move(*part));
  }
  return out;
}

void QueryWalk::deliver(ResourceId vnet, const QueryLoad& load) {
  QueryLoad arriving = load;
  if (question_.only_across_networks) {
    arriving.left_out = arriving.box.sources & space_of(e_.find<model::VirtualNetwork>(vnet));
    arriving.box.sources -= arriving.left_out;
  }
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (!is_target(subnet.id)) continue;
    for (const Spot& spot : spots_of(subnet)) {
      if (question_.via == Question::Via::firewall && !load.crossed && !spot.passes_on) continue;
      QueryLoad part = arriving;
      part.box.destinations &= spot.addresses;
      if (!is_empty(part.box)) finish(part, spot.cuts);
    }
  }
}

// The order of Walker::deliver_in.
const std::vector<QueryWalk::Spot>& QueryWalk::spots_of(const Subnet& subnet) {
  const auto [found, is_new] = spots_.try_emplace(subnet.id);
  std::vector<Spot>& out = found->second;
  if (!is_new) return out;
  AddressSet rest = usable_addresses(subnet);
  const auto take = [&](Ipv4 address, bool passes_on) -> BoxCuts* {
    if (!rest.contains(address)) return nullptr;
    rest.subtract(Prefix::host(address));
    return &out.emplace_back(Spot{AddressSet(Prefix::host(address)), {}, passes_on}).cuts;
  };
  for (const auto& [key, index] : e_.endpoints_by_subnet.of(subnet.id)) {
    for (const Ipv4 address : endpoint_addresses(v_, e_.tables().private_endpoints[index])) {
      if (BoxCuts* cuts = take(address, false)) cut_by_groups(v_, {&subnet, nullptr, true}, Direction::inbound, *cuts);
    }
  }
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e_.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      // Without a group of its own an interface is filtered as its subnet is.
      if (!nic.network_security_group.is_set() || !config.address) continue;
      if (BoxCuts* cuts = take(*config.address, false))
        cut_by_groups(v_, {&subnet, &nic, false}, Direction::inbound, *cuts);
    }
  }
  for (const auto& [key, index] : e_.firewalls_by_vnet.of(subnet.vnet)) {
    for (const auto& config : e_.tables().firewalls[index].ip_configurations) {
      BoxCuts* cuts = config.address ? take(*config.address, true) : nullptr;
      if (cuts != nullptr) cut_by_firewall(v_, e_.tables().firewalls[index], true, *cuts);
    }
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.subnet != subnet.id || !frontend.address) continue;
      if (BoxCuts* cuts = take(*frontend.address, true)) cut_by_balancer(v_, balancer, *cuts);
    }
  }
  Spot others{std::move(rest), {}, false};
  cut_by_groups(v_, {&subnet, nullptr, false}, Direction::inbound, others.cuts);
  out.push_back(std::move(others));
  return out;
}

void QueryWalk::through_firewalls() {
  while (!arrivals_.empty()) {
    const auto first = arrivals_.begin();
    const auto* firewall = e_.find<model::AzureFirewall>(first->first);
    const std::vector<QueryLoad> loads = std::move(first->second);
    arrivals_.erase(first);
    for (const QueryLoad& load : loads) through_firewall(*firewall, load);
  }
}

// law:  rules, then source translation, then the routes of the firewall's own subnet
// source: azure-semantics.md 4.2, 4.4; learn.microsoft.com/azure/firewall/snat-private-range
void QueryWalk::through_firewall(const model::AzureFirewall& firewall, const QueryLoad& load) {
  BoxCuts cuts;
  cut_by_firewall(v_, firewall, false, cuts);
  const auto ask = [&](Packet packet) {
    if (load.source_now) packet.source = *load.source_now;
    const FirewallResult result = firewall_rules(v_, firewall, packet, false);
    switch (result.decision) {
      case FilterResult::Decision::allow: return BoxOutcome{Ternary::yes, {}, false, {}};
      case FilterResult::Decision::deny: return BoxOutcome{};
      case FilterResult::Decision::unknown: return BoxOutcome{Ternary::unknown, {}, false, result.reason};
    }
    return BoxOutcome{};
  };
  for (const Inspection& inspection : denying_inspections(v_, firewall))
    notes_.insert(
        fmt::format("{} of {} drops what it takes for malicious", name(inspection.kind), shown(v_, firewall.id)));
  const Subnet* subnet = nullptr;
  for (const auto& config : firewall.ip_configurations) {
    if (subnet == nullptr) subnet = e_.find<Subnet>(config.subnet);
  }
  for (auto& [box, outcome] : split(load.box, cuts, ask, budget_)) {
    for (auto& [protocols, kept] : kept_by_protocol(v_, firewall)) {
      QueryLoad allowed = load;
      allowed.box = box;
      allowed.box.protocols &= protocols;
      if (is_empty(allowed.box)) continue;
      if (outcome.passes == Ternary::unknown) add_doubt(allowed, outcome.reason);
      leave_firewall(firewall, subnet, kept, allowed);
    }
  }
}

void QueryWalk::leave_firewall(const model::AzureFirewall& firewall, const Subnet* subnet, const KeptSources& kept,
                               const QueryLoad& load) {
  QueryLoad untranslated = load;
  if (subnet == nullptr) {
    add_doubt(untranslated, "the firewall's subnet is not in the export");
    return finish(untranslated, {});
  }
  QueryLoad translated = load;
  translated.box.destinations -= kept.possible;
  translated.source_now = firewall.ip_configurations.front().address;
  untranslated.box.destinations &= kept.certain;
  QueryLoad either = load;
  either.box.destinations &= kept.possible - kept.certain;
  add_doubt(either, kept.doubt);
  for (const QueryLoad* part : {&untranslated, &translated, &either}) {
    if (!is_empty(part->box)) leave(*subnet, *part);
  }
}

}  // namespace hubproof::net
