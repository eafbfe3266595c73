// The list of service tags: Microsoft's weekly download and what `az network list-service-tags` prints are one shape.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/model/service_tags.h"

namespace hubproof::ingest {

bool is_service_tags(const nlohmann::json& document);

struct ReadServiceTags {
  model::ServiceTagList list;
  /// Tags that were left out, each with the reason: they stay unknown.
  std::vector<std::string> problems;
};
/// Precondition: is_service_tags(document).
ReadServiceTags read_service_tags(const nlohmann::json& document);

}  // namespace hubproof::ingest
