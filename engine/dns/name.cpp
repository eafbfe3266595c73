#include "engine/dns/resolve.h"
