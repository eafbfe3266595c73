// HP-TRN-001 and HP-TRN-002: every spoke subnet has a table, and its default route leads to the hub firewall.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/core/text.h"

namespace hubproof::check {
namespace {

using model::NextHopType;
using model::Route;
using model::RouteTable;
using model::Subnet;
using model::View;
using model::VnetIndex;

constexpr std::string_view kTablePointer = "/properties/routeTable/id";

std::string pointer_of(const RouteTable& table, const Route& route) {
  return fmt::format("/properties/routes/{}", &route - table.routes.data());
}

bool is_default_v4(const Route& route) { return route.prefix && *route.prefix == AnyPrefix(Prefix()); }
bool is_default_v6(const Route& route) { return route.prefix && *route.prefix == AnyPrefix(Prefix6()); }

const Route* find_route(const RouteTable& table, bool (*wanted)(const Route&)) {
  const auto found = std::find_if(table.routes.begin(), table.routes.end(), wanted);
  return found == table.routes.end() ? nullptr : &*found;
}

/// Calls `judge` for each subnet of each spoke.
template <class Judge>
Findings over_spoke_subnets(const View& view, Judge judge) {
  Scope scope(view);
  Findings out;
  for (const model::SpokeRole& spoke : view.roles.spokes) {
    const std::string wan = scope.virtual_wan(spoke.vnet);
    for (const Subnet* subnet : scope.subnets(spoke.vnet)) {
      Judgement judgement(subnet->id);
      judge(scope, spoke.vnet, *subnet, judgement);
      if (!wan.empty()) judgement.not_applicable(wan);
      out.findings.push_back(std::move(judgement).finding());
    }
  }
  tell_missing_subnets(view, scope, out);
  return finish_transit(view, std::move(out));
}

void judge_has_table(const Scope& scope, const Subnet& subnet, Judgement& judgement) {
  const SubnetUse use = scope.use(subnet);
  if (use == SubnetUse::platform) return judgement.not_applicable("a platform subnet is exempt");
  if (subnet.route_table.is_set()) {
    judgement.fact(std::string(kTablePointer), text::printable(scope.estate().spelling(subnet.route_table)));
  } else if (use == SubnetUse::endpoints_only) {
    judgement.note("it holds only private endpoints: a table there steers nothing");
  } else {
    if (is_unread(subnet, kTablePointer)) return judgement.doubt(doubt_about(scope.view(), subnet));
    judgement.fact(std::string(kTablePointer), "absent");
    const auto is_netapp = [](const std::string& d) { return text::equals(d, "Microsoft.Netapp/volumes"); };
    if (use == SubnetUse::perhaps_endpoints_only) {
      judgement.doubt("it has no route table, and what else than private endpoints stands in it is not in the export",
                      "the network interfaces attached to it");
    } else if (std::any_of(subnet.delegations.begin(), subnet.delegations.end(), is_netapp)) {
      // source: rule-catalogue "System subnets": volumes with Basic network features support no user routes
      judgement.doubt("it has no route table and is delegated to NetApp volumes, whose network features are not known",
                      "the networkFeatures of its volumes");
    } else {
      judgement.fail(fmt::format("{} has no route table", scope.label(subnet)),
                     "a route table with 0.0.0.0/0 to the firewall");
    }
  }
  judgement.doubt(doubt_about(scope.view(), subnet));
}

/// Every address of the route's next hop. ECMP is crossing the firewall only when all members are it.
/// source: learn.microsoft.com/azure/templates/microsoft.network/routetables (VirtualApplianceEcmp)
void judge_default_hop(Scope& scope, VnetIndex spoke, const Route& route, Judgement& judgement) {
  const auto expected = [&] { return "0.0.0.0/0 -> VirtualAppliance " + scope.expected_firewall(spoke); };
  if (route.next_hop != NextHopType::virtual_appliance && route.next_hop != NextHopType::virtual_appliance_ecmp) {
    judgement.fail(fmt::format("0.0.0.0/0 goes to {}", model::name(route.next_hop)), expected());
    return;
  }
  if (route.next_hop_addresses.empty()) judgement.doubt("the next hop of 0.0.0.0/0 has no readable address");
  for (const Ipv4 address : route.next_hop_addresses) {
    const Scope::Hop& hop = scope.next_hop(spoke, address);
    if (hop.answer == Scope::Hop::Answer::something_else) judgement.fail("0.0.0.0/0: " + hop.why, expected());
    if (hop.answer == Scope::Hop::Answer::unknown)
      judgement.doubt("0.0.0.0/0: " + hop.why, "an export that holds the device");
  }
}

// Azure Firewall's IPv6 is a preview, so that ::/0 to None is the ordinary answer; an IPv6 appliance address is not
// compared with anything yet. source: azure-semantics.md 1.8
void judge_v6(const RouteTable& table, const Subnet& subnet, Judgement& judgement) {
  if (subnet.prefixes_v6.empty()) return;
  const Route* route = find_route(table, is_default_v6);
  if (route == nullptr || !route->is_usable) {
    return judgement.fail("it has an IPv6 prefix and no route for ::/0", "::/0 -> None");
  }
  judgement.fact(table.id, pointer_of(table, *route), fmt::format("::/0 -> {}", model::name(route->next_hop)));
  if (route->next_hop == NextHopType::none) return;
  if (route->next_hop_is_v6) {
    judgement.doubt("whether the IPv6 next hop of ::/0 is a firewall is not modelled", "::/0 -> None");
  } else {
    judgement.fail(fmt::format("::/0 goes to {}", model::name(route->next_hop)), "::/0 -> None");
  }
}

// A classic injected service needs its management replies to go out directly when 0/0 leads to a firewall.
// source: learn.microsoft.com/azure/api-management/virtual-network-reference
void judge_api_management(const Scope& scope, const RouteTable& table, const Subnet& subnet, Judgement& judgement) {
  const model::ApiManagement* api = scope.api_management_in(subnet);
  if (api == nullptr || text::ends_with(api->sku, "V2")) return;
  const auto is_tag = [](const Route& r) {
    return text::equals(r.service_tag, "ApiManagement") && r.next_hop == NextHopType::internet;
  };
  if (std::none_of(table.routes.begin(), table.routes.end(), is_tag)) {
    judgement.fail("the subnet of API Management lacks the route of the tag ApiManagement",
                   "ApiManagement -> Internet");
  }
}

void judge_table(Scope& scope, VnetIndex spoke, const RouteTable& table, const Subnet& subnet, Judgement& judgement) {
  const Route* route = find_route(table, is_default_v4);
  if (route == nullptr) {
    judgement.fact(table.id, "/properties/routes", "no route for 0.0.0.0/0");
    const auto is_unread = [](const Route& r) { return !r.is_usable && !r.prefix && r.service_tag.empty(); };
    if (std::any_of(table.routes.begin(), table.routes.end(), is_unread)) {
      judgement.doubt("the table holds a route that is not understood and none for 0.0.0.0/0");
    } else {
      judgement.fail(fmt::format("{} has no route for 0.0.0.0/0", scope.label(table.id)),
                     "0.0.0.0/0 -> VirtualAppliance " + scope.expected_firewall(spoke));
    }
  } else if (!route->is_usable || route->has_bgp_override) {
    judgement.fact(table.id, pointer_of(table, *route), "0.0.0.0/0");
    judgement.doubt(route->has_bgp_override ? "0.0.0.0/0 has hasBgpOverride, whose effect is not documented"
                                            : "the route for 0.0.0.0/0 is not understood");
  } else {
    std::string value = fmt::format("0.0.0.0/0 -> {}", model::name(route->next_hop));
    for (const Ipv4 address : route->next_hop_addresses) value += " " + to_string(address);
    judgement.fact(table.id, pointer_of(table, *route), value);
    judge_default_hop(scope, spoke, *route, judgement);
  }
  judge_v6(table, subnet, judgement);
  judge_api_management(scope, table, subnet, judgement);
  judgement.doubt(doubt_about_table(scope.view(), table));
}

void judge_default_route(Scope& scope, VnetIndex spoke, const Subnet& subnet, Judgement& judgement) {
  const SubnetUse use = scope.use(subnet);
  if (use == SubnetUse::platform) return judgement.not_applicable("a platform subnet is exempt");
  if (use == SubnetUse::endpoints_only)
    return judgement.not_applicable("it holds only private endpoints, which never send");
  // source: learn.microsoft.com/azure/application-gateway/configuration-infrastructure (0/0 stays with the Internet)
  if (use == SubnetUse::application_gateway) {
    return judgement.not_applicable("an Application Gateway's subnet keeps its default route to the Internet");
  }
  judgement.doubt(doubt_about(scope.view(), subnet));
  judgement.doubt(doubt_about(scope.view(), scope.vnet(spoke)));
  const RouteTable* table = scope.estate().find<RouteTable>(subnet.route_table);
  if (table != nullptr) return judge_table(scope, spoke, *table, subnet, judgement);
  if (subnet.route_table.is_set()) {
    return judgement.doubt(fmt::format("its route table {} is not in the export", scope.label(subnet.route_table)),
                           "an export of the route table");
  }
  if (is_unread(subnet, kTablePointer)) return;
  judgement.fact(std::string(kTablePointer), "absent");
  if (use == SubnetUse::perhaps_endpoints_only) {
    return judgement.doubt(
        "it has no route table, and what else than private endpoints stands in it is not in the export",
        "the network interfaces attached to it");
  }
  judgement.fail(fmt::format("{} has no route table: 0.0.0.0/0 goes to the Internet", scope.label(subnet)),
                 "0.0.0.0/0 -> VirtualAppliance " + scope.expected_firewall(spoke));
}

}  // namespace

Findings subnet_has_route_table(const View& view) {
  return over_spoke_subnets(view, [](Scope& scope, VnetIndex, const Subnet& subnet, Judgement& judgement) {
    judge_has_table(scope, subnet, judgement);
  });
}

Findings default_route_to_firewall(const View& view) { return over_spoke_subnets(view, judge_default_route); }

}  // namespace hubproof::check
