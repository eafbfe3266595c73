// Security admin rules of network managers, which come before network security groups.
#pragma once

#include <string>
#include <vector>

#include "engine/net/filter.h"

namespace hubproof::net {

/// What the admin rules of the point's network make of a packet. Several ways are open where that is not certain.
struct AdminAnswer {
  bool acts = false;      ///< some rule matches, or may
  bool may_deny = false;  ///< Deny: the end
  bool may_end = false;   ///< AlwaysAllow: allowed, whatever the groups say
  bool may_pass = true;   ///< Allow, or no rule: the groups decide
  std::string rule;       ///< name of the first rule that matches, or may
  std::string reason;     ///< one sentence
  std::vector<model::Fact> decided_by;
};
AdminAnswer ask_admin_rules(const model::View& view, model::Direction direction, const FilterPoint& point,
                            const Packet& packet);
AdminAnswer ask_admin_rules(const model::View& view, model::Direction direction, const FilterPoint& point,
                            const Packet6& packet);

/// Whether admin rules are applied to a subnet. `no` for the subnets of services that take none; `unknown` where an
/// Application Gateway stands, for only those with network isolation take them and no export tells.
/// source: learn.microsoft.com/azure/virtual-network-manager/concept-security-admins
Ternary takes_admin_rules(const model::View& view, const model::Subnet& subnet);

/// Whether one use of a rule acts at a point where admin rules are applied as `taken` says: an AlwaysAllow is never
/// ruled out, for it opens what groups close. source: azure-semantics.md 3.2
Ternary acts_at(const model::AdminRule& rule, const model::AdminPolicy::Use& use, Ternary taken);

}  // namespace hubproof::net
