#include "engine/net/routes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/core/text.h"
#include "engine/net/route_collection.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::Peering;
using model::PrivateEndpointPolicies;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

// law:  always present: 0/0 to the Internet, and the reserved blocks dropped
// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#default
struct Reserved {
  std::string_view text;
  bool is_documented_as_active;  ///< 172.16/12 was missing from effective routes for years (azure-semantics.md 1.2)
};
constexpr Reserved kReserved[] = {
    {"10.0.0.0/8", true}, {"100.64.0.0/10", true}, {"172.16.0.0/12", false}, {"192.168.0.0/16", true}};

bool overlaps(const Prefix& prefix, std::span<const Prefix> window) {
  if (window.empty()) return true;
  return std::any_of(window.begin(), window.end(), [&](const Prefix& wanted) { return prefix.overlaps(wanted); });
}

class Collector {
 public:
  Collector(const View& view, const Subnet& subnet, const RouteScope& scope)
      : v_(view),
        e_(view.estate),
        subnet_(subnet),
        scope_(scope),
        window_(scope.window),
        vnet_(e_.find<VirtualNetwork>(subnet.vnet)),
        table_(e_.find<model::RouteTable>(subnet.route_table)) {}
  RouteSet run();
  std::vector<UnknownRoutes> of_subnet();

 private:
  void what_is_not_understood();
  void doubt(const model::Entity& entity, std::string_view what);
  void unknown(RouteSource source, NextHop next_hop, Fact fact, std::string reason);
  void add(Prefix prefix, RouteSource source, NextHop next_hop, RouteOrigin origin, std::string uncertainty = {});
  void add_user(Prefix prefix, NextHop next_hop, std::size_t index, std::uint8_t tag_rank);
  void own_network();
  void user_routes();
  void user_route(std::size_t index);
  void unreadable_route(std::size_t index, const NextHop& hop);
  void defaults();
  void peerings();
  void peering_routes(const Peering& peering);
  void connected_route(const Prefix& prefix, const Peering& link, std::string doubt);
  void connected_or_learned();
  void gateways();
  void learn_from(const RouteOrigin& origin);
  void virtual_hubs();
  void virtual_hub(const model::HubConnection& connection);
  void service_endpoints();
  void endpoints();
  void endpoints_of(const VirtualNetwork& vnet, const std::string& doubt);
  void endpoint_routes(const Subnet& subnet, const VirtualNetwork& vnet, const std::string& doubt);

  bool has_user_default() const;
  bool propagates() const;  // or may propagate

  const View& v_;
  const model::Estate& e_;
  const Subnet& subnet_;
  const RouteScope& scope_;
  std::span<const Prefix> window_;
  const VirtualNetwork* vnet_;
  const model::RouteTable* table_;
  bool has_connected_group_ = false;
  RouteSet out_;
};

void Collector::unknown(RouteSource source, NextHop next_hop, Fact fact, std::string reason) {
  out_.unknown.push_back({source, next_hop, std::move(fact), std::move(reason)});
}

void Collector::add(Prefix prefix, RouteSource source, NextHop next_hop, RouteOrigin origin, std::string uncertainty) {
  const bool is_certain = uncertainty.empty();
  out_.routes.push_back({prefix, source, next_hop, is_certain, origin, std::move(uncertainty)});
}

// A property that is not understood may change forwarding. source: azure-semantics.md 0
void Collector::doubt(const model::Entity& entity, std::string_view what) {
  const NextHop anything{NextHop::Kind::unknown, {}, {}};
  if (!entity.unread.empty()) {
    const model::Unread& first = entity.unread.front();
    unknown(RouteSource::user, anything, {entity.id, first.pointer, first.met},
            fmt::format("{} {} has {} = {}, which is not understood", what, shown(v_, entity.id),
                        text::printable(first.pointer), text::printable(first.met)));
  }
  if (!entity.is_settled) {
    unknown(RouteSource::user, anything, {entity.id, "/properties/provisioningState", "not Succeeded"},
            fmt::format("{} {} is not provisioned (provisioningState is not Succeeded)", what, shown(v_, entity.id)));
  }
  for (const auto& [key, index] : e_.taints_by_resource.of(entity.id)) {
    const model::UnmodelledNetworkResource& taint = e_.tables().unmodelled_network[index];
    unknown(RouteSource::user, anything, {taint.id, "", taint.type},
            fmt::format("{} {} is touched by {} ({}), which is not modelled", what, shown(v_, entity.id),
                        shown(v_, taint.id), text::printable(taint.type)));
  }
  for (const auto& [key, index] : e_.gaps_by_resource.of(entity.id)) {
    const model::Gap& gap = e_.snapshot().gaps[index];
    if (gap.code == "INPUT-DANGLING") continue;  // told where the reference is followed
    unknown(RouteSource::user, anything, {entity.id, "", gap.code},
            fmt::format("{} {}: {}", what, shown(v_, entity.id), gap.message));
  }
}

void Collector::what_is_not_understood() {
  if (vnet_ != nullptr) {
    doubt(*vnet_, "virtual network");
  } else {
    unknown(RouteSource::system, {NextHop::Kind::unknown, {}, {}}, {subnet_.vnet, "", "absent"},
            fmt::format("virtual network {} is not in the export", shown(v_, subnet_.vnet)));
  }
  if (table_ != nullptr) {
    doubt(*table_, "route table");
  } else if (subnet_.route_table.is_set()) {
    unknown(RouteSource::user, {NextHop::Kind::unknown, {}, {}},
            {subnet_.id, "/properties/routeTable/id", "not in the export"},
            fmt::format("route table {} is not in the export", shown(v_, subnet_.route_table)));
  }
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#default
void Collector::own_network() {
  if (vnet_ == nullptr) return;
  for (const Prefix& prefix : vnet_->address_space) {
    if (!overlaps(prefix, window_)) continue;
    add(prefix, RouteSource::system, {NextHop::Kind::vnet_local, vnet_->id, {}},
        {RouteOrigin::Kind::address_space, vnet_->id});
  }
}

bool Collector::has_user_default() const {
  if (table_ == nullptr) return false;
  return std::any_of(table_->routes.begin(), table_->routes.end(), [](const model::Route& route) {
    const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr;
    return route.is_usable && prefix != nullptr && prefix->length() == 0;
  });
}

bool Collector::propagates() const {
  return table_ == nullptr || table_->disable_bgp_propagation.value_or_default(false) != true;
}

// law:  a user 0/0 removes the reserved blocks from that subnet
// source: azure-semantics.md 1.2;
// learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#routing-example
void Collector::defaults() {
  const RouteOrigin origin{RouteOrigin::Kind::system, subnet_.vnet};
  add(Prefix(), RouteSource::system, {NextHop::Kind::internet, {}, {}}, origin);
  if (has_user_default()) return;
  std::string doubt;
  const auto is_any_route = [](const UnknownRoutes& u) { return u.source != RouteSource::system; };
  if (std::any_of(out_.unknown.begin(), out_.unknown.end(), is_any_route)) {
    doubt = "a default route that is not known would remove it";
  }
  for (const Route& route : out_.routes) {
    if (route.source == RouteSource::bgp && route.prefix.length() == 0) doubt = "a learned default route may remove it";
  }
  for (const Reserved& reserved : kReserved) {
    const Prefix prefix = *Prefix::parse(reserved.text);
    if (!overlaps(prefix, window_)) continue;
    const bool is_own = vnet_ != nullptr && std::find(vnet_->address_space.begin(), vnet_->address_space.end(),
                                                      prefix) != vnet_->address_space.end();
    if (is_own) continue;  // the block's route became VnetLocal
    std::string why = doubt;
    if (why.empty() && !reserved.is_documented_as_active)
      why = "whether Azure still drops this block is not documented";
    add(prefix, RouteSource::system, {NextHop::Kind::none, {}, {}}, origin, std::move(why));
  }
}

// law:  of routes with one prefix: the prefix itself, regional tags, top-level tags, AzureCloud of a region, AzureCloud
// source:
// learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#service-tags-for-user-defined-routes
std::uint8_t tag_rank(std::string_view tag) {
  const std::size_t dot = tag.find('.');
  const bool is_regional = dot != std::string_view::npos;
  if (text::equals(tag.substr(0, dot), "AzureCloud")) return is_regional ? 3 : 4;
  return is_regional ? 1 : 2;
}

void Collector::user_routes() {
  if (table_ == nullptr) return;
  for (std::size_t i = 0; i < table_->routes.size(); ++i) user_route(i);
}

void Collector::user_route(std::size_t index) {
  const model::Route& route = table_->routes[index];
  const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr;
  if (route.is_usable && route.prefix && prefix == nullptr) return;  // IPv6
  if (route.is_usable && prefix != nullptr && !overlaps(*prefix, window_)) return;
  NextHop hop;
  switch (route.next_hop) {
    case model::NextHopType::virtual_network_gateway: hop.kind = NextHop::Kind::gateway; break;
    case model::NextHopType::vnet_local:
      hop.kind = NextHop::Kind::vnet_local;
      hop.target = subnet_.vnet;
      break;
    case model::NextHopType::internet: hop.kind = NextHop::Kind::internet; break;
    case model::NextHopType::none: hop.kind = NextHop::Kind::none; break;
    case model::NextHopType::virtual_appliance:
    case model::NextHopType::virtual_appliance_ecmp:
      hop.kind = route.next_hop_addresses.empty() ? NextHop::Kind::unknown : NextHop::Kind::appliance;
      if (!route.next_hop_addresses.empty()) hop.address = route.next_hop_addresses.front();
      break;
  }
  if (!route.is_usable) return unreadable_route(index, hop);
  if (prefix != nullptr) return add_user(*prefix, hop, index, 0);
  const auto* listed = scope_.with_tag_lists ? e_.snapshot().service_tags.prefixes(route.service_tag) : nullptr;
  if (listed == nullptr || hop.kind == NextHop::Kind::unknown) return unreadable_route(index, hop);
  for (const Prefix& one : *listed) {
    if (overlaps(one, window_)) add_user(one, hop, index, tag_rank(route.service_tag));
  }
}

void Collector::add_user(Prefix prefix, NextHop next_hop, std::size_t index, std::uint8_t rank) {
  const RouteOrigin origin{RouteOrigin::Kind::user, table_->id, static_cast<std::uint32_t>(index)};
  const auto add_one = [&] { out_.routes.push_back({prefix, RouteSource::user, next_hop, true, origin, {}, rank}); };
  if (next_hop.kind != NextHop::Kind::appliance) return add_one();
  // source: azure-semantics.md 1.1 (VirtualApplianceEcmp: every address is a possible next hop)
  for (const Ipv4 address : table_->routes[index].next_hop_addresses) {
    next_hop.address = address;
    add_one();
  }
}

void Collector::unreadable_route(std::size_t index, const NextHop& hop) {
  const model::Route& route = table_->routes[index];
  const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr;
  const std::string where = prefix != nullptr ? to_string(*prefix) : text::printable(route.service_tag);
  const std::string to = hop.kind == NextHop::Kind::appliance
                             ? fmt::format("{} {}", model::name(route.next_hop), to_string(hop.address))
                             : std::string(model::name(route.next_hop));
  Fact fact{table_->id, fmt::format("/properties/routes/{}", index), fmt::format("{} -> {}", where, to)};
  if (!route.is_usable) {
    return unknown(RouteSource::user, {NextHop::Kind::unknown, {}, {}}, std::move(fact),
                   fmt::format("route {} of {} cannot be read", text::printable(route.name), shown(v_, table_->id)));
  }
  // source: azure-semantics.md 1.3 rule 5 (a tag's ranges are in no export)
  unknown(RouteSource::user, hop, std::move(fact),
          fmt::format("route {} of {} sends the service tag {} to {}; the addresses of the tag are not in the export",
                      text::printable(route.name), shown(v_, table_->id), where, to));
}

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#optional-default-routes
void Collector::peerings() {
  if (scope_.only_peering != nullptr) return peering_routes(*scope_.only_peering);
  for (const auto& [key, index] : e_.peerings_by_vnet.of(subnet_.vnet)) peering_routes(e_.tables().peerings[index]);
}

void Collector::peering_routes(const Peering& peering) {
  if (model::hub_connection(e_, peering) != nullptr) return;  // see virtual_hub()
  if (!window_.empty() && !may_route(v_, peering, window_)) return;
  const PeeringLink link = peering_link(v_, peering, subnet_);
  if (!link.has_route) return;
  const bool is_suppressed = table_ != nullptr && table_->disable_peering_route;
  for (const PeeringRange& range : peering_ranges(v_, peering)) {
    if (!overlaps(range.prefix, window_)) continue;
    std::string why = link.reason;
    if (why.empty() && !range.is_certain) {
      why = fmt::format("the address space of {} and what the peering last synced differ", shown(v_, peering.remote));
    }
    // source: azure-semantics.md 1.5 (disablePeeringRoute: preview, neither presence nor absence may be relied on)
    if (why.empty() && is_suppressed) why = "disablePeeringRoute is All, whose reach is not documented";
    if (peering.connected_group.is_set()) {
      connected_route(range.prefix, peering, std::move(why));
      continue;
    }
    add(range.prefix, RouteSource::system, {NextHop::Kind::peering, peering.remote, {}},
        {RouteOrigin::Kind::peering, peering.id}, std::move(why));
  }
}

// law:  no page says whether a user route or a connected group of the same prefix wins
// form: the connected group's route is there beside the user's, as one that may
// source: azure-semantics.md 7.4
void Collector::connected_route(const Prefix& prefix, const Peering& link, std::string doubt) {
  has_connected_group_ = true;
  RouteSource source = RouteSource::system;
  const auto is_same = [&](const Route& route) { return route.source == RouteSource::user && route.prefix == prefix; };
  if (std::any_of(out_.routes.begin(), out_.routes.end(), is_same)) {
    source = RouteSource::user;
    if (doubt.empty())
      doubt = "whether a user route wins against a connected group of the same prefix is not documented";
  }
  add(prefix, source, {NextHop::Kind::connected_group, link.remote, {}}, {RouteOrigin::Kind::connected_group, link.id},
      std::move(doubt));
}

// law:  no page says whether a learned route or a connected group wins, of the same prefix or where the learned one is
//       longer
// form: the connected group's route is there beside the learned one, as one that may
// source: azure-semantics.md 1.3, 7.4
void Collector::connected_or_learned() {
  const std::vector<Route> all = out_.routes;
  for (const Route& joined : all) {
    if (joined.next_hop.kind != NextHop::Kind::connected_group) continue;
    for (const Route& learned : all) {
      if (learned.source != RouteSource::bgp || !joined.prefix.contains(learned.prefix)) continue;
      add(learned.prefix, RouteSource::bgp, joined.next_hop, joined.origin,
          "whether a learned route wins against a connected group is not documented");
    }
  }
}

void Collector::learn_from(const RouteOrigin& origin) {
  const NextHop gateway{NextHop::Kind::gateway, {}, {}};
  if (!v_.designations.has_learned_prefixes) {
    return unknown(
        RouteSource::bgp, gateway, teaching_of(v_, origin),
        fmt::format("{} may teach any route and gateway route propagation is on; what it learns is in no export "
                    "(declare the learned prefixes, or disable propagation)",
                    teacher_of(v_, origin)));
  }
  const bool may_be_overridden =
      table_ != nullptr && std::any_of(table_->routes.begin(), table_->routes.end(),
                                       [](const model::Route& r) { return r.has_bgp_override; });
  // source: azure-semantics.md 7.2 (what a Route Server teaches leads to an appliance, which may be anywhere)
  const NextHop hop = may_be_taught_by_server(v_, origin) ? NextHop{NextHop::Kind::unknown, {}, {}} : gateway;
  for (const Prefix& prefix : v_.designations.learned_prefixes) {
    if (!overlaps(prefix, window_)) continue;
    add(prefix, RouteSource::bgp, hop, origin,
        may_be_overridden ? "a user route with hasBgpOverride may displace it" : "");
  }
}

// law:  learned routes reach every subnet of a VNet with a gateway or Route Server, and of a peer that uses it, unless
// the
//       subnet's own table disables propagation
// source: azure-semantics.md 1.5, 7.1, 7.2
void Collector::gateways() {
  if (!propagates()) return;
  for (const model::Gateway& gateway : e_.tables().gateways) {
    if (!gateway.subnets.empty()) continue;
    learn_from({RouteOrigin::Kind::unplaced_gateway, gateway.id});
  }
  for (const auto& [key, index] : e_.gateways_by_vnet.of(subnet_.vnet)) {
    learn_from({RouteOrigin::Kind::gateway, e_.tables().gateways[index].id});
  }
  if (scope_.only_peering != nullptr) return;
  for (const auto& [key, index] : e_.peerings_by_vnet.of(subnet_.vnet)) {
    const Peering& peering = e_.tables().peerings[index];
    if (peering.use_remote_gateways.value_or_default(false) == false) continue;
    if (model::hub_connection(e_, peering) != nullptr) continue;
    learn_from({RouteOrigin::Kind::remote_gateway, peering.id});
  }
}

void Collector::virtual_hubs() {
  if (scope_.only_peering != nullptr) return;
  for (const auto& [key, index] : e_.connections_by_vnet.of(subnet_.vnet))
    virtual_hub(e_.tables().hub_connections[index]);
}

// law:  what a hub teaches comes as learned routes: none with propagation off; user routes win as always
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies (propagate gateway routes), azure-semantics.md
// 1.5, 7.3
void Collector::virtual_hub(const model::HubConnection& connection) {
  const HubRouting routing = hub_routing(v_, connection.hub);
  if (routing.hub != nullptr && routing.hub->prefix && overlaps(*routing.hub->prefix, window_)) {
    add(*routing.hub->prefix, RouteSource::system, {NextHop::Kind::virtual_hub, connection.hub, {}},
        {RouteOrigin::Kind::hub_range, connection.hub}, doubt_about(v_, connection));
  }
  if (!propagates()) return;
  std::string doubt;
  if (table_ != nullptr && table_->disable_bgp_propagation.is_unreadable())
    doubt = "whether propagation of learned routes is on cannot be read";
  if (table_ != nullptr && std::any_of(table_->routes.begin(), table_->routes.end(),
                                       [](const model::Route& r) { return r.has_bgp_override; }))
    doubt = "a user route with hasBgpOverride may displace it";
  RouteSet taught = hub_routes(v_, routing, &connection);
  for (Route& route : taught.routes) {
    if (!overlaps(route.prefix, window_)) continue;
    add(route.prefix, route.source, route.next_hop, route.origin,
        route.uncertainty.empty() ? doubt : std::move(route.uncertainty));
  }
  for (UnknownRoutes& unknown : taught.unknown) out_.unknown.push_back(std::move(unknown));
}

// source: learn.microsoft.com/azure/virtual-network/virtual-network-service-endpoints-overview
void Collector::service_endpoints() {
  if (subnet_.service_endpoints.empty()) return;
  std::string list;
  for (const std::string& service : subnet_.service_endpoints)
    list += (list.empty() ? "" : ", ") + text::printable(service);
  unknown(
      RouteSource::system, {NextHop::Kind::service_endpoint, {}, {}},
      {subnet_.id, "/properties/serviceEndpoints", list},
      fmt::format(
          "subnet {} has service endpoints for {}, whose public addresses are reached directly and are in no export",
          shown(v_, subnet_.id), list));
}

void Collector::endpoints() {
  if (vnet_ == nullptr) return;
  endpoints_of(*vnet_, {});
  for (const auto& [key, index] : e_.peerings_by_vnet.of(subnet_.vnet)) {
    const Peering& peering = e_.tables().peerings[index];
    const VirtualNetwork* remote = e_.find<VirtualNetwork>(peering.remote);
    if (remote == nullptr || (!window_.empty() && !may_route(v_, peering, window_))) continue;
    const PeeringLink link = peering_link(v_, peering);
    if (!link.has_route) continue;
    const bool is_suppressed = table_ != nullptr && table_->disable_peering_route;
    endpoints_of(*remote, is_suppressed && link.reason.empty()
                              ? "disablePeeringRoute is All, whose reach is not documented"
                              : link.reason);
  }
}

// source: azure-semantics.md 1.6 (a /32 in the endpoint's own VNet and in directly peered ones)
void Collector::endpoints_of(const VirtualNetwork& vnet, const std::string& doubt) {
  for (const auto& [key, index] : e_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (e_.endpoints_by_subnet.of(subnet.id).empty()) continue;
    const auto touches = [&](const Prefix& prefix) { return overlaps(prefix, window_); };
    if (std::any_of(subnet.prefixes.begin(), subnet.prefixes.end(), touches)) endpoint_routes(subnet, vnet, doubt);
  }
}

void Collector::endpoint_routes(const Subnet& subnet, const VirtualNetwork& vnet, const std::string& doubt) {
  for (const auto& [key, index] : e_.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = e_.tables().private_endpoints[index];
    const std::vector<Ipv4> addresses = endpoint_addresses(v_, endpoint);
    const NextHop hop{NextHop::Kind::private_endpoint, endpoint.id, {}};
    if (addresses.empty()) {
      unknown(RouteSource::system, hop, {endpoint.id, "/properties/networkInterfaces", "no address"},
              fmt::format("the address of private endpoint {} is not in the export", shown(v_, endpoint.id)));
    }
    for (const Ipv4 address : addresses) {
      if (!overlaps(Prefix::host(address), window_)) continue;
      Ternary overridden = Ternary::no;
      for (const Route& route : out_.routes) {
        if (route.source != RouteSource::user || route.prefix.length() == 32 || !route.prefix.contains(address))
          continue;
        overridden = std::max(overridden, endpoint_override(route.prefix, subnet, vnet));
      }
      if (overridden == Ternary::yes) continue;
      std::string why = doubt;
      if (why.empty() && overridden == Ternary::unknown)
        why = "whether the user route displaces the endpoint's /32 is not certain";
      if (why.empty() && !endpoint.is_settled) why = "the private endpoint is not provisioned";
      add(Prefix::host(address), RouteSource::system, hop, {RouteOrigin::Kind::endpoint, endpoint.id}, std::move(why));
    }
  }
}

RouteSet Collector::run() {
  if (scope_.with_subnet) out_.unknown = of_subnet();
  what_is_not_understood();
  own_network();
  user_routes();
  peerings();
  gateways();
  virtual_hubs();
  if (has_connected_group_) connected_or_learned();
  defaults();
  if (scope_.with_endpoints) endpoints();
  return std::move(out_);
}

std::vector<UnknownRoutes> Collector::of_subnet() {
  doubt(subnet_, "subnet");
  service_endpoints();
  return std::exchange(out_.unknown, {});
}

}  // namespace

RouteSet effective_routes(const View& view, model::SubnetIndex subnet) { return effective_routes(view, subnet, {}); }

RouteSet effective_routes(const View& view, model::SubnetIndex subnet, std::span<const Prefix> window) {
  return collect_routes(view, view.estate.tables().subnets[subnet.index()], {.window = window});
}

RouteSet collect_routes(const View& view, const Subnet& subnet, const RouteScope& scope) {
  return Collector(view, subnet, scope).run();
}

std::vector<UnknownRoutes> subnet_unknowns(const View& view, const Subnet& subnet) {
  return Collector(view, subnet, {}).of_subnet();
}

}  // namespace hubproof::net
