#include "engine/proof/expected_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/text.h"
#include "engine/value/arm_id.h"

namespace hubproof::proof {
namespace {

using model::ConnectionStatus;
using model::PrivateEndpoint;
using model::Setting;

/// What is known about an endpoint's connection to a service.
enum class Approval : std::uint8_t { yes, no, open };

Approval approval(const Setting<ConnectionStatus>& status) {
  if (!status.is_known()) return Approval::open;
  return status.value() == ConnectionStatus::approved ? Approval::yes : Approval::no;
}

/// The state exists twice, on the endpoint and on the service; each side that is visible must say Approved.
Approval combined(Approval a, Approval b) {
  if (a == Approval::no || b == Approval::no) return Approval::no;
  return a == Approval::yes && b == Approval::yes ? Approval::yes : Approval::open;
}

bool serves(const PrivateEndpoint::Connection& connection, std::string_view group) {
  if (connection.group_ids.empty()) return true;
  return std::any_of(connection.group_ids.begin(), connection.group_ids.end(),
                     [&](const std::string& id) { return text::equals(id, group); });
}

struct Addresses {
  std::vector<Ipv4> all;
  bool is_complete = true;  // false: the endpoint may have addresses that the export does not show
  bool is_shared = false;   // several, and nothing tells which of them belongs to the name
};

void add_interface_addresses(const model::Estate& estate, const PrivateEndpoint& endpoint, Addresses& out) {
  for (const model::ResourceId id : endpoint.network_interfaces) {
    const model::NetworkInterface* nic = estate.find<model::NetworkInterface>(id);
    if (nic == nullptr || !nic->unread.empty()) out.is_complete = false;
    if (nic == nullptr) continue;
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address)
        out.all.push_back(*config.address);
      else
        out.is_complete = false;
    }
  }
}

bool holds(const std::vector<Ipv4>& list, Ipv4 address) {
  return std::find(list.begin(), list.end(), address) != list.end();
}

/// The addresses that answer `fqdn`.
// The NIC holds all addresses; ipConfigurations and customDnsConfigs repeat some, and customDnsConfigs tells which
// belong to which name. One that the NIC does not have is an export that contradicts itself: no answer is right for
// sure. source: learn.microsoft.com/azure/templates/microsoft.network/privateendpoints
Addresses addresses_of(const model::Estate& estate, const PrivateEndpoint& endpoint, std::string_view fqdn) {
  Addresses out;
  add_interface_addresses(estate, endpoint, out);
  const bool is_known = out.is_complete && !out.all.empty();
  if (!is_known) out.all.insert(out.all.end(), endpoint.addresses.begin(), endpoint.addresses.end());
  std::vector<Ipv4> own;
  for (const PrivateEndpoint::DnsConfig& config : endpoint.custom_dns_configs) {
    const bool is_name = text::equals(config.fqdn, fqdn);
    for (const Ipv4 address : config.addresses) {
      if (is_known && !holds(out.all, address)) {
        out.is_complete = false;
      } else if (is_name) {
        own.push_back(address);
      } else if (!is_known) {
        out.all.push_back(address);
      }
    }
  }
  out.is_shared = own.empty() && out.all.size() > 1;
  if (!own.empty()) out.all = std::move(own);
  out.is_complete = out.is_complete && !out.all.empty() && endpoint.unread.empty();
  return out;
}

class Collector {
 public:
  explicit Collector(dns::Directory& directory) : directory_(directory), estate_(directory.view().estate) {}
  ExpectedNames run();

 private:
  void service(const model::Service& service);
  void connections_elsewhere(const model::Service& service, ExpectedName& expected);
  void answers(const model::Service& service, ExpectedName& expected);
  void missing_targets();
  void hidden_target(const PrivateEndpoint& endpoint);
  void unused_endpoints();

  dns::Directory& directory_;
  const model::Estate& estate_;
  std::set<std::string_view> shared_;  // endpoints any of whose addresses counts
  ExpectedNames out_;
};

Approval service_side(const model::Service& service, model::ResourceId endpoint) {
  Approval out = Approval::yes;  // a side that does not show its connections says nothing
  bool is_listed = false;
  for (const model::EndpointConnection& connection : service.endpoint_connections) {
    if (connection.private_endpoint != endpoint) continue;
    is_listed = true;
    out = combined(out, approval(connection.status));
  }
  // A list without the endpoint contradicts an endpoint that is Approved (azure-semantics.md 9.4).
  return service.lists_endpoint_connections && !is_listed ? Approval::open : out;
}

void Collector::answers(const model::Service& service, ExpectedName& expected) {
  for (const auto& [target, index] : estate_.endpoints_by_target.of(service.id)) {
    const PrivateEndpoint& endpoint = estate_.tables().private_endpoints[index];
    Approval state = Approval::no;
    for (const PrivateEndpoint::Connection& connection : endpoint.connections) {
      if (connection.target != target || !serves(connection, expected.name->group_id)) continue;
      const Approval here = combined(approval(connection.status), service_side(service, endpoint.id));
      if (state != Approval::yes && here != Approval::no) state = here;
    }
    if (state == Approval::no) continue;
    const Addresses held = addresses_of(estate_, endpoint, expected.name->fqdn);
    if (held.is_shared) shared_.insert(estate_.name(endpoint.id));
    if (state == Approval::yes) expected.approved.insert(expected.approved.end(), held.all.begin(), held.all.end());
    if (state == Approval::yes && held.is_complete && endpoint.is_settled) continue;
    expected.doubt =
        fmt::format("{} of private endpoint {} cannot be read",
                    state == Approval::open ? "the connection state" : "the addresses", estate_.name(endpoint.id));
    expected.doubt_fact = {endpoint.id, "/properties/privateLinkServiceConnections", "not known"};
  }
}

// A connection whose endpoint lies in a subscription that was not exported has addresses that nobody here knows.
void Collector::connections_elsewhere(const model::Service& service, ExpectedName& expected) {
  for (const model::EndpointConnection& connection : service.endpoint_connections) {
    if (approval(connection.status) == Approval::no) continue;
    if (estate_.find<PrivateEndpoint>(connection.private_endpoint) != nullptr) continue;
    expected.doubt =
        fmt::format("{} is connected to a private endpoint that is not in the export", estate_.name(service.id));
    expected.doubt_fact = {service.id, "/properties/privateEndpointConnections", "endpoint not in the export"};
  }
}

void Collector::service(const model::Service& service) {
  if (estate_.endpoints_by_target.of(service.id).empty() && service.endpoint_connections.empty()) return;
  const dns::ServiceNames& names = directory_.names_of(service);
  if (!names.unknown_because.empty()) {
    out_.gaps.push_back({{service.id, "/properties", "names not known"},
                         fmt::format("{}: {}", estate_.name(service.id), names.unknown_because)});
  }
  for (const dns::PrivateName& name : names.names) {
    ExpectedName& expected = out_.names.emplace_back();
    expected.name = &name;
    expected.service = service.id;
    answers(service, expected);
    connections_elsewhere(service, expected);
    std::sort(expected.approved.begin(), expected.approved.end());
    expected.approved.erase(std::unique(expected.approved.begin(), expected.approved.end()), expected.approved.end());
  }
}

bool has_zone(std::string_view type) {
  const auto zones = dns::private_link_zones();
  return std::any_of(zones.begin(), zones.end(),
                     [&](const dns::PrivateLinkZone& row) { return row.resource_type == type; });
}

// A private endpoint that does not say where it leads: the names of any service may be its own.
void Collector::hidden_target(const PrivateEndpoint& endpoint) {
  const auto is_told = [](const PrivateEndpoint::Connection& connection) { return connection.target.is_set(); };
  if (!endpoint.connections.empty() && std::all_of(endpoint.connections.begin(), endpoint.connections.end(), is_told))
    return;
  out_.gaps.push_back({{endpoint.id, "/properties/privateLinkServiceConnections", "target not stated"},
                       fmt::format("private endpoint {} does not say what it is connected to; its names are not known",
                                   estate_.name(endpoint.id))});
}

// A private endpoint whose target is no service of the model: its names matter when its type has a zone of its own.
void Collector::missing_targets() {
  std::set<model::ResourceId> seen;
  for (const PrivateEndpoint& endpoint : estate_.tables().private_endpoints) {
    hidden_target(endpoint);
    for (const PrivateEndpoint::Connection& connection : endpoint.connections) {
      if (!connection.target.is_set() || estate_.find<model::Service>(connection.target) != nullptr) continue;
      if (approval(connection.status) == Approval::no) continue;
      const std::string type = arm_type(estate_.spelling(connection.target));
      // Private Link services of one's own have no public name. source:
      // learn.microsoft.com/azure/private-link/private-link-service-overview
      if (type == "microsoft.network/privatelinkservices") continue;
      if (!has_zone(type) && estate_.holds(connection.target)) continue;
      if (!seen.insert(connection.target).second) continue;
      out_.gaps.push_back({{endpoint.id, "/properties/privateLinkServiceConnections", "target not read"},
                           fmt::format("{} leads to {}, which {}; its names are not known", estate_.name(endpoint.id),
                                       estate_.name(connection.target),
                                       estate_.holds(connection.target) ? "is of a type that is not modelled"
                                                                        : "is not in the export")});
    }
  }
}

bool is_own_service(const model::Estate& estate, const PrivateEndpoint& endpoint) {
  return !endpoint.connections.empty() &&
         std::all_of(endpoint.connections.begin(), endpoint.connections.end(),
                     [&](const PrivateEndpoint::Connection& c) {
                       return c.target.is_set() &&
                              arm_type(estate.spelling(c.target)) == "microsoft.network/privatelinkservices";
                     });
}

// Endpoints of which none gives a name (all rejected, say) are no estate without endpoints: there is no name to prove,
// and nothing may be said of all names.
void Collector::unused_endpoints() {
  if (!out_.names.empty() || !out_.gaps.empty()) return;
  for (const PrivateEndpoint& endpoint : estate_.tables().private_endpoints) {
    if (is_own_service(estate_, endpoint)) continue;
    out_.gaps.push_back(
        {{endpoint.id, "/properties/privateLinkServiceConnections", "no name follows"},
         fmt::format("private endpoints exist, but none of them gives a name that could be proved; {} is one",
                     estate_.name(endpoint.id))});
    return;
  }
}

ExpectedNames Collector::run() {
  for (const model::Service& entry : estate_.tables().services) service(entry);
  for (const std::string_view endpoint : shared_) {
    out_.assumptions.push_back(fmt::format(
        "Any address of private endpoint {} is right for its names: it has several and no customDnsConfigs that tell "
        "which belongs to which.",
        endpoint));
  }
  missing_targets();
  unused_endpoints();
  return std::move(out_);
}

}  // namespace

ExpectedNames expected_names(dns::Directory& directory) { return Collector(directory).run(); }

}  // namespace hubproof::proof
