// View: the estate with the roles that its networks play, and what the user designated; what every analysis looks at.
#pragma once

#include "engine/model/designation.h"
#include "engine/model/estate.h"
#include "engine/model/roles.h"

namespace hubproof::model {

struct View {
  const Estate& estate;
  const Roles& roles;
  const Designations& designations;
};

}  // namespace hubproof::model
