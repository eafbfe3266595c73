#include "engine/check/rules.h"

namespace hubproof::check {
namespace {

constexpr RuleImplementation kImplementations[] = {
    // sorted by id; a test checks it
    {"HP-APM-001", api_management_is_internal},
    {"HP-DNS-001", required_zone_is_central},
    {"HP-DNS-002", no_zone_in_spoke},
    {"HP-DNS-003", no_duplicate_zone},
    {"HP-DNS-004", networks_see_zones},
    {"HP-DNS-005", endpoints_have_records},
    {"HP-DNS-012", names_resolve_privately},
    {"HP-EXP-001", ai_account_public_access},
    {"HP-EXP-002", search_public_access},
    {"HP-EXP-003", workspace_public_access},
    {"HP-EXP-004", data_store_public_access},
    {"HP-EXP-012", internet_reaches_no_service},
    {"HP-TRN-001", subnet_has_route_table},
    {"HP-TRN-002", default_route_to_firewall},
    {"HP-TRN-003", no_bypass_route},
    {"HP-TRN-004", gateway_routes_not_taken},
    {"HP-TRN-005", no_direct_spoke_link},
    {"HP-TRN-006", hub_prefixes_forced},
    {"HP-TRN-007", endpoint_subnets_obey_routes},
    {"HP-TRN-008", spoke_peering_in_order},
    {"HP-TRN-011", no_other_exit},
    {"HP-TRN-015", transit_crosses_firewall},
    {"HP-TRN-016", virtual_wan_is_secured},
};

}  // namespace

std::span<const RuleImplementation> implementations() { return kImplementations; }

}  // namespace hubproof::check
