// Services that may answer the Internet although no row shows a public address: by a front end of their own, or by what
// a row of an unheard-of type says.
#pragma once

#include "engine/ingest/kinds.h"

namespace hubproof::ingest {

/// The service of `head` has a front end that the Internet reaches and that leads into `subnet`; nothing for none.
void add_front_end(const RowHead& head, model::ResourceId subnet, ReadContext& context);

void read_sql_managed_instance(const RowHead& head, Cursor properties, ReadContext& context);
void read_app_service_environment(const RowHead& head, Cursor properties, ReadContext& context);

/// For types that the table of kinds does not have: one that says of itself that it is public is a service without a
/// model.
void read_unknown_kind(const RowHead& head, Cursor properties, ReadContext& context);

}  // namespace hubproof::ingest
