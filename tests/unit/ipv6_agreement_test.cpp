// The solver, the exact layer and the tracer on many small random dual-stack estates whose IPv4 is in order: all three
// must say the same of IPv6.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/net/reach_ipv6.h"
#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

constexpr int kEstates = 400;
constexpr unsigned kSeed = 20260322;

class RandomEstate : Chance {
 public:
  explicit RandomEstate(unsigned seed) : Chance(seed) {}
  Build make();

 private:
  void table(Build& b, const std::string& name, const std::vector<std::string>& dropped);
  void groups(Build& b);
  void public_ways(Build& b);
};

void RandomEstate::table(Build& b, const std::string& name, const std::vector<std::string>& dropped) {
  b.route_table(name);
  for (const char* prefix : {"0.0.0.0/0", "10.0.2.0/24", "10.1.0.0/22", "10.2.0.0/22"}) b.udr(name, prefix, "10.0.0.4");
  for (const std::string& prefix : dropped) {
    if (chance(85)) b.udr(name, prefix, chance(94) ? "None" : one_of({"Internet", "VnetLocal"}));
  }
  if (chance(15))
    b.udr(name, one_of({"fd00:a:0:2::/64", "fd00:a:0:2::/65", "fd00:b::/64", "2000::/3"}),
          one_of({"None", "Internet"}));
}

void RandomEstate::groups(Build& b) {
  b.nsg("ng-out");
  b.rule("ng-out", {.priority = 100, .direction = "Outbound", .access = "Allow", .protocol = "Tcp", .ports = "443"});
  b.rule("ng-out", {.priority = 200, .direction = "Outbound", .access = "Deny"});
  b.nsg("ng-closed");
  b.rule("ng-closed", {.priority = 100, .direction = "Outbound", .access = "Deny", .to = "fd00:a::/48"});
  b.rule("ng-closed", {.priority = 100, .direction = "Inbound", .access = "Deny", .from = "2000::/3, fd00::/8"});
  b.nsg("ng-part");
  b.rule("ng-part", {.priority = 100, .direction = "Inbound", .access = "Deny", .from = "fd00:b::/65"});
  b.nsg("ng-open");
  b.rule("ng-open", {.priority = 100, .direction = "Inbound", .protocol = "Tcp", .from = "Internet", .ports = "22"});
}

void RandomEstate::public_ways(Build& b) {
  if (chance(15)) {
    b.nat_gateway("nat").has_v6 = chance(60);
    b.attach("spoke", "app", {.nat_gateway = "nat"});
  }
  if (!chance(25)) return;
  model::PublicIp& address = b.public_ip("pip6", "");
  address.is_v6 = true;
  address.address_v6 = *Ipv6::parse("2001:db8:1::9");
  model::NetworkInterface& nic = b.nic("machine", "spoke/app", "10.1.0.9", {.nsg = chance(30) ? "ng-open" : ""});
  model::IpConfiguration& six = nic.ip_configurations.emplace_back();
  six.id = b.ids().intern(std::string(b.ids().spelling(nic.id)) + "/ipConfigurations/six");
  six.subnet = b.subnet_id("spoke/app");
  six.is_v6 = true;
  six.address_v6 = *Ipv6::parse("fd00:b::9");
  six.public_ip = address.id;
}

Build RandomEstate::make() {
  Build b;
  b.vnet("hub", chance(85) ? "10.0.0.0/18, fd00:a::/48" : "10.0.0.0/18");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.vnet("spoke", "10.1.0.0/22, fd00:b::/48");
  groups(b);
  table(b, "rt-spoke", {"::/0", "fd00:a::/48"});
  table(b, "rt-hub", {"fd00:b::/48"});
  SubnetOptions app{.route_table = "rt-spoke", .default_outbound = false};
  if (chance(40)) app.nsg = one_of({"ng-out", "ng-closed", "ng-part", "ng-open"});
  b.subnet("spoke", "app", "10.1.0.0/24, fd00:b::/64", app);
  if (chance(40))
    b.subnet("spoke", "more", "10.1.2.0/24, fd00:b:0:2::/64", {.route_table = "rt-spoke", .default_outbound = false});
  b.subnet("hub", "apim", chance(90) ? "10.0.2.0/24, fd00:a:0:2::/64" : "10.0.2.0/24",
           {.route_table = "rt-hub", .nsg = chance(30) ? one_of({"ng-closed", "ng-part"}) : ""});
  PeeringOptions options;
  if (chance(5)) options.state = one_of({"Initiated", "Odd"});
  if (chance(5)) options.access = false;
  b.peer("hub", "spoke", options);
  public_ways(b);
  return b;
}

std::vector<Ipv6> samples(const model::Estate& e) {
  std::vector<Ipv6> out{*Ipv6::parse("2001:4860:4860::8888"), *Ipv6::parse("fd00:b::9")};
  for (const model::Subnet& subnet : e.tables().subnets) {
    for (const Prefix6& prefix : subnet.prefixes_v6) {
      out.push_back(net::first_host(prefix));
      out.push_back(prefix.last());
    }
  }
  return out;
}

/// A packet that the tracer lets around the firewall, or nothing.
std::string leak(const World& w) {
  const model::Estate& e = w.estate();
  const std::vector<Ipv6> addresses = samples(e);
  const model::ResourceId spoke = e.tables().virtual_networks[w.vnet("spoke").index()].id;
  const auto is_own = [](const Ipv6& address) { return Prefix6::parse("fd00:b::/48")->contains(address); };
  for (const model::Subnet& from : e.tables().subnets) {
    for (const Prefix6& prefix : from.prefixes_v6) {
      for (const Ipv6& source : {net::first_host(prefix), prefix.last()}) {
        for (const Ipv6& destination : addresses) {
          // Of what does not start in the spoke only what enters it.
          if ((from.vnet == spoke) == is_own(destination)) continue;
          for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{22}}) {
            net::Flow flow{{net::Place::Kind::subnet, from.id}, source, destination, Protocol::tcp, 49152, port};
            if (net::leaves_the_promised_way(net::trace(w.view(), flow))) return net::to_string(flow);
          }
        }
      }
    }
  }
  net::Flow in{{net::Place::Kind::internet, {}},
               *Ipv6::parse("2001:db8::10"),
               *Ipv6::parse("2001:db8:1::9"),
               Protocol::tcp,
               49152,
               22};
  return net::leaves_the_promised_way(net::trace(w.view(), in)) ? net::to_string(in) : std::string();
}

}  // namespace

TEST_CASE("random dual-stack estates: solver and exact layer agree, and no packet leaves what is proved") {
  RandomEstate random(kSeed);
  std::map<std::string, int> seen;
  for (int i = 0; i < kEstates; ++i) {
    CAPTURE(i);
    const World w = random.make().world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    for (const std::string& sentence : run.disagreements) FAIL_CHECK(sentence);
    const proof::Verdict& verdict = result_of(w, run, "spoke").verdict;
    CAPTURE(explain(verdict));
    ++seen[word(verdict)];
    const std::string around = leak(w);
    CAPTURE(around);
    if (std::holds_alternative<proof::Proved>(verdict)) CHECK(around.empty());
    if (!around.empty()) CHECK(std::holds_alternative<proof::Refuted>(verdict));
  }
  CHECK(seen["proved"] > 20);
  CHECK(seen["refuted"] > 20);
  CHECK(seen["unknown"] > 20);
}
