#include "engine/net/flow.h"

#include <fmt/format.h>

namespace hubproof::net {

std::string_view name(Place::Kind kind) {
  switch (kind) {
    case Place::Kind::subnet: return "subnet";
    case Place::Kind::network_interface: return "network-interface";
    case Place::Kind::private_endpoint: return "private-endpoint";
    case Place::Kind::firewall: return "firewall";
    case Place::Kind::gateway: return "gateway";
    case Place::Kind::load_balancer: return "load-balancer";
    case Place::Kind::appliance: return "appliance";
    case Place::Kind::public_ip: return "public-ip";
    case Place::Kind::service: return "service";
    case Place::Kind::virtual_hub: return "virtual-hub";
    case Place::Kind::internet: return "internet";
    case Place::Kind::on_premises: return "on-premises";
    case Place::Kind::unknown: return "unknown";
  }
  return "unknown";
}

std::string_view name(Disposition disposition) {
  switch (disposition) {
    case Disposition::delivered: return "delivered";
    case Disposition::denied: return "denied";
    case Disposition::dropped: return "dropped";
    case Disposition::exits_to_internet: return "exits-to-internet";
    case Disposition::exits_to_on_premises: return "exits-to-on-premises";
    case Disposition::loop: return "loop";
    case Disposition::unknown: return "unknown";
  }
  return "unknown";
}

namespace {

// source: RFC 5952 section 6 (an address with a port stands in brackets)
std::string with_port(const AnyAddress& address, std::uint16_t port) {
  const bool is_v6 = std::holds_alternative<Ipv6>(address);
  return fmt::format("{}{}{}:{}", is_v6 ? "[" : "", to_string(address), is_v6 ? "]" : "", port);
}

}  // namespace

std::string to_string(const Flow& flow) {
  const bool has_ports = flow.protocol == Protocol::tcp || flow.protocol == Protocol::udp;
  if (!has_ports)
    return fmt::format("{} -> {}/{}", to_string(flow.source), to_string(flow.destination),
                       hubproof::name(flow.protocol));
  return fmt::format("{} -> {}/{}", with_port(flow.source, flow.source_port),
                     with_port(flow.destination, flow.destination_port), hubproof::name(flow.protocol));
}

}  // namespace hubproof::net
