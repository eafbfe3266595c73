#include "engine/dns/resolver.h"

#include <map>
#include <string>
#include <unordered_map>

#include "engine/dns/query.h"

namespace hubproof::dns {

using namespace model;

namespace {

/// Numbers names by what zones and forwarding rules can tell of them: which zone names and rule domains of the estate
/// they lie under, and their last two labels, which a rule for "." looks at (azure-semantics.md 8.2).
class Kinds {
 public:
  explicit Kinds(const Estate& estate);
  std::uint32_t of(const PrivateName& name);

 private:
  void add(std::string_view suffix) { suffixes_.try_emplace(suffix, static_cast<std::uint32_t>(suffixes_.size())); }
  void write(std::string_view name);

  std::unordered_map<std::string_view, std::uint32_t> suffixes_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::string key_;
};

Kinds::Kinds(const Estate& estate) {
  const Tables& t = estate.tables();
  for (const PrivateDnsZone& zone : t.private_dns_zones) add(zone.name);
  for (const VirtualNetworkLink& link : t.virtual_network_links) {
    if (link.zone.is_set() && estate.find<PrivateDnsZone>(link.zone) == nullptr) add(estate.name(link.zone));
  }
  for (const ForwardingRule& rule : t.forwarding_rules) add(domain_of(rule));
}

void Kinds::write(std::string_view name) {
  key_ += two_labels(name);
  for (std::string_view rest = name; !rest.empty();) {
    const auto found = suffixes_.find(rest);
    if (found != suffixes_.end()) key_ += ' ' + std::to_string(found->second);
    const std::size_t dot = rest.find('.');
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  }
  key_ += '|';
}

std::uint32_t Kinds::of(const PrivateName& name) {
  const std::string alias = alias_of(name);
  key_ = alias == name.fqdn ? "=" : "";
  write(name.fqdn);
  write(alias);
  return numbers_.try_emplace(key_, static_cast<std::uint32_t>(numbers_.size())).first->second;
}

}  // namespace

std::string alias_of(const PrivateName& name) {
  return name.record.empty() || name.record == "@" ? name.zone : name.record + "." + name.zone;
}

Resolver::Resolver(const View& view) : index_(std::make_unique<const NameIndex>(view)) {}
Resolver::~Resolver() = default;

Resolution Resolver::resolve(VnetIndex vnet, const PrivateName& name) const { return Query(*index_, name).from(vnet); }

Resolution Resolver::resolve_in_empty_zones(VnetIndex vnet, const PrivateName& name) const {
  return Query(*index_, name, Query::Records::assumed_none).from(vnet);
}

std::vector<std::uint32_t> Resolver::kinds(std::span<const PrivateName* const> names) const {
  Kinds kinds(index_->estate());
  std::vector<std::uint32_t> out;
  out.reserve(names.size());
  for (const PrivateName* name : names) out.push_back(kinds.of(*name));
  return out;
}

Route Resolver::route(VnetIndex vnet, const PrivateName& name) const {
  Query query(*index_, name);
  Route out{query.from(vnet), std::nullopt};
  if (out.resolution.kind != Resolution::Kind::private_addresses) return out;
  out.decided_by = query.deciding_zone();
  if (out.decided_by && plain_record(*out.decided_by, name) == nullptr) out.decided_by.reset();
  return out;
}

const DnsRecordSet* Resolver::plain_record(const DecidingZone& zone, const PrivateName& name) const {
  const std::string alias = zone.holds_alias ? alias_of(name) : std::string();
  return index_->plain_record(zone.zone, relative(zone.holds_alias ? alias : name.fqdn, zone.name));
}

}  // namespace hubproof::dns
