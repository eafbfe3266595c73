// AI services: Foundry and other Cognitive Services accounts, machine learning workspaces, AI Search, Bing grounding.
// source: azure-semantics.md 9.3
#include "engine/ingest/kinds/service.h"

namespace hubproof::ingest {

using model::Service;
using model::ServiceKind;

void read_cognitive_account(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::cognitive_account, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "networkAcls")) {
                   read_network_acls(value, service);
                 } else if (is(key, "customSubDomainName")) {
                   service.custom_subdomain = lower_text(value);
                 } else if (is_one_of(key, {"endpoint", "endpoints"})) {
                   add_hosts(value, service);
                 }
               });
}

void read_foundry_project(const RowHead& head, Cursor properties, ReadContext& context) {
  const model::ResourceId account = parent_of(context, head.id);
  read_service(head, ServiceKind::foundry_project, properties, context,
               [&](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "endpoints")) add_hosts(value, service);
               });
  context.snapshot.tables.services.back().parent = account;
}

namespace {

void read_workspace_property(std::string_view key, Cursor value, Service& service) {
  if (is(key, "allowPublicAccessWhenBehindVnet")) {
    service.public_behind_vnet = value.boolean();
  } else if (is(key, "hubResourceId")) {
    service.parent = value.id();
  } else if (is(key, "workspaceId")) {
    service.workspace_guid = lower_text(value);
  } else if (is(key, "networkAcls")) {
    read_network_acls(value, service);
  } else if (is(key, "ipAllowlist")) {
    value.array([&](Cursor element) {
      service.has_network_acls = true;
      read_ip_rule(element, service);
    });
  } else if (is(key, "notebookInfo")) {
    value.object([&](std::string_view inner, Cursor field) {
      if (is(inner, "fqdn")) add_host(field, service);
    });
  } else if (is_one_of(key, {"discoveryUrl", "mlFlowTrackingUri", "agentsEndpointUri"})) {
    add_host(value, service);
  }
}

}  // namespace

void read_ml_workspace(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::ml_workspace, properties, context, read_workspace_property);
}

void read_ml_online_endpoint(const RowHead& head, Cursor properties, ReadContext& context) {
  const model::ResourceId workspace = parent_of(context, head.id);
  read_service(head, ServiceKind::ml_online_endpoint, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is_one_of(key, {"scoringUri", "swaggerUri"})) add_host(value, service);
               });
  context.snapshot.tables.services.back().parent = workspace;
}

void read_search_service(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::search, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "networkRuleSet")) {
                   read_network_acls(value, service);
                 } else if (is(key, "endpoint")) {
                   add_host(value, service);
                 }
               });
}

void read_bing_account(const RowHead& head, Cursor properties, ReadContext& context) {
  read_service(head, ServiceKind::bing_account, properties, context,
               [](std::string_view key, Cursor value, Service& service) {
                 if (is(key, "endpoint")) add_host(value, service);
               });
}

}  // namespace hubproof::ingest
