// HP-TRN-003 and HP-TRN-004: what else the tables of spokes do: routes around the firewall, and learned routes.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {
namespace {

using model::NextHopType;
using model::Route;
using model::RouteTable;
using model::Subnet;
using model::View;
using model::VnetIndex;

/// A route table as the spokes use it. Subnets that never send do not count: a table there steers nothing.
struct TableUse {
  const RouteTable* table = nullptr;
  std::vector<VnetIndex> spokes;  ///< in the order of subnets, unique
  bool only_api_management = true;
  bool only_application_gateways = true;
};

TableUse use_of(const Scope& scope, const RouteTable& table) {
  TableUse out;
  out.table = &table;
  for (const auto& [id, index] : scope.estate().subnets_by_route_table.of(table.id)) {
    const Subnet& subnet = scope.tables().subnets[index];
    const VnetIndex vnet = scope.vnet_index(subnet.vnet);
    if (!scope.is_spoke(vnet) || !scope.sends(subnet)) continue;
    if (std::find(out.spokes.begin(), out.spokes.end(), vnet) == out.spokes.end()) out.spokes.push_back(vnet);
    const SubnetUse use = scope.use(subnet);
    out.only_api_management = out.only_api_management && use == SubnetUse::api_management;
    out.only_application_gateways = out.only_application_gateways && use == SubnetUse::application_gateway;
  }
  return out;
}

/// Spokes whose rows do not say which tables they use.
void tell_hidden_tables(const View& view, const Scope& scope, Findings& out) {
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    const model::VirtualNetwork& vnet = scope.vnet(spoke.vnet);
    if (net::hides_subnets(view, vnet))
      out.findings.push_back(undecided(vnet.id, "which route tables its subnets use is not known", "its subnets"));
    for (const Subnet* subnet : scope.subnets(spoke.vnet)) {
      if (!is_unread(*subnet, "/properties/routeTable/id")) continue;
      out.findings.push_back(undecided(subnet->id, "which route table it uses is not understood", "its route table"));
    }
  }
  tell_missing_subnets(view, scope, out);
}

/// Calls `judge` for each table that a sending spoke subnet uses; a table that the export does not hold is unknown.
template <class Judge>
Findings over_spoke_tables(const View& view, Judge judge) {
  Scope scope(view);
  Findings out;
  for (const RouteTable& table : view.estate.tables().route_tables) {
    const TableUse use = use_of(scope, table);
    if (use.spokes.empty()) continue;
    Judgement judgement(table.id);
    judge(scope, use, judgement);
    judgement.doubt(doubt_about_table(view, table));
    out.findings.push_back(std::move(judgement).finding());
  }
  tell_hidden_tables(view, scope, out);
  std::set<std::string_view, text::Less> missing;
  for (const Subnet& subnet : view.estate.tables().subnets) {
    if (!subnet.route_table.is_set() || view.estate.find<RouteTable>(subnet.route_table) != nullptr) continue;
    if (scope.is_spoke(scope.vnet_index(subnet.vnet)) && scope.sends(subnet)) {
      missing.insert(view.estate.spelling(subnet.route_table));
    }
  }
  for (const std::string_view id : missing) {
    out.findings.push_back(undecided(view.estate.ids().find(id),
                                     "a spoke uses this route table, which is not in the export",
                                     "an export of the route table"));
  }
  return finish_transit(view, std::move(out));
}

std::string destination(const Route& route) {
  return route.prefix ? to_string(*route.prefix) : text::printable(route.service_tag);
}

/// A route that is judged: where it stands and how it is spoken of.
struct Subject {
  Scope& scope;
  const TableUse& use;
  const Route& route;
  std::size_t index;  ///< into the table's routes
};

void fail(const Subject& s, std::string message, Judgement& judgement) {
  judgement.fact(s.use.table->id, fmt::format("/properties/routes/{}", s.index),
                 fmt::format("{} -> {}", destination(s.route), model::name(s.route.next_hop)));
  judgement.fail(std::move(message), "VirtualAppliance " + s.scope.expected_firewall(s.use.spokes.front()));
}

/// Declared in hubproof.yaml as reachable without the firewall; each use is printed.
bool is_declared_direct(const Subject& s, Judgement& judgement) {
  const Prefix* prefix = s.route.prefix ? std::get_if<Prefix>(&*s.route.prefix) : nullptr;
  if (prefix == nullptr) return false;
  for (const Prefix& direct : s.scope.view().designations.direct) {
    if (!direct.contains(*prefix)) continue;
    judgement.note(fmt::format("{} is declared as a direct destination", destination(s.route)));
    return true;
  }
  return false;
}

void judge_internet(const Subject& s, Judgement& judgement) {
  const bool is_default = s.route.prefix && *s.route.prefix == AnyPrefix(Prefix());
  // source: learn.microsoft.com/azure/api-management/virtual-network-reference (forced tunnelling)
  if (s.use.only_api_management && text::equals(s.route.service_tag, "ApiManagement")) {
    return judgement.note("the tag ApiManagement goes to the Internet, which the subnet of API Management needs");
  }
  // source: learn.microsoft.com/azure/application-gateway/configuration-infrastructure
  if (s.use.only_application_gateways && is_default) {
    return judgement.note("0.0.0.0/0 goes to the Internet, which the subnet of an Application Gateway needs");
  }
  if (is_declared_direct(s, judgement)) return;
  fail(s, fmt::format("{} goes to the Internet around the firewall", destination(s.route)), judgement);
}

bool is_inside(const AnyPrefix& prefix, const model::VirtualNetwork& vnet) {
  if (const Prefix* v4 = std::get_if<Prefix>(&prefix)) {
    return std::any_of(vnet.address_space.begin(), vnet.address_space.end(),
                       [&](const Prefix& p) { return p.contains(*v4); });
  }
  const Prefix6& v6 = std::get<Prefix6>(prefix);
  return std::any_of(vnet.address_space_v6.begin(), vnet.address_space_v6.end(),
                     [&](const Prefix6& p) { return p.length() <= v6.length() && p.contains(v6.base()); });
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview (VnetLocal keeps part of the own
// network local)
void judge_local(const Subject& s, Judgement& judgement) {
  for (const VnetIndex spoke : s.use.spokes) {
    if (s.route.prefix && is_inside(*s.route.prefix, s.scope.vnet(spoke))) continue;
    fail(
        s,
        fmt::format("{} is VnetLocal but lies outside {}", destination(s.route), s.scope.label(s.scope.vnet(spoke).id)),
        judgement);
  }
}

/// Kubenet writes a node's pod range into the subnet's table, with the node's interface as next hop.
/// source: azure-semantics.md 6.4: accepted where the prefix lies in the cluster's podCidr
enum class Kubenet : std::uint8_t { no, perhaps, yes };

Kubenet is_kubenet(const Subject& s, VnetIndex spoke, Ipv4 hop, const net::Appliance& device) {
  const Prefix* prefix = s.route.prefix ? std::get_if<Prefix>(&*s.route.prefix) : nullptr;
  // A node is given a range of at most 256 addresses by default, and never as much as a /16.
  // source: learn.microsoft.com/azure/aks/configure-kubenet
  if (prefix == nullptr || prefix->length() < 16) return Kubenet::no;
  const model::VirtualNetwork& own = s.scope.vnet(spoke);
  const auto holds_hop = [&](const Prefix& p) { return p.contains(hop); };
  if (std::none_of(own.address_space.begin(), own.address_space.end(), holds_hop)) return Kubenet::no;
  const bool is_node = device.kind == net::Appliance::Kind::network_interface && device.vnet == own.id;
  // Interfaces of scale sets, the usual nodes, are in no Resource Graph table.
  const bool may_be_node = is_node || device.kind == net::Appliance::Kind::nobody;
  if (!may_be_node) return Kubenet::no;
  const std::string_view subscription = arm_subscription(s.scope.estate().spelling(own.id));
  Kubenet answer = Kubenet::no;
  for (const model::Service& service : s.scope.tables().services) {
    if (service.kind != model::ServiceKind::kubernetes_cluster) continue;
    if (!text::equals(arm_subscription(s.scope.estate().spelling(service.id)), subscription)) continue;
    if (service.pod_prefixes.empty()) answer = Kubenet::perhaps;
    for (const Prefix& pods : service.pod_prefixes) {
      if (pods.contains(*prefix)) return is_node ? Kubenet::yes : Kubenet::perhaps;
    }
  }
  return answer;
}

void judge_appliance(const Subject& s, VnetIndex spoke, Ipv4 address, Judgement& judgement) {
  const Scope::Hop& hop = s.scope.next_hop(spoke, address);
  if (hop.answer == Scope::Hop::Answer::firewall) return;
  switch (is_kubenet(s, spoke, address, hop.device)) {
    case Kubenet::yes: return judgement.note(fmt::format("{} is a node's pod range (kubenet)", destination(s.route)));
    case Kubenet::perhaps:
      return judgement.doubt(fmt::format("{} -> {} may be a kubenet route", destination(s.route), to_string(address)),
                             "the cluster's podCidr and the interfaces of its nodes");
    case Kubenet::no: break;
  }
  if (hop.answer == Scope::Hop::Answer::unknown) {
    return judgement.doubt(destination(s.route) + ": " + hop.why, "an export that holds the device");
  }
  if (is_declared_direct(s, judgement)) return;
  fail(s, destination(s.route) + ": " + hop.why, judgement);
}

void judge_appliances(const Subject& s, Judgement& judgement) {
  if (s.route.next_hop_is_v6 || s.route.next_hop_addresses.empty()) {
    return judgement.doubt(fmt::format("the next hop of {} is not modelled", destination(s.route)));
  }
  for (const VnetIndex spoke : s.use.spokes) {
    for (const Ipv4 address : s.route.next_hop_addresses) judge_appliance(s, spoke, address, judgement);
  }
}

void judge_route(const Subject& s, Judgement& judgement) {
  if (!s.route.is_usable)
    return judgement.doubt(fmt::format("the route {} is not understood", text::printable(s.route.name)));
  if (s.route.has_bgp_override) {
    return judgement.doubt(fmt::format("{} has hasBgpOverride, whose effect is not documented", destination(s.route)));
  }
  switch (s.route.next_hop) {
    case NextHopType::none: return;
    case NextHopType::internet: return judge_internet(s, judgement);
    case NextHopType::vnet_local: return judge_local(s, judgement);
    case NextHopType::virtual_network_gateway:
      if (is_declared_direct(s, judgement)) return;
      return fail(s, fmt::format("{} goes to the gateway around the firewall", destination(s.route)), judgement);
    case NextHopType::virtual_appliance:
    case NextHopType::virtual_appliance_ecmp: return judge_appliances(s, judgement);
  }
}

void judge_routes(Scope& scope, const TableUse& use, Judgement& judgement) {
  const std::string wan = scope.virtual_wan(use.spokes.front());
  if (!wan.empty()) return judgement.not_applicable(wan);
  for (std::size_t i = 0; i < use.table->routes.size(); ++i) {
    judge_route({scope, use, use.table->routes[i], i}, judgement);
  }
  if (!judgement.is_failed()) judgement.fact("/properties/routes", fmt::format("{} routes", use.table->routes.size()));
}

enum class Reach : std::uint8_t { no, unknown, yes };

/// Whether the network can learn routes: a gateway or Route Server of its own, or a peer's through useRemoteGateways.
/// source: learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering (useRemoteGateways)
Reach gateway_reach(const Scope& scope, VnetIndex spoke, std::string& why) {
  const model::ResourceId id = scope.vnet(spoke).id;
  const auto& estate = scope.estate();
  if (!estate.gateways_by_vnet.of(id).empty()) {
    why = "it has a gateway of its own";
    return Reach::yes;
  }
  Reach out = estate.is_partial(model::ArgTable::resources) ? Reach::unknown : Reach::no;
  if (out == Reach::unknown) why = "a gateway may be in the part that was not exported";
  for (const auto& [key, index] : estate.peerings_by_vnet.of(id)) {
    const model::Peering& peering = scope.tables().peerings[index];
    const auto uses = peering.use_remote_gateways.value_or_default(false);
    if (uses && !*uses) continue;
    const bool is_held = estate.find<model::VirtualNetwork>(peering.remote) != nullptr;
    const bool has_gateway = !estate.gateways_by_vnet.of(peering.remote).empty();
    if (uses && has_gateway) {
      why = fmt::format("it uses the gateway of {}", scope.label(peering.remote));
      return Reach::yes;
    }
    if (!uses || !is_held) {
      out = Reach::unknown;
      why = fmt::format("whether it learns routes from {} is not known", scope.label(peering.remote));
    }
  }
  return out;
}

/// A gateway whose subnets say no network could stand anywhere.
bool has_unplaced_gateway(const Scope& scope) {
  const auto& gateways = scope.tables().gateways;
  return std::any_of(gateways.begin(), gateways.end(), [&](const model::Gateway& g) {
    const auto is_held = [&](model::ResourceId subnet) { return scope.estate().find<Subnet>(subnet) != nullptr; };
    return std::none_of(g.subnets.begin(), g.subnets.end(), is_held) && !g.type.is(model::GatewayType::local);
  });
}

void judge_propagation(Scope& scope, const TableUse& use, Judgement& judgement) {
  const std::string wan = scope.virtual_wan(use.spokes.front());
  if (!wan.empty()) return judgement.not_applicable(wan);
  const auto& flag = use.table->disable_bgp_propagation;
  const std::string pointer = "/properties/disableBgpRoutePropagation";
  if (flag.is(true)) return judgement.fact(pointer, "true");
  if (flag.is_unreadable()) return judgement.doubt("disableBgpRoutePropagation is not understood");
  judgement.fact(pointer, flag.is_absent() ? "absent -> false" : "false");
  bool is_reached = false;
  for (const VnetIndex spoke : use.spokes) {
    std::string why;
    const Reach reach = gateway_reach(scope, spoke, why);
    is_reached = is_reached || reach != Reach::no;
    const std::string name = scope.label(scope.vnet(spoke).id);
    if (reach == Reach::yes) {
      judgement.fail(fmt::format("learned routes are taken by {}: {}", name, why), "disableBgpRoutePropagation true");
    } else if (reach == Reach::unknown) {
      judgement.doubt(fmt::format("learned routes would be taken by {}: {}", name, why),
                      "disableBgpRoutePropagation true");
    }
  }
  if (is_reached) return;
  if (has_unplaced_gateway(scope)) return judgement.doubt("a gateway of the export says no network that it stands in");
  judgement.not_applicable("no gateway or Route Server can be reached");
}

}  // namespace

Findings no_bypass_route(const View& view) { return over_spoke_tables(view, judge_routes); }

Findings gateway_routes_not_taken(const View& view) { return over_spoke_tables(view, judge_propagation); }

}  // namespace hubproof::check
