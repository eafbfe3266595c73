// Subscriptions, management groups and network security perimeters.
// source: azure-semantics.md 9.2 and 10
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {

void read_subscription(const RowHead& head, Cursor properties, ReadContext& context) {
  model::Subscription subscription;
  subscription.id = head.id;
  subscription.guid = text::lower(arm_subscription(context.snapshot.ids.spelling(head.id)));
  subscription.name = std::string(head.name);
  const EntityScope scope(context, subscription);
  properties.object([&](std::string_view key, Cursor value) {
    if (!is(key, "managementGroupAncestorsChain")) return;
    value.array([&](Cursor element) {  // nearest first
      element.object([&](std::string_view inner, Cursor field) {
        if (!is(inner, "name")) return;
        const std::optional<std::string_view> name = field.text();
        if (name && !name->empty()) subscription.management_groups.emplace_back(*name);
      });
    });
  });
  context.snapshot.tables.subscriptions.push_back(std::move(subscription));
}

void read_management_group(const RowHead& head, Cursor properties, ReadContext& context) {
  model::ManagementGroup group;
  group.id = head.id;
  group.name = std::string(arm_name(context.snapshot.ids.spelling(head.id)));
  const EntityScope scope(context, group);
  properties.object([](std::string_view, Cursor) {});
  context.snapshot.tables.management_groups.push_back(std::move(group));
}

void read_perimeter_association(const RowHead& head, Cursor properties, ReadContext& context) {
  model::PerimeterAssociation association;
  association.id = head.id;
  const EntityScope scope(context, association);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "privateLinkResource")) {
      association.target = value.reference();
    } else if (is(key, "profile")) {
      association.profile = value.reference();
    } else if (is(key, "accessMode")) {
      association.mode = value.word<model::PerimeterMode>();
    } else {
      read_common(key, value, association);
    }
  });
  context.snapshot.tables.perimeter_associations.push_back(std::move(association));
}

void read_perimeter_rule(const RowHead& head, Cursor properties, ReadContext& context) {
  model::PerimeterRule rule;
  rule.id = head.id;
  rule.profile = parent_of(context, head.id);
  const EntityScope scope(context, rule);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "direction")) {
      rule.direction = value.word<model::Direction>();
    } else if (is(key, "addressPrefixes")) {
      value.array([&](Cursor element) {
        const std::optional<AnyPrefix> prefix = read_prefix(element);
        if (!prefix) return;
        if (const Prefix* four = std::get_if<Prefix>(&*prefix)) return rule.prefixes.push_back(*four);
        element.unread(to_string(*prefix));
      });
    } else if (is(key, "subscriptions")) {
      value.array([&](Cursor) { rule.has_subscriptions = true; });
    } else if (is_one_of(key, {"networkSecurityPerimeters",
                               "serviceTags"})) {  // inbound sources without a place in the model
      value.unknown_property();
    } else {
      read_common(key, value, rule);
    }
  });
  context.snapshot.tables.perimeter_rules.push_back(std::move(rule));
}

}  // namespace hubproof::ingest
