#include "engine/model/roles.h"

namespace hubproof::model {}
