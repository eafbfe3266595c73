#include "engine/dns/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "engine/core/text.h"
#include "engine/dns/service_hosts.h"
#include "engine/value/arm_id.h"

namespace hubproof::dns {
namespace {

using namespace model;

// Public DNS answers with the privatelink name as soon as a connection exists; one that was rejected or removed gives
// the service no name. A status that was not read may be any.
// source: azure-semantics.md 8.1 step 4, 9.4
bool may_serve(const Setting<ConnectionStatus>& status) {
  return !status.is(ConnectionStatus::rejected) && !status.is(ConnectionStatus::disconnected);
}

/// The groups in use, spelled as the zone table does where it knows them.
struct Groups {
  std::set<std::string, text::Less> ids;
  bool has_held_endpoint = false;
  bool has_nameless_connection = false;  ///< a held connection that states no group
  std::string missing_endpoint;          ///< an endpoint of the service's side that the export does not hold
};

Groups groups_in_use(const Estate& estate, const Service& service) {
  Groups out;
  for (const auto& [id, position] : estate.endpoints_by_target.of(service.id)) {
    for (const PrivateEndpoint::Connection& c : estate.tables().private_endpoints[position].connections) {
      if (c.target != service.id || !may_serve(c.status)) continue;
      out.has_held_endpoint = true;
      out.has_nameless_connection = out.has_nameless_connection || c.group_ids.empty();
      out.ids.insert(c.group_ids.begin(), c.group_ids.end());
    }
  }
  for (const EndpointConnection& c : service.endpoint_connections) {
    if (!may_serve(c.status) || estate.holds(c.private_endpoint)) continue;
    out.missing_endpoint = c.private_endpoint.is_set() ? estate.name(c.private_endpoint) : "without id";
  }
  return out;
}

bool has_one_group(std::span<const PrivateLinkZone> rows) {
  return std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row.group_id == rows.front().group_id; });
}

void note(ServiceNames& out, std::string reason) {
  if (out.unknown_because.empty()) out.unknown_because = std::move(reason);
}

void add_group(const View& view, const Service& service, std::span<const PrivateLinkZone> rows, std::string_view group,
               ServiceNames& out) {
  bool has_row = false;
  for (const PrivateLinkZone& row : rows) {
    // Group ids are compared without regard to case (azure-semantics.md 8.3).
    if (!text::equals(row.group_id, group) || !applies(row, service)) continue;
    has_row = true;
    Hosts hosts = hosts_of(view, service, row);
    if (!hosts.unknown_because.empty()) note(out, std::move(hosts.unknown_because));
    for (PrivateName& name : hosts.names) out.names.push_back(std::move(name));
  }
  if (!has_row) note(out, fmt::format("no private-link zone is known for the group \"{}\"", text::printable(group)));
}

/// Groups whose endpoints the export does not hold: a type with one group leaves no doubt about it.
void note_unseen_groups(const Groups& groups, std::span<const PrivateLinkZone> rows, ServiceNames& out) {
  if (groups.has_nameless_connection && !has_one_group(rows)) note(out, "a private endpoint connection states no group");
  if (groups.missing_endpoint.empty() || (groups.has_held_endpoint && has_one_group(rows))) return;
  note(out, fmt::format("its private endpoint \"{}\" is not in the export, so its group and address are not known",
                        text::printable(groups.missing_endpoint)));
}

}  // namespace

std::span<const PrivateLinkZone> private_link_zones(std::string_view resource_type) {
  const auto all = private_link_zones();
  const auto first = std::lower_bound(all.begin(), all.end(), resource_type,
                                      [](const PrivateLinkZone& row, std::string_view type) { return row.resource_type < type; });
  auto last = first;
  while (last != all.end() && last->resource_type == resource_type) ++last;
  return {first, last};
}

ServiceNames private_names(const View& view, const Service& service) {
  ServiceNames out;
  Groups groups = groups_in_use(view.estate, service);
  if (!groups.has_held_endpoint && groups.missing_endpoint.empty()) return out;
  const auto rows = private_link_zones(service.type);
  if (rows.empty()) {
    note(out, fmt::format("no private-link zone is known for the type {}", text::printable(service.type)));
    return out;
  }
  if (groups.has_nameless_connection && has_one_group(rows)) groups.ids.insert(std::string(rows.front().group_id));
  for (const std::string& group : groups.ids) add_group(view, service, rows, group, out);
  note_unseen_groups(groups, rows, out);
  const auto key = [](const PrivateName& name) { return std::tie(name.fqdn, name.zone, name.group_id); };
  std::sort(out.names.begin(), out.names.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  // Two groups may share a name (blob of a storage account, blob of a monitor scope): once is enough.
  out.names.erase(std::unique(out.names.begin(), out.names.end(),
                              [](const auto& a, const auto& b) { return a.fqdn == b.fqdn && a.zone == b.zone; }),
                  out.names.end());
  return out;
}

std::vector<std::string> required_zones(const View& view) {
  std::set<std::string> out;
  const auto add = [&](const PrivateLinkZone& row, const Service* service, std::string_view region) {
    if (text::starts_with(row.zone, "{region}.data.")) return;
    if (service != nullptr && !applies(row, *service)) return;
    std::string zone = in_region(row.zone, region);
    if (!zone.empty()) out.insert(std::move(zone));
  };
  for (const PrivateEndpoint& endpoint : view.estate.tables().private_endpoints) {
    for (const PrivateEndpoint::Connection& c : endpoint.connections) {
      if (!c.target.is_set() || !may_serve(c.status)) continue;
      const Service* service = view.estate.find<Service>(c.target);
      const std::string type = service != nullptr ? service->type : arm_type(view.estate.spelling(c.target));
      const std::string_view region = service != nullptr ? std::string_view(service->location) : std::string_view();
      for (const PrivateLinkZone& row : private_link_zones(type)) {
        for (const std::string& group : c.group_ids) {
          if (text::equals(row.group_id, group)) add(row, service, region);
        }
      }
    }
  }
  return {out.begin(), out.end()};
}

}  // namespace hubproof::dns
