// Transit of a spoke on a virtual hub: what leaves by the hub's router and not through its firewall, and what a hub
// without a policy for private traffic lets in. source: azure-semantics.md 7.3, 11 recipe 2
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/leaving.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::net {

using model::Fact;
using model::HubConnection;
using model::Subnet;
using model::VirtualNetwork;

// law:  a packet that the hub hands to a firewall of the roles has crossed it
void Leaving::to_virtual_hub(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  if (route.next_hop.address.bits() != 0) {
    if (v_.roles.firewall_at(route.next_hop.target, route.next_hop.address) != nullptr) return;
    return run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {fact_of(v_, route)},
                          fmt::format("whether {} is a hub firewall is not known", to_string(route.next_hop.address)));
  }
  if (route.origin.kind == RouteOrigin::Kind::hub_range) {
    run_.assumptions.insert(fmt::format(
        "the range of virtual hub {} holds platform instances only, which do not pass packets on around the "
        "firewall",
        shown(v_, route.origin.resource)));
    return;
  }
  if (route.origin.kind == RouteOrigin::Kind::hub_connection) return to_hub_connection(subnet, share);
  if (route.origin.kind == RouteOrigin::Kind::hub_branch) return to_branch(subnet, share);
  const std::string why = !share.doubt.empty() ? share.doubt : "where the hub sends the packet is not known";
  run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {fact_of(v_, route)}, why);
}

void Leaving::to_hub_connection(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const auto* connection = e_.find<HubConnection>(route.origin.resource);
  const auto* remote = connection == nullptr ? nullptr : e_.find<VirtualNetwork>(connection->vnet);
  if (remote == nullptr || hides_subnets(v_, *remote) || !route.is_certain) {
    return run_.uncertain(
        Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {fact_of(v_, route)},
        !route.uncertainty.empty() ? route.uncertainty : "the export shows no subnet of a network on the same hub");
  }
  const Landing landing = land_in_peer(subnet, share, *remote);
  if (landing.passes == Ternary::no) return;
  Bypass out =
      bypass(subnet, landing.destinations, route.next_hop, {fact_of(v_, route)},
             fmt::format("{} of {} {} reached by the router of virtual hub {}, which has no routing policy for "
                         "private traffic",
                         enumeration(landing.places), shown(v_, remote->id), landing.places.size() == 1 ? "is" : "are",
                         shown(v_, route.next_hop.target)));
  out.expected = "a routing intent of the hub with a policy for PrivateTraffic to its firewall";
  out.doubt = share.doubt;
  tell_landing(subnet, std::move(out), landing);
}

void Leaving::to_branch(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const Reach found = reach_out(v_, {&subnet, nullptr, false}, usable_addresses(subnet), share.destinations - own_);
  if (found.passes == Ternary::no) return;
  Bypass out = bypass(subnet, share.destinations - own_, route.next_hop, {fact_of(v_, route)},
                      fmt::format("{} is reached by the router of virtual hub {} and not through a firewall",
                                  to_string(route.prefix), shown(v_, route.next_hop.target)));
  out.expected = "a routing intent of the hub with a policy for PrivateTraffic to its firewall";
  out.doubt = share.doubt;
  if (out.doubt.empty() && found.passes == Ternary::unknown) out.doubt = found.reason;
  add_witnessed(run_, std::move(out), found.example, {Place::Kind::subnet, subnet.id});
}

bool goes_by_router_to(const model::View& view, const Route& route, model::ResourceId vnet) {
  if (route.next_hop.kind != NextHop::Kind::virtual_hub || route.next_hop.address.bits() != 0) return false;
  const auto* connection = view.estate.find<HubConnection>(route.origin.resource);
  return connection != nullptr && connection->vnet == vnet;
}

namespace {

class FromHub {
 public:
  FromHub(TransitRun& run, const HubConnection& own) : run_(run), v_(run.view), e_(run.view.estate), own_(own) {
    for (const Prefix& prefix : run.vnet.address_space) space_.add(prefix);
  }
  /// True when other networks may come in by the router.
  bool look();

 private:
  void doubt(Fact fact, std::string reason);
  void through_policy(const HubRouting& routing);
  void endpoints(const HubRouting& routing);
  void fast_paths();

  TransitRun& run_;
  const model::View& v_;
  const model::Estate& e_;
  const HubConnection& own_;
  AddressSet space_;
};

void FromHub::doubt(Fact fact, std::string reason) {
  run_.uncertain(Bypass::Way::enters, {}, space_, {NextHop::Kind::virtual_hub, own_.hub, {}}, {std::move(fact)},
                 std::move(reason));
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path (private endpoints
// are reached around the policy from on-premises, unless their subnet's network policies are on)
void FromHub::endpoints(const HubRouting& routing) {
  for (const auto& [key, index] : e_.subnets_by_vnet.of(run_.vnet.id)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (e_.endpoints_by_subnet.of(subnet.id).empty() || obeys_routes(subnet)) continue;
    AddressSet there;
    for (const Prefix& prefix : subnet.prefixes) there.add(prefix);
    run_.uncertain(
        Bypass::Way::enters, model::SubnetIndex(index), there, {NextHop::Kind::virtual_hub, own_.hub, {}},
        {{subnet.id, "/properties/privateEndpointNetworkPolicies", policies_of(subnet)}},
        fmt::format("branches of virtual hub {} reach the private endpoints of {} around the firewall, because "
                    "its network policies are not on",
                    shown(v_, routing.hub->id), shown(v_, subnet.id)));
  }
}

// source: learn.microsoft.com/azure/expressroute/about-fastpath
void FromHub::fast_paths() {
  for (const model::UnmodelledNetworkResource& found : e_.tables().unmodelled_network) {
    if (!text::starts_with(found.type, "microsoft.network/expressroutegateways")) continue;
    run_.assumptions.insert(
        "no ExpressRoute connection of the virtual WAN uses FastPath, which may ignore its firewalls");
    for (const model::Unread& unread : found.unread) {
      doubt({found.id, unread.pointer, unread.met},
            fmt::format("{} of {} is not understood: it may go around the firewall", text::printable(unread.pointer),
                        shown(v_, found.id)));
    }
  }
}

// law:  all that comes from the hub crossed its firewall, but for static routes of the connection and for ranges that
//       are no private traffic
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#knownlimitations
void FromHub::through_policy(const HubRouting& routing) {
  for (const Prefix& prefix : run_.vnet.address_space) {
    if (lies_in(prefix, routing.private_prefixes)) continue;
    doubt({run_.vnet.id, "/properties/addressSpace/addressPrefixes", to_string(prefix)},
          fmt::format("{} of {} is not among the private traffic prefixes of virtual hub {}", to_string(prefix),
                      shown(v_, run_.vnet.id), shown(v_, routing.hub->id)));
  }
  if (!own_.static_routes.empty()) {
    doubt({own_.id, "/properties/routingConfiguration/vnetRoutes/staticRoutes", to_string(own_.static_routes.front())},
          fmt::format("static routes of the connection of {} are not applied to the routing policy",
                      shown(v_, run_.vnet.id)));
  }
  if (!may_have_branches(e_, *routing.hub)) return;
  endpoints(routing);
  fast_paths();
}

bool FromHub::look() {
  const std::string why = doubt_about(v_, own_);
  const HubRouting routing = hub_routing(v_, own_.hub);
  if (!why.empty()) doubt({own_.id, "", "not settled"}, why);
  if (!routing.doubt.empty()) doubt(routing.fact, routing.doubt);
  if (!why.empty() || !routing.doubt.empty()) return false;
  const bool is_elsewhere = own_.table.is_set() && !model::is_hub_table(e_, own_.table, "defaultRouteTable");
  if (routing.private_traffic.exists && is_elsewhere) {
    doubt({own_.id, "/properties/routingConfiguration/associatedRouteTable/id", shown(v_, own_.table)},
          "the connection is associated with another table than the routing intent's");
  }
  if (routing.private_traffic.exists) return through_policy(routing), false;
  bool are_several = false;
  if (hub_with_branches(e_, *routing.hub, are_several) != nullptr || are_several) {
    doubt(
        {own_.hub, "", "no policy for private traffic"},
        fmt::format("branches of the virtual WAN reach {} by the router of virtual hub {}, which has no routing policy "
                    "for private traffic",
                    shown(v_, run_.vnet.id), shown(v_, own_.hub)));
  }
  const auto* wan = e_.find<model::VirtualWan>(routing.hub->wan);
  if (wan == nullptr) {
    doubt({own_.hub, "/properties/virtualWan/id", "not in the export"},
          "the virtual WAN is not in the export: which hubs it has is not known");
    return true;
  }
  for (const model::ResourceId id : wan->hubs) {
    if (e_.find<model::VirtualHub>(id) != nullptr) continue;
    doubt({wan->id, "/properties/virtualHubs", shown(v_, id)},
          fmt::format("virtual hub {} of the same virtual WAN is not in the export", shown(v_, id)));
  }
  return true;
}

}  // namespace

std::vector<const HubConnection*> connections_by_router(TransitRun& run) {
  std::vector<const HubConnection*> out;
  const model::Estate& e = run.view.estate;
  for (const auto& [key, own_index] : e.connections_by_vnet.of(run.vnet.id)) {
    const HubConnection& own = e.tables().hub_connections[own_index];
    if (!FromHub(run, own).look()) continue;
    const model::VirtualHub& hub = *e.find<model::VirtualHub>(own.hub);
    for (const auto& [wan, at] : e.hubs_by_wan.of(hub.wan)) {
      for (const auto& [id, index] : e.connections_by_hub.of(e.tables().virtual_hubs[at].id)) {
        const HubConnection& other = e.tables().hub_connections[index];
        if (other.vnet == run.vnet.id) continue;
        doubt_lost_endpoints(run, other.vnet);
        out.push_back(&other);
      }
    }
  }
  return out;
}

}  // namespace hubproof::net
