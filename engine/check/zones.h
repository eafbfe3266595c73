// The private-link zones of the estate by name, and which of them are central.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/check/judgement.h"
#include "engine/core/text.h"
#include "engine/model/roles_select.h"
#include "engine/model/view.h"

namespace hubproof::check {

class Zones {
 public:
  explicit Zones(const model::View& view);

  /// Zones of that name, in the order of ids; empty when there is none.
  const std::vector<const model::PrivateDnsZone*>& named(std::string_view name) const;
  /// Of those the central ones, or all of them when none is central.
  std::vector<const model::PrivateDnsZone*> answering(std::string_view name) const;
  /// A zone is central in the subscription of a hub network, in a declared scope, and in the one subscription that
  /// holds most private-link zones when no spoke network is in it. `unknown`: a declared scope that the export cannot
  /// decide.
  model::Match is_central(const model::PrivateDnsZone& zone) const;
  /// Two zones of one name are duplicates unless each answers for a declared scope of its own.
  bool share_a_scope(const model::PrivateDnsZone& a, const model::PrivateDnsZone& b) const;
  /// In a subscription that holds a spoke network and no hub.
  bool is_in_spoke(const model::PrivateDnsZone& zone) const;
  /// A zone of that name that is named in the export but not held, or nullptr.
  const model::Gap* missing(std::string_view name) const;

 private:
  std::string_view subscription_of(model::ResourceId id) const;

  const model::View& view_;
  std::map<std::string_view, std::vector<const model::PrivateDnsZone*>> by_name_;
  std::set<std::string_view, text::Less> hub_subscriptions_;
  std::set<std::string_view, text::Less> spoke_subscriptions_;
  std::string_view busiest_;  ///< subscription with most private-link zones; empty when two tie or a spoke is in it
};

/// What a rule reads of a zone besides the zone itself.
enum class Reads : std::uint8_t { zone_alone, records };
/// As doubt_about() of any entity; counts of children that are not met matter only to a rule that reads those children.
std::optional<Doubt> doubt_about(const model::View& view, const model::PrivateDnsZone& zone, Reads reads);

/// "privatelink.openai.azure.com", "eastus.data.privatelink.azurecr.io": a zone of private endpoints.
bool is_private_link(std::string_view zone);
/// `<guid>.privatelink.<region>.azmk8s.io`: made by AKS for one private cluster.
bool is_cluster_zone(std::string_view zone);

}  // namespace hubproof::check
