#include "engine/net/resolver_subnets.h"

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {

using model::Subnet;
using model::View;

namespace {

/// Some rule of the export may send questions into a network of the export other than `own`, the resolver's.
bool may_forward_into_networks(const model::Estate& e, model::ResourceId own) {
  for (const model::ForwardingRuleset& ruleset : e.tables().forwarding_rulesets) {
    if (e.rules_by_ruleset.of(ruleset.id).empty()) return true;  // they were not exported
  }
  for (const model::ForwardingRule& rule : e.tables().forwarding_rules) {
    if (!rule.unread.empty() || rule.targets.empty()) return true;
    for (const std::string& target : rule.targets) {
      const Result<Ipv4> address = Ipv4::parse(std::string_view(target).substr(0, target.find(':')));
      if (!address) return true;
      for (const model::VirtualNetwork& vnet : e.tables().virtual_networks) {
        const auto holds = [&](const Prefix& prefix) { return prefix.contains(*address); };
        if (vnet.id != own && std::any_of(vnet.address_space.begin(), vnet.address_space.end(), holds)) return true;
      }
    }
  }
  return false;
}

}  // namespace

bool holds_resolver_endpoints_only(const View& view, const Subnet& subnet) {
  const model::Estate& e = view.estate;
  const auto is_resolvers = [](const std::string& service) {
    return text::equals(service, "Microsoft.Network/dnsResolvers");
  };
  if (subnet.delegations.empty() || !std::all_of(subnet.delegations.begin(), subnet.delegations.end(), is_resolvers))
    return false;
  const auto is_resolver = [&](model::ResourceId attached) {
    return text::starts_with(arm_type(e.spelling(attached)), "microsoft.network/dnsresolvers");
  };
  const bool is_alone = e.interfaces_by_subnet.of(subnet.id).empty() && e.endpoints_by_subnet.of(subnet.id).empty() &&
                        std::all_of(subnet.attached.begin(), subnet.attached.end(), is_resolver);
  const bool is_understood = subnet.unread.empty() && e.taints_by_resource.of(subnet.id).empty();
  return is_alone && is_understood && !may_forward_into_networks(e, subnet.vnet);
}

}  // namespace hubproof::net
