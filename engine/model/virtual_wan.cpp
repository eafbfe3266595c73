#include "engine/model/virtual_wan.h"

#include "engine/core/text.h"
#include "engine/model/estate.h"
#include "engine/value/arm_id.h"

namespace hubproof::model {

std::string_view hidden_hub(const Estate& estate, ResourceId vnet) {
  if (!vnet.is_set()) return {};
  const Result<ArmId> id = ArmId::parse(estate.spelling(vnet));
  if (!id || !text::starts_with(id->name, "HV_") || !text::starts_with(id->resource_group, "RG_")) return {};
  const std::string_view rest = id->name.substr(3);
  return rest.substr(0, rest.rfind('_'));
}

const HubConnection* hub_connection(const Estate& estate, const Peering& peering) {
  const std::string_view name = hidden_hub(estate, peering.remote);
  if (name.empty() || estate.holds(peering.remote)) return nullptr;
  for (const auto& [key, index] : estate.connections_by_vnet.of(peering.vnet)) {
    const HubConnection& connection = estate.tables().hub_connections[index];
    if (estate.find<VirtualHub>(connection.hub) != nullptr && text::equals(estate.name(connection.hub), name))
      return &connection;
  }
  return nullptr;
}

bool is_branch_type(std::string_view type) {
  return text::starts_with(type, "microsoft.network/vpngateways") ||
         text::starts_with(type, "microsoft.network/expressroutegateways") ||
         text::starts_with(type, "microsoft.network/p2svpngateways");
}

// Whatever else touches a hub (an appliance, a BGP peer) may join it with somewhere as well.
bool has_branches(const Estate& estate, const VirtualHub& hub) {
  return hub.has_gateway || !estate.taints_by_resource.of(hub.id).empty();
}

bool is_hub_table(const Estate& estate, ResourceId table, std::string_view name) {
  return table.is_set() && text::equals(estate.name(table), name);
}

}  // namespace hubproof::model
