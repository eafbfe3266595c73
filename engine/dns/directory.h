// Directory: the private-link names of one estate and their resolution, each built when first asked for.
#pragma once

#include <memory>
#include <unordered_map>

#include "engine/dns/names.h"
#include "engine/dns/resolver.h"

namespace hubproof::dns {

/// For one run and one thread. The estate of the view must outlive it.
class Directory {
 public:
  explicit Directory(const model::View& view) : view_(view) {}

  const model::View& view() const { return view_; }
  const Resolver& resolver();
  /// As dns::private_names(); the reference stays valid as long as the directory.
  const ServiceNames& names_of(const model::Service& service);

 private:
  model::View view_;
  std::unique_ptr<const Resolver> resolver_;
  std::unordered_map<model::ResourceId, ServiceNames> names_;
};

}  // namespace hubproof::dns
