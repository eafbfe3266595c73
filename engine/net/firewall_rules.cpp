#include "engine/net/firewall_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/net/firewall_names.h"
#include "engine/net/firewall_policies.h"
#include "engine/value/address_set.h"

namespace hubproof::net {
namespace {

using Decision = FilterResult::Decision;
using model::FirewallRule;
using model::RuleCollection;
using model::View;

Ternary in_term(const View& view, const model::AddressTerm& term, Ipv4 address) {
  switch (term.kind) {
    case model::AddressTerm::Kind::any: return Ternary::yes;
    case model::AddressTerm::Kind::prefix: return term.prefix.contains(address) ? Ternary::yes : Ternary::no;
    case model::AddressTerm::Kind::prefix6: return Ternary::no;
    case model::AddressTerm::Kind::tag: {
      const model::Snapshot& input = view.estate.snapshot();
      const AddressSet* listed = input.service_tags.find(input.tables.service_tags[term.index]);
      if (listed != nullptr) return listed->contains(address) ? Ternary::yes : Ternary::no;
      // A list of public prefixes that the input does not hold.
      return internet_addresses().contains(address) ? Ternary::unknown : Ternary::no;
    }
    case model::AddressTerm::Kind::asg:
    case model::AddressTerm::Kind::unread: return Ternary::unknown;
  }
  return Ternary::unknown;
}

struct PlacedRule {
  const ActingCollection* acting = nullptr;
  std::size_t rule = 0;  ///< position in the collection
  const RuleCollection& in() const { return *acting->collection; }
  const FirewallRule& get() const { return in().rules[rule]; }
};

/// The rules of one type in the order in which they act, and those of which the type is not known.
std::vector<PlacedRule> rules_of(const std::vector<ActingCollection>& acting, FirewallRule::Kind kind) {
  std::vector<PlacedRule> out;
  for (const ActingCollection& each : acting) {
    for (std::size_t r = 0; r < each.collection->rules.size(); ++r) {
      const FirewallRule& rule = each.collection->rules[r];
      if (rule.kind == kind || !rule.is_usable) out.push_back({&each, r});
    }
  }
  return out;
}

class Evaluation {
 public:
  Evaluation(const View& view, const Packet& packet, std::string_view host = {})
      : v_(view), packet_(packet), host_(host) {}
  Ternary matches(const FirewallRule& rule) const;

 private:
  Ternary protocol(const FirewallRule& rule) const;
  Ternary ports(const FirewallRule& rule) const;
  Ternary request(const FirewallRule& rule) const;
  Ternary destination(const FirewallRule& rule) const;
  const View& v_;
  const Packet& packet_;
  std::string_view host_;
};

bool has_ports(Protocol protocol) { return protocol == Protocol::tcp || protocol == Protocol::udp; }

// source: azure-semantics.md 4.2 (Any with an explicit port is TCP and UDP, with * all protocols)
Ternary Evaluation::protocol(const FirewallRule& rule) const {
  if (rule.protocols.empty()) return Ternary::unknown;
  for (const Protocol p : rule.protocols) {
    if (p == packet_.protocol || p == Protocol::any) return Ternary::yes;
  }
  return Ternary::no;
}

Ternary Evaluation::ports(const FirewallRule& rule) const {
  if (rule.destination_ports.empty()) return Ternary::unknown;
  const auto is_all = [](const PortRange& range) { return range.is_all(); };
  if (std::any_of(rule.destination_ports.begin(), rule.destination_ports.end(), is_all)) return Ternary::yes;
  if (!has_ports(packet_.protocol)) {
    const bool names_it =
        std::find(rule.protocols.begin(), rule.protocols.end(), packet_.protocol) != rule.protocols.end();
    return names_it ? Ternary::unknown : Ternary::no;
  }
  const auto holds_port = [&](const PortRange& range) { return range.contains(packet_.destination_port); };
  return std::any_of(rule.destination_ports.begin(), rule.destination_ports.end(), holds_port) ? Ternary::yes
                                                                                               : Ternary::no;
}

Ternary Evaluation::request(const FirewallRule& rule) const {
  if (packet_.protocol != Protocol::tcp) return Ternary::no;
  if (host_.empty()) return std::min(ports(rule), Ternary::unknown);
  return names_request(rule, packet_.destination_port, host_);
}

Ternary Evaluation::destination(const FirewallRule& rule) const {
  if (rule.kind == FirewallRule::Kind::application) {
    const auto is_any = [](const model::AddressTerm& term) { return term.kind == model::AddressTerm::Kind::any; };
    const bool is_anywhere = rule.destinations.empty() && rule.destination_ip_groups.empty();
    // Whether the addresses of an application rule are the packet's or those of the name is not documented.
    return is_anywhere || std::any_of(rule.destinations.begin(), rule.destinations.end(), is_any) ? Ternary::yes
                                                                                                  : Ternary::unknown;
  }
  // What a name resolves to is in no export. source: azure-semantics.md 4.3
  const Ternary out = holds(v_, rule.destinations, rule.destination_ip_groups, packet_.destination);
  return rule.fqdns.empty() ? out : std::max(out, Ternary::unknown);
}

Ternary Evaluation::matches(const FirewallRule& rule) const {
  if (!rule.is_usable) return Ternary::unknown;
  const bool is_by_name = rule.kind == FirewallRule::Kind::application;
  Ternary out = is_by_name ? request(rule) : std::min(protocol(rule), ports(rule));
  if (out == Ternary::no) return out;
  out = std::min(out, holds(v_, rule.sources, rule.source_ip_groups, packet_.source));
  return out == Ternary::no ? out : std::min(out, destination(rule));
}

model::Fact fact_of(const PlacedRule& placed) {
  return {placed.acting->owner, fmt::format("{}/{}", placed.acting->rules_pointer, placed.rule),
          fmt::format("{} {}", text::printable(placed.get().name), model::name(placed.in().action))};
}

std::string shown_rule(const View& view, const PlacedRule& placed) {
  return fmt::format("rule {} of collection {} in {}", text::printable(placed.get().name),
                     text::printable(placed.in().name), shown(view, placed.acting->owner));
}

FirewallResult undecided(const View& view, const PlacedRule& placed, std::string_view why) {
  FirewallResult out;
  out.decided_by = {fact_of(placed)};
  out.reason = fmt::format("{}: {}", shown_rule(view, placed), why);
  return out;
}

FirewallResult by_rule(const View& view, const PlacedRule& placed) {
  FirewallResult out;
  out.decision = placed.in().action == model::Access::allow ? Decision::allow : Decision::deny;
  out.decided_by = {fact_of(placed)};
  out.reason = shown_rule(view, placed);
  return out;
}

FirewallResult denied(model::ResourceId by, std::string_view value, std::string reason) {
  FirewallResult out;
  out.decision = Decision::deny;
  out.decided_by = {{by, "", std::string(value)}};
  out.reason = std::move(reason);
  return out;
}

std::optional<FirewallResult> translate(const View& view, const std::vector<PlacedRule>& rules, const Packet& packet) {
  const Evaluation evaluation(view, packet);
  for (const PlacedRule& placed : rules) {
    const Ternary match = evaluation.matches(placed.get());
    if (match == Ternary::no) continue;
    const Result<Ipv4> target = Ipv4::parse(placed.get().translated_address);
    if (match == Ternary::unknown) return undecided(view, placed, "whether it matches is not known");
    if (!target) return undecided(view, placed, "it translates to a name");
    FirewallResult out = by_rule(view, placed);
    out.translation = Translation{*target, placed.get().translated_port.value_or(packet.destination_port)};
    return out;
  }
  return std::nullopt;
}

// First rule that matches; a doubtful one leaves both ways open until a certain one agrees.
std::optional<FirewallResult> first_match(const View& view, const std::vector<PlacedRule>& rules, const Packet& packet,
                                          std::string_view host) {
  const Evaluation evaluation(view, packet, host);
  const PlacedRule* doubtful = nullptr;
  for (const PlacedRule& placed : rules) {
    const Ternary match = evaluation.matches(placed.get());
    if (match == Ternary::no) continue;
    if (!placed.get().is_usable) return undecided(view, placed, "it cannot be read");
    if (doubtful != nullptr && doubtful->in().action != placed.in().action) {
      return undecided(view, *doubtful, "whether it matches is not known");
    }
    if (match == Ternary::unknown) {
      doubtful = &placed;
      continue;
    }
    FirewallResult out = by_rule(view, placed);
    const auto resolves = [&](const PlacedRule& rule) { return resolves_itself(rule.get(), packet.destination_port); };
    out.by_name = placed.get().kind == FirewallRule::Kind::application && out.decision == Decision::allow;
    out.asks_itself = out.by_name && (resolves(placed) || (doubtful != nullptr && resolves(*doubtful)));
    return out;
  }
  if (doubtful != nullptr) return undecided(view, *doubtful, "whether it matches is not known");
  return std::nullopt;
}

/// The network rule that denies the packet, or may; nullptr when an allow comes first or none does.
const PlacedRule* first_deny(const View& view, const std::vector<PlacedRule>& rules, const Packet& packet) {
  const Evaluation evaluation(view, packet);
  for (const PlacedRule& placed : rules) {
    const Ternary match = evaluation.matches(placed.get());
    if (match == Ternary::no) continue;
    if (!placed.get().is_usable || placed.in().action == model::Access::deny) return &placed;
    if (match == Ternary::yes) return nullptr;
  }
  return nullptr;
}

// law:  editions disagree whether an explicit network deny acts on what a DNAT rule let in: where one may match, open
// source: azure-semantics.md 4.2; learn.microsoft.com/azure/firewall/rule-processing (2026: it does not),
// learn.microsoft.com/azure/firewall/firewall-faq (2022: it does)
void doubt_translation(const View& view, const std::vector<PlacedRule>& rules, const Packet& packet,
                       FirewallResult& translated) {
  if (!translated.translation) return;
  const Packet inside{packet.source, translated.translation->address, packet.protocol, packet.source_port,
                      translated.translation->port};
  const PlacedRule* deny = first_deny(view, rules, inside);
  if (deny == nullptr) return;
  translated.decision = Decision::unknown;
  translated.decided_by.push_back(fact_of(*deny));
  translated.reason = fmt::format("{}; whether {} acts on translated packets is documented in two ways",
                                  translated.reason, shown_rule(view, *deny));
}

/// The first application rule that may allow some request; nullptr when none does.
const PlacedRule* first_allow(const View& view, const std::vector<PlacedRule>& rules, const Packet& packet) {
  const Evaluation evaluation(view, packet);
  const auto may_allow = [&](const PlacedRule& placed) {
    return (placed.in().action == model::Access::allow || !placed.get().is_usable) &&
           evaluation.matches(placed.get()) != Ternary::no;
  };
  const auto found = std::find_if(rules.begin(), rules.end(), may_allow);
  return found == rules.end() ? nullptr : &*found;
}

// source: learn.microsoft.com/azure/firewall/rule-processing (application rules, then the built-in infrastructure
// collection)
FirewallResult by_application_rules(const View& view, const model::AzureFirewall& firewall,
                                    const std::vector<PlacedRule>& rules, const Packet& packet, std::string_view host) {
  if (!host.empty()) {
    std::optional<FirewallResult> decided = first_match(view, rules, packet, host);
    if (decided) return *std::move(decided);
  } else if (const PlacedRule* placed = first_allow(view, rules, packet)) {
    return undecided(view, *placed, "an application rule decides by the name in the request");
  }
  const bool is_web =
      packet.protocol == Protocol::tcp && (packet.destination_port == 80 || packet.destination_port == 443);
  if (is_web && internet_addresses().contains(packet.destination)) {
    FirewallResult out;
    out.decided_by = {{firewall.id, "", "built-in infrastructure rules"}};
    out.reason = "the firewall's built-in infrastructure rules decide by the name in the request";
    return out;
  }
  return denied(firewall.policy.is_set() ? firewall.policy : firewall.id, "no rule matches -> Deny",
                fmt::format("no rule of {} matches", shown(view, firewall.id)));
}

}  // namespace

Ternary holds(const View& view, const std::vector<model::AddressTerm>& terms,
              const std::vector<model::ResourceId>& groups, Ipv4 address) {
  Ternary out = Ternary::no;
  for (const model::AddressTerm& term : terms) out = std::max(out, in_term(view, term, address));
  for (const model::ResourceId id : groups) {
    const model::IpGroup* group = view.estate.find<model::IpGroup>(id);
    if (group == nullptr || !group->unread.empty()) {
      out = std::max(out, Ternary::unknown);
      continue;
    }
    for (const model::AddressTerm& term : group->members) out = std::max(out, in_term(view, term, address));
  }
  return out;
}

FirewallResult firewall_rules(const View& view, const model::AzureFirewall& firewall, const Packet& packet,
                              bool is_for_firewall, std::string_view host) {
  std::string why;
  const auto acting = acting_collections(view, firewall, why);
  if (!acting) {
    FirewallResult out;
    out.decided_by = {{firewall.id, "/properties/firewallPolicy", "not known"}};
    out.reason = why;
    return out;
  }
  if (is_for_firewall) {
    std::optional<FirewallResult> translated = translate(view, rules_of(*acting, FirewallRule::Kind::nat), packet);
    if (translated) {
      doubt_translation(view, rules_of(*acting, FirewallRule::Kind::network), packet, *translated);
      return *std::move(translated);
    }
    return denied(firewall.id, "no DNAT rule matches -> Deny",
                  fmt::format("no DNAT rule of {} matches", shown(view, firewall.id)));
  }
  std::optional<FirewallResult> decided =
      first_match(view, rules_of(*acting, FirewallRule::Kind::network), packet, host);
  // A doubtful network rule that may allow, where an application rule may decide otherwise, stays undecided either way.
  if (decided) return *std::move(decided);
  return by_application_rules(view, firewall, rules_of(*acting, FirewallRule::Kind::application), packet, host);
}

}  // namespace hubproof::net
