// Whether a peering has routes, and whether it carries packets.
// source: azure-semantics.md 2.1; learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview,
// .../virtual-network-manage-peering, .../how-to-configure-subnet-peering
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/net/peerings.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using model::Peering;
using model::PeeringState;

namespace {

struct Sides {
  model::Snapshot& s;
  Peering& near;
  Peering& far;
};

struct Row {
  std::string why;
  std::function<void(Sides)> change;
  Ternary carries;
  bool has_route;
};

void remove_far(Sides sides) {
  std::erase_if(sides.s.tables.peerings, [id = sides.far.id](const Peering& peering) { return peering.id == id; });
}

model::VirtualNetwork& far_vnet(Sides sides) {
  for (model::VirtualNetwork& vnet : sides.s.tables.virtual_networks) {
    if (vnet.id == sides.far.vnet) return vnet;
  }
  FAIL("no network");
  return sides.s.tables.virtual_networks.front();
}

net::PeeringLink link_of(const std::function<void(Sides)>& change) {
  Build b;
  b.vnet("near", "10.1.0.0/16");
  b.subnet("near", "s", "10.1.0.0/24");
  b.vnet("far", "10.2.0.0/16");
  b.subnet("far", "s", "10.2.0.0/24");
  b.peer_one_side("near", "far");
  b.peer_one_side("far", "near");
  model::Snapshot s = b.snapshot();
  auto& list = s.tables.peerings;
  const bool near_is_first = s.ids.name(list[0].vnet) == "near";
  const model::ResourceId near = list[near_is_first ? 0 : 1].id;
  change({s, list[near_is_first ? 0 : 1], list[near_is_first ? 1 : 0]});
  const model::Estate estate(std::move(s));
  const model::Roles roles;
  const model::Designations none;
  return net::peering_link({estate, roles, none}, *estate.find<Peering>(near));
}

}  // namespace

TEST_CASE("peerings: the states and flags of both sides decide what a peering carries") {
  const auto yes = Ternary::yes;
  const auto no = Ternary::no;
  const auto unknown = Ternary::unknown;
  const Row rows[] = {
      {"Connected on both sides", [](Sides) {}, yes, true},
      {"a state that is not shown", [](Sides s) { s.near.state = {}; }, unknown, true},
      {"Initiated, and the other side says Connected", [](Sides s) { s.near.state = PeeringState::initiated; }, unknown,
       true},
      {"Initiated on both sides", [](Sides s) { s.near.state = s.far.state = PeeringState::initiated; }, no, false},
      {"Disconnected, and no other side",
       [](Sides s) {
         s.near.state = PeeringState::disconnected;
         remove_far(s);
       },
       no, false},
      {"Connected, and no other side in a network that is whole", remove_far, no, true},
      {"Connected, and no other side in a network with something that is not understood",
       [](Sides s) {
         far_vnet(s).unread.push_back({"/properties/virtualNetworkPeerings/0", "odd"});
         remove_far(s);
       },
       unknown, true},
      {"Connected, no other side, and something that is not modelled touches the network",
       [](Sides s) {
         model::UnmodelledNetworkResource& odd = s.s.tables.unmodelled_network.emplace_back();
         odd.id = s.s.ids.intern("/subscriptions/s/providers/Contoso.Unheard/of/it");
         odd.touches = {s.far.vnet};
         remove_far(s);
       },
       unknown, true},
      {"Connected, no other side, and resources may be missing",
       [](Sides s) {
         s.s.gaps.push_back({"INPUT-TABLE", model::Gap::Reach::table, model::ArgTable::resources, {}, {}, "missing"});
         remove_far(s);
       },
       unknown, true},
      {"Connected, and the other network is not in the export",
       [](Sides s) {
         std::erase_if(s.s.tables.virtual_networks, [id = s.far.vnet](const auto& vnet) { return vnet.id == id; });
         remove_far(s);
       },
       yes, true},
      {"the other side is Disconnected", [](Sides s) { s.far.state = PeeringState::disconnected; }, no, true},
      {"the other side's state is not shown", [](Sides s) { s.far.state = {}; }, unknown, true},
      {"no access by this side", [](Sides s) { s.near.allow_access = false; }, unknown, true},
      {"no access by the other side", [](Sides s) { s.far.allow_access = false; }, unknown, true},
      {"access not shown is access", [](Sides s) { s.near.allow_access = {}; }, yes, true},
      {"a property of this side that nobody knows",
       [](Sides s) {
         s.near.unread.push_back({"/new", "1"});
       },
       unknown, true},
      {"a property of the other side that nobody knows",
       [](Sides s) {
         s.far.unread.push_back({"/new", "1"});
       },
       unknown, true},
      {"this side is not provisioned", [](Sides s) { s.near.is_settled = false; }, unknown, true},
      {"the other side is not provisioned", [](Sides s) { s.far.is_settled = false; }, unknown, true},
      {"this side joins single subnets", [](Sides s) { s.near.complete_vnets = false; }, unknown, true},
      {"the other side joins single subnets", [](Sides s) { s.far.complete_vnets = false; }, unknown, true},
      {"whole networks, and IPv6 alone", [](Sides s) { s.near.only_v6 = true; }, unknown, true},
      {"whole networks, and IPv6 alone by the other side", [](Sides s) { s.far.only_v6 = true; }, unknown, true},
      {"whole networks, and not IPv6 alone", [](Sides s) { s.near.only_v6 = s.far.only_v6 = false; }, yes, true},
      {"rows that contradict each other",
       [](Sides s) {
         s.s.gaps.push_back(
             {"INPUT-CONFLICT", model::Gap::Reach::resource, model::ArgTable::resources, s.near.id, {}, "two rows"});
       },
       unknown, true},
      {"a reference that leads nowhere says nothing of the peering",
       [](Sides s) {
         s.s.gaps.push_back({"INPUT-DANGLING",
                             model::Gap::Reach::resource,
                             model::ArgTable::resources,
                             s.near.id,
                             {},
                             "a dangling reference"});
       },
       yes, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const net::PeeringLink link = link_of(row.change);
    CHECK(link.carries == row.carries);
    CHECK(link.has_route == row.has_route);
    CHECK(link.reason.empty() == (row.carries == Ternary::yes));
  }
}

TEST_CASE("peerings: the routes of a network differ by subnet when a peering is known to join single ones") {
  const auto differs = [](const std::function<void(Sides)>& change) {
    Build b;
    for (const char* name : {"near", "far"}) {
      b.vnet(name, std::string(name) == "near" ? "10.1.0.0/16" : "10.2.0.0/16");
      b.subnet(name, "s", std::string(name) == "near" ? "10.1.0.0/24" : "10.2.0.0/24");
    }
    b.peer_one_side("near", "far");
    b.peer_one_side("far", "near");
    model::Snapshot s = b.snapshot();
    auto& list = s.tables.peerings;
    for (Peering& side : list) {
      side.complete_vnets = false;
      side.only_v6 = false;
      side.local_subnets = side.remote_subnets = {"s"};
    }
    const model::ResourceId vnet = list[0].vnet;
    change({s, list[0], list[1]});
    const model::Estate estate(std::move(s));
    const model::Roles roles;
    const model::Designations none;
    return net::differs_by_subnet({estate, roles, none}, vnet);
  };
  CHECK(differs([](Sides) {}));
  CHECK_FALSE(differs([](Sides s) { s.near.complete_vnets = s.far.complete_vnets = true; }));
  CHECK_FALSE(differs([](Sides s) { s.far.complete_vnets = true; }));
  CHECK_FALSE(differs([](Sides s) { s.near.local_subnets = {}; }));
  CHECK_FALSE(differs([](Sides s) { s.near.remote_subnets = {}; }));
  CHECK_FALSE(differs([](Sides s) { s.near.local_subnets = s.far.remote_subnets = {"elsewhere"}; }));
  CHECK_FALSE(differs([](Sides s) { s.far.is_settled = false; }));
  CHECK_FALSE(differs([](Sides s) { s.near.unread = {{"/new", "1"}}; }));
  CHECK_FALSE(differs([](Sides s) { s.far.sync_level = model::PeeringSyncLevel::remote_not_in_sync; }));
  CHECK_FALSE(differs([](Sides s) { s.near.only_v6 = true; }));  // the other side says otherwise
  CHECK_FALSE(differs(remove_far));
}
