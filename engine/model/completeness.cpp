#include "engine/model/completeness.h"

#include <fmt/format.h>

#include <string>

#include "engine/core/text.h"

namespace hubproof::model {
namespace {

class GapFinder {
 public:
  GapFinder(const Estate& estate, Snapshot& snapshot) : e_(estate), s_(snapshot) {}
  void run();

 private:
  void reference(ResourceId from, ResourceId to, std::string_view pointer, std::string_view what);
  void add(Gap gap, std::string pointer, std::string fix);
  void network_references();
  void nat_back_reference(const NatGateway& nat, ResourceId subnet);
  void hidden_subnets(const VirtualNetwork& vnet);
  void firewall_references();
  void virtual_wan_references();
  void private_link_references();
  void ingress_references();
  void child_counts();

  const Estate& e_;
  Snapshot& s_;
};

void GapFinder::add(Gap gap, std::string pointer, std::string fix) {
  Diagnostic diagnostic;
  diagnostic.code = gap.code;
  diagnostic.message = gap.message;
  const ResourceId about = gap.from.is_set() ? gap.from : gap.resource;
  if (about.is_set()) diagnostic.resource = std::string(e_.spelling(about));
  diagnostic.pointer = std::move(pointer);
  diagnostic.why = "what depends on it is unknown";
  diagnostic.fix = std::move(fix);
  s_.gaps.push_back(std::move(gap));
  s_.diagnostics.push_back(std::move(diagnostic));
}

void GapFinder::reference(ResourceId from, ResourceId to, std::string_view pointer, std::string_view what) {
  if (!to.is_set() || e_.holds(to)) return;
  Gap gap;
  gap.code = "INPUT-DANGLING";
  gap.reach = Gap::Reach::resource;
  gap.resource = to;
  gap.from = from;
  gap.message = fmt::format("refers to {} \"{}\", which is not in the export", what, text::printable(e_.spelling(to)));
  add(std::move(gap), std::string(pointer), "export the subscription that holds it, with a reader that may see it");
}

void GapFinder::network_references() {
  const Tables& t = e_.tables();
  for (const Subnet& s : t.subnets) {
    reference(s.id, s.vnet, "/id", "virtual network");
    reference(s.id, s.route_table, "/properties/routeTable/id", "route table");
    reference(s.id, s.network_security_group, "/properties/networkSecurityGroup/id", "network security group");
    reference(s.id, s.nat_gateway, "/properties/natGateway/id", "NAT gateway");
  }
  for (const Peering& p : t.peerings) {
    reference(p.id, p.vnet, "/id", "virtual network");
    // The network of a virtual hub is Microsoft's and in no export; its connection says all.
    if (hub_connection(e_, p) != nullptr) continue;
    reference(p.id, p.remote, "/properties/remoteVirtualNetwork/id", "virtual network");
  }
  for (const NetworkInterface& n : t.network_interfaces) {
    reference(n.id, n.network_security_group, "/properties/networkSecurityGroup/id", "network security group");
    reference(n.id, n.private_endpoint, "/properties/privateEndpoint/id", "private endpoint");
    for (const IpConfiguration& ip : n.ip_configurations) {
      reference(n.id, ip.subnet, "/properties/ipConfigurations", "subnet");
      reference(n.id, ip.public_ip, "/properties/ipConfigurations", "public IP address");
      reference(n.id, ip.public_ip_v6, "/properties/ipConfigurations", "public IP address");
    }
  }
  for (const Gateway& g : t.gateways) {
    for (const ResourceId subnet : g.subnets) reference(g.id, subnet, "/properties/ipConfigurations", "subnet");
  }
  for (const NatGateway& n : t.nat_gateways) {
    reference(n.id, n.source_vnet, "/properties/sourceVirtualNetwork/id", "virtual network");
    for (const ResourceId subnet : n.subnets) nat_back_reference(n, subnet);
  }
  for (const VirtualNetwork& v : t.virtual_networks) hidden_subnets(v);
}

// The two rows are from different moments, or one of them is not whole: which is right cannot be told.
// source: azure-semantics.md 0 (an export is one possibly torn snapshot)
void GapFinder::nat_back_reference(const NatGateway& nat, ResourceId subnet) {
  const Subnet* row = e_.find<Subnet>(subnet);
  if (row == nullptr) return reference(nat.id, subnet, "/properties/subnets", "subnet");
  if (row->nat_gateway == nat.id) return;
  Gap gap;
  gap.code = "INPUT-CONFLICT";
  gap.reach = Gap::Reach::resource;
  gap.resource = subnet;
  gap.message = fmt::format("NAT gateway \"{}\" serves the subnet \"{}\", whose own row does not say so",
                            text::printable(e_.name(nat.id)), text::printable(e_.name(subnet)));
  add(std::move(gap), "/properties/natGateway", "export again: the estate may have changed between two calls");
}

// A network without subnets has an empty list; one without the list and without rows of subnets hides them.
void GapFinder::hidden_subnets(const VirtualNetwork& vnet) {
  if (vnet.lists_subnets || !e_.subnets_by_vnet.of(vnet.id).empty()) return;
  Gap gap;
  gap.code = "INPUT-CHILDREN";
  gap.reach = Gap::Reach::resource;
  gap.resource = vnet.id;
  gap.message = fmt::format("the row of \"{}\" has no list of subnets, and no subnet of it is in the export",
                            text::printable(e_.name(vnet.id)));
  add(std::move(gap), "/properties/subnets", "export the whole row, properties included");
}

void GapFinder::firewall_references() {
  const Tables& t = e_.tables();
  for (const AzureFirewall& f : t.firewalls) {
    reference(f.id, f.policy, "/properties/firewallPolicy/id", "firewall policy");
    for (const AzureFirewall::IpConfiguration& ip : f.ip_configurations) {
      reference(f.id, ip.subnet, "/properties/ipConfigurations", "subnet");
      reference(f.id, ip.public_ip, "/properties/ipConfigurations", "public IP address");
    }
  }
  for (const FirewallPolicy& p : t.firewall_policies) {
    reference(p.id, p.base_policy, "/properties/basePolicy/id", "firewall policy");
    for (const ResourceId group : p.rule_collection_groups) {
      reference(p.id, group, "/properties/ruleCollectionGroups", "rule collection group");
    }
  }
  for (const RuleCollectionGroup& g : t.rule_collection_groups) {
    reference(g.id, g.policy, "/id", "firewall policy");
    for (const RuleCollection& c : g.collections) {
      for (const FirewallRule& r : c.rules) {
        for (const ResourceId ip : r.source_ip_groups) reference(g.id, ip, "/properties/ruleCollections", "IP group");
        for (const ResourceId ip : r.destination_ip_groups) {
          reference(g.id, ip, "/properties/ruleCollections", "IP group");
        }
      }
    }
  }
}

void GapFinder::virtual_wan_references() {
  const Tables& t = e_.tables();
  for (const VirtualWan& w : t.virtual_wans) {
    for (const ResourceId hub : w.hubs) reference(w.id, hub, "/properties/virtualHubs", "virtual hub");
  }
  for (const VirtualHub& h : t.virtual_hubs) {
    reference(h.id, h.wan, "/properties/virtualWan/id", "virtual WAN");
    reference(h.id, h.firewall, "/properties/azureFirewall/id", "firewall");
  }
  for (const HubConnection& c : t.hub_connections) {
    reference(c.id, c.hub, "/id", "virtual hub");
    reference(c.id, c.vnet, "/properties/remoteVirtualNetwork/id", "virtual network");
  }
  for (const RoutingIntent& i : t.routing_intents) reference(i.id, i.hub, "/id", "virtual hub");
}

void GapFinder::private_link_references() {
  const Tables& t = e_.tables();
  for (const PrivateEndpoint& p : t.private_endpoints) {
    reference(p.id, p.subnet, "/properties/subnet/id", "subnet");
    for (const ResourceId nic : p.network_interfaces) {
      reference(p.id, nic, "/properties/networkInterfaces", "network interface");
    }
    for (const PrivateEndpoint::Connection& c : p.connections) {
      reference(p.id, c.target, "/properties/privateLinkServiceConnections", "private link resource");
    }
  }
  for (const VirtualNetworkLink& l : t.virtual_network_links) {
    reference(l.id, l.zone, "/id", "private DNS zone");
    reference(l.id, l.vnet, "/properties/virtualNetwork/id", "virtual network");
  }
  for (const DnsRecordSet& r : t.dns_record_sets) reference(r.id, r.zone, "/id", "private DNS zone");
  for (const DnsResolver& r : t.dns_resolvers) {
    reference(r.id, r.vnet, "/properties/virtualNetwork/id", "virtual network");
  }
  for (const Service& s : t.services) {
    for (const EndpointConnection& c : s.endpoint_connections) {
      reference(s.id, c.private_endpoint, "/properties/privateEndpointConnections", "private endpoint");
    }
  }
  for (const PerimeterAssociation& p : t.perimeter_associations) {
    reference(p.id, p.target, "/properties/privateLinkResource/id", "resource");
    reference(p.id, p.profile, "/properties/profile/id", "perimeter profile");
  }
}

void GapFinder::ingress_references() {
  const Tables& t = e_.tables();
  for (const ApplicationGateway& g : t.application_gateways) {
    reference(g.id, g.waf_policy, "/properties/firewallPolicy/id", "WAF policy");
    for (const ResourceId subnet : g.subnets) reference(g.id, subnet, "/properties/gatewayIPConfigurations", "subnet");
    for (const ApplicationGateway::Frontend& f : g.frontends) {
      reference(g.id, f.public_ip, "/properties/frontendIPConfigurations", "public IP address");
      reference(g.id, f.public_ip_v6, "/properties/frontendIPConfigurations", "public IP address");
    }
    for (const ApplicationGateway::Listener& l : g.listeners) {
      reference(g.id, l.waf_policy, "/properties/httpListeners", "WAF policy");
    }
  }
  for (const ApiManagement& a : t.api_managements) {
    reference(a.id, a.primary.subnet, "/properties/virtualNetworkConfiguration/subnetResourceId", "subnet");
    for (const ApiManagement::Location& l : a.additional) {
      reference(a.id, l.subnet, "/properties/additionalLocations", "subnet");
    }
  }
  for (const LoadBalancer& b : t.load_balancers) {
    for (const LoadBalancer::Frontend& f : b.frontends) {
      reference(b.id, f.subnet, "/properties/frontendIPConfigurations", "subnet");
      reference(b.id, f.public_ip, "/properties/frontendIPConfigurations", "public IP address");
      reference(b.id, f.public_ip_v6, "/properties/frontendIPConfigurations", "public IP address");
    }
  }
}

// A zone row states how many record sets and links it has; rows that were not exported show as a difference.
// source: learn.microsoft.com/azure/templates/microsoft.network/privatednszones (numberOfRecordSets, read-only)
void GapFinder::child_counts() {
  for (const PrivateDnsZone& zone : e_.tables().private_dns_zones) {
    const std::size_t records = e_.records_by_zone.of(zone.id).size();
    const std::size_t links = e_.links_by_zone.of(zone.id).size();
    const auto state = [&](std::string_view what, std::uint64_t stated, std::size_t held, ArgTable table,
                           std::string pointer) {
      Gap gap;
      gap.code = "INPUT-CHILDREN";
      gap.reach = Gap::Reach::resource;
      gap.table = table;
      gap.resource = zone.id;
      gap.message = fmt::format("zone \"{}\" states {} {} but the export holds {}", text::printable(zone.name), stated,
                                what, held);
      add(std::move(gap), std::move(pointer), fmt::format("export the {} table in full", model::name(table)));
    };
    if (zone.record_sets && records < *zone.record_sets) {
      state("record sets", *zone.record_sets, records, ArgTable::dns_resources, "/properties/numberOfRecordSets");
    }
    if (zone.links && links < *zone.links) {
      state("virtual network links", *zone.links, links, ArgTable::resources,
            "/properties/numberOfVirtualNetworkLinks");
    }
  }
}

void GapFinder::run() {
  network_references();
  firewall_references();
  virtual_wan_references();
  private_link_references();
  ingress_references();
  child_counts();
}

}  // namespace

void find_gaps(const Estate& estate, Snapshot& snapshot) { GapFinder(estate, snapshot).run(); }

}  // namespace hubproof::model
