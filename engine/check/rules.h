// The rules, one function each. What a rule says is in rules/catalogue.json; findings leave `rule` to the caller.
#pragma once

#include "engine/check/run.h"

namespace hubproof::check {

Findings ai_account_public_access(const model::View& view);     // HP-EXP-001
Findings search_public_access(const model::View& view);         // HP-EXP-002
Findings workspace_public_access(const model::View& view);      // HP-EXP-003
Findings data_store_public_access(const model::View& view);     // HP-EXP-004
Findings internet_reaches_no_service(const model::View& view);  // HP-EXP-012

Findings subnet_has_route_table(const model::View& view);        // HP-TRN-001
Findings default_route_to_firewall(const model::View& view);     // HP-TRN-002
Findings no_bypass_route(const model::View& view);               // HP-TRN-003
Findings gateway_routes_not_taken(const model::View& view);      // HP-TRN-004
Findings no_direct_spoke_link(const model::View& view);          // HP-TRN-005
Findings hub_prefixes_forced(const model::View& view);           // HP-TRN-006
Findings endpoint_subnets_obey_routes(const model::View& view);  // HP-TRN-007
Findings spoke_peering_in_order(const model::View& view);        // HP-TRN-008
Findings no_other_exit(const model::View& view);                 // HP-TRN-011
Findings transit_crosses_firewall(const model::View& view);      // HP-TRN-015
Findings virtual_wan_is_secured(const model::View& view);        // HP-TRN-016

Findings required_zone_is_central(const model::View& view);   // HP-DNS-001
Findings no_zone_in_spoke(const model::View& view);           // HP-DNS-002
Findings no_duplicate_zone(const model::View& view);          // HP-DNS-003
Findings networks_see_zones(dns::Directory& directory);       // HP-DNS-004
Findings endpoints_have_records(dns::Directory& directory);   // HP-DNS-005
Findings names_resolve_privately(dns::Directory& directory);  // HP-DNS-012

Findings api_management_is_internal(const model::View& view);  // HP-APM-001

}  // namespace hubproof::check
