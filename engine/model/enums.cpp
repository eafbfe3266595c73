#include "engine/model/enums.h"

#include <iterator>

#include "engine/core/text.h"

namespace hubproof::model {
namespace {

template <class Enum>
struct Word {
  Enum value;
  std::string_view spelling;
};

template <class Enum, std::size_t N>
std::optional<Enum> find(const Word<Enum> (&words)[N], std::string_view spelling) {
  for (const Word<Enum>& word : words) {
    if (text::equals(word.spelling, spelling)) return word.value;
  }
  return std::nullopt;
}

template <class Enum, std::size_t N>
std::string_view find(const Word<Enum> (&words)[N], Enum value) {
  for (const Word<Enum>& word : words) {
    if (word.value == value) return word.spelling;
  }
  return {};
}

// source: learn.microsoft.com/azure/templates/microsoft.network/routetables (2025-07-01)
constexpr Word<NextHopType> kNextHopTypes[] = {{NextHopType::virtual_network_gateway, "VirtualNetworkGateway"},
                                               {NextHopType::vnet_local, "VnetLocal"},
                                               {NextHopType::internet, "Internet"},
                                               {NextHopType::virtual_appliance, "VirtualAppliance"},
                                               {NextHopType::virtual_appliance_ecmp, "VirtualApplianceEcmp"},
                                               {NextHopType::none, "None"}};
// source: learn.microsoft.com/azure/templates/microsoft.network/virtualnetworks/virtualnetworkpeerings
constexpr Word<PeeringState> kPeeringStates[] = {{PeeringState::initiated, "Initiated"},
                                                 {PeeringState::connected, "Connected"},
                                                 {PeeringState::disconnected, "Disconnected"}};
constexpr Word<PeeringSyncLevel> kSyncLevels[] = {
    {PeeringSyncLevel::fully_in_sync, "FullyInSync"},
    {PeeringSyncLevel::remote_not_in_sync, "RemoteNotInSync"},
    {PeeringSyncLevel::local_not_in_sync, "LocalNotInSync"},
    {PeeringSyncLevel::local_and_remote_not_in_sync, "LocalAndRemoteNotInSync"}};
// source: learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy
constexpr Word<PrivateEndpointPolicies> kPolicies[] = {
    {PrivateEndpointPolicies::disabled, "Disabled"},
    {PrivateEndpointPolicies::enabled, "Enabled"},
    {PrivateEndpointPolicies::network_security_group_enabled, "NetworkSecurityGroupEnabled"},
    {PrivateEndpointPolicies::route_table_enabled, "RouteTableEnabled"}};
constexpr Word<Direction> kDirections[] = {{Direction::inbound, "Inbound"}, {Direction::outbound, "Outbound"}};
constexpr Word<Access> kAccesses[] = {{Access::allow, "Allow"}, {Access::deny, "Deny"}};
constexpr Word<PublicNetworkAccess> kPublicAccess[] = {
    {PublicNetworkAccess::enabled, "Enabled"},
    {PublicNetworkAccess::disabled, "Disabled"},
    {PublicNetworkAccess::secured_by_perimeter, "SecuredByPerimeter"}};
// source: learn.microsoft.com/azure/private-link/private-endpoint-overview
constexpr Word<ConnectionStatus> kStatuses[] = {{ConnectionStatus::approved, "Approved"},
                                                {ConnectionStatus::pending, "Pending"},
                                                {ConnectionStatus::rejected, "Rejected"},
                                                {ConnectionStatus::disconnected, "Disconnected"}};
constexpr Word<FirewallTier> kTiers[] = {
    {FirewallTier::basic, "Basic"}, {FirewallTier::standard, "Standard"}, {FirewallTier::premium, "Premium"}};
constexpr Word<ApimVnetType> kVnetTypes[] = {
    {ApimVnetType::none, "None"}, {ApimVnetType::external, "External"}, {ApimVnetType::internal, "Internal"}};
// source: learn.microsoft.com/azure/dns/private-dns-fallback
constexpr Word<ResolutionPolicy> kResolutionPolicies[] = {{ResolutionPolicy::default_policy, "Default"},
                                                          {ResolutionPolicy::nx_domain_redirect, "NxDomainRedirect"}};
constexpr Word<LinkState> kLinkStates[] = {{LinkState::completed, "Completed"}, {LinkState::in_progress, "InProgress"}};
// source: learn.microsoft.com/azure/private-link/network-security-perimeter-concepts
constexpr Word<PerimeterMode> kPerimeterModes[] = {
    {PerimeterMode::learning, "Learning"}, {PerimeterMode::enforced, "Enforced"}, {PerimeterMode::audit, "Audit"}};
constexpr Word<GatewayType> kGatewayTypes[] = {
    {GatewayType::vpn, "Vpn"}, {GatewayType::express_route, "ExpressRoute"}, {GatewayType::local, "LocalGateway"}};
constexpr Word<WafMode> kWafModes[] = {{WafMode::prevention, "Prevention"}, {WafMode::detection, "Detection"}};
// source:
// learn.microsoft.com/azure/templates/microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules
constexpr Word<AdminAccess> kAdminAccesses[] = {
    {AdminAccess::allow, "Allow"}, {AdminAccess::always_allow, "AlwaysAllow"}, {AdminAccess::deny, "Deny"}};
constexpr Word<IntentPolicyReach> kIntentPolicies[] = {{IntentPolicyReach::none, "None"},
                                                       {IntentPolicyReach::allow_rules_only, "AllowRulesOnly"},
                                                       {IntentPolicyReach::all, "All"}};
// source: learn.microsoft.com/azure/templates/microsoft.network/networkmanagers/connectivityconfigurations
constexpr Word<ConnectivityTopology> kTopologies[] = {{ConnectivityTopology::hub_and_spoke, "HubAndSpoke"},
                                                      {ConnectivityTopology::mesh, "Mesh"}};
constexpr Word<GroupConnectivity> kGroupConnectivity[] = {{GroupConnectivity::none, "None"},
                                                          {GroupConnectivity::directly_connected, "DirectlyConnected"}};

}  // namespace

// Explicit specialisations, one per enum: the compiler refuses an enum without a table.
#define HUBPROOF_WORDS(Enum, table)                            \
  template <>                                                  \
  std::optional<Enum> parse<Enum>(std::string_view spelling) { \
    return find(table, spelling);                              \
  }                                                            \
  template <>                                                  \
  std::string_view name<Enum>(Enum value) {                    \
    return find(table, value);                                 \
  }
HUBPROOF_WORDS(NextHopType, kNextHopTypes)
HUBPROOF_WORDS(PeeringState, kPeeringStates)
HUBPROOF_WORDS(PeeringSyncLevel, kSyncLevels)
HUBPROOF_WORDS(PrivateEndpointPolicies, kPolicies)
HUBPROOF_WORDS(Direction, kDirections)
HUBPROOF_WORDS(Access, kAccesses)
HUBPROOF_WORDS(PublicNetworkAccess, kPublicAccess)
HUBPROOF_WORDS(ConnectionStatus, kStatuses)
HUBPROOF_WORDS(FirewallTier, kTiers)
HUBPROOF_WORDS(ApimVnetType, kVnetTypes)
HUBPROOF_WORDS(ResolutionPolicy, kResolutionPolicies)
HUBPROOF_WORDS(LinkState, kLinkStates)
HUBPROOF_WORDS(PerimeterMode, kPerimeterModes)
HUBPROOF_WORDS(GatewayType, kGatewayTypes)
HUBPROOF_WORDS(WafMode, kWafModes)
HUBPROOF_WORDS(AdminAccess, kAdminAccesses)
HUBPROOF_WORDS(IntentPolicyReach, kIntentPolicies)
HUBPROOF_WORDS(ConnectivityTopology, kTopologies)
HUBPROOF_WORDS(GroupConnectivity, kGroupConnectivity)
#undef HUBPROOF_WORDS

}  // namespace hubproof::model
