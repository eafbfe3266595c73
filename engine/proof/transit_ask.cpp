// Which questions there are about one spoke.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/net/resolver_subnets.h"
#include "engine/proof/transit_question.h"
#include "engine/proof/transit_services.h"

namespace hubproof::proof {

using model::ResourceId;
using model::Subnet;
using model::SubnetIndex;
using model::VirtualNetwork;
using model::VnetIndex;
using net::NextHop;
using net::RouteSource;

namespace {

constexpr std::string_view kControlPlaneServices[] = {"Microsoft.Sql", "Microsoft.Storage", "Microsoft.EventHub",
                                                      "Microsoft.KeyVault"};
constexpr std::string_view kOtherSources[] = {"AzureFirewallSubnet", "AzureFirewallManagementSubnet",
                                              "RouteServerSubnet"};

bool is_harmless(const Candidate& candidate) { return candidate.harm == Harm::none; }

bool may_be_public(const std::vector<Prefix>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [](const Prefix& prefix) { return internet_addresses().intersects(prefix); });
}

}  // namespace

// law:  a classic injected API Management needs its control plane: the tag route to the Internet and four service
// endpoints source: azure-semantics.md 1.5 (APIM); github.com/MicrosoftDocs/azure-docs
// api-management-virtual-network-forced-tunneling
bool QuestionBuilder::is_control_plane_route(const model::Fact& fact, const net::NextHop& next_hop,
                                             const Subnet& subnet) const {
  const auto& services = estate_.tables().api_managements;
  const bool has_service = std::any_of(services.begin(), services.end(), [&](const model::ApiManagement& service) {
    const bool is_here = service.primary.subnet == subnet.id ||
                         std::any_of(service.additional.begin(), service.additional.end(),
                                     [&](const auto& location) { return location.subnet == subnet.id; });
    return is_here && !text::ends_with(service.sku, "V2");
  });
  if (!has_service) return false;
  if (next_hop.kind == NextHop::Kind::service_endpoint) {
    return std::all_of(subnet.service_endpoints.begin(), subnet.service_endpoints.end(),
                       [](const std::string& service) {
                         return std::any_of(std::begin(kControlPlaneServices), std::end(kControlPlaneServices),
                                            [&](std::string_view allowed) { return text::equals(service, allowed); });
                       });
  }
  const auto* table = estate_.find<model::RouteTable>(fact.resource);
  if (table == nullptr || next_hop.kind != NextHop::Kind::internet) return false;
  for (std::size_t i = 0; i < table->routes.size(); ++i) {
    const bool is_this = fact.pointer == fmt::format("/properties/routes/{}", i);
    if (is_this) return text::equals(table->routes[i].service_tag, "ApiManagement");
  }
  return false;
}

void QuestionBuilder::tell_control_plane(const Subnet& subnet, Question& question) const {
  std::string sentence = fmt::format("what {} reaches past the firewall for API Management is its control plane only",
                                     estate_.name(subnet.id));
  auto& known = question.assumptions;
  if (std::find(known.begin(), known.end(), sentence) == known.end()) known.push_back(std::move(sentence));
}

// The /32 of an endpoint whose address no row tells takes packets for its own subnet only.
// source: learn.microsoft.com/azure/private-link/private-endpoint-overview (an address of the subnet it stands in)
Doubt QuestionBuilder::doubt_about(const net::UnknownRoutes& unknown) const {
  Doubt out = doubt_of(unknown);
  if (unknown.next_hop.kind != NextHop::Kind::private_endpoint) return out;
  const auto* endpoint = estate_.find<model::PrivateEndpoint>(unknown.next_hop.target);
  const Subnet* subnet = endpoint == nullptr ? nullptr : estate_.find<Subnet>(endpoint->subnet);
  if (subnet != nullptr) out.within.assign(subnet->prefixes.begin(), subnet->prefixes.end());
  return out;
}

// Nothing about the subnet itself but its table decides its routes: it can be asked about together with others.
bool QuestionBuilder::is_plain(const Subnet& subnet) const {
  return !net::is_named(view_, subnet, "GatewaySubnet") && !net::is_named(view_, subnet, "RouteServerSubnet") &&
         sends(estate_, subnet) == Ternary::yes && subnet.unread.empty() && subnet.is_settled &&
         subnet.service_endpoints.empty() && !net::differs_by_subnet(view_, subnet.vnet) &&
         estate_.taints_by_resource.of(subnet.id).empty() && estate_.gaps_by_resource.of(subnet.id).empty();
}

Question QuestionBuilder::leaving(const model::SpokeRole& spoke, std::vector<SubnetIndex> sources) {
  Question out;
  out.way = net::Bypass::Way::leaves;
  out.from = sources.front();
  out.sources = std::move(sources);
  held_.push_back(net::effective_routes(view_, out.from));
  const net::RouteSet& set = held_.back();
  for (const net::Route& route : set.routes) {
    const Candidate candidate = judge_leaving(route, spoke, out);
    // A harmless /32 of an endpoint in the own network: leaving it out only makes more packets suspect, and how many
    // endpoints a spoke has is then no part of its class.
    if (route.next_hop.kind == NextHop::Kind::private_endpoint && is_harmless(candidate)) continue;
    out.candidates.push_back(candidate);
  }
  const Subnet& subnet = estate_.tables().subnets[out.from.index()];
  // Behind a gateway that the export does not show may be nobody.
  const bool is_hidden_gateway = net::is_named(view_, subnet, "GatewaySubnet") && is_exempt_source(subnet);
  out.may_be_silent = is_hidden_gateway || sends(estate_, subnet) == Ternary::unknown;
  for (const net::UnknownRoutes& unknown : set.unknown) {
    const net::Route any{Prefix(), unknown.source, unknown.next_hop, false, {}, {}};
    if (is_control_plane_route(unknown.fact, unknown.next_hop, subnet)) {
      tell_control_plane(subnet, out);
    } else if (!is_harmless(judge_leaving(any, spoke, out))) {
      out.doubts.push_back(doubt_about(unknown));
    }
  }
  std::stable_sort(out.candidates.begin(), out.candidates.end(), comes_first);
  return out;
}

void QuestionBuilder::ask_leaving(const model::SpokeRole& spoke, SpokeQuestions& out) {
  const ResourceId own = estate_.tables().virtual_networks[spoke.vnet.index()].id;
  std::vector<std::vector<SubnetIndex>> groups;
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(own)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    const bool is_silent = hides_firewall(subnet) || net::is_named(view_, subnet, "RouteServerSubnet");
    if (is_silent || sends(estate_, subnet) == Ternary::no) continue;
    const auto is_alike = [&](const std::vector<SubnetIndex>& group) {
      const Subnet& first = estate_.tables().subnets[group.front().index()];
      return first.route_table == subnet.route_table && is_plain(first) && is_plain(subnet) &&
             has_egress(first) == has_egress(subnet);
    };
    const auto group = std::find_if(groups.begin(), groups.end(), is_alike);
    if (group != groups.end())
      group->push_back(SubnetIndex(index));
    else
      groups.push_back({SubnetIndex(index)});
  }
  for (std::vector<SubnetIndex>& group : groups) out.questions.push_back(leaving(spoke, std::move(group)));
}

// GatewaySubnet stands for on-premises and sends only when a gateway is in it.
bool QuestionBuilder::is_exempt_source(const Subnet& subnet) const {
  for (const std::string_view name : kOtherSources) {
    if (net::is_named(view_, subnet, name)) return true;
  }
  if (net::is_named(view_, subnet, "GatewaySubnet")) {
    const auto gateways = estate_.gateways_by_vnet.of(subnet.vnet);
    return std::none_of(gateways.begin(), gateways.end(), [&](const model::Relation::Pair& entry) {
      return !estate_.tables().gateways[entry.second].is_route_server;
    });
  }
  if (net::is_named(view_, subnet, "AzureBastionSubnet")) {
    const auto& hosts = estate_.tables().bastion_hosts;
    return std::none_of(hosts.begin(), hosts.end(),
                        [&](const model::BastionHost& host) { return host.subnet == subnet.id; });
  }
  if (net::holds_resolver_endpoints_only(view_, subnet)) return true;
  return sends(estate_, subnet) == Ternary::no;
}

// A subnet with this name holds nothing but Bastion hosts.
// source: learn.microsoft.com/azure/bastion/configuration-settings#subnet
bool QuestionBuilder::may_hide_bastion(const Subnet& subnet) const {
  if (!net::is_named(view_, subnet, "AzureBastionSubnet")) return false;
  bool is_open = !subnet.attached.empty();
  for (const model::BastionHost& host : estate_.tables().bastion_hosts) {
    if (host.subnet == subnet.id) return false;
    is_open = is_open || !host.subnet.is_set();
  }
  return is_open;
}

// All /32 of the spoke's endpoints are certainly displaced by one user route each.
// source: learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
bool QuestionBuilder::endpoints_are_overridden(const VirtualNetwork& spoke,
                                               const std::vector<const net::Route*>& slice) const {
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(spoke.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (estate_.endpoints_by_subnet.of(subnet.id).empty()) continue;
    for (const Prefix& prefix : subnet.prefixes) {
      const bool is_overridden = std::any_of(slice.begin(), slice.end(), [&](const net::Route* route) {
        return route->source == RouteSource::user && route->prefix.contains(prefix) &&
               net::endpoint_override(route->prefix, subnet, spoke) == Ternary::yes;
      });
      if (!is_overridden) return false;
    }
  }
  return true;
}

Question QuestionBuilder::entering(const VirtualNetwork& spoke, const Inside& inside, SubnetIndex from, Link link) {
  Question out;
  out.way = net::Bypass::Way::enters;
  out.from = from;
  out.sources = {from};
  out.within = inside.within;
  out.inside = inside.places;
  const SharedRoutes& all = shared(from);
  out.may_be_silent = sends(estate_, estate_.tables().subnets[from.index()]) == Ternary::unknown;
  std::vector<const net::Route*> slice = all.overlapping(inside.within);
  if (!endpoints_are_overridden(spoke, slice)) {
    held_.push_back(net::effective_routes(view_, from, inside.within));
    slice.clear();
    for (const net::Route& route : held_.back().routes) slice.push_back(&route);
    for (const net::UnknownRoutes& unknown : held_.back().unknown) {
      if (unknown.next_hop.kind != NextHop::Kind::private_endpoint) continue;
      const net::Route any{Prefix(), unknown.source, unknown.next_hop, false, {}, {}};
      if (!is_harmless(judge_entering(any, spoke.id, all.vnet, link))) out.doubts.push_back(doubt_about(unknown));
    }
  }
  for (const net::Route* route : slice) out.candidates.push_back(judge_entering(*route, spoke.id, all.vnet, link));
  for (const net::UnknownRoutes& unknown : all.set.unknown) {
    // What a Route Server teaches leads to an appliance that may be anywhere; what a gateway teaches leads to the
    // gateway.
    const auto* teacher = estate_.find<model::Gateway>(unknown.fact.resource);
    const bool is_taught_by_server = teacher != nullptr && teacher->is_route_server;
    const net::Route any{Prefix(), unknown.source, unknown.next_hop, false, {}, {}};
    const bool leads_to_public =
        doubt_of(unknown).reach == Doubt::Reach::internet && !may_be_public(inside.within);  // no destination of ours
    if (leads_to_public) continue;
    if (is_taught_by_server || !is_harmless(judge_entering(any, spoke.id, all.vnet, link)))
      out.doubts.push_back(doubt_about(unknown));
  }
  std::stable_sort(out.candidates.begin(), out.candidates.end(), comes_first);
  return out;
}

void QuestionBuilder::ask_entering(const VirtualNetwork& spoke, const Inside& inside, const model::Peering& peering,
                                   SpokeQuestions& out) {
  const VirtualNetwork* from = estate_.find<VirtualNetwork>(peering.vnet);
  if (from == nullptr) return;
  const Ternary carries = net::peering_link(view_, peering).carries;
  if (carries == Ternary::no) return;
  if (net::hides_subnets(view_, *from)) {
    out.doubts.push_back(
        {{from->id, "/properties/subnets", "absent"},
         fmt::format("the export shows no subnet of {}, from which the spoke is reached", estate_.name(from->id)),
         Doubt::Reach::all});
  }
  const bool differs = net::joined_subnets(view_, peering).has_value();
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(peering.vnet)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (may_hide_bastion(subnet)) {
      out.doubts.push_back({{subnet.id, "/properties/ipConfigurations", "a host that is not shown"},
                            fmt::format("{} may hold a Bastion that the export does not show", estate_.name(subnet.id)),
                            Doubt::Reach::all});
    }
    if (hides_gateway(subnet)) {
      out.doubts.push_back({{subnet.id, "", "no gateway"},
                            fmt::format("a gateway in {} may not be shown", estate_.name(subnet.id)),
                            Doubt::Reach::all});
    }
    if (is_exempt_source(subnet)) continue;
    out.questions.push_back(
        entering(spoke, inside, SubnetIndex(index),
                 {harm_of(differs ? net::peering_link(view_, peering, subnet).carries : carries), harm_of(carries)}));
  }
}

SpokeQuestions QuestionBuilder::ask(const model::SpokeRole& spoke) {
  held_.clear();
  inside_ = {};
  SpokeQuestions out;
  const VirtualNetwork& vnet = estate_.tables().virtual_networks[spoke.vnet.index()];
  doubts_of_spoke(spoke, out);
  doubt_services(view_, vnet, out);
  ask_leaving(spoke, out);
  Inside inside;
  inside.places = &inside_;
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (!is_destination(subnet)) continue;
    inside.within.insert(inside.within.end(), subnet.prefixes.begin(), subnet.prefixes.end());
    add_places(subnet, index, inside_);
  }
  if (inside.within.empty()) return out;  // nobody is there
  for (const auto& [key, index] : estate_.subnets_by_vnet.of(vnet.id)) {
    const Subnet& subnet = estate_.tables().subnets[index];
    if (!net::is_named(view_, subnet, "GatewaySubnet") || is_exempt_source(subnet)) continue;
    out.questions.push_back(entering(vnet, inside, SubnetIndex(index), {}));
  }
  for (const auto& [key, index] : estate_.peerings_by_remote.of(vnet.id)) {
    ask_entering(vnet, inside, estate_.tables().peerings[index], out);
  }
  ask_hubs(vnet, inside, out);
  find_entries(vnet, out);
  find_pool_entries(vnet, out);
  doubt_strays(vnet, out);
  return out;
}

}  // namespace hubproof::proof
