// The solver, the exact layer and the tracer on many small random estates: all three must say the same.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/net/trace.h"
#include "engine/net/transit.h"
#include "engine/proof/claims.h"
#include "tests/support/estate_builder.h"
#include "tests/unit/proof_estates.h"

using namespace hubproof;
using namespace hubproof::test;

namespace {

constexpr int kEstates = 600;
constexpr unsigned kSeed = 20260321;

class RandomEstate : Chance {
 public:
  explicit RandomEstate(unsigned seed) : Chance(seed) {}
  Build make();

 private:
  void table(Build& b, const std::string& name, const std::vector<std::string>& wanted);
  void spoke(Build& b, int number);
};

void RandomEstate::table(Build& b, const std::string& name, const std::vector<std::string>& wanted) {
  model::RouteTable& made = b.route_table(name, chance(85));
  made.disable_peering_route = chance(4);
  for (const std::string& prefix : wanted) {
    if (chance(88))
      b.udr(name, prefix, chance(90) ? "10.0.0.4" : one_of({"10.0.2.9", "None", "Internet", "10.0.0.77"}));
  }
  if (chance(20)) {
    b.udr(name, one_of({"10.0.2.128/25", "10.0.3.5/32", "10.2.0.0/24", "192.0.2.0/24", "10.0.0.0/16", "10.1.1.5/32"}),
          one_of({"10.0.0.4", "Internet", "None", "VnetLocal", "10.0.2.9", "VirtualNetworkGateway"}));
  }
  if (chance(4)) b.udr(name, "Storage", "Internet");
}

void RandomEstate::spoke(Build& b, int number) {
  const std::string name = "spoke" + std::to_string(number);
  const std::string net = "10." + std::to_string(number);
  b.vnet(name, net + ".0.0/22");
  PeeringOptions options;
  if (chance(8)) options.state = one_of({"Initiated", "Disconnected", "Odd"});
  if (chance(8)) options.access = false;
  if (chance(8)) options.remote_gateways = true;
  if (chance(92))
    b.peer("hub", name, options);
  else
    b.peer_one_side(name, "hub", options);
  table(b, "rt-" + name, {"0.0.0.0/0", "10.0.2.0/24", "10.0.3.0/24"});
  SubnetOptions app;
  if (chance(95)) app.route_table = "rt-" + name;
  if (chance(85)) app.default_outbound = false;
  if (chance(15)) app.nsg = one_of({"ng-closed", "ng-web", "ng-in"});
  if (chance(4)) app.service_endpoints = {"Microsoft.Storage"};
  b.subnet(name, "app", net + ".0.0/24", app);
  if (chance(40)) b.subnet(name, "more", net + ".2.0/25", {.route_table = "rt-" + name, .default_outbound = false});
  b.subnet(name, "pe", net + ".1.0/24",
           {.policies = one_of({"Enabled", "RouteTableEnabled", "Enabled", "Disabled", ""})});
  if (chance(80)) b.endpoint("pe-" + name, name + "/pe", net + ".1.5");
  if (chance(10)) b.nic("nic-" + name, name + "/app", net + ".0.9");
}

Build RandomEstate::make() {
  Build b;
  b.vnet("hub", "10.0.0.0/18");
  b.subnet("hub", "AzureFirewallSubnet", "10.0.0.0/26");
  b.firewall("fw", "hub", "10.0.0.4");
  b.nsg("ng-closed");
  b.rule("ng-closed", {.priority = 100, .direction = "Outbound", .access = "Deny"});
  b.rule("ng-closed", {.priority = 100, .direction = "Inbound", .access = "Deny"});
  b.nsg("ng-web");
  b.rule("ng-web", {.priority = 100, .direction = "Outbound", .access = "Allow", .protocol = "Tcp", .ports = "443"});
  b.rule("ng-web", {.priority = 200, .direction = "Outbound", .access = "Deny"});
  b.nsg("ng-in");
  b.rule("ng-in", {.priority = 100, .direction = "Inbound", .access = "Deny", .from = "10.0.0.0/8"});
  const int spokes = 1 + static_cast<int>(random_() % 3);
  std::vector<std::string> back;
  for (int i = 1; i <= spokes; ++i) {
    spoke(b, i);
    back.push_back("10." + std::to_string(i) + ".0.0/22");
  }
  table(b, "rt-hub", back);
  b.subnet("hub", "apim", "10.0.2.0/24", {.route_table = "rt-hub", .nsg = chance(10) ? "ng-in" : ""});
  b.subnet("hub", "pe", "10.0.3.0/24", {.policies = one_of({"Enabled", "Enabled", "RouteTableEnabled", "Disabled"})});
  b.endpoint("pe-model", "hub/pe", "10.0.3.5");
  if (chance(30)) b.nic("nva", "hub/apim", "10.0.2.9", {.forwarding = chance(80)});
  if (chance(20)) {
    b.subnet("hub", "GatewaySubnet", "10.0.5.0/27", {.route_table = chance(90) ? "rt-hub" : ""});
    b.gateway("gw", "hub", one_of({"Vpn", "ExpressRoute"}));
  }
  if (spokes > 1 && chance(15)) b.peer("spoke1", "spoke2");
  if (chance(5)) b.peer_one_side("spoke1", "elsewhere", {.remote_space = "10.9.0.0/16"});
  return b;
}

/// First, second and last addresses of every prefix that the estate speaks of, and their neighbours.
std::vector<Ipv4> boundaries(const model::Estate& e) {
  std::vector<Ipv4> out{ip("8.8.8.8"), ip("192.0.2.1")};
  const auto add = [&](Prefix prefix) {
    for (const std::uint32_t bits : {prefix.first().bits(), prefix.first().bits() + 4, prefix.first().bits() + 9,
                                     prefix.last().bits() - 1, prefix.last().bits() + 1}) {
      out.emplace_back(bits);
    }
  };
  for (const model::Subnet& subnet : e.tables().subnets) {
    for (const Prefix& prefix : subnet.prefixes) add(prefix);
  }
  for (const model::RouteTable& table : e.tables().route_tables) {
    for (const model::Route& route : table.routes) {
      if (route.prefix && std::holds_alternative<Prefix>(*route.prefix)) add(std::get<Prefix>(*route.prefix));
    }
  }
  for (const char* endpoint : {"10.0.3.5", "10.1.1.5", "10.2.1.5", "10.3.1.5"}) out.push_back(ip(endpoint));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_platform(std::string_view name) { return name == "AzureFirewallSubnet" || name == "GatewaySubnet"; }

/// Nobody of the claim is there: the firewall, a gateway, the addresses that Azure keeps in every subnet, and in a
/// subnet that holds only private endpoints all but theirs.
bool is_platform_address(const model::Estate& e, Ipv4 address) {
  return std::any_of(e.tables().subnets.begin(), e.tables().subnets.end(), [&](const model::Subnet& subnet) {
    const Prefix prefix = subnet.prefixes.front();
    if (!prefix.contains(address)) return false;
    const bool is_endpoint_subnet = !e.endpoints_by_subnet.of(subnet.id).empty();
    if (is_endpoint_subnet && address.bits() != prefix.first().bits() + 5) return true;
    return is_platform(e.name(subnet.id)) || address.bits() < prefix.first().bits() + 4 || address == prefix.last();
  });
}

/// Follows packets of every protocol corner from a subnet to an address; the first that goes around the firewall, as
/// text.
std::string bypass(const World& w, const model::Subnet& from, Ipv4 to, model::ResourceId spoke) {
  for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{22}}) {
    net::Flow flow{{net::Place::Kind::subnet, from.id},
                   Ipv4(from.prefixes.front().first().bits() + 7),
                   to,
                   Protocol::tcp,
                   49152,
                   port};
    const net::Trace trace = net::trace(w.view(), flow);
    if (trace.crossed_firewall) continue;
    const bool starts_inside = from.vnet == spoke;
    const bool ends_inside = !trace.vnets.empty() && trace.vnets.back() == spoke;
    const bool is_delivered = trace.disposition == net::Disposition::delivered && starts_inside != ends_inside &&
                              !is_platform_address(w.estate(), to);
    const bool is_out = starts_inside && (trace.disposition == net::Disposition::exits_to_internet ||
                                          trace.disposition == net::Disposition::exits_to_on_premises);
    if (is_delivered || is_out) return to_string(flow);
  }
  return {};
}

std::string any_bypass(const World& w, model::ResourceId spoke) {
  const std::vector<Ipv4> addresses = boundaries(w.estate());
  for (const model::Subnet& subnet : w.estate().tables().subnets) {
    const std::string_view name = w.estate().name(subnet.id);
    if (is_platform(name) || name == "pe") continue;  // the firewall itself, gateways, subnets of endpoints
    for (const Ipv4 address : addresses) {
      const std::string found = bypass(w, subnet, address, spoke);
      if (!found.empty()) return found;
    }
  }
  return {};
}

}  // namespace

TEST_CASE("transit proof: solver, exact layer and tracer agree on random small estates") {
  int proved = 0;
  int refuted = 0;
  int unknown = 0;
  for (unsigned i = 0; i < kEstates; ++i) {
    const unsigned seed = kSeed + i;
    CAPTURE(seed);
    const World w = RandomEstate(seed).make().world();
    const proof::ProofRun run = proof::prove_transit(w.view());
    for (const std::string& sentence : run.disagreements) MESSAGE(sentence);
    CHECK(run.disagreements.empty());
    for (const proof::ClaimResult& result : run.results) {
      if (!result.resource.is_set()) continue;
      const std::string met = word(result.verdict);
      CAPTURE(std::string(w.estate().name(result.resource)));
      CAPTURE(explain(result.verdict));
      const std::string found = any_bypass(w, result.resource);
      if (met == "proved") {
        ++proved;
        CAPTURE(found);
        CHECK(found.empty());
      } else if (met == "refuted") {
        ++refuted;
        const auto& trace = std::get<proof::Refuted>(result.verdict).trace;
        REQUIRE(trace);
        CHECK_FALSE(trace->crossed_firewall);
      } else {
        ++unknown;
        CHECK_FALSE(explain(result.verdict).empty());
      }
      // Whatever the tracer shows for sure is a refutation.
      if (!found.empty()) {
        CAPTURE(found);
        CHECK(met == "refuted");
      }
    }
  }
  // The estates must not all be of one kind, or the test says nothing.
  CHECK(proved >= 50);
  CHECK(refuted >= 50);
  CHECK(unknown >= 50);
  MESSAGE(proved << " proved, " << refuted << " refuted, " << unknown << " unknown");
}
