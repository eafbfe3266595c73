// avnm.json: network managers. What one touches is tainted; the peerings that it makes are peerings of the export.
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;

/// The group of the subnet, in a network that admin rules apply to.
void packet(Vector& vector) {
  Build b;
  const model::ResourceId vnet = b.vnet("v", "10.0.0.0/16").id;
  b.nsg("nsg");
  b.subnet("v", "s", "10.0.0.0/24", {.nsg = "nsg"});
  b.nic("vm", "v/s", "10.0.0.4");
  for (const Json& group : list_at(vector.network(), "networkSecurityGroups"))
    b.rule("nsg", {.access = text_at(group, "rule")});
  b.unmodelled("rules", "Microsoft.Network/networkManagers/securityAdminConfigurations", {vnet});
  const World w = b.world();
  const net::FilterResult result = net::filter(
      w.view(), model::Direction::inbound, point_of(w, nic_of(w, "vm")),
      {ip("10.0.0.5"), ip("10.0.0.4"), Protocol::tcp, 49152, vector.question().at("dstPort").get<std::uint16_t>()});
  vector.same("access", access_word(result.decision));
  vector.aside("rule");
}

/// Hub and spoke: every member is peered to the hub. Direct connectivity is not peering, and is not built.
void connectivity(Vector& vector) {
  Build b;
  const std::string hub = text_at(vector.network(), "hub");
  int number = 0;
  const auto add = [&](const std::string& name) {
    const std::string start = "10." + std::to_string(number++);
    b.vnet(name, start + ".0.0/16");
    b.subnet(name, "s", start + ".0.0/24");
    b.nic(name, name + "/s", start + ".0.4");
  };
  add(hub);
  for (const Json& group : vector.network().at("groups")) {
    for (const Json& member : group.at("members")) {
      add(member);
      b.peer(hub, member.get<std::string>());
    }
  }
  const World w = b.world();
  const std::string to = to_string(*nic_of(w, vector.asked("b")).ip_configurations.front().address);
  const auto routes = routes_to(w, vector.asked("a") + "/s", to);
  const std::string hop(net::name(routes.front().next_hop.kind));
  vector.same("direct", hop == "VNetPeering");
  vector.same("nextHopType", hop == "VNetPeering" ? "VNetPeering or GlobalVNetPeering" : hop);
}

constexpr Run kRuns[] = {
    {"packet", packet},
    {"avnm-dc-test", connectivity},
    {"avnm-dc-hub", connectivity},
};

using enum LeftOut::How;
constexpr std::string_view kRules =
    "security admin rules are not modelled: groups of a network that they touch are open";
constexpr std::string_view kGroups = "connected groups are not modelled";
constexpr LeftOut kLeftOut[] = {
    {"packet", left_open, kRules},
    {"adminRule", not_run, kRules},
    {"adminRulesApplied", not_run, kRules},
    {"effectiveSetting", not_run, kRules},
    {"peeringListed", not_run, kGroups},
    {"avnm-mesh-region", not_run, kGroups},
    {"avnm-subnetpeering-wins", not_run, kGroups},
    {"peeringCreated", not_run, "what Azure creates is no question to the engine: the export shows it"},
};

}  // namespace

Topic avnm() { return {"avnm", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
