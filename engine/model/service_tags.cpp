#include "engine/model/service_tags.h"

#include <algorithm>

namespace hubproof::model {
namespace {

// source: azure-semantics.md 2.4; learn.microsoft.com/azure/virtual-network/service-tags-overview (not in the download)
bool is_of_the_platform(std::string_view name) {
  return text::equals(name, "VirtualNetwork") || text::equals(name, "Internet") ||
         text::equals(name, "AzureLoadBalancer") || text::starts_with(name, "AzurePlatform");
}

const ServiceTag* find_in(const ServiceTagList& list, std::string_view name) {
  const auto before = [](const ServiceTag& tag, std::string_view wanted) {
    return text::compare(tag.name, wanted) < 0;
  };
  const auto at = std::lower_bound(list.tags.begin(), list.tags.end(), name, before);
  return at != list.tags.end() && text::equals(at->name, name) ? &*at : nullptr;
}

/// The part of the tag on which all lists agree, or nullptr.
template <class Part>
const Part* agreed(const std::vector<ServiceTagList>& lists, std::string_view name, Part ServiceTag::*part) {
  if (is_of_the_platform(name)) return nullptr;
  const Part* found = nullptr;
  for (const ServiceTagList& list : lists) {
    const ServiceTag* here = find_in(list, name);
    if (here == nullptr || (found != nullptr && *found != here->*part)) return nullptr;
    found = &(here->*part);
  }
  return found;
}

}  // namespace

const AddressSet* ServiceTags::find(std::string_view name) const {
  return agreed(lists_, name, &ServiceTag::addresses);
}

const std::vector<Prefix>* ServiceTags::prefixes(std::string_view name) const {
  return agreed(lists_, name, &ServiceTag::prefixes);
}

}  // namespace hubproof::model
