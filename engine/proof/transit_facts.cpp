#include "engine/proof/transit_facts.h"

#include <fmt/format.h>

namespace hubproof::proof {
namespace {

using model::Fact;

Fact firewall_fact(const model::View& view, const model::FirewallRole& role) {
  const auto* firewall = view.estate.find<model::AzureFirewall>(role.firewall);
  if (firewall == nullptr) return {role.vnet, "", fmt::format("declared firewall {}", to_string(role.address))};
  if (firewall->hub_address == role.address)
    return {role.firewall, "/properties/hubIPAddresses/privateIPAddress", to_string(role.address)};
  for (std::size_t i = 0; i < firewall->ip_configurations.size(); ++i) {
    if (firewall->ip_configurations[i].address != role.address) continue;
    return {role.firewall, fmt::format("/properties/ipConfigurations/{}/properties/privateIPAddress", i),
            to_string(role.address)};
  }
  return {role.firewall, "", to_string(role.address)};
}

// What is not there carries the proof as well: a route or peering more would undo it.
void add_table_facts(const model::View& view, const Question& question, std::vector<Fact>& out) {
  for (const model::SubnetIndex index : question.sources) {
    const model::Subnet& subnet = view.estate.tables().subnets[index.index()];
    if (!subnet.route_table.is_set()) {
      out.push_back({subnet.id, "/properties/routeTable", "absent"});
      continue;
    }
    out.push_back({subnet.id, "/properties/routeTable/id", std::string(view.estate.name(subnet.route_table))});
    if (index == question.from) out.push_back({subnet.route_table, "/properties/routes", "no other route"});
  }
}

}  // namespace

std::vector<Fact> facts_of(const model::View& view, const Question& question, const std::vector<CorePart>& core) {
  std::vector<Fact> out;
  for (const CorePart& part : core) {
    switch (part.kind) {
      case CorePart::Kind::route: out.push_back(net::fact_of(view, *question.candidates[part.index].route)); break;
      case CorePart::Kind::firewall:
        out.push_back(firewall_fact(view, view.roles.firewalls[question.candidates[part.index].firewall]));
        break;
      case CorePart::Kind::no_other_route: add_table_facts(view, question, out); break;
      case CorePart::Kind::no_other_peering: {
        const model::Subnet& subnet = view.estate.tables().subnets[question.from.index()];
        out.push_back({subnet.vnet, "/properties/virtualNetworkPeerings", "no other peering"});
        break;
      }
    }
  }
  return out;
}

}  // namespace hubproof::proof
