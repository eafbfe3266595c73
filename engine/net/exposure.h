// Which Internet addresses a service's public endpoint accepts (azure-semantics.md 9).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/value/address_set.h"

namespace hubproof::net {

/// Why a part of the answer is open.
struct OpenQuestion {
  model::Fact fact;
  std::string reason;  ///< what is not known and what would decide it, one sentence
};

struct Exposure {
  /// Internet source addresses that are accepted for sure. Empty with no open questions: closed.
  AddressSet accepted;
  /// Further addresses that may be accepted, depending on the open questions.
  AddressSet possible;
  std::vector<OpenQuestion> open;
  std::vector<model::Fact> facts;         ///< what decided, defaults spelled out ("absent -> Enabled")
  std::vector<std::string> assumptions;   ///< closed-world assumptions that a closed answer rests on
  std::vector<std::string> residual;      ///< admitted by design and listed: trusted services bypass, VNet rules
};

/// The public endpoint of one service. Network openness only; authentication is not looked at.
Exposure exposure(const model::View& view, const model::Service& service);

/// A public entry that leads to a private address of the service without an allowed ingress: DNAT on a firewall, a public
/// load balancer, an Application Gateway whose effective WAF is not Enabled and in Prevention.
struct PublicSurface {
  model::ResourceId entry;         ///< firewall, load balancer, application gateway
  std::optional<Ipv4> public_address;
  PortRange ports;
  Ipv4 target;                     ///< private address it leads to; 0.0.0.0: not known, it may be any (never certain)
  bool is_certain = true;
  AddressSet sources;              ///< Internet addresses it accepts
  std::vector<model::Fact> facts;
  std::string reason;
};
/// All such surfaces of the estate whose target is `address`, or may be.
std::vector<PublicSurface> public_surfaces(const model::View& view, Ipv4 address);

/// True when the surface leads to `address`, or to somewhere that is not known and may be it.
bool may_lead_to(const model::View& view, const PublicSurface& surface, Ipv4 address);

/// Every public surface of the estate, each with all of its possible targets; computed once per run.
std::vector<PublicSurface> all_public_surfaces(const model::View& view);

}  // namespace hubproof::net
