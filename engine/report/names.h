// How resources, places and facts are named for a reader.
#pragma once

#include <string>
#include <string_view>

#include "engine/report/report.h"

namespace hubproof::report {

/// The names of an ARM id without its scope: "vnet-spoke-a/snet-aks" of a subnet, "oai-1" of an account. The whole text
/// when it is no ARM id.
std::string short_name(std::string_view arm_id);
/// short_name() of a resource; "the estate" when it is not set.
std::string short_name(const model::Estate& estate, model::ResourceId id);
/// Whole ARM id, or empty when it is not set.
std::string full_id(const model::Estate& estate, model::ResourceId id);
/// short_name() of the resource of a place, or "Internet", "on-premises", "unknown place".
std::string place_name(const model::Estate& estate, const net::Place& place);
/// Whole ARM id of a place, or "Internet", "on-premises", "unknown".
std::string place_id(const model::Estate& estate, const net::Place& place);
/// Location of a fact; nothing known without a resource or a locator.
Location locate(const Subject& subject, model::ResourceId id, std::string_view pointer);
/// The message of a finding; a pass without one is worded from its rule and facts.
std::string message_of(const Subject& subject, const check::Finding& finding);

}  // namespace hubproof::report
