// What a name resolves to, seen from a virtual network (azure-semantics.md 8.1).
#pragma once

#include <string>
#include <vector>

#include "engine/dns/names.h"
#include "engine/model/view.h"

namespace hubproof::dns {

/// One step of a resolution: server, zone, link, record.
struct Step {
  std::string what;  ///< one readable sentence
  std::vector<model::Fact> facts;
};

struct Resolution {
  enum class Kind : std::uint8_t {
    private_addresses,  ///< an A record of a linked zone answered
    public_answer,      ///< resolution went on to public DNS
    nx_domain,          ///< a linked zone has no such record
    no_server,          ///< the configured server does not answer (firewall without DNS proxy)
    unknown
  };
  Kind kind = Kind::unknown;
  std::vector<Ipv4> addresses;  ///< of private_addresses, sorted
  std::vector<Step> steps;
  std::string unknown_because;  ///< of unknown: what is not known and what would decide it
};
std::string_view name(Resolution::Kind kind);

/// Resolves a private-link name for clients in `vnet`. Several servers that would answer differently: unknown.
/// Indexes the estate anew each time: dns::Resolver (resolver.h) is for many names.
Resolution resolve(const model::View& view, model::VnetIndex vnet, const PrivateName& name);

/// Virtual networks that see names alike: equal servers and equal visible zones. Every VNet is in exactly one class.
std::vector<std::vector<model::VnetIndex>> resolution_classes(const model::View& view);

}  // namespace hubproof::dns
