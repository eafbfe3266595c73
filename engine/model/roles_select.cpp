#include "engine/model/roles_select.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {
namespace {

Match both(Match a, Match b) {
  if (a == Match::no || b == Match::no) return Match::no;
  return a == Match::yes && b == Match::yes ? Match::yes : Match::unknown;
}

Match as_match(bool value) { return value ? Match::yes : Match::no; }

const Subscription* subscription_of(const Estate& estate, std::string_view guid) {
  return estate.find<Subscription>(estate.ids().find(fmt::format("/subscriptions/{}", guid)));
}

Match subscription_matches(const Estate& estate, std::string_view wanted, std::string_view guid) {
  if (text::equals(wanted, guid)) return Match::yes;
  // A guid that is not this one: the name need not be known.
  constexpr std::size_t kGuidLength = 36;
  if (wanted.size() == kGuidLength && std::count(wanted.begin(), wanted.end(), '-') == 4) return Match::no;
  const Subscription* subscription = subscription_of(estate, guid);
  if (subscription == nullptr || subscription->name.empty()) return Match::unknown;
  return as_match(text::equals(wanted, subscription->name));
}

// Every subscription has at least the tenant's root group above it: an empty chain was not exported.
// source: learn.microsoft.com/azure/governance/management-groups/overview
Match management_group_matches(const Estate& estate, std::string_view wanted, std::string_view guid) {
  const Subscription* subscription = subscription_of(estate, guid);
  if (subscription == nullptr || subscription->management_groups.empty()) return Match::unknown;
  const auto& chain = subscription->management_groups;
  return as_match(
      std::any_of(chain.begin(), chain.end(), [&](const auto& name) { return text::equals(name, wanted); }));
}

bool type_matches(std::string_view wanted, std::string_view id) {
  const std::string type = arm_type(id);
  if (text::equals(wanted, type)) return true;
  return text::equals(wanted, std::string_view(type).substr(type.rfind('/') + 1)) && !type.empty();
}

bool is_empty(const Selector& s) {
  return s.id.empty() && s.name.empty() && s.subscription.empty() && s.resource_group.empty() &&
         s.management_group.empty() && s.type.empty();
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || text::to_lower(pattern[p]) == text::to_lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Match matches(const Estate& estate, const Selector& selector, ResourceId resource) {
  if (is_empty(selector) || !resource.is_set()) return Match::no;
  const std::string_view id = estate.spelling(resource);
  const Result<ArmId> parts = ArmId::parse(id);
  const std::string_view guid = parts ? parts->subscription : std::string_view();
  Match out = Match::yes;
  if (!selector.id.empty()) out = both(out, as_match(estate.ids().find(selector.id) == resource));
  if (!selector.name.empty()) out = both(out, as_match(glob_matches(selector.name, estate.name(resource))));
  if (!selector.resource_group.empty()) {
    out = both(out, as_match(parts && text::equals(selector.resource_group, parts->resource_group)));
  }
  if (!selector.type.empty()) out = both(out, as_match(type_matches(selector.type, id)));
  if (!selector.subscription.empty()) out = both(out, subscription_matches(estate, selector.subscription, guid));
  if (!selector.management_group.empty()) {
    out = both(out, management_group_matches(estate, selector.management_group, guid));
  }
  return out;
}

Match matches_any(const Estate& estate, const std::vector<Selector>& selectors, ResourceId resource) {
  Match out = Match::no;
  for (const Selector& selector : selectors) {
    const Match one = matches(estate, selector, resource);
    if (one == Match::yes) return one;
    if (one == Match::unknown) out = one;
  }
  return out;
}

std::string to_string(const Selector& selector) {
  std::string out;
  const auto part = [&](std::string_view what, const std::string& value) {
    if (value.empty()) return;
    if (!out.empty()) out += ", ";
    out += fmt::format("{} \"{}\"", what, text::printable(value));
  };
  part("id", selector.id);
  part("name", selector.name);
  part("subscription", selector.subscription);
  part("resource group", selector.resource_group);
  part("management group", selector.management_group);
  part("type", selector.type);
  return out.empty() ? "an empty selector" : out;
}

}  // namespace hubproof::model
