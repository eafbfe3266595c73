// The topics, one source each.
#pragma once

#include "tests/conformance/vectors.h"

namespace hubproof::conformance {

Topic routing();
Topic private_endpoint();
Topic nsg();
Topic peering();
Topic avnm();
Topic firewall();
Topic dns();
Topic nat();
Topic paas();
Topic vwan();

}  // namespace hubproof::conformance
