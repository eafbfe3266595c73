#include "engine/net/firewall_policies.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/net/peerings.h"
#include "engine/net/reach.h"

namespace hubproof::net {
namespace {

using model::FirewallPolicy;
using model::RuleCollection;
using model::RuleCollectionGroup;
using model::View;

/// The firewall's policy and its parents, child first. Empty optional: `why` says what is not known of it.
std::optional<std::vector<const FirewallPolicy*>> policies_of(const View& view, const model::AzureFirewall& firewall,
                                                              std::string& why) {
  std::vector<const FirewallPolicy*> chain;
  for (model::ResourceId id = firewall.policy; id.is_set();) {
    const FirewallPolicy* policy = view.estate.find<FirewallPolicy>(id);
    if (policy == nullptr || !policy->unread.empty() || !policy->is_settled) {
      why = policy == nullptr ? fmt::format("firewall policy {} is not in the export", shown(view, id))
                              : fmt::format("firewall policy {} is not fully understood", shown(view, id));
      return std::nullopt;
    }
    if (std::find(chain.begin(), chain.end(), policy) != chain.end()) {
      why = fmt::format("firewall policy {} is its own parent", shown(view, id));
      return std::nullopt;
    }
    chain.push_back(policy);
    id = policy->base_policy;
  }
  return chain;
}

/// Appends the collections of one list by their priority.
void add_in_order(const std::vector<RuleCollection>& list, model::ResourceId owner, std::string_view pointer,
                  std::string_view rules, std::vector<ActingCollection>& out) {
  const std::size_t first = out.size();
  for (std::size_t i = 0; i < list.size(); ++i)
    out.push_back({&list[i], owner, fmt::format("/properties/{}/{}{}", pointer, i, rules)});
  std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                   [](const ActingCollection& a, const ActingCollection& b) {
                     return a.collection->priority < b.collection->priority;
                   });
}

bool add_groups(const View& view, const model::FirewallPolicy& policy, std::vector<ActingCollection>& out,
                std::string& why) {
  std::vector<const RuleCollectionGroup*> own;
  for (const auto& [key, index] : view.estate.groups_by_policy.of(policy.id)) {
    own.push_back(&view.estate.tables().rule_collection_groups[index]);
  }
  for (const model::ResourceId id : policy.rule_collection_groups) {
    if (view.estate.find<RuleCollectionGroup>(id) != nullptr) continue;
    why = fmt::format("rule collection group {} is not in the export", shown(view, id));
    return false;
  }
  for (const RuleCollectionGroup* group : own) {
    if (group->unread.empty() && group->is_settled) continue;
    why = fmt::format("rule collection group {} is not fully understood", shown(view, group->id));
    return false;
  }
  std::stable_sort(own.begin(), own.end(), [](const RuleCollectionGroup* a, const RuleCollectionGroup* b) {
    return a->priority < b->priority;
  });
  for (const RuleCollectionGroup* group : own)
    add_in_order(group->collections, group->id, "ruleCollections", "/rules", out);
  return true;
}

// source: learn.microsoft.com/azure/firewall/rule-processing#rule-processing-using-classic-rules
std::vector<ActingCollection> classic_collections(const model::AzureFirewall& firewall) {
  std::vector<ActingCollection> out;
  add_in_order(firewall.classic.nat, firewall.id, "natRuleCollections", "/properties/rules", out);
  add_in_order(firewall.classic.network, firewall.id, "networkRuleCollections", "/properties/rules", out);
  add_in_order(firewall.classic.application, firewall.id, "applicationRuleCollections", "/properties/rules", out);
  return out;
}

AddressSet set_of(std::span<const Prefix> prefixes) {
  AddressSet out;
  for (const Prefix& prefix : prefixes) out.add(prefix);
  return out;
}

void leave_open(KeptSources& out, const AddressSet& possible, const AddressSet& certain, std::string why) {
  out.possible |= possible;
  out.certain &= certain;
  if (out.certain != out.possible) out.doubt = std::move(why);
}

// law:  a policy's own ranges count; whether one without any takes those of its parent is not documented
// source: azure-semantics.md 4.4 (the policy's value wins over the firewall's)
KeptSources configured(const View& view, const model::AzureFirewall& firewall,
                       const std::vector<const FirewallPolicy*>& chain) {
  const AddressSet usual = set_of(model::kDefaultPrivateRanges);
  KeptSources out{usual, usual, {}};
  if (chain.empty() && !firewall.private_ranges.empty()) out.certain = out.possible = set_of(firewall.private_ranges);
  const auto names_some = [](const FirewallPolicy* policy) { return !policy->private_ranges.empty(); };
  const auto named = std::find_if(chain.begin(), chain.end(), names_some);
  if (named == chain.end()) return out;
  const AddressSet ranges = set_of((*named)->private_ranges);
  if (named == chain.begin()) return {ranges, ranges, {}};
  leave_open(out, ranges, ranges,
             fmt::format("whether firewall policy {} takes the private ranges of {} is not documented",
                         shown(view, firewall.policy), shown(view, (*named)->id)));
  return out;
}

}  // namespace

std::optional<std::vector<ActingCollection>> acting_collections(const View& view, const model::AzureFirewall& firewall,
                                                                std::string& why) {
  if (!firewall.unread.empty() || !firewall.is_settled) {
    why = fmt::format("{} is not fully understood", shown(view, firewall.id));
    return std::nullopt;
  }
  if (!firewall.policy.is_set()) {
    if (firewall.classic.is_whole) return classic_collections(firewall);
    why = fmt::format("{} has no policy, and its row does not show its own rules", shown(view, firewall.id));
    return std::nullopt;
  }
  // Azure refuses both. source: learn.microsoft.com/azure/firewall-manager/migrate-to-policy
  if (!firewall.classic.empty()) {
    why = fmt::format("{} has classic rules beside its policy", shown(view, firewall.id));
    return std::nullopt;
  }
  const auto chain = policies_of(view, firewall, why);
  if (!chain) return std::nullopt;
  std::vector<ActingCollection> out;
  for (auto policy = chain->rbegin(); policy != chain->rend(); ++policy) {
    if (!add_groups(view, **policy, out, why)) return std::nullopt;
  }
  if (view.estate.is_partial(model::ArgTable::network_resources)) {
    why = "the export of rule collection groups is partial";
    return std::nullopt;
  }
  return out;
}

KeptSources kept_sources(const View& view, const model::AzureFirewall& firewall, Protocol protocol) {
  std::string why;
  const auto chain = policies_of(view, firewall, why);
  if (!chain) return {{}, AddressSet::all(), why};
  KeptSources out = configured(view, firewall, *chain);
  // What a firewall learns from a Route Server is in no export.
  // source: learn.microsoft.com/azure/firewall/snat-private-range#auto-learn-snat-routes-preview
  const auto learns = [](const FirewallPolicy* policy) { return policy->learns_private_ranges; };
  if (std::any_of(chain->begin(), chain->end(), learns)) {
    leave_open(
        out, AddressSet::all(), AddressSet::all(),
        fmt::format("firewall policy {} learns private ranges, which no export holds", shown(view, firewall.policy)));
  }
  // source: azure-semantics.md 4.4 (that the setting acts on TCP and UDP only is not on the page)
  if (protocol != Protocol::tcp && protocol != Protocol::udp) {
    const AddressSet usual = set_of(model::kDefaultPrivateRanges);
    leave_open(out, usual, usual,
               fmt::format("whether the private ranges of {} act on {} is not documented", shown(view, firewall.id),
                           name(protocol)));
  }
  return out;
}

std::string_view name(Inspection::Kind kind) {
  return kind == Inspection::Kind::threat_intelligence ? "threat intelligence" : "intrusion detection";
}

// law:  a child policy is at least as strict as its parent; intrusion detection needs the Premium tier of both
// source: learn.microsoft.com/azure/firewall-manager/policy-overview; azure-semantics.md 4.2
std::vector<Inspection> denying_inspections(const View& view, const model::AzureFirewall& firewall) {
  std::string why;
  const auto chain = policies_of(view, firewall, why);
  std::vector<Inspection> out;
  if (!chain) return out;
  const auto may_be_premium = [](const auto& tier) {
    return !tier.is_known() || tier.is(model::FirewallTier::premium);
  };
  const auto threats = [](const FirewallPolicy* policy) { return policy->denies_threats; };
  const auto intrusions = [&](const FirewallPolicy* policy) {
    return policy->denies_intrusions && may_be_premium(policy->tier) && may_be_premium(firewall.tier);
  };
  if (chain->empty() && firewall.denies_threats) out.push_back({Inspection::Kind::threat_intelligence, firewall.id});
  const auto add = [&](Inspection::Kind kind, const auto& denies) {
    const auto found = std::find_if(chain->begin(), chain->end(), denies);
    if (found != chain->end()) out.push_back({kind, (*found)->id});
  };
  add(Inspection::Kind::threat_intelligence, threats);
  add(Inspection::Kind::intrusion_detection, intrusions);
  return out;
}

AddressSet instance_addresses(const View& view, const model::AzureFirewall& firewall) {
  AddressSet out;
  for (const auto& config : firewall.ip_configurations) {
    if (const auto* subnet = view.estate.find<model::Subnet>(config.subnet)) out |= usable_addresses(*subnet);
  }
  const auto* hub = view.estate.find<model::VirtualHub>(firewall.virtual_hub);
  if (hub != nullptr && hub->prefix) out.add(*hub->prefix);
  return out;
}

}  // namespace hubproof::net
