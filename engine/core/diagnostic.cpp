#include "engine/core/diagnostic.h"

#include <fmt/format.h>

#include "engine/core/text.h"

namespace hubproof {

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::critical: return "critical";
    case Severity::high: return "high";
    case Severity::medium: return "medium";
    case Severity::low: return "low";
    case Severity::info: return "info";
  }
  return "info";
}

std::string to_string(const Location& where) {
  std::string file = text::printable(where.file);
  if (where.line == 0) return file;
  if (where.column == 0) return fmt::format("{}:{}", file, where.line);
  return fmt::format("{}:{}:{}", file, where.line, where.column);
}

}  // namespace hubproof
