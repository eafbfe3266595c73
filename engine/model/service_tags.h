// Service tags: the addresses that Microsoft publishes for names such as Storage.WestEurope.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/text.h"
#include "engine/value/address_set.h"

namespace hubproof::model {

struct ServiceTag {
  std::string name;
  AddressSet addresses;          ///< IPv4; the tag's IPv6 prefixes are not kept
  std::vector<Prefix> prefixes;  ///< of the same addresses as published, sorted, unique
};

/// One published list. source: learn.microsoft.com/azure/virtual-network/service-tags-overview#service-tags-on-premises
struct ServiceTagList {
  std::uint32_t source = 0;  ///< into Snapshot::sources
  std::uint64_t change_number = 0;
  std::string cloud;             ///< "Public", "AzureGovernment", ...
  std::vector<ServiceTag> tags;  ///< sorted by name without regard to case, unique
};

/// The tags on which all of the lists agree.
class ServiceTags {
 public:
  void add(ServiceTagList list) { lists_.push_back(std::move(list)); }
  /// The addresses of a tag, or nullptr: no list has the tag, or two lists of different weeks differ in it. Names that
  /// no list defines (VirtualNetwork, Internet, AzureLoadBalancer and the AzurePlatform tags) are never found.
  const AddressSet* find(std::string_view name) const;
  /// The same as the prefixes that routes for the tag have; nullptr also where lists cut equal addresses differently.
  const std::vector<Prefix>* prefixes(std::string_view name) const;
  const std::vector<ServiceTagList>& lists() const { return lists_; }

 private:
  std::vector<ServiceTagList> lists_;
};

}  // namespace hubproof::model
