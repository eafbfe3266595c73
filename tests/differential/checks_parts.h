// The parts of a comparison, and what they share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/net/transit.h"
#include "engine/proof/verdict.h"
#include "tests/differential/coverage.h"
#include "tests/differential/oracle.h"
#include "tests/differential/random_estate.h"
#include "tests/differential/world.h"

namespace hubproof::differential {

struct Comparing {
  const World& world;
  Dice& dice;
  Coverage& coverage;
  std::vector<std::string>& said;  ///< sentences that say where two evaluations differ
  void say(std::string sentence) const { said.push_back(std::move(sentence)); }
};

inline constexpr Protocol kProtocols[] = {Protocol::tcp, Protocol::udp, Protocol::icmp};

/// "proved", "refuted", "unknown" or "not applicable"
std::string verdict_word(const proof::Verdict& verdict);
/// The word that the exact layer's answer stands for.
std::string word_of(const net::TransitResult& result);
/// The first open questions of an undecided spoke, for failure messages.
std::string why(const net::TransitResult& result);
std::string name_of(const World& world, const model::SpokeRole& spoke);
/// A certain bypass needs a packet that the tracer shows and that breaks the promise by the claim's own text.
void check_witness(const Comparing& all, const model::SpokeRole& spoke, const net::Bypass& bypass);

/// Azure's choice among `routes`, from the page's own words; nullptr when nothing certain matches.
/// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#how-azure-selects-a-route
template <class Block, class Address>
const net::BasicRoute<Block>* chosen(const std::vector<net::BasicRoute<Block>>& routes, const Address& address) {
  using R = net::BasicRoute<Block>;
  std::vector<const R*> there;
  bool is_kept = false;
  for (const R& route : routes) {
    if (!route.is_certain || !route.prefix.contains(address)) continue;
    there.push_back(&route);
    const net::NextHop::Kind kind = route.next_hop.kind;
    is_kept = is_kept || (route.source == net::RouteSource::system &&
                          (kind == net::NextHop::Kind::vnet_local || kind == net::NextHop::Kind::peering));
  }
  const R* best = nullptr;
  const auto rank = [](const R& route) {
    return std::make_pair(-route.prefix.length(), static_cast<int>(route.source));
  };
  for (const R* route : there) {
    if (is_kept && route->source == net::RouteSource::bgp) continue;
    if (best == nullptr || rank(*route) < rank(*best)) best = route;
  }
  return best;
}

/// IPv6 of an estate that has any (checks_ipv6.cpp). The exact layer's word about each dual-stack spoke.
std::map<const model::SpokeRole*, std::string> compare_ipv6(const Comparing& all);

/// What query() says of everything that subnets send (checks_query.cpp), against single packets.
void compare_query(const Comparing& all);

/// Names asked from every network (checks_names.cpp), against what is proved of them.
void compare_names(const Comparing& all);

}  // namespace hubproof::differential
