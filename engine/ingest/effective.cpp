#include "engine/ingest/effective.h"

#include <algorithm>

#include "engine/ingest/json_keys.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

using model::EffectiveRoute;
using nlohmann::json;

const json& first_row(const json& document) {
  static const json kNone;
  const json* list = member(document, "value");
  return list != nullptr && list->is_array() && !list->empty() ? list->front() : kNone;
}

bool is_route(const json& row) { return member(row, "nextHopType") != nullptr && has_array(row, "addressPrefix"); }

/// The interface that an id names, with or without a last segment for the call.
std::string_view interface_of(std::string_view id) {
  const std::string_view top = arm_top_level(id);
  return arm_type(top) == "microsoft.network/networkinterfaces" ? top : std::string_view();
}

struct HopName {
  std::string_view spelling;
  EffectiveRoute::Hop hop;
};
// source: learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview, .../private-link/inspect-traffic
constexpr HopName kHops[] = {
    {"VnetLocal", EffectiveRoute::Hop::vnet_local},
    {"VNetPeering", EffectiveRoute::Hop::peering},
    {"VNetGlobalPeering", EffectiveRoute::Hop::peering},
    {"ConnectedGroup", EffectiveRoute::Hop::connected_group},
    {"Internet", EffectiveRoute::Hop::internet},
    {"VirtualNetworkGateway", EffectiveRoute::Hop::gateway},
    {"VirtualAppliance", EffectiveRoute::Hop::appliance},
    {"VirtualApplianceEcmp", EffectiveRoute::Hop::appliance},
    {"VirtualNetworkServiceEndpoint", EffectiveRoute::Hop::service_endpoint},
    {"InterfaceEndpoint", EffectiveRoute::Hop::interface_endpoint},
    {"None", EffectiveRoute::Hop::none},
};

EffectiveRoute::Hop hop_named(std::string_view spelling) {
  const auto found = std::find_if(std::begin(kHops), std::end(kHops),
                                  [&](const HopName& known) { return text::equals(known.spelling, spelling); });
  return found == std::end(kHops) ? EffectiveRoute::Hop::unknown : found->hop;
}

std::string as_text(const json& value) { return value.is_string() ? value.get<std::string>() : std::string("?"); }

/// False when a prefix or an address could not be read.
bool read_route(const json& row, EffectiveRoute& out) {
  bool is_whole = true;
  for (const json& item : *member(row, "addressPrefix")) {
    const Result<AnyPrefix> prefix = parse_any_prefix(as_text(item));
    if (!prefix) {
      is_whole = false;
    } else if (const Prefix* v4 = std::get_if<Prefix>(&*prefix)) {
      out.prefixes.push_back(*v4);
    }
  }
  out.hop = hop_named(member_text(row, "nextHopType"));
  if (has_array(row, "nextHopIpAddress")) {
    for (const json& item : *member(row, "nextHopIpAddress")) {
      const Result<Ipv4> address = Ipv4::parse(as_text(item));
      if (address) out.addresses.push_back(*address);
    }
  }
  out.is_platform = text::equals(member_text(row, "source"), "Default");
  out.is_learned = text::equals(member_text(row, "source"), "VirtualNetworkGateway");
  return is_whole;
}

/// "securityRules/allow-web" and "UserRule_allow-web" are the rule allow-web; default rules are Azure's own.
/// source: learn.microsoft.com/azure/virtual-network/diagnose-network-traffic-filter-problem (output of the commands)
std::string rule_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  constexpr std::string_view kUser = "UserRule_";
  if (text::starts_with(name, kUser)) name.remove_prefix(kUser.size());
  return std::string(name);
}

bool is_default_rule(std::string_view name) {
  return text::starts_with(text::lower(name), "defaultsecurityrules/") || text::starts_with(name, "DefaultRule_");
}

bool read_rule(const json& row, model::EffectiveRule& out) {
  const json* priority = member(row, "priority");
  const auto direction = model::parse<model::Direction>(member_text(row, "direction"));
  const auto access = model::parse<model::Access>(member_text(row, "access"));
  if (priority == nullptr || !priority->is_number_unsigned() || !direction || !access) return false;
  out = {rule_name(member_text(row, "name")), priority->get<std::uint32_t>(), *direction, *access};
  return true;
}

model::ResourceId id_under(const json* object, std::string_view key, model::IdTable& ids) {
  const json* inner = object == nullptr ? nullptr : member(*object, key);
  const std::string id = inner == nullptr ? std::string() : member_text(*inner, "id");
  return id.empty() ? model::ResourceId() : ids.intern(id);
}

}  // namespace

bool is_effective_routes(const json& document) {
  return is_route(first_row(document)) && !interface_of(member_text(document, "id")).empty();
}

bool is_effective_rules(const json& document) { return has_array(first_row(document), "effectiveSecurityRules"); }

model::EffectiveRoutes read_effective_routes(const json& document, model::IdTable& ids) {
  model::EffectiveRoutes out;
  const std::string id = member_text(document, "id");
  out.nic = ids.intern(interface_of(id));
  for (const json& row : *member(document, "value")) {
    // An Invalid route is beaten by another one of the same prefix.
    if (text::equals(member_text(row, "state"), "Invalid")) continue;
    EffectiveRoute route;
    const bool is_whole = is_route(row) && text::equals(member_text(row, "state"), "Active") && read_route(row, route);
    out.is_whole = out.is_whole && is_whole;
    if (is_whole) out.routes.push_back(std::move(route));
  }
  return out;
}

std::vector<model::EffectiveGroup> read_effective_rules(const json& document, model::IdTable& ids) {
  std::vector<model::EffectiveGroup> out;
  for (const json& row : *member(document, "value")) {
    model::EffectiveGroup& group = out.emplace_back();
    group.group = id_under(&row, "networkSecurityGroup", ids);
    group.subnet = id_under(member(row, "association"), "subnet", ids);
    group.nic = id_under(member(row, "association"), "networkInterface", ids);
    group.is_whole = group.group.is_set() && has_array(row, "effectiveSecurityRules");
    if (!group.is_whole) continue;
    for (const json& rule : *member(row, "effectiveSecurityRules")) {
      if (is_default_rule(member_text(rule, "name"))) continue;
      model::EffectiveRule read;
      if (read_rule(rule, read))
        group.rules.push_back(std::move(read));
      else
        group.is_whole = false;
    }
  }
  return out;
}

}  // namespace hubproof::ingest
