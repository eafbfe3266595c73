#include "tests/support/estate_builder.h"
