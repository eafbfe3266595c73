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

// A status that was not read may be any.
bool may_serve(const Setting<ConnectionStatus>& status) {
  return !status.is(ConnectionStatus::rejected) && !status.is(ConnectionStatus::disconnected);
}

// Public DNS answers with the privatelink name as soon as a connection exists; one that was rejected or removed gives
// the service no name. The state exists on both sides: while one of them does not say so, the name is there.
// source: azure-semantics.md 8.1 step 4, 9.4
bool is_in_use(const Estate& estate, ResourceId endpoint, const PrivateEndpoint::Connection& connection) {
  if (may_serve(connection.status)) return true;
  const Service* service = estate.find<Service>(connection.target);
  return service != nullptr && std::any_of(service->endpoint_connections.begin(), service->endpoint_connections.end(),
                                           [&](const EndpointConnection& c) {
                                             return c.private_endpoint == endpoint && may_serve(c.status);
                                           });
}

/// The groups in use, spelled as the zone table does where it knows them.
struct Groups {
  std::set<std::string, text::Less> ids;
  std::set<std::string, text::Less> given_up;  ///< of connections that every side calls rejected or disconnected
  bool has_held_endpoint = false;
  bool has_nameless_connection = false;  ///< a held connection that states no group
  std::string missing_endpoint;          ///< an endpoint of the service's side that the export does not hold
};

Groups groups_in_use(const Estate& estate, const Service& service) {
  Groups out;
  for (const auto& [id, position] : estate.endpoints_by_target.of(service.id)) {
    const PrivateEndpoint& endpoint = estate.tables().private_endpoints[position];
    for (const PrivateEndpoint::Connection& c : endpoint.connections) {
      if (c.target != service.id) continue;
      if (!is_in_use(estate, endpoint.id, c)) {
        out.given_up.insert(c.group_ids.begin(), c.group_ids.end());
        for (const PrivateLinkZone& row : private_link_zones(service.type)) {
          if (c.group_ids.empty()) out.given_up.emplace(row.group_id);
        }
        continue;
      }
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

/// A zone of the name holds the record, or may: it states more record sets than the export holds.
bool may_hold(const Estate& estate, const PrivateName& name) {
  const Tables& t = estate.tables();
  for (const PrivateDnsZone& zone : t.private_dns_zones) {
    if (zone.name != name.zone) continue;
    const auto records = estate.records_by_zone.of(zone.id);
    // Some exports leave out the SOA record set that every zone has.
    if (zone.record_sets && records.size() + 1 < *zone.record_sets) return true;
    for (const auto& [id, position] : records) {
      if (t.dns_record_sets[position].name == name.record) return true;
    }
  }
  return false;
}

/// A group without a connection has no name, unless a zone still answers it: clients are sent where nobody serves them.
void add_given_up(const View& view, const Service& service, std::span<const PrivateLinkZone> rows, const Groups& groups,
                  ServiceNames& out) {
  for (const PrivateLinkZone& row : rows) {
    const std::string group(row.group_id);
    if (groups.given_up.count(group) == 0 || groups.ids.count(group) != 0 || !applies(row, service)) continue;
    Hosts hosts = hosts_of(view, service, row);
    if (!hosts.unknown_because.empty()) note(out, std::move(hosts.unknown_because));
    for (PrivateName& name : hosts.names) {
      if (may_hold(view.estate, name)) out.names.push_back(std::move(name));
    }
  }
}

/// Groups whose endpoints the export does not hold: a type with one group leaves no doubt about it.
void note_unseen_groups(const Groups& groups, std::span<const PrivateLinkZone> rows, ServiceNames& out) {
  if (groups.has_nameless_connection && !has_one_group(rows))
    note(out, "a private endpoint connection states no group");
  if (groups.missing_endpoint.empty() || (groups.has_held_endpoint && has_one_group(rows))) return;
  note(out, fmt::format("its private endpoint \"{}\" is not in the export, so its group and address are not known",
                        text::printable(groups.missing_endpoint)));
}

}  // namespace

std::span<const PrivateLinkZone> private_link_zones(std::string_view resource_type) {
  const auto all = private_link_zones();
  const auto first =
      std::lower_bound(all.begin(), all.end(), resource_type,
                       [](const PrivateLinkZone& row, std::string_view type) { return row.resource_type < type; });
  auto last = first;
  while (last != all.end() && last->resource_type == resource_type) ++last;
  return {first, last};
}

ServiceNames private_names(const View& view, const Service& service) {
  ServiceNames out;
  Groups groups = groups_in_use(view.estate, service);
  const bool has_endpoint = groups.has_held_endpoint || !groups.missing_endpoint.empty();
  if (!has_endpoint && groups.given_up.empty()) return out;
  const auto rows = private_link_zones(service.type);
  if (rows.empty()) {
    if (!has_endpoint) return out;
    note(out, fmt::format("no private-link zone is known for the type {}", text::printable(service.type)));
    return out;
  }
  if (groups.has_nameless_connection && has_one_group(rows)) groups.ids.insert(std::string(rows.front().group_id));
  for (const std::string& group : groups.ids) add_group(view, service, rows, group, out);
  if (has_endpoint) note_unseen_groups(groups, rows, out);
  add_given_up(view, service, rows, groups, out);
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
      if (!c.target.is_set() || !is_in_use(view.estate, endpoint.id, c)) continue;
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
