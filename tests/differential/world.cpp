#include "tests/differential/world.h"

#include <algorithm>
#include <sstream>

#include "engine/ingest/load.h"
#include "engine/model/virtual_wan.h"
#include "engine/net/peerings.h"

namespace hubproof::differential {
namespace {

using net::Place;

void add(Prefix prefix, std::vector<Ipv4>& out) {
  const std::uint32_t first = prefix.first().bits();
  const std::uint32_t last = prefix.last().bits();
  if (prefix.length() == 32) return out.push_back(prefix.first());
  for (const std::uint32_t bits : {first, first + 4, first + 9, last - 1, last}) {
    if (bits <= last) out.emplace_back(bits);
  }
  if (first != 0) out.emplace_back(first - 1);
  if (last != 0xffffffffU) out.emplace_back(last + 1);
}

void add_terms(const model::AddressTerms& terms, std::vector<Ipv4>& out) {
  for (const model::AddressTerm& term : terms) {
    if (term.kind == model::AddressTerm::Kind::prefix) add(term.prefix, out);
  }
}

template <class T>
void sort_once(std::vector<T>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

World load(const Json& page, const model::Designations& designations) {
  std::istringstream text(page.dump());
  ingest::LoadOptions options;
  options.standard_input = &text;
  World out;
  out.owned = std::make_unique<model::Estate>(ingest::load({"-"}, options));
  out.designations = designations;
  out.roles = model::infer_roles(*out.owned, designations);
  return out;
}

std::vector<Ipv4> corner_addresses(const World& world) {
  const model::Tables& t = world.estate().tables();
  std::vector<Ipv4> out{*Ipv4::parse("8.8.8.8"), *Ipv4::parse("168.63.129.16"), *Ipv4::parse("10.200.1.1"),
                        *Ipv4::parse("172.16.5.5")};
  for (const model::VirtualNetwork& vnet : t.virtual_networks) {
    for (const Prefix& prefix : vnet.address_space) add(prefix, out);
  }
  for (const model::Subnet& subnet : t.subnets) {
    for (const Prefix& prefix : subnet.prefixes) add(prefix, out);
  }
  for (const model::RouteTable& table : t.route_tables) {
    for (const model::Route& route : table.routes) {
      if (route.prefix && std::holds_alternative<Prefix>(*route.prefix)) add(std::get<Prefix>(*route.prefix), out);
    }
  }
  for (const model::NetworkSecurityGroup& nsg : t.network_security_groups) {
    for (const model::SecurityRule& rule : nsg.rules) {
      add_terms(rule.sources, out);
      add_terms(rule.destinations, out);
    }
  }
  for (const model::NetworkInterface& nic : t.network_interfaces) {
    for (const model::IpConfiguration& ip : nic.ip_configurations) {
      if (ip.address) out.push_back(*ip.address);
    }
  }
  for (const model::AdminRule& rule : t.admin_rules) {
    add_terms(rule.match.sources, out);
    add_terms(rule.match.destinations, out);
  }
  for (const model::LoadBalancer& balancer : t.load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (frontend.address) out.push_back(*frontend.address);
    }
  }
  sort_once(out);
  return out;
}

std::vector<std::uint16_t> corner_ports(const World& world) {
  std::vector<std::uint16_t> out{443, 22, 53};
  const auto add_ports = [&](const model::PortRanges& ranges) {
    for (const PortRange& range : ranges) {
      if (range.is_all()) continue;
      out.push_back(range.first());
      if (range.last() != 65535) out.push_back(static_cast<std::uint16_t>(range.last() + 1));
    }
  };
  for (const model::NetworkSecurityGroup& nsg : world.estate().tables().network_security_groups) {
    for (const model::SecurityRule& rule : nsg.rules) add_ports(rule.destination_ports);
  }
  for (const model::AdminRule& rule : world.estate().tables().admin_rules) add_ports(rule.match.destination_ports);
  sort_once(out);
  return out;
}

std::vector<Origin> origins(const World& world) {
  const model::Tables& t = world.estate().tables();
  std::vector<Origin> out;
  for (const model::Subnet& subnet : t.subnets) {
    for (const Prefix& prefix : subnet.prefixes)
      out.push_back({{Place::Kind::subnet, subnet.id}, Ipv4(prefix.first().bits() + 7)});
  }
  for (const model::NetworkInterface& nic : t.network_interfaces) {
    if (nic.private_endpoint.is_set() || nic.ip_configurations.empty() || !nic.ip_configurations.front().address)
      continue;
    const Place place{Place::Kind::network_interface, nic.id};
    out.push_back({place, *nic.ip_configurations.front().address});
    if (!nic.ip_forwarding) continue;
    for (const char* other : {"10.1.0.7", "10.2.0.9", "10.200.1.1", "8.8.8.8"})
      out.push_back({place, *Ipv4::parse(other), true});
  }
  for (const model::VirtualHub& hub : t.virtual_hubs) {
    if (model::has_branches(world.estate(), hub))
      out.push_back({{Place::Kind::virtual_hub, hub.id}, *Ipv4::parse("10.200.1.1")});
  }
  for (const model::Gateway& gateway : t.gateways)
    out.push_back({{Place::Kind::gateway, gateway.id}, *Ipv4::parse("10.200.1.1")});
  out.push_back({{Place::Kind::internet, {}}, *Ipv4::parse("8.8.8.8")});
  return out;
}

bool has_ipv6(const World& world) {
  const model::Tables& t = world.estate().tables();
  return std::any_of(t.virtual_networks.begin(), t.virtual_networks.end(),
                     [](const auto& vnet) { return !vnet.address_space_v6.empty(); }) ||
         std::any_of(t.subnets.begin(), t.subnets.end(),
                     [](const auto& subnet) { return !subnet.prefixes_v6.empty(); });
}

std::vector<Ipv6> corner_addresses_v6(const World& world) {
  const model::Tables& t = world.estate().tables();
  std::vector<Ipv6> out{*Ipv6::parse("2001:4860:4860::8888"), *Ipv6::parse("fd99::1")};
  const auto add = [&](const Prefix6& prefix) {
    for (const std::uint32_t step : {0U, 4U, 9U}) {
      if (prefix.contains(prefix.first().plus(step))) out.push_back(prefix.first().plus(step));
    }
    out.push_back(prefix.last());
    out.push_back(prefix.last().plus(1));
  };
  for (const model::VirtualNetwork& vnet : t.virtual_networks) {
    for (const Prefix6& prefix : vnet.address_space_v6) add(prefix);
  }
  for (const model::Subnet& subnet : t.subnets) {
    for (const Prefix6& prefix : subnet.prefixes_v6) add(prefix);
  }
  for (const model::RouteTable& table : t.route_tables) {
    for (const model::Route& route : table.routes) {
      if (route.prefix && std::holds_alternative<Prefix6>(*route.prefix)) add(std::get<Prefix6>(*route.prefix));
    }
  }
  for (const Prefix6& prefix : t.prefixes_v6) add(prefix);  // of rules
  sort_once(out);
  return out;
}

std::vector<Origin6> origins_v6(const World& world) {
  const model::Tables& t = world.estate().tables();
  std::vector<Origin6> out;
  for (const model::Subnet& subnet : t.subnets) {
    for (const Prefix6& prefix : subnet.prefixes_v6)
      out.push_back({{Place::Kind::subnet, subnet.id}, prefix.first().plus(7)});
  }
  for (const model::NetworkInterface& nic : t.network_interfaces) {
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.address_v6) out.push_back({{Place::Kind::network_interface, nic.id}, *config.address_v6});
    }
  }
  return out;
}

}  // namespace hubproof::differential
