#include "engine/net/placement.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {
namespace {

using model::ResourceId;
using model::View;

constexpr std::string_view kInterfaces = "microsoft.network/networkinterfaces";
constexpr std::string_view kScaleSets = "microsoft.compute/virtualmachinescalesets";
constexpr std::string_view kClusters = "microsoft.containerservice/managedclusters";
constexpr std::string_view kBalancers = "microsoft.network/loadbalancers";

/// What has a public address by nature and leads nowhere by it alone, or tells in its own row where it leads.
constexpr std::string_view kElsewhere[] = {
    "microsoft.apimanagement/service",          "microsoft.network/azurefirewalls", "microsoft.network/bastionhosts",
    "microsoft.network/expressroutegateways",   "microsoft.network/natgateways",    "microsoft.network/virtualhubs",
    "microsoft.network/virtualnetworkgateways", "microsoft.network/vpngateways",    "microsoft.network/p2svpngateways",
};

bool names(const model::Subnet& subnet, ResourceId owner) {
  return owner.is_set() && std::find(subnet.attached.begin(), subnet.attached.end(), owner) != subnet.attached.end();
}

// An interface and its network are of one subscription. source:
// learn.microsoft.com/azure/virtual-network/virtual-network-network-interface#create-a-network-interface (Subscription)
bool stays_in_subscription(std::string_view type) {
  return type == kInterfaces || type == kScaleSets || text::starts_with(type, kClusters);
}

// The address of an API Management service is attached to something of Microsoft's that no export holds.
// source: learn.microsoft.com/azure/api-management/virtual-network-concepts (publicIpAddressId)
bool is_of_api_management(const model::Estate& estate, const model::PublicIp& address) {
  const auto& services = estate.tables().api_managements;
  const auto is_here = [&](const model::ApiManagement::Location& location) { return location.public_ip == address.id; };
  return std::any_of(services.begin(), services.end(), [&](const model::ApiManagement& service) {
    return is_here(service.primary) || std::any_of(service.additional.begin(), service.additional.end(), is_here);
  });
}

/// The row of the owner says where it stands or leads.
bool is_placed(const model::Estate& estate, ResourceId owner) {
  const auto* nic = estate.find<model::NetworkInterface>(owner);
  if (nic == nullptr) return estate.holds(owner);
  return std::all_of(nic->ip_configurations.begin(), nic->ip_configurations.end(), [](const auto& config) {
    return config.subnet.is_set() || (!config.public_ip.is_set() && !config.public_ip_v6.is_set());
  });
}

}  // namespace

bool may_stand_in(const View& view, std::string_view spelling, const model::VirtualNetwork& vnet) {
  const model::Estate& e = view.estate;
  const ResourceId owner = e.ids().find(spelling);
  const std::string type = arm_type(spelling);
  const bool is_same = text::equals(arm_subscription(spelling), arm_subscription(e.spelling(vnet.id)));
  if (stays_in_subscription(type) && !is_same) return false;
  for (const auto& [key, index] : e.subnets_by_vnet.of(vnet.id)) {
    if (names(e.tables().subnets[index], owner)) return true;
  }
  if (type == kBalancers) return true;  // no subnet names a balancer with public frontends
  return std::none_of(e.tables().subnets.begin(), e.tables().subnets.end(),
                      [&](const model::Subnet& subnet) { return names(subnet, owner); });
}

std::vector<StrayAddress> stray_addresses(const View& view) {
  const model::Estate& e = view.estate;
  std::vector<StrayAddress> out;
  for (const model::PublicIp& address : e.tables().public_ips) {
    if (!address.owner.is_set()) {
      // Its row may have lost the owner; an address without one is in no use.
      if (!address.unread.empty() && !is_of_api_management(e, address)) out.push_back({&address, {}, {}});
      continue;
    }
    const std::string_view top = arm_top_level(e.spelling(address.owner));
    std::string type = arm_type(top);
    const bool is_elsewhere = std::find(std::begin(kElsewhere), std::end(kElsewhere), type) != std::end(kElsewhere);
    if (is_elsewhere || is_of_api_management(e, address)) continue;
    if (!is_placed(e, e.ids().find(top))) out.push_back({&address, top, std::move(type)});
  }
  return out;
}

std::string hidden_members(const View& view, const model::LoadBalancer& balancer) {
  const model::Estate& e = view.estate;
  for (const model::Unread& unread : balancer.unread) {
    const bool is_pool = unread.pointer.find("ackendAddressPools") != std::string::npos;
    if (is_pool || balancer.pools.empty()) return text::printable(unread.pointer);
  }
  for (const auto& rule : balancer.rules) {
    const bool is_shown =
        std::find(balancer.pools.begin(), balancer.pools.end(), rule.backend_pool) != balancer.pools.end();
    if (!rule.backend_pool.is_set() || is_shown) continue;
    const std::string_view pool = e.spelling(rule.backend_pool);
    if (arm_type(pool) == "microsoft.network/loadbalancers/backendaddresspools") return text::printable(arm_name(pool));
  }
  for (const auto& [key, index] : e.taints_by_resource.of(balancer.id)) {
    const model::UnmodelledNetworkResource& child = e.tables().unmodelled_network[index];
    if (text::starts_with(child.type, "microsoft.network/loadbalancers/")) return text::printable(e.name(child.id));
  }
  return {};
}

bool may_be_public(const model::LoadBalancer& balancer) {
  return std::any_of(
             balancer.frontends.begin(), balancer.frontends.end(),
             [](const auto& frontend) { return frontend.public_ip.is_set() || frontend.public_ip_v6.is_set(); }) ||
         std::any_of(balancer.unread.begin(), balancer.unread.end(), [](const model::Unread& unread) {
           return unread.pointer.find("rontendIPConfigurations") != std::string::npos;
         });
}

model::NetworkInterface interface_of(const model::MachinePool& pool, const model::MachinePool::Interface& from) {
  model::NetworkInterface out;
  out.id = pool.id;
  out.network_security_group = from.network_security_group;
  out.ip_configurations.emplace_back().subnet = from.subnet;
  return out;
}

}  // namespace hubproof::net
