// hubproof.yaml: what the user says about the estate. Its JSON schema is rules/schemas/config.schema.json.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "engine/core/diagnostic.h"
#include "engine/model/designation.h"

namespace hubproof::cli {

struct Config {
  model::Designations designations;
  Diagnostics problems;  ///< not empty: the configuration must not be used
};

/// Reads YAML (JSON is YAML). Unknown and doubled keys, wrong types and values are problems with their line; all of
/// them are told. `file` names the text in messages.
Config parse_config(const std::string& text, const std::string& file);

/// The configuration file to use: `flag` (--config), HUBPROOF_CONFIG, then hubproof.yaml, hubproof.yml or hubproof.json
/// in `folder` and above, up to the folder that holds .git; without a repository in `folder` alone. Empty when there is
/// none. An error when a named file is missing or one folder holds two of the three.
Result<std::string> find_config(const std::string& flag, const Environment& environment, const std::string& folder);

/// The whole file, at most 1 MiB.
Result<std::string> read_config(const std::string& file);

}  // namespace hubproof::cli
