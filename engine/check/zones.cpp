#include "engine/check/zones.h"

#include <algorithm>

#include "engine/check/scope.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {

using model::Match;
using model::PrivateDnsZone;

bool is_private_link(std::string_view zone) {
  return zone.substr(0, 12) == "privatelink." || zone.find(".privatelink.") != std::string_view::npos;
}

// source: learn.microsoft.com/azure/aks/private-clusters (privateDNSZone system)
bool is_cluster_zone(std::string_view zone) {
  const std::size_t dot = zone.find('.');
  return dot != std::string_view::npos && zone.substr(dot, 13) == ".privatelink." &&
         text::ends_with(zone, ".azmk8s.io");
}

std::optional<Doubt> doubt_about(const model::View& view, const PrivateDnsZone& zone, Reads reads) {
  model::Entity itself = zone;
  itself.id = {};
  if (auto doubt = doubt_about(view, itself)) return doubt;
  for (const auto& [id, index] : view.estate.gaps_by_resource.of(zone.id)) {
    const model::Gap& gap = view.estate.snapshot().gaps[index];
    if (gap.resource != zone.id) continue;
    const bool is_count = gap.code == "INPUT-CHILDREN";
    if (is_count && (reads == Reads::zone_alone || gap.table != model::ArgTable::dns_resources)) continue;
    return Doubt{gap.message, "an export without this gap (" + gap.code + ")"};
  }
  return std::nullopt;
}

Zones::Zones(const model::View& view) : view_(view) {
  const model::Tables& t = view.estate.tables();
  std::map<std::string_view, std::size_t, text::Less> counts;
  for (const PrivateDnsZone& zone : t.private_dns_zones) {
    by_name_[zone.name].push_back(&zone);
    if (is_private_link(zone.name) && !is_cluster_zone(zone.name)) ++counts[subscription_of(zone.id)];
  }
  for (const model::HubRole& hub : view.roles.hubs) {
    hub_subscriptions_.insert(subscription_of(t.virtual_networks[hub.vnet.index()].id));
  }
  for (const model::VirtualHubRole& hub : view.roles.virtual_hubs) hub_subscriptions_.insert(subscription_of(hub.hub));
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    spoke_subscriptions_.insert(subscription_of(t.virtual_networks[spoke.vnet.index()].id));
  }
  std::size_t most = 0;
  bool is_tied = false;
  for (const auto& [subscription, count] : counts) {
    is_tied = count == most ? true : count > most ? false : is_tied;
    if (count > most) busiest_ = subscription;
    most = std::max(most, count);
  }
  if (is_tied || spoke_subscriptions_.count(busiest_) != 0) busiest_ = {};
}

std::string_view Zones::subscription_of(model::ResourceId id) const {
  return arm_subscription(view_.estate.spelling(id));
}

const std::vector<const PrivateDnsZone*>& Zones::named(std::string_view name) const {
  static const std::vector<const PrivateDnsZone*> kNone;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? kNone : found->second;
}

std::vector<const PrivateDnsZone*> Zones::answering(std::string_view name) const {
  std::vector<const PrivateDnsZone*> out = named(name);
  const auto is_elsewhere = [&](const PrivateDnsZone* zone) { return is_central(*zone) == Match::no; };
  if (std::all_of(out.begin(), out.end(), is_elsewhere)) return out;
  out.erase(std::remove_if(out.begin(), out.end(), is_elsewhere), out.end());
  return out;
}

Match Zones::is_central(const PrivateDnsZone& zone) const {
  const std::string_view subscription = subscription_of(zone.id);
  if (hub_subscriptions_.count(subscription) != 0) return Match::yes;
  if (!busiest_.empty() && text::equals(busiest_, subscription)) return Match::yes;
  return model::matches_any(view_.estate, view_.designations.dns_zones, zone.id);
}

bool Zones::share_a_scope(const PrivateDnsZone& a, const PrivateDnsZone& b) const {
  const auto& scopes = view_.designations.dns_zones;
  if (scopes.size() < 2) return true;
  const auto matches = [&](const model::Selector& scope, const PrivateDnsZone& zone) {
    return model::matches(view_.estate, scope, zone.id) != Match::no;
  };
  const auto covers = [&](const PrivateDnsZone& zone) {
    return std::any_of(scopes.begin(), scopes.end(), [&](const auto& scope) { return matches(scope, zone); });
  };
  if (!covers(a) || !covers(b)) return true;
  return std::any_of(scopes.begin(), scopes.end(),
                     [&](const auto& scope) { return matches(scope, a) && matches(scope, b); });
}

bool Zones::is_in_spoke(const PrivateDnsZone& zone) const {
  const std::string_view subscription = subscription_of(zone.id);
  return spoke_subscriptions_.count(subscription) != 0 && hub_subscriptions_.count(subscription) == 0;
}

const model::Gap* Zones::missing(std::string_view name) const {
  for (const model::Gap& gap : view_.estate.snapshot().gaps) {
    if (gap.reach != model::Gap::Reach::resource || !gap.resource.is_set()) continue;
    const std::string_view id = view_.estate.spelling(gap.resource);
    if (!text::equals(arm_name(id), name) || arm_type(id) != "microsoft.network/privatednszones") continue;
    if (view_.estate.find<PrivateDnsZone>(gap.resource) == nullptr) return &gap;
  }
  return nullptr;
}

}  // namespace hubproof::check
