// One reader per kind, in kinds/<kind>.cpp; children that are embedded in their parent and also come as rows of their
// own share one reader. The contract of all of them is KindReader's (engine/ingest/kinds.h).
#pragma once

#include "engine/ingest/kinds.h"

namespace hubproof::ingest {

void read_virtual_network(const RowHead&, Cursor, ReadContext&);
void read_subnet(const RowHead&, Cursor, ReadContext&);
void read_peering(const RowHead&, Cursor, ReadContext&);
/// A whole embedded child, outer fields included; `vnet` is the parent's id.
void read_embedded_subnet(Cursor child, model::ResourceId vnet, ReadContext&);
void read_embedded_peering(Cursor child, model::ResourceId vnet, ReadContext&);

void read_route_table(const RowHead&, Cursor, ReadContext&);
void read_network_security_group(const RowHead&, Cursor, ReadContext&);
void read_application_security_group(const RowHead&, Cursor, ReadContext&);
void read_network_interface(const RowHead&, Cursor, ReadContext&);
void read_scale_set(const RowHead&, Cursor, ReadContext&);
void read_public_ip(const RowHead&, Cursor, ReadContext&);
void read_nat_gateway(const RowHead&, Cursor, ReadContext&);
void read_virtual_network_gateway(const RowHead&, Cursor, ReadContext&);
void read_virtual_hub(const RowHead&, Cursor, ReadContext&);
void read_virtual_wan(const RowHead&, Cursor, ReadContext&);
void read_hub_connection(const RowHead&, Cursor, ReadContext&);
void read_hub_route_table(const RowHead&, Cursor, ReadContext&);
void read_routing_intent(const RowHead&, Cursor, ReadContext&);
void read_virtual_hub_ip_configuration(const RowHead&, Cursor, ReadContext&);
void read_load_balancer(const RowHead&, Cursor, ReadContext&);
void read_bastion_host(const RowHead&, Cursor, ReadContext&);

void read_azure_firewall(const RowHead&, Cursor, ReadContext&);
void read_firewall_policy(const RowHead&, Cursor, ReadContext&);
void read_rule_collection_group(const RowHead&, Cursor, ReadContext&);
void read_ip_group(const RowHead&, Cursor, ReadContext&);

void read_private_endpoint(const RowHead&, Cursor, ReadContext&);
void read_dns_zone_group(const RowHead&, Cursor, ReadContext&);
void read_private_dns_zone(const RowHead&, Cursor, ReadContext&);
void read_virtual_network_link(const RowHead&, Cursor, ReadContext&);
void read_dns_record_set(const RowHead&, Cursor, ReadContext&);
void read_dns_resolver(const RowHead&, Cursor, ReadContext&);
void read_inbound_endpoint(const RowHead&, Cursor, ReadContext&);
void read_outbound_endpoint(const RowHead&, Cursor, ReadContext&);
void read_forwarding_ruleset(const RowHead&, Cursor, ReadContext&);
void read_forwarding_rule(const RowHead&, Cursor, ReadContext&);
void read_forwarding_ruleset_link(const RowHead&, Cursor, ReadContext&);

void read_application_gateway(const RowHead&, Cursor, ReadContext&);
void read_waf_policy(const RowHead&, Cursor, ReadContext&);
/// Fills an ApiManagement and a Service of the same id.
void read_api_management(const RowHead&, Cursor, ReadContext&);

void read_cognitive_account(const RowHead&, Cursor, ReadContext&);
void read_foundry_project(const RowHead&, Cursor, ReadContext&);
void read_ml_workspace(const RowHead&, Cursor, ReadContext&);
void read_ml_online_endpoint(const RowHead&, Cursor, ReadContext&);
void read_search_service(const RowHead&, Cursor, ReadContext&);
void read_storage_account(const RowHead&, Cursor, ReadContext&);
void read_cosmos_account(const RowHead&, Cursor, ReadContext&);
void read_key_vault(const RowHead&, Cursor, ReadContext&);
void read_container_registry(const RowHead&, Cursor, ReadContext&);
void read_sql_server(const RowHead&, Cursor, ReadContext&);
void read_event_hubs(const RowHead&, Cursor, ReadContext&);
void read_service_bus(const RowHead&, Cursor, ReadContext&);
void read_network_rule_set(const RowHead&, Cursor, ReadContext&);
void read_redis(const RowHead&, Cursor, ReadContext&);
void read_redis_enterprise(const RowHead&, Cursor, ReadContext&);
void read_web_site(const RowHead&, Cursor, ReadContext&);
void read_site_config(const RowHead&, Cursor, ReadContext&);
void read_container_environment(const RowHead&, Cursor, ReadContext&);
void read_container_app(const RowHead&, Cursor, ReadContext&);
void read_managed_cluster(const RowHead&, Cursor, ReadContext&);
void read_agent_pool(const RowHead&, Cursor, ReadContext&);
void read_log_analytics(const RowHead&, Cursor, ReadContext&);
void read_app_insights(const RowHead&, Cursor, ReadContext&);
void read_bing_account(const RowHead&, Cursor, ReadContext&);
void read_unmodelled_service(const RowHead&, Cursor, ReadContext&);

void read_subscription(const RowHead&, Cursor, ReadContext&);
void read_management_group(const RowHead&, Cursor, ReadContext&);
void read_perimeter_association(const RowHead&, Cursor, ReadContext&);
void read_perimeter_rule(const RowHead&, Cursor, ReadContext&);

void read_network_manager(const RowHead&, Cursor, ReadContext&);
void read_admin_configuration(const RowHead&, Cursor, ReadContext&);
void read_admin_collection(const RowHead&, Cursor, ReadContext&);
void read_admin_rule(const RowHead&, Cursor, ReadContext&);
void read_connectivity_configuration(const RowHead&, Cursor, ReadContext&);
/// A regional goal state.
void read_manager_deployment(const RowHead&, Cursor, ReadContext&);
/// effectiveSecurityAdminRules and effectiveConnectivityConfigurations, on the network that they extend.
void read_effective_configurations(const RowHead&, Cursor, ReadContext&);
void read_group_memberships(const RowHead&, Cursor, ReadContext&);
void read_static_member(const RowHead&, Cursor, ReadContext&);

/// A private link service: tainting, and its destination address.
void read_private_link_service(const RowHead&, Cursor, ReadContext&);
/// Any kind that can carry or open traffic and is not modelled.
void read_tainting(const RowHead&, Cursor, ReadContext&);

}  // namespace hubproof::ingest
