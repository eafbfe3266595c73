// Subscriptions, management groups and network security perimeters.
#pragma once

#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/network.h"
#include "engine/model/setting.h"

namespace hubproof::model {

struct Subscription : Entity {
  std::string guid;
  std::string name;
  std::vector<std::string> management_groups;  ///< names, nearest first
  friend bool operator==(const Subscription&, const Subscription&) = default;
};

struct ManagementGroup : Entity {
  std::string name;
  friend bool operator==(const ManagementGroup&, const ManagementGroup&) = default;
};

/// networkSecurityPerimeters/resourceAssociations
struct PerimeterAssociation : Entity {
  ResourceId target;  ///< privateLinkResource.id
  ResourceId profile;
  Setting<PerimeterMode> mode;  ///< absent = Learning
  friend bool operator==(const PerimeterAssociation&, const PerimeterAssociation&) = default;
};

/// networkSecurityPerimeters/profiles/accessRules
struct PerimeterRule : Entity {
  ResourceId profile;  ///< parent
  Setting<Direction> direction;
  std::vector<Prefix> prefixes;
  bool has_subscriptions = false;
  friend bool operator==(const PerimeterRule&, const PerimeterRule&) = default;
};

/// A resource whose kind can carry or open traffic but is not modelled yet: it taints what it touches
/// (virtual WAN hubs, network managers, private link services, Front Door, NVA products, ...).
struct UnmodelledNetworkResource : Entity {
  std::string type;                 ///< lower case
  std::vector<ResourceId> touches;  ///< ids found anywhere inside the row
  std::vector<Ipv4> leads_to;       ///< destinationIPAddress of a private link service (direct connect)
  friend bool operator==(const UnmodelledNetworkResource&, const UnmodelledNetworkResource&) = default;
};

}  // namespace hubproof::model
