// What lets a packet from the Internet into a service, as a small formula over its source address: built from the
// service's own settings, apart from net::exposure, which must come to the same answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/exposure.h"
#include "engine/value/address_set.h"

namespace hubproof::proof {

/// One term: which source addresses it admits.
struct Admission {
  enum class Kind : std::uint8_t {
    everybody,  ///< all, because of the fact
    nobody,     ///< none, because of the fact
    unknown,    ///< any or none
    listed,     ///< those of `ranges`; the fact is that no other is listed
    any_of,     ///< what one of the parts admits
    all_of      ///< what all parts admit
  };
  Kind kind = Kind::unknown;
  std::uint32_t fact = 0;  ///< into ServiceAdmission::facts
  AddressSet ranges;
  std::vector<Admission> parts;
};

struct ServiceAdmission {
  Admission formula;
  std::vector<model::Fact> facts;
  std::vector<std::string> open;  ///< why parts are unknown, one sentence each
};

/// The public endpoint of a service and the public entries that lead to its private addresses.
ServiceAdmission admission_of(const model::View& view, const model::Service& service,
                              const std::vector<const net::PublicSurface*>& entries);

/// All that decides the formula, as bytes: services of equal keys are alike.
std::string key_of(const Admission& formula);

}  // namespace hubproof::proof
