#include "engine/net/endpoint_subnets.h"

#include <algorithm>

namespace hubproof::net {
namespace {

using model::Subnet;
using model::View;

bool holds_api_management(const View& view, const Subnet& subnet) {
  const auto is_here = [&](const model::ApiManagement::Location& location) { return location.subnet == subnet.id; };
  const auto& services = view.estate.tables().api_managements;
  return std::any_of(services.begin(), services.end(), [&](const model::ApiManagement& service) {
    return is_here(service.primary) || std::any_of(service.additional.begin(), service.additional.end(), is_here);
  });
}

Ternary belongs_to_endpoint(const View& view, const model::NetworkInterface& nic) {
  if (!nic.private_endpoint.is_set()) return Ternary::no;
  return view.estate.find<model::PrivateEndpoint>(nic.private_endpoint) != nullptr ? Ternary::yes : Ternary::unknown;
}

/// What the subnet itself names as standing in it.
Ternary belongs_to_endpoint(const View& view, const Subnet& subnet, model::ResourceId attached) {
  for (const auto& [key, index] : view.estate.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = view.estate.tables().private_endpoints[index];
    const auto& nics = endpoint.network_interfaces;
    if (endpoint.id == attached || std::find(nics.begin(), nics.end(), attached) != nics.end()) return Ternary::yes;
  }
  if (const auto* nic = view.estate.find<model::NetworkInterface>(attached)) return belongs_to_endpoint(view, *nic);
  if (view.estate.find<model::PrivateEndpoint>(attached) != nullptr) return Ternary::yes;
  return view.estate.holds(attached) ? Ternary::no : Ternary::unknown;
}

}  // namespace

Ternary holds_endpoints_only(const View& view, const Subnet& subnet) {
  const model::Estate& e = view.estate;
  if (e.endpoints_by_subnet.of(subnet.id).empty() || !subnet.delegations.empty()) return Ternary::no;
  if (holds_api_management(view, subnet)) return Ternary::no;
  const bool is_understood = subnet.unread.empty() && e.taints_by_resource.of(subnet.id).empty();
  Ternary out = is_understood ? Ternary::yes : Ternary::unknown;
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id))
    out = std::min(out, belongs_to_endpoint(view, e.tables().network_interfaces[index]));
  for (const model::ResourceId attached : subnet.attached)
    out = std::min(out, belongs_to_endpoint(view, subnet, attached));
  return out;
}

}  // namespace hubproof::net
