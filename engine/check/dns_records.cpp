// HP-DNS-005: each private endpoint has the right A record in every zone of its type.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "engine/check/rules.h"
#include "engine/check/scope.h"
#include "engine/check/zones.h"
#include "engine/core/text.h"
#include "engine/dns/directory.h"
#include "engine/net/peerings.h"
#include "engine/value/arm_id.h"

namespace hubproof::check {
namespace {

using dns::PrivateName;
using model::DnsRecordSet;
using model::PrivateDnsZone;
using model::PrivateEndpoint;
using model::View;

/// Records by zone and name; only looked up, never iterated.
using RecordIndex =
    std::unordered_map<model::ResourceId, std::unordered_map<std::string_view, std::vector<const DnsRecordSet*>>>;

/// What the two sides say of a connection, the worse of them.
enum class Connected : std::uint8_t { approved, not_known, pending, refused };

Connected connected(const model::Setting<model::ConnectionStatus>& status) {
  if (!status.is_known()) return Connected::not_known;
  switch (status.value()) {
    case model::ConnectionStatus::approved: return Connected::approved;
    case model::ConnectionStatus::pending: return Connected::pending;
    case model::ConnectionStatus::rejected:
    case model::ConnectionStatus::disconnected: return Connected::refused;
  }
  return Connected::not_known;
}

class RecordRule {
 public:
  explicit RecordRule(dns::Directory& directory)
      : directory_(directory), view_(directory.view()), zones_(directory.view()) {
    for (const DnsRecordSet& record : view_.estate.tables().dns_record_sets)
      records_[record.zone][record.name].push_back(&record);
  }
  Findings run();

 private:
  std::vector<PrivateName> wanted(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                                  Judgement& judgement);
  void add_configured(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                      std::vector<PrivateName>& names) const;
  std::vector<Ipv4> addresses_for(const PrivateEndpoint& endpoint, const PrivateName& name) const;
  const std::vector<const DnsRecordSet*>* records(const PrivateDnsZone& zone, const PrivateName& name) const;
  bool is_right(const DnsRecordSet& record, const std::vector<Ipv4>& own, const PrivateEndpoint& endpoint) const;
  void judge_name(const PrivateEndpoint& endpoint, const PrivateName& name, Judgement& judgement);
  void judge_missing(const PrivateName& name, const std::vector<const PrivateDnsZone*>& zones,
                     const std::vector<Ipv4>& addresses, Judgement& judgement);
  Connected state_of(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const;
  bool is_refused(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const;
  void judge_connection(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                        Judgement& judgement);
  bool has_other(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const;
  void judge_refused(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                     Judgement& judgement);
  Finding judge(const PrivateEndpoint& endpoint);

  dns::Directory& directory_;
  const View& view_;
  Zones zones_;
  RecordIndex records_;
};

/// The (lower-case) type of a connection's target.
std::string target_type(const View& view, model::ResourceId target) {
  const model::Service* service = view.estate.find<model::Service>(target);
  return service != nullptr ? service->type : arm_type(view.estate.spelling(target));
}

bool holds(const std::vector<Ipv4>& list, Ipv4 address) {
  return std::find(list.begin(), list.end(), address) != list.end();
}

std::string list_of(const std::vector<Ipv4>& addresses) {
  std::string out;
  for (const Ipv4 address : addresses) out += (out.empty() ? "" : ", ") + to_string(address);
  return out.empty() ? "no address" : out;
}

/// Names that the endpoint itself states, for zones of its type; they tell regional names that the service does not.
void RecordRule::add_configured(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                                std::vector<PrivateName>& names) const {
  if (!connection.target.is_set() || endpoint.custom_dns_configs.empty()) return;
  const std::string type = target_type(view_, connection.target);
  for (const PrivateEndpoint::DnsConfig& config : endpoint.custom_dns_configs) {
    const std::string fqdn = text::lower(config.fqdn);
    const auto is_known = [&](const PrivateName& name) { return name.fqdn == fqdn; };
    if (std::any_of(names.begin(), names.end(), is_known)) continue;
    for (const dns::PrivateLinkZone& row : dns::private_link_zones(type)) {
      const bool is_group = std::any_of(connection.group_ids.begin(), connection.group_ids.end(),
                                        [&](const std::string& group) { return text::equals(group, row.group_id); });
      if (!is_group || row.zone.find('{') != std::string_view::npos) continue;
      const std::string suffix = "." + std::string(row.public_suffix);
      if (!text::ends_with(fqdn, suffix)) continue;
      names.push_back(
          {fqdn, std::string(row.zone), fqdn.substr(0, fqdn.size() - suffix.size()), std::string(row.group_id)});
    }
  }
}

std::vector<PrivateName> RecordRule::wanted(const PrivateEndpoint& endpoint,
                                            const PrivateEndpoint::Connection& connection, Judgement& judgement) {
  std::vector<PrivateName> out;
  const model::Service* service = view_.estate.find<model::Service>(connection.target);
  if (service != nullptr) {
    const dns::ServiceNames& all = directory_.names_of(*service);
    if (!all.unknown_because.empty())
      judgement.doubt("its names are not all known: " + all.unknown_because, "the properties of its target");
    for (const PrivateName& name : all.names) {
      const auto is_group = [&](const std::string& group) { return text::equals(group, name.group_id); };
      if (std::any_of(connection.group_ids.begin(), connection.group_ids.end(), is_group)) out.push_back(name);
    }
    judgement.doubt(doubt_about(view_, *service));
  }
  add_configured(endpoint, connection, out);
  if (!out.empty() && service != nullptr) return out;
  if (service == nullptr && !view_.estate.holds(connection.target)) {
    judgement.doubt(
        fmt::format("its target {} is not in the export, so that its names are not known",
                    connection.target.is_set() ? text::printable(view_.estate.name(connection.target)) : "(none)"),
        "an export of the target's subscription");
  } else if (out.empty()) {
    judgement.doubt("no name of its target is known for its group", "the customDnsConfigs of the endpoint");
  }
  return out;
}

std::vector<Ipv4> RecordRule::addresses_for(const PrivateEndpoint& endpoint, const PrivateName& name) const {
  for (const PrivateEndpoint::DnsConfig& config : endpoint.custom_dns_configs) {
    if (text::equals(config.fqdn, name.fqdn) && !config.addresses.empty()) return config.addresses;
  }
  return net::endpoint_addresses(view_, endpoint);
}

const std::vector<const DnsRecordSet*>* RecordRule::records(const PrivateDnsZone& zone, const PrivateName& name) const {
  const auto of_zone = records_.find(zone.id);
  if (of_zone == records_.end()) return nullptr;
  const auto found = of_zone->second.find(name.record);
  return found == of_zone->second.end() ? nullptr : &found->second;
}

void RecordRule::judge_missing(const PrivateName& name, const std::vector<const PrivateDnsZone*>& zones,
                               const std::vector<Ipv4>& addresses, Judgement& judgement) {
  const std::string expected = fmt::format("{} A {} in {}", name.record, list_of(addresses), name.zone);
  if (zones.empty()) {
    if (zones_.missing(name.zone) != nullptr || view_.estate.is_partial(model::ArgTable::resources)) {
      return judgement.doubt(fmt::format("the zone {} is not in the export", name.zone),
                             "an export of the zone's subscription");
    }
    return judgement.fail(fmt::format("{} has no record: no zone {} exists", name.fqdn, name.zone), expected);
  }
  for (const PrivateDnsZone* zone : zones) {
    const auto doubt = doubt_about(view_, *zone, Reads::records);
    if (!doubt && !view_.estate.is_partial(model::ArgTable::dns_resources)) continue;
    return judgement.doubt(
        fmt::format("no record of {} was read, and the records of {} are not all in the export", name.fqdn, name.zone),
        "the dnsresources table in full");
  }
  judgement.fact(zones.front()->id, "", fmt::format("no A record {}", name.record));
  judgement.fail(fmt::format("{} has no A record in {}", name.fqdn, name.zone), expected);
}

/// The record names the endpoint, and nothing but endpoints of the same target: any of its values may be used.
/// source: azure-semantics.md 8.2 (two endpoints of one resource may share a record; all values must be theirs)
bool RecordRule::is_right(const DnsRecordSet& record, const std::vector<Ipv4>& own,
                          const PrivateEndpoint& endpoint) const {
  std::vector<Ipv4> allowed = own;
  if (record.addresses.size() > 1) {
    for (const PrivateEndpoint::Connection& connection : endpoint.connections) {
      for (const auto& [id, index] : view_.estate.endpoints_by_target.of(connection.target)) {
        const auto more = net::endpoint_addresses(view_, view_.estate.tables().private_endpoints[index]);
        allowed.insert(allowed.end(), more.begin(), more.end());
      }
    }
  }
  const auto is_own = [&](Ipv4 address) { return holds(own, address); };
  const auto is_allowed = [&](Ipv4 address) { return holds(allowed, address); };
  return std::any_of(record.addresses.begin(), record.addresses.end(), is_own) &&
         std::all_of(record.addresses.begin(), record.addresses.end(), is_allowed);
}

void RecordRule::judge_name(const PrivateEndpoint& endpoint, const PrivateName& name, Judgement& judgement) {
  const auto zones = zones_.answering(name.zone);
  const std::vector<Ipv4> addresses = addresses_for(endpoint, name);
  if (addresses.empty()) return judgement.doubt("the address of the endpoint is not known", "its network interface");
  // The NIC holds all addresses. source: learn.microsoft.com/azure/templates/microsoft.network/privateendpoints
  const std::vector<Ipv4> held = net::endpoint_addresses(view_, endpoint);
  if (!held.empty() && !std::all_of(addresses.begin(), addresses.end(), [&](Ipv4 a) { return holds(held, a); })) {
    judgement.doubt(fmt::format("its customDnsConfigs say {} for {}, which its network interface does not have",
                                list_of(addresses), name.fqdn),
                    "an export of the endpoint and its interface from one time");
  }
  const DnsRecordSet* wrong = nullptr;
  for (const PrivateDnsZone* zone : zones) {
    const auto* found = records(*zone, name);
    if (found == nullptr) continue;
    for (const DnsRecordSet* record : *found) {
      if (record->type == "cname") return judgement.doubt(fmt::format("{} is an alias in {}", name.fqdn, name.zone));
      if (record->type != "a") continue;
      if (is_right(*record, addresses, endpoint)) {
        if (judgement.facts() < 3) judgement.fact(record->id, "/properties/records", list_of(record->addresses));
        return judgement.doubt(doubt_about(view_, *record));
      }
      wrong = record;
    }
  }
  if (wrong == nullptr) return judge_missing(name, zones, addresses, judgement);
  judgement.fact(wrong->id, "/properties/records", list_of(wrong->addresses));
  if (const auto doubt = doubt_about(view_, *wrong)) return judgement.doubt(doubt);
  judgement.fail(fmt::format("the record of {} in {} is {}, not {}", name.fqdn, name.zone, list_of(wrong->addresses),
                             list_of(addresses)),
                 fmt::format("{} A {}", name.record, list_of(addresses)));
}

/// source: azure-semantics.md 9.4 (only Approved carries traffic, on each side that is visible)
Connected RecordRule::state_of(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const {
  Connected out = connected(connection.status);
  const model::Service* service = view_.estate.find<model::Service>(connection.target);
  if (service == nullptr) return out;
  bool is_listed = false;
  for (const model::EndpointConnection& c : service->endpoint_connections) {
    if (c.private_endpoint != endpoint.id) continue;
    is_listed = true;
    out = std::max(out, connected(c.status));
  }
  // A list without the endpoint contradicts an endpoint that is Approved.
  return service->lists_endpoint_connections && !is_listed ? std::max(out, Connected::not_known) : out;
}

/// Nobody will approve it any more: one side says Rejected or Disconnected.
bool RecordRule::is_refused(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const {
  return state_of(endpoint, connection) == Connected::refused;
}

/// Another endpoint of the same target that may serve the connection's groups: the records are judged there.
bool RecordRule::has_other(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection) const {
  for (const auto& [id, index] : view_.estate.endpoints_by_target.of(connection.target)) {
    const PrivateEndpoint& other = view_.estate.tables().private_endpoints[index];
    if (other.id == endpoint.id) continue;
    for (const PrivateEndpoint::Connection& c : other.connections) {
      const auto is_shared = [&](const std::string& group) {
        return std::any_of(connection.group_ids.begin(), connection.group_ids.end(),
                           [&](const auto& g) { return text::equals(g, group); });
      };
      if (c.target == connection.target && !is_refused(other, c) &&
          std::any_of(c.group_ids.begin(), c.group_ids.end(), is_shared))
        return true;
    }
  }
  return false;
}

/// A refused endpoint needs no record; one that is left sends clients to nobody.
void RecordRule::judge_refused(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                               Judgement& judgement) {
  Judgement aside(endpoint.id);
  const bool is_shared = has_other(endpoint, connection);
  for (const PrivateName& name : wanted(endpoint, connection, aside)) {
    const std::vector<Ipv4> own = addresses_for(endpoint, name);
    for (const PrivateDnsZone* zone : zones_.answering(name.zone)) {
      const auto* found = records(*zone, name);
      if (found == nullptr) judgement.doubt(doubt_about(view_, *zone, Reads::records));
      for (const DnsRecordSet* record : found == nullptr ? std::vector<const DnsRecordSet*>() : *found) {
        const bool is_own =
            std::any_of(own.begin(), own.end(), [&](Ipv4 address) { return holds(record->addresses, address); });
        if (is_own || !is_shared) judgement.fact(record->id, "/properties/records", list_of(record->addresses));
        if (is_own) {
          judgement.fail(
              fmt::format("{} leads to this endpoint, whose connection is rejected or disconnected", name.fqdn),
              fmt::format("an Approved connection, or no record {} in {}", name.record, name.zone));
        } else if (!is_shared) {
          judgement.doubt(fmt::format("{} has a record in {}, but its connection here is rejected or disconnected",
                                      name.fqdn, name.zone),
                          "an Approved private endpoint of its target");
        }
      }
    }
  }
  const model::Service* service = view_.estate.find<model::Service>(connection.target);
  if (service == nullptr ? aside.is_doubted() : !directory_.names_of(*service).unknown_because.empty()) {
    judgement.doubt("its connection is rejected or disconnected, and the names that may be left of it are not known",
                    "the properties of its target");
  }
  // A zone that is not in the export in full may hold what was not met.
  if (view_.estate.is_partial(model::ArgTable::dns_resources) || view_.estate.is_partial(model::ArgTable::resources)) {
    judgement.doubt("its connection is rejected or disconnected; a record may be left that is not in the export",
                    "the dnsresources table in full");
  }
  judgement.note("its connection is rejected or disconnected, so that it needs no record");
}

/// A type without a row needs no private-link zone that is known: a service of another provider, for example.
bool has_zone_row(const View& view, const PrivateEndpoint& endpoint) {
  return std::any_of(endpoint.connections.begin(), endpoint.connections.end(), [&](const auto& connection) {
    return !connection.target.is_set() || !dns::private_link_zones(target_type(view, connection.target)).empty();
  });
}

// A pending endpoint carries nothing until it is approved: a record that leads to it is right then and leads to nobody
// now, and one that it lacks may come with the approval. Neither is proved (azure-semantics.md 9.4; HP-DNS-012 says
// what its names mean today).
void RecordRule::judge_connection(const PrivateEndpoint& endpoint, const PrivateEndpoint::Connection& connection,
                                  Judgement& judgement) {
  switch (state_of(endpoint, connection)) {
    case Connected::refused: return judge_refused(endpoint, connection, judgement);
    case Connected::pending:
      return judgement.doubt("its connection is Pending, so that it carries nothing and no record can be right yet",
                             "an approval or a removal of the connection");
    case Connected::not_known:
      judgement.doubt("whether its connection is approved on both sides is not known",
                      "the connection state on the endpoint and on its target");
      break;
    case Connected::approved: break;
  }
  for (const PrivateName& name : wanted(endpoint, connection, judgement)) judge_name(endpoint, name, judgement);
}

Finding RecordRule::judge(const PrivateEndpoint& endpoint) {
  Judgement judgement(endpoint.id);
  if (!endpoint.connections.empty() && !has_zone_row(view_, endpoint)) {
    if (const auto doubt = doubt_about(view_, endpoint)) return undecided(endpoint.id, doubt->why, doubt->decided_by);
    return inapplicable(endpoint.id, "no private-link zone is known for the type of its target");
  }
  if (endpoint.connections.empty()) judgement.doubt("it states no connection");
  for (const PrivateEndpoint::Connection& connection : endpoint.connections) {
    judge_connection(endpoint, connection, judgement);
  }
  judgement.doubt(doubt_about(view_, endpoint));
  return std::move(judgement).finding();
}

Findings RecordRule::run() {
  Findings out;
  for (const PrivateEndpoint& endpoint : view_.estate.tables().private_endpoints)
    out.findings.push_back(judge(endpoint));
  for_each_missing(
      view_, [](std::string_view type) { return type == "microsoft.network/privateendpoints"; },
      [&](model::ResourceId id, const model::Gap& gap) {
        if (view_.estate.find<PrivateEndpoint>(id) != nullptr) return;
        out.findings.push_back(undecided(id,
                                         "the export names this private endpoint but does not hold it: " + gap.message,
                                         "an export of its subscription"));
      });
  return out;
}

}  // namespace

Findings endpoints_have_records(dns::Directory& directory) { return RecordRule(directory).run(); }

}  // namespace hubproof::check
