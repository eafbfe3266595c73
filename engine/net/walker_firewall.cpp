// Firewalls on the way: their rules, what they put in the source's place, and what groups make of a source that stands
// for several addresses.
#include <fmt/format.h>

#include <algorithm>

#include "engine/net/firewall_policies.h"
#include "engine/net/walker.h"

namespace hubproof::net {

using model::Direction;
using model::ResourceId;
using model::Subnet;

namespace {

/// The most addresses of a firewall that another one's rules are asked for, one by one; a subnet for it has 59.
constexpr std::uint64_t kMostInstances = 1024;

bool translates_source(const Passage& passage) { return passage.before.source != passage.after.source; }

}  // namespace

void Walker::deliver_to_firewall(const model::AzureFirewall& firewall) {
  for (const model::FirewallRole& role : v_.roles.firewalls) {
    if (role.firewall == firewall.id) trace_.crossed_firewall = true;
  }
  // source: azure-semantics.md 4.3 (port 53 is answered with the DNS proxy on)
  const auto* policy = e_.find<model::FirewallPolicy>(firewall.policy);
  if (packet_.destination_port == 53 && policy != nullptr && policy->dns_proxy.is(true)) {
    return end(Disposition::delivered, "deliver", {Place::Kind::firewall, firewall.id}, "the firewall's DNS proxy",
               {{policy->id, "/properties/dnsSettings/enableProxy", "true"}});
  }
  through_firewall(firewall, true);
}

void Walker::arrive_at_firewall(ResourceId device, ResourceId vnet) {
  for (const model::FirewallRole& role : v_.roles.firewalls) {
    if (role.firewall == device) trace_.crossed_firewall = true;
  }
  const auto* firewall = e_.find<model::AzureFirewall>(device);
  if (firewall == nullptr) {
    trace_.crossed_firewall = true;
    return give_up({Place::Kind::appliance, vnet},
                   "what the declared firewall appliance does with the packet is in no export");
  }
  through_firewall(*firewall, false);
}

// law:  rules, then source translation, then the routes of the firewall's own subnet
// source: azure-semantics.md 4.2, 4.4; learn.microsoft.com/azure/firewall/snat-private-range
void Walker::through_firewall(const model::AzureFirewall& firewall, bool is_for_firewall) {
  const Place at{Place::Kind::firewall, firewall.id};
  if (is_back(at)) return;
  const FirewallResult result = ask(firewall, is_for_firewall);
  switch (result.decision) {
    case FilterResult::Decision::deny:
      return end(Disposition::denied, "deny", at, fmt::format("denied: {}", result.reason), result.decided_by);
    case FilterResult::Decision::unknown: return give_up(at, result.reason, result.decided_by);
    case FilterResult::Decision::allow: break;
  }
  hop(at, result.translation ? "translate" : "allow", fmt::format("allowed by {}", result.reason)).decided_by =
      result.decided_by;
  const Packet before = packet_;
  if (!translate(firewall, result)) return;
  trace_.passages.push_back({firewall.id, before, packet_});
  leave_firewall(firewall, result.translation.has_value());
}

/// The rules for whichever instance of a firewall before this one sent the packet.
FirewallResult Walker::ask(const model::AzureFirewall& firewall, bool is_for_firewall) const {
  const std::string& host = trace_.flow.host;
  FirewallResult out = firewall_rules(v_, firewall, packet_, is_for_firewall, host);
  const auto open = [&](const char* why) {
    out.decision = FilterResult::Decision::unknown;
    out.reason = why;
    return out;
  };
  if (sources_.size() > kMostInstances)
    return open("which of many addresses of a firewall the packet has is not known");
  for (const AddressSet::Interval& range : sources_.intervals()) {
    for (std::uint64_t bits = range.first.bits(); bits <= range.last.bits(); ++bits) {
      Packet other = packet_;
      other.source = Ipv4(static_cast<std::uint32_t>(bits));
      const FirewallResult result = firewall_rules(v_, firewall, other, is_for_firewall, host);
      if (result.decision == out.decision && result.translation == out.translation && result.by_name == out.by_name &&
          result.asks_itself == out.asks_itself)
        continue;
      return open("its rules treat the addresses of the firewall that the packet comes from differently");
    }
  }
  return out;
}

// law:  DNAT and application rules put one of the firewall's own addresses in the source's place, network rules do so
//       unless the destination is in the private ranges
// source: azure-semantics.md 4.4; learn.microsoft.com/azure/firewall/snat-private-range
bool Walker::translate(const model::AzureFirewall& firewall, const FirewallResult& result) {
  const Place at{Place::Kind::firewall, firewall.id};
  if (result.translation) {
    packet_.destination = result.translation->address;
    packet_.destination_port = result.translation->port;
  } else if (result.asks_itself) {
    give_up(at, "the firewall asks its own DNS where the name leads, which is not modelled", result.decided_by);
    return false;
  } else if (!result.by_name) {
    const KeptSources kept = kept_sources(v_, firewall, packet_.protocol);
    if (kept.certain.contains(packet_.destination)) return true;
    if (kept.possible.contains(packet_.destination)) {
      give_up(at, fmt::format("whether it puts its own address in the source's place is not known: {}", kept.doubt));
      return false;
    }
  }
  sources_ = instance_addresses(v_, firewall);
  if (sources_.empty()) {
    give_up(at, "the address that it puts in the source's place is not in the export");
    return false;
  }
  const std::optional<Ipv4> own = firewall.virtual_hub.is_set() || firewall.ip_configurations.empty()
                                      ? firewall.hub_address
                                      : firewall.ip_configurations.front().address;
  packet_.source = own.value_or(*sources_.first());
  return true;
}

void Walker::leave_firewall(const model::AzureFirewall& firewall, bool is_translated) {
  if (firewall.virtual_hub.is_set() && !is_translated) return leave_hub_firewall(firewall);
  const Subnet* subnet = nullptr;
  for (const auto& config : firewall.ip_configurations) {
    if (subnet == nullptr) subnet = e_.find<Subnet>(config.subnet);
  }
  if (subnet == nullptr)
    return give_up({Place::Kind::firewall, firewall.id}, "the firewall's subnet is not in the export");
  emit(*subnet, nullptr, false);
}

// law:  a firewall that never translates cannot send anything to the Internet itself
// source: learn.microsoft.com/azure/firewall/snat-private-range (0.0.0.0/0); what becomes of packets with their own
// source and another list, or with a NAT gateway, is not documented
bool Walker::may_leave_firewall(const Place& at, bool has_nat_gateway) {
  if (trace_.passages.empty()) return true;
  const Passage& last = trace_.passages.back();
  const auto* firewall = e_.find<model::AzureFirewall>(last.firewall);
  if (firewall == nullptr || translates_source(last)) return true;
  const bool is_here = firewall->virtual_hub == at.id ||
                       std::any_of(firewall->ip_configurations.begin(), firewall->ip_configurations.end(),
                                   [&](const auto& config) { return config.subnet == at.id; });
  if (!is_here) return true;
  if (!has_nat_gateway && kept_sources(v_, *firewall, packet_.protocol).certain == AddressSet::all()) {
    end(Disposition::dropped, "drop", at,
        "a firewall that is told to translate nothing sends nothing to the Internet itself",
        {{firewall->policy, "/properties/snat/privateRanges", "0.0.0.0/0"}});
  } else {
    give_up(at,
            "what becomes of a packet that the firewall sends to the Internet with its own source is not documented");
  }
  return false;
}

bool Walker::is_source_translated() const {
  if (trace_.passages.empty()) return false;
  const Passage& last = trace_.passages.back();
  return translates_source(last) && last.before.destination == last.after.destination;
}

// law:  groups see the address of the instance that sent the packet, which may be any of the firewall's
// source: azure-semantics.md 4.4 (an address of AzureFirewallSubnet)
FilterResult Walker::filtered(Direction direction, const FilterPoint& point) const {
  FilterResult out = filter(v_, direction, point, packet_);
  if (sources_.empty()) return out;
  Corners corners;
  add_corners(v_, point, corners);
  corners.source_ports.push_back(packet_.source_port);
  for (const AddressSet::Interval& range : sources_.intervals()) corners.sources.push_back(range.first);
  for (const Ipv4 source : corners.sources) {
    if (!sources_.contains(source)) continue;
    for (const std::uint16_t port : corners.source_ports) {
      Packet other = packet_;
      other.source = source;
      other.source_port = port;
      if (filter(v_, direction, point, other).decision == out.decision) continue;
      out.decision = FilterResult::Decision::unknown;
      out.reason = "which address and port the firewall sends from is not known, and they are treated differently";
      return out;
    }
  }
  return out;
}

bool Walker::passes(Direction direction, const FilterPoint& point, const Place& at) {
  if (!allow(filtered(direction, point), at, direction == Direction::inbound ? "inbound" : "outbound")) return false;
  trace_.filtered.push_back(point.subnet->id);
  return true;
}

}  // namespace hubproof::net
