// How IPv6 packets get out to the Internet: only by something of its own, never by default.
#pragma once

#include <optional>
#include <string>

#include "engine/model/view.h"

namespace hubproof::net {

struct Egress6 {
  std::string note;  ///< "through NAT gateway nat-a"
  model::Fact fact;
  bool is_certain = true;       ///< false: what the export shows of it leaves it open
  bool needs_ports = false;     ///< carries TCP and UDP only
  model::ResourceId interface;  ///< whose packets it carries; unset: those of the whole subnet
};

/// The first way out that the export shows for the subnet (with `nic`: for that interface), a certain one before
/// others; nothing when there is none. Azure has no default outbound access for IPv6.
/// source: azure-semantics.md 1.8; learn.microsoft.com/azure/nat-gateway/nat-overview (StandardV2 has IPv6 addresses),
/// learn.microsoft.com/azure/load-balancer/outbound-rules
std::optional<Egress6> egress_v6(const model::View& view, const model::Subnet& subnet,
                                 const model::NetworkInterface* nic);

/// The configuration is a member of the pool (or the target of the inbound NAT rule) `pool` of the balancer.
bool is_behind(const model::LoadBalancer& balancer, model::ResourceId pool, const model::IpConfiguration& config);

}  // namespace hubproof::net
