// Surfaces: one run that collects the public entries of an estate; its halves lie in surfaces_*.cpp, one kind of entry
// each.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/net/exposure.h"
#include "engine/net/firewall_policies.h"
#include "engine/net/peerings.h"

namespace hubproof::net {

class Surfaces {
 public:
  explicit Surfaces(const model::View& view) : v_(view), e_(view.estate) {}
  std::vector<PublicSurface> run();

 private:
  void of_firewall(const model::AzureFirewall& firewall);
  void of_hidden_owner(const model::PublicIp& address, std::string_view owner);
  void of_hidden_firewall(const model::PublicIp& address);
  void of_nodes(const model::MachinePool& pool, const model::MachinePool::Interface& nodes);
  void of_direct_connect(const model::UnmodelledNetworkResource& resource);
  /// What all members that a rule leads to have in common.
  PublicSurface entry_by(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                         const model::LoadBalancer::Rule& rule) const;
  void of_address_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                         const model::LoadBalancer::Rule& rule, Ipv4 member);
  void of_torn_balancer(const model::LoadBalancer& balancer);
  bool is_understood(model::ResourceId public_ip) const;
  void of_nat_rule(const model::AzureFirewall& firewall, const ActingCollection& acting, std::size_t rule,
                   bool is_public);
  void of_balancer(const model::LoadBalancer& balancer);
  void of_member(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                 const model::LoadBalancer::Rule& rule, model::ResourceId member);
  void of_gateway(const model::ApplicationGateway& gateway);
  void of_frontend(const model::ApplicationGateway& gateway, const model::ApplicationGateway::Frontend& frontend,
                   const PublicSurface& from);
  void of_pool(const model::ApplicationGateway& gateway, const PublicSurface& from, model::ResourceId pool,
               model::ResourceId waf, const std::string& listener);
  void add_hidden_origins(const model::UnmodelledNetworkResource& profile, std::vector<model::ResourceId>& named) const;
  void of_unmodelled(const model::UnmodelledNetworkResource& resource);
  void follow(std::size_t position);
  void follow_inner(const PublicSurface& from);
  void follow_to_balancer(const model::LoadBalancer& balancer, const model::LoadBalancer::Frontend& frontend,
                          const PublicSurface& from);
  void push_unknown(PublicSurface from, std::string reason);
  const model::PublicIp* public_address_under(model::ResourceId owner) const;
  bool may_be_public(const model::ApplicationGateway& gateway,
                     const model::ApplicationGateway::Frontend& frontend) const;
  bool may_be_public(const model::ApplicationGateway& gateway) const;
  std::string missing_part(const model::ApplicationGateway& gateway) const;
  bool is_guarded(const model::ApplicationGateway& gateway) const;
  Ternary has_effective_waf(const model::ApplicationGateway& gateway, model::ResourceId waf,
                            std::vector<model::Fact>& facts, std::string& reason) const;
  std::optional<AnyAddress> address_of(model::ResourceId public_ip) const;
  const model::NetworkInterface* owner_of(model::ResourceId ip_configuration) const;
  static AddressSet private_destinations(const model::FirewallRule& rule);
  AddressSet sources_of(const model::FirewallRule& rule, bool& is_certain) const;

  const model::View& v_;
  const model::Estate& e_;
  std::vector<PublicSurface> out_;
  std::size_t root_ = 0;  ///< while following: the surface that all began with
  std::vector<std::size_t> roots_;
  std::set<std::pair<std::size_t, model::ResourceId>> visited_;  ///< (root, frontend)
  /// DNAT rules for private addresses, which the Internet cannot ask for: entries for what leads there.
  struct Inner {
    AddressSet from;
    PublicSurface to;
  };
  std::vector<Inner> inner_;
  std::set<std::pair<std::size_t, std::size_t>> followed_;  ///< (root, index into inner_)
};

/// The address lies in a prefix of the subnet.
bool lies_in(const model::View& view, model::ResourceId subnet, Ipv4 address);

}  // namespace hubproof::net
