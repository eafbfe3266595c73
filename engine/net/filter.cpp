#include "engine/net/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/core/text.h"
#include "engine/net/admin_rules.h"
#include "engine/net/rule_match.h"

namespace hubproof::net {
namespace {

using Decision = FilterResult::Decision;
using model::AddressTerm;
using model::Direction;
using model::NetworkSecurityGroup;
using model::SecurityRule;
using model::Subnet;
using model::View;

AddressTerm any_address() { return {}; }
AddressTerm tag_term(std::uint32_t tag) {
  AddressTerm out;
  out.kind = AddressTerm::Kind::tag;
  out.index = tag;
  return out;
}

SecurityRule default_rule(std::string_view name, std::uint16_t priority, Direction direction, model::Access access,
                          AddressTerm from, AddressTerm to) {
  SecurityRule rule;
  rule.name = std::string(name);
  rule.priority = priority;
  rule.direction = direction;
  rule.access = access;
  rule.is_default = true;
  rule.sources = {from};
  rule.destinations = {to};
  rule.source_ports = {PortRange()};
  rule.destination_ports = {PortRange()};
  return rule;
}

Decision decision_of(model::Access access) { return access == model::Access::allow ? Decision::allow : Decision::deny; }

/// What one group says of a packet.
struct Outcome {
  Decision decision = Decision::allow;
  const SecurityRule* rule = nullptr;
  std::string reason;
};

// law:  the lowest priority number that matches decides
// form: a rule that may match leaves both ways open; the group is decided when all ways agree
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
template <class Address>
Outcome decide_group(const View& view, const NetworkSecurityGroup& nsg, Direction direction,
                     const RuleMatch<Address>& matches) {
  std::vector<const SecurityRule*> rules;
  for (const SecurityRule& rule : nsg.rules) {
    if (rule.direction == direction) rules.push_back(&rule);
  }
  for (const SecurityRule& rule : default_rules()) {
    if (rule.direction == direction) rules.push_back(&rule);
  }
  std::stable_sort(rules.begin(), rules.end(),
                   [](const SecurityRule* a, const SecurityRule* b) { return a->priority < b->priority; });
  const SecurityRule* doubtful = nullptr;
  for (const SecurityRule* rule : rules) {
    const Ternary match = matches.of(*rule);
    if (match == Ternary::no) continue;
    const auto undecided = [&](const SecurityRule& by) {
      return Outcome{
          Decision::unknown, &by,
          fmt::format("whether rule {} of {} matches is not known", text::printable(by.name), shown(view, nsg.id))};
    };
    if (!rule->is_usable) return undecided(*rule);
    if (doubtful != nullptr && doubtful->access != rule->access) return undecided(*doubtful);
    if (match == Ternary::unknown) {
      doubtful = rule;
      continue;
    }
    return {decision_of(rule->access), rule,
            fmt::format("rule {} of {}", text::printable(rule->name), shown(view, nsg.id))};
  }
  return {Decision::unknown, nullptr, fmt::format("no rule of {} matches", shown(view, nsg.id))};
}

std::string_view shown_access(Decision decision) {
  switch (decision) {
    case Decision::allow: return "Allow";
    case Decision::deny: return "Deny";
    case Decision::unknown: return "unknown";
  }
  return "unknown";
}

model::Fact fact_of(const NetworkSecurityGroup& nsg, const Outcome& outcome) {
  if (outcome.rule == nullptr) return {nsg.id, "", "unknown"};
  const std::string value = fmt::format("{} {}", outcome.rule->name, shown_access(outcome.decision));
  if (outcome.rule->is_default) return {nsg.id, "/properties/defaultSecurityRules", value};
  return {nsg.id, fmt::format("/properties/securityRules/{}", outcome.rule->position), value};
}

/// One group in every World that may be.
template <class Address>
Outcome ask(const View& view, const NetworkSecurityGroup& nsg, Direction direction, const FilterPoint& point,
            const BasicPacket<Address>& packet) {
  if (!nsg.unread.empty() || !nsg.is_settled || !view.estate.taints_by_resource.of(nsg.id).empty()) {
    return {Decision::unknown, nullptr,
            fmt::format("network security group {} is not fully understood", shown(view, nsg.id))};
  }
  std::optional<Outcome> out;
  for (const World& world : worlds_of(view, *point.subnet, packet)) {
    Outcome here = decide_group(view, nsg, direction, RuleMatch<Address>(view, point, packet, world));
    if (!out) {
      out = std::move(here);
    } else if (out->decision != here.decision) {
      const SecurityRule* rule = out->rule;
      return {Decision::unknown, rule,
              fmt::format("it is not certain whether the VirtualNetwork tag of {} holds the packet's addresses",
                          shown(view, nsg.id))};
    }
  }
  return *out;
}

// source: learn.microsoft.com/azure/firewall/firewall-faq (not evaluated); azure-semantics.md 3.1 (unsupported on the
// other two)
bool is_exempt(const View& view, const Subnet& subnet) {
  return is_named(view, subnet, "AzureFirewallSubnet") || is_named(view, subnet, "GatewaySubnet") ||
         is_named(view, subnet, "RouteServerSubnet");
}

// source: azure-semantics.md 1.6 (a private endpoint is filtered only with NetworkSecurityGroupEnabled or Enabled)
Ternary filters_endpoint(const Subnet& subnet) {
  const auto& policies = subnet.private_endpoint_policies;
  if (policies.is_unreadable()) return Ternary::unknown;
  return policies.is(model::PrivateEndpointPolicies::enabled) ||
                 policies.is(model::PrivateEndpointPolicies::network_security_group_enabled)
             ? Ternary::yes
             : Ternary::no;
}

}  // namespace

std::span<const SecurityRule> default_rules() {
  using enum model::Access;
  static const std::array<SecurityRule, 6> kRules{
      default_rule("AllowVnetInBound", 65000, Direction::inbound, allow, tag_term(kVirtualNetworkTag),
                   tag_term(kVirtualNetworkTag)),
      default_rule("AllowAzureLoadBalancerInBound", 65001, Direction::inbound, allow, tag_term(kLoadBalancerTag),
                   any_address()),
      default_rule("DenyAllInBound", 65500, Direction::inbound, deny, any_address(), any_address()),
      default_rule("AllowVnetOutBound", 65000, Direction::outbound, allow, tag_term(kVirtualNetworkTag),
                   tag_term(kVirtualNetworkTag)),
      default_rule("AllowInternetOutBound", 65001, Direction::outbound, allow, any_address(), tag_term(kInternetTag)),
      default_rule("DenyAllOutBound", 65500, Direction::outbound, deny, any_address(), any_address())};
  return kRules;
}

namespace {

/// What the groups say, in the order in which they are asked; added to `out`.
template <class Address>
void ask_groups(const View& view, Direction direction, const FilterPoint& point, const BasicPacket<Address>& packet,
                FilterResult& out) {
  for (const model::ResourceId id : attached_groups(point, direction)) {
    out.evaluated.push_back(id);
    const NetworkSecurityGroup* nsg = view.estate.find<NetworkSecurityGroup>(id);
    if (nsg == nullptr) {
      out.decision = Decision::unknown;
      out.reason = fmt::format("network security group {} is not in the export", shown(view, id));
      out.decided_by.push_back({id, "", "not in the export"});
      continue;
    }
    const Outcome outcome = ask(view, *nsg, direction, point, packet);
    out.decided_by.push_back(fact_of(*nsg, outcome));
    if (outcome.decision == Decision::allow) {
      if (out.decision == Decision::allow) {
        out.reason = outcome.reason;
        if (outcome.rule != nullptr) out.rule = outcome.rule->name;
      }
      continue;
    }
    out.reason = outcome.reason;
    if (outcome.rule != nullptr) out.rule = outcome.rule->name;
    out.decision = outcome.decision;
    if (outcome.decision == Decision::deny) break;  // a later group cannot allow what this one denies
  }
}

/// The groups, where they filter the point at all.
template <class Address>
FilterResult filter_by_groups(const View& view, Direction direction, const FilterPoint& point,
                              const BasicPacket<Address>& packet) {
  FilterResult out;
  out.reason = "no network security group";
  if (point.is_private_endpoint && filters_endpoint(*point.subnet) == Ternary::no) {
    out.reason = "network security groups do not filter this private endpoint";
    return out;
  }
  ask_groups(view, direction, point, packet, out);
  const bool may_not_filter = point.is_private_endpoint && filters_endpoint(*point.subnet) == Ternary::unknown;
  if (may_not_filter && out.decision == Decision::deny) {
    out.decision = Decision::unknown;
    out.reason = "whether network security groups filter this private endpoint cannot be read";
  }
  return out;
}

/// What is left when the admin rules may end the question in one way or leave it to the groups.
FilterResult combine(const AdminAnswer& admin, FilterResult groups) {
  const auto may_be = [&](Decision decision) {
    return (admin.may_deny && decision == Decision::deny) || (admin.may_end && decision == Decision::allow) ||
           (admin.may_pass && (groups.decision == decision || groups.decision == Decision::unknown));
  };
  const bool may_allow = may_be(Decision::allow);
  const bool may_deny = may_be(Decision::deny);
  const Decision decision = may_allow && may_deny ? Decision::unknown : may_allow ? Decision::allow : Decision::deny;
  if (!admin.may_pass || decision != groups.decision) {
    groups.rule = admin.rule;
    groups.reason = admin.reason;
  }
  groups.decision = decision;
  groups.decided_by.insert(groups.decided_by.begin(), admin.decided_by.begin(), admin.decided_by.end());
  return groups;
}

// law:  admin rules of a network manager come before the groups: Deny and AlwaysAllow end the question, Allow and no
//       rule leave it to the groups
// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins, azure-semantics.md 3.2, 3.3
template <class Address>
FilterResult filter_packet(const View& view, Direction direction, const FilterPoint& point,
                           const BasicPacket<Address>& packet) {
  FilterResult out;
  out.reason = "no network security group";
  if (is_exempt(view, *point.subnet)) return out;
  const bool is_tainted = !view.estate.taints_by_resource.of(point.subnet->vnet).empty() ||
                          !view.estate.taints_by_resource.of(point.subnet->id).empty();
  if (is_tainted) {
    out.decision = Decision::unknown;
    out.reason = fmt::format("something that is not modelled touches {}", shown(view, point.subnet->vnet));
    return out;
  }
  const AdminAnswer admin = ask_admin_rules(view, direction, point, packet);
  if (admin.may_pass) out = filter_by_groups(view, direction, point, packet);
  return admin.acts ? combine(admin, std::move(out)) : out;
}

}  // namespace

FilterResult filter(const View& view, Direction direction, const FilterPoint& point, const Packet& packet) {
  return filter_packet(view, direction, point, packet);
}

FilterResult filter(const View& view, Direction direction, const FilterPoint& point, const Packet6& packet) {
  return filter_packet(view, direction, point, packet);
}

}  // namespace hubproof::net
