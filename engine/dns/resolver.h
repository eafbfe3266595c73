// Resolver: resolves many names of one estate. Builds its indexes once; resolving is const and cheap.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/dns/resolve.h"

namespace hubproof::dns {

class NameIndex;

/// The zone whose record is a name's answer.
struct DecidingZone {
  model::ResourceId zone;
  std::string_view name;
  bool holds_alias = false;  ///< it was asked for the privatelink name, not for the public one
  friend bool operator==(const DecidingZone&, const DecidingZone&) = default;
};

/// The way of one name, seen from one VNet.
struct Route {
  Resolution resolution;
  /// Set when exactly one A record of one zone is the answer: names of the same kind (Resolver::kinds) that have one
  /// such record there take the same steps to it, and it is their answer.
  std::optional<DecidingZone> decided_by;
};

/// The estate of the view must outlive it. Safe to use from several threads.
class Resolver {
 public:
  explicit Resolver(const model::View& view);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// As dns::resolve().
  Resolution resolve(model::VnetIndex vnet, const PrivateName& name) const;
  /// As resolve(), if every zone were empty and no link redirected: NXDOMAIN says that the zone was asked. What the
  /// export holds of the zones' records plays no part.
  Resolution resolve_in_empty_zones(model::VnetIndex vnet, const PrivateName& name) const;

  /// For many names: numbers them by kind, from 0. Zones and forwarding rules cannot tell names of one kind apart,
  /// their records can.
  std::vector<std::uint32_t> kinds(std::span<const PrivateName* const> names) const;
  Route route(model::VnetIndex vnet, const PrivateName& name) const;
  /// The one record that answers the name in the zone, as Route::decided_by asks for; else nullptr.
  const model::DnsRecordSet* plain_record(const DecidingZone& zone, const PrivateName& name) const;
  /// As dns::resolution_classes(): one member's answer is every member's answer, for every name.
  std::vector<std::vector<model::VnetIndex>> classes() const;

 private:
  std::unique_ptr<const NameIndex> index_;
};

}  // namespace hubproof::dns
