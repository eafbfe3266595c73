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
  std::vector<model::Fact> facts;        ///< what decided, defaults spelled out ("absent -> Enabled")
  std::vector<std::string> assumptions;  ///< closed-world assumptions that a closed answer rests on
  std::vector<std::string> residual;     ///< admitted by design and listed: trusted services bypass, VNet rules
};

/// The public endpoint of one service. Network openness only; authentication is not looked at.
Exposure exposure(const model::View& view, const model::Service& service);

/// A public entry that leads to a private address of the service without an allowed ingress: DNAT on a firewall, a
/// public load balancer, an Application Gateway whose effective WAF is not Enabled and in Prevention.
struct PublicSurface {
  model::ResourceId
      entry;  ///< firewall, load balancer, application gateway, public address, front door, private link service
  std::optional<AnyAddress> public_address;
  PortRange ports;
  Ipv4 target;  ///< private address it leads to; 0.0.0.0: not known, it may be any (never certain)
  bool is_certain = true;
  bool is_machine =
      false;  ///< the target, known or not, is a virtual machine: never a private endpoint or an injected service
  bool is_by_name =
      false;  ///< leads to what `named` holds, whatever its address (never certain; `target` says nothing)
  std::vector<model::ResourceId>
      named;  ///< sorted: resources that a front door or private link service names, and those they are parts of
  AddressSet sources;  ///< Internet addresses it accepts; of an IPv6 entry all, which stand for those of IPv6
  std::vector<model::Fact> facts;
  std::string reason;
};
/// All such surfaces of the estate whose target is `address`, or may be.
std::vector<PublicSurface> public_surfaces(const model::View& view, Ipv4 address);

/// Where a service is reached inside the network.
struct ServicePlaces {
  std::vector<Ipv4> addresses;  ///< of its private endpoints, and of the subnets that it is injected into
  std::vector<model::ResourceId>
      hidden_in;  ///< subnets where it has an address that the export does not show; unset: nobody knows where
  std::vector<model::ResourceId> names;  ///< the service, its private endpoints, the VNets of both
};
ServicePlaces places_of(const model::View& view, const model::Service& service);

/// True when the surface leads to `address`, or to somewhere that is not known and may be it.
bool may_lead_to(const PublicSurface& surface, Ipv4 address);
/// True when the surface leads, or may lead, to a place of the service that the export shows.
bool may_lead_to(const PublicSurface& surface, const ServicePlaces& places);
/// True when the surface may lead to a place of the service that the export does not show. Never certain.
bool may_lead_to_hidden(const model::View& view, const PublicSurface& surface, const ServicePlaces& places);

/// Every public surface of the estate, each with all of its possible targets; computed once per run.
std::vector<PublicSurface> all_public_surfaces(const model::View& view);

}  // namespace hubproof::net
