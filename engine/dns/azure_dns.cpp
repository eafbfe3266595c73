// Azure DNS (168.63.129.16) as a virtual network sees it. source: azure-semantics.md 8.1 steps 3 to 6
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/dns/query.h"

namespace hubproof::dns {

using namespace model;

namespace {

Resolution public_answer(std::string why) {
  Resolution out;
  out.kind = Resolution::Kind::public_answer;
  out.steps.push_back({std::move(why), {}});
  return out;
}

/// The linked zones that may hold the name, longest first.
std::vector<const LinkedZone*> zones_for(const NameIndex& index, ResourceId vnet, std::string_view name) {
  std::vector<const LinkedZone*> zones;
  for (const LinkedZone& zone : index.zones_of(vnet)) {
    if (lies_under(name, zone.name)) zones.push_back(&zone);
  }
  return zones;
}

std::string printed(const std::vector<Ipv4>& addresses) {
  std::string out;
  for (const Ipv4 address : addresses) out += (out.empty() ? "" : ", ") + to_string(address);
  return out;
}

}  // namespace

bool Query::has_zone_for(ResourceId vnet, std::string_view name) const {
  return !zones_for(index_, vnet, name).empty();
}

Resolution Query::at_azure_dns(ResourceId vnet, Asked asked) {
  const Estate& e = index_.estate();
  if (std::find(path_.begin(), path_.end(), Hop{vnet, asked}) != path_.end()) {
    return unknown(fmt::format("the forwarding loops at Azure DNS of \"{}\"", text::printable(e.name(vnet))));
  }
  std::string doubt = index_.doubt_of_links(vnet);
  if (!doubt.empty()) return unknown(std::move(doubt));
  path_.emplace_back(vnet, asked);
  Resolution answer = with_unseen_links(visible_answer(vnet, asked), vnet, asked);
  path_.pop_back();
  return answer;
}

// law: private zones linked to the VNet come first; only if none holds the name, its rulesets; then public DNS
// source: learn.microsoft.com/azure/dns/dns-private-resolver-overview#dns-resolver-endpoints-and-rulesets
Resolution Query::visible_answer(ResourceId vnet, Asked asked) {
  const std::string_view name = text_of(asked);
  const std::vector<const LinkedZone*> zones = zones_for(index_, vnet, name);
  if (zones.empty()) return without_zone(vnet, asked);
  std::vector<Resolution> answers;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (!zones[i]->doubt.empty()) return unknown(zones[i]->doubt);
    // source: azure-semantics.md 8.2: a VNet links one zone per name; two are an export that contradicts itself
    if (i > 0 && zones[i]->name == zones[i - 1]->name) {
      return unknown(fmt::format("two zones \"{}\" are linked to one network, which Azure refuses",
                                 text::printable(zones[i]->name)));
    }
    consulted_.push_back({zones[i]->zone, zones[i]->name, asked == Asked::alias});
    answers.push_back(in_zone(*zones[i], vnet, name, true));
  }
  // Which of two nested zones answers is not documented (azure-semantics.md 8.1 step 3a): they must agree.
  return agree(std::move(answers), "nested zones linked to one network");
}

Resolution Query::without_zone(ResourceId vnet, Asked asked) {
  const RuleMatch match = match_rules(index_, vnet, text_of(asked));
  if (!match.doubt.empty()) return unknown(match.doubt);
  const bool has_alias = asked == Asked::fqdn && alias_ != fqdn_;
  if (match.rules.empty()) {
    // law: public DNS answers with the privatelink alias, which is looked up in the same VNet again (8.1 step 4)
    if (has_alias) return visible_answer(vnet, Asked::alias);
    return public_answer(fmt::format("no zone and no forwarding rule of \"{}\" holds the name: public DNS answers",
                                     text::printable(index_.estate().name(vnet))));
  }
  Resolution forwarded = forward(match, vnet, asked);
  // Documents give the rule the public name, but also say that a linked privatelink zone shadows forwarding of the name
  // (azure-semantics.md 8.1): both readings must agree.
  if (!has_alias || !has_zone_for(vnet, alias_)) return forwarded;
  std::vector<Resolution> readings;
  readings.push_back(std::move(forwarded));
  readings.push_back(visible_answer(vnet, Asked::alias));
  return agree(std::move(readings), "the forwarding rule of the public name and the linked privatelink zone");
}

/// A zone that may be linked here unseen changes nothing only if it would give the same answer.
Resolution Query::with_unseen_links(Resolution answer, ResourceId vnet, Asked asked) {
  if (answer.kind == Resolution::Kind::unknown || index_.zones_with_unseen_links().empty()) return answer;
  is_plain_ = false;
  const std::span<const LinkedZone> visible = index_.zones_of(vnet);
  for (const LinkedZone& unseen : index_.zones_with_unseen_links()) {
    const bool concerns = lies_under(fqdn_, unseen.name) || lies_under(alias_, unseen.name);
    // A VNet links one zone per name, so a visible one of the name leaves no room.
    const bool has_one =
        std::any_of(visible.begin(), visible.end(), [&](const auto& z) { return z.name == unseen.name; });
    if (!concerns || has_one) continue;
    const std::string_view asked_name = lies_under(text_of(asked), unseen.name) ? text_of(asked) : alias_;
    if (!lies_under(asked_name, unseen.name)) continue;
    const auto records = index_.records(unseen.zone, relative(asked_name, unseen.name));
    const Resolution there = records.empty() ? unknown("") : from_records(records, unseen, vnet, asked_name, false);
    const bool is_same = there.kind == answer.kind && there.addresses == answer.addresses;
    if (!is_same) return unknown(unseen.doubt + ", so it may be linked here");
  }
  return answer;
}

Resolution Query::forward(const RuleMatch& match, ResourceId vnet, Asked asked) {
  std::vector<Resolution> answers;
  for (const ForwardingRule* rule : match.rules) {
    for (std::string_view target : rule->targets) {
      // Targets are written address:port; another port than 53 is no server that the export describes.
      const std::size_t colon = target.find(':');
      if (colon != std::string_view::npos && target.substr(colon) == ":53") target = target.substr(0, colon);
      Resolution answer = ask(std::string(target), vnet, asked);
      Step step{
          fmt::format("the forwarding rule \"{}\" sends \"{}\" to {}", text::printable(index_.estate().name(rule->id)),
                      text::printable(rule->domain), text::printable(target)),
          {Fact{rule->id, "/properties/targetDnsServers", std::string(target)}}};
      answer.steps.insert(answer.steps.begin(), std::move(step));
      answers.push_back(std::move(answer));
    }
  }
  return agree(std::move(answers), "the targets of the forwarding rule");
}

Resolution Query::in_zone(const LinkedZone& zone, ResourceId vnet, std::string_view name, bool may_follow) {
  if (records_ == Records::assumed_none) return missing(zone, vnet, name, false);
  const std::string_view label = relative(name, zone.name);
  const auto exact = index_.records(zone.zone, label);
  if (!exact.empty()) return from_records(exact, zone, vnet, name, may_follow);
  is_plain_ = false;
  // source: learn.microsoft.com/azure/dns/dns-zones-records#wildcard-records
  const std::size_t dot = label.find('.');
  const std::string wildcard = dot == std::string_view::npos ? "*" : "*" + std::string(label.substr(dot));
  const auto wild = label == "@" ? exact : index_.records(zone.zone, wildcard);
  if (wild.empty() && dot != std::string_view::npos && !index_.records(zone.zone, "*").empty()) {
    return unknown(fmt::format("whether the wildcard of the zone \"{}\" holds a name of several labels is not modelled",
                               text::printable(zone.name)));
  }
  if (wild.empty()) return missing(zone, vnet, name, false);
  // The exact name would come first, if the export lacks it.
  const std::string doubt = index_.doubt_of(zone.zone);
  return doubt.empty() ? from_records(wild, zone, vnet, name, may_follow) : unknown(doubt);
}

Resolution Query::from_records(const std::vector<const DnsRecordSet*>& records, const LinkedZone& zone, ResourceId vnet,
                               std::string_view name, bool may_follow) {
  const auto has = [&](std::string_view type) {
    return std::any_of(records.begin(), records.end(),
                       [&](const DnsRecordSet* record) { return record->type == type; });
  };
  // Clients that ask for both get the AAAA addresses as well; private endpoints of the model have IPv4 addresses only.
  // source: learn.microsoft.com/azure/dns/dns-zones-records#record-types
  if (has("aaaa")) {
    return unknown(fmt::format("the zone \"{}\" also answers {} with IPv6 addresses, which are not modelled",
                               text::printable(zone.name), text::printable(name)));
  }
  // source: learn.microsoft.com/azure/dns/dns-zones-records#cname-records (no other record set of the same name)
  if (has("a") && has("cname")) {
    return unknown(fmt::format("the zone \"{}\" holds an address and an alias for {}, which Azure refuses",
                               text::printable(zone.name), text::printable(name)));
  }
  for (const DnsRecordSet* record : records) {
    const bool is_address = record->type == "a";
    if (!is_address && record->type != "cname") continue;
    const bool is_empty = is_address ? record->addresses.empty() : record->cname.empty();
    if (is_empty || !record->unread.empty() || !record->is_settled || index_.is_contradictory(record->id)) {
      return unknown(fmt::format("the record \"{}\" of the zone \"{}\" is contradictory or could not be read in full",
                                 text::printable(record->name), text::printable(zone.name)));
    }
    if (!is_address) {
      return may_follow ? follow(*record, vnet, name)
                        : unknown(fmt::format("the name {} leads through more than one alias", text::printable(name)));
    }
    Resolution out;
    out.kind = Resolution::Kind::private_addresses;
    out.addresses = record->addresses;
    std::sort(out.addresses.begin(), out.addresses.end());
    out.addresses.erase(std::unique(out.addresses.begin(), out.addresses.end()), out.addresses.end());
    Step step{fmt::format("the zone \"{}\" linked to \"{}\" answers", text::printable(zone.name),
                          text::printable(index_.estate().name(vnet))),
              {}};
    if (zone.link != nullptr) step.facts.push_back({zone.link->id, "", ""});
    step.facts.push_back({record->id, "/properties/records", printed(out.addresses)});
    out.steps.push_back(std::move(step));
    return out;
  }
  return missing(zone, vnet, name, true);
}

// law: record missing: NXDOMAIN, no public fallback, unless the link says NxDomainRedirect (privatelink zones only)
// source: learn.microsoft.com/azure/dns/private-dns-fallback; azure-semantics.md 8.1 step 5
Resolution Query::missing(const LinkedZone& zone, ResourceId vnet, std::string_view name, bool has_other_types) {
  const bool is_assumed = records_ == Records::assumed_none;
  std::string doubt = is_assumed ? index_.doubt_of_zone_alone(zone.zone) : index_.doubt_of(zone.zone);
  if (!doubt.empty()) return unknown(std::move(doubt));
  Resolution out;
  out.kind = Resolution::Kind::nx_domain;
  Step step{fmt::format("the zone \"{}\" linked to \"{}\" has no record for {}", text::printable(zone.name),
                        text::printable(index_.estate().name(vnet)), text::printable(name)),
            {{zone.zone, "", ""}}};
  if (is_assumed) {
    out.steps.push_back(std::move(step));
    return out;
  }
  const auto policy = zone.link == nullptr
                          ? std::nullopt
                          : zone.link->resolution_policy.value_or_default(ResolutionPolicy::default_policy);
  if (!policy)
    return unknown(fmt::format("the resolution policy of the link to \"{}\" is not known", text::printable(zone.name)));
  const bool is_absent = zone.link->resolution_policy.is_absent();
  step.facts.push_back({zone.link->id, "/properties/resolutionPolicy",
                        is_absent ? "absent -> Default" : std::string(model::name(*policy))});
  if (*policy == ResolutionPolicy::nx_domain_redirect) {
    const bool is_private_link = text::starts_with(zone.name, "privatelink.") ||
                                 std::string_view(zone.name).find(".privatelink.") != std::string_view::npos;
    if (!is_private_link || has_other_types) {
      return unknown(fmt::format("what NxDomainRedirect does for {} in the zone \"{}\" is not documented",
                                 text::printable(name), text::printable(zone.name)));
    }
    // Whether the redirect meets forwarding rules first is not documented (azure-semantics.md 8.1 step 3).
    const RuleMatch match = match_rules(index_, vnet, name);
    if (!match.doubt.empty()) return unknown(match.doubt);
    if (!match.rules.empty()) return unknown("whether NxDomainRedirect meets the forwarding rules is not documented");
    out.kind = Resolution::Kind::public_answer;
    step.what += " and redirects to public DNS";
  }
  out.steps.push_back(std::move(step));
  return out;
}

Resolution Query::follow(const DnsRecordSet& record, ResourceId vnet, std::string_view name) {
  is_plain_ = false;
  const Step step{fmt::format("{} is an alias of {}", text::printable(name), text::printable(record.cname)),
                  {{record.id, "/properties/cname", record.cname}}};
  const std::vector<const LinkedZone*> zones = zones_for(index_, vnet, record.cname);
  if (zones.empty() || !zones.front()->doubt.empty() || zones.size() > 1) {
    return unknown(fmt::format("the alias {} of {} is in no single zone of the network", text::printable(record.cname),
                               text::printable(name)));
  }
  Resolution answer = in_zone(*zones.front(), vnet, record.cname, false);
  answer.steps.insert(answer.steps.begin(), step);
  return answer;
}

}  // namespace hubproof::dns
