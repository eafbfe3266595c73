#include "engine/report/schema.h"

#include "rules/embedded.h"

namespace hubproof::report {

std::span<const Schema> schemas() {
  static const Schema kSchemas[] = {
      {"config", rules::config_schema_json()}, {"inventory", rules::inventory_schema_json()},
      {"query", rules::query_schema_json()},   {"result", rules::result_schema_json()},
      {"trace", rules::trace_schema_json()},   {"validate", rules::validate_schema_json()},
  };
  return kSchemas;
}

}  // namespace hubproof::report
