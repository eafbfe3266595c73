// Addresses, prefixes, sets, ports and ARM ids.
#include <doctest/doctest.h>

#include <string>

#include "engine/value/address_set.h"
#include "engine/value/arm_id.h"
#include "engine/value/port_range.h"
#include "engine/value/prefix.h"

using namespace hubproof;

TEST_CASE("an IPv4 address is four decimal parts and prints as it was read") {
  for (const char* good : {"0.0.0.0", "10.0.0.4", "255.255.255.255"}) {
    REQUIRE(Ipv4::parse(good).has_value());
    CHECK(to_string(*Ipv4::parse(good)) == good);
  }
  for (const char* bad :
       {"", "10.0.0", "10.0.0.4.5", "256.0.0.1", "01.2.3.4", "-1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1.2.3.x"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(Ipv4::parse(bad).has_value());
  }
}

TEST_CASE("a prefix has no bits beyond its length, and an address alone is a /32") {
  CHECK(to_string(*Prefix::parse("10.0.0.0/8")) == "10.0.0.0/8");
  CHECK(to_string(*Prefix::parse("10.0.0.4")) == "10.0.0.4/32");
  for (const char* bad : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/08x", "/8"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(Prefix::parse(bad).has_value());
  }
  CHECK(Prefix::parse("10.0.0.0/8")->contains(*Prefix::parse("10.1.0.0/16")));
  CHECK_FALSE(Prefix::parse("10.1.0.0/16")->contains(*Prefix::parse("10.0.0.0/8")));
  CHECK(Prefix().contains(*Ipv4::parse("255.255.255.255")));
  CHECK(Prefix().last() == *Ipv4::parse("255.255.255.255"));
}

TEST_CASE("IPv6 prefixes are read apart from IPv4 ones") {
  CHECK(std::holds_alternative<Prefix6>(*parse_any_prefix("fd00:1::/64")));
  CHECK(std::holds_alternative<Prefix>(*parse_any_prefix("10.0.0.0/8")));
  CHECK(to_string(*Prefix6::parse("2001:0db8:0:0:0:0:0:0/32")) == "2001:db8::/32");
  CHECK_FALSE(Prefix6::parse("fd00::1/64").has_value());
}

TEST_CASE("an IPv6 prefix ends where its bits do, and counting carries over bytes") {
  CHECK(to_string(Prefix6::parse("fd00::/64")->last()) == "fd00::ffff:ffff:ffff:ffff");
  CHECK(to_string(Prefix6::parse("2000::/3")->last()) == "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
  CHECK(Prefix6::parse("fd00::/8")->contains(*Prefix6::parse("fd00:1::/64")));
  CHECK_FALSE(Prefix6::parse("fd00::/64")->contains(*Prefix6::parse("fd00::/8")));
  CHECK(Prefix6::parse("fd00::/64")->overlaps(*Prefix6::parse("fd00::/8")));
  CHECK(to_string(Ipv6::parse("fd00::ffff")->plus(1)) == "fd00::1:0");
  CHECK(to_string(Prefix6().last().plus(1)) == "::");
  CHECK(internet_addresses_v6().contains(*Ipv6::parse("2001:4860:4860::8888")));
  CHECK_FALSE(internet_addresses_v6().contains(*Ipv6::parse("fd00::1")));
}

TEST_CASE("an address set joins what touches, and its ends are inclusive") {
  AddressSet set(*Prefix::parse("10.0.0.0/25"));
  set.add(*Prefix::parse("10.0.0.128/25"));
  CHECK(to_string(set) == "10.0.0.0/24");
  set.subtract(*Prefix::parse("10.0.0.0/32"));
  CHECK(to_string(set) == "10.0.0.1-10.0.0.255");
  CHECK(AddressSet::all().size() == (std::uint64_t{1} << 32U));
  CHECK((AddressSet::all() - AddressSet::all()).empty());
  CHECK(to_string(AddressSet()) == "none");
  const AddressSet top = AddressSet(*Prefix::parse("255.255.255.255"));
  CHECK(top.contains(*Ipv4::parse("255.255.255.255")));
  CHECK(top.size() == 1);
}

TEST_CASE(
    "Internet addresses leave out the blocks that are never an Internet host, to the last address and no further") {
  // source: iana.org/assignments/iana-ipv4-special-registry, RFC 5771, RFC 1112; the last row is Azure's platform
  // address
  struct Row {
    const char* first;
    const char* last;
    const char* before;  ///< empty: another left-out block is next to it
    const char* after;
  };
  const Row rows[] = {
      {"0.0.0.0", "0.255.255.255", "", "1.0.0.0"},
      {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
      {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
      {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
      {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
      {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
      {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
      {"224.0.0.0", "239.255.255.255", "223.255.255.255", ""},
      {"240.0.0.0", "255.255.255.255", "", ""},
      {"168.63.129.16", "168.63.129.16", "168.63.129.15", "168.63.129.17"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.first));
    CHECK_FALSE(internet_addresses().contains(*Ipv4::parse(row.first)));
    CHECK_FALSE(internet_addresses().contains(*Ipv4::parse(row.last)));
    if (*row.before != '\0') CHECK(internet_addresses().contains(*Ipv4::parse(row.before)));
    if (*row.after != '\0') CHECK(internet_addresses().contains(*Ipv4::parse(row.after)));
  }
}

TEST_CASE("port ranges: one port, a range, all") {
  CHECK(PortRange::parse("443")->contains(443));
  CHECK_FALSE(PortRange::parse("443")->contains(444));
  CHECK(PortRange::parse("8000-8080")->last() == 8080);
  CHECK(PortRange::parse("*")->is_all());
  for (const char* bad : {"", "65536", "80-", "90-80", "http", "-1"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(PortRange::parse(bad).has_value());
  }
}

TEST_CASE("ARM ids: type, parent and name") {
  constexpr std::string_view kSubnet =
      "/subscriptions/S/resourceGroups/R/providers/Microsoft.Network/virtualNetworks/V/subnets/app";
  CHECK(arm_type(kSubnet) == "microsoft.network/virtualnetworks/subnets");
  CHECK(arm_name(kSubnet) == "app");
  CHECK(arm_parent(kSubnet) == "/subscriptions/S/resourceGroups/R/providers/Microsoft.Network/virtualNetworks/V");
  CHECK(arm_top_level(kSubnet) == arm_parent(kSubnet));
  CHECK(arm_without_snapshot(std::string(kSubnet) + "/snapshots/3") == kSubnet);
  CHECK(arm_without_snapshot(kSubnet) == kSubnet);
  CHECK(arm_subscription(kSubnet) == "S");
  CHECK_FALSE(ArmId::parse("virtualNetworks/V").has_value());
}
