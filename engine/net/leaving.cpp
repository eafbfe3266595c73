#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/leaving.h"

namespace hubproof::net {

using model::Fact;
using model::Peering;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

Leaving::Leaving(TransitRun& run)
    : run_(run), v_(run.view), e_(run.view.estate), differs_by_subnet_(differs_by_subnet(run.view, run.vnet.id)) {
  for (const Prefix& prefix : run.vnet.address_space) own_.add(prefix);
}

std::vector<Leaving::Share> Leaving::shares_of(const std::vector<Segment>& segments) {
  std::vector<Share> out;
  for (const Segment& segment : segments) {
    const std::string doubt = doubt_of(segment);
    for (const Route* route : ways(segment)) {
      auto found = std::find_if(out.begin(), out.end(),
                                [&](const Share& share) { return share.route == route && share.doubt == doubt; });
      if (found == out.end()) {
        out.push_back({route, {}, doubt});
        found = std::prev(out.end());
      }
      found->destinations.add(segment.range.first, segment.range.last);
    }
  }
  return out;
}

const Leaving::TableRoutes& Leaving::routes_of(const Subnet& subnet) {
  const model::ResourceId own = differs_by_subnet_ ? subnet.id : model::ResourceId();
  const auto [found, is_new] = by_table_.try_emplace({subnet.route_table, own});
  TableRoutes& out = found->second;
  if (!is_new) return out;
  out.set = collect_routes(v_, subnet, {.with_subnet = false, .with_endpoints = false});
  out.shares = shares_of(decide(out.set.routes, {}));
  out.overrides_endpoints = overrides_all(out.set);
  return out;
}

Bypass Leaving::bypass(const Subnet& subnet, AddressSet destinations, const NextHop& next_hop, std::vector<Fact> facts,
                       std::string reason) const {
  Bypass out;
  out.way = Bypass::Way::leaves;
  out.from = index(subnet);
  out.destinations = std::move(destinations);
  out.next_hop = next_hop;
  out.facts = std::move(facts);
  out.facts.push_back(
      {subnet.id, "/properties/routeTable/id",
       subnet.route_table.is_set() ? std::string(e_.spelling(subnet.route_table)) : std::string("absent")});
  out.reason = std::move(reason);
  return out;
}

void Leaving::subnet(const Subnet& subnet) {
  // source: azure-semantics.md 1.5 (the instances of a Route Server send no data)
  if (is_firewall_subnet(v_, subnet) || is_named(v_, subnet, "RouteServerSubnet")) return;
  const Ternary holds_only_endpoints = holds_endpoints_only(v_, subnet);
  if (holds_only_endpoints == Ternary::yes) return;
  const std::size_t first = run_.result.bypasses.size();
  peer_told_ = {};
  peer_bypass_ = {};
  const TableRoutes& routes = routes_of(subnet);
  for (Share share : routes.shares) {
    share.destinations -= run_.direct;
    if (!share.destinations.empty()) judge(subnet, share);
  }
  to_endpoints(subnet, routes);
  for (const UnknownRoutes& u : routes.set.unknown) unknown(subnet, u);
  for (const UnknownRoutes& u : subnet_unknowns(v_, subnet)) unknown(subnet, u);
  if (holds_only_endpoints == Ternary::unknown || is_empty_gateway_subnet(v_, subnet)) run_.doubt_sender(subnet, first);
}

void Leaving::judge(const Subnet& subnet, const Share& share) {
  if (const std::string_view tag = service_tag_of(v_, *share.route); !tag.empty()) {
    if (is_accepted_for_apim(subnet, share.route->next_hop, tag)) return;
    run_.assumptions.insert(fmt::format("the service tag {} holds what the supplied list says", text::printable(tag)));
  }
  switch (share.route->next_hop.kind) {
    case NextHop::Kind::none: return;
    case NextHop::Kind::vnet_local: {
      const AddressSet outside = share.destinations - own_;
      if (share.route->source != RouteSource::user || outside.empty()) return;
      // source: azure-semantics.md 1.4 (VnetLocal is not valid across a peering)
      return run_.uncertain(
          Bypass::Way::leaves, index(subnet), outside, share.route->next_hop, {fact_of(v_, *share.route)},
          fmt::format("{} sends {} to VnetLocal although {} does not hold it; the effect is not documented",
                      table_of(v_, subnet), to_string(share.route->prefix), shown(v_, run_.vnet.id)));
    }
    case NextHop::Kind::peering:
    case NextHop::Kind::connected_group: return to_peer(subnet, share);
    case NextHop::Kind::internet: return to_internet(subnet, share);
    case NextHop::Kind::gateway: return to_gateway(subnet, share);
    case NextHop::Kind::appliance: return to_appliance(subnet, share);
    case NextHop::Kind::virtual_hub: return to_virtual_hub(subnet, share);
    case NextHop::Kind::private_endpoint:
    case NextHop::Kind::service_endpoint:
    case NextHop::Kind::unknown:
      return run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, share.route->next_hop,
                            {fact_of(v_, *share.route)},
                            fmt::format("route {} of {} has a next hop that is not understood",
                                        route_word(*share.route), table_of(v_, subnet)));
  }
}

void Leaving::to_peer(const Subnet& subnet, const Share& share) {
  const Route& route = *share.route;
  const VirtualNetwork* remote = e_.find<VirtualNetwork>(route.next_hop.target);
  if (remote == nullptr) {
    return run_.uncertain(
        Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop, {fact_of(v_, route)},
        fmt::format("{} is reached over the peering to {}, which is not in the export: what it holds is not known",
                    to_string(share.destinations), shown(v_, route.next_hop.target)));
  }
  PeeringLink link{Ternary::no, true, {}};
  for (const auto& [key, at] : e_.peerings_by_vnet.of(run_.vnet.id)) {
    if (e_.tables().peerings[at].remote != remote->id) continue;
    PeeringLink one = peering_link(v_, e_.tables().peerings[at], subnet);
    if (one.carries >= link.carries) link = std::move(one);
  }
  if (link.carries == Ternary::no) return;
  if (hides_subnets(v_, *remote)) {
    return run_.uncertain(
        Bypass::Way::leaves, index(subnet), share.destinations, route.next_hop,
        {{remote->id, "/properties/subnets", "absent"}},
        fmt::format("the export shows no subnet of {}: who is reached there is not known", shown(v_, remote->id)));
  }
  const Landing landing = land_in_peer(subnet, share, *remote);
  if (landing.passes == Ternary::no) return;
  Bypass out =
      bypass(subnet, landing.destinations, route.next_hop, {fact_of(v_, route)},
             fmt::format("{} {} reached over the {} {}: no user route of {} is as long as {}",
                         enumeration(landing.places), landing.places.size() == 1 ? "is" : "are",
                         route.next_hop.kind == NextHop::Kind::connected_group ? "connected group with" : "peering to",
                         shown(v_, remote->id), table_of(v_, subnet), to_string(route.prefix)));
  out.expected = expected_routes(run_, landing.prefixes);
  out.doubt = !link.reason.empty() ? link.reason : share.doubt;
  peer_told_ |= landing.destinations;
  if (tell_landing(subnet, std::move(out), landing)) peer_bypass_ |= landing.destinations;
}

Landing Leaving::land_in_peer(const Subnet& subnet, const Share& share, const VirtualNetwork& remote) {
  Landing out;
  for (const auto& [key, at] : e_.subnets_by_vnet.of(remote.id)) {
    const Subnet& target = e_.tables().subnets[at];
    const bool is_touched = std::any_of(target.prefixes.begin(), target.prefixes.end(),
                                        [&](const Prefix& prefix) { return share.destinations.intersects(prefix); });
    if (!is_touched || is_firewall_subnet(v_, target)) continue;
    if (is_platform_subnet(v_, target) || holds_only_public_bastions(v_, target)) {
      run_.left_out.insert({target.id, TransitRun::LeftOut::as_destination});
      continue;
    }
    land(v_, subnet, target, share.destinations, out);
  }
  if (out.passes == Ternary::no && !remote.unread.empty()) {
    run_.uncertain(Bypass::Way::leaves, index(subnet), share.destinations, share.route->next_hop,
                   {fact_of(v_, *share.route)},
                   fmt::format("{} has {}, which is not understood: its subnets are not all known",
                               shown(v_, remote.id), text::printable(remote.unread.front().pointer)));
  }
  return out;
}

bool Leaving::tell_landing(const Subnet& subnet, Bypass bypass, const Landing& landing) {
  if (bypass.doubt.empty() && landing.passes == Ternary::unknown) bypass.doubt = landing.reason;
  return add_witnessed(run_, std::move(bypass), landing.examples, {Place::Kind::subnet, subnet.id});
}

// law:  a classic injected API Management needs its control plane: the tag route to the Internet and four service
// endpoints source: azure-semantics.md 1.5; api-management-virtual-network-forced-tunneling
bool Leaving::is_accepted_for_apim(const Subnet& subnet, const NextHop& next_hop, std::string_view tag) {
  const auto& services = e_.tables().api_managements;
  const bool has_apim = std::any_of(services.begin(), services.end(), [&](const model::ApiManagement& service) {
    const bool is_here = service.primary.subnet == subnet.id ||
                         std::any_of(service.additional.begin(), service.additional.end(),
                                     [&](const auto& location) { return location.subnet == subnet.id; });
    return is_here && !text::ends_with(service.sku, "V2");
  });
  if (!has_apim) return false;
  if (next_hop.kind == NextHop::Kind::internet && text::equals(tag, "ApiManagement")) {
    run_.assumptions.insert(
        fmt::format("the route ApiManagement -> Internet of {} carries management replies only", shown(v_, subnet.id)));
    return true;
  }
  if (next_hop.kind != NextHop::Kind::service_endpoint) return false;
  const bool are_required =
      std::all_of(subnet.service_endpoints.begin(), subnet.service_endpoints.end(), [](const std::string& service) {
        for (const std::string_view required :
             {"Microsoft.Sql", "Microsoft.Storage", "Microsoft.EventHub", "Microsoft.KeyVault"}) {
          if (text::equals(service, required)) return true;
        }
        return false;
      });
  if (are_required) {
    run_.assumptions.insert(
        fmt::format("the service endpoints of {} carry API Management's own dependencies only", shown(v_, subnet.id)));
  }
  return are_required;
}

void Leaving::unknown(const Subnet& subnet, const UnknownRoutes& unknown) {
  // The value of a tag route's fact begins with the tag.
  const std::string_view value = unknown.fact.value;
  if (is_accepted_for_apim(subnet, unknown.next_hop, value.substr(0, value.find(' ')))) return;
  if (unknown.next_hop.kind == NextHop::Kind::none) return;
  if (unknown.next_hop.kind == NextHop::Kind::appliance &&
      run_.shared.appliance_at(run_.role.vnet, unknown.next_hop.address).kind == Appliance::Kind::firewall)
    return;
  const bool is_public_only = unknown.next_hop.kind == NextHop::Kind::service_endpoint ||
                              (unknown.source == RouteSource::user && unknown.next_hop.kind != NextHop::Kind::unknown);
  const AddressSet destinations = (is_public_only ? internet_addresses() : AddressSet::all()) - own_;
  run_.uncertain(Bypass::Way::leaves, index(subnet), destinations, unknown.next_hop, {unknown.fact}, unknown.reason);
}

void find_leaving(TransitRun& run) {
  Leaving leaving(run);
  for (const auto& [key, index] : run.view.estate.subnets_by_vnet.of(run.vnet.id)) {
    leaving.subnet(run.view.estate.tables().subnets[index]);
  }
}

}  // namespace hubproof::net
