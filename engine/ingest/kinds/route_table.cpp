// Microsoft.Network/routeTables. source: learn.microsoft.com/azure/templates/microsoft.network/routetables (2025-07-01)
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"

namespace hubproof::ingest {
namespace {

void read_address_prefix(Cursor value, model::Route& route) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) {
    route.is_usable = false;
    return;
  }
  const char first = text::to_lower(text->front());
  if (first >= 'a' && first <= 'z' &&
      text->find(':') == std::string_view::npos) {  // a service tag: azure-semantics.md 1.3
    route.service_tag = std::string(*text);
    return;
  }
  const Result<AnyPrefix> prefix = parse_any_prefix(*text);
  if (prefix) {
    route.prefix = *prefix;
  } else {
    route.is_usable = false;
    value.unread(prefix.error().message);
  }
}

void read_next_hop_address(Cursor value, model::Route& route) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) return;
  const Result<Ipv4> address = Ipv4::parse(*text);
  if (address) {
    route.next_hop_addresses.push_back(*address);
  } else if (Ipv6::parse(*text)) {
    route.next_hop_is_v6 = true;
  } else {
    route.is_usable = false;
    value.unread(address.error().message);
  }
}

bool leads_to_appliance(const model::Route& route) {
  return route.next_hop == model::NextHopType::virtual_appliance ||
         route.next_hop == model::NextHopType::virtual_appliance_ecmp;
}

void read_route_properties(Cursor properties, model::Route& route) {
  bool has_next_hop = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "addressPrefix")) {
      read_address_prefix(value, route);
    } else if (is(key, "nextHopType")) {
      const model::Setting<model::NextHopType> hop = value.word<model::NextHopType>();
      has_next_hop = hop.is_known();
      if (hop.is_known()) route.next_hop = hop.value();
    } else if (is(key, "nextHopIpAddress")) {
      read_next_hop_address(value, route);
    } else if (is(key, "nextHop")) {  // of VirtualApplianceEcmp
      value.object([&](std::string_view inner, Cursor list) {
        if (!is(inner, "nextHopIpAddresses")) return list.unknown_property();
        list.array([&](Cursor address) {
          const std::size_t before = route.next_hop_addresses.size();
          read_next_hop_address(address, route);
          if (route.next_hop_addresses.size() == before && !route.next_hop_is_v6) route.is_usable = false;
        });
      });
    } else if (is(key, "hasBgpOverride")) {
      const model::Setting<bool> flag = value.boolean();
      route.has_bgp_override = flag.is_known() ? flag.value() : !flag.is_absent();
    } else if (is(key, "provisioningState")) {
      if (!is_settled(value)) route.is_usable = false;
    } else {
      value.unknown_property();
    }
  });
  // An IPv4 prefix goes to IPv4 addresses: what the device behind another one does is not known.
  if (route.next_hop_is_v6 && route.prefix && std::holds_alternative<Prefix>(*route.prefix)) route.is_usable = false;
  if (leads_to_appliance(route) && route.next_hop_addresses.empty() && !route.next_hop_is_v6) route.is_usable = false;
  if (!has_next_hop || (!route.prefix && route.service_tag.empty())) route.is_usable = false;
}

model::Route read_one_route(Cursor value) {
  model::Route route;
  bool has_properties = false;
  const std::size_t unread_before = value.context().entity->unread.size();
  value.object([&](std::string_view key, Cursor field) {
    if (is(key, "name")) {
      route.name = std::string(field.text().value_or(""));
    } else if (is(key, "properties")) {
      has_properties = true;
      read_route_properties(field, route);
    }
  });
  if (!has_properties && value.context().entity->unread.size() == unread_before)
    value.unread("a route without properties");
  if (value.context().entity->unread.size() != unread_before) route.is_usable = false;
  return route;
}

}  // namespace

void read_route_table(const RowHead& head, Cursor properties, ReadContext& context) {
  model::RouteTable table;
  table.id = head.id;
  const EntityScope scope(context, table);
  DemandedLists lists(properties, {"routes"});
  properties.object([&](std::string_view key, Cursor value) {
    lists.see(key, value);
    if (is(key, "disableBgpRoutePropagation")) {
      table.disable_bgp_propagation = value.boolean();
    } else if (is(key, "disablePeeringRoute")) {
      // None | All; source: learn.microsoft.com/azure/virtual-network/configure-disable-peering-route-propagation
      const std::optional<std::string_view> word = value.text();
      if (!word || text::equals(*word, "None")) return;
      table.disable_peering_route = text::equals(*word, "All");
      if (!table.disable_peering_route) value.unread(std::string(*word));
    } else if (is(key, "routes")) {
      value.array([&](Cursor route) { table.routes.push_back(read_one_route(route)); });
    } else if (!read_common(key, value, table) && !is_one_of(key, {"subnets", "extended"})) {
      value.unknown_property();
    }
  });
  lists.tell(table);
  context.snapshot.tables.route_tables.push_back(std::move(table));
}

}  // namespace hubproof::ingest
