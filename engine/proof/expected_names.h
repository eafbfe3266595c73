// The names that the resolution claim speaks of, each with the addresses that may answer it.
#pragma once

#include <string>
#include <vector>

#include "engine/dns/directory.h"
#include "engine/model/view.h"

namespace hubproof::proof {

/// One private-link name and which answers are right.
struct ExpectedName {
  const dns::PrivateName* name = nullptr;  ///< held by the directory
  model::ResourceId service;
  /// Addresses of endpoints of the service and group that are Approved on every side that shows it. Sorted.
  /// source: azure-semantics.md 9.4 (only Approved carries traffic; the state exists on both sides)
  std::vector<Ipv4> approved;
  /// Why further addresses may be right as well (an unreadable state, an endpoint or NIC that the export does not
  /// hold); empty when `approved` is all there is.
  std::string doubt;
  model::Fact doubt_fact;
};

/// A service whose names cannot be listed: nothing can be proved about all names.
struct NameGap {
  model::Fact fact;
  std::string reason;
};

struct ExpectedNames {
  std::vector<ExpectedName> names;  ///< in the order of the services' ids
  std::vector<NameGap> gaps;
  std::vector<std::string> assumptions;
};

/// The names of every service that has a private endpoint. The directory must outlive them.
ExpectedNames expected_names(dns::Directory& directory);

}  // namespace hubproof::proof
