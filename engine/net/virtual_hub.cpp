#include "engine/net/virtual_hub.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::HubConnection;
using model::HubRouteTable;
using model::ResourceId;
using model::RoutingIntent;
using model::View;
using model::VirtualHub;

// law:  private traffic is RFC 1918 and what is listed beside it
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#staticroute
constexpr std::string_view kPrivate[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"};

/// What is not understood about an entity, as a sentence; empty when all is.
std::string doubt_about_entity(const View& view, const model::Entity& entity, Fact& fact) {
  const auto name = [&] { return shown(view, entity.id); };
  if (!entity.unread.empty()) {
    const model::Unread& first = entity.unread.front();
    fact = {entity.id, first.pointer, first.met};
    return fmt::format("{} has {} = {}, which is not understood", name(), text::printable(first.pointer),
                       text::printable(first.met));
  }
  if (!entity.is_settled) {
    fact = {entity.id, "/properties/provisioningState", "not settled"};
    return fmt::format("{} is not provisioned", name());
  }
  for (const auto& [key, index] : view.estate.taints_by_resource.of(entity.id)) {
    const model::UnmodelledNetworkResource& taint = view.estate.tables().unmodelled_network[index];
    if (model::is_branch_type(taint.type)) continue;
    fact = {taint.id, "", taint.type};
    return fmt::format("{} is touched by {} ({}), which is not modelled", name(), shown(view, taint.id),
                       text::printable(taint.type));
  }
  for (const auto& [key, index] : view.estate.gaps_by_resource.of(entity.id)) {
    const model::Gap& gap = view.estate.snapshot().gaps[index];
    if (gap.code == "INPUT-DANGLING") continue;
    fact = {entity.id, "", gap.code};
    return fmt::format("{}: {}", name(), gap.message);
  }
  return {};
}

/// Reads the routing of one hub; the first doubt ends it.
class Reader {
 public:
  Reader(const View& view, ResourceId hub) : v_(view), e_(view.estate), id_(hub) {
    out_.hub = e_.find<VirtualHub>(hub);
  }
  HubRouting read();

 private:
  bool doubt(std::string why, Fact fact);
  bool doubt(const model::Entity& entity);
  bool tables();
  bool intents();
  bool policy(const RoutingIntent& intent, std::uint32_t index);
  bool intent_fits_tables();
  bool firewalls();

  const View& v_;
  const model::Estate& e_;
  ResourceId id_;
  HubRouting out_;
};

/// True when the reading is at its end.
bool Reader::doubt(std::string why, Fact fact) {
  if (why.empty()) return false;
  out_.doubt = std::move(why);
  out_.fact = std::move(fact);
  return true;
}

bool Reader::doubt(const model::Entity& entity) {
  Fact fact;
  std::string why = doubt_about_entity(v_, entity, fact);
  return doubt(std::move(why), std::move(fact));
}

// Every hub has a defaultRouteTable: without its row the children of the hub were not exported.
// source: learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing (default route table), inputs.md A4
bool Reader::tables() {
  if (default_table(e_, id_) == nullptr) {
    return doubt(fmt::format("the route tables and routing intent of virtual hub {} are not in the export (they come "
                             "from the REST API)",
                             shown(v_, id_)),
                 {id_, "", "no hubRouteTables"});
  }
  for (const auto& [key, index] : e_.tables_by_hub.of(id_)) {
    if (doubt(e_.tables().hub_route_tables[index])) return true;
  }
  return false;
}

bool Reader::policy(const RoutingIntent& intent, std::uint32_t index) {
  const RoutingIntent::Policy& policy = intent.policies[index];
  HubPolicy found{true, nullptr, intent.id, index};
  for (const model::FirewallRole& role : v_.roles.firewalls) {
    if (role.firewall == policy.next_hop && role.vnet == id_) found.firewall = &role;
  }
  if (found.firewall == nullptr) {
    return doubt(
        fmt::format("a routing policy of virtual hub {} leads to {}, which is no firewall of the hub that counts",
                    shown(v_, id_), shown(v_, policy.next_hop)),
        {intent.id, fmt::format("/properties/routingPolicies/{}", index), shown(v_, policy.next_hop)});
  }
  if ((policy.is_private && out_.private_traffic.exists) || (policy.is_internet && out_.internet.exists)) {
    return doubt(fmt::format("virtual hub {} has two routing policies for the same traffic", shown(v_, id_)),
                 {intent.id, "/properties/routingPolicies", "contradictory"});
  }
  if (policy.is_private) out_.private_traffic = found;
  if (policy.is_internet) out_.internet = found;
  return false;
}

bool Reader::intents() {
  const auto found = e_.intents_by_hub.of(id_);
  if (found.size() > 1) {
    return doubt(fmt::format("virtual hub {} has several routing intents", shown(v_, id_)),
                 {id_, "", "several routing intents"});
  }
  for (const auto& [key, index] : found) {
    const RoutingIntent& intent = e_.tables().routing_intents[index];
    if (doubt(intent)) return true;
    for (std::uint32_t i = 0; i < intent.policies.size(); ++i) {
      if (policy(intent, i)) return true;
    }
  }
  return false;
}

// A firewall that is not provisioned, or that two rows place differently.
bool Reader::firewalls() {
  for (const auto& [key, index] : e_.firewalls_by_hub.of(id_)) {
    const model::AzureFirewall& firewall = e_.tables().firewalls[index];
    if (doubt(firewall)) return true;
    if (out_.hub->firewall.is_set() && out_.hub->firewall != firewall.id) {
      return doubt(fmt::format("virtual hub {} names the firewall {}, and {} names the hub", shown(v_, id_),
                               shown(v_, out_.hub->firewall), shown(v_, firewall.id)),
                   {id_, "/properties/azureFirewall/id", shown(v_, out_.hub->firewall)});
    }
  }
  return false;
}

bool is_policy_route(const HubRouteTable::Route& route) { return text::starts_with(route.name, "_policy_"); }

// law:  with a routing intent there are no custom tables, and static routes lead to its next hop
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#prereq
bool Reader::intent_fits_tables() {
  const bool has_policy = out_.private_traffic.exists || out_.internet.exists;
  for (const auto& [key, index] : e_.tables_by_hub.of(id_)) {
    const HubRouteTable& table = e_.tables().hub_route_tables[index];
    const bool is_default = model::is_hub_table(e_, table.id, "defaultRouteTable");
    if (has_policy && !is_default && !model::is_hub_table(e_, table.id, "noneRouteTable")) {
      return doubt(fmt::format("virtual hub {} has both a routing intent and the route table {}", shown(v_, id_),
                               shown(v_, table.id)),
                   {table.id, "", "beside a routing intent"});
    }
    if (!is_default) continue;
    for (const HubRouteTable::Route& route : table.routes) {
      const Fact fact{table.id, fmt::format("/properties/routes/{}", route.index), shown(v_, route.next_hop)};
      if (!has_policy && is_policy_route(route)) {
        return doubt(fmt::format("the default route table of virtual hub {} has routes of a routing intent that is "
                                 "not in the export",
                                 shown(v_, id_)),
                     fact);
      }
      const HubPolicy& owner = out_.private_traffic.exists ? out_.private_traffic : out_.internet;
      if (has_policy && !is_policy_route(route) && route.next_hop != owner.firewall->firewall) {
        return doubt(
            fmt::format("a static route of virtual hub {} leads elsewhere than its routing intent", shown(v_, id_)),
            fact);
      }
      if (!out_.private_traffic.exists || is_policy_route(route)) continue;
      const auto is_default_route = [](const Prefix& prefix) { return prefix.length() == 0; };
      // source: learn.microsoft.com/azure/virtual-wan/about-internet-routing (forced tunnelling)
      if (std::any_of(route.prefixes.begin(), route.prefixes.end(), is_default_route)) {
        return doubt(fmt::format("virtual hub {} has 0.0.0.0/0 among its private traffic prefixes (forced tunnelling), "
                                 "which is not modelled",
                                 shown(v_, id_)),
                     fact);
      }
      out_.private_prefixes.insert(out_.private_prefixes.end(), route.prefixes.begin(), route.prefixes.end());
    }
  }
  return false;
}

HubRouting Reader::read() {
  if (out_.hub == nullptr) {
    doubt(fmt::format("virtual hub {} is not in the export", shown(v_, id_)), {id_, "", "absent"});
    return std::move(out_);
  }
  for (const std::string_view block : kPrivate) out_.private_prefixes.push_back(*Prefix::parse(block));
  if (!out_.hub->wan.is_set()) {
    doubt(fmt::format("virtual hub {} names no virtual WAN", shown(v_, id_)),
          {id_, "/properties/virtualWan", "absent"});
    return std::move(out_);
  }
  static_cast<void>(doubt(*out_.hub) || tables() || firewalls() || intents() || intent_fits_tables());
  return std::move(out_);
}

}  // namespace

HubRouting hub_routing(const View& view, ResourceId hub) { return Reader(view, hub).read(); }

bool inspects_private(const HubRouting& routing) {
  return routing.doubt.empty() && routing.private_traffic.firewall != nullptr;
}

bool lies_in(const Prefix& prefix, const std::vector<Prefix>& list) {
  return std::any_of(list.begin(), list.end(), [&](const Prefix& outer) { return outer.contains(prefix); });
}

bool may_have_branches(const model::Estate& estate, const VirtualHub& hub) {
  bool are_several = false;
  if (hub_with_branches(estate, hub, are_several) != nullptr || are_several) return true;
  const auto* wan = estate.find<model::VirtualWan>(hub.wan);
  return wan == nullptr || std::any_of(wan->hubs.begin(), wan->hubs.end(),
                                       [&](ResourceId id) { return estate.find<VirtualHub>(id) == nullptr; });
}

bool obeys_routes(const model::Subnet& subnet) {
  const auto& policies = subnet.private_endpoint_policies;
  return policies.is(model::PrivateEndpointPolicies::enabled) ||
         policies.is(model::PrivateEndpointPolicies::route_table_enabled);
}

const HubRouteTable* default_table(const model::Estate& estate, ResourceId hub) {
  for (const auto& [key, index] : estate.tables_by_hub.of(hub)) {
    const HubRouteTable& table = estate.tables().hub_route_tables[index];
    if (model::is_hub_table(estate, table.id, "defaultRouteTable")) return &table;
  }
  return nullptr;
}

std::string doubt_about(const View& view, const HubConnection& connection) {
  Fact fact;
  std::string why = doubt_about_entity(view, connection, fact);
  if (!why.empty()) return why;
  if (view.estate.connections_by_vnet.of(connection.vnet).size() > 1)
    return fmt::format("{} is connected to several virtual hubs", shown(view, connection.vnet));
  for (const auto& [key, index] : view.estate.peerings_by_vnet.of(connection.vnet)) {
    const model::Peering& peering = view.estate.tables().peerings[index];
    if (model::hub_connection(view.estate, peering) != &connection) continue;
    if (!peering.state.is(model::PeeringState::connected) || !peering.is_settled || !peering.unread.empty())
      return fmt::format("the peering of {} with the network of virtual hub {} is not Connected, or not understood",
                         shown(view, connection.vnet), shown(view, connection.hub));
  }
  return {};
}

// law:  propagation decides which tables learn a connection's routes: those named, and those with a named label. By
//       default the default table and the label "default", which every default table has
// source: learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing (propagation, labels)
bool propagates_to(const View& view, const HubConnection& connection, const HubRouteTable& table) {
  const bool is_default = model::is_hub_table(view.estate, table.id, "defaultRouteTable");
  if (!connection.names_propagation) return is_default;
  const auto& ids = connection.propagates;
  if (std::find(ids.begin(), ids.end(), table.id) != ids.end()) return true;
  return std::any_of(connection.labels.begin(), connection.labels.end(), [&](const std::string& label) {
    const auto is_label = [&](const std::string& own) { return text::equals(own, label); };
    return (is_default && text::equals(label, "default")) ||
           std::any_of(table.labels.begin(), table.labels.end(), is_label);
  });
}

const VirtualHub* hub_with_branches(const model::Estate& estate, const VirtualHub& hub, bool& are_several) {
  const VirtualHub* out = nullptr;
  are_several = false;
  for (const auto& [key, index] : estate.hubs_by_wan.of(hub.wan)) {
    const VirtualHub& other = estate.tables().virtual_hubs[index];
    if (!model::has_branches(estate, other)) continue;
    are_several = out != nullptr;
    out = &other;
  }
  return are_several ? nullptr : out;
}

const HubConnection* connection_towards(const View& view, const VirtualHub& hub, Ipv4 address, std::string& doubt) {
  const HubConnection* out = nullptr;
  int length = -1;
  for (const auto& [wan, hub_index] : view.estate.hubs_by_wan.of(hub.wan)) {
    const VirtualHub& other = view.estate.tables().virtual_hubs[hub_index];
    for (const auto& [key, index] : view.estate.connections_by_hub.of(other.id)) {
      const HubConnection& connection = view.estate.tables().hub_connections[index];
      const auto* vnet = view.estate.find<model::VirtualNetwork>(connection.vnet);
      if (vnet == nullptr) doubt = fmt::format("{} is not in the export", shown(view, connection.vnet));
      for (const Prefix& prefix : connection.static_routes) {
        if (prefix.contains(address)) doubt = "a static route of a connection leads to an appliance";
      }
      if (vnet == nullptr) continue;
      for (const Prefix& prefix : vnet->address_space) {
        if (!prefix.contains(address) || prefix.length() < length) continue;
        if (prefix.length() == length) doubt = "several connected networks hold the address";
        out = &connection;
        length = prefix.length();
      }
    }
  }
  return out;
}

}  // namespace hubproof::net
