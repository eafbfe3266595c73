// The model: ids, settings, words, and what is missing.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "engine/core/text.h"
#include "engine/model/enums.h"
#include "engine/model/estate.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::model;

TEST_CASE("ids: two spellings that differ in case are one id, and the first is shown") {
  IdTable ids;
  const ResourceId first =
      ids.intern("/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v");
  CHECK(ids.intern("/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/V") == first);
  CHECK(ids.intern("/subscriptions/s/resourcegroups/rg/providers/microsoft.network/virtualnetworks/V/") == first);
  CHECK(ids.spelling(first) == "/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/virtualNetworks/v");
  CHECK(ids.name(first) == "v");
  CHECK(ids.size() == 1);
  CHECK_FALSE(ids.find("/subscriptions/other").is_set());
}

TEST_CASE("ids: many of them stay apart and are found again") {
  IdTable ids;
  for (int i = 0; i < 20000; ++i) CHECK(ids.intern("/x/" + std::to_string(i)).index() == static_cast<unsigned>(i));
  for (int i = 0; i < 20000; i += 977) CHECK(ids.find("/X/" + std::to_string(i)).index() == static_cast<unsigned>(i));
  CHECK(ids.spelling(ids.find("/x/0")) == "/x/0");
}

TEST_CASE("settings: absent, known and unreadable are three things") {
  const Setting<bool> absent;
  const Setting<bool> known = true;
  const Setting<bool> unreadable = Setting<bool>::unreadable("maybe");
  CHECK(absent.is_absent());
  CHECK(absent.value_or_default(true) == true);
  CHECK(known.is(true));
  CHECK_FALSE(known.is(false));
  CHECK(unreadable.is_unreadable());
  CHECK_FALSE(unreadable.value_or_default(true).has_value());
  CHECK(unreadable.met() == "maybe");
}

TEST_CASE("words: spelled in any case, never guessed") {
  CHECK(parse<NextHopType>("virtualappliance") == NextHopType::virtual_appliance);
  CHECK(parse<PublicNetworkAccess>("securedByPerimeter") == PublicNetworkAccess::secured_by_perimeter);
  CHECK_FALSE(parse<NextHopType>("VirtualApplianceX").has_value());
  CHECK_FALSE(parse<Access>("").has_value());
  CHECK(name(PeeringState::connected) == "Connected");
}

TEST_CASE("relations: items in table order, nothing for an unset id") {
  Relation relation;
  relation.add(ResourceId(2), 7);
  relation.add(ResourceId(1), 9);
  relation.add(ResourceId(2), 3);
  relation.add(ResourceId(2), 3);
  relation.add(ResourceId(), 1);
  relation.seal();
  CHECK(relation.of(ResourceId(2)).size() == 2);
  CHECK(relation.of(ResourceId(2)).front().second == 3);
  CHECK(relation.of(ResourceId(3)).empty());
  CHECK(relation.of(ResourceId()).empty());
}

namespace {

bool has_gap(const Estate& estate, std::string_view code, std::string_view name) {
  return std::any_of(estate.snapshot().gaps.begin(), estate.snapshot().gaps.end(), [&](const Gap& gap) {
    return gap.code == code && gap.resource.is_set() && text::equals(estate.name(gap.resource), name);
  });
}

}  // namespace

TEST_CASE("missing: a reference to what the export does not hold is a gap of both ends") {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.vnet("spoke", "10.1.0.0/16");
  b.subnet("spoke", "app", "10.1.0.0/24", {.route_table = "rt-gone", .nsg = "nsg-gone"});
  b.peer_one_side("hub", "vnet-gone");
  const Estate estate = b.estate();
  CHECK(has_gap(estate, "INPUT-DANGLING", "rt-gone"));
  CHECK(has_gap(estate, "INPUT-DANGLING", "nsg-gone"));
  CHECK(has_gap(estate, "INPUT-DANGLING", "vnet-gone"));
  CHECK(estate.gaps_by_resource.of(estate.tables().subnets.front().id).size() == 2);
}

TEST_CASE("missing: a whole estate has no gaps") {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/16");
  b.route_table("rt");
  b.subnet("spoke", "app", "10.1.0.0/24", {.route_table = "rt"});
  b.peer("hub", "spoke");
  const Estate estate = b.estate();
  CHECK(estate.snapshot().gaps.empty());
  CHECK(
      estate.firewalls_by_vnet.of(estate.ids().find(estate.spelling(estate.tables().virtual_networks[0].id))).size() ==
      1);
}

TEST_CASE("missing: a zone that states more records or links than the export holds") {
  test::Build b;
  b.vnet("hub", "10.0.0.0/16");
  PrivateDnsZone& zone = b.zone("privatelink.openai.azure.com");
  zone.record_sets = 2;
  zone.links = 2;
  const ResourceId id = zone.id;
  b.record(id, "oai", {"10.0.3.4"});
  b.link(id, "hub");
  const Estate estate = b.estate();
  CHECK(std::count_if(estate.snapshot().gaps.begin(), estate.snapshot().gaps.end(),
                      [](const Gap& gap) { return gap.code == "INPUT-CHILDREN"; }) == 2);
}
