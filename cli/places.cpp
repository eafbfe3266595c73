#include "cli/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <type_traits>

#include "engine/core/text.h"
#include "engine/net/family.h"
#include "engine/net/peerings.h"
#include "engine/report/names.h"
#include "engine/value/address_set.h"
#include "engine/value/arm_id.h"

namespace hubproof::cli {
namespace {

using model::ResourceId;
using net::Place;
using report::TraceEnd;

TraceEnd make_end(const std::string& asked, Place place, AnyAddress address, std::vector<std::string> notes = {}) {
  return TraceEnd{asked, place, address, std::move(notes)};
}

/// Candidates as an indented list, at most ten.
std::string listed(std::vector<std::string> candidates) {
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  std::string out;
  for (std::size_t i = 0; i < std::min<std::size_t>(10, candidates.size()); ++i) out += "\n  " + candidates[i];
  if (candidates.size() > 10) out += fmt::format("\n  and {} more", candidates.size() - 10);
  return out;
}

AddressSet without_networks(AddressSet addresses, const model::Estate& estate) {
  for (const model::VirtualNetwork& vnet : estate.tables().virtual_networks) {
    for (const Prefix& prefix : vnet.address_space) addresses.subtract(prefix);
  }
  return addresses;
}

/// A public address that no VNet, public IP or private range of the estate uses: stands for the rest of the Internet.
Ipv4 internet_address(const model::Estate& estate) {
  AddressSet free = without_networks(internet_addresses(), estate);
  for (const model::PublicIp& ip : estate.tables().public_ips) {
    if (ip.address) free.subtract(Prefix::host(*ip.address));
  }
  return free.first().value_or(Ipv4());
}

TraceEnd internet(const model::View& view, const std::string& where, bool as_v6) {
  // The documentation prefix is no estate's. source: RFC 3849
  const AnyAddress address =
      as_v6 ? AnyAddress(*Ipv6::parse("2001:db8::10")) : AnyAddress(internet_address(view.estate));
  return make_end(
      where, {Place::Kind::internet, {}}, address,
      {fmt::format("the Internet is shown by {}, an address that the estate does not use", to_string(address))});
}

/// Some address of the set, by preference one that looks like a host's.
Ipv4 host_in(const AddressSet& addresses) {
  constexpr std::uint32_t kAfterFirst = 10;
  const AddressSet::Interval interval = addresses.intervals().front();
  return Ipv4(interval.first.bits() + std::min(kAfterFirst, interval.last.bits() - interval.first.bits()));
}

// Declared learned prefixes are what is behind the gateways; without them any private address may be.
// source: RFC 1918
std::optional<Ipv4> on_premises_address(const model::View& view) {
  AddressSet behind;
  for (const Prefix& prefix : view.designations.learned_prefixes) behind.add(prefix);
  if (!view.designations.has_learned_prefixes) behind = AddressSet::all();
  behind = without_networks(std::move(behind), view.estate);
  for (const std::string_view block : {"192.168.0.0/16", "172.16.0.0/12", "10.0.0.0/8"}) {
    AddressSet own;
    own.add(*Prefix::parse(block));
    own &= behind;
    if (!own.empty()) return host_in(own);
  }
  if (!view.designations.has_learned_prefixes || behind.empty()) return std::nullopt;
  return host_in(behind);
}

Result<TraceEnd> on_premises(const model::View& view, const std::string& where, bool as_v6) {
  // source: RFC 4193 (a block for local use)
  if (as_v6) return make_end(where, {Place::Kind::on_premises, {}}, *Ipv6::parse("fd00:ffff:ffff::10"));
  const std::optional<Ipv4> address = on_premises_address(view);
  if (!address) {
    return Error{fmt::format("{}: the virtual networks hold every {} address; give the address that is meant", where,
                             view.designations.has_learned_prefixes ? "declared learned" : "private")};
  }
  return make_end(where, {Place::Kind::on_premises, {}}, *address,
                  {fmt::format("on-premises is shown by {}, which no virtual network holds{}", to_string(*address),
                               view.designations.has_learned_prefixes ? ", of the declared learned prefixes" : "")});
}

/// What has the address inside a subnet: an endpoint, an interface, a firewall, else the subnet itself.
Place holder(const model::View& view, const model::Subnet& subnet, const Ipv6& address) {
  for (const auto& [key, index] : view.estate.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = view.estate.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.address_v6 == address && config.subnet == subnet.id) return {Place::Kind::network_interface, nic.id};
    }
  }
  return {Place::Kind::subnet, subnet.id};
}

Place holder(const model::View& view, const model::Subnet& subnet, Ipv4 address) {
  const model::Estate& e = view.estate;
  for (const auto& [key, index] : e.endpoints_by_subnet.of(subnet.id)) {
    const model::PrivateEndpoint& endpoint = e.tables().private_endpoints[index];
    const std::vector<Ipv4> addresses = net::endpoint_addresses(view, endpoint);
    if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
      return {Place::Kind::private_endpoint, endpoint.id};
    }
  }
  for (const auto& [key, index] : e.interfaces_by_subnet.of(subnet.id)) {
    const model::NetworkInterface& nic = e.tables().network_interfaces[index];
    for (const model::IpConfiguration& config : nic.ip_configurations) {
      if (config.address == address && config.subnet == subnet.id) return {Place::Kind::network_interface, nic.id};
    }
  }
  for (const auto& [key, index] : e.firewalls_by_vnet.of(subnet.vnet)) {
    const model::AzureFirewall& firewall = e.tables().firewalls[index];
    for (const auto& config : firewall.ip_configurations) {
      if (config.address == address) return {Place::Kind::firewall, firewall.id};
    }
  }
  return {Place::Kind::subnet, subnet.id};
}

template <class Address>
bool has_address(const model::VirtualNetwork& vnet, const Address& address) {
  return net::holds(net::Family<Address>::space(vnet), address);
}

template <class Address>
Result<TraceEnd> in_vnet(const model::View& view, const std::string& where, const model::VirtualNetwork& vnet,
                         const Address& address) {
  for (const auto& [key, index] : view.estate.subnets_by_vnet.of(vnet.id)) {
    const model::Subnet& subnet = view.estate.tables().subnets[index];
    if (net::holds(net::Family<Address>::prefixes(subnet), address))
      return make_end(where, holder(view, subnet, address), address);
  }
  return Error{
      fmt::format("{}: no subnet of {} holds {}", where, report::short_name(view.estate, vnet.id), to_string(address))};
}

template <class Address>
std::string label(const model::View& view, const model::VirtualNetwork& vnet, const Address& address) {
  // The name alone when it is unique, else the whole id, which can be given as well.
  const auto& vnets = view.estate.tables().virtual_networks;
  const std::string_view name = view.estate.name(vnet.id);
  const auto same = std::count_if(vnets.begin(), vnets.end(), [&](const model::VirtualNetwork& other) {
    return text::equals(view.estate.name(other.id), name);
  });
  return fmt::format("{}/{}", same == 1 ? name : view.estate.spelling(vnet.id), to_string(address));
}

const std::optional<Ipv4>& address_of(const model::PublicIp& ip, Ipv4) { return ip.address; }
const std::optional<Ipv6>& address_of(const model::PublicIp& ip, const Ipv6&) { return ip.address_v6; }

template <class Address>
Result<TraceEnd> by_address(const model::View& view, const std::string& where, const Address& address) {
  const model::Tables& tables = view.estate.tables();
  std::vector<const model::VirtualNetwork*> found;
  for (const model::VirtualNetwork& vnet : tables.virtual_networks) {
    if (has_address(vnet, address)) found.push_back(&vnet);
  }
  if (found.size() == 1) return in_vnet(view, where, *found.front(), address);
  if (found.size() > 1) {
    std::vector<std::string> candidates;
    for (const model::VirtualNetwork* vnet : found) candidates.push_back(label(view, *vnet, address));
    return Error{fmt::format("{} lies in {} virtual networks; say which:{}", where, found.size(), listed(candidates))};
  }
  for (const model::PublicIp& ip : tables.public_ips) {
    if (address_of(ip, address) == address) return make_end(where, {Place::Kind::public_ip, ip.id}, address);
  }
  if (net::Family<Address>::is_public(address)) return make_end(where, {Place::Kind::internet, {}}, address);
  return make_end(where, {Place::Kind::on_premises, {}}, address,
                  {"no virtual network of the export holds this address: taken as on-premises"});
}

template <class Address>
Result<TraceEnd> by_vnet_and_address(const model::View& view, const std::string& where, const std::string& vnet_text,
                                     const Address& address) {
  std::vector<const model::VirtualNetwork*> found;
  for (const model::VirtualNetwork& vnet : view.estate.tables().virtual_networks) {
    const bool is_meant =
        text::equals(view.estate.name(vnet.id), vnet_text) || text::equals(view.estate.spelling(vnet.id), vnet_text);
    if (is_meant && has_address(vnet, address)) found.push_back(&vnet);
  }
  if (found.size() == 1) return in_vnet(view, where, *found.front(), address);
  if (found.empty()) {
    return Error{
        fmt::format("{}: no virtual network \"{}\" of the export holds {}", where, vnet_text, to_string(address))};
  }
  std::vector<std::string> candidates;
  for (const model::VirtualNetwork* vnet : found) candidates.push_back(label(view, *vnet, address));
  return Error{fmt::format("{}: several virtual networks have this name; give the id:{}", where, listed(candidates))};
}

// source:
// learn.microsoft.com/azure/virtual-network/virtual-networks-faq#are-there-any-restrictions-on-using-ip-addresses-within-these-subnets
// (the first four addresses and the last one are reserved)
Result<TraceEnd> subnet_end(const model::View& view, const std::string& where, const model::Subnet& subnet,
                            bool as_v6) {
  constexpr std::uint32_t kReserved = 4;
  if (as_v6) {
    if (subnet.prefixes_v6.empty())
      return Error{fmt::format("{}: subnet {} has no IPv6 address", where, report::short_name(view.estate, subnet.id))};
    const Ipv6 address = subnet.prefixes_v6.front().first().plus(kReserved);
    return make_end(where, {Place::Kind::subnet, subnet.id}, address,
                    {fmt::format("a subnet is shown by its first usable address, {}", to_string(address))});
  }
  if (subnet.prefixes.empty() || subnet.prefixes.front().length() > 29) {
    return Error{
        fmt::format("{}: subnet {} has no usable IPv4 address", where, report::short_name(view.estate, subnet.id))};
  }
  const Ipv4 address(subnet.prefixes.front().first().bits() + kReserved);
  return make_end(where, {Place::Kind::subnet, subnet.id}, address,
                  {fmt::format("a subnet is shown by its first usable address, {}", to_string(address))});
}

template <class Address>
Result<TraceEnd> first_address(const model::View& view, const std::string& where, Place place,
                               const std::vector<Address>& addresses) {
  if (addresses.empty()) {
    return Error{fmt::format("{}: the export holds no {} address of {}", where,
                             std::is_same_v<Address, Ipv4> ? "IPv4" : "IPv6",
                             report::short_name(view.estate, place.id))};
  }
  std::vector<std::string> notes;
  if (addresses.size() > 1) notes.push_back(fmt::format("the first of {} addresses", addresses.size()));
  return make_end(where, place, addresses.front(), std::move(notes));
}

template <class Address>
Result<TraceEnd> address_end(const model::View& view, const std::string& where, const model::NetworkInterface& nic) {
  std::vector<Address> addresses;
  for (const model::IpConfiguration& config : nic.ip_configurations) {
    if (net::Family<Address>::address(config)) addresses.push_back(*net::Family<Address>::address(config));
  }
  return first_address(view, where, {Place::Kind::network_interface, nic.id}, addresses);
}

template <class Address>
Result<TraceEnd> address_end(const model::View& view, const std::string& where, const model::PublicIp& ip) {
  std::vector<Address> addresses;
  if (address_of(ip, Address())) addresses.push_back(*address_of(ip, Address()));
  return first_address(view, where, {Place::Kind::public_ip, ip.id}, addresses);
}

Result<TraceEnd> resource_end(const model::View& view, const std::string& where, ResourceId id, bool as_v6) {
  const model::Estate& e = view.estate;
  if (const auto* subnet = e.find<model::Subnet>(id)) return subnet_end(view, where, *subnet, as_v6);
  if (const auto* endpoint = e.find<model::PrivateEndpoint>(id)) {
    return first_address(view, where, {Place::Kind::private_endpoint, id}, net::endpoint_addresses(view, *endpoint));
  }
  if (const auto* nic = e.find<model::NetworkInterface>(id)) {
    return as_v6 ? address_end<Ipv6>(view, where, *nic) : address_end<Ipv4>(view, where, *nic);
  }
  if (const auto* ip = e.find<model::PublicIp>(id)) {
    // A public address is of one family, which needs no hint.
    return as_v6 || ip->is_v6 ? address_end<Ipv6>(view, where, *ip) : address_end<Ipv4>(view, where, *ip);
  }
  return Error{
      fmt::format("{}: is no subnet, network interface, private endpoint or public IP address of the export", where)};
}

struct Named {
  std::string name;
  ResourceId id;
};

/// Everything that a name may stand for, under each of its names.
std::vector<Named> named_places(const model::Estate& estate) {
  std::vector<Named> out;
  const auto add = [&](const auto& table) {
    for (const auto& entity : table) out.push_back({std::string(estate.name(entity.id)), entity.id});
  };
  const model::Tables& tables = estate.tables();
  add(tables.subnets);
  for (const model::Subnet& subnet : tables.subnets) {
    out.push_back({fmt::format("{}/{}", estate.name(subnet.vnet), estate.name(subnet.id)), subnet.id});
  }
  add(tables.network_interfaces);
  add(tables.private_endpoints);
  add(tables.public_ips);
  return out;
}

struct ByName {
  std::vector<ResourceId> found;  ///< without doubles
  std::string nearest;            ///< a name that looks alike, or empty
};

ByName look_up(const model::Estate& estate, const std::string& where) {
  const std::vector<Named> names = named_places(estate);
  ByName out;
  std::vector<std::string_view> views;
  for (const Named& named : names) {
    if (text::equals(named.name, where)) out.found.push_back(named.id);
    views.push_back(named.name);
  }
  std::sort(out.found.begin(), out.found.end());
  out.found.erase(std::unique(out.found.begin(), out.found.end()), out.found.end());
  if (out.found.empty()) out.nearest = text::nearest(where, views.data(), views.size());
  return out;
}

}  // namespace

bool is_v6_address(std::string_view where) {
  const std::size_t slash = where.rfind('/');
  if (slash != std::string_view::npos) where.remove_prefix(slash + 1);
  return bool(Ipv6::parse(where));
}

Result<TraceEnd> find_place(const model::View& view, const std::string& where, bool as_v6) {
  if (text::equals(where, "Internet")) return internet(view, where, as_v6);
  if (text::equals(where, "on-premises")) return on_premises(view, where, as_v6);
  if (const Result<Ipv4> address = Ipv4::parse(where)) return by_address(view, where, *address);
  if (const Result<Ipv6> address = Ipv6::parse(where)) return by_address(view, where, *address);
  const std::size_t slash = where.rfind('/');
  if (slash != std::string::npos) {
    const std::string_view tail = std::string_view(where).substr(slash + 1);
    if (const Result<Ipv4> address = Ipv4::parse(tail))
      return by_vnet_and_address(view, where, where.substr(0, slash), *address);
    if (const Result<Ipv6> address = Ipv6::parse(tail))
      return by_vnet_and_address(view, where, where.substr(0, slash), *address);
  }
  if (where.front() == '/') {
    const ResourceId id = view.estate.ids().find(where);
    if (id.is_set()) return resource_end(view, where, id, as_v6);
    return Error{fmt::format("{}: the export holds no such resource", where)};
  }
  const ByName names = look_up(view.estate, where);
  if (names.found.size() == 1) return resource_end(view, where, names.found.front(), as_v6);
  if (!names.found.empty()) {
    std::vector<std::string> candidates;
    for (const ResourceId id : names.found) candidates.emplace_back(view.estate.spelling(id));
    return Error{
        fmt::format("\"{}\" names {} resources; give the id of one:{}", where, candidates.size(), listed(candidates))};
  }
  return Error{
      fmt::format("\"{}\" is no address and names no subnet, network interface, private endpoint or public IP "
                  "address{}",
                  where, names.nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", names.nearest))};
}

}  // namespace hubproof::cli
