// What leaves the exposure of a service open: settings that more than one resource states, and settings that contradict
// each other. Rows follow azure-semantics.md 6.3 and 9.3.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "engine/net/exposure.h"
#include "engine/proof/admission.h"
#include "tests/support/estate_builder.h"

using namespace hubproof;
using namespace hubproof::test;
using model::Service;
using model::ServiceKind;

namespace {

/// "closed", "open" or "unknown" as the exact layer says it.
std::string exact(const World& world, std::string_view name) {
  const net::Exposure exposure = net::exposure(world.view(), world.service(name));
  if (!exposure.accepted.empty()) return "open";
  return exposure.open.empty() ? "closed" : "unknown";
}

bool has_unknown(const proof::Admission& formula) {
  return formula.kind == proof::Admission::Kind::unknown || std::any_of(formula.parts.begin(), formula.parts.end(), has_unknown);
}

/// Whether the formula of the proof has an open part.
bool is_open_in_proof(const World& world, std::string_view name) {
  return has_unknown(proof::admission_of(world.view(), world.service(name), {}).formula);
}

}  // namespace

TEST_CASE("exposure: workspaces that name each other as their hub are undecided") {
  Build b;
  for (const auto& [name, hub] : {std::pair("one", "other"), std::pair("other", "one")}) {
    Service& workspace = b.service(name, ServiceKind::ml_workspace, "Microsoft.X/w");
    workspace.arm_kind = "Project";
    workspace.parent = b.id("Microsoft.X/w", hub);
  }
  const World w = b.world();
  CHECK(exact(w, "one") == "unknown");
  CHECK(exact(w, "other") == "unknown");
  CHECK(is_open_in_proof(w, "one"));
}
