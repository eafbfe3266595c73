#include "cli/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "engine/core/text.h"
#include "engine/net/peerings.h"
#include "engine/report/names.h"
#include "engine/value/address_set.h"
#include "engine/value/arm_id.h"

namespace hubproof::cli {
namespace {

using model::ResourceId;
using net::Place;
using report::TraceEnd;

TraceEnd make_end(const std::string& asked, Place place, Ipv4 address, std::vector<std::string> notes = {}) {
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

/// A public address that no VNet, public IP or private range of the estate uses: stands for the rest of the Internet.
Ipv4 internet_address(const model::Estate& estate) {
  AddressSet free = internet_addresses();
  for (const model::VirtualNetwork& vnet : estate.tables().virtual_networks) {
    for (const Prefix& prefix : vnet.address_space) free.subtract(prefix);
  }
  for (const model::PublicIp& ip : estate.tables().public_ips) {
    if (ip.address) free.subtract(Prefix::host(*ip.address));
  }
  return free.first().value_or(Ipv4());
}

TraceEnd internet(const model::View& view, const std::string& where) {
  const Ipv4 address = internet_address(view.estate);
  return make_end(
      where, {Place::Kind::internet, {}}, address,
      {fmt::format("the Internet is shown by {}, an address that the estate does not use", to_string(address))});
}

/// What has the address inside a subnet: an endpoint, an interface, a firewall, else the subnet itself.
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

bool holds(const model::VirtualNetwork& vnet, Ipv4 address) {
  return std::any_of(vnet.address_space.begin(), vnet.address_space.end(),
                     [&](const Prefix& prefix) { return prefix.contains(address); });
}

Result<TraceEnd> in_vnet(const model::View& view, const std::string& where, const model::VirtualNetwork& vnet,
                         Ipv4 address) {
  for (const auto& [key, index] : view.estate.subnets_by_vnet.of(vnet.id)) {
    const model::Subnet& subnet = view.estate.tables().subnets[index];
    for (const Prefix& prefix : subnet.prefixes) {
      if (prefix.contains(address)) return make_end(where, holder(view, subnet, address), address);
    }
  }
  return Error{
      fmt::format("{}: no subnet of {} holds {}", where, report::short_name(view.estate, vnet.id), to_string(address))};
}

std::string label(const model::View& view, const model::VirtualNetwork& vnet, Ipv4 address) {
  // The name alone when it is unique, else the whole id, which can be given as well.
  const auto& vnets = view.estate.tables().virtual_networks;
  const std::string_view name = view.estate.name(vnet.id);
  const auto same = std::count_if(vnets.begin(), vnets.end(), [&](const model::VirtualNetwork& other) {
    return text::equals(view.estate.name(other.id), name);
  });
  return fmt::format("{}/{}", same == 1 ? name : view.estate.spelling(vnet.id), to_string(address));
}

Result<TraceEnd> by_address(const model::View& view, const std::string& where, Ipv4 address) {
  const model::Tables& tables = view.estate.tables();
  std::vector<const model::VirtualNetwork*> found;
  for (const model::VirtualNetwork& vnet : tables.virtual_networks) {
    if (holds(vnet, address)) found.push_back(&vnet);
  }
  if (found.size() == 1) return in_vnet(view, where, *found.front(), address);
  if (found.size() > 1) {
    std::vector<std::string> candidates;
    for (const model::VirtualNetwork* vnet : found) candidates.push_back(label(view, *vnet, address));
    return Error{fmt::format("{} lies in {} virtual networks; say which:{}", where, found.size(), listed(candidates))};
  }
  for (const model::PublicIp& ip : tables.public_ips) {
    if (ip.address == address) return make_end(where, {Place::Kind::public_ip, ip.id}, address);
  }
  if (internet_addresses().contains(address)) return make_end(where, {Place::Kind::internet, {}}, address);
  return make_end(where, {Place::Kind::on_premises, {}}, address,
                  {"no virtual network of the export holds this address: taken as on-premises"});
}

Result<TraceEnd> by_vnet_and_address(const model::View& view, const std::string& where, const std::string& vnet_text,
                                     Ipv4 address) {
  std::vector<const model::VirtualNetwork*> found;
  for (const model::VirtualNetwork& vnet : view.estate.tables().virtual_networks) {
    const bool is_meant =
        text::equals(view.estate.name(vnet.id), vnet_text) || text::equals(view.estate.spelling(vnet.id), vnet_text);
    if (is_meant && holds(vnet, address)) found.push_back(&vnet);
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
Result<TraceEnd> subnet_end(const model::View& view, const std::string& where, const model::Subnet& subnet) {
  constexpr std::uint32_t kReserved = 4;
  if (subnet.prefixes.empty() || subnet.prefixes.front().length() > 29) {
    return Error{
        fmt::format("{}: subnet {} has no usable IPv4 address", where, report::short_name(view.estate, subnet.id))};
  }
  const Ipv4 address(subnet.prefixes.front().first().bits() + kReserved);
  return make_end(where, {Place::Kind::subnet, subnet.id}, address,
                  {fmt::format("a subnet is shown by its first usable address, {}", to_string(address))});
}

Result<TraceEnd> first_address(const model::View& view, const std::string& where, Place place,
                               std::vector<Ipv4> addresses) {
  if (addresses.empty()) {
    return Error{
        fmt::format("{}: the export holds no IPv4 address of {}", where, report::short_name(view.estate, place.id))};
  }
  std::vector<std::string> notes;
  if (addresses.size() > 1) notes.push_back(fmt::format("the first of {} addresses", addresses.size()));
  return make_end(where, place, addresses.front(), std::move(notes));
}

Result<TraceEnd> resource_end(const model::View& view, const std::string& where, ResourceId id) {
  const model::Estate& e = view.estate;
  if (const auto* subnet = e.find<model::Subnet>(id)) return subnet_end(view, where, *subnet);
  if (const auto* endpoint = e.find<model::PrivateEndpoint>(id)) {
    return first_address(view, where, {Place::Kind::private_endpoint, id}, net::endpoint_addresses(view, *endpoint));
  }
  if (const auto* nic = e.find<model::NetworkInterface>(id)) {
    std::vector<Ipv4> addresses;
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address) addresses.push_back(*config.address);
    }
    return first_address(view, where, {Place::Kind::network_interface, id}, std::move(addresses));
  }
  if (const auto* ip = e.find<model::PublicIp>(id)) {
    std::vector<Ipv4> addresses;
    if (ip->address) addresses.push_back(*ip->address);
    return first_address(view, where, {Place::Kind::public_ip, id}, std::move(addresses));
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

Result<TraceEnd> find_place(const model::View& view, const std::string& where) {
  if (text::equals(where, "Internet")) return internet(view, where);
  if (const Result<Ipv4> address = Ipv4::parse(where)) return by_address(view, where, *address);
  const std::size_t slash = where.rfind('/');
  if (slash != std::string::npos) {
    const Result<Ipv4> address = Ipv4::parse(std::string_view(where).substr(slash + 1));
    if (address) return by_vnet_and_address(view, where, where.substr(0, slash), *address);
  }
  if (where.front() == '/') {
    const ResourceId id = view.estate.ids().find(where);
    if (id.is_set()) return resource_end(view, where, id);
    return Error{fmt::format("{}: the export holds no such resource", where)};
  }
  const ByName names = look_up(view.estate, where);
  if (names.found.size() == 1) return resource_end(view, where, names.found.front());
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
