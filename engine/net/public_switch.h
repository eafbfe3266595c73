// How the switch of a service's public endpoint reads, and what its own rules mean once it is off: the one place that
// both layers and the rules ask. source: azure-semantics.md 9.1, 9.3
#pragma once

#include <string>

#include "engine/model/view.h"

namespace hubproof::net {

/// What a closed answer rests on: an association is a resource of the perimeter's subscription.
inline constexpr const char* kNoHiddenPerimeter =
    "No network security perimeter outside the export is associated with a service of the export.";

struct PublicSwitch {
  enum class State : std::uint8_t {
    on,
    off,
    by_perimeter,  ///< SecuredByPerimeter
    unknown        ///< unreadable, or another resource states it as well and may say otherwise
  };
  State state = State::on;
  model::Fact fact;        ///< the property, with its default spelled out ("absent -> Enabled")
  std::string why;         ///< of `unknown`: one sentence
  std::string decided_by;  ///< of `unknown`: what would settle it; may be empty
  /// Off, by a perimeter, or perhaps so for a reason that is known: what a perimeter in Learning mode then admits is
  /// documented in two ways.
  bool is_off_or_perhaps = false;
};

/// publicNetworkAccess of the service itself; kinds whose endpoint something else switches ask that as well.
PublicSwitch public_switch(const model::View& view, const model::Service& service);

/// An External API Management of a classic tier on the platform stv2, none of whose subnets has a security group. Its
/// own load balancer rejects all that comes in until a group allows it; whether that is so in all editions of Standard
/// addresses is documented in two ways: neither public for certain nor closed.
/// source: learn.microsoft.com/azure/api-management/virtual-network-concepts (network security group),
/// azure-semantics.md
/// 5
bool stands_behind_no_group(const model::View& view, const model::ApiManagement& service);

/// True when what was not understood is a part of the service's own access list and the service is closed past any such
/// list, so that it admits nobody whatever it says.
bool is_inert(const model::View& view, const model::Service& service, const model::Unread& unread);

}  // namespace hubproof::net
