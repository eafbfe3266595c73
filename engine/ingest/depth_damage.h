// What ConvertTo-Json leaves of values deeper than its -Depth (default 2): "@{name=x; id=y}", "System.Object[]",
// "System.Collections.Hashtable". source: inputs.md A3.5;
// learn.microsoft.com/powershell/module/microsoft.powershell.utility/convertto-json
#pragma once

#include <string_view>

namespace hubproof::ingest {

/// The first damaged string of the text with its quotes; empty when there is none. Expressions of Logic Apps and Data
/// Factory ("@{variables('x')}") are no damage: PowerShell always writes a name and '='.
std::string_view find_depth_damage(std::string_view json);

}  // namespace hubproof::ingest
