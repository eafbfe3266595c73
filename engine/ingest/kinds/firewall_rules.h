// Rule collections of firewalls, and what firewalls and policies both have. What is not understood of one is recorded
// in the entity being read, and its rules are not usable.
#pragma once

#include <cstdint>

#include "engine/ingest/cursor.h"
#include "engine/model/firewall.h"

namespace hubproof::ingest {

/// A mode is Off, Alert or Deny; what is none of these may drop as well.
bool may_deny(Cursor mode);

/// 0 for null and for a number that is too large, which is recorded.
std::uint32_t read_priority(Cursor value);

/// An element of a group's ruleCollections.
model::RuleCollection read_rule_collection(Cursor element);
/// An element of a firewall's natRuleCollections, networkRuleCollections or applicationRuleCollections.
model::RuleCollection read_classic_collection(Cursor element, model::FirewallRule::Kind kind);

}  // namespace hubproof::ingest
