// What resolution looks up, each in logarithmic time: DNS servers by address, zones by VNet, records by zone and name,
// and which of these the export may hold in part only. Used inside engine/dns.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/view.h"

namespace hubproof::dns {

/// A DNS server whose behaviour the export describes.
struct Server {
  enum class Kind : std::uint8_t { firewall, inbound_endpoint };
  Kind kind = Kind::firewall;
  model::ResourceId id;
  model::ResourceId vnet;  ///< where it goes on resolving; unset: not in the export
};

/// A zone linked to a VNet.
struct LinkedZone {
  model::ResourceId zone;
  std::string_view name;  ///< lower case
  const model::VirtualNetworkLink* link = nullptr;
  std::string doubt;  ///< why the link may be there or not; empty: it is
};

class NameIndex {
 public:
  explicit NameIndex(const model::View& view);

  const model::Estate& estate() const { return view_.estate; }
  const model::View& view() const { return view_; }

  /// Servers at an address, as clients in `from` meet it: the nearest of own VNet, peered VNets and all others. Empty
  /// with `why` when the address belongs to something that no export describes.
  std::vector<Server> servers_at(Ipv4 address, model::ResourceId from, std::string& why) const;
  bool is_server_vnet(model::ResourceId vnet) const;

  /// The zones linked to the VNet, longest name first; links of one name follow each other.
  std::span<const LinkedZone> zones_of(model::ResourceId vnet) const;
  /// Zones that state more links than the export holds: they may be linked to any VNet.
  const std::vector<LinkedZone>& zones_with_unseen_links() const { return unseen_links_; }
  /// Records of a relative name ("@" for the zone itself), all types.
  std::vector<const model::DnsRecordSet*> records(model::ResourceId zone, std::string_view name) const;
  /// The one record set of the name, if it is one of type A that can be relied upon; else nullptr.
  const model::DnsRecordSet* plain_record(model::ResourceId zone, std::string_view name) const;
  /// Why the zone itself, whatever its records are, cannot be relied upon; empty: it can.
  std::string doubt_of_zone_alone(model::ResourceId zone) const;
  /// Why a record may exist that the export does not hold; empty when the zone is known in full.
  std::string doubt_of(model::ResourceId zone) const;

  /// Rulesets without any link in the export: their links may not have been exported.
  const std::vector<model::ResourceId>& rulesets_without_links() const { return unlinked_rulesets_; }
  /// DNS server lists of network interfaces in the VNet, distinct, other than the VNet's own.
  const std::vector<std::vector<std::string>>& interface_servers(model::VnetIndex vnet) const;
  /// Why the VNet's links may be more than the export holds (part of `resources`, a DNS security policy); empty: they
  /// are not.
  std::string doubt_of_links(model::ResourceId vnet) const;
  /// Two inputs disagree about it.
  bool is_contradictory(model::ResourceId id) const;

 private:
  struct RecordKey {
    model::ResourceId zone;
    std::string_view name;
    std::uint32_t position = 0;
  };
  void index_servers();
  void index_records();
  void index_zones();
  void index_links();
  LinkedZone linked_zone(const model::VirtualNetworkLink& link) const;
  std::span<const RecordKey> keys_of(model::ResourceId zone, std::string_view name) const;
  void index_rulesets();
  void index_interfaces();
  bool are_peered(model::ResourceId a, model::ResourceId b) const;
  bool owns(model::ResourceId vnet, Ipv4 address) const;
  /// The name of a peered VNet whose address space holds the address, or empty.
  std::string_view peered_owner(model::ResourceId vnet, Ipv4 address) const;

  model::View view_;
  std::multimap<Ipv4, Server> servers_;
  std::vector<RecordKey> records_;  // sorted by zone, name, position
  std::vector<LinkedZone> unseen_links_;
  std::vector<LinkedZone> linked_;  // sorted by VNet, then as zones_of() says
  std::vector<model::ResourceId> unlinked_rulesets_;
  std::map<model::VnetIndex, std::vector<std::vector<std::string>>> interface_servers_;
  std::string resources_doubt_;
  bool dns_is_partial_ = false;
};

/// True when `name` is `zone` or lies under it.
bool lies_under(std::string_view name, std::string_view zone);
/// `name` relative to `zone`, "@" for the zone itself. Precondition: lies_under(name, zone).
std::string_view relative(std::string_view name, std::string_view zone);

}  // namespace hubproof::dns
