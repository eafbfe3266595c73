// Any bytes whatever: load() must neither crash nor hang, and must not use a row that it cannot locate again.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "engine/ingest/load.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::istringstream input(std::string(reinterpret_cast<const char*>(bytes), size));
  hubproof::ingest::LoadOptions options;
  options.standard_input = &input;
  const hubproof::model::Snapshot s = hubproof::ingest::load({"-"}, options);
  const hubproof::ingest::Locator locator(s);
  for (const hubproof::model::Resource& row : s.resources) {
    if (locator.row(row.id).empty()) std::abort();
    if (locator.locate(row.id, "/properties/subnets/0").file != "-") std::abort();
  }
  if (s.resources.empty() == s.has_usable_input) std::abort();
  return 0;
}
