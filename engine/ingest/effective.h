// Effective routes and effective security rules of network interfaces, as the Azure CLI and REST print them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/model/effective.h"

namespace hubproof::ingest {

/// {"id": "<nic id>/effectiveRouteTable", "value": [routes]}: Azure's answer does not name the interface, so that the
/// id has to be written beside it. The id of the interface alone is accepted too.
bool is_effective_routes(const nlohmann::json& document);
/// {"value": [{"networkSecurityGroup", "association", "effectiveSecurityRules"}]}: the answer names groups and places.
bool is_effective_rules(const nlohmann::json& document);

/// Precondition: is_effective_routes(document). Without routes that are not Active.
model::EffectiveRoutes read_effective_routes(const nlohmann::json& document, model::IdTable& ids);
/// Precondition: is_effective_rules(document).
std::vector<model::EffectiveGroup> read_effective_rules(const nlohmann::json& document, model::IdTable& ids);

}  // namespace hubproof::ingest
