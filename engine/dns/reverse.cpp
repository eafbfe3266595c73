#include "engine/dns/reverse.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/text.h"
#include "engine/dns/query.h"

namespace hubproof::dns {

using namespace model;

namespace {

constexpr std::string_view kAzureDns = "168.63.129.16";

ReverseAnswer open(std::string why) {
  ReverseAnswer out;
  out.unknown_because = std::move(why);
  return out;
}

ReverseAnswer missing(Step step) {
  ReverseAnswer out;
  out.kind = ReverseAnswer::Kind::nx_domain;
  out.steps.push_back(std::move(step));
  return out;
}

class Reverse {
 public:
  Reverse(const View& view, VnetIndex vnet, Ipv4 address)
      : index_(view),
        e_(view.estate),
        at_(vnet),
        vnet_(view.estate.tables().virtual_networks[vnet.index()]),
        address_(address),
        name_(reverse_name(address)) {}
  ReverseAnswer run() const;

 private:
  std::string doubt() const;
  ReverseAnswer in_zone(const LinkedZone& zone) const;
  ReverseAnswer by_network() const;
  ReverseAnswer of_machine(const NetworkInterface& nic) const;
  bool may_hold_record(ResourceId zone) const;
  std::string registered_label(ResourceId zone, const std::string& machine) const;

  const NameIndex index_;
  const Estate& e_;
  VnetIndex at_;
  const VirtualNetwork& vnet_;
  Ipv4 address_;
  std::string name_;
};

// What may stand between the clients and the zones of the network, or in front of them.
std::string Reverse::doubt() const {
  const auto is_azure = [](const std::string& server) { return server == kAzureDns; };
  if (!std::all_of(vnet_.dns_servers.begin(), vnet_.dns_servers.end(), is_azure) ||
      !index_.interface_servers(at_).empty())
    return "the network or an interface of it has DNS servers of its own; what they answer for addresses is not "
           "followed";
  if (!vnet_.is_settled || !vnet_.unread.empty() || index_.is_contradictory(vnet_.id))
    return "the network is not settled, contradictory or could not be read in full";
  std::string links = index_.doubt_of_links(vnet_.id);
  if (!links.empty()) return links;
  const RuleMatch match = match_rules(index_, vnet_.id, name_);
  if (!match.doubt.empty()) return match.doubt;
  if (!match.rules.empty()) return "a forwarding rule takes the reverse name; what its target answers is not followed";
  for (const LinkedZone& zone : index_.zones_with_unseen_links()) {
    if (lies_under(name_, zone.name)) return zone.doubt + ", so it may be linked here";
  }
  return {};
}

// law:  a linked zone of in-addr.arpa takes the place of the network's own reverse zone; empty, it answers NXDOMAIN
ReverseAnswer Reverse::in_zone(const LinkedZone& zone) const {
  if (!zone.doubt.empty()) return open(zone.doubt);
  std::string doubt = index_.doubt_of(zone.zone);
  ReverseAnswer out;
  const Step asked{fmt::format("the zone \"{}\" is linked to the network", text::printable(zone.name)),
                   {{zone.link->id, "/properties/virtualNetwork/id", std::string(e_.spelling(vnet_.id))}}};
  for (const DnsRecordSet* record : index_.records(zone.zone, relative(name_, zone.name))) {
    if (record->type != "ptr") continue;
    if (!record->unread.empty() || !record->is_settled || record->pointers.empty())
      return open(fmt::format("the PTR record of {} could not be read in full", name_));
    out.kind = ReverseAnswer::Kind::names;
    out.names.insert(out.names.end(), record->pointers.begin(), record->pointers.end());
    out.steps = {asked, {"its record answers", {{record->id, "/properties/ptrRecords", record->pointers.front()}}}};
  }
  if (out.kind == ReverseAnswer::Kind::names) {
    std::sort(out.names.begin(), out.names.end());
    return out;
  }
  return doubt.empty() ? missing(asked) : open(std::move(doubt));
}

/// A record of the zone that somebody made by hand for the address: whether the network's reverse zone gives its name
/// is documented in two ways.
bool Reverse::may_hold_record(ResourceId zone) const {
  if (!index_.doubt_of(zone).empty()) return true;
  const auto& records = e_.tables().dns_record_sets;
  return std::any_of(records.begin(), records.end(), [&](const DnsRecordSet& record) {
    const auto& addresses = record.addresses;
    return record.zone == zone && std::find(addresses.begin(), addresses.end(), address_) != addresses.end();
  });
}

/// The label that registration wrote for the address; the machine's name where the export does not show the record.
std::string Reverse::registered_label(ResourceId zone, const std::string& machine) const {
  for (const DnsRecordSet& record : e_.tables().dns_record_sets) {
    const auto& addresses = record.addresses;
    if (record.zone == zone && record.is_auto_registered &&
        std::find(addresses.begin(), addresses.end(), address_) != addresses.end())
      return record.name;
  }
  return machine;
}

// law:  [vm].internal.cloudapp.net, and [vm].[zone] of the zone in which the network registers its machines
ReverseAnswer Reverse::of_machine(const NetworkInterface& nic) const {
  if (!nic.virtual_machine.is_set())
    return open(fmt::format("{} belongs to no virtual machine; whether it has a name is not documented",
                            text::printable(e_.name(nic.id))));
  const std::string machine = text::lower(e_.name(nic.virtual_machine));
  ReverseAnswer out;
  out.kind = ReverseAnswer::Kind::names;
  out.names = {machine + ".internal.cloudapp.net"};
  out.steps = {{fmt::format("the machine {} of the network has the address", text::printable(machine)),
                {{nic.id, "/properties/ipConfigurations", to_string(address_)}}}};
  for (const LinkedZone& zone : index_.zones_of(vnet_.id)) {
    const auto registers = zone.link->registration_enabled.value_or_default(false);
    if (!zone.doubt.empty() && registers != false) return open(zone.doubt);
    if (!registers) return open("whether the network registers its machines in a zone could not be read");
    if (*registers) {
      out.names.push_back(fmt::format("{}.{}", registered_label(zone.zone, machine), zone.name));
      out.steps.push_back({fmt::format("the network registers its machines in \"{}\"", text::printable(zone.name)),
                           {{zone.link->id, "/properties/registrationEnabled", "true"}}});
    } else if (may_hold_record(zone.zone)) {
      // source: learn.microsoft.com/azure/dns/private-dns-scenarios gives the zone's name; the page of name resolution
      // gives it to registering networks only.
      return open(
          fmt::format("the zone \"{}\", in which the network does not register, may have a record of the "
                      "address; whether its name is given is documented in two ways",
                      text::printable(zone.name)));
    }
  }
  std::sort(out.names.begin(), out.names.end());
  return out;
}

// law:  reverse look-ups are scoped to the network, peered or not
ReverseAnswer Reverse::by_network() const {
  const auto holds = [&](const Prefix& prefix) { return prefix.contains(address_); };
  if (std::none_of(vnet_.address_space.begin(), vnet_.address_space.end(), holds)) {
    if (internet_addresses().contains(address_))
      return open("what public DNS answers for a public address is not followed");
    return missing({fmt::format("{} is no address of the network, and reverse look-ups end there", to_string(address_)),
                    {{vnet_.id, "/properties/addressSpace/addressPrefixes", "does not hold it"}}});
  }
  for (const auto& [vnet, subnet] : e_.subnets_by_vnet.of(vnet_.id)) {
    for (const auto& [key, at] : e_.interfaces_by_subnet.of(e_.tables().subnets[subnet].id)) {
      const NetworkInterface& nic = e_.tables().network_interfaces[at];
      const auto has_it = [&](const IpConfiguration& config) { return config.address == address_; };
      if (std::any_of(nic.ip_configurations.begin(), nic.ip_configurations.end(), has_it)) return of_machine(nic);
    }
  }
  return open(
      fmt::format("no interface of the export has {}; instances of scale sets are in none", to_string(address_)));
}

ReverseAnswer Reverse::run() const {
  std::string why = doubt();
  if (!why.empty()) return open(std::move(why));
  std::vector<const LinkedZone*> zones;
  for (const LinkedZone& zone : index_.zones_of(vnet_.id)) {
    if (lies_under(name_, zone.name)) zones.push_back(&zone);
  }
  if (zones.empty()) return by_network();
  if (zones.size() > 1)
    return open("several zones of in-addr.arpa are linked: which of them answers is not documented");
  return in_zone(*zones.front());
}

}  // namespace

std::string reverse_name(Ipv4 address) {
  const std::uint32_t bits = address.bits();
  return fmt::format("{}.{}.{}.{}.in-addr.arpa", bits & 0xffU, (bits >> 8U) & 0xffU, (bits >> 16U) & 0xffU,
                     bits >> 24U);
}

ReverseAnswer resolve_address(const View& view, VnetIndex vnet, Ipv4 address) {
  return Reverse(view, vnet, address).run();
}

}  // namespace hubproof::dns
