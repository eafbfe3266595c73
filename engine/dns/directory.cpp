#include "engine/dns/directory.h"

namespace hubproof::dns {

const Resolver& Directory::resolver() {
  if (resolver_ == nullptr) resolver_ = std::make_unique<const Resolver>(view_);
  return *resolver_;
}

const ServiceNames& Directory::names_of(const model::Service& service) {
  const auto found = names_.find(service.id);
  return found != names_.end() ? found->second
                               : names_.emplace(service.id, private_names(view_, service)).first->second;
}

}  // namespace hubproof::dns
