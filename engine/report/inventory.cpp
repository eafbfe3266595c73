#include "engine/report/inventory.h"

#include <algorithm>
#include <map>

namespace hubproof::report {
namespace {

std::string range_summary(const AddressSet& accepted) {
  constexpr std::size_t kRanges = 4;
  const std::vector<AddressSet::Interval> intervals = accepted.intervals();
  if (accepted == internet_addresses()) return "open to the whole Internet";
  if (intervals.size() > kRanges) return "open to " + std::to_string(accepted.size()) + " addresses";
  return "open to " + to_string(accepted);
}

ServiceExposure expose(const model::View& view, const model::Service& service) {
  ServiceExposure out;
  out.service = &service;
  const net::Exposure exposure = net::exposure(view, service);
  if (!exposure.accepted.empty()) {
    out.openness = Openness::open;
    out.summary = range_summary(exposure.accepted);
  } else if (!exposure.open.empty() || !exposure.possible.empty()) {
    out.summary = "undecided" + (exposure.open.empty() ? std::string() : ": " + exposure.open.front().reason);
  } else {
    out.openness = Openness::closed;
    out.summary = "closed";
  }
  out.approved_endpoints = static_cast<std::size_t>(
      std::count_if(service.endpoint_connections.begin(), service.endpoint_connections.end(),
                    [](const model::EndpointConnection& c) { return c.status.is(model::ConnectionStatus::approved); }));
  return out;
}

}  // namespace

std::string_view name(Openness openness) {
  switch (openness) {
    case Openness::closed: return "closed";
    case Openness::open: return "open";
    case Openness::undecided: return "undecided";
  }
  return "undecided";
}

std::vector<TypeCount> count_types(const model::Snapshot& snapshot) {
  std::map<std::string_view, TypeCount> counts;
  for (const model::Resource& resource : snapshot.resources) {
    const std::string& type = snapshot.types[resource.type];
    TypeCount& count = counts[type];
    count.type = type;
    count.support = resource.support;
    ++count.count;
  }
  std::vector<TypeCount> out;
  for (const auto& [type, count] : counts) out.push_back(count);
  return out;
}

std::vector<ServiceExposure> expose_services(const model::View& view) {
  std::vector<ServiceExposure> out;
  for (const model::Service& service : view.estate.tables().services) out.push_back(expose(view, service));
  return out;
}

}  // namespace hubproof::report
