#include "tests/support/estate_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "tests/support/estate_builder_parts.h"

namespace hubproof::test {
namespace {

using namespace hubproof::model;

template <class V4, class V6>
void add_prefixes(std::string_view list, V4& v4, V6& v6) {
  for (const std::string& part : split(list)) {
    const Result<AnyPrefix> parsed = parse_any_prefix(part);
    if (!parsed) fail("no prefix", part);
    if (const Prefix* four = std::get_if<Prefix>(&*parsed)) v4.push_back(*four);
    if (const Prefix6* six = std::get_if<Prefix6>(&*parsed)) v6.push_back(*six);
  }
}

template <class Enum>
Setting<Enum> setting(std::string_view spelling) {
  if (spelling.empty()) return {};
  const std::optional<Enum> value = parse<Enum>(spelling);
  return value ? Setting<Enum>(*value) : Setting<Enum>::unreadable(std::string(spelling));
}

template <class Ranges>
void add_ports(std::string_view list, Ranges& out) {
  for (const std::string& part : split(list)) {
    const Result<PortRange> range = PortRange::parse(part);
    if (!range) fail("no port range", part);
    out.push_back(*range);
  }
}

}  // namespace

Ipv4 ip(std::string_view text) {
  const Result<Ipv4> parsed = Ipv4::parse(text);
  if (!parsed) fail("no address", text);
  return *parsed;
}

Prefix prefix(std::string_view text) {
  const Result<Prefix> parsed = Prefix::parse(text);
  if (!parsed) fail("no prefix", text);
  return *parsed;
}

VnetIndex World::vnet(std::string_view name) const {
  const auto& table = owned->tables().virtual_networks;
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    if (owned->name(table[i].id) == name) return VnetIndex(i);
  }
  fail("no virtual network", name);
}

SubnetIndex World::subnet(std::string_view vnet_slash_subnet) const {
  const std::size_t slash = vnet_slash_subnet.find('/');
  const ResourceId parent = owned->tables().virtual_networks[vnet(vnet_slash_subnet.substr(0, slash)).index()].id;
  for (const auto& [key, index] : owned->subnets_by_vnet.of(parent)) {
    if (owned->name(owned->tables().subnets[index].id) == vnet_slash_subnet.substr(slash + 1))
      return SubnetIndex(index);
  }
  fail("no subnet", vnet_slash_subnet);
}

const SpokeRole& World::spoke(std::string_view name) const {
  const VnetIndex wanted = vnet(name);
  for (const SpokeRole& role : roles.spokes) {
    if (role.vnet == wanted) return role;
  }
  fail("no spoke", name);
}

const Service& World::service(std::string_view name) const {
  for (const Service& service : owned->tables().services) {
    if (owned->name(service.id) == name) return service;
  }
  fail("no service", name);
}

ResourceId Build::id(std::string_view type, std::string_view name) {
  if (!name.empty() && name.front() == '/') return snapshot_.ids.intern(name);
  if (name.empty()) return {};
  const auto [found, is_new] = named_.try_emplace(fmt::format("{}|{}", type, name));
  if (is_new) {
    const std::string_view provider = type.find('/') == std::string_view::npos ? "Microsoft.Network/" : "";
    found->second = snapshot_.ids.intern(
        fmt::format("/subscriptions/{}/resourceGroups/rg/providers/{}{}/{}", subscription_, provider, type, name));
  }
  return found->second;
}

ResourceId Build::subnet_id(std::string_view vnet_slash_subnet) {
  if (vnet_slash_subnet.empty() || vnet_slash_subnet.front() == '/') return id("", vnet_slash_subnet);
  const std::size_t slash = vnet_slash_subnet.find('/');
  if (slash == std::string_view::npos) fail("wanted vnet/subnet", vnet_slash_subnet);
  const ResourceId parent = vnet_id(vnet_slash_subnet.substr(0, slash));
  return snapshot_.ids.intern(
      fmt::format("{}/subnets/{}", snapshot_.ids.spelling(parent), vnet_slash_subnet.substr(slash + 1)));
}

VirtualNetwork& Build::vnet(std::string_view name, std::string_view prefixes) {
  VirtualNetwork& out = add(snapshot_.tables.virtual_networks, vnet_id(name));
  out.location = "westeurope";
  add_prefixes(prefixes, out.address_space, out.address_space_v6);
  return out;
}

Subnet& Build::subnet(std::string_view vnet, std::string_view name, std::string_view prefixes,
                      const SubnetOptions& options) {
  Subnet& out = add(snapshot_.tables.subnets, subnet_id(fmt::format("{}/{}", vnet, name)));
  out.vnet = vnet_id(vnet);
  add_prefixes(prefixes, out.prefixes, out.prefixes_v6);
  return attach(vnet, name, options);
}

Subnet& Build::attach(std::string_view vnet, std::string_view name, const SubnetOptions& options) {
  Subnet& out = get(snapshot_.tables.subnets, subnet_id(fmt::format("{}/{}", vnet, name)), name);
  if (!options.route_table.empty()) out.route_table = id("routeTables", options.route_table);
  if (!options.nsg.empty()) out.network_security_group = id("networkSecurityGroups", options.nsg);
  if (!options.nat_gateway.empty()) out.nat_gateway = id("natGateways", options.nat_gateway);
  if (!options.service_endpoints.empty()) out.service_endpoints = options.service_endpoints;
  if (!options.delegations.empty()) out.delegations = options.delegations;
  if (!options.policies.empty()) out.private_endpoint_policies = setting<PrivateEndpointPolicies>(options.policies);
  if (!options.default_outbound.is_absent()) out.default_outbound_access = options.default_outbound;
  out.attached.insert(out.attached.end(), options.attached.begin(), options.attached.end());
  return out;
}

void Build::peer(std::string_view a, std::string_view b, const PeeringOptions& options) {
  peer_one_side(a, b, options);
  PeeringOptions back = options;
  std::swap(back.local_subnets, back.remote_subnets);
  peer_one_side(b, a, back);
}

Peering& Build::peer_one_side(std::string_view vnet, std::string_view remote, const PeeringOptions& options) {
  const ResourceId side = vnet_id(vnet);
  const ResourceId other = vnet_id(remote);
  Peering& out = add(snapshot_.tables.peerings,
                     snapshot_.ids.intern(fmt::format("{}/virtualNetworkPeerings/to-{}", snapshot_.ids.spelling(side),
                                                      snapshot_.ids.name(other))));
  out.vnet = side;
  out.remote = other;
  out.state = setting<PeeringState>(options.state);
  out.sync_level = setting<PeeringSyncLevel>(options.sync);
  out.allow_access = options.access;
  out.allow_forwarded = options.forwarded;
  out.allow_gateway_transit = options.gateway_transit;
  out.use_remote_gateways = options.remote_gateways;
  out.complete_vnets = options.complete_vnets;
  out.only_v6 = options.only_v6;
  out.local_subnets.assign(options.local_subnets.begin(), options.local_subnets.end());
  out.remote_subnets.assign(options.remote_subnets.begin(), options.remote_subnets.end());
  add_prefixes(options.remote_space, out.remote_address_space, out.remote_address_space_v6);
  if (options.remote_space.empty()) peerings_with_own_space_.push_back(out.id);
  return out;
}

RouteTable& Build::route_table(std::string_view name, bool disable_propagation) {
  RouteTable& out = add(snapshot_.tables.route_tables, id("routeTables", name));
  out.disable_bgp_propagation = disable_propagation;
  return out;
}

Route& Build::udr(std::string_view table, std::string_view prefix, std::string_view to) {
  Route& out = get(snapshot_.tables.route_tables, id("routeTables", table), table).routes.emplace_back();
  out.name = fmt::format("r-{}", prefix);
  const Result<AnyPrefix> parsed = parse_any_prefix(prefix);
  if (parsed)
    out.prefix = *parsed;
  else
    out.service_tag = std::string(prefix);
  if (const std::optional<NextHopType> type = parse<NextHopType>(to)) {
    out.next_hop = *type;
    return out;
  }
  for (const std::string& address : split(to)) out.next_hop_addresses.push_back(ip(address));
  out.next_hop =
      out.next_hop_addresses.size() > 1 ? NextHopType::virtual_appliance_ecmp : NextHopType::virtual_appliance;
  return out;
}

NetworkSecurityGroup& Build::nsg(std::string_view name) {
  return add(snapshot_.tables.network_security_groups, id("networkSecurityGroups", name));
}

AddressTerms Build::terms(std::string_view list) {
  AddressTerms out;
  for (const std::string& part : split(list)) {
    AddressTerm& term = out.emplace_back();
    const Result<AnyPrefix> parsed = parse_any_prefix(part);
    if (part == "*") {
      term.kind = AddressTerm::Kind::any;
    } else if (text::starts_with(part, "asg:")) {
      term.kind = AddressTerm::Kind::asg;
      term.index = id("applicationSecurityGroups", part.substr(4)).index();
    } else if (parsed && std::holds_alternative<Prefix>(*parsed)) {
      term.kind = AddressTerm::Kind::prefix;
      term.prefix = std::get<Prefix>(*parsed);
    } else if (parsed) {
      term.kind = AddressTerm::Kind::prefix6;
      term.index = static_cast<std::uint32_t>(snapshot_.tables.prefixes_v6.size());
      snapshot_.tables.prefixes_v6.push_back(std::get<Prefix6>(*parsed));
    } else {
      term.kind = AddressTerm::Kind::tag;
      auto& tags = snapshot_.tables.service_tags;
      const auto found = std::find(tags.begin(), tags.end(), part);
      term.index = static_cast<std::uint32_t>(found - tags.begin());
      if (found == tags.end()) tags.push_back(part);
    }
  }
  return out;
}

SecurityRule Build::rule_of(const RuleRow& row) {
  SecurityRule out;
  out.priority = row.priority;
  out.direction = *parse<Direction>(row.direction);
  out.access = *parse<Access>(row.access);
  out.protocol = protocol(row.protocol);
  out.name = fmt::format("{}-{}-{}", row.direction, row.access, row.priority);
  out.sources = terms(row.from);
  out.destinations = terms(row.to);
  add_ports(row.ports, out.destination_ports);
  add_ports(row.source_ports, out.source_ports);
  return out;
}

SecurityRule& Build::rule(std::string_view nsg, const RuleRow& row) {
  auto& rules = get(snapshot_.tables.network_security_groups, id("networkSecurityGroups", nsg), nsg).rules;
  SecurityRule& out = rules.emplace_back(rule_of(row));
  out.position = static_cast<std::uint16_t>(rules.size() - 1);
  return out;
}

void Build::asg(std::string_view name) {
  add(snapshot_.tables.application_security_groups, id("applicationSecurityGroups", name));
}

void Build::listed_tag(std::string_view name, std::string_view prefixes) {
  model::ServiceTag& tag = listed_tags_.tags.emplace_back();
  tag.name = std::string(name);
  for (const std::string& part : split(prefixes)) {
    tag.prefixes.push_back(prefix(part));
    tag.addresses.add(tag.prefixes.back());
  }
  std::sort(tag.prefixes.begin(), tag.prefixes.end());
}

NetworkInterface& Build::nic(std::string_view name, std::string_view subnet, std::string_view address,
                             const NicOptions& options) {
  NetworkInterface& out = add(snapshot_.tables.network_interfaces, id("networkInterfaces", name));
  IpConfiguration& config = out.ip_configurations.emplace_back();
  config.id = snapshot_.ids.intern(fmt::format("{}/ipConfigurations/ipconfig1", snapshot_.ids.spelling(out.id)));
  config.subnet = subnet_id(subnet);
  if (!address.empty()) config.address = ip(address);
  config.public_ip = id("publicIPAddresses", options.public_ip);
  for (const std::string& asg : options.asgs) {
    config.application_security_groups.push_back(id("applicationSecurityGroups", asg));
  }
  out.network_security_group = id("networkSecurityGroups", options.nsg);
  out.ip_forwarding = options.forwarding;
  out.virtual_machine = id("Microsoft.Compute/virtualMachines", options.vm);
  return out;
}

model::MachinePool& Build::machine_pool(std::string_view name) {
  return add(snapshot_.tables.machine_pools, id("Microsoft.Compute/virtualMachineScaleSets", name));
}

PublicIp& Build::public_ip(std::string_view name, std::string_view address, bool is_standard) {
  PublicIp& out = add(snapshot_.tables.public_ips, id("publicIPAddresses", name));
  if (!address.empty()) out.address = ip(address);
  out.is_standard = is_standard;
  return out;
}

NatGateway& Build::nat_gateway(std::string_view name, std::string_view source_vnet) {
  NatGateway& out = add(snapshot_.tables.nat_gateways, id("natGateways", name));
  out.source_vnet = vnet_id(source_vnet);
  return out;
}

Gateway& Build::gateway(std::string_view name, std::string_view vnet, std::string_view type) {
  const bool is_route_server = type == "RouteServer";
  Gateway& out = add(snapshot_.tables.gateways, id(is_route_server ? "virtualHubs" : "virtualNetworkGateways", name));
  out.is_route_server = is_route_server;
  if (!is_route_server) out.type = setting<GatewayType>(type);
  out.subnets = {subnet_id(fmt::format("{}/{}", vnet, is_route_server ? "RouteServerSubnet" : "GatewaySubnet"))};
  return out;
}

LoadBalancer& Build::load_balancer(std::string_view name, bool is_standard) {
  LoadBalancer& out = add(snapshot_.tables.load_balancers, id("loadBalancers", name));
  out.is_standard = is_standard;
  return out;
}

void Build::lb_frontend(std::string_view lb, std::string_view frontend, const FrontendOptions& options) {
  const ResourceId owner = id("loadBalancers", lb);
  LoadBalancer::Frontend& out = get(snapshot_.tables.load_balancers, owner, lb).frontends.emplace_back();
  out.id = snapshot_.ids.intern(fmt::format("{}/frontendIPConfigurations/{}", snapshot_.ids.spelling(owner), frontend));
  out.subnet = subnet_id(options.subnet);
  if (!options.address.empty()) out.address = ip(options.address);
  out.public_ip = id("publicIPAddresses", options.public_ip);
}

LoadBalancer::Rule& Build::lb_rule(std::string_view lb, std::string_view frontend, std::string_view pool,
                                   Protocol protocol, PortRange ports) {
  const ResourceId owner = id("loadBalancers", lb);
  const std::string spelling(snapshot_.ids.spelling(owner));
  LoadBalancer::Rule& out = get(snapshot_.tables.load_balancers, owner, lb).rules.emplace_back();
  out.name = fmt::format("{}-{}", frontend, pool);
  out.frontend = snapshot_.ids.intern(fmt::format("{}/frontendIPConfigurations/{}", spelling, frontend));
  out.backend_pool = snapshot_.ids.intern(fmt::format("{}/backendAddressPools/{}", spelling, pool));
  out.protocol = protocol;
  out.frontend_ports = ports;
  out.is_balancing = true;
  std::vector<model::ResourceId>& pools = get(snapshot_.tables.load_balancers, owner, lb).pools;
  if (std::find(pools.begin(), pools.end(), out.backend_pool) == pools.end()) pools.push_back(out.backend_pool);
  return out;
}

void Build::lb_member(std::string_view lb, std::string_view pool, std::string_view nic) {
  const ResourceId owner = id("loadBalancers", lb);
  const ResourceId pool_id =
      snapshot_.ids.intern(fmt::format("{}/backendAddressPools/{}", snapshot_.ids.spelling(owner), pool));
  IpConfiguration& member =
      get(snapshot_.tables.network_interfaces, id("networkInterfaces", nic), nic).ip_configurations.front();
  member.load_balancer_pools.push_back(pool_id);
  get(snapshot_.tables.load_balancers, owner, lb).pool_members.emplace_back(pool_id, member.id);
}

BastionHost& Build::bastion(std::string_view name, std::string_view vnet) {
  BastionHost& out = add(snapshot_.tables.bastion_hosts, id("bastionHosts", name));
  out.subnet = subnet_id(fmt::format("{}/AzureBastionSubnet", vnet));
  return out;
}

AzureFirewall& Build::firewall(std::string_view name, std::string_view vnet, std::string_view address,
                               const FirewallOptions& options) {
  AzureFirewall& out = add(snapshot_.tables.firewalls, id("azureFirewalls", name));
  out.tier = setting<FirewallTier>(options.tier);
  out.policy = id("firewallPolicies", options.policy);
  out.classic.is_whole = true;
  AzureFirewall::IpConfiguration& config = out.ip_configurations.emplace_back();
  config.address = ip(address);
  config.subnet = subnet_id(fmt::format("{}/AzureFirewallSubnet", vnet));
  config.public_ip = id("publicIPAddresses", options.public_ip);
  if (!options.is_hub_firewall) not_hub_firewalls_.push_back(out.id);
  return out;
}

}  // namespace hubproof::test
