#include "engine/net/perimeter.h"

#include <fmt/format.h>

#include <cstddef>

namespace hubproof::net {
namespace {

using model::PerimeterMode;
using model::View;

/// The Internet addresses that the inbound rules of a profile admit.
AddressSet admitted(const View& view, const model::PerimeterAssociation& association, Exposure& exposure) {
  AddressSet out;
  for (const auto& [key, index] : view.estate.perimeter_rules_by_profile.of(association.profile)) {
    const model::PerimeterRule& rule = view.estate.tables().perimeter_rules[index];
    if (rule.direction.is(model::Direction::outbound)) continue;
    const bool is_understood = rule.direction.is_known() && rule.unread.empty() && rule.is_settled;
    if (!is_understood) {
      exposure.possible |= internet_addresses();
      exposure.open.push_back({{rule.id, "", "not understood"},
                               fmt::format("access rule {} of the perimeter is not understood", shown(view, rule.id))});
      continue;
    }
    for (const Prefix& prefix : rule.prefixes) {
      AddressSet part(prefix);
      part &= internet_addresses();
      if (part.empty()) continue;
      exposure.facts.push_back({rule.id, "/properties/addressPrefixes", to_string(prefix)});
      out |= part;
    }
    if (rule.has_subscriptions) {
      exposure.residual.push_back(
          fmt::format("access rule {} of the perimeter admits subscriptions", shown(view, rule.id)));
    }
  }
  return out;
}

}  // namespace

// law:  Enforced: the perimeter's rules alone; Learning: the perimeter's rules besides the resource's own
// source: azure-semantics.md 9.2. For Learning with public access switched off two pages disagree whether the
// perimeter's rules admit, so addresses that only they admit are possible, not accepted.
void apply_perimeter(const View& view, const model::PerimeterAssociation& association, bool is_switched_off,
                     const model::Setting<model::PublicNetworkAccess>& access, Exposure& exposure) {
  const std::string perimeter = shown(view, association.id);
  const bool is_understood = association.unread.empty() && association.is_settled && !association.mode.is_unreadable();
  const bool has_rules =
      view.estate.holds(association.profile) || !view.estate.perimeter_rules_by_profile.of(association.profile).empty();
  const bool is_whole = has_rules && !view.estate.is_partial(model::ArgTable::network_resources);
  const auto own_questions = static_cast<std::ptrdiff_t>(exposure.open.size());
  const AddressSet by_rules = admitted(view, association, exposure);
  const PerimeterMode mode = association.mode.value_or_default(PerimeterMode::learning).value_or(PerimeterMode::audit);
  exposure.facts.push_back({association.id, "/properties/accessMode",
                            association.mode.is_absent() ? "absent -> Learning" : std::string(model::name(mode))});
  if (!is_understood || !is_whole) {
    exposure.possible |= internet_addresses();
    exposure.open.push_back({{association.id, "", is_whole ? "not understood" : "not in the export"},
                             fmt::format("the rules of perimeter association {} are not all known", perimeter)});
    return;
  }
  const bool is_secured = access.is(model::PublicNetworkAccess::secured_by_perimeter);
  if (mode == PerimeterMode::enforced || (is_secured && mode == PerimeterMode::learning)) {
    exposure.accepted = by_rules;
    if (mode == PerimeterMode::enforced) {
      // What was open about the resource's own rules no longer matters; what is open about the perimeter's does.
      exposure.open.erase(exposure.open.begin(), exposure.open.begin() + own_questions);
      exposure.possible = exposure.open.empty() ? AddressSet() : internet_addresses();
    }
    return;
  }
  if (by_rules.empty()) return;
  if (mode == PerimeterMode::learning && !is_switched_off) {
    exposure.accepted |= by_rules;
    return;
  }
  exposure.possible |= by_rules;
  exposure.open.push_back(
      {{association.id, "/properties/accessMode", std::string(model::name(mode))},
       fmt::format("whether the rules of perimeter association {} admit addresses in mode {} is documented in two ways",
                   perimeter, model::name(mode))});
}

bool is_enforced(const View& view, const model::Service& service) {
  for (const auto& [key, index] : view.estate.perimeters_by_target.of(service.id)) {
    const model::PerimeterAssociation& association = view.estate.tables().perimeter_associations[index];
    if (association.mode.is(PerimeterMode::enforced) && association.unread.empty() && association.is_settled)
      return true;
  }
  return false;
}

}  // namespace hubproof::net
