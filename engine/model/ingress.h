// Front ends: Application Gateway with WAF, API Management.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/entity.h"
#include "engine/model/network.h"
#include "engine/model/setting.h"

namespace hubproof::model {

struct ApplicationGateway : Entity {
  struct Frontend {
    ResourceId id;
    ResourceId public_ip;  ///< IPv4, or of a family that the export does not show
    std::optional<Ipv4> address;
    ResourceId public_ip_v6 = {};  ///< set by model/reconcile
    friend bool operator==(const Frontend&, const Frontend&) = default;
  };
  struct Listener {
    ResourceId id;
    std::string name;
    ResourceId frontend;
    ResourceId waf_policy;
    std::string protocol;
    friend bool operator==(const Listener&, const Listener&) = default;
  };
  struct Pool {
    ResourceId id;
    std::vector<Ipv4> addresses;
    std::vector<std::string> fqdns;
    friend bool operator==(const Pool&, const Pool&) = default;
  };
  /// requestRoutingRules; a path based rule names its urlPathMap.
  struct Rule {
    ResourceId listener;
    ResourceId pool;
    ResourceId path_map;
    bool redirects = false;  ///< redirectConfiguration: the client is told to go elsewhere
    friend bool operator==(const Rule&, const Rule&) = default;
  };
  struct PathRule {
    ResourceId path_map;
    ResourceId pool;
    ResourceId waf_policy;
    bool redirects = false;
    friend bool operator==(const PathRule&, const PathRule&) = default;
  };
  std::string sku_tier;  ///< as spelled: "WAF_v2", "Standard_v2", ...
  ResourceId waf_policy;
  Setting<bool> legacy_waf_enabled;  ///< webApplicationFirewallConfiguration.enabled
  Setting<WafMode> legacy_waf_mode;  ///< webApplicationFirewallConfiguration.firewallMode
  std::vector<ResourceId> subnets;
  std::vector<Frontend> frontends;
  std::vector<Listener> listeners;
  std::vector<Pool> pools;
  std::vector<Rule> rules;
  std::vector<PathRule> path_rules;  ///< the default of a path map included
  friend bool operator==(const ApplicationGateway&, const ApplicationGateway&) = default;
};

struct WafPolicy : Entity {
  Setting<bool> is_enabled;  ///< policySettings.state
  Setting<WafMode> mode;
  bool has_managed_rules = false;
  friend bool operator==(const WafPolicy&, const WafPolicy&) = default;
};

/// The network half of an API Management service; its exposure properties are in the Service of the same id.
struct ApiManagement : Entity {
  struct Location {
    std::string location;
    ResourceId subnet;
    std::vector<Ipv4> private_addresses;
    ResourceId public_ip = {};  ///< publicIpAddressId
    friend bool operator==(const Location&, const Location&) = default;
  };
  std::string sku;
  Setting<ApimVnetType> vnet_type;  ///< absent = None
  std::string platform_version;
  std::string gateway_host;  ///< host of gatewayUrl, lower case
  Location primary;
  std::vector<Location> additional;
  friend bool operator==(const ApiManagement&, const ApiManagement&) = default;
};

}  // namespace hubproof::model
