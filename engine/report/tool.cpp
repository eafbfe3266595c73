#include "engine/report/report.h"

namespace hubproof::report {

std::string_view tool_version() { return HUBPROOF_VERSION; }

}  // namespace hubproof::report
