// Reverse look-ups. Expected values: learn.microsoft.com/azure/virtual-network/
// virtual-networks-name-resolution-for-vms-and-role-instances#reverse-dns-considerations
#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "engine/dns/reverse.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::model;
using namespace hubproof::test;

namespace {

/// A network 10.1.0.0/16 with the machine vm1 (10.1.0.4) that registers in contoso.com, and a peered one.
Build registering() {
  Build b;
  b.vnet("a", "10.1.0.0/16");
  b.subnet("a", "s", "10.1.0.0/24");
  b.nic("nic1", "a/s", "10.1.0.4", {.vm = "VM1"});
  b.vnet("b", "10.2.0.0/16");
  b.subnet("b", "s", "10.2.0.0/24");
  b.nic("nic2", "b/s", "10.2.0.4", {.vm = "VM2"});
  b.peer("a", "b");
  const ResourceId zone = b.zone("contoso.com").id;
  b.record(zone, "@", {}).type = "soa";
  b.link(zone, "a").registration_enabled = true;
  return b;
}

/// "name, name", "NXDOMAIN" or "unknown".
std::string reverse(const World& w, std::string_view vnet, std::string_view address) {
  const dns::ReverseAnswer answer = dns::resolve_address(w.view(), w.vnet(vnet), ip(address));
  if (answer.kind == dns::ReverseAnswer::Kind::nx_domain) return "NXDOMAIN";
  if (answer.kind == dns::ReverseAnswer::Kind::unknown) {
    CHECK_FALSE(answer.unknown_because.empty());
    return "unknown";
  }
  std::string out;
  for (const std::string& name : answer.names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

void reverse_zone(Build& b, const char* name, const char* record = nullptr) {
  const ResourceId zone = b.zone(name).id;
  b.link(zone, "a");
  b.record(zone, "@", {}).type = "soa";
  if (record == nullptr) return;
  DnsRecordSet& out = b.record(zone, record, {});
  out.type = "ptr";
  out.pointers = {"web.contoso.com"};
}

}  // namespace

TEST_CASE("reverse: a name is the octets the other way round") {
  CHECK(dns::reverse_name(ip("10.1.0.4")) == "4.0.1.10.in-addr.arpa");
}

TEST_CASE("reverse: a network knows its own machines, and a linked zone of in-addr.arpa takes its place") {
  struct Row {
    const char* why;
    std::function<void(Build&)> change;
    const char* vnet;
    const char* address;
    const char* expected;
  };
  const Row rows[] = {
      {"a registering network gives two names", [](Build&) {}, "a", "10.1.0.4",
       "vm1.contoso.com, vm1.internal.cloudapp.net"},
      {"one that does not register gives Azure's own", [](Build&) {}, "b", "10.2.0.4", "vm2.internal.cloudapp.net"},
      {"a peered network's machine is not known", [](Build&) {}, "a", "10.2.0.4", "NXDOMAIN"},
      {"nobody of the export has the address", [](Build&) {}, "a", "10.1.0.9", "unknown"},
      {"a public address", [](Build&) {}, "a", "8.8.8.8", "unknown"},
      {"an empty reverse zone answers NXDOMAIN", [](Build& b) { reverse_zone(b, "1.10.in-addr.arpa"); }, "a",
       "10.1.0.4", "NXDOMAIN"},
      {"a record of a reverse zone, also for addresses elsewhere",
       [](Build& b) { reverse_zone(b, "2.10.in-addr.arpa", "4.0"); }, "a", "10.2.0.4", "web.contoso.com"},
      {"a reverse zone of other addresses is not asked", [](Build& b) { reverse_zone(b, "9.10.in-addr.arpa"); }, "a",
       "10.1.0.4", "vm1.contoso.com, vm1.internal.cloudapp.net"},
      {"two reverse zones",
       [](Build& b) {
         reverse_zone(b, "1.10.in-addr.arpa");
         reverse_zone(b, "10.in-addr.arpa");
       },
       "a", "10.1.0.4", "unknown"},
      {"servers of the network's own", [](Build& b) { b.vnets().front().dns_servers = {"10.1.0.53"}; }, "a", "10.1.0.4",
       "unknown"},
      {"a linked zone without registration that has a record of the address: documented in two ways",
       [](Build& b) {
         const ResourceId zone = b.zone("fabrikam.com").id;
         b.link(zone, "b");
         b.record(zone, "@", {}).type = "soa";
         b.record(zone, "vm2", {"10.2.0.4"});
       },
       "b", "10.2.0.4", "unknown"},
      {"an interface without a machine", [](Build& b) { b.nic("nic3", "a/s", "10.1.0.5"); }, "a", "10.1.0.5",
       "unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.why));
    Build b = registering();
    row.change(b);
    CHECK(reverse(b.world(), row.vnet, row.address) == row.expected);
  }
}
