#include "engine/check/run.h"
