// ArmId: the parts of an Azure Resource Manager id. Compared without regard to case everywhere; the spelling of the
// input is kept for reports (azure-semantics.md 0; inputs.md A4).
#pragma once

#include <string>
#include <string_view>

#include "engine/core/result.h"

namespace hubproof {

/// Views into the text that parse() was given, which must outlive them.
struct ArmId {
  std::string_view subscription;    ///< empty for ids outside subscriptions (management groups, tenant level)
  std::string_view resource_group;  ///< empty at subscription scope
  std::string_view provider;        ///< last provider namespace, as "Microsoft.Network"; empty for a bare scope
  std::string_view type_path;       ///< "virtualNetworks/subnets" is given as the text between provider and last name
  std::string_view name;            ///< last segment
  /// Fails for a text that does not start with '/' or has no key/value structure.
  static Result<ArmId> parse(std::string_view text);
};

/// Lower-cased "microsoft.network/virtualnetworks/subnets", or "microsoft.resources/subscriptions(/resourcegroups)"
/// for a bare scope, or empty when the id cannot be parsed.
std::string arm_type(std::string_view id);
/// The id without its last type/name pair: the VNet of a subnet; empty when there is no parent resource.
std::string_view arm_parent(std::string_view id);
/// `<resource>/snapshots/<n>`, as network managers keep what they deployed, without the snapshot; any other id as it
/// is.
std::string_view arm_without_snapshot(std::string_view id);
/// The id cut after provider/type/name: the NIC of an ipConfiguration, the scale set of one of its NICs.
std::string_view arm_top_level(std::string_view id);
/// Last segment of the id.
std::string_view arm_name(std::string_view id);
/// The subscription segment, or empty.
std::string_view arm_subscription(std::string_view id);

}  // namespace hubproof
