// Public entries by DNAT. source: azure-semantics.md 4.2
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/surfaces_parts.h"

namespace hubproof::net {

using model::FirewallRule;
using model::ResourceId;

AddressSet Surfaces::sources_of(const FirewallRule& rule, bool& is_certain) const {
  AddressSet out;
  const auto add = [&](const std::vector<model::AddressTerm>& terms) {
    for (const model::AddressTerm& term : terms) {
      switch (term.kind) {
        case model::AddressTerm::Kind::any: out |= internet_addresses(); break;
        case model::AddressTerm::Kind::prefix: out.add(term.prefix); break;
        case model::AddressTerm::Kind::prefix6:
          // What a rule of IPv6 clients lets in is not modelled (a preview). source: azure-semantics.md 1.8
          if (!internet_addresses_v6().overlaps(e_.tables().prefixes_v6[term.index])) break;
          [[fallthrough]];
        case model::AddressTerm::Kind::tag:
        case model::AddressTerm::Kind::asg:
        case model::AddressTerm::Kind::unread:
          out |= internet_addresses();
          is_certain = false;
          break;
      }
    }
  };
  add(rule.sources);
  for (const ResourceId id : rule.source_ip_groups) {
    const model::IpGroup* group = e_.find<model::IpGroup>(id);
    if (group != nullptr && group->unread.empty()) {
      add(group->members);
    } else {
      out |= internet_addresses();
      is_certain = false;
    }
  }
  return out &= internet_addresses();
}

// source: learn.microsoft.com/azure/firewall/rule-processing (all DNAT rules, then network rules)
void Surfaces::of_firewall(const model::AzureFirewall& firewall) {
  const bool is_public = std::any_of(firewall.ip_configurations.begin(), firewall.ip_configurations.end(),
                                     [](const auto& config) { return config.public_ip.is_set(); }) ||
                         firewall.virtual_hub.is_set();
  const bool has_address = is_public || public_address_under(firewall.id) != nullptr;
  std::string why;
  const auto acting = acting_collections(v_, firewall, why);
  if (!acting) {
    if (!has_address && firewall.unread.empty() && !firewall.ip_configurations.empty()) return;
    PublicSurface surface;
    surface.entry = firewall.id;
    surface.is_certain = false;
    surface.sources = internet_addresses();
    surface.facts = {{firewall.id, "/properties/firewallPolicy", "not known"}};
    surface.reason = fmt::format("the DNAT rules of firewall {} are not known: {}", shown(v_, firewall.id), why);
    out_.push_back(std::move(surface));
    return;
  }
  for (const ActingCollection& each : *acting) {
    for (std::size_t i = 0; i < each.collection->rules.size(); ++i) {
      if (each.collection->rules[i].kind == FirewallRule::Kind::nat) of_nat_rule(firewall, each, i, is_public);
    }
  }
}

// law:  a packet of the Internet has a public destination: a rule for private ones translates what is inside already
// source: learn.microsoft.com/azure/firewall/tutorial-firewall-dnat (inbound Internet traffic: the public address);
// learn.microsoft.com/powershell/module/az.network/new-azfirewallnatrule (a rule with a private destination)
AddressSet Surfaces::private_destinations(const FirewallRule& rule) {
  AddressSet out;
  for (const model::AddressTerm& term : rule.destinations) {
    if (term.kind != model::AddressTerm::Kind::prefix || internet_addresses().intersects(term.prefix)) return {};
    out.add(term.prefix);
  }
  return out;
}

// What a rule of a firewall makes of packets that another entry led to it; ports are not looked at.
void Surfaces::follow_inner(const PublicSurface& from) {
  for (std::size_t i = 0; i < inner_.size(); ++i) {
    if (!inner_[i].from.contains(from.target) || !followed_.emplace(root_, i).second) continue;
    PublicSurface next = from;
    next.target = inner_[i].to.target;
    next.is_certain = false;
    next.facts.insert(next.facts.end(), inner_[i].to.facts.begin(), inner_[i].to.facts.end());
    next.reason = fmt::format("{}, and {}", from.reason, inner_[i].to.reason);
    out_.push_back(std::move(next));
  }
}

void Surfaces::of_nat_rule(const model::AzureFirewall& firewall, const ActingCollection& acting, std::size_t position,
                           bool is_public) {
  const FirewallRule& rule = acting.collection->rules[position];
  PublicSurface surface;
  surface.entry = firewall.id;
  surface.is_certain = rule.is_usable && is_public;  // a NAT rule tells of a public address that the row does not show
  surface.sources = sources_of(rule, surface.is_certain);
  const AddressSet inside = rule.is_usable ? private_destinations(rule) : AddressSet();
  if (surface.sources.empty() && rule.is_usable && inside.empty()) return;
  const Result<Ipv4> target = Ipv4::parse(rule.translated_address);
  if (target) surface.target = *target;
  if (surface.target == Ipv4()) surface.is_certain = false;
  for (const model::AddressTerm& term : rule.destinations) {
    if (term.kind == model::AddressTerm::Kind::prefix && !surface.public_address)
      surface.public_address = term.prefix.first();
  }
  if (!rule.destination_ports.empty()) surface.ports = rule.destination_ports.front();
  surface.facts = {{acting.owner, fmt::format("{}/{}", acting.rules_pointer, position),
                    fmt::format("DNAT to {}", text::printable(rule.translated_address))}};
  const bool is_inner = !inside.empty();
  surface.reason =
      fmt::format("DNAT rule {} of firewall {} leads {} to {}", text::printable(rule.name), shown(v_, firewall.id),
                  is_inner ? "on" : "the Internet", text::printable(rule.translated_address));
  if (is_inner)
    inner_.push_back({inside, std::move(surface)});
  else
    out_.push_back(std::move(surface));
}

}  // namespace hubproof::net
