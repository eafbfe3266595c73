// Microsoft.Network/loadBalancers and bastionHosts.
// source: learn.microsoft.com/azure/templates/microsoft.network/loadbalancers and .../bastionhosts (2025-07-01)
#include <algorithm>
#include <limits>

#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_frontend(Cursor element, model::LoadBalancer& balancer) {
  model::LoadBalancer::Frontend frontend;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "subnet")) {
      frontend.subnet = value.reference();
    } else if (is(key, "privateIPAddress")) {
      read_address(value, frontend.address, frontend.address_v6);
    } else if (is(key, "publicIPAddress")) {
      frontend.public_ip = value.reference();
    } else if (is(key, "gatewayLoadBalancer")) {  // inserts an appliance that no route shows: azure-semantics.md 5
      value.unknown_property();
    }
  });
  frontend.id = child_id(element.context(), balancer.id, "frontendIPConfigurations", child);
  balancer.frontends.push_back(std::move(frontend));
}

void read_rule_protocol(Cursor value, Protocol& protocol) {
  const std::optional<std::string_view> word = value.text();
  if (!word || text::equals(*word, "All")) return;
  if (text::equals(*word, "Tcp")) {
    protocol = Protocol::tcp;
  } else if (text::equals(*word, "Udp")) {
    protocol = Protocol::udp;
  } else {
    value.unread(std::string(*word));
  }
}

std::optional<std::uint16_t> read_port(Cursor value) {
  const std::optional<std::uint64_t> number = value.number();
  if (!number) return std::nullopt;
  if (*number <= std::numeric_limits<std::uint16_t>::max()) return static_cast<std::uint16_t>(*number);
  value.unread(std::to_string(*number));
  return std::nullopt;
}

/// One ARM rule; several pools make several rules.
struct RuleParts {
  model::LoadBalancer::Rule rule;
  std::vector<model::ResourceId> pools;
  std::optional<std::uint16_t> port;
  std::optional<std::uint16_t> first;
  std::optional<std::uint16_t> last;
};

void read_rule_property(std::string_view key, Cursor value, RuleParts& parts) {
  if (is(key, "frontendIPConfiguration")) {
    parts.rule.frontend = value.reference();
  } else if (is(key, "backendAddressPool") || is(key, "backendIPConfiguration")) {
    const model::ResourceId pool = value.reference();
    if (pool.is_set()) parts.pools.push_back(pool);
  } else if (is(key, "backendAddressPools")) {
    append_references(value, parts.pools);
  } else if (is(key, "protocol")) {
    read_rule_protocol(value, parts.rule.protocol);
  } else if (is(key, "frontendPort")) {
    parts.port = read_port(value);
  } else if (is(key, "backendPort")) {
    parts.rule.backend_port = read_port(value).value_or(0);
  } else if (is(key, "disableOutboundSnat")) {
    parts.rule.disable_outbound_snat = value.boolean();
  } else if (is(key, "frontendPortRangeStart")) {
    parts.first = read_port(value);
  } else if (is(key, "frontendPortRangeEnd")) {
    parts.last = read_port(value);
  }
}

// frontendPort 0 stands for all ports (HA ports) in a load balancing rule; NAT rules of a pool give a range instead.
PortRange ports_of(const RuleParts& parts) {
  if (parts.first && parts.last && *parts.first <= *parts.last && *parts.last != 0) return {*parts.first, *parts.last};
  if (parts.port && *parts.port != 0) return {*parts.port, *parts.port};
  return {};
}

/// An inbound NAT pool has no backend: scale sets name it.
void read_rule(Cursor element, model::LoadBalancer& balancer, std::string_view list) {
  RuleParts parts;
  const Child child =
      read_child(element, [&](std::string_view key, Cursor value) { read_rule_property(key, value, parts); });
  parts.rule.name = std::string(child.name);
  parts.rule.frontend_ports = ports_of(parts);
  parts.rule.is_balancing = is(list, "loadBalancingRules");
  // backendAddressPools repeats backendAddressPool.
  std::sort(parts.pools.begin(), parts.pools.end());
  parts.pools.erase(std::unique(parts.pools.begin(), parts.pools.end()), parts.pools.end());
  if (is(list, "inboundNatPools")) parts.pools = {child_id(element.context(), balancer.id, "inboundNatPools", child)};
  if (parts.pools.empty()) parts.pools.emplace_back();
  for (const model::ResourceId pool : parts.pools) {
    parts.rule.backend_pool = pool;
    balancer.rules.push_back(parts.rule);
  }
}

/// A member: by its ipConfiguration, or by its address alone. source:
/// learn.microsoft.com/azure/load-balancer/backend-pool-management
struct Member {
  model::ResourceId configuration;
  std::optional<Ipv4> address;
  model::ResourceId vnet;
};

Member read_backend_address(Cursor element) {
  const std::size_t before = element.context().entity->unread.size();
  Member member;
  bool is_named = false;
  read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "networkInterfaceIPConfiguration")) {
      member.configuration = value.reference();
    } else if (is(key, "ipAddress")) {
      is_named = is_named || value.type() != simdjson::ondemand::json_type::null;
      member.address = read_address(value);
    } else if (is(key, "virtualNetwork")) {
      member.vnet = value.reference();
    } else if (is(key, "subnet")) {
      const model::ResourceId subnet = value.reference();
      if (!member.vnet.is_set()) member.vnet = parent_of(value.context(), subnet);
    } else if (is(key, "loadBalancerFrontendIPConfiguration")) {  // a regional balancer behind a global one
      member.configuration = value.reference();
    }
  });
  const bool is_recorded = element.context().entity->unread.size() != before;
  if (is_named && !member.configuration.is_set() && !member.address && !is_recorded)
    element.unread("a pool member whose address is not IPv4");
  return member;
}

void read_pool(Cursor element, model::LoadBalancer& balancer) {
  std::vector<model::ResourceId> members;
  std::vector<Member> addresses;
  model::ResourceId vnet;
  const Child child = read_child(element, [&](std::string_view key, Cursor value) {
    if (is(key, "backendIPConfigurations")) {
      append_references(value, members);
    } else if (is(key, "loadBalancerBackendAddresses")) {
      value.array([&](Cursor member) {
        const Member read = read_backend_address(member);
        if (read.configuration.is_set())
          members.push_back(read.configuration);
        else if (read.address)
          addresses.push_back(read);
      });
    } else if (is(key, "virtualNetwork")) {
      vnet = value.reference();
    }
  });
  const model::ResourceId pool = child_id(element.context(), balancer.id, "backendAddressPools", child);
  balancer.pools.push_back(pool);
  for (const model::ResourceId member : members) {
    const std::pair<model::ResourceId, model::ResourceId> pair(pool, member);
    if (std::find(balancer.pool_members.begin(), balancer.pool_members.end(), pair) == balancer.pool_members.end()) {
      balancer.pool_members.push_back(pair);
    }
  }
  for (const Member& member : addresses)
    balancer.address_members.push_back({pool, *member.address, member.vnet.is_set() ? member.vnet : vnet});
}

void read_outbound_rules(Cursor list, model::LoadBalancer& balancer) {
  list.array([&](Cursor element) {
    balancer.has_outbound_rules = true;
    model::LoadBalancer::Outbound& rule = balancer.outbound_rules.emplace_back();
    read_child(element, [&](std::string_view key, Cursor value) {
      if (is(key, "frontendIPConfigurations")) {
        append_references(value, rule.frontends);
      } else if (is(key, "backendAddressPool")) {
        rule.pool = value.reference();
      } else if (is(key, "protocol")) {
        read_rule_protocol(value, rule.protocol);
      }
    });
  });
}

}  // namespace

void read_load_balancer(const RowHead& head, Cursor properties, ReadContext& context) {
  model::LoadBalancer balancer;
  balancer.id = head.id;
  // An absent sku is Basic: azure-semantics.md 5. A Gateway balancer behaves as a Standard one.
  balancer.is_standard = text::equals(head.sku_name, "Standard") || text::equals(head.sku_name, "Gateway");
  const EntityScope scope(context, balancer);
  DemandedLists lists(properties, {"frontendIPConfigurations", "loadBalancingRules", "backendAddressPools"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "frontendIPConfigurations")) {
      value.array([&](Cursor element) { read_frontend(element, balancer); });
    } else if (is_one_of(key, {"loadBalancingRules", "inboundNatRules", "inboundNatPools"})) {
      value.array([&](Cursor element) { read_rule(element, balancer, key); });
    } else if (is(key, "backendAddressPools")) {
      value.array([&](Cursor element) { read_pool(element, balancer); });
    } else if (is(key, "outboundRules")) {
      read_outbound_rules(value, balancer);
    } else {
      read_common(key, value, balancer);
    }
  });
  lists.tell(balancer);
  context.snapshot.tables.load_balancers.push_back(std::move(balancer));
}

void read_bastion_host(const RowHead& head, Cursor properties, ReadContext& context) {
  model::BastionHost bastion;
  bastion.id = head.id;
  const EntityScope scope(context, bastion);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipConfigurations")) {
      value.array([&](Cursor element) {
        read_child(element, [&](std::string_view inner, Cursor field) {
          if (is(inner, "subnet")) bastion.subnet = field.reference();
          if (is(inner, "publicIPAddress") && field.reference().is_set()) bastion.is_public = true;
        });
      });
    } else if (is(key, "virtualNetwork")) {  // Developer: a shared pool that reaches the VNet without a subnet (6.4)
      value.unknown_property();
    } else {
      read_common(key, value, bastion);
    }
  });
  context.snapshot.tables.bastion_hosts.push_back(std::move(bastion));
}

}  // namespace hubproof::ingest
