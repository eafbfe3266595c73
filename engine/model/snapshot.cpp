#include "engine/model/snapshot.h"

namespace hubproof::model {

std::string_view name(Support support) {
  switch (support) {
    case Support::full: return "modelled";
    case Support::counted: return "counted only";
    case Support::tainting: return "not modelled, taints what it touches";
    case Support::unknown: return "unknown type";
  }
  return "unknown type";
}

std::string_view name(ArgTable table) {
  switch (table) {
    case ArgTable::resources: return "resources";
    case ArgTable::resource_containers: return "resourcecontainers";
    case ArgTable::network_resources: return "networkresources";
    case ArgTable::dns_resources: return "dnsresources";
    case ArgTable::policy_resources: return "policyresources";
    case ArgTable::authorization_resources: return "authorizationresources";
    case ArgTable::app_service_resources: return "appserviceresources";
    case ArgTable::none: return "none";
  }
  return "none";
}

namespace {

bool begins(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

bool is_dns_record_type(std::string_view type) {
  constexpr std::string_view kZones = "microsoft.network/privatednszones/";
  if (!begins(type, kZones)) return false;
  const std::string_view child = type.substr(kZones.size());
  for (const std::string_view record : {"a", "aaaa", "cname", "mx", "ptr", "soa", "srv", "txt"}) {
    if (child == record) return true;
  }
  return false;
}

}  // namespace

// source: learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources
ArgTable table_of(std::string_view type) {
  if (is_dns_record_type(type)) return ArgTable::dns_resources;
  if (type == "microsoft.management/managementgroups" || begins(type, "microsoft.resources/subscriptions")) {
    return ArgTable::resource_containers;
  }
  if (type == "microsoft.network/firewallpolicies/rulecollectiongroups" ||
      begins(type, "microsoft.network/networksecurityperimeters/") ||
      begins(type, "microsoft.network/networkmanagers/") || begins(type, "microsoft.network/effective") ||
      type == "microsoft.network/networkgroupmemberships" || type == "microsoft.network/networkmanagerconnections") {
    return ArgTable::network_resources;
  }
  if (begins(type, "microsoft.authorization/policy") || begins(type, "microsoft.policyinsights/")) {
    return ArgTable::policy_resources;
  }
  if (begins(type, "microsoft.authorization/role")) return ArgTable::authorization_resources;
  if (type == "microsoft.web/sites/config" || type == "microsoft.web/sites/slots/config") {
    return ArgTable::app_service_resources;
  }
  return ArgTable::resources;
}

}  // namespace hubproof::model
