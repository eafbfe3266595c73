// Query: one name on its way through servers, zones and rulesets (azure-semantics.md 8.1). Used inside engine/dns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/dns/name_index.h"
#include "engine/dns/resolve.h"
#include "engine/dns/resolver.h"

namespace hubproof::dns {

/// A forwarding rule that takes a name, and those that may.
struct RuleMatch {
  std::vector<const model::ForwardingRule*> rules;  ///< of the longest domain; several rulesets may have it
  std::string doubt;                                ///< why another rule may come first; empty: none can
};
/// The rule of the rulesets linked to `vnet` that `name` (no final dot) meets.
/// source: learn.microsoft.com/azure/dns/private-resolver-endpoints-rulesets#rule-processing
RuleMatch match_rules(const NameIndex& index, model::ResourceId vnet, std::string_view name);

/// The rule's domain without the final dot; empty for ".".
std::string_view domain_of(const model::ForwardingRule& rule);
/// The last two labels of a name: "windows.net".
std::string_view two_labels(std::string_view name);
/// The privatelink name that public DNS gives as the alias of the public one.
std::string alias_of(const PrivateName& name);

/// The one answer of all, or unknown; `what` says whose answers they are ("the DNS servers").
Resolution agree(std::vector<Resolution> answers, std::string_view what);
Resolution unknown(std::string why);

class Query {
 public:
  /// `assumed_none`: as if every zone were empty and no link redirected, so that NXDOMAIN names the zone that is asked.
  enum class Records : std::uint8_t { as_exported, assumed_none };
  Query(const NameIndex& index, const PrivateName& name, Records records = Records::as_exported);
  /// What clients in the VNet get.
  Resolution from(model::VnetIndex vnet);
  /// After from(): the one zone whose records decided, when nothing but an exact record of it did.
  std::optional<DecidingZone> deciding_zone() const;

 private:
  /// The name that is asked for: the public one, or the privatelink name that public DNS gives as its alias.
  enum class Asked : std::uint8_t { fqdn, alias };
  using Hop = std::pair<model::ResourceId, Asked>;
  std::string_view text_of(Asked asked) const { return asked == Asked::fqdn ? fqdn_ : alias_; }

  Resolution ask(const std::string& server, model::ResourceId from, Asked asked);
  Resolution at_server(const Server& server, Asked asked);
  Resolution at_firewall(const model::AzureFirewall& firewall, model::ResourceId vnet, Asked asked);
  Resolution at_azure_dns(model::ResourceId vnet, Asked asked);
  Resolution visible_answer(model::ResourceId vnet, Asked asked);
  Resolution without_zone(model::ResourceId vnet, Asked asked);
  Resolution with_unseen_links(Resolution answer, model::ResourceId vnet, Asked asked);
  Resolution forward(const RuleMatch& match, model::ResourceId vnet, Asked asked);
  Resolution in_zone(const LinkedZone& zone, model::ResourceId vnet, std::string_view name, bool may_follow);
  Resolution from_records(const std::vector<const model::DnsRecordSet*>& records, const LinkedZone& zone,
                          model::ResourceId vnet, std::string_view name, bool may_follow);
  Resolution missing(const LinkedZone& zone, model::ResourceId vnet, std::string_view name, bool has_other_types);
  Resolution follow(const model::DnsRecordSet& record, model::ResourceId vnet, std::string_view name);
  bool has_zone_for(model::ResourceId vnet, std::string_view name) const;

  const NameIndex& index_;
  Records records_;
  std::string fqdn_;
  std::string alias_;
  std::vector<Hop> path_;  ///< where the query has been, to notice loops
  std::vector<DecidingZone> consulted_;
  bool is_plain_ = true;  ///< no wildcard, alias or unseen link was looked at
};

}  // namespace hubproof::dns
