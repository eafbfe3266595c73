#include "engine/net/routes.h"
