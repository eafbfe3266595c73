// Selectors: which resources a designation of hubproof.yaml means.
#pragma once

#include <string_view>
#include <vector>

#include "engine/model/designation.h"
#include "engine/model/estate.h"

namespace hubproof::model {

/// `unknown`: the selector asks for a subscription name or a management group, and the export does not say which the
/// resource's subscription has.
enum class Match : std::uint8_t { no, yes, unknown };

/// All parts that are given must match; an empty selector matches nothing. Comparison is without regard to case.
Match matches(const Estate& estate, const Selector& selector, ResourceId resource);
/// The best of several selectors: yes before unknown before no.
Match matches_any(const Estate& estate, const std::vector<Selector>& selectors, ResourceId resource);

/// `pattern` with * (any text) and ? (one character) against the whole of `text`, without regard to case.
bool glob_matches(std::string_view pattern, std::string_view text);

/// "name vnet-hub-*, resource group rg-net": the parts that are given, for messages.
std::string to_string(const Selector& selector);

}  // namespace hubproof::model
