// Internet entries of a spoke: public IP addresses on its NICs, public load balancers with members in it, application
// gateways with a public frontend in one of its subnets. source: azure-semantics.md 5, 6.1
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
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
    AddressSet targets;  ///< private addresses that it leads to
    model::ResourceId public_ip;
    std::string what;  ///< "network interface nic-a has a public IP address"
    std::vector<Fact> facts;
    bool is_closed_by_default = false;  ///< Standard: the pages disagree without a network security group
  };
  void tell(const Entry& entry);
  std::vector<std::pair<model::ResourceId, model::ResourceId>> members_of(const model::LoadBalancer& balancer) const;
  void doubt(const model::LoadBalancer& balancer, std::string pointer, std::string reason);
  void doubt_balancer(const model::LoadBalancer& balancer);
  void doubt_member(const model::LoadBalancer& balancer, model::ResourceId member);

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
  bypass.reason = fmt::format("{}: the Internet enters {} of {} and not through the firewall", entry.what,
                              shown(v_, entry.subnet->id), shown(v_, run_.vnet.id));
  std::optional<Packet> example = doubt.empty() ? found.example : std::nullopt;
  if (example) example->destination = *address->address;
  bypass.doubt = std::move(doubt);
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
      if (config.address)
        entry.targets.add(*config.address, *config.address);
      else
        entry.targets = usable_addresses(subnet);
      entry.public_ip = config.public_ip;
      entry.what = fmt::format("network interface {} has the public IP address {}", shown(v_, nic.id),
                               shown(v_, config.public_ip));
      entry.facts = {{nic.id, "/properties/ipConfigurations", std::string(e_.spelling(config.public_ip))}};
      entry.is_closed_by_default = is_standard(v_, config.public_ip);
      tell(entry);
    }
  }
}

// Membership stands at the pool, at the NIC, or (inbound NAT) at the rule itself.
std::vector<std::pair<model::ResourceId, model::ResourceId>> Entries::members_of(
    const model::LoadBalancer& balancer) const {
  std::vector<std::pair<model::ResourceId, model::ResourceId>> out = balancer.pool_members;
  for (const auto& rule : balancer.rules) {
    const bool is_nic =
        rule.backend_pool.is_set() &&
        e_.find<NetworkInterface>(e_.ids().find(arm_top_level(e_.spelling(rule.backend_pool)))) != nullptr;
    if (is_nic) out.emplace_back(rule.backend_pool, rule.backend_pool);
  }
  for (const auto& [key, index] : e_.subnets_by_vnet.of(run_.vnet.id)) {
    for (const auto& [subnet, nic] : e_.interfaces_by_subnet.of(e_.tables().subnets[index].id)) {
      for (const model::IpConfiguration& config : e_.tables().network_interfaces[nic].ip_configurations) {
        for (const model::ResourceId pool : config.load_balancer_pools) {
          const bool is_ours = std::any_of(balancer.rules.begin(), balancer.rules.end(),
                                           [&](const auto& r) { return r.backend_pool == pool; });
          if (is_ours) out.emplace_back(pool, config.id);
        }
      }
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

void Entries::doubt(const model::LoadBalancer& balancer, std::string pointer, std::string reason) {
  AddressSet space;
  for (const Prefix& prefix : run_.vnet.address_space) space.add(prefix);
  run_.uncertain(Bypass::Way::enters, {}, space, {NextHop::Kind::internet, {}, {}},
                 {{balancer.id, std::move(pointer), "not understood"}}, std::move(reason));
}

void Entries::doubt_balancer(const model::LoadBalancer& balancer) {
  if (balancer.unread.empty()) return;
  doubt(
      balancer, balancer.unread.front().pointer,
      fmt::format(
          "load balancer {} has a public frontend and {} = {}, which is not understood: its members are not all known",
          shown(v_, balancer.id), text::printable(balancer.unread.front().pointer),
          text::printable(balancer.unread.front().met)));
}

// A member that is no NIC of the export: an instance of a scale set, as AKS has them.
void Entries::doubt_member(const model::LoadBalancer& balancer, model::ResourceId member) {
  const std::string_view owner = arm_top_level(e_.spelling(member));
  for (const auto& [key, index] : e_.subnets_by_vnet.of(run_.vnet.id)) {
    for (const model::ResourceId attached : e_.tables().subnets[index].attached) {
      if (!text::equals(e_.spelling(attached), owner)) continue;
      return doubt(balancer, "/properties/backendAddressPools",
                   fmt::format("load balancer {} with a public frontend has {} of {} as a member, whose addresses are "
                               "in no row of the export",
                               shown(v_, balancer.id), text::printable(arm_name(owner)),
                               shown(v_, e_.tables().subnets[index].id)));
    }
  }
}

void Entries::balancers() {
  for (const model::LoadBalancer& balancer : e_.tables().load_balancers) {
    for (const auto& frontend : balancer.frontends) {
      if (!frontend.public_ip.is_set()) continue;
      doubt_balancer(balancer);
      for (const auto& entry_of_pool : members_of(balancer)) {
        const model::ResourceId pool = entry_of_pool.first;
        const model::ResourceId member = entry_of_pool.second;
        const bool has_rule = std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
          return rule.frontend == frontend.id && (rule.backend_pool == pool || rule.backend_pool == member);
        });
        const NetworkInterface* nic =
            e_.find<NetworkInterface>(e_.snapshot().ids.find(arm_top_level(e_.spelling(member))));
        if (has_rule && nic == nullptr) doubt_member(balancer, member);
        if (!has_rule || nic == nullptr) continue;
        for (const model::IpConfiguration& config : nic->ip_configurations) {
          const Subnet* subnet = e_.find<Subnet>(config.subnet);
          if (config.id != member || subnet == nullptr || subnet->vnet != run_.vnet.id) continue;
          Entry entry;
          entry.subnet = subnet;
          entry.nic = nic;
          if (config.address)
            entry.targets.add(*config.address, *config.address);
          else
            entry.targets = usable_addresses(*subnet);
          entry.public_ip = frontend.public_ip;
          entry.what = fmt::format("load balancer {} with a public frontend has {} as a member", shown(v_, balancer.id),
                                   shown(v_, nic->id));
          entry.facts = {
              {balancer.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(frontend.public_ip))}};
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
        entry.facts = {
            {gateway.id, "/properties/frontendIPConfigurations", std::string(e_.spelling(frontend.public_ip))}};
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
