#include "engine/net/cross_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "engine/core/text.h"
#include "engine/model/roles.h"
#include "engine/net/reach.h"
#include "engine/net/route_collection.h"

namespace hubproof::net {
namespace {

using model::EffectiveRoute;
using model::ResourceId;
using Level = Diagnostic::Level;

NextHop::Kind kind_of(EffectiveRoute::Hop hop) {
  switch (hop) {
    case EffectiveRoute::Hop::vnet_local: return NextHop::Kind::vnet_local;
    case EffectiveRoute::Hop::peering: return NextHop::Kind::peering;
    case EffectiveRoute::Hop::connected_group: return NextHop::Kind::connected_group;
    case EffectiveRoute::Hop::internet: return NextHop::Kind::internet;
    case EffectiveRoute::Hop::gateway: return NextHop::Kind::gateway;
    case EffectiveRoute::Hop::appliance: return NextHop::Kind::appliance;
    case EffectiveRoute::Hop::service_endpoint: return NextHop::Kind::service_endpoint;
    case EffectiveRoute::Hop::interface_endpoint: return NextHop::Kind::private_endpoint;
    case EffectiveRoute::Hop::none: return NextHop::Kind::none;
    case EffectiveRoute::Hop::unknown: return NextHop::Kind::unknown;
  }
  return NextHop::Kind::unknown;
}

/// A hop in words: "VirtualAppliance 10.0.0.4".
std::string shown_hop(const NextHop& hop) {
  std::string out(name(hop.kind));
  if (hop.kind == NextHop::Kind::appliance) out += " " + to_string(hop.address);
  return out;
}

/// What Azure does with some addresses: nullptr when no route of the interface holds them.
struct Said {
  const EffectiveRoute* route = nullptr;
  Prefix prefix;
};

std::string shown_said(const Said& said) {
  if (said.route == nullptr) return "no route";
  std::string out(name(kind_of(said.route->hop)));
  for (const Ipv4 address : said.route->addresses) out += " " + to_string(address);
  return fmt::format("{} -> {}", to_string(said.prefix), out);
}

/// True when the model's hop may be what Azure shows. Azure names networks and endpoints by their addresses alone.
bool may_be(const NextHop& hop, const Said& said) {
  if (hop.kind == NextHop::Kind::unknown) return true;
  if (said.route == nullptr) return hop.kind == NextHop::Kind::none;
  if (kind_of(said.route->hop) != hop.kind) return false;
  const auto& addresses = said.route->addresses;
  return hop.kind != NextHop::Kind::appliance ||
         std::find(addresses.begin(), addresses.end(), hop.address) != addresses.end();
}

/// One comparison: the routes of one interface with those of its subnet.
class RouteCheck {
 public:
  RouteCheck(const model::View& view, const model::EffectiveRoutes& effective, const model::Subnet& subnet)
      : effective_(effective), set_(effective_routes(view, model::SubnetIndex(view.estate.index_of(subnet)))) {}
  void run();
  /// "the configuration says ..., Azure says ...", with the addresses that it is about.
  std::map<std::string, AddressSet> differences;
  AddressSet learned;  ///< prefixes that a gateway taught

 private:
  Said said_of(Ipv4 address) const;
  void compare(const Segment& segment);
  const model::EffectiveRoutes& effective_;
  const RouteSet set_;
};

Said RouteCheck::said_of(Ipv4 address) const {
  Said out;
  for (const EffectiveRoute& route : effective_.routes) {
    for (const Prefix& prefix : route.prefixes) {
      if (!prefix.contains(address)) continue;
      if (out.route == nullptr || prefix.length() > out.prefix.length()) out = {&route, prefix};
    }
  }
  return out;
}

void RouteCheck::compare(const Segment& segment) {
  const Said said = said_of(segment.range.first);
  // Azure lists more blocks that it drops by default than it documents; what is dropped goes around nothing.
  // source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview#default
  const bool is_platform_drop =
      said.route != nullptr && said.route->is_platform && said.route->hop == EffectiveRoute::Hop::none;
  if (is_platform_drop) return;
  for (const Route* route : segment.chosen) {
    // A tag's list may be of another week than the routes that Azure showed.
    if (may_be(route->next_hop, said) || route->tag_rank != 0) return;
  }
  if (segment.chosen.empty() && said.route == nullptr) return;
  AddressSet rest;
  rest.add(segment.range.first, segment.range.last);
  const Route* best = segment.chosen.empty() ? nullptr : segment.chosen.front();
  for (const UnknownRoutes& unknown : set_.unknown) {
    if (!may_win(unknown, best) || !may_be(unknown.next_hop, said)) continue;
    AddressSet covered = rest;
    if (holds_public_only(unknown)) covered &= internet_addresses();
    rest -= covered;
  }
  if (rest.empty()) return;
  const std::string own = best == nullptr ? std::string("no route")
                                          : fmt::format("{} -> {}", to_string(best->prefix), shown_hop(best->next_hop));
  differences[fmt::format("the configuration says {}, Azure says {}", own, shown_said(said))] |= rest;
}

void RouteCheck::run() {
  // The model's routes and Azure's prefixes together cut the addresses where either decision can change.
  std::vector<Route> all = set_.routes;
  for (const EffectiveRoute& route : effective_.routes) {
    for (const Prefix& prefix : route.prefixes) {
      Route& cut = all.emplace_back();
      cut.prefix = prefix;
      if (route.is_learned) learned.add(prefix);
    }
  }
  for (const Segment& segment : decide(all, {}))
    compare({segment.range, select_routes(set_.routes, segment.range.first)});
}

/// What is told, and what then counts as not known.
class CrossCheck {
 public:
  CrossCheck(model::Snapshot& snapshot, const model::Designations& designations)
      : s_(snapshot), estate_(snapshot), view_{estate_, roles_, designations} {}
  void run();

 private:
  void routes(const model::EffectiveRoutes& effective);
  void group(const model::EffectiveGroup& effective);
  void attachment(const model::EffectiveGroup& effective);
  void contradict(ResourceId subnet, const std::string& message);
  void contradict_group(ResourceId group, const std::string& message);
  void tell(Level level, std::uint32_t source, ResourceId resource, std::string message);

  model::Snapshot& s_;
  const model::Estate estate_;  ///< of a copy: what is told changes the snapshot
  const model::Roles roles_;    ///< none: routes do not depend on them
  const model::View view_;
};

void CrossCheck::tell(Level level, std::uint32_t source, ResourceId resource, std::string message) {
  Diagnostic out;
  out.level = level;
  out.code = "INPUT-EFFECTIVE";
  out.where.file = s_.sources[source].path;
  out.resource = std::string(estate_.spelling(resource));
  out.message = std::move(message);
  if (level == Level::error) {
    out.why = "Azure and the configuration contradict each other, so nothing that rests on either is proved";
    out.fix = "export configuration and effective data again at the same time; if they still differ, please report it";
  }
  s_.diagnostics.push_back(std::move(out));
}

void CrossCheck::contradict(ResourceId subnet, const std::string& message) {
  model::Gap gap;
  gap.code = "INPUT-EFFECTIVE";
  gap.reach = model::Gap::Reach::resource;
  gap.resource = subnet;
  gap.message = message;
  s_.gaps.push_back(std::move(gap));
}

void CrossCheck::routes(const model::EffectiveRoutes& effective) {
  const auto* nic = estate_.find<model::NetworkInterface>(effective.nic);
  const model::Subnet* subnet = nullptr;
  if (nic != nullptr && !nic->ip_configurations.empty())
    subnet = estate_.find<model::Subnet>(nic->ip_configurations.front().subnet);
  const std::string nic_name = shown(view_, effective.nic);
  if (subnet == nullptr) {
    return tell(
        Level::warning, effective.source, effective.nic,
        fmt::format("{} or its subnet is not in the export: its effective routes are compared with nothing", nic_name));
  }
  const std::string lead = fmt::format("effective routes of {} in {}", nic_name, shown(view_, subnet->id));
  const auto fail = [&](const std::string& message) {
    tell(Level::error, effective.source, effective.nic, message);
    contradict(subnet->id, message);
  };
  if (!effective.is_whole || effective.routes.empty())
    return fail(fmt::format("{}: {}", lead,
                            effective.routes.empty() ? "there is no active route" : "some routes could not be read"));
  RouteCheck check(view_, effective, *subnet);
  check.run();
  for (const auto& [words, addresses] : check.differences)
    fail(fmt::format("{}: for {} {}", lead, to_string(addresses), words));
  const bool is_open = !view_.designations.has_learned_prefixes && !check.learned.empty();
  if (!check.differences.empty() || !is_open) return;
  tell(Level::note, effective.source, effective.nic,
       fmt::format("{}: a gateway taught {}, which assumptions.learned_prefixes in hubproof.yaml may declare", lead,
                   to_string(check.learned)));
}

/// A rule that stands in one list alone, in words.
std::string shown_rule(const model::EffectiveRule& rule) {
  return fmt::format("{} ({} {} {})", text::printable(rule.name), rule.priority, model::name(rule.direction),
                     model::name(rule.access));
}

void CrossCheck::contradict_group(ResourceId id, const std::string& message) {
  for (model::NetworkSecurityGroup& group : s_.tables.network_security_groups) {
    if (group.id == id) group.unread.push_back({"", message});
  }
}

/// The group that Azure shows at a place must be the one that the place names.
void CrossCheck::attachment(const model::EffectiveGroup& effective) {
  const auto* subnet = estate_.find<model::Subnet>(effective.subnet);
  const auto* nic = estate_.find<model::NetworkInterface>(effective.nic);
  if (subnet == nullptr && nic == nullptr) return;
  const ResourceId own = subnet != nullptr ? subnet->network_security_group : nic->network_security_group;
  if (own == effective.group) return;
  const ResourceId place = subnet != nullptr ? subnet->id : nic->id;
  const std::string message =
      fmt::format("effective security rules: Azure shows {} at {}, whose row {}", shown(view_, effective.group),
                  shown(view_, place), own.is_set() ? "names " + shown(view_, own) : std::string("names none"));
  tell(Level::error, effective.source, place, message);
  contradict_group(own, message);
  contradict_group(effective.group, message);
  if (subnet != nullptr) return contradict(subnet->id, message);
  for (const model::IpConfiguration& config : nic->ip_configurations) contradict(config.subnet, message);
}

// Names, priorities, directions and access are compared; addresses and ports, which Azure prints expanded, are not.
void CrossCheck::group(const model::EffectiveGroup& effective) {
  attachment(effective);
  const auto* group = estate_.find<model::NetworkSecurityGroup>(effective.group);
  if (group == nullptr) {
    return tell(Level::warning, effective.source, effective.group,
                "the network security group of effective rules is not in the export: they are compared with nothing");
  }
  std::vector<model::EffectiveRule> own;
  for (const model::SecurityRule& rule : group->rules) {
    if (!rule.is_default) own.push_back({rule.name, rule.priority, rule.direction, rule.access});
  }
  const auto before = [](const model::EffectiveRule& a, const model::EffectiveRule& b) {
    const int order = text::compare(a.name, b.name);
    return order != 0 ? order < 0
                      : std::tuple(a.priority, a.direction, a.access) < std::tuple(b.priority, b.direction, b.access);
  };
  std::vector<model::EffectiveRule> said = effective.rules;
  std::sort(own.begin(), own.end(), before);
  std::sort(said.begin(), said.end(), before);
  std::vector<std::string> messages;
  const auto differ = [&](const auto& here, const auto& there, std::string_view who) {
    std::vector<model::EffectiveRule> alone;
    std::set_difference(here.begin(), here.end(), there.begin(), there.end(), std::back_inserter(alone), before);
    for (const model::EffectiveRule& rule : alone) {
      messages.push_back(fmt::format("effective security rules of {}: only {} has {}", shown(view_, group->id), who,
                                     shown_rule(rule)));
    }
  };
  differ(own, said, "the configuration");
  differ(said, own, "Azure");
  if (!effective.is_whole)
    messages.push_back(fmt::format("effective security rules of {}: some could not be read", shown(view_, group->id)));
  for (const std::string& message : messages) {
    tell(Level::error, effective.source, group->id, message);
    contradict_group(group->id, message);
  }
}

void CrossCheck::run() {
  for (const model::EffectiveRoutes& effective : s_.effective_routes) routes(effective);
  for (const model::EffectiveGroup& effective : s_.effective_groups) group(effective);
}

}  // namespace

void cross_check(model::Snapshot& snapshot, const model::Designations& designations) {
  if (snapshot.effective_routes.empty() && snapshot.effective_groups.empty()) return;
  CrossCheck(snapshot, designations).run();
}

}  // namespace hubproof::net
