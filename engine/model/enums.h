// Closed sets of Azure's words. parse() of an unknown spelling answers nothing: the reader records it as unread, there
// is never a silent default.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace hubproof::model {

enum class NextHopType : std::uint8_t {
  virtual_network_gateway,
  vnet_local,
  internet,
  virtual_appliance,
  virtual_appliance_ecmp,
  none
};
enum class PeeringState : std::uint8_t { initiated, connected, disconnected };
enum class PeeringSyncLevel : std::uint8_t {
  fully_in_sync,
  remote_not_in_sync,
  local_not_in_sync,
  local_and_remote_not_in_sync
};
enum class PrivateEndpointPolicies : std::uint8_t {
  disabled,
  enabled,
  network_security_group_enabled,
  route_table_enabled
};
enum class Direction : std::uint8_t { inbound, outbound };
enum class Access : std::uint8_t { allow, deny };
enum class PublicNetworkAccess : std::uint8_t { enabled, disabled, secured_by_perimeter };
enum class ConnectionStatus : std::uint8_t { approved, pending, rejected, disconnected };
enum class FirewallTier : std::uint8_t { basic, standard, premium };
enum class ApimVnetType : std::uint8_t { none, external, internal };
enum class ResolutionPolicy : std::uint8_t { default_policy, nx_domain_redirect };
enum class LinkState : std::uint8_t { completed, in_progress };
enum class PerimeterMode : std::uint8_t { learning, enforced, audit };
enum class GatewayType : std::uint8_t { vpn, express_route, local };
enum class WafMode : std::uint8_t { prevention, detection };
enum class AdminAccess : std::uint8_t { allow, always_allow, deny };
enum class IntentPolicyReach : std::uint8_t { none, allow_rules_only, all };
enum class ConnectivityTopology : std::uint8_t { hub_and_spoke, mesh };
enum class GroupConnectivity : std::uint8_t { none, directly_connected };

/// parse<NextHopType>("VirtualAppliance"): spelling without regard to case, nothing for an unknown one.
template <class Enum>
std::optional<Enum> parse(std::string_view spelling);

/// Azure's spelling, as "VirtualAppliance".
template <class Enum>
std::string_view name(Enum value);

}  // namespace hubproof::model
