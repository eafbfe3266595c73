// Where a service is reached inside the network, and which public entries may lead there.
#include <algorithm>

#include "engine/net/surfaces_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ResourceId;
using model::View;

bool may_lead_to(const PublicSurface& surface, Ipv4 address) {
  if (surface.is_by_name) return false;
  return surface.target == address || (surface.target == Ipv4() && !surface.is_machine);
}

bool may_lead_to(const PublicSurface& surface, const ServicePlaces& places) {
  const auto is_named = [&](ResourceId id) {
    return std::binary_search(surface.named.begin(), surface.named.end(), id);
  };
  if (surface.is_by_name) return std::any_of(places.names.begin(), places.names.end(), is_named);
  return std::any_of(places.addresses.begin(), places.addresses.end(),
                     [&](Ipv4 address) { return may_lead_to(surface, address); });
}

bool may_lead_to_hidden(const View& view, const PublicSurface& surface, const ServicePlaces& places) {
  if (surface.is_by_name || surface.is_machine || places.hidden_in.empty()) return false;
  return surface.target == Ipv4() ||
         std::any_of(places.hidden_in.begin(), places.hidden_in.end(), [&](ResourceId subnet) {
           return view.estate.find<model::Subnet>(subnet) == nullptr || lies_in(view, subnet, surface.target);
         });
}

ServicePlaces places_of(const View& view, const model::Service& service) {
  const model::Estate& estate = view.estate;
  ServicePlaces out;
  out.names.push_back(service.id);
  const auto add = [&](ResourceId subnet, const std::vector<Ipv4>& addresses) {
    out.addresses.insert(out.addresses.end(), addresses.begin(), addresses.end());
    if (addresses.empty()) out.hidden_in.push_back(subnet);
    if (!subnet.is_set()) return;
    const ResourceId vnet = estate.ids().find(arm_top_level(estate.spelling(subnet)));
    if (vnet.is_set()) out.names.push_back(vnet);
  };
  for (const auto& [key, index] : estate.endpoints_by_target.of(service.id)) {
    const model::PrivateEndpoint& endpoint = estate.tables().private_endpoints[index];
    out.names.push_back(endpoint.id);
    std::vector<Ipv4> addresses = endpoint_addresses(view, endpoint);
    for (const auto& config : endpoint.custom_dns_configs)
      addresses.insert(addresses.end(), config.addresses.begin(), config.addresses.end());
    add(endpoint.subnet, addresses);
  }
  if (const auto* network = estate.find<model::ApiManagement>(service.id)) {
    const auto join = [&](const model::ApiManagement::Location& location, bool is_injected) {
      if (is_injected || location.subnet.is_set() || !location.private_addresses.empty())
        add(location.subnet, location.private_addresses);
    };
    join(network->primary, network->vnet_type.is(model::ApimVnetType::internal));
    for (const auto& location : network->additional) join(location, false);
  }
  const bool has_place = !out.addresses.empty() || !out.hidden_in.empty();
  const bool has_endpoint_elsewhere = std::any_of(
      service.endpoint_connections.begin(), service.endpoint_connections.end(), [&](const auto& connection) {
        return connection.private_endpoint.is_set() && !estate.holds(connection.private_endpoint);
      });
  if (!has_place && has_endpoint_elsewhere) out.hidden_in.emplace_back();
  return out;
}

}  // namespace hubproof::net
