#include "engine/proof/transit_services.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/model/public_entry.h"
#include "engine/net/peerings.h"
#include "engine/net/reach.h"
#include "engine/value/arm_id.h"

namespace hubproof::proof {

using model::ResourceId;
using model::Subnet;
using model::View;
using model::VirtualNetwork;

namespace {

// A private link service of somebody else is named by an alias, which is no id.
bool names_alias(const model::PrivateEndpoint& endpoint) {
  return std::any_of(endpoint.unread.begin(), endpoint.unread.end(), [](const model::Unread& unread) {
    return unread.pointer.find("privateLinkServiceId") != std::string::npos;
  });
}

// source: azure-semantics.md 1.5 (what may stand in the platform's subnets shows no interface)
void doubt_strangers(const View& view, ResourceId vnet, SpokeQuestions& out) {
  const model::Estate& estate = view.estate;
  for (const auto& [key, index] : estate.subnets_by_vnet.of(vnet)) {
    const Subnet& subnet = estate.tables().subnets[index];
    const bool is_bastion = net::is_named(view, subnet, "AzureBastionSubnet");
    if (!is_bastion && !is_left_out(view, subnet)) continue;
    for (const auto& [id, at] : estate.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = estate.tables().network_interfaces[at];
      if (nic.private_endpoint.is_set()) continue;
      out.doubts.push_back({{nic.id, "/properties/ipConfigurations", "stands among the platform's"},
                            fmt::format("{} stands in {}", estate.name(nic.id), estate.name(subnet.id)),
                            Doubt::Reach::all});
    }
  }
}

}  // namespace

// Front ends that services of the spoke have themselves, and endpoints behind which a network lies: what goes through
// them is in no export. source: azure-semantics.md 6.3, 6.4;
// learn.microsoft.com/azure/private-link/private-link-service-overview
void doubt_services(const View& view, const VirtualNetwork& spoke, SpokeQuestions& out) {
  const model::Estate& estate = view.estate;
  const model::Tables& tables = estate.tables();
  const auto doubt = [&](ResourceId who, std::string_view what) {
    out.doubts.push_back(
        {{who, "/properties", std::string(what)}, fmt::format("{} {}", estate.name(who), what), Doubt::Reach::all});
  };
  const auto is_open_here = [&](ResourceId id) {
    const Subnet* subnet = estate.find<Subnet>(id);
    if (subnet == nullptr || subnet->vnet != spoke.id) return false;
    return net::reach(view, nullptr, {subnet, nullptr, false}, internet_addresses(), net::usable_addresses(*subnet), {})
               .passes != Ternary::no;
  };
  for (const model::ApiManagement& service : tables.api_managements) {
    std::vector<model::ApiManagement::Location> places = service.additional;
    places.push_back(service.primary);
    const bool is_classic = service.sku.size() < 2 || !text::equals(service.sku.substr(service.sku.size() - 2), "V2");
    const bool is_outside = service.vnet_type.is_unreadable() || service.vnet_type.is(model::ApimVnetType::external);
    const auto is_here = [&](const auto& place) { return is_open_here(place.subnet); };
    if (is_classic && is_outside && std::any_of(places.begin(), places.end(), is_here))
      doubt(service.id, "answers the Internet from a subnet of the spoke");
  }
  for (const model::BastionHost& host : tables.bastion_hosts) {
    if (host.is_public && is_open_here(host.subnet)) doubt(host.id, "lets users of the Internet into the spoke");
  }
  for (const auto& front : tables.unmodelled_network) {
    const bool has_front = text::ends_with(front.type, model::kPublicFrontEnd) ||
                           front.type == "microsoft.servicenetworking/trafficcontrollers/associations";
    if (has_front && std::any_of(front.touches.begin(), front.touches.end(), is_open_here))
      doubt(front.id, "answers the Internet from a subnet of the spoke");
  }
  for (const model::PrivateEndpoint& endpoint : tables.private_endpoints) {
    const Subnet* subnet = estate.find<Subnet>(endpoint.subnet);
    if (subnet == nullptr || subnet->vnet != spoke.id) continue;
    for (const auto& connection : endpoint.connections) {
      const bool is_off =
          connection.status.is_known() && connection.status.value() != model::ConnectionStatus::approved;
      const bool is_alias = !connection.target.is_set() && names_alias(endpoint);
      const std::string type =
          connection.target.is_set() ? arm_type(estate.spelling(connection.target)) : std::string();
      const bool is_network =
          type == "microsoft.network/privatelinkservices" || type == "microsoft.network/applicationgateways";
      if (!is_off && (is_alias || is_network)) doubt(endpoint.id, "leads into another network");
    }
  }
  doubt_strangers(view, spoke.id, out);
  for (const auto& [key, index] : estate.peerings_by_vnet.of(spoke.id)) {
    const model::Peering& peering = tables.peerings[index];
    if (net::peering_link(view, peering).carries != Ternary::no) doubt_strangers(view, peering.remote, out);
  }
}

}  // namespace hubproof::proof
