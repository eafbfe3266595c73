// Private-link names: which host names a service answers to, in which zones they live.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"

namespace hubproof::dns {

/// One row of the zone table. source: learn.microsoft.com/azure/private-link/private-endpoint-dns
struct PrivateLinkZone {
  std::string_view resource_type;  ///< lower case
  std::string_view group_id;
  std::string_view zone;           ///< "privatelink.openai.azure.com"; "{region}" stands for the resource's region
  std::string_view public_suffix;  ///< "openai.azure.com": what clients use; the zone is not always privatelink.<it>
};
/// Sorted by resource type, then group.
std::span<const PrivateLinkZone> private_link_zones();
/// The rows of a resource type (lower case); empty for a type without private-link zones.
std::span<const PrivateLinkZone> private_link_zones(std::string_view resource_type);

/// A name that must resolve to a private endpoint of `service`.
struct PrivateName {
  std::string fqdn;      ///< public name, lower case, no final dot: "oai-contoso.openai.azure.com"
  std::string zone;      ///< "privatelink.openai.azure.com"
  std::string record;    ///< relative name in the zone: "oai-contoso"
  std::string group_id;  ///< as the zone table spells it
};
/// The names of a service for the groups that its private endpoints use, sorted by fqdn. A group of which every
/// connection is rejected or disconnected on each side that shows it keeps only the names that a zone of the estate
/// still holds; none for a service without endpoints. unknown_because is not empty when a name cannot be known (an
/// account without a custom subdomain, a workspace without its guid, a type or group without a row, an endpoint that
/// the export does not hold): the names that are known are listed all the same, but nothing may be proved of the
/// service.
struct ServiceNames {
  std::vector<PrivateName> names;
  std::string unknown_because;
};
ServiceNames private_names(const model::View& view, const model::Service& service);

/// Zone names that the estate needs: those of every private endpoint's groups, unless rejected or disconnected on each
/// side. Sorted, unique. The data zone of a container registry ({region}.data.privatelink.azurecr.io) is left out:
/// privatelink.azurecr.io holds its names just as well.
std::vector<std::string> required_zones(const model::View& view);

}  // namespace hubproof::dns
