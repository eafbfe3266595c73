// HP-TRN-016. Expected values: azure-semantics.md 1.5 and 7.3, and the catalogue's statement.
#include <doctest/doctest.h>

#include <functional>

#include "tests/unit/check_estate.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

/// Two secured hubs of one virtual WAN with a spoke each.
Build two_hubs() {
  Build b;
  b.policy("policy");
  b.virtual_wan("wan");
  for (const char* name : {"near", "far"}) {
    const std::string number = name == std::string("near") ? "1" : "2";
    b.virtual_hub(name, "wan", "10.10" + number + ".0.0/24");
    b.hub_firewall(std::string("fw-") + name, name, "10.10" + number + ".0.4", "policy");
    b.routing_intent(name, std::string("fw-") + name, std::string("fw-") + name);
    const std::string spoke = "spoke-" + std::string(name);
    b.vnet(spoke, "10." + number + ".0.0/16");
    b.subnet(spoke, "app", "10." + number + ".0.0/24", {.default_outbound = false});
    b.subnet(spoke, "pe", "10." + number + ".1.0/24", {.policies = "Enabled"});
    b.endpoint("pe-" + std::string(name), spoke + "/pe", "10." + number + ".1.4");
    b.connect(spoke, name);
  }
  return b;
}

Snapshot changed(Build b, const std::function<void(Snapshot&)>& change) {
  Snapshot s = b.snapshot();
  change(s);
  return s;
}

RoutingIntent& intent(Snapshot& s) {
  for (RoutingIntent& candidate : s.tables.routing_intents) {
    if (s.ids.name(candidate.hub) == "near") return candidate;
  }
  std::abort();
}

HubConnection& connection(Snapshot& s) {
  for (HubConnection& candidate : s.tables.hub_connections) {
    if (s.ids.name(candidate.vnet) == "spoke-near") return candidate;
  }
  std::abort();
}

Subnet& app(Snapshot& s) { return entity(s, s.tables.subnets, "spoke-near/subnets/app"); }

/// A route table on the first spoke's subnet.
RouteTable& table(Snapshot& s) {
  RouteTable& out = s.tables.route_tables.emplace_back();
  out.id = s.ids.intern("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/routeTables/rt");
  s.resources.push_back({out.id, 0, Support::full, {}});
  app(s).route_table = out.id;
  return out;
}

void default_route(Snapshot& s, NextHopType type, const char* address = nullptr) {
  Route& route = table(s).routes.emplace_back();
  route.prefix = AnyPrefix(Prefix());
  route.next_hop = type;
  if (address != nullptr) route.next_hop_addresses.push_back(ip(address));
}

template <class T>
void forget(Snapshot& s, std::vector<T>& rows, ResourceId id) {
  rows.erase(std::remove_if(rows.begin(), rows.end(), [&](const T& row) { return row.id == id; }), rows.end());
  auto& all = s.resources;
  all.erase(std::remove_if(all.begin(), all.end(), [&](const Resource& r) { return r.id == id; }), all.end());
}

}  // namespace

TEST_CASE("virtual WAN: every hub has both routing policies, every spoke takes the hub's routes and hides no range") {
  struct Row {
    const char* why;
    std::function<void(Snapshot&)> change;
    const char* expected;
  };
  const Row rows[] = {
      {"as built", [](Snapshot&) {}, "pass"},
      {"a hub without a routing intent", [](Snapshot& s) { forget(s, s.tables.routing_intents, intent(s).id); },
       "fail"},
      {"a policy for private traffic alone", [](Snapshot& s) { intent(s).policies.resize(1); }, "fail"},
      {"no intent, and a route to the firewall in a table of the hub",
       [](Snapshot& s) {
         forget(s, s.tables.routing_intents, intent(s).id);
         for (HubRouteTable& hub_table : s.tables.hub_route_tables) {
           if (s.ids.name(hub_table.hub) != "near") continue;
           hub_table.routes.push_back({"to-fw", {Prefix()}, s.tables.firewalls.front().id, 0});
         }
       },
       "unknown"},
      {"the hub's route tables are not in the export",
       [](Snapshot& s) {
         auto& all = s.tables.hub_route_tables;
         all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& t) { return s.ids.name(t.hub) == "near"; }),
                   all.end());
       },
       "unknown"},
      {"a hub of the WAN that the export does not hold",
       [](Snapshot& s) {
         s.tables.virtual_wans.front().hubs.push_back(
             s.ids.intern("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualHubs/third"));
       },
       "unknown"},
      {"enableInternetSecurity false", [](Snapshot& s) { connection(s).internet_security = false; }, "fail"},
      {"enableInternetSecurity absent", [](Snapshot& s) { connection(s).internet_security = {}; }, "unknown"},
      {"a table with propagation on", [](Snapshot& s) { table(s); }, "pass"},
      {"a table with propagation off", [](Snapshot& s) { table(s).disable_bgp_propagation = true; }, "fail"},
      {"whether propagation is on cannot be read",
       [](Snapshot& s) { table(s).disable_bgp_propagation = Setting<bool>::unreadable("maybe"); }, "unknown"},
      {"a default route to the Internet", [](Snapshot& s) { default_route(s, NextHopType::internet); }, "fail"},
      {"a default route that drops", [](Snapshot& s) { default_route(s, NextHopType::none); }, "pass"},
      {"a table that is not in the export",
       [](Snapshot& s) { app(s).route_table = s.ids.intern("/subscriptions/s/routeTables/elsewhere"); }, "unknown"},
      {"a range outside RFC 1918",
       [](Snapshot& s) {
         entity(s, s.tables.virtual_networks, "virtualNetworks/spoke-near")
             .address_space.push_back(prefix("172.40.0.0/16"));
       },
       "fail"},
      {"endpoints without network policies",
       [](Snapshot& s) { entity(s, s.tables.subnets, "spoke-near/subnets/pe").private_endpoint_policies = {}; },
       "fail"},
      {"network policies that cannot be read",
       [](Snapshot& s) {
         entity(s, s.tables.subnets, "spoke-near/subnets/pe").private_endpoint_policies =
             Setting<PrivateEndpointPolicies>::unreadable("New");
       },
       "unknown"},
      {"branches whose ranges are not declared",
       [](Snapshot& s) {
         for (VirtualHub& hub : s.tables.virtual_hubs) hub.has_gateway = true;
       },
       "unknown"},
      {"the connection is not understood",
       [](Snapshot& s) {
         connection(s).unread = {{"/properties/new", "true"}};
       },
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    const Judged judged(changed(two_hubs(), row.change));
    const check::Result result = judged.run("HP-TRN-016");
    CAPTURE(messages(judged.estate, result));
    CHECK(verdict(result) == row.expected);
  }
}

TEST_CASE("virtual WAN: branch ranges that are declared lie in the private traffic or fail") {
  for (const auto& row : {std::pair("192.168.0.0/16", "pass"), {"203.0.113.0/24", "fail"}}) {
    CAPTURE(std::string(row.first));
    Designations designations;
    designations.has_learned_prefixes = true;
    designations.learned_prefixes = {prefix(row.first)};
    Snapshot s = two_hubs().snapshot();
    for (VirtualHub& hub : s.tables.virtual_hubs) hub.has_gateway = true;
    CHECK(verdict(Judged(std::move(s), designations).run("HP-TRN-016")) == row.second);
  }
}

TEST_CASE("virtual WAN: an estate of peered hubs is not its concern") {
  CHECK(verdict(Judged(compliant().snapshot()).run("HP-TRN-016")) == "not-applicable");
}
