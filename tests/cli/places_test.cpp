// What --from and --to stand for, and when they are refused.
#include <doctest/doctest.h>

#include "cli/places.h"
#include "engine/value/address_set.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using net::Place;

namespace {

test::World world() {
  test::Build b;
  b.vnet("a", "10.1.0.0/16");
  b.subnet("a", "app", "10.1.0.0/24");
  b.subnet("a", "only-a", "10.1.1.0/24");
  b.vnet("b", "10.2.0.0/16");
  b.subnet("b", "app", "10.2.0.0/24");
  b.vnet("twin", "10.2.0.0/16");
  b.subnet("twin", "web", "10.2.0.0/24");
  b.nic("nic-1", "a/app", "10.1.0.9");
  b.public_ip("pip", "20.1.2.3");
  return b.world();
}

std::string found(const test::World& w, const std::string& where) {
  const Result<report::TraceEnd> end = cli::find_place(w.view(), where);
  if (!end) return "error: " + end.error().message;
  return std::string(net::name(end->place.kind)) + " " + to_string(end->address);
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a place is found by address, by network and address, by id and by unique name") {
  const test::World w = world();
  CHECK(found(w, "10.1.0.9") == "network-interface 10.1.0.9");
  CHECK(found(w, "10.1.0.77") == "subnet 10.1.0.77");
  CHECK(found(w, "b/10.2.0.7") == "subnet 10.2.0.7");
  CHECK(found(w, "only-a") == "subnet 10.1.1.4");
  CHECK(found(w, "ONLY-A") == "subnet 10.1.1.4");
  CHECK(found(w, "b/app") == "subnet 10.2.0.4");
  CHECK(found(w, "nic-1") == "network-interface 10.1.0.9");
  CHECK(found(w, "pip") == "public-ip 20.1.2.3");
  CHECK(found(w, "20.1.2.3") == "public-ip 20.1.2.3");
  CHECK(found(w, "192.168.7.7") == "on-premises 192.168.7.7");
  CHECK(found(w, "20.9.9.9") == "internet 20.9.9.9");
  const std::string id(w.estate().spelling(w.estate().tables().subnets[w.subnet("a/only-a").index()].id));
  CHECK(found(w, id) == "subnet 10.1.1.4");
}

TEST_CASE("the Internet is shown by a public address that the estate does not use") {
  const test::World w = world();
  const Result<report::TraceEnd> end = cli::find_place(w.view(), "internet");
  REQUIRE(end.has_value());
  CHECK(end->place.kind == Place::Kind::internet);
  CHECK(internet_addresses().contains(std::get<Ipv4>(end->address)));
  CHECK(end->notes.size() == 1);
}

TEST_CASE("on-premises is shown by a declared learned address that no network holds, without any by a private one") {
  test::Build b;
  b.vnet("a", "192.168.0.0/16, 172.16.0.0/12");
  test::World w = b.world();
  CHECK(found(w, "On-Premises") == "on-premises 10.0.0.10");
  w.designations.has_learned_prefixes = true;
  w.designations.learned_prefixes = {*Prefix::parse("172.16.0.0/16"), *Prefix::parse("198.51.100.0/24")};
  CHECK(found(w, "on-premises") == "on-premises 198.51.100.10");
  w.designations.learned_prefixes.pop_back();
  CHECK(has(found(w, "on-premises"), "hold every declared learned address"));
}

TEST_CASE("a place is shown by an IPv6 address when the other end is one") {
  test::Build b;
  b.vnet("six", "10.6.0.0/16, fd00:6::/48");
  b.subnet("six", "app", "10.6.0.0/24, fd00:6::/64");
  const test::World w = b.world();
  CHECK(found(w, "fd00:6::77") == "subnet fd00:6::77");
  CHECK(found(w, "six/fd00:6::77") == "subnet fd00:6::77");
  CHECK(found(w, "2001:4860:4860::8888") == "internet 2001:4860:4860::8888");
  CHECK(found(w, "fd00:7::1") == "on-premises fd00:7::1");
  CHECK(found(w, "app") == "subnet 10.6.0.4");
  const Result<report::TraceEnd> end = cli::find_place(w.view(), "app", true);
  REQUIRE(end.has_value());
  CHECK(to_string(end->address) == "fd00:6::4");
  CHECK(cli::is_v6_address("six/fd00:6::77"));
  CHECK_FALSE(cli::is_v6_address("six/app"));
}

TEST_CASE("what could mean two things, or nothing, is refused with what could be meant") {
  const test::World w = world();
  CHECK(has(found(w, "10.2.0.7"), "lies in 2 virtual networks"));
  CHECK(has(found(w, "10.2.0.7"), "twin/10.2.0.7"));
  CHECK(has(found(w, "app"), "names 2 resources"));
  CHECK(has(found(w, "nic-2"), "did you mean \"nic-1\"?"));
  CHECK(has(found(w, "10.1.9.9"), "no subnet of a holds"));
  CHECK(has(found(w, "c/10.2.0.7"), "no virtual network \"c\""));
  CHECK(has(found(w, "/subscriptions/none"), "no such resource"));
}
