// HP-TRN-007: traffic to private endpoints from peered networks takes user routes to the firewall.
// source: learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy; azure-semantics.md 1.6
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/net/resolver_subnets.h"
#include "engine/net/virtual_hub.h"

namespace hubproof::check {
namespace {

using model::PrivateEndpointPolicies;
using model::Route;
using model::RouteTable;
using model::Subnet;
using model::View;
using model::VnetIndex;

/// The IPv4 routes of a table by prefix, for longest-prefix look-ups.
class TableIndex {
 public:
  explicit TableIndex(const RouteTable& table) {
    for (const Route& route : table.routes) {
      const Prefix* prefix = route.prefix ? std::get_if<Prefix>(&*route.prefix) : nullptr;
      if (prefix == nullptr) continue;
      by_prefix_.emplace(key(*prefix), &route);
      lengths_ |= std::uint64_t{1} << static_cast<unsigned>(prefix->length());
    }
  }
  const Route* longest(Ipv4 address) const {
    for (int length = 32; length >= 0; --length) {
      if ((lengths_ >> static_cast<unsigned>(length) & 1U) == 0) continue;
      const auto found = by_prefix_.find(key(Prefix::around(address, length)));
      if (found != by_prefix_.end()) return found->second;
    }
    return nullptr;
  }

 private:
  static std::uint64_t key(Prefix prefix) {
    return (std::uint64_t{prefix.base().bits()} << 8U) | static_cast<std::uint64_t>(prefix.length());
  }
  std::unordered_map<std::uint64_t, const Route*> by_prefix_;
  std::uint64_t lengths_ = 0;
};

/// Subnets of one network that send and share a route table: `subnet` stands for all of them.
struct Sender {
  VnetIndex vnet;
  const Subnet* subnet = nullptr;
  bool is_sure = false;  ///< false: perhaps only private endpoints stand there, which send nothing
};

/// A subnet with private endpoints, and what it takes to override their routes.
struct Target {
  const Subnet* subnet = nullptr;
  bool obeys = false;        ///< network policies let user routes shorter than /32 win
  int shortest_length = 32;  ///< a user route must be at least this long
  bool is_open = false;      ///< policies that are not understood, or endpoint routes that are not documented
  std::string policy;        ///< as shown
  std::vector<Ipv4> addresses;
};

class EndpointRule {
 public:
  explicit EndpointRule(const View& view) : view_(view), scope_(view) {}
  Findings run();

 private:
  const std::vector<Sender>& senders(VnetIndex vnet);
  bool may_be_silent(const Subnet& subnet) const;
  Target target_of(const Subnet& subnet, Judgement& judgement) const;
  void judge_sender(const Sender& sender, const Target& target, bool is_linked, Judgement& judgement);
  void judge_route(const Sender& sender, const Target& target, Ipv4 address, const Route* route, bool is_linked,
                   Judgement& judgement);
  void judge_peers(VnetIndex vnet, const Target& target, Judgement& judgement);
  void judge_hub(VnetIndex vnet, const Target& target, Judgement& judgement);
  Finding judge(VnetIndex vnet, const Subnet& subnet);
  const TableIndex& index_of(const RouteTable& table);

  const View& view_;
  Scope scope_;
  std::unordered_map<model::ResourceId, TableIndex> tables_;
  std::unordered_map<VnetIndex, std::vector<Sender>> senders_;
};

const TableIndex& EndpointRule::index_of(const RouteTable& table) {
  return tables_.try_emplace(table.id, table).first->second;
}

/// Endpoints, and things that are not in the export; or nothing at all in an export that lacks rows.
bool EndpointRule::may_be_silent(const Subnet& subnet) const {
  const SubnetUse use = scope_.use(subnet);
  if (use == SubnetUse::perhaps_endpoints_only) return true;
  const model::Estate& e = view_.estate;
  return use == SubnetUse::workload && e.is_partial(model::ArgTable::resources) &&
         e.interfaces_by_subnet.of(subnet.id).empty() && e.endpoints_by_subnet.of(subnet.id).empty();
}

// GatewaySubnet stands for on-premises when a gateway is in it; the other platform subnets start nothing towards a
// service.
const std::vector<Sender>& EndpointRule::senders(VnetIndex vnet) {
  const auto [found, is_new] = senders_.try_emplace(vnet);
  std::vector<Sender>& out = found->second;
  if (!is_new) return out;
  for (const Subnet* subnet : scope_.subnets(vnet)) {
    const bool is_gateway = scope_.has_gateway(*subnet) && net::is_named(view_, *subnet, "GatewaySubnet");
    const bool is_router = net::is_named(view_, *subnet, "VirtualNetworkApplianceSubnet");
    if (!scope_.sends(*subnet) && !is_gateway && !is_router) continue;
    if (net::holds_resolver_endpoints_only(view_, *subnet)) continue;
    const Sender sender{vnet, subnet, is_gateway || is_router || !may_be_silent(*subnet)};
    const auto is_same = [&](const Sender& other) { return other.subnet->route_table == subnet->route_table; };
    const auto same = std::find_if(out.begin(), out.end(), is_same);
    if (same == out.end()) {
      out.push_back(sender);
    } else if (!same->is_sure) {
      *same = sender;
    }
  }
  return out;
}

bool obeys_routes(PrivateEndpointPolicies policies) {
  return policies == PrivateEndpointPolicies::enabled || policies == PrivateEndpointPolicies::route_table_enabled;
}

Target EndpointRule::target_of(const Subnet& subnet, Judgement& judgement) const {
  Target out;
  out.subnet = &subnet;
  const auto& setting = subnet.private_endpoint_policies;
  const auto policies = setting.value_or_default(PrivateEndpointPolicies::disabled);
  out.policy = setting.is_absent() ? "absent -> Disabled"
               : policies          ? std::string(model::name(*policies))
                                   : text::printable(setting.met());
  judgement.fact("/properties/privateEndpointNetworkPolicies", out.policy);
  out.is_open = !policies;
  const auto* vnet = view_.estate.find<model::VirtualNetwork>(subnet.vnet);
  if (policies && obeys_routes(*policies) && vnet != nullptr) {
    // Which of several prefixes counts is not stated: the longest is safe.
    out.obeys = true;
    out.shortest_length = 0;
    for (const Prefix& p : vnet->address_space) out.shortest_length = std::max(out.shortest_length, p.length());
    if (vnet->address_space.empty()) out.shortest_length = 32;
  }
  if (vnet != nullptr && vnet->high_scale_private_endpoints) {
    out.is_open = true;
    judgement.doubt("the network uses high-scale private endpoints, whose routes are not documented",
                    "the effective routes of a client");
  }
  for (const auto& [id, index] : view_.estate.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = view_.estate.tables().private_endpoints[index];
    const auto addresses = net::endpoint_addresses(view_, endpoint);
    out.addresses.insert(out.addresses.end(), addresses.begin(), addresses.end());
    if (addresses.empty()) {
      judgement.doubt(fmt::format("the address of {} is not known", scope_.label(endpoint.id)),
                      "its network interface");
    }
  }
  return out;
}

void EndpointRule::judge_route(const Sender& sender, const Target& target, Ipv4 address, const Route* route,
                               bool is_linked, Judgement& judgement) {
  // Most addresses give no cause to speak of them.
  const auto way = [&] {
    return fmt::format("{} reaches {} ({})", scope_.label(*sender.subnet), to_string(address),
                       scope_.label(*target.subnet));
  };
  const auto expected = [&] {
    const Prefix wanted = target.subnet->prefixes.empty() ? Prefix::host(address) : target.subnet->prefixes.front();
    return fmt::format("{}{} -> the hub firewall", target.obeys ? "" : "privateEndpointNetworkPolicies Enabled, and ",
                       to_string(wanted));
  };
  const auto violation = [&](std::string message) {
    if (is_linked && !target.is_open && sender.is_sure) return judgement.fail(std::move(message), expected());
    judgement.doubt(std::move(message) + (!sender.is_sure ? ", if anything but private endpoints stands there"
                                          : is_linked     ? ", if its network policies leave the endpoint's route"
                                                          : ", if the peering carries traffic"));
  };
  const int length = route == nullptr ? -1 : std::get<Prefix>(*route->prefix).length();
  if (length < target.shortest_length) {
    return violation(
        !target.obeys
            ? fmt::format("{} directly: network policies are {}, and only a /32 route would override the endpoint's",
                          way(), target.policy)
            : fmt::format("{} directly: no user route as long as /{}", way(), target.shortest_length));
  }
  if (!route->is_usable || route->has_bgp_override) {
    return judgement.doubt(
        fmt::format("the route of {} for {} is not understood", scope_.label(*sender.subnet), to_string(address)));
  }
  if (route->next_hop == model::NextHopType::none) return;
  if (route->next_hop_addresses.empty())
    return violation(fmt::format("{} by a route to {}", way(), model::name(route->next_hop)));
  for (const Ipv4 hop_address : route->next_hop_addresses) {
    const Scope::Hop& hop = scope_.next_hop(sender.vnet, hop_address);
    if (hop.answer == Scope::Hop::Answer::something_else)
      violation(fmt::format("{} past the firewall: {}", way(), hop.why));
    if (hop.answer == Scope::Hop::Answer::unknown)
      judgement.doubt(fmt::format("{}: {}", way(), hop.why), "an export that holds the device");
  }
}

void EndpointRule::judge_sender(const Sender& sender, const Target& target, bool is_linked, Judgement& judgement) {
  const model::ResourceId id = sender.subnet->route_table;
  const RouteTable* table = view_.estate.find<RouteTable>(id);
  if (table == nullptr && (id.is_set() || is_unread(*sender.subnet, "/properties/routeTable/id"))) {
    return judgement.doubt(fmt::format("the route table of {} is not in the export", scope_.label(*sender.subnet)),
                           "an export of the route table");
  }
  // A route that was not understood may be the one that is missing.
  const std::optional<Doubt> doubt = table == nullptr ? std::nullopt : doubt_about_table(view_, *table);
  if (doubt) return judgement.doubt(doubt);
  for (const Ipv4 address : target.addresses) {
    judge_route(sender, target, address, table == nullptr ? nullptr : index_of(*table).longest(address), is_linked,
                judgement);
  }
  judgement.doubt(doubt_about(view_, *sender.subnet));
}

// law:  what comes over a virtual hub with a policy for private traffic crossed its firewall; branches go around it to
//       endpoints whose network policies are not on
// source: learn.microsoft.com/azure/virtual-wan/how-to-routing-policies#troubleshooting-data-path
void EndpointRule::judge_hub(VnetIndex vnet, const Target& target, Judgement& judgement) {
  for (const auto& [id, index] : view_.estate.connections_by_vnet.of(scope_.vnet(vnet).id)) {
    const model::HubConnection& connection = view_.estate.tables().hub_connections[index];
    const net::HubRouting routing = net::hub_routing(view_, connection.hub);
    const std::string doubt = routing.doubt.empty() ? net::doubt_about(view_, connection) : routing.doubt;
    if (!doubt.empty()) {
      judgement.doubt(doubt, "the virtual hub's route tables and routing intent");
    } else if (!net::inspects_private(routing)) {
      judgement.doubt(
          fmt::format("virtual hub {} has no routing policy for private traffic: what reaches the endpoints "
                      "over it need not cross its firewall",
                      scope_.label(connection.hub)),
          "a routing policy for private traffic");
    } else if (!target.obeys && net::may_have_branches(view_.estate, *routing.hub)) {
      judgement.doubt(
          fmt::format("branches of virtual hub {} reach the endpoints around its firewall: network policies "
                      "are {}",
                      scope_.label(connection.hub), target.policy),
          "privateEndpointNetworkPolicies Enabled");
    }
  }
}

// The endpoint's /32 is in its own network and in directly peered ones, not across two hops. source:
// azure-semantics.md 1.6
void EndpointRule::judge_peers(VnetIndex vnet, const Target& target, Judgement& judgement) {
  std::vector<std::pair<model::ResourceId, bool>> peers;  // and whether the link surely carries traffic
  for (const auto& [id, index] : view_.estate.peerings_by_remote.of(scope_.vnet(vnet).id)) {
    const model::Peering& peering = view_.estate.tables().peerings[index];
    const net::PeeringLink link = net::peering_link(view_, peering);
    if (link.carries != Ternary::no) peers.emplace_back(peering.vnet, link.carries == Ternary::yes);
  }
  for (const auto& [id, index] : view_.estate.peerings_by_vnet.of(scope_.vnet(vnet).id)) {
    const model::Peering& peering = view_.estate.tables().peerings[index];
    const bool is_off = peering.state.is_known() && !peering.state.is(model::PeeringState::connected);
    if (is_off || scope_.vnet_index(peering.remote).is_set()) continue;
    if (model::hub_connection(view_.estate, peering) != nullptr) continue;  // see judge_hub()
    judgement.doubt(fmt::format("{} is peered and not in the export", scope_.label(peering.remote)),
                    "an export of that network's subscription");
  }
  for (const auto& [peer, is_linked] : peers) {
    const VnetIndex from = scope_.vnet_index(peer);
    if (!from.is_set()) continue;
    for (const Sender& sender : senders(from)) judge_sender(sender, target, is_linked, judgement);
    judgement.doubt(doubt_about(view_, scope_.vnet(from)));
  }
}

Finding EndpointRule::judge(VnetIndex vnet, const Subnet& subnet) {
  Judgement judgement(subnet.id);
  const Target target = target_of(subnet, judgement);
  if (!target.obeys) {
    judgement.note("network policies are off, and every source has a /32 route for each endpoint");
  }
  if (subnet.private_endpoint_policies.is_unreadable()) {
    judgement.doubt(fmt::format("privateEndpointNetworkPolicies is {}, which is not understood", target.policy));
  }
  judge_peers(vnet, target, judgement);
  judge_hub(vnet, target, judgement);
  judgement.doubt(doubt_about(view_, subnet));
  judgement.doubt(doubt_about(view_, scope_.vnet(vnet)));
  return std::move(judgement).finding();
}

Findings EndpointRule::run() {
  Findings out;
  for (const Subnet& subnet : view_.estate.tables().subnets) {
    if (view_.estate.endpoints_by_subnet.of(subnet.id).empty()) continue;
    const VnetIndex vnet = scope_.vnet_index(subnet.vnet);
    if (scope_.is_spoke(vnet) || scope_.is_hub(vnet)) out.findings.push_back(judge(vnet, subnet));
  }
  return finish_transit(view_, std::move(out));
}

}  // namespace

Findings endpoint_subnets_obey_routes(const View& view) { return EndpointRule(view).run(); }

}  // namespace hubproof::check
