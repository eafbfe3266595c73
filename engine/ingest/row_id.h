// Quick looks at the id of a row, of which there are hundreds of thousands.
#pragma once

#include <string>
#include <string_view>

namespace hubproof::ingest {

/// Key and value segments in turn, none of them empty. Enough to intern it; ArmId::parse is slower and no stricter
/// where it matters here.
bool is_arm_id(std::string_view id);

/// The id of a top-level resource of this type, which is in lower case. False also when it takes a longer look to tell.
bool is_of_type(std::string_view id, std::string_view type);

/// As arm_type(), for ids that are spelled in the usual way; into a buffer that is reused. Empty when there is no type.
void write_type(std::string_view id, std::string& out);

/// The type that the id states is another one that is read as well: one of the two is wrong. `type` in lower case.
bool contradicts(std::string_view id, std::string_view type);

}  // namespace hubproof::ingest
