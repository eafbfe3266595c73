#include "cli/query_ends.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "cli/places.h"
#include "engine/core/text.h"
#include "engine/report/names.h"

namespace hubproof::cli {
namespace {

using model::ResourceId;
using net::Place;
using net::QueryEnd;

void add_subnets(const model::View& view, ResourceId vnet, QueryEnd& end) {
  for (const auto& [key, index] : view.estate.subnets_by_vnet.of(vnet))
    end.subnets.push_back(view.estate.tables().subnets[index].id);
}

/// All networks of a role. Roles that are not clear, and networks that the export lacks, leave the answer open.
template <class Roles>
Result<QueryEnd> role_end(const model::View& view, const Roles& roles, const std::string& where) {
  QueryEnd out;
  out.is_wide = true;
  for (const auto& role : roles) add_subnets(view, view.estate.tables().virtual_networks[role.vnet.index()].id, out);
  if (roles.empty()) return Error{where + ": no network of the export has this role (hubproof inventory shows why)"};
  out.open = view.roles.ambiguities;
  for (const ResourceId id : view.roles.spoke_candidates_missing) {
    out.open.push_back(fmt::format("virtual network {}, which may be a spoke, is not in the export",
                                   report::short_name(view.estate, id)));
  }
  return out;
}

QueryEnd outside_end(bool is_internet) {
  QueryEnd out;
  out.internet = is_internet;
  out.on_premises = !is_internet;
  return out;
}

QueryEnd prefix_end(const model::View& view, Prefix prefix) {
  QueryEnd out;
  out.addresses = AddressSet(prefix);
  AddressSet rest = out.addresses;
  for (const model::VirtualNetwork& vnet : view.estate.tables().virtual_networks) {
    for (const Prefix& space : vnet.address_space) rest.subtract(space);
  }
  for (const model::Subnet& subnet : view.estate.tables().subnets) {
    const auto meets = [&](const Prefix& own) { return own.overlaps(prefix); };
    if (std::any_of(subnet.prefixes.begin(), subnet.prefixes.end(), meets)) out.subnets.push_back(subnet.id);
  }
  out.internet = !(rest & internet_addresses()).empty();
  out.on_premises = !rest.empty();
  return out;
}

/// The networks that the text names, by id or name.
std::vector<ResourceId> networks_named(const model::View& view, const std::string& where) {
  std::vector<ResourceId> out;
  for (const model::VirtualNetwork& vnet : view.estate.tables().virtual_networks) {
    if (text::equals(view.estate.name(vnet.id), where) || text::equals(view.estate.spelling(vnet.id), where))
      out.push_back(vnet.id);
  }
  return out;
}

Result<QueryEnd> network_end(const model::View& view, const std::string& where, const std::vector<ResourceId>& found) {
  if (found.size() > 1) {
    std::string list;
    for (const ResourceId id : found) list += "\n  " + std::string(view.estate.spelling(id));
    return Error{fmt::format("\"{}\" names {} virtual networks; give the id of one:{}", where, found.size(), list)};
  }
  QueryEnd out;
  out.is_wide = true;
  add_subnets(view, found.front(), out);
  if (out.subnets.empty()) out.subnets.push_back(found.front());
  return out;
}

/// The subnets where a place stands; empty for one outside.
std::vector<ResourceId> subnets_of(const model::View& view, const Place& place) {
  const model::Estate& e = view.estate;
  if (place.kind == Place::Kind::subnet) return {place.id};
  if (const auto* endpoint = e.find<model::PrivateEndpoint>(place.id)) return {endpoint->subnet};
  std::vector<ResourceId> out;
  if (const auto* nic = e.find<model::NetworkInterface>(place.id)) {
    for (const model::IpConfiguration& config : nic->ip_configurations) out.push_back(config.subnet);
  }
  if (const auto* firewall = e.find<model::AzureFirewall>(place.id)) {
    for (const auto& config : firewall->ip_configurations) out.push_back(config.subnet);
  }
  return out;
}

/// Every IPv4 address that the place has; a subnet that was named stands for all of its own.
AddressSet addresses_of(const model::View& view, const std::string& where, const report::TraceEnd& end) {
  const model::Estate& e = view.estate;
  AddressSet out(Prefix::host(std::get<Ipv4>(end.address)));
  const bool is_address = static_cast<bool>(Ipv4::parse(where.substr(where.rfind('/') + 1)));
  if (is_address) return out;
  if (end.place.kind == Place::Kind::subnet) return AddressSet::all();
  if (const auto* endpoint = e.find<model::PrivateEndpoint>(end.place.id)) {
    for (const Ipv4 address : net::endpoint_addresses(view, *endpoint)) out.add(Prefix::host(address));
  }
  if (const auto* nic = e.find<model::NetworkInterface>(end.place.id)) {
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if (config.address) out.add(Prefix::host(*config.address));
    }
  }
  return out;
}

Result<QueryEnd> place_end(const model::View& view, const std::string& where) {
  const Result<report::TraceEnd> end = find_place(view, where);
  if (!end) return end.error();
  if (!std::holds_alternative<Ipv4>(end->address))
    return Error{where + " is an IPv6 address; query asks about IPv4 packets (trace follows one IPv6 packet)"};
  QueryEnd out;
  out.addresses = addresses_of(view, where, *end);
  out.subnets = subnets_of(view, end->place);
  out.internet = end->place.kind == Place::Kind::internet || end->place.kind == Place::Kind::public_ip;
  out.on_premises = end->place.kind == Place::Kind::on_premises;
  return out;
}

Result<net::ProtocolBits> protocols_of(const std::string& word) {
  if (word == "any") return net::kAllProtocols;
  for (unsigned i = 0; i < std::size(net::kBoxProtocols); ++i) {
    if (name(net::kBoxProtocols[i]) == word) return static_cast<net::ProtocolBits>(1U << i);
  }
  return Error{fmt::format("protocol \"{}\": must be tcp, udp, icmp or any", word)};
}

Result<net::Question::Via> via_of(const QueryWords& words) {
  for (const std::string& word : {words.via, words.not_via}) {
    if (!word.empty() && word != "firewall") return Error{fmt::format("via \"{}\": must be firewall", word)};
  }
  if (!words.via.empty() && !words.not_via.empty()) return Error{"via and not via contradict each other"};
  if (!words.via.empty()) return net::Question::Via::firewall;
  return words.not_via.empty() ? net::Question::Via::anything : net::Question::Via::not_firewall;
}

bool is_role(const std::string& word) {
  return text::equals(word, "spokes") || text::equals(word, "hub") || text::equals(word, "hubs");
}

}  // namespace

bool is_sentence(const std::string& text) {
  return text::starts_with(text, "exists ") || text::starts_with(text, "flows ");
}

Result<QueryWords> parse_sentence(const std::string& sentence) {
  std::istringstream in(sentence);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  QueryWords out;
  std::size_t i = words.empty() || words.front() != "exists" ? 0 : 1;
  const bool is_flow = i < words.size() && (words[i] == "flow" || words[i] == "flows");
  if (!is_flow)
    return Error{"a question reads: exists flow from WHERE to WHERE [[not] via firewall] [protocol P] [port N]"};
  for (++i; i < words.size(); ++i) {
    const bool is_not = words[i] == "not" && i + 1 < words.size();
    if (is_not) ++i;
    std::string* target = nullptr;
    if (words[i] == "via") target = is_not ? &out.not_via : &out.via;
    if (words[i] == "from" && !is_not) target = &out.from;
    if (words[i] == "to" && !is_not) target = &out.to;
    if (words[i] == "protocol" && !is_not) target = &out.protocol;
    if (words[i] == "port" && !is_not) target = &out.port;
    if (target == nullptr || i + 1 == words.size())
      return Error{fmt::format("\"{}\" was not expected in the question", words[i])};
    *target = words[++i];
  }
  return out;
}

Result<QueryEnd> find_end(const model::View& view, const std::string& where) {
  if (where.empty()) return Error{"must not be empty"};
  if (text::equals(where, "spokes")) return role_end(view, view.roles.spokes, where);
  if (text::equals(where, "hub") || text::equals(where, "hubs")) return role_end(view, view.roles.hubs, where);
  if (text::equals(where, "Internet")) return outside_end(true);
  if (text::equals(where, "on-premises")) return outside_end(false);
  const Result<Prefix> prefix = Prefix::parse(where);
  if (prefix && where.find('/') != std::string::npos) return prefix_end(view, *prefix);
  const std::vector<ResourceId> networks = networks_named(view, where);
  if (!networks.empty()) return network_end(view, where, networks);
  return place_end(view, where);
}

Result<net::Question> find_question(const model::View& view, const QueryWords& words) {
  net::Question out;
  const Result<QueryEnd> from = find_end(view, words.from);
  if (!from) return Error{"--from: " + from.error().message};
  const Result<QueryEnd> to = find_end(view, words.to);
  if (!to) return Error{"--to: " + to.error().message};
  const Result<net::Question::Via> via = via_of(words);
  if (!via) return via.error();
  const Result<net::ProtocolBits> protocols = protocols_of(words.protocol);
  if (!protocols) return protocols.error();
  const Result<PortRange> ports = PortRange::parse(words.port);
  if (!ports) return Error{"--port: " + ports.error().message};
  out.from = *from;
  out.to = *to;
  out.via = *via;
  out.protocols = *protocols;
  out.ports = *ports;
  out.only_across_networks = is_role(words.from) && text::equals(words.from, words.to);
  return out;
}

std::string to_sentence(const QueryWords& words) {
  std::string out = fmt::format("exists flow from {} to {}", words.from, words.to);
  if (!words.via.empty()) out += " via " + words.via;
  if (!words.not_via.empty()) out += " not via " + words.not_via;
  if (words.protocol != "any") out += " protocol " + words.protocol;
  if (words.port != "*") out += " port " + words.port;
  return out;
}

}  // namespace hubproof::cli
