// HP-TRN-006: a spoke reaches the service subnets of its hubs through the firewall. The routes of peerings are longer
// than 0.0.0.0/0, so that the default route to the firewall does not catch them. source:
// learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/routes.h"

namespace hubproof::check {
namespace {

using model::Subnet;
using model::View;
using model::VnetIndex;

struct ServiceSubnet {
  const Subnet* subnet = nullptr;
  std::string label;
};

/// What of a hub must be reached through the firewall, and what must not be covered by its routes.
struct Hub {
  VnetIndex vnet;
  std::vector<ServiceSubnet> services;
  std::vector<Prefix> firewall_subnets;
};

Hub hub_of(const Scope& scope, VnetIndex vnet) {
  Hub out;
  out.vnet = vnet;
  for (const Subnet* subnet : scope.subnets(vnet)) {
    if (scope.use(*subnet) != SubnetUse::platform) {
      out.services.push_back({subnet, scope.label(*subnet)});
    } else if (text::equals(scope.estate().name(subnet->id), "AzureFirewallSubnet")) {
      out.firewall_subnets.insert(out.firewall_subnets.end(), subnet->prefixes.begin(), subnet->prefixes.end());
    }
  }
  return out;
}

/// One subnet per route table stands for all of the spoke's subnets: tables and peerings decide, and those are the
/// same.
std::vector<const Subnet*> representatives(const Scope& scope, VnetIndex spoke) {
  std::vector<const Subnet*> out;
  for (const Subnet* subnet : scope.subnets(spoke)) {
    if (!scope.sends(*subnet)) continue;
    const auto is_same = [&](const Subnet* other) { return other->route_table == subnet->route_table; };
    if (std::none_of(out.begin(), out.end(), is_same)) out.push_back(subnet);
  }
  return out;
}

/// The first address of `prefix` and those where the choice of a route can change inside it.
std::vector<Ipv4> turning_points(const std::vector<net::Route>& routes, Prefix prefix) {
  std::vector<Ipv4> out{prefix.first()};
  for (const net::Route& route : routes) {
    if (route.prefix == prefix || !prefix.contains(route.prefix)) continue;
    out.push_back(route.prefix.first());
    if (route.prefix.last() < prefix.last()) out.emplace_back(route.prefix.last().bits() + 1);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

/// A spoke's subnet on its way to the service subnets of a hub.
struct Way {
  Scope& scope;
  VnetIndex spoke;
  const Subnet& from;
  const Hub& hub;
  const std::vector<net::Route>& routes;
  bool may_hold_more;  ///< a user route that was not understood may be the one that is missing
};

void add_fact(const Way& way, const net::Route& route, Judgement& judgement) {
  judgement.fact(net::fact_of(way.scope.view(), route));
}

void fail(const Way& way, const ServiceSubnet& to, const net::Route& route, std::string_view how,
          Judgement& judgement) {
  if (judgement.facts() < 6) add_fact(way, route, judgement);
  const Prefix wanted = to.subnet->prefixes.front();
  if (way.may_hold_more) return;
  judgement.fail(
      fmt::format("{} ({}) is reached from {} {}", to_string(wanted), to.label, way.scope.label(way.from), how),
      fmt::format("{} -> VirtualAppliance {}", to_string(wanted), way.scope.expected_firewall(way.spoke)));
}

void judge_appliance(const Way& way, const ServiceSubnet& to, const net::Route& route, Judgement& judgement) {
  const Scope::Hop& hop = way.scope.next_hop(way.spoke, route.next_hop.address);
  if (hop.answer == Scope::Hop::Answer::something_else)
    return fail(way, to, route, "past the firewall: " + hop.why, judgement);
  if (hop.answer == Scope::Hop::Answer::unknown)
    return judgement.doubt(to.label + ": " + hop.why, "an export that holds the device");
  if (judgement.facts() < 3) add_fact(way, route, judgement);
  // Replies to translated flows may then reach another instance of the firewall. source: azure-semantics.md 1.4
  const auto covers = [&](const Prefix& p) { return route.prefix.contains(p) && route.prefix.length() > 0; };
  if (std::any_of(way.hub.firewall_subnets.begin(), way.hub.firewall_subnets.end(), covers)) {
    judgement.note(
        fmt::format("warning: the route {} also covers AzureFirewallSubnet: replies to translated flows may be lost",
                    to_string(route.prefix)));
  }
}

void judge_choice(const Way& way, const ServiceSubnet& to, const net::Route& route, Judgement& judgement) {
  using Kind = net::NextHop::Kind;
  const bool goes_to_appliance = route.next_hop.kind == Kind::appliance;
  if (!route.is_certain && !goes_to_appliance && route.next_hop.kind != Kind::none) {
    return judgement.doubt(fmt::format("{}: {}", to.label, route.uncertainty), "the effective routes of the subnet");
  }
  switch (route.next_hop.kind) {
    case Kind::appliance: return judge_appliance(way, to, route, judgement);
    case Kind::none: return;
    case Kind::peering:
      return fail(way, to, route, fmt::format("over the peering: no user route as long as {}", to_string(route.prefix)),
                  judgement);
    case Kind::connected_group:
      return fail(way, to, route,
                  fmt::format("over a connected group: no user route as long as {}", to_string(route.prefix)),
                  judgement);
    case Kind::internet: return fail(way, to, route, "by a route to the Internet", judgement);
    case Kind::gateway: return fail(way, to, route, "by a route to a gateway", judgement);
    case Kind::vnet_local:
      return judgement.doubt(to.label + " overlaps the spoke's own address space",
                             "address spaces that do not overlap");
    case Kind::service_endpoint:
    case Kind::private_endpoint:
    case Kind::virtual_hub:
    case Kind::unknown:
      return judgement.doubt(to.label + ": the next hop is not known", "the effective routes of the subnet");
  }
}

void judge_service(const Way& way, const ServiceSubnet& to, Judgement& judgement) {
  for (const Prefix& prefix : to.subnet->prefixes) {
    for (const Ipv4 address : turning_points(way.routes, prefix)) {
      for (const net::Route* route : net::select_routes(way.routes, address)) judge_choice(way, to, *route, judgement);
    }
  }
}

/// Routes that this rule decides by: endpoint routes are HP-TRN-007's, learned ones HP-TRN-004's and HP-TRN-015's (a
/// system route of a peering is preferred over a learned one inside the peer's range: azure-semantics.md 1.3).
net::RouteSet deciding_routes(const View& view, const Scope& scope, const Subnet& from) {
  net::RouteSet out = net::effective_routes(view, model::SubnetIndex(scope.estate().index_of(from)));
  const auto is_other_rules = [](const net::Route& r) {
    return r.next_hop.kind == net::NextHop::Kind::private_endpoint || r.source == net::RouteSource::bgp;
  };
  out.routes.erase(std::remove_if(out.routes.begin(), out.routes.end(), is_other_rules), out.routes.end());
  return out;
}

/// A route that was not understood, but whose destination is known, matters where it overlaps.
bool has_unread_route(const model::RouteTable& table, const Subnet& to) {
  return std::any_of(table.routes.begin(), table.routes.end(), [&](const model::Route& route) {
    const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr;
    if (route.is_usable || prefix == nullptr) return false;
    return std::any_of(to.prefixes.begin(), to.prefixes.end(), [&](const Prefix& p) { return p.overlaps(*prefix); });
  });
}

void judge_from(const View& view, Scope& scope, VnetIndex spoke, const Subnet& from,
                const std::vector<const Hub*>& hubs, Judgement& judgement) {
  const auto* table = scope.estate().find<model::RouteTable>(from.route_table);
  judgement.doubt(doubt_about(view, from, {from.route_table}));
  if (table != nullptr) judgement.doubt(doubt_about_table(view, *table));
  if (table == nullptr && (from.route_table.is_set() || is_unread(from, "/properties/routeTable/id"))) {
    return judgement.doubt(fmt::format("the route table of {} is not in the export", scope.label(from)),
                           "an export of the route table");
  }
  const bool may_hold_more = table != nullptr && doubt_about_table(view, *table).has_value();
  const net::RouteSet routes = deciding_routes(view, scope, from);
  for (const Hub* hub : hubs) {
    for (const ServiceSubnet& to : hub->services) {
      const bool is_unread_here = table != nullptr && has_unread_route(*table, *to.subnet);
      if (is_unread_here)
        judgement.doubt(fmt::format("a route of {} towards {} is not understood", scope.label(table->id), to.label));
      judge_service({scope, spoke, from, *hub, routes.routes, may_hold_more || is_unread_here}, to, judgement);
    }
  }
}

Finding judge(const View& view, Scope& scope, const model::SpokeRole& spoke, const std::vector<Hub>& all_hubs) {
  Judgement judgement(scope.vnet(spoke.vnet).id);
  const auto senders = representatives(scope, spoke.vnet);
  std::vector<const Hub*> hubs;
  bool has_services = false;
  for (const Hub& hub : all_hubs) {
    if (std::find(spoke.hubs.begin(), spoke.hubs.end(), hub.vnet) == spoke.hubs.end()) continue;
    hubs.push_back(&hub);
    has_services = has_services || !hub.services.empty();
    judgement.doubt(doubt_about(view, scope.vnet(hub.vnet)));
  }
  for (const Subnet* from : senders) judge_from(view, scope, spoke.vnet, *from, hubs, judgement);
  judgement.doubt(doubt_about(view, scope.vnet(spoke.vnet)));
  // A network whose subnets are not known may hold senders, or services.
  if (senders.empty() && !judgement.is_doubted()) judgement.not_applicable("no subnet of the spoke can send");
  if (!has_services && !judgement.is_doubted()) judgement.not_applicable("its hubs hold no service subnet");
  if (const std::string wan = scope.virtual_wan(spoke.vnet); !wan.empty()) judgement.not_applicable(wan);
  return std::move(judgement).finding();
}

}  // namespace

Findings hub_prefixes_forced(const View& view) {
  Scope scope(view);
  std::vector<Hub> hubs;
  for (const model::HubRole& hub : view.roles.hubs) hubs.push_back(hub_of(scope, hub.vnet));
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) out.findings.push_back(judge(view, scope, spoke, hubs));
  return finish_transit(view, std::move(out));
}

}  // namespace hubproof::check
