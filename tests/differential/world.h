// A loaded estate with its roles, and the corner points at which anything in it can change its mind.
#pragma once

#include <memory>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/flow.h"
#include "tests/differential/rows.h"

namespace hubproof::differential {

struct World {
  std::unique_ptr<model::Estate> owned;
  model::Designations designations;
  model::Roles roles;
  const model::Estate& estate() const { return *owned; }
  model::View view() const { return {*owned, roles, designations}; }
};

/// Through the reader, as one page of a complete export.
World load(const Json& page, const model::Designations& designations);

/// First, usual and last addresses of every prefix that occurs, their neighbours outside, and every address of a
/// device.
std::vector<Ipv4> corner_addresses(const World& world);
/// Ports at the ends of every range that occurs, and some usual ones.
std::vector<std::uint16_t> corner_ports(const World& world);

/// A place with an address that packets of it have.
struct Origin {
  net::Place place;
  Ipv4 source;
  bool is_forwarded = false;  ///< an appliance passes on what somebody else sent
};
std::vector<Origin> origins(const World& world);

/// Some network or subnet of the estate has an IPv6 prefix.
bool has_ipv6(const World& world);
/// As corner_addresses() and origins() in the other packet space.
std::vector<Ipv6> corner_addresses_v6(const World& world);
struct Origin6 {
  net::Place place;
  Ipv6 source;
};
std::vector<Origin6> origins_v6(const World& world);

}  // namespace hubproof::differential
