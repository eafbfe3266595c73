// Scope: what the rules look at. Which subnets send, what stands in them, which next hops are the hub firewall, and
// what is not known about a resource itself.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/check/judgement.h"
#include "engine/check/run.h"
#include "engine/model/view.h"
#include "engine/net/appliance.h"

namespace hubproof::check {

/// What stands in a subnet, as far as the transit rules tell subnets apart.
enum class SubnetUse : std::uint8_t {
  platform,                ///< GatewaySubnet, AzureFirewallSubnet, ...: exempt from rules about tables
  endpoints_only,          ///< private endpoints and nothing else: never sends
  perhaps_endpoints_only,  ///< private endpoints, and attachments that the export does not hold
  api_management,
  application_gateway,
  workload  ///< anything else, the empty subnet included: somebody may send from here
};

/// What is not known about the entity itself: unread values, an unsettled state, contradictory copies. A dangling
/// reference counts only when the rule reads it: `reads` lists the ids that it does.
std::optional<Doubt> doubt_about(const model::View& view, const model::Entity& entity,
                                 std::initializer_list<model::ResourceId> reads = {});

/// True when what stands at `pointer` ("/properties/routeTable"), or the entity as a whole, was not understood: that
/// nothing was read there then means nothing.
bool is_unread(const model::Entity& entity, std::string_view pointer);

/// As doubt_about(), but without the routes that were not understood and whose destinations are known: whoever looks at
/// such a destination judges them there.
std::optional<Doubt> doubt_about_table(const model::View& view, const model::RouteTable& table);

/// Calls `visit` with every id of a (lower-case) type that the export refers to or lists but has not read, in the order
/// of ids.
void for_each_missing(const model::View& view, const std::function<bool(std::string_view type)>& is_wanted,
                      const std::function<void(model::ResourceId id, const model::Gap& gap)>& visit);

class Scope {
 public:
  explicit Scope(const model::View& view);

  const model::View& view() const { return view_; }
  const model::Estate& estate() const { return view_.estate; }
  const model::Tables& tables() const { return view_.estate.tables(); }
  const model::VirtualNetwork& vnet(model::VnetIndex index) const { return tables().virtual_networks[index.index()]; }
  /// Unset when the export does not hold it.
  model::VnetIndex vnet_index(model::ResourceId id) const;
  std::vector<const model::Subnet*> subnets(model::VnetIndex vnet) const;

  bool is_spoke(model::VnetIndex vnet) const { return vnet.is_set() && is_spoke_[vnet.index()]; }
  bool is_hub(model::VnetIndex vnet) const { return vnet.is_set() && is_hub_[vnet.index()]; }
  SubnetUse use(const model::Subnet& subnet) const;
  /// Sending subnets are those that are neither platform's nor endpoints only.
  bool sends(const model::Subnet& subnet) const;
  const model::ApiManagement* api_management_in(const model::Subnet& subnet) const;
  bool has_gateway(const model::Subnet& subnet) const;

  /// Is `address`, as a next hop in `from`, a hub firewall?
  struct Hop {
    enum class Answer : std::uint8_t { firewall, something_else, unknown } answer = Answer::unknown;
    net::Appliance device;
    std::string why;  ///< one sentence, empty for the firewall
  };
  const Hop& next_hop(model::VnetIndex from, Ipv4 address);

  /// "vnet-spoke/snet-aks", safe to print.
  std::string label(const model::Subnet& subnet) const;
  std::string label(model::ResourceId id) const;
  /// Address of a firewall of one of the spoke's hubs, or "the hub firewall's address".
  std::string expected_firewall(model::VnetIndex spoke) const;
  /// Why the network's routing is a virtual WAN's, or empty. Such networks have no user routes by design.
  std::string virtual_wan(model::VnetIndex vnet) const;

 private:
  Hop judge_hop(model::VnetIndex from, Ipv4 address) const;
  bool may_hold_unread_firewall(model::ResourceId vnet) const;

  const model::View& view_;
  std::vector<bool> is_spoke_;
  std::vector<bool> is_hub_;
  std::map<model::ResourceId, const model::ApiManagement*> api_managements_;
  std::set<model::ResourceId> application_gateways_;
  std::set<model::ResourceId> otherwise_used_;  ///< load balancer frontends, resolvers, bastions, gateways, firewalls
  std::set<model::ResourceId> gateway_subnets_;
  std::map<std::pair<model::VnetIndex, Ipv4>, Hop> hops_;
};

/// Adds each subnet of a spoke that something refers to and the spoke does not show, as undecided: the network's row is
/// older than the reference.
void tell_missing_subnets(const model::View& view, const Scope& scope, Findings& findings);

/// Ends a transit rule: adds an unknown finding for each network that a hub peers with and the export does not hold,
/// and lets no pass stand while it is ambiguous which networks are hubs and spokes.
Findings finish_transit(const model::View& view, Findings findings);
/// Lets no pass stand while it is ambiguous which networks are hubs and spokes.
void doubt_ambiguous_roles(const model::View& view, Findings& findings);

}  // namespace hubproof::check
