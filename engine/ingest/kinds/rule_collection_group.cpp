// Microsoft.Network/firewallPolicies/ruleCollectionGroups.
// source: learn.microsoft.com/azure/templates/microsoft.network/firewallpolicies/rulecollectiongroups (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/firewall_rules.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {

void read_rule_collection_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::RuleCollectionGroup group;
  group.id = head.id;
  group.policy = parent_of(context, head.id);
  const EntityScope scope(context, group);
  DemandedLists demanded(properties, {"ruleCollections", "priority"});
  properties.object([&](std::string_view key, Cursor value) {
    demanded.see(key, value);
    if (is(key, "priority")) {
      group.priority = read_priority(value);
    } else if (is(key, "ruleCollections")) {
      value.array([&](Cursor element) { group.collections.push_back(read_rule_collection(element)); });
    } else if (!read_common(key, value, group) && !is(key, "size")) {
      value.unknown_property();
    }
  });
  demanded.tell(group);
  context.snapshot.tables.rule_collection_groups.push_back(std::move(group));
}

}  // namespace hubproof::ingest
