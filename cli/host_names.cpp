// Host names as destinations: found among the private-link names of the estate, resolved as the sender would.
#include <fmt/format.h>

#include <optional>

#include "cli/places.h"
#include "engine/core/text.h"
#include "engine/dns/resolve.h"
#include "engine/report/names.h"

namespace hubproof::cli {
namespace {

using net::Place;
using report::TraceEnd;

std::optional<dns::PrivateName> private_name(const model::View& view, std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  for (const model::Service& service : view.estate.tables().services) {
    for (const dns::PrivateName& name : dns::private_names(view, service).names) {
      if (text::equals(name.fqdn, host)) return name;
    }
  }
  return std::nullopt;
}

/// The VNet that a sender is in; unset for one outside.
model::VnetIndex vnet_of(const model::Estate& estate, const Place& place, const AnyAddress& from) {
  const Ipv4* address = std::get_if<Ipv4>(&from);
  const model::Subnet* subnet = estate.find<model::Subnet>(place.id);
  if (const auto* nic = estate.find<model::NetworkInterface>(place.id)) {
    for (const model::IpConfiguration& config : nic->ip_configurations) {
      if ((address != nullptr && config.address == *address) || subnet == nullptr)
        subnet = estate.find<model::Subnet>(config.subnet);
    }
  }
  const model::VirtualNetwork* vnet = subnet == nullptr ? nullptr : estate.find<model::VirtualNetwork>(subnet->vnet);
  return vnet == nullptr ? model::VnetIndex() : model::VnetIndex(estate.index_of(*vnet));
}

Error unresolved(const std::string& where, const dns::Resolution& resolution) {
  std::string out = fmt::format("{}: resolves to no address there ({})", where, dns::name(resolution.kind));
  if (!resolution.unknown_because.empty()) out += ": " + resolution.unknown_because;
  for (const dns::Step& step : resolution.steps) out += "\n  " + step.what;
  return Error{out};
}

Result<TraceEnd> resolve(const model::View& view, const std::string& where, const dns::PrivateName& name,
                         model::VnetIndex vnet) {
  const dns::Resolution resolution = dns::resolve(view, vnet, name);
  std::vector<std::string> notes;
  for (const dns::Step& step : resolution.steps) notes.push_back(step.what);
  if (resolution.kind == dns::Resolution::Kind::public_answer) {
    Result<TraceEnd> out = find_place(view, "Internet");
    if (!out) return out;
    TraceEnd end = std::move(out).value();
    notes.push_back("public DNS answers with the public endpoint of the service");
    notes.insert(notes.end(), end.notes.begin(), end.notes.end());
    return TraceEnd{where, end.place, end.address, std::move(notes), name.fqdn};
  }
  if (resolution.kind != dns::Resolution::Kind::private_addresses || resolution.addresses.empty()) {
    return unresolved(where, resolution);
  }
  if (resolution.addresses.size() > 1)
    notes.push_back(fmt::format("the first of {} addresses", resolution.addresses.size()));
  const Ipv4 address = resolution.addresses.front();
  // Which device has the address is found on the way; here it only labels the answer, so an ambiguous one stays
  // unnamed.
  const Result<TraceEnd> holder = find_place(view, to_string(address));
  return TraceEnd{where, holder ? holder->place : Place{}, address, std::move(notes), name.fqdn};
}

}  // namespace

Result<TraceEnd> find_destination(const model::View& view, const std::string& where, const TraceEnd& from, bool as_v6) {
  Result<TraceEnd> place = find_place(view, where, as_v6);
  if (place || where.find('.') == std::string::npos || where.front() == '/') return place;
  const std::optional<dns::PrivateName> name = private_name(view, where);
  if (!name) return place;
  const model::VnetIndex vnet = vnet_of(view.estate, from.place, from.address);
  if (vnet.is_set()) return resolve(view, where, *name, vnet);
  return Error{fmt::format(
      "{}: what it resolves to outside the estate's virtual networks is not known; give an address", where)};
}

}  // namespace hubproof::cli
