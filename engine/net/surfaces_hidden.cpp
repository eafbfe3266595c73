// Public entries that the export shows only in part: owners of public addresses that it does not hold, nodes of
// clusters, front doors and private link services. source: azure-semantics.md 5, 6.2
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/reach.h"
#include "engine/net/surfaces_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::ResourceId;

namespace {

constexpr std::string_view kPrivateLinkServices = "microsoft.network/privatelinkservices";

constexpr std::string_view kFrontDoorProfiles = "microsoft.cdn/profiles";

bool may_be_approved(const model::EndpointConnection& connection) {
  return !connection.status.is_known() || connection.status.is(model::ConnectionStatus::approved);
}

}  // namespace

// law:  an origin behind a private link shows at its service as an approved connection, whose endpoint is in a
//       subscription of Microsoft; whose it is only the row of the origin says, and Resource Graph returns none
// source: learn.microsoft.com/azure/frontdoor/private-link; azure-semantics.md 9
void Surfaces::add_hidden_origins(const model::UnmodelledNetworkResource& profile,
                                  std::vector<ResourceId>& named) const {
  const std::string own = fmt::format("{}/", e_.spelling(profile.id));
  const auto is_origin = [&](const model::UnmodelledNetworkResource& other) {
    return text::ends_with(other.type, "/origingroups/origins") && text::starts_with(e_.spelling(other.id), own);
  };
  const auto& others = e_.tables().unmodelled_network;
  if (std::any_of(others.begin(), others.end(), is_origin)) return;
  for (const model::Service& service : e_.tables().services) {
    for (const model::EndpointConnection& connection : service.endpoint_connections) {
      if (may_be_approved(connection) && e_.find<model::PrivateEndpoint>(connection.private_endpoint) == nullptr)
        named.push_back(service.id);
    }
  }
}

// law:  a front door and a private link service lead to what they name past every public address of ours; which traffic
// they take
//       is not modelled
// source: learn.microsoft.com/azure/frontdoor/private-link;
// learn.microsoft.com/azure/private-link/private-link-service-overview
void Surfaces::of_unmodelled(const model::UnmodelledNetworkResource& resource) {
  const bool is_link = text::starts_with(resource.type, kPrivateLinkServices);
  if (!is_link && !text::starts_with(resource.type, "microsoft.cdn/") &&
      !text::starts_with(resource.type, "microsoft.network/frontdoors"))
    return;
  PublicSurface surface;
  surface.entry = resource.id;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.named = resource.touches;
  for (const ResourceId touched : resource.touches) {
    const ResourceId owner = e_.ids().find(arm_top_level(e_.spelling(touched)));
    if (owner.is_set()) surface.named.push_back(owner);
  }
  if (resource.type == kFrontDoorProfiles) add_hidden_origins(resource, surface.named);
  std::sort(surface.named.begin(), surface.named.end());
  surface.named.erase(std::unique(surface.named.begin(), surface.named.end()), surface.named.end());
  const bool has_place = std::any_of(surface.named.begin(), surface.named.end(), [&](ResourceId id) {
    return arm_type(e_.spelling(id)) == "microsoft.network/virtualnetworks";
  });
  surface.is_by_name =
      has_place || resource.type != kPrivateLinkServices;  // a private link service in no known VNet may stand in any
  surface.facts = {{resource.id, "", text::printable(resource.type)}};
  surface.reason = fmt::format("{} {} may lead others to it; what such a resource admits is not modelled",
                               text::printable(resource.type), shown(v_, resource.id));
  out_.push_back(std::move(surface));
}

// A public address in use by something that the export does not hold: where it leads is not known. Interfaces and scale
// sets lead to machines only.
void Surfaces::of_hidden_owner(const model::PublicIp& address, std::string_view owner) {
  const std::string type = arm_type(owner);
  if (type == "microsoft.network/networkinterfaces" || type == "microsoft.compute/virtualmachinescalesets") return;
  const std::string shown_owner =
      owner.empty() ? std::string("something that its row does not show") : text::printable(arm_name(owner));
  PublicSurface surface;
  surface.entry = address.id;
  surface.public_address = address.address;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.facts = {{address.id, "/properties/ipConfiguration/id",
                    owner.empty() ? std::string("not understood") : text::printable(owner)}};
  surface.reason =
      fmt::format("public IP address {} is in use by {}, which is not in the export: where it leads is not known",
                  shown(v_, address.id), shown_owner);
  out_.push_back(std::move(surface));
}

void Surfaces::of_hidden_firewall(const model::PublicIp& address) {
  if (!address.owner.is_set()) return;
  const std::string_view owner = arm_top_level(e_.spelling(address.owner));
  if (arm_type(owner) != "microsoft.network/azurefirewalls" || e_.holds(e_.ids().find(owner))) return;
  of_hidden_owner(address, owner);
}

// The nodes of a cluster answer for what runs on them. Their addresses are in no row of the export.
// source: learn.microsoft.com/azure/aks/use-node-public-ips
void Surfaces::of_nodes(const model::MachinePool& pool, const model::MachinePool::Interface& nodes) {
  if (!pool.cluster.is_set() || !nodes.has_public_address) return;
  if (const model::Subnet* subnet = e_.find<model::Subnet>(nodes.subnet)) {
    const Reach found =
        reach(v_, nullptr, {subnet, nullptr, false}, internet_addresses(), usable_addresses(*subnet), {});
    if (found.passes == Ternary::no) return;
  }
  PublicSurface surface;
  surface.entry = pool.id;
  surface.is_certain = false;
  surface.is_by_name = true;
  surface.named = {pool.cluster};
  surface.sources = internet_addresses();
  surface.facts = {{pool.id, "/properties/agentPoolProfiles", "enableNodePublicIP true"}};
  surface.reason = fmt::format("the nodes of {} have public IP addresses, which are in no row of the export",
                               shown(v_, pool.cluster));
  out_.push_back(std::move(surface));
}

// law:  with direct connect a private link service leads to one address, wherever it lies
// source: learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect
void Surfaces::of_direct_connect(const model::UnmodelledNetworkResource& resource) {
  if (resource.type != kPrivateLinkServices) return;
  PublicSurface surface;
  surface.entry = resource.id;
  surface.is_certain = false;
  surface.sources = internet_addresses();
  surface.facts = {{resource.id, "/properties/destinationIPAddress", ""}};
  const auto lead = [&](const std::string& what) {
    surface.facts.front().value = what;
    surface.reason = fmt::format("private link service {} leads others to {}", shown(v_, resource.id), what);
    out_.push_back(surface);
  };
  for (const Ipv4 address : resource.leads_to) {
    surface.target = address;
    lead(to_string(address));
  }
  surface.target = {};
  const bool is_unread = std::any_of(resource.unread.begin(), resource.unread.end(), [](const model::Unread& unread) {
    return unread.pointer.find("destinationIPAddress") != std::string::npos;
  });
  if (is_unread) lead("an address that is not understood");
}

}  // namespace hubproof::net
