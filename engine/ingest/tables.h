// One loop over all tables of a Snapshot.
#pragma once

#include <array>

#include "engine/model/snapshot.h"

namespace hubproof::ingest {

/// Calls f(vector of entities) for every table of resources, always in the same order.
template <class Tables, class F>
void for_each_table(Tables& t, F f) {
  f(t.virtual_networks), f(t.subnets), f(t.peerings), f(t.route_tables), f(t.network_security_groups);
  f(t.application_security_groups), f(t.network_interfaces), f(t.machine_pools), f(t.public_ips), f(t.nat_gateways),
      f(t.gateways);
  f(t.load_balancers), f(t.bastion_hosts), f(t.firewalls), f(t.firewall_policies), f(t.rule_collection_groups);
  f(t.ip_groups), f(t.private_endpoints), f(t.private_dns_zones), f(t.virtual_network_links), f(t.dns_record_sets);
  f(t.dns_zone_groups), f(t.dns_resolvers), f(t.dns_resolver_endpoints), f(t.forwarding_rulesets);
  f(t.forwarding_rules), f(t.forwarding_ruleset_links), f(t.application_gateways), f(t.waf_policies);
  f(t.api_managements), f(t.services), f(t.network_rule_sets), f(t.site_configs), f(t.subscriptions),
      f(t.management_groups), f(t.perimeter_associations);
  f(t.perimeter_rules), f(t.unmodelled_network);
  f(t.virtual_wans), f(t.virtual_hubs), f(t.hub_connections), f(t.hub_route_tables), f(t.routing_intents);
  f(t.network_managers), f(t.admin_configurations), f(t.admin_collections), f(t.admin_rules);
  f(t.connectivity_configurations), f(t.manager_deployments), f(t.effective_configurations), f(t.group_memberships);
}
inline constexpr std::size_t kTables = 51;
// A table that is missing above would not be sorted nor rolled back: it shows here (service_tags and prefixes_v6 are no
// tables of entities).
static_assert(sizeof(model::Tables) == (kTables + 2) * sizeof(std::vector<int>),
              "for_each_table must name every table");

/// How full a Snapshot was at some moment, to undo what was read since.
class Mark {
 public:
  explicit Mark(const model::Snapshot& s)
      : resources_(s.resources.size()), gaps_(s.gaps.size()), diagnostics_(s.diagnostics.size()) {
    std::size_t i = 0;
    for_each_table(s.tables, [&](const auto& table) { sizes_[i++] = table.size(); });
  }
  /// Calls f(entity) for every entity added since.
  template <class F>
  void for_each_since(model::Snapshot& s, F f) const {
    std::size_t i = 0;
    for_each_table(s.tables, [&](auto& table) {
      for (std::size_t at = sizes_[i++]; at < table.size(); ++at) f(table[at]);
    });
  }
  /// Ids and service tags stay interned; nothing refers to them.
  void undo(model::Snapshot& s) const {
    std::size_t i = 0;
    for_each_table(s.tables, [&](auto& table) {
      table.erase(table.begin() + static_cast<std::ptrdiff_t>(sizes_[i++]), table.end());
    });
    s.resources.resize(resources_);
    s.gaps.resize(gaps_);
    s.diagnostics.resize(diagnostics_);
  }

 private:
  std::array<std::size_t, kTables> sizes_{};
  std::size_t resources_;
  std::size_t gaps_;
  std::size_t diagnostics_;
};

}  // namespace hubproof::ingest
