// The part of Build that makes firewall policies, private link, DNS, front ends and services, and ends the building.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/ingest/tables.h"
#include "engine/value/arm_id.h"
#include "tests/support/estate_builder.h"
#include "tests/support/estate_builder_parts.h"

namespace hubproof::test {

using namespace hubproof::model;

FirewallPolicy& Build::policy(std::string_view name, std::string_view base) {
  FirewallPolicy& out = add(snapshot_.tables.firewall_policies, id("firewallPolicies", name));
  out.tier = FirewallTier::premium;
  out.base_policy = id("firewallPolicies", base);
  return out;
}

RuleCollectionGroup& Build::rule_group(std::string_view policy, std::string_view name, std::uint32_t priority) {
  const ResourceId owner = id("firewallPolicies", policy);
  const ResourceId group =
      snapshot_.ids.intern(fmt::format("{}/ruleCollectionGroups/{}", snapshot_.ids.spelling(owner), name));
  get(snapshot_.tables.firewall_policies, owner, policy).rule_collection_groups.push_back(group);
  RuleCollectionGroup& out = add(snapshot_.tables.rule_collection_groups, group);
  out.policy = owner;
  out.priority = priority;
  return out;
}

namespace {

/// "https:443"
void add_application(FirewallRule& rule, const std::string& text) {
  using Kind = ApplicationProtocol::Kind;
  const std::size_t colon = text.find(':');
  const std::string word = text.substr(0, colon);
  const PortRange port = *PortRange::parse(text.substr(colon + 1));
  rule.application_protocols.push_back(
      {word == "http" ? Kind::http : (word == "https" ? Kind::https : Kind::mssql), port.first()});
  rule.destination_ports.push_back(port);
}

}  // namespace

RuleCollection& Build::fill(RuleCollection& out, std::uint32_t priority, Access action,
                            std::initializer_list<FirewallRuleRow> rows) {
  out.name = fmt::format("collection-{}", priority);
  out.priority = priority;
  out.action = action;
  for (const FirewallRuleRow& row : rows) {
    FirewallRule& rule = out.rules.emplace_back();
    rule.name = fmt::format("rule-{}", out.rules.size());
    rule.kind = row.kind == "nat"           ? FirewallRule::Kind::nat
                : row.kind == "application" ? FirewallRule::Kind::application
                                            : FirewallRule::Kind::network;
    out.is_nat = out.is_nat || rule.kind == FirewallRule::Kind::nat;
    for (const std::string& word : split(row.protocols)) rule.protocols.push_back(protocol(word));
    const AddressTerms from = terms(row.from);
    const AddressTerms to = terms(row.to);
    rule.sources.assign(from.begin(), from.end());
    rule.destinations.assign(to.begin(), to.end());
    if (row.applications.empty()) {
      for (const std::string& part : split(row.ports)) rule.destination_ports.push_back(*PortRange::parse(part));
    }
    for (const std::string& part : split(row.applications)) add_application(rule, part);
    rule.fqdns = row.fqdns;
    rule.has_other_names = row.has_other_names;
    rule.terminates_tls = row.terminates_tls;
    for (const std::string& name : row.from_groups) rule.source_ip_groups.push_back(id("ipGroups", name));
    for (const std::string& name : row.to_groups) rule.destination_ip_groups.push_back(id("ipGroups", name));
    rule.translated_address = row.translated_address;
    if (row.translated_port != 0) rule.translated_port = row.translated_port;
  }
  return out;
}

RuleCollection& Build::rules(std::string_view policy, std::string_view group, std::uint32_t priority, Access action,
                             std::initializer_list<FirewallRuleRow> rows) {
  const ResourceId owner = id("firewallPolicies", policy);
  const ResourceId group_id =
      snapshot_.ids.intern(fmt::format("{}/ruleCollectionGroups/{}", snapshot_.ids.spelling(owner), group));
  auto& collections = get(snapshot_.tables.rule_collection_groups, group_id, group).collections;
  return fill(collections.emplace_back(), priority, action, rows);
}

RuleCollection& Build::classic_rules(std::string_view firewall, std::uint32_t priority, Access action,
                                     std::initializer_list<FirewallRuleRow> rows) {
  ClassicRules& classic = get(snapshot_.tables.firewalls, id("azureFirewalls", firewall), firewall).classic;
  const std::string& kind = rows.begin()->kind;
  auto& list = kind == "nat" ? classic.nat : kind == "application" ? classic.application : classic.network;
  return fill(list.emplace_back(), priority, action, rows);
}

IpGroup& Build::ip_group(std::string_view name, std::string_view members) {
  const AddressTerms list = terms(members);
  IpGroup& out = add(snapshot_.tables.ip_groups, id("ipGroups", name));
  out.members.assign(list.begin(), list.end());
  return out;
}

PrivateEndpoint& Build::endpoint(std::string_view name, std::string_view subnet, std::string_view address,
                                 const EndpointOptions& options) {
  const ResourceId own = id("privateEndpoints", name);
  if (options.has_nic) nic(fmt::format("{}-nic", name), subnet, address).private_endpoint = own;
  PrivateEndpoint& out = add(snapshot_.tables.private_endpoints, own);
  out.subnet = subnet_id(subnet);
  if (options.has_nic) out.network_interfaces = {id("networkInterfaces", fmt::format("{}-nic", name))};
  if (!options.has_nic && !address.empty()) out.addresses = {ip(address)};
  PrivateEndpoint::Connection& connection = out.connections.emplace_back();
  connection.target = id("services", options.target);
  connection.group_ids = {options.group};
  if (const auto status = parse<ConnectionStatus>(options.status))
    connection.status = *status;
  else
    connection.status = Setting<ConnectionStatus>::unreadable(options.status);
  return out;
}

PrivateDnsZone& Build::zone(std::string_view name, std::string_view resource_group) {
  PrivateDnsZone& out =
      add(snapshot_.tables.private_dns_zones,
          snapshot_.ids.intern(fmt::format("/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/"
                                           "privateDnsZones/{}",
                                           subscription_, resource_group, name)));
  out.name = text::lower(name);
  return out;
}

VirtualNetworkLink& Build::link(ResourceId zone, std::string_view vnet) {
  const ResourceId target = vnet_id(vnet);
  VirtualNetworkLink& out =
      add(snapshot_.tables.virtual_network_links,
          snapshot_.ids.intern(
              fmt::format("{}/virtualNetworkLinks/link-{}", snapshot_.ids.spelling(zone), snapshot_.ids.name(target))));
  out.zone = zone;
  out.vnet = target;
  out.registration_enabled = false;
  out.state = LinkState::completed;
  return out;
}

DnsRecordSet& Build::record(ResourceId zone, std::string_view name, std::initializer_list<std::string_view> addresses) {
  DnsRecordSet& out = add(snapshot_.tables.dns_record_sets,
                          snapshot_.ids.intern(fmt::format("{}/A/{}", snapshot_.ids.spelling(zone), name)));
  out.zone = zone;
  out.type = "a";
  out.name = text::lower(name);
  for (const std::string_view address : addresses) out.addresses.push_back(ip(address));
  return out;
}

DnsZoneGroup& Build::zone_group(std::string_view endpoint, std::initializer_list<ResourceId> zones) {
  const ResourceId owner = id("privateEndpoints", endpoint);
  DnsZoneGroup& out =
      add(snapshot_.tables.dns_zone_groups,
          snapshot_.ids.intern(fmt::format("{}/privateDnsZoneGroups/default", snapshot_.ids.spelling(owner))));
  out.private_endpoint = owner;
  out.zones = zones;
  return out;
}

DnsResolver& Build::resolver(std::string_view name, std::string_view vnet) {
  DnsResolver& out = add(snapshot_.tables.dns_resolvers, id("dnsResolvers", name));
  out.vnet = vnet_id(vnet);
  return out;
}

DnsResolverEndpoint& Build::resolver_endpoint(std::string_view resolver, std::string_view subnet,
                                              std::string_view address) {
  const ResourceId owner = id("dnsResolvers", resolver);
  const bool is_inbound = !address.empty();
  DnsResolverEndpoint& out =
      add(snapshot_.tables.dns_resolver_endpoints,
          snapshot_.ids.intern(fmt::format("{}/{}/{}", snapshot_.ids.spelling(owner),
                                           is_inbound ? "inboundEndpoints" : "outboundEndpoints", arm_name(subnet))));
  out.resolver = owner;
  out.is_inbound = is_inbound;
  out.subnet = subnet_id(subnet);
  if (is_inbound) out.addresses = {ip(address)};
  return out;
}

ForwardingRuleset& Build::ruleset(std::string_view name, std::initializer_list<std::string_view> vnets) {
  ForwardingRuleset& out = add(snapshot_.tables.forwarding_rulesets, id("dnsForwardingRulesets", name));
  for (const std::string_view vnet : vnets) {
    ForwardingRulesetLink& link =
        add(snapshot_.tables.forwarding_ruleset_links,
            snapshot_.ids.intern(fmt::format("{}/virtualNetworkLinks/{}", snapshot_.ids.spelling(out.id), vnet)));
    link.ruleset = out.id;
    link.vnet = vnet_id(vnet);
  }
  return out;
}

ForwardingRule& Build::forward(std::string_view ruleset, std::string_view domain, Names targets) {
  const ResourceId owner = id("dnsForwardingRulesets", ruleset);
  ForwardingRule& out =
      add(snapshot_.tables.forwarding_rules,
          snapshot_.ids.intern(fmt::format("{}/forwardingRules/{}", snapshot_.ids.spelling(owner), domain)));
  out.ruleset = owner;
  out.domain = text::lower(domain);
  out.targets = std::move(targets);
  out.is_enabled = true;
  return out;
}

ApplicationGateway& Build::app_gateway(std::string_view name, std::string_view subnet,
                                       const AppGatewayOptions& options) {
  ApplicationGateway& out = add(snapshot_.tables.application_gateways, id("applicationGateways", name));
  const auto part = [&](std::string_view kind) {
    return snapshot_.ids.intern(fmt::format("{}/{}/one", snapshot_.ids.spelling(out.id), kind));
  };
  out.sku_tier = options.tier;
  out.waf_policy = id("applicationGatewayWebApplicationFirewallPolicies", options.waf_policy);
  out.subnets = {subnet_id(subnet)};
  ApplicationGateway::Frontend& frontend = out.frontends.emplace_back();
  frontend.id = part("frontendIPConfigurations");
  frontend.public_ip = id("publicIPAddresses", options.public_ip);
  if (!options.address.empty()) frontend.address = ip(options.address);
  out.pools.push_back({part("backendAddressPools"), options.pool, {}});
  out.listeners.push_back({part("httpListeners"), "one", frontend.id, {}, "Https"});
  if (options.has_rule) out.rules.push_back({out.listeners.front().id, out.pools.front().id, {}});
  return out;
}

WafPolicy& Build::waf_policy(std::string_view name, std::string_view mode) {
  WafPolicy& out = add(snapshot_.tables.waf_policies, id("applicationGatewayWebApplicationFirewallPolicies", name));
  out.is_enabled = true;
  if (const auto parsed = parse<WafMode>(mode)) out.mode = *parsed;
  out.has_managed_rules = true;
  return out;
}

ApiManagement& Build::apim(std::string_view name, std::string_view subnet, std::string_view address,
                           std::string_view type) {
  const ResourceId own = id("Microsoft.ApiManagement/service", name);
  Service& half = add(snapshot_.tables.services, own);
  half.kind = ServiceKind::api_management;
  half.type = "microsoft.apimanagement/service";
  half.sku = "Premium";
  ApiManagement& out = add(snapshot_.tables.api_managements, own);
  out.sku = "Premium";
  out.platform_version = "stv2";
  if (const auto parsed = parse<ApimVnetType>(type)) out.vnet_type = *parsed;
  out.gateway_host = fmt::format("{}.azure-api.net", text::lower(name));
  out.primary.location = "westeurope";
  out.primary.subnet = subnet_id(subnet);
  if (!address.empty()) out.primary.private_addresses = {ip(address)};
  return out;
}

Service& Build::service(std::string_view name, ServiceKind kind, std::string_view type) {
  const ResourceId own = id(type, name);
  named_.try_emplace(fmt::format("services|{}", name), own);
  Service& out = add(snapshot_.tables.services, own);
  out.kind = kind;
  out.type = text::lower(type);
  out.location = "westeurope";
  return out;
}

PerimeterAssociation& Build::perimeter(std::string_view name, ResourceId target, std::string_view mode) {
  const ResourceId owner = id("networkSecurityPerimeters", "nsp");
  const std::string spelling(snapshot_.ids.spelling(owner));
  PerimeterAssociation& out = add(snapshot_.tables.perimeter_associations,
                                  snapshot_.ids.intern(fmt::format("{}/resourceAssociations/{}", spelling, name)));
  out.target = target;
  out.profile = snapshot_.ids.intern(fmt::format("{}/profiles/{}", spelling, name));
  if (const auto parsed = parse<PerimeterMode>(mode))
    out.mode = *parsed;
  else if (!mode.empty())
    out.mode = Setting<PerimeterMode>::unreadable(std::string(mode));
  return out;
}

PerimeterRule& Build::perimeter_rule(std::string_view association, std::string_view prefixes) {
  const ResourceId owner = id("networkSecurityPerimeters", "nsp");
  const ResourceId profile =
      snapshot_.ids.intern(fmt::format("{}/profiles/{}", snapshot_.ids.spelling(owner), association));
  PerimeterRule& out = add(snapshot_.tables.perimeter_rules,
                           snapshot_.ids.intern(fmt::format("{}/accessRules/r{}", snapshot_.ids.spelling(profile),
                                                            snapshot_.tables.perimeter_rules.size())));
  out.profile = profile;
  out.direction = Direction::inbound;
  for (const std::string& part : split(prefixes)) out.prefixes.push_back(prefix(part));
  return out;
}

UnmodelledNetworkResource& Build::unmodelled(std::string_view name, std::string_view type,
                                             std::vector<ResourceId> touches) {
  UnmodelledNetworkResource& out = add(snapshot_.tables.unmodelled_network, id(type, name));
  out.type = text::lower(type);
  out.touches = std::move(touches);
  return out;
}

void Build::finish_peerings() {
  for (const ResourceId id : peerings_with_own_space_) {
    Peering* peering = look_up(snapshot_.tables.peerings, id);
    const VirtualNetwork* remote = look_up(snapshot_.tables.virtual_networks, peering->remote);
    if (remote == nullptr || !peering->remote_address_space.empty()) continue;
    peering->remote_address_space = remote->address_space;
    peering->remote_address_space_v6 = remote->address_space_v6;
  }
}

namespace {

template <class T>
void settle(std::vector<T>& table, Snapshot& snapshot) {
  std::sort(table.begin(), table.end(), [&](const T& a, const T& b) {
    return text::compare(snapshot.ids.spelling(a.id), snapshot.ids.spelling(b.id)) < 0;
  });
  for (const T& entity : table) {
    const std::string type = arm_type(snapshot.ids.spelling(entity.id));
    auto found = std::find(snapshot.types.begin(), snapshot.types.end(), type);
    if (found == snapshot.types.end()) found = snapshot.types.insert(found, type);
    Resource row;
    row.id = entity.id;
    row.type = static_cast<std::uint16_t>(found - snapshot.types.begin());
    row.support = Support::full;
    snapshot.resources.push_back(row);
  }
}

}  // namespace

Snapshot Build::snapshot() {
  finish_peerings();
  Snapshot out = std::move(snapshot_);
  auto& tags = listed_tags_.tags;
  std::sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return text::compare(a.name, b.name) < 0; });
  if (!tags.empty()) out.service_tags.add(std::move(listed_tags_));
  ingest::for_each_table(out.tables, [&out](auto& table) { settle(table, out); });
  std::sort(out.resources.begin(), out.resources.end(), [&](const Resource& a, const Resource& b) {
    return text::compare(out.ids.spelling(a.id), out.ids.spelling(b.id)) < 0;
  });
  const auto same = [](const Resource& a, const Resource& b) { return a.id == b.id; };
  out.resources.erase(std::unique(out.resources.begin(), out.resources.end(), same), out.resources.end());
  out.has_usable_input = !out.resources.empty();
  return out;
}

World Build::world() {
  const auto is_hub = [](const Roles& roles, VnetIndex vnet) {
    return std::any_of(roles.hubs.begin(), roles.hubs.end(), [&](const HubRole& hub) { return hub.vnet == vnet; });
  };
  const std::vector<ResourceId> not_hub = not_hub_firewalls_;
  World out;
  out.designations = designations;
  out.owned = std::make_unique<Estate>(snapshot());
  const Estate& e = *out.owned;
  if (!e.tables().virtual_hubs.empty()) {
    out.roles = model::infer_roles(e, out.designations);
    return out;
  }
  for (const AzureFirewall& firewall : e.tables().firewalls) {
    if (std::find(not_hub.begin(), not_hub.end(), firewall.id) != not_hub.end()) continue;
    for (const AzureFirewall::IpConfiguration& config : firewall.ip_configurations) {
      const Subnet* subnet = e.find<Subnet>(config.subnet);
      const VirtualNetwork* vnet = subnet == nullptr ? nullptr : e.find<VirtualNetwork>(subnet->vnet);
      if (vnet == nullptr || !config.address) continue;
      out.roles.firewalls.push_back({firewall.id, vnet->id, *config.address, "built"});
      if (!is_hub(out.roles, VnetIndex(e.index_of(*vnet)))) {
        out.roles.hubs.push_back({VnetIndex(e.index_of(*vnet)), "has the firewall"});
      }
    }
  }
  for (std::uint32_t i = 0; i < e.tables().virtual_networks.size(); ++i) {
    if (is_hub(out.roles, VnetIndex(i))) continue;
    SpokeRole spoke{VnetIndex(i),
                    {},
                    std::string(arm_subscription(e.spelling(e.tables().virtual_networks[i].id))),
                    "peered to a hub"};
    for (const auto& [key, index] : e.peerings_by_vnet.of(e.tables().virtual_networks[i].id)) {
      const VirtualNetwork* remote = e.find<VirtualNetwork>(e.tables().peerings[index].remote);
      if (remote != nullptr && is_hub(out.roles, VnetIndex(e.index_of(*remote)))) {
        spoke.hubs.push_back(VnetIndex(e.index_of(*remote)));
      }
    }
    if (!spoke.hubs.empty())
      out.roles.spokes.push_back(spoke);
    else
      out.roles.others.push_back({VnetIndex(i), "not peered to a hub"});
  }
  return out;
}

}  // namespace hubproof::test
