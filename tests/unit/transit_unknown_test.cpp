// HP-TRN-015 rests on much: whatever of it is not known leaves the claim open, and the order of rows decides nothing.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>

#include "tests/unit/check_estate.h"
#include "tests/unit/one_layer.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

VirtualNetwork& network(Snapshot& s, std::string_view name) {
  return entity(s, s.tables.virtual_networks, "virtualNetworks/" + std::string(name));
}
Subnet& subnet(Snapshot& s, std::string_view name) { return entity(s, s.tables.subnets, name); }
RouteTable& table(Snapshot& s, std::string_view name) { return entity(s, s.tables.route_tables, name); }

/// The peering object on the side of the spoke.
Peering& peering(Snapshot& s) {
  for (Peering& candidate : s.tables.peerings) {
    if (s.ids.name(candidate.vnet) == "a") return candidate;
  }
  std::abort();
}

const std::vector<Unread> kUnread = {{"/properties/new", "true"}};

void contradict(Snapshot& s, ResourceId id) {
  s.gaps.push_back({"INPUT-CONFLICT", Gap::Reach::resource, ArgTable::resources, id, {}, "two copies disagree"});
}

void touch(Snapshot& s, ResourceId id) {
  UnmodelledNetworkResource& out = s.tables.unmodelled_network.emplace_back();
  out.id = s.ids.intern("/subscriptions/s/providers/Microsoft.Network/newThings/n");
  out.type = "microsoft.network/newthings";
  out.touches = {id};
}

NatGateway& nat_gateway(Snapshot& s, ResourceId serves) {
  NatGateway& out = s.tables.nat_gateways.emplace_back();
  out.id = s.ids.intern("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/natGateways/nat");
  out.subnets = {serves};
  s.resources.push_back({out.id, 0, Support::full, {}});
  return out;
}

template <class T>
void shuffle(std::vector<T>& list, std::mt19937& random) {
  std::shuffle(list.begin(), list.end(), random);
}

}  // namespace

TEST_CASE("transit: each thing that is not known leaves the claim open, never held") {
  struct Row {
    const char* why;
    std::function<void(Snapshot&)> change;
  };
  const Row rows[] = {
      {"an unread property of the spoke", [](Snapshot& s) { network(s, "a").unread = kUnread; }},
      {"an unread property of the hub", [](Snapshot& s) { network(s, "hub").unread = kUnread; }},
      {"an unread property of the subnet", [](Snapshot& s) { subnet(s, "a/subnets/app").unread = kUnread; }},
      {"an unread property of the hub's subnet", [](Snapshot& s) { subnet(s, "hub/subnets/apim").unread = kUnread; }},
      {"an unread property of the spoke's table", [](Snapshot& s) { table(s, "rt-a").unread = kUnread; }},
      {"an unread property of the hub's table", [](Snapshot& s) { table(s, "rt-hub").unread = kUnread; }},
      {"an unread property of the peering", [](Snapshot& s) { peering(s).unread = kUnread; }},
      {"a spoke that is not provisioned", [](Snapshot& s) { network(s, "a").is_settled = false; }},
      {"a subnet that is not provisioned", [](Snapshot& s) { subnet(s, "a/subnets/app").is_settled = false; }},
      {"a table that is not provisioned", [](Snapshot& s) { table(s, "rt-a").is_settled = false; }},
      {"a peering that is not provisioned", [](Snapshot& s) { peering(s).is_settled = false; }},
      {"a firewall that is not provisioned", [](Snapshot& s) { s.tables.firewalls.front().is_settled = false; }},
      {"two copies of the spoke", [](Snapshot& s) { contradict(s, network(s, "a").id); }},
      {"two copies of the subnet", [](Snapshot& s) { contradict(s, subnet(s, "a/subnets/app").id); }},
      {"two copies of the table", [](Snapshot& s) { contradict(s, table(s, "rt-a").id); }},
      {"two copies of the hub's table", [](Snapshot& s) { contradict(s, table(s, "rt-hub").id); }},
      {"something unmodelled that touches the spoke", [](Snapshot& s) { touch(s, network(s, "a").id); }},
      {"something unmodelled that touches the subnet", [](Snapshot& s) { touch(s, subnet(s, "a/subnets/app").id); }},
      {"something unmodelled that touches the table", [](Snapshot& s) { touch(s, table(s, "rt-a").id); }},
      {"a table that is not in the export", [](Snapshot& s) { remove(s, s.tables.route_tables, "rt-hub"); }},
      {"a route that cannot be read",
       [](Snapshot& s) {
         Route& route = table(s, "rt-a").routes.emplace_back();
         route.is_usable = false;
       }},
      {"a route of a service tag to the Internet",
       [](Snapshot& s) {
         Route& route = table(s, "rt-a").routes.emplace_back();
         route.service_tag = "AzureMonitor";
         route.next_hop = NextHopType::internet;
       }},
      {"an attachment that is not in the export",
       [](Snapshot& s) {
         subnet(s, "a/subnets/app").attached.push_back(s.ids.intern("/subscriptions/s/providers/a.b/c/elsewhere"));
       }},
      {"a service endpoint", [](Snapshot& s) { subnet(s, "a/subnets/app").service_endpoints = {"Microsoft.Storage"}; }},
      {"IPv6", [](Snapshot& s) { subnet(s, "a/subnets/app").prefixes_v6 = {*Prefix6::parse("fd00::/64")}; }},
      {"network policies that are not understood, where endpoints of the hub are",
       [](Snapshot& s) {
         subnet(s, "hub/subnets/pe").private_endpoint_policies = Setting<PrivateEndpointPolicies>::unreadable("New");
       }},
      {"network policies that are not understood, where endpoints of the spoke are",
       [](Snapshot& s) {
         subnet(s, "a/subnets/pe").private_endpoint_policies = Setting<PrivateEndpointPolicies>::unreadable("New");
       }},
      {"high-scale private endpoints", [](Snapshot& s) { network(s, "hub").high_scale_private_endpoints = true; }},
      {"a NAT gateway that serves a subnet which does not say so",
       [](Snapshot& s) { nat_gateway(s, subnet(s, "a/subnets/app").id); }},
      {"a spoke without subnets",
       [](Snapshot& s) {
         remove(s, s.tables.subnets, "a/subnets/app");
         remove(s, s.tables.subnets, "a/subnets/pe");
       }},
      {"a partial export", [](Snapshot& s) { make_partial(s, ArgTable::resources); }},
      {"a peering to a network that is not in the export",
       [](Snapshot& s) {
         Peering& out = s.tables.peerings.emplace_back(peering(s));
         out.id = s.ids.intern(std::string(s.ids.spelling(out.vnet)) + "/virtualNetworkPeerings/to-elsewhere");
         out.remote = s.ids.intern("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/x");
         out.remote_address_space = {prefix("10.9.0.0/16")};
         out.remote_current_address_space = {};
       }},
      {"a peering that joins single subnets, whose routes are longer than the one for the whole spoke",
       [](Snapshot& s) { peering(s).complete_vnets = false; }},
  };
  {
    const Judged base(compliant().snapshot());
    REQUIRE(verdict(base.run("HP-TRN-015")) == "pass");
  }
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Snapshot snapshot = compliant().snapshot();
    row.change(snapshot);
    const Judged judged(std::move(snapshot));
    const check::Result result = judged.run("HP-TRN-015");
    CAPTURE(messages(judged.estate, result));
    CHECK(result.disagreements.empty());
    CHECK(verdict(result) == "unknown");
    CHECK(open_in_one_layer(judged.view()) == "");
  }
}

TEST_CASE("transit: a subnet peering routes the subnets that both sides name, and is open where they do not") {
  struct Row {
    const char* why;
    Names spoke;
    Names hub;
    std::function<void(Peering& near, Peering& far)> change;
    const char* expected;
  };
  const auto nothing = [](Peering&, Peering&) {};
  const Row rows[] = {
      {"the firewall's subnet alone: nothing else of the hub has a route",
       {"app"},
       {"AzureFirewallSubnet"},
       nothing,
       "pass"},
      {"names are compared without regard to case", {"APP"}, {"azurefirewallsubnet"}, nothing, "pass"},
      {"a service subnet of the hub gets a route longer than its user route for the whole spoke",
       {"app"},
       {"AzureFirewallSubnet", "apim"},
       nothing,
       "fail"},
      {"what a subnet that is left out sends by the routes that it may have is dropped",
       {"app"},
       {"pe"},
       nothing,
       "pass"},
      {"of IPv6 alone: no IPv4 route is there",
       {"app"},
       {"apim"},
       [](Peering& near, Peering& far) { near.only_v6 = far.only_v6 = true; },
       "pass"},
      {"whether it is of IPv6 alone cannot be read",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering& near, Peering&) { near.only_v6 = Setting<bool>::unreadable("maybe"); },
       "unknown"},
      {"one side says that it is of IPv6 alone",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering& near, Peering&) { near.only_v6 = true; },
       "unknown"},
      {"no names", {}, {}, nothing, "unknown"},
      {"a list is missing on one side",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering&, Peering& far) { far.remote_subnets.clear(); },
       "unknown"},
      {"the sides name different subnets",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering&, Peering& far) { far.remote_subnets = {"pe"}; },
       "unknown"},
      {"a name is nobody's", {"app", "elsewhere"}, {"AzureFirewallSubnet"}, nothing, "unknown"},
      {"one side joins whole networks",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering&, Peering& far) { far.complete_vnets = {}; },
       "unknown"},
      {"the sides are not in sync: older subnets may be routed",
       {"app"},
       {"AzureFirewallSubnet"},
       [](Peering& near, Peering&) { near.sync_level = PeeringSyncLevel::remote_not_in_sync; },
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Snapshot snapshot = compliant().snapshot();
    Peering& near = peering(snapshot);
    Peering& far = entity(snapshot, snapshot.tables.peerings, "hub/virtualNetworkPeerings/to-a");
    near.complete_vnets = far.complete_vnets = false;
    near.local_subnets = far.remote_subnets = row.spoke;
    near.remote_subnets = far.local_subnets = row.hub;
    row.change(near, far);
    const Judged judged(std::move(snapshot));
    const check::Result result = judged.run("HP-TRN-015");
    CAPTURE(messages(judged.estate, result));
    CHECK(result.disagreements.empty());
    CHECK(verdict(result) == row.expected);
    CHECK(open_in_one_layer(judged.view()) == "");
  }
}

TEST_CASE("exits: a NAT gateway that names a subnet is not overlooked, whichever row names it") {
  struct Row {
    const char* why;
    std::function<void(Snapshot&)> change;
    const char* expected;
  };
  const Row rows[] = {
      {"the subnet does not name it", [](Snapshot& s) { nat_gateway(s, subnet(s, "a/subnets/app").id); }, "unknown"},
      {"both name each other",
       [](Snapshot& s) { subnet(s, "a/subnets/app").nat_gateway = nat_gateway(s, subnet(s, "a/subnets/app").id).id; },
       "fail"},
      {"the subnet is not in the export",
       [](Snapshot& s) {
         nat_gateway(s, s.ids.intern(std::string(s.ids.spelling(network(s, "a").id)) + "/subnets/x"));
       },
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Snapshot snapshot = compliant().snapshot();
    row.change(snapshot);
    CHECK(verdict(Judged(std::move(snapshot)).run("HP-TRN-011")) == row.expected);
  }
}

TEST_CASE("links: a subnet peering is in order when it joins the whole spoke with the firewall") {
  struct Row {
    const char* why;
    Names spoke;
    Names hub;
    const char* expected;
  };
  const Row rows[] = {
      {"all subnets of the spoke and the firewall's", {"app", "pe"}, {"AzureFirewallSubnet"}, "pass"},
      {"a subnet of the spoke is left out", {"app"}, {"AzureFirewallSubnet"}, "unknown"},
      {"the firewall's subnet is left out", {"app", "pe"}, {"apim"}, "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Snapshot snapshot = compliant().snapshot();
    Peering& near = peering(snapshot);
    Peering& far = entity(snapshot, snapshot.tables.peerings, "hub/virtualNetworkPeerings/to-a");
    near.complete_vnets = far.complete_vnets = false;
    near.local_subnets = far.remote_subnets = row.spoke;
    near.remote_subnets = far.local_subnets = row.hub;
    CHECK(verdict(Judged(std::move(snapshot)).run("HP-TRN-008")) == row.expected);
  }
}

TEST_CASE("links: a peering that joins single subnets is not in known order") {
  for (const bool is_readable : {true, false}) {
    Snapshot snapshot = compliant().snapshot();
    peering(snapshot).complete_vnets = is_readable ? Setting<bool>(false) : Setting<bool>::unreadable("maybe");
    CHECK(verdict(Judged(std::move(snapshot)).run("HP-TRN-008")) == "unknown");
  }
}

TEST_CASE("hub: one without a list of subnets may hold services") {
  Snapshot snapshot = compliant().snapshot();
  Peering& near = snapshot.tables.peerings.emplace_back(peering(snapshot));
  // A second hub, of which the export shows the network and its firewall's address, but no subnet.
  VirtualNetwork& dark = snapshot.tables.virtual_networks.emplace_back();
  dark.id = snapshot.ids.intern(std::string(snapshot.ids.spelling(network(snapshot, "hub").id)) + "-dark");
  dark.address_space = {prefix("10.64.0.0/16")};
  dark.lists_subnets = false;
  snapshot.resources.push_back({dark.id, 0, Support::full, {}});
  near.id = snapshot.ids.intern(std::string(snapshot.ids.spelling(near.vnet)) + "/virtualNetworkPeerings/to-dark");
  near.remote = dark.id;
  near.remote_address_space = dark.address_space;
  near.remote_current_address_space = {};
  Peering far = near;
  far.id = snapshot.ids.intern(std::string(snapshot.ids.spelling(dark.id)) + "/virtualNetworkPeerings/to-a");
  far.vnet = dark.id;
  far.remote = network(snapshot, "a").id;
  far.remote_address_space = {prefix("10.1.0.0/16")};
  snapshot.tables.peerings.push_back(far);
  Designations designations;
  designations.hubs.resize(2);
  designations.hubs[0].name = "hub";
  designations.hubs[1].name = "hub-dark";
  const Judged judged(std::move(snapshot), designations);
  for (const char* rule : {"HP-TRN-006", "HP-TRN-015"}) {
    CAPTURE(rule);
    const check::Result result = judged.run(rule);
    CAPTURE(messages(judged.estate, result));
    CHECK(verdict(result) == "unknown");
    CHECK(result.disagreements.empty());
  }
}

TEST_CASE("transit: the order of the rows decides nothing") {
  const std::function<void(Snapshot&)> changes[] = {
      [](Snapshot&) {},
      [](Snapshot& s) { table(s, "rt-a").routes.pop_back(); },
      [](Snapshot& s) { subnet(s, "a/subnets/app").route_table = {}; },
      [](Snapshot& s) { table(s, "rt-hub").routes.clear(); },
      [](Snapshot& s) { peering(s).unread = kUnread; },
      [](Snapshot& s) { subnet(s, "hub/subnets/pe").private_endpoint_policies = {}; },
  };
  std::mt19937 random(20260101);
  for (const auto& change : changes) {
    CAPTURE(&change - changes);
    const auto said = [&](bool is_shuffled) {
      Snapshot s = compliant().snapshot();
      change(s);
      if (is_shuffled) {
        shuffle(s.tables.virtual_networks, random);
        shuffle(s.tables.subnets, random);
        shuffle(s.tables.peerings, random);
        shuffle(s.tables.route_tables, random);
        shuffle(s.tables.private_endpoints, random);
        shuffle(s.tables.network_interfaces, random);
        for (RouteTable& each : s.tables.route_tables) shuffle(each.routes, random);
      }
      const Judged judged(std::move(s));
      const check::Result result = judged.run("HP-TRN-015");
      CHECK(result.disagreements.empty());
      return verdict(result);
    };
    const std::string expected = said(false);
    for (int i = 0; i < 10; ++i) CHECK(said(true) == expected);
  }
}
