#include "engine/net/filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/core/text.h"
#include "engine/net/family.h"
#include "engine/net/filter_terms.h"
#include "engine/value/address_set.h"

namespace hubproof::net {
namespace {

using Decision = FilterResult::Decision;
using model::AddressTerm;
using model::Direction;
using model::NetworkSecurityGroup;
using model::SecurityRule;
using model::Subnet;
using model::View;

// Tags of the default rules; Azure's other tags are looked up in Tables::service_tags.
constexpr std::uint32_t kVirtualNetworkTag = 0xfffffff0U;
constexpr std::uint32_t kInternetTag = 0xfffffff1U;
constexpr std::uint32_t kLoadBalancerTag = 0xfffffff2U;

AddressTerm any_address() { return {}; }
AddressTerm tag_term(std::uint32_t tag) {
  AddressTerm out;
  out.kind = AddressTerm::Kind::tag;
  out.index = tag;
  return out;
}

SecurityRule default_rule(std::string_view name, std::uint16_t priority, Direction direction, model::Access access,
                          AddressTerm from, AddressTerm to) {
  SecurityRule rule;
  rule.name = std::string(name);
  rule.priority = priority;
  rule.direction = direction;
  rule.access = access;
  rule.is_default = true;
  rule.sources = {from};
  rule.destinations = {to};
  rule.source_ports = {PortRange()};
  rule.destination_ports = {PortRange()};
  return rule;
}

Ternary any_of(Ternary a, Ternary b) { return std::max(a, b); }
Ternary all_of(Ternary a, Ternary b) { return std::min(a, b); }

/// Whether the packet's two addresses are taken to be in the VirtualNetwork tag.
struct World {
  bool source_in_vnet = false;
  bool destination_in_vnet = false;
};

/// What a group says.
struct Outcome {
  Decision decision = Decision::allow;
  const SecurityRule* rule = nullptr;
  std::string reason;
};

/// Evaluates the groups of one point in one World.
template <class Address>
class Evaluation {
 public:
  Evaluation(const View& view, const FilterPoint& point, const BasicPacket<Address>& packet, World world)
      : v_(view), e_(view.estate), point_(point), packet_(packet), world_(world) {}

  Outcome group(const NetworkSecurityGroup& nsg, Direction direction) const;

 private:
  Ternary matches(const SecurityRule& rule) const;
  Ternary in_terms(const model::AddressTerms& terms, const Address& address, bool in_vnet) const;
  Ternary in_term(const AddressTerm& term, const Address& address, bool in_vnet) const;
  Ternary in_tag(std::uint32_t tag, const Address& address, bool in_vnet) const;
  Ternary in_asg(model::ResourceId asg, const Address& address) const;
  Ternary in_ports(const model::PortRanges& ranges, std::uint16_t port, Protocol rule_protocol) const;

  const View& v_;
  const model::Estate& e_;
  const FilterPoint& point_;
  const BasicPacket<Address>& packet_;
  World world_;
};

// law:  Internet is what is outside VirtualNetwork and reachable by public Internet, Azure's own public addresses
// included; a
//       private address outside VirtualNetwork is neither
// source: azure-semantics.md 2.4;
// learn.microsoft.com/azure/network-watcher/diagnose-vm-network-traffic-filtering-problem
template <class Address>
Ternary Evaluation<Address>::in_tag(std::uint32_t tag, const Address& address, bool in_vnet) const {
  const auto& tags = e_.tables().service_tags;
  const std::string_view name = tag < tags.size() ? std::string_view(tags[tag]) : std::string_view();
  const auto yes_if = [](bool value) { return value ? Ternary::yes : Ternary::no; };
  if (tag == kVirtualNetworkTag || text::equals(name, "VirtualNetwork")) return yes_if(in_vnet);
  if (tag == kInternetTag || text::equals(name, "Internet")) {
    return yes_if(!in_vnet && Family<Address>::is_public(address));
  }
  // source: learn.microsoft.com/azure/virtual-network/service-tags-overview (AzureLoadBalancer is 168.63.129.16)
  if (tag == kLoadBalancerTag || text::equals(name, "AzureLoadBalancer")) return yes_if(is_platform(address));
  return in_listed_tag(e_, name, address);
}

// source: learn.microsoft.com/azure/virtual-network/application-security-groups (members of one VNet)
template <class Address>
Ternary Evaluation<Address>::in_asg(model::ResourceId asg, const Address& address) const {
  bool is_in_vnet = false;
  for (const auto& [key, index] : e_.subnets_by_vnet.of(point_.subnet->vnet)) {
    const Subnet& subnet = e_.tables().subnets[index];
    if (!holds(Family<Address>::prefixes(subnet), address)) continue;
    is_in_vnet = true;
    for (const auto& [subnet_id, nic_index] : e_.interfaces_by_subnet.of(subnet.id)) {
      const model::NetworkInterface& nic = e_.tables().network_interfaces[nic_index];
      for (const model::IpConfiguration& config : nic.ip_configurations) {
        if (Family<Address>::address(config) != address) continue;
        const auto& groups = config.application_security_groups;
        if (std::find(groups.begin(), groups.end(), asg) != groups.end()) return Ternary::yes;
        // The groups of a private endpoint are on the endpoint, whose list is not modelled.
        return nic.private_endpoint.is_set() || !nic.unread.empty() ? Ternary::unknown : Ternary::no;
      }
    }
  }
  return is_in_vnet ? Ternary::unknown : Ternary::no;  // scale set instances have no row of their own
}

template <class Address>
Ternary Evaluation<Address>::in_term(const AddressTerm& term, const Address& address, bool in_vnet) const {
  switch (term.kind) {
    case AddressTerm::Kind::any: return Ternary::yes;
    case AddressTerm::Kind::prefix:
    case AddressTerm::Kind::prefix6: return is_prefix_with(e_.tables(), term, address) ? Ternary::yes : Ternary::no;
    case AddressTerm::Kind::tag: return in_tag(term.index, address, in_vnet);
    case AddressTerm::Kind::asg: return in_asg(term.asg(), address);
    case AddressTerm::Kind::unread: return Ternary::unknown;
  }
  return Ternary::unknown;
}

template <class Address>
Ternary Evaluation<Address>::in_terms(const model::AddressTerms& terms, const Address& address, bool in_vnet) const {
  if (terms.empty()) return Ternary::unknown;
  Ternary out = Ternary::no;
  for (const AddressTerm& term : terms) out = any_of(out, in_term(term, address, in_vnet));
  return out;
}

template <class Address>
Ternary Evaluation<Address>::in_ports(const model::PortRanges& ranges, std::uint16_t port,
                                      Protocol rule_protocol) const {
  if (ranges.empty()) return Ternary::unknown;
  const auto is_all = [](const PortRange& range) { return range.is_all(); };
  if (std::any_of(ranges.begin(), ranges.end(), is_all)) return Ternary::yes;
  // source: azure-semantics.md 3.1 (ICMP, ESP and AH have no ports)
  if (packet_.protocol != Protocol::tcp && packet_.protocol != Protocol::udp) {
    return rule_protocol == Protocol::any ? Ternary::no : Ternary::unknown;
  }
  const auto has_port = [&](const PortRange& range) { return range.contains(port); };
  return std::any_of(ranges.begin(), ranges.end(), has_port) ? Ternary::yes : Ternary::no;
}

template <class Address>
Ternary Evaluation<Address>::matches(const SecurityRule& rule) const {
  if (!rule.is_usable) return Ternary::unknown;
  const Ternary named = names_protocol(rule, packet_);
  if (named == Ternary::no) return named;
  Ternary out = all_of(named, in_ports(rule.destination_ports, packet_.destination_port, rule.protocol));
  // source: learn.microsoft.com/azure/private-link/private-endpoint-overview (source port is taken as *)
  if (!point_.is_private_endpoint) out = all_of(out, in_ports(rule.source_ports, packet_.source_port, rule.protocol));
  if (out == Ternary::no) return out;
  out = all_of(out, in_terms(rule.sources, packet_.source, world_.source_in_vnet));
  return all_of(out, in_terms(rule.destinations, packet_.destination, world_.destination_in_vnet));
}

Decision decision_of(model::Access access) { return access == model::Access::allow ? Decision::allow : Decision::deny; }

// law:  the lowest priority number that matches decides
// form: a rule that may match leaves both ways open; the group is decided when all ways agree
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview
template <class Address>
Outcome Evaluation<Address>::group(const NetworkSecurityGroup& nsg, Direction direction) const {
  std::vector<const SecurityRule*> rules;
  for (const SecurityRule& rule : nsg.rules) {
    if (rule.direction == direction) rules.push_back(&rule);
  }
  for (const SecurityRule& rule : default_rules()) {
    if (rule.direction == direction) rules.push_back(&rule);
  }
  std::stable_sort(rules.begin(), rules.end(),
                   [](const SecurityRule* a, const SecurityRule* b) { return a->priority < b->priority; });
  const SecurityRule* doubtful = nullptr;
  for (const SecurityRule* rule : rules) {
    const Ternary match = matches(*rule);
    if (match == Ternary::no) continue;
    const auto undecided = [&](const SecurityRule& by) {
      return Outcome{
          Decision::unknown, &by,
          fmt::format("whether rule {} of {} matches is not known", text::printable(by.name), shown(v_, nsg.id))};
    };
    if (!rule->is_usable) return undecided(*rule);
    if (doubtful != nullptr && doubtful->access != rule->access) return undecided(*doubtful);
    if (match == Ternary::unknown) {
      doubtful = rule;
      continue;
    }
    return {decision_of(rule->access), rule,
            fmt::format("rule {} of {}", text::printable(rule->name), shown(v_, nsg.id))};
  }
  return {Decision::unknown, nullptr, fmt::format("no rule of {} matches", shown(v_, nsg.id))};
}

std::string_view shown_access(Decision decision) {
  switch (decision) {
    case Decision::allow: return "Allow";
    case Decision::deny: return "Deny";
    case Decision::unknown: return "unknown";
  }
  return "unknown";
}

model::Fact fact_of(const NetworkSecurityGroup& nsg, const Outcome& outcome) {
  if (outcome.rule == nullptr) return {nsg.id, "", "unknown"};
  const std::string value = fmt::format("{} {}", outcome.rule->name, shown_access(outcome.decision));
  if (outcome.rule->is_default) return {nsg.id, "/properties/defaultSecurityRules", value};
  return {nsg.id, fmt::format("/properties/securityRules/{}", outcome.rule->position), value};
}

/// One group in every World that may be.
template <class Address>
Outcome ask(const View& view, const NetworkSecurityGroup& nsg, Direction direction, const FilterPoint& point,
            const BasicPacket<Address>& packet) {
  if (!nsg.unread.empty() || !nsg.is_settled || !view.estate.taints_by_resource.of(nsg.id).empty()) {
    return {Decision::unknown, nullptr,
            fmt::format("network security group {} is not fully understood", shown(view, nsg.id))};
  }
  const Ternary source = in_virtual_network(view, *point.subnet, packet.source);
  const Ternary destination = in_virtual_network(view, *point.subnet, packet.destination);
  std::optional<Outcome> out;
  for (const bool s : {true, false}) {
    for (const bool d : {true, false}) {
      if (source == (s ? Ternary::no : Ternary::yes) || destination == (d ? Ternary::no : Ternary::yes)) continue;
      Outcome here = Evaluation<Address>(view, point, packet, {s, d}).group(nsg, direction);
      if (!out) {
        out = std::move(here);
      } else if (out->decision != here.decision) {
        const SecurityRule* rule = out->rule;
        return {Decision::unknown, rule,
                fmt::format("it is not certain whether the VirtualNetwork tag of {} holds the packet's addresses",
                            shown(view, nsg.id))};
      }
    }
  }
  return *out;
}

// source: learn.microsoft.com/azure/firewall/firewall-faq (not evaluated); azure-semantics.md 3.1 (unsupported on the
// other two)
bool is_exempt(const View& view, const Subnet& subnet) {
  return is_named(view, subnet, "AzureFirewallSubnet") || is_named(view, subnet, "GatewaySubnet") ||
         is_named(view, subnet, "RouteServerSubnet");
}

// source: azure-semantics.md 1.6 (a private endpoint is filtered only with NetworkSecurityGroupEnabled or Enabled)
Ternary filters_endpoint(const Subnet& subnet) {
  const auto& policies = subnet.private_endpoint_policies;
  if (policies.is_unreadable()) return Ternary::unknown;
  return policies.is(model::PrivateEndpointPolicies::enabled) ||
                 policies.is(model::PrivateEndpointPolicies::network_security_group_enabled)
             ? Ternary::yes
             : Ternary::no;
}

}  // namespace

std::span<const SecurityRule> default_rules() {
  using enum model::Access;
  static const std::array<SecurityRule, 6> kRules{
      default_rule("AllowVnetInBound", 65000, Direction::inbound, allow, tag_term(kVirtualNetworkTag),
                   tag_term(kVirtualNetworkTag)),
      default_rule("AllowAzureLoadBalancerInBound", 65001, Direction::inbound, allow, tag_term(kLoadBalancerTag),
                   any_address()),
      default_rule("DenyAllInBound", 65500, Direction::inbound, deny, any_address(), any_address()),
      default_rule("AllowVnetOutBound", 65000, Direction::outbound, allow, tag_term(kVirtualNetworkTag),
                   tag_term(kVirtualNetworkTag)),
      default_rule("AllowInternetOutBound", 65001, Direction::outbound, allow, any_address(), tag_term(kInternetTag)),
      default_rule("DenyAllOutBound", 65500, Direction::outbound, deny, any_address(), any_address())};
  return kRules;
}

namespace {

template <class Address>
FilterResult filter_packet(const View& view, Direction direction, const FilterPoint& point,
                           const BasicPacket<Address>& packet) {
  FilterResult out;
  out.reason = "no network security group";
  if (is_exempt(view, *point.subnet)) return out;
  std::vector<model::ResourceId> groups = attached_groups(point, direction);
  if (point.is_private_endpoint && filters_endpoint(*point.subnet) == Ternary::no) {
    out.reason = "network security groups do not filter this private endpoint";
    groups.clear();
  }
  // Admin rules of a network manager act before the groups, and may allow past them. source: azure-semantics.md 3.2
  const bool is_tainted = !view.estate.taints_by_resource.of(point.subnet->vnet).empty() ||
                          !view.estate.taints_by_resource.of(point.subnet->id).empty();
  if (is_tainted) {
    out.decision = Decision::unknown;
    out.reason = fmt::format("something that is not modelled touches {}", shown(view, point.subnet->vnet));
    return out;
  }
  for (const model::ResourceId id : groups) {
    out.evaluated.push_back(id);
    const NetworkSecurityGroup* nsg = view.estate.find<NetworkSecurityGroup>(id);
    if (nsg == nullptr) {
      out.decision = Decision::unknown;
      out.reason = fmt::format("network security group {} is not in the export", shown(view, id));
      out.decided_by.push_back({id, "", "not in the export"});
      continue;
    }
    const Outcome outcome = ask(view, *nsg, direction, point, packet);
    out.decided_by.push_back(fact_of(*nsg, outcome));
    if (outcome.decision == Decision::allow) {
      if (out.decision == Decision::allow) {
        out.reason = outcome.reason;
        if (outcome.rule != nullptr) out.rule = outcome.rule->name;
      }
      continue;
    }
    out.reason = outcome.reason;
    if (outcome.rule != nullptr) out.rule = outcome.rule->name;
    out.decision = outcome.decision;
    if (outcome.decision == Decision::deny) break;  // a later group cannot allow what this one denies
  }
  const bool may_not_filter = point.is_private_endpoint && filters_endpoint(*point.subnet) == Ternary::unknown;
  if (may_not_filter && out.decision == Decision::deny) {
    out.decision = Decision::unknown;
    out.reason = "whether network security groups filter this private endpoint cannot be read";
  }
  return out;
}

}  // namespace

FilterResult filter(const View& view, Direction direction, const FilterPoint& point, const Packet& packet) {
  return filter_packet(view, direction, point, packet);
}

FilterResult filter(const View& view, Direction direction, const FilterPoint& point, const Packet6& packet) {
  return filter_packet(view, direction, point, packet);
}

}  // namespace hubproof::net
