// The rule catalogue: data from rules/catalogue.json, embedded at build time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/diagnostic.h"
#include "engine/core/result.h"
#include "engine/model/snapshot.h"

namespace hubproof::check {

struct RuleText {
  std::string id;      ///< "HP-TRN-006"
  std::string family;  ///< "transit"
  std::string title;
  Severity severity = Severity::high;
  std::string kind;                    ///< "property", "join", "graph" or "proof"
  std::string statement;               ///< the check in words: pass values and defaults
  std::string why;                     ///< why it matters, with the trap it guards against
  std::string reference;               ///< the promise of the architecture that it verifies
  std::string fix;                     ///< how to mend it (az / Bicep / Terraform words)
  std::vector<std::string> sources;    ///< documents the semantics come from
  std::vector<std::string> controls;   ///< "MCSB NS-2", "NIST SC-7", ...
  std::vector<model::ArgTable> needs;  ///< tables it rests on: partial ones turn its passes into unknown
};

struct Catalogue {
  std::vector<RuleText> rules;  ///< sorted by id
  /// Without regard to case; nullptr when there is none.
  const RuleText* find(std::string_view id) const;
};

/// The embedded catalogue. Its JSON is checked by a test, so this cannot fail in a shipped binary.
const Catalogue& catalogue();

}  // namespace hubproof::check
