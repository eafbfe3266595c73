// How each kind of service names its hosts under a private-link zone. Used by names.cpp only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/dns/names.h"

namespace hubproof::dns {

struct Hosts {
  std::vector<PrivateName> names;
  std::string unknown_because;
};

/// False for a row that is for another edition of the same ARM type (Azure Cache for Redis Enterprise, Managed Redis).
bool applies(const PrivateLinkZone& row, const model::Service& service);

/// The names of `service` in the zone of `row`, whose group its endpoints use.
Hosts hosts_of(const model::View& view, const model::Service& service, const PrivateLinkZone& row);

/// `pattern` with "{region}" replaced ("East US 2" is eastus2); empty when it needs a region and there is none.
std::string in_region(std::string_view pattern, std::string_view location);

}  // namespace hubproof::dns
