// Internet entries of a spoke: public IP addresses on its NICs, public load balancers with members in it, application gateways
// with a public frontend in one of its subnets. source: azure-semantics.md 5, 6.1
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/transit_parts.h"
#include "engine/value/arm_id.h"

namespace hubproof::net {
namespace {

using model::Fact;
using model::NetworkInterface;
using model::Subnet;
using model::View;

class Entries {
 public:
  explicit Entries(TransitRun& run) : run_(run), v_(run.view), e_(run.view.estate) {}
  void subnet(const Subnet& subnet);
  void balancers();
  void gateways();

 private:
  struct Entry {
    const Subnet* subnet = nullptr;
    const NetworkInterface* nic = nullptr;
    AddressSet targets;              ///< private addresses that it leads to
    model::ResourceId public_ip;
    std::string what;                ///< "network interface nic-a has a public IP address"
    std::vector<Fact> facts;
    bool is_closed_by_default = false;  ///< Standard: the pages disagree without a network security group
  };
  void tell(const Entry& entry);

  TransitRun& run_;
  const View& v_;
  const model::Estate& e_;
};

void Entries::tell(const Entry& entry) {
  const Reach found = reach(v_, nullptr, {entry.subnet, entry.nic, false}, internet_addresses(), entry.targets, {});
  if (found.passes == Ternary::no) return;
  const model::PublicIp* address = e_.find<model::PublicIp>(entry.public_ip);
  const bool has_group = entry.subnet->network_security_group.is_set() ||
                         (entry.nic != nullptr && entry.nic->network_security_group.is_set());
  std::string doubt;
  if (address == nullptr) doubt = fmt::format("public IP address {} is not in the export", shown(v_, entry.public_ip));
  // source: learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku
  if (doubt.empty() && entry.is_closed_by_default && !has_group) {
    doubt = "a Standard public address without a network security group is open by one page and closed by another";
  }
  if (doubt.empty() && address != nullptr && !address->address) doubt = "its address is not in the export";
  if (doubt.empty() && found.passes == Ternary::unknown) doubt = found.reason;
  Bypass bypass;
  bypass.way = Bypass::Way::enters;
  bypass.from = model::SubnetIndex(e_.index_of(*entry.subnet));
  bypass.destinations = entry.targets;
  bypass.next_hop = {NextHop::Kind::internet, {}, {}};
  bypass.facts = entry.facts;
  bypass.reason = fmt::format("{}: the Internet enters {} of {} and not through the firewall", entry.what, shown(v_, entry.subnet->id),
                              shown(v_, run_.vnet.id));
  if (!doubt.empty()) bypass.reason += fmt::format("; not certain: {}", doubt);
  std::optional<Packet> example = doubt.empty() ? found.example : std::nullopt;
  if (example) example->destination = *address->address;
  add_witnessed(run_, std::move(bypass), example, {Place::Kind::internet, {}});
}

bool is_standard(const View& view, model::ResourceId public_ip) {
  const model::PublicIp* address = view.estate.find<model::PublicIp>(public_ip);
  return address == nullptr || address->is_standard;
}

void Entries::subnet(const Subnet& subnet) {
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet.id)) {
    const NetworkInterface& nic = e_.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (!config.public_ip.is_set() || config.subnet != subnet.id) continue;
      Entry entry;
      entry.subnet = &subnet;
      entry.nic = &nic;
      if (config.address) entry.targets.add(*config.address, *config.address);
      else entry.targets = usable_addresses(subnet);
      entry.public_ip = config.public_ip;
      entry.what = fmt::format("network interface {} has the public IP address {}", shown(v_, nic.id), shown(v_, config.public_ip));
      entry.facts = {{nic.id, "/properties/ipConfigurations", std::string(e_.spelling(config.public_ip))}};
      entry.is_closed_by_default = is_standard(v_, config.public_ip);
      tell(entry);
    }
  }
}

void Entries::balancers() {
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (!frontend.public_ip.is_set()) continue;
      for (const auto& entry_of_pool : balancer.pool_members) {
        const model::ResourceId pool = entry_of_pool.first;
        const model::ResourceId member = entry_of_pool.second;
        const bool has_rule = std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
          return rule.frontend == frontend.id && (rule.backend_pool == pool || rule.backend_pool == member);
        });
        const NetworkInterface* nic = e_.find<NetworkInterface>(e_.snapshot().ids.find(arm_top_level(e_.spelling(member))));
        if (!has_rule || nic == nullptr) continue;
        for (const model::IpConfiguration& config : nic->ip_configurations) {
          const Subnet* subnet = e_.find<Subnet>(config.subnet);
          if (config.id != member || subnet == nullptr || subnet->vnet != run_.vnet.id) continue;
          Entry entry;
          entry.subnet = subnet;
          entry.nic = nic;
          if (config.address) entry.targets.add(*config.address, *config.address);
          else entry.targets = usable_addresses(*subnet);
          entry.public_ip = frontend.public_ip;
          entry.what = fmt::format("load balancer {} with a public frontend has {} as a member", shown(v_, balancer.id), shown(v_, nic->id));
          entry.facts = {{balancer.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(frontend.public_ip))}};
          entry.is_closed_by_default = balancer.is_standard;
          tell(entry);
        }
      }
    }
  }
}

// source: azure-semantics.md 6.1 (a frontend without a listener and a rule is not reachable)
void Entries::gateways() {
  for (const model::ApplicationGateway& gateway : e_.tables().application_gateways) {
    for (const auto& frontend : gateway.frontends) {
      if (!frontend.public_ip.is_set()) continue;
      const bool is_used = std::any_of(gateway.rules.begin(), gateway.rules.end(), [&](const auto& rule) {
        return std::any_of(gateway.listeners.begin(), gateway.listeners.end(), [&](const auto& listener) {
          return listener.id == rule.listener && listener.frontend == frontend.id;
        });
      });
      for (const model::ResourceId id : gateway.subnets) {
        const Subnet* subnet = e_.find<Subnet>(id);
        if (!is_used || subnet == nullptr || subnet->vnet != run_.vnet.id) continue;
        Entry entry;
        entry.subnet = subnet;
        entry.targets = usable_addresses(*subnet);
        entry.public_ip = frontend.public_ip;
        entry.what = fmt::format("application gateway {} has a public frontend", shown(v_, gateway.id));
        entry.facts = {{gateway.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(frontend.public_ip))}};
        tell(entry);
      }
    }
  }
}

}  // namespace

void find_internet_entries(TransitRun& run) {
  Entries entries(run);
  for (const auto& [key, index] : run.view.estate.subnets_by_vnet.of(run.vnet.id)) {
    entries.subnet(run.view.estate.tables().subnets[index]);
  }
  entries.balancers();
  entries.gateways();
}

}  // namespace hubproof::net
