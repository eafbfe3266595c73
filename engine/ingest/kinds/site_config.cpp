// Microsoft.Web/sites/config "web": the switch and the access restrictions of a site and of its SCM site.
// source: learn.microsoft.com/azure/app-service/overview-access-restrictions,
// learn.microsoft.com/azure/templates/microsoft.web/sites/config-web
#include <algorithm>
#include <optional>
#include <vector>

#include "engine/ingest/kinds/service.h"
#include "engine/value/address_set.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

struct Restriction {
  std::uint64_t priority = 0;
  bool allows = true;
  AddressSet sources;
};

/// The restrictions of one of the two sites, as far as the row shows them.
struct Restrictions {
  bool is_listed = false;
  std::vector<Restriction> list;
  model::Setting<model::Access> otherwise;  ///< ipSecurityRestrictionsDefaultAction
};

/// "Any", or up to eight ranges separated by commas. Nothing: a range of IPv6, or not readable (recorded by `value`).
std::optional<AddressSet> read_sources(std::string_view text, Cursor value) {
  AddressSet out;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text::trim(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    if (text::equals(one, "Any")) {
      out.add(Prefix());
      continue;
    }
    const Result<AnyPrefix> prefix = parse_any_prefix(one);
    const Prefix* v4 = prefix ? std::get_if<Prefix>(&*prefix) : nullptr;
    if (v4 == nullptr) {
      value.unread(text::printable(one));
      return std::nullopt;
    }
    out.add(*v4);
  }
  return out;
}

// Service tags, headers and forwarded addresses tell requests apart that the model does not.
void read_restriction(Cursor element, Restrictions& out, model::AccessRules& rules) {
  const std::size_t before = element.context().entity->unread.size();
  Restriction one;
  model::Setting<model::Access> action;
  bool is_of_subnet = false;
  bool has_sources = false;
  element.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipAddress")) {
      const std::optional<AddressSet> sources = read_sources(text::trim(value.text().value_or("")), value);
      has_sources = sources && !sources->empty();
      if (sources) one.sources = *sources;
    } else if (is(key, "vnetSubnetResourceId")) {
      const model::ResourceId subnet = value.id();
      is_of_subnet = subnet.is_set();
      if (is_of_subnet) rules.vnet_rules.push_back(subnet);
    } else if (is(key, "action")) {
      action = value.word<model::Access>();
    } else if (is(key, "priority")) {
      one.priority = value.number().value_or(0);
    } else if (is(key, "tag")) {
      const std::optional<std::string_view> word = value.text();
      if (word && !word->empty() && !text::equals(*word, "Default")) value.unread(text::printable(*word));
    } else if (!is_one_of(key, {"name", "description", "vnetTrafficTag", "subnetTrafficTag"})) {
      value.unknown_property();  // headers, subnetMask
    }
  });
  const bool is_recorded = element.context().entity->unread.size() != before;
  if (!is_recorded && (!action.is_known() || (!has_sources && !is_of_subnet)))
    element.unread("an access restriction without a source or an action");
  one.allows = action.is(model::Access::allow);
  if (has_sources) out.list.push_back(std::move(one));
}

void read_list(Cursor list, Restrictions& out, model::AccessRules& rules) {
  if (list.type() == simdjson::ondemand::json_type::null) return;
  out.is_listed = true;
  list.array([&](Cursor element) { read_restriction(element, out, rules); });
}

// law:  the restriction of the lowest number that holds the source decides; beside any at all the rest is denied,
// unless
//       the default action says otherwise; without any all is allowed, unless it does
AddressSet admitted(Restrictions restrictions) {
  std::stable_sort(restrictions.list.begin(), restrictions.list.end(),
                   [](const Restriction& a, const Restriction& b) { return a.priority < b.priority; });
  AddressSet out;
  AddressSet decided;
  for (const Restriction& one : restrictions.list) {
    if (one.allows) out |= one.sources - decided;
    decided |= one.sources;
  }
  const bool allows_rest =
      restrictions.otherwise.is_absent() ? restrictions.list.empty() : restrictions.otherwise.is(model::Access::allow);
  if (allows_rest) out |= AddressSet::all() - decided;
  return out;
}

void tell_missing(const Restrictions& restrictions, const char* pointer, model::SiteConfig& config) {
  if (!restrictions.is_listed) config.unread.push_back({pointer, "absent"});
}

}  // namespace

void read_site_config(const RowHead& head, Cursor properties, ReadContext& context) {
  if (!text::equals(arm_name(context.snapshot.ids.spelling(head.id)), "web")) return;  // other settings of the site
  model::SiteConfig config;
  config.id = head.id;
  config.site = parent_of(context, head.id);
  config.has_network_acls = true;
  const EntityScope scope(context, config);
  Restrictions main;
  Restrictions scm;
  model::Setting<bool> scm_uses_main;
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "publicNetworkAccess")) {
      config.public_network_access = value.word<model::PublicNetworkAccess>();
    } else if (is(key, "ipSecurityRestrictions")) {
      read_list(value, main, config);
    } else if (is(key, "ipSecurityRestrictionsDefaultAction")) {
      main.otherwise = value.word<model::Access>();
    } else if (is(key, "scmIpSecurityRestrictions")) {
      read_list(value, scm, config);
    } else if (is(key, "scmIpSecurityRestrictionsDefaultAction")) {
      scm.otherwise = value.word<model::Access>();
    } else if (is(key, "scmIpSecurityRestrictionsUseMain")) {
      scm_uses_main = value.boolean();
    } else {
      read_common(key, value, config);
    }
  });
  const bool is_one = scm_uses_main.is(true);
  tell_missing(main, "/properties/ipSecurityRestrictions", config);
  if (!is_one) tell_missing(scm, "/properties/scmIpSecurityRestrictions", config);
  AddressSet all = admitted(std::move(main));
  if (!is_one) all |= admitted(std::move(scm));
  config.default_action = all == AddressSet::all() ? model::Access::allow : model::Access::deny;
  if (config.default_action.is(model::Access::deny)) {
    for (const AddressSet::Interval& interval : all.intervals())
      config.ip_rules.push_back({interval.first, interval.last});
  }
  context.snapshot.tables.site_configs.push_back(std::move(config));
}

}  // namespace hubproof::ingest
