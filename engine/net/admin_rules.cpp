#include "engine/net/admin_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/rule_match.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {
namespace {

using model::AdminAccess;
using model::AdminPolicy;
using model::AdminRule;
using model::View;

constexpr std::string_view kWithout[] = {"AzureBastionSubnet", "AzureFirewallSubnet", "AzureFirewallManagementSubnet",
                                         "GatewaySubnet", "RouteServerSubnet"};

bool has_application_gateway(const View& view, const model::Subnet& subnet) {
  for (const model::ApplicationGateway& gateway : view.estate.tables().application_gateways) {
    if (std::find(gateway.subnets.begin(), gateway.subnets.end(), subnet.id) != gateway.subnets.end()) return true;
  }
  return std::any_of(subnet.attached.begin(), subnet.attached.end(), [&](model::ResourceId owner) {
    return text::starts_with(arm_type(view.estate.spelling(owner)), "microsoft.network/applicationgateways");
  });
}

void note(AdminAnswer& out, AdminAccess access) {
  out.may_deny = out.may_deny || access == AdminAccess::deny;
  out.may_end = out.may_end || access == AdminAccess::always_allow;
  out.may_pass = out.may_pass || access == AdminAccess::allow;
}

void name_rule(const View& view, const AdminRule& rule, Ternary match, AdminAnswer& out) {
  out.decided_by.push_back({rule.id, "/properties/access", std::string(model::name(rule.access))});
  if (out.acts) return;
  out.acts = true;
  out.rule = rule.match.name;
  out.reason =
      match == Ternary::yes
          ? fmt::format("security admin rule {} ({})", text::printable(rule.match.name), model::name(rule.access))
          : fmt::format("whether security admin rule {} ({}) acts at {} is not known", text::printable(rule.match.name),
                        model::name(rule.access), shown(view, rule.collection));
}

}  // namespace

Ternary takes_admin_rules(const View& view, const model::Subnet& subnet) {
  for (const std::string_view name : kWithout) {
    if (is_named(view, subnet, name)) return Ternary::no;
  }
  return has_application_gateway(view, subnet) ? Ternary::unknown : Ternary::yes;
}

Ternary acts_at(const AdminRule& rule, const AdminPolicy::Use& use, Ternary taken) {
  if (taken == Ternary::no) return rule.access == AdminAccess::always_allow ? Ternary::unknown : Ternary::no;
  return use.is_certain ? taken : Ternary::unknown;
}

namespace {

// law:  the rule with the lowest number that matches decides; private endpoints take no admin rules
// form: what may match leaves both ways open; rules of one rank may come in any order
// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
template <class Address>
AdminAnswer answer(const View& view, model::Direction direction, const FilterPoint& point,
                   const BasicPacket<Address>& packet) {
  AdminAnswer out;
  const AdminPolicy* policy = view.estate.admin_policy(point.subnet->vnet);
  if (policy == nullptr) return out;
  const Ternary taken = point.is_private_endpoint ? Ternary::no : takes_admin_rules(view, *point.subnet);
  const std::vector<World> worlds = worlds_of(view, *point.subnet, packet);
  out.may_pass = false;
  bool is_decided = false;
  std::uint32_t decided_rank = 0;
  for (const AdminPolicy::Use& use : policy->rules) {
    const AdminRule& rule = view.estate.tables().admin_rules[use.rule];
    if (is_decided && use.rank != decided_rank) break;
    if (rule.match.direction != direction) continue;
    Ternary match = RuleMatch<Address>(view, point, packet, worlds.front()).of(rule.match);
    for (const World& world : worlds) {
      if (RuleMatch<Address>(view, point, packet, world).of(rule.match) != match) match = Ternary::unknown;
    }
    match = std::min(match, acts_at(rule, use, taken));
    if (match == Ternary::no) continue;
    note(out, rule.access);
    name_rule(view, rule, match, out);
    if (match == Ternary::unknown) continue;
    is_decided = true;
    decided_rank = use.rank;
  }
  out.may_pass = out.may_pass || !is_decided;
  return out;
}

}  // namespace

AdminAnswer ask_admin_rules(const View& view, model::Direction direction, const FilterPoint& point,
                            const Packet& packet) {
  return answer(view, direction, point, packet);
}

AdminAnswer ask_admin_rules(const View& view, model::Direction direction, const FilterPoint& point,
                            const Packet6& packet) {
  return answer(view, direction, point, packet);
}

}  // namespace hubproof::net
