#include "engine/dns/service_hosts.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"

namespace hubproof::dns {
namespace {

using namespace model;

constexpr std::string_view kRegion = "{region}";

std::string normal_region(std::string_view location) {
  std::string out = text::lower(location);
  out.erase(std::remove(out.begin(), out.end(), ' '), out.end());
  return out;
}

/// The part of `host` in front of ".suffix"; empty when it does not lie under it.
std::string_view label_under(std::string_view host, std::string_view suffix) {
  if (host.size() <= suffix.size() + 1 || !text::ends_with(host, suffix)) return {};
  const std::size_t dot = host.size() - suffix.size() - 1;
  return host[dot] == '.' ? host.substr(0, dot) : std::string_view();
}

/// What hosts_of works on.
struct Task {
  const View& view;
  const Service& service;
  const PrivateLinkZone& row;
  std::string name;    ///< of the service, lower case
  std::string region;  ///< normalised, may be empty
  std::string zone;    ///< with the region in place
  std::string suffix;
  Hosts out;

  void add(const std::string& label) {
    out.names.push_back({label + "." + suffix, zone, label, std::string(row.group_id)});
  }
  void fail(std::string reason) { out.unknown_because = std::move(reason); }
};

/// Labels of the hosts that the service states under the suffix.
std::vector<std::string> stated_labels(const Task& task) {
  std::vector<std::string> out;
  for (const std::string& host : task.service.host_names) {
    const std::string_view label = label_under(host, task.suffix);
    if (!label.empty()) out.push_back(text::lower(label));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

// An account answers under its custom subdomain at all three suffixes.
// source: learn.microsoft.com/azure/ai-services/cognitive-services-custom-subdomains
void name_account(Task& task) {
  if (task.service.custom_subdomain.empty()) {
    return task.fail("the account has no custom subdomain (properties.customSubDomainName)");
  }
  task.add(text::lower(task.service.custom_subdomain));
}

/// The notebook host that a private endpoint of the workspace states, without the suffix; empty when none does.
std::string stated_notebook(const Task& task) {
  const Estate& estate = task.view.estate;
  for (const auto& [id, position] : estate.endpoints_by_target.of(task.service.id)) {
    for (const PrivateEndpoint::DnsConfig& config : estate.tables().private_endpoints[position].custom_dns_configs) {
      const std::string_view label = label_under(config.fqdn, task.suffix);
      if (!label.empty()) return text::lower(label);
    }
  }
  return {};
}

// source: learn.microsoft.com/azure/machine-learning/how-to-custom-dns: <guid>.workspace.<region>.api.azureml.ms and
// ml-<name, truncated>-<region>-<guid>.<region>.notebooks.azure.net. Where Azure cuts the name is not documented.
void name_workspace(Task& task) {
  constexpr std::size_t kLongestLabel = 63;  // RFC 1035 2.3.4
  const std::string guid = text::lower(task.service.workspace_guid);
  if (guid.empty()) return task.fail("the workspace's guid is not in the export (properties.workspaceId)");
  if (task.region.empty()) return task.fail("the workspace's region is not in the export");
  if (task.suffix == "api.azureml.ms") return task.add(fmt::format("{}.workspace.{}", guid, task.region));
  const std::string stated = stated_notebook(task);
  if (!stated.empty()) return task.add(stated);
  const std::string host = fmt::format("ml-{}-{}-{}", task.name, task.region, guid);
  if (host.size() > kLongestLabel)
    return task.fail("the workspace's name is too long to know how its notebook host is cut");
  task.add(host + "." + task.region);
}

bool holds_zone(const View& view, std::string_view name) {
  const auto& zones = view.estate.tables().private_dns_zones;
  return std::any_of(zones.begin(), zones.end(), [&](const PrivateDnsZone& zone) { return zone.name == name; });
}

// The data host's record may lie in the region's data zone or, as zone groups write it, in privatelink.azurecr.io.
// source: learn.microsoft.com/azure/container-registry/container-registry-private-link
void name_registry(Task& task) {
  if (!text::starts_with(task.row.zone, kRegion)) return task.add(task.name);
  if (holds_zone(task.view, task.zone)) return task.add(task.name);
  const std::string host = fmt::format("{}.{}.data", task.name, task.region);
  task.out.names.push_back({host + ".azurecr.io", "privatelink.azurecr.io", host, std::string(task.row.group_id)});
}

bool is_address_of_endpoint(const Task& task, Ipv4 address) {
  const Estate& estate = task.view.estate;
  for (const auto& [id, position] : estate.endpoints_by_target.of(task.service.id)) {
    const PrivateEndpoint& endpoint = estate.tables().private_endpoints[position];
    for (const ResourceId nic : endpoint.network_interfaces) {
      const NetworkInterface* interface = estate.find<NetworkInterface>(nic);
      if (interface == nullptr) continue;
      for (const IpConfiguration& ip : interface->ip_configurations) {
        if (ip.address == address) return true;
      }
    }
  }
  return false;
}

/// Regional hosts of a Cosmos account (<account>-<region>), which the account's row does not list: those that have a
/// record in a zone of the name and are its own by region or by address.
void add_regional_accounts(Task& task) {
  const Estate& estate = task.view.estate;
  const auto& records = estate.tables().dns_record_sets;
  const std::string lead = task.name + "-";
  for (const PrivateDnsZone& zone : estate.tables().private_dns_zones) {
    if (zone.name != task.zone) continue;
    const std::string first = fmt::format("{}/A/{}", estate.spelling(zone.id), lead);
    auto record = std::lower_bound(
        records.begin(), records.end(), first,
        [&](const DnsRecordSet& r, const std::string& key) { return text::compare(estate.spelling(r.id), key) < 0; });
    for (; record != records.end() && text::starts_with(estate.spelling(record->id), first); ++record) {
      const bool is_own = std::any_of(record->addresses.begin(), record->addresses.end(),
                                      [&](Ipv4 address) { return is_address_of_endpoint(task, address); });
      if (is_own || record->name == lead + task.region) task.add(record->name);
    }
  }
}

// A storage account with DNS zone endpoints, or of another cloud, answers under other suffixes.
// source: learn.microsoft.com/azure/storage/common/storage-account-overview#azure-dns-zone-endpoints-preview
void name_storage(Task& task) {
  std::string group = text::lower(task.row.group_id);
  const std::size_t secondary = group.find("_secondary");
  const bool is_secondary = secondary != std::string::npos;
  if (is_secondary) group.resize(secondary);
  const std::string part = "." + group + ".";
  for (const std::string& host : task.service.host_names) {
    if (host.find(part) != std::string::npos && label_under(host, task.suffix).empty()) {
      return task.fail(fmt::format("the account's host {} lies outside {}", text::printable(host), task.suffix));
    }
  }
  // The static website has a host of its own: <account>.z<n>.web.core.windows.net; its number is in the stated host
  // only.
  const std::vector<std::string> labels = stated_labels(task);
  if (group == "web" && !is_secondary && !labels.empty()) return task.add(labels.front());
  if (group == "web") return task.fail("the static website's host is not in the export (primaryEndpoints.web)");
  task.add(is_secondary ? task.name + "-secondary" : task.name);
}

// source: learn.microsoft.com/azure/private-link/private-endpoint-dns (scm.privatelink.azurewebsites.net)
void name_site(Task& task) {
  const std::vector<std::string> labels = stated_labels(task);
  if (!labels.empty()) {
    for (const std::string& label : labels) task.add(label);
    return;
  }
  task.add(task.name);
  task.add(task.name + ".scm");
}

// The private host of a cluster is in no public zone: it lies under the privatelink zone itself.
// source: learn.microsoft.com/azure/aks/private-clusters
void name_cluster(Task& task) {
  for (const std::string& host : task.service.host_names) {
    const std::string_view label = label_under(host, task.zone);
    if (label.empty()) continue;
    task.out.names.push_back({text::lower(host), task.zone, text::lower(label), std::string(task.row.group_id)});
  }
  if (task.out.names.empty()) task.fail("the cluster's private host is not in the export (properties.privateFQDN)");
}

/// Hosts that only the service itself can tell.
void name_as_stated(Task& task) {
  for (const std::string& label : stated_labels(task)) task.add(label);
  if (task.out.names.empty()) task.fail(fmt::format("the service states no host under {}", task.suffix));
}

void name_by_default(Task& task) {
  const std::vector<std::string> labels = stated_labels(task);
  if (labels.empty()) return task.add(task.name);
  for (const std::string& label : labels) task.add(label);
}

void name_vault(Task& task) {
  const std::vector<std::string> labels = stated_labels(task);
  if (labels.empty() && !task.service.host_names.empty()) {
    return task.fail(fmt::format("the vault's host lies outside {}", task.suffix));
  }
  task.add(labels.empty() ? task.name : labels.front());
}

void name_hosts(Task& task) {
  switch (task.service.kind) {
    case ServiceKind::cognitive_account: return name_account(task);
    case ServiceKind::ml_workspace: return name_workspace(task);
    case ServiceKind::container_registry: return name_registry(task);
    case ServiceKind::storage: return name_storage(task);
    case ServiceKind::key_vault: return name_vault(task);
    case ServiceKind::web_site: return name_site(task);
    case ServiceKind::kubernetes_cluster: return name_cluster(task);
    case ServiceKind::cosmos:
      task.add(task.name);
      if (task.row.group_id == "Sql") add_regional_accounts(task);
      return;
    case ServiceKind::container_environment:
    case ServiceKind::container_app:
    case ServiceKind::redis_enterprise:
    case ServiceKind::unmodelled: return name_as_stated(task);
    case ServiceKind::api_management: return task.add(task.name);  // the endpoint serves the gateway host only
    case ServiceKind::search:
    case ServiceKind::sql_server:
    case ServiceKind::event_hubs:
    case ServiceKind::service_bus:
    case ServiceKind::redis:
    case ServiceKind::foundry_project:
    case ServiceKind::ml_online_endpoint:
    case ServiceKind::log_analytics:
    case ServiceKind::app_insights:
    case ServiceKind::bing_account: return name_by_default(task);
  }
}

}  // namespace

std::string in_region(std::string_view pattern, std::string_view location) {
  std::string out(pattern);
  const std::size_t at = out.find(kRegion);
  if (at == std::string::npos) return out;
  const std::string region = normal_region(location);
  if (region.empty()) return {};
  return out.replace(at, kRegion.size(), region);
}

// Redis Enterprise (sku Enterprise_*, EnterpriseFlash_*) and Managed Redis share a type.
// source: learn.microsoft.com/azure/templates/microsoft.cache/redisenterprise (sku.name)
bool applies(const PrivateLinkZone& row, const Service& service) {
  if (service.kind != ServiceKind::redis_enterprise || service.sku.empty()) return true;
  const bool is_enterprise = text::starts_with(service.sku, "Enterprise");
  return is_enterprise == (row.public_suffix == "redisenterprise.cache.azure.net");
}

Hosts hosts_of(const View& view, const Service& service, const PrivateLinkZone& row) {
  Task task{view,
            service,
            row,
            text::lower(view.estate.name(service.id)),
            normal_region(service.location),
            in_region(row.zone, service.location),
            in_region(row.public_suffix, service.location),
            {}};
  if (task.zone.empty()) {
    task.fail("the service's region is not in the export");
  } else {
    name_hosts(task);
  }
  return std::move(task.out);
}

}  // namespace hubproof::dns
