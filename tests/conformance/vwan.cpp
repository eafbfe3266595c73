// virtual-wan.json: virtual hubs are not modelled. What is connected to one is tainted, so that no path is claimed.
#include "tests/conformance/asking.h"
#include "tests/conformance/topics.h"

namespace hubproof::conformance {
namespace {

using namespace hubproof::test;

/// Between two networks that a virtual hub connects, each end of the question standing for one of them.
void path(Vector& vector) {
  Build b;
  const model::ResourceId a = b.vnet("a", "10.1.0.0/16").id;
  const model::ResourceId z = b.vnet("z", "10.2.0.0/16").id;
  b.subnet("a", "s", "10.1.0.0/24");
  b.subnet("z", "s", "10.2.0.0/24");
  b.unmodelled("hub", "Microsoft.Network/virtualHubs", {a, z});
  const World w = b.world();
  const Json way = flows(traced(w, place(subnet_of(w, "a/s")), "10.1.0.4", "10.2.0.4").disposition);
  for (const char* key : {"via", "connected"}) vector.same(key, way);
  vector.aside("note");
}

constexpr Run kRuns[] = {{"path", path}};
constexpr LeftOut kLeftOut[] = {
    {"path", LeftOut::How::left_open, "virtual WAN hubs are not modelled: what a connected network sends is left open"},
};

}  // namespace

Topic vwan() { return {"virtual-wan", kRuns, kLeftOut}; }

}  // namespace hubproof::conformance
