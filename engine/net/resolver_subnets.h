// Subnets of DNS private resolvers: what stands there starts no connection but to DNS servers.
#pragma once

#include "engine/model/view.h"

namespace hubproof::net {

/// The subnet is a DNS private resolver's and holds nothing else for certain: what it answers and asks are DNS
/// questions, and no forwarding rule of the export sends them to another network of the export. source:
/// learn.microsoft.com/azure/dns/dns-private-resolver-overview#subnet-restrictions (a subnet delegated to
/// Microsoft.Network/dnsResolvers holds no other services)
bool holds_resolver_endpoints_only(const model::View& view, const model::Subnet& subnet);

}  // namespace hubproof::net
