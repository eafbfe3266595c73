#include "engine/model/service.h"

namespace hubproof::model {

std::string_view name(ServiceKind kind) {
  switch (kind) {
    case ServiceKind::cognitive_account: return "AI services account";
    case ServiceKind::foundry_project: return "Foundry project";
    case ServiceKind::ml_workspace: return "machine learning workspace";
    case ServiceKind::ml_online_endpoint: return "online endpoint";
    case ServiceKind::search: return "AI Search";
    case ServiceKind::storage: return "storage account";
    case ServiceKind::cosmos: return "Cosmos DB account";
    case ServiceKind::key_vault: return "Key Vault";
    case ServiceKind::container_registry: return "container registry";
    case ServiceKind::sql_server: return "SQL server";
    case ServiceKind::event_hubs: return "Event Hubs namespace";
    case ServiceKind::service_bus: return "Service Bus namespace";
    case ServiceKind::redis: return "Azure Cache for Redis";
    case ServiceKind::redis_enterprise: return "Azure Managed Redis";
    case ServiceKind::web_site: return "App Service site";
    case ServiceKind::container_environment: return "container apps environment";
    case ServiceKind::container_app: return "container app";
    case ServiceKind::kubernetes_cluster: return "Kubernetes cluster";
    case ServiceKind::log_analytics: return "Log Analytics workspace";
    case ServiceKind::app_insights: return "Application Insights component";
    case ServiceKind::api_management: return "API Management";
    case ServiceKind::bing_account: return "Bing account";
    case ServiceKind::unmodelled: return "service that is not modelled";
  }
  return "service that is not modelled";
}

}  // namespace hubproof::model
