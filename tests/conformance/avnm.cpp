// avnm.json: network managers, told by the effective rows of networks and by what was committed to their region. The
// peerings that a manager makes are peerings of the export.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/net/admin_rules.h"
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;
using enum model::ManagerFeature;

constexpr std::string_view kRegion = "westeurope";

/// A network of the region with one subnet and one interface "<name>-vm" at <start>.0.4.
void network(Build& b, const std::string& name, const std::string& start, std::string_view region = kRegion) {
  b.vnet(name, start + ".0.0/16").location = std::string(region);
  b.subnet(name, "s", start + ".0.0/24");
  b.nic(name + "-vm", name + "/s", start + ".0.4");
}

AdminRuleRow row_of(const Json& rule) {
  AdminRuleRow out;
  out.priority = rule.at("priority").get<std::uint16_t>();
  out.access = text_at(rule, "access");
  if (rule.contains("protocol")) out.protocol = text_at(rule, "protocol");
  if (rule.contains("destinationPortRange")) out.ports = text_at(rule, "destinationPortRange");
  return out;
}

net::FilterResult inbound(const World& w, const std::string& name, std::string_view to, const Json& port) {
  return net::filter(w.view(), model::Direction::inbound, point_of(w, nic_of(w, name + "-vm")),
                     {ip("10.99.0.5"), ip(to), Protocol::tcp, 49152, port.get<std::uint16_t>()});
}

/// What decided, in the words of the vectors.
std::string decider(const World& w, const net::FilterResult& result) {
  if (!result.evaluated.empty()) return "NSG";
  for (const model::AdminRule& rule : w.estate().tables().admin_rules) {
    if (rule.match.name != result.rule) continue;
    return rule.access == model::AdminAccess::always_allow ? std::string("admin rule")
                                                           : fmt::format("priority {}", rule.match.priority);
  }
  return "nobody";
}

/// The group of the subnet, in a network that admin rules apply to.
void packet(Vector& vector) {
  Build b;
  network(b, "v", "10.0");
  if (vector.network().contains("networkSecurityGroups")) {
    b.nsg("nsg");
    b.attach("v", "s", {.nsg = "nsg"});
    for (const Json& group : list_at(vector.network(), "networkSecurityGroups"))
      b.rule("nsg", {.access = text_at(group, "rule")});
  }
  for (const Json& rule : list_at(vector.network(), "securityAdminRules")) b.admin_rule("m/c/rc", "all", row_of(rule));
  b.deploy("m/c", kRegion);
  b.effective("v", {"m/c"}, security_admin);
  const World w = b.world();
  const net::FilterResult result = inbound(w, "v", "10.0.0.4", vector.question().at("dstPort"));
  vector.same("access", access_word(result.decision));
  vector.same("rule", decider(w, result));
}

/// One collection for each network group; the networks are members as the vector says.
void exception(Vector& vector) {
  Build b;
  const std::string vnet = vector.asked("vnet");
  network(b, vnet, "10.0");
  for (const Json& rule : list_at(vector.network(), "securityAdminRules"))
    b.admin_rule("m/c/" + text_at(rule, "appliesTo"), text_at(rule, "appliesTo"), row_of(rule));
  Names groups;
  for (const auto& [group, members] : vector.network().at("networkGroups").items()) {
    if (std::find(members.begin(), members.end(), Json(vnet)) != members.end()) groups.push_back("m/" + group);
  }
  b.deploy("m/c", kRegion);
  b.memberships(vnet, groups);
  b.effective(vnet, {"m/c"}, security_admin);
  const World w = b.world();
  const net::FilterResult result = inbound(w, vnet, "10.0.0.4", vector.question().at("dstPort"));
  vector.same("access", access_word(result.decision));
  vector.same("rule", decider(w, result));
}

/// Whether a Deny of everything stops a packet to a subnet of that kind.
void applied(Vector& vector) {
  Build b;
  const std::string subnet = text_at(vector.network(), "subnet");
  const std::string name = subnet == "Azure Bastion"        ? "AzureBastionSubnet"
                           : subnet == "Azure Route Server" ? "RouteServerSubnet"
                                                            : "s";
  b.vnet("v", "10.0.0.0/16").location = std::string(kRegion);
  b.subnet("v", name, "10.0.0.0/24");
  if (subnet.find("Application Gateways") != std::string::npos)
    b.app_gateway("gw", "v/" + name, {.address = "10.0.0.9"});
  if (vector.network().contains("vnetContains"))
    b.subnet("v", "mi", "10.0.1.0/24", {.delegations = {"Microsoft.Sql/managedInstances"}});
  b.admin_rule("m/c/rc", "all", {.access = "Deny"});
  b.deploy("m/c", kRegion);
  b.effective("v", {"m/c"}, security_admin);
  const World w = b.world();
  const bool is_endpoint = vector.network().contains("target");
  const net::FilterResult result =
      net::filter(w.view(), model::Direction::inbound, {&subnet_of(w, "v/" + name), nullptr, is_endpoint},
                  {ip("10.99.0.5"), ip("10.0.0.4"), Protocol::tcp, 49152, 443});
  const Json is_applied = result.decision == net::FilterResult::Decision::unknown
                              ? Json("unknown")
                              : Json(result.decision == net::FilterResult::Decision::deny);
  vector.same("applied", is_applied);
}

/// Managers at their scopes, each with a rule that the setting leaves, over a network with a managed instance.
void setting(Vector& vector) {
  Build b;
  b.vnet("v", "10.0.0.0/16").location = std::string(kRegion);
  b.subnet("v", "mi", "10.0.1.0/24", {.delegations = {"Microsoft.Sql/managedInstances"}});
  model::Subscription subscription;
  subscription.id = b.id("", "/subscriptions/00000000-0000-0000-0000-000000000001");
  subscription.guid = "00000000-0000-0000-0000-000000000001";
  subscription.management_groups = {"mg", "root"};
  Names configurations;
  for (const Json& manager : vector.network().at("managers")) {
    const bool is_root = text_at(manager, "scope") == "root management group";
    const std::string name = is_root ? "high" : "low";
    b.network_manager(name, is_root ? "" : subscription.guid, is_root ? "root" : "");
    b.admin_rule(name + "/c/rc", "all", {});
    b.admin_configuration(name + "/c").intent_policies =
        *model::parse<model::IntentPolicyReach>(text_at(manager, "applyOnNetworkIntentPolicyBasedServices"));
    b.deploy(name + "/c", kRegion);
    configurations.push_back(name + "/c");
  }
  b.effective("v", configurations, security_admin);
  model::Snapshot snapshot = b.snapshot();
  snapshot.tables.subscriptions.push_back(std::move(subscription));
  const model::Estate estate(std::move(snapshot));
  const model::AdminPolicy* policy = estate.admin_policy(estate.tables().virtual_networks.front().id);
  vector.same("value", policy == nullptr ? "none" : std::string(model::name(policy->intent_policies)));
}

/// The way from one network to another: "direct" and the next hop.
void judge_way(Vector& vector, const World& w, const std::string& from, const std::string& to) {
  const auto routes = routes_to(w, from, to);
  const std::string hop = routes.empty() ? "" : std::string(net::name(routes.front().next_hop.kind));
  const bool is_direct = hop == "VNetPeering" || hop == "ConnectedGroup";
  const bool is_certain = !routes.empty() && routes.size() == 1 && routes.front().is_certain;
  vector.same("direct", is_certain ? Json(is_direct) : Json("unknown"));
  vector.same("nextHopType", hop == "VNetPeering" ? "VNetPeering or GlobalVNetPeering" : hop);
}

/// Hub and spoke: every member is peered to the hub; members of a group with direct connectivity are joined.
void hub_and_spoke(Vector& vector) {
  Build b;
  const std::string hub = text_at(vector.network(), "hub");
  int number = 0;
  std::map<std::string, std::string> starts;
  const auto add = [&](const std::string& name) {
    starts[name] = fmt::format("10.{}", number++);
    network(b, name, starts[name]);
  };
  add(hub);
  for (const Json& group : vector.network().at("groups")) {
    const std::string name = text_at(group, "name");
    const bool is_direct = group.at("directConnectivity").get<bool>();
    b.join("m/" + name, {.topology = "HubAndSpoke", .group = name, .is_direct = is_direct, .hubs = {hub}});
    for (const Json& member : group.at("members")) {
      add(member);
      b.peer(hub, member.get<std::string>());
      b.effective(member.get<std::string>(), {"m/" + name}, connectivity);
    }
  }
  const World w = b.world();
  judge_way(vector, w, vector.asked("a") + "/s", starts.at(vector.asked("b")) + ".0.4");
}

/// Two networks in a mesh.
Build mesh(const Json& network_of, bool is_global) {
  Build b;
  int number = 1;
  for (const Json& member : list_at(network_of, "members")) {
    const std::string name = member.is_string() ? member.get<std::string>() : text_at(member, "name");
    network(b, name, fmt::format("10.{}", number++),
            member.is_string() ? std::string(kRegion) : text_at(member, "location"));
    b.effective(name, {"m/mesh"}, connectivity);
  }
  b.join("m/mesh", {.is_global = is_global});
  return b;
}

void mesh_of_regions(Vector& vector) {
  const World w = mesh(vector.network(), vector.network().at("globalMesh").get<bool>()).world();
  judge_way(vector, w, vector.asked("a") + "/s", "10.2.0.4");
}

void peering_list(Vector& vector) {
  const World w = mesh(vector.network(), false).world();
  const auto& vnets = w.estate().tables().virtual_networks;
  vector.same("listed", net::find_peering(w.view(), vnets[0].id, vnets[1].id) != nullptr);
  const auto routes = routes_to(w, "v1/s", "10.2.0.4");
  vector.same("connected", !routes.empty() && net::name(routes.front().next_hop.kind) == "ConnectedGroup");
}

/// A subnet peering of another subnet each beside the connected group.
void subnet_peering(Vector& vector) {
  Build b;
  network(b, "vnetA", "10.1");
  network(b, "vnetB", "10.2");
  for (const char* name : {"vnetA", "vnetB"})
    b.subnet(name, "joined", name == std::string("vnetA") ? "10.1.1.0/24" : "10.2.1.0/24");
  b.peer("vnetA", "vnetB", {.complete_vnets = false, .local_subnets = {"joined"}, .remote_subnets = {"joined"}});
  b.join("m/mesh", {});
  for (const char* name : {"vnetA", "vnetB"}) b.effective(name, {"m/mesh"}, connectivity);
  judge_way(vector, b.world(), "vnetA/s", "10.2.0.4");
}

constexpr Run kRuns[] = {
    {"packet", packet},
    {"adminRule", exception},
    {"adminRulesApplied", applied},
    {"effectiveSetting", setting},
    {"peeringListed", peering_list},
    {"avnm-dc-test", hub_and_spoke},
    {"avnm-dc-hub", hub_and_spoke},
    {"avnm-mesh-region", mesh_of_regions},
    {"avnm-subnetpeering-wins", subnet_peering},
};

using enum LeftOut::How;
constexpr LeftOut kLeftOut[] = {
    {"avnm-skip-virtual-wan", not_run, "a virtual hub has no subnets in the export: it is no place of the model"},
    {"avnm-appgw-isolated", left_open, "no export tells whether an Application Gateway has network isolation"},
    {"peeringCreated", not_run, "what Azure creates is no question to the engine: the export shows it"},
};

}  // namespace

Topic avnm() { return {"avnm", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
