// What the spokes of one estate look up again and again, each answer once.
#include <algorithm>
#include <iterator>

#include "engine/net/transit_parts.h"

namespace hubproof::net {

TransitShared::TransitShared(const model::View& of) : view(of), strays(stray_addresses(of)) {
  const model::Estate& e = view.estate;
  const auto& nics = e.tables().network_interfaces;
  for (std::uint32_t subnet = 0; subnet < e.tables().subnets.size(); ++subnet) {
    const model::Subnet& place = e.tables().subnets[subnet];
    for (const auto& [key, nic] : e.interfaces_by_subnet.of(place.id)) {
      if (!nics[nic].private_endpoint.is_set()) continue;
      const auto* endpoint = e.find<model::PrivateEndpoint>(nics[nic].private_endpoint);
      // One that stands elsewhere by its own row, or nowhere, says nothing about this place.
      if (endpoint == nullptr || endpoint->subnet != place.id)
        lost_endpoints.emplace(place.vnet, LostEndpoint{subnet, nic});
    }
  }
}

const std::vector<Ipv4>& TransitShared::addresses_of(std::uint32_t endpoint) {
  const auto [found, is_new] = addresses_.try_emplace(endpoint);
  if (is_new) found->second = endpoint_addresses(view, view.estate.tables().private_endpoints[endpoint]);
  return found->second;
}

const Appliance& TransitShared::appliance_at(model::VnetIndex from, Ipv4 address) {
  const auto [found, is_new] = appliances_.try_emplace({from, address});
  if (is_new) found->second = resolve_appliance(view, from, address);
  return found->second;
}

const std::vector<TransitShared::Range>& TransitShared::ranges_of(model::ResourceId vnet) {
  const auto [found, is_new] = ranges_.try_emplace(vnet);
  std::vector<Range>& out = found->second;
  if (!is_new) return out;
  for (const auto& [key, index] : view.estate.peerings_by_vnet.of(vnet)) {
    for (const PeeringRange& range : peering_space(view, view.estate.tables().peerings[index]))
      out.push_back({range.prefix, index, range.prefix.last()});
  }
  std::sort(out.begin(), out.end(), [](const Range& a, const Range& b) { return a.prefix < b.prefix; });
  for (std::size_t i = 1; i < out.size(); ++i) out[i].last = std::max(out[i].last, out[i - 1].last);
  return out;
}

std::vector<std::uint32_t> TransitShared::peerings_towards(model::ResourceId vnet, const std::vector<Prefix>& window) {
  const std::vector<Range>& ranges = ranges_of(vnet);
  std::vector<std::uint32_t> out;
  for (const Prefix& wanted : window) {
    auto at = std::upper_bound(ranges.begin(), ranges.end(), wanted.last(),
                               [](Ipv4 address, const Range& range) { return address < range.prefix.base(); });
    while (at != ranges.begin() && std::prev(at)->last >= wanted.base()) {
      --at;
      if (at->prefix.overlaps(wanted)) out.push_back(at->peering);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace hubproof::net
