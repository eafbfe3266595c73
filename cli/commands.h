// One function per command; each lives in a file of its name.
#pragma once

#include "cli/options.h"

namespace hubproof::cli {

void add_verify(Program& program);
void add_inventory(Program& program);
void add_validate(Program& program);
void add_trace(Program& program);
void add_query(Program& program);
void add_explain(Program& program);
void add_rules(Program& program);
void add_model(Program& program);
void add_schema(Program& program);

}  // namespace hubproof::cli
