// Inventory: what was read, counted once for both renderings.
#pragma once

#include <string>
#include <vector>

#include "engine/model/view.h"
#include "engine/net/exposure.h"

namespace hubproof::report {

struct TypeCount {
  std::string type;  ///< lower case
  model::Support support = model::Support::unknown;
  std::size_t count = 0;
};
/// Resource types of the snapshot, sorted by type.
std::vector<TypeCount> count_types(const model::Snapshot& snapshot);

enum class Openness { closed, open, undecided };
std::string_view name(Openness openness);

struct ServiceExposure {
  const model::Service* service = nullptr;
  Openness openness = Openness::undecided;
  std::string summary;                 ///< "closed", "open to 3.1.1.1", "undecided: <first open question>"
  std::size_t approved_endpoints = 0;  ///< private endpoint connections that are Approved
};
/// In the order of Tables::services.
std::vector<ServiceExposure> expose_services(const model::View& view);

}  // namespace hubproof::report
