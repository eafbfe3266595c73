// The JSON schemas of everything that hubproof writes for programs, and of hubproof.yaml.
#pragma once

#include <span>
#include <string_view>

namespace hubproof::report {

struct Schema {
  std::string_view name;  ///< "result"
  std::string_view text;  ///< JSON schema, draft 2020-12
};

/// From rules/schemas/, embedded at build time; sorted by name.
std::span<const Schema> schemas();

}  // namespace hubproof::report
