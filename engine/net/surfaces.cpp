// Public entries that lead to a private address: the run over all kinds, and what an entry is followed to.
// source: azure-semantics.md 5, 6.1, 4.2, 11 recipe 1
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/placement.h"
#include "engine/net/surfaces_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ApplicationGateway;
using model::ResourceId;
using model::View;

bool lies_in(const View& view, ResourceId subnet_id, Ipv4 address) {
  const model::Subnet* subnet = view.estate.find<model::Subnet>(subnet_id);
  return subnet != nullptr && std::any_of(subnet->prefixes.begin(), subnet->prefixes.end(),
                                          [&](const Prefix& prefix) { return prefix.contains(address); });
}

void Surfaces::push_unknown(PublicSurface from, std::string reason) {
  from.target = {};
  from.is_certain = false;
  from.is_machine = false;
  from.reason = std::move(reason);
  out_.push_back(std::move(from));
}

// Azure writes the owner on the public address; it shows what the owner's row may have lost.
const model::PublicIp* Surfaces::public_address_under(ResourceId owner) const {
  for (const model::PublicIp& address : e_.tables().public_ips) {
    if (address.owner.is_set() && e_.ids().find(arm_top_level(e_.spelling(address.owner))) == owner) return &address;
  }
  return nullptr;
}

std::optional<AnyAddress> Surfaces::address_of(ResourceId public_ip) const {
  const model::PublicIp* address = e_.find<model::PublicIp>(public_ip);
  if (address == nullptr) return std::nullopt;
  if (address->address_v6) return *address->address_v6;
  return address->address ? std::optional<AnyAddress>(*address->address) : std::nullopt;
}

// Of an address that the export does not hold the configuration that names it is all that there is.
bool Surfaces::is_understood(ResourceId public_ip) const {
  const model::PublicIp* address = e_.find<model::PublicIp>(public_ip);
  return address == nullptr || address->unread.empty();
}

// What stands behind the private frontend of a gateway or a load balancer is reached through it. Ports and groups
// between the two are not looked at: what is found this way is never certain.
void Surfaces::follow(std::size_t position) {
  const PublicSurface from = out_[position];
  if (from.target == Ipv4()) return;
  follow_inner(from);
  bool is_frontend = false;
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const ApplicationGateway::Frontend& frontend : gateway.frontends) {
      if (frontend.address != from.target) continue;
      is_frontend = true;
      if (!visited_.emplace(root_, frontend.id).second) continue;
      PublicSurface next = from;
      next.is_certain = false;
      of_frontend(gateway, frontend, next);
      const std::string missing = is_guarded(gateway) ? std::string() : missing_part(gateway);
      if (!missing.empty()) {
        push_unknown(next, fmt::format("{}, a frontend of application gateway {}, whose row does not show {}",
                                       from.reason, shown(v_, gateway.id), missing));
      }
    }
  }
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) {
    if (is_frontend) break;
    const bool is_inside = std::any_of(gateway.subnets.begin(), gateway.subnets.end(),
                                       [&](ResourceId id) { return lies_in(v_, id, from.target); });
    // Only gateways live in the subnet of a gateway. source:
    // learn.microsoft.com/azure/application-gateway/configuration-infrastructure
    if (is_inside && visited_.emplace(root_, gateway.id).second) {
      push_unknown(
          from,
          fmt::format("{}, an address in the subnet of application gateway {} that is none of its known frontends",
                      from.reason, shown(v_, gateway.id)));
    }
  }
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      const bool is_here = frontend.address ? *frontend.address == from.target
                                            : !frontend.public_ip.is_set() && !frontend.public_ip_v6.is_set() &&
                                                  lies_in(v_, frontend.subnet, from.target);
      if (is_here && visited_.emplace(root_, frontend.id).second) follow_to_balancer(balancer, frontend, from);
    }
  }
}

std::vector<PublicSurface> Surfaces::run() {
  for (const model::PublicIp& address : e_.tables().public_ips) of_hidden_firewall(address);
  for (const StrayAddress& stray : stray_addresses(v_)) of_hidden_owner(*stray.address, stray.owner);
  for (const model::AzureFirewall& firewall : e_.tables().firewalls) of_firewall(firewall);
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) of_balancer(balancer);
  for (const ApplicationGateway& gateway : e_.tables().application_gateways) of_gateway(gateway);
  for (const auto& resource : e_.tables().unmodelled_network) of_direct_connect(resource);
  for (std::size_t i = 0; i < out_.size(); ++i) roots_.push_back(i);
  for (std::size_t i = 0; i < out_.size(); ++i) {
    root_ = roots_[i];
    follow(i);
    roots_.resize(out_.size(), root_);
  }
  for (const auto& resource : e_.tables().unmodelled_network) of_unmodelled(resource);
  for (const model::MachinePool& pool : e_.tables().machine_pools) {
    for (const model::MachinePool::Interface& nodes : pool.interfaces) of_nodes(pool, nodes);
  }
  return std::move(out_);
}

std::vector<PublicSurface> all_public_surfaces(const View& view) { return Surfaces(view).run(); }

std::vector<PublicSurface> public_surfaces(const View& view, Ipv4 address) {
  std::vector<PublicSurface> out = all_public_surfaces(view);
  const auto leads_elsewhere = [&](const PublicSurface& surface) { return !may_lead_to(surface, address); };
  out.erase(std::remove_if(out.begin(), out.end(), leads_elsewhere), out.end());
  return out;
}

}  // namespace hubproof::net
