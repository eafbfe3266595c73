// Internet entries of a spoke: public IP addresses on its NICs, scale sets and node pools whose machines have public
// addresses, public load balancers with members in it, application gateways with a public frontend in one of its
// subnets, public addresses in use by something that may stand in it. source: azure-semantics.md 5, 6.1
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/placement.h"
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
  void pools();
  void strays();

 private:
  struct Entry {
    const Subnet* subnet = nullptr;
    const NetworkInterface* nic = nullptr;
    AddressSet targets;  ///< private addresses that it leads to
    model::ResourceId public_ip;
    std::string what;  ///< "network interface nic-a has a public IP address"
    std::vector<Fact> facts;
    bool is_closed_by_default = false;  ///< Standard: the pages disagree without a network security group
    std::string doubt;                  ///< why it is not certain whatever the filters say
  };
  void tell(const Entry& entry);
  void pool(const model::MachinePool& pool, const model::MachinePool::Interface& interface);
  bool is_behind_public_balancer(const model::MachinePool::Interface& interface) const;
  void address_members(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend);
  void doubt_spoke(Fact fact, std::string reason);
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
  std::string doubt = entry.doubt;
  if (doubt.empty() && address != nullptr && !address->unread.empty())
    doubt = fmt::format("public IP address {} is not fully understood: {}", shown(v_, address->id),
                        text::printable(address->unread.front().met));
  if (doubt.empty() && address == nullptr)
    doubt = fmt::format("public IP address {} is not in the export", shown(v_, entry.public_ip));
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

void Entries::doubt_spoke(Fact fact, std::string reason) {
  AddressSet space;
  for (const Prefix& prefix : run_.vnet.address_space) space.add(prefix);
  run_.uncertain(Bypass::Way::enters, {}, space, {NextHop::Kind::internet, {}, {}}, {std::move(fact)},
                 std::move(reason));
}

void Entries::doubt(const model::LoadBalancer& balancer, std::string pointer, std::string reason) {
  doubt_spoke({balancer.id, std::move(pointer), "not understood"}, std::move(reason));
}

void Entries::doubt_balancer(const model::LoadBalancer& balancer) {
  const std::string hidden = hidden_members(v_, balancer);
  if (balancer.unread.empty() && !hidden.empty()) {
    return doubt(balancer, "/properties/backendAddressPools",
                 fmt::format("load balancer {} has a public frontend and its row does not show {}: its members are not "
                             "all known",
                             shown(v_, balancer.id), hidden));
  }
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
    if (may_be_public(balancer)) doubt_balancer(balancer);
    for (const auto& frontend : balancer.frontends) {
      if (!frontend.public_ip.is_set()) continue;
      address_members(balancer, frontend);
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

// A member that is given by its address alone may be any machine that has it.
// source: learn.microsoft.com/azure/load-balancer/backend-pool-management
void Entries::address_members(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend) {
  for (const auto& member : balancer.address_members) {
    if (member.vnet.is_set() && member.vnet != run_.vnet.id) continue;
    const bool has_rule = std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
      return rule.frontend == frontend.id && rule.backend_pool == member.pool;
    });
    if (!has_rule) continue;
    for (const auto& [key, index] : e_.subnets_by_vnet.of(run_.vnet.id)) {
      const Subnet& subnet = e_.tables().subnets[index];
      const bool is_here = std::any_of(subnet.prefixes.begin(), subnet.prefixes.end(),
                                       [&](const Prefix& prefix) { return prefix.contains(member.address); });
      if (!is_here) continue;
      Entry entry;
      entry.subnet = &subnet;
      entry.targets.add(member.address, member.address);
      entry.public_ip = frontend.public_ip;
      entry.what = fmt::format("load balancer {} with a public frontend has {} as a member", shown(v_, balancer.id),
                               to_string(member.address));
      entry.facts = {{balancer.id, "/properties/backendAddressPools", to_string(member.address)}};
      entry.doubt = "the member is given by its address alone";
      tell(entry);
    }
  }
}

bool Entries::is_behind_public_balancer(const model::MachinePool::Interface& interface) const {
  const auto holds = [&](model::ResourceId pool) {
    const auto& pools = interface.load_balancer_pools;
    return pool.is_set() && std::find(pools.begin(), pools.end(), pool) != pools.end();
  };
  const auto& balancers = e_.tables().load_balancers;
  return std::any_of(balancers.begin(), balancers.end(), [&](const model::LoadBalancer& balancer) {
    return std::any_of(balancer.rules.begin(), balancer.rules.end(), [&](const auto& rule) {
      return holds(rule.backend_pool) &&
             std::any_of(balancer.frontends.begin(), balancer.frontends.end(), [&](const auto& frontend) {
               return frontend.id == rule.frontend && frontend.public_ip.is_set();
             });
    });
  });
}

// The addresses of the machines are in no row, so no packet can be shown: what the filters let pass is not certain.
void Entries::pool(const model::MachinePool& pool, const model::MachinePool::Interface& interface) {
  if (!interface.has_public_address && !is_behind_public_balancer(interface)) return;
  const std::string what =
      interface.has_public_address
          ? fmt::format("the machines of {} have public IP addresses", shown(v_, pool.id))
          : fmt::format("a load balancer with a public frontend has machines of {} as members", shown(v_, pool.id));
  const Subnet* subnet = e_.find<Subnet>(interface.subnet);
  if (subnet == nullptr) {
    const bool may_be_here = interface.subnet.is_set()
                                 ? e_.ids().find(arm_parent(e_.spelling(interface.subnet))) == run_.vnet.id
                                 : may_stand_in(v_, e_.spelling(pool.id), run_.vnet);
    if (!may_be_here) return;
    return doubt_spoke({pool.id, "/properties", "subnet not in the export"},
                       fmt::format("{}, and in which subnet they stand is not in the export", what));
  }
  if (subnet->vnet != run_.vnet.id) return;
  const NetworkInterface nic = interface_of(pool, interface);
  Entry entry;
  entry.subnet = subnet;
  entry.nic = &nic;
  entry.targets = usable_addresses(*subnet);
  for (const auto& [key, index] : e_.interfaces_by_subnet.of(subnet->id)) {
    for (const model::IpConfiguration& config : e_.tables().network_interfaces[index].ip_configurations) {
      if (config.address) entry.targets -= AddressSet(Prefix::host(*config.address));
    }
  }
  entry.what = what;
  entry.facts = {{pool.id, "/properties", "public addresses"}};
  entry.doubt = "their addresses are in no row of the export";
  tell(entry);
}

// source: azure-semantics.md 5 (publicIPAddressConfiguration); learn.microsoft.com/azure/aks/use-node-public-ips
void Entries::pools() {
  for (const model::MachinePool& machines : e_.tables().machine_pools) {
    for (const model::MachinePool::Interface& interface : machines.interfaces) pool(machines, interface);
    if (machines.unread.empty() || !may_stand_in(v_, e_.spelling(machines.id), run_.vnet)) continue;
    const model::Unread& unread = machines.unread.front();
    doubt_spoke({machines.id, unread.pointer, unread.met},
                fmt::format("{} = {} of {} is not understood: its machines may have public addresses",
                            text::printable(unread.pointer), text::printable(unread.met), shown(v_, machines.id)));
  }
}

void Entries::strays() {
  for (const StrayAddress& stray : run_.shared.strays) {
    if (!may_stand_in(v_, stray.owner, run_.vnet)) continue;
    doubt_spoke({stray.address->id, "/properties/ipConfiguration/id",
                 stray.owner.empty() ? std::string("not understood") : std::string(stray.owner)},
                fmt::format("public IP address {} is in use, and the export does not show where it leads",
                            shown(v_, stray.address->id)));
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
  entries.pools();
  entries.strays();
}

}  // namespace hubproof::net
