// Transit, second half: what comes into the spoke from the subnets of adjacent VNets and from gateways.
// source: azure-semantics.md 1.4, 1.5 (GatewaySubnet), 11 recipe 2 (both directions)
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/resolver_subnets.h"
#include "engine/net/transit_parts.h"

namespace hubproof::net {
namespace {

bool leads_to_network(const NextHop& hop) {
  return hop.kind == NextHop::Kind::peering || hop.kind == NextHop::Kind::connected_group;
}

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

class Entering {
 public:
  explicit Entering(TransitRun& run) : run_(run), v_(run.view), e_(run.view.estate), window_(run.vnet.address_space) {
    for (const auto& [key, index] : e_.subnets_by_vnet.of(run.vnet.id)) {
      const Subnet& subnet = e_.tables().subnets[index];
      targets_.push_back(&subnet);
      if (!e_.endpoints_by_subnet.of(subnet.id).empty()) endpoint_subnets_.push_back(&subnet);
      // A prefix outside the address space is contradictory; it is looked at all the same.
      for (const Prefix& prefix : subnet.prefixes) {
        const auto holds = [&](const Prefix& space) { return space.contains(prefix); };
        if (std::none_of(window_.begin(), window_.end(), holds)) window_.push_back(prefix);
      }
    }
  }
  void from_vnet(const VirtualNetwork& vnet, const Peering* peering, const PeeringLink& link);
  void from_own_gateway();
  void from_connection(const model::HubConnection& connection);

 private:
  /// What one subnet brings into the spoke by the routes of networks.
  struct Told {
    AddressSet certain;
    AddressSet perhaps;  ///< those as well
  };
  bool sends(const Subnet& subnet);
  void doubt_hidden_gateway(const Subnet& subnet);
  void doubt_fast_path(const Subnet& subnet, const model::Gateway& gateway);
  void doubt(const Subnet& subnet, Fact fact, std::string reason);
  void from_subnet(const Subnet& subnet, const Peering* peering, const PeeringLink& link);
  AddressSet through(const Subnet& subnet, const Segment& segment);
  /// True when some endpoint of the spoke is (or may be) reached by its /32.
  bool overrides_all(const RouteSet& set, const Subnet& target) const;
  bool by_endpoints(const Subnet& subnet, const RouteSet& set, const PeeringLink& link, const Told& told);
  void tell(const Subnet& subnet, const AddressSet& destinations, const Route& route, std::string doubt,
            const PeeringLink& link, Told& told);

  TransitRun& run_;
  const View& v_;
  const model::Estate& e_;
  std::vector<Prefix> window_;
  std::vector<const Subnet*> targets_;
  std::vector<const Subnet*> endpoint_subnets_;
  std::set<std::pair<model::ResourceId, model::ResourceId>> harmless_;  ///< (VNet, route table)
};

void Entering::doubt(const Subnet& subnet, Fact fact, std::string reason) {
  AddressSet space;
  for (const Prefix& prefix : window_) space.add(prefix);
  run_.uncertain(Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), space, {NextHop::Kind::unknown, {}, {}},
                 {std::move(fact)}, std::move(reason));
}

// A GatewaySubnet whose gateway the export does not show, or shows without its place, may carry on-premises traffic all
// the same.
void Entering::doubt_hidden_gateway(const Subnet& subnet) {
  const auto placed = e_.gateways_by_vnet.of(subnet.vnet);
  const bool has_gateway = std::any_of(placed.begin(), placed.end(), [&](const auto& entry) {
    return !e_.tables().gateways[entry.second].is_route_server;
  });
  if (has_gateway) return;
  if (!subnet.attached.empty()) {
    return doubt(subnet, {subnet.id, "/properties/ipConfigurations", std::string(e_.spelling(subnet.attached.front()))},
                 fmt::format("{} is attached to {} of {} and no gateway of the export stands there",
                             shown(v_, subnet.attached.front()), shown(v_, subnet.id), shown(v_, subnet.vnet)));
  }
  for (const auto& [key, index] : e_.peerings_by_remote.of(subnet.vnet)) {
    const Peering& peering = e_.tables().peerings[index];
    if (peering.use_remote_gateways.value_or_default(false) == false) continue;
    return doubt(subnet, {peering.id, "/properties/useRemoteGateways", "true"},
                 fmt::format("{} uses the gateway of {}, which the export does not show", shown(v_, peering.vnet),
                             shown(v_, subnet.vnet)));
  }
  for (const model::Gateway& gateway : e_.tables().gateways) {
    if (gateway.is_route_server || !gateway.subnets.empty()) continue;
    return doubt(subnet, {gateway.id, "/properties/ipConfigurations", "absent"},
                 fmt::format("gateway {} does not say in which subnet it stands", shown(v_, gateway.id)));
  }
}

// source: learn.microsoft.com/azure/expressroute/about-fastpath (traffic skips the gateway and the routes of its
// subnet)
void Entering::doubt_fast_path(const Subnet& subnet, const model::Gateway& gateway) {
  for (const auto& [key, index] : e_.taints_by_resource.of(gateway.id)) {
    const model::UnmodelledNetworkResource& connection = e_.tables().unmodelled_network[index];
    for (const model::Unread& unread : connection.unread) {
      if (unread.pointer.find("expressRouteGatewayBypass") == std::string::npos) continue;
      doubt(subnet, {connection.id, unread.pointer, unread.met},
            fmt::format("connection {} of {} uses ExpressRoute FastPath, which ignores the routes of the GatewaySubnet",
                        shown(v_, connection.id), shown(v_, gateway.id)));
    }
  }
}

// law:  the firewall's own subnets are the promised way; Route Server instances send no data; a GatewaySubnet stands
// for what is
//       behind its gateway
// source: azure-semantics.md 1.5, 7.1
bool Entering::sends(const Subnet& subnet) {
  if (is_firewall_subnet(v_, subnet) || is_named(v_, subnet, "RouteServerSubnet")) return false;
  if (is_named(v_, subnet, "GatewaySubnet")) {
    bool has_gateway = false;
    doubt_hidden_gateway(subnet);
    for (const auto& [key, index] : e_.gateways_by_vnet.of(subnet.vnet)) {
      const model::Gateway& gateway = e_.tables().gateways[index];
      if (gateway.is_route_server) continue;
      has_gateway = true;
      if (!gateway.type.is(model::GatewayType::express_route)) continue;
      doubt_fast_path(subnet, gateway);
      run_.assumptions.insert(
          fmt::format("no connection of {} uses ExpressRoute FastPath, which ignores the routes of the GatewaySubnet",
                      shown(v_, gateway.id)));
    }
    return has_gateway;
  }
  if (is_named(v_, subnet, "AzureBastionSubnet")) {
    const auto& hosts = e_.tables().bastion_hosts;
    const auto is_here = [&](const model::BastionHost& host) { return host.subnet == subnet.id; };
    const auto is_nowhere = [](const model::BastionHost& host) { return !host.subnet.is_set(); };
    if (std::any_of(hosts.begin(), hosts.end(), is_here)) return true;
    if (!subnet.attached.empty() || std::any_of(hosts.begin(), hosts.end(), is_nowhere)) {
      doubt(subnet, {subnet.id, "/properties/ipConfigurations", "a host that is not shown"},
            fmt::format("a Bastion may stand in {} of {} that the export does not show there", shown(v_, subnet.id),
                        shown(v_, subnet.vnet)));
    }
    return false;
  }
  if (holds_resolver_endpoints_only(v_, subnet)) {
    run_.assumptions.insert(
        fmt::format("{} of {} holds endpoints of a DNS resolver only, which send DNS questions to "
                    "the servers of its forwarding rules and nothing else",
                    shown(v_, subnet.id), shown(v_, subnet.vnet)));
    return false;
  }
  return holds_endpoints_only(v_, subnet) != Ternary::yes;
}

/// What of the segment one of its routes carries straight into the spoke.
AddressSet Entering::through(const Subnet& subnet, const Segment& segment) {
  AddressSet out;
  for (const Route* route : segment.chosen) {
    const bool is_into = (leads_to_network(route->next_hop) && route->next_hop.target == run_.vnet.id) ||
                         (route->next_hop.kind == NextHop::Kind::vnet_local && subnet.vnet == run_.vnet.id) ||
                         goes_by_router_to(v_, *route, run_.vnet.id);
    if (is_into) out.add(segment.range.first, segment.range.last);
  }
  return out;
}

void Entering::tell(const Subnet& subnet, const AddressSet& destinations, const Route& route, std::string doubt,
                    const PeeringLink& link, Told& told) {
  Landing landing;
  for (const Subnet* target : targets_) {
    if (target == &subnet) continue;
    if (is_firewall_subnet(v_, *target)) continue;
    const bool is_left_out = is_platform_subnet(v_, *target) || holds_only_public_bastions(v_, *target);
    if (!is_left_out) land(v_, subnet, *target, destinations - run_.direct, landing);
    if (is_left_out) run_.left_out.insert({target->id, TransitRun::LeftOut::as_destination});
  }
  if (landing.passes == Ternary::no) return;
  if (doubt.empty()) doubt = link.reason;
  if (doubt.empty() && landing.passes == Ternary::unknown) doubt = landing.reason;
  Bypass bypass;
  bypass.way = Bypass::Way::enters;
  bypass.from = model::SubnetIndex(e_.index_of(subnet));
  bypass.destinations = landing.destinations;
  bypass.next_hop = route.next_hop;
  bypass.facts = {fact_of(v_, route),
                  {subnet.id, "/properties/routeTable/id",
                   subnet.route_table.is_set() ? std::string(e_.spelling(subnet.route_table)) : std::string("absent")}};
  bypass.reason = fmt::format("{} of {} reaches {} directly ({}): no user route of {} is as long as {}",
                              shown(v_, subnet.id), shown(v_, subnet.vnet), enumeration(landing.places),
                              name(route.next_hop.kind), table_of(v_, subnet), to_string(route.prefix));
  bypass.expected = expected_routes(run_, landing.prefixes);
  bypass.doubt = std::move(doubt);
  // What is not certain this way may be so by the /32 of an endpoint.
  told.perhaps |= landing.destinations;
  if (add_witnessed(run_, std::move(bypass), landing.examples, {Place::Kind::subnet, subnet.id}))
    told.certain |= landing.destinations;
}

void Entering::from_subnet(const Subnet& subnet, const Peering* peering, const PeeringLink& link) {
  const bool is_joined_alone = peering != nullptr && joined_subnets(v_, *peering).has_value();
  // What the routes of the peering carry; `link` is of the /32 routes of endpoints.
  const PeeringLink way = is_joined_alone ? peering_link(v_, *peering, subnet) : link;
  std::vector<UnknownRoutes> unknowns = subnet_unknowns(v_, subnet);
  // Subnets of one VNet and route table have the same routes: one that sends nothing into the spoke answers for the
  // others.
  if (unknowns.empty() && harmless_.count({subnet.vnet, subnet.route_table}) != 0) return;
  const RouteSet set = collect_routes(
      v_, subnet, {.window = window_, .only_peering = peering, .with_subnet = false, .with_endpoints = false});
  const std::size_t told_before = run_.result.bypasses.size();
  Told told;
  std::map<const Route*, std::map<std::string, AddressSet>> into;  // by what is in doubt about them
  for (const Segment& segment : decide(set.routes, window_)) {
    const AddressSet direct = way.carries == Ternary::no ? AddressSet() : through(subnet, segment);
    for (const Route* route : ways(segment)) {
      if (!direct.empty() && (leads_to_network(route->next_hop) || route->next_hop.kind == NextHop::Kind::vnet_local ||
                              goes_by_router_to(v_, *route, run_.vnet.id))) {
        into[route][doubt_of(segment)] |= direct;
      }
      AddressSet here;
      here.add(segment.range.first, segment.range.last);
      if (route->next_hop.kind == NextHop::Kind::appliance) {
        const VirtualNetwork* vnet = e_.find<VirtualNetwork>(subnet.vnet);
        const Appliance& device =
            run_.shared.appliance_at(model::VnetIndex(e_.index_of(*vnet)), route->next_hop.address);
        // An appliance of an adjacent VNet is looked at by the routes of its own subnet; one inside the spoke is
        // already there.
        const bool is_inside =
            device.vnet == run_.vnet.id && subnet.vnet != run_.vnet.id && device.kind != Appliance::Kind::firewall;
        const bool is_unknown = device.kind == Appliance::Kind::unknown;
        if (!is_inside && !is_unknown) continue;
        run_.uncertain(Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), here, route->next_hop,
                       {fact_of(v_, *route)},
                       fmt::format("route {} -> {} of {} leads to an address that may lie in the spoke itself: {}",
                                   to_string(route->prefix), to_string(route->next_hop.address), table_of(v_, subnet),
                                   device.reason));
      }
      if (route->next_hop.kind == NextHop::Kind::vnet_local && route->source == RouteSource::user &&
          subnet.vnet != run_.vnet.id) {
        run_.uncertain(
            Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), here, route->next_hop, {fact_of(v_, *route)},
            fmt::format("{} sends {} to VnetLocal although its network does not hold it; the effect is not documented",
                        table_of(v_, subnet), to_string(route->prefix)));
      }
      // source: azure-semantics.md 1.4 (a user route of private addresses to Internet: dropped, but treat as unknown)
      if (route->next_hop.kind == NextHop::Kind::internet && route->source == RouteSource::user) {
        run_.uncertain(
            Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), here, route->next_hop, {fact_of(v_, *route)},
            fmt::format("{} sends {} of the spoke to the Internet; what Azure does with it is not documented",
                        table_of(v_, subnet), to_string(route->prefix)));
      }
      if (route->next_hop.kind == NextHop::Kind::unknown) {
        run_.uncertain(Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), here, route->next_hop,
                       {fact_of(v_, *route)},
                       fmt::format("a route of {} for {} has a next hop that is not understood", table_of(v_, subnet),
                                   to_string(route->prefix)));
      }
    }
  }
  // In the order of the routes, not of their addresses in memory.
  for (const Route& route : set.routes) {
    const auto found = into.find(&route);
    if (found == into.end()) continue;
    for (const auto& [doubt, addresses] : found->second) tell(subnet, addresses, route, doubt, way, told);
  }
  // Over a virtual hub no /32 of an endpoint is there; and its hub's own ones are told by connections_by_router().
  const bool is_adjacent = peering != nullptr || subnet.vnet == run_.vnet.id;
  const bool reaches_endpoints = is_adjacent && by_endpoints(subnet, set, link, told);
  const bool is_harmless =
      into.empty() && !reaches_endpoints && set.unknown.empty() && run_.result.bypasses.size() == told_before;
  if (is_harmless && !is_joined_alone) harmless_.insert({subnet.vnet, subnet.route_table});
  unknowns.insert(unknowns.end(), set.unknown.begin(), set.unknown.end());
  for (const UnknownRoutes& unknown : unknowns) {
    // What a gateway teaches leads away from the VNet and comes back, if it does, through a GatewaySubnet; what a Route
    // Server teaches leads to an appliance that may be anywhere. source: azure-semantics.md 7.1, 7.2
    const bool is_learned = unknown.next_hop.kind == NextHop::Kind::gateway;
    const model::Gateway* teacher = e_.find<model::Gateway>(unknown.fact.resource);
    if (is_learned && (teacher == nullptr || !teacher->is_route_server)) continue;
    const bool is_by_hub =
        unknown.next_hop.kind == NextHop::Kind::virtual_hub && !e_.connections_by_vnet.of(run_.vnet.id).empty();
    if (!is_learned && !is_by_hub && unknown.next_hop.kind != NextHop::Kind::unknown)
      continue;  // tags and service endpoints are public addresses
    AddressSet space;
    for (const Prefix& prefix : window_) space.add(prefix);
    run_.uncertain(Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), space, unknown.next_hop,
                   {unknown.fact}, unknown.reason);
  }
}

/// Whether a user route takes whatever address an endpoint of the subnet may have.
bool Entering::overrides_all(const RouteSet& set, const Subnet& target) const {
  return std::all_of(target.prefixes.begin(), target.prefixes.end(), [&](const Prefix& place) {
    return std::any_of(set.routes.begin(), set.routes.end(), [&](const Route& route) {
      return route.source == RouteSource::user && route.prefix.contains(place) &&
             endpoint_override(route.prefix, target, run_.vnet) == Ternary::yes;
    });
  });
}

bool Entering::by_endpoints(const Subnet& subnet, const RouteSet& set, const PeeringLink& link, const Told& told) {
  bool out = false;
  for (const Subnet* target : endpoint_subnets_) {
    for (const auto& [key, index] : e_.endpoints_by_subnet.of(target->id)) {
      const model::PrivateEndpoint& endpoint = e_.tables().private_endpoints[index];
      const std::vector<Ipv4>& addresses = run_.shared.addresses_of(index);
      if (addresses.empty() && !overrides_all(set, *target)) {
        out = true;
        AddressSet space;
        for (const Prefix& prefix : target->prefixes) space.add(prefix);
        run_.uncertain(Bypass::Way::enters, model::SubnetIndex(e_.index_of(subnet)), space,
                       {NextHop::Kind::private_endpoint, endpoint.id, {}},
                       {{endpoint.id, "/properties/networkInterfaces", "no address"}},
                       fmt::format("the address of private endpoint {} is not in the export: whether its /32 route "
                                   "leads around the firewall "
                                   "is not known",
                                   shown(v_, endpoint.id)));
      }
      for (const Ipv4 address : addresses) {
        if (told.certain.contains(address)) continue;
        Ternary overridden = Ternary::no;
        for (const Route& route : set.routes) {
          if (route.source != RouteSource::user || !route.prefix.contains(address)) continue;
          overridden = std::max(overridden, endpoint_override(route.prefix, *target, run_.vnet));
        }
        if (overridden == Ternary::yes) continue;
        out = true;
        Landing landing;
        land(v_, subnet, *target, AddressSet(Prefix::host(address)) - run_.direct, landing);
        if (landing.passes == Ternary::no) continue;
        const std::string policies = policies_of(*target);
        Bypass bypass;
        bypass.way = Bypass::Way::enters;
        bypass.from = model::SubnetIndex(e_.index_of(subnet));
        bypass.destinations = AddressSet(Prefix::host(address));
        bypass.next_hop = {NextHop::Kind::private_endpoint, endpoint.id, {}};
        bypass.facts = {
            {target->id, "/properties/privateEndpointNetworkPolicies", policies},
            {subnet.id, "/properties/routeTable/id",
             subnet.route_table.is_set() ? std::string(e_.spelling(subnet.route_table)) : std::string("absent")}};
        bypass.reason = fmt::format(
            "{} of {} reaches private endpoint {} ({}) directly by its /32 route: no user route of {} displaces it "
            "(privateEndpointNetworkPolicies {})",
            shown(v_, subnet.id), shown(v_, subnet.vnet), shown(v_, endpoint.id), to_string(address),
            table_of(v_, subnet), policies);
        bypass.expected = expected_routes(run_, {Prefix::host(address)});
        bypass.doubt = overridden == Ternary::unknown
                           ? std::string("whether the user route displaces the /32 is not documented")
                           : link.reason;
        if (bypass.doubt.empty() && landing.passes == Ternary::unknown) bypass.doubt = landing.reason;
        add_unless_told(run_, std::move(bypass), landing.examples, {Place::Kind::subnet, subnet.id}, told.perhaps);
      }
    }
  }
  return out;
}

void Entering::from_vnet(const VirtualNetwork& vnet, const Peering* peering, const PeeringLink& link) {
  if (hides_subnets(v_, vnet)) {
    AddressSet space;
    for (const Prefix& prefix : window_) space.add(prefix);
    run_.uncertain(Bypass::Way::enters, {}, space, {NextHop::Kind::peering, run_.vnet.id, {}},
                   {{vnet.id, "/properties/subnets", "absent"}},
                   fmt::format("the export shows no subnet of {}: who reaches {} from there is not known",
                               shown(v_, vnet.id), shown(v_, run_.vnet.id)));
  }
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (!sends(subnet)) continue;
    const std::size_t first = run_.result.bypasses.size();
    from_subnet(subnet, peering, link);
    if (holds_endpoints_only(v_, subnet) == Ternary::unknown) run_.doubt_sender(subnet, first);
  }
  // Another peer of that VNet with the same addresses: which of them a packet reaches is not known.
  for (const std::uint32_t index : run_.shared.peerings_towards(vnet.id, window_)) {
    const Peering& other = e_.tables().peerings[index];
    if (&other == peering || peering_link(v_, other).carries == Ternary::no) continue;
    AddressSet space;
    for (const Prefix& prefix : window_) space.add(prefix);
    run_.uncertain(
        Bypass::Way::enters, {}, space, {NextHop::Kind::peering, other.remote, {}},
        {{other.id, "/properties/remoteAddressSpace", shown(v_, other.remote)}},
        fmt::format("{} is peered to both {} and {}, whose addresses overlap: which one a packet reaches is not known",
                    shown(v_, vnet.id), shown(v_, run_.vnet.id), shown(v_, other.remote)));
  }
}

// source: azure-semantics.md 7.3 (without a routing policy connections reach each other)
void Entering::from_connection(const model::HubConnection& connection) {
  AddressSet space;
  for (const Prefix& prefix : window_) space.add(prefix);
  const auto* vnet = e_.find<VirtualNetwork>(connection.vnet);
  if (vnet == nullptr || hides_subnets(v_, *vnet)) {
    return run_.uncertain(Bypass::Way::enters, {}, space, {NextHop::Kind::virtual_hub, connection.hub, {}},
                          {{connection.id, "/properties/remoteVirtualNetwork/id", "subnets not in the export"}},
                          fmt::format("{} is on the same virtual WAN, and its subnets are not in the export",
                                      shown(v_, connection.vnet)));
  }
  harmless_.clear();  // what was found harmless over a peering was asked without the routes of hubs
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet->id)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (!sends(subnet)) continue;
    const std::size_t first = run_.result.bypasses.size();
    from_subnet(subnet, nullptr, {Ternary::yes, true, {}});
    if (holds_endpoints_only(v_, subnet) == Ternary::unknown) run_.doubt_sender(subnet, first);
  }
}

void Entering::from_own_gateway() {
  for (const Subnet* subnet : targets_) {
    if (is_named(v_, *subnet, "GatewaySubnet") && sends(*subnet))
      from_subnet(*subnet, nullptr, {Ternary::yes, true, {}});
  }
}

}  // namespace

void find_entering(TransitRun& run) {
  Entering entering(run);
  entering.from_own_gateway();
  const model::Estate& e = run.view.estate;
  for (const auto& [key, index] : e.peerings_by_vnet.of(run.vnet.id)) {
    const Peering& own = e.tables().peerings[index];
    const VirtualNetwork* vnet = e.find<VirtualNetwork>(own.remote);
    // A network that is there, and whose peering back may be among what was not understood, may send as well. Links of
    // connected groups are made for both sides.
    const bool is_asked = vnet != nullptr && (own.connected_group.is_set() || other_side(run.view, own) != nullptr);
    if (is_asked || peering_link(run.view, own).carries == Ternary::no) continue;
    if (model::hub_connection(e, own) != nullptr) continue;  // see connections_by_router()
    AddressSet space;
    for (const Prefix& prefix : run.vnet.address_space) space.add(prefix);
    run.uncertain(Bypass::Way::enters, {}, space, {NextHop::Kind::peering, run.vnet.id, {}},
                  {{own.id, "/properties/remoteVirtualNetwork/id", "not in the export"}},
                  fmt::format("{} is peered to {}, and {} is not in the export: its routes cannot be read",
                              shown(run.view, own.remote), shown(run.view, run.vnet.id),
                              vnet == nullptr ? "the network" : "its side of the peering"));
  }
  for (const auto& [key, index] : e.peerings_by_remote.of(run.vnet.id)) {
    const Peering& peering = e.tables().peerings[index];
    const VirtualNetwork* vnet = e.find<VirtualNetwork>(peering.vnet);
    const PeeringLink link = peering_link(run.view, peering);
    if (vnet != nullptr && link.carries != Ternary::no) entering.from_vnet(*vnet, &peering, link);
  }
  for (const model::HubConnection* connection : connections_by_router(run)) entering.from_connection(*connection);
}

}  // namespace hubproof::net
