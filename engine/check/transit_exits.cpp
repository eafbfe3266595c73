// HP-TRN-011: no other way out of a spoke.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {
namespace {

using model::Subnet;
using model::View;
using model::VnetIndex;

// source: learn.microsoft.com/azure/api-management/virtual-network-reference (service endpoints under forced
// tunnelling)
constexpr std::string_view kApiManagementEndpoints[] = {"Microsoft.EventHub", "Microsoft.KeyVault", "Microsoft.Sql",
                                                        "Microsoft.Storage"};

bool is_allowed_endpoint(const Scope& scope, const Subnet& subnet, std::string_view service) {
  const model::ApiManagement* api = scope.api_management_in(subnet);
  // source: learn.microsoft.com/azure/api-management/inject-vnet-v2 names no such need for the v2 tiers
  if (api == nullptr || text::ends_with(api->sku, "V2")) return false;
  return std::any_of(std::begin(kApiManagementEndpoints), std::end(kApiManagementEndpoints),
                     [&](std::string_view allowed) { return text::equals(allowed, service); });
}

/// A subnet with nothing to complain of gives no finding of its own: its network's does.
void judge_subnet(const Scope& scope, const Subnet& subnet, Findings& out) {
  Judgement judgement(subnet.id);
  if (subnet.nat_gateway.is_set()) {
    judgement.fact("/properties/natGateway/id", text::printable(scope.estate().spelling(subnet.nat_gateway)));
    judgement.fail(fmt::format("{} has the NAT gateway {}", scope.label(subnet), scope.label(subnet.nat_gateway)),
                   "no NAT gateway");
  }
  for (std::size_t i = 0; i < subnet.service_endpoints.size(); ++i) {
    const std::string& service = subnet.service_endpoints[i];
    if (is_allowed_endpoint(scope, subnet, service)) continue;
    judgement.fact(fmt::format("/properties/serviceEndpoints/{}", i), text::printable(service));
    judgement.fail(fmt::format("{} has a service endpoint for {}, whose routes are longer than 0.0.0.0/0",
                               scope.label(subnet), text::printable(service)),
                   "no service endpoints");
  }
  judgement.doubt(doubt_about(scope.view(), subnet));
  if (judgement.is_failed() || judgement.is_doubted()) out.findings.push_back(std::move(judgement).finding());
}

/// Exits of a network that are not those of one subnet: (network, what) of load balancers.
struct BalancerExits {
  std::map<VnetIndex, std::vector<const model::LoadBalancer*>> certain;
  std::map<VnetIndex, std::vector<const model::LoadBalancer*>> possible;
};

bool has_public_outbound(const model::LoadBalancer& balancer) {
  return balancer.has_outbound_rules &&
         std::any_of(balancer.frontends.begin(), balancer.frontends.end(), [](const auto& frontend) {
           return frontend.public_ip.is_set() || frontend.public_ip_v6.is_set();
         });
}

void add_once(std::vector<const model::LoadBalancer*>& list, const model::LoadBalancer& balancer) {
  if (list.empty() || list.back() != &balancer) list.push_back(&balancer);
}

/// The networks in which `top` (a NIC or a scale set) has members: a NIC says its subnets, of a scale set only subnets
/// do.
void place_member(const Scope& scope, const model::LoadBalancer& balancer, model::ResourceId top, BalancerExits& out,
                  const std::multimap<model::ResourceId, VnetIndex>& attached) {
  const auto* nic = scope.estate().find<model::NetworkInterface>(top);
  bool is_placed = false;
  if (nic != nullptr) {
    for (const auto& ip : nic->ip_configurations) {
      const Subnet* subnet = scope.estate().find<Subnet>(ip.subnet);
      if (subnet == nullptr) continue;
      is_placed = true;
      const VnetIndex vnet = scope.vnet_index(subnet->vnet);
      if (scope.is_spoke(vnet)) add_once(out.certain[vnet], balancer);
    }
  }
  const auto [first, last] = attached.equal_range(top);
  for (auto it = first; it != last; ++it) {
    is_placed = true;
    if (scope.is_spoke(it->second)) add_once(out.certain[it->second], balancer);
  }
  if (is_placed) return;
  const std::string_view subscription = arm_subscription(scope.estate().spelling(balancer.id));
  for (const model::SpokeRole& spoke : scope.view().roles.spokes) {
    const auto id = scope.estate().spelling(scope.vnet(spoke.vnet).id);
    if (text::equals(arm_subscription(id), subscription)) add_once(out.possible[spoke.vnet], balancer);
  }
}

BalancerExits balancer_exits(const Scope& scope) {
  BalancerExits out;
  const auto& balancers = scope.tables().load_balancers;
  if (std::none_of(balancers.begin(), balancers.end(), has_public_outbound)) return out;
  std::multimap<model::ResourceId, VnetIndex> attached;
  for (const Subnet& subnet : scope.tables().subnets) {
    for (const model::ResourceId id : subnet.attached) attached.emplace(id, scope.vnet_index(subnet.vnet));
  }
  for (const model::LoadBalancer& balancer : balancers) {
    if (!has_public_outbound(balancer)) continue;
    for (const auto& [pool, member] : balancer.pool_members) {
      const auto top = scope.estate().ids().find(arm_top_level(scope.estate().spelling(member)));
      place_member(scope, balancer, top, out, attached);
    }
  }
  return out;
}

void judge_balancers(const Scope& scope, const BalancerExits& exits, VnetIndex vnet, Judgement& judgement) {
  if (const auto found = exits.certain.find(vnet); found != exits.certain.end()) {
    for (const model::LoadBalancer* balancer : found->second) {
      judgement.fact(balancer->id, "/properties/outboundRules", "present, with a public frontend");
      judgement.fail(fmt::format("the load balancer {} gives members of {} a public way out", scope.label(balancer->id),
                                 scope.label(scope.vnet(vnet).id)),
                     "no outbound rules with a public frontend");
    }
  }
  if (const auto found = exits.possible.find(vnet); found != exits.possible.end()) {
    for (const model::LoadBalancer* balancer : found->second) {
      judgement.doubt(fmt::format("the load balancer {} has outbound rules and members that the export does not place",
                                  scope.label(balancer->id)),
                      "the interfaces of its backend pool");
    }
  }
}

/// NAT gateways that serve a subnet of a network which the export does not hold.
using HiddenNats = std::multimap<model::ResourceId, const model::NatGateway*>;

HiddenNats hidden_nats(const Scope& scope) {
  HiddenNats out;
  for (const model::NatGateway& gateway : scope.tables().nat_gateways) {
    for (const model::ResourceId subnet : gateway.subnets) {
      if (scope.estate().find<Subnet>(subnet) != nullptr) continue;
      out.emplace(scope.estate().ids().find(arm_parent(scope.estate().spelling(subnet))), &gateway);
    }
  }
  return out;
}

Finding judge_network(const Scope& scope, const BalancerExits& exits, const HiddenNats& nats, VnetIndex index) {
  const model::VirtualNetwork& vnet = scope.vnet(index);
  Judgement judgement(vnet.id);
  // source: learn.microsoft.com/rest/api/virtualnetwork/natgateways/createorupdate (sourceVirtualNetwork)
  for (const auto& [id, nat] : scope.estate().nat_gateways_by_vnet.of(vnet.id)) {
    const model::NatGateway& gateway = scope.tables().nat_gateways[nat];
    judgement.fact(gateway.id, "/properties/sourceVirtualNetwork/id",
                   text::printable(scope.estate().spelling(vnet.id)));
    judgement.fail(fmt::format("the NAT gateway {} serves all of {}", scope.label(gateway.id), scope.label(vnet.id)),
                   "no NAT gateway");
  }
  for (const auto& [id, number] : scope.estate().gateways_by_vnet.of(vnet.id)) {
    const model::Gateway& gateway = scope.tables().gateways[number];
    judgement.fact(gateway.id, "", text::printable(scope.estate().spelling(gateway.id)));
    judgement.fail(fmt::format("the {} {} stands in a spoke", gateway.is_route_server ? "Route Server" : "gateway",
                               scope.label(gateway.id)),
                   "gateways in the hub only");
  }
  judge_balancers(scope, exits, index, judgement);
  const auto [first, last] = nats.equal_range(vnet.id);
  for (auto it = first; it != last; ++it) {
    judgement.doubt(fmt::format("the NAT gateway {} serves a subnet of {} that is not in the export",
                                scope.label(it->second->id), scope.label(vnet.id)),
                    "an export of the network as it is now");
  }
  judgement.doubt(doubt_about(scope.view(), vnet));
  if (!judgement.is_failed()) {
    judgement.fact("/properties/subnets", fmt::format("{} subnets", scope.estate().subnets_by_vnet.of(vnet.id).size()));
  }
  return std::move(judgement).finding();
}

}  // namespace

Findings no_other_exit(const View& view) {
  const Scope scope(view);
  const BalancerExits exits = balancer_exits(scope);
  const HiddenNats nats = hidden_nats(scope);
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    Findings of_subnets;
    for (const Subnet* subnet : scope.subnets(spoke.vnet)) judge_subnet(scope, *subnet, of_subnets);
    Finding network = judge_network(scope, exits, nats, spoke.vnet);
    // The network's pass speaks for all of its subnets: it stands only when none of them has a finding.
    if (network.outcome != Outcome::pass || of_subnets.findings.empty()) out.findings.push_back(std::move(network));
    std::move(of_subnets.findings.begin(), of_subnets.findings.end(), std::back_inserter(out.findings));
  }
  return finish_transit(view, std::move(out));
}

}  // namespace hubproof::check
