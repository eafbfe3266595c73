// The routes that a virtual hub teaches a network or its branches.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/core/text.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::HubConnection;
using model::HubRouteTable;
using model::ResourceId;
using model::View;
using model::VirtualHub;

class Teacher {
 public:
  Teacher(const View& view, const HubRouting& routing, const HubConnection* to)
      : v_(view), e_(view.estate), routing_(routing), hub_(*routing.hub), to_(to) {}
  RouteSet teach();

 private:
  void add(Prefix prefix, NextHop hop, RouteOrigin origin, std::string uncertainty = {});
  void unknown(Fact fact, std::string reason);
  void policies();
  void default_route(NextHop hop, RouteOrigin origin);
  void beside_policy();
  void by_table();
  void static_routes(const HubRouteTable& table);
  void static_route(const HubRouteTable& table, const HubRouteTable::Route& route);
  void connections(const HubRouteTable& table);
  void connection(const HubConnection& other, const HubRouteTable& table);
  void appliance_routes();
  void branches(bool is_certain);
  void other_hubs();
  NextHop by_router() const { return {NextHop::Kind::virtual_hub, hub_.id, {}}; }
  static NextHop by(const model::FirewallRole& firewall) {
    return {NextHop::Kind::virtual_hub, firewall.vnet, firewall.address};
  }

  const View& v_;
  const model::Estate& e_;
  const HubRouting& routing_;
  const VirtualHub& hub_;
  const HubConnection* to_;
  RouteSet out_;
  std::string doubt_;  // about the connection: about all of its routes
};

void Teacher::add(Prefix prefix, NextHop hop, RouteOrigin origin, std::string uncertainty) {
  if (uncertainty.empty()) uncertainty = doubt_;
  const bool is_certain = uncertainty.empty();
  out_.routes.push_back({prefix, RouteSource::bgp, hop, is_certain, origin, std::move(uncertainty)});
}

void Teacher::unknown(Fact fact, std::string reason) {
  out_.unknown.push_back({RouteSource::bgp, by_router(), std::move(fact), std::move(reason)});
}

// law:  a connection takes the hub's default route only with enableInternetSecurity
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#prefixadvertisments
void Teacher::default_route(NextHop hop, RouteOrigin origin) {
  const bool takes = to_ == nullptr || to_->internet_security.is(true);
  if (!takes && to_->internet_security.is(false)) return;
  add(Prefix(), hop, origin,
      takes ? "" : "whether the connection takes the default route (enableInternetSecurity) is not known");
}

// law:  a policy for private traffic teaches RFC 1918 and the listed prefixes, one for the Internet the default route
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#staticroute
void Teacher::policies() {
  const HubPolicy& inner = routing_.private_traffic;
  if (inner.exists) {
    for (const Prefix& prefix : routing_.private_prefixes)
      add(prefix, by(*inner.firewall), {RouteOrigin::Kind::hub_policy, inner.intent, inner.index});
  }
  const HubPolicy& outer = routing_.internet;
  if (outer.exists) default_route(by(*outer.firewall), {RouteOrigin::Kind::hub_policy, outer.intent, outer.index});
}

// law:  ranges of networks and branches outside the private prefixes, and static routes of connections, are not
//       certain to cross the policy's next hop
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#knownlimitations, azure-semantics.md 7.3
void Teacher::beside_policy() {
  for (const auto& [wan, at] : e_.hubs_by_wan.of(hub_.wan)) {
    for (const auto& [key, index] : e_.connections_by_hub.of(e_.tables().virtual_hubs[at].id)) {
      const HubConnection& other = e_.tables().hub_connections[index];
      const auto* vnet = e_.find<model::VirtualNetwork>(other.vnet);
      if (&other == to_) continue;
      if (vnet == nullptr) {
        unknown({other.id, "/properties/remoteVirtualNetwork/id", "not in the export"},
                fmt::format("whether the ranges of {} are private traffic is not known: it is not in the export",
                            shown(v_, other.vnet)));
        continue;
      }
      for (const Prefix& prefix : vnet->address_space) {
        if (lies_in(prefix, routing_.private_prefixes)) continue;
        add(prefix, by_router(), {RouteOrigin::Kind::hub_connection, other.id},
            fmt::format("{} of {} is not among the private traffic prefixes of virtual hub {}", to_string(prefix),
                        shown(v_, other.vnet), shown(v_, hub_.id)));
      }
    }
  }
  branches(false);
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#knownlimitations (static routes on a connection
// "aren't applied to the next-hop resource"); an appliance's forwarding is in no export
void Teacher::appliance_routes() {
  for (const auto& [wan, at] : e_.hubs_by_wan.of(hub_.wan)) {
    for (const auto& [key, index] : e_.connections_by_hub.of(e_.tables().virtual_hubs[at].id)) {
      const HubConnection& other = e_.tables().hub_connections[index];
      if (&other == to_) continue;
      for (const Prefix& prefix : other.static_routes) {
        add(prefix, by_router(), {RouteOrigin::Kind::hub_connection, other.id},
            fmt::format("the static route {} of the connection of {} leads to an appliance there", to_string(prefix),
                        shown(v_, other.vnet)));
      }
    }
  }
}

void Teacher::branches(bool is_certain) {
  bool are_several = false;
  const VirtualHub* with = hub_with_branches(e_, hub_, are_several);
  if (with == nullptr && !are_several) return;
  if (!v_.designations.has_learned_prefixes) {
    return unknown({hub_.id, "", "branches"},
                   fmt::format("a hub in the virtual WAN of {} has branches, whose prefixes are in no export (declare "
                               "the learned prefixes)",
                               shown(v_, hub_.id)));
  }
  const HubRouting there = with == nullptr ? HubRouting{} : hub_routing(v_, with->id);
  for (const Prefix& prefix : v_.designations.learned_prefixes) {
    if (routing_.private_traffic.exists && lies_in(prefix, routing_.private_prefixes)) continue;
    std::string why;
    if (!is_certain) why = "a branch's prefix beside the private traffic prefixes, or in a table of its own";
    if (are_several) why = "several hubs of the virtual WAN have branches";
    if (with != nullptr && !there.doubt.empty()) why = there.doubt;
    const bool is_inspected = with != nullptr && with != &hub_ && inspects_private(there);
    add(prefix, is_inspected ? by(*there.private_traffic.firewall) : by_router(),
        {RouteOrigin::Kind::hub_branch, with == nullptr ? hub_.id : with->id}, std::move(why));
  }
}

// law:  without a policy for private traffic the associated table decides what a connection reaches
// source: learn.microsoft.com/azure/virtual-wan/scenario-shared-services-vnet
void Teacher::by_table() {
  const HubRouteTable* table = default_table(e_, hub_.id);
  if (to_ != nullptr && to_->table.is_set()) {
    table = e_.find<HubRouteTable>(to_->table);
    if (table == nullptr || table->hub != hub_.id) {
      return unknown({to_->id, "/properties/routingConfiguration/associatedRouteTable/id", shown(v_, to_->table)},
                     fmt::format("route table {} of virtual hub {} is not in the export", shown(v_, to_->table),
                                 shown(v_, hub_.id)));
    }
  }
  static_routes(*table);
  connections(*table);
  branches(model::is_hub_table(e_, table->id, "defaultRouteTable"));
}

void Teacher::static_routes(const HubRouteTable& table) {
  for (const HubRouteTable::Route& route : table.routes) {
    if (!text::starts_with(route.name, "_policy_")) static_route(table, route);
  }
}

void Teacher::static_route(const HubRouteTable& table, const HubRouteTable::Route& route) {
  const RouteOrigin origin{RouteOrigin::Kind::hub_table, table.id, route.index};
  NextHop hop = by_router();
  std::string why = fmt::format("a static route of {} leads to {}, and what that does is in no export",
                                shown(v_, table.id), shown(v_, route.next_hop));
  for (const model::FirewallRole& role : v_.roles.firewalls) {
    if (role.firewall != route.next_hop || role.vnet != hub_.id) continue;
    hop = by(role);
    why.clear();
  }
  for (const Prefix& prefix : route.prefixes) {
    if (prefix.length() == 0 && why.empty())
      default_route(hop, origin);
    else
      add(prefix, hop, origin, why);
  }
}

void Teacher::connections(const HubRouteTable& table) {
  for (const auto& [wan, at] : e_.hubs_by_wan.of(hub_.wan)) {
    for (const auto& [key, index] : e_.connections_by_hub.of(e_.tables().virtual_hubs[at].id)) {
      const HubConnection& other = e_.tables().hub_connections[index];
      if (&other != to_) connection(other, table);
    }
  }
}

// law:  the networks of a hub with a policy for private traffic are reached through its firewall; their connections
//       propagate to no table then
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies (one secured and one normal hub; rollback)
void Teacher::connection(const HubConnection& other, const HubRouteTable& table) {
  const RouteOrigin origin{RouteOrigin::Kind::hub_connection, other.id};
  std::string why = doubt_about(v_, other);
  NextHop hop = by_router();
  bool is_inspected = false;
  if (other.hub != hub_.id) {
    const HubRouting there = hub_routing(v_, other.hub);
    if (why.empty()) why = there.doubt;
    is_inspected = inspects_private(there);
    if (is_inspected) hop = by(*there.private_traffic.firewall);
  }
  if (!is_inspected && why.empty() && !propagates_to(v_, other, table)) return;
  const auto* vnet = e_.find<model::VirtualNetwork>(other.vnet);
  if (vnet == nullptr) {
    return unknown({other.id, "/properties/remoteVirtualNetwork/id", "not in the export"},
                   fmt::format("{} is connected to the same virtual WAN and not in the export", shown(v_, other.vnet)));
  }
  for (const Prefix& prefix : vnet->address_space) add(prefix, hop, origin, why);
}

// Hubs of the WAN that the export does not hold may teach anything; beside a policy, what is not private traffic.
void Teacher::other_hubs() {
  const auto* wan = e_.find<model::VirtualWan>(hub_.wan);
  if (wan == nullptr) {
    return unknown(
        {hub_.id, "/properties/virtualWan/id", "not in the export"},
        fmt::format("the virtual WAN of {} is not in the export: which hubs it has is not known", shown(v_, hub_.id)));
  }
  for (const ResourceId id : wan->hubs) {
    if (e_.find<VirtualHub>(id) != nullptr) continue;
    unknown({wan->id, "/properties/virtualHubs", shown(v_, id)},
            fmt::format("virtual hub {} of the same virtual WAN is not in the export", shown(v_, id)));
  }
}

RouteSet Teacher::teach() {
  if (to_ != nullptr) doubt_ = doubt_about(v_, *to_);
  const bool has_policy = routing_.private_traffic.exists || routing_.internet.exists;
  // source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#rollback (all are associated with the
  // default)
  const bool is_elsewhere =
      to_ != nullptr && to_->table.is_set() && !model::is_hub_table(e_, to_->table, "defaultRouteTable");
  if (has_policy && is_elsewhere && doubt_.empty())
    doubt_ = "the connection is associated with another table than the routing intent's";
  policies();
  if (routing_.private_traffic.exists)
    beside_policy();
  else
    by_table();
  other_hubs();
  appliance_routes();
  return std::move(out_);
}

}  // namespace

RouteSet hub_routes(const View& view, const HubRouting& routing, const HubConnection* connection) {
  if (routing.doubt.empty()) return Teacher(view, routing, connection).teach();
  RouteSet out;
  const ResourceId hub = routing.hub == nullptr ? ResourceId() : routing.hub->id;
  out.unknown.push_back({RouteSource::bgp, {NextHop::Kind::virtual_hub, hub, {}}, routing.fact, routing.doubt});
  return out;
}

}  // namespace hubproof::net
