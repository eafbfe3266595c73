// The zone table: which zones the private endpoints of a resource type need.
// source: learn.microsoft.com/azure/private-link/private-endpoint-dns (2026-05), azure-semantics.md 8.3
#include "engine/dns/names.h"

namespace hubproof::dns {
namespace {

constexpr PrivateLinkZone kZones[] = {
    {"microsoft.apimanagement/service", "Gateway", "privatelink.azure-api.net", "azure-api.net"},
    {"microsoft.app/managedenvironments", "managedEnvironments", "privatelink.{region}.azurecontainerapps.io",
     "{region}.azurecontainerapps.io"},
    {"microsoft.cache/redis", "redisCache", "privatelink.redis.cache.windows.net", "redis.cache.windows.net"},
    {"microsoft.cache/redisenterprise", "redisEnterprise", "privatelink.redis.azure.net", "redis.azure.net"},
    {"microsoft.cache/redisenterprise", "redisEnterprise", "privatelink.redisenterprise.cache.azure.net",
     "redisenterprise.cache.azure.net"},
    {"microsoft.cognitiveservices/accounts", "account", "privatelink.cognitiveservices.azure.com",
     "cognitiveservices.azure.com"},
    {"microsoft.cognitiveservices/accounts", "account", "privatelink.openai.azure.com", "openai.azure.com"},
    {"microsoft.cognitiveservices/accounts", "account", "privatelink.services.ai.azure.com", "services.ai.azure.com"},
    {"microsoft.containerregistry/registries", "registry", "privatelink.azurecr.io", "azurecr.io"},
    {"microsoft.containerregistry/registries", "registry", "{region}.data.privatelink.azurecr.io",
     "{region}.data.azurecr.io"},
    {"microsoft.containerservice/managedclusters", "management", "privatelink.{region}.azmk8s.io",
     "{region}.azmk8s.io"},
    {"microsoft.documentdb/databaseaccounts", "Analytical", "privatelink.analytics.cosmos.azure.com",
     "analytics.cosmos.azure.com"},
    {"microsoft.documentdb/databaseaccounts", "Cassandra", "privatelink.cassandra.cosmos.azure.com",
     "cassandra.cosmos.azure.com"},
    {"microsoft.documentdb/databaseaccounts", "Gremlin", "privatelink.gremlin.cosmos.azure.com",
     "gremlin.cosmos.azure.com"},
    {"microsoft.documentdb/databaseaccounts", "MongoDB", "privatelink.mongo.cosmos.azure.com",
     "mongo.cosmos.azure.com"},
    {"microsoft.documentdb/databaseaccounts", "Sql", "privatelink.documents.azure.com", "documents.azure.com"},
    {"microsoft.documentdb/databaseaccounts", "Table", "privatelink.table.cosmos.azure.com", "table.cosmos.azure.com"},
    {"microsoft.eventgrid/domains", "domain", "privatelink.eventgrid.azure.net", "eventgrid.azure.net"},
    {"microsoft.eventgrid/topics", "topic", "privatelink.eventgrid.azure.net", "eventgrid.azure.net"},
    {"microsoft.eventhub/namespaces", "namespace", "privatelink.servicebus.windows.net", "servicebus.windows.net"},
    {"microsoft.insights/privatelinkscopes", "azuremonitor", "privatelink.agentsvc.azure-automation.net",
     "agentsvc.azure-automation.net"},
    {"microsoft.insights/privatelinkscopes", "azuremonitor", "privatelink.blob.core.windows.net",
     "blob.core.windows.net"},
    {"microsoft.insights/privatelinkscopes", "azuremonitor", "privatelink.monitor.azure.com", "monitor.azure.com"},
    {"microsoft.insights/privatelinkscopes", "azuremonitor", "privatelink.ods.opinsights.azure.com",
     "ods.opinsights.azure.com"},
    {"microsoft.insights/privatelinkscopes", "azuremonitor", "privatelink.oms.opinsights.azure.com",
     "oms.opinsights.azure.com"},
    {"microsoft.keyvault/vaults", "vault", "privatelink.vaultcore.azure.net", "vault.azure.net"},
    {"microsoft.machinelearningservices/registries", "amlregistry", "privatelink.api.azureml.ms", "api.azureml.ms"},
    {"microsoft.machinelearningservices/workspaces", "amlworkspace", "privatelink.api.azureml.ms", "api.azureml.ms"},
    {"microsoft.machinelearningservices/workspaces", "amlworkspace", "privatelink.notebooks.azure.net",
     "notebooks.azure.net"},
    {"microsoft.search/searchservices", "searchService", "privatelink.search.windows.net", "search.windows.net"},
    {"microsoft.servicebus/namespaces", "namespace", "privatelink.servicebus.windows.net", "servicebus.windows.net"},
    {"microsoft.sql/servers", "sqlServer", "privatelink.database.windows.net", "database.windows.net"},
    {"microsoft.storage/storageaccounts", "blob", "privatelink.blob.core.windows.net", "blob.core.windows.net"},
    {"microsoft.storage/storageaccounts", "blob_secondary", "privatelink.blob.core.windows.net",
     "blob.core.windows.net"},
    {"microsoft.storage/storageaccounts", "dfs", "privatelink.dfs.core.windows.net", "dfs.core.windows.net"},
    {"microsoft.storage/storageaccounts", "dfs_secondary", "privatelink.dfs.core.windows.net", "dfs.core.windows.net"},
    {"microsoft.storage/storageaccounts", "file", "privatelink.file.core.windows.net", "file.core.windows.net"},
    {"microsoft.storage/storageaccounts", "file_secondary", "privatelink.file.core.windows.net",
     "file.core.windows.net"},
    {"microsoft.storage/storageaccounts", "queue", "privatelink.queue.core.windows.net", "queue.core.windows.net"},
    {"microsoft.storage/storageaccounts", "queue_secondary", "privatelink.queue.core.windows.net",
     "queue.core.windows.net"},
    {"microsoft.storage/storageaccounts", "table", "privatelink.table.core.windows.net", "table.core.windows.net"},
    {"microsoft.storage/storageaccounts", "table_secondary", "privatelink.table.core.windows.net",
     "table.core.windows.net"},
    {"microsoft.storage/storageaccounts", "web", "privatelink.web.core.windows.net", "web.core.windows.net"},
    {"microsoft.storage/storageaccounts", "web_secondary", "privatelink.web.core.windows.net", "web.core.windows.net"},
    {"microsoft.web/sites", "sites", "privatelink.azurewebsites.net", "azurewebsites.net"},
};

}  // namespace

std::span<const PrivateLinkZone> private_link_zones() { return kZones; }

}  // namespace hubproof::dns
