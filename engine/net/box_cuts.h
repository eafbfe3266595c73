// Where what filters and firewalls decide can change, as sets of addresses and ranges of ports.
#pragma once

#include "engine/net/boxes.h"

namespace hubproof::net {

/// Adds all at which filter() can change its mind at the point.
void cut_by_groups(const model::View& view, const FilterPoint& point, model::Direction direction, BoxCuts& cuts);
/// Adds all at which firewall_rules() and the source translation of the firewall can; with `with_translation` also what
/// filters the targets of its DNAT rules.
void cut_by_firewall(const model::View& view, const model::AzureFirewall& firewall, bool with_translation,
                     BoxCuts& cuts);
/// Adds the rules of the balancer and the groups of its members.
void cut_by_balancer(const model::View& view, const model::LoadBalancer& balancer, BoxCuts& cuts);

}  // namespace hubproof::net
