// Microsoft.Network/privateDnsZones, their virtualNetworkLinks and record sets.
// source: learn.microsoft.com/azure/templates/microsoft.network/privatednszones,
// learn.microsoft.com/azure/dns/private-dns-arg
#include "engine/ingest/kinds/fields.h"
#include "engine/ingest/kinds/readers.h"
#include "engine/value/arm_id.h"

namespace hubproof::ingest {
namespace {

std::string dns_name(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return text::lower(name);
}

/// {"cname": "..."}
void read_cname(Cursor record, model::DnsRecordSet& set) {
  record.object([&](std::string_view key, Cursor value) {
    if (is(key, "cname")) set.cname = dns_name(value.text().value_or(""));
  });
}

void read_record(Cursor record, model::DnsRecordSet& set) {
  record.object([&](std::string_view key, Cursor value) {
    if (is(key, "ipv4Address")) {
      if (const std::optional<Ipv4> address = read_address(value)) set.addresses.push_back(*address);
    } else if (is(key, "cname")) {
      set.cname = dns_name(value.text().value_or(""));
    } else if (is(key, "ptrdname")) {
      set.pointers.push_back(dns_name(value.text().value_or("")));
    }
  });
}

}  // namespace

void read_private_dns_zone(const RowHead& head, Cursor properties, ReadContext& context) {
  model::PrivateDnsZone zone;
  zone.id = head.id;
  zone.name = dns_name(arm_name(context.snapshot.ids.spelling(head.id)));
  const EntityScope scope(context, zone);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "numberOfRecordSets")) {
      zone.record_sets = value.number();
    } else if (is(key, "numberOfVirtualNetworkLinks")) {
      zone.links = value.number();
    } else {
      read_common(key, value, zone);
    }
  });
  context.snapshot.tables.private_dns_zones.push_back(std::move(zone));
}

void read_virtual_network_link(const RowHead& head, Cursor properties, ReadContext& context) {
  model::VirtualNetworkLink link;
  link.id = head.id;
  link.zone = parent_of(context, head.id);
  const EntityScope scope(context, link);
  properties.object([&](std::string_view key, Cursor value) {
    if (is(key, "virtualNetwork")) {
      link.vnet = value.reference();
    } else if (is(key, "registrationEnabled")) {
      link.registration_enabled = value.boolean();
    } else if (is(key, "resolutionPolicy")) {
      link.resolution_policy = value.word<model::ResolutionPolicy>();
    } else if (is(key, "virtualNetworkLinkState")) {
      link.state = value.word<model::LinkState>();
    } else {
      read_common(key, value, link);
    }
  });
  context.snapshot.tables.virtual_network_links.push_back(std::move(link));
}

void read_dns_record_set(const RowHead& head, Cursor properties, ReadContext& context) {
  model::DnsRecordSet set;
  set.id = head.id;
  set.zone = parent_of(context, head.id);
  set.type = std::string(arm_name(head.type));
  set.name = dns_name(arm_name(context.snapshot.ids.spelling(head.id)));
  const EntityScope scope(context, set);
  properties.object([&](std::string_view key, Cursor value) {
    // Resource Graph prints "records", the resource provider one list per type.
    if (is_one_of(key, {"records", "aRecords", "ptrRecords"})) {
      value.array([&](Cursor record) { read_record(record, set); });
    } else if (is(key, "isAutoRegistered")) {
      set.is_auto_registered = value.boolean().is(true);
    } else if (is(key, "cnameRecord")) {
      read_cname(value, set);
    } else {
      read_common(key, value, set);
    }
  });
  context.snapshot.tables.dns_record_sets.push_back(std::move(set));
}

}  // namespace hubproof::ingest
