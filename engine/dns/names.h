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
  std::string_view public_suffix;  ///< "openai.azure.com"
};
std::span<const PrivateLinkZone> private_link_zones();

/// A name that must resolve to a private endpoint of `service`.
struct PrivateName {
  std::string fqdn;      ///< public name, lower case, no final dot: "oai-contoso.openai.azure.com"
  std::string zone;      ///< "privatelink.openai.azure.com"
  std::string record;    ///< relative name in the zone: "oai-contoso"
  std::string group_id;
};
/// The names of a service for the groups that its private endpoints use. Empty with a reason when they cannot be known
/// (an account without a custom subdomain, a workspace without its guid, a service kind without a row).
struct ServiceNames {
  std::vector<PrivateName> names;
  std::string unknown_because;
};
ServiceNames private_names(const model::View& view, const model::Service& service);

/// Zone names that the estate needs: those of every private endpoint's groups. Sorted, unique.
std::vector<std::string> required_zones(const model::View& view);

}  // namespace hubproof::dns
