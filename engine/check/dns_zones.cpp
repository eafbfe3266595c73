// HP-DNS-001..003: private-link zones exist once, centrally, and nowhere else.
#include <fmt/format.h>

#include <algorithm>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/check/zones.h"
#include "engine/dns/names.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {
namespace {

using model::Match;
using model::PrivateDnsZone;
using model::View;

std::string where(const View& view, const PrivateDnsZone& zone) {
  return "subscription " + text::printable(arm_subscription(view.estate.spelling(zone.id)));
}

/// "vnet-a, vnet-b and 3 more", or "no virtual network".
std::string viewers(const View& view, const PrivateDnsZone& zone) {
  constexpr std::size_t kShown = 4;
  const auto links = view.estate.links_by_zone.of(zone.id);
  std::string out;
  for (std::size_t i = 0; i < std::min(links.size(), kShown); ++i) {
    const model::ResourceId vnet = view.estate.tables().virtual_network_links[links[i].second].vnet;
    if (!out.empty()) out += ", ";
    out += vnet.is_set() ? text::printable(view.estate.name(vnet)) : std::string("an unknown network");
  }
  if (links.size() > kShown) out += fmt::format(" and {} more", links.size() - kShown);
  return out.empty() ? "no virtual network" : out;
}

Finding missing_zone(const View& view, const Zones& zones, const std::string& name) {
  if (const model::Gap* gap = zones.missing(name); gap != nullptr) {
    return undecided(gap->resource, fmt::format("the zone {} is named but not in the export: {}", name, gap->message),
                     "an export of the zone's subscription");
  }
  Judgement judgement({});
  if (view.estate.is_partial(model::ArgTable::resources)) {
    judgement.doubt(fmt::format("no zone {} was read, and the export is partial", name),
                    "an export of the resources table in full");
  } else {
    judgement.fail(
        fmt::format("no private DNS zone {} exists, which private endpoints of the estate need", text::printable(name)),
        fmt::format("one zone {} in the hub's subscription", name));
  }
  return std::move(judgement).finding();
}

void judge_required(const View& view, const Zones& zones, const PrivateDnsZone& zone, Judgement& judgement) {
  judgement.fact("/name", zone.name);
  switch (zones.is_central(zone)) {
    case Match::yes: break;
    case Match::no:
      judgement.fail(fmt::format("the only zones {} lie outside the hub: in {}", zone.name, where(view, zone)),
                     "the zone in the hub's or connectivity subscription");
      break;
    case Match::unknown:
      judgement.doubt("whether the zone lies in a declared DNS scope is not known", "the resourcecontainers table");
      break;
  }
  for (const PrivateDnsZone* other : zones.named(zone.name)) {
    if (other == &zone || !zones.share_a_scope(zone, *other)) continue;
    judgement.fact(other->id, "/name", other->name);
    judgement.fail(
        fmt::format("{} exists {} times: also in {}", zone.name, zones.named(zone.name).size(), where(view, *other)),
        "exactly one zone of the name");
  }
  judgement.doubt(doubt_about(view, zone, Reads::zone_alone));
}

}  // namespace

Findings required_zone_is_central(const View& view) {
  const Zones zones(view);
  Findings out;
  for (const std::string& name : dns::required_zones(view)) {
    const auto copies = zones.answering(name);
    if (copies.empty()) out.findings.push_back(missing_zone(view, zones, name));
    for (const PrivateDnsZone* zone : copies) {
      Judgement judgement(zone->id);
      judge_required(view, zones, *zone, judgement);
      out.findings.push_back(std::move(judgement).finding());
    }
  }
  doubt_ambiguous_roles(view, out);
  return out;
}

Findings no_zone_in_spoke(const View& view) {
  const Zones zones(view);
  Findings out;
  for (const PrivateDnsZone& zone : view.estate.tables().private_dns_zones) {
    if (!is_private_link(zone.name)) continue;
    Judgement judgement(zone.id);
    judgement.fact("/name", text::printable(zone.name));
    if (zones.is_in_spoke(zone) && is_cluster_zone(zone.name)) {
      judgement.note("warning: made by AKS for one private cluster; only the cluster's own network resolves it");
    } else if (zones.is_in_spoke(zone)) {
      judgement.fail(fmt::format("{} lies in a spoke ({}), seen by {}", text::printable(zone.name), where(view, zone),
                                 viewers(view, zone)),
                     "the zone in the hub only");
    }
    judgement.doubt(doubt_about(view, zone, Reads::zone_alone));
    out.findings.push_back(std::move(judgement).finding());
  }
  doubt_ambiguous_roles(view, out);
  return out;
}

Findings no_duplicate_zone(const View& view) {
  const Zones zones(view);
  Findings out;
  for (const PrivateDnsZone& zone : view.estate.tables().private_dns_zones) {
    if (!is_private_link(zone.name)) continue;
    Judgement judgement(zone.id);
    judgement.fact("/name", text::printable(zone.name));
    for (const PrivateDnsZone* other : zones.named(zone.name)) {
      if (other == &zone || !zones.share_a_scope(zone, *other)) continue;
      judgement.fact(other->id, "/name", text::printable(other->name));
      judgement.fail(
          fmt::format("{} exists twice: this copy ({}) is seen by {}, the copy in {} by {}", text::printable(zone.name),
                      where(view, zone), viewers(view, zone), where(view, *other), viewers(view, *other)),
          "one zone of the name");
    }
    judgement.doubt(doubt_about(view, zone, Reads::zone_alone));
    out.findings.push_back(std::move(judgement).finding());
  }
  return out;
}

}  // namespace hubproof::check
