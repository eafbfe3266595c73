// What services that stand in a spoke open by themselves: front ends of their own that the Internet reaches, private
// endpoints that lead into networks of others; and who stands where only the platform should.
// source: azure-semantics.md 5, 6.3, 6.4, 11 recipe 2
#include "engine/net/transit_services.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/public_entry.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::Subnet;
using model::View;

AddressSet space_of(const Subnet& subnet) {
  AddressSet out;
  for (const Prefix& prefix : subnet.prefixes) out.add(prefix);
  return out;
}

/// The Internet comes to the subnet by something's own front end; what is passed on there is in no export.
void enters_by(TransitRun& run, model::ResourceId subnet_id, Fact fact, const std::string& what) {
  const Subnet* subnet = run.view.estate.find<Subnet>(subnet_id);
  if (subnet == nullptr || subnet->vnet != run.vnet.id) return;
  const Reach found =
      reach(run.view, nullptr, {subnet, nullptr, false}, internet_addresses(), usable_addresses(*subnet), {});
  if (found.passes == Ternary::no) return;
  run.uncertain(Bypass::Way::enters, model::SubnetIndex(run.view.estate.index_of(*subnet)), space_of(*subnet),
                {NextHop::Kind::internet, {}, {}}, {std::move(fact)},
                fmt::format("{}: the Internet enters {} of {} by it and not through the firewall; what it passes on is "
                            "not modelled",
                            what, shown(run.view, subnet->id), shown(run.view, run.vnet.id)));
}

// source: azure-semantics.md 6.3 (External: a public load balancer before the units in the subnet; on a v2 tier
// outbound integration only)
void api_managements(TransitRun& run) {
  for (const model::ApiManagement& service : run.view.estate.tables().api_managements) {
    const auto& type = service.vnet_type;
    const bool is_external = type.is(model::ApimVnetType::external) || type.is_unreadable();
    if (!is_external || text::ends_with(service.sku, "V2")) continue;
    const Fact fact{service.id, "/properties/virtualNetworkType", "External"};
    const std::string what = fmt::format("API Management {} has a public front end", shown(run.view, service.id));
    enters_by(run, service.primary.subnet, fact, what);
    for (const auto& location : service.additional) enters_by(run, location.subnet, fact, what);
  }
}

// source: learn.microsoft.com/azure/bastion/bastion-overview (users come in by the host's public address, the host goes
// on to the private addresses of machines)
void bastions(TransitRun& run) {
  for (const model::BastionHost& host : run.view.estate.tables().bastion_hosts) {
    if (!host.is_public) continue;
    enters_by(run, host.subnet, {host.id, "/properties/ipConfigurations", "public address"},
              fmt::format("Bastion {} has a public address", shown(run.view, host.id)));
  }
}

// source: learn.microsoft.com/azure/application-gateway/for-containers/overview (frontends are public, its proxies
// stand in the associated subnet); kPublicFrontEnd
void front_ends(TransitRun& run) {
  for (const model::UnmodelledNetworkResource& front : run.view.estate.tables().unmodelled_network) {
    const bool is_gateway = text::starts_with(front.type, "microsoft.servicenetworking/trafficcontrollers");
    if (!is_gateway && !text::ends_with(front.type, model::kPublicFrontEnd)) continue;
    for (const model::ResourceId subnet : front.touches) {
      enters_by(run, subnet, {front.id, "/properties", "public front end"},
                fmt::format("{} has a public front end", shown(run.view, front.id)));
    }
  }
}

/// What a private endpoint leads to is a network and not a service: a private link service, an application gateway, or
/// (by an alias, which is no id) a private link service of somebody else.
bool leads_into_network(const model::Estate& estate, const model::PrivateEndpoint& endpoint,
                        const model::PrivateEndpoint::Connection& connection) {
  const auto& status = connection.status;
  if (status.is_known() && !status.is(model::ConnectionStatus::approved)) return false;
  if (!connection.target.is_set()) {
    return std::any_of(endpoint.unread.begin(), endpoint.unread.end(), [](const model::Unread& unread) {
      return text::ends_with(unread.pointer, "/privateLinkServiceId");
    });
  }
  const std::string type = arm_type(estate.spelling(connection.target));
  return type == "microsoft.network/privatelinkservices" || type == "microsoft.network/applicationgateways";
}

// law:  what is sent to the endpoint of a private link service comes out in the network of its load balancer
// source: learn.microsoft.com/azure/private-link/private-link-service-overview
void private_links(TransitRun& run, const Subnet& subnet) {
  const model::Estate& e = run.view.estate;
  for (const auto& [key, index] : e.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = e.tables().private_endpoints[index];
    for (const auto& connection : endpoint.connections) {
      if (!leads_into_network(e, endpoint, connection)) continue;
      const std::string target =
          connection.target.is_set() ? shown(run.view, connection.target) : std::string("an alias");
      run.uncertain(Bypass::Way::leaves, model::SubnetIndex(e.index_of(subnet)), space_of(subnet),
                    {NextHop::Kind::private_endpoint, endpoint.id, {}},
                    {{endpoint.id, "/properties/privateLinkServiceConnections", target}},
                    fmt::format("private endpoint {} of {} leads to {}, and so into another network past the firewall; "
                                "what is reached there is not modelled",
                                shown(run.view, endpoint.id), shown(run.view, subnet.id), target));
    }
  }
}

bool is_for_platform(const View& view, const Subnet& subnet) {
  return is_firewall_subnet(view, subnet) || is_platform_subnet(view, subnet) ||
         is_named(view, subnet, "AzureBastionSubnet");
}

// Nothing but instances of the platform may stand in such a subnet, and they show no interfaces: one that does is no
// such instance. source: learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub
void strangers(TransitRun& run, model::ResourceId vnet) {
  const model::Estate& e = run.view.estate;
  for (const auto& [key, index] : e.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = e.tables().subnets[index];
    if (!is_for_platform(run.view, subnet)) continue;
    for (const auto& [id, at] : e.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = e.tables().network_interfaces[at];
      if (nic.private_endpoint.is_set()) continue;
      run.uncertain(vnet == run.vnet.id ? Bypass::Way::leaves : Bypass::Way::enters, model::SubnetIndex(index),
                    vnet == run.vnet.id ? AddressSet::all() : space_of(subnet), {NextHop::Kind::unknown, {}, {}},
                    {{nic.id, "/properties/ipConfigurations", shown(run.view, subnet.id)}},
                    fmt::format("network interface {} stands in {} of {}, where only instances of the platform should",
                                shown(run.view, nic.id), shown(run.view, subnet.id), shown(run.view, vnet)));
      break;
    }
  }
}

}  // namespace

void find_own_doors(TransitRun& run) {
  api_managements(run);
  bastions(run);
  front_ends(run);
  const model::Estate& e = run.view.estate;
  for (const auto& [key, index] : e.subnets_by_vnet.of(run.vnet.id)) private_links(run, e.tables().subnets[index]);
  strangers(run, run.vnet.id);
  for (const auto& [key, index] : e.peerings_by_vnet.of(run.vnet.id)) {
    const model::Peering& peering = e.tables().peerings[index];
    if (peering_link(run.view, peering).carries != Ternary::no) strangers(run, peering.remote);
  }
}

}  // namespace hubproof::net
