// Resolver: resolves many names of one estate. Builds its indexes once; resolving is const and cheap.
#pragma once

#include <memory>
#include <vector>

#include "engine/dns/resolve.h"

namespace hubproof::dns {

class NameIndex;

/// The estate of the view must outlive it. Safe to use from several threads.
class Resolver {
 public:
  explicit Resolver(const model::View& view);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  /// As dns::resolve().
  Resolution resolve(model::VnetIndex vnet, const PrivateName& name) const;
  /// As dns::resolution_classes(): one member's answer is every member's answer, for every name.
  std::vector<std::vector<model::VnetIndex>> classes() const;

 private:
  std::unique_ptr<const NameIndex> index_;
};

}  // namespace hubproof::dns
