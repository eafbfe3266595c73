#include "engine/check/scope.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/endpoint_subnets.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {
namespace {

// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview; rule-catalogue "System subnets"
constexpr std::string_view kPlatformSubnets[] = {"AzureBastionSubnet",  "AzureFirewallManagementSubnet",
                                                 "AzureFirewallSubnet", "GatewaySubnet",
                                                 "RouteServerSubnet",   "VirtualNetworkApplianceSubnet"};

bool is_platform(std::string_view name) {
  return std::any_of(std::begin(kPlatformSubnets), std::end(kPlatformSubnets),
                     [&](std::string_view platform) { return text::equals(platform, name); });
}

bool is_relevant(const model::Gap& gap, const model::Entity& entity, std::initializer_list<model::ResourceId> reads) {
  if (gap.reach != model::Gap::Reach::resource) return false;
  if (gap.resource == entity.id) return true;
  if (gap.code != "INPUT-DANGLING") return true;
  return std::find(reads.begin(), reads.end(), gap.resource) != reads.end();
}

}  // namespace

std::optional<Doubt> doubt_about(const model::View& view, const model::Entity& entity,
                                 std::initializer_list<model::ResourceId> reads) {
  if (!entity.unread.empty()) {
    const model::Unread& first = entity.unread.front();
    return Doubt{fmt::format("{} holds {}, which is not understood",
                             first.pointer.empty() ? "the resource" : text::printable(first.pointer),
                             text::printable(first.met)),
                 "a value that hubproof understands, or a newer hubproof"};
  }
  // source: azure-semantics.md 0: provisioningState other than Succeeded anywhere makes the answer unknown
  if (!entity.is_settled)
    return Doubt{"its provisioningState is not Succeeded", "an export after the deployment has ended"};
  for (const auto& [id, index] : view.estate.gaps_by_resource.of(entity.id)) {
    const model::Gap& gap = view.estate.snapshot().gaps[index];
    if (is_relevant(gap, entity, reads)) return Doubt{gap.message, "an export without this gap (" + gap.code + ")"};
  }
  return std::nullopt;
}

bool is_unread(const model::Entity& entity, std::string_view pointer) {
  return std::any_of(entity.unread.begin(), entity.unread.end(), [&](const model::Unread& unread) {
    return unread.pointer.empty() || text::starts_with(unread.pointer, pointer) ||
           text::starts_with(pointer, unread.pointer);
  });
}

std::optional<Doubt> doubt_about_table(const model::View& view, const model::RouteTable& table) {
  model::Entity rest = table;
  const auto is_judged_alone = [&](const model::Unread& unread) {
    for (std::size_t i = 0; i < table.routes.size(); ++i) {
      const model::Route& route = table.routes[i];
      const std::string pointer = fmt::format("/properties/routes/{}", i);
      const bool is_inside = unread.pointer == pointer || text::starts_with(unread.pointer, pointer + "/");
      if (is_inside) return !route.is_usable && (route.prefix || !route.service_tag.empty());
    }
    return false;
  };
  rest.unread.erase(std::remove_if(rest.unread.begin(), rest.unread.end(), is_judged_alone), rest.unread.end());
  return doubt_about(view, rest);
}

void for_each_missing(const model::View& view, const std::function<bool(std::string_view type)>& is_wanted,
                      const std::function<void(model::ResourceId id, const model::Gap& gap)>& visit) {
  std::map<std::string_view, const model::Gap*, text::Less> found;
  for (const model::Gap& gap : view.estate.snapshot().gaps) {
    if (gap.reach != model::Gap::Reach::resource || !gap.resource.is_set()) continue;
    const std::string_view spelling = view.estate.spelling(gap.resource);
    if (is_wanted(arm_type(spelling))) found.emplace(spelling, &gap);
  }
  for (const auto& [spelling, gap] : found) visit(gap->resource, *gap);
}

Scope::Scope(const model::View& view) : view_(view) {
  const model::Tables& t = tables();
  is_spoke_.resize(t.virtual_networks.size());
  is_hub_.resize(t.virtual_networks.size());
  for (const model::SpokeRole& spoke : view.roles.spokes) is_spoke_[spoke.vnet.index()] = true;
  for (const model::HubRole& hub : view.roles.hubs) is_hub_[hub.vnet.index()] = true;
  for (const model::ApiManagement& a : t.api_managements) {
    api_managements_.emplace(a.primary.subnet, &a);
    for (const auto& location : a.additional) api_managements_.emplace(location.subnet, &a);
  }
  for (const model::ApplicationGateway& g : t.application_gateways) {
    application_gateways_.insert(g.subnets.begin(), g.subnets.end());
  }
  for (const model::LoadBalancer& b : t.load_balancers) {
    for (const auto& frontend : b.frontends) otherwise_used_.insert(frontend.subnet);
  }
  for (const model::DnsResolverEndpoint& e : t.dns_resolver_endpoints) otherwise_used_.insert(e.subnet);
  for (const model::BastionHost& b : t.bastion_hosts) otherwise_used_.insert(b.subnet);
  for (const model::Gateway& g : t.gateways) gateway_subnets_.insert(g.subnets.begin(), g.subnets.end());
  for (const model::AzureFirewall& f : t.firewalls) {
    for (const auto& ip : f.ip_configurations) otherwise_used_.insert(ip.subnet);
  }
}

model::VnetIndex Scope::vnet_index(model::ResourceId id) const {
  const auto* found = estate().find<model::VirtualNetwork>(id);
  return found == nullptr ? model::VnetIndex() : model::VnetIndex(estate().index_of(*found));
}

std::vector<const model::Subnet*> Scope::subnets(model::VnetIndex index) const {
  std::vector<const model::Subnet*> out;
  for (const auto& [id, subnet] : estate().subnets_by_vnet.of(vnet(index).id)) out.push_back(&tables().subnets[subnet]);
  return out;
}

const model::ApiManagement* Scope::api_management_in(const model::Subnet& subnet) const {
  const auto found = api_managements_.find(subnet.id);
  return found == api_managements_.end() ? nullptr : found->second;
}

bool Scope::has_gateway(const model::Subnet& subnet) const { return gateway_subnets_.count(subnet.id) != 0; }

SubnetUse Scope::use(const model::Subnet& subnet) const {
  if (is_platform(estate().name(subnet.id))) return SubnetUse::platform;
  if (application_gateways_.count(subnet.id) != 0) return SubnetUse::application_gateway;
  if (api_managements_.count(subnet.id) != 0) return SubnetUse::api_management;
  if (estate().endpoints_by_subnet.of(subnet.id).empty() || !subnet.delegations.empty() ||
      otherwise_used_.count(subnet.id) != 0 || has_gateway(subnet)) {
    return SubnetUse::workload;
  }
  switch (net::holds_endpoints_only(view_, subnet)) {
    case Ternary::yes: return SubnetUse::endpoints_only;
    case Ternary::unknown: return SubnetUse::perhaps_endpoints_only;
    case Ternary::no: break;
  }
  return SubnetUse::workload;
}

bool Scope::sends(const model::Subnet& subnet) const {
  const SubnetUse what = use(subnet);
  return what != SubnetUse::platform && what != SubnetUse::endpoints_only;
}

bool Scope::may_hold_unread_firewall(model::ResourceId vnet) const {
  for (const auto& [id, index] : estate().firewalls_by_vnet.of(vnet)) {
    for (const auto& ip : tables().firewalls[index].ip_configurations) {
      if (!ip.address) return true;
    }
  }
  return false;
}

// A next hop that no device has is a violation only when no firewall can have it: the export holds the network and
// reads every firewall in it. A broken peering does not make the hub firewall's address another one: HP-TRN-008 tells
// that. source: azure-semantics.md 1.4
Scope::Hop Scope::judge_hop(model::VnetIndex from, Ipv4 address) const {
  Hop out;
  out.device = net::resolve_appliance(view_, from, address);
  using Kind = net::Appliance::Kind;
  const bool is_partial = estate().is_partial(model::ArgTable::resources);
  switch (out.device.kind) {
    case Kind::firewall: out.answer = Hop::Answer::firewall; break;
    case Kind::other_firewall:
    case Kind::network_interface:
    case Kind::load_balancer: out.answer = Hop::Answer::something_else; break;
    case Kind::nobody:
      out.answer =
          is_partial || may_hold_unread_firewall(out.device.vnet) ? Hop::Answer::unknown : Hop::Answer::something_else;
      break;
    case Kind::unreachable:
      if (const model::SpokeRole* spoke = view_.roles.spoke(from); spoke != nullptr) {
        for (const model::VnetIndex hub : spoke->hubs) {
          if (view_.roles.firewall_at(vnet(hub).id, address) != nullptr) out.answer = Hop::Answer::firewall;
        }
      }
      if (out.answer == Hop::Answer::firewall) break;
      out.answer = is_partial ? Hop::Answer::unknown : Hop::Answer::something_else;
      break;
    case Kind::unknown: out.answer = Hop::Answer::unknown; break;
  }
  if (out.answer == Hop::Answer::something_else) {
    out.why = fmt::format("{} is not a hub firewall: {}", to_string(address), out.device.reason);
  }
  if (out.answer == Hop::Answer::unknown) {
    out.why = fmt::format("whether {} is a hub firewall is not known: {}", to_string(address), out.device.reason);
  } else if (!view_.roles.ambiguities.empty()) {
    out.answer = Hop::Answer::unknown;
    out.why = fmt::format("whether {} counts as a hub firewall is not decided: {}", to_string(address),
                          view_.roles.ambiguities.front());
  }
  return out;
}

const Scope::Hop& Scope::next_hop(model::VnetIndex from, Ipv4 address) {
  const auto key = std::pair(from, address);
  const auto found = hops_.find(key);
  return found != hops_.end() ? found->second : hops_.emplace(key, judge_hop(from, address)).first->second;
}

std::string Scope::label(model::ResourceId id) const {
  return id.is_set() ? text::printable(estate().name(id)) : std::string("(none)");
}

std::string Scope::label(const model::Subnet& subnet) const { return label(subnet.vnet) + "/" + label(subnet.id); }

std::string Scope::expected_firewall(model::VnetIndex spoke) const {
  if (const model::SpokeRole* role = view_.roles.spoke(spoke); role != nullptr) {
    for (const model::FirewallRole& firewall : view_.roles.firewalls) {
      const auto is_there = [&](model::VnetIndex hub) { return vnet(hub).id == firewall.vnet; };
      const bool is_virtual = role->virtual_hub.is_set() && role->virtual_hub == firewall.vnet;
      if (is_virtual || std::any_of(role->hubs.begin(), role->hubs.end(), is_there)) return to_string(firewall.address);
    }
  }
  return "the hub firewall's address";
}

// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies; the hidden hub network of a virtual WAN is
// named HV_<hub>_<guid> in the peerings of its spokes
std::string Scope::virtual_wan(model::VnetIndex index) const {
  const model::ResourceId id = vnet(index).id;
  for (const auto& [key, connection] : estate().connections_by_vnet.of(id)) {
    return fmt::format("it is connected to the Virtual WAN hub {}, which has no user routes by design",
                       label(tables().hub_connections[connection].hub));
  }
  for (const auto& [key, taint] : estate().taints_by_resource.of(id)) {
    const model::UnmodelledNetworkResource& found = tables().unmodelled_network[taint];
    if (text::starts_with(found.type, "microsoft.network/virtualhubs")) {
      return fmt::format("it is connected to the Virtual WAN hub of {}, which has no user routes by design",
                         label(found.id));
    }
  }
  for (const auto& [key, peering] : estate().peerings_by_vnet.of(id)) {
    const model::ResourceId remote = tables().peerings[peering].remote;
    if (!remote.is_set() || !text::starts_with(estate().name(remote), "HV_")) continue;
    if (!estate().holds(remote)) return fmt::format("it is connected to the Virtual WAN hub network {}", label(remote));
  }
  return {};
}

namespace {

/// An ambiguity that asks for a firewall only leaves the hubs and spokes as they are: next hops answer unknown by
/// themselves (Scope::next_hop). Each sentence names the part of hubproof.yaml that settles it.
bool leaves_networks_alone(std::string_view ambiguity) {
  const auto names = [&](std::string_view part) { return ambiguity.find(part) != std::string_view::npos; };
  return names("designate.firewalls") && !names("designate.hubs") && !names("designate.spokes");
}

}  // namespace

void doubt_ambiguous_roles(const model::View& view, Findings& findings) {
  const auto& all = view.roles.ambiguities;
  const auto first = std::find_if_not(all.begin(), all.end(), leaves_networks_alone);
  if (first == all.end()) return;
  for (Finding& finding : findings.findings) {
    if (finding.outcome != Outcome::pass) continue;
    finding.outcome = Outcome::unknown;
    finding.message = *first;
    finding.decided_by = "a designation in hubproof.yaml";
  }
  if (findings.findings.empty()) {
    findings.findings.push_back(undecided({}, *first, "a designation in hubproof.yaml"));
  }
}

void tell_missing_subnets(const model::View& view, const Scope& scope, Findings& findings) {
  const auto is_subnet = [](std::string_view type) { return type == "microsoft.network/virtualnetworks/subnets"; };
  for_each_missing(view, is_subnet, [&](model::ResourceId id, const model::Gap& gap) {
    const model::ResourceId parent = view.estate.ids().find(arm_parent(view.estate.spelling(id)));
    if (view.estate.find<model::Subnet>(id) != nullptr || !scope.is_spoke(scope.vnet_index(parent))) return;
    findings.findings.push_back(undecided(id, gap.message, "an export of the virtual network as it is now"));
  });
}

Findings finish_transit(const model::View& view, Findings findings) {
  for (const model::ResourceId missing : view.roles.spoke_candidates_missing) {
    findings.findings.push_back(
        view.estate.holds(missing)
            ? undecided(missing, "it may be a spoke: not all of its peerings are known", "the peerings of the network")
            : undecided(missing, "a hub peers with this virtual network, which is not in the export",
                        "an export of its subscription"));
  }
  doubt_ambiguous_roles(view, findings);
  return findings;
}

}  // namespace hubproof::check
