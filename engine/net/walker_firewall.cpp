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

model::Fact fact_of(const Inspection& inspection) {
  const bool is_detection = inspection.kind == Inspection::Kind::intrusion_detection;
  return {inspection.owner, is_detection ? "/properties/intrusionDetection" : "/properties/threatIntelMode", "Deny"};
}

Packet reversed(const Packet& packet) {
  return {packet.destination, packet.source, packet.protocol, packet.destination_port, packet.source_port};
}

bool translates_source(const Passage& passage) { return passage.before.source != passage.after.source; }

}  // namespace

void Walker::deliver_to_firewall(const model::AzureFirewall& firewall) {
  for (const model::FirewallRole& role : v_.roles.firewalls) {
    if (role.firewall == firewall.id) trace_.crossed_firewall = true;
  }
  // source: azure-semantics.md 4.3 (port 53 is answered with the DNS proxy on)
  const bool is_name_query =
      packet_.destination_port == 53 && (packet_.protocol == Protocol::udp || packet_.protocol == Protocol::tcp);
  if (request_ == nullptr && is_name_query) {
    const auto* policy = e_.find<model::FirewallPolicy>(firewall.policy);
    std::optional<model::Fact> proxy;
    if (policy != nullptr && policy->dns_proxy.is(true)) {
      proxy = {policy->id, "/properties/dnsSettings/enableProxy", "true"};
    } else if (!firewall.policy.is_set() && firewall.dns_proxy.is(true)) {
      proxy = {firewall.id, "/properties/additionalProperties/Network.DNS.EnableProxy", "true"};
    }
    const Place at{Place::Kind::firewall, firewall.id};
    if (proxy) return end(Disposition::delivered, "deliver", at, "the firewall's DNS proxy", {*proxy});
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
  if (request_ != nullptr) return return_through(firewall, is_for_firewall);
  const FirewallResult result = ask(firewall, is_for_firewall);
  switch (result.decision) {
    case FilterResult::Decision::deny:
      return end(Disposition::denied, "deny", at, fmt::format("denied: {}", result.reason), result.decided_by);
    case FilterResult::Decision::unknown: return give_up(at, result.reason, result.decided_by);
    case FilterResult::Decision::allow: break;
  }
  Hop& here = hop(at, result.translation ? "translate" : "allow", fmt::format("allowed by {}", result.reason));
  here.decided_by = result.decided_by;
  for (const Inspection& inspection : denying_inspections(v_, firewall)) {
    here.note += fmt::format("; {} drops what it takes for malicious", name(inspection.kind));
    here.decided_by.push_back(fact_of(inspection));
  }
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

// law:  the reply to a flow that groups let pass needs no rule of its own
// source: learn.microsoft.com/azure/virtual-network/network-security-groups-overview (flow records; stateful)
bool Walker::passes(Direction direction, const FilterPoint& point, const Place& at) {
  const std::string_view word = direction == Direction::inbound ? "inbound" : "outbound";
  const FilterResult result = filtered(direction, point);
  if (request_ != nullptr && result.decision != FilterResult::Decision::allow &&
      std::find(request_->filtered.begin(), request_->filtered.end(), point.subnet->id) != request_->filtered.end()) {
    if (e_.admin_policy(point.subnet->vnet) != nullptr) {
      give_up(at, fmt::format("{}: whether security admin rules let replies pass is not documented", word));
      return false;
    }
    hop(at, "allow", fmt::format("{}: the reply to a flow that was let pass", word));
    return true;
  }
  if (!allow(result, at, word)) return false;
  trace_.filtered.push_back(point.subnet->id);
  return true;
}

// law:  the reply of a flow that the firewall keeps passes whatever the rules say, and what was translated is put back;
//       one that belongs to no flow is dropped
// source: learn.microsoft.com/azure/firewall/rule-processing (stateful); azure-semantics.md 1.4 (asymmetry; another
// instance than the one that translated)
void Walker::return_through(const model::AzureFirewall& firewall, bool is_for_firewall) {
  const Place at{Place::Kind::firewall, firewall.id};
  const auto is_its_flow = [&](const Passage& passage) {
    return passage.firewall == firewall.id && reversed(passage.after) == packet_;
  };
  const auto flow = std::find_if(request_->passages.begin(), request_->passages.end(), is_its_flow);
  if (flow == request_->passages.end()) {
    if (packet_.protocol != Protocol::tcp)
      return give_up(at, "the reply meets a firewall that did not see the request");
    return end(Disposition::dropped, "drop", at, "the firewall did not see the request, so it drops the reply");
  }
  if (translates_source(*flow) && !is_for_firewall) {
    return give_up(at,
                   "a route leads the reply to the firewall's own address, where another instance than the one that "
                   "translated the request may drop it");
  }
  packet_ = reversed(flow->before);
  hop(at, translates_source(*flow) ? "translate" : "allow",
      fmt::format("the reply to a flow that was let pass, to {}", to_string(packet_.destination)));
  leave_firewall(firewall, false);
}

bool Walker::is_translated_by(const model::AzureFirewall& firewall) const {
  return request_ != nullptr &&
         std::any_of(request_->passages.begin(), request_->passages.end(), [&](const Passage& passage) {
           return passage.firewall == firewall.id && translates_source(passage) &&
                  passage.after.source == packet_.destination;
         });
}

// law:  what a firewall translated comes back to it from a private endpoint, whatever the routes say
// source: azure-semantics.md 1.6 (replies)
void Walker::return_from_endpoint() {
  const model::AzureFirewall* firewall = nullptr;
  if (!request_->passages.empty()) firewall = e_.find<model::AzureFirewall>(request_->passages.back().firewall);
  if (firewall == nullptr || !is_translated_by(*firewall))
    return give_up(trace_.flow.from, "no route table decides where a private endpoint's reply goes");
  hop(trace_.flow.from, "forward", "to the firewall that the request came from");
  deliver_to_firewall(*firewall);
}

Trace trace_back(const model::View& view, const Trace& request) {
  const Packet& arrived = *request.arrived;
  Flow flow;
  flow.from = request.hops.back().at;
  flow.source = arrived.destination;
  flow.destination = arrived.source;
  flow.protocol = arrived.protocol;
  flow.source_port = arrived.destination_port;
  flow.destination_port = arrived.source_port;
  return Walker(view, flow, &request).run();
}

}  // namespace hubproof::net
