// Microsoft.Network/routeTables. source: learn.microsoft.com/azure/templates/microsoft.network/routetables
#include <fmt/format.h>

#include "engine/core/text.h"
#include "engine/ingest/kinds.h"

namespace hubproof::ingest {
namespace {

void read_address_prefix(Cursor value, model::Route& route) {
  const std::optional<std::string_view> text = value.text();
  if (!text || text->empty()) {
    route.is_usable = false;
    return;
  }
  const bool looks_like_address = text->find_first_not_of("0123456789./") == std::string_view::npos ||
                                  text->find(':') != std::string_view::npos;
  if (!looks_like_address) {  // a service tag: azure-semantics.md 1.3
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

void read_route_properties(Cursor properties, model::Route& route) {
  bool has_next_hop = false;
  properties.object([&](std::string_view key, Cursor value) {
    if (key == "addressPrefix") {
      read_address_prefix(value, route);
    } else if (key == "nextHopType") {
      const model::Setting<model::NextHopType> hop = value.word<model::NextHopType>();
      has_next_hop = hop.is_known();
      if (hop.is_known()) route.next_hop = hop.value();
    } else if (key == "nextHopIpAddress") {
      read_next_hop_address(value, route);
    } else if (key == "nextHop") {  // of VirtualApplianceEcmp
      value.object([&](std::string_view inner, Cursor list) {
        if (inner != "nextHopIpAddresses") return list.unknown_property();
        list.array([&](Cursor address) { read_next_hop_address(address, route); });
      });
    } else if (key == "hasBgpOverride") {
      const model::Setting<bool> flag = value.boolean();
      route.has_bgp_override = flag.is_known() ? flag.value() : !flag.is_absent();
    } else if (key != "provisioningState") {
      value.unknown_property();
    }
  });
  if (!has_next_hop || (!route.prefix && route.service_tag.empty())) route.is_usable = false;
}

model::Route read_one_route(Cursor value) {
  model::Route route;
  bool has_properties = false;
  value.object([&](std::string_view key, Cursor field) {
    if (key == "name") {
      route.name = std::string(field.text().value_or(""));
    } else if (key == "properties") {
      has_properties = true;
      read_route_properties(field, route);
    } else {
      field.ignore();
    }
  });
  if (!has_properties) route.is_usable = false;
  return route;
}

}  // namespace

void read_route_table(const RowHead& head, Cursor properties, ReadContext& context) {
  model::RouteTable table;
  table.id = head.id;
  context.entity = &table;
  properties.object([&](std::string_view key, Cursor value) {
    if (key == "disableBgpRoutePropagation") {
      table.disable_bgp_propagation = value.boolean();
    } else if (key == "disablePeeringRoute") {
      // None | All; source: learn.microsoft.com/azure/virtual-network/configure-disable-peering-route-propagation
      const std::optional<std::string_view> word = value.text();
      if (!word || text::equals(*word, "None")) return;
      table.disable_peering_route = text::equals(*word, "All");
      if (!table.disable_peering_route) value.unread(std::string(*word));
    } else if (key == "routes") {
      value.array([&](Cursor route) { table.routes.push_back(read_one_route(route)); });
    } else if (key == "provisioningState") {
      table.is_settled = is_settled(value);
    } else if (key != "subnets" && key != "resourceGuid") {
      value.unknown_property();
    }
  });
  context.snapshot.tables.route_tables.push_back(std::move(table));
}

}  // namespace hubproof::ingest
