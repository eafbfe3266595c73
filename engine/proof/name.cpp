#include "engine/proof/claims.h"
